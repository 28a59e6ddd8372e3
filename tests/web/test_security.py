"""Secure by default: no debugging, hosts, the key, the policy on every answer, Django's checks."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.web.accounts.roles import Role
from telads.web.security import POLICY
from telads.web.setup import secret_key
from tests.web.accounts.people import person, signed_in

ROOT = Path(__file__).parents[2]


def check_deploy(workspace: Path, **variables: str) -> str:
    """What `manage.py check --deploy` says about the settings of a plain installation."""
    environment = {name: value for name, value in os.environ.items() if "TELADS" not in name}
    environment |= {"TELADS_WORKSPACE": str(workspace), **variables}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_behind_tls_only_checks_of_wider_hsts_are_silenced_unless_it_is_set(tmp_path: Path) -> None:
    given = {"TELADS_BEHIND_TLS": "1", "TELADS_ALLOWED_HOSTS": "ads.example"}
    assert "no issues (2 silenced)" in check_deploy(tmp_path, **given)
    assert "no issues (0 silenced)" in check_deploy(tmp_path, **given, TELADS_HSTS_PRELOAD="1")


BEHIND_TLS: dict[str, Any] = {
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "ALLOWED_HOSTS": ["ads.example", "localhost"],
}


@pytest.mark.parametrize(
    "path", ["/", "/en/customers/", "/static/telads/site.css", "/api/v1/status"]
)
@pytest.mark.parametrize(
    "told",
    [{}, {"x-forwarded-proto": "http", "sec-fetch-mode": "navigate"}],
    ids=["nothing", "http to a browser that came by https"],
)
def test_a_proxy_that_hides_the_scheme_is_explained_instead_of_redirected_for_ever(
    path: str, told: dict[str, str]
) -> None:
    with override_settings(**BEHIND_TLS):
        response = Client().get(path, headers={"host": "ads.example", **told})
    assert response.status_code == 503
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    page = response.content.decode()
    assert "X-Forwarded-Proto" in page
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
    else:
        assert "프록시" in page
        assert "Without a proxy, set TELADS_BEHIND_TLS to 0." in page


@pytest.mark.parametrize(
    ("host", "told"),
    [("ads.example", {}), ("localhost:8000", {"sec-fetch-mode": "navigate"})],
)
def test_plain_http_that_the_proxy_names_is_redirected(host: str, told: dict[str, str]) -> None:
    with override_settings(**BEHIND_TLS):
        response = Client().get("/en/", headers={"host": host, "x-forwarded-proto": "http", **told})
    assert response.status_code == 301
    assert response["Location"] == f"https://{host}/en/"


@pytest.mark.django_db
@pytest.mark.parametrize("wider", [False, True])
def test_hsts_covers_this_host_alone_unless_it_is_set(site: Client, wider: bool) -> None:
    given = {"SECURE_HSTS_SECONDS": 60, "SECURE_HSTS_PRELOAD": wider,
             "SECURE_HSTS_INCLUDE_SUBDOMAINS": wider}  # fmt: skip
    with override_settings(**BEHIND_TLS, **given):
        response = Client().get("/", headers={"host": "ads.example", "x-forwarded-proto": "https"})
    rest = "; includeSubDomains; preload" if wider else ""
    assert response["Strict-Transport-Security"] == f"max-age=60{rest}"


def test_on_this_machine_only_checks_of_tls_are_silenced(tmp_path: Path) -> None:
    assert "no issues (4 silenced)" in check_deploy(tmp_path)


def test_defaults() -> None:
    assert not django_settings.DEBUG
    assert len(django_settings.SECRET_KEY) >= 50
    assert "*" not in django_settings.ALLOWED_HOSTS


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert secret_key(tmp_path) == key
    assert secret_key(tmp_path / "other") != key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob(".tmp*")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/en/", "/healthz", "/metrics", "/nowhere/", "/api/v1/no"])
def test_the_policy_is_on_every_answer(site: Client, path: str) -> None:
    response = site.get(path)
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert POLICY.startswith("default-src 'self';")
    for weak in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*"):
        assert weak not in POLICY


def test_a_strange_host_is_refused_with_a_page_and_the_policy(site: Client) -> None:
    response = site.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response["Content-Security-Policy"] == POLICY
    assert "요청을 이해할 수 없습니다" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/en/", "/plans/", "/en/plans/new/", "/account/users/", "/account/log/", "/admin/",
     "/en/admin-data/", "/evidence/", "/en/customers/?district=강남구&sex=F&age=30", "/nowhere/",
     "/en/plans/99/", "/account/password/", "/data/", "/api/v1/docs"],
)  # fmt: skip
def test_what_somebody_signed_in_is_shown_is_kept_by_nobody(site: Client, path: str) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    told = boss.get(path)["Cache-Control"]
    assert "no-store" in told
    assert "private" in told


@pytest.mark.django_db
def test_what_visitors_see_may_be_kept(site: Client) -> None:
    for path in ("/en/", "/evidence/"):
        assert "no-store" not in site.get(path).headers.get("Cache-Control", "")


@pytest.mark.django_db
def test_pages_that_are_not_cached_are_compressed_with_lengths_that_vary(site: Client) -> None:
    """Plans and forms too; random bytes keep the length from disclosing what they hold."""
    kim = signed_in(person("kim", Role.PLANNER))
    page = kim.get("/plans/new/", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert "csrfmiddlewaretoken" in gzip.decompress(page.content).decode()
    assert "Content-Encoding" not in kim.get("/plans/new/").headers
    lengths = {
        len(kim.get("/plans/new/", headers={"Accept-Encoding": "gzip"}).content) for _ in range(8)
    }
    assert len(lengths) > 1
