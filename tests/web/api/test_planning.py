"""Audiences and plans by the API: what the command line says, of what it reads."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telads.cli import main
from telads.planning import schema as contract
from telads.planning.brief import Brief, read_brief
from telads.planning.files import write_plan
from telads.planning.plan import PARTS, Plan, make_plan
from telads.planning.schema import example_brief, example_rules, schemas
from telads.store.workspace import Build, Store
from telads.text import Lang
from telads.web.api import admission
from telads.web.api.operations import MOST_BYTES
from telads.web.cache import KEPT
from telads.web.plans.files import file_names
from tests.web.api.conftest import Installed

JSON = "application/json"
STOPPED = SimpleNamespace(time=lambda: 1_700_000_000.0)
"""A clock on which no minute ends."""
WOMEN = {"where": {"sex": "여"}}
BRIEFS: dict[str, dict[str, Any]] = {
    "example": example_brief(),
    "goals and weights": {
        "name": "여름 배달", "month": "2023-03", "service": "배달", "budget": 7_000_000,
        "unit": 500, "audience": {"include": [{"district": "Gangnam", "sex": "F", "age": age}
                                 for age in (20, 30, 40, 50)]},
        "frequency": {"at_least": 2}, "objective": "affinity", "weight": "association",
        "target": {"reach": 0.3},
        "platforms": [{"service": "youtube", "price": 5000, "ceiling": 0.7},
                      {"service": "finance", "name": "피드", "price": 4000, "cap": 5_000_000}],
    },
}  # fmt: skip


def told_by_the_command_line(
    workspace: Store, capture: pytest.CaptureFixture[bytes], *words: str
) -> bytes:
    with pytest.raises(SystemExit) as left:
        main([*words, "--workspace", str(workspace.path), "--format", "json"])
    assert left.value.code == 0
    return capture.readouterr().out


def file_of(folder: Path, name: str, document: object) -> str:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


LANGUAGES = ("ko", "en")
_made: list[tuple[str, Brief, Plan]] = []


def made_once(build: Build, brief: Brief) -> Plan:
    """`make_plan`, of equal briefs once."""
    for name, known, plan in _made:
        if (name, known) == (build.name, brief):
            return plan
    _made.append((build.name, brief, make_plan(build, brief)))
    return _made[-1][2]


@pytest.mark.parametrize(
    ("brief", "part", "lang"),
    [
        *(("example", PARTS[0], lang) for lang in LANGUAGES),
        *(("example", part, LANGUAGES[at % 2]) for at, part in enumerate(PARTS[1:])),
        *(("goals and weights", "goals", lang) for lang in LANGUAGES),
    ],
)
def test_a_plan_is_that_of_the_command_line(
    site: Client,
    twin_workspace: Store,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    brief: str,
    part: str,
    lang: str,
) -> None:
    """Each makes its own of a brief once; the other parts are tables of the same division."""
    if part != PARTS[0] and (brief, lang) != ("goals and weights", "ko"):
        for place in ("telads.planning.plan", "telads.web.api.planning"):
            monkeypatch.setattr(f"{place}.make_plan", made_once)
    file = file_of(tmp_path, "brief", BRIEFS[brief])
    words = ["plan", file, "--part", part, "--lang", lang]
    response = site.post(f"/api/v1/plan?part={part}&lang={lang}", BRIEFS[brief], JSON)
    assert response.status_code == 200, response.content.decode()
    assert response.content == told_by_the_command_line(twin_workspace, capsysbinary, *words)
    assert response.headers["Content-Type"] == JSON
    assert response.headers["Content-Language"] == lang
    assert response.headers["Cache-Control"] == "no-store"
    schema = contract.schema(f"plan_{part}")
    jsonschema.Draft202012Validator(schema).validate(response.json())


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("against", [None, WOMEN])
def test_an_audience_is_that_of_the_command_line(
    site: Client,
    twin_workspace: Store,
    capsysbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    against: dict[str, Any] | None,
    lang: str,
) -> None:
    words = ["audience", file_of(tmp_path, "rules", example_rules()), "--month", "2023-02"]
    if against:
        words += ["--against", file_of(tmp_path, "other", against)]
    sent = {**example_rules(), "against": against}
    response = site.post("/api/v1/audience?month=2023-02", sent, JSON,
                         headers={"Accept-Language": lang})  # fmt: skip
    told = told_by_the_command_line(twin_workspace, capsysbinary, *words, "--lang", lang)
    assert response.status_code == 200, response.content.decode()
    assert response.content == told
    schema = contract.schema("overlap" if against else "audience")
    jsonschema.Draft202012Validator(schema).validate(response.json())


def changed(document: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    """A brief or rules with another value at a place."""
    whole = deepcopy(document)
    at: Any = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return whole


PLACES: dict[str, tuple[dict[str, Any], int, str]] = {
    "no brief": ({}, 400, "service"),
    "no such service": (changed(example_brief(), "service", to="tv"), 404, "service"),
    "no text": (changed(example_brief(), "service", to=5), 400, "service"),
    "no month": (changed(example_brief(), "month", to="soon"), 404, "month"),
    "no budget": (changed(example_brief(), "budget", to="50,000,000"), 400, "budget"),
    "an infinite budget": (changed(example_brief(), "budget", to=float("inf")), 400, "budget"),
    "a switch for a number": (changed(example_brief(), "budget", to=True), 400, "budget"),
    "a misspelt field": (changed(example_brief(), "bugdet", to=1), 400, "bugdet"),
    "no platform": (changed(example_brief(), "platforms", to=[]), 400, "platforms"),
    "itself": (
        changed(example_brief(), "platforms", 1, "service", to="delivery"),
        400, "platforms[1].service"),
    "no such platform": (
        changed(example_brief(), "platforms", 0, "service", to="tv"), 404, "platforms[0].service"),
    "a price of nothing": (
        changed(example_brief(), "platforms", 1, "price", to=0), 400, "platforms[1].price"),
    "a high ceiling": (
        changed(example_brief(), "platforms", 0, "ceiling", to=1.5), 400, "platforms[0].ceiling"),
    "a falling curve": (
        changed(example_brief(), "platforms", 1, "curve", "points", to=[[1, 0.4], [2, 0.1]]),
        400, "platforms[1].curve"),
    "no such age": (
        changed(example_brief(), "audience", "where", "all", 0, "age", to=[10]),
        404, "audience.where.all[0].age[0]"),
    "no such condition": (
        changed(example_brief(), "audience", "where", "all", 1, to={"colour": "red"}),
        400, "audience.where.all[1].colour"),
    "an index of an index": (changed(
        changed(example_brief(), "service", to="netflix"), "objective", to="index"),
        400, "objective"),
    "half of a pair": (changed(example_brief(), "service", to="\ud800"), 400, "service"),
}  # fmt: skip
"""A brief, and the status and place of its error."""


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("case", PLACES)
def test_what_is_wrong_is_named_by_its_place(site: Client, case: str, lang: str) -> None:
    brief, status, place = PLACES[case]
    response = site.post(f"/api/v1/plan?lang={lang}", brief, JSON)
    told = json.loads(response.content, parse_constant=pytest.fail)  # strictly JSON
    assert (response.status_code, told.get("rule")) == (status, place), told
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Language"] == lang
    hangul = any("가" <= letter <= "힣" for letter in told["detail"] + told["title"])
    assert hangul == (lang == "ko")
    assert told["advice"]


def test_the_place_in_the_other_audience(site: Client) -> None:
    for other, place in (
        ({"where": {"all": [{"sex": "F"}, {"age": 15}]}}, "against.where.all[1].age[0]"),
        ({"include": [{"district": "강남구", "sex": "F", "age": 1}]}, "against.include[0].age"),
        ([], "against"),
        (1, "against"),
    ):
        response = site.post("/api/v1/audience", {**example_rules(), "against": other}, JSON)
        assert response.json().get("rule") == place
        assert response.status_code in {400, 404}


DEEP = "[" * 90_000
SENT: dict[str, tuple[bytes, str, int, str]] = {
    "nothing": (b"", JSON, 400, "bad-request"),
    "no JSON": (b'{"a":\n 1,}', JSON, 400, "bad-request"),
    "no UTF-8": (b'{"a": "\xff"}', JSON, 400, "bad-request"),
    "without end": (DEEP.encode(), JSON, 400, "bad-request"),
    "a number without end": (b'{"budget": ' + b"9" * 9000 + b"}", JSON, 400, "bad-request"),
    "a list": (b"[]", JSON, 400, "bad-question"),
    "nobody": (b"null", JSON, 400, "bad-question"),
    "a form": (b"name=x", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
    "a text": (json.dumps(example_brief()).encode(), "text/plain", 415, "unsupported-media-type"),
    "too much": (b" " * (MOST_BYTES + 1), JSON, 413, "content-too-large"),
    "far too much": (b" " * 5_000_000, JSON, 413, "content-too-large"),
}  # fmt: skip


@pytest.mark.parametrize("place", ["plan", "audience"])
@pytest.mark.parametrize("case", SENT)
def test_what_is_no_brief_at_all(site: Client, place: str, case: str) -> None:
    content, kind, status, code = SENT[case]
    response = site.post(f"/api/v1/{place}", content, kind, CONTENT_TYPE=kind)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert len(response.content) < 3000  # the request is not echoed
    if case == "nothing":
        assert "Content-Length" in response.json()["advice"]
    if case == "no JSON":
        assert (response.json()["row"], response.json()["column"]) == (2, 4)


def test_a_long_value_is_told_in_short(site: Client) -> None:
    for value in ("x" * 90_000, ["x" * 40_000] * 2, {"x" * 90_000: 1}):
        response = site.post("/api/v1/plan", {**example_brief(), "service": value}, JSON)
        assert response.status_code == 400
        assert len(response.content) < 3000
    response = site.post("/api/v1/plan", {**example_brief(), "x" * 90_000: 1}, JSON)
    assert len(response.content) < 3000


def test_other_methods_are_told_which_to_use(site: Client) -> None:
    for method in ("get", "head", "put", "delete", "options"):
        response = getattr(site, method)("/api/v1/plan")
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_wrong_query_is_refused_as_everywhere(site: Client) -> None:
    for query, status in (("part=nothing", 404), ("month=2023-03", 422), ("part=", 422),
                          ("lang=fr", 422), ("part=goals&part=ages", 422)):  # fmt: skip
        response = site.post(f"/api/v1/plan?{query}", example_brief(), JSON)
        assert response.status_code == status, query


def test_plans_are_counted_by_the_rate_and_never_kept(site: Client, installed: Installed) -> None:
    for place, document in (("plan", example_brief()), ("audience", example_rules())):
        with installed(api_rate=2), pytest.MonkeyPatch.context() as patch:
            patch.setattr(admission, "thread_time", lambda: 0.0)
            patch.setattr(admission, "time", STOPPED)
            answers = [site.post(f"/api/v1/{place}", document, JSON) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert len(KEPT) == 0


@pytest.mark.parametrize(
    "brief", [example_brief(), {**example_brief(), "frequency": {"at_most": 0.1}}]
)
def test_a_plan_is_counted_by_the_time_it_takes(
    site: Client, installed: Installed, monkeypatch: pytest.MonkeyPatch, brief: dict[str, Any]
) -> None:
    """Be it made or be it found that there is none."""
    with installed(api_rate=12):
        clock = iter([10.0, 11.0])
        monkeypatch.setattr(admission, "time", STOPPED)
        monkeypatch.setattr(admission, "thread_time", lambda: next(clock))
        assert site.post("/api/v1/plan", brief, JSON).status_code in {200, 400}
        # One request and ten tenths of a second: there is room for one more.
        statuses = [site.get("/api/v1/months").status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_two_briefs_have_two_answers(site: Client) -> None:
    other = {**example_brief(), "budget": 40_000_000}
    budgets = [site.post("/api/v1/plan", brief, JSON).json()["facts"]["budget"]
               for brief in (example_brief(), other)]  # fmt: skip
    assert budgets == [50_000_000, 40_000_000]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_schema_of_a_brief_knows_what_is_read(lang: Any) -> None:
    known = schemas(lang, "#/$defs/")
    brief = jsonschema.Draft202012Validator({"$defs": known, **known["Brief"]})
    for document in BRIEFS.values():
        brief.validate(document)
    for case, (document, _, _) in PLACES.items():
        semantic = {"itself", "a falling curve", "an index of an index"}
        assert brief.is_valid(document) == (case in semantic), case


ODD: st.SearchStrategy[Any] = st.sampled_from([
    None, True, 0, -1, 1.5, 1e300, float("nan"), float("inf"), 10**400, "", "=1+1", "\0", "\ud800",
    "강남구", [], [[]], {}, {"all": []}, {"not": {}}, {"points": [[1]]}, {"scale": 0},
    {"at_least": 1e9}, {"like": {}}, {"where": None}, [1, [2, [3]]],
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_brief_breaks_it(site: Client, data: st.DataObject) -> None:
    """Odd values at one to three places of a brief."""
    whole: Any = deepcopy(data.draw(st.sampled_from(list(BRIEFS.values()))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = whole
        while True:
            steps = list(at) if isinstance(at, dict) else list(range(len(at)))
            step = data.draw(st.sampled_from(steps)) if steps else None
            if step is None:
                break
            inner = at[step]
            if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
                at = inner
                continue
            at[step] = deepcopy(data.draw(ODD))
            break
    response = site.post("/api/v1/plan", json.dumps(whole), JSON)
    assert response.status_code in {200, 400, 404}, response.content.decode()
    json.loads(response.content, parse_constant=pytest.fail)


def test_the_page_on_planning_asks_as_it_can_be_asked(site: Client) -> None:
    page = (Path(__file__).parents[3] / "docs" / "planning.md").read_text("utf-8")
    rules, brief, *_ = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    month = site.get("/api/v1/months").json()["rows"][-1]["month"]
    files = {"rules": rules, "brief": brief.replace("2023-07", month)}
    command = r"^curl -H 'Content-Type: (.*?)' -d @(\w+).json 'http://[^/]*(/.*?)'$"
    asked = re.findall(command, page, re.MULTILINE)
    assert [file for _, file, _ in asked] == list(files)
    for kind, file, address in asked:
        response = site.post(address, files[file], kind)
        assert response.status_code == 200, response.content.decode()
    assert f"Up to {MOST_BYTES:,} bytes" in page


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_files_are_those_of_the_command_line_to_the_byte(
    site: Client, twin_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: Lang
) -> None:
    monkeypatch.setattr("telads.web.api.planning.make_plan", made_once)
    made = made_once(twin_build, read_brief(example_brief()))
    for name in file_names():
        if name.endswith(".pdf") or (name.endswith(".pptx") and lang == "en"):
            continue  # drawn in seconds, by the code that tests of the page hold
        response = site.post(f"/api/v1/plan/{name}?lang={lang}", example_brief(), JSON)
        assert response.status_code == 200, name
        path = tmp_path / response.headers["Content-Disposition"].partition('"')[2].rstrip('"')
        base = path.name
        for end in ("-metadata.json", "-notes.txt"):
            base = base.removesuffix(end)
        write_plan(made, tmp_path / base, lang, twin_build)
        assert response.content == path.read_bytes(), name
        assert response.headers["Cache-Control"] == "no-store"
        assert "Link" not in response.headers


def test_a_file_that_a_plan_does_not_have(site: Client) -> None:
    for name in ("plan.docx", "plan.csv-notes.txt", "plan", "brief.json"):
        response = site.post(f"/api/v1/plan/{name}", example_brief(), JSON)
        assert response.status_code == 404
        assert "plan.google.csv" in response.json()["advice"]
    wrong = {**example_brief(), "budget": 0}
    assert site.post("/api/v1/plan/plan.xlsx", wrong, JSON).json()["rule"] == "budget"
    assert site.post("/api/v1/plan/plan.xlsx?part=ages", example_brief(), JSON).status_code == 422
