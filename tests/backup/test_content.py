"""A backup whose seal is right and whose content is not: refused before anything is replaced."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telads.backup.restore import check
from telads.errors import DataError, WorkspaceDamaged
from tests.backup.installation import Installation
from tests.backup.test_backup import Members, members, packed, refused

MANIFEST, SEAL = "telads-backup.json", "telads-backup.sha256"


def sealed(content: Members, **facts: Any) -> Members:
    """Members with a manifest and a seal that fit them, as in a forged backup."""
    document = json.loads(content[0][1]) | facts
    times = {file["name"]: file["modified"] for file in document["files"]}
    document["files"] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
         "modified": times.get(name, 0)}
        for name, data in content[1:-1]
    ]  # fmt: skip
    text = json.dumps(document).encode()
    return [(MANIFEST, text), *content[1:-1], (SEAL, hashlib.sha256(text).hexdigest().encode())]


def with_member(content: Members, wanted: str, data: bytes) -> Members:
    """The members with other content of the first one whose name begins so."""
    (name, *_) = [name for name, _ in content if name.startswith(wanted)]
    return [(one, data if one == name else old) for one, old in content]


def without(content: Members, wanted: str) -> Members:
    return [member for member in content if not member[0].startswith(wanted)]


def ledger_with(content: Members, **facts: Any) -> bytes:
    document = json.loads(dict(content)["ledger.json"])
    document["entries"][0] |= facts
    return json.dumps(document).encode()


def about_with(content: Members, **facts: Any) -> bytes:
    name = next(name for name, _ in content if name.endswith("/build.json"))
    return json.dumps(json.loads(dict(content)[name]) | facts).encode()


LEDGERS: dict[str, Callable[[Members], bytes]] = {
    "no JSON": lambda _: b"{",
    "no UTF-8": lambda _: b"\xff\xfe",
    "deep": lambda _: b"[" * 100_000,
    "no entries": lambda _: b'{"version": 1}',
    "rows 1e30": lambda content: ledger_with(content, rows=1e30),
    "rows as text": lambda content: ledger_with(content, rows="24"),
    "a mean that is none": lambda content: ledger_with(content, means={"game": float("nan")}),
    "no moment": lambda content: ledger_with(content, taken="yesterday"),
    "cells outside": lambda content: ledger_with(content, cells="../../../etc/passwd"),
    "cells not there": lambda content: ledger_with(content, cells="other.parquet"),
    "half a character": lambda content: ledger_with(content, file="\ud800"),
}


@pytest.mark.parametrize("change", LEDGERS)
def test_a_ledger_that_cannot_be_used_is_refused(
    change: str, second: Installation, archive: Path, tmp_path: Path
) -> None:
    content = members(archive)
    forged = sealed(with_member(content, "ledger.json", LEDGERS[change](content)))
    refused(packed(tmp_path / "forged.tar.gz", forged), second, tmp_path)


@pytest.mark.parametrize("name", ["../../..", "/etc", "no-such-build", "", "\udcff", "a/b", ".."])
def test_a_build_in_force_that_is_not_there_is_refused(
    name: str, second: Installation, archive: Path, tmp_path: Path
) -> None:
    data = name.encode("utf-8", "surrogateescape")
    forged = sealed(with_member(members(archive), "current", data))
    refused(packed(tmp_path / "forged.tar.gz", forged), second, tmp_path)


OTHERS: dict[str, Callable[[Members], Members]] = {
    "cells": lambda content: with_member(content, "cells/", b"PAR1 no parquet PAR1"),
    "a table": lambda content: with_member(content, "marts/", b"no parquet"),
    "a table of another kind": lambda content: with_member(
        content, next(name for name, _ in content if "/services-" in name),
        next(data for name, data in content if name.startswith("cells/")),
    ),
    "no about": lambda content: [one for one in content if not one[0].endswith("/build.json")],
    "an about of nothing": lambda content: _about(content, b"{}"),
    "a service of nowhere": lambda content: _about(content, about_with(content, services=["x"])),
    "no digests of tables": lambda content: _about(content, about_with(content, tables={})),
    "tables of no month": lambda content: _about(
        content, about_with(content, tables={"services": {"../x": ""}})
    ),
    "no months": lambda content: _about(content, about_with(content, months=[])),
    "a floor that is none": lambda content: _about(content, about_with(content, floor="many")),
    "no tables": lambda content: without(content, "marts/"),
    "no cells": lambda content: without(content, "cells/"),
    "a key that is none": lambda content: with_member(content, "secret-key", b"\xff\x00"),
    "rows that are no text": lambda content: with_member(content, "database", b"a\n\xff\n"),
    "no rows": lambda content: with_member(content, "database", b""),
    "a row too much": lambda content: with_member(content, "database", b"a\nb\nc\n"),
}  # fmt: skip


def _about(content: Members, data: bytes) -> Members:
    return with_member(content, next(n for n, _ in content if n.endswith("/build.json")), data)


@pytest.mark.parametrize("change", OTHERS)
def test_content_that_cannot_be_used_is_refused(
    change: str, second: Installation, archive: Path, tmp_path: Path
) -> None:
    forged = sealed(OTHERS[change](members(archive)))
    refused(packed(tmp_path / "forged.tar.gz", forged), second, tmp_path)


FACTS: dict[str, dict[str, Any]] = {
    "rows 1e30": {"rows": 1e30}, "rows as text": {"rows": "2"}, "no rows": {"rows": None},
    "months as text": {"months": "2023-05"}, "months of numbers": {"months": [1]},
    "no moment": {"made": 5}, "a build that is none": {"build": ["x"]}, "no schema": {"schema": 1},
}  # fmt: skip


@pytest.mark.parametrize("change", FACTS)
def test_a_manifest_of_other_kinds_is_refused(
    change: str, second: Installation, archive: Path, tmp_path: Path
) -> None:
    forged = sealed(members(archive), **FACTS[change])
    refused(packed(tmp_path / "forged.tar.gz", forged), second, tmp_path)


@pytest.mark.parametrize(
    ("fact", "value"),
    [("size", 1e30), ("size", -1), ("size", True), ("modified", 1e30), ("modified", 2**70),
     ("sha256", 5), ("name", 5)],
)  # fmt: skip
def test_a_list_of_files_of_other_kinds_is_refused(
    fact: str, value: object, second: Installation, archive: Path, tmp_path: Path
) -> None:
    content = members(archive)
    document = json.loads(content[0][1])
    document["files"][0][fact] = value
    text = json.dumps(document).encode()
    seal = hashlib.sha256(text).hexdigest().encode()
    forged = [(MANIFEST, text), *content[1:-1], (SEAL, seal)]
    refused(packed(tmp_path / "forged.tar.gz", forged), second, tmp_path)


def test_whatever_is_forged_is_refused_or_can_be_worked_with(
    second: Installation, archive: Path, tmp_path: Path
) -> None:
    """Bytes of members changed at random and sealed anew: never another error, nor half of it."""
    chance = random.Random(14)
    content = members(archive)
    kinds = sorted({name.split("/")[-1] for name, _ in content[1:-1]})
    for round_ in range(60):
        kind = kinds[round_ % len(kinds)]
        name = chance.choice([name for name, _ in content if name.endswith(kind)])
        data = bytearray(dict(content)[name])
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(len(data))
            what = chance.randrange(3)
            if what == 0:
                data[at] = chance.randrange(256)
            elif what == 1:
                data[at : at + chance.randrange(50)] = b""
            else:
                data[at:at] = chance.choice((b"1e30", b"null", b'"', b"{", b"\xff", b"-1", b"\0"))
            if not data:
                data = bytearray(b"x")
        path = packed(tmp_path / "forged.tar.gz", sealed(with_member(content, name, bytes(data))))
        folder = tmp_path / str(round_)
        target = Installation(folder)
        shutil.copytree(second.folder, folder)
        before = target.state()
        try:
            check(path, lambda *_: None)
            target.restore(path, replace=True)
        except DataError:
            assert target.state() == before, name
        else:
            usable(target)
        shutil.rmtree(folder)


def usable(target: Installation) -> None:
    from telads.backup.archive import check_usable

    check_usable(target.workspace)
    target.back_up(target.folder / "again.tar.gz")


def test_what_could_not_be_restored_is_not_backed_up(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    copy = Installation(tmp_path / "copy")
    copy.restore(archive)
    copy.workspace.build().table("services")[0].write_bytes(b"no parquet")
    with pytest.raises(WorkspaceDamaged, match="telads build --again"):
        copy.back_up(tmp_path / "copy.tar.gz")
    assert not (tmp_path / "copy.tar.gz").exists()
