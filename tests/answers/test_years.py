"""Two years of months: the same month a year ago, and what comes back every year."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers import questions
from telads.answers.sentences import every_year
from telads.answers.tables import read
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.method.horizons import as_in_years
from telads.model import Month, months_between
from telads.settings import Settings
from telads.store.months import withdraw
from telads.store.workspace import Build, Store
from telads.twin.cells import read_profile, synthesise
from telads.twin.files import file_name, portal_table, write_portal_file
from tests.asked import history, movements, services, targets
from tests.conftest import copy_of
from tests.seoul import SERVICE_IDS, SERVICES

pytestmark = pytest.mark.slow
MONTHS = months_between(Month.of(2021, 5), Month.of(2023, 6))
"""Twenty-six: the last year's months have one of each before them."""
SEGMENT = ("강남구", "F", 30)


def season(month: Month, service: int) -> pl.Expr:
    """A year's wave of each service, larger for the young; the men's comes half a year later."""
    wave = 2 * math.pi * (month.month + 3 * service) / 12
    size = 0.25 - pl.col("age5") / 500
    turned = pl.when(pl.col("sex") == "M").then(-1.0).otherwise(1.0)
    return 0.25 * math.sin(wave) + size * turned * math.cos(wave)


def written(folder: Path) -> None:
    """The twin, three neighbourhoods a district, with a planted season and without."""
    for kind in (True, False):
        (folder / f"{kind}").mkdir(parents=True)
    random = np.random.default_rng(5)
    for month, cells in synthesise(read_profile(), MONTHS, 1):
        some = cells.filter(pl.col("code").rank("dense").over("district") <= 3)
        moved = {
            one.id: (
                pl.col(one.id) + season(month, at) if one.is_index
                else pl.col(one.id) * (1 + season(month, at))
            )
            for at, one in enumerate(SERVICES)
        }  # fmt: skip
        noise = {one.id: pl.Series(random.normal(0, 0.01, some.height)) for one in SERVICES}
        noisy = {
            one.id: pl.col(one.id) + noise[one.id] if one.is_index
            else (pl.col(one.id) + noise[one.id]).clip(lower_bound=0)
            for one in SERVICES
        }  # fmt: skip
        for seasonal in (True, False):
            shown = some.with_columns(**moved if seasonal else {}).with_columns(**noisy)
            file = folder / f"{seasonal}" / file_name(month, "csv")
            write_portal_file(portal_table(shown), file)


def built(factory: pytest.TempPathFactory, settings: Settings, seasonal: bool) -> Build:
    def make(path: Path) -> None:
        path.mkdir()
        written(path / "files")
        for kind in ("True", "False"):
            store = Store(path / kind)
            taken = list(ingest(store, [path / "files" / kind], settings))
            assert [one.outcome for one in taken] == ["taken"] * len(MONTHS)
            build(store, settings)
        shutil.rmtree(path / "files")

    folder = copy_of(factory, "years", make, factory.mktemp("years") / "of")
    return Store(folder / f"{seasonal}").build()


