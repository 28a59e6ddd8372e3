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
    sys.stdin.readline()
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

MOST = 4
"""Times the rounds asked for, at most, until enough of them ended in death."""


@dataclass(frozen=True)
class Victim:
    """A script and its arguments; in it, `sys.argv[2]` is the folder and the rest follow."""

    script: str
    folder: Path
    arguments: Sequence[str] = ()

    def start(self, dies_at: int = -1) -> Waiting:
        """Start it. It gets ready by itself and then waits for the word to begin."""
        return Waiting(subprocess.Popen(
            [sys.executable, "-c", _BEFORE + self.script, str(dies_at), str(self.folder),
             *self.arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ))  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A victim that has been started."""

    process: subprocess.Popen[str]

    def begin(self) -> None:
        """Wait until it is ready and give the word."""
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        assert self.process.stdout.readline() == "ready\n"
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> bool:
        """Wait for its end; whether that was a violent one."""
        self.process.communicate(timeout=60)
        assert self.process.returncode in {0, -signal.SIGKILL}
        return self.process.returncode != 0


def kill_at_random(
    prepare: Callable[[int], Victim], check: Callable[[int], None], rounds: int, seed: int
) -> int:
    """Prepare, kill and check so many times; the number of rounds that ended in death.

    The moments of death are even over the time the work takes, measured on three untouched runs
    and on each that was over first, and half of it more: beside the next victim, which gets ready
    meanwhile, it takes longer. Rounds are added until half as many as asked for ended in death.
    """
    chance = random.Random(seed)
    usual = median(_seconds(prepare(-1 - run).start()) for run in range(3))
    following = prepare(0).start()
    deaths = number = 0
    try:
        while number < rounds or (2 * deaths < rounds and number < MOST * rounds):
            victim, following = following, prepare(number + 1).start()  # gets ready meanwhile
            victim.begin()
            begun = time.perf_counter()
            try:
                victim.process.wait(chance.uniform(0, 1.5 * usual))
                usual = (usual + time.perf_counter() - begun) / 2
            except subprocess.TimeoutExpired:
                victim.process.kill()
            deaths += victim.end()
            check(number)
            number += 1
    finally:
        following.process.kill()
        following.end()
    return deaths


def _seconds(victim: Waiting) -> float:
    victim.begin()
    start = time.perf_counter()
    assert not victim.end()
    return time.perf_counter() - start


def kill_at_every_step(
    prepare: Callable[[int], Victim],
    check: Callable[[int], None],
    most: int = 200,
    stride: int = 1,
) -> int:
    """Kill at the first step to the disk, at the second ... and check each; the number of steps.

    With a `stride` only at every second, say, from the first or second by chance: where a round is
    long, a few runs of the tests together see all steps.
    """
    first = random.randrange(stride)
    following = prepare(first).start(dies_at=first)
    try:
        for step in range(first, most, stride):
            then = step + stride
            victim, following = following, prepare(then).start(dies_at=then)
            victim.begin()
            dead = victim.end()
            check(step)
            if not dead:
                return step
    finally:
        following.process.kill()
        following.end()
    raise AssertionError(f"no end after {most} steps")
