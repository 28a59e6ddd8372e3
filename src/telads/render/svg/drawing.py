"""A chart as a file: SVG, PNG, Vega-Lite JSON or a page that works offline.

The same chart always gives the same bytes.

What every chart does to its table before it looks at it.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import polars as pl
import vl_convert

from telads.errors import UnknownChoice
from telads.render.svg.fonts import register_korean_font
from telads.render.svg.theme import FONT, PLAIN, Look, config
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.render.svg import AnyChart


Format = Literal["svg", "png", "json", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
VEGA_LITE = "6.4"
PNG_SCALE = 2

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>body {{ margin: 0; overflow-x: auto; }}</style>
</head>
<body>
<div id="chart" role="img" aria-label="{title}"></div>
<script>{library}</script>
<script>vegaEmbed("#chart", {spec}, {options}).catch(console.error);</script>
</body>
</html>
"""
_OPTIONS = {
    "renderer": "svg",
    # Expressions are interpreted, not compiled: the page can forbid `eval`.
    "ast": True,
    # The other menu entries would send the data to an outside editor.
    "actions": {"export": True, "source": False, "compiled": False, "editor": False},
}


def format_of(name: str) -> Format:
    """The format of that name; raises `UnknownChoice`."""
    for known in FORMATS:
        if name == known:
            return known
    raise UnknownChoice(
        Text("그런 파일 형식은 없습니다.", "There is no such format."),
        Text(f"{', '.join(FORMATS)} 중에서 골라 주세요.", f"Choose {', '.join(FORMATS)}."),
        value=name,
    )


def render(chart: AnyChart, format: Format, *, look: Look = PLAIN, heading: bool = True) -> bytes:
    """The chart in one format; raises `UnknownChoice` for another.

    A page that writes the title itself (`title_of`) leaves it out with `heading=False` and takes
    `look=theme.PAGE`, so that the picture follows the page's colours.
    """
    format_of(format)
    spec = specification(chart, look=look, heading=heading)
    if format == "json":
        return json.dumps(spec, ensure_ascii=False).encode()
    title, _ = title_of(chart)
    if format == "html":
        return _page(spec, title).encode()
    spec["config"]["font"] = families()
    if format == "svg":
        # An empty list of addresses: drawing never asks the network for anything.
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
        return _labelled(_own_ids(drawn), title).encode()
    return vl_convert.vegalite_to_png(
        spec, vl_version=VEGA_LITE, scale=PNG_SCALE, allowed_base_urls=[]
    )


def specification(chart: AnyChart, *, look: Look = PLAIN, heading: bool = True) -> dict[str, Any]:
    """The Vega-Lite specification with the look of the house, checked against its schema."""
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config(look)
    if not heading:
        spec.pop("title", None)
    return spec


def families() -> str:
    """What texts of a picture are drawn in; raises `SettingError`.

    The font that comes along is the first, or whatever is installed would decide their widths.
    """
    return f"{register_korean_font()}, {FONT}"


class _Svg:
    """How a notebook shows a chart: Altair's own way loads scripts from the internet."""

    def _repr_mimebundle_(self, *args: object, **kwargs: object) -> dict[str, str]:
        return {"image/svg+xml": render(cast("AnyChart", self), "svg").decode()}


def shown_as_svg(chart: AnyChart) -> AnyChart:
    """The same chart, of a class of its own kind that a notebook shows as SVG drawn here.

    What is made of it with Altair's methods (`properties`, `copy`) is shown so too.
    """
    kind: Any = type(chart)
    made: AnyChart = _svg_class(kind)(*chart._args, **chart._kwds)
    return made


@cache
def _svg_class(kind: type[Any]) -> type[Any]:
    return type(kind.__name__, (_Svg, kind), {})


def title_of(chart: AnyChart) -> tuple[str, str]:
    """The finding and the subtitle of a chart, each in one line."""
    return in_one_line(chart.title)


def in_one_line(heading: Any) -> tuple[str, str]:
    """The two texts of a heading, each in one line; Altair also takes one plain text, or none."""

    def line(text: object) -> str:
        return " ".join(text) if isinstance(text, list) else text if isinstance(text, str) else ""

    return line(getattr(heading, "text", heading)), line(getattr(heading, "subtitle", ""))


def _page(spec: dict[str, Any], title: str) -> str:
    # `<` inside a script would let a name in the data close it.
    safe = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    lang: Lang = "ko" if re.search("[가-힣]", title) else "en"
    return _PAGE.format(
        lang=lang,
        title=html.escape(title),
        library=_library(),
        spec=safe,
        options=json.dumps(_OPTIONS),
    )


@cache
def _library() -> str:
    """The drawing library itself (0.9 MB), so that the page asks the network for nothing."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    return bundle


def _own_ids(svg: str) -> str:
    """Rename ids by content: `gradient_0` of two pictures in one page would be mixed up."""
    ids = list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))
    own = hashlib.sha256(re.sub(r'(\bid="|url\(#)[^")]+', r"\1", svg).encode()).hexdigest()[:8]
    new = {old: f"c{own}-{number}" for number, old in enumerate(ids)}
    return re.sub(r'(\bid="|url\(#|href="#)([^")]+)', lambda at: at[1] + new.get(at[2], at[2]), svg)


def _labelled(svg: str, title: str) -> str:
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(title)}" ', 1)


def known(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows where the column is a number: not null, not NaN, not infinite."""
    numbers = frame.with_columns(pl.col(column).cast(pl.Float64))
    return numbers.filter(pl.col(column).is_finite())
