"""Try experiments by area on panels with planted effects: `python -m bench.experiments`.

The panels are made up: areas of unlike size with seasons, trends, a holiday, weeks that hang
together, heavy tails, outliers and missing weeks. Designs are drawn and analysed as the product
does. Writes docs/experiments.md from where its figures begin.

`--peer geoexp=PYTHON --peer meridian-geox=PYTHON` also tries these libraries on such panels: PYTHON
is the interpreter of an environment that has the library and needs no telads
(`bench.experiments_peers`). Without them the page keeps what they found before.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from bench.inputs import real_files
from telads.dataset import in_force
from telads.experiments.analysis import Comparison, changes, comparison, effect_of, filled
from telads.experiments.design import LEAST_BEFORE, Wish, rehearsal, typed_effect
from telads.experiments.draws import Array, Counts, Flags, one_draw, quotas_of, strata_of
from telads.experiments.synthetic import synthetic, time_based
from telads.ingest.ingest import ingest
from telads.settings import Settings
from telads.store.cells import POPULATION
from telads.store.workspace import Store

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "experiments.md"
PEERS = Path(__file__).with_name("experiments_peers.py")
PEERS_HEAD = "### Other libraries on the same panels"
PEER_PANELS, PEER_SEED = 100, 21
MARK = "<!-- Written by bench/experiments.py from here on. -->"
PANELS, AREAS, WEEKS, TEST = 500, 25, 26, 6
EFFECTS = (0.0, 0.03, 0.06, 0.10)
TREATED = (3, 6, 12)
DRAWS = 8
"""Draws tried on each panel; their chance is the same, so they need not be new panels."""
BESIDE = 5
"""Every so many panels are also tried with the methods that stand beside."""
ALPHA, LEVEL = 0.05, 0.9
OWN_DRAWS, COMPARED = 4, 2000
"""Draws of telads for each test of another library, and draws that each is compared with."""
START = date(2026, 3, 2)
APART, NEAREST, PLACEBOS = 3, 5, 400
"""Months between which use changes, areas chosen by use, and draws of each pair of months."""


@dataclass(frozen=True)
class Kind:
    """How rough panels are."""

    noise: float = 0.06
    """Standard deviation of an area's week, as a share."""
    trend: float = 0.002
    """That of the areas' growth in a week."""
    hanging: float = 0.3
    """Correlation of an area's noise with that of its week before."""
    tails: float = 5
    """Degrees of freedom of the noise's t distribution."""
    outliers: float = 0.01
    """Share of weeks that are multiplied by 1.5 to 2.5."""
    missing: float = 0.02
    """Share of weeks without a figure."""


KINDS: dict[str, Kind] = {
    "as described": Kind(),
    "no outliers": Kind(outliers=0),
    "strong trends": Kind(trend=0.005),
    "weeks hang together": Kind(hanging=0.9),
    "heavier tails": Kind(tails=2.5, outliers=0.02),
}


@dataclass(frozen=True)
class Panel:
    """Weekly orders by area that nobody advertised to, and what divides the areas."""

    mean: Array
    """Area x week."""
    size: Array
    use: Array
    seen: Flags
    """Area x week with a figure."""

    def figures(self, rng: np.random.Generator, treated: Flags, effect: Array | float) -> Array:
        """Orders with an effect (a share, of each area) in the weeks of the test."""
        mean = self.mean.copy()
        mean[treated, -TEST:] *= 1 + np.broadcast_to(effect, treated.shape)[treated][:, None]
        return np.where(self.seen, rng.poisson(mean).astype(float), np.nan)


