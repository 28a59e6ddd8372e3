"""The attacks of `attack` on cells made from logs: none tells what is hidden, or who was there."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from telads.aggregate.cells import users
from telads.aggregate.job import aggregate
from telads.aggregate.noise import Noise, bounds, half_widths, with_noise
from telads.aggregate.request import Request
from telads.aggregate.suppression import hidden_figures, hidden_in
from telads.engines import event_engine
from telads.errors import SettingError
from telads.library import Workspace
from telads.method.build import build
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.attack import (
    Counts,
    days_not_shown,
    days_of_the_one_who_left,
    intervals,
    nearly_known,
)
from tests.aggregate.slow_count import count
from tests.aggregate.test_suppression import LEVELS, widest
from tests.cli.conftest import Telads
from tests.seoul import AGES5

MAY, JUNE, JULY = Month.of(2023, 5), Month.of(2023, 6), Month.of(2023, 7)
PLAIN = ("game", "finance", "shopping", "video", "delivery")
"""Services that are published as days."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five months of the small city: three label months."""
    folder = tmp_path_factory.mktemp("log")
    logs.write(logs.events(), folder / "events")
    logs.write(logs.mobility(), folder / "mobility")
    logs.write_tables(folder)
    return folder


def made(
    log: Path, folder: Path, settings: Settings, *months: Month, **choices: Any
) -> dict[Month, pl.DataFrame]:
    """The cells of all months of a workspace after a run."""
    workspace = Store(folder)
    request = Request((str(log),), months=months, **choices)
    aggregate(workspace, request, settings, event_engine("polars"))
    return {month: pl.read_parquet(path) for month, path in workspace.cells().items()}


# 1. A figure of few users, and what totals tell of it.


@st.composite
def districts_with_users(draw: st.DrawFn) -> tuple[Counts, Counts, Counts]:
    """People, users of a service and their days, by neighbourhood, sex and age."""
    places, ages = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    shape = (places, 2, ages)
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    people = random.integers(3, 60, shape)
    using = random.binomial(people, draw(st.sampled_from((0.1, 0.4, 0.8))))
    days = using + random.binomial(using * 60, 0.3)
    return people, using, days


