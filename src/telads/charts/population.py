"""Population by sex and ten-year age, men to the left and women to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from telads.charts import theme
from telads.wording import group_name, people
from telads.language import Lang, Text
from telads.model import AGES, Month, Sex, age_text
from telads.places import district_name

if TYPE_CHECKING:
    import polars as pl

_UNIT = Text("만 명", "thousand people")
_IN_UNIT = {"ko": 10_000, "en": 1_000}
_COLOURS = {Sex.MALE: theme.MALE, Sex.FEMALE: theme.FEMALE}


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    district: str | None = None,
    month: Month | None = None,
    narrow: bool = False,
) -> alt.LayerChart:
    """How many people of each sex and age there are.

    `frame` has the columns sex (M or F), age (first year of a ten-year band) and population
    (people); `district` (Korean name) and `month` say what it is about, the whole city if None.
    """
    known = frame.drop_nulls("population").sort("population", descending=True)
    rows = [_row(row, lang) for row in known.iter_rows(named=True)]
    place = district_name(district, lang) if district else Text("서울", "Seoul")(lang)
    title = theme.heading(
        _finding(known, district, lang), [place, month.text(lang) if month else "", _UNIT(lang)],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip
    reach = max((abs(row["signed"]) for row in rows), default=1.0) * (1.28 if narrow else 1.14)
    names = [age_text(age)(lang) for age in reversed(AGES)]
    signed = alt.X("signed:Q", title=None, axis=None, scale=alt.Scale(domain=[-reach, reach]))
    age = alt.Y("age:N", sort=names, title=None,
                axis=alt.Axis(domain=False, ticks=False, labelPadding=8))  # fmt: skip
    bars = (
        alt.Chart()
        .mark_bar(cornerRadiusEnd=3, height={"band": 0.78})
        .encode(
            x=signed, y=age, color=_colour(known, lang),
            tooltip=[alt.Tooltip("group:N", title=" "), alt.Tooltip("people:N", title="  ")],
        )
    )  # fmt: skip
    layers = [bars, *(_labels(sex, signed, age) for sex in Sex)]
    return alt.layer(
        *layers, data=alt.InlineData(values=rows), title=title,
        width=(theme.NARROW if narrow else theme.WIDE) - 60, height=250 if narrow else 300,
    )  # fmt: skip


def _row(row: dict[str, Any], lang: Lang) -> dict[str, Any]:
    amount = row["population"] / _IN_UNIT[lang]
    return {
        "sex": row["sex"],
        "age": age_text(row["age"])(lang),
        "signed": -amount if row["sex"] == Sex.MALE else amount,
        "label": f"{amount:,.1f}" if amount < 100 else f"{amount:,.0f}",
        "group": group_name(row["sex"], row["age"], lang),
        "people": people(row["population"], lang),
    }


def _finding(known: pl.DataFrame, district: str | None, lang: Lang) -> str:
    """The largest group. `known` is sorted by population, largest first."""
    if known.is_empty():
        return Text("보여 줄 인구 자료가 없습니다", "There are no people to show")(lang)
    first = known.row(0, named=True)
    group, count = group_name(first["sex"], first["age"], lang), people(first["population"], lang)
    place = district_name(district, lang) if district else ""
    return Text(
        f"{f'{place}에는 ' if place else ''}{group}이 가장 많습니다 ({count})",
        f"{group[:1].upper()}{group[1:]} are the largest group{f' in {place}' if place else ''} "
        f"({count})",
    )(lang)


def _colour(known: pl.DataFrame, lang: Lang) -> alt.Color:
    """Men blue, women orange; the legend tells how many there are of each."""
    import polars as pl

    totals = {
        sex: float(known.filter(pl.col("sex") == sex.value)["population"].sum()) for sex in Sex
    }
    names = {sex.value: f"{sex.text(lang)} {people(totals[sex], lang)}" for sex in Sex}
    choose = " : ".join(f"datum.value === '{sex}' ? '{name}'" for sex, name in names.items())
    return alt.Color(
        "sex:N",
        scale=alt.Scale(domain=[sex.value for sex in Sex], range=list(_COLOURS.values())),
        legend=alt.Legend(title=None, orient="top", labelExpr=f"{choose} : ''", columnPadding=24),
    )


def _labels(sex: Sex, signed: alt.X, age: alt.Y) -> alt.Chart:
    """The figure at the end of each bar of one sex."""
    left = sex is Sex.MALE
    return (
        alt.Chart()
        .mark_text(align="right" if left else "left", dx=-5 if left else 5)
        .encode(x=signed, y=age, text="label:N")
        .transform_filter(f"datum.sex === '{sex.value}'")
    )