@pytest.fixture(scope="session")
def seasonal(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Build:
    """Two years with a planted season."""
    return built(tmp_path_factory, settings, seasonal=True)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Build:
    """Two years without one."""
    return built(tmp_path_factory, settings, seasonal=False)


def test_history_holds_the_same_month_a_year_ago(seasonal: Build, twin_build: Build) -> None:
    rows = {(row["month"], row["service"]): row for row in history(seasonal, *SEGMENT).records}
    assert len(rows) == len(MONTHS) * len(SERVICE_IDS)
    indexed = {one.id for one in SERVICES if one.is_index}
    for (month, service), row in rows.items():
        then = rows.get((str(Month.parse(month) + -12), service))
        assert row["affinity_year_ago"] == (then["affinity"] if then else None)
        usage = then["usage"] if then and service not in indexed else None
        assert row["usage_year_ago"] == usage
    document = history(seasonal, *SEGMENT).document("en")
    jsonschema.Draft202012Validator(questions.schema("history year")).validate(document)
    assert sum(row["affinity_year_ago"] is not None for row in rows.values()) == 14 * 7
    short = history(twin_build, *SEGMENT)
    assert "affinity_year_ago" not in short.rows.columns, "there is no year to look back on"


def test_a_movement_of_every_year_is_said_to_be_one(seasonal: Build, plain: Build) -> None:
    """The planted wave turns the city alike in both years; without one nothing returns."""
    found = []
    for of, month in ((seasonal, month) for month in MONTHS[:-1]):
        answer = movements(of, month, 20)
        for row, text in zip(answer.records, answer.sentences, strict=True):
            known = month + -13 in MONTHS
            if row["scope"] == "city" and known:
                then = movements(of, month + -12, 20).records
                change = next(
                    (
                        one["change_percent"]
                        for one in then
                        if (one["scope"], one["service"]) == ("city", row["service"])
                    ),
                    0,
                )
                now = row["change_percent"]
                alike = change * now > 0 and abs(now) / 2 <= abs(change) <= 2 * abs(now)
                assert row["years"] == (1 if alike else None)
            else:
                assert row["years"] is None
            assert (row["years"] == 1) == ("as a year ago." in text.en)
            assert (row["years"] == 1) == ("한 해 전 이맘때도 그랬습니다." in text.ko)
            found += [row["years"]] if known and row["scope"] == "city" else []
    assert found.count(1) > 0.5 * len(found)
    others = [row["years"] for month in MONTHS[13:] for row in movements(plain, month, 20).records
              if row["scope"] == "city"]  # fmt: skip
    assert others.count(1) < 0.4 * len(others)


def test_the_sentence_of_a_group_says_so_too(seasonal: Build) -> None:
    said = 0
    for month in map(str, MONTHS[13:-1]):
        answer = services(seasonal, *SEGMENT, month=month)
        row = answer.records[0]
        then = services(seasonal, *SEGMENT, month=str(Month.parse(month) + -12)).records
        before = next(one["change_city"] for one in then if one["service"] == row["service"])
        now = row["change_city"]
        alike = before * now > 0 and abs(now) / 2 <= abs(before) <= 2 * abs(now)
        told = ", as a year ago" in answer.sentences[2].en
        assert told == (row["movement"] == "city" and alike)
        said += told
    assert said > 3
    last = services(seasonal, *SEGMENT)
    assert "as every year" in last.sentences[2].en, "two years before it"
    assert "해마다 이맘때 그랬습니다" in last.sentences[2].ko


def test_two_earlier_years_are_every_year() -> None:
    assert as_in_years(2.0, [1.5, 3.0]) == 2
    assert as_in_years(2.0, [1.5, -3.0]) is None
    assert as_in_years(2.0, [None]) is None
    assert as_in_years(2.0, []) is None
    assert as_in_years(-2.0, [-0.9]) is None
    assert every_year(2, "en") == ", as every year"
    assert every_year(2, "ko") == " 해마다 이맘때 그랬습니다."
    assert every_year(None, "ko") == every_year(0, "en") == ""


def test_the_season_is_taken_where_it_is_and_nowhere_else(seasonal: Build, plain: Build) -> None:
    """Each month by the months before it; from the seventeenth on there is enough to judge by."""
    for of, name in ((seasonal, "season"), (plain, "last")):
        judged = {month: of.forecast(month) for month in MONTHS}
        assert [month for month, found in judged.items() if found] == [*MONTHS[13:]]
        newest = judged[MONTHS[-1]]
        assert newest
        assert (newest["months"], newest["taken"]) == (13, name)
        by_name = {one["candidate"]: one for one in newest["candidates"]}
        assert set(by_name) == {"last", "mean", "season"}
        assert by_name["last"]["ahead"] == 0
        assert (by_name["season"]["low"] > 0) == (name == "season")
        for month in MONTHS[13:16]:
            assert judged[month]["taken"] == "last", "fewer than four months have judged"  # type: ignore[index]


def test_the_forecast_taken_orders_the_services(seasonal: Build, plain: Build) -> None:
    """By hand: the last month's affinity, moved as it moved a year ago."""
    month = MONTHS[-1]
    keys = ["district", "sex", "age", "service"]
    rows = {str(label): read(seasonal, "services").filter(pl.col("month") == str(label))
            for label in (month, month + -11, month + -12)}  # fmt: skip
    step = (
        rows[str(month + -11)]
        .join(rows[str(month + -12)], on=keys, suffix="_before")
        .select(*keys, step=pl.col("standing") - pl.col("standing_before"))
    )
    both = rows[str(month)].join(step, on=keys)
    gap = both.select((pl.col("forecast") - pl.col("standing") - pl.col("step")).abs().max())
    assert gap.item() < 1e-9
    assert both.select((pl.col("forecast") - pl.col("standing")).abs().max()).item() > 0.1
    of_plain = read(plain, "services")
    assert of_plain["forecast"].equals(of_plain["standing"].rename("forecast"))
    taken = "the last month moved as in the same month a year ago"
    for answer in (services(seasonal, *SEGMENT), targets(seasonal, "game")):
        assert any(taken in sentence.en for sentence in answer.sentences)
        assert any("한 해 전 같은 달의 움직임" in sentence.ko for sentence in answer.sentences)
    for answer in (services(plain, *SEGMENT), targets(plain, "game"),
                   targets(seasonal, "delivery", "volume"),
                   services(seasonal, *SEGMENT, method="classic")):  # fmt: skip
        assert not any(taken in sentence.en for sentence in answer.sentences)


def test_a_forecast_knows_no_later_month(
    seasonal: Build, settings: Settings, tmp_path: Path
) -> None:
    """Without the last three months the others are foretold as before."""
    shutil.copytree(seasonal.path.parents[1], tmp_path / "w")
    store = Store(tmp_path / "w")
    for month in MONTHS[-3:]:
        withdraw(store, month, "-", settings)
    build(store, settings, again=True)
    earlier = store.build()
    assert earlier.about["forecasts"] == {
        month: of for month, of in seasonal.about["forecasts"].items()
        if Month.parse(month) in MONTHS[:-3]
    }  # fmt: skip
    known = pl.col("month").is_in([str(month) for month in earlier.months])
    assert read(earlier, "services").equals(read(seasonal, "services").filter(known))


def test_the_page_of_the_evidence_says_which_forecast_is_taken(
    seasonal: Build, plain: Build, client: Client
) -> None:
    persistent = "Repeating last month is the baseline that is hardest to beat"
    for of, taken, words in ((seasonal, True, "Used: the last month moved as in the same month"),
                             (plain, False, "Used: the last month.")):  # fmt: skip
        shown = replace(django_settings.TELADS, workspace=of.path.parents[1])
        with override_settings(TELADS=shown):
            page = client.get("/en/evidence/").content.decode()
            assert words in page
            assert (persistent in page) != taken
            assert "쓰는 예측: " in client.get("/evidence/").content.decode()
