"""Whole tables and pictures as files, the same bytes as the command line writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from telads import export
from telads.answers.choices import method_of, one_of
from telads.answers.pictures import PICTURES, picture
from telads.answers.pictures import Asked as Choices
from telads.export import DESCRIPTION
from telads.render.svg import find_chart
from telads.render.svg.drawing import render
from telads.store.files import make_folder
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.api.answering import conditional, sent
from telads.web.api.parameters import (
    ChoroplethDrawn,
    CorrelationDrawn,
    Drawn,
    ExportAsked,
    MonthlyDrawn,
    PopulationDrawn,
    RankingDrawn,
    TargetsDrawn,
)
from telads.web.file_responses import CSVM, lead_to_description, media_of

router = Router()

Form = Literal["svg", "png", "json"]
FOLDER = "downloads"
"""Where in the workspace written tables lie: every worker finds them, until their build is gone."""
KINDS = {suffix.removeprefix("."): media_of(suffix) for suffix in export.WRITERS}
FORMS: dict[Form, str] = {form: media_of(f".{form}") for form in get_args(Form)}
_writing = Lock()


@router.get("/export/{table}.csv-metadata.json")
def description(request: HttpRequest, table: str, asked: Query[ExportAsked]) -> HttpResponseBase:
    """What a CSV was made from, as CSV on the Web describes it."""

    def send(build: Build) -> HttpResponseBase:
        file = _written(build, table, "csv", asked.method)
        described = file.with_name(file.name + DESCRIPTION)
        return FileResponse(described.open("rb"), content_type=CSVM)

    return conditional(request, asked, send)


@router.get("/export/{table}.{kind}")
def whole_table(
    request: HttpRequest, table: str, kind: str, asked: Query[ExportAsked]
) -> HttpResponseBase:
    """A whole table as csv, xlsx, parquet or json."""

    def send(build: Build) -> HttpResponseBase:
        file = _written(build, table, kind, asked.method)
        # Of what and how it was made stays with a file that was saved.
        name = f"{table}-{method_of(asked.method)}-{build.name}.{kind}"
        response = FileResponse(
            file.open("rb"), as_attachment=True, filename=name, content_type=KINDS[kind]
        )
        if kind == "csv":
            lead_to_description(request, response)
        return response

    return conditional(request, asked, send)


# A picture each, so that an address says which choices it takes.


@router.get("/charts/population.{form}")
def population(request: HttpRequest, form: str, asked: Query[PopulationDrawn]) -> HttpResponseBase:
    """People of a month by sex and age."""
    return _picture(request, "population", form, asked)


@router.get("/charts/choropleth.{form}")
def choropleth(request: HttpRequest, form: str, asked: Query[ChoroplethDrawn]) -> HttpResponseBase:
    """A measure on the map."""
    return _picture(request, "choropleth", form, asked)


@router.get("/charts/correlation.{form}")
def correlation(
    request: HttpRequest, form: str, asked: Query[CorrelationDrawn]
) -> HttpResponseBase:
    """Services used together."""
    return _picture(request, "correlation", form, asked)


@router.get("/charts/monthly.{form}")
def monthly(request: HttpRequest, form: str, asked: Query[MonthlyDrawn]) -> HttpResponseBase:
    """Services month by month."""
    return _picture(request, "monthly", form, asked)


@router.get("/charts/ranking.{form}")
def ranking(request: HttpRequest, form: str, asked: Query[RankingDrawn]) -> HttpResponseBase:
    """A segment's services, or the platforms for one of them."""
    return _picture(request, "ranking", form, asked)


@router.get("/charts/targets.{form}")
def targets(request: HttpRequest, form: str, asked: Query[TargetsDrawn]) -> HttpResponseBase:
    """Targets on the map."""
    return _picture(request, "targets", form, asked)


@router.get("/charts/{name}.{form}", include_in_schema=False)
def no_chart(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """A picture that there is not; raises `UnknownChoice`."""
    raise one_of(Text("그림", "picture"), name, PICTURES)


def _picture(request: HttpRequest, name: str, form: str, asked: Drawn) -> HttpResponseBase:
    """A picture as svg, png or Vega-Lite json."""
    if form not in FORMS:
        raise one_of(Text("그림 형식", "kind of picture"), form, FORMS)

    def draw(lang: Lang) -> HttpResponse:
        choices = Choices(**asked.model_dump(exclude={"lang", "narrow"}))
        shown = picture(request_state.build(request), name, choices, lang)
        drawn = find_chart(name).draw(shown.frame, narrow=asked.narrow, **shown.options)
        return HttpResponse(render(drawn, form), content_type=FORMS[form])

    return sent(request, asked, draw)


def _written(build: Build, table: str, kind: str, method: str) -> Path:
    """The file of a table, written on first use; raises `UnknownChoice`."""
    if table not in export.TABLES:
        raise one_of(Text("표", "table"), table, export.TABLES)
    if kind not in KINDS:
        raise one_of(Text("파일 형식", "kind of file"), kind, KINDS)
    folder = request_state.workspace().path / FOLDER
    path = folder / build.name / method_of(method) / f"{table}.{kind}"
    # A CSV file's description is written after it: where that is, all of it is.
    last = path.with_name(path.name + DESCRIPTION) if kind == "csv" else path
    with _writing:  # once, however many ask for it at the same moment
        if not last.is_file():
            _forget_old(folder, build)
            make_folder(path.parent)  # a writer that was added need not make it
            export.export(build, table, path, method)
    return path


def _forget_old(folder: Path, build: Build) -> None:
    """Remove the tables of builds that are no longer there."""
    for old in folder.glob("*/"):
        if not (build.path.parent / old.name).is_dir():
            shutil.rmtree(old, ignore_errors=True)
