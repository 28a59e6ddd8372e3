"""Pictures of pages: drawn on the server, kept by build and choice.

They come from our own templates, in a few milliseconds for any choice, and show what the charts
show; the charts themselves are drawn for whoever takes a picture home. What a mark shows stands in
its `<title>`: the browser tells it, and `site.js` tells it better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import vl_convert

from telads.answers.pictures import Asked, Picture, picture
from telads.export import marked
from telads.render.svg import find_chart
from telads.render.svg.choropleth import city_map
from telads.render.svg.correlation import heatmap
from telads.render.svg.drawing import PNG_SCALE, Format, render
from telads.render.svg.fonts import register_korean_font
from telads.render.svg.monthly import month_lines
from telads.render.svg.population import pyramid
from telads.store.workspace import Build
from telads.text import Lang

if TYPE_CHECKING:
    import polars as pl

    from telads.render.svg import AnyChart

IN_MEMORY = 64
"""Tables of pictures that a worker keeps; some 30 kB each."""

DEPENDS_ON: dict[str, tuple[str, ...]] = {
    "population": ("month", "district"),
    "choropleth": ("month", "sex", "age", "measure"),
    "correlation": ("month",),
    "monthly": ("district", "sex", "age"),
}
"""The pictures of the data page and the choices that change them."""

TEMPLATES: dict[str, Callable[[Picture, Lang], tuple[str, str, str, str]]] = {
    "choropleth": city_map,
    "correlation": heatmap,
    "monthly": month_lines,
    "population": pyramid,
}
"""What gives the finding, the details, the wide and the narrow SVG of each."""


@dataclass(frozen=True)
class Drawing:
    """A picture as a page shows it: its heading is text of the page, not of the picture."""

    finding: str
    details: str
    svg: str


def relevant(chart: str, asked: Asked) -> Asked:
    """The choices that matter to a chart; whatever else was chosen gives the same picture."""
    return Asked(**{name: getattr(asked, name) for name in DEPENDS_ON[chart]})


def drawings(build: Build, chart: str, asked: Asked, lang: Lang) -> tuple[Drawing, Drawing]:
    """A chart for a page in the wide and the narrow layout; raises `UnknownChoice`.

    Not kept here: the page keeps the part that holds both (`pages/data/figures.py`).
    """
    finding, details, *svgs = TEMPLATES[chart](shown(build, chart, asked, lang), lang)
    wide, narrow = (Drawing(finding, details, svg) for svg in svgs)
    return wide, narrow


def shown(build: Build, chart: str, asked: Asked, lang: Lang) -> Picture:
    """The table behind a chart; raises `UnknownChoice`."""
    return _shown(build, chart, relevant(chart, asked), lang)


def download(build: Build, chart: str, asked: Asked, lang: Lang, format: Format) -> bytes:
    """The wide picture as a file that stands alone, with its heading."""
    return render(_drawn(build, chart, asked, lang), format)


def csv(frame: pl.DataFrame, synthetic: bool) -> bytes:
    """A table as a file; it begins with the mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + marked(frame, synthetic).write_csv().encode()


def png(svg: str) -> bytes:
    """A picture of our own templates as PNG."""
    register_korean_font()
    image: bytes = vl_convert.svg_to_png(svg, scale=PNG_SCALE)
    return image


_shown = lru_cache(maxsize=IN_MEMORY)(picture)


def _drawn(build: Build, chart: str, asked: Asked, lang: Lang) -> AnyChart:
    what = picture(build, chart, relevant(chart, asked), lang)
    return find_chart(chart).draw(what.frame, **what.options)
