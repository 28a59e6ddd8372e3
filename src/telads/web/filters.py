"""Template filters: texts and figures in the reader's language.

Filters use the language of the request unless one is given: `{{ text|say }}`, `{{ month|month }}`,
`{{ row.population|people }}`, `{{ size.population|hero }}`, `{{ id|service }}`,
`{{ name|district }}`, `{{ age|age }}`, `{{ sex|sex }}`, `{{ value|signed }}`,
`{{ text|unbroken }}`. `telads.web.jinja` registers them, and
binds them to the language, with the components that templates call as functions.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.defaultfilters import date as django_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from telads.answers.fields import method_name
from telads.dataset import Dataset, in_force
from telads.model import Month, Sex
from telads.text import Lang, Text, josa
from telads.web.components import Bar, note
from telads.web.formatting import MINUS, figure_text
from telads.wording import number, people_apart, people_exact, span
from telads.wording import people as people_text

BADGES = 128
"""Number of labels cached: each in two languages for each dataset."""
_JOINTS = re.compile(r"(?<=\w)[·–](?=\w)|(?<=\d)-(?=\d)")


def lang() -> Lang:
    """The language of the page being rendered."""
    return "en" if get_language() == "en" else "ko"


def say(text: Text | str | None, language: Lang | None = None) -> str:
    """A text in the reader's language."""
    if isinstance(text, Text):
        return text(language or lang())
    return "" if text is None else str(text)  # an undefined name is an error


def named(text: Text, language: Lang | None = None) -> SafeString:
    """A name or sentence of the dataset, escaped except for apostrophes."""
    return mark_safe(escape(text(language or lang())))


def escape(word: str) -> str:
    """A name for HTML text; apostrophes are kept, since attributes use double quotes."""
    return html.escape(word, quote=False).replace('"', "&quot;")


def unbroken(text: str) -> str:
    """A text whose names, spans and dates stay whole: `동영상·방송`, `4월–6월`, `2026-03-02`."""
    return _JOINTS.sub("\u2060\\g<0>\u2060", text)


def month(label: Month | str, language: Lang | None = None) -> str:
    """A month in words; takes a `Month` or `YYYY-MM`."""
    known = label if isinstance(label, Month) else Month.parse(label)
    return known.text(language or lang())


def window(label: Month | str, language: Lang | None = None) -> str:
    """The observed months of a label month: `2023년 4월–6월`, `2023-04 to 2023-06`."""
    known = label if isinstance(label, Month) else Month.parse(label)
    return span(known.window, language or lang())


def people(count: float, language: Lang | None = None) -> str:
    """`8,120명`, `730,000 people`."""
    return people_text(count, language or lang())


def money(amount: float | None, language: Lang | None = None) -> str:
    """`5,000만 원`, `50 million won`; a dash for None."""
    return "–" if amount is None else in_force().currency.amount(amount)(language or lang())


def hero(count: float, language: Lang | None = None) -> SafeString:
    """A number of people large and rounded, its unit small and the exact number its `title`."""
    said = language or lang()
    number, unit = people_apart(count, said)
    return format_html(
        '<span title="{}">{}{}<span class="unit">{}</span></span>',
        people_exact(count, said), number, "" if said == "ko" else " ", unit,
    )  # fmt: skip


def service(id: str, language: Lang | None = None) -> str:
    """The name of a service or measure."""
    return in_force().measures[id].text(language or lang())


def platform(name: str) -> str:
    """A platform's name: that of a service, or the one a planner gave it."""
    return in_force().measures[name].text(lang()) if name in in_force().measures else name


def district(name: str, language: Lang | None = None) -> str:
    """A district's name: `강남구`, `Gangnam-gu`."""
    return in_force().district_name(name, language or lang())


def age(first: int) -> str:
    """A ten-year age: `30대`, `30-39`."""
    return in_force().age_text(first)(lang())


def sex(id: str) -> str:
    """`여성`, `women`."""
    return Sex(id).text(lang())


def method(name: str, language: Lang | None = None) -> str:
    """Displayed name of a recommender: `이용 강도`, `affinity`."""
    return method_name(name, language or lang())


def signed(value: float | None, digits: int = 2) -> str:
    """A figure with its sign: `+1.05`, `−0.31`; a dash for None."""
    return "–" if value is None else number(value, "index", digits)


def plain(value: float | None, digits: int = 0) -> str:
    """A figure with thousands separators: `1,234`; a dash for None."""
    return "–" if value is None else number(value, digits=digits)


def against(row: Mapping[str, Any]) -> str:
    """Use against the city's average in percent: `+46%`, `−8%`; a dash without an index."""
    index = row.get("index")
    return "–" if index is None else figure_text(f"{round(index) - 100:+d}%")


def between(row: Mapping[str, Any], low: str, high: str) -> str:
    """The ends of an index's interval in percent of the average: `43–48%`, `−8 … −3%`."""
    ends = [figure_text(f"{round(row[end]) - 100:d}") for end in (low, high)]
    return (" … " if MINUS in "".join(ends) else "–").join(ends) + "%"


def percent(share: float | None, digits: int = 1) -> str:
    """A share 0..1 as `12.3%`; a dash for None."""
    return "–" if share is None else f"{share:.{digits}%}"


def particle(word: str, particles: str) -> str:
    """The Korean particle that a word needs, alone: `으로` of `5,000만 원`."""
    return josa(word, particles)[len(word) :]


def badge(id: str) -> SafeString:
    """A label that explains itself when hovered, focused or touched."""
    return _badge(id, lang())


def _badge(id: str, lang: Lang) -> SafeString:
    return _badge_of(in_force(), id, lang)


@lru_cache(maxsize=BADGES)
def _badge_of(_: Dataset, id: str, lang: Lang) -> SafeString:
    shown = note(id)
    return format_html(
        '<button type="button" class="badge badge-{}" popovertarget="note-{}" '
        'aria-describedby="note-{}">{}</button>',
        shown.style, id, id, shown.name(lang),
    )  # fmt: skip


def badges(ids: Iterable[str] | None, language: Lang | None = None) -> SafeString:
    """Several labels side by side."""
    return mark_safe(" ".join(_badge(id, language or lang()) for id in ids or ()))


def bar(
    value: float | None,
    lowest: float,
    highest: float,
    zero: float = 0.0,
    low: float | None = None,
    high: float | None = None,
) -> SafeString:
    """A bar from `zero` to the value on a scale from `lowest` to `highest`, with an interval.

    It repeats the figure beside it, so it is hidden from screen readers.
    """
    drawn = Bar.of(value, lowest, highest, zero, low, high)
    return drawn.svg if drawn else SafeString()


def date(when: datetime | None, form: str = "Y-m-d H:i") -> str:
    """A time in the time zone of the installation, in Django's date format."""
    return django_date(localtime(when), form) if when else ""
