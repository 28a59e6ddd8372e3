"""The description says what is there, and what is there is as described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
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

from telads.render.svg import CHARTS
from telads.text import Lang, typed
from telads.web.api.openapi import PREFIX, document
from telads.web.api.operations import BODIES, JSON, OPERATIONS
from telads.web.api.routes import api
from tests.seoul import SEOUL

PLACE = "/api/v1/openapi.json"
DRAWN = 4
"""Examples of an address that draws or writes; a picture takes a second."""
ASKED = 15


def described(path: str) -> dict[str, Any]:
    """The one operation of an address."""
    (one,) = document("en")["paths"][path].values()
    return dict(one)


def asked(site: Client, path: str, body: str, query: Any = None, **extra: Any) -> Any:
    """The answer of an address, to whose question `body` an example is sent."""
    if body:
        return site.post(path, BODIES[body](), "application/json", query_params=query, **extra)
    return site.get(path, query, **extra)


def test_every_address_is_described(site: Client) -> None:
    known = {f"/{place}" for _, router in api._routers for place in _places(router)}
    assert known == set(OPERATIONS)
    assert set(site.get(PLACE).json()["paths"]) == {f"{PREFIX}{place}" for place in OPERATIONS}


def _places(router: Any) -> list[str]:
    return [
        place.removeprefix("/")
        for place, view in router.path_operations.items()
        if any(operation.include_in_schema for operation in view.operations)
    ]


def test_every_picture_has_an_address_with_the_choices_it_takes() -> None:
    assert {f"/charts/{name}.{{form}}" for name in CHARTS} == {
        place for place in OPERATIONS if place.startswith("/charts")
    }


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
    for operation in (one for path in told["paths"].values() for one in path.values()):
        for parameter in operation["parameters"]:
            assert parameter["description"]
            assert "example" in parameter


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_what_is_sent_has_an_example_in_whichever_description_is_made_first(lang: Lang) -> None:
    generated = api.get_openapi_schema(path_prefix=f"{PREFIX}/")["paths"]
    sent = {f"{PREFIX}{place}": one.body for place, one in OPERATIONS.items() if one.body}
    assert sent
    for path, body in sent.items():
        content = [of[path]["post"]["requestBody"]["content"][JSON]
                   for of in (document(lang)["paths"], generated)]  # fmt: skip
        assert content[0]["example"] == BODIES[body]()
        assert "example" not in content[1], "what one description adds, the next one finds"


def test_schemas_are_schemas(site: Client) -> None:
    for name, schema in site.get(PLACE).json()["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("properties") or schema["anyOf"], name


@pytest.mark.parametrize("place", OPERATIONS)
def test_examples_work_and_are_as_described(site: Client, place: str) -> None:
    operation = OPERATIONS[place]
    path = place.format(table="scores", kind="csv", form="json", file="plan.csv")
    response = asked(
        site, f"{PREFIX}{path}", operation.body,
        QUERY_STRING=operation.example.encode().decode("latin-1"),
    )  # fmt: skip
    assert response.status_code == 200
    assert response.getvalue()
    told = described(f"{PREFIX}{place}")["responses"]["200"]["content"]
    media_type = response.headers["Content-Type"].partition(";")[0]
    assert media_type in told
    if operation.answers:
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
    operation = schema[f"{PREFIX}{place}"][OPERATIONS[place].method]
    files = place.startswith(("/charts", "/export", "/plan/"))
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


ADDRESSES = {
    path: {one["name"]: one for one in described(path)["parameters"]}
    for path in document("en")["paths"]
}
"""Path -> its parameters as described."""
SENT = {f"{PREFIX}{place}": one.body for place, one in OPERATIONS.items()}
"""Path -> the schema of what is sent to it; empty where it is read."""
ODD = [
    *["AAA", "a", "0", "-1", "1.5", "5.0", "1_0", " 5", "+5", "1e2", "\u0663", "\uff15", "NaN"],
    *["yes", "on", "1", "True", "null", "None", "F,M", "F M", "30,40", "*", "%", "' OR 1=1", "\0"],
    *["2023-00", "2023-13", "2023-4", "2023.04", "202304", "affinity ", "delivery,game"],
    *["x" * 101, "강남구청", "netflix\u200b"],
]


PLACES = "targets?service=game&level=neighbourhood&top=300"


@cache
def names_there(address: str, column: str) -> list[str]:
    """Of the synthetic months: the same for every test."""
    return [row[column] for row in Client().get(f"{PREFIX}/{address}").json()["rows"]]


def inside(known: dict[str, Any]) -> st.SearchStrategy[str]:
    """Values that a schema allows; of names that depend on the data, those that are there."""
    schema = known["schema"]
    listed = {"month": ("months", "month"), "district": ("districts", "name_en"),
              "measure": ("measures", "measure"),
              "neighbourhood": (PLACES, "code")}  # fmt: skip
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "boolean":
        return st.sampled_from(["true", "false"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], min(schema["maximum"], 400)).map(str)
    return st.sampled_from(names_there(*listed[known["name"]]))


def outside(known: dict[str, Any]) -> st.SearchStrategy[str]:
    """Values that it does not allow. Names are valid in any case, as documented."""
    schema = known["schema"]
    if known["name"] in {
        "district",
        "measure",
        "neighbourhood",
    }:  # any name, which then is not there
        return st.sampled_from(["강남구청", "nowhere", "*", "0", "x" * 101])
    values = st.sampled_from(ODD) | st.text(
        st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=12
    )

    def is_outside(value: str) -> bool:
        if "enum" in schema:
            return typed(value) not in set(map(typed, schema["enum"]))
        if schema["type"] == "boolean":
            return value not in {"true", "false"}
        if schema["type"] == "integer":
            plain = re.fullmatch("-?[0-9]+", value)
            return not plain or not schema["minimum"] <= int(value) <= schema["maximum"]
        return not re.fullmatch(schema["pattern"], value)

    return values.filter(is_outside)


def asked_of(place: str, draw: Any) -> tuple[str, dict[str, str]]:
    """An address with values that its schema allows: its path, and its query."""
    given = {
        name: draw(inside(known), label=name)
        for name, known in ADDRESSES[place].items()
        if known["required"] or draw(st.booleans(), label=f"with {name}")
    }
    for cheap in ("form", "kind"):
        if cheap in given:
            given[cheap] = "json"
    if "file" in given:  # others take seconds to draw
        given["file"] = "plan.json"
    query = {name: value for name, value in given.items() if f"{{{name}}}" not in place}
    return place.format(**given), query


@pytest.mark.parametrize("place", ADDRESSES)
def test_what_the_schema_allows_is_answered(site: Client, place: str) -> None:
    @settings(max_examples=4 if "/charts" in place or SENT[place] else 20, deadline=None)
    @given(data=st.data())
    def ask(data: Any) -> None:
        path, query = asked_of(place, data.draw)
        answer = asked(site, path, SENT[place], query)
        alone = ("sex" in query) != ("age" in query) and "bad-question" in (
            ADDRESSES[place].get("sex", {}).get("description", ""))  # fmt: skip
        by_sum = query.get("by") in {"excess", "volume"}
        if by_sum and SEOUL.service(query.get("service", "delivery")).is_index:
            assert (answer.status_code, answer.json()["code"]) == (400, "index-refused")
            assert "index-refused" in ADDRESSES[place]["by"]["description"]
        elif query.get("level", "district") != "district" and (
            query.get("platforms") == "true"
            or query.get("method") == "classic"
            or "/areas." in path  # no borders of neighbourhoods were taken in
        ):
            assert (answer.status_code, answer.json()["code"]) == (400, "bad-question")
            assert "bad-question" in ADDRESSES[place]["level"]["description"]
        elif alone:
            assert (answer.status_code, answer.json()["code"]) == (400, "bad-question")
        else:
            content = answer.getvalue()  # which closes a file
            assert answer.status_code == 200, content[:300]

    ask()


@pytest.mark.parametrize("place", [place for place in ADDRESSES if ADDRESSES[place]])
def test_what_it_does_not_allow_is_never_answered(site: Client, place: str) -> None:
    told = described(place)["responses"]

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: Any) -> None:
        path, query = asked_of(place, data.draw)
        names = [name for name in ADDRESSES[place] if f"{{{name}}}" not in place]
        wrong = data.draw(st.sampled_from(names), label="wrong")
        query[wrong] = data.draw(outside(ADDRESSES[place][wrong]), label="value")
        answer = asked(site, path, SENT[place], query)
        assert answer.status_code in {400, 404, 422}
        assert str(answer.status_code) in told
        assert answer.headers["Content-Type"] == "application/problem+json"

    ask()


@pytest.mark.parametrize("place", ADDRESSES)
def test_no_address_takes_what_it_does_not_list(site: Client, place: str) -> None:
    names = {name for known in ADDRESSES.values() for name in known} - ADDRESSES[place].keys()
    path = place.format(table="scores", kind="json", form="json", file="plan.json")
    query = {
        name: str(known["example"])
        for name, known in ADDRESSES[place].items()
        if known["required"] and known["in"] == "query"
    }
    for name in sorted(names):
        answer = asked(site, path, SENT[place], {**query, name: "F"})
        assert answer.status_code == 422
        assert answer.json()["parameter"] == name


def test_what_a_path_does_not_list_is_not_there(site: Client) -> None:
    for wrong in ("export/AAA.csv", "export/scores.CSV", "export/scores.AAA", "charts/AAA.svg",
                  "charts/POPULATION.svg", "charts/population.SVG", "charts/population.pdf",
                  "export/AAA.csv-metadata.json"):  # fmt: skip
        answer = site.get(f"{PREFIX}/{wrong}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            404, "application/problem+json",
        )  # fmt: skip
