"""What tables over several months need: months added in order, and kept for the next build.

Most tables are of one month. Those over several (`services`, `classic`, the forecast) rest on the
figures of each month by segment and on the running sums of its cells. These are kept in the
workspace beside the builds, so that one more month reads of the cells of all others only those of
the newest. They are as exact as cells: no build holds them, there is one version of them, and it is
deleted when it rests on a month that is no longer in force (`forget_other`).
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.errors import TeladsError
from telads.method.affinity import Spread, affinity
from telads.method.forecasts import Forecasts
from telads.method.recommend import reach
from telads.method.segments import (
    REPEATS,
    SEGMENT,
    Array,
    CellMeans,
    MonthFigures,
    aligned,
    array_of,
    same_patterns,
    segment_frame,
    segments_of,
)
from telads.model import Month, Segment
from telads.store.cells import POPULATION
from telads.store.files import UNREADABLE, digest, explained, replacing, write_text

if TYPE_CHECKING:
    from telads.method.tables import Material

Key = Mapping[str, Any]
"""What a history depends on, as JSON has it: `months`, a list in order, each with its cells; what
else there is is of all of them."""

FACTS, BY_SEGMENT, BY_CELL = "history.json", "segments.arrow", "cells.arrow"
_FIGURES = ("usage", "plain", "index")


def indexed(services: Sequence[str]) -> NDArray[np.bool_]:
    """Which services are an index, whose scale is that of its month."""
    return np.array([in_force().measures[service].is_index for service in services])


@dataclass(frozen=True)
class Past:
    """Figures of one month for tables over several months; segment x service."""

    month: Month
    segments: tuple[Segment, ...]
    population: Array
    """By segment."""
    usage: Array
    plain: Array
    index: Array
    spread: Spread | None


class History:
    """Months added in order; its size does not grow with their cells."""

    def __init__(self, services: tuple[str, ...], floor: float, phi: float) -> None:
        self.services, self.floor, self.phi = services, floor, phi
        self.months: list[Past] = []
        self.forecasts = Forecasts()
        self._runs: list[list[dict[Month, int]]] = [[] for _ in services]
        self._cells: CellMeans | None = None
        self._newest: MonthFigures | None = None

    def add(self, given: Material, *, spread: bool = True) -> None:
        """Add a month later than all others.

        Without `spread`, neither it nor the next month can be the newest in a table.
        """
        own = given.figures
        if self._cells is None:
            self._cells = CellMeans.of(own)
        else:
            self._cells.add(own)
        self._follow(own)
        if not self.phi:  # whoever sets a trend has chosen the forecast
            self.forecasts.add(own.month, own.segments, affinity(own.usage, own.population))
        index = reach(own.usage, own.population, list(indexed(self.services))).index
        told = given.spread if spread else None
        self.months.append(
            Past(own.month, own.segments, own.population, own.usage, own.plain, index, told)
        )

    def _follow(self, own: MonthFigures) -> None:
        """Note which services repeat the previous month's pattern of cells."""
        before, self._newest = self._newest, own
        if before is None:
            return
        for at, (same, compared) in enumerate(zip(*same_patterns(before, own), strict=True)):
            if not compared or same < REPEATS * compared:
                continue
            runs = self._runs[at]
            if not runs or before.month not in runs[-1]:
                runs.append({before.month: before.decimals[at]})
            runs[-1][own.month] = own.decimals[at]

    @property
    def patterns(self) -> dict[Month, dict[str, Month]]:
        """For months whose cells have another month's pattern: service -> that month.

        Of months that share a pattern it is that of the one whose figures have the fewest decimals,
        since figures made from another month's have more than published ones; else of the first.
        """
        found: dict[Month, dict[str, Month]] = {}
        for service, runs in zip(self.services, self._runs, strict=True):
            for run in runs:
                origin = min(run, key=lambda month: (run[month], month))
                for month in run.keys() - {origin}:
                    found.setdefault(month, {})[service] = origin
        return dict(sorted(found.items()))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Segments of any month."""
        return tuple(sorted({segment for past in self.months for segment in past.segments}))

    def stacked(self, name: str, months: Sequence[Past], segments: tuple[Segment, ...]) -> Array:
        """A figure of some months, month x segment x ..., NaN where unknown."""
        return np.stack([aligned(getattr(past, name), past.segments, segments) for past in months])

    @property
    def cells(self) -> CellMeans:
        """Mean of each cell over all months."""
        assert self._cells is not None
        return self._cells

    def resume(self, newest: Material) -> None:
        """Take in the cells of the newest month, which the next one is compared with."""
        self._newest = newest.figures
        self.months[-1] = replace(self.months[-1], spread=newest.spread)

    def keep(self, folder: Path, key: Key) -> None:
        """Keep it for the next build, in place of the one that is kept."""
        digests = {}
        for name, frame in ((BY_SEGMENT, self._by_segment()), (BY_CELL, self.cells.frame())):
            content = io.BytesIO()
            frame.write_ipc(content)
            digests[name] = digest(content.getbuffer())
            with replacing(folder / name) as temporary:
                temporary.write_bytes(content.getbuffer())
        runs = [[{str(month): of for month, of in run.items()} for run in own]
                for own in self._runs]  # fmt: skip
        facts = {"key": key, "runs": runs, "forecasts": self.forecasts.kept(), "files": digests}
        write_text(folder / FACTS, json.dumps(facts))  # last: it tells whether the others are its

    def _by_segment(self) -> pl.DataFrame:
        """A row for each month and segment: people, then each of `_FIGURES` by service."""
        keys = [segment_frame(self.months[0].segments)]
        for before, past in pairwise(self.months):
            same = before.segments == past.segments
            keys.append(keys[-1] if same else segment_frame(past.segments))
        months = [past.month.number for past in self.months]
        figures = {
            f"{name} {service}": column
            for name in _FIGURES
            for service, column in zip(
                self.services,
                np.concatenate([getattr(past, name) for past in self.months]).T,
                strict=True,
            )
        }
        return pl.concat(keys).with_columns(
            pl.Series("month", np.repeat(months, [frame.height for frame in keys])),
            pl.Series(POPULATION, np.concatenate([past.population for past in self.months])),
            *(pl.Series(name, column) for name, column in figures.items()),
        )

    def take_back(self, facts: Mapping[str, Any], rows: pl.DataFrame, cells: pl.DataFrame) -> None:
        """Put back what `keep` kept, in a history without months."""
        months, keys = rows["month"].to_numpy(), rows.select(SEGMENT)
        figures = [array_of(rows, POPULATION)] + [
            np.column_stack([array_of(rows, f"{name} {service}") for service in self.services])
            for name in _FIGURES
        ]
        starts = [0, *(np.flatnonzero(np.diff(months)) + 1).tolist(), rows.height]
        former, segments = pl.DataFrame(), tuple[Segment, ...]()
        for start, end in pairwise(starts):
            own = keys[start:end]
            if not own.equals(former):
                former, segments = own, segments_of(own)
            month = Month(int(months[start]))
            people, usage, plain, index = (figure[start:end] for figure in figures)
            self.months.append(Past(month, segments, people, usage, plain, index, spread=None))
            if not self.phi:
                self.forecasts.take(month, segments, affinity(usage, people))
        self.forecasts.take_back(facts["forecasts"])
        self._runs = [[{Month.parse(month): of for month, of in run.items()} for run in own]
                      for own in facts["runs"]]  # fmt: skip
        self._cells = CellMeans.of_frame(cells)


def take_back(history: History, folder: Path, key: Key, usable: Collection[Month]) -> int:
    """Put back into a history without months what a build kept in a folder.

    Returns of how many of the months of `key` it is: 0 if there is none, or not all are `usable`.
    The newest month lacks its cells (`History.resume`).
    """
    facts = _facts(folder, key["months"])
    if facts is None or facts["key"] | {"months": key["months"]} != key:
        return 0
    try:
        months: list[list[str]] = facts["key"]["months"]
        contents = [(folder / name).read_bytes() for name in (BY_SEGMENT, BY_CELL)]
        whole = [*map(digest, contents)] == [facts["files"][name] for name in (BY_SEGMENT, BY_CELL)]
        if not whole or not {Month.parse(month) for month, *_ in months} <= {*usable}:
            return 0
        history.take_back(facts, *map(pl.read_ipc, contents))
    except (*UNREADABLE, TeladsError, pl.exceptions.PolarsError):
        return 0
    return len(months)


def forget_other(folder: Path, months: Sequence[object]) -> None:
    """Delete what is kept in a folder if it is not of the first of these `months` of a key."""
    if folder.exists() and _facts(folder, months) is None:
        with explained(folder):
            shutil.rmtree(folder)


def _facts(folder: Path, months: Sequence[object]) -> dict[str, Any] | None:
    """What is told of the history that is kept, if it is of the first of these `months`."""
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))
        own = facts["key"]["months"]
        return facts if own and own == months[: len(own)] else None
    except UNREADABLE:
        return None
