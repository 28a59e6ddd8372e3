"""Texts measured with the shipped font: their widths, lines and what fits."""

from __future__ import annotations

from telads.render.svg.fonts import pixels

POINT = 1 / 72
LEADING = 1.28
"""Height of a line, in letters' sizes."""
SLACK = 1.02
"""Room for wider fonts, beside that of `pixels`."""


def width_of(text: str, size: float, bold: bool) -> float:
    """Width of a line in inches, with room for the fonts of other computers."""
    return pixels(text, size, bold) * SLACK * POINT


def height_of(size: float) -> float:
    """Height of a line in inches."""
    return size * LEADING * POINT


def baseline_of(size: float) -> float:
    """Inches from the top of a line to its baseline."""
    return (LEADING / 2 + 0.36) * size * POINT


def broken(text: str, size: float, bold: bool, room: float) -> list[str]:
    """Lines of at most `room` inches, broken at spaces; what is longer within itself."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if not line or width_of(longer, size, bold) <= room:
                line = longer
            else:
                lines.append(line)
                line = word
            while width_of(line, size, bold) > room and len(line) > 1:
                most = _most(line, size, bold, room)
                lines.append(line[:most])
                line = line[most:]
        lines.append(line)
    return lines


def _most(text: str, size: float, bold: bool, room: float) -> int:
    """Number of letters that fit, at least one."""
    count = 1
    while count < len(text) and width_of(text[: count + 1], size, bold) <= room:
        count += 1
    return count


def shortened(text: str, size: float, bold: bool, room: float) -> str:
    """The text, or its beginning and an ellipsis."""
    if width_of(text, size, bold) <= room:
        return text
    for count in range(len(text) - 1, 0, -1):
        short = f"{text[:count].rstrip()}…"
        if width_of(short, size, bold) <= room:
            return short
    return "…" if width_of("…", size, bold) <= room else ""
