"""Slides as pages of a PDF, in an embedded Korean font: what `powerpoint` writes, drawn.

The charts are drawn from the same layout and the same figures; no browser and no office program is
needed. Bold letters are outlined, since the shipped font has one weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path as File

from fpdf import FPDF
from fpdf.enums import TextMode

from telads.render.deck.fit import baseline_of, width_of
from telads.render.deck.slides import (
    CELL,
    HEIGHT,
    MARGIN,
    RULE,
    SOURCE,
    WIDTH,
    Bars,
    Box,
    Deck,
    Line,
    Lines,
    Path,
    Point,
    Rule,
    Run,
    Shape,
    Slide,
    Table,
    Words,
    colour,
    line_height,
)
from telads.render.svg.fonts import face, korean_font

MM = 25.4
FAMILY = "korean"
_POINT = 1 / 72
_OUTLINE = 0.028
"""Width of the outline of bold letters, in their size."""


def write(deck: Deck) -> bytes:
    """The bytes of a PDF; raises `SettingError` if a configured font is missing."""
    pdf = FPDF(orientation="landscape", format=(HEIGHT * MM, WIDTH * MM))
    font(pdf, korean_font())
    described(pdf, deck.title, deck.made, deck.producer)
    draw(pdf, deck)
    return bytes(pdf.output())


def font(pdf: FPDF, file: File) -> None:
    """Make the Korean font known to a document."""
    pdf.add_font(FAMILY, "", file, collection_font_number=face(file))


def described(pdf: FPDF, title: str, made: datetime, producer: str) -> None:
    """Title, date and producer of a document."""
    pdf.set_title(title)
    pdf.set_creation_date(made)
    pdf.set_producer(producer)


def draw(pdf: FPDF, deck: Deck) -> None:
    """Add a page for each slide."""
    pdf.set_auto_page_break(False)
    for number, slide in enumerate(deck.slides, start=1):
        pdf.add_page(format=(HEIGHT * MM, WIDTH * MM))
        _Page(pdf).slide(slide, number)


class _Page:
    """Draws in inches on the current page."""

    def __init__(self, pdf: FPDF) -> None:
        self.pdf = pdf

    def slide(self, slide: Slide, number: int) -> None:
        title = tuple((Run(line, slide.title_size, True),) for line in slide.title)
        self.words(Words(slide.eyebrow_box, ((Run(slide.eyebrow, 12, True, "accent"),),)))
        self.words(Words(slide.title_box, title))
        for item in slide.items:
            self.item(item)
        self.rule(Rule(MARGIN, RULE, WIDTH - 2 * MARGIN))
        source = tuple((Run(line, 9, False, "muted"),) for line in slide.source)
        self.words(Words(slide.source_box, source))
        number_box = Box(WIDTH - MARGIN - 0.8, SOURCE, 0.8, 0.25)
        self.words(Words(number_box, ((Run(str(number), 9, False, "muted"),),), "right"))

    def item(self, item: object) -> None:
        match item:
            case Words():
                self.words(item)
            case Bars():
                self.bars(item)
            case Lines():
                self.lines(item)
            case Table():
                self.table(item)
            case Shape():
                self.shape(item)
            case Rule():
                self.rule(item)

    def words(self, item: Words) -> None:
        top = item.box.top
        if item.middle:
            top += (item.box.height - item.height) / 2
        for line in item.lines:
            self.line(line, item.box, top, item.align)
            top += line_height(line)

    def line(self, line: Line, box: Box, top: float, align: str) -> None:
        size = max((run.size for run in line), default=14)
        wide = sum(self.width(run) for run in line)
        left = {"right": box.right - wide, "center": box.left + (box.width - wide) / 2}.get(
            align, box.left
        )
        for run in line:
            self.text(run, left, top + baseline_of(size))
            left += self.width(run)

    def width(self, run: Run) -> float:
        """Width in inches, as drawn."""
        self.pdf.set_font(FAMILY, size=run.size)
        wide = float(self.pdf.get_string_width(run.text)) / MM
        return wide + (len(run.text) * _OUTLINE * run.size * _POINT * 0.5 if run.bold else 0.0)

    def text(self, run: Run, left: float, baseline: float) -> None:
        pdf = self.pdf
        pdf.set_font(FAMILY, size=run.size)
        fill = _rgb(run.colour)
        pdf.set_text_color(*fill)
        if not run.bold:
            pdf.text(left * MM, baseline * MM, run.text)
            return
        with pdf.local_context(  # the mode would otherwise hold for the texts that follow
            text_mode=TextMode.FILL_STROKE, draw_color=fill, char_spacing=_OUTLINE * run.size * 0.5,
            line_width=run.size * _OUTLINE * _POINT * MM,
        ):  # fmt: skip
            pdf.text(left * MM, baseline * MM, run.text)

    def label(self, text: str, x: float, y: float, size: float, *, align: str = "left",
              bold: bool = False, fill: str = "ink") -> None:  # fmt: skip
        """A text whose middle stands at a height."""
        run = Run(text, size, bold, fill)
        wide = self.width(run)
        left = {"right": x - wide, "center": x - wide / 2}.get(align, x)
        self.text(run, left, y + size * 0.36 * _POINT)

    def rule(self, item: Rule) -> None:
        self.stroke([(item.left, item.top), (item.left + item.width, item.top)], item.colour,
                    item.thickness)  # fmt: skip

    def stroke(self, points: Sequence[tuple[float, float]], fill: str, points_wide: float,
               dashed: bool = False) -> None:  # fmt: skip
        pdf = self.pdf
        pdf.set_draw_color(*_rgb(fill))
        pdf.set_line_width(points_wide * _POINT * MM)
        if dashed:
            pdf.set_dash_pattern(dash=1.6, gap=1.2)
        pdf.polyline([(x * MM, y * MM) for x, y in points])
        if dashed:
            pdf.set_dash_pattern()

    def fill(self, left: float, top: float, width: float, height: float, fill: str) -> None:
        self.pdf.set_fill_color(*_rgb(fill))
        self.pdf.rect(left * MM, top * MM, width * MM, height * MM, style="F")

    def shape(self, item: Shape) -> None:
        pdf = self.pdf
        pdf.set_fill_color(*_rgb(item.fill))
        pdf.set_draw_color(*_rgb(item.line))
        pdf.set_line_width(item.line_width * _POINT * MM)
        for ring in item.rings:
            pdf.polygon([(x * MM, y * MM) for x, y in ring], style="DF")

    def table(self, item: Table) -> None:
        top = item.box.top
        for at, cells in enumerate((item.heads, *item.rows)):
            left, head = item.box.left, at == 0
            for place, text in enumerate(cells):
                wide = item.widths[place]
                end = left + wide - CELL if place else left + CELL
                self.label(text, end, top + item.row_height / 2, item.size,
                           align="right" if place else "left", bold=head or place == 0,
                           fill="muted" if head else "ink")  # fmt: skip
                left += wide
            top += item.row_height
            self.stroke([(item.box.left, top), (item.box.left + sum(item.widths), top)],
                        "muted" if head else "line", 1.0 if head else 0.75)  # fmt: skip

    def bars(self, item: Bars) -> None:
        low, high = item.reach
        left, wide = item.box.left + item.label_width, item.box.width - item.label_width
        band = item.box.height / max(len(item.categories), 1)
        rows = 1 if item.beside else len(item.series)
        thick = band / (rows + item.gap / 100)

        def place(value: float) -> float:
            return left + (value - low) / (high - low) * wide

        self.stroke([(place(0), item.box.top), (place(0), item.box.bottom)], "line", 0.75)
        for at, name in enumerate(item.categories):
            middle = item.box.top + (at + 0.5) * band
            self.label(name, left - 0.08, middle, item.size, align="right")
            for row, one in enumerate(item.series):
                value = one.values[at]
                if value is None:
                    continue
                top = middle - thick * rows / 2 + (0 if item.beside else row * thick)
                own = thick * (1 if rows == 1 else 0.94)
                start, end = sorted((place(0), place(value)))
                self.fill(start, top, end - start, own, one.colours[at])
                told = item.number.text(value)
                behind = value < 0
                self.label(told, place(value) + (-0.05 if behind else 0.05), top + own / 2,
                           item.size, align="right" if behind else "left", bold=True)  # fmt: skip

    def lines(self, item: Lines) -> None:
        plot, across, up = item.plot, item.x_axis, item.y_axis

        def place(point: Point) -> tuple[float, float]:
            return (plot.left + across.share(point.x) * plot.width,
                    plot.bottom - up.share(point.y) * plot.height)  # fmt: skip

        for value in up.labels:
            y = plot.bottom - up.share(value) * plot.height
            self.stroke([(plot.left, y), (plot.right, y)], "line", 0.75)
            self.label(item.y_number.text(value), plot.left - 0.08, y, item.size, align="right")
        for value in across.labels:
            x = plot.left + across.share(value) * plot.width
            self.label(item.x_number.text(value), x, plot.bottom + 0.16, item.size,
                       align="center")  # fmt: skip
        self.label(item.x_title, plot.left + plot.width / 2, item.box.bottom - 0.12, item.size,
                   align="center", fill="muted")  # fmt: skip
        for one in item.paths:
            self.stroke([place(point) for point in one.points], one.colour, one.width, one.dashed)
            if one.dot_at is not None:
                x, y = place(one.points[one.dot_at])
                self.pdf.set_fill_color(*_rgb(one.colour))
                self.pdf.ellipse((x - 0.07) * MM, (y - 0.07) * MM, 0.14 * MM, 0.14 * MM, style="F")
            self.path_label(one, item, plot)

    def path_label(self, one: Path, item: Lines, plot: Box) -> None:
        if one.label_at is None:
            return
        point = one.points[one.label_at]
        x = plot.left + item.x_axis.share(point.x) * plot.width
        y = plot.bottom - item.y_axis.share(point.y) * plot.height
        shift = {"above": -0.16, "below": 0.16}.get(one.label_side, 0.0)
        align = {"right": "left", "left": "right"}.get(one.label_side, "center")
        half = width_of(one.name, item.size, one.bold) / 2
        if align == "center":
            x = min(x, item.box.right - half)
        self.label(one.name, x + (0.08 if align == "left" else -0.08 if align == "right" else 0),
                   y + shift, item.size, align=align, bold=one.bold, fill=one.colour)  # fmt: skip


def _rgb(name: str) -> tuple[int, int, int]:
    digits = colour(name)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
