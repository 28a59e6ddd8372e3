"""A wholly closed installation: visitors see the sign-in page, and links they were given."""

from __future__ import annotations

import pytest
from django.test import Client

from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.api import keys
from tests.web.accounts.people import person, signed_in
from tests.web.api.conftest import Installed, installed
from tests.web.document import HTMX, get

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db


def test_visitors_are_led_to_sign_in_and_back(installed: Installed, client: Client) -> None:
    with installed(closed=True):
        answer = client.get("/en/customers/?age=30")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/en/account/sign-in/?next=/en/customers/%3Fage%3D30"
        assert "no-store" in answer.headers["Cache-Control"]
        told = client.get("/audiences/", headers=HTMX)
        assert told.headers["HX-Redirect"].startswith("/account/sign-in/?next=")
    with installed():
        assert client.get("/en/customers/?age=30").status_code == 200


def test_the_sign_in_page_tells_nothing_of_the_data(installed: Installed, client: Client) -> None:
    with installed(closed=True):
        page = get(client, "/en/account/sign-in/")
        assert "needs a sign-in" in page.text
        assert not page.all("nav")
        footer = page.one("footer").text
        assert "Data version" not in footer
        assert "Months" not in footer
        assert not get(client, "/en/nowhere/", 404).all("nav")


def test_whoever_has_signed_in_sees_all_and_nothing_is_kept_on_the_way(
    installed: Installed, site: Client
) -> None:
    viewer = signed_in(person("kim", Role.VIEWER))
    with installed(closed=True):
        answer = viewer.get("/customers/")
        assert answer.status_code == 200
        assert "private" in answer.headers["Cache-Control"]
        assert get(viewer, "/").all("nav")
        assert viewer.get("/api/v1/months").status_code == 200


def test_somebody_without_a_role_is_outside(installed: Installed, site: Client) -> None:
    kim = person("kim")
    kim.groups.clear()
    client = signed_in(kim)
    with installed(closed=True):
        assert client.get("/customers/").status_code == 302


def test_programs_send_a_key(installed: Installed, client: Client) -> None:
    key = keys.create("a program")
    with installed(closed=True):
        refused = client.get("/api/v1/months")
        assert refused.status_code == 401
        assert refused.json()["code"] == "unauthorized"
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="telads"'
        for wrong in ("Bearer x", "Basic x", key):
            headers = {"Authorization": wrong}
            assert client.get("/api/v1/months", headers=headers).status_code == 401
        for scheme in ("bearer", "BEARER", "Bearer"):
            headers = {"Authorization": f"{scheme} {key}"}
            assert client.get("/api/v1/months", headers=headers).status_code == 200
    with installed(closed=True, api_keys=True):
        assert client.get("/api/v1/months", headers=headers).status_code == 200
    assert not AuditEntry.objects.exists()
