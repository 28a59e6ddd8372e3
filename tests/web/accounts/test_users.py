"""People looked after in the browser: invited, given a role, disabled, unlocked, and all logged."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from telads.errors import QuestionError
from telads.web.accounts import people
from telads.web.accounts.attempts import locked_names, looks
from telads.web.accounts.audit import COMMAND_LINE
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role, role_of
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.accounts.test_sign_in import sign_in
from tests.web.document import assert_nothing_inline, faults, get, read

pytestmark = pytest.mark.django_db
CHOSEN = "a phrase of my own"


@pytest.fixture
def boss(site: Client) -> Client:
    return signed_in(person("boss", Role.ADMINISTRATOR))


def link_in(answer: bytes) -> str:
    return urlsplit(read(answer.decode()).one("code", class_="secret").text).path


def invited(boss: Client, name: str = "lee", role: str = "planner") -> str:
    answer = boss.post("/account/users/", {"name": name, "role": role})
    assert answer.status_code == 200
    return link_in(answer.content)


def choose(link: str, password: str = CHOSEN, status: int = 302) -> Client:
    client = Client()
    form = client.get(link)
    assert form.status_code == 302
    answer = client.post(
        form.headers["Location"], {"new_password1": password, "new_password2": password}
    )
    assert answer.status_code == status
    return client


def number(name: str) -> int:
    return User.objects.get(username=name).pk


def actions() -> list[tuple[str, str, str]]:
    return [(one.who, one.action, one.thing) for one in AuditEntry.objects.all()][::-1]


def test_somebody_is_invited_chooses_a_password_and_is_in(boss: Client) -> None:
    before = len(actions())
    link = invited(boss)
    assert "초대함" in get(boss, "/account/users/").one("tbody").text
    sign_in(Client(), "lee", "!", 200)
    client = choose(link)
    assert get(client, "/").one("details", class_="account").text.startswith("lee")
    assert role_of(people.find("lee")) is Role.PLANNER
    assert actions()[before:] == [
        ("boss", "user-create", "lee"), ("boss", "user-link", "lee"),
        ("lee", "sign-in-failed", ""), ("lee", "password", "lee"), ("lee", "sign-in", ""),
    ]  # fmt: skip
    assert link not in "".join(f"{one.thing}{one.detail}" for one in AuditEntry.objects.all())


def test_a_link_opens_once_the_newest_only_and_not_for_ever(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = invited(boss)
    second = link_in(boss.post(f"/account/users/{number('lee')}/link/").content)
    assert Client().get(first).status_code == 404
    choose(second, "short", 200)
    choose(second)
    for spent in (second, "/account/choose/MQ/x/", "/account/choose/%00/x-y/"):
        page = get(Client(), spent, 404)
        assert "더 이상 열리지 않는" in page.one("h1").text
    late = link_in(boss.post(f"/account/users/{number('lee')}/link/").content)
    later = timezone.now().timestamp() + django_settings.PASSWORD_RESET_TIMEOUT + 60
    monkeypatch.setattr(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
        lambda self: datetime.fromtimestamp(later),
    )
    assert Client().get(late).status_code == 404


def test_a_new_link_ends_the_old_password_and_its_sessions(boss: Client) -> None:
    lee = signed_in(person("lee"))
    link = link_in(boss.post(f"/account/users/{number('lee')}/link/").content)
    assert not get(lee, "/").all("details", class_="account")
    sign_in(Client(), "lee", PASSWORD, 200)
    choose(link)
    sign_in(Client(), "lee", CHOSEN)


def test_a_link_of_somebody_disabled_opens_nothing_even_afterwards(boss: Client) -> None:
    link = invited(boss)
    at = f"/account/users/{number('lee')}"
    boss.post(f"{at}/disable/")
    assert Client().get(link).status_code == 404
    assert boss.post(f"{at}/link/").status_code == 400
    boss.post(f"{at}/enable/")
    assert Client().get(link).status_code == 404


def test_disabling_ends_sessions_for_good(boss: Client) -> None:
    lee = signed_in(person("lee"))
    before = Session.objects.count()
    at = f"/account/users/{number('lee')}"
    assert boss.post(f"{at}/disable/").headers["Location"] == f"{at}/"
    assert Session.objects.count() == before - 1
    assert "정지" in get(boss, f"{at}/").one(class_="state").text
    boss.post(f"{at}/enable/")
    assert not get(lee, "/").all("details", class_="account")
    assert get(boss, "/").all("details", class_="account")
    sign_in(Client(), "lee")
    told = [entry for entry in actions() if entry[1].startswith("user-")][-2:]
    assert told == [("boss", "user-disable", "lee"), ("boss", "user-enable", "lee")]


def test_the_last_administrator_cannot_lock_himself_out(boss: Client) -> None:
    at = f"/account/users/{number('boss')}"
    for what, sent in (("role", {"role": "viewer"}), ("disable", {}), ("link", {})):
        assert boss.post(f"{at}/{what}/", sent).status_code == 400
    assert boss.get(f"{at}/").status_code == 200
    assert boss.post(f"{at}/role/", {"role": "administrator"}).status_code == 302
    person("second", Role.ADMINISTRATOR)
    people.set_active("second", False)
    assert boss.post(f"{at}/disable/").status_code == 400  # one who is out is none
    people.set_active("second", True)
    assert boss.post(f"{at}/role/", {"role": "viewer"}).status_code == 302
    assert boss.get("/account/users/").status_code == 403


def test_no_user_is_taken_for_the_command_line(site: Client) -> None:
    with pytest.raises(QuestionError):
        people.create(COMMAND_LINE, Role.ADMINISTRATOR)
    for name in ("telads", "command-line"):
        User.objects.all().delete()
        boss = signed_in(person(name, Role.ADMINISTRATOR))
        at = f"/account/users/{number(name)}"
        assert boss.post(f"{at}/role/", {"role": "viewer"}).status_code == 400
        assert boss.post(f"{at}/disable/").status_code == 400


def test_the_command_line_can_do_what_the_browser_refuses(boss: Client) -> None:
    people.set_role("boss", Role.VIEWER)
    assert boss.get("/account/users/").status_code == 403


def test_too_many_attempts_are_seen_and_forgiven(boss: Client) -> None:
    person("lee")
    guesser = Client()
    for _ in range(django_settings.AXES_FAILURE_LIMIT - 1):
        sign_in(guesser, "lee", "wrong", 200)
    assert locked_names() == set()
    sign_in(guesser, "lee", "wrong", 429)
    assert locked_names() == {"lee"}
    at = f"/account/users/{number('lee')}"
    page = get(boss, f"{at}/")
    assert "로그인 잠김" in page.one(class_="state").text
    assert page.all("form", action=f"{at}/unlock/")
    assert boss.post(f"{at}/unlock/").status_code == 302
    assert locked_names() == set()
    sign_in(guesser, "lee")
    assert ("boss", "user-unlock", "lee") in actions()


@pytest.mark.parametrize(
    ("sent", "fields"),
    [({"name": "boss", "role": "planner"}, ["name"]), ({"name": "", "role": "planner"}, ["name"]),
     ({"name": "a b", "role": "viewer"}, ["name"]), ({"name": "a\0b", "role": "viewer"}, ["name"]),
     ({"name": "l" * 151, "role": "viewer"}, ["name"]), ({"name": "lee"}, ["role"]),
     ({"name": "lee", "role": "owner"}, ["role"]), ({"name": "", "role": ""}, ["name", "role"])],
)  # fmt: skip
def test_a_wrong_invitation_is_told_beside_its_fields_and_stays_typed(
    boss: Client, sent: dict[str, str], fields: list[str]
) -> None:
    told = []
    for place in ("", "/en"):
        answer = boss.post(f"{place}/account/users/", sent)
        assert answer.status_code == 400
        page = read(answer.content.decode())
        assert_nothing_inline(page)
        told.append(faults(page))
        assert list(told[-1]) == fields
        form = page.one("form", class_="choices")
        assert form.one("input", name="name").attributes.get("value", "") == sent["name"]
        chosen = [one.attributes["value"] for one in form.all("option", selected="")]
        assert chosen == [role for role in Role if role == sent.get("role")]
        assert page.one("tbody").all("tr"), "the list stays in view"
    assert not set(told[0].values()) & set(told[1].values()), "in the language of the page"
    assert User.objects.count() == 1


def test_a_role_that_cannot_be_given_is_told_on_the_person_s_page(boss: Client) -> None:
    at = f"/account/users/{number('boss')}/role/"
    for sent, words in (("viewer", "마지막 관리자는"), ("owner", "고를 수 있는"), ("", "필수")):
        answer = boss.post(at, {"role": sent})
        assert answer.status_code == 400
        page = read(answer.content.decode())
        assert words in faults(page)["role"]
        assert page.one("h1").text == "boss"
    assert role_of(people.find("boss")) is Role.ADMINISTRATOR


def test_words_of_a_password_are_judged_beside_their_field(boss: Client) -> None:
    sent = {"old_password": "wrong", "new_password1": "short", "new_password2": "short"}
    page = read(boss.post("/en/account/password/", sent).content.decode())
    told = faults(page)
    assert "incorrect" in told["old_password"]
    assert "too short" in told["new_password2"]
    assert not [one for one in page.all("input", type="password") if one.attributes.get("value")]
    link = invited(boss)
    client = Client()
    at = client.get(link).headers["Location"]
    answer = client.post(at, {"new_password1": "short", "new_password2": ""})
    assert list(faults(read(answer.content.decode()))) == ["new_password2"]


@pytest.mark.parametrize("place", ["", "/en"])
def test_the_pages_hold_to_the_policy(boss: Client, place: str) -> None:
    for address in ("/account/users/", f"/account/users/{number('boss')}/", "/admin/",
                    "/account/log/?who=boss&action=user-create"):  # fmt: skip
        assert_nothing_inline(get(boss, f"{place}{address}"))


def test_the_log_is_read_by_person_and_action(boss: Client) -> None:
    person("lee")
    page = get(boss, "/en/account/log/?who=command+line&action=user-create")
    rows = page.one("tbody").all("tr")
    assert [row.all("td")[2].text for row in rows] == ["lee", "boss"]
    assert not get(boss, "/account/log/?who=%00nobody").one("tbody").all("tr")


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("boris", "b\u043eris"),  # Cyrillic о
        ("kim", "Kim"), ("Kim", "KIM"), ("strasse", "straße"),
        ("kim", "\uff4bim"),  # a wide k
        ("llan", "Ilan"), ("kim1", "kiml"), ("bo0", "boO"), ("modern", "rnodern"),
        ("김지원", "김지원\u3164"),  # and an invisible letter
        ("caf\u00e9", "cafe\u0301"),
        ("김", "\u1100\u1175\u11b7"),
    ],
)  # fmt: skip
def test_names_that_only_look_alike_are_refused_beside_each_other(
    boss: Client, known: str, other: str
) -> None:
    for one, two in ((known, other), (other, known)):
        User.objects.exclude(username="boss").delete()
        people.create(one, Role.VIEWER)
        with pytest.raises(QuestionError):
            people.create(two, Role.VIEWER)
        assert boss.post("/account/users/", {"name": two, "role": "viewer"}).status_code == 400
        assert User.objects.count() == 2


def test_a_name_that_looks_alike_is_told_with_the_other(boss: Client) -> None:
    people.create("boris", Role.VIEWER)
    with pytest.raises(QuestionError) as refused:
        people.create("b\u043eris", Role.VIEWER)
    assert "boris" in refused.value.line("ko")
    for different in ("borisa", "doris", "보리스", "kim2", "a.b", "a-b", "a_b"):
        people.create(different, Role.VIEWER)


def test_every_syllable_has_a_look_of_its_own() -> None:
    syllables = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
    assert len({looks(one) for one in syllables}) == len(syllables)


def test_a_name_is_kept_as_the_form_of_signing_in_reads_it(boss: Client) -> None:
    people.create("\uff4bim", Role.VIEWER, PASSWORD)
    sign_in(Client(), "kim")
    sign_in(Client(), "\uff4bim")
    assert people.find("\uff4bim").username == "kim"
    with pytest.raises(QuestionError):
        people.create("\u3164", Role.VIEWER)
