"""Eight people at once on every address that writes: no one is refused, and nothing is lost.

The addresses are those of the website that take a form; one that is not tried here fails the first
test. On SQLite and, where `TELADS_DATABASE_URL` names one, on a PostgreSQL server.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from telads.dataset import seoul
from telads.planning.schema import example_brief, example_rules
from telads.store.workspace import Store
from tests.web.accounts.people import PASSWORD
from tests.web.plans.samples import FORM
from tests.web.server import Server

pytestmark = pytest.mark.database  # all of it, on whichever there is
AT_ONCE = 8
ROUNDS = 1
TOKEN = "t" * 32
BUSY = "Another telads is writing"
"""Errors of the workspace's files, which are no database: one writes, others retry."""


@dataclass(frozen=True)
class Asked:
    """A request and the statuses it may be answered with."""

    path: str
    form: dict[str, str] | None
    session: str = ""
    good: frozenset[int] = frozenset({200, 302})
    body: tuple[bytes, str] | None = None


Someone = dict[str, Any]
Ask = Callable[["Site", Someone, int], Asked]


class Site:
    """The server, and what is common to all who ask."""

    def __init__(self, port: int, workspace: Store, prefix: str) -> None:
        self.port, self.workspace, self.prefix = port, workspace, prefix
        self.builds = sorted(build.name for build in workspace.builds())
        ledger = workspace.ledger().current()
        self.month, entry = next(reversed(ledger.items()))
        self.file = entry.sha256

    def ask(self, asked: Asked) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        cookies = f"telads-csrf={TOKEN}"
        cookies += f"; telads-session={asked.session}" if asked.session else ""
        headers = {"Cookie": cookies}
        body: bytes | None = None
        if asked.body:
            body, headers["Content-Type"] = asked.body
        elif asked.form is not None:
            body = urlencode({**asked.form, "csrfmiddlewaretoken": TOKEN}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if body is None else "POST", asked.path, body, headers)
            response = connection.getresponse()
            return (
                response.status,
                response.read().decode("utf-8", "replace"),
                dict(response.getheaders()),
            )
        finally:
            connection.close()


def of_plan(what: str, form: dict[str, str], tail: str = "") -> Ask:
    def ask(site: Site, one: Someone, at: int) -> Asked:
        return Asked(
            f"/en/plans/{one['plans'][what][at]}/{tail or what + '/'}", form, one["session"]
        )

    return ask


def of_person(what: str, form: dict[str, str]) -> Ask:
    def ask(site: Site, one: Someone, at: int) -> Asked:
        return Asked(f"/en/account/users/{one['subjects'][at]}/{what}/", form, one["session"])

    return ask


def of_audience(what: str, form: dict[str, str]) -> Ask:
    def ask(site: Site, one: Someone, at: int) -> Asked:
        address = f"/en/audiences/saved/{one['audiences'][what][at]}/{what}/"
        return Asked(address, form, one["session"])

    return ask


DESIGN = {
    "name": "test", "treated": "6", "weeks": "2", "start": "2026-03-02", "sd": "5%",
    "level": "district", "sides": "2", "alpha": "5%", "power": "80%",
}  # fmt: skip


def of_experiment(what: str, form: dict[str, str]) -> Ask:
    def ask(site: Site, one: Someone, at: int) -> Asked:
        address = f"/en/experiments/{one['experiments'][what][at]}/{what}/"
        return Asked(address, form, one["session"])

    return ask


def analysis(site: Site, one: Someone, at: int) -> Asked:
    """An outcome of ten weeks, the last two those of the campaign."""
    first = date(2026, 1, 5)
    rows = [
        f"{name.ko},{first + timedelta(days=7 * week)},{100 + 7 * place + week}"
        for place, name in enumerate(seoul().districts.values())
        for week in range(10)
    ]
    address = f"/en/experiments/{one['experiments']['analyse'][at]}/analyse/"
    return sent_file(address, one, "outcome", "outcome.csv", "\n".join(["a,week,x", *rows]))


