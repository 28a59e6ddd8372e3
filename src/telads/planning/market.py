"""Whom money can be spent on, and what spends are expected to reach there.

Spends are tables of won, segment x offer; the formulas are those of `allocation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telads.planning.limits import Offer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """Whom money can be spent on.

    `people` and what each of them counts (`value`) by segment; `weight`, segment x offer: which
    share of an exposure there counts.
    """

    people: Array
    value: Array
    weight: Array

    def of(self, chosen: NDArray[np.intp]) -> Market:
        """Some of the segments."""
        return Market(self.people[chosen], self.value[chosen], self.weight[chosen])


def contacts(spend: NDArray[np.generic], offers: Sequence[Offer]) -> Array:
    """Planned contacts of spends (segment x offer)."""
    return np.asarray(spend * np.array([offer.contacts_per_won for offer in offers]))


def exposures(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> Array:
    """H of each segment and offer."""
    per_person = contacts(spend, offers) / market.people[:, None]
    columns = [offer.curve.exposure(per_person[:, at]) for at, offer in enumerate(offers)]
    return np.stack(columns, axis=1)


def worth(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """The objective at spends (segment x offer)."""
    counted = (market.weight * exposures(spend, market, offers)).sum(axis=1)
    return float((market.people * market.value) @ -np.expm1(-counted))


def reached(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """People at least one contact arrives at (Sainsbury), each counted once."""
    return float(market.people @ -np.expm1(-exposures(spend, market, offers).sum(axis=1)))


def frequency(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """Average contacts per person reached; 0 where nobody is."""
    people = reached(spend, market, offers)
    return float(contacts(spend, offers).sum()) / people if people else 0.0
