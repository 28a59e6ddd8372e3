"""Measure how often method A6 calls a change beyond noise where there is none.

python -m bench.changes        # writes the table into docs/method.md

Own parts of groups are drawn, the city's mean is taken out as method A5 does, and the districts
are judged. Under no real change the false discovery rate is the share of months with any call.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from bench.inputs import real_files
from telads.answers.tables import read
from telads.ingest.ingest import ingest
from telads.method.affinity import false_discovery
from telads.method.build import build
from telads.method.changes import own_parts
from telads.method.segments import Array
from telads.settings import Settings
from telads.store.workspace import Build, Store

PAGE = Path(__file__).parents[1] / "docs" / "method.md"
START, END = "<!-- Made by python -m bench.changes. -->\n", "<!-- End. -->"
DISTRICTS, GROUPS, WINDOW = 25, 12, 3
TRIALS = 4000
AT_ONCE = 500

Draw = Callable[[np.random.Generator, tuple[int, ...], Array], Array]
"""Draws own parts (month x district x group) for groups of these people (district x group)."""


class Case(NamedTuple):
    """A way in which months may be: their noise, and what really changed."""

    name: str
    draw: Draw
    groups: int = GROUPS
    districts: int = DISTRICTS
    changed: tuple[float, ...] = ()
    """Real changes of the largest districts, in standard errors of a district."""


class Rate(NamedTuple):
    """Shares of false calls among all calls, on average, and of real changes found."""

    false: float
    plain: float
    """The same of the plain t-test: weighted mean, spread of the groups, against the city alone."""
    found: float


def _normal(random: np.random.Generator, shape: tuple[int, ...], people: Array) -> Array:
    return random.normal(size=shape)


def _by_size(random: np.random.Generator, shape: tuple[int, ...], people: Array) -> Array:
    return np.asarray(random.normal(size=shape) * np.sqrt(people.mean() / people))


def _tails(freedom: int) -> Draw:
    return lambda random, shape, people: random.standard_t(freedom, size=shape)


def _skewed(random: np.random.Generator, shape: tuple[int, ...], people: Array) -> Array:
    return random.exponential(size=shape) - 1


def _overlapping(random: np.random.Generator, shape: tuple[int, ...], people: Array) -> Array:
    """Changes of means over three months, of which two are shared, month after month."""
    months = random.normal(size=(shape[0] + WINDOW, *shape[1:]))
    return np.asarray((months[WINDOW:] - months[:-WINDOW]) / WINDOW)


def _shared(correlation: float) -> Draw:
    """Noise that the groups of a district have in common."""

    def draw(random: np.random.Generator, shape: tuple[int, ...], people: Array) -> Array:
        common = random.normal(size=(*shape[:-1], 1)) * np.sqrt(correlation)
        return np.asarray(common + random.normal(size=shape) * np.sqrt(1 - correlation))

    return draw


HELD: tuple[Case, ...] = (
    Case("normal noise", _normal),
    Case("noise larger in small groups", _by_size),
    Case("heavy tails (t, 3 degrees)", _tails(3)),
    Case("heavier tails (t, 1 degree)", _tails(1)),
    Case("skewed noise (exponential)", _skewed),
    Case("label months that overlap", _overlapping),
    Case("6 groups, 7 districts", _normal, groups=6, districts=7),
    Case("one district really changed, a little", _normal, changed=(6,)),
    Case("one district really changed, far", _normal, changed=(20,)),
    Case("six districts really changed, both ways", _normal, changed=(10, -10) * 3),
)
"""Where the false discovery rate is to be at most 5 %."""
NOT_HELD: tuple[Case, ...] = (
    Case("six of the largest districts rose together", _normal, changed=(20,) * 6),
    Case("noise shared by a district's groups, correlation 0.05", _shared(0.05)),
    Case("noise shared by a district's groups, correlation 0.2", _shared(0.2)),
)
"""Where it is more: the limits of the method."""


def rate_of(case: Case, trials: int = TRIALS, seed: int = 1) -> Rate:
    """Draw months and judge them."""
    random = np.random.default_rng(seed)
    people = np.exp(random.normal(10, 0.5, (case.districts, case.groups)))
    largest = np.argsort(-people.sum(axis=1))[: len(case.changed)]
    real = np.zeros((case.districts, 1))
    real[largest, 0] = np.array(case.changed) / np.sqrt(case.groups)
    totals = np.zeros(3)
    for start in range(0, trials, AT_ONCE):
        shape = (min(AT_ONCE, trials - start), case.districts, case.groups)
        own = without_city(case.draw(random, shape, people) + real, people)
        everybody = np.broadcast_to(people, shape)
        calls = own_parts(own, everybody).clear
        changed = real[:, 0] != 0
        totals += (
            _false_share(calls, changed).sum(),
            _false_share(_plain(own, everybody), changed).sum(),
            calls[:, changed].mean(axis=1).sum() if changed.any() else np.nan,
        )
    return Rate(*map(float, totals / trials))


def without_city(own: Array, people: Array) -> Array:
    """Less the mean over people of each group in all districts, as method A5 has it."""
    return np.asarray(own - (own * people).sum(axis=-2, keepdims=True) / people.sum(axis=-2))


def _false_share(calls: NDArray[np.bool_], changed: NDArray[np.bool_]) -> Array:
    return np.asarray((calls & ~changed).sum(axis=1) / np.maximum(calls.sum(axis=1), 1))


def _plain(own: Array, people: Array) -> NDArray[np.bool_]:
    """The calls of the plain t-test."""
    weights, n = people / people.sum(axis=-1, keepdims=True), own.shape[-1]
    mean = (weights * own).sum(axis=-1)
    spread = (weights**2 * (own - mean[..., None]) ** 2).sum(axis=-1)
    p = 2 * stdtr(n - 1, -np.abs(mean) / np.sqrt(spread * n / (n - 1)))
    return np.array([false_discovery(month, 0.05) for month in p], dtype=bool)


def shuffled(made: Build, repeats: int = 200) -> float:
    """The share of months with a call where districts of a sex and age change places at random.

    Whatever a district's groups had in common is then gone; sizes and tails of the changes stay.
    """
    random, calls = np.random.default_rng(1), []
    rows = read(made, "services").drop_nulls("change_local")
    for part in rows.partition_by("month", "service"):
        ordered = part.sort("district", "sex", "age")
        own, people = (
            ordered[name].to_numpy().astype(float).reshape(-1, GROUPS)
            for name in ("change_local", "population")
        )
        order = np.argsort(random.random((repeats, *own.shape)), axis=1)
        moved = np.take_along_axis(np.broadcast_to(own, order.shape), order, axis=1)
        judged = own_parts(without_city(moved, people), np.broadcast_to(people, order.shape))
        calls.append(judged.clear.any(axis=1).mean())
    return float(np.mean(calls))


def table() -> Iterator[str]:
    """The lines of the table, and the real months where there are any."""
    yield "| case | false calls | plain t-test | real changes found |"
    yield "|---|---|---|---|"
    for case in (*HELD, *NOT_HELD):
        rate = rate_of(case)
        found = f"{rate.found:.0%}" if case.changed else ""
        yield f"| {case.name} | {rate.false:.1%} | {rate.plain:.1%} | {found} |"
    if files := real_files():
        settings = Settings.load({}, Path("no-such-file"))
        with tempfile.TemporaryDirectory() as folder:
            workspace = Store(Path(folder) / "workspace")
            list(ingest(workspace, files, settings))
            build(workspace, settings)
            share = shuffled(workspace.build())
        yield f"| real months, districts of a sex and age shuffled | {share:.1%} | | |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write the table into the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.changes", description=__doc__)
    parser.add_argument("-o", "--out", type=Path, default=PAGE)
    page = parser.parse_args(arguments).out
    before, _, rest = page.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    told = "\n".join(("", *table(), "", ""))
    page.write_text(before + START + told + END + after, encoding="utf-8")
    print(f"Written: {page}")


if __name__ == "__main__":
    main()
