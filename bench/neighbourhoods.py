"""Test the figures of neighbourhoods (method N1) on a real month: `python -m bench.neighbourhoods`.

The figures are made of one age of cells of each sex and age; what they say is tried on the other,
which they have not seen. Noise, spread and coefficients are fitted on the other districts. Writes
docs/neighbourhoods.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.inputs import LABEL, real_files
from telads.dataset import in_force
from telads.engines.polars import collect, scan_cells
from telads.ingest.ingest import ingest
from telads.method.disclosure import without_small_parts
from telads.method.neighbourhoods import (
    Components,
    Places,
    components,
    inside,
    mean_over_cells,
    read_places,
    shrink,
)
from telads.method.recommend import EIGHTY
from telads.method.segments import Array, with_age
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store

ROOT = Path(__file__).parents[1]
FOLDS = 5
"""Parts of the districts; what is tried in one is fitted on the others."""
DRAWS, SEED = 2000, 18
RIDGE = 30.0
"""Pull of the coefficients of covariates towards 0, in cells."""
COVARIATES = ("mobility",)
"""Topics of the measures that are tried as covariates."""

Fit = Callable[[Components], Components]


@dataclass(frozen=True)
class Trial:
    """A month's neighbourhoods, with what is tried beside their usage."""

    places: Places
    covariates: Array
    """neighbourhood x group x age of cells x measure: deviations, in standard deviations"""
    neighbours: Array | None
    """neighbourhood x neighbourhood, 1 where two share a border; None without borders"""

    @property
    def fold(self) -> NDArray[np.intp]:
        """The part of the districts that each neighbourhood is in."""
        return self.places.at % FOLDS


@dataclass(frozen=True)
class Found:
    """What a variant predicts for the age of cells that it has not seen, with its error."""

    mean: Array
    error: Array


