"""Pages are kept for all, and what is somebody's own reaches nobody else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone

from telads.answers import customers
from telads.web import request_state
from telads.web.accounts.roles import Role
from telads.web.accounts.sessions import SESSIONS, Sessions
from telads.web.cache import KEPT, OWN, _deflated
from telads.web.pages.customers import views
from tests.web.accounts.people import BACKEND, PASSWORD, person, signed_in
from tests.web.api.conftest import Installed, installed
from tests.web.document import HTMX
from tests.web.plans.samples import saved

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db

PAGES = ("/", "/data/", "/customers/", "/advertisers/", "/audiences/", "/evidence/", "/en/data/")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
COOKIE = django_settings.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    KEPT.clear()
    yield
    KEPT.clear()


def page_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def held_texts() -> bytes:
    """All that is kept, in all its forms, unpacked where it can be."""
    entries = KEPT._entries.items()
    texts = [repr((key, entry.headers)).encode() for key, entry in entries]
    return b"".join([*texts, *(body for _, entry in entries for body in entry.forms.values())])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_made_once_for_visitors_and_all_who_signed_in(path: str, site: Client) -> None:
    kim, lee = signed_in(person("kim.minji")), signed_in(person("lee.jun", Role.VIEWER))
    first = page_of(kim, path)
    assert len(KEPT) == 1
    pages = [first, page_of(lee, path), page_of(site, path), page_of(kim, path)]
    assert len(KEPT) == 1
    assert ["kim.minji" in page for page in pages] == [True, False, False, True]
    assert ["lee.jun" in page for page in pages] == [False, True, False, False]
    assert [len(TOKEN.findall(page)) for page in pages] == [1, 1, 0, 1]
    assert [page.count('class="account-menu"') for page in pages] == [1, 1, 1, 1]
    own = re.compile(
        r'<span class="no-plans" hidden></span>|<section class="panel plans-panel".*?</section>',
        re.S,
    )
    mains = {own.sub("", page[page.index("<main") :]) for page in pages}
    assert len(mains) == 1
    assert len(re.findall(r"<nav\b", pages[0])) == len(re.findall(r"<nav\b", pages[2]))


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_a_person_is_in_memory(path: str, site: Client) -> None:
    kim = signed_in(person("kim.minji"))
    token = TOKEN.findall(page_of(kim, path))[0]
    kim.get(path, headers={"accept-encoding": "gzip"})
    texts = held_texts()
    cookies = [kim.cookies[name].value for name in (COOKIE, django_settings.CSRF_COOKIE_NAME)]
    for secret in ("kim.minji", "csrfmiddlewaretoken", token, *cookies):
        assert secret.encode() not in texts


def test_what_a_planner_saved_is_on_no_kept_page(site: Client) -> None:
    kim, lee = signed_in(person("kim")), signed_in(person("lee"))
    plan = saved(kim, name="비밀 계획")
    before = len(KEPT)
    for path in ("/plans/", f"/plans/{plan.pk}/"):
        assert "비밀 계획" in page_of(kim, path)
    assert len(KEPT) == before
    assert "비밀 계획" not in page_of(lee, "/plans/")
    assert lee.get(f"/plans/{plan.pk}/").status_code == 404
    for path in PAGES:
        page_of(kim, path)
        assert "비밀 계획" not in page_of(lee, path)
    assert "비밀 계획" in page_of(kim, "/"), "one's own plans are listed at home"
    assert "비밀 계획" not in page_of(site, "/")


def test_the_menu_is_of_the_role_that_holds_now(site: Client) -> None:
    boss, kim = person("boss", Role.ADMINISTRATOR), person("kim")
    as_boss, as_kim = signed_in(boss), signed_in(kim)
    for _ in range(2):
        assert "/account/users/" in page_of(as_boss, "/customers/")
        assert "/account/users/" not in page_of(as_kim, "/customers/")
    boss.groups.set([Group.objects.get_or_create(name=Role.VIEWER)[0]])
    kim.groups.add(Group.objects.get_or_create(name=Role.ADMINISTRATOR)[0])
    assert "/account/users/" not in page_of(as_boss, "/customers/")
    assert "/account/users/" in page_of(as_kim, "/customers/")


def _signed_out(user: User) -> None:
    Session.objects.all().delete()


def _late(user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def _new_password(user: User) -> None:
    user.set_password("another long phrase")
    user.save()


def _closed(user: User) -> None:
    User.objects.update(is_active=False)


def _gone(user: User) -> None:
    User.objects.filter(pk=user.pk).delete()


@pytest.mark.parametrize("change", [_signed_out, _late, _new_password, _closed, _gone])
def test_a_session_that_ended_elsewhere_is_a_visitors_at_once(change: object, site: Client) -> None:
    user = person("kim")
    kim = signed_in(user)
    for _ in range(2):
        assert "csrfmiddlewaretoken" in page_of(kim, "/customers/")
    change(user)  # type: ignore[operator]
    visitors = page_of(Client(), "/customers/")
    assert page_of(kim, "/customers/") == visitors
    assert kim.get("/plans/").status_code == 302


def test_a_session_that_is_another_persons_now_is_his(site: Client) -> None:
    kim = signed_in(person("kim"))
    assert ">kim<" in page_of(kim, "/customers/")
    kim.force_login(person("lee"), BACKEND)
    page = page_of(kim, "/customers/")
    assert ">lee<" in page
    assert ">kim<" not in page
    key = kim.cookies[COOKIE].value
    other = signed_in(person("park"))
    # The very row is given to somebody else: what was remembered of it no longer holds.
    data = Session.objects.get(pk=other.cookies[COOKIE].value).session_data
    Session.objects.filter(pk=key).update(session_data=data)
    page = page_of(kim, "/customers/")
    assert ">park<" in page
    assert ">lee<" not in page


def test_a_forged_or_old_cookie_does_not_switch_keeping_off(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def counted(*arguments: object, **named: object) -> object:
        calls.append(arguments)
        return customers.services(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(views, "services", counted)
    visitors = page_of(site, "/customers/")
    for forged in ("x" * 32, "0", "", "a.b:c", "x" * 4000, "' OR 1=1"):
        client = Client()
        client.cookies[COOKIE] = forged
        response = client.get("/customers/", headers={"accept-encoding": "br"})
        assert response["Content-Encoding"] == "br"
        assert "no-store" in response["Cache-Control"]
        client.cookies[COOKIE] = forged
        assert page_of(client, "/customers/") == visitors
    assert len(calls) == 1


@pytest.mark.parametrize("path", PAGES)
def test_what_is_compressed_is_the_same_page(path: str, site: Client) -> None:
    kim = signed_in(person("kim"))
    plain = TOKEN.sub("", page_of(kim, path))
    for encoding in ("gzip", "br, gzip", "gzip;q=0.5"):
        response = kim.get(path, headers={"accept-encoding": encoding})
        assert response["Content-Encoding"] == "gzip"
        assert TOKEN.sub("", gzip.decompress(response.content).decode()) == plain
        assert int(response["Content-Length"]) == len(response.content)
    assert not kim.get(path, headers={"accept-encoding": "br"}).has_header("Content-Encoding")
    visitors = site.get(path, headers={"accept-encoding": "gzip"})
    assert len(response.content) < 1.2 * len(visitors.content) + 200


def test_no_length_tells_of_what_is_somebodys_own(site: Client) -> None:
    """It is compressed by itself: what an address holds cannot make it shorter."""
    kim = signed_in(person("kim.minji"))
    for typed in ("x", "kim.minji", "csrfmiddlewaretoken" * 20, '<details class="menu account">'):
        path = f"/data/?{urlencode({'typed': typed})}"
        response = kim.get(path, headers={"accept-encoding": "gzip"})
        page = gzip.decompress(response.content).decode()
        own = page[
            page.index('<details class="menu account">') - 1 : page.index("</header>")
        ].rstrip()
        own = own.removesuffix("</div>").rstrip("\n")
        assert _deflated(own.encode(), 6) in response.content
    tokens = {TOKEN.findall(page_of(kim, "/data/"))[0] for _ in range(5)}
    assert len(tokens) == 5, "the token is masked anew for each answer"


def test_an_address_cannot_move_the_own_part(site: Client) -> None:
    visitors = page_of(site, "/customers/")
    part = re.search(r'<p class="account on-wide">.*?</p>', visitors)
    assert part
    kim = signed_in(person("kim"))
    page = page_of(kim, f"/customers/?{urlencode({'x': part[0]})}")
    head, _, rest = page.partition("</header>")
    assert head.count('class="account-menu"') == 1
    assert 'class="account' not in rest
    assert "csrfmiddlewaretoken" not in rest


def test_what_is_answered_says_it_is_kept_by_nobody(site: Client) -> None:
    kim = signed_in(person("kim"))
    for path in PAGES:
        for headers in ({}, HTMX):
            for client in (site, kim):  # from memory, whoever asked first
                response = client.get(path, headers=headers)
            assert response["Cache-Control"] == OWN
            assert "Cookie" in response["Vary"] or headers
            assert headers or not response.has_header("ETag")
    files = "/customers/services.csv?district=강남구&sex=F&age=30"
    site.get(files)
    assert kim.get(files)["Cache-Control"] == OWN
    assert "no-store" not in site.get(files)["Cache-Control"]


def test_a_form_of_the_menu_is_taken(site: Client) -> None:
    person("kim")
    browser = Client(enforce_csrf_checks=True)
    token = TOKEN.findall(page_of(browser, "/account/sign-in/"))[0]
    form = {"username": "kim", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/account/sign-in/", form).status_code == 302
    token = TOKEN.findall(page_of(browser, "/customers/"))[0]
    lee = Client(enforce_csrf_checks=True)
    lee.force_login(person("lee"), BACKEND)
    page_of(lee, "/customers/")
    sent = {"csrfmiddlewaretoken": token}
    assert lee.post("/account/sign-out/", sent).status_code == 403, "another's token"
    assert browser.post("/account/sign-out/", sent).status_code in {200, 302}
    assert "csrfmiddlewaretoken" not in page_of(browser, "/customers/")


def test_a_view_of_kept_pages_sees_nothing_of_who_asks() -> None:
    request = RequestFactory().get("/x/", headers={"cookie": "a=b", "authorization": "Bearer x"})
    request.user, request.session = User(username="kim"), Client().session
    request.META["CSRF_COOKIE"] = "secret"
    asked = request_state.anonymous(request)
    assert not asked.COOKIES
    assert not asked.user.is_authenticated
    assert asked.session.is_empty()
    assert not {"HTTP_COOKIE", "HTTP_AUTHORIZATION", "CSRF_COOKIE"} & {
        *asked.META,
        *vars(asked)["environ"],
    }
    assert "authorization" not in asked.headers
    assert request.COOKIES == {"a": "b"}
    assert request.headers["authorization"] == "Bearer x"


def test_programs_are_let_in_by_key_whatever_is_kept(installed: Installed, site: Client) -> None:
    kim = signed_in(person("kim"))
    with installed(api_keys=True):
        for client in (site, kim):
            assert client.get("/api/v1/months").status_code == 401
    assert b"Bearer" not in held_texts()


def test_one_question_to_the_database_tells_who_asks(
    site: Client, django_assert_num_queries: object
) -> None:
    kim = signed_in(person("kim"))
    page_of(kim, "/customers/")
    with django_assert_num_queries(1):  # type: ignore[operator]
        page_of(kim, "/customers/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        page_of(site, "/customers/")


def test_sessions_that_are_remembered_are_bounded(site: Client) -> None:
    known = Sessions(most=3)
    user = person("kim")
    for _ in range(5):
        client = signed_in(user)
        request = RequestFactory().get("/")
        request.session = client.session
        assert known.user(request) == user
    assert len(known) == 3
    assert len(SESSIONS) <= 1000
