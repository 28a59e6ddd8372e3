"""Slides as boxes of words, charts, tables and shapes: one layout for .pptx and PDF.

Positions and sizes are inches on a slide of 13.333 x 7.5, letters in points. Lines are broken here,
measured with the shipped font, since programs that show slides break them differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor
from typing import NamedTuple

from telads.render.deck.fit import broken, height_of, shortened, width_of
from telads.text import Lang

WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.6
COLUMN, GUTTER = 0.828, 0.2
"""Width of each of the twelve columns, and the space between two."""
TITLE_TOP, TITLE_SIZE, TITLE_LINE = 0.62, 28, 0.44
RULE, SOURCE = 6.95, 7.02
OTHER_FONT = 1.12
"""Width of letters where the slides' font is missing, in those of the shipped one."""
FOOT = 6.8
"""Lower end of what a slide holds."""

COLOURS: dict[str, str] = {
    "ink": "17212B", "muted": "55616D", "line": "E4E8EC", "paper": "FFFFFF",
    "accent": "22689F", "rest": "B4BCC4", "less": "C9670F", "none": "EEF0F2",
    "step-0": "E6F0F6", "step-1": "BBD7EB", "step-2": "82B3D9", "step-3": "3877AD",
    "step-4": "22689F", "down-0": "FBE9DA", "down-1": "E9A566", "down-2": "C9670F",
    "up-0": "E6F0F6", "up-1": "82B3D9", "up-2": "22689F",
}  # fmt: skip
"""Ink, one accent for the claim and grey for the rest, the counterpart, and the steps of maps."""


def colour(name: str) -> str:
    """Six hexadecimal digits of a colour by name; others are given as they are."""
    return COLOURS.get(name, name.removeprefix("#").upper())


