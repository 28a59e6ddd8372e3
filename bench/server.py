"""A server of its own for a measurement: started on a free port, ended with it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from bench.measure import Failed
from telads.answers.choices import HORIZONS
from telads.store.workspace import Store

START = 60.0
"""Seconds a server may take until its first answer."""
AHEAD = 300.0
"""Seconds within which it has to have made ahead what it does, at its low priority."""
_SHOWN = 3000
"""Characters of the end of a log that are shown."""


class Server(NamedTuple):
    """A server that answers."""

    port: int
    pid: int
    """Of the process that was started; workers are its children."""


@contextmanager
def server(
    command: Sequence[str], path: str, environment: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """A server on a free port, the last word of its command, from its first answer on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with log.open("w") as lines:
        process = subprocess.Popen(
            [*command, str(port)], env=environment, stdin=subprocess.DEVNULL,
            stdout=lines, stderr=lines,
        )  # fmt: skip
    try:
        end = time.monotonic() + START
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.monotonic() > end:
                told = log.read_text()[-_SHOWN:]
                raise Failed(f"{' '.join(command)} does not answer:\n{told}")
            time.sleep(0.2)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        process.kill()
        process.wait()


def wait_until_ahead(port: int, workspace: Path) -> None:
    """Until the server has made what it makes ahead, which begins with the first page it served."""
    urlopen(f"http://127.0.0.1:{port}/", timeout=START).close()
    build = Store(workspace).build_name()
    last = workspace / "evaluations" / f"{build}-{HORIZONS[-1]}.parquet"
    end = time.monotonic() + AHEAD
    while not last.is_file():
        if time.monotonic() > end:
            raise Failed("the server makes nothing ahead")
        time.sleep(0.5)


def _answers(address: str) -> bool:
    with suppress(OSError):
        urlopen(address, timeout=START).close()
        return True
    return False
