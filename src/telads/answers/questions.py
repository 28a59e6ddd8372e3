"""Questions: each declares its id and texts, parameters, fields, facts and function.

Parameters are parsed by `answers.choices`. The verbs of the command line, the addresses of the API
with their OpenAPI, docs/json.md and the JSON Schema of an answer are made from these declarations;
a test keeps the methods of `telads.Workspace` equal to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.fields import (
    CHANGE_BESIDE,
    COUNT,
    FACTS,
    FIELDS,
    FLAG,
    MAYBE_COUNT,
    MONTH,
    SHARE,
    TEXT,
    TEXTS,
    USE_BESIDE,
    Field,
    Html,
    Key,
    Kind,
    Schema,
    figure,
    maybe,
    maybe_yes,
    plain,
    service_name,
)
from telads.answers.trust import Trust
from telads.dataset import OF, OR_NONE, in_force
from telads.model import Sex
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.answers.answer import Answer
    from telads.method.recommend import Among

CONTRACT = 1
"""Version of the JSON form; a breaking change increases it."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = ("affinity", "classic")
"""The first is the default; the second reproduces the 2023 study, for comparison."""


NEEDED: Any = ...
"""The default of a required parameter."""


class Parameter(NamedTuple):
    """One choice of a question, with the same name in every interface.

    `kind` names its parser (`choices.PARSERS`) and the accepted spellings; `choices` are the ids of
    an enumeration. `text` is its meaning, `help` the same as an option.
    """

    name: str
    kind: str
    text: Text
    help: Text
    example: str
    default: Any = NEEDED
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> type:
        """Its Python type: text, unless it is a number or a switch."""
        return {"count": int, "months": int, "switch": bool}.get(self.kind, str)


