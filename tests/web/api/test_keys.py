"""Keys: made once, never stored, checked before any answer."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from telads.errors import QuestionError, UnknownChoice
from telads.web.api import keys
from telads.web.models import ApiKey
from tests.web.api.conftest import Installed

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/months"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_the_database_is_the_one_that_was_named() -> None:
    named = django_settings.TELADS.database_url
    assert connection.vendor == ("postgresql" if named else "sqlite")


def test_a_key_is_not_stored() -> None:
    key = keys.create("agency")
    stored = ApiKey.objects.get()
    assert stored.digest == hashlib.sha256(key.encode()).hexdigest()
    assert key.startswith(stored.start)
    assert key not in [str(value) for value in vars(stored).values()]
    assert len(key) >= len(keys.PREFIX) + 43  # 256 bits in base64


def test_names_tell_keys_apart() -> None:
    keys.create(" agency ")
    with pytest.raises(QuestionError):
        keys.create("agency")
    for wrong in ("", "  ", "x" * 101, "a\0b"):
        with pytest.raises(QuestionError):
            keys.create(wrong)
    assert [key.name for key in keys.listed()] == ["agency"]


@pytest.mark.parametrize("wrong", ["nobody", "a\0b", ""])
def test_what_is_not_there_cannot_be_revoked(wrong: str) -> None:
    with pytest.raises(UnknownChoice):
        keys.revoke(wrong)


def test_only_keys_are_let_in(client: Client, installed: Installed) -> None:
    key = keys.create("agency")
    with installed(api_keys=True):
        for sent in ({}, bearer("telads_wrong"), bearer(""), {"Authorization": f"Basic {key}"},
                     bearer(key[:-1]), bearer(f"{key}\x00"), {"Authorization": key}):  # fmt: skip
            refused = client.get(ADDRESS, headers=sent)
            assert refused.status_code == 401
            assert refused.json()["code"] == "unauthorized"
            assert refused.headers["WWW-Authenticate"] == 'Bearer realm="telads"'
        let_in = client.get(ADDRESS, headers=bearer(key))
        assert let_in.status_code == 200
        assert let_in.headers["Cache-Control"] == "private, no-cache"


def test_what_is_kept_in_memory_is_kept_from_strangers(
    client: Client, installed: Installed
) -> None:
    key = keys.create("agency")
    with installed(api_keys=True):
        tag = client.get(ADDRESS, headers=bearer(key)).headers["ETag"]
        assert client.get(ADDRESS).status_code == 401
        assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 401
        for address in ("export/scores.csv", "charts/population.json", "services?x=1", "status"):
            assert client.get(f"/api/v1/{address}").status_code == 401


def test_a_revoked_key_is_useless_at_once(client: Client, installed: Installed) -> None:
    key, other = keys.create("agency"), keys.create("other")
    with installed(api_keys=True):
        assert client.get(ADDRESS, headers=bearer(key)).status_code == 200
        keys.revoke("agency")
        keys.revoke("agency")
        assert client.get(ADDRESS, headers=bearer(key)).status_code == 401
        assert client.get(ADDRESS, headers=bearer(other)).status_code == 200


def test_last_use_is_noted_once_a_minute(client: Client, installed: Installed) -> None:
    key = keys.create("agency")
    assert ApiKey.objects.get().last_used is None
    with installed(api_keys=True):
        client.get(ADDRESS, headers=bearer(key))
        first = ApiKey.objects.get().last_used
        client.get(ADDRESS, headers=bearer(key))
        assert ApiKey.objects.get().last_used == first
        ApiKey.objects.update(last_used=timezone.now() - timedelta(minutes=2))
        client.get(ADDRESS, headers=bearer(key))
        latest = ApiKey.objects.get().last_used
    assert first is not None
    assert latest is not None
    assert latest > first - timedelta(seconds=1)


def test_the_description_is_open_and_says_so(client: Client, installed: Installed) -> None:
    with installed(api_keys=True):
        told = client.get("/api/v1/openapi.json").json()
        assert client.get("/api/v1/docs").status_code == 200
    assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert "401" in told["paths"]["/api/v1/services"]["get"]["responses"]


@pytest.mark.parametrize("page", ["/data/", "/advertisers/?service=delivery", "/evidence/"])
def test_downloads_of_pages_need_no_key(client: Client, installed: Installed, page: str) -> None:
    with installed(api_keys=True):
        shown = client.get(page).content.decode()
        links = [html.unescape(link) for link in re.findall(r'<a href="([^"]+)" download', shown)]
        assert links or page == "/evidence/"
        assert not [link for link in links if link.startswith("/api/")]
        assert {client.get(link).status_code for link in links[::3]} <= {200}
