"""Amounts of the campaign page in few words: in a cell, on a map, in a sentence."""

from __future__ import annotations

from math import floor, log10

from telads.dataset import in_force
from telads.text import Lang, Text
from telads.wording import people

LARGE = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
"""Units of English amounts."""


def people_short(count: float, lang: Lang) -> str:
    """People in a cell: `2.5만`, `128만`; `25K`, `1.28M`."""
    if lang == "en":
        return _large(round(count, -1)) if count >= 10_000 else f"{round(count, -1):,.0f}"
    return people(count, lang).removesuffix("명").strip()


def times(often: float | None, lang: Lang) -> str:
    """A frequency: `5.0회`, `5.0`; a dash where nobody is reached."""
    return "–" if often is None else Text(f"{often:.1f}회", f"{often:.1f}")(lang)


def money_short(amount: float, lang: Lang) -> str:
    """Money in a cell, on an axis or a map, to three digits: `41만`, `1,310만`; `410K`, `13.1M`."""
    if not amount:
        return "0"
    rounded = round(amount, -max(0, floor(log10(amount)) - 2))
    if not in_force().currency.small or rounded < 10_000:
        return f"{rounded:,.0f}"
    if lang == "en":
        return _large(rounded)
    if rounded >= 100_000_000:
        return f"{rounded / 100_000_000:,.3g}억"
    return f"{rounded / 10_000:,.{0 if rounded >= 100_000 else 1}f}만"


def _large(amount: float) -> str:
    """To three digits, in thousands, millions or billions."""
    rounded = round(amount, -max(0, floor(log10(amount)) - 2))
    unit, letter = next(one for one in LARGE if rounded >= one[0])
    return f"{rounded / unit:.3g}{letter}"
