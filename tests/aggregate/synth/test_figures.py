"""Plain counts of a synthetic log are the figures of the profile it was drawn from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.aggregate.synth import (
    MOBILITY_SUMS,
    MOST_DAYS,
    City,
    Plan,
    app_shares,
    index_to_days,
    write_log,
)
from telads.dataset import in_force
from telads.twin.cells import synthesise
from telads.twin.profile import Profile
from tests.aggregate.synth.logs import MARCH, read
from tests.seoul import BY_ID, SERVICE_IDS

SEGMENT = ["district", "sex", "age"]


@pytest.fixture(scope="module")
def counted(march: Path) -> pl.DataFrame:
    return subscribers(march)


def subscribers(log: Path) -> pl.DataFrame:
    """One row a subscriber: its segment, and days of use in the month by service."""
    names = pl.scan_csv(log / "services.csv")
    places = pl.scan_csv(log / "places.csv", schema_overrides={"code": pl.String})
    age = 2023 - pl.col("birth_year").cast(pl.Int32)
    days = (
        read(log)  # of which no two rows are alike, by a test below
        .join(names, on="service")
        .group_by("subscriber_id", "home_code", "sex", "birth_year")
        .agg((pl.col("service_id") == id).sum().alias(id) for id in SERVICE_IDS)
    )
    placed = days.join(places, left_on="home_code", right_on="code")
    return placed.with_columns(age=(age // 10 * 10).clip(upper_bound=70)).collect(
        engine="streaming"
    )


def segments(profile: Profile, seed: int) -> pl.DataFrame:
    """Share of the people and mean of each measure, by segment, as the profile has them."""
    [(_, cells)] = synthesise(profile, [profile.base], seed)
    weight = pl.col("population")
    measures = [*SERVICE_IDS, *MOBILITY_SUMS]
    return (
        cells.with_columns(age=(pl.col("age5").cast(pl.Int32) // 10 * 10))
        .group_by(SEGMENT)
        .agg(
            weight.sum().alias("people"),
            *((pl.col(id) * weight).sum() / weight.sum() for id in measures),
        )
        .with_columns(share=pl.col("people") / pl.col("people").sum())
        .sort(SEGMENT)
    )


def within_sampling_error(deviations: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Deviations in standard errors: as wide as chance makes them, neither more nor less."""
    assert abs(deviations.mean()) < 3 / np.sqrt(len(deviations))
    assert 0.8 < deviations.std() < 1.2
    assert (np.abs(deviations) > 3).mean() < 0.02
    assert np.abs(deviations).max() < 5


def agrees_with(figures: pl.Series, mean: float) -> None:
    """The figures' mean is within three standard errors."""
    found = figures.to_numpy().astype(np.float64)
    assert abs(found.mean() - mean) < 3 * found.std() / np.sqrt(len(found)), figures.name


def against_expected(counted: pl.DataFrame, profile: Profile, seed: int) -> pl.DataFrame:
    """Deviations of the mean days of segments, in standard errors."""
    days = [id for id in SERVICE_IDS if not BY_ID[id].is_index]
    found = counted.group_by(SEGMENT).agg(
        pl.len().alias("number"),
        *(pl.col(id).mean().alias(f"{id}_mean") for id in days),
        *((pl.col(id).std() / pl.len().sqrt()).alias(f"{id}_error") for id in days),
    )
    both = segments(profile, seed).join(found, on=SEGMENT).filter(pl.col("number") >= 20)
    return both.with_columns(
        ((pl.col(f"{id}_mean") - pl.col(id)) / pl.col(f"{id}_error")).alias(id) for id in days
    )


def test_mean_days_of_segments_are_the_profiles(counted: pl.DataFrame, profile: Profile) -> None:
    both = against_expected(counted, profile, 3)
    assert both.height > 200
    for service in ("game", "finance", "shopping", "video", "delivery"):
        within_sampling_error(both[service].to_numpy())


def test_people_live_where_the_profiles_do(counted: pl.DataFrame, profile: Profile) -> None:
    expected = segments(profile, 3)
    found = counted.group_by(SEGMENT).len()
    both = expected.join(found, on=SEGMENT, how="left").fill_null(0)
    total = both["len"].sum()
    share = both["share"].to_numpy()
    assert total == 12_000
    error = np.sqrt(total * share * (1 - share))
    within_sampling_error((both["len"].to_numpy() - total * share) / error)


