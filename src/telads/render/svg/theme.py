"""The look of all charts: fonts, colours safe for colour-blind readers, titles.

Colours of data are plain, chosen by lightness first, and serve light and dark pages alike. Colours
of text and lines come from a `Look`, so that a chart inside a page can follow the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt

from telads.text import Lang, Text

FONT = "Pretendard, Noto Sans KR, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, sans-serif"

WIDE, NARROW = 660, 320
"""Pixels of the plot. Narrow is a layout of its own: a scaled-down picture has unreadable text."""

PANELS = 800
"""Pixels of a wide picture made of small panels."""

MALE, FEMALE = "#1f6fae", "#d97d1e"
GROUPS = ("#2878b8", "#84898f", "#c9670f", "#8a6440")
"""Lines: the first is what the picture is about, grey is what it is compared with."""
NO_DATA = "#d2cec8"
"""A warm grey, which no kind of colour blindness takes for one of the blues."""
SEQUENTIAL = ("#e6f0f7", "#bad6ea", "#82b5d9", "#4a8fc1", "#22689f", "#0d3f6e")
DIVERGING = ("#a4490a", "#df8e45", "#f6d9b8", "#f2f3f3", "#bdd7ea", "#5c9ecb", "#0d5086")
"""Orange below zero, blue above: told apart by every common kind of colour blindness."""
TIES = ("#2878b8", "#c07326", "#84898f", "#8a6440")
"""Groups of a ranking, front runners first. Like GROUPS, seen on white and on dark pages alike."""

_DARK_INK, _LIGHT_INK = "#000000", "#ffffff"
"""Only pure black and white leave no colour on which both are harder to read than 4.5 to 1."""


@dataclass(frozen=True)
class Look:
    """Colours of everything that is not data."""

    ink: str
    muted: str
    grid: str
    background: str


PLAIN = Look(ink="#17212b", muted="#55616d", grid="#e4e8ec", background="#ffffff")
"""For files that stand alone."""
PAGE = Look(
    ink="var(--chart-ink, #17212b)",
    muted="var(--chart-muted, #55616d)",
    grid="var(--chart-grid, #e4e8ec)",
    background="transparent",
)
"""For SVG inside a page: the page's variables decide, so the chart follows its dark mode."""


def config(look: Look) -> dict[str, Any]:
    """The Vega-Lite configuration of every chart."""
    quiet = {"labelColor": look.muted, "titleColor": look.muted, "titleFontWeight": "normal"}
    return {
        "font": FONT,
        "background": look.background,
        "padding": {"left": 16, "right": 16, "top": 16, "bottom": 14},
        # The picture as a whole has a label; one for each bar would only be noise read aloud.
        "aria": False,
        "view": {"stroke": None},
        "text": {"color": look.ink},
        "rule": {"color": look.grid},
        "geoshape": {"stroke": look.background if look is PLAIN else look.grid},
        "style": {"quiet": {"color": look.muted}, "zero": {"color": look.muted}},
        "title": {
            "anchor": "start", "align": "left", "offset": 18,
            "fontSize": 18, "fontWeight": "bold", "lineHeight": 25, "color": look.ink,
            "subtitleFontSize": 12, "subtitleLineHeight": 17, "subtitlePadding": 7,
            "subtitleColor": look.muted,
        },
        "axis": {
            **quiet, "labelFontSize": 12, "titleFontSize": 12, "gridColor": look.grid,
            "domainColor": look.grid, "tickColor": look.grid, "titlePadding": 10,
            "labelLimit": 0, "titleLimit": 0,
        },
        "legend": {
            **quiet, "labelFontSize": 12, "titleFontSize": 12, "symbolSize": 110,
            "gradientThickness": 12, "labelLimit": 0, "titleLimit": 0,
        },
        "header": {
            "labelColor": look.ink, "labelFontSize": 13, "labelFontWeight": "bold",
            "labelAnchor": "start", "labelPadding": 6, "title": None,
        },
    }  # fmt: skip


def heading(
    finding: str, details: Sequence[str], *, lang: Lang, window: str, synthetic: bool, width: int
) -> alt.TitleParams:
    """The title, which is the finding, and below it what was measured, where and when.

    Details that are empty or stand in the finding already are left out.
    Vega does not wrap: the lines are broken here for a picture of this width.
    """
    marked = [_SYNTHETIC(lang)] if synthetic else []
    new = [detail for detail in details if detail.casefold() not in finding.casefold()]
    said = [detail for detail in (*marked, *new, window) if detail]
    # Panels have titles too, and stand in line only if those keep to the plot, not to its labels.
    return alt.TitleParams(
        frame="bounds",
        text=_balanced(_UNBROKEN.split(finding), " ", width, 18),
        subtitle=_filled(said, SEPARATOR, width, 12),
    )


def width(narrow: bool) -> int:
    """Pixels a title may take in the wide or the narrow layout."""
    return NARROW if narrow else WIDE


def blend(stops: Sequence[str], share: float) -> str:
    """The colour at `share` (0..1) of an even scale of colours, as Vega's `rgb` interpolation."""
    position = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(position), len(stops) - 2)
    mixed = (
        round(start + (end - start) * (position - low))
        for start, end in zip(_rgb(stops[low]), _rgb(stops[low + 1]), strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def ink_on(colour: str) -> str:
    """Dark or light, whichever is easier to read on the colour."""
    dark, light = contrast(colour, _DARK_INK), contrast(colour, _LIGHT_INK)
    return _DARK_INK if dark >= light else _LIGHT_INK


def ink_of(field: str) -> alt.ColorValue:
    """The colour of a text, taken from a field that `ink_on` filled.

    A condition, because a text layer's own colour scale would clash with that of the data.
    """
    light = {"test": f"datum.{field} === '{_LIGHT_INK}'", "value": _LIGHT_INK}
    return alt.ColorValue(_DARK_INK, condition=light)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1..21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


SEPARATOR = " · "
_UNBROKEN = re.compile(r" (?![^(]*\))")
"""Spaces outside brackets: a figure stays with its unit."""
_SYNTHETIC = Text("합성 자료", "synthetic data")


def _luminance(colour: str) -> float:
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _rgb(colour))
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _balanced(parts: Sequence[str], between: str, width: float, size: int) -> list[str]:
    """As few lines as fit, made alike in length, so that no word is left alone on the last."""
    fewest = _filled(parts, between, width, size)
    room = width
    while room > size:
        tighter = _filled(parts, between, room - size, size)
        if len(tighter) > len(fewest) or any(pixels(line, size) > width for line in tighter):
            break
        fewest, room = tighter, room - size
    return fewest


def _filled(parts: Sequence[str], between: str, width: float, size: int) -> list[str]:
    """Lines broken between the parts, and inside a part only where it alone is too wide."""
    lines: list[str] = []
    for part in parts:
        if lines and pixels(lines[-1] + between + part, size) <= width:
            lines[-1] += between + part
            continue
        if lines:
            lines[-1] += between.rstrip()
        words = part.split(" ") if between != " " and pixels(part, size) > width else [part]
        lines.extend(_filled(words, " ", width, size) if len(words) > 1 else words)
    return lines


def pixels(text: str, size: int) -> float:
    """How wide a text is at most in the fonts of the house, letter by letter."""
    return size * sum(map(_ems, text))


@cache
def _ems(letter: str) -> float:
    if ord(letter) > 0x1100:
        return 0.95
    return 0.57 if letter.isalnum() or letter in "%+−~<=#" else 0.32
