"""Pages of accounts: signing in and out, the password, users, and the log of actions.

`/account/users/`: user management; each action is logged. `/admin/`: entry page of administrators.
`/account/log/`: the log of actions.

Django's own administration is not mounted: it has other permissions than the roles here, would
change users without the log and without protecting the last administrator, and would open
everybody's plans, which no role does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Case, F, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.text import Lang, Text
from telads.web import request_state
from telads.web.accounts import people
from telads.web.accounts.attempts import locked_addresses, locked_names, locked_out
from telads.web.accounts.audit import ACTIONS, Told, kept_name, one_action, record, told
from telads.web.accounts.forms import Invitation, NameAndPassword, RoleForm
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.people import listed, make_link
from telads.web.accounts.roles import Role, required, way_back
from telads.web.components import filled_columns, select
from telads.web.errors import answer_with
from telads.web.sorting import Sorting
from telads.wording import DISABLED

SINGLE_SIGN_ON_NAME = Text("통합 로그인", "single sign-on")


class SignIn(auth.LoginView):
    """`/account/sign-in/`."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/sign_in.html"
    authentication_form = NameAndPassword
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page requested before, unless it is off this site or shows nothing."""
        return way_back(super().get_redirect_url())

    def get_default_redirect_url(self) -> str:
        """Target if no page was requested."""
        return reverse("home")

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        """Adds the name of the single sign-on, if configured."""
        settings = request_state.settings()
        lang = request_state.language(self.request)
        named = (settings.oidc_name or SINGLE_SIGN_ON_NAME(lang)) if settings.oidc_issuer else ""
        return super().get_context_data(**known, single_sign_on=named, closed=settings.closed)


class SignOut(auth.LogoutView):
    """`/account/sign-out/`, by POST only."""

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The requested page, unless it is off this site or shows nothing."""
        return way_back(super().get_redirect_url())

    def get_default_redirect_url(self) -> str:
        """The page for visitors."""
        return reverse("home")


@method_decorator(required(Role.VIEWER), name="dispatch")
class Password(auth.PasswordChangeView):
    """`/account/password/`; the user's other sessions end."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/password.html"

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Change it, record it, and confirm."""
        with one_action():
            form.save()
            update_session_auth_hash(self.request, form.user)
            record(self.request, "password", form.user.get_username())
        return self.render_to_response(self.get_context_data(form=form, done=True))


@require_safe
def single_sign_on(request: HttpRequest) -> HttpResponseBase:
    """`/account/sso/?next=/plans/`: redirect to the provider; 404 if not configured."""
    if not request_state.settings().oidc_issuer:
        raise Http404
    from telads.web.accounts.sso import begin  # its libraries are an optional dependency

    return begin(request)


@require_safe
def single_sign_on_return(request: HttpRequest) -> HttpResponseBase:
    """`/sso/return/?code=...&state=...`: the return from the provider."""
    if not request_state.settings().oidc_issuer:
        raise Http404
    from telads.web.accounts.sso import come_back

    return come_back(request)


def locked(request: HttpRequest, *args: Any, **facts: Any) -> HttpResponseBase:
    """Response of django-axes after too many attempts."""
    return answer_with(request, locked_out(request), 429)


STATES: dict[str, Text] = {
    "active": Text("사용 중", "active"),
    "invited": Text("초대함", "invited"),
    "locked": Text("로그인 잠김", "locked"),
    "disabled": DISABLED,
}


class Person(NamedTuple):
    """A displayed user."""

    user: User
    role: str
    state: str
    state_text: str


