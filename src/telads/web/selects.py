"""Lists to choose from, as the forms of pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from telads.answers.questions import METHODS
from telads.answers.tables import districts
from telads.language import Lang, Text
from telads.model import AGES, Sex, age_text
from telads.places import district_name
from telads.workspace import Build

METHOD_NAMES: dict[str, Text] = {
    "affinity": Text("관심도(기본)", "affinity (the default)"),
    "classic": Text("2023년 연구 방식(비교용)", "classic, as in the 2023 study (for comparison)"),
}
SEXES_NAMED = [(str(sex), sex.text) for sex in Sex]
AGES_NAMED = [(str(age), age_text(age)) for age in AGES]


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    name: str
    chosen: bool


class Select(NamedTuple):
    """A list to choose from; `id` is its name in the address."""

    id: str
    title: str
    options: list[Option]

    @property
    def html(self) -> SafeString:
        """The list as it stands in a form: fifty options take a template far longer."""
        return mark_safe(
            f'<label>{escape(self.title)}<select name="{self.id}" id="choice-{self.id}" '
            f'autocomplete="off">{options_html(self.options)}</select></label>'
        )


def options_html(options: Iterable[Option]) -> SafeString:
    """Options inside a list."""
    return mark_safe(
        "".join(
            f'<option value="{escape(value)}"{" selected" * chosen}>{escape(name)}</option>'
            for value, name, chosen in options
        )
    )


def select(
    id: str, title: Text, options: Iterable[tuple[str, Text]], chosen: object, lang: Lang
) -> Select:
    """A list with the chosen one marked."""
    value = "" if chosen is None else str(chosen)
    known = [Option(option, name(lang), option == value) for option, name in options]
    return Select(id, title(lang), known)


def districts_named(build: Build) -> list[tuple[str, Text]]:
    """The districts a build holds, by the name in an address."""
    return [(name, Text(name, district_name(name, "en"))) for name in districts(build)]


def district_select(build: Build, chosen: str | None, lang: Lang, any_of: Text | None) -> Select:
    """The districts; `any_of` names the choice of all of them."""
    named = districts_named(build)
    return select("district", Text("자치구", "District"), _with(any_of, named), chosen, lang)


def sex_select(chosen: Sex | None, lang: Lang, any_of: Text | None) -> Select:
    """The sexes."""
    return select("sex", Text("성별", "Sex"), _with(any_of, SEXES_NAMED), chosen, lang)


def age_select(chosen: int | None, lang: Lang, any_of: Text | None) -> Select:
    """The ten-year ages."""
    return select("age", Text("나이", "Age"), _with(any_of, AGES_NAMED), chosen, lang)


def month_select(build: Build, chosen: object, lang: Lang) -> Select:
    """The label months, newest first."""
    named = [(str(month), month.text) for month in reversed(build.months)]
    return select("month", Text("기준 달", "Month"), named, chosen, lang)


def method_select(chosen: str, lang: Lang) -> Select:
    """The methods."""
    named = [(method, METHOD_NAMES[method]) for method in METHODS]
    return select("method", Text("방식", "Method"), named, chosen, lang)


def _with(any_of: Text | None, named: list[tuple[str, Text]]) -> list[tuple[str, Text]]:
    return [("", any_of), *named] if any_of else named
