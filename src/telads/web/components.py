"""Components shared by pages: tables, bars, labels with explanations, links, select lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from telads.answers.answer import Answer
from telads.answers.customers import AHEAD, NEXT, TIES
from telads.answers.fields import LABELS, Field
from telads.answers.questions import METHODS, field_of
from telads.answers.tables import districts
from telads.dataset import in_force
from telads.model import Sex
from telads.render.svg.theme import SERVICES
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.formatting import figure_text
from telads.wording import people


class Entry(NamedTuple):
    """A page in the header: its Korean address, its name, and its icon in the bar of a phone."""

    path: str
    name: Promise
    icon: str = ""
    """Empty for a page in a phone's menu."""


PAGES: tuple[Entry, ...] = (
    Entry("/", _("Home"), "house"),
    Entry("/campaign/", _("Campaign"), "target"),
    Entry("/advertisers/", _("Find groups")),
    Entry("/customers/", _("Group profile")),
    Entry("/changes/", _("Changes"), "activity"),
    Entry("/audiences/", _("Audiences")),
    Entry("/plans/", _("My plans"), "file-text"),
    Entry("/data/", _("The data")),
    Entry("/evidence/", _("Accuracy")),
)
"""The pages of the header, in order; four have an icon."""

ENGLISH = "/en"


def address_in(language: Lang, path: str) -> str:
    """A page's address in a language: Korean at the root, English under /en/."""
    korean = path.removeprefix(ENGLISH) if path.startswith(f"{ENGLISH}/") else path
    return f"{ENGLISH}{korean}" if language == "en" else korean


ICONS = Path(__file__).parent / "templates" / "components" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="([\d ]+)">(.*?)</symbol>')


@cache
def _symbols() -> dict[str, tuple[str, str]]:
    """Icons by name: view box and paths."""
    drawn = ICONS.read_text(encoding="utf-8")
    return {name: (box, lines) for name, box, lines in _SYMBOL.findall(drawn)}


@cache
def icon(name: str) -> SafeString:
    """An icon in the colour of the surrounding text, which states its meaning."""
    box, lines = _symbols()[name]
    return mark_safe(
        f'<svg class="icon" viewBox="{box}" aria-hidden="true" focusable="false">{lines}</svg>'
    )


def service_class(service: str) -> str:
    """Class that sets the colour of a service (`--service`) for its content."""
    return f"service-{in_force().service_ids.index(service) % SERVICES}"


def mark(service: str) -> SafeString:
    """The mark of a service in its colour, shown beside its name."""
    known = in_force().measures[service]
    letter = known.text("en" if get_language() == "en" else "ko")[:1]
    drawn = icon(known.icon) if known.icon else escape(letter)
    of = service_class(service)
    return mark_safe(f'<i class="mark {of}" aria-hidden="true">{drawn}</i>')


class Note(NamedTuple):
    """A label's name, style, and meaning."""

    name: Text
    style: str
    meaning: Text


NOTES: dict[str, Note] = {
    "tie": Note(LABELS["tie"], "tie", Text(
        f"1위와 2위의 이용 강도 차이가 {TIES[NEXT]:.2f}보다 작습니다. 다음 달에 어느 쪽이 1위일지 "
        "알 수 없으며, 그 뒤는 더욱 그렇습니다.",
        f"The first two usage scores are less than {TIES[NEXT]:.2f} apart: next month is too "
        "close to call, and later months even more so.")),
    "tie_ahead": Note(LABELS["tie_ahead"], "tie", Text(
        f"1위와 2위의 이용 강도 차이가 {TIES[AHEAD]:.2f}보다 작습니다. 다음 달의 1위는 분명하지만 "
        "석 달 뒤에 어느 쪽이 1위일지는 알 수 없습니다.",
        f"The first two usage scores are less than {TIES[AHEAD]:.2f} apart: the next month's "
        "first is clear, but three months ahead is too close to call.")),
    "below_average": Note(LABELS["below_average"], "below", Text(
        "이 집단은 이 서비스를 {city} 시민 평균보다 적게 씁니다.",
        "This group uses the service less than the {city} average.")),
    "local": Note(LABELS["local"], "local", Text(
        "다른 {district}의 같은 성별·나이와 뚜렷이 다릅니다(동네 간 t 검정, 오발견율 5%).",
        "Clearly different from the same sex and age in other {districts} (t-test over "
        "neighbourhoods, false discovery rate 5%).")),
    "break": Note(LABELS["break"], "below", Text(
        "{city} 평균이 지난달과 이 달 사이에 유난히 크게 움직였습니다. 집계가 바뀌었을 수 있으니 "
        "이 달을 넘는 비교에 주의해 주세요.",
        "The {city} average changed unusually far this month: the way of counting may have "
        "changed, so take care with comparisons across it.")),
    "synthetic": Note(Text("합성 데이터", "synthetic"), "synthetic", Text(
        "실제 시민의 데이터가 아니라, 비슷한 분포에서 만들어 낸 데이터입니다.",
        "Not data of real people: drawn from a similar distribution.")),
    "prior": Note(Text("{city} 값", "{city} value"), "prior", Text(
        "이 집단만의 데이터가 부족해 같은 성별·나이의 {city} 전체 값으로 답했습니다.",
        "Too little data of this group: the value is that of its sex and age in {city}.")),
}  # fmt: skip
"""All labels of figures; `note` fills in the names of the dataset."""


