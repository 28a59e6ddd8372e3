"""Where a request comes from: what is believed, of whom."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from telads.web.client import client_of, is_local
from tests.web.api.conftest import Installed, installed

__all__ = ["installed"]  # a fixture


@pytest.mark.parametrize(
    ("proxies", "connected", "told", "client"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),  # made up by the client
        (1, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "1.1.1.1,2.2.2.2,198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "198.51.100.7"),  # past the outer proxy
        (1, "192.0.2.1", "", "192.0.2.1"),  # past all of them
        (1, "192.0.2.1", "unknown", "192.0.2.1"),
        (1, "192.0.2.1", " , ", "192.0.2.1"),
        (1, "10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        (1, "10.0.0.1", "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2::9", "", "2001:db8:1:2::"),  # the same house
        (0, "2001:db8:1:3::9", "", "2001:db8:1:3::"),
        (0, "fe80::1%eth0", "", "fe80::"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),  # of a server that listens on ::
        (0, "", "", "0.0.0.0"),
        (0, "a socket", "", "0.0.0.0"),
    ],
)
def test_the_client_is_whom_the_own_proxies_saw(
    installed: Installed, proxies: int, connected: str, told: str, client: str
) -> None:
    headers = {"X-Forwarded-For": told} if told else {}
    request = RequestFactory().get("/", REMOTE_ADDR=connected, headers=headers)
    for behind_tls in (False, True):
        with installed(proxies=proxies, behind_tls=behind_tls):
            assert client_of(request) == client


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_all_its_addresses(address: str) -> None:
    assert is_local(RequestFactory().get("/", REMOTE_ADDR=address))


@pytest.mark.django_db
def test_sign_in_counts_the_address_that_the_proxies_saw(installed: Installed) -> None:
    def statuses() -> list[int]:
        return [
            Client().post(
                "/account/sign-in/", {"username": f"name{n}", "password": "x"},
                headers={"X-Forwarded-For": f"198.51.100.{n}, 192.0.2.1"},
            ).status_code
            for n in range(4)
        ]  # fmt: skip

    with installed(proxies=1, sign_in_address_attempts=3):
        assert statuses() == [200, 200, 429, 429]
    with installed(proxies=2, sign_in_address_attempts=3):
        assert statuses() == [200] * 4
