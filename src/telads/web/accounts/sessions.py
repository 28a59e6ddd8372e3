"""The user of a session, verified by one query instead of three.

Django reads the session, the user and, for the role, the groups, and checks the session's hash on
every request. The result depends on these rows alone. So they are cached with the result, and read
again in one query on every request: unchanged rows mean the same user. Signing out, a new password,
role or name, and a disabled account change a row, and take effect at once in every worker.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from functools import cached_property
from threading import Lock
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from telads.web.accounts.roles import role_of

MOST = 1000
"""Number of sessions a worker caches."""

Rows = list[tuple[Any, ...]]


class Sessions:
    """Session key -> the user's number, the rows, and the user. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, tuple[int, Rows, User]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def user(self, request: HttpRequest) -> User | AnonymousUser:
        """The user of a request, as `django.contrib.auth.get_user` returns it."""
        key = request.session.session_key
        if not key:
            return get_user(request)
        with self._lock:
            known = self._known.get(key)
        if known and self._rows(key, known[0]) == known[1]:
            request.session.accessed = True  # the response varies with it
            return copy(known[2])
        return self._found(request, key)

    def _found(self, request: HttpRequest, key: str) -> User | AnonymousUser:
        number = request.session.get(SESSION_KEY)
        # Read before the user: a change in between is noticed at the next request.
        rows = self._rows(key, int(number)) if number else []
        user = get_user(request)
        with self._lock:
            self._known.pop(key, None)
            if isinstance(user, User) and rows and request.session.session_key == key:
                role_of(user)  # caches the user's groups
                self._known[key] = (user.pk, rows, copy(user))
                if len(self._known) > self._most:
                    self._known.popitem(last=False)
        return user

    def _rows(self, key: str, number: int) -> Rows:
        """The rows of a valid session, of a user, and of the user's groups."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(self._sql, (key, now, number))
            return list(cursor.fetchall())

    @cached_property
    def _sql(self) -> str:
        user, groups = User._meta, User.groups.through._meta
        columns = ", ".join(f"u.{field.column}" for field in user.concrete_fields)
        return (
            f"SELECT s.session_data, {columns}, g.name FROM {Session._meta.db_table} s"
            f" CROSS JOIN {user.db_table} u"
            f" LEFT JOIN {groups.db_table} m ON m.user_id = u.id"
            f" LEFT JOIN {Group._meta.db_table} g ON g.id = m.group_id"
            " WHERE s.session_key = %s AND s.expire_date > %s AND u.id = %s ORDER BY g.id"
        )  # fmt: skip


SESSIONS = Sessions(MOST)


def remembered(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware after Django's own: a lazy `request.user`."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]
        return get_response(request)

    return answer


def _user(request: HttpRequest) -> User | AnonymousUser:
    """Look up once a request, in the attribute that Django's sign-in and sign-out use."""
    if not hasattr(request, "_cached_user"):
        request._cached_user = SESSIONS.user(request)  # type: ignore[attr-defined]
    user: User | AnonymousUser = request._cached_user  # type: ignore[attr-defined]
    return user
