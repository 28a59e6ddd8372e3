"""The budget of noise: it adds up, is written down before it is drawn, and stays written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest

from telads.aggregate.job import aggregate
from telads.aggregate.noise import Noise, lower, require, spent
from telads.aggregate.request import Request
from telads.backup.restore import restore
from telads.backup.take import take
from telads.engines import event_engine
from telads.engines.polars_events import PolarsEvents
from telads.errors import SettingError, WorkspaceDamaged
from telads.library import Workspace
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import Draw, Ledger
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.cli.conftest import Telads

if TYPE_CHECKING:
    from telads.engines import Frame

MAY, JUNE, JULY = Month.of(2023, 5), Month.of(2023, 6), Month.of(2023, 7)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    logs.write(logs.events(200), folder / "events")
    logs.write_tables(folder)
    return folder


def run(log: Path, workspace: Store, settings: Settings, *months: Month, **more: Any) -> None:
    request = Request((str(log),), months=months, **more)
    aggregate(workspace, request, settings, event_engine("polars"))


def draws(*months: str, epsilon: float = 1.0, delta: float = 0.0) -> Ledger:
    return Ledger((), tuple(Draw(month, "laplace", epsilon, delta, "2026-01-01", f"{at} {month}")
                            for at, month in enumerate(months)))  # fmt: skip


def test_epsilon_adds_up_over_months_and_draws() -> None:
    told = spent(draws("2023-04", "2023-05", "2023-06", "2023-06", "2023-12", delta=1e-6))
    assert (told.draws, told.epsilon) == (5, 5.0)
    assert told.delta == pytest.approx(5e-6)
    # March is in the windows of April, May and June, which was drawn twice.
    assert told.most_on_a_month == 4.0
    assert spent(Ledger()).most_on_a_month == 0


def test_the_lower_limit_holds() -> None:
    assert lower(None, None) is None
    assert lower(3.0, None) == lower(None, 3.0) == lower(3.0, 9.0) == 3.0


def test_a_sum_at_the_limit_is_not_beyond_it() -> None:
    require(draws(*["2023-05"] * 9, epsilon=0.1), Noise(0.1), [JUNE], 1.0)
    with pytest.raises(SettingError, match="Not enough epsilon"):
        require(draws(*["2023-05"] * 10, epsilon=0.1), Noise(0.1), [JUNE], 1.0)
    require(draws("2023-05"), Noise(5.0), [], 1.0)  # nothing is to be drawn


def test_cells_without_noise_are_refused_where_there_is_a_limit(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    """They would tell more than any budget."""
    with pytest.raises(SettingError, match="cells without noise"):
        run(log, Store(tmp_path), replace(settings, epsilon_limit=5.0), JUNE)
    assert not Store(tmp_path).ledger().entries


def test_beyond_the_limit_nothing_is_drawn(log: Path, tmp_path: Path, settings: Settings) -> None:
    """Neither the setting nor the option can be passed; all months of a run count together."""
    workspace, owner = Store(tmp_path), replace(settings, epsilon_limit=5.0)
    run(log, workspace, owner, MAY, JUNE, noise=Noise(2.0), limit=50.0)
    before = workspace.ledger_path.read_bytes()
    for limit, months, noise in ((50.0, [JULY], Noise(2.0)), (4.5, [JULY], Noise(0.6)),
                                 (None, [JUNE, JULY], Noise(0.6))):  # fmt: skip
        with pytest.raises(SettingError, match="4 is spent"):
            run(log, workspace, owner, *months, noise=noise, limit=limit)
    assert workspace.ledger_path.read_bytes() == before
    run(log, workspace, owner, MAY, JUNE, noise=Noise(2.0))  # unchanged: nothing is drawn
    run(log, workspace, owner, JULY, noise=Noise(1.0))
    assert spent(workspace.ledger()).epsilon == 5.0


def test_what_was_spent_stays_when_months_are_replaced_or_taken_back(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    workspace = Store(tmp_path)
    run(log, workspace, settings, MAY, JUNE, noise=Noise(60.0))
    run(log, workspace, settings, JUNE, noise=Noise(50.0))
    assert spent(workspace.ledger()).epsilon == 170.0
    with workspace.writing(1):
        ledger = workspace.ledger()
        ledger.without(ledger.current()[MAY], "2026-11-29T09:00:00+00:00", "me").save(
            workspace.ledger_path
        )
    assert spent(workspace.ledger()).epsilon == 170.0
    run(log, workspace, settings, MAY, JUNE)  # without noise, in its place
    assert spent(workspace.ledger()).epsilon == 170.0


def test_a_run_that_dies_while_it_draws_has_spent(
    log: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Store(tmp_path)

    def killed(*_: object) -> None:
        told = spent(workspace.ledger())
        assert told.epsilon == 2.0, "written down before it is drawn"
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("telads.aggregate.noise.with_noise", killed)
        with pytest.raises(KeyboardInterrupt):
            run(log, workspace, settings, MAY, JUNE, noise=Noise(1.0))
    assert not workspace.ledger().current()
    assert spent(workspace.ledger()).epsilon == 2.0
    run(log, workspace, settings, MAY, JUNE, noise=Noise(1.0))
    assert spent(workspace.ledger()).epsilon == 4.0
    made = [entry.made["noise"]["draw"] for entry in workspace.ledger().entries]
    assert made == [draw.id for draw in workspace.ledger().draws[2:]]


def test_two_runs_at_once_draw_once(log: Path, tmp_path: Path, settings: Settings) -> None:
    """The second has waited for the first, and finds nothing left to do."""
    workspace, request = Store(tmp_path), Request((str(log),), months=(JUNE,), noise=Noise(1.0))
    waits = Event()
    outcomes: list[str] = []

    class First(PolarsEvents):
        def save(self, frame: Frame, target: Path) -> None:
            assert waits.wait(20)
            super().save(frame, target)

    def second() -> None:
        taken = aggregate(workspace, request, settings, PolarsEvents(), on_wait=waits.set)
        outcomes.extend(one.outcome for one in taken)

    other = Thread(target=second)

    class Starts(First):
        def save(self, frame: Frame, target: Path) -> None:
            if not other.ident:
                other.start()
            super().save(frame, target)

    taken = aggregate(workspace, request, settings, Starts())
    other.join(30)
    assert [one.outcome for one in taken] == ["taken"]
    assert outcomes == ["unchanged"]
    assert len(workspace.ledger().draws) == 1


class NoRows:
    """A website's database without a row."""

    def schema(self) -> list[str]:
        return self.known()

    def known(self) -> list[str]:
        return ["one"]

    def convert(self, path: Path, schema: list[str]) -> None:
        raise AssertionError("nothing to convert")

    def dump(self, path: Path) -> int:
        path.write_text("", "utf-8")
        return 0

    def is_used(self) -> bool:
        return False

    def load(self, path: Path) -> None:
        path.read_text("utf-8")


