"""Parsing of typed choices against a build; raises `UnknownChoice`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.questions import (
    AGAINST,
    AMONG,
    AMONG_PLACES,
    LEVELS,
    METHODS,
    PLATFORM_ORDERS,
    TARGET_ORDERS,
)
from telads.answers.tables import districts, held, of_month, part_of_month
from telads.dataset import Measure, in_force
from telads.errors import AudienceTooSmall, QuestionError, UnknownChoice, choose
from telads.model import Month, Segment, Sex
from telads.store.workspace import Build
from telads.text import Text, same, typed

if TYPE_CHECKING:
    import polars as pl

AREA_LEVELS = ("district", "neighbourhood")
"""Levels of a map of areas."""
HORIZONS = (1, 3)
"""Months ahead: 1 shares two of three observed months with the known ones, 3 shares none."""
ROWS = (1, 300)
"""Fewest and most rows of a list of targets."""


class Filters(NamedTuple):
    """Segment filters; None means no filter."""

    district: str | None = None
    sex: Sex | None = None
    age: int | None = None


def filtered(frame: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """The rows that match the filters."""
    import polars as pl

    for column, value in filters._asdict().items():
        if value is not None:
            frame = frame.filter(pl.col(column) == (value if column == "age" else str(value)))
    return frame


def one_of(what: Text, name: object, known: Iterable[str]) -> UnknownChoice:
    """The error for an unknown name, with the known ones."""
    missing = Text(
        f"{what.ko} 값을 찾을 수 없습니다.", f"{what.en[:1].upper()}{what.en[1:]} not found."
    )
    return UnknownChoice(missing, choose(name, map(same, known)), value=name)


def listed(what: Text, name: str, known: Collection[str]) -> str:
    """The one of `known`, all in lower case, that was typed."""
    if typed(name) not in known:
        raise one_of(what, name, known)
    return typed(name)


def month_of(build: Build, name: str | Month | None) -> Month:
    """A label month; None means the newest of the build."""
    if name is None:
        return build.months[-1]
    month = name if isinstance(name, Month) else Month.parse(name)
    if month not in build.months:
        raise one_of(Text("달", "month"), month, map(str, build.months))
    return month


def sex_of(name: str | Sex) -> Sex:
    """Parse a sex: `F`, `여`, `여성`, `women` ..."""
    try:
        return Sex(in_force().sex_names[typed(name)])
    except KeyError:
        raise one_of(Text("성별", "sex"), name, ("M", "F")) from None


def age_of(name: str | int) -> int:
    """Parse an age: `30`, `30대`, `30-39`, `70+`; returns the first year, 70 for 70 and over."""
    try:
        return in_force().age_names[typed(name)]
    except KeyError:
        raise one_of(Text("나이", "age"), name, map(str, in_force().ages)) from None


def cell_age_of(name: str | int) -> int:
    """Parse a cell age: `25`, `25-29`, `75+`; returns the first year."""
    try:
        return in_force().cell_age_names[typed(name)]
    except KeyError:
        known = map(str, in_force().cell_ages)
        raise one_of(Text("나이", "age"), name, known) from None


def service_of(build: Build, name: str) -> Measure:
    """A service by id or name, if the build's data hold it."""
    service = in_force().service(name)
    if service.id not in build.about["services"]:
        raise one_of(Text("서비스", "service"), name, build.about["services"])
    return service


def method_of(name: str) -> str:
    """A method by id."""
    return listed(Text("방식", "method"), name, METHODS)


def district_of(build: Build, name: str) -> str:
    """A district of the build by its name in either language."""
    known = districts(build)
    return name if name in known else in_force().find_district(name, known)


class Place(NamedTuple):
    """A neighbourhood of a build."""

    code: str
    district: str
    name: str


@held
def known_places(build: Build) -> tuple[Place, ...]:
    """The neighbourhoods of all months by code; of two names the newer."""
    import polars as pl

    every = pl.scan_parquet(build.table("neighbourhoods"))
    rows = every.select("month", "code", "district", "neighbourhood").unique().collect()
    named = {code: Place(code, district, name)
             for _, code, district, name in rows.sort("month").iter_rows()}  # fmt: skip
    return tuple(sorted(named.values(), key=lambda one: (one.district, one.code)))


def places_named(build: Build, name: str) -> tuple[Place, ...]:
    """The neighbourhood of a code, a name, or a district and a name.

    Raises `UnknownChoice` for one that is not in the build, and for a name that several have.
    """
    wanted, known = typed(name), known_places(build)
    found = [one for one in known if typed(one.code) == wanted]
    found = found or [one for one in known if wanted in _spellings(one)]
    if len(found) == 1:
        return tuple(found)
    level = in_force().neighbourhood.text
    if found:
        told = ", ".join(f"{one.district} {one.name}" for one in found)
        raise UnknownChoice(
            Text(f"이 이름의 {level.ko} 여러 곳이 있습니다.",
                 f"There are several {in_force().neighbourhood.plural.en} of this name."),
            Text(f"다음처럼 적거나 코드를 적어 주세요: {told}.", f"Write its code, or: {told}."),
            value=name,
        )  # fmt: skip
    raise UnknownChoice(
        Text(f"{level.ko} 값을 찾을 수 없거나 인원이 너무 적어 보여 드리지 않습니다.",
             f"{level.en.capitalize()} not found, or too few people in it to be shown."),
        choose(name, (same(f"{one.district} {one.name}") for one in known)),
        value=name,
    )  # fmt: skip


