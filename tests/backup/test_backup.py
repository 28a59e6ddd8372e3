"""What is backed up comes back; what is damaged, foreign or in the way is refused untouched."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from telads.backup import restore as restoring
from telads.backup.archive import is_allowed
from telads.backup.restore import check, restore
from telads.errors import DataError, WorkspaceBusy, WorkspaceDamaged, WorkspaceError
from telads.model import Month
from telads.store.workspace import WATCHED
from telads.text import Text
from tests.backup.installation import Installation, Lines

Members = list[tuple[str, bytes]]


def members(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return [(one.name, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]


def packed(path: Path, content: Members) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in content:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def resealed(document: dict[str, object], rest: Members) -> Members:
    """Members under another manifest, with the seal that fits it."""
    import hashlib

    text = json.dumps(document).encode()
    seal = hashlib.sha256(text).hexdigest().encode()
    return [("telads-backup.json", text), *rest[1:-1], ("telads-backup.sha256", seal)]


def test_it_comes_back_to_the_last_byte(first: Installation, archive: Path, tmp_path: Path) -> None:
    copy = Installation(tmp_path / "copy")
    seen: list[tuple[str, int, int]] = []
    restoring.restore(
        archive, copy.workspace, copy.database, wait=0, step=lambda *told: seen.append(told)
    )
    assert copy.state() == first.state()
    assert not copy.workspace.history_path.exists()
    assert [done for _, done, _ in seen] == list(range(len(seen)))
    assert seen[-1][1] == seen[-1][2] == len(first.state())
    # Builds are distinguished by their time of creation.
    name = first.workspace.build().name
    made = [one.workspace.marts_path / name / "build.json" for one in (first, copy)]
    assert made[0].stat().st_mtime_ns == made[1].stat().st_mtime_ns


def test_it_is_for_its_owner_alone(archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    assert not [path for path in copy.workspace.path.rglob("*") if path.stat().st_mode & 0o077]


def test_the_same_installation_gives_the_same_members(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    again, manifest = first.back_up(tmp_path)
    assert again.parent == tmp_path
    assert again.name.startswith("telads-backup-2")
    assert members(again)[1:-1] == members(archive)[1:-1]
    assert manifest.facts["months"] == ["2023-05", "2023-06"]
    assert manifest.facts["rows"] == 2
    assert check(again, lambda *_: None) == manifest


def test_a_file_that_is_there_is_kept_unless_told(first: Installation, tmp_path: Path) -> None:
    there = tmp_path / "there.tar.gz"
    there.write_text("mine")
    with pytest.raises(WorkspaceError, match="already"):
        first.back_up(there)
    assert there.read_text() == "mine"
    first.back_up(there, again=True)
    assert check(there, lambda *_: None).facts["rows"] == 2


def test_what_can_be_made_again_is_left_out(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    for name in ("uploads/june.xlsx", "static/site.css", "pictures/a.json", "web.sqlite3"):
        (copy.workspace.path / name).parent.mkdir(exist_ok=True)
        (copy.workspace.path / name).write_text("x")
    (copy.workspace.cells_path / "nobody-names-it.parquet").write_text("x")
    path, _ = copy.back_up(tmp_path / "copy.tar.gz")
    assert members(path)[1:-1] == members(archive)[1:-1]


def test_files_that_came_after_the_backup_are_read_again_after_a_restore(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    note = copy.workspace.path / WATCHED
    note.write_text('{"/in": {"june.xlsx": [1, 2]}}')
    path, _ = copy.back_up(tmp_path / "copy.tar.gz")
    note.write_text('{"/in": {"june.xlsx": [1, 2], "july.xlsx": [1, 2]}}')
    copy.restore(path, replace=True)
    assert note.read_text() == '{"/in": {"june.xlsx": [1, 2]}}'
    copy.restore(archive, replace=True)  # of before the folder was watched
    assert not note.exists()


def test_missing_cells_are_no_backup(first: Installation, archive: Path, tmp_path: Path) -> None:
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    copy.workspace.cells()[Month.of(2023, 6)].unlink()
    with pytest.raises(WorkspaceDamaged, match="Load the data of 2023-06 again"):
        copy.back_up(tmp_path / "copy.tar.gz")
    assert not (tmp_path / "copy.tar.gz").exists()
    with pytest.raises(WorkspaceError, match="Workspace not found"):
        Installation(tmp_path / "nowhere").back_up(tmp_path / "nowhere.tar.gz")


def test_an_installation_in_use_is_replaced_only_if_told(
    first: Installation, second: Installation, archive: Path, tmp_path: Path
) -> None:
    target = Installation(tmp_path / "target")
    shutil.copytree(second.folder, target.folder)
    with pytest.raises(WorkspaceError, match="where the backup would be restored"):
        target.restore(archive)
    assert target.state() == second.state()
    target.restore(archive, replace=True)
    assert target.state() == first.state(), "nothing of before is left"


def test_what_is_taken_in_while_a_restore_waits_is_in_use(
    second: Installation, archive: Path, tmp_path: Path
) -> None:
    target = Installation(tmp_path / "target")
    with ExitStack() as other:
        other.enter_context(target.workspace.writing(0))

        def take_in() -> None:
            shutil.copy(second.workspace.ledger_path, target.workspace.ledger_path)
            other.close()

        with pytest.raises(WorkspaceError, match="where the backup would be restored"):
            restoring.restore(
                archive, target.workspace, target.database,
                wait=10, step=lambda *_: None, on_wait=take_in,
            )  # fmt: skip
    assert target.workspace.ledger() == second.workspace.ledger()
    assert not target.database.is_used()


def test_users_alone_are_in_use_too(archive: Path, tmp_path: Path) -> None:
    target = Installation(tmp_path)
    target.database.path.write_text("a user\n")
    with pytest.raises(WorkspaceError, match="where the backup would be restored"):
        target.restore(archive)
    assert target.database.path.read_text() == "a user\n"
    assert list(target.state()) == ["rows.txt"]


@pytest.mark.parametrize("at", [0, 5, 100, 0.3, 0.6, 0.9, -9, -1])
def test_an_archive_cut_short_is_refused(
    at: float, second: Installation, archive: Path, tmp_path: Path
) -> None:
    whole = archive.read_bytes()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole[: round(at * len(whole)) if isinstance(at, float) else at])
    refused(cut, second, tmp_path)


@pytest.mark.parametrize("at", [0, 3, 0.001, 0.2, 0.5, 0.8, 0.999, -1])
def test_a_changed_byte_is_refused(
    at: float, second: Installation, archive: Path, tmp_path: Path
) -> None:
    content = bytearray(archive.read_bytes())
    content[round(at * len(content)) if isinstance(at, float) else int(at)] ^= 0x55
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(content)
    refused(damaged, second, tmp_path)


def changed_file(content: Members) -> Members:
    name, data = content[3]
    return [*content[:3], (name, bytes([data[0] ^ 1]) + data[1:]), *content[4:]]


def other_place(content: Members) -> Members:
    document = json.loads(content[0][1])
    document["files"][0]["name"] = "../../outside"
    return resealed(document, [content[0], ("../../outside", content[1][1]), *content[2:]])


CHANGES: dict[str, Callable[[Members], Members]] = {
    "a file changed": changed_file,
    "a file missing": lambda content: [*content[:3], *content[4:]],
    "a file twice": lambda content: [*content[:4], *content[3:]],
    "a file too much": lambda content: [*content, ("more", b"more")],
    "no seal": lambda content: content[:-1],
    "another seal": lambda content: [*content[:-1], (content[-1][0], b"0" * 64)],
    "no manifest": lambda content: content[1:],
    "no JSON": lambda content: [(content[0][0], b"{"), *content[1:]],
    "a list": lambda content: [(content[0][0], b"[]"), *content[1:]],
    "out of the folder": other_place,
    "nothing": lambda content: [],
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_archive_that_does_not_hold_what_it_says_is_refused(
    change: str, second: Installation, archive: Path, tmp_path: Path
) -> None:
    path = packed(tmp_path / "changed.tar.gz", CHANGES[change](members(archive)))
    refused(path, second, tmp_path)
    assert not (tmp_path.parent / "outside").exists()


def refused(path: Path, second: Installation, folder: Path) -> None:
    """Neither an empty installation nor one in use is touched by it."""
    with pytest.raises(DataError):
        check(path, lambda *_: None)
    empty, used = Installation(folder / "empty"), Installation(folder / "used")
    shutil.copytree(second.folder, used.folder)
    for target in (empty, used):
        before = target.state()
        with pytest.raises(DataError) as caught:
            target.restore(path, replace=True)
        assert caught.value.line("ko") != caught.value.line("en")
        assert target.state() == before


@pytest.mark.parametrize(
    ("fact", "value"),
    [("backup", 2), ("ledger", 9), ("ledger", None), ("schema", ["1", "2"]), ("schema", ["0"])],
)
def test_a_newer_version_is_refused(
    fact: str, value: object, second: Installation, archive: Path, tmp_path: Path
) -> None:
    content = members(archive)
    document = {**json.loads(content[0][1]), fact: value, "telads": "9.8.7"}
    path = packed(tmp_path / "other.tar.gz", resealed(document, content))
    target = Installation(tmp_path / "target")
    shutil.copytree(second.folder, target.folder)
    with pytest.raises(DataError, match=r"newer version .* Install telads 9\.8\.7 or later"):
        target.restore(path, replace=True)
    assert target.state() == second.state()
    with pytest.raises(DataError, match="newer version"):
        check(path, lambda *_: None, lambda _: second.database)


def test_rows_of_an_earlier_version_are_converted(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    content = members(archive)
    document = {**json.loads(content[0][1]), "ledger": 1}
    path = packed(tmp_path / "former.tar.gz", resealed(document, content))
    target = Installation(tmp_path / "target")
    database = Lines(target.folder / "rows.txt", version="2")
    restore(path, target.workspace, database, wait=1, step=lambda *_: None)
    assert database.path.read_text() == first.database.path.read_text() + "from 1\n"
    assert target.workspace.ledger() == first.workspace.ledger()


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a backup")
    for path in (tmp_path / "notes.txt", tmp_path / "missing", tmp_path):
        with pytest.raises(DataError) as caught:
            check(path, lambda *_: None)
        assert caught.value.facts["file"] == path


def test_too_little_room_is_told_before_anything_is_written(
    second: Installation, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Installation(tmp_path / "target")
    shutil.copytree(second.folder, target.folder)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(WorkspaceError, match="not enough disk space"):
        target.restore(archive, replace=True)
    assert target.state() == second.state()


def test_a_disk_that_fills_up_on_the_way_changes_nothing(
    second: Installation, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telads.backup import archive as archives

    target = Installation(tmp_path / "target")
    shutil.copytree(second.folder, target.folder)
    copied, rounds = archives._copied, iter(range(100))

    def full(*arguments: object) -> str:
        if next(rounds) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return copied(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(archives, "_copied", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        target.restore(archive, replace=True)
    assert target.state() == second.state()


def test_a_full_disk_leaves_no_half_archive(
    first: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(gzip.GzipFile, "write", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        first.back_up(tmp_path / "out.tar.gz")
    assert not list(tmp_path.iterdir())
    assert not [path for path in first.workspace.path.iterdir() if path.name.startswith(".")]


def test_a_database_that_refuses_leaves_the_workspace_alone(
    second: Installation, archive: Path, tmp_path: Path
) -> None:
    target = Installation(tmp_path / "target")
    shutil.copytree(second.folder, target.folder)
    database = target.database

    def fails(path: Path) -> None:
        raise WorkspaceError(Text("안 됩니다.", "It refuses."))

    database.load = fails  # type: ignore[method-assign]
    with pytest.raises(WorkspaceError, match="refuses"):
        restoring.restore(
            archive, target.workspace, database, wait=0, replace=True, step=lambda *_: None
        )
    assert target.state() == second.state()


def test_writers_wait_for_each_other(first: Installation, archive: Path, tmp_path: Path) -> None:
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    with copy.workspace.writing(0):
        with pytest.raises(WorkspaceBusy):
            copy.back_up(tmp_path / "copy.tar.gz")
        with pytest.raises(WorkspaceBusy):
            copy.restore(archive, replace=True)


@pytest.mark.parametrize(
    "name",
    ["../ledger.json", "/etc/passwd", "cells/../x.parquet", "cells/a/b.parquet", "marts/x",
     "marts/../x/y", "marts/.tmp-x/y", "lock", "web.sqlite3", "cells/.hidden.parquet", "",
     "ledger.json\n"],
)  # fmt: skip
def test_only_files_of_a_workspace_are_written(name: str) -> None:
    assert not is_allowed(name)
