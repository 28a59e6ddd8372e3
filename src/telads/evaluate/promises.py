"""Whether labels, intervals and orders hold what they promise, on months that came later.

Everything is computed from the figures of a build, whose months are compared `horizon` apart, but
for the worth of platforms and the repetition of neighbourhoods, which are of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.evaluate.metrics import drawn_ratios, kendall
from telads.features.affinity import affinity, city_mean
from telads.features.association import Cells, block_correlations
from telads.features.panel import Array, Panel
from telads.model import Month
from telads.recommend.intervals import coverage, half_widths
from telads.recommend.platforms import associate
from telads.recommend.services import TIES

if TYPE_CHECKING:
    import polars as pl

LEADS = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30, np.inf)
"""Ends of the bands of leads: the first affinity less the second."""
BANDS = tuple(f"lead_{100 * low:.0f}" for low in LEADS[:-1])
BEYOND_NOISE = 2.576
"""As in method A5."""
SAME_PATTERN = 1 - 1e-4
"""Correlation of the cells inside a segment with the month before from which they are called equal:
what is left is the rounding of the files."""
_DRAWS, _TAIL = 1000, 0.025
Row = dict[str, Any]


def ties(rows: pl.DataFrame, months: Sequence[Month], horizon: int, seed: int = 0) -> list[Row]:
    """How often the first service of a segment is the first again, by the lead that it had.

    `rows` is a build's table of services. Rows for each band of leads and for what is labelled a
    tie, or is not, at this horizon: measure, value, low, high (95 %, districts drawn), cases.
    """
    z = _array(rows, "standing", months)
    leads, right = [], []
    for now, later in _pairs(months, horizon):
        ordered = np.sort(np.nan_to_num(z[now], nan=-np.inf), axis=-1)
        with np.errstate(invalid="ignore"):
            lead = ordered[:, -1] - ordered[:, -2]
        known = np.isfinite(lead) & np.isfinite(z[later]).any(axis=-1)
        leads.append(np.where(known, lead, np.nan))
        first, then = (np.nan_to_num(z[at], nan=-np.inf).argmax(axis=-1) for at in (now, later))
        right.append(first == then)
    if not leads:
        return []
    districts = np.array([district for district, *_ in _segments(rows)])
    lead, held = np.concatenate(leads), np.concatenate(right)
    of = np.tile(districts, len(leads))
    bands = {
        name: (lead >= low) & (lead < high)
        for name, low, high in zip(BANDS, LEADS[:-1], LEADS[1:], strict=True)
    }
    bands |= {"tie": lead < TIES[horizon], "clear": lead >= TIES[horizon]}
    names = np.unique(districts)
    points, weights = (
        np.array([[part[in_band & (of == name)].sum() for in_band in bands.values()]
                  for name in names], dtype=np.float64)
        for part in (held, np.ones(len(held)))
    )  # fmt: skip
    draws = drawn_ratios(points, weights, _DRAWS, seed)
    found = []
    for place, name in enumerate(bands):
        cases = int(weights[:, place].sum())
        if cases:
            low, high = np.nanquantile(draws[:, place], [_TAIL, 1 - _TAIL])
            share = float(points[:, place].sum() / cases)
            found.append({"measure": name, "value": share, "low": float(low), "high": float(high),
                          "cases": cases})  # fmt: skip
    return found


def intervals(rows: pl.DataFrame, months: Sequence[Month], horizon: int) -> list[Row]:
    """By day service: how often a later index fell into the intervals, and how wide they are.

    Measures: `forecast_holds` (the forecast interval made without the month that judges it),
    `forecast_half` (its half width now, index points), `neighbourhoods_hold` (that of the
    neighbourhoods, which is no forecast). None where too few months are known.
    """
    index = _array(rows, "index", months)
    low, high = (_array(rows, f"index_{end}", months) for end in ("low", "high"))
    held, told = coverage(index, months, horizon)
    half = half_widths(index, months, horizon)[-1]
    inside, judged = np.zeros(index.shape[1:]), np.zeros(index.shape[1:])
    for now, later in _pairs(months, horizon):
        known = np.isfinite(low[now]) & np.isfinite(index[later])
        judged += known
        with np.errstate(invalid="ignore"):
            inside += known & (low[now] <= index[later]) & (index[later] <= high[now])
    found = []
    for at, service in enumerate(_services(rows)):
        if in_force().measures[service].is_index:
            continue
        for measure, above, below in (
            ("forecast_holds", held[..., at].sum(), told[..., at].sum()),
            ("neighbourhoods_hold", inside[:, at].sum(), judged[:, at].sum()),
        ):
            if below:
                found.append({"service": service, "measure": measure,
                              "value": float(above / below), "cases": int(below)})  # fmt: skip
        if np.isfinite(half[at]):
            width = float(half[at])
            found.append({"service": service, "measure": "forecast_half", "value": width})
    return found


def movements(rows: pl.DataFrame, months: Sequence[Month], horizon: int) -> list[Row]:
    """How often a segment's own movement has the same sign `horizon` label months later.

    `own_keeps_sign` is of all own parts of a change, `beyond_noise_keeps_sign` of those beyond
    noise.
    """
    own, error = (_array(rows, name, months) for name in ("change_local", "change_error"))
    counts = {name: np.zeros(2) for name in ("own_keeps_sign", "beyond_noise_keeps_sign")}
    for now, later in _pairs(months, horizon):
        known = np.isfinite(own[now]) & np.isfinite(own[later]) & (own[now] != 0)
        kept = known & (np.sign(own[now]) == np.sign(own[later]))
        with np.errstate(invalid="ignore"):
            beyond = known & (np.abs(own[now]) > BEYOND_NOISE * error[now])
        for name, chosen in zip(counts, (known, beyond), strict=True):
            counts[name] += (kept & chosen).sum(), chosen.sum()
    return [
        {"measure": name, "value": float(kept / all_of), "cases": int(all_of)}
        for name, (kept, all_of) in counts.items()
        if all_of
    ]


def worth(cells: Cells, panel: Panel) -> list[Row]:
    """What the two orders of platforms are worth, over segments and advertised day services.

    The platforms compared are the other day services, which have a level. Where people use them in
    proportion to the neighbourhood's use, a contact on platform p meets a use of the service s of
    sum P x_p x_s / sum P x_p. Measures: `association_gain` and `association_gain_p90` (median and
    90 % of how much more use of s the first platform by association meets than the last),
    `use_gain` (median of how much more the segment uses the first platform by use than the last,
    each against the city's mean person), `orders_agree` (mean Kendall's tau of both orders).
    """
    days = [
        at for at, service in enumerate(panel.services) if not in_force().measures[service].is_index
    ]
    if len(days) < 3:
        return []
    usage, people = panel.usage[-1], panel.population[-1]
    mean = city_mean(usage, people)
    level = usage / np.where(mean > 0, mean, np.nan)  # nothing where nobody uses it
    z, linked = affinity(usage, people), associate(cells, panel.peers).mean
    gains, levels, agree = [], [], []
    for service in days:
        platforms = [at for at in days if at != service]
        met = np.stack([_met(cells, service, at) for at in platforms], axis=-1)
        by_link, by_use = linked[:, service, platforms], z[:, platforms]
        known = np.isfinite(met).all(axis=1) & np.isfinite(by_link).all(axis=1)
        known &= np.isfinite(by_use).all(axis=1) & np.isfinite(level[:, platforms]).all(axis=1)
        gains.append(_first_over_last(met[known], by_link[known]))
        levels.append(_first_over_last(level[:, platforms][known], by_use[known]))
        agree.append(kendall(by_link[known], by_use[known]))
    gain, used, tau = (np.concatenate(part) for part in (gains, levels, agree))
    if not (gain.size and used.size and np.isfinite(tau).any()):
        return []
    figures = {
        "association_gain": np.median(gain),
        "association_gain_p90": np.quantile(gain, 0.9),
        "use_gain": np.median(used),
        "orders_agree": np.nanmean(tau),
    }
    return [
        {"measure": name, "value": float(value), "cases": int(gain.size)}
        for name, value in figures.items()
    ]


def repeated(monthly: Sequence[Cells]) -> float | None:
    """Share of segments, services and months whose cells repeat the pattern of the month before.

    A pattern is what the cells of a segment are beside each other: equal but for a factor and a
    shift. None with one month, or where nothing is known.
    """
    same = known = 0
    for before, now in pairwise(monthly):
        one, other = _alike(before, now)
        size = before.usage.shape[1]
        both = np.hstack([before.usage[one], now.usage[other]])
        weights = np.ones(len(one))
        r, n = block_correlations(both, weights, now.at[other], len(now.segments))
        across = np.stack([r[:, at, size + at] for at in range(size)], axis=-1)
        enough = np.stack([n[:, at, size + at] > 3 for at in range(size)], axis=-1)
        told = enough & np.isfinite(across)
        known += int(told.sum())
        same += int((told & (np.nan_to_num(across) >= SAME_PATTERN)).sum())
    return same / known if known else None


def _alike(before: Cells, now: Cells) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of the cells that both months hold, in the same order."""
    keys = [
        {key: at for at, key in enumerate(zip(cells.at, cells.code, cells.age5, strict=True))}
        for cells in (before, now)
    ]
    shared = [key for key in keys[0] if key in keys[1]]
    one, other = (np.array([of[key] for key in shared], dtype=np.intp) for of in keys)
    return one, other


