"""`/admin/`: the doors of administrators, and `/account/log/`, what was done.

Django's own administration is not mounted: it knows other rights than the roles here, would change
people without the log and without the guard of the last administrator, and would open everybody's
plans, which no role does.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.language import Text
from telads.web import current
from telads.web.accounts.attempts import locked_names
from telads.web.accounts.audit import ACTIONS, Told, kept_name, told
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.people import listed
from telads.web.accounts.roles import Role, required
from telads.web.selects import select

LOG_PAGE = 100
"""Entries of the log on one page."""
LATEST = 8
"""Entries of the log on the first page of administrators."""
ANY = Text("모두", "any")


@require_safe
@required(Role.ADMINISTRATOR)
def admin(request: HttpRequest) -> HttpResponse:
    """`/admin/`."""
    people = listed()
    facts = {
        "active": sum(user.is_active for user in people),
        "disabled": sum(not user.is_active for user in people),
        "locked": len(locked_names()),
        "entries": _told(request, AuditEntry.objects.all()[:LATEST]),
    }
    return render(request, "accounts/admin.html", facts)


@require_safe
@required(Role.ADMINISTRATOR)
def log(request: HttpRequest) -> HttpResponse:
    """`/account/log/?who=kim&action=plan-share&page=2`: what was done, the newest first."""
    lang = current.language(request)
    who, action = (request.GET.get(name, "").replace("\0", "") for name in ("who", "action"))
    found = AuditEntry.objects.all()
    found = found.filter(who=kept_name(who)) if who else found
    found = found.filter(action=action) if action else found
    page = Paginator(found, LOG_PAGE).get_page(request.GET.get("page"))
    kinds = [("", ANY), *sorted(ACTIONS.items(), key=lambda item: item[1](lang))]
    facts = {
        "page": page,
        "entries": _told(request, page.object_list),
        "who": who,
        "actions": select("action", Text("한 일", "What"), kinds, action, lang),
    }
    return render(request, "accounts/log.html", facts)


def _told(request: HttpRequest, entries: Iterable[AuditEntry]) -> list[Told]:
    """Entries in words."""
    lang = current.language(request)
    return [told(entry, lang) for entry in entries]
