"""The client address of a request, for sign-in limits, API rates and `/metrics`.

What a client writes into `X-Forwarded-For` is ignored. Only the last entries, which the
installation's own proxies appended, can be trusted; `TELADS_PROXIES` is their number.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from django.http import HttpRequest

from telads.web import request_state

UNKNOWN = "0.0.0.0"
"""Stands for an unknown client address; all such clients count as one."""
PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
"""Headers of a proxy: a request with one of them is not local, even from a proxy here."""
OWN_PREFIX = 64
"""Prefix length of the IPv6 network a client gets: it can change the other bits at will."""


def client_of(request: HttpRequest) -> str:
    """The client's address for limits: IPv4, or the /64 network of an IPv6 address.

    With n proxies it is the n-th entry from the end, written by the outermost proxy. With fewer
    entries the first; without a readable entry the address of the connection.
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
    """Whether a request comes from this machine, and not through a proxy on it."""
    address = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    own = address is not None and address.is_loopback
    return own and not any(name in request.headers for name in PROXIED)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address with an optional port, as some proxies write it; None if invalid.

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