def _step(name: str, done: int, total: int) -> None:
    pass


@pytest.mark.parametrize("empty", [False, True])
def test_a_backup_neither_loses_nor_gives_back_what_was_spent(
    log: Path, tmp_path: Path, settings: Settings, empty: bool
) -> None:
    """It is in the backup; what was drawn after that stays spent when it is restored."""
    workspace, elsewhere = Store(tmp_path / "w"), Store(tmp_path / "elsewhere")
    if empty:
        workspace.path.mkdir()
    else:
        run(log, workspace, settings, MAY, noise=Noise(1.0))
    path, _ = take(workspace, NoRows(), tmp_path / "backup.tar.gz", wait=5, step=_step)
    run(log, workspace, settings, JUNE, noise=Noise(2.0))
    restore(path, workspace, NoRows(), wait=5, replace=True, step=_step)
    assert spent(workspace.ledger()).epsilon == (2.0 if empty else 3.0)
    assert list(workspace.ledger().current()) == ([] if empty else [MAY])
    restore(path, elsewhere, NoRows(), wait=5, step=_step)
    assert spent(elsewhere.ledger()).epsilon == (0.0 if empty else 1.0)
    if not empty:  # the key came along: the same request is known there
        run(log, elsewhere, settings, MAY, noise=Noise(1.0))
        assert spent(elsewhere.ledger()).epsilon == 1.0


