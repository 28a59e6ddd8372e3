"""Pictures of pages: drawn on the server, kept by build and choice.

What a mark shows stands in its `<title>`: the browser tells it, and `site.js` tells it better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.pictures import Asked, Picture, picture
from telads.answers.tables import held
from telads.render.files import marked
from telads.render.svg import drawn
from telads.render.svg.drawing import Drawing
from telads.store.workspace import Build
from telads.text import Lang

if TYPE_CHECKING:
    import polars as pl

DEPENDS_ON: dict[str, tuple[str, ...]] = {
    "population": ("month", "district"),
    "choropleth": ("month", "sex", "age", "measure"),
    "correlation": ("month",),
    "monthly": ("district", "sex", "age"),
}
"""The pictures of the data page and the choices that change them."""


def relevant(chart: str, asked: Asked) -> Asked:
    """The choices that matter to a chart; whatever else was chosen gives the same picture."""
    return Asked(**{name: getattr(asked, name) for name in DEPENDS_ON[chart]})


def drawings(build: Build, chart: str, asked: Asked, lang: Lang) -> tuple[Drawing, Drawing]:
    """A chart for a page in the wide and the narrow layout; raises `UnknownChoice`.

    Not kept here: the page keeps the part that holds both (`pages/data/figures.py`).
    """
    what = shown(build, chart, asked, lang)
    return drawn(what), drawn(what, narrow=True)


def shown(build: Build, chart: str, asked: Asked, lang: Lang) -> Picture:
    """The table behind a chart; raises `UnknownChoice`."""
    return _shown(build, chart, relevant(chart, asked), lang)


def csv(frame: pl.DataFrame, synthetic: bool) -> bytes:
    """A table as a file; it begins with the mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + marked(frame, synthetic).write_csv().encode()


_shown = held(picture)
