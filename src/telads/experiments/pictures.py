"""Experiments by area: who has ads on the map, what would show, and both series with the gap."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import in_force
from telads.experiments.fields import ROLES
from telads.experiments.questions import role_of
from telads.experiments.sentences import percent
from telads.render.svg.city import Area, Legend, district_map, outlines
from telads.render.svg.drawing import DISTRICT, Body, Drawing, Table, drawing, width
from telads.render.svg.fonts import pixels
from telads.render.svg.lines import path, scale
from telads.render.svg.markup import LABEL, NAME, tag, text, title
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.experiments.design import Design, Point
    from telads.experiments.verdict import Verdict
    from telads.render.svg.theme import Look

_HIGH, _TOP, _FOOT = 240, 28, 40
"""Height of a plot, and of what stands above and below it, in pixels."""
_AREAS = Text("광고 지역 수", "areas with ads")
_SMALLEST = Text("확인할 수 있는 최소 효과", "smallest effect that would show")
_BESIDE = Text("비교(광고 지역과 맞닿음)", "compared, beside ads")
_NOTHING = Text("실험에 없음", "not in the experiment")
_ROLE = Text("실험에서의 역할", "role in the experiment")
_SEEN = Text("실제", "with ads")
_EXPECTED = Text("광고가 없었을 때", "expected without")
_WEEK = Text("주", "week")


def _window(design: Design) -> str:
    last = design.weeks[-1]
    return f"{design.wish.start} – {last.fromordinal(last.toordinal() + 6)}"


def draw_areas(design: Design, lang: Lang, *, narrow: bool = False) -> Drawing | None:
    """Map the districts of a design by their roles; None without a map of them."""
    if design.level != "district" or not outlines().districts:
        return None
    beside = {one.beside for one in design.borders or ()}
    areas: dict[str, Area] = {}
    rows: list[dict[str, Any]] = []
    for area in design.areas:
        role = role_of(area)
        near = role == "compared" and area.id in beside
        told = (_BESIDE if near else ROLES[role])(lang)
        colour = "pair-a" if area.treated else "pair-b" if near else "pair-none"
        label = ROLES["treated"](lang) if area.treated else ""
        areas[area.district] = Area(colour, label, told)
        rows.append({"district": area.district, "role": role, "beside": near})
    treated = [area.district for area in design.areas if area.treated]
    legend = [ROLES["treated"](lang), Text("인접", "beside")(lang), Text("비교", "compared")(lang)]
    return drawing(
        "experiment",
        Text("광고하는 지역과 비교하는 지역", "Areas with ads and areas compared")(lang),
        [_ROLE(lang)], lang=lang, window=_window(design), synthetic=design.synthetic,
        unit=_ROLE(lang), frame=rows,
        table=Table([DISTRICT(lang), _ROLE(lang)],
                    [[in_force().district_name(row["district"], lang),
                      areas[row["district"]].hover] for row in rows], names=2),
        body=district_map(
            areas,
            Legend(Text("인접: 광고 지역과 맞닿은 비교 지역",
                        "beside: compared, bordering ads")(lang),
                   ("pair-a", "pair-b", "pair-none"),
                   list(zip((0.0, 0.5, 1.0), legend, strict=True)),
                   _NOTHING(lang) if len(areas) < len(outlines().districts) else ""),
            lang=lang, narrow=narrow, first=treated,
        ),
    )  # fmt: skip


class _Plot(NamedTuple):
    """A plot: its axes, and where values stand."""

    wide: float
    left: float
    low: float
    high: float
    columns: int

    def x(self, at: float) -> float:
        return self.left + 8 + at * (self.wide - self.left - 16) / max(self.columns - 1, 1)

    def y(self, value: float) -> float:
        share = (self.high - value) / ((self.high - self.low) or 1)
        return _TOP + share * _HIGH

    def ticks(self, told: Sequence[tuple[float, str]], look: Look) -> list[str]:
        """Lines of the scale with their labels."""
        parts = []
        for value, label in told:
            y = self.y(value)
            parts.append(tag("path", d=f"M{self.left:g} {y:.1f}H{self.wide:g}",
                             stroke=look["line"]))  # fmt: skip
            parts.append(text(label, self.left - 6, y, look, size=LABEL, anchor="end", middle=True,
                              kind="tick"))  # fmt: skip
        return parts

    def below(self, labels: Sequence[str], look: Look) -> list[str]:
        """Labels of the horizontal axis, as many as have room."""
        room = max((pixels(one, LABEL) for one in labels), default=1) + 10
        step = max(1, ceil(room / max(self.x(1) - self.x(0), 1)))
        return [
            text(label, min(self.x(at), self.wide - pixels(label, LABEL) / 2), _TOP + _HIGH + 18,
                 look, size=LABEL, anchor="middle", kind="tick")
            for at, label in enumerate(labels) if at % step == 0
        ]  # fmt: skip


def _left(told: Sequence[tuple[float, str]]) -> float:
    return ceil(max((pixels(label, LABEL) for _, label in told), default=0)) + 8


def _key(lines: Sequence[tuple[str, bool]], x: float, look: Look) -> list[str]:
    """What the lines are, from `x` on: each name, and whether its line is the picture's own."""
    parts = []
    for name, own in lines:
        parts.append(tag("path", d=f"M{x:.0f} 9h20", stroke=look["ink" if own else "muted"],
                         stroke_width=2.5 if own else 2,
                         stroke_dasharray=None if own else "5 4"))  # fmt: skip
        parts.append(text(name, x + 26, 12, look, size=LABEL, fill="ink" if own else "muted"))
        x += 46 + pixels(name, LABEL)
    return parts