class Box(NamedTuple):
    """Where something stands, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


def columns(first: int, count: int, top: float, bottom: float = FOOT) -> Box:
    """A box over `count` of the twelve columns from `first` (0..11)."""
    left = MARGIN + first * (COLUMN + GUTTER)
    return Box(left, top, count * COLUMN + (count - 1) * GUTTER, bottom - top)


class Run(NamedTuple):
    """Letters of one look."""

    text: str
    size: float = 14
    bold: bool = False
    colour: str = "ink"


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Words:
    """Lines of text; each is as high as its largest letters need."""

    box: Box
    lines: tuple[Line, ...]
    align: str = "left"
    """left, right or center."""
    middle: bool = False
    """In the middle of the box instead of at its top."""
    name: str = ""

    @property
    def height(self) -> float:
        """Height of all lines in inches."""
        return sum(map(line_height, self.lines))


def line_height(line: Line) -> float:
    """Height of a line in inches."""
    return height_of(max((run.size for run in line), default=14))


def line_width(line: Line) -> float:
    """Width of a line in inches, with room for other fonts."""
    return sum(width_of(run.text, run.size, run.bold) for run in line)


def words(
    box: Box, *texts: Run | Line, align: str = "left", middle: bool = False, name: str = ""
) -> Words:
    """Words in a box: a run is broken into lines, a line of runs is not; what is too much is cut.

    The last line of what does not fit ends in an ellipsis.
    """
    lines: list[Line] = []
    room = box.height + 0.01
    for text in texts:
        if isinstance(text, Run):
            parts = broken(text.text, text.size, text.bold, box.width)
            new: list[Line] = [(text._replace(text=part),) for part in parts]
        else:
            new = [_narrowed(text, box.width)]
        for line in new:
            if line_height(line) > room:
                if lines:
                    lines[-1] = _ended(lines[-1], box.width)
                return Words(box, tuple(lines), align, middle, name)
            room -= line_height(line)
            lines.append(line)
    return Words(box, tuple(lines), align, middle, name)


def _narrowed(line: Line, room: float) -> Line:
    """A line that fits: what is too much at its end is cut."""
    found: list[Run] = []
    for run in line:
        text = shortened(run.text, run.size, run.bold, room)
        found.append(run._replace(text=text))
        if text != run.text:
            break
        room -= width_of(text, run.size, run.bold)
    return tuple(found)


def _ended(line: Line, room: float) -> Line:
    *first, last = line
    return _narrowed((*first, last._replace(text=f"{last.text.rstrip('.')}…")), room)


_FIRST_DAY = date(1899, 12, 30).toordinal()
"""The day 0 of workbooks."""


class Number(NamedTuple):
    """How a figure is written: digits after the point, a sign, in per cent; or as a day."""

    digits: int = 0
    signed: bool = False
    percent: bool = False
    day: bool = False
    """Days as workbooks count them, written as month and day."""

    @property
    def form(self) -> str:
        """As a number format of a workbook, with a true minus."""
        if self.day:
            return "mm-dd"
        plain = "0" if self.percent else "#,##0"
        plain += f".{'0' * self.digits}" if self.digits else ""
        plain += "%" if self.percent else ""
        zero = plain.replace("#,##", "")
        return f"+{plain};−{plain};{zero}" if self.signed else f"{plain};−{plain}"

    def text(self, value: float) -> str:
        """The figure in words, as that format shows it."""
        if self.day:
            return f"{date.fromordinal(round(value) + _FIRST_DAY):%m-%d}"
        shown = round(value * (100 if self.percent else 1), self.digits) + 0.0
        sign = "−" if shown < 0 else "+" if self.signed and shown > 0 else ""
        return f"{sign}{abs(shown):,.{self.digits}f}{'%' if self.percent else ''}"


def day_number(day: date) -> int:
    """A day as workbooks count it."""
    return day.toordinal() - _FIRST_DAY


@dataclass(frozen=True)
class Series:
    """One series of bars: a value (None: none) and a colour for each category."""

    name: str
    values: tuple[float | None, ...]
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Bars:
    """Horizontal bars with their values at the end, categories from top to bottom."""

    box: Box
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number: Number
    alt: str
    label_width: float
    """Inches left of the bars for the categories."""
    size: float = 12
    gap: int = 45
    """Space between categories in per cent of a bar."""
    beside: bool = False
    """All series in one row, at both sides of zero."""

    @property
    def reach(self) -> tuple[float, float]:
        """Lower and upper end of the axis: room for the labels at the ends of bars."""
        known = [value for one in self.series for value in one.values if value is not None]
        high, low = max(0.0, *known, 0.0), min(0.0, *known, 0.0)
        span = (high - low) or 1.0
        widest = max(
            (width_of(self.number.text(value), self.size, True) for value in known), default=0.0
        )
        share = min(0.45, (widest + 0.12) / max(self.box.width - self.label_width, 0.1))
        sides = (high > 0 or low >= 0) + (low < 0)
        room = span * share / (1 - share * sides)
        return (low - room if low < 0 else 0.0, high + room if high > 0 or low >= 0 else 0.0)


class Point(NamedTuple):
    """A point of a line chart."""

    x: float
    y: float


@dataclass(frozen=True)
class Path:
    """One line of a chart, with its name written at one of its points, if any."""

    name: str
    points: tuple[Point, ...]
    colour: str
    width: float = 2.5
    dashed: bool = False
    label_at: int | None = None
    label_side: str = "above"
    """above, below or right of that point."""
    dot_at: int | None = None
    bold: bool = False


class Axis(NamedTuple):
    """Ends of an axis and the step of its labels."""

    low: float
    high: float
    step: float

    @property
    def labels(self) -> tuple[float, ...]:
        """Values that are written at it."""
        count = floor((self.high - self.low) / self.step * (1 + 1e-9))
        return tuple(self.low + at * self.step for at in range(count + 1))

    def share(self, value: float) -> float:
        """Where a value stands, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Lines:
    """A chart of lines over a scale of numbers, or of the days of weeks."""

    box: Box
    paths: tuple[Path, ...]
    x_number: Number
    y_number: Number
    x_title: str
    alt: str
    size: float = 11

    from_zero: bool = True
    """Whether the vertical axis begins at 0, as it must where areas are compared."""

    @property
    def x_axis(self) -> Axis:
        """The horizontal axis: from 0; of days from the first to the last, by whole weeks."""
        known = [point.x for one in self.paths for point in one.points]
        if self.x_number.day:
            low, high = min(known), max(known)
            return Axis(low, high, 7.0 * ceil(max(high - low, 1) / 7 / _MOST_DAYS))
        return Axis(0, *_scale(max(known), 5, self.x_number))

    @property
    def y_axis(self) -> Axis:
        """The vertical axis."""
        known = [point.y for one in self.paths for point in one.points]
        if self.from_zero:
            return Axis(0, *_scale(max(known), 6, self.y_number))
        low, high = min(known), max(known)
        _, step = _scale((high - low) or abs(high) or 1.0, 5, self.y_number)
        start = max(0.0, floor(low / step) * step)
        return Axis(start, max(ceil(high / step) * step, start + step), step)

    @property
    def plot(self) -> Box:
        """The area of the lines."""
        axis = self.y_axis
        widest = max(
            width_of(self.y_number.text(one), self.size, False) for one in axis.labels[-2:]
        )
        left = widest + 0.12
        return Box(self.box.left + left, self.box.top + 0.1,
                   self.box.width - left - 0.3, self.box.height - 0.75)  # fmt: skip


