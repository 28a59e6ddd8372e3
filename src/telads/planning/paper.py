"""A plan as PDF: the slides of its deck, then its figures to the last digit.

Tables are drawn cell by cell: the library's own lay out every cell like a page of text, which takes
a second for a plan of 300 segments; here a cell is one text at one position, and only what is wider
than its column is broken into lines.

The same plan gives the same bytes: it contains no date but that of its data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from fpdf import FPDF

from telads.dataset import in_force
from telads.planning.decks.parts import stamp
from telads.planning.files import figure_title, figures_of, method_of
from telads.planning.plan import Plan
from telads.planning.questions import keys_of
from telads.planning.sentences import plan_sentences
from telads.planning.words import TABLES as TABLE_TITLES
from telads.planning.words import WORDS, title, word
from telads.render.deck.paper import FAMILY, described
from telads.render.deck.paper import draw as draw_slides
from telads.render.deck.paper import font as embed
from telads.render.svg.fonts import korean_font
from telads.text import Lang, Text
from telads.wording import observed

MINUS = "−"

SIZE = 7
LINE, PADDING = 4.4, 1.4
BASELINE = 3.1
"""Millimetres: height of a line, padding of a cell, and the baseline of its text."""
SHADE, RULE = (238, 236, 230), 200


class Ruler:
    """Widths of texts in the font of a document; each letter is measured once."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._known: dict[str, float] = {}

    def __call__(self, text: str) -> float:
        """Width in millimetres."""
        return sum(map(self._letter, text))

    def _letter(self, letter: str) -> float:
        if letter not in self._known:
            self._known[letter] = self._pdf.get_string_width(letter)
        return self._known[letter]

    def lines(self, text: str, room: float) -> list[str]:
        """Break a text into lines of a width, between words if possible."""
        if self(text) <= room:
            return [text]
        lines = [""]
        for piece in text.split(" "):
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if self(longer) <= room:
                lines[-1] = longer
                continue
            if lines[-1]:
                lines.append("")
            for letter in piece:
                if lines[-1] and self(lines[-1] + letter) > room:
                    lines.append("")
                lines[-1] += letter
        return lines


