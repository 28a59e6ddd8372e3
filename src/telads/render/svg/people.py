"""People by district: as bars, and those of an audience on the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from telads.dataset import in_force
from telads.model import Sex
from telads.render.svg.city import BOTH, Area, Legend, district_map, outlines
from telads.render.svg.drawing import DISTRICT, WIDE, Body, Drawing, Table, drawing
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import NAME, tag, text, title
from telads.render.svg.population import COLOURS, PERSONS
from telads.render.svg.theme import AMOUNTS, Look, step_of, steps
from telads.text import Lang, Text
from telads.wording import group_name, number, observed
from telads.wording import people as people_text

if TYPE_CHECKING:
    from telads.answers.answer import Answer

_ROW, _BAR = 22, 15
_ALL = "amount-4"
"""Colour of both sexes together."""
_IN_UNIT = {"ko": 10_000, "en": 1_000}
_UNIT = Text("만 명", "thousands of people")
_NOBODY = Text("타겟 없음", "none of them")


def draw(people: Answer, lang: Lang) -> Drawing:
    """Draw the people of the chosen sex and age by district; `people` answers `by_district`."""
    month = people.month
    assert month is not None  # this answer is always about one month
    whom = whom_of(people, lang)
    rows = [
        (in_force().district_name(row["district"], lang), row["chosen"])
        for row in people.rows.iter_rows(named=True)
    ]
    return drawing(
        "people", people.sentences[0](lang), [whom, month.text(lang), PERSONS(lang)],
        lang=lang, window=observed(month.window, lang), synthetic=people.synthetic,
        unit=PERSONS(lang), frame=people.rows,
        table=Table([DISTRICT(lang), whom], [[name, f"{count:,.0f}"] for name, count in rows]),
        body=_body(rows, people.parameters["sex"]),
    )  # fmt: skip


def draw_audience(
    districts: Mapping[str, int],
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
    most: int = 0,
) -> Drawing:
    """Map where an audience lives: people (rounded to 10) by district (Korean name).

    The scale ends at `most`, for maps to be compared; by default at the largest district.
    """
    import polars as pl

    frame = pl.DataFrame(
        {"district": list(districts), "population": list(districts.values())},
        schema={"district": pl.String, "population": pl.Int64},
    ).sort("population", "district", descending=[True, False])
    rows = [(name, count) for name, count in frame.iter_rows() if count]
    most = most or max((count for _, count in rows), default=0) or 1
    colours = steps("amount", AMOUNTS)
    ends = [number(most * share / _IN_UNIT[lang], digits=1) if share else "0"
            for share in (0.0, 0.5, 1.0)]  # fmt: skip
    areas = {
        name: Area(
            step_of(count / most, colours), number(count / _IN_UNIT[lang], digits=1),
            people_text(count, lang),
        )
        for name, count in rows
    }  # fmt: skip
    return drawing(
        "audience", _most(rows, lang), [PERSONS(lang)],
        lang=lang, window=window, synthetic=synthetic, unit=PERSONS(lang), frame=frame,
        table=Table([DISTRICT(lang), PERSONS(lang)],
                    [[in_force().district_name(name, lang), f"{count:,.0f}"]
                     for name, count in frame.iter_rows()]),
        body=district_map(
            areas,
            Legend(_UNIT(lang), colours, list(zip((0.0, 0.5, 1.0), ends, strict=True)),
                   _NOBODY(lang) if len(rows) < len(in_force().districts) else ""),
            lang=lang, narrow=narrow, first=[name for name, _ in rows[:1]],
        ),
    )  # fmt: skip


def draw_pair(
    first: Mapping[str, int], second: Mapping[str, int], *, lang: Lang, window: str,
    synthetic: bool,
) -> Drawing:  # fmt: skip
    """Map where two audiences, A and B, live: people by district (Korean name) of each.

    Where both live is hatched in both colours, with the figures of A and of B.
    """
    import polars as pl

    frame = pl.DataFrame(
        [{"district": one.district, "a": first.get(one.district, 0),
          "b": second.get(one.district, 0)} for one in outlines().districts],
        schema={"district": pl.String, "a": pl.Int64, "b": pl.Int64},
    )  # fmt: skip
    rows = list(frame.iter_rows())
    both = [name for name, a, b in rows if a and b]
    areas = {name: _of_pair(a, b, lang) for name, a, b in rows}
    heads = [f"{letter} ({PERSONS(lang)})" for letter in "AB"]
    return drawing(
        "pair", _shared(both, lang), [PERSONS(lang)],
        lang=lang, window=window, synthetic=synthetic, unit=PERSONS(lang), frame=frame,
        table=Table([DISTRICT(lang), *heads],
                    [[in_force().district_name(name, lang), f"{a:,.0f}", f"{b:,.0f}"]
                     for name, a, b in rows]),
        body=district_map(
            areas,
            Legend(_UNIT(lang), ("pair-a", "pair-b"), [(0.25, "A"), (0.75, "B")],
                   _TOGETHER(lang)),
            lang=lang, narrow=True, first=both[:3], hatch=("pair-a", "pair-b"),
        ),
    )  # fmt: skip


_TOGETHER = Text("둘 다(A·B)", "both (A · B)")


def _of_pair(a: int, b: int, lang: Lang) -> Area:
    """A district of two audiences."""
    labels = [number(count / _IN_UNIT[lang], digits=1) for count in (a, b)]
    told = ", ".join(f"{letter} {people_text(count, lang)}"
                     for letter, count in (("A", a), ("B", b)) if count)  # fmt: skip
    if a and b:
        return Area(BOTH, "·".join(labels), told, short=labels[0])
    if a or b:
        return Area("pair-a" if a else "pair-b", labels[0] if a else labels[1], told)
    return Area("pair-none", "", _NOBODY(lang))


def _shared(both: list[str], lang: Lang) -> str:
    """State in how many districts both live."""
    count, level = len(both), in_force().district
    if not both:
        return Text(f"두 타겟이 함께 사는 {level.text.ko}는 없습니다",
                    f"There is no {level.text.en} where both live")(lang)  # fmt: skip
    where = level.text.en if count == 1 else level.plural.en
    return Text(f"{level.text.ko} {count}곳에 두 타겟이 함께 삽니다",
                f"Both live in {count} {where}")(lang)  # fmt: skip


def _most(rows: list[tuple[str, int]], lang: Lang) -> str:
    """State the district where most of them live."""
    if not rows:
        return Text("사는 곳을 보여 줄 타겟이 없습니다", "There is no one to show")(lang)
    place, count = in_force().district_name(rows[0][0], lang), people_text(rows[0][1], lang)
    return Text(f"타겟은 {place}에 가장 많이 삽니다({count})",
                f"Most of them live in {place} ({count})")(lang)  # fmt: skip


def whom_of(people: Answer, lang: Lang) -> str:
    """The group of the figures, such as `30대 여성`."""
    sex, age = people.parameters["sex"], people.parameters["age"]
    if isinstance(sex, Sex) and isinstance(age, int):
        return group_name(sex, age, lang)
    first = in_force().ages[0]
    if isinstance(sex, Sex):
        return Text(f"{first}세 이상 {sex.text.ko}", f"{sex.text.en} aged {first} and over")(lang)
    if isinstance(age, int):
        return in_force().age_text(age)(lang)
    return Text(f"{first}세 이상 전체", f"everyone aged {first} and over")(lang)


def _body(rows: list[tuple[str, float]], sex: Any) -> Body:
    names = max((pixels(name, NAME) for name, _ in rows), default=0.0) + 10
    figures = max((pixels(f"{count:,.0f}", NAME) for _, count in rows), default=0.0) + 8
    most = max((count for _, count in rows), default=0) or 1
    unit = (WIDE - names - figures) / most
    colour = COLOURS[Sex(sex)] if sex else _ALL

    def paint(look: Look) -> str:
        parts = []
        for at, (name, count) in enumerate(rows):
            middle = at * _ROW + _BAR / 2
            parts.append(text(name, names - 10, middle, look, fill="ink", anchor="end",
                              middle=True, kind="name"))  # fmt: skip
            parts.append(tag("rect", title(f"{name} {count:,.0f}"), x=names, y=at * _ROW,
                             width=count * unit, height=_BAR, fill=look[colour]))  # fmt: skip
            parts.append(text(f"{count:,.0f}", names + count * unit + 6, middle, look, fill="ink",
                              middle=True, kind="label"))  # fmt: skip
        return "".join(parts)

    return Body(WIDE, len(rows) * _ROW, paint)