def test_months_made_before_draws_were_written_down_count(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    workspace = Store(tmp_path)
    run(log, workspace, settings, MAY, JUNE, noise=Noise(1.5))
    content = json.loads(workspace.ledger_path.read_text("utf-8"))
    del content["draws"]
    for entry in content["entries"]:
        del entry["made"]["noise"]["draw"]
    workspace.ledger_path.write_text(json.dumps(content), "utf-8")
    assert spent(workspace.ledger()).epsilon == 3.0
    workspace.ledger().save(workspace.ledger_path)
    assert spent(workspace.ledger()).epsilon == 3.0


@pytest.mark.parametrize("draw", [1, {"month": "2023-06"}, {"month": "June"}, None])
def test_draws_that_make_no_sense_are_a_damaged_ledger(draw: object, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps({"version": 1, "entries": [], "draws": [draw]}), "utf-8")
    with pytest.raises(WorkspaceDamaged):
        Ledger.load(path)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_command_tells_what_was_spent(
    telads: Telads, tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    logs.write(logs.events(1200), log / "events")
    logs.write_tables(log)
    words = ("aggregate", log, "-w", tmp_path / "w", "--lang", lang, "--epsilon", 400)
    told = telads(*words, "--month", JUNE, "--epsilon-limit", 1000)
    assert told.code == 0, told.err
    said = {"ko": "1번에 epsilon 400, 한도 1000", "en": "epsilon 400 of 1000 spent in 1 draws"}[
        lang
    ]
    assert said in told.out
    assert {"ko": "95% 반폭", "en": "half-width of 95 %"}[lang] in told.out
    for exact in ("rows counted", "subscribers in cells", "셈한 행", "셀에 든 가입자"):
        assert exact not in told.out
    (row,) = json.loads(telads(*words, "--month", JULY, "--format", "json").out)["rows"]
    assert (row["epsilon"], row["epsilon_spent"], row["epsilon_limit"]) == (400, 800, None)
    assert row["epsilon_most_on_a_month"] == 800
    assert row["half_width_game"] > 0
    assert not [name for name in row if name.startswith(("rows_", "subscribers_", "remarks_"))]
    found = telads("doctor", "-w", tmp_path / "w", "--lang", lang).out
    assert {"ko": "epsilon 800을 2번에", "en": "epsilon 800 spent in 2 draws"}[lang] in found
    monkeypatch.setenv("TELADS_EPSILON_LIMIT", "1000")
    told = telads(*words, "--month", MAY, "--epsilon-limit", 9000)
    assert (told.code, told.err.count("\n"), "1000" in told.err) == (2, 1, True)
    told = telads(*words, "--epsilon-limit", 0)
    assert (told.code, told.err.count("\n")) == (2, 1)


def test_a_build_in_force_keeps_its_cells_until_the_next(
    log: Path, tmp_path: Path, settings: Settings
) -> None:
    """Each draw of noise has cells of its own: the next build is of the new ones."""
    workspace = Store(tmp_path / "w")
    log = shutil.copytree(log, tmp_path / "log")
    logs.write(logs.events(2500), log / "events")
    run(log, workspace, settings, JUNE, noise=Noise(5000.0))
    opened = Workspace(workspace, settings)
    opened.build()
    first = workspace.cells()[JUNE]
    run(log, workspace, settings, JUNE, noise=Noise(5001.0))
    assert first.exists()
    assert opened.services("종로구", "M", 30).rows.height
    opened.build()
    assert not first.exists()
    assert opened.services("종로구", "M", 30).rows.height