def draw(
    pdf: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> None:
    """Draw a table from here on, repeating its head on each page; `right` aligns columns right.

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
    """Column widths that fill the page; if cells need more, the widest columns are narrowed."""
    columns = list(zip(heads, *rows, strict=True))
    needed = [max(map(ruler, column)) + 2 * PADDING for column in columns]
    if sum(needed) <= room:
        return [width * room / sum(needed) for width in needed]
    # Heads may be broken between words, before cells are.
    words = [(*head.split(" "), *cells) for head, *cells in columns]
    needed = [max(map(ruler, column)) + 2 * PADDING for column in words]
    if sum(needed) <= room:
        return needed
    low, high = 0.0, max(needed)  # bisection for the cap that just fits
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
        pdf.set_fill_color(0)  # text is faster if both colours are equal
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


INK, MUTED, MARK = (23, 33, 43), (85, 97, 109), (31, 111, 174)
MARGIN, FOOT = 14.0, 11.0
"""Millimetres of the page margin, and from the bottom of a page to the rule of its footer."""
WIDE = 1.6
"""Width of a page, as a multiple of its height, from which on it is a slide."""
ROOM = 35
"""Millimetres required below a heading, so that it is not alone at the end of a page."""
FACTS_A_ROW = 4
FACT = 13.0
"""Millimetres between rows of facts."""
LOGO = ((0.0, 3.2, 1.8), (2.0, 2.0, 3.0), (4.0, 0.4, 4.6))
"""Bars of the logo: left, top and height in millimetres."""


class Sheet(FPDF):
    """Landscape pages in one Korean font."""

    def __init__(self, title: str, font: Path) -> None:
        super().__init__(orientation="landscape")
        self._name = title
        self.set_margin(MARGIN)
        self.c_margin = 0  # texts align with rules and tables
        self.set_auto_page_break(True, MARGIN + 4)
        embed(self, font)
        self.set_font(FAMILY, size=9)
        self.set_text_color(*INK)

    def footer(self) -> None:
        """Called by the library at the end of each page: document and page number.

        A slide, which is wider than a page of tables, has its own.
        """
        if self.w > self.h * WIDE:
            return
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
        """The title of the document, with the logo at the other side."""
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
        """A heading, on a new page if nothing would fit below it."""
        if self.will_page_break(ROOM):
            self.add_page()
        else:
            self.ln(5)
        self.set_font(FAMILY, size=12)
        self.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def words(self, text: str, size: float = 10, muted: bool = False) -> None:
        """A paragraph, broken into lines as needed."""
        self.set_font(FAMILY, size=size)
        self.set_text_color(*(MUTED if muted else INK))
        self.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(*INK)
        self.ln(1)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Figures below their names, several in a row."""
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


PRICES = ("spend_if_dearer", "weighted_reach_if_dearer", "spend_if_cheaper",
          "weighted_reach_if_cheaper")  # fmt: skip
TABLES: dict[str, tuple[Text, tuple[str, ...]]] = {
    "platforms": (TABLE_TITLES["platforms"], ("service", *PRICES)),
    "budgets": (TABLE_TITLES["budgets"], ()),
    "goals": (TABLE_TITLES["goals"], ("asked",)),
    "sensitivity": (TABLE_TITLES["sensitivity"], ()),
    "prices": (TABLE_TITLES["prices"], ()),
    "districts": (TABLE_TITLES["districts"], ()),
    "neighbourhoods": (TABLE_TITLES["neighbourhoods"], ("code",)),
    "ages": (TABLE_TITLES["ages"], ()),
    "segments": (TABLE_TITLES["segments"], ("code",)),
    "spends": (TABLE_TITLES["spends"], ("code",)),
}
"""The tables in order, and the fields that the PDF leaves out."""


def rows_of(table: str, plan: Plan) -> Sequence[Mapping[str, Any]]:
    """Rows of a table; `prices` are some of the platforms' figures."""
    found: Sequence[Mapping[str, Any]] = getattr(
        plan.result, "platforms" if table == "prices" else table
    )
    return found


def columns_of(table: str, plan: Plan) -> list[str]:
    """Fields of a table that are shown; the objective only if it is not the reach itself."""
    if table == "prices":
        return ["platform", *PRICES]
    _, without = TABLES[table]
    twice = {"weighted_reach"} - {*figures_of(plan)} if table == "budgets" else set()
    keys = keys_of(f"plan_{table}", rows_of(table, plan))
    return [key for key in keys if key not in {*without, *twice}]


SHARES = frozenset({"reach_share", "spend_share", "district_share", "proven_gap", "next_share",
                    "ceiling", "below_spend_share"})  # fmt: skip
CHANGES = frozenset({"weighted_reach_if_dearer", "weighted_reach_if_cheaper", "change_low",
                     "change_high"})  # fmt: skip
"""Figures shown in percent; changes have a sign."""
_MONEY, _TIMES = Text("{unit}", " {unit}"), Text("회", "")
_PEOPLE, _SEGMENTS = Text("명", " people"), Text("개", "")
UNITS: dict[str, Text] = {
    **dict.fromkeys(("budget", "spend", "next_budget", "below_spend"), _MONEY),
    **dict.fromkeys(("contacts", "frequency"), _TIMES),
    **dict.fromkeys(
        (
            "reached",
            "reached_2",
            "reached_3",
            "reached_low",
            "reached_high",
            "reachable",
            "population",
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(("segments", "segments_used", "below_segments"), _SEGMENTS),
}
"""Units of the figures of the whole plan; units of tables are stated once above them."""
UNITS_OF_TABLES = Text(
    "금액은 {unit}, 노출은 회, 인원과 도달은 명(10명 단위로 반올림), 이용 강도는 표준편차 "
    "단위입니다.",
    "Money in {unit}, people and reach rounded to 10, usage score in standard deviations.",
)


def write_paper(plan: Plan, path: Path, lang: Lang = "ko", beside: Sequence[Text] = ()) -> None:
    """Write a plan as PDF, slides and tables; raises `SettingError` if a set font is missing."""
    from telads.planning.decks.plan import plan_deck  # which uses the cells of this module

    sheet = _sheet(plan)
    draw_slides(sheet, plan_deck(plan, lang, appendix=False, beside=beside))
    sheet.set_auto_page_break(True, MARGIN + 4)
    sheet.add_page(format="A4")
    sheet.set_text_color(*INK)
    sheet.title_line(plan.name)
    sheet.words(_window(plan, lang), size=8, muted=True)
    sheet.ln(2)
    for sentence in plan_sentences(plan):
        sheet.words(sentence(lang), size=11)
    sums = plan.result.summary
    sheet.facts([
        (figure_title(plan, name, lang), total(name, sums[name], lang)) for name in figures_of(plan)
    ])  # fmt: skip
    sheet.words(in_force().fill(UNITS_OF_TABLES)(lang), size=7.5, muted=True)
    for name, (heading, _) in TABLES.items():
        rows = rows_of(name, plan)
        if not rows:  # missing in a plan of an earlier version
            continue
        sheet.heading(in_force().fill(heading)(lang))
        columns = columns_of(name, plan)
        heads = [title(column, lang, name) for column in columns]
        cells = [[cell(row, column, lang) for column in columns] for row in rows]
        draw(sheet, heads, cells, [one not in WORDS for one in columns])
    sheet.heading(Text("방법과 출처", "Method and source")(lang))
    source = Text("telads가 만든 합성 데이터", "Synthetic data made by telads")(lang)
    for line in (
        *(line(lang) for line in method_of(plan)),
        source if plan.basis.synthetic else in_force().source.files,
    ):
        sheet.words(line, size=8)
    sheet.words(_basis(plan, lang), size=8, muted=True)
    path.write_bytes(bytes(sheet.output()))


def figure(name: str, value: Any) -> str:
    """A figure to its last digit, shares in percent; a dash for None."""
    if value is None:
        return "–"
    if name in SHARES | CHANGES:
        percent = Decimal(repr(value)) * 100
        text = f"{percent:{'+' if name in CHANGES else ''}f}"
        text = f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
    else:
        text = f"{value:,}" if isinstance(value, int) else f"{value!r}"
    return text.replace("-", MINUS)


def total(name: str, value: Any, lang: Lang) -> str:
    """A figure of the whole plan with its unit."""
    unit = in_force().fill(UNITS[name])(lang) if name in UNITS and value is not None else ""
    return figure(name, value) + unit


def _sheet(plan: Plan) -> Sheet:
    sheet = Sheet(plan.name, korean_font())
    described(sheet, plan.name, stamp(plan.month),
              f"telads {plan.basis.version}")  # fmt: skip
    return sheet


def _window(plan: Plan, lang: Lang) -> str:
    """The observed months, for the head of the PDF."""
    label = Text(f"기준월 {plan.month.text.ko}", f"Month {plan.month}")(lang)
    mark = Text(" · 합성 데이터입니다.", " · Synthetic data.") if plan.basis.synthetic else None
    return f"{label} · {observed(plan.month.window, lang)}{mark(lang) if mark else ''}"


def _basis(plan: Plan, lang: Lang) -> str:
    """The basis that reproduces the plan, in full."""
    told = Text(
        f"데이터 버전 {plan.basis.build} · telads {plan.basis.version} · 계획 {plan.hash}",
        f"Data version {plan.basis.build} · telads {plan.basis.version} · plan {plan.hash}",
    )
    return told(lang)


def cell(row: Mapping[str, Any], name: str, lang: Lang) -> str:
    """A value as it is shown: a figure to its last digit, or its word."""
    value = row[name]
    return str(word(name, value, lang)) if name in WORDS else figure(name, value)
