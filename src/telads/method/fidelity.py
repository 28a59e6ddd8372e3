"""How true a synthetic twin is to the month it imitates, and how safe for whom that describes.

Both are read from one month's cells of the real files and of the twin. Real figures enter only
where a profile would keep them (`twin.fitting.segments`): what rests on fewer than FEWEST_PEOPLE
people, or describes a district of few neighbourhoods, enters nothing here, except that no cell is
repeated. So a report of it cannot tell a figure that the profile does not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.ingest.source import Reading
from telads.method.affinity import affinity
from telads.method.association import correlations
from telads.model import Month
from telads.store.cells import KEY, POPULATION, measures_in
from telads.twin import fitting
from telads.twin.fitting import Array, Cube

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

BEST, FIRST = 10, 3
"""Groups of a service, and services of a group, whose choice is compared."""
MOST = 90
"""Percentile that stands for the largest differences: a maximum would be one group's."""
CLOSEST = 5
"""Percentile that stands for the closest cells."""
SAFE, FAITHFUL = 0.8, 0.8
"""Distance to real cells, in that of real cells from each other, and share of equal advice, from
which a twin counts as safe, and as true enough for advice."""


@dataclass(frozen=True)
class Likeness:
    """How near a measure of the twin is to the real one."""

    measure: str
    typical: float
    """Median difference of groups (district, sex, age): a ratio less 1, or in deviations of groups
    for an index; two digits."""
    most: float
    """The difference that MOST percent of groups do not exceed."""
    order: float
    """Rank correlation of districts, -1 .. 1."""


@dataclass(frozen=True)
class Fidelity:
    """The quality of a twin in one month."""

    month: Month
    groups: int
    """Groups compared: those whose figures a profile keeps."""
    measures: tuple[Likeness, ...]
    correlations_typical: float
    """Mean difference of correlations of services between neighbourhoods."""
    correlations_most: float
    first_service: float
    """Share of groups to which the twin recommends the same service first."""
    first_services: float
    """Share of the first three that are the same."""
    best_groups: dict[str, float]
    """Service -> share of its ten best groups that are the same."""
    cells: int
    """Cells of the twin."""
    repeated: int
    """Cells of the twin whose figures are all those of a real cell."""
    places: int
    """Neighbourhoods of the twin with a real code."""
    nearest: float
    """Median distance of twin cells to the nearest real cell of the same sex and age, in that of
    real cells to the next one: 1 is as far as real cells are from each other."""
    closest: float
    """The same of the closest CLOSEST percent."""

    @property
    def is_safe(self) -> bool:
        """Whether no cell is repeated or nearer to a real one than real ones are to each other."""
        return not (self.repeated or self.places) and min(self.nearest, self.closest) >= SAFE

    @property
    def is_faithful(self) -> bool:
        """Whether advice from the twin is mostly that from the real month."""
        return self.first_service >= FAITHFUL

    def document(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "schema": "telads-fidelity/1", **asdict(self), "month": str(self.month),
            "is_safe": self.is_safe, "is_faithful": self.is_faithful,
        }  # fmt: skip


def fidelity(real: Reading, twin: pl.DataFrame) -> Fidelity:
    """Compare a real month with the twin's cells of the same month."""
    measures = [
        name for name in (POPULATION, *measures_in(real.cells.columns)) if name in twin.columns
    ]
    districts = sorted({*real.cells["district"]} & {*twin["district"]})
    drawn = Reading(real.month, twin, 0, 0)
    one, other = (fitting.cube(reading, measures, districts) for reading in (real, drawn))
    figures, people = fitting.segments(one)
    kept = ~np.isnan(figures) & ~np.isnan(figures[..., :1])
    one, other = _kept(one, kept), _kept(other, kept)
    figures, people = (np.where(kept, part, np.nan) for part in (figures, people))
    like, others = fitting.segments(other)
    services = [at for at, name in enumerate(measures) if name in in_force().service_ids]
    names = [measures[at] for at in services]
    whole = (kept & ~np.isnan(like))[..., [0, *services]].all(axis=-1)
    scores = [
        affinity(part[whole][:, services], mass[whole][:, 0])
        for part, mass in ((figures, people), (like, others))
    ]
    far = np.abs(np.subtract(*(_correlations(part, services) for part in (one, other))))
    far = far[np.triu_indices(len(services), 1)]
    far = far[~np.isnan(far)]
    nearest, closest = _distances(one, other)
    return Fidelity(
        month=real.month,
        groups=int(kept[..., 0].sum()),
        measures=tuple(
            _likeness(name, figures[..., at], like[..., at], people[..., at], others[..., at])
            for at, name in enumerate(measures)
        ),
        correlations_typical=_rounded(far.mean() if far.size else np.nan),
        correlations_most=_rounded(np.percentile(far, MOST) if far.size else np.nan),
        first_service=_rounded(_equal_choice(scores, 1)),
        first_services=_rounded(_equal_choice(scores, FIRST)),
        best_groups={
            name: _rounded(_equal_choice([score.T[[at]] for score in scores], BEST))
            for at, name in enumerate(names)
        },
        cells=twin.height,
        repeated=_repeated(real.cells, twin, measures),
        places=len({*real.cells["code"]} & {*twin["code"]}),
        nearest=nearest,
        closest=closest,
    )


