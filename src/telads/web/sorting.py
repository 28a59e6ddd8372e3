"""Tables sorted by their heads, through the address: `?sort=services.-usage`.

The name before the point is that of the table, so that a page may have several; a minus says from
the largest down. Heads are links, and the server sorts: a page works without a script, and its
address keeps the order. Unknown values come last either way; rows that are alike keep the order in
which they came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from operator import itemgetter
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Case
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.answers.fields import UNKNOWN, Field
from telads.answers.questions import field_of
from telads.text import Lang, Text

PARAMETER = "sort"
ROWS = "rows"
"""Names of the tables that are shown whole."""
FIRST = 30
"""Rows that a longer table shows at first: each weighs on the page, and has cards of its own."""
ORDER = Text("정렬", "order")
WHOLE = Text("{}행 모두 보기", "Show all {} rows")
SHORT = Text("앞의 {}행만 보기", "Show the first {} rows only")
UNSAVED = Text(
    "{1}행 중 앞의 {0}행입니다. 저장하시면 모두 보실 수 있습니다.",
    "The first {} of {} rows; save it to see all.",
)
PAGE = "page"
"""Of a long table the page that is shown: another order begins with the first."""
Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)
Value = Callable[[Any], Any]
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")


class Sorting:
    """The order of one table of a page: that of the address, or the one its rows come in."""

    def __init__(
        self, request: HttpRequest, table: str, values: Mapping[str, Value], first: str = ""
    ) -> None:
        """Read the order of a table whose columns `values` can be sorted by.

        `first` is the column in whose order its rows come, after a minus where they fall. Raises
        `UnknownChoice` for another column of this table.
        """
        query = request.GET.copy()
        asked = query.pop(PARAMETER, [""])[-1]
        query.pop(PAGE, None)
        of, _, order = str(asked).partition(".")
        self.table, self._values = table, values
        self._query, self._path = query, request.path
        self._exchanges = False
        self._first = first if first.removeprefix("-") in values else ""
        self.key, self.falls = order.removeprefix("-") if of == table else "", order[:1] == "-"
        if self.key and self.key not in values:
            raise one_of(ORDER, self.key, values)

    def exchanging(self) -> Sorting:
        """Let htmx exchange the result of the page alone."""
        self._exchanges = True
        return self

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """The rows in the order asked for."""
        every = list(rows)
        if not self.key:
            return every
        value = self._values[self.key]
        known = [row for row in every if value(row) is not None]
        unknown = [row for row in every if value(row) is None]
        return sorted(known, key=value, reverse=self.falls) + unknown

    def stored(self, rows: QuerySet[Stored], **by: Case | F) -> QuerySet[Stored]:
        """The same in the database, by the fields of the columns' names or by `by`.

        Rows that are alike come the newest first.
        """
        if not self.key:
            return rows
        value = by.get(self.key, F(self.key))
        order = value.desc(nulls_last=True) if self.falls else value.asc(nulls_last=True)
        return rows.order_by(order, "-pk")

    def state(self, key: str) -> str:
        """`ascending`, `descending` or empty, as `aria-sort` has it."""
        own, falls = self._order
        return ("descending" if falls else "ascending") if key == own else ""

    @property
    def _order(self) -> tuple[str, bool]:
        if self.key:
            return self.key, self.falls
        return self._first.removeprefix("-"), self._first.startswith("-")

    def link(self, key: str, title: str, figure: bool) -> SafeString:
        """The title of a column as a link that sorts by it: figures first from the largest down."""
        if key not in self._values:
            return mark_safe(escape(title))
        own, down = self._order
        falls = not down if key == own else figure
        query = self._query.copy()
        query[PARAMETER] = f"{self.table}.{'-' * falls}{key}"
        to = escape(f"{self._path}?{query.urlencode()}")
        htmx = f' hx-get="{to}" hx-target="#result" hx-indicator="#result, #coming"'
        arrow = {"descending": "↓", "ascending": "↑"}.get(self.state(key), "")
        shown = f'<span aria-hidden="true"> {arrow}</span>' if arrow else ""
        return mark_safe(
            f'<a href="{to}#table-{self.table}" id="sort-{self.table}-{key}"'
            f"{htmx if self._exchanges else ''}>{escape(title)}{shown}</a>"
        )

    def head(self, key: str, title: str, figure: bool = False) -> SafeString:
        """The head of a column, with its order for those who hear the page."""
        order = f' aria-sort="{self.state(key)}"' if self.state(key) else ""
        side = ' class="figure"' if figure else ""
        return mark_safe(f'<th scope="col"{side}{order}>{self.link(key, title, figure)}</th>')


def values_of_texts(columns: int) -> dict[str, Value]:
    """What rows of texts are sorted by, by the number of a column: figures by size, then others."""
    return {str(at): _of_text(at) for at in range(columns)}


def _of_text(at: int) -> Value:
    def value(row: Sequence[str]) -> tuple[bool, float, str] | None:
        text = row[at].strip()
        found = _FIGURE.match(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
        if text in {"", UNKNOWN}:
            return None
        return (False, float(found[0]), "") if found else (True, 0.0, text.casefold())

    return value


def values_of(answer: Answer, names: Iterable[str], lang: Lang) -> dict[str, Value]:
    """What the records of an answer are sorted by, by column: figures by size, others by text."""
    fields = [field for name in names if (field := field_of(answer.question, name))]
    return {field.key: _of_record(field, lang) for field in fields}


def _of_record(field: Field, lang: Lang) -> Value:
    if field.figure:
        return itemgetter(field.key)
    return lambda row: None if row[field.key] in (None, "", []) else field.write(row, lang)


def values_of_rows(answer: Answer, lang: Lang, **others: Value) -> dict[str, Value]:
    """The same for rows as a page shows them, whose records are their `values`."""

    def of(value: Value) -> Value:
        return lambda row: value(row.values)

    return {**{key: of(value) for key, value in values_of(answer, answer.columns, lang).items()},
            **others}  # fmt: skip


class Extent:
    """How many rows of one table of a page are shown: the first, or all of them."""

    def __init__(self, request: HttpRequest, table: str, count: int) -> None:
        """Read it from the address; a form that was sent has none, and shows the first rows."""
        self._whole = [name for name in request.GET.getlist(ROWS) if name != table]
        self.is_whole = table in request.GET.getlist(ROWS)
        self._request, self._table, self._count = request, table, count

    def rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that are shown."""
        return rows if self.is_whole else rows[:FIRST]

    def link(self, lang: Lang) -> SafeString:
        """The way to the other rows and back; empty for a table that is no longer."""
        if self._count <= FIRST:
            return mark_safe("")
        if self._request.method != "GET":
            return mark_safe(
                f'<p class="muted">{escape(UNSAVED(lang).format(FIRST, self._count))}</p>'
            )
        query = self._request.GET.copy()
        query.setlist(ROWS, self._whole if self.is_whole else [*self._whole, self._table])
        words = SHORT(lang).format(FIRST) if self.is_whole else WHOLE(lang).format(self._count)
        asked = f"?{text}" if (text := query.urlencode()) else ""
        to = f"{self._request.path}{asked}#table-{self._table}"
        return mark_safe(f'<p><a href="{escape(to)}">{escape(words)}</a></p>')
