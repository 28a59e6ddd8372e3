"""Templates: all are Jinja's, compiled once for each language.

The engine takes a tenth of the time of Django's own templates for the same rows. A page is
`<folder>/page.html`; `rendered` renders a part from a view. Available in templates besides their
context:

    {{ _("Rank") }}   {{ row.population|people }}   {{ badges(row.labels) }}   {{ basis(answer) }}
    {{ _("{city} %(city)s")|fill(city=figure) }}
    {{ ngettext("%(n)s file", "%(n)s files", n)|fill(n=n) }}
    {{ heading("status", "file") }}   {{ wording.IN_FORCE|say }}
    {{ url("plan", plan.pk) }}   {{ static("telads/site.css") }}   {{ icon("house") }}
    {{ querystring(request, page=2) }}

A text doubles its percent signs, like the catalogues. An undefined name is false in a condition and
an error when printed.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
from django.http import HttpRequest
from django.template import Context, TemplateDoesNotExist, defaulttags
from django.template.backends.jinja2 import Jinja2, Template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext
from django.utils.translation import ngettext as number_text
from django_htmx.jinja import htmx_script

from telads import wording
from telads.answers.answer import Answer
from telads.answers.questions import field_of
from telads.dataset import Dataset, in_force
from telads.planning.words import TABLES
from telads.render.svg.city import outlines_svg
from telads.render.svg.drawing import Drawing
from telads.render.svg.theme import SITE
from telads.text import Lang
from telads.web import filters
from telads.web.components import (
    NOTES,
    PAGES,
    address_in,
    icon,
    mark,
    note,
    service_class,
    table_of,
)
from telads.web.filters import escape, lang
from telads.web.sorting import Extent, Sorting, values_of
from telads.web.trust import Trusted, strong

_HERE = Path(__file__).parent
APPS = ("accounts", "plans", "media", "audiences", "experiments", "jobs", "notices")
FOLDERS = [_HERE / folder / "templates" for folder in ("", *APPS)]
TEXTS = 1024
"""Number of texts cached: the catalogue in two languages, for each dataset."""


class Templates(Jinja2):
    """Django's backend for the templates, named in `settings.TEMPLATES`."""

    def get_template(self, template_name: str) -> Template:
        """A template in the language of the request."""
        try:
            return Template(_environment(lang()).get_template(template_name), self)
        except jinja2.TemplateNotFound as missing:
            raise TemplateDoesNotExist(str(missing), backend=self) from missing


class Missing(jinja2.StrictUndefined):
    """An undefined name: false in a condition, an error anywhere else."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return False

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return True

    def __hash__(self) -> int:  # type: ignore[override]
        return id(type(self))


class Environment(jinja2.Environment):
    """Environment in which attributes of None are None, and keys precede methods."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The key or attribute of an object: `facts.values` is the fact, if there is one."""
        if isinstance(obj, dict):
            if attribute in obj:
                return obj[attribute]
        elif obj is None or isinstance(obj, Missing):
            return obj
        try:  # asked for thousands of times a page: not by way of the class above
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)


def rendered(template: str, facts: dict[str, Any]) -> SafeString:
    """Render a template in the language of the request; texts are escaped."""
    return mark_safe(_environment(lang()).get_template(template).render(facts))


@cache
def _environment(language: Lang) -> Environment:
    """One environment for each language, so that templates need not look it up."""
    known = Environment(
        loader=jinja2.FileSystemLoader([*FOLDERS, _HERE / "pages"]),
        autoescape=True, undefined=Missing, auto_reload=False,
        keep_trailing_newline=True,
    )  # fmt: skip
    for name in (
        "say", "named", "month", "window", "people", "hero", "money", "service", "district",
        "method",
    ):  # fmt: skip
        known.filters[name] = partial(getattr(filters, name), language=language)
    for name in (
        "plain", "percent", "signed", "unbroken", "date", "platform", "age", "sex", "particle",
        "against", "between",
    ):  # fmt: skip
        known.filters[name] = getattr(filters, name)
    known.filters.update(
        capfirst=capfirst,
        fill=_fill,
        strong=strong,
        truncatechars=lambda text, most: Truncator(text).chars(most),
    )
    known.globals.update(
        LANGUAGE_CODE=language,
        _=partial(_text, language=language),
        ngettext=partial(_number_text, language=language),
        url=lambda name, *args, **named: reverse(name, args=args, kwargs=named),
        static=static,
        querystring=_querystring,
        htmx_script=htmx_script,
        in_language=_in_language,
        navigation=partial(_navigation, language=language),
        badge=filters.badge,
        badges=partial(filters.badges, language=language),
        badge_notes=badge_notes,
        bar=filters.bar,
        answer_table=answer_table,
        trusted=trusted,
        heading=partial(heading, language=language),
        plan_tables=TABLES,
        wording=wording,
        basis=basis,
        drawing=drawing,
        icon=icon,
        mark=mark,
        service_class=service_class,
        outlines=outlines,
        warnings=warnings,
    )
    return known


def filled(text: str, language: Lang | None = None) -> str:
    """A text filled in with the words of the dataset in force; keeps its safety mark."""
    told = in_force().filled(text, language or lang(), escape)
    return mark_safe(told) if isinstance(text, SafeString) else told


