"""Killing a working process at any moment: what is left must be the former state or the new one.

A victim is a script that imports what it needs, calls `ready()` and then does its work. The script
is started once: whenever a victim is wanted, the process that is ready forks, and the copy goes on
behind `ready()` with arguments of its own. So the moments of death are spread over the work and not
over the start, which would take longer than the work. Its disk is slow, or a file that is half
written would be too rare a sight.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_BEFORE = """
import json, os, pathlib, signal, sys, time, warnings

dies_at = -1
steps = 0

def ready():
    "Stand by; each line of the standard input is a victim's arguments: its copy returns."
    global dies_at
    warnings.simplefilter("ignore", DeprecationWarning)  # other threads have not begun to work
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    while line := sys.stdin.readline():
        victim = os.fork()
        if not victim:
            sys.argv[1:] = json.loads(line)
            dies_at = int(sys.argv[1])
            if dies_at >= 0:
                sys.addaudithook(count)
            return
        sys.stdout.write(f"{victim}\\n")
        sys.stdout.flush()
        code = os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1])
        sys.stdout.write(f"{code}\\n")
        sys.stdout.flush()
    sys.exit()

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
PATIENCE = 60.0
"""Seconds a victim may take that nobody kills."""


@dataclass(frozen=True)
class Victim:
    """A script and its arguments; behind `ready()` argv 2 is the folder, then they follow."""

    script: str
    folder: Path
    arguments: Sequence[str] = ()


class Ready:
    """A process that has begun a script and stands by."""

    def __init__(self, script: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BEFORE + script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        assert self._line() == "ready"

    def _line(self, seconds: float = PATIENCE) -> str | None:
        """What it says next; None if it says nothing for so long."""
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return None
        return self.process.stdout.readline().decode().strip()

    def run(self, victim: Victim, dies_at: int = -1, seconds: float = PATIENCE) -> bool:
        """Run a victim to its end, or kill it after so many seconds; whether it was killed."""
        assert self.process.stdin is not None
        words = [str(dies_at), str(victim.folder), *victim.arguments]
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        number = int(self._line() or 0)
        code = self._line(seconds)
        if code is None:
            assert seconds < PATIENCE, "it does not end"
            with suppress(ProcessLookupError):  # it has ended at this very moment
                os.kill(number, signal.SIGKILL)
            code = self._line()
        assert code in {"0", str(-signal.SIGKILL)}
        return code != "0"


@contextmanager
def standing_by(victim: Victim) -> Iterator[Ready]:
    """The process that all victims of a script come from."""
    ready = Ready(victim.script)
    try:
        yield ready
    finally:
        ready.process.kill()
        ready.process.communicate()


def kill_at_random(
    prepare: Callable[[int], Victim], check: Callable[[int], None], rounds: int, seed: int
) -> int:
    """Prepare, kill and check so many times; the number of rounds that ended in death.

    The moments of death are even over the time the work takes, measured on three untouched runs
    and on each that was over first, and half of it more: on a busy machine it takes longer. Rounds
    are added until half as many as asked for ended in death.
    """
    chance = random.Random(seed)
    victim = prepare(-1)
    with standing_by(victim) as ready:
        usual = median(
            [_seconds(ready, victim), *(_seconds(ready, prepare(-2 - n)) for n in (0, 1))]
        )
        deaths = number = 0
        while number < rounds or (2 * deaths < rounds and number < MOST * rounds):
            victim = prepare(number)
            begun = time.perf_counter()
            killed = ready.run(victim, seconds=chance.uniform(0, 1.5 * usual))
            if not killed:
                usual = (usual + time.perf_counter() - begun) / 2
            deaths += killed
            check(number)
            number += 1
    return deaths


def _seconds(ready: Ready, victim: Victim) -> float:
    start = time.perf_counter()
    assert not ready.run(victim)
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
    victim = prepare(first)
    with standing_by(victim) as ready:
        for step in range(first, most, stride):
            victim = victim if step == first else prepare(step)
            killed = ready.run(victim, dies_at=step)
            check(step)
            if not killed:
                return step
    raise AssertionError(f"no end after {most} steps")
