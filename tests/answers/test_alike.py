"""Neighbourhoods of like use: the nearest first, and which cannot be told apart."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from telads.answers.places import by_neighbourhood, of_filters
from telads.answers.tables import of_month
from telads.errors import AudienceTooSmall, QuestionError, UnknownChoice
from telads.method.recommend import EIGHTY
from telads.store.workspace import Build
from tests.asked import alike

ONE = "가상관악1동"


def uses(build: Build, column: str) -> dict[str, np.ndarray]:
    """A figure of everybody by neighbourhood, over the services."""
    month = build.months[-1]
    found: dict[str, list[float]] = {}
    for service in build.about["services"]:
        rows = by_neighbourhood(build, month, service).filter(pl.col("sex").is_null())
        for code, value in rows.select("code", column).iter_rows():
            found.setdefault(code, []).append(value)
    return {code: np.array(values) for code, values in found.items()}


def test_the_nearest_come_first(twin_build: Build) -> None:
    answer = alike(twin_build, ONE, top=300)
    known = uses(twin_build, "affinity")
    own = str(answer.parameters["neighbourhood"])
    far = {code: float(np.linalg.norm(values - known[own])) for code, values in known.items()}
    expected = sorted((one for one in far if one != own), key=lambda code: far[code])[:300]
    assert answer.rows["code"].to_list() == expected
    assert answer.rows["distance"].to_list() == pytest.approx([far[one] for one in expected], 1e-3)
    gaps = np.abs(known[expected[0]] - known[own])
    services = twin_build.about["services"]
    first = answer.records[0]
    assert (first["closest"], first["farthest"]) == (services[gaps.argmin()],
                                                     services[gaps.argmax()])  # fmt: skip


def test_noise_is_what_the_errors_alone_would_make(twin_build: Build) -> None:
    answer = alike(twin_build, ONE, top=1)
    low, high = (uses(twin_build, f"affinity_{end}") for end in ("low", "high"))
    own, other = str(answer.parameters["neighbourhood"]), answer.records[0]["code"]
    errors = [(high[code] - low[code]) / (2 * EIGHTY) for code in (own, other)]
    assert answer.records[0]["noise"] == pytest.approx(
        float(np.sqrt((errors[0] ** 2 + errors[1] ** 2).sum())), rel=1e-3
    )


def test_of_other_districts_and_of_one_group(twin_build: Build) -> None:
    elsewhere = alike(twin_build, ONE, among="other-districts", top=50)
    assert "관악구" not in set(elsewhere.rows["district"])
    women = alike(twin_build, ONE, "F", 20, top=50)
    month = of_month(twin_build, "neighbourhoods", twin_build.months[-1])
    sizes = month.filter(pl.col("sex") == "F", pl.col("age") == 20, pl.col("service") == "game")
    known = dict(sizes.select("code", "population").iter_rows())
    assert all(row["population"] == known[row["code"]] for row in women.records)
    assert women.facts["population"] == women.rows["population"].sum()


def test_names_codes_and_none(twin_build: Build) -> None:
    by_name = alike(twin_build, "관악구 가상관악1동").rows
    assert by_name.equals(alike(twin_build, "1121001").rows)
    largest = alike(twin_build)
    month = of_month(twin_build, "neighbourhoods", twin_build.months[-1])
    everybody = month.filter(pl.col("sex").is_null()).sort("population", "code", descending=True)
    assert largest.parameters["neighbourhood"] == everybody["code"][0]


def test_what_there_is_not_is_refused(twin_build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownChoice, match="Choose one of"):
        alike(twin_build, "없는동")
    with pytest.raises(UnknownChoice):
        alike(twin_build, ONE, among="nowhere")
    with pytest.raises(QuestionError, match="together"):
        alike(twin_build, ONE, "F")
    plain = of_filters
    monkeypatch.setattr(
        "telads.answers.places.of_filters",
        lambda *asked: plain(*asked).filter(pl.col("code") != "1121001"),
    )
    with pytest.raises(AudienceTooSmall):
        alike(twin_build, ONE)


def test_those_that_cannot_be_told_apart_are_counted(twin_build: Build) -> None:
    answer = alike(twin_build, ONE, top=5)
    near = sum(row["distance"] <= row["noise"] for row in answer.records)
    told = " ".join(sentence.en for sentence in answer.sentences)
    assert ("do not differ clearly" in told) == bool(near)
    if near:
        assert f"{near} of 5" in told
