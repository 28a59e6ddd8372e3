"""Limits on attempts to sign in, and detection of lookalike names.

Attempts are counted by django-axes and limited for a name at an address, and for an address. The
library takes several sets of parameters but one limit for all, and a success clears each set. An
address needs its own limit, since an office may share one, and a user who tries other names must
not reset it by signing in between. So the library counts names at addresses, and the sum of an
address is checked here. Attempts during a lock are neither checked nor counted: they neither extend
the lock nor fill the log.

Two names look alike if they are equal after compatibility composition (NFKC) and case folding, or
if their skeletons are (Unicode Technical Standard 39, section 4): each character is replaced by the
one it can be mistaken for, as Cyrillic о by Latin o, and digit 1 and capital I by l. The table is
that of `confusable-homoglyphs`.
"""

from __future__ import annotations

import functools
import unicodedata
from datetime import datetime
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from telads.errors import TeladsError
from telads.text import Text
from telads.web import request_state
from telads.web.client import client_of


class Attempts(AxesDatabaseHandler):  # type: ignore[misc]
    """The library's handler with a limit for an address; `settings.AXES_HANDLER`."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether attempts are refused now."""
        return bool(super().is_locked(request, credentials)) or _is_full(request)

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **facts: Any,
    ) -> None:
        """Count a failure; the one that reaches the address's limit is answered as locked."""
        super().user_login_failed(sender, credentials, request, **facts)
        if request is not None and was_counted(request) and _is_full(request):
            request.axes_locked_out = True  # type: ignore[attr-defined]


def was_counted(request: HttpRequest | None) -> bool:
    """Whether a failure was counted, and not refused by a lock."""
    return getattr(request, "axes_failures_since_start", None) is not None


def fills_address(request: HttpRequest | None) -> bool:
    """Whether a failure, or a lock before it, is due to the limit of its address."""
    return getattr(request, "telads_address_full", False)


def locked_names() -> set[str]:
    """Names that are locked for some address."""
    counted = _since(_start()).values("username", "ip_address")
    found = counted.annotate(failures=Sum("failures_since_start"))
    full = found.filter(failures__gte=django_settings.AXES_FAILURE_LIMIT)
    return {one["username"] for one in full}


def locked_addresses() -> list[str]:
    """Addresses from which no one may sign in for now."""
    most = request_state.settings().sign_in_address_attempts
    if not most:
        return []
    counted = _since(_start()).values("ip_address").order_by("ip_address")
    full = counted.annotate(failures=Sum("failures_since_start")).filter(failures__gte=most)
    return [one["ip_address"] for one in full]


def forget_addresses() -> int:
    """Reset locked addresses; returns their number."""
    addresses = locked_addresses()
    AccessAttempt.objects.filter(ip_address__in=addresses).delete()
    return len(addresses)


def may_be_logged(request: HttpRequest) -> bool:
    """Whether a failure that django-axes does not count is still written to the log of actions.

    Limited, for an address and in each process, to an address's number of password attempts.
    """
    settings = request_state.settings()
    key = f"sign-in-logged:{client_of(request)}"
    cache.add(key, 0, 60 * settings.sign_in_lock_minutes)
    return not settings.sign_in_address_attempts or (
        cache.incr(key) <= settings.sign_in_address_attempts
    )


def locked_out(request: HttpRequest) -> TeladsError:
    """The error shown while a lock holds."""
    minutes = request_state.settings().sign_in_lock_minutes
    told = (
        Text("이 네트워크 주소에서 로그인 시도가 너무 많아 잠시 잠갔습니다.",
             "Too many attempts from this network address: signing in is locked.")
        if fills_address(request)
        else Text("로그인 시도가 너무 많아 잠시 잠갔습니다.",
                  "Too many attempts: signing in is locked.")
    )  # fmt: skip
    return TeladsError(
        told,
        Text(f"{minutes}분 뒤에 다시 해 주세요. 급하시면 관리자가 풀어 드릴 수 있습니다.",
             f"Try again in {minutes} minutes. If it is urgent, an administrator can unlock it."),
    )  # fmt: skip


def _is_full(request: HttpRequest) -> bool:
    """Whether the address has failed too often, for any names; cached on the request."""
    most = request_state.settings().sign_in_address_attempts
    if not most:
        return False
    tried = _since(get_cool_off_threshold(request)).filter(ip_address=request.axes_ip_address)  # type: ignore[attr-defined]
    failures = tried.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    request.telads_address_full = failures >= most  # type: ignore[attr-defined]
    return failures >= most


def _start() -> datetime:
    """Time before which failures no longer count."""
    return timezone.now() - django_settings.AXES_COOLOFF_TIME


def _since(moment: datetime) -> Any:
    return AccessAttempt.objects.filter(attempt_time__gte=moment)


INVISIBLE = dict.fromkeys([0x115F, 0x1160, 0x3164, 0xFFA0])
"""Invisible letters: the fillers among the Hangul letters."""


def normal(name: str) -> str:
    """A name as stored, and as read by the sign-in form."""
    return unicodedata.normalize("NFKC", name.strip())


def looks(name: str) -> frozenset[str]:
    """Forms that a name can be mistaken for; two names look alike if these intersect.

    Computed twice, since some letters look alike as capitals only: I and l, not i and l.
    """
    seen = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
    return frozenset({_skeleton(seen).casefold(), "=" + _skeleton(seen.casefold())})


def alike(name: str) -> str:
    """The existing name that this one could be mistaken for, or an empty text.

    Compares with all names, some hundreds.
    """
    own = looks(name)
    known = User.objects.order_by("pk").values_list("username", flat=True)
    return next((other for other in known.iterator() if own & looks(other)), "")


def _skeleton(text: str) -> str:
    parts = map(_prototype, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", "".join(parts))


@functools.cache
def _table() -> dict[str, list[str]]:
    """A character or sequence -> those it can be mistaken for, in both directions."""
    from confusable_homoglyphs.confusables import confusables_data

    return {one: [near["c"] for near in found] for one, found in confusables_data.items()}


@functools.cache
def _prototype(character: str) -> str:
    """The representative of a character and all similar ones.

    The table gives each pair of Unicode's in both directions. A character with one neighbour
    represents itself only if it is the lesser of a pair; else its neighbour, the centre of several,
    does.
    """
    table = _table()
    near = table.get(character, [])
    if len(near) != 1:
        return character
    (other,) = near
    several = len(other) > 1 or len(table.get(other, ())) > 1
    return other if several else min(character, other)
