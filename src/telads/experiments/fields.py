"""Fields of experiments, like those of the other answers (`answers.fields`)."""

from __future__ import annotations

from telads.answers.fields import (
    COUNT,
    FIELDS,
    FLAG,
    MAYBE_COUNT,
    TEXT,
    UNKNOWN,
    Field,
    Kind,
    Row,
    figure,
    maybe,
    maybe_yes,
    of_words,
    plain,
)
from telads.answers.questions import Question, register
from telads.dataset import in_force
from telads.experiments.verdict import METHODS
from telads.text import Lang, Text

ROLES: dict[str, Text] = {
    "treated": Text("광고", "ads"),
    "compared": Text("비교", "compared"),
    "must": Text("광고(추첨 밖)", "ads (not drawn)"),
    "left": Text("광고 안 함(추첨 밖)", "no ads (not drawn)"),
}
"""What an area is in an experiment."""
MEASURES: dict[str, Text] = {
    "population": Text("인원", "Size"),
    "affinity": Text("이용 강도", "Usage score"),
    "outcome": Text("주간 결과", "Outcome a week"),
    "trend": Text("최근 변화", "Recent change"),
}
"""What the sides of a draw are compared by."""


def _area(row: Row, key: str, lang: Lang) -> str:
    """A district, or a district and its neighbourhood, as `areas.Area` spells them."""
    name = str(row[key])
    known = in_force().district_names
    district = next((one for one in known if name == one or name.startswith(f"{one} ")), "")
    return in_force().district_name(district, lang) + name[len(district) :]


def _measure(row: Row, key: str, lang: Lang) -> str:
    """A mean in the form of its measure."""
    value = row[key]
    if value is None:
        return UNKNOWN
    if row["measure"] == "trend":
        return f"{value:+.1%}"
    return f"{value:+.2f}" if row["measure"] == "affinity" else f"{value:,.0f}"


def _weeks(row: Row, key: str, lang: Lang) -> str:
    return UNKNOWN if row[key] is None else str(row[key])


