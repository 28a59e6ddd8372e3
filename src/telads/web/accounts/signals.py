"""Records the sign-in events of Django and django-axes in the log of actions.

Attempts during a lock are not recorded: entries are never removed, so a stranger could fill the
log.
"""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model, signals
from django.contrib.auth.models import User
from django.http import HttpRequest

from telads.web.accounts.attempts import fills_address, was_counted
from telads.web.accounts.audit import record
from telads.web.accounts.backends import BACKEND, SINGLE_SIGN_ON


def listen() -> None:
    """Connect the receivers, once per process."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="telads-in")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="telads-out")
    signals.user_login_failed.connect(_failed, dispatch_uid="telads-failed")
    user_locked_out.connect(_locked, dispatch_uid="telads-locked")


def _signed_in(sender: Any, request: HttpRequest, user: User, **facts: Any) -> None:
    request.session.clear_expired()  # expired sessions are removed nowhere else
    backend = getattr(user, "backend", "")
    record(user.get_username(), "sign-in", detail=SINGLE_SIGN_ON if backend == BACKEND else "")


def _signed_out(sender: Any, user: User | None, **facts: Any) -> None:
    if user is not None:
        record(user.get_username(), "sign-out")


def _failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **facts: Any
) -> None:
    if not was_counted(request):
        return
    record(_known(credentials.get("username")), "sign-in-failed")
    if fills_address(request):
        record("", "sign-in-address-locked")


def _locked(sender: Any, request: HttpRequest, username: str, **facts: Any) -> None:
    if was_counted(request):
        record(_known(username), "sign-in-locked")


def _known(name: Any) -> str:
    """The name of an existing user. Anything else may be a password and is not stored."""
    if not isinstance(name, str) or "\0" in name:
        return ""
    return name if get_user_model().objects.filter(username=name).exists() else ""
