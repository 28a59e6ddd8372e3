"""Where the index of a coming label month is likely to lie (method A2).

The index is foretold to stay as it is. How far it then went, `horizon` label months later, is
known for the past; the interval is as wide as holds 80 % of the months that it did not see. The
spread of neighbourhoods tells nothing of that: it is of one month.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from telads.features.panel import Array
from telads.model import Month

NEXT, AHEAD = 1, 3
"""Label months ahead: with the next one two observed months are shared, three ahead none."""
HOLDS = 0.80
LEAST_FORETOLD = 4
"""With fewer months foretold there is no interval: one odd month would make it."""
_LEVELS = np.linspace(HOLDS, 1, 41)


def foretold(months: Sequence[Month], until: Month, horizon: int) -> list[Month]:
    """The label months up to `until` whose index could be foretold `horizon` months before."""
    known = set(months)
    return [month for month in months if month <= until and month + -horizon in known]


def residuals(index: Array, months: Sequence[Month], horizon: int) -> dict[Month, Array]:
    """How far each foretold month's index is from that `horizon` months before, in size.

    `index` is month x segment x service; each residual segment x service, NaN where unknown.
    """
    at = {month: place for place, month in enumerate(months)}
    return {
        month: np.abs(index[at[month]] - index[at[month + -horizon]])
        for month in foretold(months, months[-1], horizon)
    }


def half_widths(index: Array, months: Sequence[Month], horizon: int) -> Array:
    """Half the width of the interval around each month's index: month x service, index points.

    Made of the months up to each alone; NaN where fewer than four of them were foretold, and for
    services without an index.
    """
    known = residuals(index, months, horizon)
    widths = np.full((len(months), index.shape[-1]), np.nan)
    for place, until in enumerate(months):
        past = [known[month] for month in foretold(months, until, horizon)]
        if len(past) >= LEAST_FORETOLD:
            widths[place] = [_half(of) for of in np.moveaxis(np.stack(past), -1, 0)]
    return widths


def coverage(index: Array, months: Sequence[Month], horizon: int) -> tuple[Array, Array]:
    """How often the interval holds in each foretold month, made without that month.

    Two arrays, month x segment x service: whether it held (1 or 0), and whether that is known.
    """
    known = residuals(index, months, horizon)
    shape = (len(known), *index.shape[1:])
    held, told = np.zeros(shape), np.zeros(shape)
    if len(known) < LEAST_FORETOLD:
        return held, told
    for place, month in enumerate(known):
        others = np.stack([known[other] for other in known if other != month])
        half = np.array([_half(of) for of in np.moveaxis(others, -1, 0)])
        told[place] = ~np.isnan(known[month]) & ~np.isnan(half)
        held[place] = told[place] * (known[month] <= np.nan_to_num(half))
    return held, told


def _half(past: Array) -> float:
    """The half width that holds 80 % of the months it did not see; `past` is month x segment.

    The quantile of all residuals at the lowest level at which the quantiles of the other months
    hold 80 % of each month, on average: months differ, so the level is a little above 80 %.
    """
    rows = [row[~np.isnan(row)] for row in past]
    rows = [row for row in rows if row.size]
    if len(rows) < 2:
        return float("nan")
    others = [np.concatenate(rows[:place] + rows[place + 1 :]) for place in range(len(rows))]
    wide = np.array([np.quantile(other, _LEVELS) for other in others])
    share = np.mean(
        [(row[:, None] <= width).mean(axis=0) for row, width in zip(rows, wide, strict=True)],
        axis=0,
    )
    level = _LEVELS[np.argmax(share >= HOLDS)] if share.max() >= HOLDS else 1.0
    return float(np.quantile(np.concatenate(rows), level))
