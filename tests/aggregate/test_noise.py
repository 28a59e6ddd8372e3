"""Noise through OpenDP: its size is what the budget asks for, and the ledger tells it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.aggregate.cells import users
from telads.aggregate.job import aggregate
from telads.aggregate.noise import (
    LONGEST_MONTH,
    Kind,
    Noise,
    bounds,
    half_width,
    half_widths,
    scales,
    shares,
    with_noise,
)
from telads.aggregate.request import Request
from telads.engines import event_engine
from telads.errors import SettingError
from telads.model import Month
from telads.settings import Settings
from telads.store.cells import values_in
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.seoul import SEOUL, SERVICE_IDS

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "aggregate.md").read_text("utf-8").split())
LABEL = Month.of(2023, 6)
LONGEST = LONGEST_MONTH * SEOUL.window_months
MOST = bounds({"game": ("Chess", "Clash")}, ("people", "game"))


@pytest.mark.parametrize(
    ("epsilon", "kind", "delta"),
    [(0, "laplace", 0), (-1, "laplace", 0), (1, "laplace", 0.1), (1, "gaussian", 0),
     (1, "gaussian", 1), (float("nan"), "laplace", 0), (float("inf"), "laplace", 0)],
)  # fmt: skip
def test_a_budget_must_mean_something(epsilon: float, kind: Kind, delta: float) -> None:
    with pytest.raises(SettingError):
        Noise(epsilon, kind, delta)


@pytest.mark.parametrize(
    "noise", [Noise(1e-300), Noise(5e-324), Noise(1e-12), Noise(1e300, "gaussian", 1e-6)]
)
def test_a_budget_of_which_there_is_no_noise_is_told(noise: Noise) -> None:
    with pytest.raises(SettingError, match="Noise cannot be made"):
        scales({"people": 1, "weekday_distance": 93 * 1_500_000}, noise)


@pytest.mark.parametrize("kind", ["laplace", "gaussian"])
def test_sums_beyond_two_thousand_millions_get_noise(kind: Kind) -> None:
    """Of 500 people the seconds at home of a window, or metres; each still has its own noise."""
    budget = Noise(1e4, kind, 1e-6 if kind == "gaussian" else 0.0)
    true = pl.DataFrame({"people": [500] * 9, "weekday_distance": [10**13] * 9})
    most = bounds({}, tuple(true.columns))
    noisy = with_noise(true, most, budget)
    off = (noisy["weekday_distance"] - 10**13).abs()
    assert off.max() <= 40 * scales(most, budget)["weekday_distance"]  # type: ignore[operator]
    noisy = with_noise(true, most, Noise(1.0))
    assert noisy["weekday_distance"].n_unique() == 9
    assert (noisy["weekday_distance"] - 10**13).abs().max() < 10**11  # type: ignore[operator]


def test_where_noise_is_hardly_any_its_half_width_is_0() -> None:
    for epsilon in (50.0, 1e4, 1e9, 1e300):
        scale = scales({"people": 1}, Noise(epsilon))["people"]
        assert half_width(Noise(epsilon), scale) == 0


def test_without_opendp_nothing_is_spent(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.write(logs.events(200), tmp_path / "events")
    logs.write_tables(tmp_path)
    workspace = Store(tmp_path / "w")
    scales({"game": 93}, Noise(1.5))  # known from before, as in a process that runs for long
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    for noise in (Noise(1.5), Noise(1e-300)):
        request = Request((str(tmp_path),), months=(LABEL,), noise=noise)
        with pytest.raises(SettingError):
            aggregate(workspace, request, settings, event_engine("polars"))
        monkeypatch.undo()
    assert not workspace.ledger().draws


def test_bounds_are_what_a_window_can_hold() -> None:
    assert MOST == {"people": 1, "game": 2 * LONGEST}
    assert LONGEST == 93


def test_laplace_scale_is_sensitivity_over_share() -> None:
    """scale = sensitivity / (epsilon / columns); Dwork et al. 2006, proposition 1."""
    found = scales(MOST, Noise(2.0))
    assert found["people"] == pytest.approx(1 / (2.0 / 2), rel=2e-3)
    assert found["game"] == pytest.approx(186 / (2.0 / 2), rel=2e-3)


def test_gaussian_scale_is_near_the_known_one() -> None:
    """At most the classic sqrt(2 ln(1.25 / delta)) sensitivity / epsilon, for epsilon < 1."""
    found = scales({"people": 1}, Noise(0.5, "gaussian", 1e-6))["people"]
    classic = (2 * np.log(1.25 / 1e-6)) ** 0.5 / 0.5
    assert 0.5 * classic < found < 1.2 * classic


@pytest.mark.parametrize("noise", [Noise(1.0), Noise(1.0, "gaussian", 1e-5)])
def test_noise_has_its_size_and_no_lean(noise: Noise) -> None:
    true = pl.DataFrame({"people": [10_000] * 4000, "game": [10**7] * 4000})
    noisy = with_noise(true, MOST, noise)
    for column, scale in scales(MOST, noise).items():
        change = (noisy[column] - true[column]).to_numpy()
        spread = scale * (2**0.5 if noise.kind == "laplace" else 1)
        assert change.std() == pytest.approx(spread, rel=0.15)
        assert abs(change.mean()) < 4 * spread / 4000**0.5


def test_half_widths_are_those_of_the_documentation() -> None:
    """docs/aggregate.md gives an example; by hand: scales of 10 and 930, bounds of both."""
    columns = ("people", *SERVICE_IDS, *map(users, SERVICE_IDS))
    most = bounds({service: (service,) for service in SERVICE_IDS}, columns)
    cells = pl.DataFrame({"people": [500, 2000], **{id: [12_500, 50_000] for id in SERVICE_IDS}})
    found = half_widths(cells, most, Noise(1.0))
    assert found["people"] == 30  # 10 x ln(1 / 0.05)
    game = found["game"]
    assert isinstance(game, pl.Expr)
    off, people_off = 930 * np.log(1 / 0.025), 10 * np.log(1 / 0.025)
    for number, width in zip((500, 2000), cells.select(game / 3).to_series(), strict=True):
        assert width == pytest.approx((off + people_off * 25) / (number - people_off) / 3, rel=5e-3)
        assert f"{width:.1f} in" in PAGE


def test_users_have_a_fifth_of_the_budget_and_all_of_it_is_one() -> None:
    columns = ("people", "game", "game_users", "youtube", "youtube_users")
    found = shares(columns)
    assert sum(found.values()) == pytest.approx(1)
    assert found["game_users"] == pytest.approx(0.1)
    assert found["people"] == found["game"] == pytest.approx(0.8 / 3)
    assert shares(("people", "game")) == {"people": 0.5, "game": 0.5}


def test_noisy_figures_are_possible_ones() -> None:
    noisy = with_noise(pl.DataFrame({"people": [0] * 500, "game": [0] * 500}), MOST, Noise(0.1))
    assert noisy["people"].min() == 1
    assert noisy["game"].min() == 0


@pytest.mark.parametrize("kind", ["laplace", "gaussian"])
def test_the_ledger_tells_the_budget(kind: str, tmp_path: Path, settings: Settings) -> None:
    logs.write(logs.events(), tmp_path / "events")
    logs.write(logs.mobility(), tmp_path / "mobility")
    logs.write_tables(tmp_path)
    budget = Noise(3.0) if kind == "laplace" else Noise(3.0, "gaussian", 1e-6)
    tables = []
    for noise in (None, budget):
        workspace = Store(tmp_path / f"workspace {noise is None}")
        request = Request((str(tmp_path),), months=(LABEL,), noise=noise)
        aggregate(workspace, request, settings, event_engine("polars"))
        tables.append(pl.read_parquet(workspace.cells()[LABEL]))
    plain, noisy = tables
    told = workspace.ledger().current()[LABEL].made["noise"]
    assert (told["kind"], told["epsilon"], told["delta"]) == (kind, 3.0, budget.delta)
    assert set(told["most_a_subscriber_adds"]) == set(told["scales"])
    assert len(told["covers"]) == 2
    figures = values_in(plain.columns)
    assert values_in(noisy.columns) == figures
    assert {f"{name}__noise" for name in figures} == set(noisy.columns) - set(plain.columns)
    assert not noisy.select(plain.columns).equals(plain)
    assert noisy["population"].min() >= 5  # type: ignore[operator]


def test_each_draw_has_its_own_cells(tmp_path: Path, settings: Settings) -> None:
    """Else a build in force would be of other cells than those that have its name."""
    logs.write(logs.events(), tmp_path / "events")
    logs.write_tables(tmp_path)
    workspace, engine = Store(tmp_path / "workspace"), event_engine("polars")
    files, outcomes = [], []
    for noise in (Noise(1.0), Noise(1.0), None, Noise(1.0)):
        request = Request((str(tmp_path),), months=(LABEL,), noise=noise)
        outcomes += [one.outcome for one in aggregate(workspace, request, settings, engine)]
        files.append(workspace.cells()[LABEL].name)
    assert outcomes == ["taken", "unchanged", "replaced", "replaced"]
    assert files[0] == files[1]
    assert len(set(files)) == 3
