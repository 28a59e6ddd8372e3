"""What a plan targets, as the groups of an ad system: places, sexes and bands of ages.

An ad system targets a product: every one of some places, with every one of some sexes and ages. An
audience of groups is rarely one, so it is divided into several products that together are exactly
its places, sexes and bands. Two divisions are tried, by place (what is targeted there) and by what
is targeted (where), and the one with fewer groups is taken.

Only ages may differ from the plan: a system has bands of its own, and a band is taken if it holds
an age of the plan. The file therefore misses nobody whose age the system can target, and may reach
more. Neighbourhoods become their districts. `Handover` states both, with the published sizes of the
month, where the build holds the data that the plan was made on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple, cast

from telads.answers.tables import people
from telads.dataset import in_force
from telads.model import Sex
from telads.planning.parts import Part, member_of, sizes
from telads.planning.plan import Plan
from telads.planning.scenarios import Row
from telads.store.workspace import Build


class Band(NamedTuple):
    """Ages that an ad system targets together, both ends included; `last` is None if open."""

    first: int
    last: int | None
    code: str
    """The system's own word or code; empty where its documentation names none."""

    def holds(self, cell_age: int) -> int:
        """Number of years of a cell age that lie in the band; an open one has five or more."""
        first, end = years(cell_age)
        last = end if self.last is None else min(end, self.last)
        return max(0, last - max(first, self.first) + 1)


class Cell(NamedTuple):
    """People of one district, sex and cell age: the smallest group that can be targeted."""

    district: str
    sex: Sex
    cell_age: int


class Target(NamedTuple):
    """People of one district, sex and band."""

    district: str
    sex: Sex
    band: Band


Box = tuple[tuple[str, ...], tuple[Sex, ...], tuple[Band, ...]]
"""Districts, sexes and bands, all with all."""


@dataclass(frozen=True)
class AdGroup:
    """One group of an ad system: all its districts with all its sexes and bands."""

    districts: tuple[str, ...]
    sexes: tuple[Sex, ...]
    bands: tuple[Band, ...]
    spends: Mapping[str, int]
    """Money by platform, in whole units; platforms without any are left out."""

    @property
    def cells(self) -> frozenset[Cell]:
        """The cells it targets, wholly or in part."""
        return frozenset(
            Cell(district, sex, cell)
            for district in self.districts for sex in self.sexes
            for cell in in_force().cell_ages if any(band.holds(cell) for band in self.bands)
        )  # fmt: skip


def years(cell_age: int) -> tuple[int, int]:
    """First and last year of a cell age; the oldest is counted as five years."""
    ages = in_force().cell_ages
    at = ages.index(cell_age)
    return cell_age, ages[at + 1] - 1 if at + 1 < len(ages) else cell_age + 4


