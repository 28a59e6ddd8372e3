"""Population by sex and ten-year age, men to the left and women to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import in_force
from telads.model import Month, Sex
from telads.render.svg.drawing import (
    NARROW,
    UNKNOWN,
    WIDE,
    Body,
    Drawing,
    Table,
    drawing,
    known,
    rows_of,
)
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import NAME, tag, text, title
from telads.render.svg.theme import Look
from telads.text import Lang, Text
from telads.wording import group_name, number, people

if TYPE_CHECKING:
    import polars as pl

PERSONS = Text("단위 명, 10명 단위로 반올림", "people, rounded to 10")
"""Unit of the table, which has room for every digit."""
COLOURS = {Sex.MALE: "men", Sex.FEMALE: "women"}
_UNIT = Text("단위 만 명", "thousands of people")
_PEOPLE = Text("명", "people")
_IN_UNIT = {"ko": 10_000, "en": 1_000}
_AGE = Text("나이", "Age")
_HEAD = 26
"""Height of the names of the sexes."""
_HEAD_LINE = 16
_BAR = 0.74
"""Share of an age's height that its bars take."""
_GAP = 6
"""Gap between a bar and its figure."""


class _Layout(NamedTuple):
    width: int
    rise: int
    """Distance between ages."""


_WIDE, _NARROW = _Layout(width=WIDE, rise=46), _Layout(width=NARROW, rise=38)


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    district: str | None = None,
    month: Month | None = None,
    narrow: bool = False,
) -> Drawing:
    """Draw the number of people by sex and age.

    `frame` has the columns sex (M or F), age (first year of a ten-year band) and population
    (people), one row a group; `district` (Korean name) and `month` say what it is about, the whole
    city if None.
    """
    about = [_base(district, lang), month.text(lang) if month else ""]
    return drawing(
        "population", _finding(_largest_first(frame), district, lang), [*about, _UNIT(lang)],
        lang=lang, window=window, synthetic=synthetic, unit=_PEOPLE(lang), frame=frame,
        table=_table(frame, lang), body=_body(frame, lang, _NARROW if narrow else _WIDE),
        details_of_table=[*about, PERSONS(lang)],
    )  # fmt: skip


def _body(frame: pl.DataFrame, lang: Lang, layout: _Layout) -> Body:
    rows = [_row(row, lang) for row in _largest_first(frame).iter_rows(named=True)]
    heads = {sex: _head(sex, frame, lang) for sex in Sex}
    names = {age: in_force().age_text(age)(lang) for age in reversed(in_force().ages)}
    ages = max(pixels(name, NAME) for name in names.values()) + 12
    figures = max((pixels(row["label"], NAME) for row in rows), default=0.0) + 2 * _GAP
    middle = ages + (layout.width - ages) / 2
    # In two lines if it does not fit on one side.
    half = layout.width - middle - 8
    broken = any(pixels(" ".join(head), NAME, bold=True) > half for head in heads.values())
    head_height = _HEAD + (_HEAD_LINE if broken else 0)
    reach = max((row["amount"] for row in rows), default=0.0) or 1.0
    unit = ((layout.width - ages) / 2 - figures) / reach
    places = {age: head_height + at * layout.rise for at, age in enumerate(names)}
    thick = layout.rise * _BAR

    def paint(look: Look) -> str:
        parts = [
            text(line, middle + (-8 if sex is Sex.MALE else 8), 14 + place * _HEAD_LINE, look,
                 fill="ink", anchor="end" if sex is Sex.MALE else None, bold=True, kind="head")
            for sex, head in heads.items()
            for place, line in enumerate(head if broken else [" ".join(head)])
        ]  # fmt: skip
        parts += [
            text(name, ages - 12, places[age] + layout.rise / 2, look, anchor="end", middle=True,
                 kind="age")
            for age, name in names.items()
        ]  # fmt: skip
        for row in rows:
            men, length = row["sex"] is Sex.MALE, row["amount"] * unit
            top = places[row["age"]] + (layout.rise - thick) / 2
            end = middle - length - _GAP if men else middle + length + _GAP
            parts.append(tag(
                "rect", title(row["hover"]), x=middle - length - 0.5 if men else middle + 0.5,
                y=top, width=length, height=thick, fill=look[COLOURS[row["sex"]]],
            ))  # fmt: skip
            parts.append(text(row["label"], end, top + thick / 2, look, fill="ink", middle=True,
                              anchor="end" if men else None, kind="label"))  # fmt: skip
        return "".join(parts)

    return Body(layout.width, head_height + len(names) * layout.rise, paint)


def _table(frame: pl.DataFrame, lang: Lang) -> Table:
    """Ages by sex."""
    people = {(row["sex"], row["age"]): row["population"] for row in rows_of(frame)}
    return Table(
        [_AGE(lang), *(sex.text(lang) for sex in Sex)],
        [
            [in_force().age_text(age)(lang), *(_count(people.get((str(sex), age))) for sex in Sex)]
            for age in in_force().ages
            if any((str(sex), age) in people for sex in Sex)
        ],
    )


def _count(people: float | None) -> str:
    return UNKNOWN if people is None else f"{people:,.0f}"


def _head(sex: Sex, frame: pl.DataFrame, lang: Lang) -> tuple[str, str]:
    """Heading of a sex's bars: its name and total."""
    total = float(known(frame.filter(frame["sex"] == sex.value), "population")["population"].sum())
    return sex.text(lang), people(total, lang)


def _largest_first(frame: pl.DataFrame) -> pl.DataFrame:
    return known(frame, "population").sort("population", descending=True, maintain_order=True)


def _row(row: dict[str, Any], lang: Lang) -> dict[str, Any]:
    amount = row["population"] / _IN_UNIT[lang]
    who = group_name(row["sex"], row["age"], lang)
    return {
        "sex": Sex(row["sex"]),
        "age": row["age"],
        "amount": amount,
        "label": number(amount, digits=1 if amount < 100 else 0),
        "hover": f"{who} {people(row['population'], lang)}",
    }


def _base(district: str | None, lang: Lang) -> str:
    first = in_force().ages[0]
    place = in_force().district_name(district, lang) if district else in_force().city(lang)
    return Text(f"{place} {first}세 이상", f"{place}, aged {first} and over")(lang)


def _finding(groups: pl.DataFrame, district: str | None, lang: Lang) -> str:
    """State the largest group. `groups` is sorted by population, largest first."""
    if groups.is_empty():
        return Text("보여 줄 인구 데이터가 없습니다", "There are no people to show")(lang)
    first = groups.row(0, named=True)
    group, count = group_name(first["sex"], first["age"], lang), people(first["population"], lang)
    place = in_force().district_name(district, lang) if district else in_force().city(lang)
    return Text(
        f"{place}에는 {group}이 가장 많습니다({count})",
        f"{group[:1].upper()}{group[1:]} are the largest group in {place} ({count})",
    )(lang)
