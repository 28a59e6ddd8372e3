"""Services month by month, one small panel each.

The services month by month, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `monthly` shows: a small panel for each service on a scale of its own. The
scale of an index is set anew each month: its months are parted, and no line joins them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from telads.answers.pictures import Picture
from telads.dataset import Measure, in_force
from telads.model import Month, months_between
from telads.render.svg import theme
from telads.render.svg.drawing import in_one_line, known
from telads.text import Lang, Text
from telads.web.jinja import rendered
from telads.wording import figure, in_sentence, number

if TYPE_CHECKING:
    import polars as pl


ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
_EVERYONE = Text("{city} {first}세 이상 전체", "all of {city}, aged {first} and over")
_NOTES = (
    Text("1인 평균", "mean per person"),
    Text("각 달은 직전 {window}의 평균",
         "each month: mean of the [[overlap|{months}]][[apart|one]] before it"),
    Text("세로축은 서비스마다 다르며 0에서 시작하지 않음",
         "own scale in each panel, not from zero"),
)  # fmt: skip
_INDEX_NOTE = Text(
    "표준화 지수는 달마다 기준을 새로 정하므로(점선) 달끼리 잇지 않으며 0을 함께 표시",
    "indices: scaled anew each month (dashed lines), so months are not joined; 0 is drawn",
)
_STILL = 0.005
"""Day services that change by less, as a share, are not said to move."""


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    breaks: Mapping[str, Sequence[str]] = MappingProxyType({}),
    narrow: bool = False,
) -> alt.FacetChart:
    """How the use of each service moved over the label months.

    `frame` has the columns month (YYYY-MM), service (id) and value (days a month, or the
    standardised index), and optionally group (a name): then one line for each group, the first
    one named in the frame in colour, and the title is about it. Missing months break the line.
    The scale of an index is set anew each month, so its months are parted and no line joins them.
    `audience` names whom the lines are about where there is no `group`; `breaks` are the months
    (YYYY-MM) into which the city's series of a service may be broken, by service.
    """
    groups, shown = groups_of(frame), services_of(frame)
    width, height = (124, 96) if narrow else (160, 118)
    facet = alt.Facet(
        "panel:N", sort=[panel_name(service, lang) for service in shown], title=None,
        header=alt.Header(labelFontSize=11 if narrow else 12),
    )  # fmt: skip
    return alt.FacetChart(
        data=alt.InlineData(values=rows_of(frame, lang)),
        spec=alt.LayerChart(
            layer=_layers(groups, _step(frame, width), lang, narrow), width=width, height=height
        ),
        facet=facet,
        columns=2 if narrow else 4,
        title=heading(
            frame,
            lang=lang,
            window=window,
            synthetic=synthetic,
            audience=audience,
            breaks=breaks,
            narrow=narrow,
        ),
        # Panels stand in line whatever the width of their figures, which needs room between.
        bounds="flush",
        spacing=alt.RowColnumber(row=66, column=48),
        resolve=alt.Resolve(
            scale=alt.ScaleResolveMap(y="independent"), axis=alt.AxisResolveMap(x="independent")
        ),
    )


def heading(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    breaks: Mapping[str, Sequence[str]] = MappingProxyType({}),
    narrow: bool = False,
) -> alt.TitleParams:
    """The finding and what it rests on, whoever draws the lines; takes what `draw` takes."""
    groups = groups_of(frame)
    about = audience or (groups[0] if groups else "")
    indices = any(service.is_index for service in services_of(frame))
    own = frame.filter(frame["group"] == groups[0]) if len(groups) > 1 else frame
    notes = (*_NOTES, _INDEX_NOTE) if indices else _NOTES
    return theme.heading(
        _finding(own, about, lang),
        [about or in_force().fill(_EVERYONE)(lang),
         *(in_force().fill(note)(lang) for note in notes), *_broken(breaks, lang)],
        lang=lang, window=window, synthetic=synthetic,
        width=theme.NARROW if narrow else theme.PANELS,
    )  # fmt: skip


def _broken(breaks: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    """The months into which a line may be broken, by service."""
    return [
        Text(f"{in_force().measures[service].text.ko}: {', '.join(months)}에 계열이 끊겼을 수 있음",
             f"{in_force().measures[service].text.en}: possible break in {', '.join(months)}")(lang)
        for service, months in breaks.items()
    ]  # fmt: skip


def groups_of(frame: pl.DataFrame) -> list[str]:
    """The groups that have a line, the one it is about first; a nameless one without a choice."""
    return list(dict.fromkeys(frame["group"].to_list())) if "group" in frame.columns else [""]


def services_of(frame: pl.DataFrame) -> list[Measure]:
    """The services that have a panel, in the order of the catalogue."""
    present = set(frame["service"].to_list())
    return [service for service in in_force().services if service.id in present]


def panel_name(service: Measure, lang: Lang) -> str:
    """What stands above a panel: the service and its unit."""
    unit = Text("표준화 지수", "index")(lang) if service.is_index else service.unit(lang)
    return f"{service.text.ko}({unit})" if lang == "ko" else f"{service.text.en} ({unit})"


def rows_of(frame: pl.DataFrame, lang: Lang) -> list[dict[str, Any]]:
    """One row for each month, service and group, with an empty value where a month is missing.

    `line` is the value where a line may join it to the next month's, `zero` where zero is drawn,
    `parted` whether the next month has another scale.
    """
    if frame.is_empty():
        return []
    present = sorted(Month.parse(month) for month in set(frame["month"].to_list()))
    lines: dict[tuple[str, str], dict[str, float]] = {}
    for row in known(frame, "value").iter_rows(named=True):
        lines.setdefault((row["service"], row.get("group", "")), {})[row["month"]] = row["value"]
    months = months_between(present[0], present[-1])
    return [
        _row(
            month,
            in_force().measures[service],
            group,
            values.get(str(month)),
            month == months[-1],
            lang,
        )
        for (service, group), values in lines.items()
        for month in months
    ]


def _row(
    month: Month, service: Measure, group: str, value: float | None, newest: bool, lang: Lang
) -> dict[str, Any]:
    return {
        "month": str(month),
        "service": service.id,
        "panel": panel_name(service, lang),
        "group": group,
        "value": value,
        "line": None if service.is_index else value,
        "zero": 0.0 if service.is_index and newest else None,
        "parted": service.is_index and not newest,
        "hover": "–" if value is None else figure(value, service.kind, lang),
    }


def _finding(frame: pl.DataFrame, about: str, lang: Lang) -> str:
    """The largest movement from the first month to the last, as a share; day services only."""
    usage = known(frame, "value").sort("month")
    months = usage["month"].unique().sort().to_list()
    if len(months) < 2:
        return Text(
            "한 달 자료만으로는 변화를 말할 수 없습니다", "One month alone shows no change"
        )(lang)
    values: dict[tuple[str, str], float] = {
        (service, month): value
        for service, month, value in usage.select("service", "month", "value").iter_rows()
    }
    moves: dict[str, float] = {}
    for service in (service for service in in_force().services if not service.is_index):
        first, last = (values.get((service.id, month)) for month in (months[0], months[-1]))
        if first and last is not None:
            moves[service.id] = last / first - 1
    if not moves:
        return Text("여러 달에 걸쳐 견줄 수 있는 서비스가 없습니다",
                    "No service can be compared over the months")(lang)  # fmt: skip
    most = max(moves, key=lambda id: abs(moves[id]))
    return _movement(most, moves[most], (months[0], months[-1]), about, lang)


def _movement(service: str, share: float, months: tuple[str, str], about: str, lang: Lang) -> str:
    if abs(share) < _STILL:
        return Text("눈에 띄게 변한 서비스는 없습니다", "No service changed noticeably")(lang)
    name = in_force().measures[service].text
    first, last = (Month.parse(month) for month in months)
    end = f"{last.month}월" if first.year == last.year else last.text.ko
    whose = f"{about}의 " if about else ""
    whom = f"{about[:1].upper()}{about[1:]}: use" if about else "Use"
    return Text(
        f"{first.text.ko}부터 {end}까지 {whose}{name.ko} 이용이 {abs(share):.0%} "
        f"{'늘어' if share > 0 else '줄어'} 가장 크게 변했습니다",
        f"{whom} of {in_sentence(name.en)} changed most, "
        f"{'up' if share > 0 else 'down'} {abs(share):.0%} from {first} to {last}",
    )(lang)


def _step(frame: pl.DataFrame, width: int) -> float:
    """Pixels from a month to the next: a scale of points leaves half a step at either end."""
    present = [Month.parse(month) for month in set(frame["month"].to_list())]
    return width / len(months_between(min(present), max(present))) if present else width


def _layers(groups: list[str], step: float, lang: Lang, narrow: bool) -> list[alt.Chart]:
    x = alt.X("month:O", title=None, scale=alt.Scale(type="point"), axis=alt.Axis(
        labelAngle=0, labelExpr=_month_labels(lang), labelOverlap="parity", labelSeparation=4,
        labelFontSize=10, tickSize=4, grid=False,
    ))  # fmt: skip

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(zero=False, nice=False, padding=8),
                     axis=alt.Axis(tickCount=3, labelFontSize=10, domain=False, ticks=False,
                                   labelPadding=4, labelFlush=6))  # fmt: skip

    hover = [alt.Tooltip("month:N", title=" "), alt.Tooltip("hover:N", title="  ")]
    if len(groups) > 1:
        hover.insert(0, alt.Tooltip("group:N", title="   "))
    colour = _colour(groups)
    line = alt.Chart().mark_line(
        strokeWidth=2, invalid="break-paths-show-path-domains"
    ).encode(x=x, y=y("line"), color=colour, detail="group:N")  # fmt: skip
    zero = alt.Chart().transform_filter("isValid(datum.zero)").mark_rule(style="quiet").encode(
        y=y("zero")
    )  # fmt: skip
    breaks = alt.Chart().transform_filter("datum.parted").mark_rule(
        style="quiet", strokeDash=[2, 3], xOffset=step / 2
    ).encode(x=x)  # fmt: skip
    points = alt.Chart().mark_circle(size=24 if narrow else 32, opacity=1).encode(
        x=x, y=y("value"), color=colour, detail="group:N", tooltip=hover
    )  # fmt: skip
    return [breaks, zero, line, points]


def _month_labels(lang: Lang) -> str:
    """`1월` or `Jan`, with the year under the first month and under every January."""
    month = "toNumber(slice(datum.value, 5))"
    name = f"{month} + '월'" if lang == "ko" else f"{json.dumps(ENGLISH_MONTHS)}[{month} - 1]"
    return f"datum.index === 0 || {month} === 1 ? [{name}, slice(datum.value, 0, 4)] : {name}"


def _colour(groups: list[str]) -> alt.Color:
    """One colour a group; a single group needs no legend."""
    colours = [theme.GROUPS[place % len(theme.GROUPS)] for place in range(len(groups))]
    legend = alt.Legend(title=None, orient="bottom", direction="horizontal", columnPadding=24)
    return alt.Color(
        "group:N",
        scale=alt.Scale(domain=groups, range=colours),
        legend=legend if len(groups) > 1 else None,
    )


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
    finding, details = in_one_line(heading(picture.frame, **picture.options))
    rows, groups = rows_of(picture.frame, lang), groups_of(picture.frame)
    plots = [
        (panel_name(service, lang), [row for row in rows if row["service"] == service.id])
        for service in services_of(picture.frame)
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
            Text(f"{month.month}월", ENGLISH_MONTHS[month.month - 1])(lang)
            if place % every == 0
            else "",
            str(month.year) if place == 0 or month.month == 1 else "",
        )
        for place, month in enumerate(months)
    ]
