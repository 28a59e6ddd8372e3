"""The scale benchmark: peers that agree, trees watched, time kept, a page of measured figures."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bench import scale, scale_peers
from bench.machine import Machine
from bench.measure import Failed, Sample, Task, run
from bench.scale_page import BEGIN, END, Results, measured, renew
from bench.scale_peers import PEERS, check
from bench.scale_tasks import (
    ALONE,
    ALONE_DUCKDB,
    DUCKDB,
    DUCKDB_MASK,
    IN_PARTS,
    OURS,
    PIECES,
    SCAN,
    SPARK,
    START,
    TEXTS,
    Log,
    held,
    tasks_of,
)
from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.aggregate.synth import Plan, write_log
from telads.engines import WIDE, event_engine
from telads.settings import Settings
from telads.store.workspace import Store
from telads.twin.cells import read_profile

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A window of 5,000 subscribers who use little."""
    out = tmp_path_factory.mktemp("scale") / "log"
    write_log(read_profile(), Plan(5000, 92, date(2023, 3, 1), use=0.3), out, ["중구"])
    return out


@pytest.fixture(scope="module")
def published(log: Path) -> Path:
    """The cells of telads."""
    workspace = Store(log.parent / "workspace")
    aggregate(workspace, Request((str(log),)), Settings.load({}), event_engine("polars"))
    (cells,) = workspace.cells_path.glob("*.parquet")
    return cells