def _met(cells: Cells, service: int, platform: int) -> Array:
    """The use of a service that contacts on a platform meet, by segment; NaN for none."""
    weight = cells.population * cells.usage[:, platform]
    known = np.isfinite(weight) & np.isfinite(cells.usage[:, service])
    size = len(cells.segments)
    above = np.bincount(cells.at[known], (weight * cells.usage[:, service])[known], size)
    below = np.bincount(cells.at[known], weight[known], size)
    return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _first_over_last(values: Array, order: Array) -> Array:
    """How much larger the value of the first is than that of the last in an order, as a share."""
    rows = np.arange(len(values))
    first, last = values[rows, order.argmax(axis=1)], values[rows, order.argmin(axis=1)]
    return np.asarray(first[last > 0] / last[last > 0] - 1)


def _pairs(months: Sequence[Month], horizon: int) -> list[tuple[int, int]]:
    """The places of the months that are so far apart: (earlier, later)."""
    at = {month: place for place, month in enumerate(months)}
    return [(at[month + -horizon], at[month]) for month in months if month + -horizon in at]


def _segments(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return rows.select("district", "sex", "age").unique().sort("district", "sex", "age").rows()


def _services(rows: pl.DataFrame) -> list[str]:
    return rows["service"].unique(maintain_order=True).to_list()


def _array(rows: pl.DataFrame, column: str, months: Sequence[Month]) -> Array:
    """A column as month x segment x service, NaN where a row or its figure is missing."""
    import polars as pl

    frames = [
        pl.DataFrame({"month": [str(month) for month in months]}),
        pl.DataFrame(
            _segments(rows), schema={"district": pl.String, "sex": pl.String, "age": pl.Int16},
            orient="row",
        ),
        pl.DataFrame({"service": _services(rows)}),
    ]  # fmt: skip
    every = frames[0].join(frames[1], how="cross").join(frames[2], how="cross")
    keys = every.columns
    filled = every.join(rows.select(*keys, column), on=keys, how="left", maintain_order="left")
    shape = tuple(frame.height for frame in frames)
    return filled[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().reshape(shape)
