"""Size of an audience (method T2): the sum of its segments' sizes, with its range.

Also people of a sex and age by district. A build holds sizes rounded to 10 (`disclosure`);
everything else about people, a share or a sum, is computed from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.answers.choices import Filters, filtered
from telads.answers.tables import key_of, of_month, people
from telads.dataset import in_force
from telads.method.disclosure import SHARE_DIGITS
from telads.model import Month, Segment, Sex
from telads.store.workspace import Build
from telads.text import Text
from telads.wording import group_name
from telads.wording import people as people_text

if TYPE_CHECKING:
    import polars as pl


RANGE_MONTHS = 12
"""The range covers the label months up to a year back."""


@dataclass(frozen=True)
class Size:
    """People of an audience in a month; `low` and `high` are its extremes over a year."""

    population: int
    low: int
    high: int
    share: float
    """Share of all people shown, 0..1."""

    def facts(self) -> dict[str, object]:
        """The size as single figures of an answer."""
        return {
            "population": self.population,
            "population_low": self.low,
            "population_high": self.high,
            "population_share": self.share,
        }


def has_range(build: Build, month: Month) -> bool:
    """Whether the range covers several months: one month alone has none."""
    return any(month + (1 - RANGE_MONTHS) <= known < month for known in build.months)


def size(build: Build, segments: Sequence[Segment], month: Month) -> Size:
    """The size of an audience of whole segments; 0 for an empty one.

    Uses plain numbers: for so few a table costs more than the sums.
    """
    earliest = str(month + (1 - RANGE_MONTHS))
    known = {label: of for label, of in people(build).items() if earliest <= label <= str(month)}
    members = {key_of(segment) for segment in segments}
    own = {label: [of[one] for one in members if one in of] for label, of in known.items()}
    totals = {label: sum(counts) for label, counts in own.items() if counts}
    now = totals.get(str(month), 0)
    everybody = sum(known.get(str(month), {}).values())
    return Size(
        population=now,
        low=min(totals.values(), default=0),
        high=max(totals.values(), default=0),
        share=round(now / everybody, SHARE_DIGITS) if everybody else 0.0,
    )


def by_district(
    build: Build,
    month: Month,
    sex: Sex | None = None,
    age: int | None = None,
) -> Answer:
    """Rank districts by people of the chosen sex and age, beside all groups of the district.

    Rows: district, chosen (people of the given sex and age), share (of the district's people,
    0..1), all, M, F, and one column for each ten-year age, named by its first year. Sizes are
    sums of segments' sizes, which are rounded to 10.
    """
    import polars as pl

    filters = Filters(None, sex, age)
    known = of_month(build, "segments", month)
    columns = {
        "all": known,
        **{str(one): known.filter(pl.col("sex") == str(one)) for one in Sex},
        **{str(band): known.filter(pl.col("age") == band) for band in in_force().ages},
    }
    rows = _people(filtered(known, filters), "chosen")
    for name, part in columns.items():
        rows = rows.join(_people(part, name), on="district", how="left")
    sizes = ("chosen", *columns)
    shown = (
        rows.sort("chosen", "district", descending=[True, False])
        .with_columns(share=(pl.col("chosen") / pl.col("all")).round(SHARE_DIGITS))
        .select("district", "chosen", "share", *sizes[1:])
    )
    total = sum(rows["chosen"].to_list())
    return Answer(
        question="people",
        parameters={"sex": filters.sex, "age": filters.age},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts={"population": total, "districts": shown.height},
        sentences=_finding(shown, filters.sex, filters.age),
        warnings=build.warnings(month),
    )


def _people(known: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    return known.group_by("district").agg(pl.col("population").sum().alias(name))


def _finding(rows: pl.DataFrame, sex: Sex | None, age: int | None) -> tuple[Text, ...]:
    """Where most and fewest of them live. `rows` is sorted, most first."""
    if rows.is_empty():
        return (Text("조건에 맞는 사람이 없습니다", "No one fits the choice"),)
    whom = _whom(sex, age)
    most, fewest = rows.row(0, named=True), rows.row(-1, named=True)
    places = [(row["district"], row["chosen"]) for row in (most, fewest)]
    (top, top_ko), (low, low_ko) = ((name, people_text(count, "ko")) for name, count in places)
    top_en, low_en = (people_text(count, "en") for _, count in places)
    top_name, low_name = (in_force().district_name(place, "en") for place in (top, low))
    if rows.height == 1:
        return (Text(f"{top}: {whom.ko} {top_ko}", f"{top_name}: {whom.en}, {top_en}"),)
    return (
        Text(
            f"{whom.ko}은 {top}에 가장 많고({top_ko}), {low}에 가장 적습니다({low_ko})",
            f"{whom.en[:1].upper()}{whom.en[1:]}: most in {top_name} ({top_en}), "
            f"fewest in {low_name} ({low_en})",
        ),
    )


def _whom(sex: Sex | None, age: int | None) -> Text:
    if sex and age:
        return Text(group_name(sex, age, "ko"), group_name(sex, age, "en"))
    if sex:
        return sex.text
    if age:
        return Text(f"{in_force().age_text(age).ko} 사람", f"people {in_force().age_text(age).en}")
    return in_force().fill(Text("{first}세 이상 사람", "people aged {first} and over"))
