"""The real server of the website, as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

LIGHT = Path(__file__).with_name("light")
"""Its module is loaded by each process of a server before all others."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`telads serve` as a process of its own.

    It hashes passwords in few rounds, unless `light` is false: those of many are hashed anew then.
    """

    def __init__(self, workspace: Path, workers: int, light: bool = True) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = [str(Path(sys.executable).with_name("telads")), "serve", "--port", str(self.port)]
        environment = {**os.environ, "TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        paths = (str(LIGHT) if light else "", environment.get("PYTHONPATH", ""))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        # Into files: an unread pipe fills up and stops the workers.
        self.out, self.lines = workspace / "out.txt", workspace / "lines.txt"
        with self.out.open("w") as out, self.lines.open("w") as lines:
            self.process = subprocess.Popen(
                [*command, "--workers", str(workers)],
                env=environment, stdout=out, stderr=lines,
                start_new_session=True,  # a group of its own, to be ended as a whole
            )  # fmt: skip

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode(), dict(response.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    def wait(self) -> None:
        for _ in range(300):
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                assert self.process.poll() is None, self.lines.read_text()
                time.sleep(0.2)
        pytest.fail("the server did not start")

    def end(self, how: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        return code, self.out.read_text(), self.lines.read_text()

    def interrupt(self) -> tuple[float, int, str]:
        """As Ctrl+C in its terminal: all of its processes hear it; seconds, code, what it said."""
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(timeout=60)
        return time.monotonic() - began, code, self.out.read_text() + self.lines.read_text()

    def processes(self) -> set[int]:
        """Its own, its workers', and those of files beside them."""
        of = psutil.Process(self.process.pid)
        return {of.pid, *(child.pid for child in of.children(recursive=True))}

    def make_file(self) -> int:
        """Let a worker make a file; the number of the process beside it, which it begins."""
        png = f"{self.address}/api/v1/charts/population.png"
        with urllib.request.urlopen(png, timeout=60) as response:
            assert response.read()[1:4] == b"PNG"
        workers = psutil.Process(self.process.pid).children()
        beside: int
        (beside,) = (one.pid for worker in workers for one in worker.children())
        return beside

    def told(self) -> None:
        """Wait until it has printed its address."""
        for _ in range(1200):
            if self.address in self.out.read_text():
                return
            assert self.process.poll() is None, self.lines.read_text()
            time.sleep(0.05)
        pytest.fail("no address was told")

    def kill(self) -> None:
        """End it with its workers, whatever state they are in."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def gone(number: int) -> bool:
    """Whether a process ends within some seconds."""
    for _ in range(200):
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False