@dataclass(frozen=True)
class Scores:
    """How well a variant did, by service; `gains` by district x service with the `people`."""

    gains: Array
    people: Array
    explained: Array
    coverage: Array

    @property
    def gain(self) -> Array:
        """In percent of usage; of an index in hundredths of a standard deviation."""
        return np.asarray((self.gains * self.people).sum(axis=0) / self.people.sum(axis=0))

    def draws(self) -> Array:
        """The gain where districts are drawn with replacement: draw x service."""
        chance = np.random.default_rng(SEED)
        at = chance.integers(0, len(self.gains), (DRAWS, len(self.gains)))
        weights = self.people[at]
        return np.asarray((self.gains[at] * weights).sum(axis=1) / weights.sum(axis=1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the month in, try every variant, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.neighbourhoods", description=__doc__)
    parser.add_argument("--month", default="2023-06", help="a month with its own pattern of cells")
    parser.add_argument("--borders", type=Path, help="GeoJSON of neighbourhoods by `code`")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "neighbourhoods.md")
    choice = parser.parse_args(arguments)
    month = Month.parse(choice.month)
    text = "\n".join(page(trial(month, choice.borders), month)) + "\n"
    choice.out.write_text(text, encoding="utf-8")
    print(text)


def trial(month: Month, borders: Path | None = None) -> Trial:
    """The cells of a month of the real files as arrays."""
    import tempfile

    files = [file for file in real_files() if _month(file) == month]
    if not files:
        raise SystemExit(f"no real file of {month}: set TELADS_SEOUL_DATA")
    settings = Settings.load({}, Path("no-such-file"))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Store(Path(folder) / "workspace")
        for taken in ingest(workspace, files, settings):
            if taken.error:
                raise taken.error
        aged = with_age(collect(scan_cells(workspace.cells())))
        cells = without_small_parts(aged, settings.floor)
    measures = [
        id for id, one in in_force().measures.items()
        if one.topic in COVARIATES and id in cells.columns and not cells[id].is_null().all()
    ]  # fmt: skip
    places = read_places(cells, in_force().service_ids)
    beside = read_places(cells, tuple(measures))
    deviations = np.nan_to_num(inside(beside))
    spread = np.sqrt((deviations**2).mean(axis=(0, 2), keepdims=True))
    return Trial(
        places,
        deviations / np.where(spread > 0, spread, 1),
        neighbours(borders, places.codes) if borders else None,
    )


def _month(file: Path) -> Month | None:
    found = LABEL.search(file.name)
    return Month.of(int(found[1]), int(found[2])) if found else None


def neighbours(borders: Path, codes: tuple[str, ...]) -> Array:
    """Which neighbourhoods share a point of their borders."""
    at = {code: place for place, code in enumerate(codes)}
    owners: dict[tuple[float, float], set[int]] = {}
    for feature in json.loads(borders.read_text(encoding="utf-8"))["features"]:
        place = at.get(feature["properties"]["code"])
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        for polygon in polygons if shape["type"] == "MultiPolygon" else [polygons]:
            for x, y in (point for ring in polygon for point in ring):
                if place is not None:
                    owners.setdefault((x, y), set()).add(place)
    found = np.zeros((len(codes), len(codes)))
    for several in owners.values():
        for one in several:
            found[one, [other for other in several if other != one]] = 1
    return found


def half(places: Places, which: int) -> Places:
    """The neighbourhoods with one age of cells of each sex and age alone."""
    part = slice(which, which + 1)
    return replace(places, population=places.population[:, :, part],
                   people=places.people[:, :, part], usage=places.usage[:, :, part])  # fmt: skip


def whole_deviation(places: Places) -> Array:
    """The raw deviations of neighbourhoods from their segments."""
    means = mean_over_cells(places)
    people = places.people.sum(axis=2)
    rows = np.eye(len(places.districts))[places.at]
    segment = np.tensordot(rows.T, people * np.nan_to_num(means), 1) / np.tensordot(
        rows.T, people, 1
    )
    return np.asarray(means - segment[places.at])


def alone(fitted: Components) -> Components:
    """Nothing is shared between the groups of a neighbourhood."""
    return replace(fitted, covariance=fitted.covariance * np.eye(fitted.covariance.shape[-1]))


def one_effect(fitted: Components) -> Components:
    """One effect of a neighbourhood that all its groups share alike, and their own."""
    size = fitted.covariance.shape[-1]
    diagonal = np.eye(size, dtype=bool)
    shared = np.maximum(fitted.covariance[:, ~diagonal].mean(axis=1), 0)
    own = np.maximum(fitted.covariance[:, diagonal].mean(axis=1) - shared, 1e-3)
    return replace(fitted, covariance=shared[:, None, None] + own[:, None, None] * np.eye(size))


def likeness(fitted: Components) -> Components:
    """The more is shared the nearer two groups are: the method itself."""
    return fitted


def predicted(
    given: Trial, seen: int, fit: Fit | None, covariates: bool = False, spatial: bool = False
) -> Found:
    """What is said of the unseen age of cells, each part of the districts fitted on the others."""
    places, deviation = given.places, whole_deviation(given.places)
    own = inside(places)
    shape = deviation.shape
    mean, error = np.zeros(shape), np.zeros(shape)
    for part in range(FOLDS):
        others, tried = given.fold != part, given.fold == part
        fitted = components(places, deviation, others)
        noise = fitted.variance(half(places, 1 - seen).people) * fitted.scale**2
        people = half(places, seen).people
        if fit is None:
            told, variance = own[:, :, seen], fitted.variance(people) * fitted.scale**2
        else:
            told, left = shrink(own[:, :, seen], fit(fitted), people)
            variance = np.moveaxis(np.einsum("nsgg->nsg", left), 1, 2)
        rest = own[:, :, 1 - seen] - told
        weights = 1 / (noise + variance)
        if covariates:
            told = told + _regression(given.covariates[:, :, seen], rest, weights, others)
        if spatial and given.neighbours is not None:
            around = given.neighbours / given.neighbours.sum(axis=1, keepdims=True).clip(1)
            near = np.tensordot(around, told, 1)
            slope = (weights * near * rest)[others].sum((0, 1)) / (weights * near**2)[others].sum(
                (0, 1)
            )
            told = told + slope * near
        mean[tried] = told[tried]
        error[tried] = np.sqrt(noise + variance)[tried]
    return Found(mean, error)


def _regression(features: Array, aim: Array, weights: Array, train: NDArray[np.bool_]) -> Array:
    """A ridge regression for each service, fitted on some neighbourhoods, predicted for all."""
    found = np.zeros(aim.shape)
    x = features[train].reshape(-1, features.shape[-1])
    for service in range(aim.shape[-1]):
        y, w = aim[train][..., service].ravel(), weights[train][..., service].ravel()
        w = w / w.mean()
        system = (x * w[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        found[..., service] = features @ np.linalg.solve(system, (x * w[:, None]).T @ y)
    return found


def scores(given: Trial, found: Sequence[Found]) -> Scores:
    """Both ways round: `found[h]` was made of the age of cells h and is tried on the other."""
    ways = [_score(given, each, 1 - seen) for seen, each in enumerate(found)]
    return Scores(
        gains=np.mean([way.gains for way in ways], axis=0),
        people=np.mean([way.people for way in ways], axis=0),
        explained=np.mean([way.explained for way in ways], axis=0),
        coverage=np.mean([way.coverage for way in ways], axis=0),
    )


def _score(given: Trial, found: Found, tried: int) -> Scores:
    places = given.places
    truth, people = inside(places)[:, :, tried], places.people[:, :, tried]
    usage = places.usage[:, :, tried]
    scale = np.sqrt((people * truth**2).sum(0) / people.sum(0))
    indexed = [in_force().measures[id].is_index for id in in_force().service_ids]
    gains, reached = np.zeros((2, len(places.districts), truth.shape[-1]))
    for district in range(len(places.districts)):
        own = np.flatnonzero(places.at == district)
        third = round(len(own) / 3)
        best = np.argsort(-found.mean[own], axis=0, kind="stable")[:third]
        w, u = people[own], usage[own]
        of_best = np.take_along_axis(w * u, best, 0).sum(0) / np.take_along_axis(w, best, 0).sum(0)
        of_all = (w * u).sum(0) / w.sum(0)
        gain = np.where(indexed, (of_best - of_all) / scale, of_best / of_all - 1)
        gains[district] = 100 * (gain * w.sum(0)).sum(0) / w.sum((0, 1))
        reached[district] = w.sum((0, 1))
    scaled = people / scale**2
    missed = (scaled * (truth - found.mean) ** 2).sum((0, 1))
    holds = np.abs(truth - found.mean) <= EIGHTY * found.error
    return Scores(gains, reached, 1 - missed / (scaled * truth**2).sum((0, 1)), holds.mean((0, 1)))


VARIANTS: dict[str, tuple[Fit | None, bool, bool]] = {
    "raw": (None, False, False),
    "shrunken": (alone, False, False),
    "+ effect of the neighbourhood": (one_effect, False, False),
    "+ nearer groups share more": (likeness, False, False),
    "+ covariates": (likeness, True, False),
    "+ neighbours": (likeness, False, True),
    "+ covariates, neighbours": (likeness, True, True),
}
"""Each with its covariance, whether mobility is a covariate, and whether neighbours count."""
KEPT = "+ nearer groups share more"


def tried(given: Trial) -> dict[str, Scores]:
    """The scores of every variant that the data allow."""
    return {
        name: scores(given, [predicted(given, seen, fit, more, near) for seen in range(2)])
        for name, (fit, more, near) in VARIANTS.items()
        if not near or given.neighbours is not None
    }


def page(given: Trial, month: Month) -> Iterator[str]:
    """The page in Markdown."""
    found = tried(given)
    services = [in_force().measures[id] for id in in_force().service_ids]
    heads = " | ".join(service.text.en for service in services)
    rule = "|---" * (len(services) + 1) + "|"
    yield "# Neighbourhoods: the test"
    yield ""
    yield (
        f"Measured by `python -m bench.neighbourhoods` on the label month {month} of Seoul's "
        f"citizen life data: {len(given.places.codes)} neighbourhoods in "
        f"{len(given.places.districts)} districts. Figures made of one five-year age of each sex "
        "and ten-year age are tried on the other five-year age, both ways round; noise, spread and "
        f"coefficients are fitted on the other districts ({FOLDS} parts). The method: "
        "[method.md](method.md)."
    )
    yield ""
    yield "## Gain of the best third"
    yield ""
    yield (
        "By how much the neighbourhoods of a district that a variant puts into the best third use "
        "a service more than the district, same sex and age, in the age not seen: percent of "
        "usage; of index services (YouTube, Netflix) hundredths of a standard deviation between "
        "neighbourhoods. 95 % intervals over districts."
    )
    yield ""
    yield f"| | {heads} |"
    yield rule
    for name, score in found.items():
        low, high = np.percentile(score.draws(), [2.5, 97.5], axis=0)
        cells = [
            f"{g:.1f} ({a:.1f}–{b:.1f})" for g, a, b in zip(score.gain, low, high, strict=True)
        ]
        yield f"| {_kept(name)} | {' | '.join(cells)} |"
    yield ""
    yield "Difference from the method's, the same districts drawn for both:"
    yield ""
    yield f"| | {heads} |"
    yield rule
    kept = found[KEPT]
    for name, score in found.items():
        if name != KEPT:
            low, high = np.percentile(score.draws() - kept.draws(), [2.5, 97.5], axis=0)
            gaps = zip(score.gain - kept.gain, low, high, strict=True)
            yield f"| {name} | {' | '.join(f'{g:+.2f} ({a:+.2f}–{b:+.2f})' for g, a, b in gaps)} |"
    for title, text, part in (
        ("Explained", "Share of the variance of the unseen age's deviations that is explained "
         "(negative: worse than the district's figure).", "explained"),
        ("Intervals", "Share of the unseen age's deviations that the 80 % interval holds, its "
         "own noise included.", "coverage"),
    ):  # fmt: skip
        yield ""
        yield f"## {title}"
        yield ""
        yield text
        yield ""
        yield f"| | {heads} |"
        yield rule
        for name, score in found.items():
            cells = [f"{value:.3f}" for value in getattr(score, part)]
            yield f"| {_kept(name)} | {' | '.join(cells)} |"


def _kept(name: str) -> str:
    return f"**{name}** (the method)" if name == KEPT else name


if __name__ == "__main__":
    main()
