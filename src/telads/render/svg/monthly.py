"""Services over months, one small panel each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from telads.dataset import Measure, in_force
from telads.method.horizons import YEAR
from telads.model import Month, months_between
from telads.render.svg.drawing import (
    NARROW,
    PANELS,
    UNKNOWN,
    Body,
    Drawing,
    Table,
    drawing,
    known,
    rows_of,
)
from telads.render.svg.fonts import pixels
from telads.render.svg.lines import path, scale
from telads.render.svg.markup import LABEL, NAME, tag, text, title
from telads.render.svg.theme import Look, service_colour
from telads.text import Lang, Text
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
    "표준화 점수는 달마다 기준을 새로 정하므로(점선) 달끼리 잇지 않으며 0을 함께 표시",
    "standardised scores: new scale each month (dashed lines), so months are not joined; 0 is "
    "drawn",
)
_YEAR_AGO = Text("색 점선은 한 해 전 같은 달", "dotted in colour: the same month a year ago")
_BREAK = Text("{month}에 계열이 끊겼을 수 있음", "possible break in {month}")
_WHO, _MONTH = Text("누구", "Who"), Text("기준월", "Month")
_STILL = 0.005
"""Smallest relative change of a day service that is called a movement."""


class _Layout(NamedTuple):
    """Geometry of a panel, in pixels."""

    columns: int
    width: int
    """Width of the picture."""
    height: int
    """Height of a plot."""
    gap: int
    """Horizontal gap between panels."""
    left: int = 0
    """Width of the scale's labels."""


_WIDE = _Layout(columns=4, width=PANELS, height=124, gap=24)
_NARROW = _Layout(columns=2, width=NARROW, height=104, gap=12)
_TOP, _BELOW = 24, 52
"""Heights above a plot for its name, and below it for the months."""
_INSET = 10
"""Margin of a plot around its lines."""
_LEGEND = 34
_DOT = 3
_HIT = 18
"""Width of a dot's invisible rim, an easier target for the pointer."""


class _Point(NamedTuple):
    """A service of a group in a month."""

    month: Month
    value: float | None

    def written(self, service: Measure, lang: Lang) -> str:
        """The figure with its unit."""
        return UNKNOWN if self.value is None else figure(self.value, service.kind, lang)


