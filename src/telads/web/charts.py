"""Pictures of pages: drawn on the server, kept by build and choice, and alive on demand.

They come from our own templates, in a few milliseconds for any choice, and show what the charts
show; the charts themselves are drawn for whoever takes a picture home or brings one to life.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import vl_convert

from telads.answers.pictures import Asked, Picture, picture
from telads.charts import find_chart
from telads.charts.fonts import register_korean_font
from telads.charts.render import PNG_SCALE, VEGA_LITE, Format, render
from telads.charts.theme import PAGE
from telads.errors import WorkspaceError
from telads.export import marked
from telads.language import Lang
from telads.tables.store import write_text
from telads.web.city_map import city_map
from telads.web.heatmap import heatmap
from telads.web.month_lines import month_lines
from telads.web.pyramid import pyramid
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

    from telads.charts import AnyChart

IN_MEMORY = 64
"""Tables of pictures that a worker keeps; some 30 kB each."""
FOLDER = "pictures"
"""Where in the workspace what takes seconds to make is kept."""
BUNDLE = version("vl-convert-python")
"""The version of the bundle, part of its address: it may be cached for ever."""

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


def specification(build: Build, chart: str, asked: Asked, lang: Lang, narrow: bool) -> bytes:
    """What brings the drawing to life: its Vega-Lite specification as JSON."""
    return render(_drawn(build, chart, asked, lang, narrow), "json", look=PAGE, heading=False)


def download(build: Build, chart: str, asked: Asked, lang: Lang, format: Format) -> bytes:
    """The wide picture as a file that stands alone, with its heading."""
    return render(_drawn(build, chart, asked, lang, narrow=False), format)


def csv(frame: pl.DataFrame, synthetic: bool) -> bytes:
    """A table as a file; it begins with the mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + marked(frame, synthetic).write_csv().encode()


def png(svg: str) -> bytes:
    """A picture of our own templates as PNG."""
    register_korean_font()
    image: bytes = vl_convert.svg_to_png(svg, scale=PNG_SCALE)
    return image


def bundle(workspace: Path) -> bytes:
    """The program that brings drawings to life (vega-embed, 0.9 MB), as a script of this site."""
    return _bundle(workspace / FOLDER / f"vega-embed-{BUNDLE}.js")


_shown = lru_cache(maxsize=IN_MEMORY)(picture)


@lru_cache(maxsize=1)
def _bundle(file: Path) -> bytes:
    if not file.is_file():
        # The same bundle as in pages that stand alone: it defines `window.vegaEmbed`.
        _write(file, vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE))
    return file.read_bytes()


def _write(file: Path, text: str) -> None:
    """Keep a text; a workspace that may only be read shows its pictures all the same."""
    with suppress(WorkspaceError):
        write_text(file, text)


def _drawn(build: Build, chart: str, asked: Asked, lang: Lang, narrow: bool) -> AnyChart:
    what = picture(build, chart, relevant(chart, asked), lang)
    return find_chart(chart).draw(what.frame, **what.options, narrow=narrow)
