"""Whatever is asked wrongly is refused with a problem, in the language asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from telads.errors import DataError, WorkspaceDamaged
from telads.text import Text
from telads.web.api import keys
from telads.web.api.problems import STATUS, TITLES, plain_errors, problem, status_of
from tests.web.api.conftest import Installed

GROUP = "district=강남구&sex=F&age=30"
BAD: dict[str, int] = {
    "services": 422,
    f"services?{GROUP}&": 200,
    "services?district=강남구&sex=F": 422,
    "services?district=&sex=F&age=30": 422,
    "services?district=%20&sex=F&age=30": 422,
    "services?district=*&sex=F&age=30": 404,
    "services?district=부산&sex=F&age=30": 404,
    "services?district=강남구&sex=X&age=30": 404,
    "services?district=강남구&sex=F&age=10": 404,
    "services?district=강남구&sex=F&age=-1": 404,
    "services?district=강남구&sex=F&age=35": 404,
    "services?district=강남구&sex=F&age=1e9": 404,
    "services?district=강남구&sex=F&age=NaN": 404,
    "services?district=강남구%00&sex=F&age=30": 422,
    "services?district=%ff%fe&sex=F&age=30": 404,
    "services?district=%F0%9F%98%80&sex=F&age=30": 404,
    "services?district=%E2%80%AE강남구&sex=F&age=30": 404,
    f"services?district={'가' * 5000}&sex=F&age=30": 422,
    f"services?{GROUP}&district=중구": 422,
    f"services?{GROUP}&month=2023-13": 422,
    f"services?{GROUP}&month=1999-01": 404,
    f"services?{GROUP}&month=2023-06-01": 422,
    f"services?{GROUP}&month=": 422,
    f"services?{GROUP}&month=..%2F..%2Fetc": 422,
    f"services?{GROUP}&method=magic": 404,
    f"services?{GROUP}&lang=fr": 422,
    f"services?{GROUP}&lang=": 422,
    f"services?{GROUP}&colour=red": 422,
    "targets": 422,
    "targets?service=tv": 404,
    "targets?service=delivery&top=0": 422,
    "targets?service=delivery&top=301": 422,
    "targets?service=delivery&top=-5": 422,
    "targets?service=delivery&top=ten": 422,
    "targets?service=delivery&top=1.5": 422,
    f"targets?service=delivery&top={'9' * 90}": 422,
    f"targets?service=delivery&top={'9' * 9000}": 422,
    "targets?service=delivery&by=luck": 404,
    "targets?service=delivery&platforms=maybe": 422,
    "targets?service=delivery&limit=0": 422,
    "targets?service=delivery&offset=-1": 422,
    "targets?service=delivery&offset=99999999999": 422,
    "targets?service=youtube&by=volume": 400,
    "targets?service=delivery&age=": 422,
    "targets?service[]=delivery": 422,
    "platforms?service=delivery": 422,
    f"lookalike?{GROUP}&among=nobody": 404,
    "segments?limit=100000": 422,
    "changes": 422,
    "changes?service=fax": 404,
    "changes?service=game&against=week": 404,
    "changes?service=game&month=1999-01": 404,
    "changes?service=game&district=nowhere": 404,
    "changes?service=game&sex=F": 422,
    "months?x=1": 422,
    "charts/nothing.svg": 404,
    "charts/population.exe": 404,
    "charts/ranking.svg": 422,
    "charts/population.svg?sex=AAA": 422,
    "charts/population.svg?sex=F": 422,  # it has no use for it
    "charts/correlation.svg?month=2023-4": 422,
    "charts/monthly.svg?sex=AAA": 404,
    "charts/targets.svg?by=luck": 404,
    "charts/targets.svg?service=netflix&by=excess": 400,
    "targets?service=delivery&top=5.0": 422,
    "targets?service=delivery&top=1_0": 422,
    "targets?service=delivery&top=%205": 422,
    "targets?service=delivery&top=٣": 422,
    "targets?service=delivery&platforms=yes": 422,
    "targets?service=delivery&month=2023-13": 422,
    "charts/choropleth.svg?measure=happiness": 404,
    "export/nothing.csv": 404,
    "export/scores.doc": 404,
    "export/scores.csv?method=magic": 404,
    "export/nothing.csv-metadata.json": 404,
    "export/..%2F..%2Fsecret-key.csv": 404,
    "nothing": 404,
    "": 404,
    "services/": 404,
    "../../etc/passwd": 404,
}


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("address", BAD)
def test_bad_questions(site: Client, address: str, lang: str) -> None:
    # Bytes as a browser sends them: the test client takes a text in an address for Latin-1.
    place, _, query = address.partition("?")
    response = site.get(
        f"/api/v1/{place}",
        QUERY_STRING=query.encode().decode("latin-1"),
        headers={"Accept-Language": lang},
    )
    assert response.status_code == BAD[address]
    if BAD[address] >= 400:
        told = response.json()
        assert response.headers["Content-Type"] == "application/problem+json"
        assert told["status"] == BAD[address]
        assert told["title"] == TITLES[told["code"]](lang)  # type: ignore[arg-type]
        assert told["type"] == f"/api/v1/docs#{told['code']}"
        assert told["detail"]
        assert told["instance"].startswith("/api/v1/")
        assert "advice" in told


def test_the_address_of_a_problem_is_a_uri(site: Client) -> None:
    for query in ("district=부산&sex=F&age=30", f"district={quote('부산')}&sex=F&age=30"):
        told = site.get(f"/api/v1/services?{query}").json()
        assert told["instance"] == f"/api/v1/services?district={quote('부산')}&sex=F&age=30"


def test_a_problem_names_the_value_and_the_choices(site: Client) -> None:
    asked = {"district": "Busan", "sex": "F", "age": "30", "lang": "en"}
    told = site.get("/api/v1/services", asked).json()
    assert told["value"] == "Busan"
    assert "Gangnam-gu" in told["advice"]
    repeated = site.get("/api/v1/services?sex=F&sex=M&district=중구&age=30").json()
    assert repeated["parameter"] == "sex"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_the_api_can_only_be_read(site: Client, method: str) -> None:
    response = getattr(site, method)("/api/v1/services")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert response.json()["code"] == "method-not-allowed"


def test_a_strange_host_is_told_as_a_problem(site: Client) -> None:
    response = site.get("/api/v1/months", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "bad-request")


def test_too_many_parameters_are_told_as_a_problem(site: Client) -> None:
    query = "&".join(f"p{number}=1" for number in range(2000))
    response = site.get(f"/api/v1/months?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "bad-request")


def test_before_the_first_build(client: Client, tmp_path: Path) -> None:
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path / "none")):
        response = client.get(f"/api/v1/services?{GROUP}", headers={"Accept-Language": "en"})
        status = client.get("/api/v1/status")
    assert (response.status_code, response.json()["code"]) == (503, "nothing-built")
    assert str(tmp_path) not in response.content.decode()
    assert status.json()["rows"] == []


def test_no_path_of_the_machine_is_told() -> None:
    damaged = WorkspaceDamaged(Text("", ""), file=Path("/srv/private/services.parquet"), row=3)
    told = problem(RequestFactory().get("/api/v1/services"), damaged, 503).content.decode()
    assert "services.parquet" in told
    assert "/srv/private" not in told


def test_a_fault_of_ours_is_no_page() -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        return HttpResponse("<h1>Server Error (500)</h1>", status=500)

    response = plain_errors(broken)(RequestFactory().get("/api/v1/services"))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert isinstance(response, HttpResponse)
    assert b"internal-error" in response.content
    page = plain_errors(broken)(RequestFactory().get("/customers/"))
    assert isinstance(page, HttpResponse)
    assert page.content.startswith(b"<h1>")


def test_each_code_has_a_title_and_a_status() -> None:
    assert STATUS.keys() == TITLES.keys()
    assert status_of(WorkspaceDamaged(Text("", ""))) == 503
    assert status_of(DataError(Text("", ""))) == 400  # none of the API's own


def test_a_database_that_is_away_is_told_as_such(
    client: Client, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(key: str) -> None:
        raise OperationalError("a secret of the inside")

    monkeypatch.setattr(keys, "find", find)
    client.raise_request_exception = False
    for settings in ({"api_keys": True}, {"closed": True}):
        with installed(**settings):
            response = client.get("/api/v1/months", headers={"Authorization": "Bearer x"})
        told = response.json()
        assert (response.status_code, told["status"]) == (503, 503)
        assert told["code"] == "database-away"
        assert "secret" not in response.content.decode()
        assert response.headers["Retry-After"] == "10"