def panel(rng: np.random.Generator, kind: Kind, areas: int = AREAS, weeks: int = WEEKS) -> Panel:
    """Draw a panel."""
    time = np.arange(weeks)
    size = np.exp(rng.normal(6.5, 0.6, areas))
    around = 2 * np.pi * (time + rng.integers(52)) / 52
    log = 0.15 * np.sin(around) + rng.normal(0, 0.04, weeks)
    log = log + rng.normal(0, 0.04, (areas, 1)) * np.sin(2 * np.pi * (time + rng.integers(52)) / 52)
    log[:, rng.integers(weeks)] += -0.35 + rng.normal(0, 0.08, areas)
    log = log + rng.normal(0, kind.trend, (areas, 1)) * (time - weeks / 2)
    spread = np.sqrt(kind.tails / (kind.tails - 2))
    noise = rng.standard_t(kind.tails, (areas, weeks)) * kind.noise / spread
    for week in range(1, weeks):
        noise[:, week] = kind.hanging * noise[:, week - 1] + noise[:, week] * np.sqrt(
            1 - kind.hanging**2
        )
    far = (rng.random((areas, weeks)) < kind.outliers) * np.log(
        rng.uniform(1.5, 2.5, (areas, weeks))
    )
    seen = rng.random((areas, weeks)) >= kind.missing
    mean = size[:, None] * np.exp(log + noise + far)
    return Panel(mean, size * rng.lognormal(0, 0.3, areas), rng.normal(size=areas), seen)


@dataclass
class Tally:
    """How often something held."""

    held: list[float] = field(default_factory=list)

    def add(self, holds: bool) -> None:
        self.held.append(float(holds))

    @property
    def share(self) -> float:
        return float(np.mean(self.held)) if self.held else float("nan")

    @property
    def text(self) -> str:
        return f"{100 * self.share:.1f}" if self.held else ""


Told = dict[str, tuple[float, float, float, bool]]
"""By method: effect, low and high end of the 90 % interval, and whether it is found at 5 %."""


def by_draws(
    strata: Counts, compared: Comparison, draw: int, figures: Array, before: int
) -> tuple[float, float, float, bool]:
    """The verdict of the product for one of the draws of a design."""
    past, later = figures[:, -TEST - before : -TEST], figures[:, -TEST:]
    change = changes(past, later)
    use, drawn = np.isfinite(change), compared.flags[draw]
    if use.all():  # all the same draws, as all areas are there
        found = effect_of(compared, change, sides=2, level=LEVEL, draw=draw)
        return found.effect, found.low, found.high, found.p <= ALPHA
    for stratum in np.unique(strata):
        own = use & (strata == stratum)
        if drawn[own].all() or not drawn[own].any():
            use &= ~own
    known = np.unique(strata[use], return_inverse=True)[1].astype(np.int64)
    found = effect_of(comparison(known, drawn[use], 0), change[use], sides=2, level=LEVEL)
    return found.effect, found.low, found.high, found.p <= ALPHA


def beside(drawn: Flags, flags: Flags, figures: Array, before: int) -> Told:
    """What the methods that stand beside say."""
    from scipy.stats import t

    past, later = filled(figures[:, -TEST - before : -TEST]), filled(figures[:, -TEST:])
    base = past.mean(axis=1, keepdims=True)
    found = synthetic(past / base, later / base, flags)
    shares = found.effect / found.expected
    own = float(shares[0])
    same = synthetic(past / base, np.where(drawn[:, None], later / (1 + own), later) / base, flags)
    half = float(np.quantile(np.abs(same.effect / same.expected)[1:], LEVEL))
    p = float((np.abs(shares) >= abs(own) - 1e-12).mean())
    line = time_based(past, later, drawn)
    wide = float(t.ppf((1 + LEVEL) / 2, line.freedom)) * line.error
    sure = float(2 * t.sf(abs(line.effect) / line.error, line.freedom))
    return {
        "synthetic": (own, own - half, own + half, p <= ALPHA),
        "regression": (
            line.effect / line.expected, (line.effect - wide) / line.expected,
            (line.effect + wide) / line.expected, sure <= ALPHA),
    }  # fmt: skip


@dataclass
class Found:
    """Of one method and effect: how often it was found, covered, and how far off."""

    found: Tally = field(default_factory=Tally)
    covered: Tally = field(default_factory=Tally)
    errors: list[float] = field(default_factory=list)

    def add(self, told: tuple[float, float, float, bool], effect: float) -> None:
        value, low, high, is_found = told
        self.found.add(is_found)
        self.covered.add(low <= effect <= high)
        self.errors.append(value - effect)

    @property
    def off(self) -> str:
        """Root of the mean square error, in points of a per cent."""
        return f"{100 * float(np.sqrt(np.mean(np.square(self.errors)))):.2f}"


