"""A worker of the website is killed: another takes its place, and no plan is lost."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from telads.store.workspace import Store
from tests.web.server import Server


@pytest.fixture
def server(twin_site: Store, tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(twin_site.path, tmp_path / "workspace")
    started = Server(tmp_path / "workspace", workers=2)
    try:
        started.wait()
        yield started
    finally:
        started.kill()


def workers(server: Server) -> set[int]:
    """The server's processes that listen on its port; others draw pictures or take files in."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {
        f"socket:[{row[9]}]"
        for row in rows
        if row[3] == "0A" and int(row[1].partition(":")[2], 16) == server.port
    }
    return {
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != server.process.pid and listening & _sockets(process)
    }


def _sockets(process: Path) -> set[str]:
    found = set()
    with suppress(OSError):  # it ended meanwhile
        for handle in (process / "fd").iterdir():
            with suppress(OSError):
                found.add(str(handle.readlink()))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
def test_another_takes_its_place(server: Server) -> None:
    before = until_two(server, set())
    os.kill(min(before), signal.SIGKILL)
    answered = 0
    while answered < 20:
        with suppress(OSError):  # a connection that the dead worker had taken
            assert server.get("/en/")[0] == 200
            answered += 1
    after = until_two(server, {min(before)})
    assert after - before, "a new process"
    assert all(server.get("/healthz")[0] == 200 for _ in range(20))


def until_two(server: Server, without: set[int]) -> set[int]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = workers(server)
        if len(found) == 2 and not found & without:
            return found
        time.sleep(0.2)
    pytest.fail(f"no two workers listen: {workers(server)}")