@dataclass(frozen=True)
class Question:
    """A question: the fields of its answer, and the function that computes it."""

    id: str
    rows: tuple[Field, ...]
    """Fields of a row, all always present, in order."""
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    """Additional fields of rows under certain choices, by the variant's name."""
    of_dataset: Callable[[], tuple[Field, ...]] = tuple
    """Fields of a row that depend on the dataset in force; they follow `rows`."""
    parameters: tuple[Parameter, ...] = ()
    facts: tuple[str, ...] = ()
    """Keys of its single figures (`fields.FACTS`)."""
    function: str = ""
    """`module.name` in `telads.answers`: called with a build and the parsed parameters."""
    does: Text | None = None
    """Line of its verb in the help of the command line; None: no verb."""
    panel: str = "ask"
    """Panel of its verb in that help; `status` says more than its answer (`cli.data`)."""
    summary: Text | None = None
    """Summary of its address in the API; None: no address."""
    query: str = ""
    """Example of the query."""
    month: bool = True
    """Whether its answer is about one label month; else about all of them."""
    open: bool = False
    """Whether its rows have an additional field for each measure and its coverage."""
    paged: bool = False
    """Whether its rows can be paged in the API."""
    sums: bool = False
    """Whether sums of use can be requested, which an index does not have."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a row."""
        return tuple(one.key for one in (*self.rows, *self.of_dataset()))

    def extra(self, variant: str) -> tuple[str, ...]:
        """Additional keys of a variant."""
        return tuple(one.key for one in self.variants[variant])

    @property
    def optional(self) -> dict[str, Field]:
        """Fields that only variants have, by key."""
        return {one.key: one for of in [*self.variants.values()][::-1] for one in of}

    def fields(self, variant: str = "") -> dict[str, Field]:
        """Fields of a row by key; those of a variant come last."""
        own = (*self.rows, *self.of_dataset())
        return {one.key: one for one in (*own, *self.variants.get(variant, ()))}

    def field(self, key: str) -> Field | None:
        """A field of its rows or of a variant's."""
        if key in self._by_key:
            return self._by_key[key]
        return next((one for one in self.of_dataset() if one.key == key), None)

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        known = (*self.rows, *(one for of in self.variants.values() for one in of))
        return {one.key: one for one in reversed(known)}  # of two the first is meant

    def ask(self, of: Any, /, **given: Any) -> Answer:
        """Answer from a build (`status`, `evaluate`: from a workspace) to typed choices.

        Raises `UnknownChoice` and whatever the function raises.
        """
        module, _, name = self.function.partition(".")
        answer: Callable[..., Answer] = getattr(import_module(f"telads.answers.{module}"), name)
        return answer(of, **self.choices(of, given))

    def choices(self, build: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Parse each parameter; absent ones get their default."""
        from telads.answers.choices import PARSERS

        if unknown := given.keys() - {one.name for one in self.parameters}:
            raise TypeError(f"{self.id} has no parameter {', '.join(sorted(unknown))}")
        if missing := [one.name for one in self.parameters
                       if one.default is NEEDED and one.name not in given]:  # fmt: skip
            raise TypeError(f"{self.id} needs {', '.join(missing)}")
        return {
            one.name: PARSERS[one.kind](build, given.get(one.name, one.default))
            for one in self.parameters
        }


DISTRICT = Parameter(
    "district", "district",
    Text("{district}: {sample_district}, {sample_district_en}",
         "{district}, by either name: {sample_district}, {sample_district_en}"),
    Text("{district}: {sample_district}",
         "{district}: {sample_district_en} or {sample_district}"), "{sample_district}",
)  # fmt: skip
SEX = Parameter(
    "sex", "sex", Text("성별: F 또는 M(여, 남도 됨)", "sex: F or M (also in words)"),
    Text("성별: F/M 또는 여/남", "sex: F or M"), "{sample_sex}",
)  # fmt: skip
AGE = Parameter(
    "age", "age",
    Text("나이대의 첫 해, {last:은/는} {last_age}", "first year of the ages; {last} is {last_age}"),
    Text("나이: {ages}({last:은/는} {last_age})", "age: {ages} ({last} = {last_age})"),
    "{sample_age}",
)  # fmt: skip
GROUP = (DISTRICT, SEX, AGE)
"""A segment by its three names."""
FILTERS = (
    DISTRICT._replace(kind="any_district", default=None,
                      help=Text("이 {district}만", "only this district")),
    SEX._replace(kind="any_sex", default=None, help=Text("이 성별만", "only this sex")),
    AGE._replace(kind="any_age", default=None, help=Text("이 나이만", "only this age")),
)  # fmt: skip
"""Segment filters; None means no filter."""
TOGETHER = tuple(
    one._replace(text=Text(
        f"{one.text.ko}, 성별과 나이는 함께 고르며 하나만 고르면 400(bad-question)으로 답합니다.",
        f"{one.text.en}; sex and age together or not at all: one alone is refused with 400 "
        "(bad-question)"))
    for one in FILTERS[1:]
)  # fmt: skip
"""A sex and an age, for figures of one group or of everybody."""
MONTH_ASKED = Parameter(
    "month", "month",
    Text("기준월(YYYY-MM), 없으면 최신 달", "data month; the newest if left out"),
    Text("기준월 2023-06 (기본: 최신 달)", "data month, as 2023-06 (default: the newest)"),
    "2023-06", None,
)  # fmt: skip
METHOD = Parameter(
    "method", "method",
    Text("방식: classic은 기존 방식(2023년 연구)", "method; classic is the 2023 method"),
    Text("affinity 또는 classic(기존 방식)", "affinity, or classic (the 2023 method)"),
    METHODS[0], METHODS[0], METHODS,
)  # fmt: skip
SERVICE_ASKED = Parameter(
    "service", "service", Text("서비스: id 또는 이름", "service, by id or by name"),
    Text("서비스: {service_names}", "service: {service_names}"), "{sample_service}",
)  # fmt: skip

TARGET_ORDERS: dict[str, Text] = {
    "affinity": Text("이용 강도 순: 많이 쓰는 집단부터", "by usage score: heaviest users first"),
    "excess": Text(
        "평균 초과 이용량 순: {city} 평균보다 더 쓰는 양이 많은 집단부터",
        "by usage above average: most first",
    ),
    "volume": Text("이용량 순: 전체 이용량이 큰 집단부터", "by volume: most usage first"),
}
"""Orders of targets (method T1); they agree less than expected."""
LEVELS: dict[str, Text] = {
    "group": Text("성별·나이", "sex and age"),
    "district": Text("{district}", "{district}"),
    "neighbourhood": Text("{neighbourhood}", "{neighbourhood}"),
}
"""Grains of a list of targets: who, then where."""
LEVEL = Parameter(
    "level", "level",
    Text("단위: 성별·나이(group), {district}(district), {neighbourhood}(neighbourhood). "
         "{neighbourhood} 목록은 성별이나 나이를 고르지 않으면 모두에 관한 것입니다. "
         "매체와 classic은 district에서만 되고 다른 단위에서는 400(bad-question)으로 답합니다.",
         "grain: sex and age (group), {district} or {neighbourhood}; without a sex or age, a list "
         "by {neighbourhood} covers everyone there. Platforms and the 2023 method are known by "
         "{district} only: elsewhere they are rejected with 400 (bad-question)"),
    Text("단위: group(성별·나이) district neighbourhood",
         "grain: group (sex and age), district or neighbourhood"),
    "neighbourhood", "district", tuple(LEVELS),
)  # fmt: skip
PLATFORM_ORDERS: dict[str, Text] = {
    "use": Text(
        "이용 순: 이 집단이 {city} 시민 평균보다 많이 쓰는 매체부터",
        "by use: what the group uses most compared with {city} first",
    ),
    "association": Text(
        "동반 이용 순: 광고할 서비스와 같은 동네에서 함께 쓰이는 매체부터",
        "by association: what is used most together with the service first",
    ),
    "classic": Text("기존 방식(2023년 연구)", "2023 method"),
}
"""Orders of platforms, the default first; `telads evaluate` measures the value of each."""
AGAINST: dict[str, Text] = {
    "month": Text("한 달 전", "the month before"),
    "year": Text("한 해 전", "a year ago"),
}
"""Months a month is compared with."""
AMONG: dict[Among, Text] = {
    "all": Text("모든 집단", "all groups"),
    "other-people": Text("성별이나 나이가 다른 집단", "another sex or age"),
    "other-districts": Text("다른 {district}의 같은 성별·나이", "the same sex and age elsewhere"),
}
"""Scopes of similar segments."""
AMONG_PLACES = ("all", "other-districts")
"""Scopes of similar neighbourhoods."""
TARGETS_BY = Parameter(
    "by", "target_order",
    Text("순서: 이용 강도, 평균 초과 이용량, 이용량[[indexes|. {index_ids:은/는} 지수여서 이용 "
         "강도만 "
         "되고 다른 순서는 400(index-refused)으로 답합니다.]]",
         "order of the groups[[indexes|; for {index_ids}, which have standardised scores only, by "
         "usage score only: other orders are rejected with 400 (index-refused)]]"),
    Text("순서: affinity(이용 강도) excess(평균 초과 이용량) volume(이용량)",
         "order: affinity, excess or volume"),
    "affinity", "affinity", tuple(TARGET_ORDERS),
)  # fmt: skip
_PLATFORMS_BY = Text(
    "매체의 순서: 이용 또는 동반 이용", "order of the platforms: use or association"
)
PLATFORMS_BY = Parameter(
    "by", "platform_order", _PLATFORMS_BY,
    Text("순서: use(이용, 기본) association(동반 이용) classic(기존 방식)",
         "order: use (the default), association or classic"),
    "use", None, tuple(PLATFORM_ORDERS),
)  # fmt: skip
TOP = Parameter(
    "top", "count", Text("집단 수(1~300)", "how many groups, 1 to 300"),
    Text("집단 수", "how many"), "10", 10,
)  # fmt: skip


def _of(*keys: str, **changed: Field) -> tuple[Field, ...]:
    """Shared fields by key; `changed` are those with another meaning in this question."""
    return tuple(changed.get(key) or FIELDS[key] for key in keys)


_INTERVALS = ("index_low", "index_high", "index_next_low", "index_next_high", "index_ahead_low",
              "index_ahead_high")  # fmt: skip
_SEGMENT = ("district", "sex", "age")

_AUDIENCE = ("population", "population_low", "population_high", "population_share")
_GROUP_QUERY = "district={sample_district}&sex={sample_sex}&age={sample_age}"

SERVICES = Question(
    "services",
    _of(
        "rank", "service", "usage", "affinity", "index", *_INTERVALS, "change", "change_city",
        "change_local", "movement", "labels",
        service=FIELDS["service"]._replace(html=Html(beside=("labels",))),
        index=FIELDS["index"]._replace(
            unit=Text("동네 사이의 80% 구간", "80% interval over neighbourhoods"),
            html=FIELDS["index"].html._replace(beside=_INTERVALS),
        ),
    ),
    {"classic": _of("weight", "z", "score")},
    parameters=(*GROUP, MONTH_ASKED, METHOD),
    facts=(*_AUDIENCE, "foretold_next", "foretold_ahead"),
    function="customers.services",
    does=Text("이 고객에게 광고할 서비스를 순위로 봅니다.",
              "Which services to advertise to these people, best first."),
    summary=Text("이 고객에게 광고할 서비스", "What to advertise to these people"),
    query=_GROUP_QUERY,
)  # fmt: skip


def _maybe(key: str, ko: str, en: str) -> Field:
    """A part of a segment's name that a list at another grain may lack."""
    known = FIELDS[key]
    schema = {**known.schema, "type": [known.schema["type"], "null"]}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if OF in schema:
        schema[OF] += OR_NONE
    meaning = Text(f"{known.meaning.ko}, {ko}", f"{known.meaning.en}; {en}")
    return known._replace(kind=known.kind._replace(schema=schema), meaning=meaning)


_OF_ALL = ("{neighbourhood}의 모두에 관한 줄은 null", "null for everyone of a {neighbourhood}")
_NEIGHBOURHOOD = (
    Field("neighbourhood", Text("{neighbourhood}", "{Neighbourhood}"),
          Text("{neighbourhood} 이름", "name of the {neighbourhood}"), plain(TEXT), "신림동"),
    Field("code", Text("코드", "Code"),
          Text("데이터에 적힌 {neighbourhood} 코드", "its code, as in the data"), plain(TEXT),
          "1121069", priority=3, html=Html(shown=False)),
    Field("affinity_low", Text("80% 하한", "80% low"),
          Text("이용 강도의 80% 구간 하한", "usage score, low end of its 80% interval"),
          figure("+.2f"), 1.221, priority=8),
    Field("affinity_high", Text("80% 상한", "80% high"),
          Text("그 상한", "high end of that interval"), figure("+.2f"), 1.385, priority=9),
    FIELDS["index_low"]._replace(
        title=Text("지수 하한", "Index low"), example=134.4, html=Html(shown=False),
        meaning=Text("지수의 80% 구간 하한", "index, low end of its 80% interval")),
    FIELDS["index_high"]._replace(
        title=Text("지수 상한", "Index high"), example=139.0, html=Html(shown=False)),
)  # fmt: skip
_RANKED = FIELDS["index"].trust._replace(record="precision")
"""Of a list of groups it is told how many stayed in it."""
TARGETS = Question(
    "targets",
    _of("rank", *_SEGMENT, "population", "affinity", "index", "excess", "volume_share",
        "cumulative_share",
        affinity=FIELDS["affinity"]._replace(html=Html(style="affinity statistic"), trust=_RANKED),
        index=FIELDS["index"]._replace(trust=_RANKED, html=Html(short=FIELDS["index"].html.short)),
        rank=FIELDS["rank"]._replace(trust=FIELDS["rank"].trust._replace(record="precision")),
        district=_maybe("district", "{city} 전체의 성별·나이는 null",
                        "null for a sex and age of all of {city}"),
        sex=_maybe("sex", *_OF_ALL), age=_maybe("age", *_OF_ALL)),
    {"classic": _of("z"), "platforms": _of("platforms"), "group": _of("places"),
     "neighbourhood": _NEIGHBOURHOOD},
    parameters=(
        SERVICE_ASKED, TARGETS_BY, TOP, MONTH_ASKED, METHOD, *FILTERS,
        Parameter("platforms", "switch",
                  Text("집단마다 광고할 매체도", "with the platforms for each group"),
                  Text("집단마다 광고할 매체도", "with the platforms for each group"),
                  "true", False),
        Parameter("platforms_by", "platform_order", _PLATFORMS_BY,
                  Text("매체 순서: use(이용) association(동반 이용)",
                       "order of the platforms: use or association"),
                  "use", "use", tuple(by for by in PLATFORM_ORDERS if by != "classic")),
        LEVEL,
    ),
    facts=(*_AUDIENCE, "volume_share", "variance_who", "variance_district",
           "variance_neighbourhood", "hidden", "pattern"),
    function="advertisers.targets",
    does=Text("이 서비스를 광고할 집단을 순서대로 봅니다.",
              "The recommended groups for a service, best first."),
    summary=Text("이 서비스의 추천 집단", "Recommended groups for a service"),
    query="service={sample_service}&top=5&platforms=true",
    paged=True,
    sums=True,
)  # fmt: skip
_PLATFORM = {
    "affinity": FIELDS["affinity"]._replace(example=0.984, meaning=Text(
        "이 집단이 매체를 쓰는 이용 강도({city} 시민 평균 0, 표준편차)",
        "usage score of the group for the platform: standard deviations from the {city} average")),
    "index": FIELDS["index"]._replace(example=131.6, meaning=Text(
        "이 집단이 매체를 쓰는 지수({city} 시민 평균 100), 표준화 점수 서비스는 null",
        "index of the group's use of the platform, 100 is the {city} average; null for services "
        "with standardised scores only")),
}  # fmt: skip
PLATFORMS = Question(
    "platforms",
    _of("rank", "service", "affinity", "index", "association", "low", "high", "p_first",
        "tie_group", "n_cells", **_PLATFORM),
    parameters=(SERVICE_ASKED, *GROUP, MONTH_ASKED, METHOD, PLATFORMS_BY),
    facts=(*_AUDIENCE, "prior_only"),
    function="advertisers.platforms",
    does=Text("이 집단에게 이 서비스를 광고할 매체를 순위로 봅니다.",
              "Platforms for a service and one group, with their uncertainty."),
    summary=Text("이 집단에게 광고할 매체", "Platforms for a service and one group"),
    query=f"service={{sample_service}}&{_GROUP_QUERY}",
)  # fmt: skip
TARGET_PLATFORMS = Question(
    "target_platforms",
    (
        Field("target", Text("집단 순위", "Group's rank"),
              Text("추천 집단의 순위",
                   "place of the recommended group"), figure("d", FIELDS["rank"].schema), 1),
        *_of(*_SEGMENT),
        *(one._replace(title=Text("매체", "Platform")) if one.key == "service" else one
          for one in PLATFORMS.rows),
    ),
)  # fmt: skip
LOOKALIKE = Question(
    "lookalike",
    _of("rank", *_SEGMENT, "population", "distance", "closest", "farthest"),
    parameters=(
        *GROUP, MONTH_ASKED,
        Parameter("among", "among",
                  Text("유사 집단을 찾을 범위", "where to look for similar groups"),
                  Text("all, other-people(성별·나이가 다른), other-districts(다른 {district})",
                       "all, other-people or other-districts"), "all", "all", tuple(AMONG)),
        TOP._replace(default=5, example="5"),
    ),
    facts=_AUDIENCE,
    function="advertisers.lookalike",
    does=Text("이 집단과 이용 모습이 비슷한 집단을 찾습니다.",
              "Which groups use services like this one."),
    summary=Text("이 집단의 유사 집단", "Which groups use services like this one"),
    query=_GROUP_QUERY,
)  # fmt: skip
_SAME_DISTANCE = Field(
    "noise", Text("가릴 수 없는 거리", "Noise"),
    Text("두 곳이 실제로 같아도 추정 오차만으로 벌어질 거리: 이보다 가까우면 뚜렷한 차이가 없음",
         "distance that the errors of the estimates alone would make: two that are nearer do "
         "not differ clearly"),
    figure(".2f", {"type": "number", "minimum": 0}), 0.3142,
)  # fmt: skip
ALIKE = Question(
    "alike",
    (
        FIELDS["rank"], FIELDS["district"], *_NEIGHBOURHOOD[:2], FIELDS["population"],
        FIELDS["distance"], _SAME_DISTANCE, FIELDS["closest"], FIELDS["farthest"],
    ),
    parameters=(
        Parameter(
            "neighbourhood", "neighbourhood",
            Text("{neighbourhood}: 코드나 이름, 같은 이름이 여럿이면 {district}와 이름. 없으면 "
                 "사람이 가장 많은 곳",
                 "{neighbourhood}: by code or name, by {district} and name where several have it; "
                 "that of most people if left out"),
            Text("{neighbourhood}: 이름이나 코드(기본: 사람이 가장 많은 곳)",
                 "{neighbourhood}: name or code (default: that of most people)"), "1121069", None,
        ),
        *TOGETHER, MONTH_ASKED,
        Parameter("among", "among_places",
                  Text("닮은 곳을 찾을 범위", "where to look for them"),
                  Text("all 또는 other-districts(다른 {district})", "all, or other-districts"),
                  "all", "all", AMONG_PLACES),
        TOP._replace(default=5, example="5"),
    ),
    facts=_AUDIENCE,
    function="places.alike",
    does=Text("이용 모습이 이 동네와 닮은 동네를 찾습니다.",
              "Which neighbourhoods use services like this one."),
    summary=Text("이 {neighbourhood}와 닮은 {neighbourhood}",
                 "Which {neighbourhoods} use services like this one"),
    query="top=3",
)  # fmt: skip
SIGNALS = Question(
    "signals",
    _of("signal", "value", "se", "z_city", "z_peers", "coverage",
        coverage=FIELDS["coverage"]._replace(html=Html(shown=False))),
    parameters=(*GROUP, MONTH_ASKED),
    facts=_AUDIENCE,
    function="customers.signals",
    does=Text("이 집단의 이동과 생활(시간·거리)을 봅니다.",
              "How these people move and live: time and distance."),
    summary=Text("이 집단의 이동과 생활", "How these people move and live"),
    query=_GROUP_QUERY,
)  # fmt: skip
HISTORY = Question(
    "history",
    _of(
        "month", "service", "usage", "affinity", "index", "rank", "labels",
        rank=FIELDS["rank"]._replace(
            meaning=Text("그달 안의 순위(이용 강도)", "place within the month, by usage score"),
            kind=figure("d", {"type": ["integer", "null"]}),
        ),
    ),
    {"year": (
        Field("usage_year_ago", Text("한 해 전 이용량", "A year ago"),
              Text("한 해 전 같은 달의 이용량, 표준화 점수 서비스는 null",
                   "usage in the same month a year ago; null for services with standardised "
                   "scores only"),
              FIELDS["usage"].kind, 17.42, priority=7),
        Field("affinity_year_ago", Text("한 해 전 이용 강도", "Usage score a year ago"),
              Text("한 해 전 같은 달의 이용 강도", "usage score in the same month a year ago"),
              figure("+.2f"), 0.874, priority=6),
    )},
    month=False,
    parameters=GROUP,
    function="customers.history",
    does=Text("이 집단의 서비스 이용을 달마다 봅니다.",
              "How this group's use of services changed, month by month."),
    summary=Text("이 집단의 달마다의 이용", "Their use of services, month by month"),
    query=_GROUP_QUERY,
)  # fmt: skip
SEGMENTS = Question(
    "segments",
    _of(*_SEGMENT, "population", "n_cells"),
    parameters=(MONTH_ASKED, *FILTERS),
    function="inventory.segments",
    summary=Text("한 달의 모든 집단과 항목", "All groups of a month with every measure"),
    query="limit=5",
    open=True,
    paged=True,
)
_WARNINGS = ("warnings_ko", "warnings_en")
MONTHS = Question(
    "months",
    _of("month", "first", "last", "synthetic", *_WARNINGS),
    function="inventory.months",
    summary=Text("물을 수 있는 기준월", "The available data months"),
    month=False,
)
MEASURES = Question(
    "measures",
    _of(
        "measure", "name_ko", "name_en", "unit_ko", "unit_en", "kind", "topic",
        measure=FIELDS["measure"]._replace(meaning=Text("항목", "measure"),
                                           example="single_households"),
        name_ko=FIELDS["name_ko"]._replace(example="1인가구"),
        name_en=FIELDS["name_en"]._replace(example="Single-person households"),
    ),
    function="inventory.measures",
    summary=Text("항목과 단위", "The measures, with their units"),
    month=False,
)  # fmt: skip
DISTRICTS = Question(
    "districts",
    _of("district", "name_ko", "name_en"),
    function="inventory.districts",
    summary=Text("{district} 이름", "The {districts} and their names"),
    month=False,
)
STATUS = Question(
    "status",
    _of("month", "first", "last", "file", "second", "taken", "rows", "masked", "coverage",
        "synthetic", "built", "replaced", *_WARNINGS),
    facts=("current",),
    function="inventory.status",
    panel="data",
    does=Text("작업 폴더에 있는 달, 집계 기간, 주의할 점을 봅니다.",
              "The workspace's months, periods and warnings."),
    summary=Text("반영한 파일, 집계 기간, 주의할 점",
                 "Loaded files, their periods and notes"),
    month=False,
)  # fmt: skip
EVALUATE = Question(
    "evaluate",
    _of(
        "part", "recommender", "service", "measure", "value", "low", "high", "ahead", "ahead_low",
        "ahead_high", "cases",
        service=FIELDS["service"]._replace(example=None,
            meaning=Text("서비스, 모두에 관한 값은 null", "service; null where it is about all"),
            kind=Kind({"type": ["string", "null"], OF: f"services{OR_NONE}"}, service_name),
        ),
        value=FIELDS["value"]._replace(meaning=Text("값", "value of the measure"),
                      kind=figure(".3f"), example=0.98),
        low=FIELDS["low"]._replace(title=Text("95% 하한", "95% low"), kind=figure(".3f"),
                    meaning=Text("95% 구간 하한", "low end of its 95% interval"), example=0.97),
        high=FIELDS["high"]._replace(title=Text("95% 상한", "95% high"), kind=figure(".3f"),
                     meaning=Text("95% 구간 상한", "high end of its 95% interval"), example=0.99),
    ),
    month=False,
    parameters=(
        Parameter("horizon", "months", Text("몇 달 뒤(1 또는 3)", "months ahead, 1 or 3"),
                  Text("몇 달 뒤(1 또는 3)", "months ahead, 1 or 3"), "1", 1),
    ),
    function="evaluation.evaluation",
    panel="make",
    does=Text("지난 달들로 방법을 시험하고 기준선과 나란히 표시합니다.",
              "Test the method on past months, beside its baselines."),
)  # fmt: skip
TRENDS = Question(
    "trends",
    (
        *_of("month", "service"),
        Field("value", Text("이 집단", "These people"),
              Text("이 집단의 이용량, 표준화 점수 서비스는 이용 강도",
                   "their usage; usage score for services with standardised scores "
                   "only"), FIELDS["usage"].kind, 18.05),
        Field("city", Text("{city}", "The city"),
              Text("{city} 전체의 값", "the same for all of {city}"), FIELDS["usage"].kind, 15.2),
    ),
    month=False,
    parameters=GROUP,
    function="changes.trends",
)  # fmt: skip
MOVEMENTS = Question(
    "movements",
    (
        *_of("rank"),
        Field("scope", None, Text("{city} 전체(city) 또는 집단(local)", "city or local"),
              plain(TEXT), "city"),
        *_of("service", *_SEGMENT, "usage"),
        Field("before", None, Text("지난달 이용량", "usage in the month before"),
              plain(maybe()), 17.9),
        *_of("change"),
        Field("change_percent", None, Text("변화율(%)", "change in percent of the usage before"),
              plain(maybe()), 3.2),
        *_of("population"),
        Field("years", None,
              Text("전체가 이맘때 이렇게 움직인 지난 해의 수, 그렇지 않은 해가 있으면 null",
                   "earlier years in which the city moved alike; null if it did not in one"),
              plain(MAYBE_COUNT), None),
    ),
    parameters=(MONTH_ASKED, TOP._replace(default=3)),
    function="changes.movements",
)  # fmt: skip
_OF_MONTHS = Text("일/월[[indexes|, {indexes:은/는} 이용 강도]]",
                  "days a month[[indexes|; usage score for {indexes}]]")  # fmt: skip
_LOCAL = Trust(
    Text("이 {district}만의 변화입니다. {city}의 같은 성별·나이가 움직인 만큼은 뺐습니다.",
         "The change of this {district} alone: what the same sex and age moved by across {city} is "
         "taken off."),
    record="change",
)  # fmt: skip
CHANGES = Question(
    "changes",
    (
        FIELDS["rank"]._replace(meaning=Text("고유 변화가 큰 순서, 1이 가장 많이 늘어난 곳",
                                             "place by the local part, 1 rose most")),
        *_of("service", "district", "population", service=FIELDS["service"]._replace(priority=8)),
        Field("before", Text("비교한 달", "Before"),
              Text("비교한 달의 1인당 이용량(일/월, 표준화 점수 서비스는 이용 강도)",
                   "use per person in the month compared with (days a month; usage score for "
                   "services with standardised scores "
                   "only)"), USE_BESIDE, 34.92, priority=20, unit=_OF_MONTHS),
        Field("now", Text("기준월", "Now"),
              Text("기준월의 1인당 이용량, 두 달 모두 알려진 집단만으로",
                   "the same in the data month; both of the groups that are known in both"),
              USE_BESIDE, 35.18, priority=21, unit=_OF_MONTHS),
        Field("change", Text("변화", "Change"), Text("변화: now − before", "now less before"),
              CHANGE_BESIDE, 0.258, priority=18),
        Field("change_city", Text("{city} 전체 요인", "Citywide"),
              Text("그중 {city}의 같은 성별·나이의 변화(인구 구성의 변화 포함)",
                   "the change of the same sex and age across {city}, including a shift in the "
                   "mix of people"), CHANGE_BESIDE, -0.531, priority=16),
        Field("change_local", Text("지역 요인", "Local part"),
              Text("그중 이 {district}만의 변화: 집단별 지역 요인(방법 A5)의 인구 가중 평균",
                   "the local change: mean over people of its groups' local parts (method A5)"),
              CHANGE_BESIDE, 0.789, priority=25, trust=_LOCAL),
        Field("local_low", Text("지역 요인 95% 하한", "Local 95% low"),
              Text("지역 요인의 95% 구간 하한, 집단에는 null",
                   "low end of the 95% interval of the local part; null for groups"),
              CHANGE_BESIDE, 0.527, priority=10),
        Field("local_high", Text("95% 상한", "Local 95% high"),
              Text("그 상한", "high end of that interval"), CHANGE_BESIDE, 1.05, priority=11),
        Field("city_percent", Text("{city} 전체 요인(%)", "Citywide (%)"),
              Text("change_city를 before에 대한 백분율로, 표준화 점수 서비스는 null",
                   "change_city in percent of before; null for services with standardised scores "
                   "only"),
              figure("+.1f"), -1.52, priority=26),
        Field("local_percent", Text("지역 요인(%)", "Local part (%)"),
              Text("change_local을 before에 대한 백분율로, 표준화 점수 서비스는 null",
                   "change_local in percent of before; null for services with standardised scores "
                   "only"),
              figure("+.1f"), 2.26, priority=29, trust=_LOCAL),
        Field("p", None,
              Text("지역 요인이 우연일 때 이만큼 벗어날 확률(방법 A6), 알 수 없으면 null",
                   "probability of so large a local part by chance (method A6); null where it "
                   "cannot be judged"), plain(SHARE), 0.000021),
        Field("clear", Text("뚜렷함", "Clear"),
              Text("지역 요인이 우연으로 보기 어려운지(그달 {districts} 가운데 오발견율 5%), "
                   "판정할 수 없거나 집단이면 null",
                   "whether the local part is beyond noise (false discovery rate 5% among the "
                   "{districts} of the month); null where it cannot be judged, and for groups"),
              Kind({"type": ["boolean", "null"]}, maybe_yes), True, priority=31),
        Field("groups", Text("집단 수", "Groups"),
              Text("두 달 모두 알려진 성별·나이 집단의 수",
                   "groups of a sex and age that are known in both months"),
              figure("d", COUNT), 12, priority=9),
    ),
    {"groups": _of("sex", "age")},
    parameters=(
        SERVICE_ASKED, MONTH_ASKED,
        Parameter("against", "against",
                  Text("비교할 달: 한 달 전 또는 한 해 전",
                       "what to compare with: the month before or a year ago"),
                  Text("비교: month(한 달 전) year(한 해 전)",
                       "compare with: month (the one before) or year (a year ago)"),
                  "month", "month", tuple(AGAINST)),
        FILTERS[0]._replace(
            text=Text("이 {district}의 성별·나이 집단을 보려면",
                      "to see its groups of a sex and age instead of all {districts}"),
            help=Text("이 {district}의 성별·나이 집단", "the groups of this district"),
        ),
    ),
    facts=("city_before", "city_now", "city_change", "city_change_percent", "clear", "rising",
           "falling", "compared", "break"),
    function="changes.changes",
    does=Text("서비스 이용이 어느 {district}에서 달라졌는지, {city} 전체의 움직임인지 봅니다.",
              "Where the use of a service changed, and whether the change was citywide."),
    summary=Text("어디에서 달라졌고 {city} 전체의 움직임인지",
                 "Where the use of a service changed, and whether the change was citywide"),
    query="service={sample_service}",
)  # fmt: skip
COMPARISON = Question(
    "comparison",
    (
        *_of("service"),
        Field("affinity_first", Text("이용 강도로 1위(집단 수)", "First by usage score (groups)"),
              Text("이용 강도로 1위인 집단의 수", "groups whose top service it is by usage score"),
              figure("d", FIELDS["n_cells"].schema), 120),
        Field("classic_first", Text("기존 방식(2023년 연구)으로 1위", "First by 2023 method"),
              Text("기존 방식(2023년 연구)으로 1위인 집단의 수", "the same by the 2023 method"),
              figure("d", FIELDS["n_cells"].schema), 90),
        Field("both", Text("둘 다 1위", "First by both"),
              Text("두 방식 모두 1위인 집단의 수", "first by both methods"),
              figure("d", FIELDS["n_cells"].schema), 60),
    ),
    parameters=(MONTH_ASKED,),
    function="evaluation.comparison",
)  # fmt: skip
_PEOPLE: dict[str, Text] = {
    "chosen": Text("고른 사람", "Chosen"),
    "all": Text("모두", "all"),
    **{str(sex): sex.text for sex in Sex},
}


def _ages() -> tuple[Field, ...]:
    """A column of people for each age of the dataset in force."""
    return tuple(_people(str(age), in_force().age_text(age)) for age in in_force().ages)


def _people(key: str, title: Text) -> Field:
    return Field(key, title, Text(f"인원: {title.ko}", f"people: {title.en}"),
                 figure(",.0f", FIELDS["n_cells"].schema), 50920)  # fmt: skip


PEOPLE = Question(
    "people",
    (
        *_of("district"),
        _people("chosen", _PEOPLE["chosen"]),
        Field("share", Text("{district} 인구에서의 비중", "Of the {district}"),
              Text("{district} 사람 가운데 비중(0~1)", "share of the {district}'s people, 0..1"),
              figure(".1%"), 0.12),
        *(_people(key, title) for key, title in _PEOPLE.items() if key != "chosen"),
    ),
    of_dataset=_ages,
    parameters=(MONTH_ASKED, *FILTERS[1:]),
    function="audience.by_district",
)  # fmt: skip

_PICTURED = Text("값", "Value")
FILES = (
    Question("scores", _of(*_SEGMENT, "month", "service", "usage", "affinity", "index", "rank",
                           "weight", "z", "score")),
    Question("population", _of("sex", "age", "population")),
    Question("choropleth", (
        *_of("district"),
        Field("value", _PICTURED, Text("고른 항목의 값(그 항목의 단위)",
                                       "value of the measure, in its unit"), plain(maybe()), 40.2),
    )),
    Question("correlation", (
        *_of("age"),
        *(FIELDS["service"]._replace(key=key, title=Text(*title), meaning=Text(*title))
          for key, title in (("service_a", ("서비스 A", "Service A")),
                             ("service_b", ("서비스 B", "Service B")))),
        Field("correlation", Text("상관", "Correlation"),
              Text("나이 안에서 {city} 동네들의 상관(-1~1)",
                   "correlation over the neighbourhoods of {city} within an age, -1..1"),
              figure("+.2f"), 0.31),
    )),
    Question("monthly", (
        *_of("month", "service"),
        Field("value", _PICTURED, Text("1인당 이용량의 평균(서비스의 단위)",
                                       "mean usage over people, in the service's unit"),
              plain(maybe()), 18.05),
        Field("group", Text("집단", "Group"), Text("누구의 값인지", "whose value it is"),
              plain(TEXT), "{city}"),
    )),
    Question("evaluation", EVALUATE.rows),
)  # fmt: skip
"""Tables that exist as files only: an export without a question, and those of pictures."""
ASKED: list[Question] = [
    SERVICES, TARGETS, PLATFORMS, LOOKALIKE, ALIKE, SIGNALS, HISTORY, SEGMENTS, MONTHS, MEASURES,
    DISTRICTS, STATUS, CHANGES, EVALUATE,
]  # fmt: skip
"""Questions whose JSON is a contract, in the order of docs/json.md."""
OF_PAGES = (TARGET_PLATFORMS, TRENDS, MOVEMENTS, COMPARISON, PEOPLE)
"""Questions that only pages ask."""
QUESTIONS: dict[str, Question] = {one.id: one for one in (*ASKED, *OF_PAGES, *FILES)}
"""Every question by id; planning adds its own (`register`)."""


def declare(question: Question) -> None:
    """Add a question whose JSON is a contract, before any interface is set up."""
    ASKED.append(question)
    QUESTIONS[question.id] = question


def register(questions: Iterable[Question]) -> None:
    """Register questions declared elsewhere."""
    QUESTIONS.update({one.id: one for one in questions})


def question_of(name: str) -> tuple[Question, str]:
    """A question and its variant's name: `services classic` gives both."""
    plain_name, _, variant = name.partition(" ")
    return QUESTIONS[plain_name], variant


def field_of(question: str, key: str) -> Field | None:
    """The field of a question's column; None if no table shows it.

    For an undeclared question or key it is the shared field of that key.
    """
    found = declared(question, key)
    return found if found and found.title else None


def declared(question: str, key: str) -> Field | None:
    """Like `field_of`, but also for fields that no table shows."""
    known = QUESTIONS.get(question)
    return (known.field(key) if known else None) or FIELDS.get(key)


def variants() -> tuple[str, ...]:
    """Names of `ASKED`, each followed by those of its variants."""
    return tuple(
        name
        for one in ASKED
        for name in (one.id, *(f"{one.id} {variant}" for variant in one.variants))
    )


DOCUMENT: dict[str, Text] = {
    "contract": Text("이 형식의 버전", "version of this form"),
    "question": Text("질문", "the question"),
    "parameters": Text("물어본 것, 표에 쓰는 이름으로", "what was asked, spelt as in the tables"),
    "month": Text("기준월, 모든 달에 관한 답은 null", "data month; null where it is about all"),
    "window": Text("집계 기간의 첫 달과 마지막 달", "first and last month of the period"),
    "method": Text("방식", "method"),
    "build": Text("데이터 버전의 해시", "hash of the data version"),
    "synthetic": Text("합성 데이터로 만들었는지", "whether made from synthetic data"),
    "facts": Text("답 전체에 관한 값", "single figures about the whole answer"),
    "sentences": Text("말로 옮긴 답", "the answer in words"),
    "warnings": Text(
        "그달 데이터에서 주의할 점(status: 다시 계산해야 반영될 설정)",
        "notes on the month's data (status: settings that wait for the next build)",
    ),
    "rows": Text("표", "the table"),
}
"""Keys around the rows."""

_PAGE: dict[str, tuple[Any, Text]] = {
    "limit": (["integer", "null"], Text("한 쪽의 줄 수", "rows of a page")),
    "offset": ("integer", Text("건너뛴 줄 수", "rows left out before the page")),
    "total": ("integer", Text("모두 몇 줄", "rows in all")),
    "next": (["string", "null"], Text("다음 쪽의 주소, 마지막이면 null",
                                      "address of the next page, null at the end")),
}  # fmt: skip
_WHEN_PAGED = Text("limit이나 offset을 준 때에만", "where limit or offset was given")


def row_schema(name: str, lang: Lang = "en") -> Schema:
    """The JSON Schema of one row, with meanings and examples; `services classic` is a variant."""
    question, variant = question_of(name)
    schema = keys_schema(question.fields(variant), lang)
    return {**schema, "additionalProperties": maybe()} if question.open else schema


def document_schema(
    question: str, row: Schema, lang: Lang = "en", facts: Schema | None = None
) -> Schema:
    """JSON Schema of the answer to a question whose rows have the schema `row`.

    `facts` is the schema of its facts; by default any of `FACTS`.
    """
    keys = {
        name: {**kind, "description": DOCUMENT[name](lang)}
        for name, kind in _document(QUESTIONS[question]).items()
    }
    keys["facts"] = {
        **(facts or {"type": "object", "properties": _keys(FACTS, lang)}),
        "description": DOCUMENT["facts"](lang),
    }
    keys["rows"] = {"type": "array", "items": row, "description": DOCUMENT["rows"](lang)}
    document = _object(keys)
    if QUESTIONS[question].paged:
        document["properties"]["page"] = page_schema(lang)
    return document


def _document(question: Question) -> dict[str, Schema]:
    """Schemas of the keys around the rows, except facts and rows."""
    window = {"type": "array", "items": MONTH, "minItems": 2, "maxItems": 2}
    return {
        "contract": {"const": CONTRACT},
        "question": {"const": question.id},
        "parameters": {"type": "object"},
        "month": MONTH if question.month else {"type": "null"},
        "window": window if question.month else {"type": "null"},
        "method": {"type": "string", "enum": list(METHODS)},
        "build": TEXT,
        "synthetic": FLAG,
        "facts": {"type": "object"},
        "sentences": TEXTS,
        "warnings": TEXTS,
        "rows": {"type": "array"},
    }


def document_keys(question: Question) -> dict[str, Schema]:
    """Schemas of the document's keys by name, with meanings in both languages."""
    facts = {
        key: {**one.schema, "description": one.meaning._asdict(), "examples": [one.example]}
        for key, one in FACTS.items()
    }
    known = {**_document(question), "facts": {"type": "object", "properties": facts}}
    keys = {name: {**kind, "description": DOCUMENT[name]._asdict()} for name, kind in known.items()}
    if question.paged:
        keys["page"] = {
            "type": "object",
            "description": _WHEN_PAGED._asdict(),
            "properties": {
                name: {"type": kind, "description": text._asdict()}
                for name, (kind, text) in _PAGE.items()
            },
            "required": list(_PAGE),
        }
    return keys


def page_schema(lang: Lang) -> Schema:
    """JSON Schema of a document's `page`, the position in a paged list."""
    return {
        "type": "object",
        "description": _WHEN_PAGED(lang),
        "properties": {
            name: {"type": kind, "description": text(lang)} for name, (kind, text) in _PAGE.items()
        },
        "required": list(_PAGE),
    }


def schema(name: str, lang: Lang = "en") -> Schema:
    """JSON Schema of a whole answer; `services classic` is a variant."""
    question, _ = question_of(name)
    return {"$schema": DIALECT, **document_schema(question.id, row_schema(name, lang), lang)}


def keys_schema(fields: Mapping[str, Field | Key], lang: Lang) -> Schema:
    """JSON Schema of an object with exactly these keys."""
    return _object(_keys(fields, lang))


def _keys(fields: Mapping[str, Field | Key], lang: Lang) -> dict[str, Schema]:
    return {
        key: {
            **in_force().described(one.schema),
            "description": one.meaning(lang),
            "examples": [in_force().described(one.example)],
        }
        for key, one in fields.items()
    }


def _object(keys: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
