"""The page of the website's speed says what was measured, and where a promise is not kept."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from bench.load import Load, Speed
from bench.machine import Machine
from bench.web_page import Results, goals, page
from bench.web_questions import NEW, PAGES, questions
from bench.weight import Weight


@cache
def asked() -> list[tuple[str, int]]:
    """The questions by id and connections: thousands of addresses are spelt for them."""
    return [(question.id, many) for question in questions() for many in question.connections]


def results(
    advertiser: int = 700, slowest: float = 0.029, data: int = 60_000, signed_in: int = 9100
) -> Results:
    rates = {"study-advertiser": 20, "study-customer": 300, "advertiser": advertiser,
             "customer": 900}  # fmt: skip
    speeds = {
        (id, connections): Speed(
            (Load(1.0, (slowest,) * rates.get(id, 50), slowest * rates.get(id, 50)),)
        )
        for id, connections in asked()
    }
    weights = {"home": Weight(4000, 20_000), "data": Weight(data, 21_000),
               "customers": Weight(9000, 20_000)}  # fmt: skip
    return Results(Machine("2026-01-02", "a small machine", 0.1), "7 files of the portal", 3, 2.0,
                   speeds, weights, Weight(signed_in, 20_000))  # fmt: skip


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({}, "yes yes no yes yes yes no yes yes yes yes no yes yes"),
        ({"advertiser": 599}, "no yes no yes yes yes no yes yes yes yes no yes yes"),
        ({"slowest": 0.041}, "yes no no no yes no no no no yes yes no yes yes"),
        ({"slowest": 0.0004}, "yes yes no yes yes yes no yes yes yes yes yes yes yes"),
        ({"slowest": 0.151}, "yes no no no yes no no no no yes yes no no yes"),
        ({"signed_in": 11_000}, "yes yes no yes yes yes no yes yes yes no no yes yes"),
        ({"data": 580_000}, "yes yes no yes yes yes no yes yes yes yes no yes no"),
    ],
)
def test_goals_are_met_or_not_for_kept_and_for_new_answers(given: dict[str, Any], met: str) -> None:
    found = results(**given)
    assert [goal.met for goal in goals(found)] == [word == "yes" for word in met.split()]
    assert page(found).count("**no**") == met.split().count("no")


def test_the_page_holds_rates_times_and_weights() -> None:
    text = page(results())
    for fact in (
        "2026-01-02", "3 rounds", "7 files of the portal", "a small machine",
        "| advertiser page, asked before, 8 connections | at least 30 times faster "
        "| 35.0 times faster | yes |",
        "| advertiser, page | asked before | 8 | 700 | 29.0 ms | 29.0 ms | 29.0 ms | 700 |",
        "| advertiser, the study's page | any | 1 | 20 |",
        "| data | 60.0 kB | 21.0 kB | 81.0 kB |",
    ):  # fmt: skip
        assert fact in text


def test_no_choice_of_a_new_question_comes_twice() -> None:
    for question in questions():
        if question.choice == NEW:
            paths = list(question.paths)
            assert len(paths) == len(set(paths)) > 1000


def test_three_of_ten_of_the_mixture_are_asked_once() -> None:
    (mixture,) = (question for question in questions() if question.id == "mixture")
    paths = list(mixture.paths)
    kept = {f"/en{path}" for path in PAGES.values()}
    new = [path for path in paths if path not in kept]
    assert len(new) == len(set(new)) > 1000
    assert len(new) / len(paths) == pytest.approx(0.3, abs=0.001)
