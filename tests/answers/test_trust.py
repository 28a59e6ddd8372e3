"""How far figures can be relied on, in words: sentences, grades, and how often they were right."""

from __future__ import annotations

from typing import Any

import pytest

from telads.answers import trust
from telads.answers.evaluation import evaluation
from telads.answers.fields import FIELDS
from telads.answers.questions import QUESTIONS
from telads.answers.trust import FAR, GRADES, NARROW, RECORDS, evaluated, record_text
from telads.store.workspace import Build, Store
from telads.text import LANGUAGES

STATISTICS = ("표준편차", "상관", "오발견율", "standard deviation", "correlation", "p-value")


def index(value: float, low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    return {"service": "delivery", "index": value, "affinity": (value - 100) / 40,
            "index_low": low, "index_high": high, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "grade"),
    [
        (index(146, 143, 148), "high"),
        (index(146, 135, 157), "high"),  # half its width is under a quarter of the distance
        (index(146, 133, 159), "medium"),
        (index(106, 103, 109), "medium"),
        (index(104, 98, 110), "low"),
        (index(80, 78, 82), "high"),
        (index(96, 93, 101), "low"),
        (index(140, None, None), "medium"),
        (index(104, None, None), "low"),
    ],
)
def test_an_index_is_graded_by_its_interval(row: dict[str, Any], grade: str) -> None:
    judged = trust.judge_index(row)
    assert judged is not None
    assert judged[0] == grade


def test_the_rule_of_narrow_and_far_is_what_the_module_says() -> None:
    told = trust.__doc__ or ""
    assert {0.25: "a quarter"}[NARROW] in told
    assert f"{FAR:.2f} standard deviations" in told


def test_a_service_without_an_index_is_never_graded_high() -> None:
    for score in (-3.0, -0.1, 0.05, 0.9, 4.0):
        row = {"service": "youtube", "index": None, "affinity": score}
        judged, says = trust.judge_index(row), trust.of_index(row)
        assert judged is not None
        assert says is not None
        assert judged[0] == ("medium" if abs(score) >= FAR else "low")
        assert not any(char.isdigit() for char in says.ko + says.en)


def test_sentences_say_percent_without_statistics() -> None:
    assert trust.of_index(index(146.2, 143, 148)) == (
        "서울 평균보다 *46%* 더 씁니다", "Used *46%* more than the Seoul average",
    )  # fmt: skip
    less = trust.of_index(index(91.6, 90, 93))
    assert less
    assert "*8%* 덜" in less.ko
    same = trust.of_index(index(100.3, 98, 102))
    assert same
    assert "%" not in same.ko


def test_what_a_card_says_of_a_field_has_no_statistics() -> None:
    fields = [*FIELDS.values(), *(one for of in QUESTIONS.values() for one in of.rows)]
    told = [one.trust.plain for one in fields if one.trust.plain]
    told += [why for one in fields if one.trust.sure for why in one.trust.sure[1:]]
    assert len(told) > 10
    for text in told:
        for lang in LANGUAGES:
            assert not [word for word in STATISTICS if word in text(lang)], text


def test_every_record_is_known_of_a_field_and_names_what_was_measured(
    twin_build: Build, twin_workspace: Store
) -> None:
    named = {one.trust.record for of in QUESTIONS.values() for one in of.rows} | {
        one.trust.record for one in FIELDS.values()
    }
    assert named - {""} == set(RECORDS)
    rows = evaluation(twin_workspace, 1, twin_build).records
    value = {(row["part"], row["recommender"], row["measure"]): row["value"] for row in rows
             if row["service"] is None}  # fmt: skip
    known = dict(evaluated(twin_build))
    known.setdefault(("intervals", "affinity", "forecast_holds", "delivery"), 0.8125)  # 4 months
    for name, record in RECORDS.items():
        service = "delivery" if record.of_service else None
        told = record_text(name, service, known)
        own = known[record.part, "affinity", record.measure, service]
        for lang in LANGUAGES:
            assert f"*{own:.0%}*" in told(lang), name
        if not record.of_service:
            assert own == value[record.part, "affinity", record.measure]
    # What last month alone would give stands beside it.
    last = known["services", "last", "precision", None]
    assert f"{last:.0%}" in record_text("precision", None, known).ko.partition("그대로")[2]


def test_with_too_few_months_nothing_is_claimed(twin_build: Build) -> None:
    for name in RECORDS:
        assert record_text(name, "delivery", {}) == trust.NOT_YET
    assert record_text("", None, evaluated(twin_build)) == trust.UNTESTED
    # A service that has no interval of its own is told of by its place.
    assert "1위" in record_text("forecast", "youtube", evaluated(twin_build)).ko


def test_grades_are_words_in_both_languages() -> None:
    assert [text.ko for text in GRADES.values()] == ["높음", "보통", "낮음"]
