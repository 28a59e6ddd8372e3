"""Lists of an installation's records (people, keys): a line each, or rows for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from telads.cli.options import Form
from telads.cli.show import show_done
from telads.text import Lang, Text

Entry = TypeVar("Entry", bound=NamedTuple)


def show_list(
    verb: str, entries: Iterable[Entry], told: Callable[[Entry], Sequence[str]], form: Form
) -> None:
    """Print entries: for people the texts that `told` returns, for programs every field."""
    if form is Form.TABLE:
        sys.stdout.write("".join(f"{', '.join(told(entry))}\n" for entry in entries))
        return
    rows = [{name: _plain(value) for name, value in entry._asdict().items()} for entry in entries]
    show_done(verb, rows, form)


def when(moment: datetime | None, never: Text, lang: Lang) -> str:
    """A time in UTC, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else never(lang)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
