"""A Spark cluster of its own processes on loopback: a master and workers, for one test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.aggregate.conftest import JAVA

PATIENCE = 120.0
"""Seconds for one thing to happen; machines are shared and slow."""
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], patience: float = PATIENCE) -> Found:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {patience:.0f} seconds")


@dataclass(frozen=True)
class Daemon:
    """A process of Spark with all that it starts, and its log."""

    process: subprocess.Popen[bytes]
    log: Path
    folder: Path

    def kill(self) -> None:
        """SIGKILL to the process and its executors, at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def said(self, pattern: str) -> re.Match[str] | None:
        """Whether the log holds it; a process that ended says no more."""
        found = re.search(pattern, self.log.read_text("utf-8", "replace"))
        if found is None and self.process.poll() is not None:
            raise ChildProcessError(self.log.read_text("utf-8", "replace")[-2000:])
        return found


@dataclass(frozen=True)
class Cluster:
    """The running cluster."""

    url: str
    master: Daemon
    workers: list[Daemon]


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """One master and workers of one core and 1 GB each; none outlives the test."""
    started: list[Daemon] = []
    try:
        master = _start(folder / "master", "master.Master")
        started.append(master)
        address = wait_for("the master", partial(master.said, r"Starting Spark master at (\S+)"))
        for number in range(workers):
            home = folder / f"worker-{number}"
            words = ("--cores", "1", "--memory", "1g", "--work-dir", str(home), address[1])
            started.append(_start(home, "worker.Worker", *words))
        for worker in started[1:]:
            wait_for("a worker", partial(worker.said, "Successfully registered"))
        yield Cluster(address[1], master, started[1:])
    finally:
        for daemon in reversed(started):
            daemon.kill()


def _start(folder: Path, kind: str, *words: str) -> Daemon:
    """A daemon on a free port of loopback."""
    import pyspark

    home = Path(pyspark.__file__).parent
    folder.mkdir(parents=True)
    log = folder / "log.txt"
    environment = os.environ | {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA, "SPARK_LOCAL_DIRS": str(folder),
    }  # fmt: skip
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}",
               "--host", "127.0.0.1", "--port", "0", "--webui-port", "0", *words]  # fmt: skip
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment,
            cwd=folder, start_new_session=True,
        )  # fmt: skip
    return Daemon(process, log, folder)
