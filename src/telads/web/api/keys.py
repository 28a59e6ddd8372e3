"""API keys: managed by the command line, checked on every request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from telads.errors import QuestionError, UnknownChoice
from telads.text import Text
from telads.web.models import ApiKey

PREFIX = "telads_"
"""Prefix that identifies leaked keys (in a log, a repository)."""
BYTES = 32
SHOWN = len(PREFIX) + 6
NOTED = timedelta(minutes=1)
"""Precision of the time of last use, so that few requests write to disk."""


def create(name: str) -> str:
    """Create a key and return it; it cannot be shown again. Raises `QuestionError`."""
    key = PREFIX + secrets.token_urlsafe(BYTES)
    label = name.strip()
    longest = ApiKey._meta.get_field("name").max_length
    if not label or "\0" in label or len(label) > (longest or 0):
        raise QuestionError(
            Text("API 키의 이름이 올바르지 않습니다.", "Enter a valid name for the key."),
            Text(f"1자에서 {longest}자로 지어 주세요.", f"Use 1 to {longest} characters."),
            value=name,
        )
    try:
        with transaction.atomic():
            ApiKey.objects.create(name=label, start=key[:SHOWN], digest=_digest(key))
    except IntegrityError:
        raise QuestionError(
            Text("같은 이름의 API 키가 이미 있습니다.", "A key with that name already exists."),
            Text("다른 이름을 지어 주세요.", "Choose another name."),
            value=label,
        ) from None
    return key


def listed() -> list[ApiKey]:
    """All keys, oldest first, revoked ones too."""
    return list(ApiKey.objects.all())


def revoke(name: str) -> None:
    """Revoke a key at once; raises `UnknownChoice`. Idempotent."""
    # PostgreSQL raises for a NUL in a text instead of finding nothing.
    key = ApiKey.objects.filter(name=name.strip().replace("\0", "")).first()
    if key is None or "\0" in name:
        raise UnknownChoice(
            Text("이 이름의 API 키를 찾을 수 없습니다.", "Key not found."),
            Text("telads apikey list로 확인해 주세요.", "Run telads apikey list."),
            value=name,
        )
    if key.revoked is None:
        key.revoked = timezone.now()
        key.save(update_fields=["revoked"])


def given(request: HttpRequest) -> ApiKey | None:
    """The valid key a request was sent with, `Authorization: Bearer KEY`; None without one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return find(key) if scheme.lower() == "bearer" else None


def find(key: str) -> ApiKey | None:
    """The valid key with these characters, updating its last use; None if there is none."""
    found = ApiKey.objects.filter(digest=_digest(key), revoked=None).first()
    if found is None:
        return None
    now = timezone.now()
    if found.last_used is None or now - found.last_used > NOTED:
        ApiKey.objects.filter(pk=found.pk).update(last_used=now)
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
