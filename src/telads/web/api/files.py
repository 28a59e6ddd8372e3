"""Whole tables and pictures as files, with the same bytes as from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Literal, get_args

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from ninja import Router, Schema

from telads import export
from telads.answers import areas
from telads.answers.choices import (
    area_level_of,
    filters_of,
    method_of,
    month_of,
    one_of,
    service_of,
)
from telads.answers.pictures import PICTURES, picture
from telads.answers.pictures import Asked as Choices
from telads.render.areas import FORMATS as AREA_FORMATS
from telads.render.files import DESCRIPTION, FORMATS, content_by
from telads.render.svg import drawn
from telads.store.files import make_folder
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.api.answering import conditional, sent
from telads.web.api.operations import OPERATIONS, Operation, View, operation
from telads.web.api.parameters import DRAWN, NARROW, AreasAsked, ExportAsked, model_of
from telads.web.charts import content_of
from telads.web.file_process import table_made
from telads.web.file_responses import CSVM, lead_to_description, media_of

Form = Literal["svg", "png", "json"]
FOLDER = "downloads"
"""Folder of written tables in the workspace, shared by workers, kept as long as their build."""
KINDS = {suffix.removeprefix("."): media_of(suffix) for suffix in FORMATS}
FORMS: dict[Form, str] = {form: media_of(f".{form}") for form in get_args(Form)}


def description(request: HttpRequest, table: str, asked: Any) -> HttpResponseBase:
    """The description of a CSV: columns and provenance, as CSV on the Web."""

    def send(build: Build) -> HttpResponseBase:
        file = _written(build, table, "csv", asked.method)
        described = file.with_name(file.name + DESCRIPTION)
        return FileResponse(described.open("rb"), content_type=CSVM)

    return conditional(request, asked, send)


def whole_table(request: HttpRequest, table: str, kind: str, asked: Any) -> HttpResponseBase:
    """A whole table as csv, xlsx, parquet or json."""

    def send(build: Build) -> HttpResponseBase:
        file = _written(build, table, kind, asked.method)
        # Provenance has to stay with a saved file.
        name = f"{table}-{method_of(asked.method)}-{build.name}.{kind}"
        response = FileResponse(
            file.open("rb"), as_attachment=True, filename=name, content_type=KINDS[kind]
        )
        if kind == "csv":
            lead_to_description(request, response)
        return response

    return conditional(request, asked, send)


def areas_view(suffix: str) -> View:
    """The view of areas as files for maps, in the format of a suffix."""

    def view(request: HttpRequest, asked: Any) -> HttpResponseBase:
        def send(build: Build) -> HttpResponseBase:
            _, sex, age = filters_of(build, None, asked.sex, asked.age)
            service, level = service_of(build, asked.service).id, area_level_of(asked.level)
            found = areas.areas(build, service, month_of(build, asked.month), level, sex, age)
            form = AREA_FORMATS[suffix]
            content = content_by(lambda path: form.write(path, build, found), f"areas{suffix}")
            name = f"{level}-{service}-{found.month}-{build.name}{suffix}"
            response = HttpResponse(content, content_type=form.media_type)
            disposition = content_disposition_header(as_attachment=False, filename=name)
            response.headers["Content-Disposition"] = disposition or ""
            return response

        return conditional(request, asked, send, areas.stamp(request_state.build(request)))

    view.__name__ = f"areas_{suffix.removeprefix('.')}"
    return view


def view_of(name: str) -> View:
    """The view of a picture's address with the choices it takes."""

    def view(request: HttpRequest, form: str, asked: Schema) -> HttpResponseBase:
        return _picture(request, name, form, asked)

    view.__name__ = f"chart_{name}"
    return view


