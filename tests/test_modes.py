"""What a workspace holds is closed to other accounts, whatever the umask and the writer."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from telads.store.files import OWN, close, found_open, make_folder, new_file
from telads.store.workspace import Store
from tests import interpreter
from tests.ingest.portal import write_month
from tests.web.server import Server

NOBODY = 65534


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask that closes nothing."""
    former = os.umask(0)
    yield
    os.umask(former)


@pytest.fixture
def reachable(tmp_path: Path) -> Path:
    """A folder that other accounts come to: all above it let them pass."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


def modes(folder: Path) -> dict[str, int]:
    """Files and folders by what others may do with them; only what they may do anything with."""
    found = {str(path): path.lstat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))}
    return {path: mode for path, mode in found.items() if mode}


def as_nobody(action: Callable[[], object]) -> bool:
    """Whether another account of this machine gets through with something."""
    if os.geteuid():
        pytest.skip("NOT TESTED AS ANOTHER ACCOUNT: only root can become one")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads are not needed here
        child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
        except PermissionError:
            os._exit(13)
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 13}, f"it ended otherwise: {code}"
    return code == 0


def telads(workspace: Path, *words: object, code: int = 0, **settings: str) -> str:
    said = "a long enough phrase\n"
    done = interpreter.telads(workspace, *words, input=said, cwd=workspace.parent, **settings)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def borders(workspace: Path, file: Path) -> Path:
    """A file with the border of one neighbourhood of the workspace."""
    code = pl.read_parquet(next(workspace.glob("cells/*.parquet")))["code"][0]
    ring = [[127, 37], [127.1, 37], [127.1, 37.1], [127, 37]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": shape}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return file


@pytest.mark.slow
@pytest.mark.usefixtures("careless")
def test_every_verb_and_the_server_write_for_the_owner_alone(
    reachable: Path,
) -> None:
    workspace, backups = reachable / "new" / "workspace", reachable / "backups"
    for folder in ("new", "files"):
        (reachable / folder).mkdir()
    first, *others = (
        write_month(reachable / "files", f"2023.{month}", 30, seed=month) for month in range(1, 5)
    )
    telads(workspace, "ingest", first)
    assert not modes(workspace)
    telads(workspace, "ingest", *others, "--build")
    telads(workspace, "user", "create", "kim", "--role", "administrator", "--password-stdin")
    telads(workspace, "apikey", "create", "program")
    telads(workspace, "evaluate")
    (reachable / "in").mkdir()
    shutil.copy(first, reachable / "in")
    telads(workspace, "watch", reachable / "in", "--once", "--settled", 0)
    telads(workspace, "borders", borders(workspace, reachable / "dong.geojson"))
    telads(workspace, "backup", backups / "one.tar.gz")
    telads(reachable / "restored", "restore", backups / "one.tar.gz")
    telads(workspace, "forget", "2023-04")
    telads(workspace, "rollback")
    assert not modes(workspace)
    assert not modes(reachable / "restored")
    assert not modes(backups)

    out = reachable / "out"
    out.mkdir()
    for kind in ("csv", "xlsx", "json", "parquet"):
        telads(workspace, "export", "targets", "-o", out / f"targets.{kind}")
    telads(workspace, "chart", "choropleth", "--output", out / "map.svg")
    telads(workspace, "synth", out / "twin", "--months", "2023-01..2023-01")
    exported = {path: path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()}
    assert len(exported) >= 7
    assert set(exported.values()) == {0o666}, "what people take out keeps their umask"

    server = Server(workspace, workers=1)
    try:
        server.wait()
        for page in ("/en/", "/api/v1/export/targets.csv", "/en/evidence/", "/metrics"):
            assert server.get(page)[0] == 200
        with sqlite3.connect(workspace / "web.sqlite3") as database:
            database.execute("SELECT count(*) FROM django_session").fetchone()
            written = {path.name for path in workspace.iterdir()}
            assert {"web.sqlite3", "web.sqlite3-wal", "web.sqlite3-shm", "static"} <= written
            assert {"neighbourhoods.geojson", "watched.json"} <= written
            own = {"out.txt", "lines.txt"}  # the test's
            assert written - own <= OWN
            assert {Path(path).name for path in modes(workspace)} <= own
            assert not as_nobody((workspace / "web.sqlite3").read_bytes)
            assert not as_nobody((workspace / "web.sqlite3-wal").read_bytes)
            assert not as_nobody(lambda: list(workspace.iterdir()))
    finally:
        server.end(signal.SIGTERM)
    assert {Path(path).name for path in modes(workspace)} <= own


@pytest.mark.slow
def test_a_workspace_of_a_former_version_is_told_and_closed(
    reachable: Path, twin_workspace: Store
) -> None:
    workspace = reachable / "workspace"
    shutil.copytree(twin_workspace.path, workspace)
    telads(workspace, "user", "list")
    for path in (workspace, *workspace.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert as_nobody((workspace / "web.sqlite3").read_bytes)
    assert as_nobody((workspace / "secret-key").read_text)

    told = telads(workspace, "doctor", code=1)
    assert f"LOOK  Open to other accounts of this machine: {workspace}, " in told
    assert f"chmod -R go= {workspace}" in told
    ko = telads(workspace, "doctor", "--lang", "ko", code=1)
    assert "다른 계정에 열려 있습니다" in ko
    telads(workspace, "user", "list")  # any verb that writes
    assert not modes(workspace)
    assert "closed to other accounts" in telads(workspace, "doctor")
    assert not as_nobody((workspace / "web.sqlite3").read_bytes)
    assert not as_nobody((workspace / "secret-key").read_text)
    telads(workspace, "services", "--district", "강남구", "--sex", "F", "--age", "30")


def test_others_may_read_cells_only_where_a_setting_says_so(
    reachable: Path, twin_workspace: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Store(reachable / "workspace")
    shutil.copytree(twin_workspace.path, workspace.path)
    with workspace.writing(0):
        pass
    assert not modes(workspace.path)
    monkeypatch.setenv("TELADS_CELLS_GROUP", "1")
    with workspace.writing(0):
        new_file(workspace.cells_path / "new.parquet").close()
    cells = workspace.cells_path
    expected = {str(workspace.path): 0o010, str(cells): 0o050}
    assert modes(workspace.path) == expected | {str(path): 0o040 for path in cells.iterdir()}
    assert not list(found_open(workspace.path, cells_group=True))
    assert list(found_open(workspace.path))
    monkeypatch.delenv("TELADS_CELLS_GROUP")
    with workspace.writing(0):
        pass
    assert not modes(workspace.path)


def test_a_folder_that_holds_other_things_too_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    (tmp_path / "ledger.json").write_text("{}")
    (tmp_path / "cells").symlink_to(tmp_path / "letter.txt")
    for path in (tmp_path, tmp_path / "letter.txt", tmp_path / "ledger.json"):
        path.chmod(0o755)
    assert list(found_open(tmp_path)) == [tmp_path / "ledger.json"]
    close(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077} == {
        "letter.txt", "cells",
    }  # fmt: skip
    assert tmp_path.stat().st_mode & 0o077
    assert not list(found_open(tmp_path))


def test_each_file_of_a_workspace_is_known_and_documented(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "data-format.md").read_text("utf-8")
    table = page.partition("## The workspace\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    named = {name.split("/")[0] for cell in cells for name in re.findall(r"`(.+?)`", cell)}
    beside = {f"web.sqlite3-{end}" for end in ("wal", "shm", "journal")}
    assert named | beside == OWN
    for name in OWN:
        (tmp_path / name).write_text("")
    tmp_path.chmod(0o755)
    assert tmp_path in found_open(tmp_path)
    close(tmp_path)
    assert not modes(tmp_path)


def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("NOT TESTED AS ROOT: only root makes files in another's folder")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    os.chown(workspace, NOBODY, NOBODY)
    make_folder(workspace / "cells" / "deep")
    new_file(workspace / "cells" / "deep" / "a.parquet").close()
    assert {path.stat().st_uid for path in workspace.rglob("*")} == {NOBODY}
    os.chown(workspace, 0, 0)
