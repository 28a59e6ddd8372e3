"""What telads makes of a synthetic log: the cells of the profile's city, however dirty the log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.aggregate import synth
from telads.aggregate.cells import MOBILITY_MEASURES, OBSERVED, PEOPLE
from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.aggregate.suppression import Hidden, hidden_figures
from telads.aggregate.synth import City, Plan, write_log
from telads.engines import event_engine
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import Entry
from telads.store.workspace import Store
from telads.twin.fitting import Array
from telads.twin.profile import Profile
from tests.aggregate.synth.logs import MARCH
from tests.aggregate.synth.test_figures import within_sampling_error
from tests.seoul import BY_ID, SERVICE_IDS

USE = 0.2
DISTRICT = ["강남구"]
JUNE = Month.of(2023, 6)


def cells_of(folder: Path) -> tuple[pl.DataFrame, Entry]:
    """The cells that telads makes of a log, and their entry in the ledger."""
    workspace = Store(folder.parent / f"{folder.name} workspace")
    aggregate(workspace, Request((str(folder),)), Settings.load({}), event_engine("polars"))
    entry = workspace.ledger().current()[JUNE]
    return pl.read_parquet(workspace.cells_path / entry.cells), entry


def by_people(
    cells: pl.DataFrame, k: int, already: Mapping[str, pl.Series] | None = None
) -> Hidden:
    """Hidden without regard to users: the cells of few users are those of little use.

    To leave them out would make the mean of the others greater than the city's.
    """
    hidden = hidden_figures(cells, k, already)
    return {
        name: hidden[OBSERVED if name in MOBILITY_MEASURES else PEOPLE]
        if name not in {PEOPLE, OBSERVED} else hidden[name]
        for name in hidden
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> pl.DataFrame:
    """Published cells of a window of 6,000 subscribers of one district."""
    folder = tmp_path_factory.mktemp("aggregate") / "log"
    write_log(profile, Plan(6000, 92, MARCH, mobility=True, use=USE), folder, DISTRICT)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("telads.aggregate.job.hidden_figures", by_people)
        cells, entry = cells_of(folder)
    assert entry.synthetic
    return cells.drop_nulls(["population", "weekday_trips"])


def in_city(cells: pl.DataFrame, city: City) -> list[int]:
    """The position of each cell in the city."""
    keys = zip(city.place, city.sex, city.age5, strict=True)
    place = {(city.places[at][0], str(sex), int(age)): n for n, (at, sex, age) in enumerate(keys)}
    return [place[row] for row in cells.select("code", "sex", "age5").rows()]


def spread(days: Array) -> Array:
    """Standard deviation of a subscriber's mean days a month, from mean days by app.

    Whether an app is used has the chance r = sqrt(days / 30); then its days of 92 are binomial.
    """
    reach = np.sqrt(days / 30)
    chance = np.divide(3 * days, 92 * reach, out=np.zeros_like(days), where=reach > 0)
    mean = 92 * chance
    variance = reach * (mean * (1 - chance) + mean**2) - (reach * mean) ** 2
    return np.asarray(np.sqrt(variance.sum(axis=1)) / 3)


def test_usage_of_cells_is_the_citys(made: pl.DataFrame, profile: Profile) -> None:
    city = City.of(profile, 1, DISTRICT, USE)
    at = in_city(made, city)
    people_in = np.sqrt(made["population"].to_numpy())
    assert len(at) > 250
    for service in (id for id in SERVICE_IDS if not BY_ID[id].is_index):
        days = city.days[np.ix_(at, [app.service == service for app in city.apps])]
        within_sampling_error(
            (made[service].to_numpy() - days.sum(axis=1)) / spread(days) * people_in
        )


def test_trips_of_cells_are_the_citys(made: pl.DataFrame, profile: Profile) -> None:
    city = City.of(profile, 1, DISTRICT, USE)
    people_in = np.sqrt(made["population"].to_numpy())
    for number, measure in enumerate(("weekday_trips", "holiday_trips")):
        mean = city.mobility[in_city(made, city), number]
        error = np.sqrt(mean / 3) / people_in  # a Poisson number in each of three months
        within_sampling_error((made[measure].to_numpy() - mean) / error)


def test_scores_of_index_services_follow_the_profile(made: pl.DataFrame, profile: Profile) -> None:
    city = City.of(profile, 1, DISTRICT, USE)
    at = in_city(made, city)
    for service in ("youtube", "netflix"):
        own = next(n for n, app in enumerate(city.apps) if app.service == service)
        both = made.with_columns(days=pl.Series(city.days[at, own])).group_by("sex", "age5")
        groups = both.agg(pl.col(service, "days").mean())
        assert groups.height == 24
        assert np.corrcoef(groups[service], groups["days"])[0, 1] > 0.8


def test_dirt_changes_no_figure_and_is_counted(
    tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No one moves or is too young here, so that the people of both logs are the same."""
    draw = synth.draw_people
    monkeypatch.setattr(synth, "draw_people", lambda *given: draw(*given[:5]))
    write_log(profile, Plan(3000, 92, MARCH, use=0.1), tmp_path / "clean", DISTRICT)
    plan = Plan(3000, 92, MARCH, use=0.1, dirty=0.03)
    told = write_log(profile, plan, tmp_path / "dirty", DISTRICT).dirt
    (clean, before), (dirty, entry) = cells_of(tmp_path / "clean"), cells_of(tmp_path / "dirty")
    assert dirty.equals(clean)
    rows = entry.made["rows"]
    assert rows["counted"] == before.made["rows"]["counted"]
    assert rows["unknown_service"] == told["unknown_service"]
    assert rows["outside"] == told["outside"]
    assert rows["no_subscriber"] + rows["no_date"] + rows["no_service"] < told["null"]
    assert sum(rows.values()) == sum(before.made["rows"].values()) + sum(
        number for kind, number in told.items() if kind != "late"
    )


def test_people_who_moved_or_are_too_young_are_told(tmp_path: Path, profile: Profile) -> None:
    write_log(profile, Plan(3000, 92, MARCH, use=0.1, dirty=0.05), tmp_path / "log", DISTRICT)
    cells, entry = cells_of(tmp_path / "log")
    subscribers = entry.made["subscribers"]
    assert 100 < subscribers["under_20"] < 200
    assert 2980 < subscribers["cell"] + subscribers["under_20"] <= 3000  # some used nothing
    assert cells["population"].null_count() < cells.height
