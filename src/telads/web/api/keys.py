"""Keys of the API: made, listed and revoked by the command line, checked by every request."""

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
"""Keys found in the wrong place (a log, a repository) can be told by it."""
BYTES = 32
SHOWN = len(PREFIX) + 6
NOTED = timedelta(minutes=1)
"""The time of last use is as exact as that: no request waits for the disk because of it."""


def create(name: str) -> str:
    """Make a key and return it, the only time it can be seen; raises `QuestionError`."""
    key = PREFIX + secrets.token_urlsafe(BYTES)
    label = name.strip()
    longest = ApiKey._meta.get_field("name").max_length
    if not label or "\0" in label or len(label) > (longest or 0):
        raise QuestionError(
            Text("열쇠의 이름이 올바르지 않습니다.", "This is no name for a key."),
            Text(f"1자에서 {longest}자로 지어 주세요.", f"Use 1 to {longest} characters."),
            value=name,
        )
    try:
        with transaction.atomic():
            ApiKey.objects.create(name=label, start=key[:SHOWN], digest=_digest(key))
    except IntegrityError:
        raise QuestionError(
            Text("그런 이름의 열쇠가 이미 있습니다.", "There is a key of that name already."),
            Text("다른 이름을 지어 주세요.", "Choose another name."),
            value=label,
        ) from None
    return key


def listed() -> list[ApiKey]:
    """All keys, oldest first, revoked ones too."""
    return list(ApiKey.objects.all())


def revoke(name: str) -> None:
    """Make a key useless from now on; raises `UnknownChoice`. Twice is as good as once."""
    # PostgreSQL has no NUL in a text, and says so instead of finding nothing.
    key = ApiKey.objects.filter(name=name.strip().replace("\0", "")).first()
    if key is None or "\0" in name:
        raise UnknownChoice(
            Text("그런 이름의 열쇠는 없습니다.", "There is no key of that name."),
            Text("telads apikey list로 확인해 주세요.", "See telads apikey list."),
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
    """The valid key with these characters, its use noted; None where there is none."""
    found = ApiKey.objects.filter(digest=_digest(key), revoked=None).first()
    if found is None:
        return None
    now = timezone.now()
    if found.last_used is None or now - found.last_used > NOTED:
        ApiKey.objects.filter(pk=found.pk).update(last_used=now)
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