def draw_curve(design: Design, lang: Lang, *, narrow: bool = False) -> Drawing | None:
    """Draw the smallest effect that would show by areas with ads; None without one.

    The line is that of the design's own weeks; a dashed line stands beside it for each of up to two
    other lengths, the next shorter and the next longer.
    """
    if len({one.treated for one in design.curve if one.effect is not None}) < 2:
        return None
    series = design.curves
    own, *near = series
    shown = [one for several in series.values() for one in several]
    numbers = sorted({one.treated for one in shown})
    top = max(one.effect or 0 for one in shown) * 100
    told = [(value, f"{label}%") for value, label in scale(0.0, top * 1.05)]
    wide = width(narrow)
    plot = _Plot(wide, _left(told), 0.0, top * 1.05, len(numbers))

    def points(several: Sequence[Point]) -> list[tuple[float, float]]:
        return [(plot.x(numbers.index(one.treated)), plot.y(100 * (one.effect or 0)))
                for one in sorted(several, key=lambda one: one.treated)]  # fmt: skip

    def paint(look: Look) -> str:
        parts = plot.ticks(told, look)
        if own:
            beside = ", ".join(_weeks(weeks, lang) for weeks in near if weeks)
            parts += _key([(_weeks(own, lang), True), (beside, False)][: 1 + bool(near)], 0, look)
        for weeks, several in reversed(series.items()):
            mine = weeks == own
            parts.append(tag(
                "path", kind="own" if mine else "beside", d=path(points(several)), fill="none",
                stroke=look["ink" if mine else "muted"], stroke_width=2.5 if mine else 1.5,
                stroke_dasharray=None if mine else "4 4"))  # fmt: skip
        for one, (x, y) in zip(sorted(series[own], key=lambda one: one.treated),
                               points(series[own]), strict=True):  # fmt: skip
            asked = one.treated == design.wish.treated
            told_of = title(f"{one.treated} {_AREAS(lang)}: {percent(one.effect or 0)}")
            parts.append(tag("circle", told_of, cx=round(x, 1), cy=round(y, 1),
                             r=6 if asked else 3.5, fill=look["ink"]))  # fmt: skip
            if asked:
                parts.append(text(percent(one.effect or 0), x, y + 22, look, size=NAME, fill="ink",
                                  bold=True, anchor="middle", rim=look["surface"]))  # fmt: skip
        parts += plot.below([str(number) for number in numbers], look)
        parts.append(text(_AREAS(lang), wide, _TOP + _HIGH + 36, look, size=LABEL, anchor="end"))
        return "".join(parts)

    rows = [{"treated": one.treated, "weeks": one.weeks, "smallest": one.effect} for one in shown]
    return drawing(
        "curve", Text("광고 지역 수에 따라 확인할 수 있는 최소 효과",
                      "The smallest effect that would show, by areas with ads")(lang),
        [_SMALLEST(lang)], lang=lang, window=_window(design), synthetic=design.synthetic, unit="%",
        frame=rows,
        table=Table([_AREAS(lang), _WEEK(lang), _SMALLEST(lang)],
                    [[str(one.treated), str(one.weeks or "–"), percent(one.effect or 0)]
                     for one in shown]),
        body=Body(wide, _TOP + _HIGH + _FOOT, paint),
    )  # fmt: skip


