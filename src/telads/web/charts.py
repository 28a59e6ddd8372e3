"""Pictures of pages: drawn on the server, cached by build and choice.

A mark's tooltip is in its `<title>`, shown by the browser or, improved, by `site.js`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.pictures import Asked, Picture, picture
from telads.answers.tables import held
from telads.render.files import marked
from telads.render.svg import drawn
from telads.render.svg.drawing import Drawing, png_of
from telads.render.svg.theme import PNG
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.file_process import made

if TYPE_CHECKING:
    import polars as pl

DEPENDS_ON: dict[str, tuple[str, ...]] = {
    "population": ("month", "district"),
    "choropleth": ("month", "sex", "age", "measure"),
    "correlation": ("month",),
    "monthly": ("district", "sex", "age"),
}
"""Pictures of the data page -> the choices that change them."""


def relevant(chart: str, asked: Asked) -> Asked:
    """The choices a chart depends on; others are dropped for the cache."""
    return Asked(**{name: getattr(asked, name) for name in DEPENDS_ON[chart]})


def drawings(build: Build, chart: str, asked: Asked, lang: Lang) -> tuple[Drawing, Drawing]:
    """A chart for a page in the wide and the narrow layout; raises `UnknownChoice`.

    Not cached here: the page caches the part that holds both (`pages/data/present.py`).
    """
    what = shown(build, chart, asked, lang)
    return drawn(what), drawn(what, narrow=True)


def shown(build: Build, chart: str, asked: Asked, lang: Lang) -> Picture:
    """The table of a chart; raises `UnknownChoice`."""
    return _shown(build, chart, relevant(chart, asked), lang)


def content_of(drawing: Drawing, kind: str) -> bytes:
    """A drawing as a file of a format; raises `UnknownChoice`, `FileNotMade`."""
    if kind == "png":
        return made(png_of, drawing.paint(PNG))
    return drawing.to(kind)


def csv(frame: pl.DataFrame, synthetic: bool) -> bytes:
    """A table as a file; it begins with the byte order mark that spreadsheets need for UTF-8."""
    return b"\xef\xbb\xbf" + marked(frame, synthetic).write_csv().encode()


_shown = held(picture)
