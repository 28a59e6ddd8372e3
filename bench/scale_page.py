"""The measured part of docs/scaling.md: every figure in it comes from the run that wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil
from pathlib import Path

from bench.machine import Machine
from bench.measure import Measured
from bench.scale_tasks import IN_PARTS, MILLION, OURS, PARTS, SCAN, SPARK, Log

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TIMES, GIGABYTES = 8, 5
"""The goals at the largest size: times the scan, and memory."""
CARRIER = 30 * MILLION
"""Subscribers of a large carrier."""
MACHINES = ((2, 8), (16, 64), (64, 256))
"""Processors and GB of memory of machines to compute for; telads may use half of the memory."""
BUSY = 2
"""Processors that one run of telads can keep busy: nearly half of a row's time is one thread's."""
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
        ]


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
    from telads.aggregate.log import BASE_BYTES, bytes_per_subscriber

    largest = results.full[-1]
    rows = CARRIER * largest.rows / largest.subscribers
    each = largest.measured[OURS].processor / largest.rows
    again = _cost_of_a_part(results.full)
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
    if again:
        yield f"\n| one machine | parts | processor hours | hours, {BUSY} processors busy at most |"
        yield "|---|---|---|---|"
        for cores, memory in MACHINES:
            room = memory * 1e9 / 2 - BASE_BYTES
            parts = max(1, ceil(CARRIER * bytes_per_subscriber(largest.names) / room))
            hours = rows * (each + again * (parts - 1)) / 3600
            yield (
                f"| {cores} processors, {memory} GB, `--memory {memory // 2}GB` | {parts:,} "
                f"| {hours:,.0f} | {hours / min(cores, BUSY):,.1f} |"
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


def _millions(log: Log) -> str:
    return f"{log.rows / MILLION:.0f}"


def _rate(rows: float) -> str:
    """Millions, two digits where they are few."""
    return f"{rows / MILLION:.1f}" if rows >= MILLION / 10 else f"{rows / MILLION:.2g}"


def _met(kept: bool) -> str:
    return "yes" if kept else "**no**"
