"""The page docs/benchmarks-web.md: every figure on it comes from the run that wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from bench.load import Speed
from bench.machine import Machine
from bench.page import Goal, load_line
from bench.web_questions import CONNECTIONS, CROWD, questions
from bench.weight import Weight

MANY = CONNECTIONS[-1]


@dataclass(frozen=True)
class Results:
    """All that one run measured."""

    machine: Machine
    inputs: str
    rounds: int
    seconds: float
    speeds: dict[tuple[str, int], Speed]
    """By the id of the question and the number of connections."""
    weights: dict[str, Weight]
    signed_in: Weight
    """Of the customer page."""

    def times(self, question: str, than: str, connections: int = MANY) -> float:
        """How many times as many answers a second as the other question."""
        return self.speeds[question, connections].rate / self.speeds[than, connections].rate


def goals(results: Results) -> list[Goal]:
    """The promises on speed, for answers that are kept and for choices never made before."""
    found = []
    for question, bar in (("advertiser", 30), ("customer", 2)):
        for id, state in ((question, "asked before"), (f"{question}-new", "never asked before")):
            times = results.times(id, f"study-{question}")
            slowest = results.speeds[id, MANY].p99
            found += [
                Goal(f"{question} page, {state}, {MANY} connections", bar, times, "times faster"),
                Goal(f"{question} page, {state}, {MANY} connections: p99", 40, slowest, "ms"),
            ]
    kept, own = (results.speeds[id, 1].p50 for id in ("customer", "customer-signed-in"))
    bytes_ = results.signed_in.page / results.weights["customers"].page
    return [
        *found,
        Goal("neighbourhoods of the city and their map, never asked before: processor time", 30,
             results.speeds["places-new", 1].processor, "ms"),
        Goal("customer page, signed in, beyond a visitor's: p50", 1.5, own - kept, "ms"),
        Goal("customer page, signed in, against a visitor's", 1.2, bytes_, "times its bytes"),
        Goal("`/healthz`: p50", 0.5, results.speeds["health", 1].p50, "ms"),
        Goal(f"three of ten never asked before, {CROWD} connections: p99", 150,
             results.speeds["mixture", CROWD].p99, "ms"),
        Goal("data page, first visit, on the wire", 600, results.weights["data"].kilobytes, "kB"),
    ]  # fmt: skip


def page(results: Results) -> str:
    """The whole document."""
    machine = results.machine
    return f"""# Benchmarks of the website

Written by `make bench` on {machine.day} from one run of {results.rounds} rounds of
{results.seconds:g} s for each line; do not edit it by hand. One worker of each site on this
machine, queried over loopback by a client in one more process: 1 or {MANY} persistent connections,
each sending the next request as soon as it is answered. The sites alternate, so a slow moment
affects both.

## Goals

| work | goal | measured | met |
|---|---|---|---|
{chr(10).join(goal.line for goal in goals(results))}

## Answers

Input: {results.inputs}.

| question | choice | connections | answers a second | p50 | p99 | processor | answers |
|---|---|---|---|---|---|---|---|
{_rows(results)}

- **Asked before**: always the same choice; its page is cached by build and choice. **Never asked
  before**: no choice is repeated, so every page is computed, drawn and compressed. The study's page
  keeps nothing, so this is the direct comparison. **7 of 10 asked before**: the five pages in turn,
  and three of ten answers a page that nobody asked for.
- Answers a second are the median of the rounds; p50 and p99 are of all answers. **Processor**: what
  the site's processes took for an answer by the system's count, the median of the rounds; it also
  holds what they do beside answering.
- **The study's page** (`bench/study_site`) re-enacts the 2023 study's two views in Django: for
  customers a pandas table in memory, for advertisers one `pandas.read_excel` of a file of 300
  rows a request and one list of platforms for all targets. Same server (granian), same worker and
  threads. Its pages hold a title and a table; those of telads also lines of each service, signals,
  similar groups, a map, and platforms of each target with intervals.
- Neighbourhoods: a list of them of one sex and age, and the map of all 424, or of those of a
  district. The goal is at one connection, of the worker's processor time with compression.
- The data page's pictures are drawn here, whatever is chosen; a worker keeps the last of them.

## Weights

First visits, compressed with gzip, without headers.

| page | the page | its style sheets, programs, icon | together |
|---|---|---|---|
{chr(10).join(_weight(name, weight) for name, weight in results.weights.items())}

The study's data page was 6.28 MB. For somebody who is signed in the customer page is
{results.signed_in.page / 1000:.1f} kB.

## Machine

{machine.words}.
{load_line(machine)}

## Repeat it

`python -m bench.web` takes two to four minutes, after `python -m bench` or alone. Longer:
`python -m bench.web --rounds 5 --seconds 5`.
"""


def _rows(results: Results) -> str:
    lines = []
    for question in questions():
        for connections in question.connections:
            speed = results.speeds[question.id, connections]
            digits = 0 if speed.rate >= 10 else 1
            lines.append(
                f"| {question.name} | {question.choice} | {connections} | {speed.rate:,.{digits}f} "
                f"| {speed.p50:.1f} ms | {speed.p99:.1f} ms | {speed.processor:.1f} ms "
                f"| {speed.answers:,} |"
            )
    return "\n".join(lines)


def _weight(name: str, weight: Weight) -> str:
    return (
        f"| {name} | {weight.page / 1000:.1f} kB | {weight.files / 1000:.1f} kB "
        f"| {weight.kilobytes:.1f} kB |"
    )
