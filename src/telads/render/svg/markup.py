"""SVG markup: tags, measured texts, headings broken into lines.

Nothing here uses a `style` attribute or a stylesheet: a picture is self-contained, and a page's
policy against inline styles does not affect it. Class names only say what a mark is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from telads.render.svg.fonts import pixels
from telads.render.svg.theme import Look

SEPARATOR = " · "
TITLE, TITLE_LINE = 18, 25
DETAIL, DETAIL_LINE = 12, 17
LABEL = 11
"""Font size in pixels of the smallest texts, on maps and axes."""
NAME = 12
_MIDDLE = 0.36
"""Distance from the baseline to the middle of a capital letter, in ems."""
_STROKE = 0.032
"""Stroke width around letters that are drawn bold, in ems."""
_UNBROKEN = re.compile(r" (?![^(]*\))")
"""Spaces outside brackets: a figure is not separated from its unit."""

_CAMEL = {"viewBox", "patternUnits", "patternTransform"}

Value = str | float | None


def tag(name: str, content: str = "", /, **attributes: Value) -> str:
    """An element; `content` is markup, values are escaped, `_` in a name stands for `-`.

    Attributes that are None are left out; `kind` is written as `class`.
    """
    told = "".join(
        f' {_attribute(key)}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def title(text: str) -> str:
    """The tooltip of a mark; empty for an empty text."""
    return f"<title>{escape(text)}</title>" if text else ""


def text(
    content: str,
    x: float,
    y: float,
    look: Look,
    *,
    size: float = NAME,
    fill: str = "muted",
    anchor: str | None = None,
    bold: bool = False,
    middle: bool = False,
    rim: str | None = None,
    kind: str | None = None,
    transform: str | None = None,
) -> str:
    """A line of text at its baseline, or in the `middle` of its height; `fill` names a colour.

    `rim` is an outline colour that keeps letters readable across the border of their area.
    """
    foot = y + _MIDDLE * size if middle else y
    place: dict[str, Value] = {"x": x, "y": foot, "font_size": size, "text_anchor": anchor,
                               "transform": transform}  # fmt: skip
    around = f' stroke="{rim}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    if bold and look.drawn_bold:
        wide: dict[str, Value] = {"stroke": look[fill], "stroke_width": size * _STROKE}
        under = tag("text", escape(content), **place).replace("<text", f"<text{around}", 1)
        return (under if rim else "") + tag(
            "text", escape(content), kind=kind, **place, fill=look[fill], **wide
        )
    drawn = tag("text", escape(content), kind=kind, **place, fill=look[fill],
                font_weight=700 if bold else None)  # fmt: skip
    return drawn.replace("<text", f"<text{around}", 1) if rim else drawn


class Heading(NamedTuple):
    """The finding and its notes, in lines that fit a picture."""

    finding: tuple[str, ...]
    details: tuple[str, ...]

    @property
    def height(self) -> float:
        """Pixels from the top of the first line to the bottom of the last."""
        return TITLE_LINE * len(self.finding) + DETAIL_LINE * len(self.details)

    def paint(self, look: Look, x: float, y: float) -> str:
        """The lines, with their top at `y`."""
        lines = [
            text(line, x, y + TITLE + TITLE_LINE * place, look,
                 size=TITLE, fill="ink", bold=True, kind="finding")
            for place, line in enumerate(self.finding)
        ]  # fmt: skip
        below = y + TITLE_LINE * len(self.finding) + DETAIL
        lines += [
            text(line, x, below + DETAIL_LINE * place, look, size=DETAIL, kind="details")
            for place, line in enumerate(self.details)
        ]
        return "".join(lines)


def heading(finding: str, notes: Sequence[str], width: float) -> Heading:
    """Break a heading for a picture of this width."""
    return Heading(
        tuple(_balanced(_UNBROKEN.split(finding), " ", width, TITLE, bold=True)),
        tuple(_filled(notes, SEPARATOR, width, DETAIL)),
    )


def _attribute(key: str) -> str:
    if key in _CAMEL:
        return key
    return "class" if key == "kind" else key.replace("_", "-")


def _value(value: Value) -> str:
    return escape(value) if isinstance(value, str) else f"{round(value or 0, 2):g}"


def _balanced(
    parts: Sequence[str], between: str, width: float, size: float, bold: bool = False
) -> list[str]:
    """As few lines as fit, of similar length, so that no word is left alone on the last."""
    fewest = _filled(parts, between, width, size, bold)
    room = width
    while room > size:
        tighter = _filled(parts, between, room - size, size, bold)
        if len(tighter) > len(fewest) or any(pixels(line, size, bold) > width for line in tighter):
            break
        fewest, room = tighter, room - size
    return fewest


def _filled(
    parts: Sequence[str], between: str, width: float, size: float, bold: bool = False
) -> list[str]:
    """Lines broken between the parts, and within a part only if it is too wide by itself."""
    lines: list[str] = []
    for part in parts:
        if lines and pixels(lines[-1] + between + part, size, bold) <= width:
            lines[-1] += between + part
            continue
        if lines:
            lines[-1] += between.rstrip()
        words = part.split(" ") if between != " " and pixels(part, size, bold) > width else [part]
        lines.extend(_filled(words, " ", width, size, bold) if len(words) > 1 else words)
    return lines