def _kept(data: Cube, kept: NDArray[np.bool_]) -> Cube:
    """Cells of groups that are kept; NaN in place of the others."""
    of_cells = np.einsum(
        "dn,dsam->nsam", data.member, np.repeat(kept, fitting.bands(), axis=2).astype(float)
    )
    return Cube(
        data.codes, data.districts, data.member, np.where(of_cells > 0, data.values, np.nan)
    )


def _likeness(name: str, real: Array, twin: Array, people: Array, others: Array) -> Likeness:
    """Groups of one measure: district x sex x age."""
    known = ~np.isnan(real) & ~np.isnan(twin)
    if in_force().measures[name].is_index:
        far = np.abs(twin - real)[known] / np.nanstd(real)
    else:
        known &= real > 0
        far = np.abs(twin[known] / real[known] - 1)
    order = np.nan
    if known.any(axis=(1, 2)).sum() > 2:
        means = [
            fitting.mean(
                np.where(known, part * mass, 0).sum(axis=(1, 2)),
                np.where(known, mass, 0).sum(axis=(1, 2)),
            )
            for part, mass in ((real, people), (twin, others))
        ]
        there = ~np.isnan(means[0]) & ~np.isnan(means[1])
        ranks = np.stack([_ranks(one[there]) for one in means])
        order = float(np.asarray(np.corrcoef(ranks))[0, 1])
    typical, most = (np.percentile(far, at) if far.size else np.nan for at in (50, MOST))
    return Likeness(name, _rounded(typical, 3), _rounded(most, 3), _rounded(order))


def _correlations(data: Cube, services: Sequence[int]) -> Array:
    """Correlations over people, the mean of each district, sex and age removed (method P1)."""
    number, sexes, ages, measures = data.values.shape
    rows = data.values.reshape(-1, measures)
    district = np.repeat(data.member.argmax(axis=0), sexes * ages)
    groups = district * sexes * ages + np.tile(np.arange(sexes * ages), number)
    return correlations(rows[:, services], np.nan_to_num(rows[:, 0]), groups)[0]


def _equal_choice(scores: Sequence[Array], number: int) -> float:
    """Mean share of the `number` greatest of each row that both have."""
    best = [np.argsort(-score, axis=1, kind="stable")[:, :number] for score in scores]
    if not len(best[0]):
        return np.nan
    same = [len({*one} & {*other}) / len(one) for one, other in zip(*best, strict=True)]
    return float(np.mean(same))


def _repeated(real: pl.DataFrame, twin: pl.DataFrame, measures: Sequence[str]) -> int:
    """Cells of the twin whose sex, age and every figure are those of a real cell."""
    by = [*KEY[1:], *measures]
    return twin.select(by).join(real.select(by), on=by, how="semi", nulls_equal=True).height


def _distances(real: Cube, twin: Cube) -> tuple[float, float]:
    """Distance of twin cells to real ones over that of real ones: median, and of the closest.

    In deviations of the real cells of a sex and age; figures missing in a cell are its group's
    mean.
    """
    from scipy.spatial import KDTree

    found: tuple[list[Array], list[Array]] = ([], [])
    for sex, age in np.ndindex(real.values.shape[1:3]):
        own, drawn = (part.values[:, sex, age] for part in (real, twin))
        own, drawn = (part[part[:, 0] > 0] for part in (own, drawn))
        known = (~np.isnan(own)).sum(axis=0) >= fitting.FEWEST_IN_ALL
        varies = np.flatnonzero(known)[np.nanstd(own[:, known], axis=0) > 0]
        if not len(drawn) or not len(varies):
            continue
        centre, size = np.nanmean(own[:, varies], axis=0), np.nanstd(own[:, varies], axis=0)
        points = [np.nan_to_num((part[:, varies] - centre) / size) for part in (own, drawn)]
        tree = KDTree(points[0])
        found[0].append(np.asarray(tree.query(points[0], k=[2])[0])[:, 0])
        found[1].append(np.asarray(tree.query(points[1])[0]))
    if not found[0]:
        return np.nan, np.nan
    apart, near = map(np.concatenate, found)
    middle, low = (
        _rounded(np.percentile(near, at) / np.percentile(apart, at)) for at in (50, CLOSEST)
    )
    return middle, low


def _ranks(values: Array) -> Array:
    return np.argsort(np.argsort(values)).astype(float)


def _rounded(value: float | np.floating[Any], digits: int = 2) -> float:
    return float(round(float(value), digits))
