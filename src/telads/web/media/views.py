"""Pages of the media catalogue, for planners: `/media/` and a page for each medium."""

from __future__ import annotations

from operator import attrgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from telads.errors import QuestionError
from telads.web import request_state
from telads.web.accounts.roles import Role, required
from telads.web.components import filled_columns
from telads.web.media import services
from telads.web.media.forms import MediumForm, typed_from
from telads.web.media.models import Medium
from telads.web.sorting import Sorting

COLUMNS = ("name", "price", "minimum", "cap", "ceiling", "priced")
"""What the media can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def media(request: HttpRequest) -> HttpResponse:
    """`/media/`: all media; a POST adds one."""
    form = MediumForm(request.POST or None, initial={"priced": timezone.localdate()})
    if request.method == "POST" and _put(request, form):
        return redirect("media")
    found = services.catalogue(request_state.language(request))
    order = Sorting(request, "media", {name: attrgetter(name) for name in COLUMNS}, "name")
    facts = {
        "order": order,
        "form": form,
        "media": order.rows(found),
        "examples": all(medium.example for medium in found),
        "shown": filled_columns(found, ("minimum", "cap", "ceiling", "note")),
    }
    return render(request, "media/list.html", facts, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def medium(request: HttpRequest, number: int) -> HttpResponse:
    """`/media/3/`: the form of a medium."""
    found = get_object_or_404(Medium, pk=number)
    opened = {**typed_from(found), "seen": services.state(found)}
    form = MediumForm(request.POST or None, initial=opened)
    if request.method == "POST" and _put(request, form, found):
        return redirect("media")
    facts = {"form": form, "medium": found}
    return render(request, "media/medium.html", facts, status=400 if form.errors else 200)


@require_POST
@required(Role.PLANNER)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """`/media/3/remove/`."""
    services.remove(request, get_object_or_404(Medium, pk=number))
    return redirect("media")


def _put(request: HttpRequest, form: MediumForm, former: Medium | None = None) -> bool:
    """Whether the form was valid and is saved."""
    if not form.is_valid():
        return False
    try:
        read = form.cleaned_data
        services.put(request, form.document(), read["priced"], read["note"], former, read["seen"])
    except QuestionError as error:
        form.refuse(error)
        return False
    return True
