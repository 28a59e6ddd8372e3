"""The report on a twin: it finds what differs and what is copied, and tells no hidden figure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.dataset import in_force
from telads.ingest.source import Reading
from telads.method.fidelity import Fidelity, fidelity
from telads.model import Month
from telads.store.cells import KEY, PLACE
from telads.text import Lang, Text
from telads.twin.cells import synthesise
from telads.twin.files import portal_table, write_portal_file
from telads.twin.profile import Profile, fit_profile
from tests.cli.conftest import runner

JUNE = Month.of(2023, 6)
MEASURES = ("population", "game", "finance", "youtube", "delivery", "subway_days")
DISTRICTS = ("종로구", "중구", "용산구", "강남구", "송파구")
SMALL = "중구"
"""A district of two neighbourhoods."""
FEW = (pl.col("district") == "용산구") & (pl.col("sex") == "M") & (pl.col("age5") >= 70)
"""A group of fewer people than a profile keeps."""


@pytest.fixture(scope="module")
def real() -> pl.DataFrame:
    """A month of five districts with a small one and a small group."""
    [(_, cells)] = synthesise(Profile.load(), [JUNE], 7)
    cells = cells.select(*PLACE, *KEY[1:], *MEASURES).filter(pl.col("district").is_in(DISTRICTS))
    two = cells.filter(pl.col("district") == SMALL)["code"].unique().sort()[:2].implode()
    cells = cells.filter((pl.col("district") != SMALL) | pl.col("code").is_in(two))
    # Codes of its own: those of a twin are invented alike.
    return cells.with_columns(
        pl.when(FEW).then(1.0).otherwise("population").alias("population"),
        code=pl.lit("9") + pl.col("code"), neighbourhood=pl.col("neighbourhood") + " 실제",
    )  # fmt: skip


def reading(cells: pl.DataFrame) -> Reading:
    return Reading(JUNE, cells, 0, cells.height)


@pytest.fixture(scope="module")
def twin(real: pl.DataFrame) -> pl.DataFrame:
    [(_, cells)] = synthesise(fit_profile([reading(real)]), [JUNE], 1)
    return cells


@pytest.fixture(scope="module")
def found(real: pl.DataFrame, twin: pl.DataFrame) -> Fidelity:
    return fidelity(reading(real), twin)


def test_a_twin_is_true_and_safe(found: Fidelity) -> None:
    assert found.groups == (len(DISTRICTS) - 1) * 12 - 1
    assert {one.measure for one in found.measures} == set(MEASURES)
    assert all(one.typical < 0.05 and one.order > 0.9 for one in found.measures)
    assert found.is_faithful
    assert found.is_safe
    assert (found.repeated, found.places) == (0, 0)


def test_a_copy_is_found(real: pl.DataFrame) -> None:
    """Under other names, and with the last digit changed."""
    renamed = real.with_columns(code=pl.lit("8") + pl.col("code"))
    copy = fidelity(reading(real), renamed)
    assert (copy.repeated, copy.places, copy.nearest) == (real.height, 0, 0)
    assert not copy.is_safe
    near = fidelity(reading(real), renamed.with_columns(pl.col("game") + 0.01))
    assert near.repeated == 0
    assert not near.is_safe
    assert fidelity(reading(real), real).places > 0


def test_advice_that_would_differ_is_counted(real: pl.DataFrame, twin: pl.DataFrame) -> None:
    """Figures of other groups give other advice, and another order of districts."""
    chance = np.random.default_rng(1)
    others = twin.with_columns(
        twin[name].gather(chance.permutation(twin.height)) for name in MEASURES[1:]
    )
    found = fidelity(reading(real), others)
    assert found.first_service < 0.6
    assert not found.is_faithful
    assert min(one.order for one in found.measures) < 0.9
    assert max(one.most for one in found.measures) > 0.2


def test_no_hidden_figure_changes_a_digit(
    real: pl.DataFrame, twin: pl.DataFrame, found: Fidelity
) -> None:
    """What does not depend on a number cannot tell it."""
    hidden = FEW | (pl.col("district") == SMALL)
    changed = real.with_columns(
        pl.when(hidden).then(pl.col(name) * 1.7 + 0.1).otherwise(name).alias(name)
        for name in MEASURES[1:]
    ).with_columns(population=pl.when(FEW).then(1.3).otherwise("population"))
    assert not changed.equals(real)
    assert fidelity(reading(changed), twin).document() == found.document()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_command_writes_it_beside_the_twin(
    capsys: pytest.CaptureFixture[str], real: pl.DataFrame, tmp_path: Path, lang: Lang
) -> None:
    telads = runner(capsys)
    like, out = tmp_path / "like", tmp_path / "out"
    like.mkdir()
    write_portal_file(portal_table(real), like / "2023-06.csv")
    told = telads("synth", out, "--like", like, "--months", "2023-06", "--file-format", "csv",
                  "--lang", lang, "--format", "json")  # fmt: skip
    assert "quality.html" in told.out
    document = json.loads((out / "quality.json").read_text("utf-8"))
    assert (document["month"], document["is_safe"], document["repeated"]) == ("2023-06", True, 0)
    page = (out / "quality.html").read_text("utf-8")
    names = in_force().measures
    assert all(names[one["measure"]].text(lang) in page for one in document["measures"])
    assert Text("얼마나 안전한가", "How safe")(lang) in page
    assert "://" not in page
