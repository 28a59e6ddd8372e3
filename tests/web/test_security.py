"""Secure by default: no debugging, hosts, the key, the policy on every answer, Django's checks."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

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


def test_behind_tls_no_check_is_silenced(tmp_path: Path) -> None:
    said = check_deploy(tmp_path, TELADS_BEHIND_TLS="1", TELADS_ALLOWED_HOSTS="ads.example")
    assert "no issues (0 silenced)" in said


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