def of_job(what: str) -> Ask:
    def ask(site: Site, one: Someone, at: int) -> Asked:
        return Asked(f"/en/admin-data/jobs/{one['jobs'][what][at]}/{what}/", {}, one["session"])

    return ask


def choose(site: Site, one: Someone, at: int) -> Asked:
    """The second half of it: the link leads to a page whose session holds the token."""
    first = site.ask(Asked(f"/en/account/choose/{one['invited'][at]}/", None))
    cookie = first[2]["set-cookie"].partition(";")[0].partition("=")[2]
    new = f"{PASSWORD} {at}"
    return Asked(first[2]["location"], {"new_password1": new, "new_password2": new}, cookie)


def upload(site: Site, one: Someone, at: int) -> Asked:
    return sent_file("/en/admin-data/upload/", one, "files", f"2023.0{at + 1}.csv", "a,b\n1,2\n")


def sent_file(address: str, one: Someone, field: str, name: str, content: str) -> Asked:
    """A form with a file."""
    edge = "edge"
    parts = [("csrfmiddlewaretoken", "", TOKEN), ("month", "", ""),
             (field, f'; filename="{name}"', content)]  # fmt: skip
    text = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in parts
    )
    body = (f"{text}--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}")
    return Asked(address, None, one["session"], body=body)


def of_api(what: str, asked: dict[str, Any], one: Someone) -> Asked:
    body = (json.dumps(asked).encode(), "application/json")
    return Asked(f"/api/v1/{what}", None, one["session"], good=frozenset({200}), body=body)


