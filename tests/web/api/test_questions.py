"""The API says what the command line says, to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import jsonschema
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers import inventory, questions
from telads.cli import main
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store

GROUP = {"district": "강남구", "sex": "F", "age": "30"}
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "services": ("services", GROUP),
    "services classic": ("services", {**GROUP, "method": "classic", "month": "2023-02"}),
    "targets": ("targets", {"service": "delivery", "top": "300"}),
    "targets classic": ("targets", {"service": "youtube", "method": "classic", "sex": "여"}),
    "targets by volume": ("targets", {"service": "배달", "by": "volume", "age": "70"}),
    "platforms": ("platforms", {"service": "delivery", **GROUP}),
    "platforms classic": ("platforms", {"service": "game", **GROUP, "method": "classic"}),
    "lookalike": ("lookalike", {**GROUP, "among": "other-districts", "top": "9"}),
    "signals": ("signals", {"district": "gangnam", "sex": "women", "age": "60"}),
    "history": ("history", GROUP),
    "status": ("status", {}),
    "changes": ("changes", {"service": "game", "month": "2023-03"}),
    "changes groups": ("changes", {"service": "배달", "district": "gangnam"}),
    "changes of the first month": ("changes", {"service": "game", "month": "2023-01"}),
    "changes since a year ago": ("changes", {"service": "netflix", "against": "year"}),
}


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("case", ASKED)
def test_same_bytes_as_the_command_line(
    site: Client,
    twin_workspace: Store,
    capsysbinary: pytest.CaptureFixture[bytes],
    case: str,
    lang: str,
) -> None:
    verb, asked = ASKED[case]
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    place = ["--workspace", str(twin_workspace.path)]
    with pytest.raises(SystemExit) as left:
        main([verb, *options, *place, "--format", "json", "--lang", lang])
    assert left.value.code == 0
    response = site.get(f"/api/v1/{verb}", {**asked, "lang": lang})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Language"] == lang
    assert response.content == capsysbinary.readouterr().out


def test_platforms_of_targets_are_asked_by_a_flag(site: Client) -> None:
    document = site.get("/api/v1/targets", {"service": "game", "platforms": "true"}).json()
    jsonschema.Draft202012Validator(questions.schema("targets platforms")).validate(document)


@pytest.mark.parametrize("question", ["months", "measures", "districts"])
def test_lists(site: Client, twin_workspace: Store, question: str) -> None:
    answer = getattr(inventory, question)(twin_workspace.build())
    assert site.get(f"/api/v1/{question}").content.decode() == answer.json("ko")


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "ko"),
        ("en-GB,ko;q=0.5", "en"),
        ("ko;q=0.4,en;q=0.9", "en"),
        ("fr,de", "ko"),
        ("fr,en;q=0.1", "en"),
        (";;;=q,\x7f", "ko"),
    ],
)
def test_language_by_header(site: Client, header: str, lang: str) -> None:
    response = site.get("/api/v1/services", GROUP, headers={"Accept-Language": header})
    assert response.headers["Content-Language"] == lang
    assert "Accept-Language" in response.headers["Vary"]
    assert response.content == site.get("/api/v1/services", {**GROUP, "lang": lang}).content


def test_the_address_wins_over_the_header(site: Client) -> None:
    asked = {**GROUP, "lang": "ko"}
    response = site.get("/api/v1/services", asked, headers={"Accept-Language": "en"})
    assert response.headers["Content-Language"] == "ko"


@pytest.mark.parametrize("verb", ["services", "status"])
def test_what_is_known_is_not_sent_again(site: Client, verb: str) -> None:
    asked = GROUP if verb == "services" else {}
    first = site.get(f"/api/v1/{verb}", asked)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = site.get(f"/api/v1/{verb}", asked, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Type" not in again.headers
    for unknown in ('"other"', "nonsense"):
        again = site.get(f"/api/v1/{verb}", asked, headers={"If-None-Match": unknown})
        assert again.content == first.content


def test_each_choice_has_its_own_tag(site: Client) -> None:
    tags = {
        site.get("/api/v1/services", {**GROUP, **other}).headers["ETag"]
        for other in ({}, {"age": "40"}, {"lang": "en"}, {"method": "classic"})
    }
    assert len(tags) == 4


def test_a_new_build_has_new_tags(
    client: Client, twin_files: Path, settings: Settings, tmp_path: Path
) -> None:
    workspace = Store(tmp_path / "workspace")
    shown = replace(django_settings.TELADS, workspace=workspace.path)
    tags, months = [], []
    with override_settings(TELADS=shown):
        for file in sorted(twin_files.glob("*.csv"))[:2]:
            list(ingest(workspace, [file], settings))
            build(workspace, settings)
            response = client.get("/api/v1/services", GROUP)
            tags.append(response.headers["ETag"])
            months.append(response.json()["month"])
    assert months == ["2023-01", "2023-02"]
    assert tags[0] != tags[1]


def test_pages_of_a_list_are_the_whole_list(site: Client) -> None:
    whole = site.get("/api/v1/segments", {"limit": "300"}).json()
    address: str | None = "/api/v1/segments?" + urlencode({"limit": "70"})
    rows, pages = [], 0
    while address:
        response = site.get(address)
        page = response.json()["page"]
        assert page["total"] == 300
        rows += response.json()["rows"]
        address, pages = page["next"], pages + 1
        assert response.headers.get("Link") == (f'<{address}>; rel="next"' if address else None)
    assert pages == 5
    assert rows == whole["rows"]


def test_pages_of_targets_keep_their_ranks(site: Client) -> None:
    whole = site.get("/api/v1/targets", {"service": "delivery", "top": "25"}).json()
    asked = {"service": "delivery", "top": "25", "limit": "10", "offset": "20"}
    last = site.get("/api/v1/targets", asked).json()
    assert last["rows"] == whole["rows"][20:]
    assert last["facts"] == whole["facts"]
    assert last["page"] == {"limit": 10, "offset": 20, "total": 25, "next": None}
    assert "page" not in whole


def test_other_sites_are_not_let_in(site: Client) -> None:
    response = site.get("/api/v1/services", GROUP, headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_head_is_get_without_content(site: Client) -> None:
    whole = site.get("/api/v1/services", GROUP)
    head = site.head("/api/v1/services", GROUP)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(whole.content))


def test_head_of_a_file_sends_no_byte(site: Client) -> None:
    head = site.head("/api/v1/export/scores.csv")
    assert (head.status_code, head.getvalue()) == (200, b"")
    assert int(head.headers["Content-Length"]) > 1000
