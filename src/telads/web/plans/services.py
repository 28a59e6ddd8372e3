"""Saved plans: permissions, saving, sharing, removal; each action is logged.

A plan that a user may not see does not exist for them: 404, not 403. Levels of access:

    own    everything: edit, share, decide who else may see it
    edit   save new versions
    read   see all versions, take files

Roles come first: a viewer reads what is shared and edits nothing. No role, not even administrator,
opens other users' plans.

Recently computed plans are cached, since a plan that was tried out or compared is often saved. A
plan depends only on its build and brief, so it stands in the bounded memory of builds
(`answers.tables.HELD`), some megabytes for the largest.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Count, JSONField, Prefetch, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest
from django.utils import timezone

from telads.answers.tables import HELD, held
from telads.errors import QuestionError, UnknownChoice
from telads.planning.brief import Brief, read_brief
from telads.planning.comparison import Comparison, compare, read_comparison
from telads.planning.plan import Plan, canonical, make_plan
from telads.store.workspace import Build
from telads.text import Text, josa
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, allows
from telads.web.plans.models import PlanAccess, PlanVersion, SavedPlan, ShareLink


class Level(IntEnum):
    """Level of access to a plan."""

    READ = 1
    EDIT = 2
    OWN = 3


def visible(user: User) -> QuerySet[SavedPlan]:
    """The plans that a user may see."""
    return SavedPlan.objects.filter(Q(owner=user) | Q(accesses__user=user)).distinct()


def newest_of(user: User) -> list[tuple[SavedPlan, PlanVersion]]:
    """Plans visible to a user, with the newest version of each, without its document."""
    versions_alone = Prefetch("versions", PlanVersion.objects.defer("document"))
    found = visible(user).select_related("owner").prefetch_related(versions_alone)
    return [(plan, versions[0]) for plan in found if (versions := list(plan.versions.all()))]


class Told(NamedTuple):
    """What a list says of a version; None and empty where its document lacks it."""

    service: str
    budget: int | None
    reached: int | None


def told_of(versions: Sequence[PlanVersion]) -> dict[int, Told]:
    """What lists say of versions, by key: read by the database, since documents are long.

    A version never changes, so it is read once by each process.
    """
    keys = {f"plan-told-{one.hash}": one.pk for one in versions}
    known: dict[str, Told] = cache.get_many(keys)
    names = {pk: key for key, pk in keys.items() if key not in known}
    if names:
        rows = (
            PlanVersion.objects.filter(pk__in=list(names))
            .annotate(told=Cast("document", JSONField()))
            .values_list("pk", KT("told__brief__service"), KT("told__brief__budget"),
                         KT("told__result__summary__reached"))
        )  # fmt: skip
        found = {
            names[pk]: Told(service or "", *(None if one is None else int(one) for one in figures))
            for pk, service, *figures in rows
        }
        cache.set_many(found, timeout=None)
        known |= found
    gone = Told("", None, None)  # deleted at this moment
    return {one.pk: known.get(f"plan-told-{one.hash}", gone) for one in versions}


def newest_own(user: User) -> PlanVersion | None:
    """The version that a user saved last of plans of their own."""
    return (
        PlanVersion.objects.filter(plan__owner=user).select_related("plan").order_by("-id").first()
    )


def level_of(user: User, plan: SavedPlan) -> Level | None:
    """A user's access to a plan; None if it is invisible to them."""
    if plan.owner_id == user.pk:
        own = Level.OWN
    else:
        access = plan.accesses.filter(user=user).first()
        if access is None:
            return None
        own = Level.EDIT if access.may_edit else Level.READ
    return own if allows(user, Role.PLANNER) else Level.READ


def plan_for(request: HttpRequest, number: int, least: Level) -> SavedPlan:
    """A plan, if the user has access of at least `least`; raises `Http404`, `PermissionDenied`."""
    user = request.user
    plan = SavedPlan.objects.select_related("owner").filter(pk=number).first()
    own = level_of(user, plan) if plan and isinstance(user, User) else None
    if plan is None or own is None:
        raise Http404
    if own < least:
        raise PermissionDenied
    return plan


