from __future__ import annotations

import polars as pl
import pytest

from telads.answers.tables import of_month
from telads.errors import UnknownChoice
from telads.store.workspace import Build
from tests.asked import by_district


@pytest.mark.seoul
def test_people_are_those_of_the_segments_rounded(seoul_build: Build) -> None:
    answer = by_district(seoul_build, "2023-06", "F", "30")
    known = of_month(seoul_build, "segments", seoul_build.months[5])
    for row in answer.rows.iter_rows(named=True):
        here = known.filter(pl.col("district") == row["district"])
        women = here.filter((pl.col("sex") == "F") & (pl.col("age") == 30))
        assert row["chosen"] == pytest.approx(women["population"].sum(), abs=5)
        assert row["all"] == pytest.approx(here["population"].sum(), abs=5)
        assert row["M"] + row["F"] == pytest.approx(row["all"], abs=15)
        assert sum(row[str(age)] for age in (20, 30, 40, 50, 60, 70)) == pytest.approx(
            row["all"], abs=35
        )
    sizes = answer.rows.drop("district", "share")
    assert all((sizes[name] % 10 == 0).all() for name in sizes.columns)
    assert answer.rows["chosen"].is_sorted(descending=True)


@pytest.mark.seoul
def test_the_finding_names_both_ends(seoul_build: Build) -> None:
    answer = by_district(seoul_build, "2023-06", sex="M")
    first, last = answer.rows["district"][0], answer.rows["district"][-1]
    (finding,) = answer.sentences
    assert finding.ko.startswith(f"남성은 {first}에 가장 많고")
    assert last in finding.ko
    assert finding.en.startswith("Men: most in ")


@pytest.mark.seoul
def test_an_unknown_sex_is_refused(seoul_build: Build) -> None:
    with pytest.raises(UnknownChoice):
        by_district(seoul_build, sex="x")