def note(id: str) -> Note:
    """A label in the words of the dataset."""
    fill, found = in_force().fill, NOTES[id]
    return Note(fill(found.name), found.style, fill(found.meaning))


class Bar(NamedTuple):
    """Positions of a bar's parts in percent of its width."""

    start: str
    width: str
    zero: str
    negative: bool
    interval: tuple[str, str] | None

    @classmethod
    def of(
        cls,
        value: float | None,
        lowest: float,
        highest: float,
        zero: float,
        low: float | None = None,
        high: float | None = None,
        digits: int = 1,
    ) -> Bar | None:
        """The bar of a value; None if unknown. Values beyond the scale end at its edge.

        `digits` are those of its places in percent: a bar of a hundred pixels needs none.
        """
        if value is None:
            return None

        def place(figure: float) -> float:
            return min(max((figure - lowest) / (highest - lowest), 0.0), 1.0) * 100

        start, end = sorted((place(zero), place(value)))
        known = low is not None and high is not None
        return cls(
            start=f"{start:.{digits}f}",
            width=f"{end - start:.{digits}f}",
            zero=f"{place(zero):.{digits}f}",
            negative=value < zero,
            interval=(f"{place(low):.1f}", f"{place(high):.1f}") if known else None,  # type: ignore[arg-type]
        )

    @property
    def svg(self) -> SafeString:
        """The bar as SVG; it contains only numbers."""
        sign = " bar-negative" if self.negative else ""
        interval = (
            f'<line class="interval" x1="{self.interval[0]}%" x2="{self.interval[1]}%" '
            'y1="50%" y2="50%"/>'
            if self.interval
            else ""
        )
        return mark_safe(
            f'<svg class="bar{sign}" aria-hidden="true" focusable="false">'
            '<rect class="bar-track" x="0" y="45%" width="100%" height="10%"/>'
            f'<rect class="bar-value" x="{self.start}%" y="15%" width="{self.width}%" '
            f'height="70%"/>{interval}<line class="bar-zero" x1="{self.zero}%" '
            f'x2="{self.zero}%" y1="0" y2="100%"/></svg>'
        )


class Cell(NamedTuple):
    """A displayed table cell."""

    text: str
    figure: bool
    heads_row: bool
    labels: Sequence[str]
    shown: str = ""
    """The text as a button that opens a card, where it is a figure."""


class Table(NamedTuple):
    """A displayed table: headings (key, text, whether numeric) and rows of cells."""

    headings: list[tuple[str, str, bool]]
    rows: list[list[Cell]]


def table_of(
    answer: Answer,
    names: Sequence[str],
    lang: Lang,
    rows: Sequence[dict[str, Any]] | None = None,
    opens: Callable[[dict[str, Any], str, str], str] | None = None,
) -> Table:
    """The displayed columns of an answer, in the order of `names`, with its rows or with these.

    `opens` makes a figure of a row, by key and text, one that opens a card.
    """
    known = [field for name in names if (field := field_of(answer.question, name))]
    nothing = empty_columns(answer, known)
    fields = [field for field in known if field.key not in nothing]
    head = next((field for field in fields if not field.figure), None)
    return Table(
        headings=[(field.key, field.heading(lang), field.figure) for field in fields],
        rows=[
            [_cell(field, row, lang, field == head, opens) for field in fields]
            for row in (answer.records if rows is None else rows)
        ],
    )


def filled_columns(rows: Iterable[Any], names: Sequence[str]) -> set[str]:
    """Names of the columns, attributes or keys of the rows, that say something in any row."""
    kept = [row if isinstance(row, dict) else {name: getattr(row, name) for name in names}
            for row in rows]  # fmt: skip
    return {name for name in names if any(row[name] for row in kept)}


def empty_columns(answer: Answer, fields: Iterable[Field]) -> set[str]:
    """Keys of the figures that are 0 or unknown in every row: their columns say nothing."""
    rows = answer.records
    return {
        field.key for field in fields
        if rows and field.figure and not any(row[field.key] for row in rows)
    }  # fmt: skip


def _cell(
    field: Field,
    row: dict[str, Any],
    lang: Lang,
    heads_row: bool,
    opens: Callable[[dict[str, Any], str, str], str] | None,
) -> Cell:
    labels = row[field.key] if field.html.draw == "badges" else ()
    text = "" if labels else field.write(row, lang)
    text = figure_text(text) if field.figure else text
    shown = opens(row, field.key, text) if opens and field.figure else ""
    return Cell(text, field.figure, heads_row, labels if isinstance(labels, list) else (), shown)


