"""Who may ask for what: every address and method x every role x own, lent and foreign objects.

An address that stands in no table below fails the first test, so a new page has to say whom it is
for. Each cell is the status that is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.translation import override

from telads.planning.plan import canonical, make_plan
from telads.planning.schema import example_brief, example_rules
from telads.store.workspace import Build
from telads.web.accounts.roles import Role
from telads.web.audiences.models import SavedAudience
from telads.web.experiments.models import SavedExperiment
from telads.web.jobs.models import Job
from telads.web.media.models import Medium
from telads.web.media.services import state
from telads.web.plans.models import PlanAccess, PlanVersion, SavedPlan, ShareLink
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.api.conftest import Installed, installed
from tests.web.plans.samples import FORM, brief_of

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db

WHO = ("visitor", *Role)
KINDS = ("own", "edit", "read", "foreign")
"""Whose plan: one's own, another's that one may edit or read, and one that is not shared."""

PUBLIC = {
    "": "/", "brief/": "/brief/?service=game&who=F30", "evidence/": "/evidence/",
    "evidence/evaluation.csv": "/evidence/evaluation.csv",
    "evidence/evaluation.csv-metadata.json": "/evidence/evaluation.csv-metadata.json",
    "data/": "/data/", "data/people.<slug:kind>": "/data/people.csv",
    "data/people.csv-metadata.json": "/data/people.csv-metadata.json",
    "data/<slug:chart>.<slug:kind>": "/data/monthly.csv",
    "data/<slug:chart>.csv-metadata.json": "/data/monthly.csv-metadata.json",
    "customers/": "/customers/", "advertisers/": "/advertisers/",
    "customers/<str:name>": "/customers/services.csv",
    "advertisers/<str:name>": "/advertisers/targets.csv",
    "advertisers/alike/": "/advertisers/alike/",
    "advertisers/alike/<str:name>": "/advertisers/alike/alike.csv",
    "audiences/": "/audiences/", "campaign/": "/campaign/", "changes/": "/changes/",
    "changes/<str:name>": "/changes/changes.csv", "help/": "/help/", "search/": "/search/?q=gu",
    "campaign/scenarios/": "/campaign/scenarios/",
    "campaign/scenarios/<str:name>": "/campaign/scenarios/scenarios.csv",
    "api/v1/docs": "/api/v1/docs",
    "favicon.ico": "/favicon.ico",
    "healthz": "/healthz", "api/v1/openapi.json": "/api/v1/openapi.json",
}  # fmt: skip
"""GET is open to everybody, nothing else is taken."""

_SEGMENT = "district=강남구&sex=F&age=30"
API = {
    "services": f"services?{_SEGMENT}", "targets": "targets?service=delivery",
    "platforms": f"platforms?service=delivery&{_SEGMENT}", "lookalike": f"lookalike?{_SEGMENT}",
    "signals": f"signals?{_SEGMENT}", "history": f"history?{_SEGMENT}", "segments": "segments",
    "months": "months", "measures": "measures", "districts": "districts", "status": "status",
    "changes": "changes?service=game", "alike": "alike",
    "areas.geojson": "areas.geojson?service=game", "areas.parquet": "areas.parquet?service=game",
    "export/<table>.csv-metadata.json": "export/segments.csv-metadata.json",
    "export/<table>.<kind>": "export/segments.csv",
    "charts/population.<form>": "charts/population.json",
    "charts/choropleth.<form>": "charts/choropleth.json",
    "charts/correlation.<form>": "charts/correlation.json",
    "charts/monthly.<form>": "charts/monthly.json",
    "charts/ranking.<form>": f"charts/ranking.json?{_SEGMENT}",
    "charts/targets.<form>": "charts/targets.json",
    "charts/neighbourhoods.<form>": "charts/neighbourhoods.json",
}  # fmt: skip
"""Open to all, or where keys are asked for to keys alone: signing in is none."""

API_SENT: dict[str, dict[str, Any]] = {
    "audience": example_rules(), "plan": example_brief(), "plan/<file>": example_brief(),
}  # fmt: skip
"""As open, but asked by POST, with what is sent."""

LIKE_OTHERS = {"metrics", "api/v1/", "api/v1/charts/<name>.<form>"}
"""The figures of this process, ninja's root, pictures that there are not, each with tests of its
own."""


class Cells(NamedTuple):
    """Statuses by role, each for `KINDS` or one for all of them."""

    visitor: int
    viewer: tuple[int, ...]
    planner: tuple[int, ...]
    administrator: tuple[int, ...]


def _same(visitor: int, viewer: tuple[int, ...], planner: tuple[int, ...]) -> Cells:
    """An administrator is a planner to plans: others' are not there for him either."""
    return Cells(visitor, viewer, planner, planner)


