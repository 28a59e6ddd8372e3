"""Signing in and out, the limit on attempts, the password, and what sessions are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from telads.errors import QuestionError, UnknownChoice
from telads.web.accounts import people
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role, role_of
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.api.conftest import Installed, installed
from tests.web.document import assert_nothing_inline, get, read

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def sign_in(client: Client, name: str = "kim", password: str = PASSWORD, status: int = 302) -> str:
    response = client.post(SIGN_IN, {"username": name, "password": password})
    assert response.status_code == status, response.content.decode()[:300]
    return response.content.decode()


def test_in_and_out(site: Client) -> None:
    person("kim")
    assert get(site, "/").one("p", class_="account").text == "로그인"
    sign_in(site)
    header = get(site, "/en/").one("details", class_="account")
    assert header.text.startswith("kim kim Signed in · planner")
    assert not [link for link in header.all("a") if "log" in link.attributes["href"]]
    assert site.get("/account/sign-out/").status_code == 405
    assert site.post("/account/sign-out/").status_code == 302
    assert not get(site, "/").all("details", class_="account")


@pytest.mark.parametrize("address", ["/account/sign-in/", "/en/account/sign-in/"])
def test_the_page_of_signing_in(site: Client, address: str) -> None:
    page = get(site, address)
    assert_nothing_inline(page)
    form = page.one("form", class_="stacked")
    assert form.attributes["method"] == "post"
    assert form.all("input", name="csrfmiddlewaretoken")
    ids = {label.attributes["for"] for label in form.all("label")}
    assert ids == {"id_username", "id_password"}


def test_pages_of_accounts_are_accessible(site: Client) -> None:
    client = signed_in(person("boss", Role.ADMINISTRATOR))
    page = get(client, "/account/log/")
    assert_nothing_inline(page)
    assert page.one("table").one("caption").text.endswith("건, 서울 시각")
    assert_nothing_inline(get(client, "/account/password/"))


def test_it_leads_back_but_never_away(site: Client) -> None:
    person("kim")
    for wanted, got in (("/data/", "/data/"), ("https://evil.example/", "/"), ("//evil", "/")):
        response = Client().post(SIGN_IN, {"username": "kim", "password": PASSWORD, "next": wanted})
        assert response.headers["Location"] == got


def test_wrong_words_lock_a_name_for_an_address(site: Client) -> None:
    person("kim")
    person("lee")
    for _ in range(django_settings.AXES_FAILURE_LIMIT - 1):
        page = read(sign_in(site, password="wrong", status=200))
        assert "이나 비밀번호가 맞지 않습니다" in page.one(role="alert").text
    sign_in(site, password="wrong", status=429)
    assert "15분" in sign_in(site, status=429)
    assert (
        "15 minutes"
        in site.post(
            "/en/account/sign-in/", {"username": "kim", "password": PASSWORD}
        ).content.decode()
    )
    sign_in(Client(), "lee")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere)
    with override_settings(AXES_COOLOFF_TIME=timedelta(0)):
        sign_in(site)


def test_attempts_on_a_locked_name_do_not_fill_the_log(site: Client) -> None:
    person("kim")
    limit = django_settings.AXES_FAILURE_LIMIT
    for attempt in range(1, limit + 10):
        sign_in(
            Client(headers={"User-Agent": f"browser {attempt}"}),
            password="wrong",
            status=200 if attempt < limit else 429,
        )
    told = AuditEntry.objects.exclude(action="user-create").values_list("who", "action")
    assert sorted(told) == [("kim", "sign-in-failed")] * limit + [("kim", "sign-in-locked")]
    sign_in(Client(REMOTE_ADDR="192.0.2.7"), password="wrong", status=200)
    assert AuditEntry.objects.filter(action="sign-in-failed").count() == limit + 1


def test_what_is_tried_while_a_lock_holds_does_not_lengthen_it(site: Client) -> None:
    person("kim")
    limit = django_settings.AXES_FAILURE_LIMIT
    for attempt in range(limit):
        sign_in(site, password="wrong", status=200 if attempt < limit - 1 else 429)
    began = AccessAttempt.objects.get().attempt_time
    for _ in range(3):
        sign_in(site, status=429)
    attempt = AccessAttempt.objects.get()
    assert (attempt.attempt_time, attempt.failures_since_start) == (began, limit)


def test_many_names_from_one_address_lock_the_address(site: Client) -> None:
    person("kim")
    most = django_settings.TELADS.sign_in_address_attempts
    statuses = [
        Client().post(SIGN_IN, {"username": f"name{n}", "password": "x"}).status_code
        for n in range(40)
    ]
    assert statuses == [200] * (most - 1) + [429] * (41 - most)
    assert "네트워크 주소" in sign_in(site, status=429)
    sign_in(Client(REMOTE_ADDR="192.0.2.7"))
    told = AuditEntry.objects.exclude(action="user-create").values_list("action", flat=True)
    assert sorted(told) == sorted(
        ["sign-in-failed"] * most + ["sign-in-address-locked", "sign-in"]
    )  # and no line for each of the 20 that came later
    with override_settings(AXES_COOLOFF_TIME=timedelta(0)):
        sign_in(site)


def test_a_success_between_them_does_not_clear_an_address(site: Client) -> None:
    person("own")
    most = django_settings.TELADS.sign_in_address_attempts
    for n in range(most - 1):
        sign_in(Client(), f"name{n}", "x", 200)
        sign_in(Client(), "own")
    sign_in(Client(), "another", "x", 429)
    sign_in(Client(), "own", status=429)


def test_one_colleague_does_not_lock_an_office(site: Client) -> None:
    person("kim")
    person("lee")
    for attempt in range(100):  # long after his name is locked
        answer = Client().post(SIGN_IN, {"username": "kim", "password": "wrong"})
        assert answer.status_code == (200 if attempt < 4 else 429)
    for name in ("Kim", "kmi"):  # his name, mistyped in two ways
        for _ in range(4):
            sign_in(Client(), name, "wrong", 200)
    sign_in(Client(), "lee")


def test_who_mistypes_and_gets_in_leaves_no_mark_on_the_address(site: Client) -> None:
    for n in range(12):  # a whole office at nine o'clock
        person(f"colleague{n}")
        for _ in range(3):
            sign_in(Client(), f"colleague{n}", "wrong", 200)
        sign_in(Client(), f"colleague{n}")


def test_an_administrator_unlocks_addresses(site: Client) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    assert not get(boss, "/account/users/").all("form", action="/account/users/addresses/unlock/")
    for n in range(django_settings.TELADS.sign_in_address_attempts):
        site.post(SIGN_IN, {"username": f"name{n}", "password": "x"})
    person("kim")
    sign_in(site, status=429)
    page = get(boss, "/account/users/")
    assert_nothing_inline(page)
    assert "1곳" in page.one("div", class_="notice").text
    assert page.all("form", action="/account/users/addresses/unlock/")
    assert boss.post("/account/users/addresses/unlock/").status_code == 302
    sign_in(site)
    assert AuditEntry.objects.filter(who="boss", action="addresses-unlock").exists()


def test_the_limit_of_an_address_can_be_set_or_taken_away(
    site: Client, installed: Installed
) -> None:
    for most, status in ((3, 429), (0, 200)):
        with installed(sign_in_address_attempts=most):
            AccessAttempt.objects.all().delete()
            for n in range(40):
                answer = Client().post(SIGN_IN, {"username": f"name{n}", "password": "x"})
            assert answer.status_code == status


def test_a_strong_password_is_asked_for() -> None:
    for weak in ("short", "password1234", "482910473829", "kim-jiwon-kim"):
        with pytest.raises(QuestionError):
            people.create("kim-jiwon", Role.VIEWER, weak)
    assert len(people.create("kim-jiwon", Role.VIEWER)) == 16


def test_names_tell_people_apart() -> None:
    person("kim")
    for wrong in ("kim", "", "a b", "x" * 151, "a\0b"):
        with pytest.raises(QuestionError):
            people.create(wrong, Role.VIEWER)
    for nobody in ("nobody", "", "a\0b"):
        with pytest.raises(UnknownChoice):
            people.set_active(nobody, False)


def test_a_changed_password_ends_other_sessions(site: Client) -> None:
    kim = person("kim")
    here, there = signed_in(kim), signed_in(kim)
    new = "quite another phrase"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    refused = read(here.post("/account/password/", {**sent, "old_password": "x"}).content.decode())
    assert refused.one(role="alert").text
    done = read(here.post("/account/password/", sent).content.decode())
    assert "바꾸었습니다" in done.one(role="status", class_="notice").text
    assert get(here, "/").all("details", class_="account")
    assert not get(there, "/").all("details", class_="account")
    sign_in(Client(), password=new)


def test_disabled_people_are_out_at_once(site: Client) -> None:
    client = signed_in(person("kim"))
    people.set_active("kim", False)
    assert not get(client, "/").all("details", class_="account")
    sign_in(Client(), status=200)
    people.set_active("kim", True)
    sign_in(Client())


def test_sessions_that_ended_are_not_kept(site: Client) -> None:
    kim = person("kim")
    for _ in range(3):
        signed_in(kim)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    sign_in(site)
    assert Session.objects.count() == 1
    assert get(site, "/").all("details", class_="account")


def test_a_role_holds_from_the_next_request(site: Client) -> None:
    client = signed_in(person("kim", Role.VIEWER))
    refused = client.get("/en/account/log/")
    assert refused.status_code == 403
    assert "your role has no access" in refused.content.decode()
    assert "Start this page again" not in refused.content.decode()
    people.set_role("kim", Role.ADMINISTRATOR)
    assert client.get("/account/log/").status_code == 200
    assert role_of(people.find("kim")) is Role.ADMINISTRATOR
    assert [group.name for group in people.find("kim").groups.all()] == ["administrator"]


def test_closed_pages_are_kept_by_nobody_and_lead_to_signing_in(site: Client) -> None:
    answer = site.get("/en/account/log/?page=2")
    assert answer.headers["Location"] == "/en/account/sign-in/?next=/en/account/log/%3Fpage%3D2"
    assert "no-store" in answer.headers["Cache-Control"]
    asked = site.get("/account/log/", headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"].startswith("/account/sign-in/?next=")
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    assert "no-store" in boss.get("/account/log/").headers["Cache-Control"]


def test_cookies_are_hardened(site: Client) -> None:
    person("kim")
    response = site.post(SIGN_IN, {"username": "kim", "password": PASSWORD})
    cookie = response.cookies[django_settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(SIGN_IN, {"username": "kim", "password": PASSWORD})
    assert refused.status_code == 403
    assert "양식" in read(refused.content.decode()).one("h1").text


def test_what_is_written_down_holds_no_typed_words(site: Client) -> None:
    person("kim")
    sign_in(site, "my secret password", "x", 200)
    sign_in(site, "kim", "x", 200)
    sign_in(site)
    told = [(entry.who, entry.action, entry.thing) for entry in AuditEntry.objects.all()]
    assert told[::-1] == [
        ("command line", "user-create", "kim"), ("", "sign-in-failed", ""),
        ("kim", "sign-in-failed", ""), ("kim", "sign-in", ""),
    ]  # fmt: skip