def as_grid(people: Counts, using: Counts, days: Counts) -> pl.DataFrame:
    """What `cells.on_grid` would give, for one district and the first age bands."""
    rows = [
        ("district", f"{place:02d}", "MF"[sex], AGES5[age],
         *(int(figure[place, sex, age]) for figure in (people, using, days)))
        for place, sex, age in np.ndindex(people.shape)
    ]  # fmt: skip
    names = ["district", "code", "sex", "age5", "people", users("game"), "game"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize("k", LEVELS)
@limits(max_examples=15)
@given(district=districts_with_users())
def test_no_figure_of_few_users_follows_from_totals(
    k: int, district: tuple[Counts, Counts, Counts]
) -> None:
    """Known are all shown figures, and for every margin the true users, or the true days."""
    people, using, days = district
    ages = [*range(people.shape[2]), *[0] * (len(AGES5) - people.shape[2])]
    whole = [np.where(np.arange(len(AGES5)) < people.shape[2], one[:, :, ages], 0)
             for one in district]  # fmt: skip
    flags = hidden_figures(as_grid(*whole), k)["game"].to_numpy()
    hidden = flags.reshape(whole[0].shape)[:, :, : people.shape[2]]
    assert hidden[using < k].all()
    in_users, in_days = intervals(using, hidden), intervals(days, hidden)
    for (place, sex, age), (low, high) in in_users.items():
        pair = using[place, :, age]
        if not pair.sum():
            continue  # a total of 0 says that there are no people
        promised = min(k, pair.sum()) if pair.min() < k else 1
        open_ = min(promised, widest(using, place, age))
        assert high - low >= open_
        least, most = in_days[place, sex, age]
        assert most - least >= open_


def few_deliveries() -> list[logs.Row]:
    """A city of one service and a second that three people of one cell use."""
    rows = []
    for person in range(4 * 2 * 3 * 20):
        home = list(logs.PLACES)[person % 3]
        sex, birth = "MF"[person // 3 % 2], (1990, 1980, 1970, 1960)[person // 6 % 4]
        for day in (date(2023, 3, 1), date(2023, 4, 1 + person % 9), date(2023, 5, 31)):
            rows.append(logs.event(person, day, "Clash", home, sex, birth))
            if person // 24 > 5:
                rows.append(logs.event(person, day, "Pizza", home, sex, birth))
            elif person % 24 == 0 and person // 24 < 3:
                rows += [logs.event(person, date(2023, 4, n), "Pizza", home, sex, birth)
                         for n in range(1, 8)]  # fmt: skip
            elif person % 24:
                rows.append(logs.event(person, day, "Pizza", home, sex, birth))
    return rows


def test_the_ledgers_totals_tell_of_no_few_users(tmp_path: Path, settings: Settings) -> None:
    """What is counted, less all that is shown, is of k users or more, and of several cells."""
    rows = [
        row for row in few_deliveries()
        if row["service"] == "Clash" or row["subscriber_id"] % 24 or row["subscriber_id"] < 72
    ]  # fmt: skip
    logs.write(rows, tmp_path / "log" / "events")
    logs.write_tables(tmp_path / "log")
    cells = made(tmp_path / "log", tmp_path / "w", settings, JUNE)[JUNE]
    entry = Store(tmp_path / "w").ledger().current()[JUNE]
    slow = count((2023, 6), rows, [], logs.APPS, logs.PLACES)
    few = [cell for cell, n in slow.users["delivery"].items() if n < 5]
    assert len(few) == 1
    assert slow.users["delivery"][few[0]] == 3
    left = days_not_shown(cells, entry.made["rows"]["counted"], ("game", "delivery"))
    shut = cells.filter(pl.col("delivery").is_null() & pl.col("population").is_not_null())
    hidden = list(shut.select("code", "sex", "age5").iter_rows())
    assert few[0] in hidden
    assert len(hidden) >= 8  # four pairs
    assert sum(slow.users["delivery"][cell] for cell in hidden) >= 5
    assert left > 3 * slow.people[few[0]] * slow.services["delivery"][few[0]]


# 2. With noise: nothing but sums with noise leaves the log.


def neighbours(folder: Path) -> list[Path]:
    """Two logs, one with a subscriber more, who has rows of every kind."""
    rows, moves = logs.events(300), logs.mobility(300)
    own = 7777
    more = [logs.event(own, date(2023, 4, day), app) for day in range(1, 29) for app in logs.APPS]
    more += [logs.event(own, date(2023, 4, 1), app) for app in (None, logs.UNKNOWN, "Bank")]
    more += [
        logs.event(own, date(2023, 4, 2), "Bank", home, sex, birth)
        for home, sex, birth in ((None, "M", 1990), (1, None, 1990), (1, "M", None))
    ]
    more += [logs.event(own, None, "Bank"), logs.event(own, date(2019, 1, 1), "Bank")]
    walks = [logs.movement(own, date(2023, 4, 1), 10**6), logs.movement(own, date(2023, 4, 2), -1)]
    for name, events, mobility in (("one", rows, moves), ("more", rows + more, moves + walks)):
        logs.write(events, folder / name / "log" / "events")
        logs.write(mobility, folder / name / "log" / "mobility")
        logs.write_tables(folder / name / "log")
    return [folder / "one", folder / "more"]


class Still(datetime):
    """The same moment always."""

    @classmethod
    def now(cls, tz: Any = None) -> Still:
        return cls(2026, 1, 1, tzinfo=tz)


@pytest.mark.parametrize("form", ["table", "json"])
def test_neighbouring_logs_with_noise_differ_in_nothing_but_sums_with_noise(
    telads: Telads, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Give both logs the very same sums in place of noise, and all that is left is the same.

    What does not depend on the log but through sums with noise cannot tell two logs apart better
    than these do: files of the workspace, the ledger, what is printed.
    """
    drawn = Noise(200.0)

    def instead(grid: pl.DataFrame, most: dict[str, int], noise: Noise) -> pl.DataFrame:
        numbers = np.random.default_rng(1).integers(20, 90, (grid.height, len(most)))
        return grid.with_columns(
            pl.Series(name, numbers[:, at]) for at, name in enumerate(most)
        ).drop([name for name in grid.columns if grid[name].dtype == pl.Int64 and name != "age5"
                and name not in most])  # fmt: skip

    monkeypatch.setattr("telads.aggregate.noise.with_noise", instead)
    monkeypatch.setattr("telads.aggregate.noise.secrets.token_hex", lambda n: "0" * 2 * n)
    for module in ("job", "noise"):
        monkeypatch.setattr(f"telads.aggregate.{module}.datetime", Still)
    found = []
    for folder in neighbours(tmp_path):
        monkeypatch.chdir(folder)
        told = telads("aggregate", "log", "--month", JUNE, "--epsilon", drawn.epsilon, "-w", "w",
                      "--lang", "en", "--format", form, "--partitions", 2)  # fmt: skip
        assert told.code == 0, told.err
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted((folder / "w").rglob("*")) if path.is_file()
        }  # fmt: skip
        assert files.pop("w/aggregations/key")
        name = Store(Path("w")).ledger().current()[JUNE].sha256
        found.append((told.out, told.err, files, name))
    names = [name for *_, name in found]
    assert names[0] != names[1], "they are random to whoever has not the key"
    for one in found:
        assert not any(name in one[0] for name in names)
    out, err, files = zip(*(one[:3] for one in found), strict=True)
    assert out[0] == out[1]
    assert err[0] == err[1]
    same = [
        {path.replace(name[:16], "NAME"): content.replace(name.encode(), b"NAME")
         .replace(name[:16].encode(), b"NAME") for path, content in of.items()}
        for of, name in zip(files, names, strict=True)
    ]  # fmt: skip
    assert same[0] == same[1]
    assert "counted" not in json.dumps(asdict(Store(Path("w")).ledger().current()[JUNE]))


def test_the_name_of_a_month_with_noise_is_no_hash_of_the_log(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    """One log in two workspaces: a holder of the log cannot find out that it was used."""
    names = set()
    for folder in (tmp_path / "a", tmp_path / "b"):
        made(log, folder, settings, JUNE, noise=Noise(50.0))
        names.add(Store(folder).ledger().current()[JUNE].sha256)
        key = folder / "aggregations" / "key"
        assert key.stat().st_mode & 0o077 == 0
    assert len(names) == 2


def test_with_noise_places_do_not_come_from_the_log(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    """A neighbourhood where one subscriber lives would be a row of the cells."""
    request = Request((str(log / "events"),), mapping=log / "services.csv", months=(JUNE,),
                      noise=Noise(1.0))  # fmt: skip
    with pytest.raises(SettingError, match="list of neighbourhoods"):
        aggregate(Store(tmp_path), request, settings, event_engine("polars"))


# 3. The noise's own error.


@pytest.mark.parametrize("noise", [Noise(5.0), Noise(8.0, "gaussian", 1e-5)])
def test_half_widths_hold_in_95_of_100_draws(noise: Noise) -> None:
    """Of people, a mean of days and a mean over those observed, in small cells and large ones."""
    draws = 300
    people = [30, 200, 2000, 20_000] * draws
    true = pl.DataFrame({"people": people, "observed": [n // 2 for n in people],
                         "game": [n * 25 for n in people],
                         "weekday_trips": [n * 50 for n in people]})  # fmt: skip
    most = bounds({"game": ("Chess",)}, tuple(true.columns))
    noisy = with_noise(true, most, noise)
    widths = half_widths(noisy, most, noise)
    exact = {"people": pl.col("people"), "game": pl.col("game") / pl.col("people"),
             "weekday_trips": pl.col("weekday_trips") / pl.col("observed")}  # fmt: skip
    for name, figure in exact.items():
        width = widths[name]
        off = noisy.select(figure).to_series() - true.select(figure).to_series()
        constant = width if isinstance(width, int) else 0
        reach = noisy.select(
            width if isinstance(width, pl.Expr)
            else pl.repeat(constant, pl.len(), dtype=pl.Float64)
        ).to_series()  # fmt: skip
        inside = (off.abs() <= reach).mean()
        assert inside >= 0.95 - 3 * (0.05 * 0.95 / noisy.height) ** 0.5, name
        large = noisy.with_columns(off=off, w=reach).filter(true["people"] == 20_000)
        # Not so wide that it says nothing: some draw comes near.
        assert large["off"].abs().max() > 0.4 * large["w"].median()  # type: ignore[operator]


def test_noised_figures_bear_their_half_widths(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    cells = made(log, tmp_path, settings, JUNE, noise=Noise(60.0))[JUNE]
    entry = Store(tmp_path).ledger().current()[JUNE]
    figures = [name for name in cells.columns if f"{name}__noise" in cells.columns]
    assert {"population", *PLAIN, "youtube", "weekday_trips", "subway_days"} <= set(figures)
    for name in figures:
        assert cells[name].is_null().equals(cells[f"{name}__noise"].is_null(), check_names=False)
        if cells[name].count():
            assert cells[f"{name}__noise"].min() > 0  # type: ignore[operator]
            told = entry.made["noise"]["half_widths"][name]
            assert told == pytest.approx(cells[f"{name}__noise"].median())
    assert entry.values == cells.height * len(figures)


# 4. Between months.


def crossing() -> list[logs.Row]:
    """The small city, and a cell of four to which a fifth comes in May; one leaves another."""
    rows = logs.events()
    for person in range(5001, 5012):
        home, birth = (1101054, 1965) if person < 5006 else (1123051, 1965)
        for month in range(2, 7):
            if (person == 5005 and month < 5) or (person == 5011 and month > 2):
                continue
            few = 5001 < person < 5006 or (person > 5006 and month % 2)
            rows += [
                logs.event(person, date(2023, month, day), app, home, "F", birth)
                for day in (3, 9)
                for app in ("Clash", "Bank")
                if app == "Clash" or few
            ]
    return rows  # fmt: skip


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a city where cells become small, or large enough, from month to month."""
    folder = tmp_path_factory.mktemp("busy")
    logs.write(crossing(), folder / "events")
    logs.write(logs.mobility(), folder / "mobility")
    logs.write_tables(folder)
    return folder


FIGURES = ("population", *PLAIN, "weekday_trips", "subway_days")


def found_between(
    cells: dict[Month, pl.DataFrame],
) -> list[tuple[str, str, int, str, float]]:
    """All that a month hides and one that overlaps shows."""
    return [
        known
        for one in cells for other in cells if 0 < abs(one.number - other.number) < 3
        for known in nearly_known(cells[one], cells[other], FIGURES)
    ]  # fmt: skip


def test_what_a_month_hides_no_month_that_overlaps_shows(
    busy: Path, tmp_path: Path, settings: Settings
) -> None:
    cells = made(busy, tmp_path, settings)
    assert list(cells) == [MAY, JUNE, JULY]
    people = [
        count((2023, month.month), crossing(), [], logs.APPS, logs.PLACES).people for month in cells
    ]
    cell = ("1101054", "F", 55)
    assert [one[cell] for one in people] == [4, 5, 5]
    assert found_between(cells) == []
    assert all(frame["population"].count() > 10 for frame in cells.values())


def test_a_later_run_hides_what_months_in_force_hide(
    busy: Path, tmp_path: Path, settings: Settings
) -> None:
    apart: dict[Month, pl.DataFrame] = {}
    for month in (MAY, JUNE, JULY):
        apart = made(busy, tmp_path / "one by one", settings, month)
    later = [known for one, other in ((MAY, JUNE), (MAY, JULY), (JUNE, JULY))
             for known in nearly_known(apart[one], apart[other], FIGURES)]  # fmt: skip
    assert later == []
    # July by itself shows more: it is the months before that keep figures hidden.
    alone = made(busy, tmp_path / "alone", settings, JULY)
    kept = nearly_known(apart[JULY], alone[JULY], FIGURES)
    assert {figure for *_, figure, _ in kept} >= {"population", "game", "finance"}
    entry = Store(tmp_path / "one by one").ledger().current()[JULY]
    assert entry.made["hidden"]["other_months"] >= len(kept)


def test_what_is_hidden_for_others_only_is_shown_when_they_do_not_overlap(
    busy: Path, tmp_path: Path, settings: Settings
) -> None:
    """Else whatever was small once would be hidden for ever."""
    made(busy, tmp_path, settings, MAY)
    made(busy, tmp_path, settings, JUNE)
    workspace = Store(tmp_path)
    entry = workspace.ledger().current()[JUNE]
    own = hidden_in(entry, workspace.cells_path / entry.cells)
    cells = pl.read_parquet(workspace.cells()[JUNE])
    both = cells.join(own, on=["code", "sex", "age5"], suffix=" own")
    assert both.height == cells.height
    assert both.filter(pl.col("population").is_null() & ~pl.col("people")).height
    assert not both.filter(pl.col("population").is_not_null() & pl.col("people")).height


def test_months_made_before_flags_were_kept_hide_what_their_cells_hide(
    busy: Path, tmp_path: Path, settings: Settings
) -> None:
    made(busy, tmp_path, settings, MAY)
    workspace = Store(tmp_path)
    content = json.loads(workspace.ledger_path.read_text("utf-8"))
    del content["entries"][0]["made"]["hides"]
    workspace.ledger_path.write_text(json.dumps(content), "utf-8")
    cells = made(busy, tmp_path, settings, JUNE)
    assert nearly_known(cells[MAY], cells[JUNE], FIGURES) == []


# 5. A month made again without one person.


def without_one(log: Path, folder: Path) -> tuple[Path, int]:
    """The log less one subscriber, and that one."""
    who = 20
    logs.write([r for r in logs.events() if r["subscriber_id"] != who], folder / "events")
    logs.write_tables(folder)
    return folder, who


def test_replaced_cells_are_gone_after_the_next_build(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    plain = tmp_path / "log"
    logs.write(logs.events(), plain / "events")
    logs.write_tables(plain)
    made(plain, tmp_path / "w", settings, JUNE)
    workspace = Store(tmp_path / "w")
    before = workspace.cells()[JUNE]
    old = pl.read_parquet(before)
    smaller, who = without_one(log, tmp_path / "smaller")
    new = made(smaller, tmp_path / "w", settings, JUNE)[JUNE]
    used = {(r["service"], r["date"]) for r in logs.events() if r["subscriber_id"] == who
            and r["service"] == "Bank" and r["date"] and 3 <= r["date"].month <= 5}  # fmt: skip
    found = days_of_the_one_who_left(old, new, "finance")
    assert found in ([], [len(used)]), "the attack is worth its name, or the figure is hidden"
    assert before.exists()
    build(workspace, settings)
    assert not before.exists()
    assert workspace.cells()[JUNE].exists()
    assert Workspace(workspace, settings).status().rows.height == 1


def test_a_setting_keeps_replaced_cells_and_a_month_taken_back_loses_them(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    keeping = Settings.load({"TELADS_REPLACED_CELLS_KEPT": "1"}, Path("no-such-file"))
    made(log, tmp_path, settings, MAY, JUNE)
    workspace = Store(tmp_path)
    old = workspace.cells()
    made(log, tmp_path, settings, MAY, k=6)
    build(workspace, keeping)
    assert old[MAY].exists()
    build(workspace, settings)  # nothing new to build, but something to remove
    assert not old[MAY].exists()
    Workspace(workspace, settings).forget(JUNE)
    assert not old[JUNE].exists()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_command_warns_when_a_month_is_made_again(
    telads: Telads, log: Path, tmp_path: Path, lang: str
) -> None:
    words = ("aggregate", log, "--month", JUNE, "-w", tmp_path, "--lang", lang)
    said = {"ko": "이 달은 전에도 만들었습니다", "en": "This month was made before"}[lang]
    assert said not in telads(*words).out
    assert said not in telads(*words).out  # unchanged
    assert said in telads(*words, "--k", 6).out
    assert "--epsilon" in telads(*words, "--k", 7).out
    (row,) = json.loads(telads(*words, "--k", 8, "--format", "json").out)["rows"]
    assert said in " ".join(row["warnings"])
    assert row["version"] == 4
