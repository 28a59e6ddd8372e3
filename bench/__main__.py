"""Run everything once and write the page: `python -m bench`."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.inputs import Inputs, from_real, prolonged, real_files, synthetic
from bench.machine import Machine
from bench.measure import Measured, Task, interleave
from bench.page import Results, goals, page

ROOT = Path(__file__).parents[1]
OUT = ROOT / "bench" / "out"
TELADS = str(Path(sys.executable).with_name("telads"))
FEW, MANY = 9, 48
"""Months that a workspace has before one more comes."""
QUESTION = [TELADS, "services", "--district", "강남구", "--sex", "F", "--age", "30"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the page, and print whether the promises are kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of nine files to rankings")
    parser.add_argument("--starts", type=int, default=15, help="rounds of the start-up")
    parser.add_argument("--synthetic", action="store_true", help="use the twin in any case")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    choice = parser.parse_args(arguments)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    real = [] if choice.synthetic else real_files()
    inputs = from_real(real, OUT / "files") if real else synthetic(TELADS, OUT / "files")
    print(f"Nine files: {inputs.words}")
    machine = Machine.here()  # before the run itself is the load
    work = _rankings(inputs, choice.rounds)
    starts = _starts(choice.starts)
    months = _months(inputs, choice.rounds)
    results = Results(machine, inputs.words, **work, **starts, **months)
    choice.out.parent.mkdir(parents=True, exist_ok=True)
    choice.out.write_text(page(results), encoding="utf-8")
    for goal in goals(results):
        print(goal.line)
    print(f"Written: {choice.out}")


def _environment() -> dict[str, str]:
    return {"TELADS_WORKSPACE": str(OUT / "workspace"), "PYTHONPATH": str(ROOT)}


def _rankings(inputs: Inputs, rounds: int) -> dict[str, Measured]:
    """(a) and (b): the study, telads from nothing, with nothing new, and the reading alone."""
    files = [str(file) for file in inputs.files]
    workbook = str(OUT / "scores.xlsx")
    build = [TELADS, "ingest", "--build", *files]
    export = [TELADS, "export", "scores", "--method", "classic", "-o", workbook]
    study = [sys.executable, "-m", "bench.study", str(OUT / "study.xlsx"), *files]

    def forget() -> None:
        shutil.rmtree(OUT / "workspace", ignore_errors=True)
        Path(workbook).unlink(missing_ok=True)

    stored = Task("stored", [build], forget)
    export_too = Task("first", [build, export], forget)
    again = Task("again", [build])
    reading = Task("reading", [[sys.executable, "-m", "bench.reading", *files]])
    # One round is not counted: it compiles modules and brings the files into the system's cache.
    ours = [reading, stored, export_too, again]
    interleave(ours, 1, _environment(), OUT)
    return interleave([Task("study", [study]), *ours], rounds, _environment(), OUT)


def _months(inputs: Inputs, rounds: int) -> dict[str, Measured]:
    """(d): many months from nothing, and one more month on top of none, of few and of many."""
    files = [str(file) for file in prolonged(inputs.files, OUT / "files", MANY + 1)]
    kept = OUT / "kept"

    def build(*words: str, of: str) -> list[str]:
        return [TELADS, "ingest", "--build", "-w", str(OUT / of), *words]

    def afresh(had: int) -> None:
        """A workspace that has so many months and their build."""
        shutil.rmtree(OUT / "more", ignore_errors=True)
        if had:
            shutil.copytree(kept / str(had), OUT / "more")

    def forget() -> None:
        shutil.rmtree(OUT / "many", ignore_errors=True)

    for had in (FEW, MANY):
        words = build(*files[:had], of=f"kept/{had}")
        interleave([Task(str(had), [words])], 1, _environment(), OUT)
    last = [build(files[-1], of="more")]
    tasks = [
        Task("many_reading", [[sys.executable, "-m", "bench.reading", *files[:MANY]]]),
        Task("many", [build(*files[:MANY], of="many")], forget),
        Task("alone", last, partial(afresh, 0)),
        Task("on_few", last, partial(afresh, FEW)),
        Task("on_many", last, partial(afresh, MANY)),
    ]
    return interleave(tasks, rounds, _environment(), OUT)


def _starts(rounds: int) -> dict[str, Measured]:
    """(c): bare Python, the help, the months, a question."""
    tasks = [
        Task("bare", [[sys.executable, "-c", "pass"]]),
        Task("help", [[TELADS, "--help"]]),
        Task("polars", [[sys.executable, "-c", "import polars"]]),
        Task("status", [[TELADS, "status"]]),
        Task("question", [QUESTION]),
    ]
    interleave(tasks, 1, _environment(), OUT)
    return interleave(tasks, rounds, _environment(), OUT)


if __name__ == "__main__":
    main()
