"""Where a request comes from: the one place that tells it, for sign-in, API rates and `/metrics`.

What a client writes into `X-Forwarded-For` counts for nothing. The entries that can be believed are
those that the installation's own proxies appended, the last ones, and `TELADS_PROXIES` says how
many proxies there are.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from django.http import HttpRequest

from telads.web import request_state

UNKNOWN = "0.0.0.0"
"""Stands for a client of whom no address is known; all such count as one."""
PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
"""Whoever comes through a proxy on this machine is not of this machine."""
OWN_PREFIX = 64
"""Bits of an IPv6 address that a provider gives out: the others one client changes at will."""


def client_of(request: HttpRequest) -> str:
    """The client's address as limits count it: IPv4, or the network /64 of an IPv6 address.

    With n proxies the entry that the outermost of them wrote, the n-th from the end. Where there
    are fewer entries, the first; where there are none or none that can be read, whoever connected.
    """
    proxies = request_state.settings().proxies
    connected = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    told = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    entries = [entry.strip() for entry in told if entry.strip()]
    found = _parsed(entries[-min(proxies, len(entries))]) if entries else None
    address = found or connected
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, OWN_PREFIX), strict=False).network_address)
    return str(address)


def is_local(request: HttpRequest) -> bool:
    """Whether a request was made on this machine, and not through a proxy on it."""
    address = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    own = address is not None and address.is_loopback
    return own and not any(name in request.headers for name in PROXIED)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address, some proxies write a port behind it; None for anything else.

    A server that listens on `::` sees IPv4 clients as `::ffff:192.0.2.1`.
    """
    host = text.partition("]")[0].removeprefix("[")
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