NEW = {"new_password1": f"{PASSWORD} 2", "new_password2": f"{PASSWORD} 2"}
ACCOUNT = "/en/account/"
MEDIUM = {"service": "shopping", "price": "4500"}
WRITING: dict[str, Ask] = {
    "plan-new": lambda _, one, at: Asked(
        "/en/plans/new/", {**FORM, "name": f"{at}", "save": "1"}, one["session"]
    ),
    "plan-edit": of_plan("edit", {**FORM, "budget": "60000000", "after": "1", "save": "1"}),
    "plan-compare": of_plan("compare", {}, "versions/1/compare/"),
    "plan-compare-share": of_plan("compare-share", {"days": "7"}, "versions/1/compare/share/"),
    "plan-archive": of_plan("archive", {"away": "1"}),
    "plan-delete": of_plan("delete", {"word": "delete"}),
    "plan-access": lambda _, one, at: Asked(
        f"/en/plans/{one['plans']['access'][at]}/access/",
        {"who": one["reader"], "level": "edit"}, one["session"],
    ),
    "plan-share": of_plan("share", {"days": "7"}, "versions/1/share/"),
    "plan-revoke": lambda _, one, at: Asked(
        f"/en/plans/{one['plans']['revoke'][at]}/links/{one['links'][at]}/revoke/", {},
        one["session"],
    ),
    "plans-of-all": lambda _, one, at: Asked(
        "/en/plans/all/", {"former": one["gone"][at], "heir": one["name"]}, one["session"]
    ),
    "sign-in": lambda _, one, at: Asked(
        f"{ACCOUNT}sign-in/", {"username": one["typists"][at]["name"], "password": PASSWORD},
        good=frozenset({302}),
    ),
    "sign-out": lambda _, one, at: Asked(f"{ACCOUNT}sign-out/", {}, one["leavers"][at]),
    "notices": lambda _, one, at: Asked(
        f"{ACCOUNT}notices/", {"webhook": f"https://hooks.example/{at}"}, one["session"],
        good=frozenset({200}),
    ),
    "notices-secret": lambda _, one, at: Asked(
        f"{ACCOUNT}notices/secret/", {}, one["session"], good=frozenset({200})
    ),
    "password": lambda _, one, at: Asked(
        f"{ACCOUNT}password/", {"old_password": PASSWORD, **NEW}, one["typists"][at]["session"]
    ),
    "choose-password": choose,
    "users": lambda site, one, at: Asked(
        f"{ACCOUNT}users/", {"name": f"{one['name']}-guest{at}", "role": "viewer"}, one["session"]
    ),
    "person-link": of_person("link", {}),
    "person-role": of_person("role", {"role": "administrator"}),
    "person-disable": of_person("disable", {}),
    "person-enable": of_person("enable", {}),
    "person-unlock": of_person("unlock", {}),
    "addresses-unlock": lambda _, one, at: Asked(
        f"{ACCOUNT}users/addresses/unlock/", {}, one["session"]
    ),
    "media": lambda _, one, at: Asked(
        "/en/media/", {**MEDIUM, "name": f"{one['name']} {at}"}, one["session"]
    ),
    "medium": lambda _, one, at: Asked(
        f"/en/media/{one['media']['medium'][at]}/",
        {**MEDIUM, "name": f"{one['name']} changed {at}", "seen": one["media"]["seen"][at]},
        one["session"],
    ),
    "medium-remove": lambda _, one, at: Asked(
        f"/en/media/{one['media']['remove'][at]}/remove/", {}, one["session"]
    ),
    "audience-new": lambda _, one, at: Asked(
        "/en/audiences/saved/new/", {"name": f"{at}", "rules": json.dumps(example_rules())},
        one["session"],
    ),
    "audience-rename": of_audience("rename", {"name": "another"}),
    "audience-delete": of_audience("delete", {}),
    "audience-access": lambda _, one, at: Asked(
        f"/en/audiences/saved/{one['audiences']['access'][at]}/access/",
        {"who": one["reader"], "level": "read"}, one["session"],
    ),
    "experiment-new": lambda _, one, at: Asked("/en/experiments/new/", DESIGN, one["session"]),
    "experiment-analyse": analysis,
    "experiment-again": of_experiment("again", {"seen": "1"}),
    "experiment-access": of_experiment("access", {"shared": "on"}),
    "experiment-reference": of_experiment("reference", {"remove": "on"}),
    "experiment-delete": of_experiment("delete", {}),
    "admin-upload": upload,
    "admin-build": lambda _, one, at: Asked("/en/admin-data/build/", {}, one["session"]),
    "admin-use-build": lambda site, one, at: Asked(
        f"/en/admin-data/builds/{site.builds[ord(one['name'][-1]) % 2]}/use/", {}, one["session"]
    ),
    "admin-forget": lambda site, one, at: Asked(
        f"/en/admin-data/months/{site.month}/forget/", {"file": site.file}, one["session"],
        good=frozenset({302, 404, 409}),  # of a month that is taken back once
    ),
    "admin-job-cancel": of_job("cancel"),
    "admin-job-again": of_job("again"),
}  # fmt: skip
"""What each of them asks for, by the name of the address."""
READING: dict[str, Ask] = {
    "plan-file": lambda _, one, at: Asked(
        f"/en/plans/{one['plans']['file'][at]}/versions/1/plan.json", None, one["session"]
    ),
}
"""Addresses that are read and write all the same: into the log of actions."""
SENT: dict[str, Ask] = {
    "audience": lambda _, one, at: of_api("audience", example_rules(), one),
    "plan": lambda _, one, at: of_api("plan", example_brief(), one),
    "plan_file": lambda _, one, at: of_api("plan/plan.csv", example_brief(), one),
}
"""Addresses of the API that are sent a question and write nothing."""


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


def methods(pattern: URLPattern) -> set[str]:
    """The methods that an address takes."""
    view: Any = pattern.callback
    if hasattr(view, "view_class"):
        return {name.upper() for name in view.view_class.http_method_names}
    request: HttpRequest = RequestFactory().generic("PROPFIND", "/")
    values = dict.fromkeys(pattern.pattern.converters, "1")
    try:
        answer = view(request, **values)
    except Http404:  # nothing is there, whatever the method
        return set()
    assert answer.status_code == 405, f"{pattern.name} does not say what it takes"
    return {name.strip() for name in answer["Allow"].split(",")}


