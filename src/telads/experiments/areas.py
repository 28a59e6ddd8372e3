"""The areas of an experiment: districts or neighbourhoods of a build, as files name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from telads.answers.areas import areas as with_borders
from telads.answers.choices import AREA_LEVELS, Filters
from telads.answers.places import of_filters
from telads.answers.tables import of_month, people
from telads.dataset import in_force
from telads.errors import QuestionError, UnknownChoice, choose
from telads.model import Month
from telads.store.workspace import Build
from telads.text import Text, typed

if TYPE_CHECKING:
    from telads.answers.areas import Shape
    from telads.experiments.outcomes import Finder


@dataclass(frozen=True)
class Area:
    """An area of a build."""

    id: str
    """The district's name in the cells, or the neighbourhood's code."""
    district: str
    neighbourhood: str | None
    population: int
    affinity: float | None = None
    """Usage score of everybody for the service of the design, if it has one."""

    @property
    def text(self) -> Text:
        """Its displayed name."""
        names = [in_force().district_name(self.district, lang) for lang in ("ko", "en")]
        beside = f" {self.neighbourhood}" if self.neighbourhood else ""
        return Text(names[0] + beside, names[1] + beside)


@dataclass(frozen=True)
class Basis:
    """What a design is made from: the areas of a build in a month, in order of their ids."""

    level: str
    areas: tuple[Area, ...]
    borders: frozenset[tuple[str, str]] | None
    """Pairs of areas with a common border, both ways round; None where it is not known."""
    month: str
    build: str
    synthetic: bool


def basis_of(build: Build, level: str, service: str | None = None) -> Basis:
    """The areas of a level in the newest month, with their use of a service if one is named.

    Areas of too few people to be shown are no part of it.
    """
    month = build.months[-1]
    asked = service or str(build.about["services"][0])
    try:
        known = with_borders(build, asked, month, level)
    except QuestionError:  # no borders of this level
        found = _without_borders(build, level, asked, month)
        borders = None
    else:
        rows = known.rows.iter_rows(named=True)
        found = [
            Area(_id(level, row), row["district"], row["neighbourhood"], row["population"],
                 row["affinity"])
            for row in rows if row["population"]
        ]  # fmt: skip
        shapes = zip((_id(level, row) for row in known.rows.iter_rows(named=True)),
                     known.shapes, strict=True)  # fmt: skip
        borders = common_borders((id, shape) for id, shape in shapes if shape)
    if service is None:
        found = [Area(a.id, a.district, a.neighbourhood, a.population) for a in found]
    return Basis(level, tuple(sorted(found, key=lambda area: area.id)), borders, str(month),
                 build.name, build.synthetic)  # fmt: skip


def _id(level: str, row: dict[str, str]) -> str:
    return row["district"] if level == AREA_LEVELS[0] else row["code"]


def _without_borders(build: Build, level: str, service: str, month: Month) -> list[Area]:
    if level != AREA_LEVELS[0]:
        rows = of_filters(build, month, service, Filters()).iter_rows(named=True)
        return [Area(row["code"], row["district"], row["neighbourhood"], row["population"],
                     row["affinity"]) for row in rows if row["population"]]  # fmt: skip
    number: dict[str, int] = {}
    for (district, _, _), some in people(build)[str(month)].items():
        number[district] = number.get(district, 0) + some
    use: dict[str, list[tuple[float, int]]] = {}
    for row in of_month(build, "services", month).iter_rows(named=True):
        if row["service"] == service and row["affinity"] is not None:
            use.setdefault(row["district"], []).append((row["affinity"], row["population"]))
    return [Area(district, district, None, some, _mean(use.get(district, ())))
            for district, some in number.items()]  # fmt: skip


def _mean(weighted: Sequence[tuple[float, int]]) -> float | None:
    whole = sum(weight for _, weight in weighted)
    return sum(value * weight for value, weight in weighted) / whole if whole else None


def common_borders(shapes: Iterable[tuple[str, Shape]]) -> frozenset[tuple[str, str]]:
    """Pairs of areas that share a line of their borders, both ways round."""
    owners: dict[frozenset[tuple[float, float]], set[str]] = {}
    for id, shape in shapes:
        for ring in (ring for polygon in shape for ring in polygon):
            for line in map(frozenset, pairwise(ring)):
                owners.setdefault(line, set()).add(id)
    return frozenset((one, other) for own in owners.values() for one in own for other in own
                     if one != other)  # fmt: skip


def finder(areas: Sequence[Area]) -> Finder:
    """How names in files and options are read as areas: ids, and names in either language."""
    level = AREA_LEVELS[0] if all(a.neighbourhood is None for a in areas) else AREA_LEVELS[1]
    names: dict[str, str | None] = {}
    for area in areas:
        spelt = {typed(area.id), *map(typed, area.text)}
        if area.neighbourhood:
            plain = typed(area.neighbourhood)
            names[plain] = None if plain in names else area.id  # of two of this name, neither
        names.update(dict.fromkeys(spelt, area.id))
    districts = tuple(area.id for area in areas)

    def find(name: str) -> str | None:
        found = names.get(typed(name))
        if found or level != AREA_LEVELS[0] or not name:
            return found
        try:
            return in_force().find_district(name, districts)
        except UnknownChoice:
            return None

    return find


def area_named(areas: Sequence[Area], name: str) -> str:
    """The id of an area by a name of it; raises `UnknownChoice`."""
    found = finder(areas)(name)
    if found is None:
        raise UnknownChoice(
            Text("지역을 찾을 수 없습니다.", "Area not found."),
            choose(name, (area.text for area in areas)), value=name,
        )  # fmt: skip
    return found


def level_of_file(names: Sequence[str], build: Build) -> str:
    """The level whose areas these names are: districts if most are."""
    find = finder(basis_of(build, AREA_LEVELS[0]).areas)
    some = [name for name in names if name]
    districts = sum(find(name) is not None for name in some)
    return AREA_LEVELS[0] if districts * 2 >= len(some) else AREA_LEVELS[1]
