"""Accounts of users confirmed by the single sign-on: found, or created."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from telads.errors import QuestionError
from telads.settings import Settings
from telads.web.accounts import people
from telads.web.accounts.attempts import alike
from telads.web.accounts.backends import SINGLE_SIGN_ON
from telads.web.accounts.models import SingleSignOn
from telads.web.accounts.roles import Role

LONGEST = 100


class Disabled(Exception):
    """The user is disabled."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def person_of(claims: Mapping[str, Any], settings: Settings) -> User:
    """The account of a token's claims, with the role they give; raises `Disabled`.

    An account created otherwise is never taken over because of an equal name.
    """
    mapped = role_in(claims, settings)
    of_subject = SingleSignOn.objects.select_related("user").filter(
        issuer=claims["iss"], subject=claims["sub"]
    )
    known = of_subject.first()
    if known is None:
        try:
            return _made(claims, mapped or Role.VIEWER)
        except IntegrityError:  # created concurrently by another tab
            known = of_subject.get()
    if not known.user.is_active:
        raise Disabled(known.user.username)
    if mapped and people.role_name(known.user) != mapped:
        _change(known.user, mapped)
    return known.user


def role_in(claims: Mapping[str, Any], settings: Settings) -> Role | None:
    """The highest role that a claim maps to, viewer if none; None if the claims have no role."""
    if not settings.oidc_role_claim:
        return None
    found = _claim(claims, settings.oidc_role_claim)
    values = found if isinstance(found, list) else [found]
    roles = {role for value, role in settings.oidc_roles if value in values}
    return next((role for role in reversed(tuple(Role)) if role in roles), Role.VIEWER)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, which may contain dots, or by its path: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _change(user: User, role: Role) -> None:
    try:
        people.set_role(user.username, role, SINGLE_SIGN_ON)
    except QuestionError:
        return  # the last administrator keeps the role in any case


def _made(claims: Mapping[str, Any], role: Role) -> User:
    for name in _names(claims):
        if alike(name):
            continue
        try:
            with transaction.atomic():
                user = people.invite(name, role, SINGLE_SIGN_ON)
                SingleSignOn.objects.create(user=user, issuer=claims["iss"], subject=claims["sub"])
        except QuestionError:  # taken meanwhile
            continue
        return user
    raise AssertionError("names do not end")


def _names(claims: Mapping[str, Any]) -> Iterator[str]:
    """Candidate names: the one at the provider, then with a number."""
    told = (claims.get(name) for name in ("preferred_username", "email", "sub"))
    text = next((value for value in told if isinstance(value, str) and value.strip()), "user")
    name = re.sub(r"[^\w.@+-]", "-", unicodedata.normalize("NFKC", text.strip()))[:LONGEST]
    yield name
    yield from (f"{name}-{number}" for number in count(2))
