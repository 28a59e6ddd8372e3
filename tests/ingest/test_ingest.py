"""Taking files in: whole or not at all, repeatable, in any order, remembered in the ledger."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from telads.errors import DataError, WorkspaceBusy, WorkspaceError
from telads.ingest import ingest as module
from telads.ingest.ingest import Taken, ingest
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.portal import HEADERS, portal_rows, write_csv, write_month, write_xlsx
from tests.store.test_workspace import held

JUNE, JULY = Month.of(2023, 6), Month.of(2023, 7)


@pytest.fixture
def workspace(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


def outcomes(taken: Iterable[Taken]) -> dict[str, str]:
    return {each.path.name: each.outcome for each in taken}


def visible(workspace: Store) -> dict[str, bytes]:
    return {
        str(path.relative_to(workspace.path)): path.read_bytes()
        for path in workspace.path.rglob("*")
        if path.is_file()
    }


def test_a_file_becomes_cells_and_a_full_entry(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    rows = [[*row, "x"] for row in portal_rows()]
    for row in rows[:10]:
        row[6] = "*"
    headers = [*HEADERS, "새 항목"]
    path = write_xlsx(tmp_path / "2023.6월_29개 통신정보.xlsx", rows, headers)
    (taken,) = ingest(workspace, [path], settings)
    entry = taken.entry
    assert entry is not None
    assert (taken.outcome, taken.month, taken.path) == ("taken", JUNE, path)
    assert entry.file == path.name
    assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry.source, entry.rows, entry.masked, entry.values) == ("seoul", 72, 10, 72 * 10)
    assert entry.coverage == pytest.approx(1 - 10 / 720)
    assert (entry.synthetic, entry.replaced, entry.ignored_columns) == (False, None, ("새 항목",))
    assert str(entry.window) == "2023-03..2023-05"
    assert [text.en for text in entry.warnings] == ["Games: 14% of the values are masked."]
    assert workspace.ledger().entries == (entry,)
    (raw,) = json.loads(workspace.ledger_path.read_text("utf-8"))["entries"]
    assert (raw["month"], raw["window"]) == ("2023-06", "2023-03..2023-05")
    assert raw["taken"].endswith("+00:00")
    assert pl.read_parquet(workspace.cells()[JUNE]).equals(WIDE_TABLE.read(path).cells)


@pytest.mark.seoul
def test_the_same_files_again_change_nothing_at_once(
    seoul: Path, seoul_workspace: Store, settings: Settings
) -> None:
    before = visible(seoul_workspace)
    start = time.process_time()
    again = list(ingest(seoul_workspace, [seoul], settings))
    assert time.process_time() - start < 0.3
    assert {taken.outcome for taken in again} == {"unchanged"}
    assert [taken.month for taken in again] == [Month.of(2023, month) for month in range(1, 8)]
    assert visible(seoul_workspace) == before


def test_a_corrected_file_replaces_its_month_and_both_stay_in_the_ledger(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6", seed=1)
    list(ingest(workspace, [path], settings))
    first = workspace.ledger().entries[0]
    write_month(tmp_path, "2023.6", seed=2)
    (taken,) = ingest(workspace, [path], settings)
    assert taken.outcome == "replaced"
    assert taken.entry is not None
    assert taken.entry.replaced == first.sha256
    assert workspace.ledger().entries == (first, taken.entry)
    assert workspace.ledger().current() == {JUNE: taken.entry}
    assert pl.read_parquet(workspace.cells()[JUNE]).equals(WIDE_TABLE.read(path).cells)
    write_month(tmp_path, "2023.6", seed=1)
    assert outcomes(ingest(workspace, [path], settings)) == {path.name: "replaced"}
    assert len(workspace.ledger().entries) == 3


def test_the_month_can_be_given_for_one_file(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "통신정보.xlsx", portal_rows())
    (taken,) = ingest(workspace, [path], settings, month=JULY)
    assert (taken.outcome, taken.month) == ("taken", JULY)
    other = write_month(tmp_path, "2023.6", seed=2)
    (taken,) = ingest(workspace, [other], settings, month=JULY)
    assert (taken.outcome, taken.month) == ("replaced", JULY), "the caller knows better"
    with pytest.raises(DataError, match="single file"):
        list(ingest(workspace, [path, other], settings, month=JULY))


def test_nothing_is_told_of_a_workspace_that_is_busy(
    tmp_path: Path, workspace: Store, settings: Settings
) -> None:
    """So a later attempt reports no file twice."""
    write_month(tmp_path, "2023.6")
    (tmp_path / "notes.txt").touch()
    told: list[Taken] = []
    with held(workspace), pytest.raises(WorkspaceBusy):
        told += ingest(workspace, [tmp_path], replace(settings, lock_seconds=0))
    assert not told


def test_lock_files_and_other_kinds_in_a_folder_are_skipped_with_a_word(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write_month(folder, "2023.6")
    lock = folder / "~$2023.6월_29개 통신정보.xlsx"
    lock.write_bytes(b"\x00" * 165)
    (folder / "._2023.6월_29개 통신정보.xlsx").write_bytes(b"\x00\x05\x16\x07")
    (folder / "읽어보기.txt").write_text("notes")
    (folder / "inner").mkdir()
    found = outcomes(ingest(workspace, [folder], settings))
    assert found == {
        "2023.6월_29개 통신정보.xlsx": "taken",
        lock.name: "skipped",
        "._2023.6월_29개 통신정보.xlsx": "skipped",
        "읽어보기.txt": "skipped",
    }
    assert outcomes(ingest(workspace, [lock, folder], settings))[lock.name] == "skipped"


def test_a_refused_file_does_not_keep_the_others_out(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    good, bad = write_month(tmp_path, "2023.6"), tmp_path / "2023.7월.xlsx"
    bad.write_bytes(b"")
    taken = list(ingest(workspace, [bad, tmp_path / "2023.8월.xlsx", good], settings))
    assert outcomes(taken) == {good.name: "taken", bad.name: "refused", "2023.8월.xlsx": "refused"}
    assert list(workspace.ledger().current()) == [JUNE]


def test_the_order_of_files_is_irrelevant(settings: Settings, tmp_path: Path) -> None:
    files = [write_month(tmp_path, f"2023.{month}", seed=month) for month in (5, 6, 7)]
    files.append(write_csv(tmp_path / "2023.7월.csv", portal_rows(seed=9)))  # contradicts July
    states = set()
    for number, order in enumerate(itertools.permutations(files)):
        workspace = Store(tmp_path / f"workspace{number}")
        found = outcomes(ingest(workspace, order, settings))
        current = workspace.ledger().current()
        states.add((
            tuple(sorted(found.items())),
            tuple((str(month), entry.sha256, entry.cells) for month, entry in current.items()),
        ))  # fmt: skip
    ((found_once, current_once),) = states
    assert [outcome for _, outcome in found_once] == ["taken", "taken", "refused", "refused"]
    assert [month for month, *_ in current_once] == ["2023-05", "2023-06"]


def test_different_files_for_one_month_are_refused_by_name(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    first = write_month(tmp_path, "2023.6")
    second = write_csv(tmp_path / "2023-06.csv", portal_rows(seed=9))
    taken = list(ingest(workspace, [first, second], settings))
    assert {each.path for each in taken if each.outcome == "refused"} == {first, second}
    for each in taken:
        assert each.error is not None
        assert "2023-06" in each.error.line("ko")
        assert "different files" in each.error.line("en")
    assert not workspace.ledger().entries


def test_a_copy_of_a_file_counts_once(workspace: Store, settings: Settings, tmp_path: Path) -> None:
    path = write_month(tmp_path, "2023.6")
    copy = tmp_path / "2023.6월_29개 통신정보 (1).xlsx"
    copy.write_bytes(path.read_bytes())
    assert outcomes(ingest(workspace, [path, copy, path], settings)) == {
        path.name: "taken", copy.name: "unchanged",
    }  # fmt: skip
    assert len(workspace.ledger().entries) == 1


def test_a_copy_of_a_refused_file_is_refused_as_well(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path, copy = tmp_path / "2023.6월.csv", tmp_path / "2023.6월 (1).csv"
    for each in (path, copy):
        each.write_text("not,the,portal\n1,2,3\n")
    taken = list(ingest(workspace, [path, copy], settings))
    assert [each.outcome for each in taken] == ["refused", "refused"]
    assert [each.error.facts["file"] for each in taken if each.error] == [path, copy]


def test_a_file_that_changes_while_it_is_read_is_refused(
    workspace: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_month(tmp_path, "2023.6", seed=1)
    look = module._look

    def look_and_change(path: Path, shown: Path, month: Month | None) -> object:
        candidate = look(path, shown, month)
        write_month(tmp_path, "2023.6", seed=2)
        return candidate

    monkeypatch.setattr(module, "_look", look_and_change)
    (taken,) = ingest(workspace, [path], settings)
    assert taken.error is not None
    assert "changed while it was read" in str(taken.error)
    assert not workspace.ledger().entries


@pytest.mark.parametrize("failing", ["write_bytes", "write_text", "replace"])
def test_a_full_disk_is_told_and_changes_nothing(
    failing: str, workspace: Store, settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    list(ingest(workspace, [write_month(tmp_path, "2023.6", seed=1)], settings))
    path = write_month(tmp_path, "2023.6", seed=2)
    before = visible(workspace)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, failing, full)
        with pytest.raises(WorkspaceError) as caught:
            list(ingest(workspace, [path], settings))
    assert "No space left on device" in caught.value.line("en")
    assert "디스크 공간" in caught.value.line("ko")
    assert before.items() <= visible(workspace).items()
    assert not list(workspace.path.rglob(".tmp-*"))
    assert [entry.replaced for entry in workspace.ledger().entries] == [None]
    assert outcomes(ingest(workspace, [path], settings)) == {path.name: "replaced"}


def test_a_workspace_that_cannot_be_written_to_is_told(settings: Settings, tmp_path: Path) -> None:
    path = write_month(tmp_path, "2023.6")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WorkspaceError) as caught:
        list(ingest(Store(tmp_path / "file"), [path], settings))
    assert caught.value.facts["file"] == tmp_path / "file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_workspace_is_told(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6")
    workspace.path.mkdir()
    workspace.path.chmod(0o500)
    with pytest.raises(WorkspaceError, match="cannot be written"):
        list(ingest(workspace, [path], settings))


def test_cells_that_nobody_names_are_cleared_away(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6", seed=1)
    list(ingest(workspace, [path], settings))
    write_month(tmp_path, "2023.6", seed=2)
    list(ingest(workspace, [path], settings))
    named = {entry.cells for entry in workspace.ledger().entries}
    (workspace.cells_path / "2023-07-0123456789abcdef.parquet").write_bytes(b"left by a kill")
    (workspace.cells_path / ".tmp-1-2023-07-0123456789abcdef.parquet").write_bytes(b"half")
    assert outcomes(ingest(workspace, [path], settings)) == {path.name: "unchanged"}
    assert {path.name for path in workspace.cells_path.iterdir()} == named
    assert len(named) == 2


def test_without_a_ledger_no_cells_are_cleared_away(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6")
    list(ingest(workspace, [path], settings))
    ledger = workspace.ledger_path.read_bytes()
    workspace.ledger_path.unlink()
    list(ingest(workspace, [write_month(tmp_path, "2023.7")], settings))
    workspace.ledger_path.write_bytes(ledger)
    assert workspace.cells()[JUNE].is_file()


def test_lost_cells_are_read_again(workspace: Store, settings: Settings, tmp_path: Path) -> None:
    path = write_month(tmp_path, "2023.6")
    list(ingest(workspace, [path], settings))
    workspace.cells()[JUNE].unlink()
    assert outcomes(ingest(workspace, [path], settings)) == {path.name: "replaced"}
    assert workspace.cells()[JUNE].is_file()


def test_a_reader_that_stops_early_keeps_what_was_taken_and_frees_the_lock(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    files = [write_month(tmp_path, f"2023.{month}", seed=month) for month in (5, 6, 7)]
    taking = ingest(workspace, files, settings)
    assert next(taking).month == Month.of(2023, 5)
    taking.close()  # type: ignore[attr-defined]
    assert list(workspace.ledger().current()) == [Month.of(2023, 5)]
    assert list(outcomes(ingest(workspace, files, settings)).values()) == [
        "unchanged", "taken", "taken",
    ]  # fmt: skip
