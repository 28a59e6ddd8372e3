"""A webhook gets signed JSON at the address that was checked, and never one in a private net."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from telads.web.notices.webhook import Refused, checked, parts_of, public, send
from tests.web.notices.receiver import HOST, certificate_of, receiving

CONTENT = {"event": "month", "이름": "여름"}


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name resolve to these, the first for the first question; the names asked."""
    asked: list[str] = []
    answers = list(addresses)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        one = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in one else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (one, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_what_is_sent_can_be_verified_by_its_receiver() -> None:
    with receiving() as receiver:
        send(f"http://127.0.0.1:{receiver.port}/in?a=1", "key", CONTENT, "7", 1700000000,
             private=True)  # fmt: skip
    ((headers, body),) = receiver.got
    assert json.loads(body) == CONTENT
    stamp = headers["X-Telads-Timestamp"]
    assert stamp == "1700000000"
    mine = hmac.new(b"key", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Telads-Signature"] == f"sha256={mine}"
    assert headers["X-Telads-Delivery"] == "7"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
])  # fmt: skip
def test_private_addresses_are_refused_in_every_guise(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not public(ipaddress.ip_address(address))
    resolving(monkeypatch, address)
    with pytest.raises(Refused) as refused:
        send(f"https://{HOST}/", "key", CONTENT, "1", 1)
    assert "TELADS_WEBHOOK_PRIVATE" in refused.value.advice.en  # type: ignore[union-attr]


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1", "::ffff:1.1.1.1"])
def test_public_addresses_are_not(address: str) -> None:
    assert public(ipaddress.ip_address(address))


def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443))
             for one in ("1.1.1.1", "10.0.0.1")]  # fmt: skip
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused):
        checked(parts_of(f"https://{HOST}/"))


def test_the_connection_is_made_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that resolves otherwise a moment later gains nothing: it is asked for once."""
    connected: list[Any] = []

    class Stopped(OSError):
        pass

    def connect(self: socket.socket, place: Any) -> None:
        connected.append(place)
        raise Stopped

    asked = resolving(monkeypatch, "1.1.1.1", "127.0.0.1")
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Refused):
        send(f"https://{HOST}:8443/", "key", CONTENT, "1", 1)
    assert asked == [HOST]
    assert connected == [("1.1.1.1", 8443)]


def test_the_certificate_is_that_of_the_name_not_of_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = certificate_of(HOST, tmp_path)
    resolving(monkeypatch, "127.0.0.1")
    with receiving(certificate) as receiver:
        with pytest.raises(Refused) as refused:  # nobody trusts it yet
            send(f"https://{HOST}:{receiver.port}/", "key", CONTENT, "1", 1, private=True)
        assert refused.value.facts["value"] == "SSLCertVerificationError"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(f"https://{HOST}:{receiver.port}/", "key", CONTENT, "1", 1, private=True)
        with pytest.raises(Refused):
            send(f"https://other.example:{receiver.port}/", "key", CONTENT, "1", 1, private=True)
    ((headers, _),) = receiver.got
    assert headers["Host"] == f"{HOST}:{receiver.port}"


@pytest.mark.parametrize("status", [199, 302, 404, 500])
def test_other_answers_than_2xx_are_failures_and_redirects_are_not_followed(status: int) -> None:
    with receiving() as other, receiving() as receiver:
        receiver.statuses = [status] if status >= 200 else [300]
        receiver.location = f"http://127.0.0.1:{other.port}/"
        with pytest.raises(Refused) as refused:
            send(f"http://127.0.0.1:{receiver.port}/", "key", CONTENT, "1", 1, private=True)
    assert refused.value.facts["value"] in {status, 300}
    assert len(receiver.got) == 1
    assert not other.got


def test_a_receiver_that_is_down_is_a_failure() -> None:
    with receiving() as receiver:
        port = receiver.port
    with pytest.raises(Refused):
        send(f"http://127.0.0.1:{port}/", "key", CONTENT, "1", 1, private=True)


@pytest.mark.parametrize("address", [
    "", "x", "http://a.example/", "ftp://a.example/", "https://", "https://u:p@a.example/",
    "https://a.example:0/", "https://a.example:99999/", "https://a.example/#x", "https://a b/",
    "https://[::1", "javascript:alert(1)", "https://a.example/\r\nX: y",
])  # fmt: skip
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        parts_of(address)


def test_plain_http_needs_the_setting() -> None:
    assert parts_of("http://a.example/", private=True).hostname == "a.example"
