"""Rows of answers as texts, and the scale of the bars beside them."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor
from typing import TYPE_CHECKING, Any

from telads.answers.questions import field_of
from telads.text import Lang

if TYPE_CHECKING:
    import polars as pl

LEAST_SCALE = 2.5
"""Standard deviations that a bar of affinity reaches at least, so that pages look alike."""
MINUS = "−"


def written(question: str, row: dict[str, Any], lang: Lang) -> dict[str, str]:
    """A row's figures as texts, the way the command line writes them, with true minus signs.

    What rounds to zero has no sign.
    """
    texts = {}
    for name in row:
        if field := field_of(question, name):
            text = field.write(row, lang)
            texts[name] = figure_text(text) if field.figure else text
    return texts


def affinity_scale(affinities: pl.Series) -> tuple[float, float]:
    """The ends of bars of affinity, the same for all rows; from 0 where none is below it."""
    known = [one for one in affinities.to_list() if one is not None]
    reach = max([LEAST_SCALE, *map(abs, known)])
    return (-reach if min(known, default=0.0) < 0 else 0.0), reach


def association_scale(lows: Iterable[float | None]) -> tuple[float, float]:
    """The ends of bars of association, the same for all rows; whole halves below 0."""
    lowest = min((low for low in lows if low is not None), default=0.0)
    return min(0.0, floor(lowest * 2) / 2), 1.0


def figure_text(text: str) -> str:
    """A figure with a true minus sign; what rounds to zero has no sign."""
    if text[:1] in {"+", "-"} and not text[1:].strip("0."):
        return text[1:]
    return text.replace("-", MINUS)
