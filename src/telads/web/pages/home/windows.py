"""Which months each loaded month observes, laid out as a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from telads.model import Month, months_between

SHOWN = 12
"""Label months shown; older ones are only counted."""


class Row(NamedTuple):
    """A label month and what it has to do with each month of the grid: seen, labelled or none."""

    label: Month
    cells: list[str]


class Windows(NamedTuple):
    """The grid: its months, one row for each label month, and how many older ones there are."""

    months: tuple[Month, ...]
    rows: list[Row]
    older: int


def windows(labels: Sequence[Month]) -> Windows:
    """The grid of the newest label months."""
    shown = labels[-SHOWN:]
    months = months_between(shown[0].window.first, shown[-1])
    return Windows(
        months,
        [Row(label, [_part(label, month) for month in months]) for label in shown],
        len(labels) - len(shown),
    )


def _part(label: Month, month: Month) -> str:
    if month == label:
        return "labelled"
    return "seen" if label.window.first <= month <= label.window.last else ""
