"""The map of the neighbourhoods: a service's use all over the city, or inside one district.

Borders are those that were taken into the workspace (`ingest.borders`). The city's map leads from
each district to its own; there every neighbourhood is named on focus, and written where it has
room. Without borders the neighbourhoods that use most stand in a list, with their intervals.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import Measure, in_force
from telads.render.svg.choropleth import Steps
from telads.render.svg.city import Legend, Outline, hatching, legend_of, path_of, rings_of
from telads.render.svg.drawing import Body, Drawing, Table, drawing, own, rows_of, width
from telads.render.svg.drawing import known as with_figure
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import LABEL, tag, text, title
from telads.render.svg.theme import Look, step_of
from telads.render.svg.use import told
from telads.text import Lang, Text
from telads.wording import in_sentence, number, people

if TYPE_CHECKING:
    import polars as pl

LISTED = 20
"""Neighbourhoods of a list."""
_ROW, _BAR, _LEFT, _RIGHT = 24, 8, 16, 52
_FIRST = Text("이용이 많은 {n}곳", "the {n} that use it most")
_INTERVAL = Text("가는 선은 80% 구간", "lines: 80% interval")
KEPT = 4
"""Files of borders that a process keeps laid out."""
_GRID_METRES = 8
_DEGREE = 111_195
_BORDER = 0.6
_LEGEND = 62
_TALLEST = 1.1
"""Of a map, in its widths."""
_READ_OUT = 14
"""From the map's foot to the line that tells the place in focus, or under the pointer."""
_LINE = 7.0
"""From the middle of a label to the middle of its name, and of its figure."""
_NO_DATA = Text("데이터 없음", "no data")
_GAPS = Text("빗금은 데이터 없음", "hatched: no data")
_INDEX = Text("지수({city}=100)", "Index ({city} 100)")
_AFFINITY = Text("이용 강도(표준편차)", "Usage score (sd)")
_RELATIVE = Text("{city} 평균 대비(%)", "Against {city}'s mean (%)")
_PEOPLE = Text("인원", "People")
AVERAGE = 100.0
"""Index of the city's mean person."""


Box = tuple[int, int, int, int]
"""West, north, east and south on the grid."""


@dataclass(frozen=True)
class Borders:
    """All neighbourhoods on a grid of their own."""

    places: tuple[Outline, ...] = ()

    @cached_property
    def districts(self) -> dict[str | None, tuple[Outline, ...]]:
        """Those of each district, and of the city (None), in the order of districts."""
        found: dict[str | None, list[Outline]] = {}
        for one in self.places:
            found.setdefault(one.district, []).append(one)
        parts = {name: tuple(own) for name, own in found.items()}
        return {**parts, None: tuple(one for own in parts.values() for one in own)}

    @cached_property
    def boxes(self) -> dict[str | None, Box]:
        """What each district takes up, and the city (None)."""
        return {name: _box(own) for name, own in self.districts.items() if own}