def version_for(
    request: HttpRequest, number: int, version: int | None, least: Level = Level.READ
) -> PlanVersion:
    """A version of a plan, the newest for None; raises `Http404`, `PermissionDenied`."""
    plan = plan_for(request, number, least)
    found = plan.newest if version is None else plan.versions.filter(number=version).first()
    if found is None:
        raise Http404
    found.plan = plan
    return found


def computed(build: Build, brief: Brief) -> Plan:
    """`make_plan`, cached; raises what it raises."""
    return _made(build, canonical(brief.document()))


@held
def _made(build: Build, brief: str) -> Plan:
    return make_plan(build, read_brief(json.loads(brief)))


class Moved(NamedTuple):
    """What the newest month makes of a version, in short."""

    keep: bool
    """Whether it need not change (`planning.comparison`)."""
    reach: float | None
    """Relative change of the expected reach."""
    why: tuple[Text, ...]
    """The groups that came and went, and why."""


def moved(build: Build, version: PlanVersion) -> Moved:
    """A version's brief on the newest month, cached; raises what `compare` raises."""

    def compared() -> Moved:
        found = compare(version.read(), build, make=computed)
        return Moved(found.verdict == "keep", found.reach_change, found.membership())

    return HELD.get((build.path, __name__, "moved", version.hash), compared)


BYTES = 32
SHOWN = 6
DAYS = (1, 365)
"""Fewest and most days a link may be valid."""


def create(request: HttpRequest, made: Plan) -> SavedPlan:
    """Save a new plan with its first version."""
    with one_action():
        plan = SavedPlan.objects.create(owner=_user(request), name=made.name)
        _version(request, plan, made, 1)
        record(request, "plan-create", plan, made.name)
    return plan


def add_version(request: HttpRequest, plan: SavedPlan, made: Plan, after: int) -> PlanVersion:
    """Save another version, if `after` is still the newest; raises `QuestionError` if not.

    An unchanged plan makes no new version.
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


def share(
    request: HttpRequest, version: PlanVersion, days: int, comparison: Comparison | None = None
) -> str:
    """Make a link to a version and return its token, which cannot be shown again.

    With `comparison` the link shows that, as it is now, and nothing else.
    """
    low, high = DAYS
    if not low <= days <= high:
        raise QuestionError(
            Text("공유 기간이 범위를 벗어났습니다.", "The period of sharing is out of range."),
            Text(f"{low}일에서 {high}일 사이로 적어 주세요.", f"Write {low} to {high} days."),
            value=days,
        )
    token = secrets.token_urlsafe(BYTES)
    with one_action():
        ShareLink.objects.create(
            version=version, digest=_digest(token), start=token[:SHOWN],
            expires=timezone.now() + timedelta(days=days),
            comparison=canonical(comparison.document()) if comparison else "",
        )  # fmt: skip
        record(request, "plan-share", version.plan, f"{version.number} {token[:SHOWN]} {days} d")
    return token


def comparison_of(link: ShareLink) -> Comparison:
    """The comparison that a link shows; raises `DataError` if it was changed."""
    return read_comparison(json.loads(link.comparison), link.version.read())


def revoke(request: HttpRequest, link: ShareLink) -> None:
    """Revoke a link. Idempotent."""
    if link.revoked is None:
        with one_action():
            link.revoked = timezone.now()
            link.save(update_fields=["revoked"])
            record(request, "plan-revoke", link.version.plan, link.start)


def shared(token: str) -> ShareLink | None:
    """The link of a token; None if it is unknown, revoked, expired, or its owner disabled."""
    link = (
        ShareLink.objects.select_related("version__plan__owner")
        .filter(digest=_digest(token))
        .first()
    )
    known = link is not None and link.open and link.version.plan.owner.is_active
    return link if known else None


def let(request: HttpRequest, plan: SavedPlan, name: str, level: str) -> None:
    """Set a user's access to a plan: `read`, `edit` or `none`; raises `UnknownChoice`."""
    person = other_person(plan.owner_id, name, level)
    if person is None or level not in {"read", "edit", "none"}:
        raise UnknownChoice(
            Text("사용자나 권한을 찾을 수 없습니다.", "User or permission not found."),
            Text("로그인할 수 있는 다른 사람의 이름을 적어 주세요.",
                 "Enter the name of another user who can sign in."),
            value=name,
        )  # fmt: skip
    with one_action():
        PlanAccess.objects.filter(plan=plan, user=person).delete()
        if level != "none":
            PlanAccess.objects.create(plan=plan, user=person, may_edit=level == "edit")
        record(request, "plan-access", plan, f"{person.get_username()} {level}")


