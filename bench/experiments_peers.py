"""Other libraries on the panels of `bench.experiments`, each in an environment of its own.

`PYTHON bench/experiments_peers.py PEER PANELS.npz OUT.json`, with the interpreter of an environment
that has the peer: `geoexp` (with augsynth-py) or `meridian-geox`. Each designs by the weeks before
alone; effects are planted in the areas that it chose; it analyses all weeks. telads is not needed.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALPHA, POWER, LEVEL = 0.05, 0.8, 0.9
TREATED = 6
DESIGNS = 2
"""The best designs of each panel that are tried."""
CANDIDATES, WINDOWS = 10, 2
"""Sets of areas that geoexp compares, and windows before the test in which it does."""
MASKS = 2000
"""Sets that meridian-geox scores, by default 100,000: each costs it much time."""
LOWEST = 0.01
"""The least R squared that it accepts, where its own gates refuse every set."""
FIRST = date(2026, 1, 1)


class Said(NamedTuple):
    """What a library says of a test: effect, its 90 % interval and p."""

    effect: float
    p: float
    low: float | None = None
    high: float | None = None


class Refused(Exception):
    """A library that makes no design of a panel."""


Analysis = Callable[[Array], Said]
Planned = tuple[Flags, Analysis]
"""Areas with ads of a design, and its analysis of all weeks."""
Designs = Callable[[Array, int, int], Iterator[Planned]]
"""Designs by the weeks before (area x week), the length of the test, and a seed."""


def completed(figures: Array) -> Array:
    """Missing weeks by the area's level and the week's: the libraries take no missing ones."""
    level = np.nanmedian(figures, axis=1, keepdims=True)
    week = np.nanmedian(figures / level, axis=0)
    return np.where(np.isnan(figures), level * week, figures)


# ---- geoexp, whose sets augsynth-py analyses -------------------------------------------------


def geoexp(before: Array, test: int, seed: int) -> Iterator[Planned]:
    """Sets of six areas that geoexp ranks first by the effect that augsynth-py would show.

    Figures are shares of each area's level before: on those of the file, a penalty of 1 is none.
    """
    from augsynth_py import AugSynth, conformal_pvalue
    from geoexp import enumerate_candidates, rank_designs

    names = {"unit": "area", "time": "week", "outcome": "figure"}
    level = before.mean(axis=1, keepdims=True)
    panel = long_table(before / level)
    sets = enumerate_candidates(
        panel, **names, sizes=[TREATED], max_per_size=CANDIDATES, rng=np.random.default_rng(seed)
    )
    ranked = rank_designs(
        panel, estimator=AugSynth(lambda_=1.0), **names, candidates=sets, durations=[test],
        lookback_window=WINDOWS, alpha=ALPHA, permutation_type="iid", ns=200, target_power=POWER,
        rng=np.random.default_rng(seed), on_error="record",
    )  # fmt: skip
    for key in ranked.ranking["candidate"].to_list()[:DESIGNS]:
        chosen = next(one for one in sets if set(key.split(", ")) == set(map(str, one)))
        treated = np.array([f"a{at:02}" in chosen for at in range(len(before))])

        def analysis(figures: Array, chosen: Any = chosen, treated: Flags = treated) -> Said:
            fitted = AugSynth(lambda_=1.0).fit(
                long_table(figures / level), **names, treated=sorted(chosen),
                treatment_time=figures.shape[1] - test,
            )  # fmt: skip
            rng = np.random.default_rng(seed)
            p = conformal_pvalue(fitted, permutation_type="iid", ns=999, rng=rng)
            seen = float((figures / level)[treated, -test:].mean())
            gap = float(fitted.att_)
            return Said(gap / (seen - gap), float(p))  # its intervals take a hundred fits each

        yield treated, analysis


def long_table(figures: Array) -> Any:
    """A row for each area and week."""
    import polars as pl

    areas, weeks = figures.shape
    return pl.DataFrame({
        "area": np.repeat([f"a{at:02}" for at in range(areas)], weeks),
        "week": np.tile(np.arange(weeks), areas),
        "figure": figures.ravel(),
    })  # fmt: skip


# ---- meridian-geox ---------------------------------------------------------------------------


def geox(before: Array, test: int, seed: int) -> Iterator[Planned]:
    """Designs that meridian-geox ranks first by its smallest effect; weeks are called days.

    It takes no weekly figures, so a week is a day for it. It chooses how many areas have ads.
    """
    import meridian_geox as library

    areas = [f"a{at:02}" for at in range(len(before))]
    facts = {
        "experiment_duration": timedelta(days=test), "alpha": ALPHA, "power": POWER, "seed": seed,
        "design_output_count": DESIGNS, "n_candidates": MASKS,
    }  # fmt: skip
    table, gate = daily(before), 0.8
    try:
        made = library.run_design(table, library.DesignConfig(**facts), library.Constraints())
    except ValueError:
        gate = LOWEST
        try:
            config = library.DesignConfig(**facts, min_r2=gate)
            made = library.run_design(table, config, library.Constraints())
        except ValueError as error:
            raise Refused(str(error).partition(".")[0]) from error
    for design in made.designs.values():
        chosen = design.designs["cell_1"].treatment_geos
        treated = np.array([area in chosen for area in areas])

        def analysis(figures: Array, design: Any = design) -> Said:
            dates = [FIRST + timedelta(days=at) for at in range(figures.shape[1])]
            asked = library.AnalysisConfig(
                design=design, analysis_start_date=dates[-test], analysis_end_date=dates[-1],
                alpha=1 - LEVEL, n_placebo_candidates=MASKS, min_placebo_r2=-np.inf,
            )  # fmt: skip
            lift = library.analyze(daily(figures), asked).results["cell_1"].percent_lift
            return Said(lift.point_estimate, lift.p_value, lift.lower_bound, lift.upper_bound)

        yield treated, analysis


def daily(figures: Array) -> Any:
    """A row for each area and week, as the library names its columns."""
    import pandas as pd

    areas, weeks = figures.shape
    return pd.DataFrame({
        "date": np.tile(pd.date_range(FIRST, periods=weeks), areas),
        "location": np.repeat([f"a{at:02}" for at in range(areas)], weeks),
        "conversions": figures.ravel(),
    })  # fmt: skip


PEERS: dict[str, Designs] = {"geoexp": geoexp, "meridian-geox": geox}


def tried(peer: Designs, panels: Any) -> Iterator[dict[str, Any]]:
    """Each effect planted in the areas of each design, and what the library says of it."""
    test = int(panels["test"])
    for number, (mean, seen) in enumerate(zip(panels["mean"], panels["seen"], strict=True)):
        rng = np.random.default_rng([number, 3])
        quiet = np.where(seen, rng.poisson(mean).astype(float), np.nan)
        before = completed(quiet)[:, :-test]
        try:
            for treated, analysis in peer(before, test, number):
                for effect in panels["effects"]:
                    planted = mean.copy()
                    planted[treated, -test:] *= 1 + effect
                    figures = np.where(seen, rng.poisson(planted).astype(float), np.nan)
                    figures[:, :-test] = quiet[:, :-test]
                    said = analysis(completed(figures))
                    yield {"panel": number, "effect": float(effect),
                           "treated": int(treated.sum()), "effect_found": said.effect,
                           "p": said.p, "low": said.low, "high": said.high}  # fmt: skip
        except Refused as refusal:
            yield {"panel": number, "refused": str(refusal)}


def main(name: str, source: Path, out: Path) -> None:
    """Try a library on all panels."""
    import warnings

    warnings.simplefilter("ignore")
    logging.disable()
    begun = time.process_time()
    rows = []
    with np.load(source) as panels:
        for row in tried(PEERS[name], dict(panels)):
            rows.append(row)
            took = time.process_time() - begun
            out.write_text(json.dumps({"peer": name, "seconds": took, "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
