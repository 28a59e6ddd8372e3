"""The map of an audience: people by district, on the outlines that all maps of pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from telads.web.svg import SHADES, Outline, outlines


class Place(NamedTuple):
    """A district with its people and its step of colour."""

    outline: Outline
    shade: int
    people: int


class PeopleMap(NamedTuple):
    """Where the people of an audience live."""

    width: int
    height: int
    places: tuple[Place, ...]
    legend: tuple[tuple[int, str], ...]
    """Each step of colour that is on the map with the people it stands for."""
    table: tuple[tuple[str, int], ...]
    """Districts, the most people first."""


def people_map(districts: Mapping[str, int]) -> PeopleMap:
    """The map of people by district; steps are equal parts of the largest."""
    width, height, known = outlines()
    most = max(districts.values(), default=0)
    shades = {name: _shade(count, most) for name, count in districts.items()}
    return PeopleMap(
        width, height,
        places=tuple(
            Place(outline, shades.get(outline.district, 0), districts.get(outline.district, 0))
            for outline in known
        ),
        legend=_legend(districts, shades),
        table=tuple(sorted(districts.items(), key=lambda item: (-item[1], item[0]))),
    )  # fmt: skip


def _shade(count: int, most: int) -> int:
    return 0 if not count else max(1, min(SHADES, -(-count * SHADES // most)))


def _legend(districts: Mapping[str, int], shades: Mapping[str, int]) -> tuple[tuple[int, str], ...]:
    steps: dict[int, list[int]] = {}
    for name, shade in shades.items():
        steps.setdefault(shade, []).append(districts[name])
    return tuple(
        (shade, f"{low:,}" if low == high else f"{low:,}–{high:,}")
        for shade in sorted(steps)
        for low, high in [(min(steps[shade]), max(steps[shade]))]
    )
