"""Data of the pictures: the frame and the options that a chart's `draw` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telads.answers.advertisers import platforms, targets
from telads.answers.choices import (
    Filters,
    alone,
    count_of,
    filtered,
    filters_of,
    month_of,
    one_of,
    segment_of,
    service_of,
    target_order_of,
)
from telads.answers.customers import services
from telads.answers.fields import CITY
from telads.answers.places import PLACE, borders, of_filters
from telads.answers.tables import held, of_month, read
from telads.dataset import Measure, in_force, shown
from telads.errors import UnknownChoice, choose
from telads.method.disclosure import figure
from telads.model import Month, Sex, Window
from telads.store.cells import measures_in
from telads.store.workspace import Build
from telads.text import Lang, Text, typed
from telads.wording import observed, segment_name

if TYPE_CHECKING:
    import polars as pl

AVERAGE_AGE = "average_age"


@dataclass(frozen=True)
class Asked:
    """Choices that pictures may depend on; each picture uses the ones that fit it."""

    month: str | Month | None = None
    district: str | None = None
    sex: str | Sex | None = None
    age: str | int | None = None
    service: str | None = None
    measure: str = AVERAGE_AGE
    by: str = "affinity"
    top: int = 30


@dataclass(frozen=True)
class Picture:
    """A frame and the options for one chart, in one language."""

    chart: str
    frame: pl.DataFrame
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of its table in memory."""
        return int(self.frame.estimated_size())


def picture(build: Build, chart: str, asked: Asked | None = None, lang: Lang = "ko") -> Picture:
    """The picture of a chart id; raises `UnknownChoice` for an unknown chart or choice."""
    if chart not in PICTURES:
        raise one_of(Text("차트", "chart"), chart, PICTURES)
    chosen = asked or Asked()
    _check(build, chosen)
    frame, months, options = PICTURES[chart](build, chosen, lang)
    window = Window(months[0].window.first, months[-1].window.last)
    common = {"lang": lang, "window": observed(window, lang), "synthetic": build.synthetic}
    return Picture(chart, frame, {**common, **options})


def _check(build: Build, asked: Asked) -> None:
    """Raise `UnknownChoice` for an invalid choice, even if the picture does not use it."""
    month_of(build, asked.month)
    filters_of(build, asked.district, asked.sex, asked.age)
    if asked.service:
        service_of(build, asked.service)
    if asked.measure != AVERAGE_AGE:
        measure_of(build, asked.measure)
    target_order_of(asked.by)
    count_of(asked.top)


Parts = tuple["pl.DataFrame", tuple[Month, ...], dict[str, Any]]
"""Frame, label months, and options besides the common ones."""


