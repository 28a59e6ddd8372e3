"""Small markets to divide money over, and the rows of plans as workbooks hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from telads.planning.allocation import Market
from telads.planning.brief import Offer
from telads.planning.schema import ROWS
from telads.planning.solver import Curve, exponential, table
from telads.planning.words import title, word
from telads.text import Lang

TABLES = (
    ((1.0, 0.3), (2.0, 0.5), (4.0, 0.65)),
    ((0.5, 0.2), (5.0, 0.5)),
)


@st.composite
def markets(draw: st.DrawFn, segments: int = 2, offers: int = 3) -> Market:
    """Up to so many segments; the first is above average."""
    count = draw(st.integers(1, segments))
    some = st.lists(st.floats(0.05, 0.9), min_size=offers, max_size=offers)
    affinity = [draw(st.floats(0.1, 3)), *(draw(st.floats(-1, 3)) for _ in range(count - 1))]
    return Market(
        people=np.array([float(draw(st.integers(100, 5000)) * 10) for _ in range(count)]),
        value=np.maximum(affinity, 0.0),
        weight=np.array([draw(some) for _ in range(count)]),
    )


def curves() -> st.SearchStrategy[Curve]:
    """Both kinds."""
    return st.one_of(st.floats(1, 3).map(exponential), st.sampled_from(TABLES).map(table))


@st.composite
def offers(draw: st.DrawFn, budget: int, count: int = 3) -> list[Offer]:
    """Platforms whose limits leave room for the budget."""
    found = []
    for at in range(count):
        minimum = draw(st.sampled_from([0, 0, budget // 10]))
        cap = draw(st.sampled_from([None, budget, budget // 2])) if at else None
        price = draw(st.integers(1000, 10_000))
        found.append(Offer(f"p{at}", f"p{at}", float(price), draw(curves()), minimum, cap))
    return found


def in_words(rows: Iterable[Mapping[str, Any]], part: str, lang: Lang) -> list[dict[str, Any]]:
    """All columns of a synthetic plan's table, headed and named in words; figures as they are."""
    found = []
    for row in rows:
        assert set(row) == set(ROWS[f"plan_{part}"])
        told = {title(name, lang): word(name, row[name], lang) for name in ROWS[f"plan_{part}"]}
        found.append({**told, title("synthetic", lang): True} if part == "spends" else told)
    return found
