"""The two views as a WSGI program; STUDY_WORKBOOK and STUDY_FOLDER name what they read."""

from __future__ import annotations

import os
from pathlib import Path

import django
import pandas as pd
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from bench.study import AGE, DISTRICT, MONTH, SEX
from bench.study_site.tables import (
    SEXES,
    read_platforms,
    read_rankings,
    targets_file,
)

WORKBOOK = Path(os.environ["STUDY_WORKBOOK"])
FOLDER = Path(os.environ["STUDY_FOLDER"])
RANKINGS = read_rankings(WORKBOOK)
PLATFORMS = read_platforms(WORKBOOK)

PAGE = Engine().from_string("""<!DOCTYPE html>
<html lang="ko"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>
<table><thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% if platforms %}<h2>추천 매체</h2>
<ol>{% for name in platforms %}<li>{{ name }}</li>{% endfor %}</ol>{% endif %}
</body></html>
""")


def customers(request: HttpRequest) -> HttpResponse:
    """`/customers/?district=강남구&sex=F&age=30&month=2023-06`: the services in order."""
    asked = request.GET
    found = RANKINGS[
        (RANKINGS[DISTRICT] == asked["district"])
        & (RANKINGS[SEX] == SEXES[asked["sex"]])
        & (RANKINGS[AGE] == int(asked["age"]))
        & (RANKINGS[MONTH] == asked["month"])
    ]
    return _page("고객별 추천", found)


def advertisers(request: HttpRequest) -> HttpResponse:
    """`/advertisers/?service=delivery&top=10`: the targets, and one list of platforms for all."""
    service = request.GET["service"]
    targets = pd.read_excel(targets_file(FOLDER, service))
    top = int(request.GET.get("top", "10"))
    return _page("광고주 추천", targets.head(top), PLATFORMS[service])


def _page(title: str, table: pd.DataFrame, platforms: list[str] | None = None) -> HttpResponse:
    facts = {"title": title, "names": list(table.columns), "rows": table.to_numpy().tolist(),
             "platforms": platforms}  # fmt: skip
    return HttpResponse(PAGE.render(Context(facts)))


urlpatterns = [path("customers/", customers), path("advertisers/", advertisers)]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)
django.setup()
application = get_wsgi_application()
