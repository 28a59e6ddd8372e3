"""Population by sex and ten-year age, men to the left and women to the right.

People by sex and age, men to the left and women to the right, from our own template.

It shows what the chart `population` shows, in a hundredth of the time that drawing it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import altair as alt

from telads.answers.pictures import Picture
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.render.svg import theme
from telads.render.svg.drawing import in_one_line, known
from telads.text import Lang, Text
from telads.web.jinja import rendered
from telads.wording import group_name, number, people

if TYPE_CHECKING:
    import polars as pl


_UNIT = Text("단위 만 명", "thousands of people")
PERSONS = Text("단위 명, 10명 단위로 반올림", "people, rounded to 10")
"""The unit of the same figures as a table, which has room for every digit."""
_IN_UNIT = {"ko": 10_000, "en": 1_000}
_COLOURS = {Sex.MALE: theme.MALE, Sex.FEMALE: theme.FEMALE}
_SIDES: dict[Sex, Literal["left", "right"]] = {Sex.MALE: "right", Sex.FEMALE: "left"}
"""How text is aligned beside the bars of each sex."""
_AGES_WIDTH = 76
_HEADS = 14
"""Pixels from the plot up to the names of the sexes."""


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
    (people), one row a group; `district` (Korean name) and `month` say what it is about, the whole
    city if None.
    """
    groups, rows = _largest_first(frame), bars_of(frame, lang)
    reach = max((abs(row["signed"]) for row in rows), default=1.0) * (1.3 if narrow else 1.14)
    names = [in_force().age_text(age)(lang) for age in reversed(in_force().ages)]
    signed = alt.X("signed:Q", title=None, axis=None, scale=alt.Scale(domain=[-reach, reach]))
    age = alt.Y("age:N", title=None, scale=alt.Scale(domain=names),
                axis=alt.Axis(domain=False, ticks=False, labelPadding=8))  # fmt: skip
    bars = alt.Chart().mark_bar(height={"band": 0.78}).encode(
        x=signed, y=age, color=_colour(),
        tooltip=[alt.Tooltip("group:N", title=" "), alt.Tooltip("people:N", title="  ")],
    )  # fmt: skip
    heads = [_head(sex, groups, signed, lang) for sex in Sex]
    return alt.LayerChart(
        layer=[bars, *(_labels(sex, signed, age) for sex in Sex), *heads],
        data=alt.InlineData(values=rows),
        title=heading(
            frame,
            lang=lang,
            window=window,
            synthetic=synthetic,
            district=district,
            month=month,
            narrow=narrow,
        ),
        width=theme.width(narrow) - _AGES_WIDTH,
        height=250 if narrow else 300,
    )


def heading(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    district: str | None = None,
    month: Month | None = None,
    narrow: bool = False,
    unit: Text = _UNIT,
) -> alt.TitleParams:
    """The finding and what it rests on, whoever shows the figures; takes what `draw` takes."""
    return theme.heading(
        _finding(_largest_first(frame), district, lang),
        [_base(district, lang), month.text(lang) if month else "", unit(lang)],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip


def bars_of(frame: pl.DataFrame, lang: Lang) -> list[dict[str, Any]]:
    """One row a group, the largest first: sex, age, `signed` (men to the left) and texts."""
    return [_row(row, lang) for row in _largest_first(frame).iter_rows(named=True)]


def head_of(sex: Sex, frame: pl.DataFrame, lang: Lang) -> str:
    """What stands above the bars of a sex: how many there are."""
    total = float(frame.filter(frame["sex"] == sex.value)["population"].sum())
    return f"{sex.text(lang)} {people(total, lang)}"


def _largest_first(frame: pl.DataFrame) -> pl.DataFrame:
    return known(frame, "population").sort("population", descending=True, maintain_order=True)


def _row(row: dict[str, Any], lang: Lang) -> dict[str, Any]:
    amount = row["population"] / _IN_UNIT[lang]
    return {
        "sex": row["sex"],
        "age": in_force().age_text(row["age"])(lang),
        "signed": -amount if row["sex"] == Sex.MALE else amount,
        "label": number(amount, digits=1 if amount < 100 else 0),
        "group": group_name(row["sex"], row["age"], lang),
        "people": people(row["population"], lang),
    }


def _base(district: str | None, lang: Lang) -> str:
    first = in_force().ages[0]
    place = in_force().district_name(district, lang) if district else in_force().city(lang)
    return Text(f"{place} {first}세 이상", f"{place}, aged {first} and over")(lang)


def _finding(groups: pl.DataFrame, district: str | None, lang: Lang) -> str:
    """The largest group. `groups` is sorted by population, largest first."""
    if groups.is_empty():
        return Text("보여 줄 인구 자료가 없습니다", "There are no people to show")(lang)
    first = groups.row(0, named=True)
    group, count = group_name(first["sex"], first["age"], lang), people(first["population"], lang)
    place = in_force().district_name(district, lang) if district else in_force().city(lang)
    return Text(
        f"{place}에는 {group}이 가장 많습니다({count})",
        f"{group[:1].upper()}{group[1:]} are the largest group in {place} ({count})",
    )(lang)


def _colour() -> alt.Color:
    """Men blue, women orange; their names stand above the bars, so there is no legend."""
    scale = alt.Scale(domain=[sex.value for sex in Sex], range=list(_COLOURS.values()))
    return alt.Color("sex:N", scale=scale, legend=None)


def _labels(sex: Sex, signed: alt.X, age: alt.Y) -> alt.Chart:
    """The figure at the end of each bar of one sex."""
    side = _SIDES[sex]
    labels: alt.Chart = (
        alt.Chart()
        .mark_text(fontSize=12, align=side, dx=-5 if side == "right" else 5)
        .encode(x=signed, y=age, text="label:N")
        .transform_filter(f"datum.sex === '{sex.value}'")
    )
    return labels


def _head(sex: Sex, groups: pl.DataFrame, signed: alt.X, lang: Lang) -> alt.Chart:
    """The sex and how many there are, above its side."""
    side = _SIDES[sex]
    head: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"signed": 0}]))
        .mark_text(fontSize=12, fontWeight="bold", align=side, dx=-8 if side == "right" else 8)
        .encode(
            x=signed,
            y=alt.value(-_HEADS),
            text=alt.value(head_of(sex, groups, lang)),
        )
    )
    return head


