"""Saved audiences: permissions, saving, sharing, removal; each action is logged.

An audience that a user may not see does not exist for them: 404, not 403. Its owner shares it with
other users by name; they see it, compare it and plan with it. No role, not even administrator,
opens other users' audiences. Who has no account gets the address of the audience page instead,
which holds the rules.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from telads.errors import UnknownChoice
from telads.planning.plan import canonical
from telads.planning.rules import Rules
from telads.text import Text
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import visible_one
from telads.web.audiences.models import AudienceAccess, SavedAudience
from telads.web.plans.models import SavedPlan
from telads.web.plans.services import other_person
from telads.web.plans.services import visible as visible_plans


def visible(user: User) -> QuerySet[SavedAudience]:
    """The audiences that a user may see."""
    shared = Q(owner=user) | Q(accesses__user=user)
    return SavedAudience.objects.filter(shared).select_related("owner").distinct()


def audience_for(request: HttpRequest, number: int, own: bool = False) -> SavedAudience:
    """An audience, if the user may see or, with `own`, change it.

    Raises `Http404`, `PermissionDenied`.
    """
    return visible_one(request, visible, number, own)


def create(request: HttpRequest, name: str, rules: Rules) -> SavedAudience:
    """Save rules under a name."""
    if not isinstance(request.user, User):
        raise TypeError("audiences are saved by people who are signed in")
    with one_action():
        saved = SavedAudience.objects.create(
            owner=request.user, name=name, rules=canonical(rules.document())
        )
        record(request, "audience-create", saved, name)
    return saved


def rename(request: HttpRequest, audience: SavedAudience, name: str) -> None:
    """Give an audience another name. Idempotent."""
    if audience.name != name:
        with one_action():
            audience.name = name
            audience.save(update_fields=["name"])
            record(request, "audience-rename", audience, name)


def let(request: HttpRequest, audience: SavedAudience, name: str, level: str) -> None:
    """Set a user's access: `read` or `none`; raises `UnknownChoice`."""
    person = other_person(audience.owner_id, name, level)
    if person is None:
        raise UnknownChoice(
            Text("이 이름의 사용자가 없습니다.", "There is no user of this name."),
            Text("로그인할 수 있는 다른 사용자의 이름을 적어 주세요.",
                 "Write the name of somebody else who may sign in."),
            value=name,
        )  # fmt: skip
    with one_action():
        AudienceAccess.objects.filter(audience=audience, user=person).delete()
        if level != "none":
            AudienceAccess.objects.create(audience=audience, user=person)
        record(request, "audience-access", audience, f"{person.get_username()} {level}")


def delete(request: HttpRequest, audience: SavedAudience) -> None:
    """Delete an audience. Plans made of it hold its rules in themselves."""
    with one_action():
        record(request, "audience-delete", audience, audience.name)
        audience.delete()


def plans_of(user: User, audience: SavedAudience) -> list[SavedPlan]:
    """Plans visible to a user with a version for these rules, newest first."""
    # Both texts are canonical JSON, so the rules stand in a plan letter by letter.
    told = f'"audience":{audience.rules}'
    return list(visible_plans(user).filter(versions__document__contains=told).distinct())