def _population(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns sex, age, population (rounded to 10)."""
    import polars as pl

    month = month_of(build, asked.month)
    filters = filters_of(build, asked.district, None, None)
    known = filtered(of_month(build, "segments", month), filters)
    frame = known.group_by("sex", "age").agg(pl.col("population").sum())
    return frame.sort("sex", "age"), (month,), {"district": filters.district, "month": month}


def _choropleth(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns district, value."""
    month = month_of(build, asked.month)
    filters = filters_of(build, None, asked.sex, asked.age)
    options: dict[str, Any] = {"audience": _audience(filters, lang)}
    if asked.measure == AVERAGE_AGE:
        frame = average_age(build, month, filters)
        return frame, (month,), {**options, "measure": AVERAGE_AGE}
    measure = measure_of(build, asked.measure)
    return by_district(build, measure, month, filters), (month,), {**options, "measure": measure}


def _correlation(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns age, service_a, service_b, correlation."""
    month = month_of(build, asked.month)
    return of_month(build, "correlations", month), (month,), {}


def _monthly(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns month, service, value; with filters also group: theirs and the city's."""
    import polars as pl

    filters = filters_of(build, asked.district, asked.sex, asked.age)
    city = _city_means(build)
    if filters == Filters():
        return city, build.months, {"audience": in_force().fill(CITY)(lang), **_breaks(build)}
    own = monthly_means(build, filters)
    named = [(own, _audience(filters, lang)), (city, in_force().fill(CITY)(lang))]
    frame = pl.concat([part.with_columns(group=pl.lit(name)) for part, name in named])
    return frame, build.months, _breaks(build)


def _breaks(build: Build) -> dict[str, dict[str, list[str]]]:
    """Months at which the city's series of a service may be broken, as the chart takes them."""
    found = {
        service: [str(month) for month in build.months if service in build.breaks(month)]
        for service in build.about["services"]
    }
    return {"breaks": {service: months for service, months in found.items() if months}}


def _ranking(build: Build, asked: Asked, lang: Lang) -> Parts:
    """A segment's services; with a service, the platforms for its advert."""
    if not (asked.district and asked.sex and asked.age):
        raise UnknownChoice(
            in_force().fill(Text("{district}, 성별, 나이가 모두 필요합니다.",
                                  "{District}, sex and age are all required.")),
            Text("세 가지를 모두 골라 주세요.",
                 "Choose all three."),
        )  # fmt: skip
    month = month_of(build, asked.month)
    segment = segment_of(build, asked.district, asked.sex, asked.age)
    options: dict[str, Any] = {"audience": segment_name(*segment, lang)}
    if not asked.service:
        return services(build, *segment, month).rows, (month,), options
    service = service_of(build, asked.service)
    # Association and its interval: the picture shows uncertainty.
    rows = platforms(build, service.id, *segment, month, by="association").rows
    return rows, (month,), {**options, "service": service}


def _targets(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns rank, district, sex, age, population and the other figures of targets."""
    month = month_of(build, asked.month)
    service = service_of(build, asked.service or in_force().example.service)
    filters = filters_of(build, asked.district, asked.sex, asked.age)
    by, top = target_order_of(asked.by), count_of(asked.top)
    found = targets(build, service.id, by, top, month, "affinity", *filters)
    return found.rows, (month,), {"service": service}


PLACE_COLUMNS = ("district", *PLACE, "population", "affinity", "affinity_low", "affinity_high",
                 "index", "index_low", "index_high")  # fmt: skip
"""Columns of the picture of neighbourhoods."""


def _neighbourhoods(build: Build, asked: Asked, lang: Lang) -> Parts:
    """Columns district, code, neighbourhood, population, affinity and index with intervals.

    Of everybody, or of the chosen sex and age.
    """
    import polars as pl

    month = month_of(build, asked.month)
    service = service_of(build, asked.service or in_force().example.service)
    district, sex, age = filters_of(build, asked.district, asked.sex, asked.age)
    if (sex is None) != (age is None):
        raise alone(sex, age)
    every = of_filters(build, month, service.id, Filters(None, sex, age))
    frame = every.select(PLACE_COLUMNS).drop_nulls("affinity")
    if district:
        frame = frame.filter(pl.col("district") == district)
    audience = _audience(Filters(district, sex, age), lang)
    return frame, (month,), {"service": service, "file": borders(build), "district": district,
                             "audience": audience}  # fmt: skip


PICTURES: dict[str, Callable[[Build, Asked, Lang], Parts]] = {
    "population": _population,
    "choropleth": _choropleth,
    "correlation": _correlation,
    "monthly": _monthly,
    "ranking": _ranking,
    "targets": _targets,
    "neighbourhoods": _neighbourhoods,
}
"""Chart id -> function that makes its frame."""


def measures(build: Build) -> tuple[str, ...]:
    """The measures of the build's segments."""
    return measures_in(read(build, "segments").columns)


def measure_of(build: Build, name: str) -> Measure:
    """A measure of the build by id or name, as in its tables."""
    known, wanted = [in_force().measures[id] for id in measures(build)], typed(name)
    for measure in known:
        if wanted in {measure.id, *map(typed, measure.text)}:
            return shown(measure)
    raise UnknownChoice(
        Text("항목을 찾을 수 없습니다.", "Measure not found."),
        choose(name, (measure.text for measure in known)),
        value=name,
    )


def by_district(build: Build, measure: Measure, month: Month, filters: Filters) -> pl.DataFrame:
    """Mean of a measure over the people of each district; columns district, value."""
    import polars as pl

    known = filtered(of_month(build, "segments", month), filters)
    people = pl.col("population") * pl.col(f"{measure.id}__coverage")
    total = people.filter(pl.col(measure.id).is_not_null()).sum()
    value = (pl.col(measure.id) * people).sum() / pl.when(total > 0).then(total)
    return known.group_by("district").agg(value=figure(value)).sort("district")


def average_age(build: Build, month: Month, filters: Filters) -> pl.DataFrame:
    """Average age of the people of 20 and over in each district; columns district, value.

    A five-year band counts as its middle, the open last one as 81 (`marts.ages_table`).
    """
    import polars as pl

    known, people = filtered(of_month(build, "ages", month), filters), pl.col("population")
    value = (pl.col("average_age") * people).sum() / people.sum()
    return known.group_by("district").agg(value=figure(value)).sort("district")


def monthly_means(build: Build, filters: Filters) -> pl.DataFrame:
    """Mean of each service over people by month; columns month, service, value."""
    import polars as pl

    known = filtered(read(build, "services"), filters).drop_nulls("usage")
    people = pl.col("population")
    return (
        known.group_by("month", "service", maintain_order=True)
        .agg(value=figure((pl.col("usage") * people).sum() / people.sum()))
        .sort("month", maintain_order=True)
    )


@held
def _city_means(build: Build) -> pl.DataFrame:
    """Citywide means, cached: every filtered series is shown beside them."""
    return monthly_means(build, Filters())


def _audience(filters: Filters, lang: Lang) -> str:
    """Name of the filtered people, such as `강남구 30대 여성`; empty without filters."""
    district, sex, age = filters
    place = in_force().district_name(district, lang) if district else ""
    who = sex.text(lang) if sex else ""
    years = in_force().age_text(age)(lang) if age else ""
    if lang == "ko":
        return " ".join(part for part in (place, years, who) if part)
    if not (sex or age):
        return place
    group = " ".join(part for part in (who or "people", years) if part)
    return f"{group} in {place}" if place else group
