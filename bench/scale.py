"""Subscriber logs to cells, measured at growing sizes: `python -m bench.scale`.

Makes its logs with `telads synth events`, writes the measured part of docs/scaling.md, and removes
what it made. Keeps within ten minutes and 10 GB of disk by default.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from bench.machine import Machine
from bench.measure import Failed, Task, run
from bench.scale_tasks import (
    MILLION,
    OURS,
    ROOT,
    SCAN,
    SPARK,
    START,
    THIN,
    Log,
    compare,
    has_spark,
    held,
    make_log,
    spark_tasks,
    tasks_of,
)

OUT = ROOT / "bench" / "out" / "scale"
PAGE = ROOT / "docs" / "scaling.md"
ROWS = (10e6, 30e6, 100e6)
BYTES_EACH = 8
"""Of a row on disk, at most: to know beforehand whether there is room."""
ROUNDS = 3
"""Of each size, if there is time."""
SPARK_TIMES = 20
"""So many times as long as telads alone Spark is thought to take, before it was seen."""
ALWAYS = (SCAN, OURS)
"""Peers give way to these when time is short; a size that has no time for them is left out."""


class Run:
    """One run: the logs measured so far, the time left, and what was left out."""

    def __init__(self, minutes: float, disk: float) -> None:
        self.end = time.monotonic() + 60 * minutes
        self.disk = disk
        self.logs: list[Log] = []
        self.left_out: list[str] = []
        self._pace: dict[str, float] = {}  # seconds a row of each work, as last seen

    def measure(self, millions: Sequence[float]) -> None:
        """Every size, the smallest first; the time is shared out by the roots of their rows.

        Spark comes last, on the first log made again, with as much time as the largest size.
        """
        spark = [millions[-1]] if has_spark() else []
        for at, million in enumerate(millions):
            share = million**0.5 / sum(later**0.5 for later in [*millions[at:], *spark])
            until = time.monotonic() + self._left * share
            in_parts = at == min(1, len(millions) - 1)
            self._size(f"{million:g} million rows", million, 1.0, until, in_parts, at == 0)
            if at == 0:
                self._size(f"{million:g} million rows, few each", million, THIN, until)
        if spark and self.logs:
            self._spark(self.logs[0], millions[0])

    def _size(
        self,
        name: str,
        million: float,
        use: float,
        until: float,
        in_parts: bool = False,
        small: bool = False,
    ) -> None:
        rows = million * MILLION
        if rows * BYTES_EACH > min(self.disk, shutil.disk_usage(OUT).free):
            self.left_out.append(f"{name}: too little room on the disk")
            return
        if sum(self._needed(work, rows) for work in ("making", *ALWAYS)) > self._left:
            self.left_out.append(f"{name}: too little time")
            return
        print(f"{name} ...", flush=True)
        log = make_log(OUT, name, rows, use)
        self._pace["making"] = log.making.seconds / log.rows
        self.logs.append(log)
        scan, ours, *others = tasks_of(log, in_parts, small)
        self._rounds(log, scan, [ours, *(others if use == 1 else ())], until)
        shutil.rmtree(log.folder)

    def _spark(self, log: Log, million: float) -> None:
        if SPARK_TIMES * self._needed(OURS, log.rows) > self._left:
            self.left_out.append(f"{log.name}, {SPARK}: too little time")
            return
        make_log(OUT, log.name, million * MILLION)
        for task in spark_tasks(log):
            self._once(log, task)
        shutil.rmtree(log.folder)

    def _rounds(self, log: Log, scan: Task, tasks: Sequence[Task], until: float) -> None:
        """Scan A scan B ..., so that a slow minute meets the scan too; again while it fits."""
        for number in range(ROUNDS):
            begin = time.monotonic()
            for task in tasks:
                needed = self._needed(task.name, log.rows) + self._needed(SCAN, log.rows)
                if number and task.name not in log.samples:
                    continue
                if number or task.name == OURS or time.monotonic() + needed <= until:
                    self._once(log, scan)
                    self._once(log, task)
                else:
                    self.left_out.append(f"{log.name}, {task.name}: too little time")
            if 2 * time.monotonic() - begin > until:
                break

    @property
    def _left(self) -> float:
        return self.end - time.monotonic()

    def _needed(self, work: str, rows: float) -> float:
        return self._pace.get(work, self._pace.get(OURS, 0)) * rows

    def _once(self, log: Log, task: Task) -> None:
        try:
            sample = run(task, {"PYTHONPATH": str(ROOT), "TELADS_LANG": "en"}, OUT)
        except Failed as error:
            self.left_out.append(f"{log.name}, {task.name}: {str(error).splitlines()[-1]}")
            log.samples.pop(task.name, None)
            return
        print(f"  {task.name}: {sample.seconds:.1f} s, {sample.peak_mb:.0f} MB", flush=True)
        log.samples.setdefault(task.name, []).append(sample)
        self._pace[task.name] = sample.seconds / log.rows
        if task.name not in log.agreed and task.name not in (*ALWAYS, START):
            log.agreed[task.name] = compare(log, task.name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and bring the page up to date."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--rows", type=float, nargs="+", default=ROWS, help="sizes of the logs")
    parser.add_argument("--minutes", type=float, default=10, help="time to keep within")
    parser.add_argument("--disk", type=float, default=10, help="GB of disk to keep within")
    parser.add_argument("-o", "--out", type=Path, default=PAGE, help="the page to bring up to date")
    choice = parser.parse_args(arguments)
    machine = Machine.here()  # before the run itself is the load
    done = Run(choice.minutes, choice.disk * 1e9)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    try:
        done.measure([rows / MILLION for rows in sorted(choice.rows)])
    finally:
        shutil.rmtree(OUT, ignore_errors=True)
    from bench.scale_page import Results, renew

    results = Results(machine, os.getloadavg()[2], done.logs, done.left_out, *held())
    renew(choice.out, results)
    for line in results.goals:
        print(line)
    print(f"Written: {choice.out}")


if __name__ == "__main__":
    main()
