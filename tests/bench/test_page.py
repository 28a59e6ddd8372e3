"""The page says what was measured, and says so where a promise is not kept."""

from __future__ import annotations

import pytest

from bench.machine import Machine
from bench.measure import Measured, Sample
from bench.page import Results, goals, page


def measured(name: str, *seconds: float) -> Measured:
    return Measured(name, tuple(Sample(second, 2 * second, 100 * second) for second in seconds))


def results(
    first: float = 1.0,
    again: float = 0.3,
    question: float = 0.15,
    more: float = 1.2,
    load: float = 0.1,
) -> Results:
    return Results(
        machine=Machine("2026-01-02", "a small machine, Python 3.11", load),
        inputs="7 files of the portal and 2 copies of them",
        study=measured("study", 39.0, 40.0, 44.0),
        reading=measured("reading", 0.8),
        stored=measured("stored", first / 2),
        first=measured("first", first),
        again=measured("again", again),
        bare=measured("bare", 0.01),
        help=measured("help", 0.08),
        polars=measured("polars", 0.12),
        status=measured("status", 0.1),
        question=measured("question", question),
        many_reading=measured("many_reading", 5.0),
        many=measured("many", 5.5),
        alone=measured("alone", 1.0),
        on_few=measured("on_few", 1.0),
        on_many=measured("on_many", more),
    )


@pytest.mark.parametrize(
    ("given", "met"),
    [
        (results(), [True] * 10),
        (results(first=1.4, again=0.41), [False, False, *[True] * 8]),
        (results(first=4.0), [False, True, False, *[True] * 7]),
        (results(more=1.4), [*[True] * 5, False, *[True] * 4]),
        (results(more=3.0), [*[True] * 5, False, False, *[True] * 3]),
        (results(question=0.2), [*[True] * 9, False]),
    ],
)
def test_goals_are_met_or_not_by_the_medians(given: Results, met: list[bool]) -> None:
    assert [goal.met for goal in goals(given)] == met
    assert page(given).count("**no**") == met.count(False)


def test_the_page_holds_medians_extremes_peaks_and_ratios() -> None:
    text = page(results())
    assert "40.000 (39.000 .. 44.000) | 80.000 s | 4400 MB" in text
    assert "| 1.000 (1.000 .. 1.000) | 2.000 s | 100 MB | 1/40 of the time |" in text
    assert "15.0 times as long" in text
    assert "| nine files to rankings | at least 30 times faster | 40.0 times faster | yes |" in text


def test_the_page_says_what_was_measured_where() -> None:
    text = page(results())
    for fact in ("2026-01-02", "a small machine, Python 3.11", "7 files of the portal",
                 "3 rounds", "1 rounds, after one that is not counted"):  # fmt: skip
        assert fact in text


def test_a_busy_machine_is_no_secret() -> None:
    assert "Nothing else of weight" in page(results())
    assert "4.2 processes wanted a processor" in page(results(load=4.2))


def test_this_machine_tells_what_it_is() -> None:
    machine = Machine.here()
    assert "polars 2." in machine.words
    assert "Python 3." in machine.words
    assert machine.load >= 0
