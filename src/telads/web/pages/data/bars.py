"""The people of the districts as a picture that stands alone; the page has a table with bars."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.dataset import in_force
from telads.model import Sex
from telads.render.svg import theme
from telads.render.svg.drawing import families
from telads.render.svg.population import PERSONS
from telads.text import Lang, Text
from telads.web.jinja import rendered
from telads.wording import group_name, observed

_WIDTH, _FIGURES = 660, 70
_NAMES: dict[Lang, int] = {"ko": 68, "en": 124}
"""Room for the longest name (영등포구, Yeongdeungpo-gu), in a wider typeface too."""
_MARGIN, _ROW, _BAR = 16, 22, 15
_TITLE, _SUBTITLE = 25, 17
_COLOURS: dict[str | None, str] = {"M": theme.MALE, "F": theme.FEMALE}


class Bar(NamedTuple):
    """One district's bar: where its texts stand and how long it is, in pixels."""

    name: str
    y: int
    top: int
    length: str
    end: str
    figure: str


def people_svg(people: Answer, lang: Lang) -> str:
    """The districts' people of the chosen sex and age as SVG with its heading."""
    heading = heading_of(people, lang)
    title, subtitle = list(heading.text), list(heading.subtitle)
    start = _MARGIN + _TITLE * len(title) + _SUBTITLE * len(subtitle) + 18
    most = max(people.rows["chosen"].to_list(), default=0) or 1
    names = _NAMES[lang]
    scale = (_WIDTH - names - _FIGURES) / most
    bars = [
        Bar(
            in_force().district_name(row["district"], lang),
            start + place * _ROW + _BAR - 3,
            start + place * _ROW,
            f"{row['chosen'] * scale:.1f}",
            f"{_MARGIN + names + row['chosen'] * scale + 6:.1f}",
            f"{row['chosen']:,.0f}",
        )
        for place, row in enumerate(people.rows.iter_rows(named=True))
    ]
    facts: dict[str, Any] = {
        "title": [(line, _MARGIN + 18 + _TITLE * place) for place, line in enumerate(title)],
        "subtitle": [
            (line, _MARGIN + 12 + _TITLE * len(title) + _SUBTITLE * place)
            for place, line in enumerate(subtitle)
        ],
        "label": " ".join(title),
        "bars": bars,
        "width": _WIDTH + 2 * _MARGIN,
        "height": start + _ROW * len(bars) + _MARGIN,
        "left": _MARGIN,
        "bar_left": _MARGIN + names,
        "thick": _BAR,
        "look": theme.PLAIN,
        "font": families(),
        "colour": _COLOURS.get(str(people.parameters["sex"]), theme.SEQUENTIAL[3]),
    }
    return rendered("data/people.svg", facts)


def heading_of(people: Answer, lang: Lang) -> Any:
    """The finding, and beneath it whom the figures are about, their month and window."""
    month = people.month
    assert month is not None  # this answer is always about one month
    return theme.heading(
        people.sentences[0](lang),
        [whom_of(people, lang), month.text(lang), PERSONS(lang)],
        lang=lang, window=observed(month.window, lang), synthetic=people.synthetic,
        width=theme.WIDE,
    )  # fmt: skip


def whom_of(people: Answer, lang: Lang) -> str:
    """Whom the figures are about, as `30대 여성`."""
    sex, age = people.parameters["sex"], people.parameters["age"]
    first = in_force().ages[0]
    if isinstance(sex, Sex) and isinstance(age, int):
        return group_name(sex, age, lang)
    if isinstance(sex, Sex):
        return Text(f"{first}세 이상 {sex.text.ko}", f"{sex.text.en} aged {first} and over")(lang)
    if isinstance(age, int):
        return in_force().age_text(age)(lang)
    return Text(f"{first}세 이상 전체", f"everyone aged {first} and over")(lang)
