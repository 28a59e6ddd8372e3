"""The choice of the page of changes: read from the address, and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.choices import against_of, district_of, listed, month_of, service_of
from telads.answers.questions import AGAINST
from telads.answers.sentences import own_part
from telads.answers.tables import districts
from telads.dataset import Measure, in_force
from telads.model import Month
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.addresses import address
from telads.web.components import Select, month_select, select

SORTS = {"district": "", "before": "-", "now": "-", "city": "-", "own": "-", "clear": "-"}
"""Columns that the table may be sorted by, with the sign of the way that comes first."""
DEFAULT_SORT = "-own"
COMPARED = Text("비교할 달", "Compared with")
_AGAINST = next(iter(AGAINST))


class Choice(NamedTuple):
    """Which service, in which month, against which; the place looked into, the order of rows."""

    service: Measure
    month: Month
    against: str = _AGAINST
    district: str | None = None
    sort: str = DEFAULT_SORT

    @property
    def asked(self) -> dict[str, Any]:
        """The choice as `answers.changes.changes` takes it."""
        return {"service": self.service.id, "month": self.month, "against": self.against}

    @property
    def query(self) -> dict[str, str | int]:
        """The choice as the query of an address; what is the default goes without saying."""
        known = {"service": self.service.id, "month": str(self.month), "against": self.against,
                 "district": self.district, "sort": self.sort}  # fmt: skip
        default = {"against": _AGAINST, "sort": DEFAULT_SORT}
        return {
            name: value for name, value in known.items() if value and default.get(name) != value
        }


def choice_of(build: Build, query: Mapping[str, str]) -> Choice:
    """The choice in an address; raises `UnknownChoice`."""
    services = build.about["services"]
    shown = in_force().example.service
    place = query.get("district") or None
    sort = query.get("sort") or DEFAULT_SORT
    known = {f"{sign}{name}" for name in SORTS for sign in ("", "-")}
    return Choice(
        service_of(build, query.get("service") or (shown if shown in services else services[0])),
        month_of(build, query.get("month") or None),
        against_of(query.get("against") or _AGAINST),
        district_of(build, place) if place else None,
        listed(Text("정렬", "order"), sort, known),
    )


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return address("changes", choice.query)


def file_address(choice: Choice, name: str) -> str:
    """The address of a file of what is shown."""
    return address("changes-file", choice.query, name)


def place_of(choice: Choice, found: Answer) -> str:
    """The place looked into: the one chosen, else that which moved most, those clear first."""
    if choice.district:
        return choice.district
    rows = sorted(found.records, key=lambda row: (not row["clear"], -abs(own_part(row))))
    return rows[0]["district"] if rows else ""


def any_place(build: Build, choice: Choice, found: Answer) -> str:
    """The same, or where nothing can be compared any place of the build."""
    return place_of(choice, found) or districts(build)[0]


def selects(build: Build, choice: Choice, lang: Lang) -> list[Select]:
    """The controls of the sentence, in the order that they stand in it."""
    services = [(id, in_force().measures[id].text) for id in build.about["services"]]
    return [
        select("service", Text("서비스", "Service"), services, choice.service.id, lang),
        month_select(build, choice.month, lang),
        select(
            "against", Text("비교할 달", "Compared with"), AGAINST.items(), choice.against, lang
        ),
    ]