def _spellings(place: Place) -> set[str]:
    english = in_force().district_name(place.district, "en")
    return {typed(text) for text in (place.name, f"{place.district} {place.name}",
                                     f"{english} {place.name}")}  # fmt: skip


def alone(sex: Sex | None, age: int | None) -> QuestionError:
    """The error for a sex or an age without the other."""
    return QuestionError(
        Text("성별과 나이는 함께 고르거나 함께 비워 주세요.",
             "Sex and age are chosen together or not at all."),
        Text("한 집단은 sex와 age로, 모두는 둘 없이 물어 주세요.",
             "Ask with sex and age for one group, without both for everyone."),
        value=str(sex or age),
    )  # fmt: skip


def neighbourhood_of(build: Build, name: str | None) -> str:
    """The code of a neighbourhood of the build; that of most people for None."""
    return places_named(build, name)[0].code if name else largest_place(build)


@held
def largest_place(build: Build) -> str:
    """The neighbourhood with the most people in the newest month: the default example."""
    service = build.about["services"][0]
    rows = part_of_month(build, "neighbourhoods", build.months[-1], service)
    everybody = rows.filter(rows["sex"].is_null()).sort("population", "code", descending=True)
    if everybody.is_empty():
        raise AudienceTooSmall(
            in_force().fill(Text("보여 드릴 수 있는 {neighbourhood} 값이 없습니다.",
                                 "No {neighbourhood} has enough people to be shown.")),
        )  # fmt: skip
    return str(everybody["code"][0])


def among_places_of(name: str) -> str:
    """Where to look for neighbourhoods; raises `UnknownChoice`."""
    return listed(Text("범위", "choice"), name, AMONG_PLACES)


def segment_of(build: Build, district: str, sex: str | Sex, age: str | int) -> Segment:
    """A segment by its three names."""
    return Segment(district_of(build, district), sex_of(sex), age_of(age))


def filters_of(
    build: Build, district: str | None, sex: str | Sex | None, age: str | int | None
) -> Filters:
    """Filters of a list; None or an empty text means no filter."""
    return Filters(
        district=district_of(build, district) if district else None,
        sex=sex_of(sex) if sex else None,
        age=None if age in (None, "") else age_of(age),
    )


def target_order_of(name: str) -> str:
    """An order of targets; raises `UnknownChoice`."""
    return listed(Text("순서", "order"), name, TARGET_ORDERS)


def level_of(name: str) -> str:
    """The grain of a list of targets; raises `UnknownChoice`."""
    return listed(Text("단위", "level"), name, LEVELS)


def area_level_of(name: str) -> str:
    """The level of a map of areas; raises `UnknownChoice`."""
    return listed(Text("단위", "level"), name, AREA_LEVELS)


def platform_order_of(name: str | None) -> str | None:
    """An order of platforms; None stays None. Raises `UnknownChoice`."""
    return listed(Text("매체 순서", "order of platforms"), name, PLATFORM_ORDERS) if name else None


def among_of(name: str) -> str:
    """A scope of similar segments; raises `UnknownChoice`."""
    if name not in AMONG:
        raise one_of(Text("범위", "choice"), name, AMONG)
    return name


def against_of(name: str) -> str:
    """The month to compare with; raises `UnknownChoice`."""
    return listed(Text("비교할 달", "comparison"), name, AGAINST)


def horizon_of(months: int | str) -> int:
    """Months ahead for the evaluation; raises `UnknownChoice`."""
    if str(months) not in map(str, HORIZONS):
        raise one_of(Text("기간", "horizon"), months, map(str, HORIZONS))
    return int(months)


def count_of(top: int | str) -> int:
    """Number of rows of a list."""
    low, high = ROWS
    try:
        count = int(top)
    except ValueError:
        count = 0
    if not low <= count <= high:
        raise UnknownChoice(
            Text("줄 수가 범위를 벗어났습니다.", "The number of rows is out of range."),
            Text(f"{low}에서 {high} 사이로 골라 주세요.", f"Choose {low} to {high}."),
            value=top,
        )
    return count


@held
def largest_segment(build: Build, month: Month) -> Segment:
    """The segment with the most people in a month: the default example."""
    known = of_month(build, "segments", month).sort(
        "population", descending=True, maintain_order=True
    )
    district, sex, age = known.select("district", "sex", "age").row(0)
    return Segment(district, Sex(sex), age)


PARSERS: dict[str, Callable[[Build, Any], Any]] = {
    "district": district_of,
    "sex": lambda _, name: sex_of(name),
    "age": lambda _, name: age_of(name),
    "neighbourhood": neighbourhood_of,
    "any_district": lambda build, name: filters_of(build, name, None, None).district,
    "any_sex": lambda build, name: filters_of(build, None, name, None).sex,
    "any_age": lambda build, name: filters_of(build, None, None, name).age,
    "month": month_of,
    "method": lambda _, name: method_of(name),
    "service": lambda build, name: service_of(build, name).id,
    "target_order": lambda _, name: target_order_of(name),
    "platform_order": lambda _, name: platform_order_of(name),
    "level": lambda _, name: level_of(name),
    "among_places": lambda _, name: among_places_of(name),
    "among": lambda _, name: among_of(name),
    "against": lambda _, name: against_of(name),
    "count": lambda _, top: count_of(top),
    "months": lambda _, months: horizon_of(months),
    "switch": lambda _, on: bool(on),
}
"""Parser of each kind of parameter (`questions.Parameter`) for a build."""
