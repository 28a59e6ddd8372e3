"""Formatting of rows, and the scales of the bars beside them."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor
from typing import TYPE_CHECKING, Any

from telads.answers.questions import field_of
from telads.text import Lang

if TYPE_CHECKING:
    pass

LEAST_SCALE = 2.5
"""Least extent of a bar's scale in standard deviations, so that pages look alike."""
MINUS = "−"


def written(question: str, row: dict[str, Any], lang: Lang) -> dict[str, str]:
    """A row's figures as texts, as on the command line, with true minus signs.

    Numbers that round to zero have no sign.
    """
    texts = {}
    for name in row:
        if field := field_of(question, name):
            text = field.write(row, lang)
            texts[name] = figure_text(text) if field.figure else text
    return texts


def affinity_scale(affinities: Iterable[float | None]) -> tuple[float, float]:
    """Ends of the scale of affinities, common to all rows; from 0 if none is negative."""
    known = [one for one in affinities if one is not None]
    reach = max([LEAST_SCALE, *map(abs, known)])
    return (-reach if min(known, default=0.0) < 0 else 0.0), reach


def association_scale(lows: Iterable[float | None]) -> tuple[float, float]:
    """Ends of the scale of associations, common to all rows; in halves below 0."""
    lowest = min((low for low in lows if low is not None), default=0.0)
    return min(0.0, floor(lowest * 2) / 2), 1.0


def figure_text(text: str) -> str:
    """A figure with a true minus sign; numbers that round to zero have none."""
    if text[:1] in {"+", "-"} and not text[1:].strip("0.%"):
        return text[1:]
    return text.replace("-", MINUS)
