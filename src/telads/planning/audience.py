"""Size of an audience, its profile against the city, and the overlap of two audiences.

The profile compares the audience with the city's mean person, 100. With people P_g and the index
i_g of each segment, index = sum P_g i_g / sum P_g. The index of a segment has a standard error from
the spread of its neighbourhoods (method A2: `index_high` lies 1.28 of it above); taking segments
as independent, the audience's variance is sum (P_g / sum P)^2 se_g^2, and the 80 % interval 1.28
standard errors to either side. The city's own error is neglected: it is that of 300 segments. Index
services have no ratios: their profile is the mean affinity over people, without an interval, since
builds hold no error for it. Members may be parts of segments (`parts`): their index and its error
are those of method N1 or of their segment. The errors of one neighbourhood, or of one segment, add
up as if they were the same, which makes the interval rather too wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Any

from telads.answers.audience import Size
from telads.answers.tables import KEY, held, of_month
from telads.dataset import in_force
from telads.errors import AudienceTooSmall
from telads.method.disclosure import SHARE_DIGITS, significant, standard
from telads.method.disclosure import size as size_shown
from telads.method.recommend import EIGHTY
from telads.model import Month
from telads.planning.parts import Key, Member, Part, head_count, key_of, parts_in, size, use
from telads.planning.rules import Rules
from telads.store.workspace import Build
from telads.text import Text


@dataclass(frozen=True)
class Standing:
    """An audience's use of a service against the city's; None where it has no meaning."""

    service: str
    affinity: float | None
    """Mean over people, in standard deviations between segments."""
    index: float | None
    low: float | None
    high: float | None
    share: float | None
    """Share of the city's usage, 0..1."""


@dataclass(frozen=True)
class Audience:
    """An audience's segments, size and use of services. Sizes are rounded to 10."""

    month: Month
    segments: tuple[Member, ...]
    """Segments and parts of segments."""
    size: Size
    profile: tuple[Standing, ...]
    districts: dict[str, int]
    """People by district, for a map."""


@held
def audience(build: Build, rules: Rules, month: Month) -> Audience:
    """The audience of rules; raises `AudienceTooSmall`, and what the rules raise.

    Cached, since every step of a plan needs the same one.
    """
    segments = rules.segments(build, month)
    require_people(build, segments, month)
    return Audience(
        month=month,
        segments=segments,
        size=size(build, segments, month),
        profile=profile(build, segments, month),
        districts=_by_district(build, segments, month),
    )


def require_people(build: Build, segments: Sequence[Member], month: Month) -> None:
    """Raise `AudienceTooSmall` for an empty audience, or one below the floor."""
    least = size_shown(float(build.about["floor"]))
    if not segments or head_count(build, segments, month) < least:
        raise AudienceTooSmall(
            Text("조건에 맞는 사람이 없거나 너무 적어 보여 드릴 수 없습니다.",
                 "No one meets the rules, or too few people to be shown."),
            Text("조건을 넓혀 주세요.", "Widen the rules."),
        )  # fmt: skip


def profile(build: Build, segments: Sequence[Member], month: Month) -> tuple[Standing, ...]:
    """Use of each service, in the build's order."""
    known = _usage(build, month)
    rows: dict[str, list[_Row]] = {}
    for member in {key_of(segment) for segment in segments}:
        for service, *figures in known.get(member, ()):
            rows.setdefault(service, []).append(_Row(member, *figures))
    if parts := set(parts_in(segments)):
        sources = {key_of(part): _source(part) for part in parts}
        for service in build.about["services"]:
            rows.setdefault(service, []).extend(
                _Row(sources[of], one.population, one.affinity, one.index, one.index_high,
                     one.volume_share)
                for of, one in use(build, month, service, parts).items()
                if one.affinity is not None
            )  # fmt: skip
    return tuple(_standing(service, rows[service]) for service in build.about["services"]
                 if rows.get(service))  # fmt: skip


@dataclass(frozen=True)
class _Row:
    """A member's figures of one service, and what their error is that of."""

    source: Key
    population: float
    affinity: float
    index: float | None
    high: float | None
    share: float | None


def _source(part: Part) -> Key:
    return (part.district, part.code) if part.code else key_of(part.segment)


@held
def _usage(build: Build, month: Month) -> dict[Key, list[tuple[Any, ...]]]:
    """Each segment's services with people, affinity, index, its upper end, share of the volume.

    Sums over them are exact (`fsum`), in any order.
    """
    columns = ("service", "population", "affinity", "index", "index_high", "volume_share")
    rows = of_month(build, "services", month).select(*KEY, *columns)
    known: dict[Key, list[tuple[Any, ...]]] = {}
    for district, sex, age, *figures in rows.drop_nulls("affinity").iter_rows():
        known.setdefault((district, sex, age), []).append(tuple(figures))
    return known


def _standing(service: str, rows: Sequence[_Row]) -> Standing:
    total = fsum(row.population for row in rows)
    affinity = standard(fsum(row.population * row.affinity for row in rows) / total)
    ratios = [(row, row.index, row.share) for row in rows if row.index is not None]
    # No ratio to the city: an index service, or one that no one used.
    if in_force().measures[service].is_index or len(ratios) < len(rows):
        return Standing(service, affinity, None, None, None, None)
    index = fsum(row.population * own for row, own, _ in ratios) / total
    half = None
    if all(row.high is not None for row in rows):
        errors: dict[Key, list[float]] = {}
        for row, own, _ in ratios:
            error = row.population / total * ((row.high or 0.0) - own) / EIGHTY
            errors.setdefault(row.source, []).append(error)
        half = EIGHTY * sqrt(fsum(fsum(alike) ** 2 for alike in errors.values()))
    return Standing(
        service, affinity, significant(index),
        low=None if half is None else significant(index - half),
        high=None if half is None else significant(index + half),
        share=round(fsum(share or 0.0 for _, _, share in ratios), SHARE_DIGITS),
    )  # fmt: skip


def _by_district(build: Build, segments: Sequence[Member], month: Month) -> dict[str, int]:
    of_each: dict[str, list[Member]] = {}
    for segment in segments:
        of_each.setdefault(segment.district, []).append(segment)
    return {name: head_count(build, own, month) for name, own in sorted(of_each.items())}


@dataclass(frozen=True)
class Overlap:
    """People in both audiences and in only one of them; all None if one is hidden."""

    both: int | None
    only_first: int | None
    only_second: int | None


def overlap(
    build: Build, first: Sequence[Member], second: Sequence[Member], month: Month
) -> Overlap:
    """Overlap of two audiences of whole segments."""
    one, other = set(first), set(second)
    parts = [sorted(part) for part in (one & other, one - other, other - one)]
    counts = [head_count(build, part, month) for part in parts]
    return suppressed(counts, float(build.about["floor"]))


def suppressed(counts: Sequence[int], floor: float) -> Overlap:
    """The three parts as published.

    One part below the floor hides all three: with the audiences' own sizes, any two would disclose
    the third.
    """
    if any(0 < count < size_shown(floor) for count in counts):
        return Overlap(None, None, None)
    return Overlap(*counts)
