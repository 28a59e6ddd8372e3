"""The website's speed beside the study's: `python -m bench.web` writes docs/benchmarks-web.md.

Both sites run at once, each with one worker, and are asked in turn, so that a slow moment of the
machine meets both. Inputs are those of `python -m bench`, made here where they are missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.__main__ import OUT, ROOT, TELADS
from bench.inputs import from_real, real_borders, real_files, synthetic
from bench.load import Load, Speed, load
from bench.machine import Machine
from bench.measure import Failed
from bench.server import Server, server, wait_until_ahead
from bench.study_site.tables import write_targets
from bench.tree import processor
from bench.web_page import Results, goals, page
from bench.web_questions import PAGES, Question, questions
from bench.weight import Weight, weigh

WARM_UP = 0.5
"""Seconds of a kept question that are not counted; distinct ones would be used up."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the page, and print whether the promises are kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of all questions")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a question in a round")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "benchmarks-web.md")
    choice = parser.parse_args(arguments)
    machine = Machine.here()
    inputs = _inputs()
    folder = OUT / "web"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_targets(OUT / "study.xlsx", folder)
    study, given = [sys.executable, "-m", "bench.study_site"], _environment()
    with (
        server([TELADS, "serve", "--port"], "/healthz", given, folder / "telads.txt") as ours,
        server(study, "/advertisers/?service=game", given, folder / "study.txt") as theirs,
    ):
        servers = {"telads": ours, "study": theirs}
        wait_until_ahead(ours.port, OUT / "workspace")
        weights = _weights(ours.port)
        session = _run([sys.executable, "-m", "bench.session", str(OUT / "workspace")]).strip()
        signed_in = weigh(f"http://127.0.0.1:{ours.port}{PAGES['customers']}", session)
        speeds = _speeds(servers, choice.rounds, choice.seconds, session)
    results = Results(machine, inputs, choice.rounds, choice.seconds, speeds, weights, signed_in)
    choice.out.write_text(page(results), encoding="utf-8")
    for goal in goals(results):
        print(goal.line)
    print(f"Written: {choice.out}")


def _inputs() -> str:
    """See to the workspace and the study's workbook; what they were made of, in words."""
    OUT.mkdir(parents=True, exist_ok=True)
    files = OUT / "files"
    real = real_files()
    made = from_real(real, files) if real else synthetic(TELADS, files)
    names = [str(file) for file in made.files]
    if not (OUT / "study.xlsx").is_file():
        _run([sys.executable, "-m", "bench.study", str(OUT / "study.xlsx"), *names])
    _run([TELADS, "ingest", *names])
    _run([TELADS, "build"])
    borders = real_borders()
    if borders:
        _run([TELADS, "borders", str(borders)])
    drawn = "borders of neighbourhoods" if borders else "no borders of neighbourhoods"
    return f"{made.words}; {drawn}"


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TELADS_WORKSPACE": str(OUT / "workspace"),
        "STUDY_WORKBOOK": str(OUT / "study.xlsx"),
        "STUDY_FOLDER": str(OUT / "web"),
    }


def _run(command: Sequence[str]) -> str:
    ended = subprocess.run(
        command, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    if ended.returncode:
        raise Failed(f"{' '.join(command)}\n{ended.stderr}")
    return ended.stdout


def _weights(port: int) -> dict[str, Weight]:
    return {name: weigh(f"http://127.0.0.1:{port}{path}") for name, path in PAGES.items()}


def _speeds(
    servers: dict[str, Server], rounds: int, seconds: float, session: str
) -> dict[tuple[str, int], Speed]:
    """Each question at each number of connections, in turn, round by round."""
    loads: dict[tuple[str, int], list[Load]] = {}
    asked = questions()
    for question in asked:
        if question.warm_up:
            _ask(servers, question, 1, WARM_UP, session)
    for _ in range(rounds):
        for question in asked:
            for connections in question.connections:
                took = _ask(servers, question, connections, seconds, session)
                loads.setdefault((question.id, connections), []).append(took)
    return {key: Speed(tuple(taken)) for key, taken in loads.items()}


def _ask(
    servers: dict[str, Server], question: Question, connections: int, seconds: float, session: str
) -> Load:
    cookie, asked = session if question.signed_in else "", servers[question.site]
    before = processor(asked.pid)
    took = load(asked.port, question.paths, connections, seconds, cookie)
    return replace(took, processor=processor(asked.pid) - before)


if __name__ == "__main__":
    main()
