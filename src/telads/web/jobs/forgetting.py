"""`/admin-data/months/2023-08/forget/`: a wrong month is taken back, after a look at what goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from telads.errors import DataError, UnknownChoice
from telads.model import Month
from telads.web import current
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.jobs.overview import LOCK_SECONDS
from telads.web.jobs.starting import start
from telads.withdraw import withdraw


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def forget(request: HttpRequest, month: str) -> HttpResponse:
    """The question, and with POST the deed: out of the ledger now, and a job that builds without.

    The form names the very file that was shown, so one that came in its place since stays.
    """
    label = _label(month)
    entry = current.workspace().ledger().current().get(label)
    if entry is None:
        raise Http404
    wrong = None
    if request.method == "POST":
        settings = replace(current.settings(), lock_seconds=LOCK_SECONDS)
        shown = request.POST.get("file", "")
        name = request.user.get_username()
        try:
            gone = withdraw(current.workspace(), label, name, settings, sha256=shown)
        except DataError as error:
            error.facts.pop("file", None)  # the page names it
            wrong = error
            entry = current.workspace().ledger().current().get(label, entry)
        else:
            if gone:
                record(request, "data-forget", f"month {label}", f"{gone.file} {gone.sha256[:8]}")
            return redirect("admin-job", start(request, None).pk)
    facts = {
        "entry": entry,
        "label": str(label),
        "when": datetime.fromisoformat(entry.taken),
        "wrong": wrong.line(current.language(request)) if wrong else "",
    }
    return render(request, "jobs/forget.html", facts, status=409 if wrong else 200)


def _label(month: str) -> Month:
    """The month of an address; raises `Http404`."""
    try:
        return Month.parse(month)
    except UnknownChoice:
        raise Http404 from None
