"""What watches over the website: health, figures, and lines of the log without personal data."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from telads.errors import NewerVersion
from telads.store.files import write_text
from telads.store.ledger import Draw
from telads.store.workspace import Store
from telads.web import request_state
from telads.web.accounts.audit import COMMAND_LINE, record
from telads.web.client import PROXIED, is_local
from telads.web.jobs.models import SILENCE, Job, State
from telads.web.logs import ACCESS, JsonLines, NothingTyped, logged
from telads.web.metrics import REGISTRY, STATE

pytestmark = pytest.mark.django_db  # health asks the database, too


def test_health_names_build_and_months(site: Client, twin_workspace: Store) -> None:
    response = site.get("/healthz")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    told = response.json()
    assert told["status"] == "ok"
    assert told["build"] == twin_workspace.build().name
    assert told["months"] == ["2023-01", "2023-02", "2023-03", "2023-04"]
    assert told["synthetic"] is True


def test_health_costs_one_question_to_the_database(
    site: Client, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked every few seconds: nothing of what pages need stands in its way."""
    site.get("/healthz")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(SessionMiddleware, "process_request", refuse)
    site.cookies[django_settings.SESSION_COOKIE_NAME] = "x" * 32
    with django_assert_num_queries(1):
        response = site.get("/healthz")
    assert response.status_code == 200
    assert int(response["Content-Length"]) == len(response.content)
    assert counted("healthz", 200)


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_monitoring_on_this_machine_asks_by_any_host(site: Client, path: str) -> None:
    """It knows an address and a port; those elsewhere, or behind a proxy, know the name."""
    with override_settings(ALLOWED_HOSTS=["ads.example"]):
        assert site.get(path, headers={"host": "127.0.0.1:8000"}).status_code == 200
        proxied = {"host": "127.0.0.1", "x-forwarded-for": "192.0.2.7"}
        assert site.get(path, headers=proxied).status_code == 400
        away = site.get(path, headers={"host": "10.0.0.1"}, REMOTE_ADDR="192.0.2.7")
        assert away.status_code == 400
        assert site.get("/en/", headers={"host": "127.0.0.1"}).status_code == 400


def test_health_is_for_hosts_of_this_website_and_is_only_asked(site: Client) -> None:
    away = site.get("/healthz", headers={"host": "evil.example"}, REMOTE_ADDR="192.0.2.7")
    assert away.status_code == 400
    assert site.head("/healthz").status_code == 200
    assert site.post("/healthz").status_code == 405


def test_a_new_state_of_the_workspace_is_seen_by_the_next_request(tmp_path: Path) -> None:
    """What its files say is read again where one of them is another, and only then."""
    store = Store(tmp_path)
    for name in ("one", "two"):
        (tmp_path / "marts" / name).mkdir(parents=True)
    write_text(store.ledger_path, "{}")
    write_text(tmp_path / "current", "one\n")
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)):
        first, again = request_state.state(), request_state.state()
        assert first is again
        assert first.build is again.build
        write_text(tmp_path / "current", "two\n")
        assert request_state.state().build.name == "two"
        before = request_state.state().ledger
        write_text(store.ledger_path, "{ }")
        assert request_state.state().ledger != before
        write_text(tmp_path / "workspace.json", '{"format": 999, "telads": "9.0"}')
        with pytest.raises(NewerVersion):
            _ = request_state.state().build
        (tmp_path / "workspace.json").unlink()
        request = RequestFactory().get("/")
        assert request_state.build(request).name == "two"
        write_text(tmp_path / "current", "one\n")
        assert request_state.build(request).name == "two", "one request, one build"
        assert request_state.build(RequestFactory().get("/")).name == "one"
        store.ledger_path.unlink()
        assert request_state.state() is not request_state.state(), "the settings count then"


def test_health_keeps_the_servers_paths_to_this_machine(client: Client, tmp_path: Path) -> None:
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path / "w")):
        own, proxied = (
            client.get("/healthz"),
            client.get("/healthz", HTTP_X_FORWARDED_FOR="1.2.3.4"),
        )
        away = client.get("/healthz", REMOTE_ADDR="192.0.2.7")
    assert str(tmp_path) in own.json()["reason"]
    for response in (away, proxied):
        assert response.status_code == 503
        assert "Nothing has been built" in response.json()["reason"]
        assert str(tmp_path) not in response.content.decode()


def test_health_says_why_not(client: Client, twin_workspace: Store, tmp_path: Path) -> None:
    reasons = []
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path / "w")):
        reasons.append(client.get("/healthz"))
        shutil.copytree(twin_workspace.path, tmp_path / "w")
        build = Store(tmp_path / "w").build()
        build.table("services")[-1].write_bytes(b"damaged")
        reasons.append(client.get("/healthz"))
        (build.path / "build.json").unlink()
        reasons.append(client.get("/healthz"))
    assert [response.status_code for response in reasons] == [503, 503, 503]
    assert "Nothing has been built" in reasons[0].json()["reason"]
    assert "cannot be read" in reasons[1].json()["reason"]
    assert "cannot be read" in reasons[2].json()["reason"]


def counted(view: str, status: int) -> float:
    labels = {"view": view, "method": "GET", "status": str(status)}
    return REGISTRY.get_sample_value("telads_requests_total", labels) or 0.0