def _weeks(count: int, lang: Lang) -> str:
    return Text(f"{count}주", f"{count} week{'s' * (count != 1)}")(lang)


def draw_verdict(design: Design, verdict: Verdict, lang: Lang, *, narrow: bool = False) -> Drawing:
    """Draw areas with ads by week beside what is expected without ads; the test's gap is filled."""
    weeks = verdict.weeks
    values = [value for one in weeks for value in (one.seen, one.expected)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low or 1.0) * 0.08
    low, high = max(0.0, low - room), high + room
    told = scale(low, high)
    wide = width(narrow)
    plot = _Plot(wide, _left(told), low, high, len(weeks))
    seen = [(plot.x(at), plot.y(one.seen)) for at, one in enumerate(weeks)]
    expected = [(plot.x(at), plot.y(one.expected)) for at, one in enumerate(weeks)]
    test = [at for at, one in enumerate(weeks) if one.test]

    def paint(look: Look) -> str:
        parts = plot.ticks(told, look)
        if test:
            gap = [seen[at] for at in test] + [expected[at] for at in reversed(test)]
            parts.append(tag("path", kind="gap", d=path(gap) + "Z", fill=look["ink"],
                             fill_opacity=0.18))  # fmt: skip
            x = (plot.x(test[0]) + plot.x(test[0] - 1)) / 2 if test[0] else plot.x(0)
            parts.append(tag("path", kind="start", d=f"M{x:.1f} {_TOP}v{_HIGH}",
                             stroke=look["muted"], stroke_dasharray="2 3"))  # fmt: skip
        parts.append(tag("path", kind="beside", d=path(expected), fill="none",
                         stroke=look["muted"], stroke_width=2, stroke_dasharray="5 4"))  # fmt: skip
        parts.append(tag("path", kind="own", d=path(seen), fill="none", stroke=look["ink"],
                         stroke_width=2.5, stroke_linejoin="round"))  # fmt: skip
        for one, (x, y) in zip(weeks, seen, strict=True):
            said = title(f"{one.week}: {_SEEN(lang)} {one.seen:,.0f}, "
                         f"{_EXPECTED(lang)} {one.expected:,.0f}")  # fmt: skip
            parts.append(tag("circle", said, cx=round(x, 1), cy=round(y, 1), r=3.5,
                             fill=look["ink"]))  # fmt: skip
        parts += _key([(_SEEN(lang), True), (_EXPECTED(lang), False)], 0, look)
        return "".join(parts + plot.below([one.week[5:] for one in weeks], look))

    rows = [vars(one) for one in weeks]
    return drawing(
        "verdict", Text("광고 지역의 결과와, 광고가 없었을 때의 예상",
                        "Areas with ads, and what is expected without ads")(lang),
        [verdict.unit], lang=lang, window=_window(design), synthetic=design.synthetic,
        unit=verdict.unit, frame=rows,
        table=Table([_WEEK(lang), _SEEN(lang), _EXPECTED(lang)],
                    [[one.week, f"{one.seen:,.0f}", f"{one.expected:,.0f}"] for one in weeks]),
        body=Body(wide, _TOP + _HIGH + _FOOT - 14, paint),
    )  # fmt: skip
