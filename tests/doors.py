"""Everything a build can be asked, as one would ask it through any door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.answers import inventory
from telads.answers.answer import Answer
from telads.answers.questions import QUESTIONS, TARGET_ORDERS
from telads.export import TABLES
from telads.library import Workspace
from telads.model import Segment
from telads.planning.brief import read_brief
from telads.planning.plan import PARTS, Plan, make_plan
from telads.planning.questions import plan_answer
from telads.render.svg import CHARTS
from telads.store.workspace import Build
from tests.asked import trends

if TYPE_CHECKING:
    from telads.render.svg.drawing import Drawing

METHODS = ("affinity", "classic")


def answers(opened: Workspace, segment: Segment) -> Iterator[tuple[str, Callable[[], Answer]]]:
    """Every question about one segment and every service of the build."""
    yield "status", opened.status
    yield "history", partial(opened.history, *segment)
    for horizon in (1, 3):
        yield f"evaluate {horizon}", partial(opened.evaluate, horizon)
    for month in opened.store.build().months:
        yield f"lookalike {month}", partial(opened.lookalike, *segment, month=month)
        yield f"signals {month}", partial(opened.signals, *segment, month=month)
        for method in METHODS:
            asked = partial(opened.services, *segment, month=month, method=method)
            yield f"services {month} {method}", asked
    for service in opened.store.build().about["services"]:
        for by in TARGET_ORDERS:
            listed = partial(opened.targets, service, by=by, top=300, platforms=True)
            yield f"targets {service} {by}", listed
        for month in opened.store.build().months:
            moved = partial(opened.changes, service, month)
            yield f"changes {service} {month}", moved
            inside = partial(moved, district=segment.district)
            yield f"changes {service} {month} groups", inside
        yield f"changes {service} year", partial(opened.changes, service, against="year")
        for method in METHODS:
            yield f"targets {service} {method}", partial(opened.targets, service, method=method)
            where = partial(opened.platforms, service, *segment, method=method)
            yield f"platforms {service} {method}", where
    yield from _of_pages(opened.store.build(), segment)
    yield from _of_planning(opened, segment)


def _of_pages(build: Build, segment: Segment) -> Iterator[tuple[str, Callable[[], Answer]]]:
    """What only the website asks."""
    yield "trends", partial(trends, build, *segment)
    for name in ("segments", "movements", "people", "comparison"):
        for month in build.months:
            yield f"{name} {month}", partial(QUESTIONS[name].ask, build, month=month)
    for about_all in (inventory.months, inventory.measures, inventory.districts):
        yield about_all.__name__, partial(about_all, build)


def _of_planning(opened: Workspace, segment: Segment) -> Iterator[tuple[str, Callable[[], Answer]]]:
    """An audience of one sex, its overlap with an age, plans (of all services in the newest month).

    The parts of a plan are tables of the same division, which takes longest: it is made once.
    """
    them = {"where": {"sex": str(segment.sex)}}
    services = opened.store.build().about["services"]
    newest = opened.store.build().months[-1]
    for month in opened.store.build().months:
        yield f"audience {month}", partial(opened.audience, them, month=month)
        other = {"where": {"age": segment.age}}
        yield f"overlap {month}", partial(opened.audience, them, other, month=month)
        for service in services if month == newest else services[:1]:
            platforms = [{"service": one, "price": 4000} for one in services if one != service]
            brief = {"name": "odd", "month": str(month), "audience": them, "service": service,
                     "budget": 10_000_000, "platforms": platforms[:2]}  # fmt: skip
            yield f"plan {month} {service} {PARTS[0]}", partial(opened.plan, brief, PARTS[0])
            made = cache(partial(_made, opened, brief))
            for part in PARTS[1:] if service == services[0] else ():
                yield f"plan {month} {service} {part}", partial(_part, opened, made, part)


def _made(opened: Workspace, brief: dict[str, Any]) -> Plan:
    return make_plan(opened.store.build(), read_brief(brief))


def _part(opened: Workspace, made: Callable[[], Plan], part: str) -> Answer:
    return plan_answer(opened.store.build(), made(), part)


def charts(
    opened: Workspace, segment: Segment, service: str, measure: str = ""
) -> Iterator[tuple[str, Callable[[], Drawing]]]:
    """Every chart: of the city in Korean, of one segment, service or measure in English."""
    people = segment._asdict()
    choices: tuple[dict[str, Any], ...] = (
        {"lang": "ko"},
        {"lang": "en", **people},
        {"lang": "en", **people, "service": service},
        {"lang": "en", "measure": measure or service},
    )
    for chart in CHARTS:
        for choice in choices:
            if chart == "ranking" and "district" not in choice:
                continue  # refused, as a test of the pictures shows
            asked = {**choice, "service": service} if chart == "targets" else choice
            yield f"chart {chart} {sorted(asked)}", partial(opened.chart, chart, **asked)


def exports(
    opened: Workspace, folder: Path, kinds: tuple[str, ...]
) -> Iterator[tuple[str, Callable[[], int]]]:
    """Every table by every method to some kinds of file, named `table-method.kind`."""
    for table in TABLES:
        for method in METHODS:
            for suffix in kinds:
                path = folder / f"{table}-{method}{suffix}"
                yield path.name, partial(opened.export, table, path, method)
