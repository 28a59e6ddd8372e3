"""The measured part of docs/scaling.md: every figure in it comes from the run that wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil
from pathlib import Path

from bench.machine import Machine
from bench.measure import Measured
from bench.scale_peers import ROWS_OF_ONE
from bench.scale_tasks import (
    ALONE,
    ALONE_DUCKDB,
    DECIMALS,
    DUCKDB_MASK,
    IN_PARTS,
    MILLION,
    NAMES,
    ONE,
    OURS,
    PARTS,
    PIECES,
    SCAN,
    SPARK,
    START,
    TEXTS,
    Log,
)

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TIMES, GIGABYTES = 8, 5
"""The goals at the largest size: times the scan, and memory."""
TIMES_SHARED, FASTER, AHEAD = 4.5, 1.75, 2
"""The goals where one processor was measured too: times the scan by the clock on all processors,
times faster on all than on one, times faster than DuckDB with days as bits."""
TEXTS_TIMES, PIECES_TIMES = 1.3, 2
"""The goals of text ids, by processor time, and of many small files, by the clock."""
DIRT = {DECIMALS: ("decimal ids against numbers", 1.5), NAMES: ("very many raw names", 4.0),
        ONE: ("5 million rows more of one subscriber, a row", 1.2)}  # fmt: skip
"""The goals of skew and dirt, by processor time; the rows of one subscriber counted with others."""
CARRIER = 30 * MILLION
"""Subscribers of a large carrier."""
MACHINES = ((2, 8), (16, 64), (64, 256))
"""Processors and GB of memory of machines to compute for; telads may use half of the memory."""
NODE = 16
"""Processors of a node of a cluster."""


@dataclass(frozen=True)
class Results:
    """All that one run measured."""

    machine: Machine
    load: float
    """Mean number of processes that wanted a processor in the quarter of an hour of the run."""
    logs: Sequence[Log]
    left_out: Sequence[str]
    held: float
    """Seconds a row in which threads that mark rows exclude each other, at most."""
    dividing: float
    """Processor seconds a row that it takes to divide rows by subscriber."""
    processors: int = len(os.sched_getaffinity(0))
    """Usable processors of the machine."""

    @property
    def full(self) -> list[Log]:
        """The logs of full use, the smallest first."""
        return [log for log in self.logs if not log.is_thin and OURS in log.samples]

    @property
    def goals(self) -> list[str]:
        """The promises, at the largest size."""
        log = self.full[-1]
        ours, scan = log.measured[OURS], log.measured[SCAN]
        by_clock, by_processor = ours.seconds / scan.seconds, ours.processor / scan.processor
        memory = ours.peak_mb / 1000
        rows = _millions(log)
        return [
            *(
                f"| {rows} million rows, against the scan, {how} | within {TIMES} times | "
                f"{times:.1f} times | {_met(times <= TIMES)} |"
                for how, times in (("by the clock", by_clock), ("by processor time", by_processor))
            ),
            f"| {rows} million rows, peak memory | under {GIGABYTES} GB | "
            f"{memory:.1f} GB | {_met(memory < GIGABYTES)} |",
            *(line for log in self.full for line in self._goals_of(log)),
        ]

    def _goals_of(self, log: Log) -> Iterator[str]:
        """The promises of one log, of those that were measured on it."""
        found, rows = log.measured, f"{_millions(log)} million rows"
        ours = found[OURS]
        every = f"{self.processors} processors"

        def at_least(times: float, goal: float) -> str:
            return f"at least {goal:g} times | {times:.2f} times | {_met(times >= goal)} |"

        def within(times: float, goal: float) -> str:
            return f"within {goal:g} times | {times:.2f} times | {_met(times <= goal)} |"

        if ALONE in found:
            times = ours.seconds / found[SCAN].seconds
            yield f"| {rows}, {every}, against the scan | {within(times, TIMES_SHARED)}"
            times = found[ALONE].seconds / ours.seconds
            yield f"| {rows}, {every} against one | {at_least(times, FASTER)}"
        if DUCKDB_MASK in found and (ALONE in found or log is self.full[-1]):
            times = found[DUCKDB_MASK].seconds / ours.seconds
            yield f"| {rows}, {every}, ahead of DuckDB with bits | {at_least(times, AHEAD)}"
        if ALONE in found and ALONE_DUCKDB in found:
            times = found[ALONE_DUCKDB].seconds / found[ALONE].seconds
            yield f"| {rows}, one processor, ahead of DuckDB with bits | {at_least(times, AHEAD)}"
        if TEXTS in found:
            times = found[TEXTS].processor / ours.processor
            yield f"| {rows}, text ids against numbers | {within(times, TEXTS_TIMES)}"
        for name, (what, goal) in DIRT.items():
            if name in found:
                times = found[name].processor / ours.processor
                more = 1 + ROWS_OF_ONE / log.rows if name == ONE else 1
                yield f"| {rows}, {what} | {within(times / more, goal)}"
        if PIECES in found:
            times = found[PIECES].seconds / ours.seconds
            yield f"| {rows}, many small files against few | {within(times, PIECES_TIMES)}"


def renew(page: Path, results: Results) -> None:
    """Write the measured part between its two marks; the rest of the page stays."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"{page} has no {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{measured(results)}\n{END}{after}", encoding="utf-8")


def measured(results: Results) -> str:
    """Goals, tables, growth, and what they mean for a carrier."""
    machine = results.machine
    busy = (
        f"**Other work ran beside it**: {machine.load:.1f} processes wanted a processor when the "
        f"run began,\n{results.load:.1f} on average of the quarter of an hour until it ended (its "
        "own among them), so times by the\nclock are longer than on a quiet machine, processor "
        "times less so."
        if machine.is_busy
        else "Nothing else of weight ran beside it."
    )
    left_out = [f"- {line}" for line in results.left_out]
    parts = [
        f"Written by `make bench-scale` on {machine.day}; do not edit this part by hand.\n"
        f"{machine.words}, duckdb {version('duckdb')}.\n{busy}",
        "| goal | | measured | met |\n|---|---|---|---|\n" + "\n".join(results.goals),
        *(_table(log) for log in results.logs),
        "### Growth\n\n" + "\n".join(_growth(results.full)),
        "### Thirty million subscribers\n\n" + "\n".join(_carrier(results)),
    ]
    if left_out:
        parts.append("### Left out of this run\n\n" + "\n".join(left_out))
    return "\n\n".join(parts)


def _table(log: Log) -> str:
    head = (
        f"### {_millions(log)} million rows{', few for each subscriber' if log.is_thin else ''}\n\n"
        f"{log.subscribers:,} subscribers, {log.rows:,} rows, {log.disk / 1e6:,.0f} MB of Parquet; "
        f"`telads synth events` made them in {log.making.seconds:.0f} s "
        f"({log.rows / log.making.seconds / MILLION:.1f} million rows a second, "
        f"{log.making.processor:.0f} processor seconds).\n\n"
        "| what runs | seconds | processor | million rows/s | peak memory | against the scan | "
        "by processor | cells that agree |\n|---|---|---|---|---|---|---|---|\n"
    )
    scan = log.measured[SCAN]
    return head + "\n".join(_row(log, one, scan) for one in log.measured.values())


def _row(log: Log, one: Measured, scan: Measured) -> str:
    spread = f" ({one.fastest:.1f} .. {one.slowest:.1f})" if len(one.samples) > 1 else ""
    against = "-" if one.name == SCAN else f"{one.seconds / scan.seconds:.1f} times"
    processor = "-" if one.name == SCAN else f"{one.processor / scan.processor:.1f} times"
    return (
        f"| {one.name} | {one.seconds:.1f}{spread} | {one.processor:.1f} s "
        f"| {_rate(log.rows / one.seconds)} | {one.peak_mb:,.0f} MB | {against} "
        f"| {processor} | {log.agreed.get(one.name, '-')} |"
    )


def _growth(logs: Sequence[Log]) -> Iterator[str]:
    """How cost grows from the smallest log to each larger one."""
    yield "| rows | telads: seconds | processor | peak memory | scan: seconds |"
    yield "|---|---|---|---|---|"
    first = logs[0].measured
    for log in logs:
        ours, scan = log.measured[OURS], log.measured[SCAN]
        yield (
            f"| x {log.rows / logs[0].rows:.1f} | x {ours.seconds / first[OURS].seconds:.1f} "
            f"| x {ours.processor / first[OURS].processor:.1f} "
            f"| x {ours.peak_mb / first[OURS].peak_mb:.1f} "
            f"| x {scan.seconds / first[SCAN].seconds:.1f} |"
        )


def _carrier(results: Results) -> Iterator[str]:
    """Hours of processors for a carrier, from the largest log and the cost of parts."""
    from telads.aggregate.log import BASE_BYTES, BYTES_PER_JOB, bytes_per_subscriber

    largest = results.full[-1]
    rows = CARRIER * largest.rows / largest.subscribers
    each = largest.measured[OURS].processor / largest.rows
    again = _cost_of_a_part(results.full)
    alone = _alone(results)
    yield (
        f"- {largest.rows / largest.subscribers:,.0f} rows a subscriber in three months make "
        f"**{rows / 1e9:.1f} billion rows** and {rows * largest.disk / largest.rows / 1e12:.2f} TB "
        f"of Parquet a label month."
    )
    yield (
        f"- telads took {each * MILLION:.2f} processor seconds a million rows at the largest size"
        + (
            f", and {again * MILLION:.3f} s a million rows more for each further part\n  "
            f"(from {PARTS} parts against the default)."
            if again
            else "."
        )
    )
    if alone is not None:
        yield (
            f"- Of these, {alone * MILLION:.3f} s a million rows keep one processor busy only "
            f"(one processor against\n  {results.processors}, less what a run of few rows takes)."
        )
    yield (
        f"- Threads that mark rows exclude each other for {results.held * 1e9:.2f} ns a row at "
        f"most: with more than {each / results.held:,.0f}\n  processors they would wait for that. "
        f"To divide the rows by subscriber takes {results.dividing * MILLION:.3f} s a million."
    )
    if again and alone is not None:
        yield "\n| one machine, computed | parts | processor hours | hours |"
        yield "|---|---|---|---|"
        for cores, memory in MACHINES:
            room = memory * 1e9 / 2 - BASE_BYTES - (cores - 1) * BYTES_PER_JOB
            parts = ceil(CARRIER * bytes_per_subscriber(largest.names) / room)
            work = each + results.dividing + again * (parts - 1)
            by_clock = max(alone + (work - alone) / cores, results.held)
            yield (
                f"| {cores} processors, {memory} GB, `--memory {memory // 2}GB` | {parts:,} "
                f"| {rows * work / 3600:,.1f} | {rows * by_clock / 3600:,.2f} |"
            )
    spark = [log for log in results.full if SPARK in log.samples]
    if spark:
        log = spark[-1]
        hours = rows * log.measured[SPARK].processor / log.rows / 3600
        yield (
            f"\nSpark took {log.measured[SPARK].processor / log.rows * MILLION:.1f} processor "
            f"seconds a million rows at {_millions(log)} million, its start included:\n"
            f"{hours:,.0f} processor hours, {hours / NODE / 10:,.1f} hours on ten nodes of {NODE} "
            "processors that are all kept busy."
        )


def _cost_of_a_part(logs: Sequence[Log]) -> float:
    """Processor seconds a row for each further part; 0 if it was not measured or not seen."""
    for log in logs:
        if IN_PARTS in log.samples:
            more = log.measured[IN_PARTS].processor - log.measured[OURS].processor
            return max(more / (PARTS - 1) / log.rows, 0.0)
    return 0.0


def _alone(results: Results) -> float | None:
    """Seconds a row that one processor works alone while the others wait; None: not measured.

    Of T(1) = s + p and T(n) = s + p / n, s without what a run of few rows takes.
    """
    number = results.processors
    few = [log.measured[START].seconds for log in results.full if START in log.samples]
    for log in results.full:
        if ALONE in log.samples and few and number > 1:
            one, all_ = log.measured[ALONE].seconds, log.measured[OURS].seconds
            together = (number * all_ - one) / (number - 1)
            return max((together - few[0]) / log.rows, 0.0)
    return None


def _millions(log: Log) -> str:
    return f"{log.rows / MILLION:.0f}"


def _rate(rows: float) -> str:
    """Millions, two digits where they are few."""
    return f"{rows / MILLION:.1f}" if rows >= MILLION / 10 else f"{rows / MILLION:.2g}"


def _met(kept: bool) -> str:
    return "yes" if kept else "**no**"