def test_every_address_that_takes_a_form_is_tried() -> None:
    taking = {one.name for one in patterns(get_resolver().url_patterns) if "POST" in methods(one)}
    assert taking == {*WRITING, *SENT}


@pytest.fixture(scope="module")
def site(
    twin_site: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, list[Someone]]]:
    folder = tmp_path_factory.mktemp("crowd") / "workspace"
    shutil.copytree(twin_site.path, folder)
    workspace = Store(folder)
    shutil.copytree(workspace.build().path, workspace.marts_path / "other")
    filled = subprocess.run(
        [sys.executable, "-m", "tests.web.crowd", str(folder), str(AT_ONCE), str(ROUNDS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert filled.returncode == 0, filled.stderr
    known = json.loads(filled.stdout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELADS_OWN_WORKER", "0")  # jobs are asked for here, not done
        patch.delenv("TELADS_CLOSED", raising=False)
        server = Server(folder, workers=2)
    try:
        server.wait()
        yield Site(server.port, workspace, known["prefix"]), known["people"]
    finally:
        server.kill()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WRITING, *READING, *SENT])
def test_nobody_is_refused(site: tuple[Site, list[Someone]], name: str) -> None:
    asked_of, people = site
    ask = (WRITING | READING | SENT)[name]
    rounds = 1 if name in SENT else ROUNDS
    told: Counter[str] = Counter()
    start = threading.Barrier(len(people))

    def work(one: Someone) -> None:
        wanted = [ask(asked_of, one, at) for at in range(rounds)]
        start.wait()
        for asked in wanted:
            status, page, _ = asked_of.ask(asked)
            busy = status == 503 and BUSY in page
            told["good" if status in asked.good or busy else f"{status} {page[:3000]}"] += 1

    threads = [threading.Thread(target=work, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"good": AT_ONCE * rounds}, f"{len(told)} kinds: {list(told)[:2]}"


@pytest.mark.slow
def test_the_log_of_all_of_it_is_one_chain(site: tuple[Site, list[Someone]]) -> None:
    asked_of, people = site
    done = subprocess.run(
        [str(Path(sys.executable).with_name("telads")), "doctor", "--format", "json"],
        env={**os.environ, "TELADS_WORKSPACE": str(asked_of.workspace.path), "TELADS_LANG": "en",
             "DJANGO_SETTINGS_MODULE": "telads.web.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {row["finding"]: row["good"] for row in json.loads(done.stdout)["rows"]}
    (told,) = [one for one in found if "activity log" in one]
    assert found[told], told
    assert int(told.split()[2]) >= AT_ONCE * ROUNDS * 20
    page = asked_of.ask(Asked("/en/plans/", None, people[0]["session"]))[1]
    for what in ("edit", "access", "share"):
        assert all(f"/plans/{number}/" in page for number in people[0]["plans"][what])
    assert not any(f"/plans/{number}/" in page for number in people[0]["plans"]["delete"])


@pytest.mark.slow
def test_who_only_reads_does_not_wait_for_who_writes(site: tuple[Site, list[Someone]]) -> None:
    """A transaction that holds SQLite for writing lets everybody read meanwhile."""
    asked_of, people = site
    database = asked_of.workspace.path / "web.sqlite3"
    if os.environ.get("TELADS_DATABASE_URL"):
        pytest.skip("of SQLite alone")
    writer = sqlite3.connect(database, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        for path in ("/en/plans/", "/en/account/log/", "/en/account/users/", "/en/", "/healthz"):
            assert asked_of.ask(Asked(path, None, people[1]["session"]))[0] == 200
    finally:
        writer.close()
