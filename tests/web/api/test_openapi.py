"""The description says what is there, and what is there is as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from telads.answers import contract
from telads.language import Lang
from telads.web.api.openapi import OPERATIONS, PREFIX, document
from telads.web.api.routes import api

PLACE = "/api/v1/openapi.json"
DRAWN = 6
"""Examples of an address that draws or writes; a picture takes a second."""
ASKED = 25


def test_every_address_is_described(site: Client) -> None:
    known = {f"/{place}" for _, router in api._routers for place in _places(router)}
    assert known == set(OPERATIONS)
    assert set(site.get(PLACE).json()["paths"]) == {f"{PREFIX}{place}" for place in OPERATIONS}


def _places(router: Any) -> list[str]:
    return [place.removeprefix("/") for place in router.path_operations]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_description_is_in_the_language_asked_for(site: Client, lang: Lang) -> None:
    response = site.get(PLACE, {"lang": lang})
    assert response.headers["Content-Language"] == lang
    told = response.json()
    assert told["openapi"] == "3.1.0"
    hangul = any(
        "가" <= letter <= "힣" for letter in told["paths"]["/api/v1/services"]["get"]["summary"]
    )
    assert hangul == (lang == "ko")
    for operation in (path["get"] for path in told["paths"].values()):
        for parameter in operation["parameters"]:
            assert parameter["description"]
            assert "example" in parameter


def test_schemas_are_schemas(site: Client) -> None:
    for name, schema in site.get(PLACE).json()["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["properties"], name


@pytest.mark.parametrize("place", OPERATIONS)
def test_examples_work_and_are_as_described(site: Client, place: str) -> None:
    operation = OPERATIONS[place]
    path = place.format(table="scores", kind="csv", name="population", form="json")
    response = site.get(
        f"{PREFIX}{path}", QUERY_STRING=operation.example.encode().decode("latin-1")
    )
    assert response.status_code == 200
    assert response.getvalue()
    told = document("en")["paths"][f"{PREFIX}{place}"]["get"]["responses"]["200"]["content"]
    media_type = response.headers["Content-Type"].partition(";")[0]
    assert media_type in told
    if operation.id in contract.ROWS:
        whole = {**told[media_type]["schema"], "components": document("en")["components"]}
        jsonschema.Draft202012Validator(whole).validate(response.json())


CHOSEN = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_schema_conformance", "response_headers_conformance")  # fmt: skip


def whole(environ: Any, start_response: Any) -> Any:
    """The website as a server runs it: what was sent is closed."""
    response = get_wsgi_application()(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        response.close()


@pytest.fixture
def served(site: Client) -> Iterator[Client]:
    """Like Django's own test client: a request does not end the connections of the tests."""
    between = (request_started, request_finished)
    for signal in between:
        signal.disconnect(close_old_connections)
    yield site
    for signal in between:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("place", OPERATIONS)
def test_nothing_that_is_asked_breaks_it(place: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi(PLACE, whole)
    operation = schema[f"{PREFIX}{place}"]["GET"]
    files = place.startswith(("/charts", "/export"))
    checks: Any = CHECKS.get_by_names(list(CHOSEN))

    @seed(1)
    @settings(
        max_examples=DRAWN if files else ASKED,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    ask()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(["services", "targets", "platforms", "lookalike", "segments", "history"]),
    asked=st.dictionaries(
        st.sampled_from(
            ["district", "sex", "age", "service", "month", "top", "by", "offset", "lang"]
        ),
        st.text(max_size=30)
        | st.sampled_from(["강남구", "F", "30", "delivery", "2023-03", "*", "", "\0", "９９"])
        | st.integers().map(str),
    ),
)
def test_no_text_breaks_it(site: Client, place: str, asked: dict[str, str]) -> None:
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in asked.items()}
    response = site.get(f"{PREFIX}/{place}", encodable)
    assert response.status_code in {200, 400, 404, 422}
    if response.status_code != 200:
        assert response.headers["Content-Type"] == "application/problem+json"