_MOST_DAYS = 8
"""Most days that are written at an axis."""


def _scale(most: float, steps: int, number: Number) -> tuple[float, float]:
    """A round end of an axis and its step, for at most so many steps, as `number` writes them."""
    if most <= 0:
        return 1.0, 1.0
    rough = most / steps
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 1.0
    while size > rough:
        size /= 10
    least = 0.0 if number.percent else 10.0**-number.digits
    size = max(size, least)
    steps_of = (size * times for times in (1, 2, 2.5, 5, 10))
    step = next(one for one in steps_of if one >= rough * (1 - 1e-9) and _written(one, least))
    count = -(-most // step) if most % step > step * 1e-9 else most // step
    return float(count * step), float(step)


def _written(step: float, least: float) -> bool:
    """Whether figures show a step: it is a multiple of their last digit."""
    return not least or abs(step / least - round(step / least)) < 1e-6


@dataclass(frozen=True)
class Table:
    """A table whose first column is words and whose others are figures."""

    box: Box
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    """Inches of the columns."""
    alt: str
    row_height: float = 0.41
    size: float = 12

    @property
    def height(self) -> float:
        """Inches of all rows."""
        return self.row_height * (len(self.rows) + 1)


CELL = 0.04
"""Inches between a cell's edge and its text."""


def table(
    box: Box, heads: Sequence[str], rows: Sequence[Sequence[str]], alt: str, *,
    size: float = 12, row_height: float | None = None, first: float = 0.0,
) -> Table:  # fmt: skip
    """A table as wide as its box; figures get the room they need, the words what is left.

    Letters are made smaller, to 9 points, before words are shortened. `first` is the least width of
    the words.
    """
    row_height = row_height or min(0.44, box.height / (len(rows) + 1))
    while True:
        needed = [
            max(width_of(cell, size, at == 0 or not row) for row, cell in enumerate(column))
            + 2 * CELL + 0.14
            for at, column in enumerate(zip(heads, *rows, strict=True))
        ]  # fmt: skip
        least = max(first, 1.1)
        if (
            sum(needed) <= box.width
            or size <= 9
            or (size <= 10 and sum(needed[1:]) + least <= box.width)
        ):
            break
        size -= 0.5
    spare = box.width - sum(needed)
    if spare >= 0:  # the columns move apart, the words by two shares
        each = spare / (len(needed) + 1)
        widths = [needed[0] + 2 * each, *(one + each for one in needed[1:])]
    else:
        first_wide = max(box.width - sum(needed[1:]), min(least, box.width * 0.4))
        times = min(1.0, (box.width - first_wide) / max(sum(needed[1:]), 1e-9))
        widths = [first_wide, *(one * times for one in needed[1:])]

    def cut(cells: Sequence[str], bold: bool) -> tuple[str, ...]:
        return tuple(
            shortened(cell, size, bold or at == 0, widths[at] - 2 * CELL)
            for at, cell in enumerate(cells)
        )

    return Table(box, cut(heads, True), tuple(cut(row, False) for row in rows), tuple(widths), alt,
                 row_height, size)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """An area of one colour: rings of points in inches, and what stands for it in words."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    fill: str
    name: str
    line: str = "paper"
    line_width: float = 1.0


@dataclass(frozen=True)
class Rule:
    """A horizontal line."""

    left: float
    top: float
    width: float
    colour: str = "line"
    thickness: float = 0.75


def swatch(left: float, top: float, fill: str, name: str) -> Shape:
    """A small square of a legend."""
    side = 0.15
    ring = ((left, top), (left + side, top), (left + side, top + side), (left, top + side))
    return Shape((ring,), fill, name)


Item = Words | Bars | Lines | Table | Shape | Rule


@dataclass(frozen=True)
class Slide:
    """One slide: where we are, its claim, what proves it, the source (two lines), the notes."""

    eyebrow: str
    title: tuple[str, ...]
    items: tuple[Item, ...]
    source: tuple[str, ...]
    notes: str
    title_size: float = TITLE_SIZE

    @property
    def title_box(self) -> Box:
        """Room of the title."""
        return Box(MARGIN, TITLE_TOP, WIDTH - 2 * MARGIN, 2 * TITLE_LINE)

    @property
    def eyebrow_box(self) -> Box:
        """Room of the line above the title."""
        return Box(MARGIN, 0.36, WIDTH - 2 * MARGIN, 0.22)

    @property
    def source_box(self) -> Box:
        """Room of the source."""
        return Box(MARGIN, SOURCE, WIDTH - 2 * MARGIN - 0.8, 0.34)


@dataclass(frozen=True)
class Deck:
    """Slides under one title."""

    title: str
    slides: tuple[Slide, ...]
    lang: Lang
    made: datetime
    """Date that the file carries: that of its data, so that the same plan is the same file."""
    producer: str
    keywords: str
    """What identifies the plan and its data."""


def claim(text: str) -> tuple[tuple[str, ...], float]:
    """A title in at most two lines, and its size: smaller, to 20 points, if it is long."""
    room = WIDTH - 2 * MARGIN
    for size in (TITLE_SIZE, 26, 24, 22, 20):
        lines = balanced(text, size, room)
        if len(lines) <= 2:
            return lines, size
    first, *rest = broken(text, 20, True, room)
    return (first, shortened(" ".join(rest), 20, True, room)), 20


def balanced(text: str, size: float, room: float) -> tuple[str, ...]:
    """A title in one or two lines, after a sentence or comma if there is one that fits."""
    bold = True
    if "\n" not in text and width_of(text, size, bold) <= room:
        return (text,)
    if "\n" in text:
        lines = tuple(text.split("\n"))
        if len(lines) == 2 and all(width_of(line, size, bold) <= room for line in lines):
            if width_of(text.replace("\n", " "), size, bold) <= room * 0.85:
                return (text.replace("\n", " "),)
            return lines
        text = text.replace("\n", " ")
    spaces = [at for at, letter in enumerate(text) if letter == " "]
    halves = [(text[:at], text[at + 1 :]) for at in spaces]
    fitting = [
        (max(wide), halve)
        for halve in halves
        if max(wide := [width_of(one, size, bold) for one in halve]) <= room
    ]
    if not fitting:
        return tuple(broken(text, size, bold, room))
    after = [one for one in fitting if one[1][0][-1:] in ",.:"]
    return min(after or fitting)[1]


def slide(
    eyebrow: str, title: str, items: Sequence[Item], source: str, notes: Sequence[str]
) -> Slide:
    """A slide whose texts are fitted into their boxes."""
    lines, size = claim(title)
    room = WIDTH - 2 * MARGIN
    for spare in (OTHER_FONT, 1.0):  # lines that a wider font breaks anew would be three
        told = broken(source, 9, False, (room - 0.8) / spare)
        if len(told) <= 2:
            break
    else:
        told = [told[0], shortened(" ".join(told[1:]), 9, False, room - 0.8)]
    return Slide(
        shortened(eyebrow, 12, True, room), lines, tuple(items), tuple(told),
        "\n\n".join(filter(None, notes)), size,
    )  # fmt: skip


def content_top(title: str) -> float:
    """Where the content of a slide begins: higher if its title has one line."""
    return 1.6 if len(claim(title)[0]) == 1 else 1.95


def fitting(run: Run, room: float, least: float = 11) -> Run:
    """A line in smaller letters, to `least`, if it would be cut."""
    while run.size > least and width_of(run.text, run.size, run.bold) > room:
        run = run._replace(size=run.size - 0.5)
    return run
