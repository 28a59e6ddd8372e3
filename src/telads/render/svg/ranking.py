"""Ranked services: by affinity of a group, or by association with another service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import Measure, in_force
from telads.render.svg.drawing import UNKNOWN, Body, Drawing, Table, drawing, known, width
from telads.render.svg.fonts import pixels
from telads.render.svg.lines import scale
from telads.render.svg.markup import LABEL, NAME, tag, text, title
from telads.render.svg.theme import TIES, Look
from telads.text import Lang, Text, join_names, josa
from telads.wording import be, in_sentence, number

if TYPE_CHECKING:
    import polars as pl

_SHADES = Text("같은 색은 공동 순위", "same colour: order uncertain")
_INTERVAL = Text("띠는 80% 구간", "bands: 80% interval")
_CHANCE = Text("%는 1위일 확률", "%: chance of being first")
_AFFINITY = Text("0 = {city} 시민 평균, 단위는 표준편차",
                 "0 = {city} average, in standard deviations")  # fmt: skip
_ASSOCIATION = Text(
    "같은 나이 안에서 동네 사이의 상관", "correlation between neighbourhoods within an age"
)
_AXIS = {True: Text("동반 이용", "used together"), False: Text("이용 강도", "usage score")}
_DEVIATIONS = Text("표준편차", "standard deviations")
_CORRELATION = Text("상관계수", "correlation")
_SERVICE, _LOW, _HIGH = (
    Text("서비스", "Service"),
    Text("구간 하한", "Low"),
    Text("구간 상한", "High"),
)
_FIRST = Text("1위 확률", "Chance of first")
_ROW, _DOT, _BAND = 34, 6.5, 6
_LABEL_GAP = 12
"""Pixels from the middle of a dot, or the end of its interval, to its label."""
_FOOT = 44
"""Height of the axis below the rows."""


class _Row(NamedTuple):
    """A service: its figure, interval and texts."""

    id: str
    value: float
    low: float | None
    high: float | None
    tie: int
    tied: bool
    label: str
    hover: str


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    service: Measure | None = None,
    audience: str = "",
    narrow: bool = False,
) -> Drawing:
    """Draw ranked services as dots.

    Two kinds of `frame`: service (id), association (-1..1), low, high (80 % interval), p_first
    (0..1) and tie_group (1 = front runners) rank the services that go with `service`; service,
    affinity (standard deviations above the city's mean person) and labels (a list; `tie` is of
    those not distinguishable from the first) are those of an audience, the first one on top.
    Rows without a figure are left out. `audience` names whose ranking it is.
    """
    associated = "association" in frame.columns
    column = "association" if associated else "affinity"
    ordered = known(frame, column)
    if associated:
        ordered = ordered.sort(column, descending=True, maintain_order=True)
    rows = [_row(row, column, lang, narrow) for row in ordered.iter_rows(named=True)]
    if associated:
        finding, unit = _associated(rows, service, lang), _CORRELATION(lang)
        chance = _CHANCE(lang) if narrow else ""
        details = [audience, _ASSOCIATION(lang), _INTERVAL(lang), chance, _SHADES(lang)]
    else:
        finding, unit = _preferred(rows, audience, lang), _DEVIATIONS(lang)
        details = [audience, _AFFINITY(lang)]
    return drawing(
        "ranking", finding, details,
        lang=lang, window=window, synthetic=synthetic, unit=unit, frame=ordered,
        table=_table(rows, ordered, associated, lang),
        body=_body(rows, _AXIS[associated](lang), lang, width(narrow)),
    )  # fmt: skip


def _row(row: dict[str, Any], column: str, lang: Lang, narrow: bool) -> _Row:
    chance, value = row.get("p_first"), row[column]
    label = number(value, "index")
    if chance is not None:
        share = _share(chance)
        long = Text(f"1위 확률 {share}", f"{share} chance of first")(lang)
        label = share if narrow else long
    low, high = row.get("low"), row.get("high")
    interval = ""
    if low is not None and high is not None:
        interval = f" ({number(low, 'index')}~{number(high, 'index')})"
    return _Row(
        row["service"], value, low, high, row.get("tie_group", 1), "tie" in row.get("labels", ()),
        label, number(value, "index") + interval,
    )  # fmt: skip


def _share(chance: float) -> str:
    return "<1%" if chance < 0.005 else f"{chance:.0%}"


def _body(rows: list[_Row], axis: str, lang: Lang, wide: float) -> Body:
    names = {row.id: in_force().measures[row.id].text(lang) for row in rows}
    left = max((pixels(name, 13) for name in names.values()), default=0.0) + 16
    low, high = _domain(rows, wide - left)
    unit = (wide - left) / (high - low)
    ties = sorted({row.tie for row in rows})
    colours = {tie: f"tie-{min(place, TIES - 1)}" for place, tie in enumerate(ties)}
    foot = _ROW * max(len(rows), 1)

    def x(value: float) -> float:
        return left + (value - low) * unit

    def row_of(row: _Row, at: int, look: Look) -> str:
        y, colour = _ROW * (at + 0.5), look[colours[row.tie]]
        parts = [text(names[row.id], left - 12, y, look, size=13, fill="ink", anchor="end",
                      middle=True, kind="service")]  # fmt: skip
        ends = (row.low, row.high) if row.low is not None and row.high is not None else None
        start, end = ends or sorted((0.0, row.value))
        parts.append(tag(
            "path", kind="interval" if ends else "stem",
            d=f"M{x(start):.1f} {y:g}H{x(end):.1f}", stroke=colour,
            stroke_width=_BAND if ends else 3, stroke_opacity=0.4,
            stroke_linecap="round" if ends else None,
        ))  # fmt: skip
        parts.append(tag("circle", title(f"{names[row.id]} {row.hover}"), cx=x(row.value), cy=y,
                         r=_DOT, fill=colour, stroke=colour, stroke_width=12,
                         stroke_opacity=0))  # fmt: skip
        before = ends is None and row.value < 0
        place = x(row.value) - _LABEL_GAP if before else x(end if ends else row.value) + _LABEL_GAP
        parts.append(text(row.label, place, y, look, fill="ink", middle=True, kind="label",
                          anchor="end" if before else None, rim=look["surface"]))  # fmt: skip
        return "".join(parts)

    def paint(look: Look) -> str:
        ticks = [(tick, "0" if abs(tick) < 1e-9 else told)
                 for tick, told in scale(low, high)]  # fmt: skip
        parts = [
            tag("path", d=f"M{x(tick):.1f} 0V{foot}", stroke=look["line"])
            for tick, _ in ticks
            if abs(tick) > 1e-9
        ]
        parts.append(tag("path", kind="zero", d=f"M{x(0.0):.1f} 0V{foot}", stroke=look["muted"],
                         stroke_width=1.5))  # fmt: skip
        parts += [row_of(row, at, look) for at, row in enumerate(rows)]
        parts += [
            text(told if tick <= 0 or told == "0" else f"+{told}", x(tick), foot + 16, look,
                 size=LABEL, anchor="middle", kind="tick")
            for tick, told in ticks
        ]  # fmt: skip
        parts.append(text(axis, (left + wide) / 2, foot + 36, look, size=LABEL, anchor="middle",
                          kind="axis"))  # fmt: skip
        return "".join(parts)

    return Body(wide, foot + _FOOT, paint)


def _domain(rows: list[_Row], wide: float) -> tuple[float, float]:
    """From the lowest to the highest figure and zero, with space for the labels at both ends."""
    ends = [end for row in rows for end in (row.low, row.high, row.value) if end is not None]
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    span = (high - low) or 1.0
    label = max((pixels(row.label, NAME) for row in rows), default=0.0) + _LABEL_GAP + 4
    intervals = any(row.high is not None for row in rows)
    left = _LABEL_GAP if intervals or low == 0 else label
    unit = span / max(wide - label - left, 1.0)
    return low - left * unit, high + label * unit


def _table(rows: list[_Row], frame: pl.DataFrame, associated: bool, lang: Lang) -> Table:
    """Ranked services with their figures."""
    heads = [_SERVICE(lang), _AXIS[associated](lang)]
    if not associated:
        return Table(heads, [[in_force().measures[row.id].text(lang), number(row.value, "index")]
                             for row in rows])  # fmt: skip
    chances = frame["p_first"].to_list()
    return Table(
        [*heads, _LOW(lang), _HIGH(lang), _FIRST(lang)],
        [
            [in_force().measures[row.id].text(lang),
             *(UNKNOWN if value is None else number(value, "index")
               for value in (row.value, row.low, row.high)),
             UNKNOWN if chance is None else _share(chance)]
            for row, chance in zip(rows, chances, strict=True)
        ],
    )  # fmt: skip


def _associated(rows: list[_Row], service: Measure | None, lang: Lang) -> str:
    """State the association of neighbourhoods, never of persons: the data are cells."""
    asked = service.text if service else Text("이 서비스", "this service")
    front = [row for row in rows if row.tie == rows[0].tie]
    clear = [row for row in front if row.low is not None and row.low > 0]
    if not clear:
        where = f"in neighbourhoods where {in_sentence(asked.en)} {be(asked.en)}"
        return Text(
            f"{josa(asked.ko, '을/를')} 많이 쓰는 동네에서 뚜렷하게 더 쓰는 서비스는 없습니다",
            f"No service is clearly used more {where}",
        )(lang)
    names = [in_force().measures[row.id].text for row in clear]
    also = Text(join_names([name.ko for name in names], "ko"),
                join_names([in_sentence(name.en) for name in names], "en"))  # fmt: skip
    tied = Text("(공동 순위)", " (too close to call)") if len(names) > 1 else Text("", "")
    return Text(
        f"{josa(asked.ko, '을/를')} 많이 쓰는 동네일수록 {also.ko}도 많이 씁니다{tied.ko}",
        f"People in neighbourhoods where {in_sentence(asked.en)} {be(asked.en)} used more "
        f"also use {also.en} more{tied.en}",
    )(lang)


def _preferred(rows: list[_Row], audience: str, lang: Lang) -> str:
    """State the service that stands out, the ones that tie, or that none does."""
    if not rows:
        return Text("보여 줄 순위가 없습니다", "There is no ranking to show")(lang)
    tied = [row.id for row in rows if row.tied] or [rows[0].id]
    texts = [in_force().measures[id].text for id in tied]
    names = Text(join_names([text.ko for text in texts], "ko"),
                 join_names([in_sentence(text.en) for text in texts], "en"))  # fmt: skip
    whom = Text(audience or "이 집단", audience or "this group")
    if max(row.value for row in rows) < 0:
        return Text(
            f"{josa(whom.ko, '은/는')} 모든 서비스를 평균보다 덜 쓰며, "
            f"평균에 가장 가까운 서비스는 {names.ko}입니다",
            f"{whom.en[:1].upper()}{whom.en[1:]} use every service less than average; "
            f"closest to it: {names.en}",
        )(lang)
    if len(tied) > 1:
        return Text(
            f"{whom.ko}에게는 {josa(names.ko, '이/가')} 비슷하게 가장 두드러집니다(공동 1위)",
            f"For {whom.en}, {names.en} lead together (too close to call)",
        )(lang)
    figure = number(rows[0].value, "index")
    return Text(
        f"{whom.ko}에게 가장 두드러진 서비스는 {names.ko}입니다(이용 강도 {figure})",
        f"{whom.en[:1].upper()}{whom.en[1:]} use {names.en} most, compared with average "
        f"(usage score {figure})",
    )(lang)
