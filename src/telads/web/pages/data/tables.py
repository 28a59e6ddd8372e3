"""The people of the districts as a table for reading, and the remarks on the months."""

from __future__ import annotations

from telads.answers.answer import Answer
from telads.language import Lang, Text
from telads.model import AGES, Month, Sex, age_text
from telads.places import district_name
from telads.render.svg.drawing import DISTRICT, UNKNOWN, Table


def groups_of(people: Answer, lang: Lang) -> Table:
    """Every district's people: all, by sex, by age."""
    columns: dict[str, Text] = {
        "all": Text("모두", "all"),
        **{str(sex): sex.text for sex in Sex},
        **{str(age): age_text(age) for age in AGES},
    }
    return Table(
        [DISTRICT(lang), *(title(lang) for title in columns.values())],
        [
            [district_name(row["district"], lang), *(_count(row[name]) for name in columns)]
            for row in people.rows.iter_rows(named=True)
        ],
    )


def remarks_of(status: Answer, lang: Lang) -> list[tuple[str, list[str]]]:
    """Each warning once, with the months it stands at."""
    months: dict[str, list[str]] = {}
    for month, sentences in status.rows.select("month", f"warnings_{lang}").iter_rows():
        for sentence in sentences:
            months.setdefault(sentence, []).append(Month.parse(month).text(lang))
    return list(months.items())


def _count(people: float | None) -> str:
    return UNKNOWN if people is None else f"{people:,.0f}"
