"""Timing: fresh processes, interleaved, with their own peak memory.

Nothing heavy may be imported by the process that measures: on Linux a child's peak memory is
counted from the parent's size at the moment of the fork.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.tree import Watch

Command = Sequence[str]


@dataclass(frozen=True)
class Sample:
    """One run: wall-clock and processor seconds, peak resident memory in MB (10^6 bytes)."""

    seconds: float
    processor: float
    peak_mb: float


@dataclass(frozen=True)
class Task:
    """What one side does: commands run one after another; `prepare` is not timed.

    `tree`: count the processes that a command starts and does not wait for as well (`bench.tree`).
    `processors`: how many the commands may use; None means all.
    """

    name: str
    commands: Sequence[Command]
    prepare: Callable[[], None] | None = None
    tree: bool = False
    processors: int | None = None


@dataclass(frozen=True)
class Measured:
    """All runs of one task."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        """The median time."""
        return median(sample.seconds for sample in self.samples)

    @property
    def fastest(self) -> float:
        """The shortest time."""
        return min(sample.seconds for sample in self.samples)

    @property
    def slowest(self) -> float:
        """The longest time."""
        return max(sample.seconds for sample in self.samples)

    @property
    def processor(self) -> float:
        """The median processor time, of all threads."""
        return median(sample.processor for sample in self.samples)

    @property
    def peak_mb(self) -> float:
        """The largest peak memory."""
        return max(sample.peak_mb for sample in self.samples)


class Failed(Exception):
    """A measured command ended with an error, so its time means nothing."""


def run(task: Task, environment: Mapping[str, str], folder: Path) -> Sample:
    """Run a task once: its commands' times add up, the largest of their peaks counts."""
    if task.prepare:
        task.prepare()
    samples = [_run(command, environment, folder, task) for command in task.commands]
    return Sample(
        seconds=sum(sample.seconds for sample in samples),
        processor=sum(sample.processor for sample in samples),
        peak_mb=max(sample.peak_mb for sample in samples),
    )


def _run(command: Command, environment: Mapping[str, str], folder: Path, task: Task) -> Sample:
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        with _kept_to(task.processors) if task.processors else nullcontext():
            process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        # wait4 tells the use of this child alone, getrusage that of all children so far.
        with Watch(process.pid) if task.tree else nullcontext() as watch:
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip()
            words = " ".join(command)
            raise Failed(f"exit code {process.returncode}: {words}\n{text}")
    unit = 1 if sys.platform == "darwin" else 1024
    processor, peak_mb = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6
    if watch:
        processor, peak_mb = max(processor, watch.processor), max(peak_mb, watch.peak_mb)
    return Sample(seconds, processor, peak_mb)


@contextmanager
def _kept_to(processors: int) -> Iterator[None]:
    """Have this process, and those it starts meanwhile, use so many processors only (Linux)."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(usable)[:processors])
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


def interleave(
    tasks: Sequence[Task], rounds: int, environment: Mapping[str, str], folder: Path
) -> dict[str, Measured]:
    """A B A B ...: so that a slow minute of the machine meets all tasks alike."""
    samples: dict[str, list[Sample]] = {task.name: [] for task in tasks}
    for _ in range(rounds):
        for task in tasks:
            samples[task.name].append(run(task, environment, folder))
    return {name: Measured(name, tuple(taken)) for name, taken in samples.items()}
