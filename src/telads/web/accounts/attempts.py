"""Attempts to sign in, limited by address and by name; names that look alike count as one.

Attempts to sign in: counted by django-axes, limited for a name at an address, and an address.

Django-axes takes several sets of parameters but one limit for all of them, and a success clears
each set. An address needs a limit of its own, since an office may share one, and it must not be
cleared by whoever tries many names and signs in with his own between them. So the library counts
names at addresses, and the sum of an address is looked at here. Nothing that is tried while a lock
holds is looked at or counted: it neither lengthens the lock nor fills the log.

Names that tell people apart for those who read them, not only for the computer.

Two names are alike if they are the same after compatibility composition (NFKC) and without regard
to capitals, or if their skeletons are (Unicode Technical Standard 39, section 4): what is left when
each character is replaced by the one it can be taken for, as Cyrillic о by Latin o, and digit 1 and
capital I by l. The table of such characters is that of `confusable-homoglyphs`.
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
    """As the library, with a limit for an address; `settings.AXES_HANDLER`."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether nothing more may be tried now."""
        return bool(super().is_locked(request, credentials)) or _is_full(request)

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **facts: Any,
    ) -> None:
        """Count it; the one that fills its address is answered like those after it."""
        super().user_login_failed(sender, credentials, request, **facts)
        if request is not None and was_counted(request) and _is_full(request):
            request.axes_locked_out = True  # type: ignore[attr-defined]


def was_counted(request: HttpRequest | None) -> bool:
    """Whether a failure was one of those that were looked at, not one that a lock kept out."""
    return getattr(request, "axes_failures_since_start", None) is not None


def fills_address(request: HttpRequest | None) -> bool:
    """Whether a failure, or a lock before it, comes of too many from its address."""
    return getattr(request, "telads_address_full", False)


def locked_names() -> set[str]:
    """Names that are locked for some address."""
    counted = _since(_start()).values("username", "ip_address")
    found = counted.annotate(failures=Sum("failures_since_start"))
    full = found.filter(failures__gte=django_settings.AXES_FAILURE_LIMIT)
    return {one["username"] for one in full}


def locked_addresses() -> list[str]:
    """Addresses from which nobody may sign in for now."""
    most = request_state.settings().sign_in_address_attempts
    if not most:
        return []
    counted = _since(_start()).values("ip_address").order_by("ip_address")
    full = counted.annotate(failures=Sum("failures_since_start")).filter(failures__gte=most)
    return [one["ip_address"] for one in full]


def forget_addresses() -> int:
    """Forget what was tried from locked addresses; how many they were."""
    addresses = locked_addresses()
    AccessAttempt.objects.filter(ip_address__in=addresses).delete()
    return len(addresses)


def may_be_logged(request: HttpRequest) -> bool:
    """Whether a failure that django-axes does not count still gets a line in the log of actions.

    As many do, for an address and by each process, as an address has attempts with a password.
    """
    settings = request_state.settings()
    key = f"sign-in-logged:{client_of(request)}"
    cache.add(key, 0, 60 * settings.sign_in_lock_minutes)
    return not settings.sign_in_address_attempts or (
        cache.incr(key) <= settings.sign_in_address_attempts
    )


def locked_out(request: HttpRequest) -> TeladsError:
    """What somebody is told whom a lock keeps out."""
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
        Text(f"{minutes}분 뒤에 다시 해 주십시오. 급하시면 관리자가 풀어 드릴 수 있습니다.",
             f"Try again in {minutes} minutes. If it is urgent, an administrator can unlock it."),
    )  # fmt: skip


def _is_full(request: HttpRequest) -> bool:
    """Whether its address has failed too often, for whatever names; noted at the request."""
    most = request_state.settings().sign_in_address_attempts
    if not most:
        return False
    tried = _since(get_cool_off_threshold(request)).filter(ip_address=request.axes_ip_address)  # type: ignore[attr-defined]
    failures = tried.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    request.telads_address_full = failures >= most  # type: ignore[attr-defined]
    return failures >= most


def _start() -> datetime:
    """Failures before this moment have no effect any more."""
    return timezone.now() - django_settings.AXES_COOLOFF_TIME


def _since(moment: datetime) -> Any:
    return AccessAttempt.objects.filter(attempt_time__gte=moment)


INVISIBLE = dict.fromkeys([0x115F, 0x1160, 0x3164, 0xFFA0])
"""Letters by their kind that nobody sees: the fillers among the Hangul letters."""


def normal(name: str) -> str:
    """A name as it is kept, and as the form of signing in reads it."""
    return unicodedata.normalize("NFKC", name.strip())


def looks(name: str) -> frozenset[str]:
    """What a name can be taken for; two names are alike where these have something in common.

    Twice, since some letters are alike as capitals only: I and l, not i and l.
    """
    seen = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
    return frozenset({_skeleton(seen).casefold(), "=" + _skeleton(seen.casefold())})


def alike(name: str) -> str:
    """The name of somebody that this one could be taken for, empty where there is none.

    Asks for everybody's: names are some hundreds.
    """
    own = looks(name)
    known = User.objects.order_by("pk").values_list("username", flat=True)
    return next((other for other in known.iterator() if own & looks(other)), "")


def _skeleton(text: str) -> str:
    parts = map(_prototype, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", "".join(parts))


@functools.cache
def _table() -> dict[str, list[str]]:
    """A character or some of them -> those it can be taken for, in both directions."""
    from confusable_homoglyphs.confusables import confusables_data

    return {one: [near["c"] for near in found] for one, found in confusables_data.items()}


@functools.cache
def _prototype(character: str) -> str:
    """What stands for a character and all that are like it.

    The table gives each pair of Unicode's in both directions. Who has one neighbour stands for
    itself only if it is the lesser of a pair: else the neighbour, whom several are like, does.
    """
    table = _table()
    near = table.get(character, [])
    if len(near) != 1:
        return character
    (other,) = near
    several = len(other) > 1 or len(table.get(other, ())) > 1
    return other if several else min(character, other)
