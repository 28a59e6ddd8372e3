"""What every answer carries: the figures, and what they were computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from telads.language import Lang, Text
from telads.model import Month

if TYPE_CHECKING:
    import polars as pl

CONTRACT = 1
"""Version of the JSON form; a change that can break a reader makes it another."""


@dataclass(frozen=True)
class Answer:
    """The answer to one question. `rows` is a table; its columns stand with the question."""

    question: str
    parameters: Mapping[str, object]
    """What was asked, spelt the way the tables spell it."""
    month: Month | None
    """The label month, None where an answer is about all of them."""
    method: str
    build: str
    synthetic: bool
    rows: pl.DataFrame
    facts: Mapping[str, object] = field(default_factory=dict)
    """Single figures about the answer as a whole."""
    sentences: tuple[Text, ...] = ()
    """The answer in words a planner can repeat."""
    warnings: tuple[Text, ...] = ()
    """What is remarkable about the month's data, or about the settings."""

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, for whoever writes them one by one; not to be changed."""
        return self.rows.to_dicts()

    @property
    def window(self) -> tuple[str, str] | None:
        """First and last month observed, as text."""
        if self.month is None:
            return None
        first, last = self.month.window
        return str(first), str(last)

    def json(self, lang: Lang) -> str:
        """The document as text: the same bytes from the command line and over the network."""
        return document_text(self.document(lang))

    def document(self, lang: Lang) -> dict[str, object]:
        """The answer as a JSON object; docs/json.md describes it."""
        return {
            "contract": CONTRACT,
            "question": self.question,
            "parameters": {name: _plain(value) for name, value in self.parameters.items()},
            "month": str(self.month) if self.month else None,
            "window": list(self.window) if self.window else None,
            "method": self.method,
            "build": self.build,
            "synthetic": self.synthetic,
            "facts": dict(self.facts),
            "sentences": [sentence(lang) for sentence in self.sentences],
            "warnings": [warning(lang) for warning in self.warnings],
            "rows": self.records,
        }


def document_text(document: Mapping[str, object]) -> str:
    """How every door writes a JSON document."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(value: object) -> object:
    """A value as JSON knows it."""
    return value if value is None or isinstance(value, bool | int | float) else str(value)