class _Plot(NamedTuple):
    """A panel: a service with the points of each group, month by month."""

    service: Measure
    series: list[list[_Point]]
    breaks: Sequence[str]

    @property
    def colour(self) -> str:
        """Colour name of the service."""
        return service_colour(in_force().service_ids.index(self.service.id))

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and greatest figure; an index includes zero."""
        values = [point.value for own in self.series for point in own if point.value is not None]
        values += [0.0] if self.service.is_index else []
        return min(values, default=0.0), max(values, default=0.0)


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    breaks: Mapping[str, Sequence[str]] = MappingProxyType({}),
    narrow: bool = False,
) -> Drawing:
    """Draw the use of each service over the label months.

    `frame` has the columns month (YYYY-MM), service (id) and value (days a month, or the
    standardised index), and optionally group (a name): then one line for each group, the first
    one in the frame in colour, and the title is about it. Missing months break the line. An index
    is rescaled each month, so its months are separated and not joined by a line. Of other services
    a dotted line has the figures of the same month a year ago, where they are known. `audience`
    names whom the lines are about if there is no `group`; `breaks` are the months (YYYY-MM) at
    which a service's series may be broken in the city, by service.
    """
    groups, services = _groups_of(frame), _services_of(frame)
    about = audience or (groups[0] if groups else "")
    own = frame.filter(frame["group"] == groups[0]) if len(groups) > 1 else frame
    notes = (*_NOTES, _INDEX_NOTE) if any(service.is_index for service in services) else _NOTES
    if _has_years(own):
        notes = (*notes, _YEAR_AGO)
    return drawing(
        "monthly", _finding(own, about, lang),
        [about or _EVERYONE(lang), *(note(lang) for note in notes), *_broken(breaks, lang)],
        lang=lang, window=window, synthetic=synthetic, unit="", frame=_with_unit(frame, lang),
        table=_table(frame, lang),
        body=_body(
            _plots(frame, groups, services, breaks), groups, lang, _NARROW if narrow else _WIDE
        ),
    )  # fmt: skip


def panel_name(service: Measure, lang: Lang) -> str:
    """Heading of a panel: the service and its unit."""
    unit = _unit(service, lang)
    return f"{service.text.ko}({unit})" if lang == "ko" else f"{service.text.en} ({unit})"


def _unit(service: Measure, lang: Lang) -> str:
    return Text("표준화 점수", "index")(lang) if service.is_index else service.unit(lang)


def _with_unit(frame: pl.DataFrame, lang: Lang) -> pl.DataFrame:
    """The rows, each with the unit of its service."""
    import polars as pl

    units = {service.id: _unit(service, lang) for service in in_force().services}
    return frame.with_columns(unit=pl.col("service").replace_strict(units, return_dtype=pl.String))


def _plots(
    frame: pl.DataFrame,
    groups: Sequence[str],
    services: Sequence[Measure],
    breaks: Mapping[str, Sequence[str]],
) -> list[_Plot]:
    """One plot for each service, with every month of the frame, known or not."""
    values: dict[tuple[str, str, str], float] = {
        (row["service"], row.get("group", ""), row["month"]): row["value"]
        for row in known(frame, "value").iter_rows(named=True)
    }
    present = sorted(Month.parse(month) for month in set(frame["month"].to_list()))
    months = months_between(present[0], present[-1]) if present else ()
    return [
        _Plot(
            service,
            [[_Point(month, values.get((service.id, group, str(month)))) for month in months]
             for group in groups],
            breaks.get(service.id, ()),
        )
        for service in services
    ]  # fmt: skip


def _body(plots: Sequence[_Plot], groups: Sequence[str], lang: Lang, layout: _Layout) -> Body:
    ticks = [pixels(told, LABEL) for plot in plots for _, told in scale(*plot.ends)]
    layout = layout._replace(left=ceil(max(ticks, default=0.0)) + 8)
    pitch = (layout.width + layout.gap) / layout.columns
    rise = _TOP + layout.height + _BELOW
    down = ceil(len(plots) / layout.columns) * rise
    grouped = len(groups) > 1

    def paint(look: Look) -> str:
        parts = []
        for at, plot in enumerate(plots):
            x, y = at % layout.columns * pitch, at // layout.columns * rise
            panel = _Panel(plot, groups, layout, pitch - layout.gap, lang).paint(look)
            parts.append(tag("g", panel, transform=f"translate({x:g} {y:g})"))
        return "\n".join(parts) + (_legend(groups, down, layout, look) if grouped else "")

    return Body(layout.width, down + (_LEGEND if grouped else 0), paint)


class _Panel(NamedTuple):
    """A plot at its position."""

    plot: _Plot
    groups: Sequence[str]
    layout: _Layout
    width: float
    lang: Lang

    @property
    def _step(self) -> float:
        """Pixels between months."""
        months = len(self.plot.series[0]) if self.plot.series else 0
        return (self.width - self.layout.left - 2 * _INSET) / max(months - 1, 1)

    def _x(self, at: float) -> float:
        return self.layout.left + _INSET + at * self._step

    def _y(self, value: float) -> float:
        low, high = self.plot.ends
        share = (high - value) / (high - low) if high > low else 0.5
        return _TOP + _INSET + share * (self.layout.height - 2 * _INSET)

    def paint(self, look: Look) -> str:
        service, series = self.plot.service, self.plot.series
        own, *beside = series or [[]]
        name = panel_name(service, self.lang)
        size = NAME if pixels(name, NAME, bold=True) <= self.width else LABEL
        parts = [text(name, 0, 12, look, size=size, fill="ink", bold=True, kind="name")]
        parts += self._scale(look)
        parts += self._partings(own, look)
        if not service.is_index:  # months of an index are not joined
            parts += [self._line(other, look, beside=True) for other in beside]
            parts.append(self._year_ago(own, look))
            parts.append(self._line(own, look))
        for place, other in enumerate(beside, 1):
            # A single dot beside the group's own line would hide it.
            parts += self._dots(other, look, place) if service.is_index else []
        parts += self._dots(own, look, 0)
        parts += self._months(own, look)
        return "".join(parts)

    def _scale(self, look: Look) -> list[str]:
        left, wide = self.layout.left, self.width - self.layout.left
        parts = []
        for tick, told in scale(*self.plot.ends):
            y = self._y(tick)
            zero = self.plot.service.is_index and tick == 0
            if not zero:
                parts.append(tag("path", d=f"M{left} {y:.1f}h{wide:g}", stroke=look["line"]))
            parts.append(text(told, left - 6, y, look, size=LABEL, anchor="end", middle=True,
                              kind="tick"))  # fmt: skip
        if self.plot.service.is_index:
            parts.append(tag("path", kind="zero", d=f"M{left} {self._y(0.0):.1f}h{wide:g}",
                             stroke=look["muted"]))  # fmt: skip
        return parts

    def _partings(self, own: Sequence[_Point], look: Look) -> list[str]:
        """Separators between the months' scales, and marks where a series may be broken."""
        high = self.layout.height
        parts = []
        if self.plot.service.is_index:
            parts += [
                tag("path", kind="parting", d=f"M{self._x(at + 0.5):.1f} {_TOP}v{high}",
                    stroke=look["line"], stroke_dasharray="2 3")
                for at in range(len(own) - 1)
            ]  # fmt: skip
        for at, point in enumerate(own):
            if at and str(point.month) in self.plot.breaks:
                told = title(_BREAK.format(month=point.month.text(self.lang))(self.lang))
                x = self._x(at - 0.5)
                mark = tag("path", d=f"M{x:.1f} {_TOP}v{high}", stroke=look["break"],
                           stroke_width=1.5, stroke_dasharray="5 3")  # fmt: skip
                hit = tag("path", d=f"M{x:.1f} {_TOP}v{high}", stroke=look["break"],
                          stroke_width=_HIT / 2, stroke_opacity=0)  # fmt: skip
                parts.append(tag("g", told + mark + hit, kind="break"))
        return parts

    def _line(self, points: Sequence[_Point], look: Look, beside: bool = False) -> str:
        known = [
            None if point.value is None else (self._x(at), self._y(point.value))
            for at, point in enumerate(points)
        ]
        drawn = path(known)
        if not drawn:
            return ""
        colour = "muted" if beside else self.plot.colour
        return tag("path", kind="beside" if beside else "own", d=drawn, fill="none",
                   stroke=look[colour], stroke_width=1.5 if beside else 2, stroke_linejoin="round",
                   stroke_linecap="round", stroke_dasharray="4 4" if beside else None)  # fmt: skip

    def _year_ago(self, own: Sequence[_Point], look: Look) -> str:
        """The same line a year later, so that each month lies beside that of a year ago."""
        known = [
            None if value is None else (self._x(at), self._y(value))
            for at, value in enumerate(_years_ago(own))
        ]
        drawn = path(known)
        # A month alone is a dot.
        alone = "h0" if sum(point is not None for point in known) == 1 else ""
        return tag("path", kind="year-ago", d=drawn + alone, fill="none",
                   stroke=look[self.plot.colour], stroke_width=1.5, stroke_linecap="round",
                   stroke_dasharray="0.1 4") if drawn else ""  # fmt: skip

    def _dots(self, points: Sequence[_Point], look: Look, group: int) -> list[str]:
        colour = look["muted" if group else self.plot.colour]
        return [
            tag("circle", title(self._hover(at)), kind="dot-beside" if group else "dot",
                cx=self._x(at), cy=self._y(point.value), r=_DOT, fill=colour, stroke=colour,
                stroke_width=_HIT, stroke_opacity=0)
            for at, point in enumerate(points)
            if point.value is not None
        ]  # fmt: skip

    def _hover(self, at: int) -> str:
        """Figures of a month: `2023년 4월: 월 15.3일`, with groups each by its name."""
        points = [own[at] for own in self.plot.series]
        figures = [
            f"{group} {point.written(self.plot.service, self.lang)}".strip()
            for group, point in zip(self.groups, points, strict=True)
        ]
        service, ago = self.plot.service, _years_ago(self.plot.series[0])[at]
        if ago is not None and not service.is_index:
            told = figure(ago, service.kind, self.lang)
            figures.insert(1, Text(f"한 해 전 {told}", f"a year ago {told}")(self.lang))
        return f"{points[0].month.text(self.lang)}: {', '.join(figures)}"

    def _months(self, own: Sequence[_Point], look: Look) -> list[str]:
        """Names of months as far as they fit, with the year below the first and each January."""
        foot = _TOP + self.layout.height
        names = [_month_name(point.month, self.lang) for point in own]
        room = max((pixels(name, LABEL) for name in names), default=0.0) + 6
        every = max(1, ceil(room / self._step))
        parts = []
        for at, (point, name) in enumerate(zip(own, names, strict=True)):
            if at % every == 0:
                parts.append(text(name, self._x(at), foot + 15, look, size=LABEL, anchor="middle",
                                  kind="month"))  # fmt: skip
            if at == 0 or point.month.month == 1:
                parts.append(text(str(point.month.year), self._x(at), foot + 29, look, size=LABEL,
                                  anchor="middle", kind="year"))  # fmt: skip
        return parts


