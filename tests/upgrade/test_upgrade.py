"""Installations of earlier versions: opened, brought up to date, built anew, used, and restored."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from telads import NothingBuilt
from telads.library import Workspace
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import VERSION as FORMAT
from telads.store.workspace import Store
from telads.version import __version__
from tests.backup.test_backup import members
from tests.upgrade.conftest import Installation, state, telads
from tests.upgrade.make_installation import PEOPLE, SEGMENT, UPLOADED, WRONG, Visitor
from tests.web.server import Server

WHO: dict[str, Any] = dict(zip(("district", "sex", "age"), SEGMENT[1::2], strict=True))
KEPT = {
    "people": "SELECT username, password, is_active, is_superuser FROM auth_user ORDER BY id",
    "roles": "SELECT user_id, name FROM auth_user_groups JOIN auth_group "
    "ON auth_group.id = group_id ORDER BY user_id",
    "plans": "SELECT id, name, owner_id, created, archived FROM plans_savedplan ORDER BY id",
    "versions": "SELECT * FROM plans_planversion ORDER BY id",
    "accesses": "SELECT * FROM plans_planaccess ORDER BY id",
    "links": "SELECT * FROM plans_sharelink ORDER BY id",
    "keys": "SELECT id, name, start, digest, created, revoked FROM web_apikey ORDER BY id",
    "jobs": 'SELECT id, "by", files, state, report, build, created FROM jobs_job ORDER BY id',
    "log": 'SELECT id, "when", who, action, thing, detail FROM accounts_auditentry '
    "WHERE action <> 'backup' AND action <> 'restore' ORDER BY id",
}
"""What people made, in columns that every version has."""


def kept(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    return {name: installation.rows(query) for name, query in KEPT.items()}


def test_the_data_are_there_at_once_and_answer_after_one_build(
    stored: Installation, settings: Settings
) -> None:
    before, files = stored.workspace.ledger(), state(stored.workspace.path)
    opened = Workspace(Store(stored.workspace.path), settings)
    status = opened.status()
    months = status.rows["month"].to_list()
    assert months[-1] == UPLOADED
    assert WRONG not in months
    if not stored.workspace.build().is_current:
        assert "Run telads build" in status.warnings[0].en
        with pytest.raises(NothingBuilt, match="Run telads build; the data is not changed"):
            opened.services(**WHO)
    assert state(stored.workspace.path) == files, "reading changes nothing"

    opened.build()
    status = opened.status()
    assert not status.warnings
    assert status.rows["built"].all()
    former = stored.facts["services"]
    now = opened.services(**WHO)
    assert now.facts["population"] == former["facts"]["population"]
    # Affinities are measured from another mean since 0.2.0; what people do is what it was, with as
    # many digits as so few people are shown with.
    usage = dict(now.rows.select("service", "usage").iter_rows())
    for row in former["rows"]:
        assert usage[row["service"]] == pytest.approx(row["usage"], rel=1e-3, abs=1e-3)
    first = now.rows["service"][0]
    assert opened.targets(first).rows.height == 8, "every group of two districts"
    for answer in (opened.history(**WHO), opened.signals(**WHO), opened.lookalike(**WHO),
                   opened.platforms(first, **WHO), opened.evaluate()):  # fmt: skip
        assert answer.rows.height
    assert stored.workspace.ledger() == before
    assert [str(month) for month in stored.workspace.ledger().withdrawn()] == [WRONG]


def test_the_first_writer_brings_the_workspace_up_to_date(stored: Installation) -> None:
    workspace = stored.workspace
    before, builds = workspace.ledger(), [build.name for build in workspace.builds()]
    if stored.facts["version"] == "0.1.0":
        assert workspace.written_by() == {"format": 1, "telads": None}
    else:
        assert workspace.written_by()["telads"] == stored.facts["version"]
    with workspace.writing(1):
        pass
    assert workspace.written_by() == {"format": FORMAT, "telads": __version__}
    assert json.loads(workspace.ledger_path.read_text("utf-8"))["version"] == FORMAT
    assert workspace.ledger() == before
    assert [build.name for build in workspace.builds()] == builds
    written = workspace.ledger_path.stat()
    with workspace.writing(1):
        pass
    assert workspace.ledger_path.stat() == written


def test_builds_of_another_version_are_named(stored: Installation) -> None:
    mark = f"  telads {stored.facts['version']}\n"
    former = not stored.workspace.build().is_current
    assert telads(stored.workspace, "builds").count(mark) == (3 if former else 0)
    telads(stored.workspace, "rollback", code=2 if former else 0)  # there is none to go back to
    telads(stored.workspace, "build")
    in_force, *others = telads(stored.workspace, "builds").splitlines(keepends=True)
    assert mark not in in_force
    assert "".join(others).count(mark) == (2 if former else 0)


@pytest.mark.slow
def test_people_work_on_at_the_website(
    stored: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, before = stored.facts, kept(stored)
    # The link holds a year from when it was made; the test holds for longer.
    stored.write("UPDATE plans_sharelink SET expires = '2100-01-01'")
    monkeypatch.setenv("TELADS_API_KEYS", "1")
    monkeypatch.setenv("TELADS_WORKSPACE", str(stored.workspace.path))
    server = Server(stored.workspace.path, 1, light=False)  # it leaves passwords as they are
    try:
        server.told()
        assert len([*stored.workspace.path.glob("backups/before-*.tar.gz")]) == 1
        former = not stored.workspace.build().is_current
        status, health = server.get("/healthz")[:2]
        assert (status, "Run telads build" in health) == (503 if former else 200, former)
        people = {name: Visitor(server.address) for name in PEOPLE}
        for name, visitor in people.items():
            given = {"username": name, "password": facts["passwords"][name]}
            assert visitor.post("/en/account/sign-in/", "/en/account/sign-in/", given) == "/en/"
        root, kim, lee = people.values()
        for page in ("/en/", "/en/customers/", "/en/plans/new/"):
            assert ("Run telads build" in kim.get(page)[1]) == former, page
        assert kim.get(f"/en{facts['plan']}")[0] == 200, "a plan needs no build"
        page = root.get("/en/admin-data/")[1]
        assert ("another version of telads" in page) == former
        job = root.post("/en/admin-data/", "/en/admin-data/build/", {})
        for _ in range(600):
            if server.get("/healthz")[0] == 200:
                break
            root.get(job)
        assert server.get("/healthz")[0] == 200

        assert root.get(f"/en{facts['job']}")[0] == 200
        assert root.get("/en/account/log/")[0] == 200
        assert root.get("/en/account/users/")[0] == 200
        for visitor in (kim, lee):
            for part in ("", "versions/1/", "versions/2/", "versions/2/plan.xlsx"):
                assert visitor.get(f"/en{facts['plan']}{part}")[0] == 200, part
        assert kim.get(f"/en{facts['archived']}")[0] == 200
        assert kim.get("/en/customers/")[0] == 200
        shared = Visitor(server.address).get(f"/en{facts['link']}")
        assert shared[0] == 200
        assert "여름 배달" in shared[1]
        compared = kim.post(f"/en{facts['plan']}", f"/en{facts['plan']}versions/1/compare/", {})
        assert kim.get(compared)[0] == 200
        key = {"Authorization": f"Bearer {facts['key']}"}
        assert server.get("/api/v1/status")[0] == 401
        assert server.get("/api/v1/status", **key)[0] == 200
    finally:
        server.end(signal.SIGTERM)
    after = kept(stored)
    del before["links"], after["links"]
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows, name
    told = telads(stored.workspace, "doctor")
    assert f"activity log: {len(after['log']) + 1} entries" in told, told


def test_its_backup_is_restored(stored: Installation) -> None:
    telads(stored.workspace, "restore", stored.backup, "--check")
    before = kept(stored)
    other = Installation(stored.folder / "other")
    telads(other.workspace, "restore", stored.backup)
    for name, rows in kept(other).items():  # columns that are new since then come last
        known = [row[: len(old)] for row, old in zip(rows, before[name], strict=True)]
        assert known == before[name]
    assert other.workspace.ledger() == stored.workspace.ledger()
    assert other.workspace.written_by()["format"] == FORMAT
    told = telads(other.workspace, "doctor", code=0 if other.workspace.build().is_current else 1)
    assert f"activity log: {len(before['log']) + 1} entries" in told, told
    telads(other.workspace, "build")
    assert json.loads(telads(other.workspace, "status", "--format", "json"))["facts"]["current"]
    told = telads(other.workspace, "doctor")
    assert "LOOK" not in told, told


def by_key(rows: bytes) -> dict[tuple[str, object], dict[str, Any]]:
    """The rows of a backup; their order, and that of their fields, says nothing."""
    found = map(json.loads, rows.splitlines())
    return {(row["model"], row["pk"]): row["fields"] for row in found}


def test_what_was_there_is_kept_before_it_is_upgraded(stored: Installation) -> None:
    workspace, before, files = stored.workspace, kept(stored), state(stored.workspace.path)
    wrote, months = workspace.written_by(), workspace.ledger()
    said, _ = json.JSONDecoder().raw_decode(telads(workspace, "upgrade", "--format", "json"))
    (told,) = said["rows"]
    assert (told["telads"], told["format"]) == (wrote["telads"], wrote["format"])
    assert told["build"] == workspace.build().name
    assert "Everything is up to date." in telads(workspace, "upgrade")
    (path,) = (workspace.path / "backups").iterdir()
    assert str(path) == told["backup"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert "LOOK" not in telads(workspace, "doctor")

    # As the earlier version itself would have made it: its rows, its files, its format.
    now, then = dict(members(path)), dict(members(stored.backup))
    about, made = (json.loads(one["telads-backup.json"]) for one in (now, then))
    for fact in ("backup", "telads", "ledger", "build", "months", "schema"):
        assert about[fact] == made[fact], fact
    found, own = by_key(now["database.jsonl"]), by_key(then["database.jsonl"])
    (added,) = found.keys() - own.keys()
    assert found[added]["action"] == "backup", "it was recorded after it was made"
    assert {key: found[key] for key in own} == own
    for name in {*now, *then} - {"telads-backup.json", "telads-backup.sha256", "database.jsonl"}:
        assert now[name] == then[name], name
        assert hashlib.sha256(now[name]).hexdigest() == files[name]

    other = Installation(stored.folder / "other")
    telads(other.workspace, "restore", path)
    assert other.workspace.ledger() == months
    for name, rows in kept(other).items():
        known = [row[: len(old)] for row, old in zip(rows, before[name], strict=True)]
        assert known == before[name]


def test_without_a_backup_nothing_is_upgraded_unless_it_is_asked_for(stored: Installation) -> None:
    (stored.workspace.path / "backups").write_text("in the way", "utf-8")
    before = state(stored.workspace.path)
    for words in (("upgrade",), ("user", "list")):
        told = telads(stored.workspace, *words, code=1)
        assert "nothing was upgraded" in told
        assert "telads upgrade --no-backup" in told
    changed = {name for name, digest in state(stored.workspace.path).items()
               if before.get(name) != digest}  # fmt: skip
    assert changed <= {"lock", "web.sqlite3-wal", "web.sqlite3-shm"}
    telads(stored.workspace, "upgrade", "--no-backup")
    assert stored.workspace.written_by()["format"] == FORMAT


@pytest.mark.parametrize("built", [False, True], ids=["before the build", "after the build"])
def test_it_is_backed_up_and_restored(stored: Installation, built: bool) -> None:
    if built:
        telads(stored.workspace, "build")
    archive = stored.folder / "now.tar.gz"
    telads(stored.workspace, "backup", archive)
    telads(stored.workspace, "restore", archive, "--check")
    other = Installation(stored.folder / "other")
    telads(other.workspace, "restore", archive)
    assert kept(other) == kept(stored)
    assert other.workspace.ledger() == stored.workspace.ledger()
    assert other.workspace.build_name() == stored.workspace.build_name()


def test_months_go_on(stored: Installation, twin_files: Path, settings: Settings) -> None:
    """What is taken in now stands beside what the earlier version took in."""
    opened = Workspace(Store(stored.workspace.path), settings)
    before = stored.workspace.ledger()
    (april,) = twin_files.glob("2023.4*.csv")
    (taken,) = opened.ingest([april])
    assert taken.error is None
    opened.forget(UPLOADED)
    now = stored.workspace.ledger()
    assert now.entries[: len(before.entries) - 1] == before.entries[:-1]
    assert {str(month) for month in now.withdrawn()} == {WRONG, UPLOADED}
    assert Month.of(2023, 4) in stored.workspace.build().months