Planted = dict[str, dict[float, Found]]
METHODS = ("draws", "synthetic", "regression")


def planted(panels: int, kind: Kind, seed: int, treated: int = 6) -> Planted:
    """Effects planted in panels, and what each method finds of them."""
    rng = np.random.default_rng(seed)
    out: Planted = {method: {effect: Found() for effect in EFFECTS} for method in METHODS}
    out["unlike"] = {effect: Found() for effect in EFFECTS}
    for number in range(panels):
        made = panel(rng, kind)
        strata = strata_of(made.size, made.use, treated)
        compared = comparison(strata, one_draw(strata, quotas_of(strata, treated), rng), number)
        for effect in EFFECTS:
            for draw in rng.integers(len(compared.flags), size=DRAWS):
                drawn = compared.flags[draw]
                figures = made.figures(rng, drawn, effect)
                told = by_draws(strata, compared, draw, figures, LEAST_BEFORE)
                out["draws"][effect].add(told, effect)
            if number % BESIDE == 0:
                some = rng.integers(len(compared.flags), size=199)
                flags = np.concatenate([drawn[None], compared.flags[some]])
                for method, said in beside(drawn, flags, figures, LEAST_BEFORE).items():
                    out[method][effect].add(said, effect)
            own = effect * rng.uniform(0, 2, AREAS)
            figures = made.figures(rng, drawn, own)
            told = by_draws(strata, compared, draw, figures, LEAST_BEFORE)
            out["unlike"][effect].add(told, float(own[drawn].mean()))
    return out


@dataclass
class Promise:
    """A promised power, and what came of it."""

    effects: list[float] = field(default_factory=list)
    kept: Tally = field(default_factory=Tally)
    alarms: Tally = field(default_factory=Tally)
    covered: Tally = field(default_factory=Tally)


def promised(panels: int, kind: Kind, seed: int, treated: int) -> Promise:
    """The smallest effect by the weeks before, planted in the weeks after."""
    rng = np.random.default_rng(seed)
    wish = Wish("", treated, TEST, START)
    out = Promise()
    none = np.zeros(AREAS, dtype=bool)
    for number in range(panels):
        made = panel(rng, kind)
        strata = strata_of(made.size, made.use, treated)
        compared = comparison(strata, one_draw(strata, quotas_of(strata, treated), rng), number)
        before = made.figures(rng, none, 0.0)[:, :-TEST]
        said = rehearsal(before, strata, treated, TEST, LEAST_BEFORE, wish, number)
        if said.effect is None:
            continue
        out.effects.append(said.effect)
        for draw in rng.integers(len(compared.flags), size=DRAWS):
            drawn = compared.flags[draw]
            for effect, tally in ((said.effect, out.kept), (0.0, out.alarms)):
                after = made.figures(rng, drawn, effect)
                figures = np.concatenate([before, after[:, -TEST:]], axis=1)
                _, low, high, is_found = by_draws(strata, compared, draw, figures, LEAST_BEFORE)
                tally.add(is_found)
                out.covered.add(low <= effect <= high)
    return out