def _years_ago(points: Sequence[_Point]) -> list[float | None]:
    """Figures of the same months a year ago; None where they are not among the points."""
    values = {point.month: point.value for point in points}
    return [values.get(point.month + -YEAR) for point in points]


def _has_years(frame: pl.DataFrame) -> bool:
    """Whether a service counted in days has a month and the same month a year ago."""
    indexes = {service.id for service in in_force().indexes}
    told = {
        (row["service"], Month.parse(row["month"]))
        for row in known(frame, "value").iter_rows(named=True) if row["service"] not in indexes
    }  # fmt: skip
    return any((service, month + -YEAR) in told for service, month in told)


def _legend(groups: Sequence[str], y: float, layout: _Layout, look: Look) -> str:
    """The first group's line is solid in its service's colour, the others are dashed."""
    parts, x, row = [], 0.0, 0
    for place, name in enumerate(groups):
        wide = 32 + pixels(name, NAME) + 24
        if x and x + wide - 24 > layout.width:
            x, row = 0.0, row + 16
        parts.append(tag("path", d=f"M{x:g} {8 + row}h24", fill="none", stroke_width=2,
                         stroke=look["muted" if place else "ink"],
                         stroke_dasharray="4 4" if place else None))  # fmt: skip
        parts.append(text(name, x + 32, 8 + row, look, fill="ink", middle=True))
        x += wide
    return tag("g", "".join(parts), transform=f"translate(0 {y:g})", kind="legend")