READ = _same(302, (200, 200, 200, 404), (200, 200, 200, 404))
PLANS: dict[tuple[str, str], tuple[Cells, dict[str, str]]] = {
    ("plans/<int:number>/", "GET"): (READ, {}),
    ("plans/<int:number>/versions/<int:version>/", "GET"): (READ, {}),
    ("plans/<int:number>/versions/<int:version>/<str:name>", "GET"): (READ, {}),
    ("plans/<int:number>/versions/<int:version>/compare/", "GET"): (READ, {}),
    ("plans/<int:number>/versions/<int:version>/compare/", "POST"): (
        _same(302, (403, 403, 403, 404), (302, 302, 403, 404)), {}),
    ("plans/<int:number>/versions/<int:version>/compare/<str:name>", "GET"): (READ, {}),
    ("plans/<int:number>/versions/<int:version>/compare/share/", "POST"): (
        _same(302, (403, 403, 403, 403), (200, 403, 403, 404)), {"days": "7"}),
    ("plans/<int:number>/edit/", "GET"): (
        _same(302, (403, 403, 403, 404), (200, 200, 403, 404)), {}),
    ("plans/<int:number>/edit/", "POST"): (
        _same(302, (403, 403, 403, 404), (302, 302, 403, 404)),
        {**FORM, "after": "1", "save": "1"}),
    ("plans/<int:number>/access/", "POST"): (
        _same(302, (403, 403, 403, 403), (302, 403, 403, 404)),
        {"who": "somebody", "level": "read"}),
    ("plans/<int:number>/links/<int:link>/revoke/", "POST"): (
        _same(302, (403, 403, 403, 403), (302, 403, 403, 404)), {}),
    ("plans/<int:number>/archive/", "POST"): (
        _same(302, (403, 403, 403, 403), (302, 403, 403, 404)), {"away": "1"}),
    ("plans/<int:number>/delete/", "GET"): (
        Cells(302, (403,) * 4, (200, 403, 403, 404), (200,) * 4), {}),
    ("plans/<int:number>/delete/", "POST"): (
        Cells(302, (403,) * 4, (302, 403, 403, 404), (302,) * 4), {"word": "delete"}),
    ("plans/<int:number>/versions/<int:version>/share/", "POST"): (
        _same(302, (403, 403, 403, 403), (200, 403, 403, 404)), {"days": "3"}),
}  # fmt: skip
"""Addresses of one plan, and what a POST sends."""

