"""Answers as sheets of a workbook."""

from __future__ import annotations

import pytest

from telads.answers.advertisers import of_targets
from telads.answers.answer import Answer
from telads.answers.fields import FIELDS, figure, number_format
from telads.answers.questions import QUESTIONS, field_of
from telads.render.files import sheet_of
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang
from tests.asked import history, lookalike, services, signals, targets

OF = ("강남구", "F", 30)


def answers(build: Build) -> list[Answer]:
    found = targets(build, "delivery", platforms=True)
    return [
        services(build, *OF), services(build, *OF, method="classic"), history(build, *OF),
        signals(build, *OF), lookalike(build, *OF), found, of_targets(build, found),
    ]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_is_headed_in_words_and_figures_stay_figures(
    twin_build: Build, lang: Lang
) -> None:
    for answer in answers(twin_build):
        frame, formats = sheet_of(answer, lang)
        assert frame.shape == answer.rows.shape
        for name, heading in zip(answer.rows.columns, frame.columns, strict=True):
            column = field_of(answer.question, name)
            assert column is not None, f"{answer.question}: {name} has no heading"
            assert heading == column.heading(lang)
            if column.figure:
                assert frame[heading].to_list() == answer.rows[name].to_list()
                assert heading in formats


def test_people_and_services_are_named_in_the_language(twin_build: Build) -> None:
    found = targets(twin_build, "delivery", district="강남구", sex="F", age=30)
    assert sheet_of(found, "ko").frame.row(0)[1:4] == ("강남구", "여성", "30대")
    assert sheet_of(found, "en").frame.row(0)[1:4] == ("Gangnam-gu", "women", "30-39")
    assert "배달" in sheet_of(services(twin_build, *OF), "ko").frame["서비스"].to_list()


def test_every_format_of_a_column_is_known_to_spreadsheets() -> None:
    known = [*FIELDS.values(), *(one for of in QUESTIONS.values() for one in of.rows)]
    for one in known:
        assert bool(number_format(one)) == bool(one.kind.form), one.key


@pytest.mark.parametrize(("form", "shown"), [
    ("d", "0"), ("+d", "+0;-0;0"), (",d", "#,##0"), ("+,d", "+#,##0;-#,##0;#,##0"), (".0f", "0"),
    (".3f", "0.000"), (",.1f", "#,##0.0"), ("+.2f", "+0.00;-0.00;0.00"), (".0%", "0%"),
    ("+.1%", "+0.0%;-0.0%;0.0%"),
])  # fmt: skip
def test_a_field_of_any_format_can_be_written(form: str, shown: str) -> None:
    told = FIELDS["population"]._replace(kind=figure(form))
    assert number_format(told) == shown


@pytest.mark.parametrize("form", ["", "+", "f", ".2", "%", ".2e", ">8.2f"])
def test_a_format_that_no_workbook_has_is_refused_where_it_is_declared(form: str) -> None:
    with pytest.raises(ValueError, match="no format of a figure"):
        figure(form)
