"""What a division of the budget buys: per platform, per segment, and in sum.

All is computed from sizes rounded to 10, so that no figure and no ratio of figures tells more of a
segment's size than its shown one. Shares, affinities and associations are rounded to four digits,
frequencies to two, so that machines that sum in another order write the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np

from telads.answers.grouped import KEY, key_of
from telads.answers.tables import of_month, people
from telads.disclosure import size as rounded
from telads.disclosure import standard
from telads.errors import QuestionError
from telads.model import Month, Segment
from telads.planning.allocation import Allocation, allocate
from telads.planning.audience import Audience, Key
from telads.planning.brief import Brief
from telads.planning.limits import Offer
from telads.planning.market import Array, Market, contacts, exposures, frequency, worth
from telads.planning.overlap import Union, union
from telads.workspace import Build

Row = dict[str, Any]

SHARE, OFTEN = 4, 2
PROVEN = 10**5
"""The proven gap is rounded up to this part of the weighted reach."""
STEP = 0.1
"""By how much the budget and the prices are changed to see what that does."""
AT_GOAL = 0.999
"""Share of a frequency goal from which on it is called binding."""


@dataclass(frozen=True)
class Result:
    """Figures of a plan, as JSON takes them; rows in the order of segments and platforms."""

    summary: Row
    platforms: tuple[Row, ...]
    segments: tuple[Row, ...]
    spends: tuple[Row, ...]
    """One for each segment and platform that money is spent on."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "summary": self.summary,
            "platforms": list(self.platforms),
            "segments": list(self.segments),
            "spends": list(self.spends),
        }


def market(
    build: Build, segments: Sequence[Segment], month: Month, service: str, offers: Sequence[Offer]
) -> Market:
    """People, affinity and associations of segments; what is not known counts as 0."""
    known = people(build)[str(month)]
    affinity, associations = _figures(build, month, service)
    keys = [key_of(segment) for segment in segments]
    return Market(
        people=np.array([float(rounded(known[of])) for of in keys]),
        affinity=np.array([round(affinity.get(of) or 0.0, SHARE) for of in keys]),
        weight=np.array(
            [
                [round(max(associations.get((of, o.service)) or 0.0, 0.0), SHARE) for o in offers]
                for of in keys
            ]
        ).reshape(len(keys), len(offers)),
    )


KEPT = 32
"""Services and months whose figures are held."""


@lru_cache(maxsize=KEPT)
def _figures(
    build: Build, month: Month, service: str
) -> tuple[dict[Key, float | None], dict[tuple[Key, str], float | None]]:
    """The affinity for a service by segment, its associations by segment and platform."""
    rows = of_month(build, "services", month)
    own = rows.filter(rows["service"] == service).select(*KEY, "affinity")
    rows = of_month(build, "platforms", month)
    pairs = rows.filter(rows["service"] == service).select(*KEY, "platform", "association")
    return (
        {(district, sex, age): z for district, sex, age, z in own.iter_rows()},
        {((district, sex, age), name): r for district, sex, age, name, r in pairs.iter_rows()},
    )


def divide(build: Build, brief: Brief, chosen: Audience) -> Result:
    """Divide the brief's budget over an audience's segments; raises what `allocate` raises."""
    offers, segments, size = brief.offers, chosen.segments, chosen.size.population
    known = market(build, segments, chosen.month, brief.service, offers)
    found = allocate(known, offers, brief.budget, brief.unit, brief.goal)
    reaches = -np.expm1(-exposures(found.spend, known, offers))
    together = union(reaches)
    bought = contacts(found.spend, offers)
    return Result(
        summary=_summary(brief, known, found, together, bought, size),
        platforms=_platforms(brief, known, found, reaches, bought, size),
        segments=_segments(segments, known, found, together, bought),
        spends=tuple(
            {
                **_named(segments[g]),
                "platform": offers[p].name,
                "association": float(known.weight[g, p]),
                "spend": int(found.spend[g, p]),
                "contacts": round(bought[g, p]),
                "reach_share": _round(reaches[g, p], SHARE),
            }
            for g, p in np.argwhere(found.spend).tolist()
        ),
    )


def _round(value: float, digits: int) -> float:
    return round(float(value), digits)


def _people(count: float, size: int) -> int:
    """People of the whole audience as they may be shown.

    Its size is the rounded sum of segments, they are summed up from rounded ones: all of them can
    be a few more.
    """
    return min(rounded(count), size)


def _often(contacts: float, reached: float) -> float | None:
    """Contacts per person reached; None where the number reached is shown as 0."""
    return _round(contacts / reached, OFTEN) if rounded(reached) else None


def _named(segment: Segment) -> Row:
    return {"district": segment.district, "sex": str(segment.sex), "age": segment.age}


