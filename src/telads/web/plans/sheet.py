"""The pages of a plan on paper: title and mark, headings, lines, facts, and numbers at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF

from telads.render.svg.fonts import face

FAMILY = "korean"
INK, MUTED, MARK = (23, 33, 43), (85, 97, 109), (31, 111, 174)
MARGIN, FOOT = 14.0, 11.0
"""Millimetres around a page, and from its end to the line at its foot."""
ROOM = 35
"""Millimetres a heading needs beneath it: else it would stand alone at the end of a page."""
FACTS_A_ROW = 4
FACT = 13.0
"""Millimetres from one row of facts to the next."""
LOGO = ((0.0, 3.2, 1.8), (2.0, 2.0, 3.0), (4.0, 0.4, 4.6))
"""The bars of the mark: left, top and height in millimetres."""


class Sheet(FPDF):
    """Landscape pages in one Korean font."""

    def __init__(self, title: str, font: Path) -> None:
        super().__init__(orientation="landscape")
        self._name = title
        self.set_title(title)
        self.set_margin(MARGIN)
        self.c_margin = 0  # words begin where rules and tables do
        self.set_auto_page_break(True, MARGIN + 4)
        self.add_font(FAMILY, "", font, collection_font_number=face(font))
        self.set_font(FAMILY, size=9)
        self.set_text_color(*INK)
        self.add_page()

    def footer(self) -> None:
        """Called by the library at the end of each page: whose page it is, and which."""
        self.set_y(-FOOT)
        self.set_font(FAMILY, size=7)
        self.set_text_color(*MUTED)
        name = self._name
        while self.get_string_width(name) > self.epw * 0.8:
            name = name[:-2] + "…"
        self.text(self.l_margin, self.get_y(), name)
        number = str(self.page_no())
        self.text(self.w - self.r_margin - self.get_string_width(number), self.get_y(), number)
        self.set_text_color(*INK)

    def title_line(self, text: str) -> None:
        """The title of the document, with the mark of the product at the other side."""
        left = self.w - self.r_margin - 18
        for at, (x, y, height) in enumerate(LOGO):
            self.set_fill_color(*(MARK if at == len(LOGO) - 1 else INK))
            self.rect(left + x, self.t_margin + y, 1.2, height, style="F")
        self.set_font(FAMILY, size=11)
        self.text(left + 6.5, self.t_margin + 4.9, "telads")
        self.set_font(FAMILY, size=18)
        self.multi_cell(self.epw - 24, text=text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def heading(self, text: str) -> None:
        """A heading, on a new page where nothing would fit beneath it."""
        if self.will_page_break(ROOM):
            self.add_page()
        else:
            self.ln(5)
        self.set_font(FAMILY, size=12)
        self.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def words(self, text: str, size: float = 10, muted: bool = False) -> None:
        """A line of text, broken where it is too long."""
        self.set_font(FAMILY, size=size)
        self.set_text_color(*(MUTED if muted else INK))
        self.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(*INK)
        self.ln(1)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Figures, each below its name, some in a row."""
        self.ln(3)
        top, width = self.get_y(), self.epw / FACTS_A_ROW
        self.set_draw_color(*INK)
        self.line_across(top)
        for at, (name, figure) in enumerate(pairs):
            left = self.l_margin + at % FACTS_A_ROW * width
            down = top + 5 + at // FACTS_A_ROW * FACT
            self.set_font(FAMILY, size=7.5)
            self.set_text_color(*MUTED)
            self.text(left, down, name)
            self.set_font(FAMILY, size=12)
            self.set_text_color(*INK)
            self.text(left, down + 5.2, figure)
        self.set_y(top + -(-len(pairs) // FACTS_A_ROW) * FACT)
        self.line_across(self.get_y())
        self.ln(2)

    def line_across(self, y: float) -> None:
        """A rule from margin to margin."""
        self.line(self.l_margin, y, self.w - self.r_margin, y)