def _text(english: str, language: Lang) -> SafeString:
    """A text of the catalogue, with single percent signs and the words of the dataset."""
    return _text_of(in_force(), english, language)


@lru_cache(maxsize=TEXTS)
def _text_of(_: Dataset, english: str, language: Lang) -> SafeString:
    return SafeString(filled(mark_safe(gettext(english).replace("%%", "%")), language))


def _number_text(one: str, many: str, number: int, language: Lang) -> SafeString:
    """A text of the catalogue that depends on a number."""
    told = number_text(one, many, number).replace("%%", "%")
    return SafeString(filled(mark_safe(told), language))


def _fill(text: str, **values: Any) -> SafeString:
    """A text of the catalogue with its placeholders `%(name)s` filled."""
    for name, value in values.items():
        text = text.replace(f"%({name})s", conditional_escape(value))
    return mark_safe(text)


def _querystring(request: HttpRequest, **changes: Any) -> str:
    """The query of this page with some choices changed."""
    context = Context({"request": request})
    context.request = request  # type: ignore[attr-defined]
    return str(defaulttags.querystring(context, **changes))


def _in_language(request: HttpRequest | Missing | None, language: Lang) -> str:
    """The address of this page in a language, with its choices."""
    if not isinstance(request, HttpRequest):
        return address_in(language, "/")
    query = request.GET.urlencode()
    return address_in(language, iri_to_uri(request.path)) + (f"?{query}" if query else "")


def _navigation(
    request: HttpRequest | Missing | None, language: Lang, part: str = "navigation"
) -> SafeString:
    """The pages, with the current one marked; `menu`: those a phone's bar has no room for."""
    here = address_in("ko", request.path) if isinstance(request, HttpRequest) else ""
    marked = [here == "/" if one.path == "/" else here.startswith(one.path) for one in PAGES]
    return _marked(tuple(marked), language, part)


@cache
def _marked(marked: tuple[bool, ...], language: Lang, part: str) -> SafeString:
    links = [
        (address_in(language, one.path), one, present)
        for one, present in zip(PAGES, marked, strict=True)
        if part == "navigation" or not one.icon
    ]
    return rendered(f"components/{part}.html", {"links": links})


def badge_notes() -> SafeString:
    """Explanations of all labels, which `base.html` holds once for the page."""
    return rendered("components/notes.html", {"notes": [(id, note(id)) for id in NOTES]})


@jinja2.pass_context
def answer_table(
    context: jinja2.runtime.Context,
    answer: Answer,
    caption: str = "",
    without: str = "",
    only: str = "",
) -> SafeString:
    """An answer as a table, with the headings and values of the command line.

    `only` and `without` select columns by id, separated by commas; those that the answer lacks are
    ignored. The caption is visible and read aloud; labels become badges; the first non-numeric
    column heads its row. Figures open their cards, heads sort, and a long table shows its first
    rows (`telads.web.sorting`), by the question's name.
    """
    columns, language, rest = answer.columns, lang(), ""
    chosen = [name for name in only.split(",") if name in columns] if only else [*columns]
    names = [name for name in chosen if name not in without.split(",")]
    request, rows, order = context.get("request"), answer.records, None
    name = answer.question
    if isinstance(request, HttpRequest):
        before = vars(request).setdefault("telads_tables", Counter())
        before[answer.question] += 1
        if before[answer.question] > 1:  # ids are unique, and so are orders
            name = f"{name}-{before[answer.question]}"
        if request.method == "GET":
            order = Sorting(request, name, values_of(answer, names, language), "rank")
            rows = order.rows(rows)
        extent = Extent(request, name, len(rows))
        rows, rest = list(extent.rows(rows)), extent.link(language)
    trust = Trusted(answer, language, context.get("build") or None, name)
    table = table_of(answer, names, language, rows, trust.figure)
    facts = {
        "table": table, "caption": caption, "name": name, "order": order, "trust": trust,
        "rest": rest,
    }  # fmt: skip
    return rendered("components/answer_table.html.j2", facts)


@jinja2.pass_context
def trusted(context: jinja2.runtime.Context, answer: Answer, name: str) -> Trusted:
    """What makes figures of an answer open their cards, outside a table; `cards` follows them."""
    return Trusted(answer, lang(), context.get("build") or None, name)


def basis(answer: Answer) -> SafeString:
    """Provenance of an answer: month, observed months, method, build, synthetic."""
    return rendered("components/basis.html.j2", {"answer": answer})


def heading(question: str, key: str, language: Lang) -> str:
    """What the column of a field is called, in its short form where it has one."""
    field = field_of(question, key)
    if field is None:
        raise KeyError(f"{question} has no {key}")
    return field.html.short(language) if field.html.short else field.heading(language)


def drawing(picture: Drawing) -> SafeString:
    """A picture in the colours of the page, which shows its heading separately."""
    return mark_safe(picture.paint(SITE))


def outlines() -> SafeString:
    """The borders of the districts, once for a page whose maps refer to them."""
    return mark_safe(outlines_svg())


def warnings(answer: Answer) -> SafeString:
    """Warnings about the month's data, folded."""
    return rendered("components/warnings.html.j2", {"warnings": answer.warnings})
