"""Lookalikes, signals, status, evaluation and pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from telads.answers.choices import Filters
from telads.answers.inventory import status
from telads.answers.pictures import PICTURES, Asked, average_age, by_district, picture
from telads.answers.tables import read
from telads.errors import UnknownChoice
from telads.render.svg import CHARTS, drawn
from telads.store.workspace import Build, Store
from tests.asked import evaluation, lookalike, signals
from tests.seoul import BY_ID


def test_lookalikes_are_the_nearest_by_seven_affinities(seoul_build: Build) -> None:
    rows = lookalike(seoul_build, "강남구", "F", 30, "2023-06", top=299).rows
    assert rows["distance"].is_sorted()
    wide = (
        read(seoul_build, "services")
        .filter(pl.col("month") == "2023-06")
        .pivot("service", index=["district", "sex", "age"], values="affinity")
    )
    z = {tuple(row[:3]): np.array(row[3:], dtype=float) for row in wide.iter_rows()}
    own = z["강남구", "F", 30]
    for row in rows.head(20).to_dicts():
        other = z[row["district"], row["sex"], row["age"]]
        assert row["distance"] == pytest.approx(float(np.linalg.norm(other - own)), rel=1e-3)


def test_lookalikes_among_some(seoul_build: Build) -> None:
    elsewhere = lookalike(seoul_build, "강남구", "F", 30, among="other-districts", top=300).rows
    assert elsewhere.height == 24
    assert set(elsewhere["sex"]) == {"F"}
    others = lookalike(seoul_build, "강남구", "F", 30, among="other-people", top=300).rows
    assert others.filter((pl.col("sex") == "F") & (pl.col("age") == 30)).is_empty()
    with pytest.raises(UnknownChoice):
        lookalike(seoul_build, "강남구", "F", 30, among="friends")


def test_signals_never_speak_of_hours(seoul_build: Build) -> None:
    for district in ("강남구", "노원구", "중구"):
        answer = signals(seoul_build, district, "M", 40)
        assert answer.rows.height == 5
        for sentence in answer.sentences:
            assert not {"evening", "morning", "night"} & set(sentence.en.lower().split())


def test_status_tells_what_is_built(seoul_workspace: Store, seoul_build: Build) -> None:
    answer = status(seoul_workspace)
    assert answer.rows["month"].to_list() == [f"2023-0{n}" for n in range(1, 8)]
    assert answer.rows["built"].all()
    assert answer.facts["current"]
    assert not answer.synthetic
    assert answer.rows.row(5, named=True)["first"] == "2023-03"


def test_status_of_an_empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> None:
    answer = status(Store(tmp_path_factory.mktemp("empty") / "none"))
    assert answer.rows.is_empty()
    assert not answer.facts["current"]


def test_the_evaluation_is_computed_once(twin_workspace: Store) -> None:
    first = evaluation(twin_workspace)
    assert (twin_workspace.path / "evaluations").is_dir()
    again = evaluation(twin_workspace)
    assert first.rows.equals(again.rows)
    assert {"services", "platforms"} < set(first.rows["part"])
    assert first.facts["overlap"] == 2
    with pytest.raises(UnknownChoice):
        evaluation(twin_workspace, 2)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("chart", sorted(PICTURES))
def test_every_picture_can_be_drawn(twin_build: Build, chart: str, lang: str) -> None:
    asked = Asked(district="강남구", sex="F", age=30) if chart == "ranking" else Asked()
    shown = picture(twin_build, chart, asked, lang)  # type: ignore[arg-type]
    picture_of = drawn(shown)
    assert picture_of.finding
    # Its rows are the answer's.
    figures = shown.frame.to_dicts()
    if chart == "correlation":  # each pair once, none with itself
        figures = [row for row in figures if row["service_a"] < row["service_b"]]
        assert len(picture_of.rows) == len(figures)
    elif chart == "monthly":
        assert [{k: v for k, v in row.items() if k != "unit"} for row in picture_of.rows] == figures
    else:
        key = "rank" if chart == "targets" else "service" if chart == "ranking" else "district"
        assert sorted(picture_of.rows, key=lambda row: str(row.get(key))) == sorted(
            figures, key=lambda row: str(row.get(key))
        )


def test_every_chart_has_a_picture() -> None:
    assert set(PICTURES) == set(CHARTS)


def test_a_group_beside_the_city(twin_build: Build) -> None:
    shown = picture(twin_build, "monthly", Asked(district="강남구", sex="F", age="30"), "en")
    assert list(dict.fromkeys(shown.frame["group"])) == ["women 30-39 in Gangnam-gu", "all Seoul"]


def test_a_map_weighs_people(seoul_build: Build) -> None:
    month = seoul_build.months[5]
    found = by_district(seoul_build, BY_ID["delivery"], month, Filters())
    known = read(seoul_build, "segments").filter(
        (pl.col("month") == str(month)) & (pl.col("district") == "강남구")
    )
    mean = float(np.average(known["delivery"], weights=known["population"]))
    assert found.filter(pl.col("district") == "강남구")["value"][0] == pytest.approx(mean, rel=1e-3)
    ages = average_age(seoul_build, month, Filters())
    assert ages["value"].is_between(40, 60).all()
    with pytest.raises(UnknownChoice):
        picture(seoul_build, "choropleth", replace(Asked(), measure="happiness"))


@pytest.mark.parametrize("chart", PICTURES)
@pytest.mark.parametrize(
    "wrong",
    [{"sex": "AAA"}, {"age": "35"}, {"district": "부산"}, {"month": "1999-01"}, {"service": "tv"},
     {"measure": "happiness"}, {"by": "luck"}, {"top": 0}],
    ids=str,
)  # fmt: skip
def test_a_picture_refuses_choices_that_are_none_even_those_it_does_not_use(
    twin_build: Build, chart: str, wrong: dict[str, Any]
) -> None:
    asked = Asked(**{**{"district": "강남구", "sex": "F", "age": 30}, **wrong})
    with pytest.raises(UnknownChoice):
        picture(twin_build, chart, asked)
