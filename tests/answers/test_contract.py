"""Every answer is what the contract says of it, key by key."""

from __future__ import annotations

from collections.abc import Callable

import jsonschema
import pytest

from telads.answers import inventory, questions
from telads.answers.answer import Answer
from telads.answers.inventory import status
from telads.dataset import in_force
from telads.store.workspace import Build, Store
from tests.asked import (
    alike,
    changes,
    evaluation,
    history,
    lookalike,
    platforms,
    segments,
    services,
    signals,
    targets,
)

GROUP = ("강남구", "F", "30")

ASKED: dict[str, Callable[[Build], Answer]] = {
    "services": lambda build: services(build, *GROUP),
    "services classic": lambda build: services(build, *GROUP, method="classic"),
    "targets": lambda build: targets(build, "delivery", top=300),
    "targets classic": lambda build: targets(build, "youtube", method="classic"),
    "targets platforms": lambda build: targets(build, "game", platforms=True, top=300),
    "targets group": lambda build: targets(build, "delivery", level="group"),
    "targets neighbourhood": lambda build: targets(
        build, "delivery", level="neighbourhood", top=300
    ),
    "platforms": lambda build: platforms(build, "delivery", *GROUP),
    "lookalike": lambda build: lookalike(build, *GROUP),
    "alike": alike,
    "signals": lambda build: signals(build, *GROUP),
    "history": lambda build: history(build, *GROUP),
    "segments": segments,
    "months": inventory.months,
    "measures": inventory.measures,
    "districts": inventory.districts,
    "status": lambda build: status(Store(build.path.parents[1])),
    "changes": lambda build: changes(build, "game"),
    "changes groups": lambda build: changes(build, "youtube", district="강남구"),
    "evaluate": lambda build: evaluation(Store(build.path.parents[1])),
}


ELSEWHERE = ("history year",)
"""Needs more than a year of months: `test_years`."""


def test_every_question_is_asked() -> None:
    assert [*ASKED, *ELSEWHERE] == sorted(questions.variants(), key=lambda name: name in ELSEWHERE)


@pytest.mark.parametrize("question", ASKED)
def test_an_answer_is_as_promised(twin_build: Build, question: str) -> None:
    document = ASKED[question](twin_build).document("en")
    jsonschema.Draft202012Validator(questions.schema(question)).validate(document)
    rows = document["rows"]
    assert isinstance(rows, list)
    assert rows


@pytest.mark.parametrize("question", questions.variants())
def test_examples_are_as_promised(question: str) -> None:
    known, variant = questions.question_of(question)
    row = {key: in_force().described(field.example) for key, field in known.fields(variant).items()}
    jsonschema.Draft202012Validator(questions.row_schema(question)).validate(row)


def test_a_key_too_many_breaks_the_contract(twin_build: Build) -> None:
    document = ASKED["services"](twin_build).document("en")
    document["more"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(questions.schema("services")).validate(document)


def test_nothing_of_the_machine_is_told(twin_build: Build) -> None:
    told = ASKED["status"](twin_build).json("ko")
    assert str(twin_build.path.parents[1]) not in told
