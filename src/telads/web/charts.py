"""Pictures of pages: drawn on the server, kept by build and choice, and alive on demand.

Maps, lines and bars come from our own templates, in a few milliseconds for any choice. Heatmaps are
drawn from the chart's specification, once a build: the newest lie in memory, the first `ON_DISK` of
a build also in the workspace, where every worker finds them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import vl_convert

from telads.answers.pictures import Asked, Picture, picture
from telads.charts import find_chart
from telads.charts.fonts import register_korean_font
from telads.charts.render import PNG_SCALE, VEGA_LITE, Format, render, title_of
from telads.charts.theme import PAGE
from telads.errors import WorkspaceError
from telads.language import Lang
from telads.tables.store import write_text
from telads.web.city_map import city_map
from telads.web.month_lines import month_lines
from telads.web.pyramid import pyramid
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

    from telads.charts import AnyChart

IN_MEMORY = 64
"""Drawings and tables of them that a worker keeps; some 30 kB each."""
ON_DISK = 2000
"""Drawings of a build that are kept in the workspace."""

FOLDER = "pictures"
"""Where in the workspace they are kept, a folder a build."""
BUNDLE = version("vl-convert-python")
"""The version of the bundle, part of its address: it may be cached for ever."""

DEPENDS_ON: dict[str, tuple[str, ...]] = {
    "population": ("month", "district"),
    "choropleth": ("month", "sex", "age", "measure"),
    "correlation": ("month",),
    "monthly": ("district", "sex", "age"),
}
"""The pictures of the data page and the choices that change them."""

FROM_TEMPLATES: dict[str, Callable[[Picture, Lang], tuple[str, str, str, str]]] = {
    "choropleth": city_map,
    "monthly": month_lines,
    "population": pyramid,
}
"""Pictures that take milliseconds: what gives finding, details, the wide and the narrow SVG."""


@dataclass(frozen=True)
class Drawing:
    """A picture as a page shows it: its heading is text of the page, not of the picture."""

    finding: str
    details: str
    svg: str


def relevant(chart: str, asked: Asked) -> Asked:
    """The choices that matter to a chart; whatever else was chosen gives the same picture."""
    return Asked(**{name: getattr(asked, name) for name in DEPENDS_ON[chart]})


def drawing(build: Build, chart: str, asked: Asked, lang: Lang, narrow: bool) -> Drawing:
    """A chart for a page, in the wide or the narrow layout; raises `UnknownChoice`."""
    return _kept(build, chart, relevant(chart, asked), lang)[narrow]


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
    import polars as pl

    marked = frame.with_columns(synthetic=pl.lit(True)) if synthetic else frame
    return b"\xef\xbb\xbf" + marked.write_csv().encode()


def png(svg: str) -> bytes:
    """A picture of our own templates as PNG."""
    register_korean_font()
    image: bytes = vl_convert.svg_to_png(svg, scale=PNG_SCALE)
    return image


def bundle(workspace: Path) -> bytes:
    """The program that brings drawings to life (vega-embed, 0.9 MB), as a script of this site."""
    return _bundle(workspace / FOLDER / f"vega-embed-{BUNDLE}.js")


def warm(build: Build) -> None:
    """Draw what takes long, in both languages, and forget what is out of date.

    Takes some seconds for a new build and a few milliseconds after that. What cannot be written
    down is drawn again when it is asked for.
    """
    workspace = build.path.parents[1]
    for folder in (workspace / FOLDER).glob("*/"):
        if not (workspace / "marts" / folder.name).is_dir():
            shutil.rmtree(folder, ignore_errors=True)
    bundle(workspace)
    for chart, asked in ahead(build):
        _kept(build, chart, relevant(chart, asked), "ko")
        _kept(build, chart, relevant(chart, asked), "en")


def ahead(build: Build) -> list[tuple[str, Asked]]:
    """What takes long and is drawn before anybody asks: the heatmap of each month, newest first."""
    return [("correlation", Asked(month=str(month))) for month in reversed(build.months)]


_shown = lru_cache(maxsize=IN_MEMORY)(picture)


@lru_cache(maxsize=IN_MEMORY)
def _kept(build: Build, chart: str, asked: Asked, lang: Lang) -> tuple[Drawing, Drawing]:
    """The wide and the narrow drawing: from a template, from disk, or drawn and put there."""
    if chart in FROM_TEMPLATES:
        finding, details, *svgs = FROM_TEMPLATES[chart](_shown(build, chart, asked, lang), lang)
        wide, narrow = (Drawing(finding, details, svg) for svg in svgs)
        return wide, narrow
    return _on_disk(build, chart, asked, lang, False), _on_disk(build, chart, asked, lang, True)


def _on_disk(build: Build, chart: str, asked: Asked, lang: Lang, narrow: bool) -> Drawing:
    """A drawing from disk, or drawn and put there while there is room."""
    choice = json.dumps([chart, astuple(asked), lang, narrow])
    name = hashlib.sha256(choice.encode()).hexdigest()[:24]
    file = build.path.parents[1] / FOLDER / build.name / f"{name}.json"
    if file.is_file():
        return Drawing(**json.loads(file.read_text("utf-8")))
    chart_drawn = _drawn(build, chart, asked, lang, narrow)
    svg = render(chart_drawn, "svg", look=PAGE, heading=False).decode()
    made = Drawing(*title_of(chart_drawn), _lean(svg))
    if not file.parent.is_dir() or sum(1 for _ in file.parent.iterdir()) < ON_DISK:
        _write(file, json.dumps(asdict(made), ensure_ascii=False))
    return made


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


def _lean(svg: str) -> str:
    """A third of the bytes: positions to a hundredth of a pixel, one font for all.

    Figures that are read, as text or in a label, stay as they are.
    The picture has a label as a whole; roles of its parts would only be noise read aloud.
    """
    fonts = dict.fromkeys(re.findall(r' font-family="[^"]*"', svg))
    rounded = re.sub(r' (?!aria-)[\w:-]+="[^"]*"', _rounded, svg)
    bare = re.sub(
        r' (?:role="graphics-[^"]*"|aria-roledescription="[^"]*"|aria-hidden="[^"]*"'
        r'|font-family="[^"]*"|class="[^"]*"|version="[^"]*"|xmlns:xlink="[^"]*")',
        "",
        rounded,
    )
    return bare.replace("<svg", f"<svg{next(iter(fonts), '')}", 1)


def _rounded(attribute: re.Match[str]) -> str:
    return re.sub(r"\d+\.\d{3,}", lambda at: f"{float(at[0]):.2f}", attribute[0])
