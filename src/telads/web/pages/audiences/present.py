"""The answers of the audience page as it shows them, with the map of people by district.

What the audience page shows of its answers, written for people.

The map of an audience: people by district, on the outlines that all maps of pages share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple, cast

from telads.answers.answer import Answer
from telads.dataset import in_force
from telads.render.svg.lines import SHADES, Outline, outlines
from telads.text import Lang
from telads.web.components import Bar
from telads.web.formatting import figure_text

CITY = 100.0


class ProfileRow(NamedTuple):
    """An audience's use of one service beside the city's."""

    service: str
    figure: str
    """The index; a dash where there is none."""
    interval: str
    bar: Bar | None
    affinity: str
    share: str


class Shown(NamedTuple):
    """One audience as the page shows it."""

    answer: Answer
    profile: list[ProfileRow]
    map: PeopleMap


def shown(answers: Sequence[Answer], lang: Lang) -> list[Shown]:
    """The audiences, their bars on one scale."""
    profiles: list[list[dict[str, Any]]] = [
        cast("list[dict[str, Any]]", answer.facts["profile"]) for answer in answers
    ]
    low, high = _scale([row for profile in profiles for row in profile])
    return [
        Shown(
            answer,
            [_row(row, low, high, lang) for row in profile],
            people_map(cast("dict[str, int]", answer.facts["districts"])),
        )
        for answer, profile in zip(answers, profiles, strict=True)
    ]


def _scale(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """The ends of bars of the index: tens that hold all intervals, at least 80 to 120."""
    ends = [row[name] for row in rows for name in ("index", "index_low", "index_high")
            if row[name] is not None]  # fmt: skip
    return min([80.0, *(floor(end / 10) * 10.0 for end in ends)]), max(
        [120.0, *(ceil(end / 10) * 10.0 for end in ends)]
    )


def _row(row: dict[str, Any], low: float, high: float, lang: Lang) -> ProfileRow:
    index, interval = row["index"], (row["index_low"], row["index_high"])
    return ProfileRow(
        service=in_force().measures[row["service"]].text(lang),
        figure="–" if index is None else f"{index:.1f}",
        interval="" if None in interval else f"{interval[0]:.1f}–{interval[1]:.1f}",
        bar=Bar.of(index, low, high, CITY, *interval),
        affinity=figure_text(f"{row['affinity']:+.2f}"),
        share="–" if row["volume_share"] is None else f"{row['volume_share']:.1%}",
    )


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
