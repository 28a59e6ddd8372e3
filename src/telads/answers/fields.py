"""Fields: the columns of answers and their single figures.

A field declares its key, title, meaning, kind (JSON Schema and display), example, priority on
narrow screens, and how a page draws it. JSON Schema, OpenAPI, docs/json.md, the tables of the
command line, pages and notebooks, CSV with its description, workbooks and reports are made from
these declarations.

`FIELDS` holds those shared by several questions; a field of one question, or with another meaning
there, is declared with the question (`answers.questions`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from telads.answers import trust
from telads.answers.trust import Trust
from telads.dataset import OF, in_force
from telads.model import Month, Sex
from telads.text import Lang, Text
from telads.wording import NO, YES
from telads.wording import figure as figure_in_unit

Row = dict[str, Any]
Schema = dict[str, Any]
Write = Callable[[Row, str, Lang], str]
"""Formats a row's value for a key."""

UNKNOWN = "–"
"""Written for an unknown value."""
STAYS = 1000
"""Priority of a field that narrow screens always show."""


class Kind(NamedTuple):
    """Type of a field's values: their JSON Schema, and their display.

    `form` is a Python format of figures, for files with numeric cells.
    """

    schema: Schema
    write: Write
    figure: bool = False
    form: str = ""


class Html(NamedTuple):
    """How a field is drawn in a page's table.

    `bar` adds a bar to the figure, its own or that of the field `bar`; `badges` draws
    self-explanatory labels, `words` aligns a figure among words as text. `beside` are further
    fields shown in the same cell, which then have no column of their own. `short` is the heading
    where a caption says the rest, `phone` the heading of its cell on a phone; both default to the
    title. `style` is the class of its cells, by default the key; a field that is not `shown` has no
    column.
    """

    draw: Literal["text", "bar", "badges", "words"] = "text"
    beside: tuple[str, ...] = ()
    short: Text | None = None
    phone: Text | None = None
    style: str = ""
    shown: bool = True
    bar: str = ""


class Field(NamedTuple):
    """One column of an answer's rows, or one of its single figures.

    A field without a title appears in JSON and CSV only. `priority` orders the columns that a
    narrow terminal drops: the lowest first. `note` is written once below a table that shows it.
    """

    key: str
    title: Text | None
    meaning: Text
    kind: Kind
    example: object
    priority: int = STAYS
    unit: Text | None = None
    html: Html = Html()
    note: Text | None = None
    trust: Trust = Trust()
    """What the card of its figures says."""

    @property
    def schema(self) -> Schema:
        """JSON Schema of its values."""
        return self.kind.schema

    @property
    def figure(self) -> bool:
        """Whether its values are figures, which are right-aligned."""
        return self.kind.figure

    def heading(self, lang: Lang) -> str:
        """Heading of its column: the title, or the key without one."""
        return self.title(lang) if self.title else self.key

    def write(self, row: Row, lang: Lang) -> str:
        """A row's value as displayed."""
        return self.kind.write(row, self.key, lang)


class Key(NamedTuple):
    """A key of an object that is not a table column: of a request, or a figure of planning."""

    schema: Schema
    example: object
    meaning: Text


def maybe(**schema: object) -> Schema:
    """Schema of a number or null."""
    return {"type": ["number", "null"], **schema}


TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
MONTH: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
SERVICE: Schema = {"type": "string", OF: "services"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MAYBE_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
RANK: Schema = {"type": "integer", "minimum": 1}
SHARE: Schema = maybe(minimum=0, maximum=1)
CORRELATION: Schema = maybe(minimum=-1, maximum=1)


_FORM = re.compile(r"(?P<sign>\+?)(?P<comma>,?)(?:d|\.(?P<digits>\d)(?:f|(?P<percent>%)))")


def spreadsheet_format(form: str) -> str:
    """The number format of spreadsheets for a Python format (ECMA-376, 18.8.31).

    A figure may have a sign, groups of thousands, and decimals or percent: `d`, `+d`, `,.1f`,
    `+.1%`. Raises `ValueError` for any other.
    """
    found = _FORM.fullmatch(form)
    if not found:
        raise ValueError(f"{form!r} is no format of a figure: write it as d, +d, ,.1f or +.1%")
    decimals = int(found["digits"] or 0)
    number = "#,##0" if found["comma"] else "0"
    number += f".{'0' * decimals}" if decimals else ""
    number += found["percent"] or ""
    return f"+{number};-{number};{number}" if found["sign"] else number


def figure(form: str, schema: Schema | None = None) -> Kind:
    """The kind of figures with a Python format, such as `,d`, `+.2f`, `.1%`.

    Raises `ValueError` for a format that a spreadsheet cannot have (`spreadsheet_format`).
    """
    spreadsheet_format(form)

    def write(row: Row, key: str, lang: Lang) -> str:
        return UNKNOWN if row[key] is None else format(row[key], form)

    return Kind(maybe() if schema is None else schema, write, figure=True, form=form)


def of_words(words: Mapping[str, Text], schema: Schema) -> Kind:
    """The kind of ids displayed as words."""
    return Kind(schema, lambda row, key, lang: words[row[key]](lang) if row[key] else UNKNOWN)


def plain(schema: Schema) -> Kind:
    """The kind of values displayed unchanged."""
    return Kind(schema, lambda row, key, lang: str(row[key]))


LABELS: dict[str, Text] = {
    "tie": Text("다음 달 동률", "tie next month"),
    "tie_ahead": Text("석 달 뒤 동률", "tie in three months"),
    "below_average": Text("평균보다 적음", "below average"),
    "local": Text("지역 특성", "local"),
    "break": Text("계열 끊김 가능", "possible break"),
}
"""Labels of method A4."""

MOVEMENTS: dict[str, Text] = {
    "still": Text("거의 그대로", "about the same"),
    "city": Text("{city} 전체의 변화", "a change across {city}"),
    "local": Text("이 지역만의 변화(대개 오래가지 않음)", "local, mostly temporary"),
    "noise": Text("오차 범위 안의 변화", "within the margin of error"),
}
"""Sources of the latest change (method A5)."""

BELOW_FLOOR = Text("최소 공개 인원 미만", "below the minimum group size")
"""Shown in place of a share of people below the floor."""

_WORDS: dict[str, Text] = {
    "services": Text("서비스", "services"),
    "platforms": Text("매체", "platforms"),
    "affinity": Text("이용 강도", "usage score"),
    "classic": Text("기존(2023년 연구)", "2023 method"),
    "last": Text("지난달 그대로", "last month"),
    "mean": Text("모든 달 평균", "mean of months"),
    "city": Text("같은 성별·나이 평균", "mean of sex and age"),
    "ceiling": Text("가능한 한계", "ceiling"),
    "chance": Text("우연(대조)", "chance (control)"),
    "ndcg": Text("NDCG@3", "NDCG@3"),
    "tau": Text("켄들 타우", "Kendall's tau"),
    "first": Text("1위 적중", "first place right"),
    "precision": Text("추천 집단 30 정밀도", "precision@30 of groups"),
    "coverage": Text("80% 구간 포함률", "80% interval is right"),
    "ties": Text("1위 표시", "ties"),
    "intervals": Text("지수 구간", "intervals"),
    "movements": Text("움직임", "movements"),
    "worth": Text("매체 순서", "worth"),
    "tie": Text("공동 1위: 1위 유지", "too close to call: first again"),
    "clear": Text("공동 1위 아님: 1위 유지", "not too close: first again"),
    "lead_0": Text("차이 0.05 미만: 1위 유지", "lead below 0.05: first again"),
    "lead_5": Text("차이 0.05~0.10: 1위 유지", "lead 0.05–0.10: first again"),
    "lead_10": Text("차이 0.10~0.15: 1위 유지", "lead 0.10–0.15: first again"),
    "lead_15": Text("차이 0.15~0.20: 1위 유지", "lead 0.15–0.20: first again"),
    "lead_20": Text("차이 0.20~0.30: 1위 유지", "lead 0.20–0.30: first again"),
    "lead_30": Text("차이 0.30 이상: 1위 유지", "lead from 0.30: first again"),
    "forecast_holds": Text("예측 구간에 든 비율", "80% forecast interval is right"),
    "forecast_half": Text("예측 구간 반폭(지수)", "half its width, index points"),
    "neighbourhoods_hold": Text("동네 구간에 든 비율", "80% of neighbourhoods is right"),
    "own_keeps_sign": Text("방향이 이어진 비율", "keeps its sign"),
    "beyond_noise_keeps_sign": Text("오차 밖: 이어진 비율", "beyond noise: keeps its sign"),
    "association_gain": Text("동반 이용 순의 이용 차이",
                             "use met by association"),
    "association_gain_p90": Text("동반 이용 순의 이용 차이(상위 10%)",
                                 "use met by association, p90"),
    "use_gain": Text("이용 순의 이용 차이",
                     "use of platforms by use"),
    "orders_agree": Text("두 순서의 켄들 타우", "tau of both orders"),
}  # fmt: skip
"""Words of the evaluation."""


def method_name(method: str, lang: Lang) -> str:
    """Displayed name of a recommender: `이용 강도`, `affinity`."""
    return _WORDS[method](lang) if method in _WORDS else method


def _word(row: Row, key: str, lang: Lang) -> str:
    return method_name(str(row[key]), lang)


def _yes(row: Row, key: str, lang: Lang) -> str:
    return (YES if row[key] else NO)(lang)


def maybe_yes(row: Row, key: str, lang: Lang) -> str:
    """Yes, no, or that it is not known."""
    return UNKNOWN if row[key] is None else _yes(row, key, lang)


CITY = Text("{city} 전체", "all {city}")
"""Shown for a row that is not about one district."""
ANYBODY = Text("모두", "all")
"""Shown for a row that is not about one sex or age."""


def _month(row: Row, key: str, lang: Lang) -> str:
    return Month.parse(row[key]).text(lang)


def _district(row: Row, key: str, lang: Lang) -> str:
    if row[key] is None:
        return in_force().fill(CITY)(lang)
    return in_force().district_name(row[key], lang)


def _sex(row: Row, key: str, lang: Lang) -> str:
    return ANYBODY(lang) if row[key] is None else Sex(row[key]).text(lang)


def _age(row: Row, key: str, lang: Lang) -> str:
    if row[key] is None:
        return ANYBODY(lang)
    return in_force().age_text(row[key])(lang)


def service_name(row: Row, key: str, lang: Lang) -> str:
    """Name of a service; an unknown platform stays as it is."""
    known = in_force().measures
    return known[row[key]].text(lang) if row[key] in known else str(row[key] or UNKNOWN)


def _services(row: Row, key: str, lang: Lang) -> str:
    return ", ".join(in_force().measures[id].text(lang) for id in row[key] or ())


def _usage(row: Row, key: str, lang: Lang) -> str:
    """A usage in the unit of its service."""
    if row[key] is None:
        return UNKNOWN
    service = in_force().measures[row["service"]]
    return f"{row[key]:+.2f}" if service.is_index else figure_in_unit(row[key], service.kind, lang)


def _change(row: Row, key: str, lang: Lang) -> str:
    """A change in the unit of its service; for an index service that of its affinity."""
    if row[key] is None:
        return UNKNOWN
    service = in_force().measures[row["service"]]
    return f"{row[key]:+.2f}" if service.is_index else f"{row[key]:+.1f}"


def _beside(row: Row, key: str, lang: Lang) -> str:
    """A use beside another's, with enough digits to distinguish them; an index with its sign."""
    if row[key] is None:
        return UNKNOWN
    indexed = in_force().measures[row["service"]].is_index
    return f"{row[key] + 0.0:+.3f}" if indexed else f"{row[key]:.2f}"


def _change_beside(row: Row, key: str, lang: Lang) -> str:
    """A change beside others, with its sign."""
    if row[key] is None:
        return UNKNOWN
    indexed = in_force().measures[row["service"]].is_index
    return f"{row[key] + 0.0:+.3f}" if indexed else f"{row[key] + 0.0:+.2f}"


def _places(row: Row, key: str, lang: Lang) -> str:
    return ", ".join(in_force().district_name(name, lang) for name in row[key]) or UNKNOWN


def _second_file(row: Row, key: str, lang: Lang) -> str:
    return in_force().second_name(row[key], lang) or UNKNOWN


def _covered(row: Row, key: str, lang: Lang) -> str:
    """A share of people, or that it is below the floor."""
    return BELOW_FLOOR(lang) if row[key] is None else f"{row[key]:.1%}"


def _labels(row: Row, key: str, lang: Lang) -> str:
    return ", ".join(LABELS[label](lang) for label in row[key])


def _remarks(row: Row, key: str, lang: Lang) -> str:
    return "\n".join(row[f"warnings_{lang}"])


def _signal(row: Row, key: str, lang: Lang) -> str:
    return next(
        f"{signal.text(lang)} ({signal.unit(lang)})"
        for signal in in_force().signals
        if signal.id == row[key]
    )


CHANGE = Kind(maybe(), _change, figure=True, form="+.2f")
USE_BESIDE = Kind(maybe(), _beside, figure=True, form=".2f")
CHANGE_BESIDE = Kind(maybe(), _change_beside, figure=True, form="+.2f")
SERVICE_NAME = Kind(SERVICE, service_name)
WORD = Kind(TEXT, _word)


SD = Text("표준편차", "sd")
NONE = Text("", "")
"""Heading of a cell that needs none on a phone."""
SUMMED = Text("이용량: 분류에 든 앱마다 사용한 날을 더한 월 사용일수"
              "[[indexes|({indexed:은/는} 표준화 점수)]]",
              "Usage: days a month summed over the apps of a category"
              "[[indexes| ({indexed}: a standardised score)]]")  # fmt: skip
"""Why use of a category can exceed the days of a month."""

_SHARED: tuple[Field, ...] = (
    Field("rank", Text("순위", "Rank"), Text("순위, 1이 먼저", "place, 1 comes first"),
        figure("d", RANK), 1, html=Html(phone=NONE), trust=Trust(
            Text("순서입니다. 공동 1위로 표시된 것끼리는 차이가 오차 범위 안입니다.",
                 "Its place. Between those marked too close to call the order means nothing."),
            record="first")),
    Field("month", Text("기준월", "Month"), Text("기준월", "data month"), Kind(MONTH, _month),
        "2023-06"),
    Field("service", Text("서비스", "Service"), Text("서비스", "service"), SERVICE_NAME,
        "{sample_service}"),
    Field("district", Text("{district}", "{District}"),
        Text("{district}(한국어 이름)", "district, by its Korean name"), Kind(TEXT, _district),
        "{sample_district}"),
    Field("sex", Text("성별", "Sex"), Text("성별", "sex"),
        Kind({"type": "string", "enum": ["M", "F"]}, _sex), "F"),
    Field("age", Text("나이", "Age"),
        Text("나이대의 첫 해, {last:은/는} {last_age}",
             "first year of the ages; {last} is {last_age}"),
        Kind({"type": "integer", OF: "ages"}, _age), "{sample_age}"),
    Field("population", Text("인원", "People"),
        Text("인원, 10명 단위로 반올림", "people, rounded to 10"), figure(",.0f", COUNT), 50920,
        priority=31, html=Html(style="people"), trust=Trust(
            Text("이 집단의 사람 수입니다. 개인정보 보호를 위해 10명 단위로 반올림합니다.",
                 "How many people they are, rounded to 10 for privacy."), sure=trust.ESTIMATED)),
    Field("usage", Text("이용량", "Usage"),
        Text("이용량: 한 달 사용일수(앱별 합)[[indexes|, {indexed:은/는} 표준화 점수]]",
             "usage: days a month summed over apps"
             "[[indexes|; a standardised score for {indexed}]]"),
        Kind(maybe(), _usage, figure=True, form=".2f"), 18.05, priority=16, note=SUMMED,
        trust=Trust(
            Text("한 사람이 한 달에 쓴 날을 앱마다 더한 값입니다. 그래서 한 달의 날수보다 클 수 "
                 "있습니다.",
                 "Days of use a month and person, summed over apps: it can exceed the days of a "
                 "month."))),
    Field("affinity", Text("이용 강도", "Usage score"),
        Text("이용 강도: {city} 시민 평균에서 떨어진 정도(표준편차)",
             "usage score: standard deviations from the {city} average"), figure("+.2f"), 0.911,
        unit=SD, html=Html(style="affinity statistic"), trust=Trust(
            says=trust.of_index, ends=("index_low", "index_high"), average=100.0,
            judge=trust.judge_index, record="forecast")),
    Field("index", Text("지수({city}=100)", "Index ({city} 100)"),
        Text("지수: {city} 시민 평균이 100, 표준화 점수 서비스는 null",
             "index: 100 is the average person; null for services with standardised scores "
             "only"), figure(".0f"),
        120.5,
        html=Html("bar", bar="affinity", short=Text("{city} 평균 대비", "Against {city}")),
        trust=Trust(
            Text("{city} 시민 평균보다 얼마나 더 쓰고 덜 쓰는지입니다.",
                 "How much more or less than the {city} average they use it."),
            says=trust.of_index, ends=("index_low", "index_high"), average=100.0,
            judge=trust.judge_index, record="forecast")),
    Field("index_low", Text("동네 80% 하한", "Places 80% low"),
        Text("동네 사이의 차이로 본 지수의 80% 구간 하한(예측이 아님)",
             "index, low end of its 80% interval over neighbourhoods (no forecast)"),
        figure(".0f"), 116.4, priority=1),
    Field("index_high", Text("동네 80% 상한", "Places 80% high"),
        Text("그 상한", "high end of that interval"), figure(".0f"), 124.6, priority=2),
    Field("index_next_low", Text("다음 달 80% 하한", "Next 80% low"),
        Text("다음 기준월 지수의 80% 예측 구간 하한, 예측해 본 달이 넷보다 적으면 null",
             "index of the next data month, low end of its 80% forecast interval; null where "
             "fewer than four months were predicted"), figure(".0f"), 118.1, priority=5),
    Field("index_next_high", Text("다음 달 80% 상한", "Next 80% high"),
        Text("그 상한", "high end of that interval"), figure(".0f"), 122.9, priority=6),
    Field("index_ahead_low", Text("석 달 뒤 80% 하한", "In 3 months low"),
        Text("석 달 뒤 기준월 지수의 80% 예측 구간 하한, 예측해 본 달이 넷보다 적으면 null",
             "index three data months ahead, low end of its 80% forecast interval; null "
             "where fewer than four months were predicted"), figure(".0f"), 116.2, priority=3),
    Field("index_ahead_high", Text("석 달 뒤 80% 상한", "In 3 months high"),
        Text("그 상한", "high end of that interval"), figure(".0f"), 124.8, priority=4),
    Field("change", Text("지난달 대비", "Change"),
        Text("지난달 대비(일/월, 표준화 점수 서비스는 이용 강도)",
             "since the month before (days a month; usage score for services with standardised "
             "scores only)"), CHANGE,
        -0.707, priority=22,
        unit=Text("일/월[[indexes|, {indexes:은/는} 이용 강도]]",
                  "days a month[[indexes|; usage score for {indexes}]]"),
        html=Html("words", beside=("change_city", "change_local", "movement"),
                  short=Text("지난달 대비", "Since last month")),
        trust=Trust(says=trust.of_change, judge=trust.judge_change, record="change")),
    Field("change_city", Text("{city} 전체 요인", "Citywide"),
        Text("그중 {city} 같은 성별·나이의 변화",
             "the change of the same sex and age in {city}"), CHANGE, -0.746, priority=9),
    Field("change_local", Text("지역 요인", "Local part"),
        Text("그중 이 집단만의 변화", "the change of this group only"), CHANGE, 0.04, priority=10),
    Field("movement", Text("움직임", "Movement"),
        Text("누구의 움직임인지: still(그대로), city({city} 전반), local(이 집단만, 대개 "
             "오래가지 않음), noise(오차 범위 안)",
             "what changed: still, city, local (only this group, mostly temporary), noise (within "
             "the margin of error)"),
        of_words(MOVEMENTS,
                 {"type": ["string", "null"], "enum": ["still", "city", "local", "noise", None]}),
        "city", priority=21),
    Field("labels", Text("표시", "Labels"),
        Text("표시: tie(다음 달 동률), tie_ahead(석 달 뒤 동률), below_average(평균보다 "
             "적음), "
             "local(지역 특성), break(이 달에 계열이 끊겼을 수 있음)",
             "labels: tie (too close to call next month), tie_ahead (none three months ahead), "
             "below_average, local (differs from {city}), break (the series of {city} may be "
             "broken between the month before and this one)"), 
        Kind({"type": "array", "items": {"type": "string", "enum": list(LABELS)}}, _labels),
        ["local"],
        html=Html("badges")),
    Field("weight", Text("가중치", "Weight"),
        Text("2023년 연구의 가중치", "weight of the 2023 study"), figure(".3f"), 1.056,
        priority=28),
    Field("z", Text("z", "z"), Text("2023년 연구의 z", "z of the 2023 study"), figure("+.3f"),
        0.781, priority=29),
    Field("score", Text("점수", "Score"), Text("2023년 연구의 점수", "score of the 2023 study"),
        figure("+.3f"), 0.825, unit=Text("가중치 × z", "weight × z"),
        html=Html(beside=("weight", "z"))),
    Field("excess", Text("평균 초과 이용량(일/월)", "Above average (days a month)"),
        Text("평균 초과 이용량: {city} 평균을 넘는 한 달 사용일수의 합, 10 단위",
             "usage above average: days a month above the {city} average, summed over people, "
             "rounded to 10"),
        figure(",.0f"), 179540, priority=11, unit=Text("일/월", "days a month"),
        html=Html(short=Text("평균 초과 이용량", "Above average"),
                  phone=Text("평균 초과 이용량 (일/월)", "Above average (days a month)")),
        trust=Trust(Text("이 집단이 평균만큼 쓸 때보다 더 쓰는 날을 모두 더한 값입니다. 사람이 "
                         "많고 더 쓸수록 "
                         "큽니다.",
                         "All the days that the group uses it beyond the average: larger the more "
                         "people they are and the more they use it."))),
    Field("volume_share", Text("이용량 비중", "Share of volume"),
        Text("{city} 이용량에서의 비중(0~1)", "share of all usage, 0..1"),
        figure(".2%", SHARE), 0.0045, priority=12, unit=Text("누계", "so far"),
        html=Html(beside=("cumulative_share",), short=Text("비중", "Share"),
                  phone=Text("비중 · 누계", "Share · so far"), style="share"),
        trust=Trust(Text("이 서비스의 모든 이용 가운데 이 집단의 비중, 그리고 여기까지의 합입니다.",
                         "The group's part of all use of the service, then the sum so far."))),
    Field("cumulative_share", Text("누적 비중", "Running share"),
        Text("여기까지의 누적 비중(0~1)", "running total of the shares, 0..1"),
        figure(".2%", SHARE), 0.0045, priority=20),
    Field("places", Text("어디에", "Where"),
        Text("이 집단이 가장 많이 쓰는 {district}부터 이름 10개까지, 한 {district}의 목록이면 그 "
             "{neighbourhood}",
             "names of the {districts} where the group comes first in this order, ten at most; in "
             "a list of one {district}, of its {neighbourhoods}"),
        Kind(TEXTS, _places), ["{sample_district}"], priority=22),
    Field("platforms", Text("매체 유형", "Platforms"),
        Text("공동 1위 매체(매체 순서에 따라)",
             "the platforms too close to call with the best, in the order of platforms"),
        Kind({"type": ["array", "null"], "items": SERVICE}, _services), ["game"]),
    Field("platform", Text("매체", "Platform"), Text("매체", "platform"), SERVICE_NAME, "game"),
    Field("prior_only", Text("{city} 값", "{city} value"),
        Text("같은 성별·나이의 {city} 값만으로 답했는지",
             "whether only the value of its sex and age in {city} is "
             "used"), Kind(FLAG, _yes), False),
    Field("association", Text("동반 이용", "Used together"),
        Text("동반 이용: 나이를 고른 동네들의 상관(-1~1)",
             "used together: correlation between neighbourhoods within an age, -1..1"),
        figure("+.2f", CORRELATION), 0.579, trust=Trust(says=trust.of_association, ends=("low",
        "high"),
                           judge=trust.judge_association, record="association")),
    Field("low", Text("80% 하한", "80% low"),
        Text("동반 이용의 80% 하한", "low end of its 80% interval"), figure("+.2f", CORRELATION),
        0.518, priority=26),
    Field("high", Text("80% 상한", "80% high"),
        Text("동반 이용의 80% 상한", "high end of its 80% interval"), figure("+.2f", CORRELATION),
        0.635, priority=27),
    Field("p_first", Text("1위일 확률", "Chance of first"),
        Text("동반 이용이 가장 높을 확률(0~1)",
             "probability of being used together most, 0..1"), figure(".0%", SHARE),
        0.982),
    Field("tie_group", Text("공동 순위 묶음", "Tie group"),
        Text("물어본 순서의 공동 순위 묶음, 1은 공동 1위",
             "tie group in the order asked for; 1 is too close to call with the first"),
        figure("d", {"type": ["integer", "null"], "minimum": 1}), 1, priority=25),
    Field("n_cells", Text("셀 수", "Cells"),
        Text("바탕이 된 셀(동네×5세) 수, classic은 동네 수",
             "cells (neighbourhood x five years of age) it rests on; classic: neighbourhoods"),
        figure("d", COUNT), 44, priority=17),
    Field("distance", Text("거리", "Distance"),
        Text("모든 서비스의 이용 강도 사이의 거리(표준편차), 0은 같음",
             "distance between the usage scores to all services (standard deviations), 0 is the "
             "same"),
        figure(".2f", {"type": "number", "minimum": 0}), 0.234),
    Field("closest", Text("가장 비슷한 서비스", "Closest in"),
        Text("가장 비슷한 서비스", "service that differs least"), SERVICE_NAME,
        "{sample_service}"),
    Field("farthest", Text("가장 다른 서비스", "Farthest in"),
        Text("가장 다른 서비스", "service that differs most"), SERVICE_NAME,
        "{sample_platform}",
        priority=30),
    Field("signal", Text("생활 지표", "Signal"), Text("생활 지표", "lifestyle signal"),
        Kind(TEXT, _signal), "subway_days"),
    Field("value", Text("값", "Value"),
        Text("지표의 값(지표의 단위)", "value, in the signal's unit"), figure(",.1f"), 8.67,
        html=Html(beside=("se",), phone=NONE), trust=Trust(
            Text("이 집단 한 사람의 평균이며, ± 뒤는 그 오차입니다.",
                 "The mean of the group's people; after ± its margin of error."))),
    Field("se", Text("표준오차", "Standard error"),
        Text("표준오차(동네 단위)", "standard error, clustered by neighbourhood"),
        figure(",.2f", maybe(minimum=0)), 0.32, priority=13),
    Field("z_city", Text("{city} 대비(표준편차)", "Against {city} (sd)"),
        Text("{city} 시민 평균 대비(표준편차)", "standard deviations from the {city} average"),
        figure("+.2f"), -0.537, unit=SD,
        html=Html(short=Text("{city} 대비", "Against {city}"), style="city"), trust=Trust(
            Text("{city} 평균보다 얼마나 크고 작은지를 점수로 나타낸 값입니다. 0이 평균입니다.",
                 "How far above or below the {city} average, as a score; 0 is the average."))),
    Field("z_peers", Text("같은 성별·나이 대비(표준편차)", "Against sex and age (sd)"),
        Text("같은 성별·나이 대비(표준편차)", "standard deviations from the same sex and age"),
        figure("+.2f"), -1.808, unit=SD,
        html=Html("bar", short=Text("같은 성별·나이 대비", "Against the same sex and age"),
                  style="peers"), trust=Trust(
            Text("다른 {districts}의 같은 성별·나이보다 얼마나 크고 작은지를 점수로 나타낸 "
                 "값입니다.",
                 "How far above or below the same sex and age in other {districts}, as a "
                 "score."))),
    Field("coverage", Text("데이터 비율", "Coverage"),
        Text("값이 있는 비율(0~1), 값이 있는 인원이 최소 공개 인원보다 적으면 null",
             "share that has a value, 0..1; null where it is known for fewer people than the "
             "minimum group size"),
        Kind(SHARE, _covered, figure=True, form=".1%"), 1.0, priority=18),
    Field("first", Text("집계 시작", "Period from"),
        Text("집계 기간의 첫 달", "first month of the period"), Kind(MONTH, _month), "2023-03"),
    Field("last", Text("집계 끝", "to"), Text("집계 기간의 마지막 달", "last month of the period"),
        Kind(MONTH, _month), "2023-05"),
    Field("file", Text("파일", "File"), Text("파일", "file"), plain(TEXT),
        "2023.6월_29개 통신정보.xlsx", priority=24),
    Field("second", Text("둘째 파일", "Second file"),
        Text("그달의 둘째 파일이면 그 id, 그달의 파일이면 null",
             "id of the second file of the month that it is; null for the month's own"),
        Kind(MAYBE_TEXT, _second_file), None, priority=12),
    Field("taken", None, Text("반영한 때", "when it was loaded"), plain(TEXT),
        "2023-08-01T09:00:00+00:00"),
    Field("rows", Text("행", "Rows"), Text("행 수", "rows"), figure(",d", COUNT), 10176,
        priority=15),
    Field("masked", Text("비공개 값", "Masked"), Text("비공개 값의 수", "masked values"),
        figure(",d", COUNT), 0, priority=14),
    Field("synthetic", Text("합성", "Synthetic"),
        Text("합성 데이터인지", "whether it is synthetic"), Kind(FLAG, _yes), False, priority=19),
    Field("built", Text("계산됨", "Built"),
        Text("지금 데이터 버전에 들어 "
             "있는지", "whether the data version contains it"), Kind(FLAG, _yes), True),
    Field("replaced", None, Text("바꾼 파일의 SHA-256", "SHA-256 of the file it replaced"),
        plain(MAYBE_TEXT), None),
    Field("warnings_ko", Text("주의", "Warnings"), Text("주의할 점(한국어)", "notes in Korean"),
        Kind(TEXTS, _remarks), []),
    Field("warnings_en", None, Text("주의할 점(영어)", "notes in English"), plain(TEXTS), []),
    Field("part", Text("무엇", "What"), Text("무엇을 시험했는지", "what was tested"),
        Kind({"type": "string", "enum": ["services", "platforms", "ties", "intervals", "movements",
                                         "worth"]}, _word), "services"),
    Field("cases", Text("경우 수", "Cases"),
        Text("값의 바탕이 된 경우의 수, 세지 않으면 null",
             "cases that the value rests on, if counted"),
        figure(",d", {"type": ["integer", "null"], "minimum": 0}), 1234, priority=23),
    Field("recommender", Text("방법", "Recommender"), Text("방법", "recommender"), WORD,
        "affinity"),
    Field("measure", Text("평가 항목", "Measure"), Text("평가 항목 또는 측정 "
                                                        "항목", "measure"), WORD, "ndcg"),
    Field("ahead", Text("classic 대비", "Ahead of classic"),
        Text("classic보다 앞선 만큼", "ahead of classic by"), figure("+.3f"), 0.02),
    Field("ahead_low", Text("95% 하한", "95% low"),
        Text("그 95% 구간 하한", "low end of its 95% interval"), figure("+.3f"), 0.01,
        priority=7),
    Field("ahead_high", Text("95% 상한", "95% high"),
        Text("그 95% 구간 상한", "high end of its 95% interval"), figure("+.3f"), 0.03,
        priority=8),
    Field("name_ko", None, Text("한국어 이름", "name in Korean"), plain(TEXT),
        "{sample_district}"),
    Field("name_en", None, Text("영어 이름", "name in English"), plain(TEXT),
        "{sample_district_en}"),
    Field("unit_ko", None, Text("단위(한국어)", "unit in Korean"), plain(TEXT), "일/월"),
    Field("unit_en", None, Text("단위(영어)", "unit in English"), plain(TEXT), "days a month"),
    Field("kind", None, Text("값의 종류", "kind of figure"), plain(TEXT), "days"),
    Field("topic", None, Text("분야", "topic"), plain(TEXT), "service"),
)  # fmt: skip
FIELDS: dict[str, Field] = {field.key: field for field in _SHARED}
"""Fields of rows shared by several questions, by key."""

_SINGLE: tuple[Field, ...] = (
    Field("population", None, Text("인원, 10명 단위로 반올림", "people, rounded to 10"),
        plain(COUNT), 50920),
    Field("population_low", None,
        Text("한 해의 기준월 가운데 가장 적은 인원", "fewest over the data months of a year"),
        plain(COUNT), 50900),
    Field("population_high", None, Text("그 가운데 가장 많은 인원", "most over them"),
        plain(COUNT), 50920),
    Field("population_share", None,
        Text("보여 주는 모든 사람 가운데 비중(0~1)", "share of all people shown, 0..1"),
        plain(SHARE), 0.0062),
    Field("foretold_next", None,
        Text("services: 한 달 앞을 예측해 본 달의 수, 넷보다 적으면 다음 달 구간은 null",
             "services: months predicted one month ahead; fewer than four: no interval of the "
             "next"), plain(COUNT), 6),
    Field("foretold_ahead", None,
        Text("services: 석 달 앞을 예측해 본 달의 수, 넷보다 적으면 석 달 뒤 구간은 null",
             "services: months predicted three months ahead; fewer than four: no interval"),
        plain(COUNT), 4),
    Field("volume_share", None,
        Text("targets: {city} 이용량에서의 비중(0~1)",
             "targets: share of the usage in {city}, 0..1"),
        plain(SHARE), 0.0569),
    Field("variance_who", None,
        Text("targets: 이용 차이의 분산 가운데 성별·나이의 비중(0~1)",
             "targets: share of the variance of use that sex and age explain, 0..1"),
        plain(SHARE), 0.9438),
    Field("variance_district", None,
        Text("targets: 그 분산 가운데 같은 성별·나이 안에서 {district}의 비중(0~1)",
             "targets: what the {district} adds to it, within a sex and age, 0..1"),
        plain(SHARE), 0.0221),
    Field("variance_neighbourhood", None,
        Text("targets: 그 분산 가운데 {district} 안에서 {neighbourhood}의 비중(0~1), 모르면 null",
             "targets: what the {neighbourhood} adds inside the {district}, 0..1; null if unknown"),
        plain(SHARE), 0.0341),
    Field("hidden", None,
        Text("targets: 인원이 적어 보이지 않는 {neighbourhood}의 수, 다른 단위에서는 null",
             "targets: {neighbourhoods} that are too small to be shown; null at other levels"),
        plain(MAYBE_COUNT), None),
    Field("pattern", None,
        Text("targets: {neighbourhood} 사이의 차이가 다른 달의 것이면 그달, 아니면 null"
             "(다른 단위에서도 null)",
             "targets: the month whose differences between {neighbourhoods} the data month "
             "repeats; null if they are its own, and at other levels"),
        plain({**MONTH, "type": ["string", "null"]}), None),
    Field("prior_only", None,
        Text("platforms: 같은 성별·나이의 {city} 값만으로 답했는지",
             "platforms: whether only the value of its sex and age in {city} is used"), plain(FLAG),
        False),
    Field("city_before", None,
        Text("changes: 비교한 달의 {city} 1인당 이용량(일/월), 표준화 점수 서비스는 null",
             "changes: use per person in all of {city} in the month compared with, days a month; "
             "null for services with standardised scores only"), plain(maybe()), 34.41),
    Field("city_now", None,
        Text("changes: 기준월의 {city} 1인당 이용량", "changes: the same in the data month"),
        plain(maybe()), 33.89),
    Field("city_change", None,
        Text("changes: {city} 전체의 변화(일/월)", "changes: its change, days a month"),
        plain(maybe()), -0.52),
    Field("city_change_percent", None,
        Text("changes: {city} 전체의 변화율(%)", "changes: its change in percent"),
        plain(maybe()), -1.51),
    Field("clear", None,
        Text("changes: 지역 요인이 뚜렷한 {district}의 수",
             "changes: {districts} whose local part is beyond noise"), plain(COUNT), 14),
    Field("rising", None,
        Text("changes: 그중 지역 요인으로 늘어난 곳", "changes: of them, those that rose"),
        plain(COUNT), 7),
    Field("falling", None,
        Text("changes: 그중 줄어든 곳", "changes: of them, those that fell"), plain(COUNT), 7),
    Field("compared", None,
        Text("changes: 비교한 달", "changes: the month compared with"), plain(MONTH), "2023-05"),
    Field("break", None,
        Text("changes: {city} 전체가 15% 넘게 뛰었거나 두 달 사이에 계열이 끊겼을 수 있는지",
             "changes: whether all of {city} jumped by over 15%, or the series may be broken "
             "between the two months"), plain(FLAG), False),
    Field("current", None,
        Text("status: 지금 데이터 버전에 반영한 파일이 모두 들어 있는지",
             "status: whether the current data version contains every loaded "
             "file"), plain(FLAG), True),
)  # fmt: skip
FACTS: dict[str, Field] = {field.key: field for field in _SINGLE}
"""Single figures; each question lists its own, `evaluate` has others."""


def number_format(field: Field | None) -> str:
    """Spreadsheet number format of a field; empty without one."""
    return spreadsheet_format(field.kind.form) if field and field.kind.form else ""
