"""The introduction: what the software does, a link for each question, the latest movements.

A grid shows which months each label month observes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.answers.changes import movements
from telads.errors import NothingBuilt
from telads.model import Month, months_between
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.client import is_local


@require_safe
@cached_by_build
def home(request: HttpRequest) -> HttpResponse:
    """`/`; before the first build it explains how to make one."""
    try:
        build = request_state.build(request)
    except NothingBuilt:
        # The path on the disk is shown on this machine only.
        place = request_state.workspace().path if is_local(request) else None
        return render(request, "home/empty.html", {"workspace": place})

    moved = movements(build, build.months[-1])
    shown = {
        "moved": moved,
        "movements": list(zip(moved.rows.to_dicts(), moved.sentences, strict=True)),
        "windows": windows(build.months),
    }
    return render(request, "home/home.html", shown)


SHOWN = 12
"""Most label months shown; older ones are counted."""


class Row(NamedTuple):
    """A label month and its relation to each month of the grid: observed, label or none."""

    label: Month
    cells: list[str]


class Windows(NamedTuple):
    """The grid: its months, one row for each label month, and the number of older ones."""

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