def _box(places: Sequence[Outline]) -> Box:
    xs, ys = zip(*(point for place in places for point in place.corners), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def borders(file: Path) -> Borders:
    """The borders of a file, laid out once as long as it stays the same."""
    return _laid_out(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _laid_out(file: Path, _: int) -> Borders:
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    known = [(feature["properties"], rings_of(feature)) for feature in features]
    points = [point for _, rings in known for ring in rings for point in ring]
    west, north = min(x for x, _ in points), max(y for _, y in points)
    middle = (min(y for _, y in points) + north) / 2
    wide = cos(radians(middle)) * _DEGREE / _GRID_METRES

    def place(x: float, y: float) -> tuple[int, int]:
        return round((x - west) * wide), round((north - y) * _DEGREE / _GRID_METRES)

    found = []
    for facts, rings in known:
        drawn = [[place(*point) for point in ring] for ring in rings]
        largest = max(drawn, key=len)
        x = sum(x for x, _ in largest) / len(largest)
        y = sum(y for _, y in largest) / len(largest)
        corners = tuple(point for ring in sorted(drawn, key=len, reverse=True) for point in ring)
        found.append(Outline(facts["code"], facts["district"], "".join(map(path_of, drawn)),
                             round(x), round(y), corners))  # fmt: skip
    return Borders(tuple(found))


def draw(frame: pl.DataFrame, *, narrow: bool = False, **options: Any) -> Drawing:
    """One of the two `layouts` of a `frame`; the other arguments are theirs."""
    return layouts(frame, **options)[narrow]


def layouts(
    frame: pl.DataFrame,
    *,
    service: Measure,
    lang: Lang,
    window: str,
    synthetic: bool,
    file: Path | None = None,
    district: str | None = None,
    audience: str = "",
    links: Mapping[str, str] | None = None,
    relative: bool = False,
    size: int | None = None,
) -> tuple[Drawing, Drawing]:
    """How much neighbourhoods use a service, in the city or in a `district` (its Korean name).

    The wide drawing and the narrow one. `frame` has code, district, neighbourhood, population,
    affinity and index, a row for each, with the 80 % intervals where it is listed; one that is
    missing is hatched. `file` holds the borders, None for a list; `links` are the addresses that
    the districts of the city's map lead to, by name, and the neighbourhoods of a district's, by
    code. With `relative` an index is told as the percent that it is above the city's mean. `size`
    is the width in pixels of a smaller wide map.
    """
    grid = borders(file) if file else Borders()
    inside = grid.districts.get(district, ())
    figure = _figure(service, relative)
    codes = {one.code for one in inside}
    rows = [
        row for row in rows_of(with_figure(frame, figure.key))
        if (row["code"] in codes if file else district in {None, row["district"]})
    ]  # fmt: skip
    scale = Steps.of([row[figure.key] for row in rows], "index" if service.is_index else None)
    known = {row["code"]: _Place(row, figure, scale, lang) for row in rows}
    ordered = sorted(known.values(), key=lambda one: (-one.value, one.row["code"]))
    gaps = len(known) < len(inside)
    listed = ordered[:LISTED]
    notes = ([_GAPS(lang) if gaps else ""] if file else
             [_FIRST(lang).format(n=len(listed)), _INTERVAL(lang)])  # fmt: skip
    table = Table(
        [in_force().district.text(lang), in_force().neighbourhood.text(lang), figure.name(lang),
         _PEOPLE(lang)],
        [[in_force().district_name(one.row["district"], lang), one.row["neighbourhood"], one.told,
          f"{one.row['population']:,}"] for one in ordered],
        names=2,
    )  # fmt: skip
    finding = _finding([one.row for one in ordered], service, figure, lang)
    shapes = _Shapes(grid, known, district, links or {}, lang)

    def layout(narrow: bool) -> Drawing:
        wide = None if narrow else size
        return drawing(
            "neighbourhoods", finding, [figure.name(lang), audience, *notes],
            lang=lang, window=window, synthetic=synthetic, unit=figure.name(lang), frame=rows,
            table=table,
            body=_map(grid, inside, known, shapes, scale, figure, lang, narrow, district, wide)
            if file else _list([one.row for one in listed], scale, figure, lang, narrow),
        )  # fmt: skip

    return layout(narrow=False), layout(narrow=True)


class _Place:
    """What a map shows of a neighbourhood, whatever its layout."""

    def __init__(self, row: dict[str, Any], figure: _Figure, scale: Steps, lang: Lang) -> None:
        self.row, self.value = row, row[figure.key]
        self.told = figure.say(self.value)
        self.said = f"{_name(row, lang)}: {self.told}, {people(row['population'], lang)}"
        self.colour = _colour(self.value, scale)


class _Figure(NamedTuple):
    """The figure that is drawn: its field, how a value is said, its name."""

    key: str
    say: Callable[[float], str]
    name: Text


def _figure(service: Measure, relative: bool) -> _Figure:
    if service.is_index:
        return _Figure("affinity", lambda value: number(value, "index"), _AFFINITY)
    if relative:
        return _Figure("index", lambda value: told(value - AVERAGE, False),
                       in_force().fill(_RELATIVE))  # fmt: skip
    return _Figure("index", lambda value: number(value, digits=0), in_force().fill(_INDEX))


def _finding(rows: Sequence[dict[str, Any]], service: Measure, figure: _Figure, lang: Lang) -> str:
    """Where most is used, and where least."""
    name = Text(service.text.ko, in_sentence(service.text.en))(lang)
    if not rows:
        return Text(f"{name}: 보여 줄 데이터가 없습니다", f"{name}: nothing to show")(lang)
    (most, high), (least, low) = (
        (_name(row, lang), figure.say(row[figure.key])) for row in (rows[0], rows[-1])
    )
    return Text(
        f"{name} 이용은 {most}에서 가장 높고({high}), {least}에서 가장 낮습니다({low})",
        f"Use of {name}: highest in {most} ({high}), lowest in {least} ({low})",
    )(lang)


def _name(row: dict[str, Any], lang: Lang) -> str:
    district, place = in_force().district_name(row["district"], lang), row["neighbourhood"]
    return f"{district} {place}" if lang == "ko" else f"{place}, {district}"


def _map(
    grid: Borders,
    inside: Sequence[Outline],
    known: Mapping[str, _Place],
    shapes: _Shapes,
    scale: Steps,
    figure: _Figure,
    lang: Lang,
    narrow: bool,
    district: str | None,
    size: int | None,
) -> Body:
    west, north, east, south = grid.boxes[district]
    wide = size or width(narrow)
    zoom = min(wide / max(east - west, 1), wide * _TALLEST / max(south - north, 1))
    high = (south - north) * zoom
    left = (wide - (east - west) * zoom) / 2
    gaps = len(known) < len(inside)
    legend = _legend(scale, figure, gaps, lang)

    # What is told of a place stands at the right of the legend, out of the group that is scaled.
    out = (f"translate({west} {north}) scale({1 / zoom:.5f}) "
           f"translate({wide - left:.1f} {high + _READ_OUT:.1f})")  # fmt: skip

    def paint(look: Look) -> str:
        moved = f"translate({left:.1f} 0) scale({zoom:.4f}) translate({-west} {-north})"
        group = tag("g", shapes.markup(look, out), transform=moved, stroke=look["surface"],
                    stroke_width=f"{_BORDER * (2 if district else 1) / zoom:.1f}",
                    stroke_linejoin="round")  # fmt: skip
        texts = ""
        if district:
            texts = "".join(
                _texts(one, known[one.code], look, zoom, left - west * zoom, -north * zoom)
                for one in inside if one.code in known
            )  # fmt: skip
        hatched = hatching(look, zoom) if gaps else ""
        return "".join((hatched, group, texts, legend_of(legend, high, narrow, look)))

    return Body(wide, high + _LEGEND, paint)


class _Shapes:
    """The marks of a map's neighbourhoods, which tell themselves where they are pointed at.

    Hundreds of them differ in little, so what they share is written once, and they are drawn once
    for both layouts. On the map of a district they take the focus too, and lead on; on that of the
    city its districts do.
    """

    def __init__(
        self,
        grid: Borders,
        known: Mapping[str, _Place],
        district: str | None,
        links: Mapping[str, str],
        lang: Lang,
    ) -> None:
        self._grid, self._known, self._links, self._lang = grid, known, links, lang
        self._district, self._nothing = district, _NO_DATA(lang)
        self._drawn: list[tuple[Look, str]] = []

    def markup(self, look: Look, out: str) -> str:
        """All of them; `out` moves what is told of one out of the map's scale."""
        drawn = next((drawn for of, drawn in self._drawn if of is look), None)
        if drawn is None:
            drawn = self._draw(look)
            self._drawn.append((look, drawn))
        line = text(_MARK, 0, 0, look, size=LABEL, fill="ink", anchor="end")
        shared = tag("g", line, kind="told", transform=out, display="none", stroke="none",
                     aria_hidden="true")  # fmt: skip
        before, after = shared.split(_MARK)
        return drawn.replace(_BEFORE, before).replace(_AFTER, after)

    def _draw(self, look: Look) -> str:
        fills = {name: escape(look[name]) for name in look.colours}
        inside, parts = self._grid.districts, []
        for name in [self._district] if self._district else [name for name in inside if name]:
            shapes = "".join(self._shape(one, fills) for one in inside.get(name, ()))
            address = None if self._district else self._links.get(name)
            called = in_force().district_name(name, self._lang)
            linked = shapes + self._told(escape(called))
            parts.append(tag("a", linked, href=address, aria_label=called) if address else shapes)
        return "".join(parts)

    def _shape(self, one: Outline, fills: Mapping[str, str]) -> str:
        """One neighbourhood; without data it is hatched, and leads nowhere."""
        place = self._known.get(one.code)
        said = escape(place.said if place else self._nothing)
        fill = fills[place.colour] if place else escape(f"url(#{own('hatch')})")
        if not self._district:
            shape = f'<path d="{one.path}" fill="{fill}"><title>{said}</title></path>'
            return f'<g class="place">{shape}{self._told(said)}</g>'
        shape = f'<path d="{one.path}" fill="{fill}"/>{self._told(said)}'
        address = self._links.get(one.code) if place else None
        if address:
            return f'<a class="place" href="{escape(address)}" aria-label="{said}">{shape}</a>'
        return f'<g class="place" tabindex="0" role="img" aria-label="{said}">{shape}</g>'

    def _told(self, said: str) -> str:
        """What a page shows while its place is in focus: hidden until the page's style shows it."""
        return f"{_BEFORE}{said}{_AFTER}"


_MARK, _BEFORE, _AFTER = "\0", "\1", "\2"
"""Stand for a text in markup that many texts share, and for what is before it and after it."""


def _colour(value: float, scale: Steps) -> str:
    return step_of((value - scale.low) / (scale.high - scale.low), scale.colours)


def _texts(one: Outline, place: _Place, look: Look, zoom: float, left: float, top: float) -> str:
    """Its name over its figure, where it has room for them; else what fits."""
    colour = place.colour
    x, y = one.x * zoom + left, one.y * zoom + top

    def fits(content: str, at: float, bold: bool) -> bool:
        room = min(one.room(one.y + (at + edge) / zoom) for edge in (-5, 5)) * zoom
        return pixels(content, LABEL, bold) <= room

    name, told = place.row["neighbourhood"], place.told
    both = fits(name, -_LINE, bold=False) and fits(told, _LINE, bold=True)
    lines = [(name, -_LINE, False), (told, _LINE, True)] if both else [(told, 0.0, True)]
    return "".join(
        text(content, x, y + at, look, size=LABEL, fill=f"on-{colour}", anchor="middle",
             middle=True, rim=look[colour], bold=bold)
        for content, at, bold in lines if fits(content, at, bold)
    )  # fmt: skip


def _list(
    rows: Sequence[dict[str, Any]], scale: Steps, figure: _Figure, lang: Lang, narrow: bool
) -> Body:
    """The first neighbourhoods: each with its figure, a bar from the mean, and its interval."""
    wide = width(narrow)
    middle = 0.0 if figure.key == "affinity" else AVERAGE
    names = [_name(row, lang) for row in rows]
    left = max((pixels(name, LABEL) for name in names), default=0.0) + _LEFT
    ends = [row[f"{figure.key}{end}"] for row in rows for end in ("", "_low", "_high")
            if row[f"{figure.key}{end}"] is not None]  # fmt: skip
    low, high = min([middle, *ends]), max([middle, *ends])
    unit = max(wide - left - _RIGHT, 1.0) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return float(left + (value - low) * unit)

    def row_of(row: dict[str, Any], name: str, at: int, look: Look) -> str:
        y, value = _ROW * (at + 0.5), row[figure.key]
        ends = (row[f"{figure.key}_low"], row[f"{figure.key}_high"])
        told = f"{figure.say(value)} ({figure.say(ends[0])}~{figure.say(ends[1])})"
        start, end = sorted((x(middle), x(value)))
        bar = tag("path", title(f"{name} {told}"), d=f"M{start:.1f} {y:g}H{end:.1f}", kind="bar",
                  stroke=look[_colour(value, scale)], stroke_width=_BAR)  # fmt: skip
        line = tag("path", d=f"M{x(ends[0]):.1f} {y:g}H{x(ends[1]):.1f}", stroke=look["ink"],
                   stroke_width=1.5, kind="interval")  # fmt: skip
        return "".join((
            text(name, left - 12, y, look, size=LABEL, fill="ink", anchor="end", middle=True), bar,
            line, text(figure.say(value), x(max(value, ends[1])) + 8, y, look, size=LABEL,
                       fill="ink", middle=True, bold=True),
        ))  # fmt: skip

    def paint(look: Look) -> str:
        zero = tag("path", d=f"M{x(middle):.1f} 0V{_ROW * len(rows)}", stroke=look["muted"])
        every = (row_of(row, name, at, look)
                 for at, (row, name) in enumerate(zip(rows, names, strict=True)))  # fmt: skip
        return "".join((zero, *every))

    return Body(wide, _ROW * max(len(rows), 1) + 8, paint)


def _legend(scale: Steps, figure: _Figure, gaps: bool, lang: Lang) -> Legend:
    ends = (scale.low, (scale.low + scale.high) / 2, scale.high)
    texts = [figure.say(value) for value in ends]
    return Legend(figure.name(lang), scale.colours, list(zip((0.0, 0.5, 1.0), texts, strict=True)),
                  _NO_DATA(lang) if gaps else "")  # fmt: skip
