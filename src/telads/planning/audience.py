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
from math import erfc, fsum, nan, sqrt
from typing import Any

import numpy as np

from telads.answers.audience import Size
from telads.answers.tables import KEY, held, of_month
from telads.dataset import in_force
from telads.errors import AudienceTooSmall
from telads.method.affinity import false_discovery
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
    return tuple(_standing(*one) for one in _figures(build, segments, month).items())


def _figures(build: Build, segments: Sequence[Member], month: Month) -> dict[str, list[_Row]]:
    """The members' figures by service, in the build's order."""
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
    return {service: rows[service] for service in build.about["services"] if rows.get(service)}


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
        half = EIGHTY * sqrt(fsum(error**2 for error in _errors(rows).values()))
    return Standing(
        service, affinity, significant(index),
        low=None if half is None else significant(index - half),
        high=None if half is None else significant(index + half),
        share=round(fsum(share or 0.0 for _, _, share in ratios), SHARE_DIGITS),
    )  # fmt: skip


def _errors(rows: Sequence[_Row]) -> dict[Key, float]:
    """Parts of the standard error of a mean index that are independent of each other."""
    total = fsum(row.population for row in rows)
    errors: dict[Key, list[float]] = {}
    for row in rows:
        error = row.population / total * ((row.high or 0.0) - (row.index or 0.0)) / EIGHTY
        errors.setdefault(row.source, []).append(error)
    return {source: fsum(alike) for source, alike in errors.items()}


CLEAR = 0.05
"""Rate of false discoveries among the services of two audiences."""


@dataclass(frozen=True)
class Difference:
    """Use of a service by two audiences, and whether the difference is beyond noise."""

    service: str
    first: Standing
    second: Standing
    difference: float | None
    """Of the indices as shown, second less first; None where there is none."""
    clear: bool | None
    """Whether it is beyond noise; None where no error is known."""


def differences(
    build: Build, first: Sequence[Member], second: Sequence[Member], month: Month
) -> tuple[Difference, ...]:
    """The services of both audiences, compared.

    The error of the difference is that of the indices: people who are in both audiences carry the
    same error into both, which cancels as far as their weight is the same. A normal test for each
    service, and Benjamini-Hochberg over them.
    """
    figures = [_figures(build, members, month) for members in (first, second)]
    found = []
    for service in figures[0]:
        if service in figures[1]:
            rows = [one[service] for one in figures]
            found.append((_standing(service, rows[0]), _standing(service, rows[1]),
                          _p_value(*rows)))  # fmt: skip
    p = np.array([one[2] for one in found], dtype=float)
    clear = false_discovery(p, CLEAR)
    return tuple(
        Difference(
            one.service, one, other,
            None if one.index is None or other.index is None
            else significant(other.index - one.index),
            None if np.isnan(p[at]) or one.low is None or other.low is None else bool(clear[at]),
        )
        for at, (one, other, _) in enumerate(found)
    )  # fmt: skip


def _p_value(first: Sequence[_Row], second: Sequence[_Row]) -> float:
    """Of no difference between two mean indices; NaN where an error is unknown."""
    if any(row.index is None or row.high is None for row in (*first, *second)):
        return nan
    means = [fsum(row.population * (row.index or 0.0) for row in rows)
             / fsum(row.population for row in rows) for rows in (first, second)]  # fmt: skip
    one, other = _errors(first), _errors(second)
    error = sqrt(fsum((one.get(of, 0.0) - other.get(of, 0.0)) ** 2 for of in {*one, *other}))
    gap = abs(means[1] - means[0])
    return erfc(gap / error / sqrt(2)) if error else float(gap == 0)


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
