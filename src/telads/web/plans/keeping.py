"""Plans put away, deleted, and handed over; each written down in the log of actions."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from telads.errors import QuestionError, UnknownChoice
from telads.language import Text
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, allows
from telads.web.plans.models import SavedPlan, ShareLink
from telads.web.plans.store import revoke

WORD = Text("삭제", "delete")
"""What is to be typed before a plan is deleted, in either language."""


def archive(request: HttpRequest, plan: SavedPlan, away: bool) -> None:
    """Put a plan away, or take it out again; links and people's rights stay as they are."""
    if (plan.archived is not None) != away:
        with one_action():
            plan.archived = timezone.now() if away else None
            plan.save(update_fields=["archived"])
            record(request, "plan-archive" if away else "plan-unarchive", plan, plan.name)


def delete(request: HttpRequest, plan: SavedPlan, word: str) -> None:
    """Delete a plan with all versions and links; raises `QuestionError` without the word."""
    if word.strip().casefold() not in {WORD.ko, WORD.en}:
        raise QuestionError(
            Text("확인하는 낱말이 다릅니다.", "The word of confirmation is another one."),
            Text(f"지우시려면 {WORD.ko}라고 적어 주십시오.", f"To delete it, type {WORD.en}."),
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


def heirs() -> list[User]:
    """Those who can own plans, by name."""
    active = User.objects.filter(is_active=True).prefetch_related("groups").order_by("username")
    return [user for user in active if allows(user, Role.PLANNER)]


def hand_over(request: HttpRequest, former: str, heir: str) -> int:
    """Give all plans of somebody who is disabled to a planner; how many they were.

    Links that the former owner made do not come to life again. Raises `UnknownChoice`.
    """
    to = next((user for user in heirs() if user.username == heir.strip()), None)
    plans = list(without_owner().filter(owner__username=former.replace("\0", "").strip()))
    if to is None or not plans:
        raise UnknownChoice(
            Text("넘길 계획이나 받을 분이 없습니다.",
                 "There are no such plans, or no such planner."),
            Text("정지된 분의 계획을, 계획을 만들 수 있는 분께 넘길 수 있습니다.",
                 "Plans of somebody disabled can go to somebody who may make plans."),
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
