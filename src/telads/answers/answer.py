"""The result type of all questions: figures and their provenance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TYPE_CHECKING, Any, NoReturn, overload

from telads.answers.fields import method_name
from telads.answers.questions import CONTRACT, field_of
from telads.answers.rows import Rows
from telads.model import Month
from telads.text import Lang, Text
from telads.wording import counted, observed

if TYPE_CHECKING:
    import polars as pl

ROWS_IN_A_NOTEBOOK = 50
"""Rows shown in a notebook; the rest is counted."""


class _Table:
    """The attribute `rows`: a table, made of records on first use."""

    @overload
    def __get__(self, answer: None, of: type) -> NoReturn: ...
    @overload
    def __get__(self, answer: Answer, of: type) -> pl.DataFrame: ...
    def __get__(self, answer: Answer | None, of: type) -> pl.DataFrame:
        if answer is None:
            raise AttributeError("rows")  # a dataclass's field without a default
        table: pl.DataFrame = vars(answer)["rows"].table
        return table

    def __set__(self, answer: Answer, rows: pl.DataFrame | Rows) -> None:
        vars(answer)["rows"] = rows if isinstance(rows, Rows) else Rows(rows)


@dataclass(frozen=True)
class Answer:
    """The answer to one question. `rows` is a table; its columns are declared by the question."""

    question: str
    parameters: Mapping[str, object]
    """Choices, in the spelling of the tables."""
    month: Month | None
    """The label month, None if the answer is about all of them."""
    method: str
    build: str
    synthetic: bool
    rows: _Table = _Table()  # a descriptor, no default
    facts: Mapping[str, object] = attribute(default_factory=dict)
    """Single figures about the answer as a whole."""
    sentences: tuple[Text, ...] = ()
    """The answer in words."""
    warnings: tuple[Text, ...] = ()
    """Remarks about the month's data or the settings."""
    language: Lang = attribute(default="ko", compare=False)
    """Language in which a notebook shows it; the figures are the same in both."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, cached; do not modify."""
        own: Rows = vars(self)["rows"]
        return own.records

    @property
    def columns(self) -> list[str]:
        """Names of the rows' columns."""
        own: Rows = vars(self)["rows"]
        return own.columns

    @property
    def window(self) -> tuple[str, str] | None:
        """First and last month of the period, as text."""
        if self.month is None:
            return None
        first, last = self.month.window
        return str(first), str(last)

    def json(self, lang: Lang) -> str:
        """The document as text, with the same bytes on the command line and in the API."""
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

    def page(
        self, lang: Lang, limit: int | None, offset: int, following: Callable[[int], str]
    ) -> dict[str, Any]:
        """The document with a page of its rows (None: all after `offset`), and where it stands.

        `following` tells how the rows after the page are asked for, by the number of those before.
        """
        total = self.rows.height
        until = total if limit is None else offset + limit
        page = {"limit": limit, "offset": offset, "total": total,
                "next": following(until) if until < total else None}  # fmt: skip
        rows = self.rows.slice(offset, limit)
        return {**replace(self, rows=rows).document(lang), "page": page}

    def about(self, lang: Lang) -> str:
        """Provenance in one line: month, window, method, build."""
        parts = []
        if self.synthetic:
            parts.append(Text("합성 데이터", "synthetic data")(lang))
        if self.month:
            parts.append(Text(f"기준월 {self.month.text.ko}", f"month {self.month}")(lang))
            parts.append(observed(self.month.window, lang))
        parts.append(Text("방식", "method")(lang) + f" {method_name(self.method, lang)}")
        if self.build:
            parts.append(Text(f"데이터 버전 {self.build}", f"data version {self.build}")(lang))
        return " · ".join(parts)

    def _repr_html_(self) -> str:
        """The answer in a notebook: sentences, the table in words, provenance."""
        return "\n".join(_html(self, self.language))


def _html(answer: Answer, lang: Lang) -> Iterator[str]:
    from html import escape

    yield f'<div lang="{lang}">'
    for at, sentence in enumerate(answer.sentences):
        said = escape(sentence(lang))
        yield f"<p>{said}</p>" if at else f"<p><strong>{said}</strong></p>"
    known = (field_of(answer.question, name) for name in answer.columns)
    fields = [field for field in known if field]
    sides = ["right" if field.figure else "left" for field in fields]
    heads = (
        f'<th scope="col" style="text-align: {side}">{escape(field.heading(lang))}</th>'
        for field, side in zip(fields, sides, strict=True)
    )
    yield f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>"
    for row in answer.rows.head(ROWS_IN_A_NOTEBOOK).iter_rows(named=True):
        cells = (
            f'<td style="text-align: {side}; white-space: pre-line">'
            f"{escape(field.write(row, lang))}</td>"
            for field, side in zip(fields, sides, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"
    more = answer.rows.height - ROWS_IN_A_NOTEBOOK
    if more > 0:
        left = Text(f"이 밖에 {more}행", f"and {counted(more, 'more row')}")
        yield f"<p>{left(lang)}</p>"
    yield f"<p><small>{escape(answer.about(lang))}</small></p>"
    for warning in answer.warnings:
        yield f"<p><small>{Text('주의', 'Note')(lang)}: {escape(warning(lang))}</small></p>"
    yield "</div>"


def document_text(document: Mapping[str, object]) -> str:
    """Serialise a JSON document, in the one form of every interface."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(value: object) -> object:
    """A value as JSON data."""
    return value if value is None or isinstance(value, bool | int | float) else str(value)
