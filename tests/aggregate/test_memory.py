"""The memory that is given is not exceeded, by parts; without them it would be."""

from __future__ import annotations

import calendar
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.model import Month
from telads.store.workspace import Store
from tests.aggregate import logs

SUBSCRIBERS = 1_000_000
ROWS_A_DAY = 300_000
MONTHS = (3, 4, 5)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """27 million rows of a million subscribers in three months: few rows for each, many groups."""
    folder = tmp_path_factory.mktemp("log")
    random = np.random.default_rng(1)
    homes = pl.Series([str(code) for code in logs.PLACES])
    apps, sexes = pl.Series(list(logs.APPS)), pl.Series(["M", "F"])
    for month in MONTHS:
        target = folder / "events" / f"month=2023-{month:02d}"
        target.mkdir(parents=True)
        for day in range(1, calendar.monthrange(2023, month)[1] + 1):
            who = random.integers(0, SUBSCRIBERS, ROWS_A_DAY)
            table = pl.DataFrame({
                "subscriber_id": who * 7919,
                "service": apps.gather(random.integers(0, apps.len(), ROWS_A_DAY)),
                "home_code": homes.gather(who % homes.len()),
                "sex": sexes.gather(who // 7 % 2),
                "birth_year": (1940 + who % 60).astype(np.int16),
            })  # fmt: skip
            dated = table.with_columns(date=pl.lit(date(2023, month, day)))
            dated.write_parquet(target / f"{day:02d}.parquet", compression="lz4")
    logs.write_tables(folder)
    return folder


MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A process counts the memory of the one that started it as its own peak until it is exchanged for
its program, and the tests before this one can have grown large: a small one stands between."""


def peak_bytes(log: Path, workspace: Path, *options: str) -> int:
    """The largest memory that a run of the command line held."""
    telads = str(Path(sys.executable).with_name("telads"))
    command = [telads, "aggregate", str(log), "--month", "2023-06", "-w", str(workspace),
               "--format", "json", *options]  # fmt: skip
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, capture_output=True, text=True,
        env=os.environ | {"POLARS_MAX_THREADS": "2"},
    )  # fmt: skip
    return int(measured.stdout)


JOBS = ("--jobs", "2")
"""With less than 750 MB one of them works."""


@pytest.fixture(scope="module")
def unbounded(log: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, bytes]:
    """The memory that one part takes, and its cells."""
    folder = tmp_path_factory.mktemp("unbounded")
    return peak_bytes(log, folder, "--partitions", "1", *JOBS), cells_of(folder)


def cells_of(folder: Path) -> bytes:
    return Store(folder).cells()[Month.of(2023, 6)].read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "more_names"), [(600_000_000, 0), (800_000_000, 0), (700_000_000, 42)]
)
def test_memory_stays_within_what_is_given(
    given: int, more_names: int, log: Path, unbounded: tuple[int, bytes], tmp_path: Path
) -> None:
    """Whatever other names there are, of which no row is: they take memory, and change nothing."""
    mapping = tmp_path / "names.csv"
    lines = [f"other {number},game" for number in range(more_names)]
    known = (log / "services.csv").read_text("utf-8")
    mapping.write_text("\n".join([known.strip(), *lines, ""]), "utf-8")
    words = ("--mapping", str(mapping), "--memory", str(given), *JOBS)
    bounded = peak_bytes(log, tmp_path / "bounded", *words)
    print(f"{bounded / 1e6:.0f} MB, in one part {unbounded[0] / 1e6:.0f} MB")  # noqa: T201
    assert bounded < given < unbounded[0]
    assert cells_of(tmp_path / "bounded") == unbounded[1]