def other_person(owner: int, name: str, level: str) -> User | None:
    """Somebody but the owner whose access may be set; disabled users can only lose theirs."""
    people = User.objects.exclude(pk=owner)
    if level != "none":
        people = people.filter(is_active=True)
    return people.filter(username=name.strip()).first() if "\0" not in name else None


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
             f"{newest.made_by} saved version {newest.number} in the meantime."),
        Text("새 버전을 열어 고친 뒤 다시 저장해 주세요.",
             "Open the new version, and make your changes there."),
    )  # fmt: skip


WORD = Text("삭제", "delete")
"""Word to type before a plan is deleted, in either language."""


def archive(request: HttpRequest, plan: SavedPlan, away: bool) -> None:
    """Archive a plan, or restore it; links and permissions stay."""
    if (plan.archived is not None) != away:
        with one_action():
            plan.archived = timezone.now() if away else None
            plan.save(update_fields=["archived"])
            record(request, "plan-archive" if away else "plan-unarchive", plan, plan.name)


def delete(request: HttpRequest, plan: SavedPlan, word: str) -> None:
    """Delete a plan with all versions and links; raises `QuestionError` without the word."""
    if word.strip().casefold() not in {WORD.ko, WORD.en}:
        raise QuestionError(
            Text("확인 문구가 다릅니다.", "The confirmation does not match."),
            Text(f"‘{WORD.ko}’를 정확히 입력해 주세요.", f"Type “{WORD.en}” exactly."),
            value=word[:40],
        )
    with one_action():
        _revoke_all(request, plan)
        count = plan.versions.count()
        record(request, "plan-delete", plan, f"{plan.owner.get_username()} {count} {plan.name}")
        plan.delete()


def without_owner() -> QuerySet[SavedPlan]:
    """Plans whose owners may not sign in any more."""
    return SavedPlan.objects.filter(owner__is_active=False).select_related("owner")


def estates() -> list[tuple[str, int]]:
    """Disabled users who own plans, by name, and the number of plans."""
    left = User.objects.filter(is_active=False, plans__isnull=False).order_by("username")
    return [(user.username, user.count) for user in left.annotate(count=Count("plans"))]


def heirs() -> list[User]:
    """Users who can own plans, by name."""
    active = User.objects.filter(is_active=True).prefetch_related("groups").order_by("username")
    return [user for user in active if allows(user, Role.PLANNER)]


NOBODY = Text("넘길 계획이나 받을 사용자가 없습니다.", "Plans or planner not found.")


def hand_over(request: HttpRequest, former: str, heir: str) -> int:
    """Give all plans of a disabled user to a planner; returns their number.

    Links made by the former owner stay invalid. Raises `UnknownChoice`.
    """
    to = next((user for user in heirs() if user.username == heir.strip()), None)
    plans = list(without_owner().filter(owner__username=former.replace("\0", "").strip()))
    if to is None or not plans:
        raise UnknownChoice(
            NOBODY,
            Text("정지된 사용자의 계획을, 계획을 만들 수 있는 사용자에게 넘길 수 있습니다.",
                 "Plans of disabled users can be transferred to a user who can make plans."),
            value=heir if to is None else former,
        )  # fmt: skip
    with one_action():
        for plan in plans:
            _revoke_all(request, plan)
            plan.accesses.filter(user=to).delete()
            plan.owner = to
            plan.save(update_fields=["owner"])
            record(request, "plan-hand-over", plan, f"{former} {to.username}")
    return len(plans)


def _revoke_all(request: HttpRequest, plan: SavedPlan) -> None:
    links = ShareLink.objects.filter(version__plan=plan, revoked=None, expires__gt=timezone.now())
    for link in links.select_related("version__plan"):
        revoke(request, link)
