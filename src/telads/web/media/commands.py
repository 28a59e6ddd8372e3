"""The media catalogue for the command line: what `telads media` calls."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from telads.errors import QuestionError
from telads.text import Lang, Text
from telads.web.setup import make_ready


class Entry(NamedTuple):
    """A listed medium; money in the dataset's currency, `ceiling` a share."""

    name: str
    service: str
    price: int
    minimum: int
    cap: int | None
    ceiling: float | None
    priced: str | None
    note: str
    example: bool


class Typed(NamedTuple):
    """A medium as typed; empty texts for what is not given."""

    service: str
    price: str
    minimum: str
    maximum: str
    ceiling: str
    priced: str
    note: str


def listed(workspace: Path, lang: Lang) -> list[Entry]:
    """All media by name, or while there are none the examples."""
    make_ready(workspace)
    from telads.web.media import services

    return [
        Entry(one.name, one.service, one.price, one.minimum, one.cap, one.ceiling,
              one.priced.isoformat() if one.priced else None, one.note, one.example)
        for one in services.catalogue(lang)
    ]  # fmt: skip


def put(workspace: Path, name: str, typed: Typed) -> bool:
    """Add a medium, or change the one of this name; whether it is new. Raises `QuestionError`."""
    make_ready(workspace)
    from telads.web.accounts.audit import COMMAND_LINE
    from telads.web.media import services
    from telads.web.media.models import Medium
    from telads.web.plans.forms import share_of, won_of

    def amount(field: str, text: str) -> float | None:
        return won_of(field, text) if text else None

    document = {
        "name": name.strip(),
        "service": typed.service,
        "price": amount("price", typed.price),
        "minimum": amount("minimum", typed.minimum),
        "cap": amount("maximum", typed.maximum),
        "ceiling": share_of("ceiling", typed.ceiling) if typed.ceiling else None,
    }
    former = None if "\0" in name else Medium.objects.filter(name=name.strip()).first()
    services.put(COMMAND_LINE, document, _day(typed.priced), typed.note, former)
    return former is None


def remove(workspace: Path, name: str) -> None:
    """Remove a medium; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts.audit import COMMAND_LINE
    from telads.web.media import services

    services.remove(COMMAND_LINE, services.named(name))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QuestionError(
            Text("날짜가 아닙니다.", "This is no date."),
            Text("2023-09-01처럼 적어 주세요.", "Write it like 2023-09-01."),
            value=text,
        ) from None
