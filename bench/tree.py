"""Memory and processor time of a process and all that it started, such as Spark's Java machine.

The system tells the use of a process's own children only once they ended and were waited for,
and Python does not wait for Java; so the tree is looked at while it lives (Linux only).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

PAUSE = 0.2
"""Seconds between two looks; a peak between them is not seen."""


@dataclass
class Watch:
    """Watches a tree until it is stopped."""

    pid: int
    peak_mb: float = 0.0
    """The largest sum of resident memory; shared pages count in each process."""
    processor: float = 0.0
    """Seconds of all processes seen, as they last were."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        seconds: dict[int, float] = {}
        while not self._stop.is_set():
            resident = 0.0
            for pid in _tree(self.pid):
                used = _use(pid)
                if used:
                    seconds[pid] = used[0]
                    resident += used[1]
            self.peak_mb = max(self.peak_mb, resident / 1e6)
            self.processor = sum(seconds.values())
            self._stop.wait(PAUSE)


def processor(pid: int) -> float:
    """Processor seconds of a process and its living descendants until now."""
    return sum(used[0] for one in _tree(pid) if (used := _use(one)))


def _tree(root: int) -> list[int]:
    """The process and its descendants."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                waiting += map(int, task.read_text().split())
            except OSError:  # ended meanwhile
                continue
    return found


def _use(pid: int) -> tuple[float, int] | None:
    """Processor seconds and resident bytes; None if it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    ticks = int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(stat[21]) * os.sysconf("SC_PAGE_SIZE")
