"""Saving plans and sharing them; each written down in the log of actions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone

from telads.errors import QuestionError, UnknownChoice
from telads.language import Text, josa
from telads.planning.plan import Plan, canonical
from telads.web.accounts.audit import one_action, record
from telads.web.plans.models import PlanAccess, PlanVersion, SavedPlan, ShareLink

BYTES = 32
SHOWN = 6
DAYS = (1, 365)
"""Fewest and most days a link may hold."""


def create(request: HttpRequest, made: Plan) -> SavedPlan:
    """Save a new plan with its first version."""
    with one_action():
        plan = SavedPlan.objects.create(owner=_user(request), name=made.name)
        _version(request, plan, made, 1)
        record(request, "plan-create", plan, made.name)
    return plan


def add_version(request: HttpRequest, plan: SavedPlan, made: Plan, after: int) -> PlanVersion:
    """Save another version, if `after` is still the newest; raises `QuestionError` if not.

    The same plan as before is no new version.
    """
    newest = plan.newest
    if newest.number != after:
        raise _meanwhile(newest)
    if newest.hash == made.hash:
        return newest
    try:
        with one_action():
            version = _version(request, plan, made, after + 1)
            plan.name = made.name
            plan.save(update_fields=["name"])
            record(request, "plan-version", plan, f"{version.number} {made.name}")
    except IntegrityError:
        raise _meanwhile(plan.newest) from None
    return version


def share(request: HttpRequest, version: PlanVersion, days: int) -> str:
    """Make a link to a version and return its token, the only time it can be seen."""
    low, high = DAYS
    if not low <= days <= high:
        raise QuestionError(
            Text("공유 기간이 범위를 벗어났습니다.", "A link cannot hold so long."),
            Text(f"{low}일에서 {high}일 사이로 적어 주세요.", f"Write {low} to {high} days."),
            value=days,
        )
    token = secrets.token_urlsafe(BYTES)
    with one_action():
        ShareLink.objects.create(
            version=version, digest=_digest(token), start=token[:SHOWN],
            expires=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        record(request, "plan-share", version.plan, f"{version.number} {token[:SHOWN]} {days} d")
    return token


def revoke(request: HttpRequest, link: ShareLink) -> None:
    """Make a link useless; twice is as good as once."""
    if link.revoked is None:
        with one_action():
            link.revoked = timezone.now()
            link.save(update_fields=["revoked"])
            record(request, "plan-revoke", link.version.plan, link.start)


def shared(token: str) -> PlanVersion | None:
    """The version that a link shows; None where it is none, revoked, expired, or its owner out."""
    link = (
        ShareLink.objects.select_related("version__plan__owner")
        .filter(digest=_digest(token))
        .first()
    )
    known = link is not None and link.open and link.version.plan.owner.is_active
    return link.version if link is not None and known else None


def let(request: HttpRequest, plan: SavedPlan, name: str, level: str) -> None:
    """Let somebody `read` or `edit` a plan, or `none` of it; raises `UnknownChoice`."""
    people = User.objects.exclude(pk=plan.owner_id)
    if level != "none":  # which may be taken from somebody disabled, too
        people = people.filter(is_active=True)
    person = people.filter(username=name.strip()).first() if "\0" not in name else None
    if person is None or level not in {"read", "edit", "none"}:
        raise UnknownChoice(
            Text("그런 사람이나 권한이 없습니다.", "There is no such person or permission."),
            Text("로그인할 수 있는 다른 사람의 이름을 적어 주세요.",
                 "Write the name of somebody else who may sign in."),
            value=name,
        )  # fmt: skip
    with one_action():
        PlanAccess.objects.filter(plan=plan, user=person).delete()
        if level != "none":
            PlanAccess.objects.create(plan=plan, user=person, may_edit=level == "edit")
        record(request, "plan-access", plan, f"{person.get_username()} {level}")


def _version(request: HttpRequest, plan: SavedPlan, made: Plan, number: int) -> PlanVersion:
    return PlanVersion.objects.create(
        plan=plan, number=number, document=canonical(made.document()), hash=made.hash,
        build=made.basis.build, month=made.basis.month, made_by=_user(request).get_username(),
    )  # fmt: skip


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("plans are saved by people who are signed in")
    return request.user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _meanwhile(newest: PlanVersion) -> QuestionError:
    version = josa(f"버전 {newest.number}", "을/를")
    return QuestionError(
        Text(f"그사이 {newest.made_by} 님이 {version} 저장했습니다.",
             f"Meanwhile {newest.made_by} saved version {newest.number}."),
        Text("새 버전을 열어 고친 뒤 다시 저장해 주세요.",
             "Open the new version, and make your changes there."),
    )  # fmt: skip
