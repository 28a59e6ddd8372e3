"""Files of the data page: each picture as CSV, PNG and SVG, and what brings it to life.

All are told apart by the build, so a browser that asks again is answered with 304.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from telads.answers.choices import one_of
from telads.answers.people import by_district
from telads.language import Lang, Text
from telads.version import __version__
from telads.web import charts, current
from telads.web.pages.data import form
from telads.web.pages.data.bars import people_svg
from telads.workspace import Build

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "json": "application/json",
}
KINDS = ("csv", "png", "svg")
"""What a reader can take home; JSON is the specification that the page itself asks for."""
FOR_EVER = 31_536_000


def _tag(request: HttpRequest, **_facts: str) -> str:
    """What a file depends on: the build (which knows the version), the address, the language."""
    facts = (current.build(request).name, __version__, request.get_full_path())
    return f'"{hashlib.sha256("|".join(facts).encode()).hexdigest()[:24]}"'


@require_safe
@gzip_page
@condition(etag_func=_tag)
def picture(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """`/data/choropleth.svg?measure=delivery`: a picture of the page's choices."""
    build, lang = current.build(request), current.language(request)
    if chart not in charts.DEPENDS_ON:
        raise one_of(Text("그림", "picture"), chart, charts.DEPENDS_ON)
    choice = charts.relevant(chart, form.asked(build, request.GET))
    narrow = "narrow" in request.GET
    makers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: charts.csv(charts.shown(build, chart, choice, lang).frame, build.synthetic),
        "png": lambda: charts.download(build, chart, choice, lang, "png"),
        "svg": lambda: charts.download(build, chart, choice, lang, "svg"),
        "json": lambda: charts.specification(build, chart, choice, lang, narrow),
    }
    names = charts.DEPENDS_ON[chart]
    choices = [str(value) for name in names if (value := getattr(choice, name))]
    return _file(build, lang, chart, kind, makers, choices)


@require_safe
@gzip_page
@condition(etag_func=_tag)
def people(request: HttpRequest, kind: str) -> HttpResponse:
    """`/data/people.csv?sex=F`: how many people live in each district."""
    build, lang = current.build(request), current.language(request)
    choice = form.asked(build, request.GET)
    answer = by_district(build, choice.month, choice.sex, choice.age)
    makers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: charts.csv(answer.rows, build.synthetic),
        "png": lambda: charts.png(people_svg(answer, lang)),
        "svg": lambda: people_svg(answer, lang).encode(),
    }
    choices = [value for value in (choice.month, choice.sex, choice.age) if value]
    return _file(build, lang, "people", kind, makers, [str(value) for value in choices])


@require_safe
@gzip_page
@condition(etag_func=lambda request, release: f'"{release}"')
@cache_control(public=True, immutable=True, max_age=FOR_EVER)
def program(request: HttpRequest, release: str) -> HttpResponse:
    """The chart program of this release; another release has another address."""
    if release != charts.BUNDLE:
        raise Http404(release)
    script = charts.bundle(current.workspace().path)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _file(
    build: Build,
    lang: Lang,
    name: str,
    kind: str,
    makers: dict[str, Callable[[], bytes]],
    choices: list[str],
) -> HttpResponse:
    """One of the forms of a picture; its name says the choices and the build."""
    if kind not in makers:
        raise one_of(Text("파일 형식", "kind of file"), kind, KINDS)
    response = HttpResponse(makers[kind](), content_type=TYPES[kind])
    if kind in KINDS:
        words = ["telads", name, *choices, lang, build.name]
        response.headers["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename="-".join(words) + f".{kind}")
            or ""
        )
    patch_cache_control(response, no_cache=True)
    return response
