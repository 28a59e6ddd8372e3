"""Pages on which administrators look after people; each action stands in the log."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.answers.choices import one_of
from telads.language import Lang, Text
from telads.web import current
from telads.web.accounts import people
from telads.web.accounts.attempts import locked_addresses, locked_names
from telads.web.accounts.links import make_link
from telads.web.accounts.roles import Role, required
from telads.web.selects import Select, select

STATES: dict[str, Text] = {
    "active": Text("사용 중", "active"),
    "invited": Text("초대함", "invited"),
    "locked": Text("로그인 잠김", "locked"),
    "disabled": Text("정지", "disabled"),
}


class Person(NamedTuple):
    """Somebody as the pages show him."""

    user: User
    role: str
    state: str
    state_text: str


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def users(request: HttpRequest) -> HttpResponse:
    """`/account/users/`: everybody; a POST invites somebody and shows the link this once."""
    lang = current.language(request)
    if request.method == "POST":
        role = _role(request)
        user = people.invite(request.POST.get("name", ""), role, _by(request))
        return _page(request, user, make_link(request, user))
    locked = locked_names()
    facts = {
        "people": [_person(user, locked, lang) for user in people.listed()],
        "roles": _roles(None, lang),
        "addresses": len(locked_addresses()),
    }
    return render(request, "accounts/users.html", facts)


@require_safe
@required(Role.ADMINISTRATOR)
def person(request: HttpRequest, number: int) -> HttpResponse:
    """`/account/users/5/`: somebody, and what can be done."""
    return _page(request, get_object_or_404(User, pk=number))


@require_POST
@required(Role.ADMINISTRATOR)
def link(request: HttpRequest, number: int) -> HttpResponse:
    """`/account/users/5/link/`: a link to choose a password; its address is shown this once."""
    user = get_object_or_404(User, pk=number)
    return _page(request, user, make_link(request, user))


@require_POST
@required(Role.ADMINISTRATOR)
def unlock_addresses(request: HttpRequest) -> HttpResponse:
    """`/account/users/addresses/unlock/`: people may sign in again from locked addresses."""
    people.unlock_addresses(_by(request))
    return redirect("users")


@require_POST
@required(Role.ADMINISTRATOR)
def change(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """`/account/users/5/role/`, `.../disable/`, `.../enable/`, `.../unlock/`."""
    name = get_object_or_404(User, pk=number).username
    by = _by(request)
    if what == "role":
        people.set_role(name, _role(request), by)
    elif what == "unlock":
        people.unlock(name, by)
    else:
        people.set_active(name, what == "enable", by)
    return redirect("person", number)


def _page(request: HttpRequest, user: User, address: str = "") -> HttpResponse:
    """The page of somebody; with the address of a link that was made just now."""
    lang = current.language(request)
    shown = _person(user, locked_names(), lang)
    facts: dict[str, Any] = {
        "person": shown,
        "own": user == request.user,
        "roles": _roles(people.role_name(user), lang),
        "address": address,
        "minutes": current.settings().sign_in_lock_minutes,
    }
    return render(request, "accounts/person.html", facts)


def _person(user: User, locked: set[str], lang: Lang) -> Person:
    role = people.role_name(user)
    state = _state(user, locked)
    return Person(user, Role(role).text(lang) if role else "–", state, STATES[state](lang))


def _state(user: User, locked: set[str]) -> str:
    if not user.is_active:
        return "disabled"
    if user.username in locked:
        return "locked"
    enters = user.has_usable_password() or hasattr(user, "single_sign_on")
    return "active" if enters else "invited"


def _roles(chosen: str | None, lang: Lang) -> Select:
    roles = [(str(role), role.text) for role in Role]
    return select("role", Text("역할", "Role"), roles, chosen or Role.VIEWER, lang)


def _role(request: HttpRequest) -> Role:
    named = request.POST.get("role", "")
    if named not in tuple(Role):
        raise one_of(Text("역할", "role"), named, tuple(Role))
    return Role(named)


def _by(request: HttpRequest) -> str:
    return request.user.get_username()
