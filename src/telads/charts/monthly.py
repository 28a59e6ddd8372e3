"""Services month by month, one small panel each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import altair as alt

from telads.catalog import BY_ID, SERVICES
from telads.charts import theme
from telads.wording import figure, josa
from telads.language import Lang, Text
from telads.model import Month, months_between

if TYPE_CHECKING:
    import polars as pl

_ENGLISH_MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_NOTES = (
    Text("각 달은 직전 석 달의 평균", "each month is the mean of the three before it"),
    Text("세로축은 서비스마다 다르며 0에서 시작하지 않음",
         "each panel has its own scale, not from zero"),
)  # fmt: skip
_INDEX_NOTE = Text(
    "표준화 지수는 달마다 기준이 새로 정해져 비율로 견줄 수 없음",
    "standardised indices are scaled anew each month and have no ratios",
)


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> alt.FacetChart:
    """How the use of each service moved over the label months.

    `frame` has the columns month (YYYY-MM), service (id) and value (days a month, or the
    standardised index), and optionally group (a name): then one line for each group, the first
    one named in the frame in colour, and the title is about it. Missing months break the line.
    """
    if "group" not in frame.columns:
        frame = frame.with_columns(group=_text_column(""))
    first = frame["group"][0] if frame.height else ""
    shown = [service for service in SERVICES if service.id in set(frame["service"].to_list())]
    indexed = any(service.is_index for service in shown)
    title = theme.heading(
        _finding(frame.filter(frame["group"] == first), lang),
        [audience or first, *(note(lang) for note in _NOTES),
         _INDEX_NOTE(lang) if indexed else ""],
        lang=lang, window=window, synthetic=synthetic,
        width=theme.NARROW if narrow else theme.WIDE + 140,
    )  # fmt: skip
    width, height = (118, 92) if narrow else (160, 118)
    groups = list(dict.fromkeys(frame["group"].to_list()))
    return (
        alt.layer(*_layers(groups, lang, narrow),
                  data=alt.InlineData(values=_rows(frame, lang)), width=width, height=height)
        .facet(
            facet=alt.Facet("panel:N", sort=[_panel(service.id, lang) for service in shown],
                            title=None, header=alt.Header(labelFontSize=11 if narrow else 12)),
            columns=2 if narrow else 4,
            title=title,
            spacing=22,
        )
        .resolve_scale(y="independent")
        .resolve_axis(x="independent")
    )  # fmt: skip


def _text_column(text: str) -> pl.Expr:
    import polars as pl

    return pl.lit(text)


def _panel(service: str, lang: Lang) -> str:
    measure = BY_ID[service]
    unit = Text("표준화 지수", "index")(lang) if measure.is_index else measure.unit(lang)
    return f"{measure.text(lang)} ({unit})"


def _rows(frame: pl.DataFrame, lang: Lang) -> list[dict[str, Any]]:
    """One row for each month, service and group, with an empty value where a month is missing."""
    if frame.is_empty():
        return []
    known = {
        (row["month"], row["service"], row["group"]): row["value"]
        for row in frame.iter_rows(named=True)
    }
    present = sorted(Month.parse(month) for month in set(frame["month"].to_list()))
    rows = []
    for service, group in dict.fromkeys((service, group) for _, service, group in known):
        for month in months_between(present[0], present[-1]):
            value = known.get((str(month), service, group))
            rows.append({
                "month": str(month),
                "service": service,
                "panel": _panel(service, lang),
                "kind": "index" if BY_ID[service].is_index else "days",
                "group": group,
                "value": value,
                "hover": "–" if value is None else figure(value, BY_ID[service].kind, lang),
            })  # fmt: skip
    return rows


def _finding(frame: pl.DataFrame, lang: Lang) -> str:
    """The largest movement from the first month to the last, as a share; day services only."""
    moves: dict[str, float] = {}
    known = frame.drop_nulls("value").sort("month")
    months = known["month"].unique().sort().to_list()
    for service in (service for service in SERVICES if not service.is_index):
        values = known.filter(known["service"] == service.id)
        ends = values["value"].to_list()
        whole = len(ends) > 1 and [values["month"][0], values["month"][-1]] == [
            months[0],
            months[-1],
        ]
        if whole and ends[0] > 0:
            moves[service.id] = ends[-1] / ends[0] - 1
    if not moves:
        return Text("한 달만 있어 움직임을 말할 수 없습니다", "One month alone shows no movement")(
            lang
        )
    service_id = max(moves, key=lambda id: abs(moves[id]))
    return _movement(service_id, moves[service_id], months[0], months[-1], lang)


def _movement(service: str, share: float, first: str, last: str, lang: Lang) -> str:
    name = BY_ID[service].text
    if abs(share) < 0.005:
        return Text("어느 서비스도 눈에 띄게 움직이지 않았습니다", "No service moved noticeably")(
            lang
        )
    start, end = Month.parse(first).text, Month.parse(last).text
    up = share > 0
    return Text(
        f"{josa(name.ko, '이/가')} 가장 크게 움직였습니다: {start.ko}에서 {end.ko} 사이 "
        f"{abs(share):.1%} {'늘었습니다' if up else '줄었습니다'}",
        f"{name.en} moved most: {'up' if up else 'down'} {abs(share):.1%} "
        f"from {start.en} to {end.en}",
    )(lang)


def _layers(groups: list[str], lang: Lang, narrow: bool) -> tuple[alt.Chart, alt.Chart]:
    x = alt.X("month:O", title=None, axis=alt.Axis(
        labelAngle=0, labelExpr=_month_labels(lang), labelOverlap="greedy", labelFontSize=10,
        tickSize=4, grid=False,
    ))  # fmt: skip
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=True, padding=6),
              axis=alt.Axis(tickCount=3, labelFontSize=10, domain=False, ticks=False))  # fmt: skip
    colour = _by_kind(lang) if len(groups) < 2 else _by_group(groups)
    encoding = {"x": x, "y": y, "color": colour, "detail": "group:N"}
    line = alt.Chart().mark_line(
        strokeWidth=2, invalid="break-paths-show-path-domains"
    ).encode(**encoding)  # fmt: skip
    points = (
        alt.Chart()
        .mark_circle(size=24 if narrow else 32, opacity=1)
        .encode(
            **encoding,
            tooltip=[alt.Tooltip("month:N", title=" "), alt.Tooltip("hover:N", title="  ")],
        )
    )
    return line, points


def _month_labels(lang: Lang) -> str:
    """`1월` or `Jan`, with the year under the first month and under every January."""
    month = "toNumber(slice(datum.value, 5))"
    name = f"{month} + '월'" if lang == "ko" else f"{json.dumps(_ENGLISH_MONTHS)}[{month} - 1]"
    return f"datum.index === 0 || {month} === 1 ? [{name}, slice(datum.value, 0, 4)] : {name}"


def _by_kind(lang: Lang) -> alt.Color:
    days = Text("사용일수", "days of use")(lang)
    index = Text("표준화 지수", "standardised index")(lang)
    return alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["days", "index"], range=[theme.DAYS, theme.INDEX]),
        legend=alt.Legend(
            title=None, orient="bottom", direction="horizontal", columnPadding=24,
            labelExpr=f"datum.value === 'days' ? '{days}' : '{index}'",
        ),
    )  # fmt: skip


def _by_group(groups: list[str]) -> alt.Color:
    others = [theme.CONTEXT, *theme.TIES[1:]]
    colours = [theme.FOCUS, *(others[number % len(others)] for number in range(len(groups) - 1))]
    return alt.Color(
        "group:N",
        scale=alt.Scale(domain=groups, range=colours),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal", columnPadding=24),
    )
