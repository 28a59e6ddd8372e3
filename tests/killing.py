"""Killing a working process at any moment: what is left must be the former state or the new one.

A victim is a script run by a Python of its own. It imports what it needs, calls `ready()` and then
does its work, so that the moments of death are spread over the work and not over the start. Its
disk is slow, or a file that is half written would be too rare a sight.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_BEFORE = """
import os, pathlib, signal, sys, time

dies_at = int(sys.argv[1])
steps = 0

def ready():
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    if dies_at >= 0:
        sys.addaudithook(count)

def count(event, arguments):
    "Die at one of the steps to the disk: opening, half written, renaming, removing, making."
    global steps
    if event in {"open", "half written", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}:
        if sys.argv[2] in str(arguments[0]):
            if steps == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1

def slowly(path, mode, content, encoding=None):
    "Write as a slow disk does: a half, a while of nothing, the rest."
    with open(path, mode, encoding=encoding) as file:
        file.write(content[: len(content) // 2])
        file.flush()
        sys.audit("half written", str(path))
        time.sleep(0.003)
        file.write(content[len(content) // 2 :])

pathlib.Path.write_bytes = lambda path, content: slowly(path, "wb", bytes(content))
pathlib.Path.write_text = lambda path, text, encoding=None: slowly(path, "w", text, encoding)
"""


@dataclass(frozen=True)
class Victim:
    """A script and its arguments; in it, `sys.argv[2]` is the folder and the rest follow."""

    script: str
    folder: Path
    arguments: Sequence[str] = ()

    def start(self, dies_at: int = -1) -> subprocess.Popen[str]:
        """Start it and wait until it is ready to work."""
        process = subprocess.Popen(
            [sys.executable, "-c", _BEFORE + self.script, str(dies_at), str(self.folder),
             *self.arguments],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def work(self) -> float:
        """Let it finish; the seconds its work took."""
        process = self.start()
        start = time.perf_counter()
        process.communicate(timeout=60)
        assert process.returncode == 0
        return time.perf_counter() - start

    def killed_after(self, seconds: float) -> bool:
        """Kill it after so long; whether death came before the end of its work."""
        process = self.start()
        time.sleep(seconds)
        process.kill()
        process.communicate(timeout=60)
        return process.returncode == -signal.SIGKILL

    def killed_at_step(self, step: int) -> bool:
        """Let it die at this step to the disk; whether its work has so many steps."""
        process = self.start(dies_at=step)
        process.communicate(timeout=60)
        assert process.returncode in {0, -signal.SIGKILL}
        return process.returncode == -signal.SIGKILL


def kill_at_random(
    prepare: Callable[[int], Victim], check: Callable[[int], None], rounds: int, seed: int
) -> int:
    """Prepare, kill and check so many times; the number of rounds that ended in death.

    The moments of death are even over the time the work takes, measured on three untouched runs.
    """
    chance = random.Random(seed)
    usual = median(prepare(-1 - run).work() for run in range(3))
    deaths = 0
    for number in range(rounds):
        deaths += prepare(number).killed_after(chance.uniform(0, usual))
        check(number)
    return deaths


def kill_at_every_step(
    prepare: Callable[[int], Victim], check: Callable[[int], None], most: int = 200
) -> int:
    """Kill at the first step to the disk, at the second ... and check each; the number of steps."""
    for step in range(most):
        dead = prepare(step).killed_at_step(step)
        check(step)
        if not dead:
            return step
    raise AssertionError(f"no end after {most} steps")
