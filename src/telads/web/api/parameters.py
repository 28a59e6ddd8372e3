"""What can be asked: the parameters of every question, with their texts, choices and examples.

Types are checked here; names and choices by the answers, which know the build. A name may be given
in Korean or English wherever the command line takes it, whatever its case: the schema lists every
spelling, the shortest first. What it lists is never refused but as the address tells (openapi.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from telads.answers.advertisers import AMONG, TARGET_ORDERS
from telads.answers.advertisers import PLATFORM_ORDERS as PLATFORM_ORDERS
from telads.answers.choices import METHODS, ROWS
from telads.answers.pictures import AVERAGE_AGE
from telads.dataset import in_force
from telads.planning.plan import PARTS
from telads.text import Text, typed

PAGE = 100
"""Rows of a page where no limit is given."""
MOST_OFFSET = 1_000_000

_INDEXES = ", ".join(service.id for service in in_force().services if service.is_index)
PARAMETERS: dict[str, Text] = {
    "district": Text("자치구: 강남구, Gangnam", "district, in Korean or English: 강남구, Gangnam"),
    "sex": Text("성별: F 또는 M(여, 남도 됨)", "sex: F or M (also in words)"),
    "age": Text("나이대의 첫 해, 70은 70대 이상", "first year of the ten; 70 is 70 and over"),
    "service": Text("서비스: id 또는 이름", "service, by id or by name"),
    "month": Text("기준 달(YYYY-MM), 없으면 가장 새 달", "label month; the newest if left out"),
    "method": Text("방식: classic은 2023년 연구 방식", "method; classic is that of the 2023 study"),
    "by": Text(f"대상의 순서: 관심도, 초과 이용량, 이용량. {_INDEXES}는 지수여서 관심도만 되고 "
               "다른 순서는 400(index-refused)으로 답합니다.",
               f"order of the targets; for {_INDEXES}, whose figures are an index, by affinity "
               "alone: other orders are refused with 400 (index-refused)"),
    "platforms_by": Text("매체의 순서: 이용 또는 연관",
                          "order of the platforms: use or association"),
    "top": Text("몇 집단까지(1~300)", "how many segments, 1 to 300"),
    "platforms": Text("대상마다 광고할 매체도", "with the platforms for each target"),
    "among": Text("닮은 집단을 찾을 범위", "where to look for similar segments"),
    "limit": Text("한 쪽의 줄 수", "rows of a page"),
    "offset": Text("건너뛸 줄 수", "rows to leave out before the page"),
    "lang": Text("언어, 없으면 Accept-Language, 그도 없으면 한국어",
                 "language; by Accept-Language if left out, else Korean"),
    "measure": Text("지도에 그릴 항목의 id(measures 참고)", "what the map shows, see measures"),
    "narrow": Text("휴대전화 폭으로", "as wide as a phone"),
    "part": Text("계획의 어느 표: 매체, 집단, 집행액, 예산별 도달, 목표별 최소 예산, 민감도, "
                 "자치구, 성별·나이",
                 "which table of the plan: platforms, segments, spends, reach by budget, least "
                 "budgets for goals, sensitivity, districts, sexes and ages"),
    "table": Text("표", "table"),
    "kind": Text("파일 형식", "kind of file"),
    "form": Text("그림 형식", "kind of picture"),
}  # fmt: skip
"""Every parameter, in both languages."""


def _given(name: str, default: Any = ..., *, example: object, **schema: Any) -> Any:
    return Field(
        default,
        description=PARAMETERS[name].en,
        examples=[example],
        json_schema_extra=schema or None,
    )


def _spelt(short: Iterable[str], others: Iterable[str]) -> dict[str, Any]:
    """The schema of a choice: its names, then all other spellings of them."""
    first = list(short)
    known = set(map(typed, first))
    more = [name for name in dict.fromkeys(others) if typed(name) not in known]
    return {"enum": [*first, *more], "x-names": first} if more else {"enum": first}


_MONTH = {"pattern": r"^([0-9]{4}-(0[1-9]|1[0-2]))$"}
_SEXES = _spelt(["F", "M"], in_force().sex_names)
_AGES = _spelt(map(str, in_force().ages), in_force().age_names)
_SERVICES = _spelt(
    in_force().service_ids, [name for service in in_force().services for name in service.text]
)


def _plain_number(given: Any) -> Any:
    """A whole number as the schema has it: no 5.0, no 1_000, no other digits."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]+", given):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return given


def _plain_switch(given: Any) -> Any:
    """True or false, not yes, on or 1."""
    if isinstance(given, str) and given not in {"true", "false"}:
        raise PydanticCustomError("bool_parsing", "neither true nor false")
    return given


