"""Parts of segments: their people in one neighbourhood, or of one cell age, or both.

A member of an audience is a whole segment or such a part. Sizes are those the build publishes
(tables `neighbourhoods` and `cell_ages`), so whatever is summed or subtracted reveals no more; a
part that is hidden there has no size and is never a member.

The use of services by a part is that of its neighbourhood's group (method N1) or, without a
neighbourhood, of its segment. The method knows no use by cell age: a part of one has the figure of
the whole age.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers import audience as whole
from telads.answers import places
from telads.answers.audience import RANGE_MONTHS, Size
from telads.answers.choices import known_places
from telads.answers.tables import KEY, held, of_month, part_of_month, people
from telads.answers.tables import key_of as key_of_segment
from telads.dataset import in_force
from telads.method.disclosure import SHARE_DIGITS
from telads.model import Month, Segment, Sex
from telads.store.workspace import Build

if TYPE_CHECKING:
    import polars as pl

REST = "-"
"""Code of all neighbourhoods of a group that are hidden: nothing that can be chosen by name."""


class Part(NamedTuple):
    """The people of a segment in one neighbourhood (a `code`), of one `cell_age`, or both."""

    district: str
    sex: Sex
    age: int
    code: str = ""
    """Code of the neighbourhood; empty for all of the district."""
    cell_age: int = 0
    """First year of the cell age; 0 for all of the age."""

    @property
    def segment(self) -> Segment:
        """The segment it is part of."""
        return Segment(self.district, self.sex, self.age)


Member = Segment | Part
Members = frozenset[Member]
Key = tuple[Any, ...]


def key_of(member: Member) -> Key:
    """A member as a key: that of a segment, or of a part with its code and cell age."""
    if isinstance(member, Part):
        return (*key_of_segment(member.segment), member.code, member.cell_age)
    return key_of_segment(member)


def member_of(row: Mapping[str, Any]) -> Member:
    """The member of a row of an audience or a plan."""
    sex, code, cell = Sex(row["sex"]), row.get("code"), row.get("cell_age")
    if code or cell:
        return Part(row["district"], sex, row["age"], code or "", cell or 0)
    return Segment(row["district"], sex, row["age"])


def names_of(build: Build, members: Iterable[Member]) -> dict[str, str] | None:
    """Names of neighbourhoods by code for the rows of members; None if all are segments."""
    if not parts_in(members):
        return None
    return {place.code: place.name for place in known_places(build)}


def row_of(member: Member, names: Mapping[str, str] | None) -> dict[str, Any]:
    """The columns that name a member; with `names` (`names_of`) also those of parts."""
    row: dict[str, Any] = {
        "district": member.district, "sex": str(member.sex), "age": member.age,
    }  # fmt: skip
    if names is None:
        return row
    part = member if isinstance(member, Part) else Part(*member)
    return {
        **row,
        "neighbourhood": names.get(part.code),
        "code": part.code or None,
        "cell_age": part.cell_age or None,
    }


def segment_of(member: Member) -> Segment:
    """The segment that a member is, or is part of."""
    return member.segment if isinstance(member, Part) else member


def parts_in(members: Iterable[Member]) -> list[Part]:
    """The members that are parts."""
    return [one for one in members if isinstance(one, Part)]


def segments_in(members: Iterable[Member]) -> list[Segment]:
    """The members that are whole segments."""
    return [one for one in members if not isinstance(one, Part)]


@held
def sizes(build: Build, month: Month) -> dict[Key, int]:
    """Published size of every part of a month, by its key."""
    found: dict[Key, int] = {}
    for table in _tables(build, month):
        for *key, count in table.iter_rows():
            found[tuple(key)] = int(count)
    return found


def _tables(build: Build, month: Month) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parts of a month with their sizes: of neighbourhoods, and by cell age."""
    import polars as pl

    columns = (*KEY, "code", "cell_age", "population")
    service = build.about["services"][0]
    groups = part_of_month(build, "neighbourhoods", month, service).drop_nulls("sex")
    cells = part_of_month(build, "cell_ages", month).with_columns(pl.col("code").fill_null(""))
    none = pl.lit(0, pl.Int16).alias("cell_age")
    return groups.with_columns(none).select(columns), cells.select(columns)


def head_count(build: Build, members: Iterable[Member], month: Month) -> int:
    """Number of people: the sum of the members' sizes; those that are not shown count 0."""
    chosen = set(members)
    known = people(build).get(str(month), {})
    parts = parts_in(chosen)
    of_parts = sizes(build, month) if parts else {}
    return sum(
        of_parts.get(key_of(one), 0) if isinstance(one, Part) else known.get(key_of_segment(one), 0)
        for one in chosen
    )


def size(build: Build, members: Sequence[Member], month: Month) -> Size:
    """The size of an audience, with its range over the label months of a year (method T2)."""
    parts = parts_in(members)
    segments = segments_in(members)
    if not parts:
        return whole.size(build, segments, month)
    import polars as pl

    keys = pl.DataFrame(
        [key_of(one) for one in parts],
        {"district": pl.String, "sex": pl.String, "age": pl.Int16, "code": pl.String,
         "cell_age": pl.Int16}, orient="row",
    )  # fmt: skip
    totals: dict[Month, int] = {}
    for known in build.months:
        if month + (1 - RANGE_MONTHS) <= known <= month:
            own = pl.concat(_tables(build, known), how="vertical_relaxed").join(
                keys, on=keys.columns, how="semi"
            )
            of_segments = people(build).get(str(known), {})
            totals[known] = int(own["population"].sum()) + sum(
                of_segments.get(key_of_segment(one), 0) for one in set(segments)
            )
    everybody = sum(people(build).get(str(month), {}).values())
    seen = [total for total in totals.values() if total]
    now = totals.get(month, 0)
    return Size(
        population=now,
        low=min(seen, default=0),
        high=max(seen, default=0),
        share=round(now / everybody, SHARE_DIGITS) if everybody else 0.0,
    )