def _summary(
    brief: Brief, known: Market, found: Allocation, together: Union, bought: Array, size: int
) -> Row:
    total = float(known.people.sum())
    reached = float(known.people @ together.sainsbury)
    return {
        "budget": brief.budget,
        "spend": int(found.spend.sum()),
        "segments": len(known.people),
        "segments_used": int((found.spend.sum(axis=1) > 0).sum()),
        "population": size,
        "contacts": round(float(bought.sum())),
        "reached": _people(reached, size),
        "reached_low": _people(float(known.people @ together.low), size),
        "reached_high": _people(float(known.people @ together.high), size),
        "reach_share": _round(reached / total, SHARE),
        "frequency": _often(float(bought.sum()), reached),
        "weighted_reach": rounded(found.worth),
        "proven_gap": ceil((found.best / found.worth - 1) * PROVEN) / PROVEN
        if found.worth
        else 0.0,
        "binding": _binding(brief, known, found),
        **_next(brief, known, found),
    }


def _binding(brief: Brief, known: Market, found: Allocation) -> list[str]:
    """The limits without which more would be reached: `cap youtube`, `frequency`."""
    totals = found.spend.sum(axis=0).tolist()
    limits = [
        f"{limit} {offer.name}"
        for offer, total in zip(brief.offers, totals, strict=True)
        if (limit := _limit(offer, total))
    ]
    goal = brief.goal
    if goal:
        often = frequency(found.spend, known, brief.offers)
        ratio = often / goal.contacts if goal.kind == "at_most" else goal.contacts / often
        limits += ["frequency"] if ratio >= AT_GOAL else []
    return limits


def _limit(offer: Offer, spend: int) -> str | None:
    if offer.cap is not None and spend == offer.cap:
        return "cap"
    return "minimum" if offer.minimum and spend == offer.minimum else None


def _next(brief: Brief, known: Market, found: Allocation) -> Row:
    """What a tenth more budget would add; None where the limits do not let it be spent."""
    more = brief.budget + round(brief.budget * STEP)
    other = _again(brief, known, brief.offers, more)
    return {
        "next_budget": more - brief.budget,
        "next_weighted_reach": None if other is None else rounded(other.worth - found.worth),
        "next_share": _change(other, known, brief.offers, found),
    }


def _again(brief: Brief, known: Market, offers: Sequence[Offer], budget: int) -> Allocation | None:
    try:
        return allocate(known, offers, budget, brief.unit, brief.goal)
    except QuestionError:
        return None


def _change(
    other: Allocation | None, known: Market, offers: Sequence[Offer], found: Allocation
) -> float | None:
    """Relative change of the weighted reach."""
    if other is None or not found.worth:
        return None
    return _round(worth(other.spend, known, offers) / found.worth - 1, SHARE)


def _platforms(
    brief: Brief, known: Market, found: Allocation, reaches: Array, bought: Array, size: int
) -> tuple[Row, ...]:
    rows = []
    for at, offer in enumerate(brief.offers):
        spend = int(found.spend[:, at].sum())
        reached = float(known.people @ reaches[:, at])
        rows.append({
            "platform": offer.name,
            "service": offer.service,
            "price": int(offer.price),
            "minimum": offer.minimum,
            "cap": offer.cap,
            "association": standard(known.people @ known.weight[:, at] / known.people.sum()),
            "spend": spend,
            "spend_share": _round(spend / brief.budget, SHARE),
            "contacts": round(float(bought[:, at].sum())),
            "reached": _people(reached, size),
            "reach_share": _round(reached / known.people.sum(), SHARE),
            "frequency": _often(float(bought[:, at].sum()), reached),
            "limit": _limit(offer, spend),
            **_repriced(brief, known, found, at, 1 + STEP, "dearer"),
            **_repriced(brief, known, found, at, 1 - STEP, "cheaper"),
        })  # fmt: skip
    return tuple(rows)


def _repriced(
    brief: Brief, known: Market, found: Allocation, at: int, times: float, name: str
) -> Row:
    """The platform's spend and the whole plan's weighted reach, divided anew at another price."""
    offers = list(brief.offers)
    offers[at] = replace(offers[at], price=offers[at].price * times)
    other = _again(brief, known, offers, brief.budget)
    return {
        f"spend_if_{name}": None if other is None else int(other.spend[:, at].sum()),
        f"weighted_reach_if_{name}": _change(other, known, offers, found),
    }


def _segments(
    segments: Sequence[Segment],
    known: Market,
    found: Allocation,
    together: Union,
    bought: Array,
) -> tuple[Row, ...]:
    rows = []
    for g, segment in enumerate(segments):
        count = known.people[g]
        reached = count * together.sainsbury[g]
        rows.append({
            **_named(segment),
            "population": rounded(count),
            "affinity": float(known.affinity[g]),
            "spend": int(found.spend[g].sum()),
            "contacts": round(float(bought[g].sum())),
            "reached": rounded(reached),
            "reached_low": rounded(count * together.low[g]),
            "reached_high": rounded(count * together.high[g]),
            "reach_share": _round(together.sainsbury[g], SHARE),
            "frequency": _often(float(bought[g].sum()), reached),
        })  # fmt: skip
    return tuple(rows)
