"""Single sign-on before a provider that signs real tokens, and before one that cheats."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from telads.errors import SettingError
from telads.settings import Settings
from telads.web.accounts import newcomers, people
from telads.web.accounts.backends import BACKEND, backends_of
from telads.web.accounts.middleware import CHECKED
from telads.web.accounts.models import AuditEntry, SingleSignOn
from telads.web.accounts.roles import Role, role_of
from telads.web.accounts.sso import forget
from telads.web.security import POLICY
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.accounts.provider import CLIENT, KEY, SECRET, STRANGER, Provider, serve
from tests.web.api.conftest import Installed, installed
from tests.web.document import get, read

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(installed: Installed) -> Iterator[Provider]:
    """A provider, and an installation that trusts it."""
    found = Provider()
    server = serve(found)
    forget()
    with installed(
        oidc_issuer=found.address, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
        oidc_name="회사 계정", oidc_role_claim="realm_access.roles",
        oidc_roles=(("media", "planner"), ("it", "administrator")),
    ), override_settings(
        AUTHENTICATION_BACKENDS=[*django_settings.AUTHENTICATION_BACKENDS, BACKEND]
    ):  # fmt: skip
        yield found
    server.shutdown()
    server.server_close()


def come(
    provider: Provider, client: Client, place: str = "", status: int = 302, query: str = ""
) -> Any:
    begun = client.get(f"{place}/account/sso/{query}")
    assert begun.status_code == 302
    answer = client.get(provider.authorize(begun.headers["Location"]))
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer


def failures() -> list[str]:
    return [one.detail for one in AuditEntry.objects.filter(action="sign-in-failed")]


def test_in_by_a_button_back_to_where_one_came_from(provider: Provider) -> None:
    client = Client()
    page = get(client, "/account/sign-in/?next=/plans/")
    button = page.one("main").one("a", class_="button")
    assert button.text == "회사 계정 계정으로 로그인"
    assert button.attributes["href"] == "/account/sso/?next=/plans/"
    answer = come(provider, client, query="?next=/plans/")
    assert answer.headers["Location"] == "/plans/"
    assert get(client, "/").one("details", class_="account").text.startswith("kim")
    user = User.objects.get()
    assert (user.username, role_of(user)) == ("kim", Role.VIEWER)
    assert not user.has_usable_password()
    assert SingleSignOn.objects.get().subject == "u-1"
    told = [(one.who, one.action, one.detail) for one in AuditEntry.objects.all()][::-1]
    assert told == [
        ("single sign-on", "user-create", "viewer"), ("kim", "sign-in", "single sign-on")
    ]  # fmt: skip
    come(provider, Client())
    assert User.objects.count() == 1


def test_it_never_leads_away_and_speaks_the_language_it_began_in(provider: Provider) -> None:
    assert come(provider, Client(), query="?next=https://evil.example/").headers["Location"] == "/"
    assert come(provider, Client(), "/en").headers["Location"] == "/en/"
    provider.claims = {"aud": "another"}
    assert "Single sign-on failed" in come(provider, Client(), "/en", 403).content.decode()


def test_the_policy_stays_tight(provider: Provider) -> None:
    client = Client()
    for answer in (client.get("/account/sign-in/"), client.get("/account/sso/")):
        assert answer.headers["Content-Security-Policy"] == POLICY
    assert "form-action 'self'" in POLICY


def _none(provider: Provider) -> None:
    provider.key, provider.algorithm = None, "none"


def _by_secret(provider: Provider) -> None:
    """Signed with the public key as if it were a secret that both know."""
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    provider.key, provider.algorithm = public.hex(), "HS256"


def _stranger(provider: Provider) -> None:
    provider.key = STRANGER


def _other_kid(provider: Provider) -> None:
    provider.kid = "two"


def _claims(**claims: Any) -> Callable[[Provider], None]:
    def cheat(provider: Provider) -> None:
        provider.claims = claims

    return cheat


def _from_now(claim: str, seconds: int) -> Callable[[Provider], None]:
    """A time counted from the test: this module may be imported long before it."""

    def cheat(provider: Provider) -> None:
        provider.claims = {claim: int(time.time()) + seconds}

    return cheat


CHEATS: dict[str, Callable[[Provider], None]] = {
    "unsigned": _none, "signed by a shared secret": _by_secret, "another's key": _stranger,
    "an unknown key": _other_kid,
    "another nonce": _claims(nonce="x" * 32), "no nonce": _claims(nonce=None),
    "for another": _claims(aud="another"), "for others too": _claims(aud=[CLIENT, "another"]),
    "for another party": _claims(azp="another"), "for nobody": _claims(aud=None),
    "of another issuer": _claims(iss="http://127.0.0.1:1"), "of nobody": _claims(iss=None),
    "too old": _from_now("exp", -120), "without an end": _claims(exp=None),
    "from the future": _from_now("iat", 600),
    "about nobody": _claims(sub=None), "about a strange one": _claims(sub="a\0b"),
    "about a long one": _claims(sub="x" * 256),
}  # fmt: skip


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_token_that_is_not_as_it_should_be_lets_nobody_in(provider: Provider, cheat: str) -> None:
    CHEATS[cheat](provider)
    client = Client()
    page = read(come(provider, client, status=403).content.decode())
    assert "들어오지 못했습니다" in page.one("h1").text
    assert not get(client, "/").all("details", class_="account")
    assert not User.objects.exists()
    assert len(failures()) == 1
    assert failures()[0].startswith("single sign-on: ")


def test_a_token_for_several_is_taken_if_it_was_asked_for_here(provider: Provider) -> None:
    provider.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    come(provider, Client())


def test_a_way_back_is_good_once_and_for_one_browser(provider: Provider) -> None:
    client, thief = Client(), Client()
    begun = client.get("/account/sso/").headers["Location"]
    back = provider.authorize(begun)
    assert thief.get(back).status_code == 403
    thief.get("/account/sso/")
    assert thief.get(back).status_code == 403
    assert client.get(back.replace("state=", "state=x")).status_code == 403
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 403
    for other in ("", "?error=access_denied", "?code=x", "?state=x"):
        assert Client().get(f"/sso/return/{other}").status_code == 403
    assert User.objects.count() == 1
    assert not failures()  # who was not sent out has not tried


def test_a_way_back_is_spent_by_a_refusal_too(provider: Provider) -> None:
    client = Client()
    back = provider.authorize(client.get("/account/sso/").headers["Location"])
    assert client.get(back.replace("code=", "error=")).status_code == 403
    assert failures() == ["single sign-on: Refused: an unknown code"]
    assert client.get(back).status_code == 403
    assert not User.objects.exists()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Reasons in the server's log."""
    facts = [getattr(record, "facts", {}) for record in caplog.records]
    return [one["reason"] for one in facts if "reason" in one]


