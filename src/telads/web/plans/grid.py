"""Tables on paper, drawn cell by cell.

The library's own tables lay out every cell as if it were a page of text, which for a plan of 300
segments takes a second; here a cell is one text at one place, and only what is wider than its
column is broken into lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate

from fpdf import FPDF

SIZE = 7
LINE, PADDING = 4.4, 1.4
BASELINE = 3.1
"""Millimetres: height of a line, space to either side of a cell, and where its text stands."""
SHADE, RULE = (238, 236, 230), 200


class Ruler:
    """Widths of texts in the font of a document; each letter is measured once."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._known: dict[str, float] = {}

    def __call__(self, text: str) -> float:
        """Millimetres."""
        return sum(map(self._letter, text))

    def _letter(self, letter: str) -> float:
        if letter not in self._known:
            self._known[letter] = self._pdf.get_string_width(letter)
        return self._known[letter]

    def lines(self, text: str, room: float) -> list[str]:
        """The text in lines of so much room, broken between words where it can be."""
        if self(text) <= room:
            return [text]
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if self(longer) <= room:
                lines[-1] = longer
                continue
            if lines[-1]:
                lines.append("")
            for letter in word:
                if lines[-1] and self(lines[-1] + letter) > room:
                    lines.append("")
                lines[-1] += letter
        return lines


def draw(
    pdf: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> None:
    """Draw a table from here on, its heads again on each page; `right` says which columns align so.

    The current font is used, in the size of tables.
    """
    pdf.set_font(size=SIZE)
    ruler = Ruler(pdf)
    widths = _widths(ruler, heads, rows, pdf.epw)
    row = partial(_row, pdf, ruler, widths, right)
    row(heads, shaded=True)
    for cells in rows:
        if row(cells, shaded=False):
            continue
        pdf.add_page()
        row(heads, shaded=True)
        row(cells, shaded=False)
    pdf.set_y(pdf.get_y() + LINE / 2)


def _widths(
    ruler: Ruler, heads: Sequence[str], rows: Sequence[Sequence[str]], room: float
) -> list[float]:
    """Columns that fill the page as their cells ask; where that is too much, the widest give."""
    columns = list(zip(heads, *rows, strict=True))
    needed = [max(map(ruler, column)) + 2 * PADDING for column in columns]
    if sum(needed) <= room:
        return [width * room / sum(needed) for width in needed]
    # Heads may be broken between words, before cells are.
    words = [(*head.split(" "), *cells) for head, *cells in columns]
    needed = [max(map(ruler, column)) + 2 * PADDING for column in words]
    if sum(needed) <= room:
        return needed
    low, high = 0.0, max(needed)  # the cap that just fits
    for _ in range(30):
        cap = (low + high) / 2
        low, high = (cap, high) if sum(min(one, cap) for one in needed) <= room else (low, cap)
    return [min(width, low) for width in needed]


def _row(
    pdf: FPDF, ruler: Ruler, widths: Sequence[float], right: Sequence[bool],
    cells: Sequence[str], *, shaded: bool,
) -> bool:  # fmt: skip
    """Draw a row if it fits on this page."""
    lines = [
        ruler.lines(cell, width - 2 * PADDING) for cell, width in zip(cells, widths, strict=True)
    ]
    top, height = pdf.get_y(), LINE * max(map(len, lines))
    bottom = top + height
    if bottom > pdf.page_break_trigger and top > pdf.t_margin + 2 * LINE:
        return False
    lefts = [pdf.l_margin + left for left in accumulate(widths, initial=0.0)]
    if shaded:
        pdf.set_fill_color(*SHADE)
        pdf.rect(lefts[0], top, lefts[-1] - lefts[0], height, style="F")
        pdf.set_fill_color(0)  # letters are drawn faster where both colours are the same
    for column, texts in enumerate(lines):
        for at, text in enumerate(texts):
            left = (
                lefts[column + 1] - PADDING - ruler(text)
                if right[column]
                else lefts[column] + PADDING
            )
            pdf.text(left, top + at * LINE + BASELINE, text)
    pdf.set_draw_color(RULE)
    pdf.line(lefts[0], bottom, lefts[-1], bottom)
    pdf.set_y(bottom)
    return True