@pytest.mark.parametrize("peer", ["duckdb", "duckdb-mask", "pandas"])
def test_peers_count_what_telads_counts(
    peer: str, log: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    PEERS[peer](log, tmp_path / "cells.parquet")
    check(published, tmp_path / "cells.parquet")
    same, all_cells = map(int, capsys.readouterr().out.split())
    assert 200 < same <= all_cells == pl.read_parquet(tmp_path / "cells.parquet").height


@pytest.mark.parametrize("figure", ["population", "finance", "youtube"])
def test_a_cell_that_differs_ends_the_comparison(
    figure: str, log: Path, published: Path, tmp_path: Path
) -> None:
    PEERS["duckdb"](log, tmp_path / "cells.parquet")
    shown = pl.read_parquet(published).drop_nulls(figure).select("code", "sex", "age5").row(0)
    cells = pl.read_parquet(tmp_path / "cells.parquet")
    it = (pl.col("code") == shown[0]) & (pl.col("sex") == shown[1]) & (pl.col("age5") == shown[2])
    changed = cells.with_columns(pl.when(it).then(pl.col(figure) + 1e-6).otherwise(figure))
    changed.write_parquet(tmp_path / "changed.parquet")
    with pytest.raises(SystemExit, match="differ"):
        check(published, tmp_path / "changed.parquet")


@pytest.mark.parametrize("copy", ["texts", "pieces", "decimals", "one", "names"])
def test_copies_have_the_same_cells(
    copy: str, log: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale_peers, "FILES", 300)
    monkeypatch.setattr(scale_peers, "ROWS_OF_ONE", 20_000)
    monkeypatch.setattr(scale_peers, "RAW_NAMES", 3 * WIDE)
    PEERS[copy](log, tmp_path / "log")
    files = list((tmp_path / "log" / "events").rglob("*.parquet"))
    ids = pl.read_parquet_schema(files[0])["subscriber_id"]
    assert (len(files) >= 300, ids == pl.String) == (copy == "pieces", copy == "texts")
    workspace = Store(tmp_path / "workspace")
    request = Request((str(tmp_path / "log"),))
    assert (sum(map(len, request.found(event_engine("polars"), tmp_path).services.values())) > WIDE
            ) == (copy == "names")  # fmt: skip
    aggregate(workspace, request, Settings.load({}), event_engine("polars"))
    (cells,) = workspace.cells_path.glob("*.parquet")
    assert pl.read_parquet(cells).equals(pl.read_parquet(published))


def test_what_threads_exclude_each_other_for_is_a_small_part_of_a_row() -> None:
    exclusive, dividing = held()
    assert 0 < exclusive < 20e-9
    assert 0 < dividing < 1e-6


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_a_task_is_kept_to_its_processors(tmp_path: Path) -> None:
    tell = "import os; open('told', 'w').write(str(len(os.sched_getaffinity(0))))"
    before = os.sched_getaffinity(0)
    run(Task("t", [[sys.executable, "-c", tell]], processors=1), {}, tmp_path)
    assert (tmp_path / "told").read_text() == "1"
    assert os.sched_getaffinity(0) == before


def test_the_scan_reads_all_six_columns(log: Path, tmp_path: Path) -> None:
    PEERS["scan"](log, tmp_path / "read.parquet")
    assert pl.read_parquet(tmp_path / "read.parquet").width == 6


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux")
def test_a_tree_counts_those_who_are_not_waited_for(tmp_path: Path) -> None:
    heavy = "import time; b = b'x' * 200_000_000; time.sleep(1.5)"
    starts = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {heavy!r}]); " \
        "import time; time.sleep(1.5)"  # fmt: skip
    script = """
import sys
from pathlib import Path
from bench.measure import Task, run
for tree in (False, True):
    print(run(Task("t", [[sys.executable, "-c", sys.argv[1]]], tree=tree), {}, Path()).peak_mb)
"""
    told = subprocess.run(
        [sys.executable, "-c", script, starts], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    alone, tree = map(float, told.split())
    assert alone < 100
    assert tree > 200


class Clockwork:
    """Logs and tasks of given durations, on a fake clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.made: list[str] = []
        self.now = 0.0
        self.rows = 0.0

    def monotonic(self) -> float:
        return self.now

    def make_log(self, _: Path, name: str, rows: float, use: float = 1.0) -> Log:
        (self.folder / name).mkdir()
        self.made.append(name)
        self.rows = rows
        return Log(self.folder / name, name, int(rows), 10, 53, 10, Sample(0, 0, 1), use < 1)

    def run(self, task: Task, *_: object) -> Sample:
        """0.2 seconds for each million rows."""
        self.ran.append(task.name)
        if task.name == SPARK:
            raise Failed("exit code 1: telads\nno Java")
        seconds = 0.2e-6 * self.rows
        self.now += seconds
        return Sample(seconds, seconds, 1)


@pytest.fixture
def clockwork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    work = Clockwork(tmp_path)
    monkeypatch.setattr(scale, "OUT", tmp_path)
    monkeypatch.setattr(scale, "time", work)
    monkeypatch.setattr(scale, "make_log", work.make_log)
    monkeypatch.setattr(scale, "run", work.run)
    monkeypatch.setattr(scale, "compare", lambda log, name: "1 of 1")
    monkeypatch.setattr(scale, "has_spark", lambda: False)
    return work


def test_every_task_is_run_beside_a_scan_and_logs_are_removed(
    clockwork: Clockwork, tmp_path: Path
) -> None:
    done = scale.Run(minutes=1, disk=1e9)
    done.measure([1, 2])
    _, *tasks = tasks_of(done.logs[0], in_parts=False, small=True)
    first = [name for task in tasks for name in (SCAN, task.name)]
    assert clockwork.ran[: 3 * len(first)] == 3 * first
    assert IN_PARTS in done.logs[2].samples
    assert [log.is_thin for log in done.logs] == [False, True, False]
    assert not done.left_out
    assert not list(tmp_path.iterdir())


def test_spark_comes_last_on_the_smallest_log(
    clockwork: Clockwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "has_spark", lambda: True)
    done = scale.Run(minutes=1, disk=1e9)
    done.measure([1, 2])
    assert clockwork.ran[-2:] == [OURS, SPARK]
    assert clockwork.made[-1] == clockwork.made[0] == "1 million rows"
    assert done.left_out == ["1 million rows, telads on Spark local[2]: no Java"]
    assert not list(tmp_path.iterdir())
    hurried = scale.Run(minutes=5 / 60, disk=1e9)
    hurried.measure([1, 2])
    assert hurried.left_out[-1] == "1 million rows, telads on Spark local[2]: too little time"


def test_peers_give_way_when_time_is_short(clockwork: Clockwork) -> None:
    done = scale.Run(minutes=3.5 / 60, disk=1e9)
    done.measure([1, 2])
    small, _, large = done.logs
    assert {SCAN, OURS, DUCKDB} <= set(small.samples)
    assert set(large.samples) == {SCAN, OURS, IN_PARTS}
    assert f"2 million rows, {DUCKDB}: too little time" in done.left_out
    assert clockwork.now <= 3.5


def test_a_size_without_time_is_left_out(clockwork: Clockwork) -> None:
    done = scale.Run(minutes=1.5 / 60, disk=1e9)
    done.measure([1, 2])
    assert [log.rows for log in done.logs] == [10**6, 10**6]
    assert done.left_out[-1] == "2 million rows: too little time"


def test_a_log_without_room_is_not_made(clockwork: Clockwork) -> None:
    done = scale.Run(minutes=1, disk=10e6)
    done.measure([1, 2])
    assert [log.name for log in done.logs] == ["1 million rows", "1 million rows, few each"]
    assert done.left_out[-1] == "2 million rows: too little room on the disk"


def logs() -> list[Log]:
    """Two sizes: telads takes 4 s and then 40 s, the scan a tenth of it."""
    some = []
    for million, subscribers in ((10, 10_000), (100, 100_000)):
        ours = Sample(0.4 * million, 0.5 * million, 20.0 * million)
        scan = Sample(0.04 * million, 0.05 * million, 100.0)
        log = Log(Path(), "", million * 10**6, subscribers, 53, 10**9, Sample(10, 20, 200))
        log.samples = {SCAN: [scan], OURS: [ours]}
        some.append(log)
    some[0].samples[IN_PARTS] = [Sample(11, 12, 100)]
    some[0].samples[START] = [Sample(0.5, 0.6, 90)]
    some[0].samples[TEXTS] = [Sample(5, 6, 90)]
    some[0].samples[PIECES] = [Sample(9, 12, 90)]
    some[0].samples[ALONE] = [Sample(6.5, 5, 90)]
    some[0].samples[ALONE_DUCKDB] = [Sample(26, 25, 90)]
    some[0].samples[DUCKDB_MASK] = [Sample(6, 12, 90)]
    return some


def results(left_out: list[str]) -> Results:
    return Results(Machine("2026-01-02", "A machine", 0.0), 1.0, logs(), left_out, 1e-9, 2e-8, 2)


def test_goals_are_those_of_the_largest_size() -> None:
    clock, processor, memory, *_ = results([]).goals
    assert "by the clock | within 8 times | 10.0 times | **no** |" in clock
    assert "by processor time | within 8 times | 10.0 times | **no** |" in processor
    assert "| 2.0 GB | yes |" in memory
    quick = results([])
    quick.logs[1].samples[OURS] = [Sample(31.9, 50, 6000)]
    assert ["**no**" in goal for goal in quick.goals[:3]] == [False, True, True]


def test_goals_of_what_was_measured_on_a_log() -> None:
    assert results([]).goals[3:] == [
        "| 10 million rows, 2 processors, against the scan | within 4.5 times | 10.00 times "
        "| **no** |",
        "| 10 million rows, 2 processors against one | at least 1.75 times | 1.62 times | **no** |",
        "| 10 million rows, 2 processors, ahead of DuckDB with bits | at least 2 times "
        "| 1.50 times | **no** |",
        "| 10 million rows, one processor, ahead of DuckDB with bits | at least 2 times "
        "| 4.00 times | yes |",
        "| 10 million rows, text ids against numbers | within 1.3 times | 1.20 times | yes |",
        "| 10 million rows, many small files against few | within 2 times | 2.25 times | **no** |",
    ]


def test_a_carrier_is_computed_from_the_largest_log_and_the_cost_of_parts() -> None:
    """1,000 rows each: 30 billion; .5 s a million; (12 - 5) / 7 / 10 = .1 s a further part."""
    page = measured(results([]))
    assert "**30.0 billion rows** and 0.30 TB" in page
    assert "0.50 processor seconds a million rows" in page
    assert "0.100 s a million rows more" in page
    parts = 8  # 30 million x (600 + 53 x 5) bytes / (4 - .5 - .15) GB
    each = 0.5e-6 + 0.02e-6 + 0.1e-6 * (parts - 1)
    alone = (2 * 4 - 6.5 - 0.5) / 10e6
    assert "0.100 s a million rows keep one processor busy only" in page
    hours = 30e9 * each / 3600
    clock = 30e9 * (alone + (each - alone) / 2) / 3600
    assert f"`--memory 4GB` | {parts} | {hours:.1f} | {clock:.2f} |" in page
    assert "with more than 500\n  processors" in page
    assert "Spark took" not in page


def test_growth_is_told_against_the_smallest_log() -> None:
    assert "| x 10.0 | x 10.0 | x 10.0 | x 10.0 | x 10.0 |" in measured(results([]))


def test_what_was_left_out_is_told() -> None:
    assert "Left out" not in measured(results([]))
    assert "- 100 million rows: too little time" in measured(
        results(["100 million rows: too little time"])
    )


def test_only_the_measured_part_of_the_page_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    renew(page, results([]))
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\nWritten by `make bench-scale` on 2026-01-02")
    assert text.endswith(f"\n{END}\nafter\n")
    assert "old" not in text
    renew(page, replace(results([]), left_out=["x"]))
    assert page.read_text().count(BEGIN) == 1
    page.write_text("nothing")
    with pytest.raises(ValueError, match="has no"):
        renew(page, results([]))


def test_the_page_in_the_documents_has_the_marks() -> None:
    text = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    assert text.count(BEGIN) == text.count(END) == 1


def test_a_run_of_no_task_fails_loudly(tmp_path: Path) -> None:
    with pytest.raises(Failed):
        run(Task("t", [[sys.executable, "-m", "bench.scale_peers", "scan", "x", "y"]]), {}, ROOT)
