"""Every answer of planning is what its contract says, key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from telads.answers.answer import Answer
from telads.answers.choices import known_places
from telads.answers.questions import QUESTIONS
from telads.dataset import in_force
from telads.model import Month
from telads.planning import schema as contract
from telads.planning.brief import read_brief
from telads.planning.comparison import compare
from telads.planning.plan import PARTS, Plan, make_plan
from telads.planning.questions import (
    audience_answer,
    comparison_answer,
    overlap_answer,
    plan_answer,
)
from telads.planning.rules import read_rules
from telads.store.workspace import Build
from tests.fingerprint.questions import BRIEFS, brief

YOUNG = {"where": {"age": [20, 30]}}
BRIEF: dict[str, Any] = {
    "name": "Summer", "month": "2023-02", "audience": YOUNG, "service": "delivery",
    "budget": 50_000_000, "frequency": {"at_most": 5},
    "platforms": [{"service": "shopping", "price": 3500, "cap": 9_000_000},
                  {"service": "youtube", "name": "YouTube short", "price": 4500}],
}  # fmt: skip


def plan_of(build: Build) -> Plan:
    return make_plan(build, read_brief(BRIEF))


def part(name: str) -> Callable[[Build], Answer]:
    return lambda build: plan_answer(build, plan_of(build), name)


def divided(build: Build) -> Answer:
    """Of districts whose money is divided over their neighbourhoods."""
    names = [place.code for place in known_places(build)[:3]]
    people = {"where": {"all": [{"neighbourhood": names}, {"age": [20, 30]}]}}
    plan = make_plan(build, read_brief({**BRIEF, "audience": people, "frequency": None}))
    return plan_answer(build, plan, "neighbourhoods")


def compared(build: Build) -> Answer:
    return comparison_answer(compare(plan_of(build), build, Month.of(2023, 3)))


def entered_and_left(build: Build) -> Answer:
    """With rows of segments that have no figures of before, or no spends of now."""
    who = {"where": {"service": "delivery", "affinity": 1.0}}
    plan = make_plan(build, read_brief({**BRIEF, "audience": who, "frequency": None}))
    answer = comparison_answer(compare(plan, build, Month.of(2023, 4)))
    assert {"entered", "left"} & set(answer.rows["status"].to_list())
    return answer


ASKED: dict[str, Callable[[Build], Answer]] = {
    "audience": lambda build: audience_answer(build, read_rules(YOUNG)),
    "overlap": lambda build: overlap_answer(
        build, read_rules(YOUNG), read_rules({"where": {"sex": "F"}})
    ),
    **{f"plan_{name}": part(name) for name in PARTS},
    "plan_neighbourhoods": divided,
    "plan_comparison": compared,
}


def test_every_question_is_asked() -> None:
    assert ASKED.keys() == contract.ROWS.keys() == contract.FACTS_OF.keys()


@pytest.mark.parametrize("question", ASKED)
def test_an_answer_is_as_promised(twin_build: Build, question: str) -> None:
    document = ASKED[question](twin_build).document("en")
    jsonschema.Draft202012Validator(contract.schema(question)).validate(document)
    assert document["rows"]
    assert document["facts"]


def test_so_are_goals_that_no_budget_meets(twin_build: Build) -> None:
    platforms = [{"service": "youtube", "price": 4500, "curve": {"points": [[1, 0.4], [3, 0.7]]}}]
    brief = read_brief({**BRIEF, "budget": 1_000_000, "frequency": None, "platforms": platforms,
                        "target": {"people": 10**9}})  # fmt: skip
    answer = plan_answer(twin_build, make_plan(twin_build, brief), "goals")
    assert answer.rows["reached"].null_count()
    document = answer.document("en")
    jsonschema.Draft202012Validator(contract.schema("plan_goals")).validate(document)


def test_so_is_one_whose_groups_changed(twin_build: Build) -> None:
    document = entered_and_left(twin_build).document("ko")
    jsonschema.Draft202012Validator(contract.schema("plan_comparison")).validate(document)


@pytest.mark.parametrize("question", contract.ROWS)
def test_examples_are_as_promised(question: str) -> None:
    schema = contract.schema(question)["properties"]
    row = {
        key: in_force().described(one.example) for key, one in QUESTIONS[question].fields().items()
    }
    jsonschema.Draft202012Validator(schema["rows"]["items"]).validate(row)
    facts = {
        name: in_force().described(fact.example)
        for name, fact in contract.FACTS_OF[question].items()
    }
    jsonschema.Draft202012Validator(schema["facts"]).validate(facts)


def test_a_key_too_many_breaks_the_contract(twin_build: Build) -> None:
    answer = ASKED["audience"](twin_build)
    told = replace(answer, facts={**answer.facts, "more": 1}).document("en")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(contract.schema("audience")).validate(told)


def values(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield from values(value, f"{place}.{key}")
    elif isinstance(document, list | tuple):
        for value in document:
            yield from values(value, place)
    else:
        yield place, document


@pytest.mark.parametrize("name", BRIEFS)
def test_figures_are_plain_numbers(twin_build: Build, name: str) -> None:
    """Files write what they know as a number; NumPy's are none."""
    plan = make_plan(twin_build, read_brief(brief(name)))
    other = {place for place, value in values(plan.content())
             if type(value) not in {int, float, str, bool, type(None)}}  # fmt: skip
    assert not other
