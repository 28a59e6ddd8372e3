"""Many planners at once on PostgreSQL: `python -m bench.soak` writes docs/soak.md.

A PostgreSQL server, the website and locust are started here, on this machine alone, and ended.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.__main__ import OUT, ROOT, TELADS
from bench.inputs import real_files, synthetic
from bench.machine import Machine
from bench.measure import Failed
from bench.server import server, wait_until_ahead
from bench.soak.memory import watched
from bench.soak.page import Soak, goals, page
from bench.soak.postgres import Missing, postgres

PEOPLE, SECONDS = 400, 960
"""A minute in which they come, four in which workers warm up, ten that are measured."""
COMING = 60
"""Seconds within which all have come."""
SERVE = [TELADS, "serve", "--workers", "2", "--port"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write the page, and print whether the promises are kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "soak.md")
    choice = parser.parse_args(arguments)
    folder = OUT / "soak"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    machine, inputs = Machine.here(), _workspace(folder)
    try:
        soak = _soak(folder, machine, inputs, choice.people, choice.seconds)
    except Missing as missing:
        print(f"{missing}; without it there is nothing to measure.", file=sys.stderr)
        return 1
    choice.out.write_text(page(soak), encoding="utf-8")
    for goal in goals(soak):
        print(goal)
    print(f"Written: {choice.out}")
    return 1 if soak.faults else 0


def _workspace(folder: Path) -> str:
    """A workspace with all real months, or with synthetic ones; what it holds, in words."""
    real = real_files()
    files = real or synthetic(TELADS, folder / "files").files
    command = [TELADS, "ingest", "--build", "--workspace", str(folder / "workspace"), *files]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return f"{len(files)} {'real' if real else 'synthetic'} months"


def _soak(folder: Path, machine: Machine, inputs: str, people: int, seconds: int) -> Soak:
    times = folder / "times.json"
    workspace = folder / "workspace"
    with postgres() as database:
        given = {**os.environ, "TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en",
                 "TELADS_DATABASE_URL": database.url, "TELADS_SOAK_TIMES": str(times)}  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "bench.soak.accounts", str(workspace), str(people)],
            env=given, check=True, cwd=ROOT,
        )  # fmt: skip
        with server(SERVE, "/healthz", given, folder / "server.txt") as own:
            wait_until_ahead(own.port, workspace)
            before = _processor()
            with watched(own.port) as memory:
                _locust(given, own.port, people, seconds, folder / "locust.txt")
            load = _processor() - before
            before = _processor()
    told = json.loads(times.read_text("utf-8"))
    return Soak(
        machine, inputs, people, seconds, told["times"], told["faults"],
        server=_processor() - before, load=load, memory=memory,
    )  # fmt: skip


def _locust(given: dict[str, str], port: int, people: int, seconds: int, log: Path) -> None:
    """Let them come, each a while after another; the time runs from the first."""
    coming = max(1.0, people / min(COMING, seconds / 3))
    command = [
        sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("people.py")),
        "--headless", "--only-summary", "--host", f"http://127.0.0.1:{port}",
        "--users", str(people), "--spawn-rate", f"{coming:.1f}", "--run-time", f"{seconds}s",
        "--stop-timeout", "30", "--exit-code-on-error", "0",
    ]  # fmt: skip
    with log.open("w") as lines:
        done = subprocess.run(
            command, env=given, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=lines, stderr=lines,
            timeout=seconds + 120, check=False,
        )  # fmt: skip
    if done.returncode:
        raise Failed(f"locust ended with {done.returncode}:\n{log.read_text()[-3000:]}")


def _processor() -> float:
    """Processor seconds of all programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
