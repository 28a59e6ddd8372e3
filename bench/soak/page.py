"""The page docs/soak.md: every figure on it comes from the run that wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.machine import Machine
from bench.soak.memory import Memory

BAR = 300
"""Milliseconds within which 99 of 100 pages are to come."""
GROWTH = 1.0
"""Megabytes by which a worker may grow in ten minutes."""
LEAST_SECONDS = 300.0
"""A shorter time says nothing of growth."""
KINDS = {"page": "pages", "api": "API", "file": "files of plans", "sign-in": "signing in"}


@dataclass(frozen=True)
class Soak:
    """One run: milliseconds of each answer by kind and name, and processor seconds."""

    machine: Machine
    inputs: str
    people: int
    seconds: int
    times: Mapping[str, Mapping[str, Sequence[int]]]
    faults: Sequence[str]
    server: float
    load: float
    """Processor seconds of the website with its database, and of the load generator."""
    memory: Memory

    def of(self, kind: str) -> list[int]:
        """All times of a kind."""
        return [one for known in self.times.get(kind, {}).values() for one in known]

    @property
    def answers(self) -> int:
        """How many there were."""
        return sum(len(self.of(kind)) for kind in self.times)


def p99(times: Sequence[int]) -> float:
    """Milliseconds within which 99 of 100 came."""
    return quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else float(times[0])


def goals(soak: Soak) -> list[str]:
    """The promises as rows of a table."""
    pages = p99(soak.of("page"))
    return [
        _goal("answers with an error", "0", f"{len(soak.faults)}", not soak.faults),
        _goal("99 of 100 pages", f"below {BAR} ms", f"{pages:.0f} ms", pages < BAR),
        _growth(soak.memory),
    ]


def _growth(memory: Memory) -> str:
    """The row of a worker's growth; a run that is too short proves nothing."""
    growth, minutes = memory.growth, memory.seconds / 60
    what = "growth of a worker in 10 minutes"
    bar = f"below {GROWTH:g} MB"
    if growth is None:
        return f"| {what} | {bar} | not measured | **no** |"
    told = f"{growth:+.2f} MB, over {minutes:.1f} minutes; at most {memory.most:.0f} MB"
    if memory.seconds < LEAST_SECONDS:
        return f"| {what} | {bar} | {told} | too short to tell |"
    return _goal(what, bar, told, growth < GROWTH)


def _goal(what: str, bar: str, reached: str, met: bool) -> str:
    return f"| {what} | {bar} | {reached} | {'yes' if met else '**no**'} |"


def page(soak: Soak) -> str:
    """The whole page."""
    length = f"{soak.seconds // 60} minutes" if soak.seconds >= 120 else f"{soak.seconds} seconds"
    lines = [
        "# Many planners at once", "",
        "<!-- Made by make soak. -->", "",
        f"{soak.people} simulated people for {length}, {soak.answers:,} answers: a third look "
        "around (customers, advertisers, data, audiences, the API, plans shared by link), a third "
        "also sign in, try budgets, save plans, open, share and download them, a third sign in and "
        "work on the campaign page: another budget, other districts, another colour of the map, "
        "with the curve that it asks for, scenarios and decks. Each thinks for 2 to 10 seconds "
        "after a page. The website runs as `telads serve --workers 2` with "
        f"PostgreSQL, on {soak.inputs}.", "",
        f"Measured {soak.machine.day} on {soak.machine.words}. The load generator (locust) and "
        f"PostgreSQL share these cores: the website took {soak.server:.0f} seconds of processor "
        f"time, the load generator {soak.load:.0f}.",
        *(["", f"Other work was running: {soak.machine.load:.1f} processes wanted a processor."]
          if soak.machine.is_busy else []),
        "", "| | promised | measured | kept |", "|---|---|---|---|", *goals(soak),
        "", "Milliseconds from the request to the whole answer:", "",
        "| | answers | median | 99 of 100 | slowest |", "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for kind, title in KINDS.items():
        if soak.of(kind):
            lines.append(_row(f"**{title}**", soak.of(kind)))
            lines += [_row(name, times) for name, times in sorted(soak.times[kind].items())]
    if soak.faults:
        lines += ["", "Faults:", "", *(f"- `{fault}`" for fault in sorted(set(soak.faults))[:20])]
    if soak.memory.replaced:
        count = soak.memory.replaced
        lines += ["", f"**{count} worker{'s' * (count > 1)} ended during the run.**"]
    lines += [
        "", "Growth is the slope of a line through the private memory of each worker, sampled "
        "every five seconds after it warmed up (five minutes, at most half of the run); that of "
        "the worker that grows most is told.",
        "Signing in is slow on purpose: a password is hashed a million times.",
        "What happens when the database goes away, the disk fills up, a worker is killed or the "
        "clock jumps is tested in `tests/web/faults`.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _row(name: str, times: Sequence[int]) -> str:
    return f"| {name} | {len(times):,} | {median(times):.0f} | {p99(times):.0f} | {max(times):,} |"
