"""Templates of Jinja, for the parts of pages that hold hundreds of figures.

Jinja makes Python of a template, which then takes a tenth of the time that Django's own templates
take for the same rows. A page and what is around its result stay Django's; the result is
`<folder>/<name>.html.j2` beside them, with the same filters as there:

    {{ _("Rank") }}   {{ row.population|people }}   {{ badges(row.labels) }}
    {{ _("city %(city)s")|fill(city=figure) }}

In a text a percent sign is written twice, as catalogues hold it.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from telads.text import Lang

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent


def rendered(template: str, facts: dict[str, Any]) -> SafeString:
    """A template with its facts, in the language of the request; texts are escaped."""
    lang: Lang = "en" if get_language() == "en" else "ko"
    return mark_safe(_environment(lang).get_template(template).render(facts))


@cache
def _environment(lang: Lang) -> jinja2.Environment:
    """One for each language: nothing in a template has to ask for the language again."""
    import jinja2

    from telads.web.templatetags import telads as tags

    known = jinja2.Environment(
        loader=jinja2.FileSystemLoader([_HERE / "templates", _HERE / "pages"]),
        autoescape=True, undefined=jinja2.StrictUndefined, auto_reload=False,
    )  # fmt: skip
    for name in ("say", "month", "window", "people", "service", "district", "method"):
        known.filters[name] = partial(getattr(tags, name), language=lang)
    known.filters.update(
        plain=tags.plain, percent=tags.percent, unbroken=tags.unbroken, capfirst=capfirst,
        fill=_fill,
    )  # fmt: skip
    known.globals.update(
        basis=tags.basis,
        warnings=tags.warnings,
        bar=tags.bar,
        badges=partial(tags.badges, language=lang),
        _=cache(_text),
    )
    return known


def _text(english: str) -> SafeString:
    """A text of the catalogue, which holds its percent signs twice."""
    return mark_safe(gettext(english).replace("%%", "%"))


def _fill(text: str, **values: object) -> SafeString:
    """A text of the catalogue with its places `%(name)s` filled."""
    for name, value in values.items():
        text = text.replace(f"%({name})s", escape(value))
    return mark_safe(text)
