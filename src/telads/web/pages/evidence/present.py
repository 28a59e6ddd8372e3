"""The evaluation as panels: one measure each, a dot with its interval for every method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.evaluation import INTERVALS, TIES
from telads.answers.questions import field_of
from telads.dataset import in_force
from telads.text import Lang, Text
from telads.web.formatting import figure_text

CHANCE, CLASSIC, OWN, CITY = "chance", "classic", "affinity", "city"

MEANING: dict[tuple[str, str], Text] = {
    ("services", "first"): Text(
        "집단의 1위 서비스를 맞힌 비율", "share of groups whose top service was predicted right"
    ),
    ("services", "tau"): Text(
        "모든 서비스의 순서가 맞는 정도, −1~1", "agreement of the whole order of services, −1 to 1"
    ),
    ("services", "ndcg"): Text(
        "앞의 세 서비스가 맞는 정도, 0~1", "accuracy of the first three services, 0 to 1"
    ),
    ("services", "precision"): Text(
        "서비스마다 추천한 30개 집단 가운데 실제 상위 30에 든 비율",
        "share of the 30 groups recommended for a service that are truly among its first 30",
    ),
    ("platforms", "tau"): Text(
        "매체의 순서가 다른 반쪽 동네와 맞는 정도, −1~1",
        "agreement of the order of platforms with the other half, −1 to 1",
    ),
    ("platforms", "first"): Text(
        "1위 매체가 다른 반쪽 동네에서도 1위인 비율",
        "share of first platforms that are first in the other half too",
    ),
}
"""Part and measure, in the order of the page -> the meaning of the measure."""


class Dot(NamedTuple):
    """One method in a panel; positions in percent of the scale, None outside it."""

    name: str
    own: bool
    share: float | None
    """Its value as it is."""
    value: str
    interval: str
    at: str | None
    span: tuple[str, str] | None


class Panel(NamedTuple):
    """One measure: its id, name and meaning, the ends of its scale, and the methods."""

    measure: str
    title: str
    meaning: str
    ends: tuple[str, str]
    dots: list[Dot]

    @property
    def own(self) -> str:
        """The value of this method as a whole percent."""
        known = (dot.share for dot in self.dots if dot.own and dot.share is not None)
        return next((f"{share:.0%}" for share in known), "–")


FOLDED = {"ndcg", "tau"}
"""Measures that say nothing to who plans media; they stand behind a fold."""


class Panels(NamedTuple):
    """The panels of a part: those that are seen first, and those behind a fold."""

    open: list[Panel]
    folded: list[Panel]


def in_layers(every: Sequence[Panel]) -> Panels:
    """The panels by what is seen first."""
    return Panels(
        [one for one in every if one.measure not in FOLDED],
        [one for one in every if one.measure in FOLDED],
    )


def panels(evaluation: Answer, part: str, lang: Lang) -> list[Panel]:
    """The panels of the services or of the platforms."""
    rows = list(evaluation.rows.iter_rows(named=True))
    return [
        _panel([row for row in rows if (row["part"], row["measure"]) == key], meaning, lang)
        for key, meaning in MEANING.items()
        if key[0] == part
    ]


class Lead(NamedTuple):
    """How often the first service stayed first, for a range of leads."""

    name: str
    value: str
    interval: str
    cases: int


def leads(evaluation: Answer, lang: Lang) -> list[Lead]:
    """The calibration of ties."""
    rows = evaluation.rows.filter(evaluation.rows["part"] == TIES)
    return [
        Lead(
            _said("measure", row, lang).partition(":")[0],
            figure_text(f"{row['value']:.1%}"),
            f"{row['low']:.1%}–{row['high']:.1%}",
            row["cases"],
        )
        for row in rows.iter_rows(named=True)
    ]


class Held(NamedTuple):
    """Width of a service's prediction interval, and how often both kinds of interval held."""

    service: str
    half: str
    forecast: str
    neighbourhoods: str


def held(evaluation: Answer, lang: Lang) -> list[Held]:
    """The calibration of the index's intervals."""
    known: dict[str, dict[str, float]] = {}
    for row in evaluation.rows.filter(evaluation.rows["part"] == INTERVALS).iter_rows(named=True):
        known.setdefault(row["service"], {})[row["measure"]] = row["value"]

    def said(of: dict[str, float], measure: str, form: str) -> str:
        return format(of[measure], form) if measure in of else "–"

    return [
        Held(
            in_force().measures[service].text(lang),
            said(of, "forecast_half", ".1f"),
            said(of, "forecast_holds", ".1%"),
            said(of, "neighbourhoods_hold", ".1%"),
        )
        for service, of in known.items()
    ]


def value_in(evaluation: Answer, part: str, recommender: str, measure: str) -> float | None:
    """One figure of the evaluation; None if unknown."""
    wanted = (part, recommender, measure)
    for row in evaluation.rows.iter_rows(named=True):
        if (row["part"], row["recommender"], row["measure"]) == wanted:
            value: float | None = row["value"]
            return value
    return None


def _panel(rows: Sequence[dict[str, Any]], meaning: Text, lang: Lang) -> Panel:
    lowest, highest = _scale(rows)
    return Panel(
        measure=rows[0]["measure"],
        title=_said("measure", rows[0], lang),
        meaning=meaning(lang),
        ends=(_end(lowest, rows[0]), _end(highest, rows[0])),
        dots=[_dot(row, lowest, highest, lang) for row in rows],
    )


def _scale(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """From just below to just above the methods; chance, far off, is only given as a number."""
    known = [
        figure
        for row in rows
        if row["recommender"] != CHANCE
        for figure in (row["value"], row["low"], row["high"])
        if figure is not None
    ]
    low, high = min(known, default=0.0), max(known, default=1.0)
    rim = max(0.02, (high - low) * 0.12)
    return low - rim, min(high + rim, 1.0)


def _end(value: float, row: dict[str, Any]) -> str:
    return f"{value:.2f}" if row["measure"] in FOLDED else f"{value:.0%}"


def _interval(low: float | None, high: float | None, form: str) -> str:
    """`0.914–0.941`; `−0.009 … 0.016` where a dash would be next to a minus."""
    if low is None or high is None:
        return ""
    ends = [figure_text(format(end, form)) for end in (low, high)]
    return (" … " if low < 0 else "–").join(ends)


def _dot(row: dict[str, Any], lowest: float, highest: float, lang: Lang) -> Dot:
    value, low, high = row["value"], row["low"], row["high"]
    form = ".3f" if row["measure"] in FOLDED else ".1%"

    def place(figure: float) -> str:
        return f"{(figure - lowest) / (highest - lowest) * 100:.1f}"

    inside = value is not None and lowest <= value <= highest
    spread = inside and low is not None and high is not None
    return Dot(
        name=_said("recommender", row, lang),
        own=row["recommender"] == OWN,
        share=value,
        value=_said("value", row, lang) if form == ".3f" or value is None else f"{value:.1%}",
        interval=_interval(low, high, form),
        at=place(value) if inside else None,
        span=(place(low), place(high)) if spread else None,
    )


def _said(column: str, row: dict[str, Any], lang: Lang) -> str:
    """A cell as in the tables of the other interfaces."""
    found = field_of("evaluate", column)
    if not found:
        return str(row[column])
    text = found.write(row, lang)
    return figure_text(text) if found.figure else text