@dataclass(frozen=True)
class Figures:
    """A part's use of one service; the index and its upper end are None where there is none."""

    population: int
    affinity: float | None
    index: float | None
    index_high: float | None
    volume_share: float | None
    """Share of the city's usage, 0..1."""


def use(build: Build, month: Month, service: str, parts: Iterable[Part]) -> dict[Key, Figures]:
    """Use of a service by parts, those without a figure left out."""
    known, of_place, of_segment = sizes(build, month), *_use(build, month, service)
    found: dict[Key, Figures] = {}
    for part in parts:
        count = known.get(key_of(part))
        group = key_of_segment(part.segment)
        own = of_place.get((*group, part.code)) if part.code else of_segment.get(group)
        if count and own is not None:
            share = None if own.volume_share is None else own.volume_share * count / own.population
            found[key_of(part)] = replace(own, population=count, volume_share=share)
    return found


@held
def _use(build: Build, month: Month, service: str) -> tuple[dict[Key, Figures], dict[Key, Figures]]:
    """Use of a service by neighbourhoods' groups and by segments."""
    columns = ("population", "affinity", "index", "index_high", "volume_share")
    groups = places.by_neighbourhood(build, month, service).drop_nulls(["sex", "affinity"])
    rows = of_month(build, "services", month)
    own = rows.filter(rows["service"] == service).drop_nulls("affinity")
    of_place = groups.select(*KEY, "code", *columns).iter_rows()
    of_segment = own.select(*KEY, *columns).iter_rows()
    return (
        {(d, s, a, code): Figures(*figures) for d, s, a, code, *figures in of_place},
        {(d, s, a): Figures(*figures) for d, s, a, *figures in of_segment},
    )


@dataclass(frozen=True)
class Ground:
    """The members that rules of a month are applied to.

    Segments, those of the `districts` divided into neighbourhoods, and those of the `ages` into
    cell ages, where the month shows them. What it does not show stays together: the hidden
    neighbourhoods of a group (`REST`), and a group whose cell ages are hidden.
    """

    build: Build
    month: Month
    districts: frozenset[str] = frozenset()
    ages: frozenset[int] = frozenset()

    @cached_property
    def everybody(self) -> Members:
        """All members."""
        keys: Iterable[Key] = people(self.build).get(str(self.month), ())
        return frozenset(one for key in keys for one in self.members(Segment(*key)))

    def within(self, rows: pl.DataFrame) -> Members:
        """The members of segments in the rows of a table."""
        keys = rows.select(KEY).unique().rows()
        return frozenset(one for key in keys for one in self.members(Segment(*key)))

    def members(self, segment: Segment) -> tuple[Member, ...]:
        """The members that a segment is divided into; itself if it is not."""
        district, sex, age = segment
        segment = Segment(district, Sex(sex), age)
        if district not in self.districts:
            return self._by_cell_age(segment, "")
        codes = self._codes.get(key_of_segment(segment), ())
        rest = Part(*segment, REST)
        return (*(one for code in codes for one in self._by_cell_age(segment, code)), rest)

    def _by_cell_age(self, segment: Segment, code: str) -> tuple[Member, ...]:
        cells = in_force().cell_ages_of(segment.age) if segment.age in self.ages else ()
        parts = [Part(*segment, code, cell) for cell in cells]
        if len(parts) > 1 and key_of(parts[0]) in sizes(self.build, self.month):
            return tuple(parts)
        return (Part(*segment, code),) if code else (segment,)

    @cached_property
    def _codes(self) -> dict[Key, list[str]]:
        """Codes of the neighbourhoods that the month shows of each segment."""
        found: dict[Key, list[str]] = {}
        for *group, code, cell in sizes(self.build, self.month):
            if code and not cell and group[0] in self.districts:
                found.setdefault(tuple(group), []).append(code)
        return found

    def together(self, members: Members, divided: bool) -> tuple[Member, ...]:
        """Members in order, with those that are a whole put together; hidden ones are left out.

        `divided` keeps neighbourhoods apart even where their segment is whole.
        """
        found: set[Member] = set()
        by_segment: dict[Segment, set[Member]] = {}
        for one in members:
            by_segment.setdefault(segment_of(one), set()).add(one)
        for segment, own in by_segment.items():
            apart = divided and segment.district in self.districts
            if own.issuperset(self.members(segment)) and not apart:
                found.add(segment)
                continue
            by_code: dict[str, set[Part]] = {}
            for part in parts_in(own):
                by_code.setdefault(part.code, set()).add(part)
            for code, parts in by_code.items():
                if code and parts.issuperset(self._by_cell_age(segment, code)):
                    found.add(Part(*segment, code))
                else:
                    found |= parts
        return tuple(sorted(one for one in found
                            if not (isinstance(one, Part) and one.code == REST)))  # fmt: skip
