"""JSON is a contract: the keys and kinds of every answer, in both languages."""

from __future__ import annotations

import jsonschema
import pytest

from telads.answers.questions import schema
from telads.model import Month
from tests.cli.conftest import Telads

GROUP = ("--district", "강남구", "--sex", "F", "--age", "30")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "services": ("services", *GROUP),
    "services classic": ("services", *GROUP, "--method", "classic"),
    "targets": ("targets", "--service", "delivery", "--top", "300"),
    "targets classic": ("targets", "--service", "youtube", "--method", "classic"),
    "targets platforms": ("targets", "--service", "game", "--platforms", "--by", "volume"),
    "platforms": ("platforms", "--service", "delivery", *GROUP),
    "lookalike": ("lookalike", *GROUP, "--among", "other-districts"),
    "signals": ("signals", *GROUP),
    "changes": ("changes", "--service", "game"),
    "changes groups": ("changes", "--service", "game", "--district", "강남"),
    "history": ("history", *GROUP),
    "status": ("status",),
    "evaluate": ("evaluate",),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_an_answer_keeps_the_contract(telads: Telads, question: str, lang: str) -> None:
    document = telads(*QUESTIONS[question], "--format", "json", "--lang", lang).json()
    jsonschema.Draft202012Validator(schema(question)).validate(document)


def test_the_classic_method_keeps_the_contract_of_platforms(telads: Telads) -> None:
    words = (*QUESTIONS["platforms"], "--method", "classic", "--format", "json")
    document = telads(*words).json()
    jsonschema.Draft202012Validator(schema("platforms")).validate(document)
    assert {row["p_first"] for row in document["rows"]} == {None}
    assert document["method"] == "classic"


PROMISED = {
    "services": ("rank", "service", "affinity", "index", "change", "change_city", "change_local",
                 "labels"),
    "targets": ("rank", "district", "sex", "age", "population", "affinity", "index", "excess",
                "volume_share", "cumulative_share"),
    "platforms": ("rank", "service", "association", "low", "high", "p_first", "tie_group",
                  "n_cells"),
}  # fmt: skip
"""Keys that other programs rely on, listed once more."""


@pytest.mark.parametrize("question", PROMISED)
def test_the_promised_keys_are_there(telads: Telads, question: str) -> None:
    document = telads(*QUESTIONS[question], "--format", "json").json()
    around = {"question", "month", "window", "method", "build", "synthetic", "rows"}
    assert around <= set(document)
    for row in document["rows"]:
        assert [key for key in row if key in PROMISED[question]] == list(PROMISED[question])


@pytest.mark.parametrize("question", ["services", "targets", "platforms"])
def test_the_window_is_the_three_months_before(telads: Telads, question: str) -> None:
    words = (*QUESTIONS[question], "--month", "2023-02", "--format", "json")
    document = telads(*words).json()
    assert document["month"] == "2023-02"
    assert document["window"] == ["2022-11", "2023-01"]
    first, last = (Month.parse(month) for month in document["window"])
    assert last.number - first.number == 2


def test_what_is_synthetic_says_so(telads: Telads) -> None:
    for words in QUESTIONS.values():
        assert telads(*words, "--format", "json").json()["synthetic"] is True


def test_ranks_count_from_one(telads: Telads) -> None:
    for question in ("services", "targets", "platforms", "lookalike"):
        rows = telads(*QUESTIONS[question], "--format", "json").json()["rows"]
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def test_index_services_have_no_index_and_day_services_have_one(telads: Telads) -> None:
    rows = telads(*QUESTIONS["services"], "--format", "json").json()["rows"]
    without = {row["service"] for row in rows if row["index"] is None}
    assert without == {"youtube", "netflix"}
