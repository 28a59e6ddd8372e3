"""Reading a JSON object field by field; errors name the path: `where.all[1].age`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isnan
from typing import Any, TypeVar, cast

from telads.errors import QuestionError
from telads.text import Text

T = TypeVar("T")

LONGEST = 200
LARGEST = 10**15
"""Amounts from here on are typing errors."""


class Faults:
    """Collects the errors of several readings, which continue after one; `done` raises them."""

    def __init__(self) -> None:
        self.found: list[QuestionError] = []

    def of(self, read: Callable[[], T], place: str = "") -> T:
        """Run `read`; returns None after an error, which no caller sees, since `done` raises.

        `place` is a prefix of the paths in errors.
        """
        try:
            return read()
        except QuestionError as error:
            for one in (error, *error.also):
                if place:
                    inner = one.facts.get("rule")
                    one.facts["rule"] = place + (f".{inner}" if inner else "")
                self.found.append(one)
            return cast("T", None)

    def done(self) -> None:
        """Raise the first error, if there is one, with the others in `also`."""
        if self.found:
            first, *others = self.found
            for one in self.found:
                one.also = ()
            first.also = tuple(others)
            raise first


class Fields:
    """The fields of an object at `path`; `done` rejects unread ones."""

    def __init__(self, document: object, path: str = "") -> None:
        if not isinstance(document, Mapping):
            raise wrong(path or "/", document, Text("여러 항목의 묶음({...})", "an object {...}"))
        self.document: Mapping[str, Any] = document
        self.path = path
        self.asked: set[str] = set()

    def at(self, name: str) -> str:
        """Path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def __contains__(self, name: str) -> bool:
        return self.document.get(name) is not None

    def value(self, name: str) -> Any:
        """A field unchanged; None if absent."""
        self.asked.add(name)
        return self.document.get(name)

    def needed(self, name: str) -> Any:
        """A required field."""
        value = self.value(name)
        if value is None:
            raise QuestionError(
                Text("항목이 빠졌습니다.", "A field is missing."),
                Text("이 항목을 적어 주세요.", "Add this field."),
                rule=self.at(name),
            )
        return value

    def text(self, name: str) -> str:
        """A single-line text that a spreadsheet would not run as a formula."""
        return text_of(self.at(name), self.needed(name))

    def named(
        self, name: str, read: Callable[[Any], T], value: Callable[[str], Any] | None = None
    ) -> T:
        """A text, or another `value`, parsed by `read`; its errors get the path."""
        given = (value or self.text)(name)
        try:
            return read(given)
        except QuestionError as error:
            error.facts.setdefault("rule", self.at(name))
            raise

    def number(self, name: str) -> float:
        """A finite number."""
        value = self.needed(name)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or (isinstance(value, float) and isnan(value)):
            raise wrong(self.at(name), value, Text("숫자", "a number"))
        if abs(value) >= LARGEST:
            raise too_large(self.at(name), value)
        return float(value)

    def whole(self, name: str, least: int = 0) -> int:
        """An integer of at least `least`."""
        value = self.number(name)
        if value != int(value) or value < least:
            raise wrong(self.at(name), self.value(name), Text(
                f"{least} 이상의 정수", f"a whole number of {least} or more"))  # fmt: skip
        return int(value)

    def items(self, name: str) -> Sequence[Any]:
        """A list; a single value counts as a list of one."""
        value = self.needed(name)
        return value if isinstance(value, list | tuple) else [value]

    def each(self, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        """Every item of a list, read; errors of the reading name the item's place."""
        faults = Faults()
        found = tuple(
            faults.of(partial(read, item), f"{self.at(name)}[{place}]")
            for place, item in enumerate(self.items(name))
        )
        faults.done()
        return found

    def done(self, *others: str) -> None:
        """Raise for an unknown field, so that a misspelt rule does not pass for none.

        `others` are valid names that were not read.
        """
        known = self.asked | set(others)
        for name in self.document:
            if name not in known:
                told = ", ".join(sorted(known))
                raise QuestionError(
                    Text("알 수 없는 항목이 있습니다.", "Unknown field."),
                    Text(f"쓸 수 있는 항목: {told}.", f"Known fields: {told}."),
                    rule=self.at(str(name)),
                )


def text_of(path: str, value: object) -> str:
    """A single-line text that a spreadsheet would not run as a formula; raises `QuestionError`."""
    text = value.strip() if isinstance(value, str) else ""
    if not text.isprintable() or not 0 < len(text) <= LONGEST or text[0] in "=+-@":
        raise wrong(path, value, Text(
            f"{LONGEST}자 이하의 글(=, +, -, @로 시작하지 않음)",
            f"a text of up to {LONGEST} letters that does not begin with =, +, - or @",
        ))  # fmt: skip
    return text


def wrong(path: str, value: object, wanted: Text) -> QuestionError:
    """The error for a value of the wrong kind."""
    return QuestionError(
        Text("값의 형식이 맞지 않습니다.", "The value has the wrong format."),
        Text(f"{wanted.ko} 형식으로 적어 주세요.", f"Write {wanted.en}."),
        rule=path, value=value,
    )  # fmt: skip


def too_large(path: str, value: object) -> QuestionError:
    """The error for a number above any plausible budget or limit."""
    return QuestionError(
        Text("숫자가 너무 큽니다.", "The number is too large."),
        Text("1,000조보다 작은 수를 적어 주세요.", f"Write a number below {LARGEST:,}."),
        rule=path, value=value,
    )  # fmt: skip
