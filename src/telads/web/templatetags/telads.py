"""The words templates are written in: texts and figures in the reader's language, and parts.

Filters take the language of the request, unless it is given: `{{ text|say }}`, `{{ month|month }}`,
`{{ row.population|people }}`, `{{ id|service }}`, `{{ name|district }}`, `{{ age|age }}`,
`{{ sex|sex }}`, `{{ value|signed }}`,
`{{ text|unbroken }}`. A page keeps its other choices in an address with Django's
own `{% querystring month="2023-06" %}`.

Parts: `{% answer_table answer %}`, `{% basis answer %}`, `{% warnings answer %}`,
`{% badge "tie" %}`, `{% bar value lowest highest %}`, `{% navigation %}`,
`{% in_language "en" %}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.encoding import iri_to_uri
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from telads.answers.answer import Answer
from telads.answers.fields import method_name
from telads.catalog import BY_ID
from telads.model import Month, Sex, age_text
from telads.places import district_name
from telads.text import Lang, Text
from telads.web.components import NOTES, PAGES, Bar, Note, address_in, table_of
from telads.web.jinja import rendered
from telads.wording import number, span
from telads.wording import people as people_text

register = template.Library()
_JOINTS = re.compile(r"(?<=\w)[·–](?=\w)")


def lang() -> Lang:
    """The language of the page that is being rendered."""
    return "en" if get_language() == "en" else "ko"


@register.filter
def say(text: Text | str | None, language: Lang | None = None) -> str:
    """A text in both languages, in the reader's."""
    return text(language or lang()) if isinstance(text, Text) else str(text or "")


@register.filter
def unbroken(text: str) -> str:
    """A text whose names and spans are never broken into lines: `동영상·방송`, `4월–6월`."""
    return _JOINTS.sub("\u2060\\g<0>\u2060", text)


@register.filter
def month(label: Month | str, language: Lang | None = None) -> str:
    """A month as people write it; takes a `Month` or `YYYY-MM`."""
    known = label if isinstance(label, Month) else Month.parse(label)
    return known.text(language or lang())


@register.filter
def window(label: Month | str, language: Lang | None = None) -> str:
    """The months that a label month observes: `2023년 4월–6월`, `2023-04 to 2023-06`."""
    known = label if isinstance(label, Month) else Month.parse(label)
    return span(known.window, language or lang())


@register.filter
def people(count: float, language: Lang | None = None) -> str:
    """`8,120명`, `730,000 people`."""
    return people_text(count, language or lang())


@register.filter
def service(id: str, language: Lang | None = None) -> str:
    """The name of a service or measure."""
    return BY_ID[id].text(language or lang())


@register.filter
def platform(name: str) -> str:
    """A platform as people read it: that of a service, or the name a planner gave it."""
    return BY_ID[name].text(lang()) if name in BY_ID else name


@register.filter
def district(name: str, language: Lang | None = None) -> str:
    """A district's name: `강남구`, `Gangnam-gu`."""
    return district_name(name, language or lang())


@register.filter
def age(first: int) -> str:
    """A ten-year age: `30대`, `30-39`."""
    return age_text(first)(lang())


@register.filter
def sex(id: str) -> str:
    """`여성`, `women`."""
    return Sex(id).text(lang())


@register.filter
def method(name: str, language: Lang | None = None) -> str:
    """What a recommender is called: `관심도`, `affinity`."""
    return method_name(name, language or lang())


@register.filter
def signed(value: float | None, digits: int = 2) -> str:
    """A figure with its sign: `+1.05`, `−0.31`; a dash where nothing is known."""
    return "–" if value is None else number(value, "index", digits)


@register.filter
def plain(value: float | None, digits: int = 0) -> str:
    """A figure with thousands separators: `1,234`; a dash where nothing is known."""
    return "–" if value is None else number(value, digits=digits)


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """A share 0..1 as `12.3%`; a dash where nothing is known."""
    return "–" if share is None else f"{share:.{digits}%}"


@register.simple_tag
def badge(id: str) -> SafeString:
    """An honesty label that explains itself when pointed at, focused or touched."""
    return _badge(id, lang())


@cache
def _badge(id: str, lang: Lang) -> SafeString:
    note = NOTES[id]
    return format_html(
        '<button type="button" class="badge badge-{}" popovertarget="note-{}" '
        'aria-describedby="note-{}">{}</button>',
        note.style, id, id, note.name(lang),
    )  # fmt: skip


@register.simple_tag
def badges(ids: Iterable[str] | None, language: Lang | None = None) -> SafeString:
    """Several labels side by side."""
    return mark_safe(" ".join(_badge(id, language or lang()) for id in ids or ()))


@register.inclusion_tag("components/notes.html")
def badge_notes() -> dict[str, list[tuple[str, Note]]]:
    """The explanations of all labels; `base.html` holds them once for the page."""
    return {"notes": list(NOTES.items())}


@register.simple_tag
def bar(
    value: float | None,
    lowest: float,
    highest: float,
    zero: float = 0.0,
    low: float | None = None,
    high: float | None = None,
) -> SafeString:
    """A bar from `zero` to the value on a scale from `lowest` to `highest`, with an interval.

    It only repeats a figure that stands beside it, so it is hidden from screen readers.
    """
    drawn = Bar.of(value, lowest, highest, zero, low, high)
    return drawn.svg if drawn else SafeString()


@register.simple_tag
def answer_table(
    answer: Answer, caption: str = "", without: str = "", only: str = ""
) -> SafeString:
    """An answer as a table, headed and written as on the command line.

    `only` and `without` choose columns by id, separated by commas. The caption is read out and
    shown; labels become badges; the first column that is no figure heads its row.
    """
    chosen = tuple(only.split(",")) if only else tuple(answer.rows.columns)
    names = [name for name in chosen if name not in without.split(",")]
    facts = {"table": table_of(answer, names, lang()), "caption": caption}
    return rendered("components/answer_table.html.j2", facts)


@register.simple_tag
def basis(answer: Answer) -> SafeString:
    """What an answer's figures stand on: month, months observed, method, build, synthetic."""
    return rendered("components/basis.html.j2", {"answer": answer})


@register.simple_tag
def warnings(answer: Answer) -> SafeString:
    """What is remarkable about the month's data, folded."""
    return rendered("components/warnings.html.j2", {"warnings": answer.warnings})


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> SafeString:
    """The pages, the present one marked."""
    request: HttpRequest | None = context.get("request")
    here = address_in("ko", request.path) if request else ""
    marked = [here == "/" if path == "/" else here.startswith(path) for path, _ in PAGES]
    return _navigation(tuple(marked), lang())


@cache
def _navigation(marked: tuple[bool, ...], lang: Lang) -> SafeString:
    links = [
        (address_in(lang, path), name, present)
        for (path, name), present in zip(PAGES, marked, strict=True)
    ]
    return render_to_string("components/navigation.html", {"links": links})


@register.simple_tag(takes_context=True)
def in_language(context: dict[str, Any], language: Lang) -> str:
    """The address of this page in a language, its choices kept."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return address_in(language, "/")
    query = request.GET.urlencode()
    return address_in(language, iri_to_uri(request.path)) + (f"?{query}" if query else "")
