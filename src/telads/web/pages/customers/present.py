"""The answers of the customer page as displayed."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.fields import MOVEMENTS
from telads.dataset import in_force
from telads.method.signals import CLEARLY, hint_of
from telads.model import Month, Segment, Sex
from telads.render.svg.lines import Lines, lines
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import Column, columns_of
from telads.web.formatting import written
from telads.web.pages.advertisers.forms import targets_address
from telads.web.pages.customers.forms import Choice, customer_address
from telads.wording import figure, segment_name

HINT = Text("높을 때 어울리는 매체", "A high value speaks for")


class ServiceRow(NamedTuple):
    """One service: its figures, their texts, the source of its movement, its targets."""

    values: dict[str, Any]
    text: dict[str, str]
    whose: Text | None
    direction: str
    """`up`, `down`, `still`; empty without a previous month."""
    targets: str


class Trend(NamedTuple):
    """One service over all months beside the city's."""

    service: str
    indexed: bool
    lines: Lines
    last: str
    last_city: str
    months: list[tuple[Month, str, str]]
    breaks: list[Month]
    """Months at which the city's series may be broken."""

    @property
    def first(self) -> Month:
        """The first label month."""
        return self.months[0][0]

    @property
    def newest(self) -> Month:
        """The last label month."""
        return self.months[-1][0]


class SignalRow(NamedTuple):
    """One context signal and its channel hint."""

    values: dict[str, Any]
    name: Text
    text: dict[str, str]
    hint: Text
    strong: bool


class Neighbour(NamedTuple):
    """A similar group, with the address of its page."""

    values: dict[str, Any]
    name: str
    address: str


def service_columns(answer: Answer, lang: Lang) -> list[Column]:
    """Columns of the ranked services."""
    first = ("rank", "service", "score", "index", "usage", "change", "affinity")
    return columns_of(answer, lang, first)


def signal_columns(answer: Answer, lang: Lang) -> list[Column]:
    """Columns of the context signals, with the channel hint last."""
    hint = Column("hint", HINT(lang), "", "hint", False, False, "", "text")
    return [*columns_of(answer, lang, ("signal", "value", "z_city", "z_peers")), hint]


def service_rows(answer: Answer, choice: Choice, lang: Lang) -> list[ServiceRow]:
    """The ranked services."""
    return [_service_row(answer, row, choice, lang) for row in answer.records]


def _service_row(answer: Answer, row: dict[str, Any], choice: Choice, lang: Lang) -> ServiceRow:
    whose = row["movement"]
    direction = "" if whose is None else "still" if whose == "still" else (
        "up" if row["change"] > 0 else "down"
    )  # fmt: skip
    return ServiceRow(
        values=row,
        text=written(answer.question, row, lang),
        whose=MOVEMENTS[whose] if whose else None,
        direction=direction,
        targets=targets_address(row["service"], choice.month, method=choice.method),
    )


def trends_of(answer: Answer, build: Build, lang: Lang) -> list[Trend]:
    """The services of `trends`, in the catalogue's order."""
    series: dict[str, list[dict[str, Any]]] = {}
    for row in answer.records:
        series.setdefault(row["service"], []).append(row)
    known = {name: Month.parse(name) for name in {row["month"] for row in answer.records}}
    return [
        _trend(service, rows, known, lang)._replace(
            breaks=[month for month in sorted(known.values()) if service in build.breaks(month)]
        )
        for service, rows in series.items()
    ]


def _trend(service: str, rows: list[dict[str, Any]], known: dict[str, Month], lang: Lang) -> Trend:
    kind = in_force().measures[service].kind

    def text(value: float | None) -> str:
        return "–" if value is None else figure(value, kind, lang)

    months = [known[row["month"]] for row in rows]
    own, city = ([row[name] for row in rows] for name in ("value", "city"))
    return Trend(
        service=service,
        indexed=in_force().measures[service].is_index,
        lines=lines(months, own, city),
        last=text(own[-1]),
        last_city=text(city[-1]),
        months=[
            (month, text(value), text(beside))
            for month, value, beside in zip(months, own, city, strict=True)
        ],
        breaks=[],
    )


def signal_rows(answer: Answer, lang: Lang) -> list[SignalRow]:
    """The context signals with their channel hints."""
    known = {signal.id: signal for signal in in_force().signals}
    z_peers = {row["signal"]: row["z_peers"] for row in answer.records}
    return [
        SignalRow(
            values=row,
            name=known[row["signal"]].text,
            text={
                **written(answer.question, row, lang),
                "value": figure(row["value"], known[row["signal"]].kind, lang)
                if row["value"] is not None
                else "–",
            },
            hint=hint_of(known[row["signal"]], z_peers),
            strong=(row["z_peers"] or 0) >= CLEARLY,
        )
        for row in answer.records
    ]


def neighbours(answer: Answer, choice: Choice, lang: Lang) -> list[Neighbour]:
    """The similar groups."""
    found = []
    for row in answer.records:
        segment = Segment(row["district"], Sex(row["sex"]), row["age"])
        address = customer_address(segment, choice.month, choice.method)
        found.append(Neighbour(row, segment_name(*segment, lang), address))
    return found