def _month_name(month: Month, lang: Lang) -> str:
    return f"{month.month}월" if lang == "ko" else ENGLISH_MONTHS[month.month - 1]


def _table(frame: pl.DataFrame, lang: Lang) -> Table:
    """Months by service; with a group of people the city's below it."""
    rows = rows_of(frame)
    services = _services_of(frame)
    known: dict[tuple[str, str], dict[str, float | None]] = {}
    for row in rows:
        known.setdefault((row["month"], row.get("group", "")), {})[row["service"]] = row["value"]
    grouped = any(group for _, group in known)
    return Table(
        [_MONTH(lang), *([_WHO(lang)] if grouped else []),
         *(f"{service.text(lang)} ({service.unit(lang)})" for service in services)],
        [
            [Month.parse(month).text(lang), *([group] if grouped else []),
             *(_in_unit(values.get(service.id), service) for service in services)]
            for (month, group), values in sorted(known.items(), key=lambda item: item[0][0])
        ],
        names=2 if grouped else 1,
    )  # fmt: skip


def _in_unit(value: float | None, service: Measure) -> str:
    return UNKNOWN if value is None else number(value, service.kind)


def _broken(breaks: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    """Months at which a line may be broken, by service."""
    return [
        Text(f"{in_force().measures[service].text.ko}: {', '.join(months)}에 계열이 끊겼을 수 있음",
             f"{in_force().measures[service].text.en}: possible break in {', '.join(months)}")(lang)
        for service, months in breaks.items()
    ]  # fmt: skip


def _groups_of(frame: pl.DataFrame) -> list[str]:
    """Groups with a line, the subject first; one nameless group if the frame has none."""
    return list(dict.fromkeys(frame["group"].to_list())) if "group" in frame.columns else [""]


def _services_of(frame: pl.DataFrame) -> list[Measure]:
    """Services with a panel, in the catalogue's order."""
    present = set(frame["service"].to_list())
    return [service for service in in_force().services if service.id in present]


def _finding(frame: pl.DataFrame, about: str, lang: Lang) -> str:
    """State the largest relative movement from the first to the last month; day services only."""
    usage = known(frame, "value").sort("month")
    months = usage["month"].unique().sort().to_list()
    if len(months) < 2:
        return Text(
            "한 달 데이터만으로는 변화를 말할 수 없습니다", "One month alone shows no change"
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
        return Text("여러 달에 걸쳐 비교할 수 있는 서비스가 없습니다",
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