def test_figures_count_by_view_and_status(site: Client, twin_workspace: Store) -> None:
    before = counted("home", 200), counted("none", 404)
    site.get("/")
    site.get("/en/")
    site.get("/typed-by-somebody/")
    assert (counted("home", 200), counted("none", 404)) == (before[0] + 2, before[1] + 1)
    page = site.get("/metrics").content.decode()
    assert 'telads_request_seconds_bucket{le="0.025",view="home"}' in page
    assert f'telads_build_info{{build="{twin_workspace.build().name}"' in page
    assert "typed-by-somebody" not in page


def state_of(site: Client) -> dict[str, float]:
    """What `/metrics` says of the installation, by name and labels."""
    lines = site.get("/metrics").content.decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in found.items() if name.partition("{")[0] in STATE}


def test_figures_tell_the_state_of_the_installation(site: Client, twin_workspace: Store) -> None:
    assert "telads_backup_made_seconds" not in state_of(site)
    long_ago = timezone.now() - 2 * SILENCE
    for state, beat in (("failed", None), ("done", None), ("running", long_ago),
                        ("running", timezone.now()), ("waiting", timezone.now())):  # fmt: skip
        Job.objects.create(by="kim", state=state, beat=beat)
    before = timezone.now().timestamp()
    record(COMMAND_LINE, "backup")
    draw = Draw("2023-01", "laplace", 0.5, 0.0, "2026-01-01T00:00:00+00:00", "one")
    ledger = replace(twin_workspace.ledger(), draws=(draw, replace(draw, id="two")))
    with (
        mock.patch.object(Store, "ledger", return_value=ledger),
        override_settings(TELADS=replace(django_settings.TELADS, epsilon_limit=4.0)),
    ):
        told = state_of(site)
    assert told["telads_healthy"] == 1
    assert told["telads_newest_month_end_seconds"] == 1682899200, "May 1, 2023"
    assert {state: told[f'telads_jobs{{state="{state}"}}'] for state in State.values} == {
        "waiting": 1, "running": 1, "done": 1, "failed": 1, "cancelled": 0, "interrupted": 1,
    }  # fmt: skip
    assert before - 1 <= told["telads_backup_made_seconds"] <= timezone.now().timestamp()
    assert 0 < told["telads_disk_free_bytes"] < told["telads_disk_bytes"]
    assert (told["telads_epsilon_spent"], told["telads_epsilon_limit"]) == (1, 4)


def test_figures_leave_out_what_cannot_be_read(client: Client, tmp_path: Path) -> None:
    away = mock.patch("telads.web.jobs.models.counts", side_effect=OperationalError("away"))
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)), away:
        told = state_of(client)
    names = {name.partition("{")[0] for name in told}
    assert told["telads_healthy"] == 0
    assert not {"telads_build_info", "telads_newest_month_end_seconds", "telads_jobs",
                "telads_epsilon_limit"} & names  # fmt: skip
    assert {"telads_disk_free_bytes", "telads_epsilon_spent"} <= names


@pytest.mark.parametrize("address", ["10.0.0.8", "203.0.113.5", "", "unknown"])
def test_figures_are_for_this_machine_alone(site: Client, address: str) -> None:
    assert site.get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("header", PROXIED)
def test_a_proxy_on_this_machine_is_not_this_machine(site: Client, header: str) -> None:
    assert site.get("/metrics", headers={header: "203.0.113.5"}).status_code == 404
    assert is_local(RequestFactory().get("/metrics"))


def test_a_line_of_the_log_holds_nothing_personal(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get(
        "/customers/?district=강남구&note=hong@example.com",
        headers={"User-Agent": "Firefox/1", "Cookie": "a=b"}, REMOTE_ADDR="203.0.113.5",
    )  # fmt: skip
    with caplog.at_level(logging.INFO, logger=ACCESS.name):
        logged(lambda _: HttpResponse("ok"))(request)
    (record,) = caplog.records
    line = JsonLines().format(record)
    told = json.loads(line)
    assert set(told) == {
        "time", "level", "logger", "message", "view", "method", "status", "ms", "lang", "htmx",
    }  # fmt: skip
    for personal in ("203.0.113.5", "Firefox", "hong", "강남구", "district", "a=b", "customers"):
        assert personal not in line


def test_programs_that_watch_leave_no_lines(caplog: pytest.LogCaptureFixture, site: Client) -> None:
    with caplog.at_level(logging.INFO, logger=ACCESS.name):
        site.get("/healthz")
        site.get("/metrics")
    assert [record for record in caplog.records if record.name == ACCESS.name] == []


def test_faults_keep_their_traceback_but_not_what_was_typed() -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s",
            ("/typed/hong@example.com",), sys.exc_info(),
        )  # fmt: skip
    record.status_code = 500
    assert NothingTyped().filter(record)
    told = json.loads(JsonLines().format(record))
    assert told["message"] == "answered 500"
    assert "ZeroDivisionError" in told["traceback"]
    assert "hong" not in json.dumps(told)
    host = logging.LogRecord(
        "django.security.DisallowedHost", logging.ERROR, __file__, 1,
        "Invalid HTTP_HOST header: %r", ("evil.example",), None,
    )  # fmt: skip
    NothingTyped().filter(host)
    assert "evil" not in JsonLines().format(host)