@pytest.mark.parametrize(
    ("refusal", "status", "told", "reason", "logged"),
    [
        ((400, '{"error": "invalid_grant"}'), 403, "did not confirm", "Refused: invalid_grant", 1),
        ((401, '{"error": "invalid_client"}'), 503, "do not match", "NotSetUp: invalid_client", 0),
        ((400, '{"error": "unauthorized_client"}'), 503, "do not match",
         "NotSetUp: unauthorized_client", 0),
        ((401, "who are you"), 503, "do not match", "NotSetUp: status 401", 0),
        ((404, "nothing here"), 503, "do not match", "NotSetUp: status 404", 0),
        ((502, "<html>"), 503, "returned an error", "Failing: status 502", 0),
        ((400, '{"error": "server_error"}'), 503, "returned an error", "Failing: server_error", 0),
        ((400, '{"error": "<script>"}'), 503, "do not match", "NotSetUp: status 400", 0),
        ((200, "no JSON"), 403, "Single sign-on failed", "NotTrusted: no JSON", 1),
    ],
)  # fmt: skip
def test_a_refusal_of_the_provider_is_told_as_what_it_is(
    provider: Provider, caplog: pytest.LogCaptureFixture, refusal: tuple[int, str], status: int,
    told: str, reason: str, logged: int,
) -> None:  # fmt: skip
    provider.refusal = refusal
    page = read(come(provider, Client(), "/en", status).content.decode())
    assert told in page.one("h1").text
    assert "reached" not in page.one("h1").text
    assert said(caplog) == [reason]
    assert failures() == [f"single sign-on: {reason}"] * logged
    assert not User.objects.exists()