@pytest.mark.slow
def test_more_subscribers_agree_more_closely(tmp_path: Path, profile: Profile) -> None:
    write_log(profile, Plan(50_000, 28, date(2023, 2, 1)), tmp_path / "log", processes=2)
    both = against_expected(subscribers(tmp_path / "log"), profile, 1)
    assert both.height == 300
    for service in ("game", "finance", "shopping", "video", "delivery"):
        within_sampling_error(both[service].to_numpy())


def test_index_services_keep_the_order_and_the_scores_of_segments(profile: Profile) -> None:
    city = City.of(profile, 1)
    [(_, cells)] = synthesise(profile, [profile.base], 1)
    for service in ("youtube", "netflix"):
        at = next(n for n, app in enumerate(city.apps) if app.service == service)
        days, index = city.days[:, at], cells[service].to_numpy()
        z_days, z_index = ((x - x.mean()) / x.std() for x in (days, index))
        assert np.abs(z_days - z_index).max() < 1e-9
        assert days.min() > 0


def test_index_services_have_the_days_they_are_said_to_have(
    counted: pl.DataFrame, profile: Profile
) -> None:
    city = City.of(profile, 3)
    people_of = np.diff(city.reached, prepend=0)
    for service in ("youtube", "netflix"):
        at = next(n for n, app in enumerate(city.apps) if app.service == service)
        agrees_with(counted[service], float(city.days[:, at] @ people_of))


def test_an_index_that_does_not_vary_gives_the_middle() -> None:
    assert index_to_days("sns", np.zeros(2)).tolist() == [11, 11]


def test_no_app_is_used_more_than_a_month_can_hold(march: Path, profile: Profile) -> None:
    city = City.of(profile, 3)
    assert city.days.max() <= MOST_DAYS
    assert sum(app.service == "shopping" for app in city.apps) > 10
    days = read(march).group_by("subscriber_id", "service").len().collect(engine="streaming")
    assert 28 < int(days["len"].max()) <= 31  # type: ignore[arg-type]


@pytest.mark.parametrize("most", [0.5, 12.5, 30.0, 273.4])
def test_shares_of_apps_fall_and_leave_nothing_over(most: float) -> None:
    shares = app_shares(most)
    assert shares.sum() == pytest.approx(1)
    assert (np.diff(shares) < 0).all()
    assert shares[0] * most <= MOST_DAYS


def test_a_share_of_the_use_is_that_share(tmp_path: Path, profile: Profile) -> None:
    write_log(profile, Plan(4000, 31, MARCH, seed=3, use=0.1), tmp_path / "log", ["강남구"])
    city = City.of(profile, 3, ["강남구"])
    people_of = np.diff(city.reached, prepend=0)
    days = read(tmp_path / "log").group_by("subscriber_id").len().collect()
    found = np.concatenate([days["len"].to_numpy(), np.zeros(4000 - days.height)])
    agrees_with(pl.Series("use", found), 0.1 * float(city.days.sum(axis=1) @ people_of))


def test_mobility_of_a_month_is_the_profiles(march: Path, profile: Profile) -> None:
    weekday = pl.col("date").map_elements(in_force().is_workday, return_dtype=pl.Boolean)
    days = read(march, "mobility").select("date").unique().with_columns(weekday=weekday)
    people_of = read(march).unique("subscriber_id").select("subscriber_id", "home_code")
    monthly = (
        read(march, "mobility")
        .join(days, on="date")
        .group_by("subscriber_id")
        .agg(
            weekday_trips=pl.col("trips").filter("weekday").sum(),
            holiday_trips=pl.col("trips").filter(~pl.col("weekday")).sum(),
            weekday_distance=pl.col("distance_m").filter("weekday").sum() / 1000,
            holiday_distance=pl.col("distance_m").filter(~pl.col("weekday")).sum() / 1000,
            weekday_home_seconds=pl.col("home_seconds").filter("weekday").sum(),
            holiday_home_seconds=pl.col("home_seconds").filter(~pl.col("weekday")).sum(),
            subway_days=pl.col("subway").sum(),
        )
        .join(people_of, on="subscriber_id")
        .collect()
    )
    expected = segments(profile, 3)
    assert monthly.height == 12_000
    for measure in MOBILITY_SUMS:
        agrees_with(monthly[measure], float((expected[measure] * expected["share"]).sum()))