def figures(panels: int, pool: Executor) -> Iterator[str]:
    """The page's lines; what takes long runs in the processes of a pool."""
    described, quarter = KINDS["as described"], panels // 4
    by_method = pool.submit(planted, panels, described, 1)
    promises = {
        (name, treated): pool.submit(
            promised, panels if kind == described else quarter, kind, 10 + number, treated
        )
        for number, (name, kind) in enumerate(KINDS.items())
        for treated in (TREATED if kind == described else TREATED[1:2])
    }
    rules = {treated: pool.submit(normal, treated, panels // 5) for treated in TREATED}
    yield "## Measured"
    yield ""
    yield (
        f"{panels} panels of {AREAS} areas and {WEEKS} weeks, the last {TEST} of them the test, "
        f"compared with the {LEAST_BEFORE} before. {DRAWS} draws of 6 areas with ads on each panel "
        f"for the verdict, one on every {BESIDE}th for the methods beside it. Found: p of "
        f"{ALPHA:.0%} or less, two-sided; covered: by the {LEVEL:.0%} interval; off: root of the "
        "mean square error, in percentage points."
    )
    found = by_method.result()
    yield ""
    yield "| | effect | found | covered | off |"
    yield "|---|---|---|---|---|"
    names = {
        "draws": "**Comparison by draws** (the verdict)",
        "unlike": "the same, where the effect differs by area (0 to twice the mean)",
        "synthetic": "Synthetic difference in differences",
        "regression": "Time-based regression",
    }
    for method, name in names.items():
        for at, (effect, of) in enumerate(found[method].items()):
            told = f"{effect:.0%} | {of.found.text} % | {of.covered.text} % | {of.off}"
            yield f"| {'' if at else name} | {told} |"
    yield ""
    yield "### The power that was promised"
    yield ""
    yield (
        f"The smallest effect that a design promised to show with a chance of 80 %, by the weeks "
        f"before alone, planted in the weeks after; {DRAWS} draws on each of {panels} panels "
        f"(other kinds: {quarter}). Covered: such effects, and none, by the {LEVEL:.0%} interval."
    )
    yield ""
    yield "| panels | areas with ads | smallest effect (median) | found | false alarms | covered |"
    yield "|---|---|---|---|---|---|"
    for (name, treated), promise in promises.items():
        made = promise.result()
        middle = float(np.median(made.effects))
        shares = " | ".join(f"{one.text} %" for one in (made.kept, made.alarms, made.covered))
        yield f"| {name} | {treated} | {middle:.1%} | {shares} |"
    yield ""
    yield "### The rule of thumb"
    yield ""
    yield (
        "Independent normal weeks whose changes have a standard deviation of 5 %, beside "
        "2.8 sd sqrt(1/k + 1/(25 - k)):"
    )
    yield ""
    yield "| areas with ads | rule | typed | rehearsed (mean) |"
    yield "|---|---|---|---|"
    for treated in TREATED:
        rule = 2.8 * 0.05 * np.sqrt(1 / treated + 1 / (AREAS - treated))
        typed = typed_effect(Wish("", treated, TEST, START, sd=0.05), treated, AREAS)
        rehearsed = rules[treated].result()
        yield f"| {treated} | {rule:.1%} | {typed:.1%} | {rehearsed:.1%} |"


def matching(files: Sequence[Path]) -> Iterator[str]:
    """Whether areas compared should be those of similar use: tried on real months."""
    services, use = usage(files)
    rows = [tried_on(use[:, :, at]) for at in range(len(services))]
    yield "### Areas compared that are chosen by use"
    yield ""
    yield (
        f"Measured on {use.shape[1]} months of the city's own data: three districts drawn, the "
        f"change of their use over {APART} months (whose periods share none) beside that of all "
        f"others, and of the {NEAREST} whose course was nearest before; {PLACEBOS} draws for each "
        "pair of months. Smallest effect that would show (2.8 standard deviations), in per cent:"
    )
    yield ""
    yield f"| | {' | '.join(services)} |"
    yield f"|---|{'---|' * len(services)}"
    for name, at in (("all others", 0), ("the nearest", 1)):
        yield f"| {name} | {' | '.join(f'{row[at]:.2f}' for row in rows)} |"
    yield ""
    yield (
        "Choosing by use alone hardly pays, except where the courses of districts part for long; "
        "so designs draw by lot and compare with all others of a stratum."
    )
    yield ""


def usage(files: Sequence[Path]) -> tuple[list[str], Array]:
    """Names of services with days, and their use by district x month x service."""
    services = [one for one in in_force().services if not one.is_index]
    means = []
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "workspace")
        refused = [one for one in ingest(store, list(files), Settings.load()) if one.error]
        assert not refused, refused
        for _, path in sorted(store.cells().items()):
            weight = pl.col(POPULATION)
            cells = pl.read_parquet(path).group_by("district").agg(
                (pl.col(one.id) * weight).sum() / weight.filter(pl.col(one.id).is_not_null()).sum()
                for one in services
            )  # fmt: skip
            means.append(cells.sort("district").drop("district").to_numpy())
    return [one.text.en for one in services], np.stack(means, axis=1)


def tried_on(use: Array) -> tuple[float, float]:
    """Smallest effects beside all others and beside the nearest, in per cent."""
    rng = np.random.default_rng(7)
    log, areas = np.log(use), len(use)
    against: tuple[list[float], list[float]] = ([], [])
    for last in range(APART + 2, log.shape[1]):
        change = log[:, last] - log[:, last - APART]
        course = log[:, : last - APART + 1]
        course = course - course.mean(axis=1, keepdims=True)
        for _ in range(PLACEBOS):
            order = rng.permutation(areas)
            own, others = order[:3], order[3:]
            far = ((course[others] - course[own].mean(axis=0)) ** 2).sum(axis=1)
            for told, some in zip(
                against, (others, others[np.argsort(far)[:NEAREST]]), strict=True
            ):
                told.append(float(change[own].mean() - change[some].mean()))
    return 280 * float(np.std(against[0])), 280 * float(np.std(against[1]))


def normal(treated: int, panels: int) -> float:
    """The mean smallest effect in panels of independent normal weeks with changes of 5 %."""
    rng = np.random.default_rng(99)
    noise = 0.05 / np.sqrt(1 / TEST + 1 / LEAST_BEFORE)
    out = []
    for number in range(panels):
        figures = 1000 * np.exp(rng.normal(0, noise, (AREAS, WEEKS)))
        strata = strata_of(rng.lognormal(size=AREAS), rng.normal(size=AREAS), treated)
        wish = Wish("", treated, TEST, START)
        out.append(
            rehearsal(figures, strata, treated, TEST, LEAST_BEFORE, wish, number).effect or np.nan
        )
    return float(np.nanmean(out))


def peer_panels(number: int) -> list[Panel]:
    """The panels that other libraries are tried on."""
    rng = np.random.default_rng(PEER_SEED)
    return [panel(rng, KINDS["as described"]) for _ in range(number)]


def ask_peer(name: str, python: str, panels: int) -> dict[str, Any] | str:
    """What a library finds, tried in an environment of its own; or why it was skipped."""
    module = {"geoexp": "geoexp", "meridian-geox": "meridian_geox"}.get(name)
    if module is None:
        return f"{name}: skipped, no library that is tried here"
    if shutil.which(python) is None:
        return f"{name}: skipped, no interpreter {python}"
    seen = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    if seen.returncode:
        return f"{name}: skipped, not installed for {python}"
    made = peer_panels(panels)
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "panels.npz", Path(folder) / "found.json"
        np.savez(source, mean=np.array([one.mean for one in made]),
                 seen=np.array([one.seen for one in made]), effects=np.array(EFFECTS),
                 test=TEST)  # fmt: skip
        subprocess.run([python, str(PEERS), name, str(source), str(out)], check=True)
        return {**json.loads(out.read_text("utf-8")), "panels": panels}


def own_beside(rows: Sequence[dict[str, Any]], panels: Sequence[Panel]) -> dict[float, Found]:
    """The verdicts of telads on the panels of a library, with as many areas with ads each time."""
    rng = np.random.default_rng(5)
    out = {effect: Found() for effect in EFFECTS}
    for row in rows:
        if "refused" in row:
            continue
        made = panels[row["panel"]]
        strata = strata_of(made.size, made.use, row["treated"])
        quotas = quotas_of(strata, row["treated"])
        compared = comparison(strata, one_draw(strata, quotas, rng), row["panel"], COMPARED)
        for draw in rng.integers(len(compared.flags), size=OWN_DRAWS):
            figures = made.figures(rng, compared.flags[draw], row["effect"])
            out[row["effect"]].add(by_draws(strata, compared, draw, figures, LEAST_BEFORE),
                                   row["effect"])  # fmt: skip
    return out


def beside_peers(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What other libraries found on the same panels, beside telads."""
    yield PEERS_HEAD
    yield ""
    yield (
        "The same 20 weeks before for each library and for telads; effects planted in the areas "
        "that each chose. Found: p of 5 % or less, two-sided; in brackets two standard errors over "
        "panels. By size: the share of estimates larger than 95 % of those without an effect, "
        "which compares libraries as if each had 5 % false alarms. Covered: by the 90% interval. telads "
        f"has {OWN_DRAWS} draws of as many areas for each test of the library."
    )
    for told in found:
        name = told["peer"]
        rows, panels = told["rows"], told["panels"]
        known = [row for row in rows if "refused" not in row]
        refused = Counter(row["refused"] for row in rows if "refused" in row)
        own = own_beside(known, peer_panels(panels))
        sizes = [row["treated"] for row in known]
        yield ""
        yield (
            f"**{name}** on {len({row['panel'] for row in known})} of {panels} panels, with "
            f"{min(sizes)} to {max(sizes)} areas with ads (mean {np.mean(sizes):.1f}); "
            f"{told['seconds'] / 60:.1f} minutes of processor time"
            + "".join(f"; {count} panels refused: {why}" for why, count in refused.items())
            + "."
        )
        yield ""
        quiet = np.abs([row["effect_found"] for row in known if row["effect"] == 0])
        bounds = (np.quantile(quiet, 1 - ALPHA), np.quantile(np.abs(own[0.0].errors), 1 - ALPHA))
        yield (
            f"| effect | {name} found | telads found | {name} by size | telads by size | "
            f"{name} covered | off | telads off |"
        )
        yield "|---|---|---|---|---|---|---|---|"
        for effect in EFFECTS:
            of = [row for row in known if row["effect"] == effect]
            share, error = clustered([(row["panel"], row["p"] <= ALPHA) for row in of])
            held = [row["low"] <= effect <= row["high"] for row in of if row["low"] is not None]
            covered = f"{100 * float(np.mean(held)):.0f} %" if held else "–"
            sizes_found = (
                np.abs([row["effect_found"] for row in of]),
                np.abs(np.array(own[effect].errors) + effect),
            )
            large = " | ".join(
                f"{100 * float(np.mean(values > bound)):.0f} %"
                for values, bound in zip(sizes_found, bounds, strict=True)
            )
            off = float(np.sqrt(np.mean([(row["effect_found"] - effect) ** 2 for row in of])))
            yield (
                f"| {effect:.0%} | {100 * share:.0f} % (±{200 * error:.0f}) | "
                f"{own[effect].found.text} % | {large} | {covered} | {100 * off:.2f} | "
                f"{own[effect].off} |"
            )


def former_peers(page: str) -> list[str]:
    """The lines that the page has of other libraries."""
    _, head, rest = page.partition(PEERS_HEAD)
    return [head, *rest.partition("\n### ")[0].rstrip().splitlines()[1:]] if head else []


def clustered(held: Sequence[tuple[int, bool]]) -> tuple[float, float]:
    """A share and its standard error, where several tests are of one panel."""
    by_panel: dict[int, list[float]] = {}
    for number, one in held:
        by_panel.setdefault(number, []).append(float(one))
    means = [float(np.mean(one)) for one in by_panel.values()]
    return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(len(means)))


def main() -> None:
    """Try everything, and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.experiments", description=__doc__)
    parser.add_argument("--panels", type=int, default=PANELS)
    parser.add_argument("--jobs", type=int, default=None, help="processes (default: all cores)")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON",
                        help="also try a library, in an environment of its own")  # fmt: skip
    parser.add_argument("--peer-panels", type=int, default=PEER_PANELS)
    parser.add_argument("-o", "--out", type=Path, default=PAGE)
    choice = parser.parse_args()
    page = choice.out.read_text("utf-8") if choice.out.exists() else ""
    asked = [
        ask_peer(name, python, choice.peer_panels)
        for name, _, python in (peer.partition("=") for peer in choice.peer)
    ]
    for skipped in (one for one in asked if isinstance(one, str)):
        print(skipped)
    peers = [one for one in asked if not isinstance(one, str)]
    with ProcessPoolExecutor(choice.jobs) as pool:
        lines = [*figures(choice.panels, pool)]
    if beside_them := [*beside_peers(peers)] if peers else former_peers(page):
        lines += ["", *beside_them]
    if files := real_files():
        lines += ["", *matching(files)]
    used = sum(sum(getrusage(whose)[:2]) for whose in (RUSAGE_SELF, RUSAGE_CHILDREN))
    lines += ["", f"The whole took {used / 60:.1f} minutes of processor time."]
    head = page.partition(MARK)[0].rstrip()
    choice.out.write_text(f"{head}\n\n{MARK}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"Written: {choice.out}")


if __name__ == "__main__":
    main()
