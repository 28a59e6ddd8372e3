"""Which services go together, by age, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `correlation` shows: a triangle of cells for each age.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

from telads.answers.pictures import Picture
from telads.charts import correlation, theme
from telads.charts.render import in_one_line
from telads.dataset import in_force
from telads.text import Lang, Text
from telads.web.jinja import rendered
from telads.wording import number


class Layout(NamedTuple):
    """Where things stand, in the picture's units."""

    name: str
    columns: int
    cell: int
    pitch: int
    """From one triangle to the next, across."""
    rise: int
    """The same, down."""


LEFT, TOP, RIGHT = 72, 20, 8
"""Room for the names of the rows, for that of a triangle, and at the end."""
LEGEND, RAMP = 48, 220
"""Height of the legend, and the length of its colours."""
WIDE = Layout("wide", columns=3, cell=36, pitch=305, rise=310)
NARROW = Layout("narrow", columns=1, cell=40, pitch=0, rise=334)
UNIT = Text("상관계수", "correlation")
TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


class Cell(NamedTuple):
    """Two services at an age; `x` and `y` are its corner in the triangle."""

    x: int
    y: int
    colour: str
    ink: str
    label: str
    hover: str


class Triangle(NamedTuple):
    """One age: its place in the picture and its cells."""

    name: str
    x: int
    y: int
    cells: list[Cell]


def heatmap(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `correlation`."""
    finding, details = in_one_line(correlation.heading(picture.frame, **picture.options))
    rows, ages = correlation.rows_of(picture.frame, lang), correlation.ages_of(picture.frame, lang)
    wide, narrow = (_svg(rows, ages, finding, lang, layout) for layout in (WIDE, NARROW))
    return finding, details, wide, narrow


def _svg(
    rows: Sequence[dict[str, Any]], ages: Sequence[str], finding: str, lang: Lang, layout: Layout
) -> str:
    names = [service.text(lang) for service in in_force().services]
    across, side = min(layout.columns, max(len(ages), 1)), layout.cell * (len(names) - 1)
    down = ceil(len(ages) / layout.columns) * layout.rise
    triangles = [
        Triangle(
            age,
            LEFT + place % layout.columns * layout.pitch,
            TOP + place // layout.columns * layout.rise,
            [_cell(row, names, layout.cell) for row in rows if row["age"] == age],
        )
        for place, age in enumerate(ages)
    ]
    facts: dict[str, Any] = {
        "layout": layout,
        "finding": finding,
        "width": LEFT + (across - 1) * layout.pitch + side + RIGHT,
        "height": down + LEGEND,
        "triangles": triangles,
        "sides": [(name, (at + 0.5) * layout.cell) for at, name in enumerate(names[1:])],
        "feet": [(name, (at + 0.5) * layout.cell) for at, name in enumerate(names[:-1])],
        "side": side,
        "left": LEFT,
        "down": down,
        "ramp": RAMP,
        "stops": theme.DIVERGING,
        "unit": UNIT(lang),
        "ticks": [(number(tick, digits=1), (tick + 1) / 2 * RAMP) for tick in TICKS],
    }
    return rendered("data/heatmap.html.j2", facts)


def _cell(row: dict[str, Any], names: Sequence[str], size: int) -> Cell:
    return Cell(
        names.index(row["one"]) * size,
        (names.index(row["other"]) - 1) * size,
        correlation.colour_of(row["correlation"]),
        row["ink"],
        row["label"],
        f"{row['pair']} {row['label']}",
    )
