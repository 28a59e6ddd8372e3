"""The answers of the audience page as displayed, with the map of people by district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Any, NamedTuple, cast

from django.utils.safestring import SafeString

from telads.answers.answer import Answer
from telads.dataset import in_force
from telads.render.svg.drawing import Drawing
from telads.render.svg.people import draw_audience
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.components import Bar
from telads.web.filters import against, between, percent
from telads.web.formatting import figure_text
from telads.web.trust import Trusted
from telads.wording import observed

CITY = 100.0


class ProfileRow(NamedTuple):
    """An audience's use of one service against the city's."""

    id: str
    """Of the service."""
    service: str
    figure: SafeString
    """Its use against the city's average, which opens its card; a dash without an index."""
    interval: str
    bar: Bar | None
    affinity: SafeString
    share: SafeString


class Shown(NamedTuple):
    """A displayed audience."""

    answer: Answer
    profile: list[ProfileRow]
    map: Drawing
    trust: Trusted


def shown(build: Build, answers: Sequence[Answer], lang: Lang) -> list[Shown]:
    """The audiences, with bars on a common scale."""
    profiles: list[list[dict[str, Any]]] = [
        cast("list[dict[str, Any]]", answer.facts["profile"]) for answer in answers
    ]
    low, high = _scale([row for profile in profiles for row in profile])
    trusts = [
        Trusted(replace(answer, question="services"), lang, build, f"profile-{at}")
        for at, answer in enumerate(answers, 1)
    ]
    return [
        Shown(
            answer,
            [_row(row, low, high, trust, lang) for row in profile],
            _map(answer, lang),
            trust,
        )
        for answer, profile, trust in zip(answers, profiles, trusts, strict=True)
    ]


def _map(answer: Answer, lang: Lang) -> Drawing:
    month = answer.month
    assert month is not None  # an audience is always about one month
    districts = cast("dict[str, int]", answer.facts["districts"])
    return draw_audience(districts, lang=lang, window=observed(month.window, lang),
                         synthetic=answer.synthetic, narrow=True)  # fmt: skip


def _scale(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Ends of the scale of the index: multiples of ten around all intervals, at least 80 to 120."""
    ends = [row[name] for row in rows for name in ("index", "index_low", "index_high")
            if row[name] is not None]  # fmt: skip
    return min([80.0, *(floor(end / 10) * 10.0 for end in ends)]), max(
        [120.0, *(ceil(end / 10) * 10.0 for end in ends)]
    )


def _row(row: dict[str, Any], low: float, high: float, trust: Trusted, lang: Lang) -> ProfileRow:
    index, interval = row["index"], (row["index_low"], row["index_high"])
    return ProfileRow(
        id=row["service"],
        service=in_force().measures[row["service"]].text(lang),
        figure=trust.figure(row, "index", against(row)),
        interval="" if None in interval else between(row, "index_low", "index_high"),
        bar=Bar.of(index, low, high, CITY, *interval),
        affinity=trust.figure(row, "affinity", figure_text(f"{row['affinity']:+.2f}")),
        share=trust.column("volume_share", percent(row["volume_share"])),
    )
