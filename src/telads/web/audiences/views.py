"""Pages of saved audiences: `/audiences/saved/`, one audience, and two compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.errors import QuestionError
from telads.planning.plan import canonical
from telads.planning.rules import read_rules
from telads.planning.words import rules_text
from telads.web import request_state
from telads.web.accounts.roles import Role, owns, required
from telads.web.audiences import present, services
from telads.web.audiences.forms import AudienceForm, NewNameForm, SharingForm
from telads.web.audiences.services import audience_for
from telads.web.pages.audiences.forms import described_of, whole_in
from telads.web.pages.campaign import forms as campaign
from telads.web.sorting import Sorting


@require_safe
@required(Role.VIEWER)
def saved(request: HttpRequest) -> HttpResponse:
    """`/audiences/saved/`: own audiences, and those shared with the user."""
    user, build = _user(request), request_state.build(request)
    rows = [present.listed(build, one, services.plans_of(user, one))
            for one in services.visible(user)]  # fmt: skip
    lists = {
        "own": [row for row in rows if row.saved.owner_id == user.pk],
        "others": [row for row in rows if row.saved.owner_id != user.pk],
    }
    orders = {name: Sorting(request, name, COLUMNS) for name in lists}
    facts = {name: orders[name].rows(of) for name, of in lists.items()}
    return render(
        request, "saved/list.html", {**facts, "orders": orders, "month": build.months[-1]}
    )


COLUMNS: dict[str, Callable[[present.Row], Any]] = {
    "name": lambda row: row.saved.name.casefold(),
    "people": lambda row: row.size,
    "owner": lambda row: row.saved.owner.get_username(),
}
"""What the lists of audiences can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def new(request: HttpRequest) -> HttpResponse:
    """`/audiences/saved/new/?service=delivery&age=20`: the audience of these fields, to be named.

    With `from=campaign` it is that of the campaign page.
    """
    if request.method == "POST":
        form = AudienceForm(request.POST)
        if form.is_valid():
            with form.refusals():
                rules = read_rules(form.cleaned_data["rules"])
                made = services.create(request, form.cleaned_data["name"], rules)
                return redirect("audience", made.pk)
    else:
        form = AudienceForm(initial={"rules": canonical(_asked(request))})
    facts: dict[str, Any] = {"form": form}
    try:
        rules = read_rules(form.fields["rules"].clean(form["rules"].value()))
        facts["told"] = rules_text(rules.document())
        facts["size"] = present.size_of(request_state.build(request), rules)
    except (QuestionError, ValidationError):
        pass  # reported by the form
    return render(request, "saved/new.html", facts, status=400 if form.errors else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The rules of an address; raises what its reading raises."""
    if request.GET.get("from") != "campaign":
        return described_of(request.GET).rules().document()
    build, lang = request_state.build(request), request_state.language(request)
    choice = campaign.choice_of(build, request.GET, lang)
    return campaign.chosen(build, choice, lang).rules.document()


@require_safe
@required(Role.VIEWER)
def shown(request: HttpRequest, number: int) -> HttpResponse:
    """`/audiences/saved/3/`."""
    return _page(request, number)


def _page(
    request: HttpRequest, number: int, name: NewNameForm | None = None,
    sharing: SharingForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of an audience, with a refused form."""
    found, user = audience_for(request, number), _user(request)
    build, lang = request_state.build(request), request_state.language(request)
    own = owns(user, found)
    facts = {
        "audience": found,
        **present.page(build, found, lang),
        "used": services.plans_of(user, found),
        "others": [one for one in services.visible(user) if one.pk != found.pk],
        "own": own,
        "accesses": found.accesses.select_related("user") if own else (),
        "name": name or NewNameForm(initial={"name": found.name}),
        "sharing": sharing or SharingForm(),
    }
    return render(request, "saved/audience.html", facts, status=400 if name or sharing else 200)


@require_POST
@required(Role.VIEWER)
def rename(request: HttpRequest, number: int) -> HttpResponse:
    """`/audiences/saved/3/rename/`."""
    found, form = audience_for(request, number, own=True), NewNameForm(request.POST)
    if not form.is_valid():
        return _page(request, number, name=form)
    services.rename(request, found, form.cleaned_data["name"])
    return redirect("audience", number)


@require_POST
@required(Role.VIEWER)
def access(request: HttpRequest, number: int) -> HttpResponse:
    """`/audiences/saved/3/access/`: set a user's access."""
    found, form = audience_for(request, number, own=True), SharingForm(request.POST)
    if form.is_valid():
        with form.refusals("who"):
            read = form.cleaned_data
            services.let(request, found, read["who"], read["level"])
            return redirect("audience", number)
    return _page(request, number, sharing=form)


@require_POST
@required(Role.VIEWER)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """`/audiences/saved/3/delete/`."""
    services.delete(request, audience_for(request, number, own=True))
    return redirect("audiences-saved")


@require_safe
@required(Role.VIEWER)
def compare(request: HttpRequest) -> HttpResponse:
    """`/audiences/saved/compare/?a=3&b=5`: two audiences in a month, the newest by default."""
    build, lang = request_state.build(request), request_state.language(request)
    first, second = (audience_for(request, whole_in(request.GET.get(name) or "0"))
                     for name in ("a", "b"))  # fmt: skip
    facts = present.comparison(build, first, second, request.GET.get("month") or None, lang)
    swapped = {"a": second.pk, "b": first.pk, "month": str(facts["month"])}
    facts["swapped"] = reverse("audience-compare", query=swapped)
    facts["every"] = services.visible(_user(request))
    return render(request, "saved/compare.html", facts)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # views are closed to visitors
    return request.user