def test_a_wrong_secret_is_told_as_one(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.secret = "another"
    page = read(come(provider, Client(), status=503).content.decode())
    assert "설정이 제공자의 것과 맞지 않습니다" in page.one("h1").text
    assert said(caplog) == ["NotSetUp: invalid_client"]


@pytest.mark.parametrize(
    ("code", "status"), [("access_denied", 403), ("server_error", 503), ("invalid_scope", 503)]
)
def test_a_refusal_on_the_way_back_is_told(
    provider: Provider, caplog: pytest.LogCaptureFixture, code: str, status: int
) -> None:
    client = Client()
    back = provider.authorize(client.get("/account/sso/").headers["Location"])
    answer = client.get(back.replace("code=code-0", f"error={code}"))
    assert answer.status_code == status
    assert said(caplog)[0].endswith(f": {code}")


def test_an_issuer_that_is_none_is_told_as_that(
    provider: Provider, installed: Installed, caplog: pytest.LogCaptureFixture
) -> None:
    with installed(oidc_issuer=f"{provider.address}/realms/another", oidc_client_id=CLIENT):
        assert "do not match" in get(Client(), "/en/account/sso/", 503).one("h1").text
    assert said(caplog) == ["NotSetUp: status 400"]


@pytest.mark.parametrize(
    ("kid", "published", "status"),
    [
        (None, [None], 302), ("one", [None], 302), (None, ["one"], 302), ("one", ["one"], 302),
        ("one", ["one", "two"], 302), ("one", ["one", None], 302),
        (None, [None, None], 403), (None, ["one", "two"], 403), ("one", [None, None], 403),
        ("two", ["one"], 403), ("one", ["two"], 403), (None, [], 403),
    ],
)  # fmt: skip
def test_a_key_without_a_name_is_taken_where_it_is_the_only_one(
    provider: Provider, kid: str | None, published: list[str | None], status: int
) -> None:
    provider.kid, provider.published = kid, published
    come(provider, Client(), status=status)


def test_strangers_do_not_fill_the_log(provider: Provider) -> None:
    for _ in range(30):
        client = Client()
        back = provider.authorize(client.get("/account/sso/").headers["Location"])
        assert client.get(back.replace("code=", "error=")).status_code == 403
    assert len(failures()) == django_settings.TELADS.sign_in_address_attempts


def later(client: Client, minutes: float) -> None:
    """As if the provider had vouched that long ago."""
    session = client.session
    session[CHECKED] -= 60 * minutes
    session.save()


def again(provider: Provider, client: Client, page: str, status: int = 302) -> Any:
    """The page leads to the provider, and that back."""
    sent = client.get(page)
    assert sent.status_code == 302, sent.status_code
    assert "no-store" in sent.headers["Cache-Control"]
    out = client.get(sent.headers["Location"])
    answer = client.get(provider.authorize(out.headers["Location"]))
    assert answer.status_code == status
    return answer


def test_a_role_taken_away_at_the_provider_ends_in_an_hour(provider: Provider) -> None:
    person("boss", Role.ADMINISTRATOR)
    client = Client()
    provider.claims = {"realm_access": {"roles": ["it"]}}
    come(provider, client)
    provider.claims = {"realm_access": {"roles": []}}
    later(client, 59)
    assert client.get("/account/users/").status_code == 200
    later(client, 2)
    assert again(provider, client, "/en/account/users/").headers["Location"] == "/en/account/users/"
    assert client.get("/account/users/").status_code == 403
    assert get(client, "/").one("details", class_="account").text.startswith("kim")
    told = [(one.who, one.action) for one in AuditEntry.objects.filter(action__startswith="sign")]
    assert told == [("kim", "sign-in")]  # once: a check is none


def test_whoever_the_provider_lets_in_no_longer_is_out(provider: Provider) -> None:
    client = Client()
    come(provider, client)
    later(client, 61)
    sent = client.get("/plans/").headers["Location"]
    back = provider.authorize(client.get(sent).headers["Location"])
    assert client.get(back.replace("code=code-0", "error=access_denied")).status_code == 403
    assert not get(client, "/").all("details", class_="account")
    come(provider, client)
    people.set_active("kim", False)
    people.set_active("kim", True)
    assert not get(client, "/").all("details", class_="account")


def test_a_form_is_not_taken_until_the_check_and_not_lost(provider: Provider) -> None:
    strict = Client(enforce_csrf_checks=True)
    come(provider, strict)
    page = get(strict, "/account/password/")
    token = page.all("input", name="csrfmiddlewaretoken")[0].attributes["value"]
    later(strict, 61)
    form = {"csrfmiddlewaretoken": token, "old_password": "x"}
    refused = strict.post("/en/account/password/", form)
    assert refused.status_code == 403
    assert "in another tab" in read(refused.content.decode()).one("p", class_="lead").text
    again(provider, strict, "/plans/")
    assert strict.post("/account/password/", form).status_code == 200  # as it was typed


def test_what_is_no_page_is_asked_as_a_visitor(provider: Provider, installed: Installed) -> None:
    client = Client()
    come(provider, client)
    later(client, 61)
    picture = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert client.get("/plans/", headers=picture).headers["Location"].startswith("/account/sign-in")
    assert client.get("/api/v1/months").status_code == 200
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?sex=F"}
    asked = client.get("/customers/", headers=htmx)
    assert asked.headers["HX-Redirect"] == "/account/sso/?next=%2Fcustomers%2F%3Fsex%3DF"
    with installed(closed=True, oidc_issuer=provider.address, oidc_client_id=CLIENT):
        assert client.get("/api/v1/months").status_code == 401
    assert client.get("/account/sign-in/").status_code == 302  # on, and from there to the provider
    assert client.post("/account/sign-out/").status_code == 302


def test_sessions_with_a_password_are_not_asked_after(provider: Provider) -> None:
    client = signed_in(person("lee"))
    assert client.get("/plans/").status_code == 200
    assert not provider.asked


def test_a_session_from_before_is_looked_at_at_once(provider: Provider) -> None:
    client = Client()
    come(provider, client)
    session = client.session
    del session[CHECKED]
    session.save()
    again(provider, client, "/plans/")
    assert client.get("/plans/").status_code == 200


def test_several_tabs_come_back_each_to_its_page(provider: Provider) -> None:
    client = Client()
    come(provider, client)
    later(client, 61)
    pages = ["/plans/", "/en/data/", "/customers/"]
    out = [client.get(client.get(page).headers["Location"]).headers["Location"] for page in pages]
    backs = [client.get(provider.authorize(one)).headers["Location"] for one in out]
    assert backs == pages


@pytest.mark.parametrize(
    "nowhere",
    ["/account/sign-out/", "/en/account/sign-out/", "/account/sign-in/", "/account/sso/",
     "/sso/return/", "/sso/return/?code=x&state=y", "/account/choose/a/b/"],
)  # fmt: skip
def test_nobody_is_led_where_nothing_is(provider: Provider, nowhere: str) -> None:
    query = f"?{urlencode({'next': nowhere})}"
    assert come(provider, Client(), query=query).headers["Location"] == "/"
    lee = signed_in(person("lee"))
    assert lee.get(f"/account/sign-in/{query}").headers["Location"] == "/"
    sent = {"username": "lee", "password": PASSWORD, "next": nowhere}
    assert Client().post("/account/sign-in/", sent).headers["Location"] == "/"
    assert lee.post("/account/sign-out/", {"next": nowhere}).headers["Location"] == "/"


def test_disabled_people_stay_out_and_open_sessions_end(provider: Provider) -> None:
    client = Client()
    come(provider, client)
    people.set_active("kim", False)
    assert not get(client, "/").all("details", class_="account")
    come(provider, Client(), status=403)
    assert AuditEntry.objects.filter(action="sign-in-failed", who="kim").exists()


def test_disabled_people_are_out_even_where_their_session_is_left(provider: Provider) -> None:
    client = Client()
    come(provider, client)
    User.objects.update(is_active=False)  # not through the product
    assert not get(client, "/").all("details", class_="account")


def test_an_account_is_never_taken_over_by_a_name(provider: Provider) -> None:
    boss = person("Kim", Role.ADMINISTRATOR)
    come(provider, Client())
    assert {user.username for user in User.objects.all()} == {"Kim", "kim-2"}
    assert not hasattr(boss, "single_sign_on")
    provider.claims = {"preferred_username": "someone else now"}
    come(provider, Client())  # the same person, whatever he is called there
    assert User.objects.count() == 2
    provider.claims = {"sub": "u-2"}
    come(provider, Client())
    assert User.objects.filter(username="kim-3").exists()


def test_a_name_there_that_looks_like_one_here_gets_a_number(provider: Provider) -> None:
    person("kim")
    provider.claims = {"preferred_username": "k\u0456m"}  # Cyrillic і
    come(provider, Client())
    assert {user.username for user in User.objects.all()} == {"kim", "k\u0456m-2"}


def test_two_first_sign_ins_at_once_make_one_account(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = newcomers._made

    def meanwhile(*asked: Any) -> User:
        made(*asked)  # by another tab
        return made(*asked)

    monkeypatch.setattr(newcomers, "_made", meanwhile)
    client = Client()
    come(provider, client)
    assert get(client, "/").one("details", class_="account").text.startswith("kim")
    assert User.objects.count() == SingleSignOn.objects.count() == 1


def test_a_strange_name_is_made_fit(provider: Provider) -> None:
    provider.claims = {"preferred_username": None, "email": "김 지원/…@example.kr"}
    come(provider, Client())
    assert User.objects.get().username == "김-지원-...@example.kr"


@pytest.mark.parametrize(
    ("roles", "role"),
    [(["media"], Role.PLANNER), (["media", "it"], Role.ADMINISTRATOR), (["x"], Role.VIEWER),
     ("it", Role.ADMINISTRATOR), (None, Role.VIEWER), ([{"it": 1}], Role.VIEWER)],
)  # fmt: skip
def test_a_claim_says_the_role(provider: Provider, roles: Any, role: Role) -> None:
    provider.claims = {"realm_access": {"roles": roles}}
    come(provider, Client())
    assert role_of(User.objects.get()) is role


def test_the_role_follows_the_claim_but_the_last_administrator_stays(provider: Provider) -> None:
    client = Client()
    provider.claims = {"realm_access": {"roles": ["it"]}}
    come(provider, client)
    provider.claims = {"realm_access": {"roles": []}}
    come(provider, Client())
    assert client.get("/account/users/").status_code == 200
    person("boss", Role.ADMINISTRATOR)
    come(provider, Client())
    assert client.get("/account/users/").status_code == 403


def test_without_a_claim_roles_are_given_here(provider: Provider, installed: Installed) -> None:
    with installed(oidc_role_claim=""):
        come(provider, Client())
        people.set_role("kim", Role.PLANNER)
        come(provider, Client())
    assert role_of(people.find("kim")) is Role.PLANNER


@pytest.mark.parametrize(
    "told", [{"issuer": "http://127.0.0.1:2"}, {"token_endpoint": "http://sso.example/token"},
             {"jwks_uri": None}, {"authorization_endpoint": "javascript:alert(1)"}],
)  # fmt: skip
def test_a_provider_that_cannot_be_trusted_is_not_asked(
    provider: Provider, told: dict[str, Any]
) -> None:
    provider.told = told
    assert Client().get("/account/sso/").status_code == 403


def test_a_provider_out_of_reach_is_told(provider: Provider, installed: Installed) -> None:
    with installed(oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT):
        page = get(Client(), "/en/account/sso/", 503)
        assert "cannot be reached" in page.one("h1").text
        assert get(Client(), "/account/sign-in/").all("form", class_="stacked")


def test_passwords_go_on_and_ask_the_provider_nothing(provider: Provider) -> None:
    person("lee")
    for password, status in (("wrong", 200), ("a long enough phrase", 302)):
        sent = {"username": "lee", "password": password}
        assert Client().post("/account/sign-in/", sent).status_code == status
    assert not provider.asked


def test_a_public_client_proves_itself_by_pkce(provider: Provider, installed: Installed) -> None:
    provider.secret = ""
    with installed(oidc_client_secret=""):
        come(provider, Client())


def test_off_by_default_and_nothing_of_it_is_loaded(site: Client, tmp_path: Path) -> None:
    assert site.get("/account/sso/").status_code == 404
    assert site.get("/sso/return/?code=x&state=y").status_code == 404
    assert not get(site, "/account/sign-in/").one("main").all("a")
    program = (
        "import sys, django; django.setup(); from django.urls import get_resolver;"
        "get_resolver().url_patterns; from django.contrib.auth import get_backends; get_backends();"
        "print([n for n in ('mozilla_django_oidc', 'jwt', 'requests') if n in sys.modules])"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "telads.web.settings",
                   "TELADS_WORKSPACE": str(tmp_path), "PATH": ""}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_half_a_single_sign_on_is_refused_at_the_start() -> None:
    none = Path("no-such-file")
    known = {"TELADS_OIDC_ISSUER": "https://sso.example/realms/a"}
    with pytest.raises(SettingError):
        backends_of(Settings.load(known, none))
    whole = Settings.load({**known, "TELADS_OIDC_CLIENT_ID": "telads"}, none)
    assert backends_of(whole)[-1] == BACKEND
    assert BACKEND not in backends_of(Settings.load({}, none))