_DAY = {"type": "string", "format": "date"}
_NEIGHBOURHOOD = Field(
    "neighbourhood", Text("{neighbourhood}", "{Neighbourhood}"),
    Text("{neighbourhood} 이름", "name of the {neighbourhood}"),
    plain(TEXT), "신림동",
)  # fmt: skip
_FIELDS: tuple[Field, ...] = (
    Field("code", None, Text("{neighbourhood} 코드", "code of the {neighbourhood}"),
        plain(TEXT), "1121069"),
    Field("role", Text("역할", "Role"), Text("광고하는지, 비교하는지", "whether it has ads"),
        of_words(ROLES, {"type": "string", "enum": list(ROLES)}), "treated"),
    Field("stratum", Text("층", "Stratum"),
        Text("추첨한 층, 추첨하지 않은 지역은 null", "its stratum; null if it was not drawn"),
        figure("d", MAYBE_COUNT), 2, priority=20),
    Field("outcome", Text("주간 결과", "Outcome a week"),
        Text("시험 전 한 주의 결과, 파일의 단위로", "outcome of a week before, in the file's unit"),
        figure(",.0f"), 1250.0),
    Field("measure", Text("항목", "Measure"), Text("비교하는 값", "what is compared"),
        of_words(MEASURES, {"type": "string", "enum": list(MEASURES)}), "population"),
    Field("treated_mean", Text("광고 지역", "With ads"),
        Text("광고 지역의 평균", "mean of areas with ads"),
        Kind(maybe(), _measure, figure=True), 401230.0),
    Field("compared_mean", Text("비교 지역", "Compared"),
        Text("비교 지역의 평균, 층의 비중을 같게", "mean of areas compared, strata weighed alike"),
        Kind(maybe(), _measure, figure=True), 380120.0),
    Field("difference", Text("차이", "Difference"),
        Text("두 평균의 차이, 지역의 표준편차로", "difference in standard deviations of areas"),
        figure("+.2f"), 0.12),
    Field("chance", Text("더 큰 추첨", "Draws beyond"),
        Text("차이가 이보다 큰 추첨의 비율", "share of draws with a larger difference"),
        figure(".0%"), 0.63),
    Field("treated", Text("광고 지역 수", "Areas with ads"),
        Text("광고하는 지역의 수", "number of areas with ads"), figure("d", COUNT), 6),
    Field("weeks", Text("주 수", "Weeks"),
        Text("시험하는 주의 수, 표준편차를 적었으면 null", "weeks of the test; null by a typed sd"),
        Kind(MAYBE_COUNT, _weeks, figure=True), 6),
    Field("smallest", Text("최소 효과", "Smallest effect"),
        Text("확인할 수 있는 최소 효과(비율), 추첨이 너무 적으면 null",
             "smallest effect that would show, a share; null with too few draws"),
        figure(".1%"), 0.083),
    Field("draws", Text("추첨의 수", "Draws"), Text("가능한 추첨의 수", "number of possible draws"),
        figure(",d", COUNT), 5120),
    Field("asked", None, Text("이 설계인지", "whether this is the design"), plain(FLAG), True),
    Field("area", Text("광고 지역", "Area with ads"), Text("광고 지역", "an area with ads"),
        Kind(TEXT, _area), "{sample_district}"),
    Field("beside", Text("맞닿은 비교 지역", "Beside it"),
        Text("맞닿은 비교 지역", "an area compared that borders it"),
        Kind(TEXT, _area), "{sample_district}"),
    Field("method", Text("방법", "Method"), Text("방법", "method"),
        of_words(METHODS, {"type": "string", "enum": list(METHODS)}), "draws"),
    Field("effect", Text("효과", "Effect"),
        Text("광고가 없었을 때와의 차이(비율)", "difference from no ads, a share"),
        figure("+.1%"), 0.041),
    Field("low", Text("최소", "Low"), Text("구간의 아래 끝, 없으면 null",
        "low end of its interval; null without one"), figure("+.1%"), 0.012),
    Field("high", Text("최대", "High"), Text("구간의 위 끝, 없으면 null",
        "high end; null without one"), figure("+.1%"), 0.07),
    Field("p", Text("우연 확률", "By chance"),
        Text("광고가 없어도 이만큼 나올 비율", "share of draws that show as much without ads"),
        figure(".2%"), 0.007),
    Field("week", Text("주", "Week"), Text("주의 첫날", "first day of the week"),
        plain(_DAY), "2026-03-02"),
    Field("test", Text("시험", "Test"), Text("시험하는 주인지", "whether it is of the test"),
        Kind(FLAG, maybe_yes), True),
    Field("seen", Text("광고 지역", "With ads"), Text("광고 지역의 합", "sum of areas with ads"),
        figure(",.0f"), 12840.0),
    Field("expected", Text("광고가 없었다면", "Without ads"),
        Text("광고가 없었을 때의 합", "the sum expected without ads"), figure(",.0f"), 12330.0),
    Field("gap", Text("차이", "Gap"), Text("두 합의 차이", "difference of both"),
        figure("+,.0f"), 510.0),
)  # fmt: skip
OWN: dict[str, Field] = {one.key: one for one in _FIELDS}
"""Fields of experiments by key."""


def _of(*keys: str) -> tuple[Field, ...]:
    return tuple(OWN.get(key) or FIELDS[key] for key in keys)


QUESTIONS: tuple[Question, ...] = (
    Question("experiment_areas",
        _of("district", "role", "stratum", "population", "affinity", "outcome"),
        {"neighbourhood": (_NEIGHBOURHOOD, OWN["code"])}),
    Question("experiment_balance", _of(
        "measure", "treated_mean", "compared_mean", "difference", "chance")),
    Question("experiment_curve", _of("treated", "weeks", "smallest", "draws", "asked")),
    Question("experiment_borders", _of("area", "beside")),
    Question("experiment_methods", _of("method", "effect", "low", "high", "p")),
    Question("experiment_weeks", _of("week", "test", "seen", "expected", "gap")),
)  # fmt: skip
"""The tables of designs and verdicts; the fields of a variant come after the district."""
register(QUESTIONS)
