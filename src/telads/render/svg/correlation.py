"""Services used in the same neighbourhoods: one correlation heatmap for each age."""

from __future__ import annotations

import math
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import in_force
from telads.render.svg.drawing import (
    NARROW,
    PANELS,
    UNKNOWN,
    Body,
    Drawing,
    Table,
    drawing,
    known,
)
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import LABEL, tag, text, title
from telads.render.svg.theme import CHANGES, Look, step_of, steps
from telads.text import Lang, Text, josa
from telads.wording import be, in_sentence, number

if TYPE_CHECKING:
    import polars as pl

WEAK = 0.1
"""Below this mean correlation no pair is named in the title."""
_METHOD = Text(
    "같은 나이대 동네 사이의 상관계수", "correlation between neighbourhoods within an age"
)
_EVERYONE = Text("{city} 전체", "all of {city}")
_GAPS = Text("회색은 계산할 수 없음", "grey: cannot be computed")
_UNIT = Text("상관계수", "correlation")
_PAIR = Text("두 서비스", "Two services")
_TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)
_SLANT = 40
"""Angle in degrees of the names below a triangle."""
_TOP, _LEGEND = 26, 50
"""Heights of a triangle's name and of the legend."""
_SWATCH = 32


class _Layout(NamedTuple):
    columns: int
    cell: int
    width: int


_WIDE, _NARROW = (
    _Layout(columns=3, cell=44, width=PANELS),
    _Layout(columns=1, cell=43, width=NARROW),
)


class _Cell(NamedTuple):
    """Two services at an age."""

    age: int
    one: str
    other: str
    correlation: float | None

    @property
    def label(self) -> str:
        return UNKNOWN if self.correlation is None else number(self.correlation, digits=2)

    def hover(self, lang: Lang) -> str:
        """Both names and the figure."""
        return f"{_pair_name(self.one, self.other, lang)} {self.label}"


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> Drawing:
    """Draw the correlations of services between neighbourhoods, by ten-year age.

    `frame` has the columns age (first year of a ten-year band), service_a, service_b (ids) and
    correlation (-1..1, null where it could not be computed). One row a pair is enough: of a pair
    given in both orders one is drawn; the diagonal is not drawn.
    """
    pairs = _each_pair_once(frame)
    cells = [_cell(row) for row in pairs.iter_rows(named=True)]
    gaps = any(cell.correlation is None for cell in cells)
    return drawing(
        "correlation", _finding(pairs, lang),
        [audience or _EVERYONE(lang), _METHOD(lang), _GAPS(lang) if gaps else ""],
        lang=lang, window=window, synthetic=synthetic, unit=_UNIT(lang), frame=pairs,
        table=_table(cells, lang), body=_body(cells, lang, _NARROW if narrow else _WIDE),
    )  # fmt: skip


def _pair_name(one: str, other: str, lang: Lang) -> str:
    measures = in_force().measures
    return f"{measures[one].text(lang)} × {measures[other].text(lang)}"


def colour_of(correlation: float | None) -> str:
    """Colour name of a cell."""
    if correlation is None:
        return "nothing"
    return step_of((correlation + 1) / 2, steps("change", CHANGES))


def _body(cells: list[_Cell], lang: Lang, layout: _Layout) -> Body:
    """One triangle of cells for each age, since the matrix is symmetric."""
    ages = sorted({cell.age for cell in cells})
    names = [service.text(lang) for service in in_force().services]
    left = max(pixels(name, LABEL) for name in names) + 8
    size = min(layout.cell, int((layout.width / layout.columns - left) / (len(names) - 1)))
    # Extent of the slanted names: below a triangle, and to the left of the first.
    lean = max(pixels(name, LABEL) for name in names[:-1])
    foot = lean * math.sin(math.radians(_SLANT)) + 18
    side = size * (len(names) - 1)
    pitch = (layout.width - left - side) / (layout.columns - 1) if layout.columns > 1 else 0.0
    rise = _TOP + side + foot + 22
    down = ceil(len(ages) / layout.columns) * rise

    def triangle(age: int, at: int, look: Look) -> str:
        x, y = left + at % layout.columns * pitch, _TOP + at // layout.columns * rise
        parts = [text(in_force().age_text(age)(lang), 0, -9, look, size=13, fill="ink", bold=True,
                      kind="name")]  # fmt: skip
        parts += [
            text(name, -6, (row + 0.5) * size, look, size=LABEL, anchor="end", middle=True)
            for row, name in enumerate(names[1:])
        ]
        parts += [
            text(name, 0, 0, look, size=LABEL, anchor="end",
                 transform=f"translate({(column + 0.5) * size + 4:g} {side + 13}) "
                           f"rotate(-{_SLANT})")
            for column, name in enumerate(names[:-1])
        ]  # fmt: skip
        parts += [_square(cell, size, lang, look) for cell in cells if cell.age == age]
        return tag("g", "".join(parts), transform=f"translate({x:.1f} {y:g})")

    def paint(look: Look) -> str:
        return "".join(triangle(age, at, look) for at, age in enumerate(ages)) + _legend(
            lang, left if layout.columns > 1 else 0.0, down, look
        )

    return Body(layout.width, down + _LEGEND, paint)