USERS: dict[str, Callable[[Person], Any]] = {
    "name": lambda one: one.user.username.casefold(),
    "role": lambda one: one.role,
    "state": lambda one: one.state_text,
    "last": lambda one: one.user.last_login,
    "since": lambda one: one.user.date_joined,
}
"""What the list of users can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def users(request: HttpRequest) -> HttpResponse:
    """`/account/users/`: all users; a POST invites one and shows the link once."""
    form = Invitation(request.POST) if request.method == "POST" else Invitation()
    if form.is_valid():
        with form.refusals("name"):
            user = people.invite(form.cleaned_data["name"], form.cleaned_data["role"], _by(request))
            return _page(request, user, make_link(request, user))
    lang = request_state.language(request)
    locked = locked_names()
    order = Sorting(request, "users", USERS, "name")
    facts = {
        "form": form,
        "order": order,
        "people": order.rows(_person(user, locked, lang) for user in people.listed()),
        "addresses": len(locked_addresses()),
    }
    return render(request, "accounts/users.html", facts, status=400 if form.errors else 200)


@require_safe
@required(Role.ADMINISTRATOR)
def person(request: HttpRequest, number: int) -> HttpResponse:
    """`/account/users/5/`: a user, and the possible actions."""
    return _page(request, get_object_or_404(User, pk=number))


@require_POST
@required(Role.ADMINISTRATOR)
def link(request: HttpRequest, number: int) -> HttpResponse:
    """`/account/users/5/link/`: make a password link; its address is shown once."""
    user = get_object_or_404(User, pk=number)
    return _page(request, user, make_link(request, user))


@require_POST
@required(Role.ADMINISTRATOR)
def unlock_addresses(request: HttpRequest) -> HttpResponse:
    """`/account/users/addresses/unlock/`: reset locked addresses."""
    people.unlock_addresses(_by(request))
    return redirect("users")


@require_POST
@required(Role.ADMINISTRATOR)
def set_role(request: HttpRequest, number: int) -> HttpResponse:
    """`/account/users/5/role/`."""
    user = get_object_or_404(User, pk=number)
    form = RoleForm(request.POST)
    if form.is_valid():
        with form.refusals("role"):
            people.set_role(user.username, form.cleaned_data["role"], _by(request))
            return redirect("person", number)
    return _page(request, user, form=form)


@require_POST
@required(Role.ADMINISTRATOR)
def change(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """`/account/users/5/disable/`, `.../enable/`, `.../unlock/`."""
    name = get_object_or_404(User, pk=number).username
    by = _by(request)
    if what == "unlock":
        people.unlock(name, by)
    else:
        people.set_active(name, what == "enable", by)
    return redirect("person", number)


def _page(
    request: HttpRequest, user: User, address: str = "", form: RoleForm | None = None
) -> HttpResponse:
    """The page of a user, with `address` of a link just made, or a refused form.

    Until a role is assigned, that of a viewer is offered.
    """
    lang = request_state.language(request)
    shown = _person(user, locked_names(), lang)
    facts: dict[str, Any] = {
        "person": shown,
        "own": user == request.user,
        "form": form or RoleForm(initial={"role": people.role_name(user) or Role.VIEWER.value}),
        "address": address,
        "minutes": request_state.settings().sign_in_lock_minutes,
    }
    return render(request, "accounts/person.html", facts, status=400 if form else 200)


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


def _by(request: HttpRequest) -> str:
    return request.user.get_username()


LOG_PAGE = 100
"""Log entries on one page."""
LATEST = 8
"""Log entries on the administrators' entry page."""
ANY = Text("모두", "any")
LOG = ("when", "who", "action")
"""What the log can be sorted by."""
ENTRY = ("thing", "detail")
"""Columns of the log that are left out where no entry has them."""


@require_safe
@required(Role.ADMINISTRATOR)
def admin(request: HttpRequest) -> HttpResponse:
    """`/admin/`."""
    people, entries = listed(), _told(request, AuditEntry.objects.all()[:LATEST])
    facts = {
        "active": sum(user.is_active for user in people),
        "disabled": sum(not user.is_active for user in people),
        "locked": len(locked_names()),
        "entries": entries,
        "shown": filled_columns(entries, ENTRY),
    }
    return render(request, "accounts/admin.html", facts)


@require_safe
@required(Role.ADMINISTRATOR)
def log(request: HttpRequest) -> HttpResponse:
    """`/account/log/?who=kim&action=plan-share&page=2`: the log of actions, newest first."""
    lang = request_state.language(request)
    who, action = (request.GET.get(name, "").replace("\0", "") for name in ("who", "action"))
    found = AuditEntry.objects.all()
    found = found.filter(who=kept_name(who)) if who else found
    found = found.filter(action=action) if action else found
    order = Sorting(request, "log", {name: attrgetter(name) for name in LOG}, "-when")
    ordered = order.stored(found, when=F("pk"), action=_in_words(lang))
    page = Paginator(ordered, LOG_PAGE).get_page(request.GET.get("page"))
    kinds = [("", ANY), *sorted(ACTIONS.items(), key=lambda item: item[1](lang))]
    entries = _told(request, page.object_list)
    facts = {
        "page": page,
        "order": order,
        "entries": entries,
        "shown": filled_columns(entries, ENTRY),
        "who": who,
        "actions": select("action", Text("한 일", "What"), kinds, action, lang),
    }
    return render(request, "accounts/log.html", facts)


def _in_words(lang: Lang) -> Case:
    """Actions in the order of their words, which are not those that are stored."""
    known = sorted(ACTIONS, key=lambda action: ACTIONS[action](lang))
    ranks = [When(action=action, then=Value(rank)) for rank, action in enumerate(known)]
    return Case(*ranks, default=Value(len(known)))


def _told(request: HttpRequest, entries: Iterable[AuditEntry]) -> list[Told]:
    """Displayed entries."""
    lang = request_state.language(request)
    return [told(entry, lang) for entry in entries]