class Column(NamedTuple):
    """A column of a table whose rows become cards on a phone (`components/cards.html.j2`)."""

    key: str
    heading: str
    unit: str
    style: str
    """CSS class of its cells."""
    figure: bool
    heads_row: bool
    label: str
    """Heading within a card; empty if none is needed."""
    draw: str
    """`text` or `bar`, if the template draws no cell of its own for it."""
    bar: str = ""
    """Key of the figure that its bar shows."""


def columns_of(
    answer: Answer, lang: Lang, first: Sequence[str] = (), without: Container[str] = ()
) -> list[Column]:
    """The columns of an answer's table on a page: those of `first`, then the other fields'.

    Left out are fields shown beside another in its cell, fields hidden on pages, figures that are 0
    or unknown throughout, and those in `without`.
    """
    known = [field for name in answer.columns if (field := field_of(answer.question, name))]
    beside = {key for field in known for key in field.html.beside}
    left_out = {field.key for field in known if field.key in without or not field.html.shown}
    left_out |= empty_columns(answer, known)
    own = {field.key: field for field in known if field.key not in beside | left_out}
    order = [key for key in first if key in own]
    order += [key for key in own if key not in order]
    head = next((key for key in order if not own[key].figure), None)
    return [_column(own[key], key == head, lang) for key in order]


def _column(field: Field, heads_row: bool, lang: Lang) -> Column:
    html = field.html
    heading = html.short(lang) if html.short else field.heading(lang)
    label = "" if heads_row else heading
    return Column(
        key=field.key,
        heading=heading,
        unit=field.unit(lang) if field.unit else "",
        style=html.style or field.key,
        figure=field.figure and html.draw != "words",
        heads_row=heads_row,
        label=html.phone(lang) if html.phone else label,
        draw=html.draw,
        bar=html.bar or field.key,
    )


METHOD_NAMES: dict[str, Text] = {
    "affinity": Text("이용 강도(기본)", "usage score (the default)"),
    "classic": Text("기존 방식(2023년 연구), 비교용", "2023 method (for comparison)"),
}


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    name: str
    chosen: bool


class Select(NamedTuple):
    """A select list; `id` is its name in the address."""

    id: str
    title: str
    options: list[Option]

    @property
    def html(self) -> SafeString:
        """The list as HTML, built here: a template takes far longer for fifty options."""
        return mark_safe(
            f'<label>{escape(self.title)}<select name="{self.id}" id="choice-{self.id}" '
            f'autocomplete="off">{options_html(self.options)}</select></label>'
        )


def options_html(options: Iterable[Option]) -> SafeString:
    """Options of a list."""
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
    """The districts of a build, by the name in an address."""
    return [(name, Text(name, in_force().district_name(name, "en"))) for name in districts(build)]


def sexes_named() -> list[tuple[str, Text]]:
    """The sexes, by the letter in an address."""
    return [(str(sex), sex.text) for sex in Sex]


def ages_named() -> list[tuple[str, Text]]:
    """The ages of segments, by the first year."""
    return [(str(age), in_force().age_text(age)) for age in in_force().ages]


DISTRICT = Text("{district}", "{District}")
MONTH = Text("기준월", "Month")


def district_select(build: Build, chosen: str | None, lang: Lang, any_of: Text | None) -> Select:
    """The districts; `any_of` names the option for all of them."""
    named = districts_named(build)
    return select("district", in_force().fill(DISTRICT), _with(any_of, named), chosen, lang)


def sex_select(chosen: Sex | None, lang: Lang, any_of: Text | None) -> Select:
    """The sexes."""
    return select("sex", Text("성별", "Sex"), _with(any_of, sexes_named()), chosen, lang)


def age_select(chosen: int | None, lang: Lang, any_of: Text | None) -> Select:
    """The ten-year ages."""
    return select("age", Text("나이", "Age"), _with(any_of, ages_named()), chosen, lang)


def month_select(build: Build, chosen: object, lang: Lang) -> Select:
    """The label months, newest first."""
    named = [(str(month), month.text) for month in reversed(build.months)]
    return select("month", MONTH, named, chosen, lang)


def method_select(chosen: str, lang: Lang) -> Select:
    """The methods."""
    named = [(method, METHOD_NAMES[method]) for method in METHODS]
    return select("method", Text("방식", "Method"), named, chosen, lang)


def see(count: float | None, lang: Lang, place: str = "") -> str:
    """What the button of a sheet leads to: `자치구 4곳, 24만 명 보기`; with None the result."""
    if count is None:
        return Text("결과 보기", "See the result")(lang)
    shown = ", ".join(part for part in (place, people(count, lang)) if part)
    return Text(f"{shown} 보기", f"See {shown}")(lang)


def _with(any_of: Text | None, named: list[tuple[str, Text]]) -> list[tuple[str, Text]]:
    return [("", any_of), *named] if any_of else named