class Layout(NamedTuple):
    """Where things stand, in the picture's units."""

    width: int
    ages: int
    """Room for the names of the ages."""
    figures: int
    """Room for the figures at the ends of the bars."""
    rise: int
    """From one age to the next."""


HEAD = 26
"""Room for the names of the sexes."""
BAR = 0.74
"""The part of an age's room that its bars take."""
WIDE = Layout(width=660, ages=78, figures=52, rise=46)
NARROW = Layout(width=366, ages=84, figures=44, rise=38)
COLOURS = {Sex.MALE: theme.MALE, Sex.FEMALE: theme.FEMALE}


class Bar(NamedTuple):
    """The people of a sex and age; `x` and `length` are of the bar, `end` of its figure."""

    x: float
    y: float
    length: float
    end: float
    colour: str
    anchor: str
    label: str
    hover: str


def pyramid(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `population`."""
    finding, details = in_one_line(heading(picture.frame, **picture.options))
    rows = bars_of(picture.frame, lang)
    heads = [head_of(sex, picture.frame, lang) for sex in (Sex.MALE, Sex.FEMALE)]
    wide, narrow = (_svg(rows, heads, finding, lang, layout) for layout in (WIDE, NARROW))
    return finding, details, wide, narrow


def _svg(
    rows: Sequence[dict[str, Any]], heads: Sequence[str], finding: str, lang: Lang, layout: Layout
) -> str:
    middle = layout.ages + (layout.width - layout.ages) / 2
    reach = max((abs(row["signed"]) for row in rows), default=0.0) or 1.0
    unit = (layout.width - layout.ages) / 2 - layout.figures
    names = [in_force().age_text(age)(lang) for age in reversed(in_force().ages)]
    facts: dict[str, Any] = {
        "finding": finding,
        "width": layout.width,
        "height": HEAD + len(names) * layout.rise,
        "middle": middle,
        "thick": round(layout.rise * BAR, 1),
        "bars": [
            _bar(row, middle, unit / reach, HEAD + names.index(row["age"]) * layout.rise, layout)
            for row in rows
        ],
        "ages": [(name, HEAD + (place + 0.5) * layout.rise) for place, name in enumerate(names)],
        "ages_end": layout.ages - 12,
        "heads": heads,
    }
    return rendered("data/pyramid.html.j2", facts)


def _bar(row: dict[str, Any], middle: float, scale: float, top: float, layout: Layout) -> Bar:
    sex, length = Sex(row["sex"]), round(abs(row["signed"]) * scale, 1)
    men = sex is Sex.MALE
    return Bar(
        x=middle - length if men else middle,
        y=round(top + layout.rise * (1 - BAR) / 2, 1),
        length=length,
        end=middle - length - 5 if men else middle + length + 5,
        colour=COLOURS[sex],
        anchor="end" if men else "start",
        label=row["label"],
        hover=f"{row['group']} {row['people']}",
    )
