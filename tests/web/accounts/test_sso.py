"""Single sign-on before a provider that signs real tokens, and before one that cheats."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from telads.errors import SettingError
from telads.settings import Settings
from telads.web.accounts import newcomers, people
from telads.web.accounts.backends import BACKEND, backends_of
from telads.web.accounts.models import AuditEntry, SingleSignOn
from telads.web.accounts.provider import forget
from telads.web.accounts.roles import Role, role_of
from telads.web.security import POLICY
from tests.web.accounts.people import person
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
    assert "did not let you in" in come(provider, Client(), "/en", 403).content.decode()


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


CHEATS: dict[str, Callable[[Provider], None]] = {
    "unsigned": _none, "signed by a shared secret": _by_secret, "another's key": _stranger,
    "an unknown key": _other_kid,
    "another nonce": _claims(nonce="x" * 32), "no nonce": _claims(nonce=None),
    "for another": _claims(aud="another"), "for others too": _claims(aud=[CLIENT, "another"]),
    "for another party": _claims(azp="another"), "for nobody": _claims(aud=None),
    "of another issuer": _claims(iss="http://127.0.0.1:1"), "of nobody": _claims(iss=None),
    "too old": _claims(exp=int(time.time()) - 120), "without an end": _claims(exp=None),
    "from the future": _claims(iat=int(time.time()) + 600),
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
    assert failures() == ["single sign-on: NotTrusted"]
    assert client.get(back).status_code == 403
    assert not User.objects.exists()


def test_a_code_that_the_provider_does_not_know_or_a_wrong_secret(provider: Provider) -> None:
    client = Client()
    back = provider.authorize(client.get("/account/sso/").headers["Location"])
    provider.secret = "another"
    assert client.get(back).status_code == 503  # the provider refuses to talk
    assert not User.objects.exists()


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
