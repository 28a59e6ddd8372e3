"""The services month by month, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `monthly` shows: a small panel for each service on a scale of its own. The
scale of an index is set anew each month: its months are parted, and no line joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

from telads.answers.pictures import Picture
from telads.charts import monthly
from telads.charts.render import in_one_line
from telads.model import Month
from telads.text import Lang, Text
from telads.web.jinja import rendered
from telads.wording import number


class Layout(NamedTuple):
    """Where things stand in a panel, in the picture's units."""

    columns: int
    pitch: int
    """From one panel to the next, across."""
    rise: int
    """The same, down."""
    left: int
    """Room for the figures of the scale."""
    width: int
    height: int
    label: int
    """Least room for the name of a month."""


TOP = 24
"""Room above a plot for its name."""
INSET = 8
"""Room in a plot around its lines."""
LEGEND = 36
WIDE = Layout(columns=4, pitch=290, rise=204, left=46, width=218, height=124, label=30)
NARROW = Layout(columns=2, pitch=186, rise=184, left=44, width=124, height=104, label=30)


class Dot(NamedTuple):
    """A figure in a month."""

    x: float
    y: float
    hover: str


class Panel(NamedTuple):
    """One service: its paths, dots, and the scale at its side.

    Without paths, the dots of those beside are drawn too. `zero` is where zero is drawn.
    """

    name: str
    x: int
    y: int
    own: str
    beside: str
    dots: list[Dot]
    dots_beside: list[Dot]
    breaks: list[float]
    """Where one month's scale ends and the next one's begins."""
    zero: float | None
    ticks: list[tuple[float, str]]


Rows = Sequence[dict[str, Any]]


def month_lines(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `monthly`."""
    finding, details = in_one_line(monthly.heading(picture.frame, **picture.options))
    rows, groups = monthly.rows_of(picture.frame, lang), monthly.groups_of(picture.frame)
    plots = [
        (monthly.panel_name(service, lang), [row for row in rows if row["service"] == service.id])
        for service in monthly.services_of(picture.frame)
    ]
    wide, narrow = (_svg(plots, groups, finding, lang, layout) for layout in (WIDE, NARROW))
    return finding, details, wide, narrow


def _svg(
    plots: Sequence[tuple[str, Rows]], groups: Sequence[str], finding: str, lang: Lang,
    layout: Layout,
) -> str:  # fmt: skip
    """One layout; `plots` are the panels' names and rows."""
    named = dict.fromkeys(row["month"] for _, rows in plots for row in rows)
    months = [Month.parse(month) for month in named]
    panels = []
    for place, (name, rows) in enumerate(plots):
        at = (place % layout.columns * layout.pitch, place // layout.columns * layout.rise)
        panels.append(_panel(rows, groups, name, at, layout, lang))
    down = ceil(len(panels) / layout.columns) * layout.rise
    facts: dict[str, Any] = {
        "finding": finding,
        "layout": layout,
        "width": layout.columns * layout.pitch - (layout.pitch - layout.left - layout.width),
        "height": down + (LEGEND if len(groups) > 1 else 0),
        "panels": panels,
        "months": _months(months, layout, lang),
        "groups": groups if len(groups) > 1 else [],
        "down": down,
        "top": TOP,
    }
    return rendered("data/month_lines.html.j2", facts)


def _panel(
    rows: Rows, groups: Sequence[str], name: str, at: tuple[int, int], layout: Layout, lang: Lang
) -> Panel:  # fmt: skip
    zeros = [row["zero"] for row in rows if row["zero"] is not None]
    values = [row["value"] for row in rows if row["value"] is not None] + zeros
    low, high = min(values, default=0.0), max(values, default=0.0)
    months = max(len(rows) // max(len(groups), 1) - 1, 1)
    step = (layout.width - 2 * INSET) / months

    def x(place: float) -> float:
        return round(layout.left + INSET + place * step, 1)

    def y(value: float) -> float:
        share = (high - value) / (high - low) if high > low else 0.5
        return round(TOP + INSET + share * (layout.height - 2 * INSET), 1)

    series = [[row for row in rows if row["group"] == group] for group in groups]

    def dots(own: Rows, name: str) -> list[Dot | None]:
        return [
            Dot(x(place), y(row[name]), _hover([others[place] for others in series], lang))
            if row[name] is not None
            else None
            for place, row in enumerate(own)
        ]

    own, *beside = series or [[]]
    return Panel(
        name, *at,
        own=path(dots(own, "line")),
        beside=" ".join(filter(None, (path(dots(other, "line")) for other in beside))),
        dots=[dot for dot in dots(own, "value") if dot],
        dots_beside=[dot for other in beside for dot in dots(other, "value") if dot and zeros],
        breaks=[x(place + 0.5) for place, row in enumerate(own) if row["parted"]],
        zero=y(zeros[0]) if zeros else None,
        ticks=[(y(tick), text) for tick, text in scale(low, high)],
    )  # fmt: skip


def _hover(rows: Rows, lang: Lang) -> str:
    """The figures of a month in a panel: `2023년 4월: 월 15.3일`, with groups each by its name."""
    month = Month.parse(rows[0]["month"]).text(lang)
    figures = [f"{row['group']} {row['hover']}".strip() for row in rows]
    return f"{month}: {', '.join(figures)}"


def path(dots: Sequence[Dot | None]) -> str:
    """A line through the dots; what is not known leaves a gap."""
    steps, pen = [], "M"
    for dot in dots:
        if dot is None:
            pen = "M"
            continue
        steps.append(f"{pen}{dot.x:g} {dot.y:g}")
        pen = "L"
    return "".join(steps)


def scale(low: float, high: float) -> list[tuple[float, str]]:
    """Two to five round figures between the least and the greatest value, with their texts."""
    if high <= low:
        return [(low, number(low))]
    rough = (high - low) / 2
    unit = 10.0 ** floor(log10(rough))
    step = max(unit * part for part in (1, 2, 5) if unit * part <= rough * (1 + 1e-9))
    digits = max(0, -floor(log10(step)))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [(tick * step, number(tick * step, digits=digits)) for tick in range(first, last + 1)]


def _months(months: Sequence[Month], layout: Layout, lang: Lang) -> list[tuple[float, str, str]]:
    """Where each month stands below a plot, with its name and, where it begins, the year."""
    step = (layout.width - 2 * INSET) / max(len(months) - 1, 1)
    every = max(1, ceil(layout.label / step))
    return [
        (
            round(layout.left + INSET + place * step, 1),
            Text(f"{month.month}월", monthly.ENGLISH_MONTHS[month.month - 1])(lang)
            if place % every == 0
            else "",
            str(month.year) if place == 0 or month.month == 1 else "",
        )
        for place, month in enumerate(months)
    ]