def _square(cell: _Cell, size: int, lang: Lang, look: Look) -> str:
    place = in_force().service_ids.index
    x = place(cell.one) * size
    y = (place(cell.other) - 1) * size
    colour = colour_of(cell.correlation)
    # 1.5 pixels of background separate the cells.
    rect = tag("rect", title(cell.hover(lang)), x=x + 0.75, y=y + 0.75, width=size - 1.5,
               height=size - 1.5, rx=2, fill=look[colour])  # fmt: skip
    return rect + text(cell.label, x + size / 2, y + size / 2, look, size=LABEL, anchor="middle",
                       middle=True, fill=f"on-{colour}", kind="value")  # fmt: skip


def _legend(lang: Lang, x: float, y: float, look: Look) -> str:
    colours = steps("change", CHANGES)
    length = _SWATCH * len(colours)
    parts = [text(_UNIT(lang), 0, 10, look, size=LABEL, kind="unit")]
    parts += [
        tag("rect", x=at * _SWATCH, y=17, width=_SWATCH, height=10, fill=look[colour])
        for at, colour in enumerate(colours)
    ]
    for tick in _TICKS:
        anchor = "start" if tick == -1 else "end" if tick == 1 else "middle"
        parts.append(text(number(tick, digits=1), (tick + 1) / 2 * length, 41, look, size=LABEL,
                          anchor=anchor, kind="tick"))  # fmt: skip
    return tag("g", "".join(parts), transform=f"translate({x:.1f} {y:.1f})", kind="legend")


def _table(cells: list[_Cell], lang: Lang) -> Table:
    """Pairs of services by age."""
    known: dict[tuple[str, str], dict[int, str]] = {}
    for cell in cells:
        known.setdefault((cell.one, cell.other), {})[cell.age] = cell.label
    return Table(
        [_PAIR(lang), *(in_force().age_text(age)(lang) for age in in_force().ages)],
        [
            [
                _pair_name(one, other, lang),
                *(of_age.get(age, UNKNOWN) for age in in_force().ages),
            ]
            for (one, other), of_age in known.items()
        ],
    )


def _cell(row: dict[str, Any]) -> _Cell:
    value = row["correlation"]
    missing = value is None or math.isnan(value)
    return _Cell(row["age"], row["service_a"], row["service_b"], None if missing else value)


def _each_pair_once(frame: pl.DataFrame) -> pl.DataFrame:
    """Each pair of services once, with the first of the catalogue's order as `service_a`."""
    import polars as pl

    place = {id: index for index, id in enumerate(in_force().service_ids)}
    first, second = (pl.col(name).replace_strict(place) for name in ("service_a", "service_b"))
    straight = frame.filter(first < second)
    turned = frame.filter(first > second).rename(
        {"service_a": "service_b", "service_b": "service_a"}
    )
    pairs = straight.vstack(turned.select(straight.columns))
    return pairs.unique(["age", "service_a", "service_b"], keep="first", maintain_order=True)


def _finding(pairs: pl.DataFrame, lang: Lang) -> str:
    """State the pair with the highest mean over the ages, and its range."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in known(pairs, "correlation").iter_rows(named=True):
        found.setdefault((row["service_a"], row["service_b"]), []).append(row["correlation"])
    if not found:
        return Text("보여 줄 상관이 없습니다", "There are no correlations to show")(lang)
    pair = max(found, key=lambda pair: sum(found[pair]) / len(found[pair]))
    values = found[pair]
    if sum(values) / len(values) < WEAK:
        return Text(
            "같은 동네에서 뚜렷하게 함께 많이 쓰이는 서비스는 없습니다",
            "No two services are clearly used more in the same neighbourhoods",
        )(lang)
    low, high = number(min(values), digits=2), number(max(values), digits=2)
    span = Text(low, low) if low == high else Text(f"{low}~{high}", f"{low} to {high}")
    (one, one_en), (other, other_en) = (in_force().measures[id].text for id in pair)
    return Text(
        f"{josa(one, '을/를')} 많이 쓰는 동네일수록 {other}도 많이 씁니다(상관 {span.ko})",
        f"People in neighbourhoods where {in_sentence(one_en)} {be(one_en)} used more "
        f"also use {in_sentence(other_en)} more (correlation {span.en})",
    )(lang)