def _plain_month(given: Any) -> Any:
    """YYYY-MM alone: a program has no other ways of writing it."""
    if isinstance(given, str) and not re.fullmatch(_MONTH["pattern"], given):
        raise PydanticCustomError("month", "not a month")
    return given


Rows = Annotated[int, Field(ge=ROWS[0], le=ROWS[1]), BeforeValidator(_plain_number)]
Offset = Annotated[int, Field(ge=0, le=MOST_OFFSET), BeforeValidator(_plain_number)]
Switch = Annotated[bool, BeforeValidator(_plain_switch)]
When = Annotated[str, BeforeValidator(_plain_month)]


class Asked(Schema):
    """What every question may say: the language of the answer."""

    lang: Literal["ko", "en"] | None = _given("lang", None, example="en")


class Timed(Asked):
    """A question about a month."""

    month: When | None = _given("month", None, example="2023-06", **_MONTH)


class Group(Asked):
    """A segment: district, sex and age."""

    district: str = _given("district", example="강남구")
    sex: str = _given("sex", example="F", **_SEXES)
    age: str = _given("age", example="30", **_AGES)


class Place(Asked):
    """A filter of place."""

    district: str | None = _given("district", None, example="강남구")


class People(Asked):
    """A filter of people."""

    sex: str | None = _given("sex", None, example="F", **_SEXES)
    age: str | None = _given("age", None, example="30", **_AGES)


class Members(People, Place):
    """Filters of a list of segments."""


class Methodical(Asked):
    """A question that both methods can answer."""

    method: str = _given("method", "affinity", example="affinity", enum=list(METHODS))


class Service(Asked):
    """A question about a service."""

    service: str = _given("service", example="delivery", **_SERVICES)


class ServicesAsked(Methodical, Timed, Group):
    """`services`."""


class SignalsAsked(Timed, Group):
    """`signals`."""


class HistoryAsked(Group):
    """`history`."""


class PlatformsAsked(Methodical, Timed, Group, Service):
    """`platforms`."""

    by: str | None = Field(
        None, description=PARAMETERS["platforms_by"].en, examples=["use"],
        json_schema_extra={"enum": list(PLATFORM_ORDERS)},
    )  # fmt: skip


class LookalikeAsked(Timed, Group):
    """`lookalike`."""

    among: str = _given("among", "all", example="all", enum=list(AMONG))
    top: Rows = _given("top", 5, example=5)


class AudienceAsked(Timed):
    """`audience`; the rules are sent."""


class PlanAsked(Asked):
    """`plan`; the brief, which names its month, is sent."""

    part: str = _given("part", PARTS[0], example="budgets", enum=list(PARTS))


class Paged(Asked):
    """A list that can be read in pages."""

    limit: Rows | None = _given("limit", None, example=50)
    offset: Offset = _given("offset", 0, example=0)


class TargetsAsked(Paged, Members, Methodical, Timed, Service):
    """`targets`."""

    by: str = _given("by", "affinity", example="affinity", enum=list(TARGET_ORDERS))
    top: Rows = _given("top", 10, example=10)
    platforms: Switch = _given("platforms", False, example=True)
    platforms_by: str = _given(
        "platforms_by", "use", example="use", enum=[by for by in PLATFORM_ORDERS if by != "classic"]
    )


class SegmentsAsked(Paged, Members, Timed):
    """`segments`."""

    limit: Rows | None = _given("limit", PAGE, example=50)


class ExportAsked(Methodical):
    """A whole table."""


class Drawn(Asked):
    """A picture."""

    narrow: Switch = _given("narrow", False, example=False)


class PopulationDrawn(Drawn, Place, Timed):
    """`population`."""


class ChoroplethDrawn(Drawn, People, Timed):
    """`choropleth`."""

    measure: str = _given("measure", AVERAGE_AGE, example="delivery")


class CorrelationDrawn(Drawn, Timed):
    """`correlation`."""


class MonthlyDrawn(Drawn, Members):
    """`monthly`."""


class RankingDrawn(Drawn, Timed, Group):
    """`ranking`: a segment's services or, with a service, the platforms for its advert."""

    service: str | None = _given("service", None, example="delivery", **_SERVICES)


class TargetsDrawn(Drawn, Members, Timed):
    """`targets`."""

    service: str = _given("service", "delivery", example="delivery", **_SERVICES)
    by: str = _given("by", "affinity", example="affinity", enum=list(TARGET_ORDERS))
    top: Rows = _given("top", 30, example=30)