def no_chart(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """A picture that there is not; raises `UnknownChoice`."""
    raise one_of(Text("차트", "chart"), name, PICTURES)


CHARTS: dict[str, tuple[Text, str]] = {
    "population": (Text("차트: 성별·나이별 인구", "A chart: people by sex and age"),
                   "district={sample_district}"),
    "choropleth": (Text("차트: {district} 지도", "A chart: a measure on the map"),
                   "measure={sample_service}&sex=F"),
    "correlation": (Text("차트: 함께 쓰는 서비스", "A chart: services used together, by age"),
                    ""),
    "monthly": (Text("차트: 달마다의 이용", "A chart: services month by month"),
                "sex={sample_sex}&age={sample_age}"),
    "ranking": (Text("차트: 한 집단의 서비스, 서비스를 고르면 매체",
                     "A chart: a group's services or, with a service, platforms"),
                "district={sample_district}&sex={sample_sex}&age={sample_age}"),
    "targets": (Text("차트: 추천 집단 지도", "A chart: recommended groups on the map"),
                "service={sample_service}&top=30"),
    "neighbourhoods": (Text("차트: {neighbourhood} 지도, 경계가 없으면 목록",
                            "A chart: use by neighbourhood on the map, a list without borders"),
                       "service={sample_service}&district={sample_district}"),
}  # fmt: skip
"""Meaning of each picture, and an example of its address."""
AREAS: dict[str, Text] = {
    ".geojson": Text("지도 파일: 구역마다의 이용, GeoJSON(RFC 7946)",
                     "A file for maps: use by area, GeoJSON (RFC 7946)"),
    ".parquet": Text("지도 파일: 구역마다의 이용, GeoParquet 1.1",
                     "A file for maps: use by area, GeoParquet 1.1"),
}  # fmt: skip
"""Meaning of each file of areas."""


def routed() -> Router:
    """A router with the addresses of files."""
    router = Router()
    # The more specific address first: `{kind}` would match it too.
    described = Operation("export_description", Text(
        "CSV의 설명(출처, 달, 데이터 버전)", "What a CSV was made from, by CSV on the Web"),
        media=(CSVM,))  # fmt: skip
    table = Operation("export", Text("표 전체를 파일로", "A whole table as a file"),
                      "method=affinity", media=tuple(KINDS.values()))  # fmt: skip
    OPERATIONS["/export/{table}.{kind}"] = table  # listed first
    operation(router, "/export/{table}.csv-metadata.json", described, ExportAsked, description)
    operation(router, "/export/{table}.{kind}", table, ExportAsked, whole_table)
    for suffix, form in AREA_FORMATS.items():
        kind = suffix.removeprefix(".")
        of_areas = Operation(
            f"areas_{kind}", AREAS[suffix], "service={sample_service}", media=(form.media_type,)
        )
        operation(router, f"/areas.{kind}", of_areas, AreasAsked, areas_view(suffix))
    for name, (text, example) in CHARTS.items():
        one = Operation(f"chart_{name}", text, example, media=tuple(FORMS.values()),
                        sums=name == "targets")  # fmt: skip
        model = model_of(f"{name.title()}Drawn", (*DRAWN[name], NARROW))
        operation(router, f"/charts/{name}.{{form}}", one, model, view_of(name))
    router.get("/charts/{name}.{form}", include_in_schema=False)(no_chart)
    return router


def _picture(request: HttpRequest, name: str, form: str, asked: Any) -> HttpResponseBase:
    """A picture as svg or png, or what it says and its rows as json."""
    if form not in FORMS:
        raise one_of(Text("이미지 형식", "image format"), form, FORMS)

    def draw(lang: Lang) -> HttpResponse:
        choices = Choices(**asked.model_dump(exclude={"lang", "narrow"}))
        shown = picture(request_state.build(request), name, choices, lang)
        content = content_of(drawn(shown, narrow=asked.narrow), form)
        return HttpResponse(content, content_type=FORMS[form])

    return sent(request, asked, draw)


def _written(build: Build, table: str, kind: str, method: str) -> Path:
    """The file of a table, written on first use; raises `UnknownChoice`."""
    if table not in export.TABLES:
        raise one_of(Text("표", "table"), table, export.TABLES)
    if kind not in KINDS:
        raise one_of(Text("파일 형식", "kind of file"), kind, KINDS)
    folder = request_state.workspace().path / FOLDER
    path = folder / build.name / method_of(method) / f"{table}.{kind}"
    # A CSV's description is written last: once it exists, both are complete.
    last = path.with_name(path.name + DESCRIPTION) if kind == "csv" else path
    if not last.is_file():
        _forget_old(folder, build)
        make_folder(path.parent)  # so that writers need not create it
        table_made(export.export_missing, build, table, path, method, last)
    return path


def _forget_old(folder: Path, build: Build) -> None:
    """Remove tables of builds that no longer exist."""
    for old in folder.glob("*/"):
        if not (build.path.parent / old.name).is_dir():
            shutil.rmtree(old, ignore_errors=True)
