"""Files of the data page: each picture as CSV, PNG and SVG, and its texts and rows as JSON.

A CSV file has a description at its address with `-metadata.json`. Entity tags contain the build, so
unchanged files get 304.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from telads.answers.choices import one_of
from telads.answers.pictures import Asked
from telads.answers.questions import PEOPLE as PEOPLE_ASKED
from telads.model import Month
from telads.render.files import DESCRIPTION, description, marked, provenance
from telads.render.svg import drawn
from telads.render.svg import people as people_bars
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.version import __version__
from telads.web import charts, request_state
from telads.web.file_responses import media_of, saved
from telads.web.pages.data import forms

if TYPE_CHECKING:
    import polars as pl

DESCRIBED = f"csv{DESCRIPTION}"
KINDS = ("csv", "png", "svg")
"""Formats offered for download; the JSON of a picture is for programs."""
PEOPLE = ("month", "sex", "age")
"""Choices that the people of the districts depend on."""


def _tag(request: HttpRequest, **_facts: str) -> str:
    """Entity tag of a file: the build, the version, the address with its language."""
    facts = (request_state.build(request).name, __version__, request.get_full_path())
    return f'"{hashlib.sha256("|".join(facts).encode()).hexdigest()[:24]}"'


@require_safe
@gzip_page
@condition(etag_func=_tag)
def picture(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """`/data/choropleth.svg?measure=delivery`: a picture of the page's choices."""
    build, lang = request_state.build(request), request_state.language(request)
    if chart not in charts.DEPENDS_ON:
        raise one_of(Text("차트", "chart"), chart, charts.DEPENDS_ON)
    choice = charts.relevant(chart, forms.asked(build, request.GET))
    makers: dict[str, Callable[[], bytes]] = {
        each: partial(_drawn, build, chart, choice, lang, each) for each in ("png", "svg", "json")
    }
    return _file(
        request, chart, kind, _chosen(choice, charts.DEPENDS_ON[chart]),
        lambda: charts.shown(build, chart, choice, lang).frame, makers,
    )  # fmt: skip


@require_safe
@gzip_page
@condition(etag_func=_tag)
def people(request: HttpRequest, kind: str) -> HttpResponse:
    """`/data/people.csv?sex=F`: people by district."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.asked(build, request.GET)
    answer = PEOPLE_ASKED.ask(build, month=choice.month, sex=choice.sex, age=choice.age)
    drawing = people_bars.draw(answer, lang)
    makers: dict[str, Callable[[], bytes]] = {
        each: partial(charts.content_of, drawing, each) for each in ("png", "svg")
    }
    return _file(request, "people", kind, _chosen(choice, PEOPLE), lambda: answer.rows, makers)


def _drawn(build: Build, chart: str, choice: Asked, lang: Lang, kind: str) -> bytes:
    """The wide picture as a standalone file, with its heading."""
    return charts.content_of(drawn(charts.shown(build, chart, choice, lang)), kind)


def _chosen(choice: Asked, names: Iterable[str]) -> dict[str, str]:
    """The choices made among these names."""
    return {name: str(value) for name in names if (value := getattr(choice, name))}


def _file(
    request: HttpRequest,
    name: str,
    kind: str,
    choices: dict[str, str],
    table: Callable[[], pl.DataFrame],
    pictures: dict[str, Callable[[], bytes]],
) -> HttpResponse:
    """A picture in one of its formats; the file name contains the choices and the build."""
    build = request_state.build(request)
    stem = "-".join(
        ["telads", name, *choices.values(), request_state.language(request), build.name]
    )
    makers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: charts.csv(table(), build.synthetic),
        DESCRIBED: lambda: description(
            f"{stem}.csv", marked(table(), build.synthetic), _about(build, name, choices)
        ).encode(),
        **pictures,
    }
    if kind not in makers:
        raise one_of(Text("파일 형식", "kind of file"), kind, KINDS)
    content = makers[kind]()
    response = (
        HttpResponse(content, content_type=media_of(".json"))  # displayed, not saved
        if kind == "json"
        else saved(request, content, f"{stem}.{kind}")
    )
    patch_cache_control(response, no_cache=True)
    return response


def _about(build: Build, name: str, choices: dict[str, str]) -> dict[str, object]:
    """Provenance of a table: the chosen month, or all of them, and the other choices."""
    about = provenance(build, name, None)
    if "month" in choices:
        month = Month.parse(choices["month"])
        about |= {"months": [str(month)], "windows": [[str(one) for one in month.window]]}
    return {**about, **{name: value for name, value in choices.items() if name != "month"}}
