from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import polars as pl
import pytest

from telads.answers.tables import read
from telads.store.workspace import Build
from tests.asked import comparison, services

pytestmark = pytest.mark.seoul


def test_first_services_are_those_of_the_answers(seoul_build: Build) -> None:
    answer = comparison(seoul_build, "2023-06")
    assert answer.rows["affinity_first"].sum() == answer.facts["segments"] == 300
    assert answer.rows["classic_first"].sum() == 300
    group = ("강남구", "F", 30)
    own = services(seoul_build, *group, "2023-06").rows["service"][0]
    classic = services(seoul_build, *group, "2023-06", method="classic").rows["service"][0]
    named = {row["service"]: row for row in answer.rows.iter_rows(named=True)}
    assert named[own]["affinity_first"] > 0
    assert named[classic]["classic_first"] > 0
    agreed = answer.rows["both"].sum() / 300
    assert answer.facts["first_differs"] == pytest.approx(1 - agreed, abs=5e-5)


def test_the_share_of_movements_the_score_goes_against(seoul_build: Build) -> None:
    """Counted again row by row."""
    lines: dict[tuple[str, ...], list[tuple[str, float, float]]] = defaultdict(list)
    table = read(seoul_build, "classic")
    for row in table.iter_rows(named=True):
        key = (row["district"], row["sex"], str(row["age"]), row["service"])
        lines[key].append((row["month"], row["usage"], row["score"]))
    against = moved = 0
    for line in lines.values():
        line.sort()
        for (_, usage, score), (_, next_usage, next_score) in pairwise(line):
            if next_usage != usage:
                moved += 1
                against += (next_usage > usage) != (next_score > score) or next_score == score
    facts = comparison(seoul_build).facts
    assert facts["against"] == pytest.approx(against / moved, abs=5e-5)
    below = table.filter(pl.col("z") < 0).height / table.height
    assert facts["reversed"] == pytest.approx(below, abs=5e-5)


def test_the_weights_of_index_services(seoul_build: Build) -> None:
    facts = comparison(seoul_build).facts
    table = read(seoul_build, "classic").filter(pl.col("service").is_in(["youtube", "netflix"]))
    weights = table["weight"].to_list()
    assert (facts["weight_low"], facts["weight_high"]) == (min(weights), max(weights))
