"""What can be asked: the parameters of every question, with their texts, choices and examples.

Types are checked here; names and choices by the answers, which know the build. A name may be given
in Korean or English wherever the command line takes it; the choices listed are the shortest.
"""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from telads.answers.choices import METHODS, ROWS
from telads.answers.lookalike import AMONG
from telads.answers.pictures import AVERAGE_AGE
from telads.answers.platforms import ORDERS as PLATFORM_ORDERS
from telads.answers.targets import ORDERS
from telads.catalog import SERVICE_IDS
from telads.language import Text
from telads.model import AGES

PAGE = 100
"""Rows of a page where no limit is given."""
MOST_OFFSET = 1_000_000

PARAMETERS: dict[str, Text] = {
    "district": Text("자치구: 강남구, Gangnam", "district, in Korean or English: 강남구, Gangnam"),
    "sex": Text("성별: F 또는 M(여, 남도 됨)", "sex: F or M (also in words)"),
    "age": Text("나이대의 첫 해, 70은 70대 이상", "first year of the ten; 70 is 70 and over"),
    "service": Text("서비스: id 또는 이름", "service, by id or by name"),
    "month": Text("기준 달(YYYY-MM), 없으면 가장 새 달", "label month; the newest if left out"),
    "method": Text("방식: classic은 2023년 연구 방식", "method; classic is that of the 2023 study"),
    "by": Text("대상의 순서: 관심도, 초과 이용량, 이용량", "order of the targets"),
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
    "table": Text("표", "table"),
    "kind": Text("파일 형식", "kind of file"),
    "name": Text("그림", "picture"),
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


_MONTH = {"pattern": r"^\d{4}-\d{2}$"}
_SEXES, _AGES = {"enum": ["F", "M"]}, {"enum": [str(age) for age in AGES]}


class Asked(Schema):
    """What every question may say: the language of the answer."""

    lang: Literal["ko", "en"] | None = _given("lang", None, example="en")


class Timed(Asked):
    """A question about a month."""

    month: str | None = _given("month", None, example="2023-06", **_MONTH)


class Group(Asked):
    """A segment: district, sex and age."""

    district: str = _given("district", example="강남구")
    sex: str = _given("sex", example="F", **_SEXES)
    age: str = _given("age", example="30", **_AGES)


class Members(Asked):
    """Filters of a list of segments."""

    district: str | None = _given("district", None, example="강남구")
    sex: str | None = _given("sex", None, example="F", **_SEXES)
    age: str | None = _given("age", None, example="30", **_AGES)


class Methodical(Asked):
    """A question that both methods can answer."""

    method: str = _given("method", "affinity", example="affinity", enum=list(METHODS))


class Service(Asked):
    """A question about a service."""

    service: str = _given("service", example="delivery", enum=list(SERVICE_IDS))


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
    top: int = Field(5, ge=ROWS[0], le=ROWS[1], description=PARAMETERS["top"].en, examples=[5])


class Paged(Asked):
    """A list that can be read in pages."""

    limit: int | None = Field(
        None, ge=1, le=ROWS[1], description=PARAMETERS["limit"].en, examples=[50]
    )
    offset: int = Field(0, ge=0, le=MOST_OFFSET, description=PARAMETERS["offset"].en, examples=[0])


class TargetsAsked(Paged, Members, Methodical, Timed, Service):
    """`targets`."""

    by: str = _given("by", "affinity", example="affinity", enum=list(ORDERS))
    top: int = Field(10, ge=ROWS[0], le=ROWS[1], description=PARAMETERS["top"].en, examples=[10])
    platforms: bool = _given("platforms", False, example=True)
    platforms_by: str = _given(
        "platforms_by", "use", example="use", enum=[by for by in PLATFORM_ORDERS if by != "classic"]
    )


class SegmentsAsked(Paged, Members, Timed):
    """`segments`."""

    limit: int | None = Field(
        PAGE, ge=1, le=ROWS[1], description=PARAMETERS["limit"].en, examples=[50]
    )


class ExportAsked(Methodical):
    """A whole table."""


class PictureAsked(Members, Timed):
    """A picture; each takes those that fit it."""

    service: str | None = _given("service", None, example="delivery", enum=list(SERVICE_IDS))
    measure: str = _given("measure", AVERAGE_AGE, example="delivery")
    by: str = _given("by", "affinity", example="affinity", enum=list(ORDERS))
    top: int = Field(30, ge=ROWS[0], le=ROWS[1], description=PARAMETERS["top"].en, examples=[30])
    narrow: bool = _given("narrow", False, example=False)
