"""Services in order: by affinity of a group, or by association with another service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt

from telads.dataset import Measure, in_force
from telads.render.svg import theme
from telads.render.svg.drawing import known
from telads.text import Lang, Text, join_names, josa
from telads.wording import be, in_sentence, number

if TYPE_CHECKING:
    import polars as pl

_SHADES = Text("같은 색끼리는 순위를 가릴 수 없음", "same colour: order uncertain")
_INTERVAL = Text("띠는 80% 구간", "bands: 80% interval")
_CHANCE = Text("%는 1위일 확률", "%: chance of being first")
_AFFINITY = Text("0 = {city} 시민 평균, 단위는 표준편차",
                 "0 = {city}'s mean person, in standard deviations")  # fmt: skip
_ASSOCIATION = Text(
    "같은 연령 안에서 동네 사이의 상관", "correlation between neighbourhoods within an age"
)
_NAMES_WIDTH, _NARROW_NAMES_WIDTH = 90, 76
_DOT = 11
"""Pixels from the middle of a dot to its label."""


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    service: Measure | None = None,
    audience: str = "",
    narrow: bool = False,
) -> alt.LayerChart:
    """Services in order, as dots.

    Two kinds of `frame`: service (id), association (-1..1), low, high (80 % interval), p_first
    (0..1) and tie_group (1 = front runners) rank the services that go with `service`; service,
    affinity (standard deviations above the city's mean person) and labels (a list; `tie` is of
    those that cannot be told from the first) are those of an audience, the first one on top.
    Rows without a figure are left out. `audience` says whose ranking it is.
    """
    associated = "association" in frame.columns
    column = "association" if associated else "affinity"
    ordered = known(frame, column)
    if associated:
        ordered = ordered.sort(column, descending=True, maintain_order=True)
    rows = [_row(row, column, lang, narrow) for row in ordered.iter_rows(named=True)]
    if associated:
        finding, axis = _associated(rows, service, lang), Text("연관", "association")(lang)
        chance = _CHANCE(lang) if narrow else ""
        details = [audience, _ASSOCIATION(lang), _INTERVAL(lang), chance, _SHADES(lang)]
    else:
        finding, axis = _preferred(rows, audience, lang), Text("관심도", "usage affinity")(lang)
        details = [audience, in_force().fill(_AFFINITY)(lang)]
    width = theme.width(narrow) - (_NARROW_NAMES_WIDTH if narrow else _NAMES_WIDTH)
    return alt.LayerChart(
        layer=_layers(rows, axis, _domain(rows, width)),
        data=alt.InlineData(values=rows),
        title=theme.heading(
            finding, details,
            lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
        ),
        width=width,
        height=34 * max(len(rows), 1),
    )  # fmt: skip


def _row(row: dict[str, Any], column: str, lang: Lang, narrow: bool) -> dict[str, Any]:
    chance, value = row.get("p_first"), row[column]
    label = number(value, "index")
    if chance is not None:
        share = "<1%" if chance < 0.005 else f"{chance:.0%}"
        long = Text(f"1위 확률 {share}", f"{share} chance of first")(lang)
        label = share if narrow else long
    low, high = row.get("low"), row.get("high")
    interval = ""
    if low is not None and high is not None:
        interval = f" ({number(low, 'index')}~{number(high, 'index')})"
    return {
        "service": in_force().measures[row["service"]].text(lang),
        "id": row["service"],
        "value": value,
        "low": low,
        "high": high,
        "tie": str(row.get("tie_group", 1)),
        "tied": "tie" in row.get("labels", ()),
        "label": label,
        "hover": number(value, "index") + interval,
    }


def _associated(rows: list[dict[str, Any]], service: Measure | None, lang: Lang) -> str:
    """What the neighbourhoods say, never what persons do: the data are cells."""
    asked = service.text if service else Text("이 서비스", "this service")
    front = [row for row in rows if row["tie"] == rows[0]["tie"]]
    clear = [row for row in front if row["low"] is not None and row["low"] > 0]
    if not clear:
        where = f"in neighbourhoods where {in_sentence(asked.en)} {be(asked.en)}"
        return Text(
            f"{josa(asked.ko, '을/를')} 많이 쓰는 동네에서 뚜렷하게 더 쓰는 서비스는 없습니다",
            f"No service is clearly used more {where}",
        )(lang)
    names = [in_force().measures[row["id"]].text for row in clear]
    also = Text(join_names([name.ko for name in names], "ko"),
                join_names([in_sentence(name.en) for name in names], "en"))  # fmt: skip
    tied = Text("(순위를 가릴 수 없음)", " (in no clear order)") if len(names) > 1 else Text("", "")
    return Text(
        f"{josa(asked.ko, '을/를')} 많이 쓰는 동네일수록 {also.ko}도 많이 씁니다{tied.ko}",
        f"People in neighbourhoods where {in_sentence(asked.en)} {be(asked.en)} used more "
        f"also use {also.en} more{tied.en}",
    )(lang)


def _preferred(rows: list[dict[str, Any]], audience: str, lang: Lang) -> str:
    """The service that stands out, the tie that does, or that none does."""
    if not rows:
        return Text("보여 줄 순위가 없습니다", "There is no ranking to show")(lang)
    tied = [row["id"] for row in rows if row["tied"]] or [rows[0]["id"]]
    texts = [in_force().measures[id].text for id in tied]
    names = Text(join_names([text.ko for text in texts], "ko"),
                 join_names([in_sentence(text.en) for text in texts], "en"))  # fmt: skip
    whom = Text(audience or "이 집단", audience or "this group")
    if max(row["value"] for row in rows) < 0:
        return Text(
            f"{josa(whom.ko, '은/는')} 모든 서비스를 평균보다 덜 쓰며, "
            f"평균에 가장 가까운 서비스는 {names.ko}입니다",
            f"{whom.en[:1].upper()}{whom.en[1:]} use every service less than average; "
            f"closest to it: {names.en}",
        )(lang)
    if len(tied) > 1:
        return Text(
            f"{whom.ko}에게는 {josa(names.ko, '이/가')} 나란히 두드러집니다(순위를 가릴 수 없음)",
            f"For {whom.en}, {names.en} lead together (in no clear order)",
        )(lang)
    figure = number(rows[0]["value"], "index")
    return Text(
        f"{whom.ko}에게 가장 두드러진 서비스는 {names.ko}입니다(관심도 {figure})",
        f"The service that stands out for {whom.en} is {names.en} (affinity {figure})",
    )(lang)


def _domain(rows: list[dict[str, Any]], width: int) -> tuple[float, float]:
    """From the lowest to the highest figure and zero, with room for the labels at both ends."""
    ends = [row[key] for row in rows for key in ("low", "high", "value") if row[key] is not None]
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    span = (high - low) or 1.0
    label = max((theme.pixels(row["label"], 12) for row in rows), default=0.0) + 2 * _DOT
    intervals = any(row["high"] is not None for row in rows)
    left = 0.0 if intervals or low == 0 else label
    scale = span / max(width - label - left, 1.0)
    return low - max(left, _DOT) * scale, high + label * scale


def _layers(rows: list[dict[str, Any]], axis: str, domain: tuple[float, float]) -> list[alt.Chart]:
    names = alt.Axis(domain=False, ticks=False, labelFontSize=13, labelPadding=8)
    y = alt.Y("service:N", sort=[row["service"] for row in rows], title=None, axis=names)
    x = alt.X(
        "value:Q", title=axis, scale=alt.Scale(domain=list(domain), nice=False),
        axis=alt.Axis(tickCount=5, labelExpr="datum.value === 0 ? '0' : datum.label",
                      format="+.1f"),
    )  # fmt: skip
    ties = sorted({row["tie"] for row in rows}, key=int)
    shades = [theme.TIES[min(place, len(theme.TIES) - 1)] for place in range(len(ties))]
    colour = alt.Color("tie:N", scale=alt.Scale(domain=ties, range=shades), legend=None)
    hover = [alt.Tooltip("service:N", title=" "), alt.Tooltip("hover:N", title="  ")]
    zero: alt.Chart = alt.Chart().mark_rule(style="zero").encode(x=alt.datum(0.0))
    dots = (
        alt.Chart().mark_circle(size=150, opacity=1).encode(x=x, y=y, color=colour, tooltip=hover)
    )
    if all(row["low"] is None for row in rows):
        stems = alt.Chart().mark_rule(strokeWidth=3, opacity=0.45).encode(
            x=x, x2=alt.datum(0.0), y=y, color=colour
        )  # fmt: skip
        return [zero, stems, dots, *_beside_dots(x, y)]
    bands = alt.Chart().mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
        x=alt.X("low:Q", title=axis), x2="high:Q", y=y, color=colour
    )  # fmt: skip
    return [zero, bands, dots, _beyond_bands(y, axis)]


def _beside_dots(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The figure of each service, on the far side of its dot."""
    sides: tuple[tuple[Literal["left", "right"], int, str], ...] = (
        ("left", _DOT, ">="),
        ("right", -_DOT, "<"),
    )
    return [
        alt.Chart()
        .mark_text(fontSize=12, align=align, dx=distance)
        .encode(x=x, y=y, text="label:N")
        .transform_filter(f"datum.value {side} 0")
        for align, distance, side in sides
    ]


def _beyond_bands(y: alt.Y, axis: str) -> alt.Chart:
    """How likely each service is the first, beyond its interval."""
    right = alt.X("high:Q", title=axis)
    labels: alt.Chart = (
        alt.Chart()
        .mark_text(fontSize=12, align="left", dx=_DOT)
        .encode(x=right, y=y, text="label:N")
    )
    return labels
