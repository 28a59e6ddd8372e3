"""The page docs/benchmarks.md: every figure on it comes from the run that wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.machine import Machine
from bench.measure import Measured


@dataclass(frozen=True)
class Results:
    """All that one run measured."""

    machine: Machine
    inputs: str
    study: Measured
    reading: Measured
    stored: Measured
    first: Measured
    again: Measured
    bare: Measured
    help: Measured
    polars: Measured
    status: Measured
    question: Measured
    many_reading: Measured
    many: Measured
    alone: Measured
    on_few: Measured
    on_many: Measured


@dataclass(frozen=True)
class Goal:
    """A promise with its figure: `reached` must be at or above (faster) or below `bar`."""

    work: str
    bar: float
    reached: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether the promise is kept: times faster at least the bar, all else below it."""
        return self.reached >= self.bar if self.unit == "times faster" else self.reached < self.bar

    @property
    def line(self) -> str:
        """The row of the table of goals."""
        word = "at least" if self.unit == "times faster" else "below"
        digits = {"times faster": 1, "MB": 0}.get(self.unit, 2)
        return (
            f"| {self.work} | {word} {self.bar:g} {self.unit} "
            f"| {self.reached:.{digits}f} {self.unit} | {'yes' if self.met else '**no**'} |"
        )


def goals(results: Results) -> list[Goal]:
    """The promises on speed, with what this run measured (ratios of medians)."""
    study = results.study.seconds
    return [
        Goal("nine files to rankings", 30, study / results.first.seconds, "times faster"),
        Goal("the same again, nothing new", 100, study / results.again.seconds, "times faster"),
        _times("`ingest --build` of nine workbooks, against reading them", 2.2,
               results.stored, results.reading),
        _times("48 months from nothing, against reading them", 2.5,
               results.many, results.many_reading),
        Goal("of it the memory", 600, results.many.peak_mb, "MB"),
        _times("one month on top of 48, against one on top of 9", 1.3,
               results.on_many, results.on_few),
        Goal("of it the memory", 300, results.on_many.peak_mb, "MB"),
        _times("`telads --help`, against bare Python", 9, results.help, results.bare),
        _times("`telads status`, against bare Python", 12, results.status, results.bare),
        _times("a question, against bare Python", 16, results.question, results.bare),
    ]  # fmt: skip


def _times(work: str, bar: float, task: Measured, base: Measured) -> Goal:
    """A ratio of processor times, which other work on the machine changes least."""
    return Goal(work, bar, task.processor / base.processor, "times its processor time")


def page(results: Results) -> str:
    """The whole document."""
    machine, rounds = results.machine, len(results.study.samples)
    starts = len(results.bare.samples)
    return f"""# Benchmarks

Written by `make bench` on {machine.day} from one run of {rounds} rounds; do not edit it by hand.
Times are wall-clock seconds of whole processes, median (fastest .. slowest); then the processor
time of all threads (median) and the peak memory of any one process. The contenders alternate
(A B C A B C ...), so a slow moment affects all of them.

For the website see [benchmarks-web.md](benchmarks-web.md).

## Goals

| work | goal | measured | met |
|---|---|---|---|
{chr(10).join(goal.line for goal in goals(results))}

## (a), (b) Nine monthly files to rankings

Input: {results.inputs}.

| what runs | seconds | processor | peak memory | against the study |
|---|---|---|---|---|
{_row("the study's procedure", results.study, results.study)}
{_row("telads: `ingest --build`, `export`", results.first, results.study)}
{_row("of it `ingest --build` alone: every question can be asked", results.stored, results.study)}
{_row("telads again, nothing new: `ingest --build`", results.again, results.study)}
{_row("reading the nine workbooks alone, nothing computed", results.reading, results.study)}

- **The study's procedure** (`bench/study.py`) re-enacts the 2023 study's steps with pandas and
  openpyxl: read each workbook, concatenate, group by district, sex and age with plain means,
  standardise, a loop over the segments for the weights, a loop over the rows for the rankings,
  one workbook with z, weight, score and rank. A test shows that its weights, z and scores equal
  those of `--method classic` to 1e-9, and that all rankings are the same.
- **telads** starts from an empty workspace: `telads ingest --build FILES`, then
  `telads export scores --method classic -o scores.xlsx`, the same figures as a workbook. The time
  is the sum of both processes. The build also holds the tables of all other
  questions: affinity, index, targets, platforms with intervals, signals, lookalikes.
- **Again** is `telads ingest --build` of the same files in the same workspace. The study's
  programs kept nothing, so their second run takes as long as the first.
- **Reading alone** (`bench/reading.py`) is a process that opens the nine workbooks with the reader
  that telads uses, in two threads, and computes nothing: the lower bound with that reader.
  A thirtieth of the study's time is {results.study.seconds / 30:.2f} s, and reading takes
  {results.reading.seconds:.2f} s of it.

## (c) Start-up

{starts} rounds, after one that is not counted, in the workspace of (a).

| what runs | seconds | processor | peak memory | against bare Python |
|---|---|---|---|---|
{_row("`python -c pass`", results.bare, results.bare)}
{_row("`python -c 'import polars'`", results.polars, results.bare)}
{_row("`telads --help`", results.help, results.bare)}
{_row("`telads status`", results.status, results.bare)}
{_row("`telads services --district 강남구 --sex F --age 30`", results.question, results.bare)}

A question about a segment is a lookup in text that is laid out once a build, and imports no engine:
Polars alone takes {results.polars.processor / results.bare.processor:.1f} times
the processor time of bare Python, the question
{results.question.processor / results.bare.processor:.1f} times.

## (d) Months

{len(results.many.samples)} rounds. Of workspaces with a build; the new month is the 49th file.

| what runs | seconds | processor | peak memory | against the month alone |
|---|---|---|---|---|
{_row("reading 48 workbooks alone", results.many_reading, results.alone)}
{_row("`ingest --build` of 48 workbooks from nothing", results.many, results.alone)}
{_row("`ingest --build` of one workbook from nothing", results.alone, results.alone)}
{_row("the same on top of 9 months", results.on_few, results.alone)}
{_row("the same on top of 48 months", results.on_many, results.alone)}

## Machine

{machine.words}.
{load_line(machine)}

## Repeat it

`make bench` needs nothing but the checkout, takes a few minutes and writes this page. With the
portal's files in the folder that TELADS_SEOUL_DATA names (default ../shared/data/seoul) it reads
those, missing months filled up to nine with copies; else, or with `python -m bench --synthetic`,
it makes nine months of the synthetic twin. More rounds: `python -m bench --rounds 9 --starts 50`.
"""


def load_line(machine: Machine) -> str:
    """What else ran, in a sentence."""
    if not machine.is_busy:
        return "Nothing else of weight ran beside it."
    return (
        f"**Other work ran beside it**: {machine.load:.1f} processes wanted a processor when the "
        "run began, so times by the clock are longer than on a quiet machine,\n"
        "processor times less so."
    )


def _row(name: str, measured: Measured, base: Measured) -> str:
    ratio = measured.seconds / base.seconds
    against = f"{ratio:.1f} times as long" if ratio > 1 else f"1/{1 / ratio:.0f} of the time"
    return (
        f"| {name} | {measured.seconds:.3f} ({measured.fastest:.3f} .. {measured.slowest:.3f}) "
        f"| {measured.processor:.3f} s | {measured.peak_mb:.0f} MB "
        f"| {'-' if measured is base else against} |"
    )