MEDIUM = {"name": "a medium", "service": "game", "price": "5000"}
AUDIENCE = {"name": "an audience", "rules": FORM["rules"]}
_NEW = "<a long phrase> 2"
BOSS = Cells(302, (403,), (403,), (200,))
BOSS_DOES = Cells(302, (403,), (403,), (302,))
NOTHING_THERE = Cells(404, (404,), (404,), (404,))
"""A link that opens nothing; a single sign-on that this installation has not."""
CLOSED: dict[tuple[str, str], tuple[Cells, dict[str, str]]] = {
    ("campaign/plan.pptx", "GET"): (Cells(302, (200,), (200,), (200,)), {}),
    ("plans/", "GET"): (Cells(302, (200,), (200,), (200,)), {}),
    ("plans/new/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("plans/new/", "POST"): (Cells(302, (403,), (302,), (302,)), {**FORM, "save": "1"}),
    # Nothing may be embedded unless the settings name a site.
    ("embed/code/<slug:what>/", "GET"): (Cells(404, (404,), (404,), (404,)), {}),
    ("embed/<str:token>/", "GET"): (Cells(404, (404,), (404,), (404,)), {}),
    ("plans/shared/<str:token>/", "GET"): (Cells(200, (200,), (200,), (200,)), {}),
    ("plans/shared/<str:token>/<str:name>", "GET"): (Cells(200, (200,), (200,), (200,)), {}),
    ("account/sign-in/", "GET"): (Cells(200, (302,), (302,), (302,)), {}),
    ("account/sign-in/", "POST"): (
        Cells(302, (302,), (302,), (302,)), {"username": "somebody", "password": PASSWORD}),
    ("account/sign-out/", "POST"): (Cells(302, (302,), (302,), (302,)), {}),
    ("account/password/", "GET"): (Cells(302, (200,), (200,), (200,)), {}),
    ("account/password/", "POST"): (
        Cells(302, (200,), (200,), (200,)),
        {"old_password": PASSWORD, "new_password1": _NEW, "new_password2": _NEW}),
    ("account/notices/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("account/notices/", "POST"): (Cells(302, (403,), (200,), (200,)),
                                   {"mail": "", "webhook": "https://hooks.example/"}),
    ("account/notices/secret/", "POST"): (Cells(302, (403,), (200,), (200,)), {}),
    ("account/log/", "GET"): (BOSS, {}),
    ("account/users/", "GET"): (BOSS, {}),
    ("account/users/", "POST"): (BOSS, {"name": "a-new-one", "role": "viewer"}),
    ("account/users/addresses/unlock/", "POST"): (BOSS_DOES, {}),
    ("account/users/<int:number>/", "GET"): (BOSS, {}),
    ("account/users/<int:number>/link/", "POST"): (BOSS, {}),
    ("account/users/<int:number>/role/", "POST"): (BOSS_DOES, {"role": "viewer"}),
    ("account/users/<int:number>/disable/", "POST"): (BOSS_DOES, {}),
    ("account/users/<int:number>/enable/", "POST"): (BOSS_DOES, {}),
    ("account/users/<int:number>/unlock/", "POST"): (BOSS_DOES, {}),
    ("account/choose/<uidb64>/<token>/", "GET"): (NOTHING_THERE, {}),
    ("account/choose/<uidb64>/<token>/", "POST"): (NOTHING_THERE, {}),
    ("account/sso/", "GET"): (NOTHING_THERE, {}),
    ("sso/return/", "GET"): (NOTHING_THERE, {}),
    ("admin/", "GET"): (BOSS, {}),
    ("plans/all/", "GET"): (BOSS, {}),
    ("plans/all/", "POST"): (BOSS_DOES, {"former": "gone", "heir": "somebody"}),
    ("media/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("media/", "POST"): (Cells(302, (403,), (302,), (400,)), MEDIUM),  # the name is taken then
    ("media/<int:number>/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("media/<int:number>/", "POST"): (Cells(302, (403,), (302,), (302,)), MEDIUM),
    ("media/<int:number>/remove/", "POST"): (Cells(302, (403,), (302,), (404,)), {}),
    ("audiences/saved/", "GET"): (Cells(302, (200,), (200,), (200,)), {}),
    ("audiences/saved/new/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("audiences/saved/new/", "POST"): (Cells(302, (403,), (302,), (302,)), AUDIENCE),
    # Nobody's but its owner's, and it is shared with nobody.
    ("audiences/saved/compare/", "GET"): (Cells(302, (404,), (404,), (404,)), {}),
    ("audiences/saved/<int:number>/", "GET"): (Cells(302, (404,), (404,), (404,)), {}),
    ("audiences/saved/<int:number>/rename/", "POST"): (
        Cells(302, (404,), (404,), (404,)), {"name": "y"}),
    ("audiences/saved/<int:number>/access/", "POST"): (
        Cells(302, (404,), (404,), (404,)), {"who": "somebody", "level": "read"}),
    ("audiences/saved/<int:number>/delete/", "POST"): (Cells(302, (404,), (404,), (404,)), {}),
    ("experiments/", "GET"): (Cells(302, (200,), (200,), (200,)), {}),
    ("experiments/new/", "GET"): (Cells(302, (403,), (200,), (200,)), {}),
    ("experiments/new/", "POST"): (Cells(302, (403,), (400,), (400,)), {}),
    # Nobody's but its owner's, like a saved audience.
    ("experiments/<int:number>/", "GET"): (Cells(302, (404,), (404,), (404,)), {}),
    ("experiments/<int:number>/<str:name>", "GET"): (Cells(302, (404,), (404,), (404,)), {}),
    ("experiments/<int:number>/analyse/", "POST"): (Cells(302, (404,), (404,), (404,)), {}),
    ("experiments/<int:number>/again/", "POST"): (
        Cells(302, (404,), (404,), (404,)), {"seen": "1"}),
    ("experiments/<int:number>/access/", "POST"): (
        Cells(302, (404,), (404,), (404,)), {"shared": "on"}),
    ("experiments/<int:number>/reference/", "POST"): (Cells(302, (404,), (404,), (404,)), {}),
    ("experiments/<int:number>/delete/", "POST"): (Cells(302, (404,), (404,), (404,)), {}),
    ("admin-data/", "GET"): (Cells(302, (403,), (403,), (200,)), {}),
    ("admin-data/upload/", "GET"): (Cells(302, (403,), (403,), (302,)), {}),
    ("admin-data/upload/", "POST"): (Cells(302, (403,), (403,), (400,)), {}),
    ("admin-data/build/", "POST"): (Cells(302, (403,), (403,), (302,)), {}),
    ("admin-data/builds/<str:build>/use/", "POST"): (Cells(302, (403,), (403,), (404,)), {}),
    ("admin-data/months/<str:month>/forget/", "GET"): (
        Cells(302, (403,), (403,), (404,)), {}),
    ("admin-data/months/<str:month>/forget/", "POST"): (
        Cells(302, (403,), (403,), (404,)), {}),
    ("admin-data/jobs/<int:job>/", "GET"): (Cells(302, (403,), (403,), (200,)), {}),
    ("admin-data/jobs/<int:job>/cancel/", "POST"): (Cells(302, (403,), (403,), (302,)), {}),
    ("admin-data/jobs/<int:job>/again/", "POST"): (Cells(302, (403,), (403,), (302,)), {}),
}  # fmt: skip
"""Addresses that are no plan's, but not everybody's either."""

TOKEN = "a token of the tests"


def addresses() -> set[str]:
    """Every address of the website, as Django spells its patterns.

    In Korean: the language of the last answer stays a thread's, and English has a prefix.
    """

    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            here = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, here)
            elif isinstance(one, URLPattern):
                yield here

    with override("ko"):
        return set(walk(get_resolver().url_patterns, ""))


def test_every_address_has_its_place_in_a_table() -> None:
    told = {*PUBLIC, *(f"api/v1/{one}" for one in (*API, *API_SENT)), *LIKE_OTHERS}
    told |= {address for address, _ in (*PLANS, *CLOSED)}
    assert addresses() == told


@pytest.fixture(scope="session")
def document(twin_build: Build) -> dict[str, Any]:
    """A plan, computed once."""
    return make_plan(twin_build, brief_of(twin_build)).document()


class World(NamedTuple):
    """People by role, and for each a plan of each kind; and the owner of the others."""

    people: dict[Role, User]
    plans: dict[tuple[Role, str], ShareLink]
    somebody: User

    def client(self, who: str) -> Client:
        return Client() if who == "visitor" else signed_in(self.people[Role(who)])


@pytest.fixture
def world(site: Client, document: dict[str, Any]) -> World:
    somebody = person("somebody")
    people = {role: person(f"the-{role}", role) for role in Role}
    plans: dict[tuple[Role, str], ShareLink] = {}
    for role, user in people.items():
        for kind in KINDS:
            plan = SavedPlan.objects.create(owner=user if kind == "own" else somebody, name="x")
            if kind in {"edit", "read"}:
                PlanAccess.objects.create(plan=plan, user=user, may_edit=kind == "edit")
            version = PlanVersion.objects.create(
                plan=plan, number=1, document=canonical(document), hash=document["hash"],
                build=document["basis"]["build"], month=document["basis"]["month"], made_by="x",
            )  # fmt: skip
            token = f"{TOKEN} {role} {kind}"
            plans[role, kind] = ShareLink.objects.create(
                version=version, digest=hashlib.sha256(token.encode()).hexdigest(), start="x",
                expires=timezone.now() + timedelta(days=1),
            )  # fmt: skip
    # What a disabled user left.
    gone = person("gone")
    SavedPlan.objects.create(owner=gone, name="x")
    gone.is_active = False
    gone.save()
    return World(people, plans, somebody)


def address_of(pattern: str, link: ShareLink, token: str, whom: User | None = None) -> str:
    if whom:
        pattern = pattern.replace("users/<int:number>", f"users/{whom.pk}")
    if pattern.startswith("audiences/saved/<int:number>"):
        owner, rules = User.objects.get(username="somebody"), FORM["rules"]
        saved, _ = SavedAudience.objects.get_or_create(owner=owner, name="x", rules=rules)
        pattern = pattern.replace("<int:number>", str(saved.pk))
    if pattern.startswith("experiments/<int:number>"):
        owner = User.objects.get(username="somebody")
        one, _ = SavedExperiment.objects.get_or_create(owner=owner, name="x", key="x")
        pattern = pattern.replace("<int:number>", str(one.pk)).replace("<str:name>", "areas.csv")
    if pattern.startswith("media/<int:number>"):
        values = {"service": "game", "price": 7000, "priced": "2023-09-01"}
        medium, _ = Medium.objects.get_or_create(name="x", defaults=values)
        pattern = pattern.replace("<int:number>", str(medium.pk))
    filled = {
        "<int:number>": str(link.version.plan_id), "<int:version>": "1", "<int:link>": str(link.pk),
        "<str:name>": "plan.csv", "<uidb64>": "MQ", "<token>": "x-y", "<str:token>": token,
        "<str:build>": "0" * 16, "<str:month>": "1999-01", "<slug:what>": "monthly",
        "<int:job>": str(Job.objects.get_or_create(by="somebody")[0].pk),
    }  # fmt: skip
    if pattern.endswith("compare/<str:name>"):
        filled["<str:name>"] = "comparison.csv"
    for part, value in filled.items():
        pattern = pattern.replace(part, value)
    return f"/{pattern}"


def state_of(pattern: str) -> dict[str, str]:
    """What a form of something that others may have changed says it was opened with."""
    medium = Medium.objects.last() if pattern == "media/<int:number>/" else None
    return {"seen": state(medium)} if medium else {}


def status(client: Client, method: str, address: str, sent: dict[str, str]) -> int:
    answer = client.post(address, sent) if method == "POST" else client.generic(method, address)
    answer.getvalue()  # a stream closes its file at its end; closing twice ends the connection
    return answer.status_code


@pytest.mark.parametrize(("pattern", "method"), PLANS)
def test_plans(world: World, pattern: str, method: str) -> None:
    cells, sent = PLANS[pattern, method]
    found: dict[tuple[str, ...], int] = {}
    wanted: dict[tuple[str, ...], int] = {}
    for role in Role:
        for kind, expected in zip(KINDS, getattr(cells, role), strict=True):
            address = address_of(pattern, world.plans[role, kind], "")
            visitor = Client()
            wanted["visitor", role, kind] = cells.visitor
            found["visitor", role, kind] = status(visitor, method, address, sent)
            wanted[role, kind] = expected
            found[role, kind] = status(world.client(role), method, address, sent)
    assert found == wanted


@pytest.mark.parametrize(("pattern", "method"), CLOSED)
def test_what_is_no_plan_s(world: World, pattern: str, method: str) -> None:
    cells, sent = CLOSED[pattern, method]
    link = world.plans[Role.PLANNER, "own"]
    address = address_of(pattern, link, f"{TOKEN} planner own", world.somebody)
    found = {
        who: status(world.client(who), method, address, sent | state_of(pattern)) for who in WHO
    }
    assert found["visitor"] == cells.visitor
    for role in Role:
        assert found[role] == getattr(cells, role)[0], role


@pytest.mark.parametrize("pattern", PUBLIC)
def test_what_is_everybody_s(world: World, pattern: str) -> None:
    for who in WHO:
        client = world.client(who)
        shown = 302 if pattern in {"favicon.ico", "brief/"} else 200  # on to another address
        assert status(client, "GET", PUBLIC[pattern], {}) == shown, who
        assert status(client, "POST", PUBLIC[pattern], {}) == 405, who


@pytest.mark.parametrize("pattern", API)
def test_the_api(world: World, installed: Installed, pattern: str) -> None:
    address = f"/api/v1/{API[pattern]}"
    for who in WHO:
        client = world.client(who)
        assert status(client, "GET", address, {}) == 200, who
        assert status(client, "POST", address, {}) == 405, who
        with installed(api_keys=True):
            assert status(client, "GET", address, {}) == 401, who


def test_the_api_that_is_sent_something(world: World, installed: Installed) -> None:
    """A program has no token of a form; and nothing is changed that one would have to guard."""

    def sent(who: str, pattern: str) -> int:
        client = Client(enforce_csrf_checks=True)
        client.cookies = world.client(who).cookies
        place = pattern.replace("<file>", "plan.csv")
        return client.post(f"/api/v1/{place}", API_SENT[pattern], "application/json").status_code

    before = [model.objects.count() for model in (SavedPlan, PlanVersion, Job)]
    for pattern in API_SENT:
        for who in WHO:
            assert sent(who, pattern) == 200, who
            assert status(world.client(who), "GET", f"/api/v1/{pattern}", {}) == 405, who
            with installed(api_keys=True):
                assert sent(who, pattern) == 401, who
            with installed(closed=True):
                assert sent(who, pattern) == (401 if who == "visitor" else 200), who
    assert [model.objects.count() for model in (SavedPlan, PlanVersion, Job)] == before


def test_nothing_is_done_without_the_form_s_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        world.people[Role.ADMINISTRATOR], "django.contrib.auth.backends.ModelBackend"
    )
    link = world.plans[Role.ADMINISTRATOR, "own"]
    for (pattern, method), (_, sent) in {**PLANS, **CLOSED}.items():
        if method == "POST":
            address = address_of(pattern, link, "", world.somebody)
            assert client.post(address, sent).status_code == 403, pattern
    assert SavedPlan.objects.count() == len(world.plans) + 1


def test_methods_nobody_uses_are_refused(world: World) -> None:
    link = world.plans[Role.ADMINISTRATOR, "own"]
    client = world.client(Role.ADMINISTRATOR)
    taken: dict[str, set[str]] = {}
    for pattern, method in (*PLANS, *CLOSED):
        taken.setdefault(pattern, set()).add(method)
    for pattern, methods in taken.items():
        address = address_of(pattern, link, f"{TOKEN} administrator own", world.somebody)
        for method in {"POST", "GET", "PUT", "DELETE", "PATCH"} - methods:
            # There people who are signed in are sent on, and a link opens nothing at all.
            if pattern != "account/sign-in/" and not pattern.startswith("account/choose/"):
                assert status(client, method, address, {}) == 405, (pattern, method)
    for method in ("PUT", "DELETE", "PATCH"):
        assert status(Client(), method, "/account/sign-in/", {}) == 405
    assert PlanVersion.objects.count() == len(world.plans)


OPEN_WHEN_CLOSED = {
    "healthz", "metrics", "favicon.ico", "account/sign-in/", "account/sign-out/", "account/sso/",
    "sso/return/", "account/choose/<uidb64>/<token>/",
    "plans/shared/<str:token>/", "plans/shared/<str:token>/<str:name>", "embed/<str:token>/",
}  # fmt: skip
"""What a wholly closed installation leaves open: ways in, and what was shared."""


def test_a_closed_installation(world: World, installed: Installed) -> None:
    link = world.plans[Role.PLANNER, "own"]
    filled = PUBLIC | {f"api/v1/{one}": f"/api/v1/{API[one]}" for one in API}
    with installed(closed=True):
        for pattern in sorted(addresses() - {"api/v1/"}):
            address = filled.get(pattern) or address_of(
                pattern, link, f"{TOKEN} planner own", world.somebody
            )
            visitor = Client().get(address)
            led = visitor.headers.get("Location", "").startswith("/account/sign-in/?next=")
            if pattern in OPEN_WHEN_CLOSED:
                assert not led, pattern
            elif pattern.startswith("api/v1/") and pattern != "api/v1/docs":
                assert visitor.status_code == 401, pattern
            else:
                assert led, pattern
        viewer = world.client(Role.VIEWER)
        for address in filled.values():
            assert status(viewer, "GET", address, {}) in {200, 302, 404}, address
