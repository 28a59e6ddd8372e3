"""Sending JSON to a user's webhook, signed, to a checked address.

The host's name is resolved once, every address it has must be public, and the connection is made to
the address that was checked: a name that resolves to another address a moment later (DNS rebinding)
gains nothing. The certificate is verified against the name. Redirects are not followed, and of a
response nothing but the status is used. `TELADS_WEBHOOK_PRIVATE` allows private addresses and plain
HTTP, for receivers in one's own network.

The receiver verifies `X-Telads-Signature`: `sha256=` and the HMAC-SHA256, in hexadecimal, of
`X-Telads-Timestamp`, a dot and the body, under the key that the account's page showed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from telads.errors import QuestionError
from telads.text import Text
from telads.version import __version__

SECONDS = 10.0
"""Longest time to connect, and for the response."""
PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(QuestionError):
    """An address of a webhook that is not used, or that did not accept what was sent."""

    code = "webhook-refused"


def parts_of(address: str, *, private: bool = False) -> SplitResult:
    """The parts of an address as typed; raises `Refused` for one that is never used."""
    try:
        url = urlsplit(address)
        known = url.port is None or url.port > 0  # raises for a port that is none
    except ValueError:
        url, known = urlsplit(""), False
    schemes = ("https", "http") if private else ("https",)
    bare = not (url.username or url.password or url.fragment) and address.isprintable()
    if not (known and bare and url.scheme in schemes and url.hostname and " " not in address):
        raise Refused(
            Text("쓸 수 없는 웹훅 주소입니다.", "This address of a webhook cannot be used."),
            Text("사용자 이름이 없는 https:// 주소를 적어 주세요.",
                 "Write an https:// address without a user name."),
        )  # fmt: skip
    return url


def public(address: Address) -> bool:
    """Whether an address is one of the public internet, also where it wraps another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo:
            return False
        if inner is not None:
            return public(inner)
    return address.is_global and not address.is_multicast


def checked(url: SplitResult, *, private: bool = False) -> list[tuple[int, str]]:
    """Address family and address of each place a host's name resolves to, all of them checked.

    Raises `Refused` if the name is unknown, or if any of its addresses is not public.
    """
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(
            Text("웹훅의 호스트 이름을 찾을 수 없습니다.", "The webhook's host is unknown."),
            Text("주소를 확인해 주세요.", "Check the address."),
        ) from error
    places = list(dict.fromkeys((int(family), str(at[0])) for family, _, _, _, at in found))
    inside = [at for _, at in places if not public(ipaddress.ip_address(at.partition("%")[0]))]
    if inside and not private:
        raise Refused(
            Text("웹훅 주소가 내부 네트워크를 가리켜 보내지 않습니다.",
                 "The webhook leads into a private network, and nothing is sent."),
            Text("공개된 주소를 적거나, 관리자가 TELADS_WEBHOOK_PRIVATE=1로 허용해야 합니다.",
                 "Use a public address; an administrator can allow others with "
                 "TELADS_WEBHOOK_PRIVATE=1."),
        )  # fmt: skip
    return places


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Telads-Signature`."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


class _Connection(http.client.HTTPConnection):
    """A connection to a checked address, whatever the name resolves to by now."""

    def __init__(self, url: SplitResult, place: tuple[int, str]) -> None:
        super().__init__(url.hostname or "", url.port or PORTS[url.scheme], timeout=SECONDS)
        self._url, self._place = url, place

    def connect(self) -> None:
        """Connect to the address; over TLS with the certificate of the name."""
        family, address = self._place
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect((address, self.port))
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._url.hostname)


def send(
    address: str, secret: str, content: Mapping[str, Any], name: str, timestamp: int, *,
    private: bool = False,
) -> None:  # fmt: skip
    """Post the content as JSON; `name` identifies the message for the receiver.

    Raises `Refused` for an address that is not used, a receiver that cannot be reached, and any
    status but 2xx.
    """
    url = parts_of(address, private=private)
    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    stamp = str(timestamp)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"telads/{__version__}",
        "X-Telads-Delivery": name,
        "X-Telads-Timestamp": stamp,
        "X-Telads-Signature": signature(secret, stamp, body),
    }
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    connection = _Connection(url, checked(url, private=private)[0])
    try:
        connection.request("POST", target, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Refused(
            Text("웹훅에 연결하지 못했습니다.", "The webhook could not be reached."),
            Text("받는 쪽이 켜져 있는지, 인증서가 맞는지 확인해 주세요.",
                 "Check that the receiver runs, and its certificate."),
            value=type(error).__name__,
        ) from error  # fmt: skip
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise Refused(
            Text("웹훅이 알림을 받지 않았습니다.", "The webhook did not accept the notice."),
            Text("2xx로 답해야 합니다. 다른 주소로 넘기는 응답은 따라가지 않습니다.",
                 "It must answer with 2xx; redirects are not followed."),
            value=status,
        )  # fmt: skip
