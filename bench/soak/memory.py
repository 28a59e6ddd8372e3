"""Memory of the website's workers during a run: sampled beside it, and how it grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import linear_regression

import psutil

EVERY = 5.0
"""Seconds between samples."""
MEGABYTE = 1e6
WARM = 300.0
"""Seconds until what a process keeps is filled, if the run is long enough."""

Sample = tuple[float, float]
"""Seconds since the start of the run, and megabytes."""


@dataclass
class Memory:
    """Private memory of each worker that lived through the run, by its process id."""

    samples: dict[int, list[Sample]] = field(default_factory=dict)

    def settled(self) -> list[list[Sample]]:
        """Samples of each worker without the time in which it warms up: at most half of them."""
        found = []
        for of in self.samples.values():
            end = max((seconds for seconds, _ in of), default=0.0)
            kept = [one for one in of if one[0] >= min(WARM, end / 2)]
            if len(kept) > 1:
                found.append(kept)
        return found

    @property
    def growth(self) -> float | None:
        """Megabytes in ten minutes by which the worker that grows most does; None if unknown.

        The slope of a line through the samples, by least squares.
        """
        slopes = [linear_regression(*zip(*of, strict=True)).slope for of in self.settled()]
        return max(slopes) * 600 if slopes else None

    @property
    def most(self) -> float:
        """Megabytes of the largest worker at any time."""
        return max((size for of in self.samples.values() for _, size in of), default=0.0)

    @property
    def seconds(self) -> float:
        """Length of the time that growth is measured over."""
        return max((of[-1][0] - of[0][0] for of in self.settled()), default=0.0)

    @property
    def replaced(self) -> int:
        """How many workers ended before the run did."""
        last = max((of[-1][0] for of in self.samples.values()), default=0.0)
        return sum(of[-1][0] < last - 3 * EVERY for of in self.samples.values())


def workers(port: int) -> list[psutil.Process]:
    """Processes of the server of a port that answer requests: they listen on it."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            listens = process.net_connections("inet")
        except psutil.Error:
            continue
        if any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in listens):
            found.append(process)
    parents = {process.ppid() for process in found}
    return [process for process in found if process.pid not in parents]


@contextmanager
def watched(port: int, every: float = EVERY) -> Iterator[Memory]:
    """Sample the workers of a port until the block ends."""
    memory, stop, began = Memory(), threading.Event(), time.monotonic()

    def look() -> None:
        while True:
            for process in workers(port):
                try:
                    size = process.memory_full_info().uss / MEGABYTE
                except psutil.Error:
                    continue
                of = memory.samples.setdefault(process.pid, [])
                of.append((time.monotonic() - began, size))
            if stop.wait(every):
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        stop.set()
        thread.join()
