"""Terms of the field as frozen, typed values: months, windows, sexes, ages, segments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering
from typing import NamedTuple

from telads.dataset import in_force
from telads.errors import UnknownChoice
from telads.text import Text, typed

_MONTHS = (r"([0-9]{4})[-./]([0-9]{1,2})", r"([0-9]{4})([0-9]{2})", r"([0-9]{4})년 ?([0-9]{1,2})월")
"""Accepted spellings of a month: year and month."""

FIRST_YEAR = 1900
"""Earlier months are typing errors."""


class Sex(StrEnum):
    """Sex as recorded in the data."""

    MALE = "M"
    FEMALE = "F"

    @property
    def text(self) -> Text:
        """The displayed word for people of this sex."""
        return in_force().sexes[self].text


@total_ordering
@dataclass(frozen=True)
class Month:
    """A calendar month. `number` counts months, so that arithmetic never skips a gap."""

    number: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month `month` (1..12) of `year`."""
        return cls(year * 12 + month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `YYYY-MM`, also in usual spellings (`2023.6`, `2023/06`, `202306`, `2023년 6월`).

        Raises `UnknownChoice` for anything else, and for years before 1900.
        """
        plain = typed(text)
        match = next(filter(None, (re.fullmatch(form, plain) for form in _MONTHS)), None)
        if not match or int(match[1]) < FIRST_YEAR or not 1 <= int(match[2]) <= 12:
            raise UnknownChoice(
                Text("달을 알아볼 수 없습니다.", "Not a month."),
                Text("2023-06처럼 적어 주세요.", "Write it like 2023-06."),
                value=text,
            )
        return cls.of(int(match[1]), int(match[2]))

    @property
    def year(self) -> int:
        """The calendar year."""
        return self.number // 12

    @property
    def month(self) -> int:
        """The month of the year, 1..12."""
        return self.number % 12 + 1

    @property
    def text(self) -> Text:
        """The month in words."""
        return Text(f"{self.year}년 {self.month}월", str(self))

    def __add__(self, months: int) -> Month:
        return Month(self.number + months)

    def __lt__(self, other: Month) -> bool:
        return self.number < other.number

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __repr__(self) -> str:
        return f"Month({self})"

    @property
    def window(self) -> Window:
        """The months observed by the file with this label."""
        return Window(self + -in_force().window_months, self + -1)


class Window(NamedTuple):
    """First and last month of the period, both included."""

    first: Month
    last: Month

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """All months from first to last, both included."""
    return tuple(Month(number) for number in range(first.number, last.number + 1))


class Segment(NamedTuple):
    """District x sex x age: the group that advice is given for."""

    district: str
    sex: Sex
    age: int

    @property
    def peers(self) -> tuple[Sex, int]:
        """The group it is compared with: same sex and age, whole city."""
        return (self.sex, self.age)
