"""The logs of the scale benchmark and what is run on each of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from bench.measure import Measured, Sample, Task, run

ROOT = Path(__file__).parents[1]
TELADS = str(Path(sys.executable).with_name("telads"))
MILLION = 1_000_000
LABEL = "2023-06"

DISTRICTS = ("강남구", "마포구")
"""Two districts only, so that also the smallest log has cells that may be published."""
ROWS_EACH = 1150
"""Rows of a subscriber of theirs in three months, nearly; the page tells how many there were."""
THIN = 0.1
"""Share of the use in the log of many subscribers with few rows each."""
PARTS = 8
"""Parts of the run that shows what reading the log once for each part costs."""

FEW = 300
"""Subscribers of a log that shows what a run takes whatever its rows."""
FILES = 10_000
"""Files of the log of many small ones."""

SCAN, OURS, IN_PARTS = "bare scan of the six columns", "telads", f"telads in {PARTS} parts"
DUCKDB, DUCKDB_MASK = "DuckDB, plain SQL", "DuckDB, SQL with days as bits"
ALONE, ALONE_DUCKDB = f"{OURS}, one processor", f"{DUCKDB_MASK}, one processor"
ONE_JOB = f"{OURS} --jobs 1"
TEXTS, PIECES, START = f"{OURS}, text ids", f"{OURS}, {FILES:,} files", f"{OURS}, few rows"
DECIMALS, ONE = f"{OURS}, decimal ids", f"{OURS}, 5 million rows more of one subscriber"
NAMES = f"{OURS}, 200,000 raw names"
PANDAS, SPARK = "pandas", "telads on Spark local[2]"
ON_SPARK = ("--engine", "spark", "--spark-master", "local[2]")
PEERS = {SCAN: "scan", DUCKDB: "duckdb", DUCKDB_MASK: "duckdb-mask",
         ALONE_DUCKDB: "duckdb-mask", PANDAS: "pandas"}  # fmt: skip


COPIES = {TEXTS: "texts", PIECES: "pieces", DECIMALS: "decimals", ONE: "one", NAMES: "names",
          START: "few"}  # fmt: skip


@dataclass
class Log:
    """A log on disk and what was measured on it."""

    folder: Path
    name: str
    rows: int
    subscribers: int
    names: int
    """Raw names of services."""
    disk: int
    """Bytes of its files."""
    making: Sample
    is_thin: bool = False
    """Of many subscribers with few rows each."""
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    agreed: dict[str, str] = field(default_factory=dict)
    """Peer -> published cells that agree, and cells in all."""

    @property
    def measured(self) -> dict[str, Measured]:
        """Everything that ended well."""
        return {name: Measured(name, tuple(taken)) for name, taken in self.samples.items()}


def make_log(folder: Path, name: str, rows: float, use: float = 1.0) -> Log:
    """Have telads make a log of nearly so many rows, and tell what that took."""
    subscribers = round(rows / ROWS_EACH / use)
    place = folder / name.replace(" ", "-").replace(",", "")
    districts = [word for district in DISTRICTS for word in ("--district", district)]
    command = [TELADS, "synth", "events", "--subscribers", str(subscribers), *districts,
               "--use", str(use), str(place)]  # fmt: skip
    making = run(Task(name, [command]), {}, folder)
    about = json.loads((place / "log.json").read_text("utf-8"))
    disk = sum(file.stat().st_size for file in place.rglob("*.parquet"))
    names = len((place / "services.csv").read_text("utf-8").split()) - 1  # a header
    rows_made = about["rows"]["events"]
    return Log(place, name, rows_made, subscribers, names, disk, making, use < 1)


def tasks_of(log: Log, in_parts: bool, small: bool) -> list[Task]:
    """What is run on a log, the scan and telads first; the slowest peer only if it is `small`.

    With `in_parts` also what further parts cost, and what one processor does.
    """
    tasks = [_peer(log, SCAN), _telads(log, OURS), _peer(log, DUCKDB_MASK), _peer(log, DUCKDB)]
    if in_parts:
        tasks.insert(2, _telads(log, IN_PARTS, "--partitions", str(PARTS)))
        tasks += [
            _telads(log, ONE_JOB, "--jobs", "1"),
            replace(_telads(log, ALONE), processors=1),
            replace(_peer(log, ALONE_DUCKDB), processors=1),
        ]
    if small:
        tasks += [_peer(log, PANDAS), *(_on_copy(log, name) for name in COPIES)]
    return tasks


def spark_tasks(log: Log) -> list[Task]:
    """telads, to compare with, and telads on Spark."""
    return [_telads(log, OURS), _telads(log, SPARK, *ON_SPARK, tree=True)]


def has_spark() -> bool:
    """Whether telads has the engine and its driver is installed."""
    return bool(find_spec("pyspark") and list((ROOT / "src/telads/engines").glob("spark*")))


def held() -> tuple[float, float]:
    """Seconds a row: threads exclude each other, and rows are divided (`scale_peers.held`)."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.scale_peers", "held"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    exclusive, dividing = map(float, told.stdout.split())
    return exclusive, dividing


def _peer(log: Log, name: str) -> Task:
    script = [sys.executable, "-m", "bench.scale_peers", PEERS[name]]
    return Task(name, [[*script, str(log.folder), str(_result(log, name))]])


def _telads(log: Log, name: str, *options: str, tree: bool = False) -> Task:
    workspace = _workspace(log, name)
    command = [TELADS, "aggregate", str(log.folder), "--month", LABEL, "-w", str(workspace)]
    return Task(name, [[*command, *options]], _removing(workspace), tree)


def _on_copy(log: Log, name: str) -> Task:
    """The command on a copy of the log with other ids or files, or on a log of few rows."""
    copy, workspace = log.folder / COPIES[name], _workspace(log, name)
    command = [TELADS, "aggregate", str(copy), "--month", LABEL, "-w", str(workspace)]

    def prepare() -> None:
        shutil.rmtree(workspace, ignore_errors=True)
        if copy.exists():
            return
        if name == START:
            make_log(log.folder, COPIES[name], FEW * ROWS_EACH)
        else:
            script = [sys.executable, "-m", "bench.scale_peers", COPIES[name]]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            subprocess.run([*script, str(log.folder), str(copy)], env=environment, check=True)

    return Task(name, [command], prepare)


def _removing(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def _result(log: Log, name: str) -> Path:
    return log.folder / f"{PEERS[name]}.parquet"


def _workspace(log: Log, name: str) -> Path:
    return log.folder / "".join(filter(str.isalnum, name))


def compare(log: Log, name: str) -> str:
    """Published cells of telads that equal those of a peer; raises if one does not."""
    (ours,) = (_workspace(log, OURS) / "cells").glob("*.parquet")
    if name in PEERS:
        theirs = _result(log, name)
    else:
        (theirs,) = (_workspace(log, name) / "cells").glob("*.parquet")
    told = subprocess.run(
        [sys.executable, "-m", "bench.scale_peers", "check", str(ours), str(theirs)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        raise ValueError(f"{name}: {told.stderr}")
    same, all_cells = told.stdout.split()
    return f"{same} of {all_cells}"
