"""The choices of the customer page, read from an address and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from telads.answers.choices import (
    age_of,
    largest_segment,
    method_of,
    month_of,
    segment_of,
    sex_of,
)
from telads.answers.questions import METHODS
from telads.model import Month, Segment
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.addresses import address
from telads.web.components import (
    Select,
    age_select,
    district_select,
    method_select,
    month_select,
    sex_select,
)


class Choice(NamedTuple):
    """The group, the month, and the method."""

    segment: Segment
    month: Month
    method: str
    example: bool
    """Whether no group was chosen, so that this is an example."""


def choice_of(build: Build, query: Mapping[str, str]) -> Choice:
    """The choice in an address; missing parts are those of the largest segment.

    Raises `UnknownChoice`.
    """
    month = month_of(build, query.get("month") or None)
    example = largest_segment(build, month)
    district, sex, age = (query.get(name, "") for name in ("district", "sex", "age"))
    segment = segment_of(
        build,
        district or example.district,
        sex_of(sex) if sex else example.sex,
        age_of(age) if age else example.age,
    )
    method = method_of(query.get("method") or METHODS[0])
    return Choice(segment, month, method, not (district or sex or age))


def customer_address(segment: Segment, month: Month, method: str = METHODS[0]) -> str:
    """The address of a group's page, without default choices."""
    return address("customers", _query(segment, month, method))


def file_address(choice: Choice, name: str) -> str:
    """The address of a file of the page's content."""
    return address("customers-file", _query(choice.segment, choice.month, choice.method), name)


def query_of(choice: Choice) -> dict[str, str | int]:
    """The choice as the query of an address."""
    return _query(choice.segment, choice.month, choice.method)


def _query(segment: Segment, month: Month, method: str) -> dict[str, str | int]:
    district, sex, age = segment
    choices: dict[str, str | int] = {
        "district": district,
        "sex": str(sex),
        "age": age,
        "month": str(month),
    }
    if method != METHODS[0]:
        choices["method"] = method
    return choices


def selects(build: Build, choice: Choice, lang: Lang) -> list[Select]:
    """The select lists of the form."""
    district, sex, age = choice.segment
    return [
        district_select(build, district, lang, None),
        sex_select(sex, lang, None),
        age_select(age, lang, None),
        month_select(build, choice.month, lang),
    ]


def advanced(choice: Choice, lang: Lang) -> list[Select]:
    """Select lists for advanced choices."""
    return [method_select(choice.method, lang)]
