"""Which services are used more in the same neighbourhoods: one heatmap for each age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from telads.catalog import BY_ID, SERVICES
from telads.charts import theme
from telads.wording import in_sentence, josa
from telads.language import Lang, Text
from telads.model import age_text

if TYPE_CHECKING:
    import polars as pl

WEAK = 0.1
"""Below this mean correlation no pair is worth a title."""


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> alt.FacetChart:
    """How strongly services go together between neighbourhoods, for every ten-year age.

    `frame` has the columns age, service_a, service_b (ids) and correlation (-1..1, null where
    it could not be computed), one row for each ordered pair.
    """
    pairs = frame.filter(frame["service_a"] != frame["service_b"])
    rows = [_row(row, lang) for row in pairs.iter_rows(named=True)]
    ages = sorted(frame["age"].unique().to_list())
    columns = 1 if narrow else 3
    title = theme.heading(
        _finding(pairs, lang),
        [Text("동네 사이의 상관계수, 연령별", "correlation between neighbourhoods, by age")(lang),
         audience],
        lang=lang, window=window, synthetic=synthetic,
        width=theme.NARROW if narrow else theme.WIDE + 140,
    )  # fmt: skip
    side = 38 * len(SERVICES) if narrow else 34 * len(SERVICES)
    return (
        alt.layer(*_layers(lang), data=alt.InlineData(values=rows), width=side, height=side)
        .facet(
            facet=alt.Facet("age:N", sort=[age_text(age)(lang) for age in ages], title=None),
            columns=columns,
            title=title,
            spacing=26,
        )
        .resolve_axis(x="independent", y="independent")
    )


def _row(row: dict[str, Any], lang: Lang) -> dict[str, Any]:
    value = row["correlation"]
    one, other = BY_ID[row["service_a"]].text(lang), BY_ID[row["service_b"]].text(lang)
    colour = theme.NO_DATA if value is None else theme.blend(theme.DIVERGING, (value + 1) / 2)
    return {
        "age": age_text(row["age"])(lang),
        "one": one,
        "other": other,
        "correlation": value,
        "label": "–" if value is None else f"{value:.2f}".replace("-", "−"),
        "ink": theme.ink_on(colour),
        "pair": f"{one} × {other}",
    }


def _finding(pairs: pl.DataFrame, lang: Lang) -> str:
    """The pair with the highest mean over the ages, and its range."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in pairs.drop_nulls("correlation").iter_rows(named=True):
        pair = tuple(sorted((row["service_a"], row["service_b"]), key=list(BY_ID).index))
        found.setdefault((pair[0], pair[1]), []).append(row["correlation"])
    if not found:
        return Text("보여 줄 상관이 없습니다", "There are no correlations to show")(lang)
    pair = max(found, key=lambda pair: sum(found[pair]) / len(found[pair]))
    values = found[pair]
    if sum(values) / len(values) < WEAK:
        return Text(
            "뚜렷하게 함께 많이 쓰이는 서비스는 없습니다",
            "No two services are clearly used more in the same neighbourhoods",
        )(lang)
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    span = low if low == high else f"{low}~{high}"
    (one, one_en), (other, other_en) = BY_ID[pair[0]].text, BY_ID[pair[1]].text
    return Text(
        f"{josa(one, '을/를')} 더 쓰는 동네일수록 {other}도 더 씁니다 (상관 {span})",
        f"Where {in_sentence(one_en)} is used more, {in_sentence(other_en)} is used more too "
        f"(correlation {span.replace('~', ' to ')})",
    )(lang)


def _layers(lang: Lang) -> tuple[alt.Chart, alt.Chart]:
    names = [service.text(lang) for service in SERVICES]
    plain = alt.Axis(domain=False, ticks=False, labelFontSize=11)
    slanted = alt.Axis(domain=False, ticks=False, labelFontSize=11, labelAngle=-40)
    x = alt.X("one:N", sort=names, title=None, axis=slanted)
    y = alt.Y("other:N", sort=names, title=None, axis=plain)
    shares = [2 * step / (len(theme.DIVERGING) - 1) - 1 for step in range(len(theme.DIVERGING))]
    colour = alt.Color(
        "correlation:Q",
        scale=alt.Scale(domain=shares, range=list(theme.DIVERGING), interpolate="rgb"),
        legend=alt.Legend(
            title=Text("상관", "correlation")(lang), values=[-1, -0.5, 0, 0.5, 1], format="+.1f",
            orient="bottom", direction="horizontal", gradientLength=220,
        ),
    )  # fmt: skip
    cells = alt.Chart().mark_rect(cornerRadius=2).encode(
        x=x, y=y,
        color=alt.condition("isValid(datum.correlation)", colour, alt.value(theme.NO_DATA)),
        tooltip=[alt.Tooltip("pair:N", title=" "), alt.Tooltip("label:N", title="  ")],
    )  # fmt: skip
    values = alt.Chart().mark_text(fontSize=10).encode(
        x=x, y=y, text="label:N", color=theme.ink_of("ink")
    )  # fmt: skip
    return cells, values
