"""Small frames by hand for every chart, with the finding that the title must state."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from xml.etree import ElementTree

import polars as pl

from telads.render.svg import fonts
from tests.seoul import BY_ID


class Sample(NamedTuple):
    frame: pl.DataFrame
    options: dict[str, Any]
    korean: str
    english: str


class Written(NamedTuple):
    """A text of a drawing and where it stands, in pixels of the picture."""

    text: str
    kind: str
    fill: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Written, slack: float = 1.0) -> bool:
        across = self.left + slack < other.right and other.left + slack < self.right
        return across and self.top + slack < other.bottom and other.top + slack < self.bottom


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def size(svg: str) -> tuple[float, float]:
    _, _, width, height = map(float, tree(svg).attrib["viewBox"].split())
    return width, height


def kinds(svg: str, kind: str) -> list[ElementTree.Element]:
    return [one for one in tree(svg).iter() if one.get("class") == kind]


def told(svg: str) -> list[str]:
    """What marks say on their own."""
    return [title.text or "" for title in tree(svg).findall(".//*/title")]


def texts(svg: str) -> list[Written]:
    """Every upright text with the box that the font gives it; rims are no texts of their own."""
    found: list[Written] = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        move = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
        if move:
            x, y = x + float(move[1]), y + float(move[2])
        if element.tag == "text" and element.get("fill") and "rotate" not in str(element.attrib):
            found.append(_written(element, x, y))
        for child in element:
            walk(child, x, y)

    walk(tree(svg), 0.0, 0.0)
    return found


def _written(element: ElementTree.Element, x: float, y: float) -> Written:
    content, em = element.text or "", float(element.attrib["font-size"])
    wide = sum(fonts._ems(letter, fonts.korean_font()) for letter in content) * em
    if element.get("font-weight") == "700":
        wide *= 1.04
    x += float(element.attrib["x"])
    foot = y + float(element.attrib["y"])
    left = (
        x - {None: 0.0, "start": 0.0, "middle": wide / 2, "end": wide}[element.get("text-anchor")]
    )
    return Written(content, element.get("class", ""), element.attrib["fill"],
                   left, left + wide, foot - 0.8 * em, foot + 0.12 * em)  # fmt: skip


POPULATION = pl.DataFrame({
    "sex": ["M", "F", "M", "F"],
    "age": [20, 20, 70, 70],
    "population": [50_000.0, 61_000.0, 8_000.0, 9_996.0],
})  # fmt: skip
DISTRICT_DAYS = pl.DataFrame({
    "district": ["강남구", "중구", "관악구"],
    "value": [14.42, 15.1, 16.33],
})  # fmt: skip
CORRELATION = pl.DataFrame({
    "age": [20, 20, 30, 30, 30],
    "service_a": ["video", "youtube", "youtube", "game", "game"],
    "service_b": ["youtube", "video", "video", "game", "netflix"],
    "correlation": [0.88, 0.88, 0.56, 1.0, -0.2],
})  # fmt: skip
MONTHLY = pl.DataFrame({
    "month": ["2023-01", "2023-02", "2023-01", "2023-02", "2023-01", "2023-02"],
    "service": ["game", "game", "delivery", "delivery", "youtube", "youtube"],
    "value": [50.0, 51.0, 10.0, 12.5, 0.1, 0.4],
})  # fmt: skip
AFFINITY = pl.DataFrame({
    "service": ["netflix", "shopping", "game"],
    "affinity": [1.19, 1.02, -0.57],
    "labels": [["local"], [], ["below_average"]],
})  # fmt: skip
PLATFORMS = pl.DataFrame({
    "service": ["game", "finance", "shopping"],
    "association": [0.53, 0.35, -0.08],
    "low": [0.39, 0.18, -0.23],
    "high": [0.64, 0.50, 0.07],
    "p_first": [0.868, 0.13, 0.002],
    "tie_group": [1, 1, 2],
})  # fmt: skip
TARGETS = pl.DataFrame({
    "rank": [1, 2, 3, 4, 5],
    "district": ["관악구", "중구", "관악구", "관악구", "관악구"],
    "sex": ["F", "M", "M", "F", "F"],
    "age": [30, 20, 20, 40, 20],
    "population": [20_000.0, 5_000.0, 30_000.0, 8_000.0, 9_000.0],
})  # fmt: skip

NEIGHBOURHOODS = pl.DataFrame(
    {
        "district": ["관악구", "관악구", "중구", "중구"],
        "code": ["1121069", "1121068", "1102055", "1102054"],
        "neighbourhood": ["신림동", "대학동", "필동", "소공동"],
        "population": [20_000, 15_000, 3_000, 400],
        "affinity": [1.4, 0.6, -0.3, None],
        "affinity_low": [1.2, 0.4, -0.7, None],
        "affinity_high": [1.6, 0.8, 0.1, None],
        "index": [136.2, 115.0, 93.1, None],
        "index_low": [131.0, 110.5, 84.0, None],
        "index_high": [141.4, 119.5, 102.2, None],
    }
)
SAMPLES: dict[str, Sample] = {
    "population": Sample(
        POPULATION, {"district": "강남구"},
        "강남구에는 20대 여성이 가장 많습니다(6.1만 명)",
        "Women 20-29 are the largest group in Gangnam-gu (61,000 people)",
    ),
    "choropleth": Sample(
        DISTRICT_DAYS, {"measure": BY_ID["delivery"]},
        "배달 이용은 관악구가 가장 많고(월 16.33일), 강남구가 가장 적습니다(월 14.42일)",
        "Use of delivery: highest in Gwanak-gu (16.33 days a month), "
        "lowest in Gangnam-gu (14.42 days a month)",
    ),
    "correlation": Sample(
        CORRELATION, {},
        "동영상·방송을 많이 쓰는 동네일수록 유튜브도 많이 씁니다(상관 0.56~0.88)",
        "People in neighbourhoods where video is used more also use YouTube more "
        "(correlation 0.56 to 0.88)",
    ),
    "monthly": Sample(
        MONTHLY, {"audience": "관악구 20대 남성"},
        "2023년 1월부터 2월까지 관악구 20대 남성의 배달 이용이 25% 늘어 가장 크게 변했습니다",
        "관악구 20대 남성: use of delivery changed most, up 25% from 2023-01 to 2023-02",
    ),
    "ranking": Sample(
        PLATFORMS, {"service": BY_ID["delivery"]},
        "배달을 많이 쓰는 동네일수록 게임과 금융도 많이 씁니다(공동 순위)",
        "People in neighbourhoods where delivery is used more also use games and finance more "
        "(too close to call)",
    ),
    "targets": Sample(
        TARGETS, {"service": BY_ID["netflix"]},
        "넷플릭스 추천 집단 5개는 2개 자치구에 있고, 관악구가 4개로 가장 많습니다",
        "The 5 recommended groups for Netflix are in 2 districts; Gwanak-gu has the most (4)",
    ),
    "neighbourhoods": Sample(
        NEIGHBOURHOODS, {"service": BY_ID["delivery"]},
        "배달 이용은 관악구 신림동에서 가장 높고(136), 중구 필동에서 가장 낮습니다(93)",
        "Use of delivery: highest in 신림동, Gwanak-gu (136), lowest in 필동, Jung-gu (93)",
    ),
}  # fmt: skip