@dataclass(frozen=True)
class Handover:
    """A plan in the bands of an ad system; `build` is None where its sizes are not at hand."""

    plan: Plan
    bands: tuple[Band, ...]
    build: Build | None = None
    runs: bool = False
    """Whether the system takes one first and one last age: bands are then split at gaps."""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The members that get money: the others are not handed over."""
        return tuple(row for row in self.plan.result.segments if row["spend"])

    @cached_property
    def planned(self) -> int:
        """People of the members that get money."""
        return sum(int(row["population"]) for row in self.rows)

    @cached_property
    def cells(self) -> frozenset[Cell]:
        """The cells of the members that get money, or that these are part of."""
        return frozenset(cell for row in self.rows for cell in _cells(row))

    @cached_property
    def places(self) -> int:
        """Number of neighbourhoods that the plan names: they become their districts."""
        members = map(member_of, self.rows)
        return len({one.code for one in members if isinstance(one, Part) and one.code})

    @cached_property
    def targets(self) -> frozenset[Target]:
        """Districts, sexes and bands that hold a cell of the plan."""
        return frozenset(
            Target(cell.district, cell.sex, band)
            for cell in self.cells for band in self.bands if band.holds(cell.cell_age)
        )  # fmt: skip

    @cached_property
    def groups(self) -> tuple[AdGroup, ...]:
        """The groups, each a product; together the `targets`, none twice."""
        boxes = min(self._by_place(), self._by_people(), key=len)
        spends: dict[Box, dict[str, int]] = {box: {} for box in boxes}
        of = {Target(*one): box for box in boxes for one in _product(box)}
        for row in self.plan.result.spends:
            cells = [cell for cell in _cells(row) if self._band(cell)]
            for at, cell in enumerate(cells):  # to the won: the rest of the division is kept
                spend, count = row["spend"], len(cells)
                part = spend * (at + 1) // count - spend * at // count
                band = self._band(cell)
                if band and part:
                    own = spends[of[Target(cell.district, cell.sex, band)]]
                    own[row["platform"]] = own.get(row["platform"], 0) + part
        return tuple(AdGroup(*box, dict(sorted(spends[box].items()))) for box in boxes)

    def _band(self, cell: Cell) -> Band | None:
        """The band that holds most of a cell, the younger of two; None if none does."""
        known = [band for band in self.bands if band.holds(cell.cell_age)]
        return max(known, key=lambda band: band.holds(cell.cell_age), default=None)

    def _by_place(self) -> list[Box]:
        """Districts with the same sexes and bands together."""
        return self._boxes(lambda one: one.district, lambda one: (one.sex, one.band), places=True)

    def _by_people(self) -> list[Box]:
        """Sexes and bands with the same districts together."""
        return self._boxes(lambda one: (one.sex, one.band), lambda one: one.district, places=False)

    def _boxes(
        self, key: Callable[[Target], object], value: Callable[[Target], object], *, places: bool
    ) -> list[Box]:
        known: dict[object, set[object]] = {}
        for one in self.targets:
            known.setdefault(key(one), set()).add(value(one))
        alike: dict[frozenset[object], list[object]] = {}
        for name, own in known.items():
            alike.setdefault(frozenset(own), []).append(name)
        order = {name: at for at, name in enumerate(in_force().district_names)}
        boxes = []
        for values, names in alike.items():
            districts, whom = (names, values) if places else (values, names)
            ordered = sorted(map(str, districts), key=lambda one: (order.get(one, len(order)), one))
            pairs = cast("Iterable[tuple[Sex, Band]]", whom)
            boxes += [(tuple(ordered), *box) for box in self._whom(pairs)]
        return sorted(
            boxes, key=lambda box: ([order.get(one, len(order)) for one in box[0]], box[1:])
        )

    def _whom(
        self, pairs: Iterable[tuple[Sex, Band]]
    ) -> list[tuple[tuple[Sex, ...], tuple[Band, ...]]]:
        """Sexes with the same bands together; at gaps apart where the system needs runs."""
        of: dict[Sex, set[Band]] = {}
        for sex, band in pairs:
            of.setdefault(sex, set()).add(band)
        alike: dict[tuple[Band, ...], list[Sex]] = {}
        for sex in sorted(of):
            alike.setdefault(tuple(sorted(of[sex], key=lambda band: band.first)), []).append(sex)
        return [
            (tuple(sexes), run)
            for bands, sexes in alike.items()
            for run in (_runs(bands) if self.runs else [bands])
        ]

    @property
    def sized(self) -> bool:
        """Whether the build holds the data that the plan was made on."""
        about = self.build.about["files"].get(self.plan.basis.month) if self.build else None
        return about is not None and about["cells"] == self.plan.basis.cells

    @cached_property
    def population(self) -> int:
        """People in the cells that the groups target; those of hidden cells count 0."""
        return self.size(cell for group in self.groups for cell in group.cells)

    @cached_property
    def beyond(self) -> dict[tuple[Sex, int], tuple[int, int]]:
        """Cells outside the plan that are targeted too: by sex and cell age, districts and people.

        The districts of a plan with neighbourhoods are not counted here.
        """
        more: dict[tuple[Sex, int], list[Cell]] = {}
        for cell in sorted({one for group in self.groups for one in group.cells} - self.cells):
            more.setdefault((cell.sex, cell.cell_age), []).append(cell)
        return {
            whom: (len(cells), self.size(cells) if self.sized else 0)
            for whom, cells in sorted(more.items())
        }

    @cached_property
    def missing(self) -> tuple[Cell, ...]:
        """Cells of the plan whose ages the system cannot target."""
        return tuple(sorted(cell for cell in self.cells if self._band(cell) is None))

    def size(self, cells: Iterable[Cell]) -> int:
        """Published number of people of cells: of whole groups as they are, else by cell age."""
        if self.build is None:
            return 0
        month, bands = self.plan.month, in_force().bands
        of_groups = people(self.build).get(str(month), {})
        of_cells = sizes(self.build, month)
        found: dict[tuple[str, Sex, int], set[int]] = {}
        for district, sex, cell in cells:
            found.setdefault((district, sex, bands[cell]), set()).add(cell)
        total = 0
        for group, own in found.items():
            if own == {*in_force().cell_ages_of(group[2])}:
                total += of_groups.get(group, 0)
            else:
                total += sum(of_cells.get((*group, "", cell), 0) for cell in own)
        return total


def _cells(row: Mapping[str, object]) -> list[Cell]:
    """The cells of a member, those of all neighbourhoods of its district."""
    member = member_of(row)
    own = (member.cell_age,) if isinstance(member, Part) and member.cell_age else ()
    return [
        Cell(member.district, Sex(member.sex), cell)
        for cell in own or in_force().cell_ages_of(member.age)
    ]


def _product(box: Box) -> Iterable[tuple[str, Sex, Band]]:
    return ((d, s, b) for d in box[0] for s in box[1] for b in box[2])


def _runs(bands: Sequence[Band]) -> list[tuple[Band, ...]]:
    """Bands that follow each other without a gap."""
    breaks = {
        after for band, after in pairwise(bands) if band.last is None or after.first > band.last + 1
    }
    number = 0
    numbered = []
    for band in bands:
        number += band in breaks
        numbered.append((number, band))
    return [tuple(b for _, b in run) for _, run in groupby(numbered, lambda one: one[0])]
