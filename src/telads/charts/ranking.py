"""Services in order: by affinity of a group, or by association with another service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from telads.catalog import BY_ID, Measure
from telads.charts import theme
from telads.wording import in_sentence, join_names, josa, number
from telads.language import Lang, Text

if TYPE_CHECKING:
    import polars as pl

TIE = 0.10
"""Affinities closer than this do not decide which service is first."""

_SHADES = Text("같은 색끼리는 순위를 가릴 수 없음", "one shade: no order can be told")
_INTERVAL = Text("선은 80% 구간", "bars: 80% interval")


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

    Two kinds of `frame`: service, association (-1..1), low, high (80 % interval), p_first (0..1)
    and tie_group (1 = front runners) rank the services that go with `service`; service and
    affinity (standard deviations above the mean of all segments) rank those of an audience.
    `audience` says whose ranking it is.
    """
    associated = "association" in frame.columns
    figure = "association" if associated else "affinity"
    known = frame.drop_nulls(figure).sort(figure, descending=True, maintain_order=True)
    rows = [_row(row, figure, lang) for row in known.iter_rows(named=True)]
    if associated:
        finding, details = _associated(rows, service, lang), [_INTERVAL(lang), _SHADES(lang)]
        axis = Text("연관(같은 연령 안에서 동네 사이의 상관)",
                    "association (between neighbourhoods, within an age)")(lang)  # fmt: skip
    else:
        finding, details = _preferred(rows, audience, lang), []
        axis = Text("관심도 (0 = 서울 전체 집단의 평균, 단위는 표준편차)",
                    "usage affinity (0 = mean of all segments, in standard deviations)")(lang)  # fmt: skip
    title = theme.heading(
        finding, [audience, *details],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip
    return alt.layer(
        *_layers(rows, axis if not narrow else axis.split(" (")[0].split("(")[0]),
        data=alt.InlineData(values=rows),
        title=title,
        width=theme.width(narrow) - (70 if narrow else 90),
        height=alt.Step(34),
    )


def _row(row: dict[str, Any], figure: str, lang: Lang) -> dict[str, Any]:
    chance = row.get("p_first")
    first = Text("1위 확률", "first with")(lang)
    value = row[figure]
    return {
        "service": BY_ID[row["service"]].text(lang),
        "id": row["service"],
        "value": value,
        "low": row.get("low"),
        "high": row.get("high"),
        "p_first": chance,
        "tie": str(row.get("tie_group", 1)),
        "label": number(value, "index") if chance is None else f"{first} {chance:.0%}",
    }


def _associated(rows: list[dict[str, Any]], service: Measure | None, lang: Lang) -> str:
    """What the neighbourhoods say, never what persons do: the data are cells."""
    asked = service.text if service else Text("이 서비스", "this service")
    front = [row for row in rows if row["tie"] == rows[0]["tie"]]
    clear = [row for row in front if row["low"] is not None and row["low"] > 0]
    if not clear:
        return Text(
            f"{josa(asked.ko, '과/와')} 뚜렷하게 함께 쓰이는 서비스는 없습니다",
            f"No service is clearly used more where {in_sentence(asked.en)} is",
        )(lang)
    names = [BY_ID[row["id"]].text for row in clear]
    also = Text(join_names([name.ko for name in names], "ko"),
                join_names([in_sentence(name.en) for name in names], "en"))  # fmt: skip
    tied = (
        Text(" (순위를 가릴 수 없음)", " (in no clear order)") if len(names) > 1 else Text("", "")
    )
    return Text(
        f"{josa(asked.ko, '을/를')} 더 쓰는 동네일수록 {also.ko}도 더 씁니다{tied.ko}",
        f"People in neighbourhoods where {in_sentence(asked.en)} is used more "
        f"also use {also.en} more{tied.en}",
    )(lang)


def _preferred(rows: list[dict[str, Any]], audience: str, lang: Lang) -> str:
    """The service that stands out, the tie that does, or that none does."""
    if not rows:
        return Text("보여 줄 순위가 없습니다", "There is no ranking to show")(lang)
    best = rows[0]["value"]
    tied = [row["id"] for row in rows if best - row["value"] < TIE]
    names = Text(join_names([BY_ID[id].text.ko for id in tied], "ko"),
                 join_names([BY_ID[id].text.en for id in tied], "en"))  # fmt: skip
    whom = Text(audience or "이 집단", audience or "this group")
    if best < 0:
        return Text(
            f"{josa(whom.ko, '은/는')} 모든 서비스를 평균보다 덜 씁니다: "
            f"가장 덜 처지는 것은 {names.ko}입니다",
            f"{whom.en[:1].upper()}{whom.en[1:]} use every service less than the mean, "
            f"{names.en} least so",
        )(lang)
    if len(tied) > 1:
        return Text(
            f"{whom.ko}에게는 {josa(names.ko, '이/가')} 나란히 앞섭니다 (차이 {TIE:.2f} 미만)",
            f"{names.en} lead together for {whom.en} (less than {TIE:.2f} apart)",
        )(lang)
    return Text(
        f"{whom.ko}에게 가장 두드러진 서비스는 {names.ko}입니다 (관심도 {best:+.2f})",
        f"{names.en} stands out most for {whom.en} (affinity {best:+.2f})",
    )(lang)


def _layers(rows: list[dict[str, Any]], axis: str) -> list[alt.Chart]:
    y = alt.Y("service:N", sort=[row["service"] for row in rows], title=None,
              axis=alt.Axis(domain=False, ticks=False, labelFontSize=13, labelPadding=8))  # fmt: skip
    x = alt.X("value:Q", title=axis, axis=alt.Axis(format="+.1f", tickCount=6))
    ties = sorted({row["tie"] for row in rows}, key=int)
    shades = [theme.TIES[min(place, len(theme.TIES) - 1)] for place in range(len(ties))]
    colour = alt.Color("tie:N", scale=alt.Scale(domain=ties, range=shades), legend=None)
    hover = [alt.Tooltip("service:N", title=" "), alt.Tooltip("label:N", title="  ")]
    zero = alt.Chart().mark_rule(style="zero").encode(x=alt.datum(0.0))
    dots = (
        alt.Chart().mark_circle(size=150, opacity=1).encode(x=x, y=y, color=colour, tooltip=hover)
    )
    if all(row["low"] is None for row in rows):
        stems = alt.Chart().mark_rule(strokeWidth=3, opacity=0.45).encode(
            x=x, x2=alt.datum(0.0), y=y, color=colour
        )  # fmt: skip
    else:
        stems = alt.Chart().mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
            x=alt.X("low:Q", title=axis), x2="high:Q", y=y, color=colour
        )  # fmt: skip
    return [zero, stems, dots, *_labels(rows, x, y, axis)]


def _labels(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, axis: str) -> list[alt.Chart]:
    """What is known of each service, beyond the end of its dot or interval."""
    if all(row["low"] is None for row in rows):
        return [
            alt.Chart()
            .mark_text(align=align, dx=distance)
            .encode(x=x, y=y, text="label:N")
            .transform_filter(f"datum.value {side} 0")
            for align, distance, side in (("left", 11, ">="), ("right", -11, "<"))
        ]
    right = alt.X("high:Q", title=axis)
    return [alt.Chart().mark_text(align="left", dx=9).encode(x=right, y=y, text="label:N")]
