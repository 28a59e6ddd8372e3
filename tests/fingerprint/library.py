"""The library: every question by method and month, exports, plans."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import telads
from tests.fingerprint.prints import Prints, table_text
from tests.fingerprint.questions import (
    BRIEFS,
    LARGEST,
    METHODS,
    RULES,
    SEGMENTS,
    SERVICE,
    TABLES,
    WOMEN,
    YOUNG,
    brief,
)


def library(prints: Prints, months: Sequence[str], workspace: Path, folder: Path) -> None:
    """Every question of the library by method and month; exports, charts, plans."""
    opened: Any = telads.open(workspace)
    asked: dict[str, Callable[[], Any]] = {"status": opened.status}
    for segment in SEGMENTS:
        asked[f"history {' '.join(segment)}"] = partial(opened.history, *segment)
    for month in months:
        for segment in SEGMENTS:
            group = f"{' '.join(segment)} {month}"
            asked[f"lookalike {group}"] = partial(opened.lookalike, *segment, month=month)
            asked[f"signals {group}"] = partial(opened.signals, *segment, month=month)
        for service in services(opened):
            moved = partial(opened.changes, service, month)
            asked[f"changes {service} {month}"] = moved
        asked[f"changes groups {month}"] = partial(moved, district=SEGMENTS[0][0])
        for method in METHODS:
            when = {"month": month, "method": method}
            for segment in SEGMENTS:
                group = f"{' '.join(segment)} {month} {method}"
                asked[f"services {group}"] = partial(opened.services, *segment, **when)
                for service in (SERVICE, "youtube"):
                    where = partial(opened.platforms, service, *segment, **when)
                    asked[f"platforms {service} {group}"] = where
            for service in services(opened):
                whom = partial(opened.targets, service, **when)
                asked[f"targets {service} {month} {method}"] = whom
        for name, rules in RULES.items():
            asked[f"audience {name} {month}"] = partial(opened.audience, rules, month=month)
        asked[f"overlap {month}"] = partial(opened.audience, YOUNG, WOMEN, month=month)
    for horizon in (1, 3):
        asked[f"evaluate {horizon}"] = partial(opened.evaluate, horizon)
    for name in BRIEFS:
        saved = folder / f"library {name}.json"
        asked[f"plan {name}"] = partial(opened.plan, brief(name), output=saved)
    asked["replan"] = partial(opened.replan, folder / "library at most.json")
    for name, ask in asked.items():
        prints.add(f"library/{name}", answer_text(ask))
    for table, method in set(product(TABLES, METHODS)) - {LARGEST}:
        path = folder / f"library-{table}-{method}.parquet"
        prints.add(f"library/export {table} {method} rows", str(opened.export(table, path, method)))
        prints.file(f"library/export {table} {method}.parquet", path.read_bytes())


def services(opened: Any) -> list[str]:
    """The services of the build."""
    return sorted(opened.services(*SEGMENTS[0]).rows["service"])


def answer_text(ask: Callable[[], Any]) -> str:
    """An answer as a program and a notebook see it, or why there is none."""
    try:
        answer = ask()
    except telads.TeladsError as error:
        return f"{type(error).__name__}: {error.line('ko')} {error.line('en')}"
    about = (answer.month, answer.window, answer.method, answer.synthetic, *answer.warnings)
    parts = (
        *map(str, about),
        json.dumps(dict(answer.facts), ensure_ascii=False, default=str),
        *(f"{sentence.ko} {sentence.en}" for sentence in answer.sentences),
        table_text(answer.rows),
        answer._repr_html_(),
    )
    return "\n".join(parts)
