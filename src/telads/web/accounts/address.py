"""Where a request comes from, for the limit on signing in."""

from __future__ import annotations

from django.http import HttpRequest

from telads.web.api.admission import address_of


def client_address(request: HttpRequest) -> str:
    """The client's address as the API counts it, without its prefix."""
    return address_of(request).removeprefix("address-")
