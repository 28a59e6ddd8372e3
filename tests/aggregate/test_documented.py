"""docs/aggregate.md names every column, fate, cap and option there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from telads.aggregate.cells import FATES, OLDEST
from telads.aggregate.contribution import BIRTHS, CAPS, sexes
from telads.aggregate.log import (
    BASE_BYTES,
    BYTES_PER_JOB,
    BYTES_PER_MOVEMENT,
    BYTES_PER_NAME,
    BYTES_PER_SUBSCRIBER,
    BYTES_PER_SUBSCRIBER_AGAIN,
)
from telads.aggregate.request import LOG, SMALLEST_K
from telads.aggregate.schema import EVENTS, MOBILITY
from telads.aggregate.survey import SAMPLE
from telads.cli.aggregate import FATES as TOLD

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "aggregate.md").read_text("utf-8").split())
ROW_FATES = ("counted", "repeated", "no_subscriber", "no_date", "outside", "no_service",
             "unknown_service", "incomplete")  # fmt: skip


HIDDEN = ("small", "protecting", "mobility_only", "few_users", "protecting_figures", "other_months")


@pytest.mark.parametrize("name", [*EVENTS, *MOBILITY, *FATES, *ROW_FATES, *HIDDEN])
def test_names_are_documented(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [*FATES, *ROW_FATES, *HIDDEN])
def test_every_fate_is_told_in_both_languages(name: str) -> None:
    assert TOLD[name].ko != TOLD[name].en


@pytest.mark.parametrize(
    "fact",
    [f"({SMALLEST_K}, or more)", f"at most {CAPS['trips']} trips",
     f"{CAPS['distance_m'] // 1000:,} km", f"{CAPS['home_seconds']:,} seconds",
     f"{BIRTHS[0]} to {BIRTHS[1]}", f"above {OLDEST}", f"{BASE_BYTES // 10**6} MB",
     f"{BYTES_PER_SUBSCRIBER} bytes", f"{BYTES_PER_NAME} for each raw name",
     f"{BYTES_PER_JOB // 10**6} MB and", f"{BYTES_PER_SUBSCRIBER_AGAIN} bytes",
     f"{BYTES_PER_MOVEMENT} bytes", f"one in {SAMPLE}.",
     *(f"`{name}`" for name in LOG.values() if "." in name)],
)  # fmt: skip
def test_figures_are_those_of_the_code(fact: str) -> None:
    assert fact in PAGE


@pytest.mark.parametrize("spelling", [str(s) for s in sexes() if str(s).upper() == str(s)])
def test_spellings_of_sex_are_documented(spelling: str) -> None:
    assert spelling in PAGE
