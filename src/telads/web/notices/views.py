"""The page of a user's notices: `/account/notices/`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from telads.text import Text
from telads.web import request_state
from telads.web.accounts.roles import Role, required
from telads.web.notices import services
from telads.web.notices.forms import NoticeForm
from telads.web.notices.models import Notice, State, Subscription

LATEST = 10
"""Notices shown on the page."""
STATES: dict[str, Text] = {
    State.WAITING: Text("대기 중", "waiting"),
    State.SENT: Text("보냄", "sent"),
    State.FAILED: Text("보내지 못함", "not sent"),
}
CHANNELS: dict[str, Text] = {
    "mail": Text("이메일", "e-mail"),
    "webhook": Text("웹훅", "webhook"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def notices(request: HttpRequest) -> HttpResponse:
    """The form; a POST saves it, and shows the key of a new webhook once."""
    user = _user(request)
    former = Subscription.objects.filter(user=user).first()
    if request.method != "POST":
        return _page(request, user, former)
    form = NoticeForm(request.POST)
    if form.is_valid():
        mail = form.cleaned_data["mail"] if request_state.settings().smtp_host else ""
        with form.refusals("webhook"):
            saved = services.put(request, user, mail, form.cleaned_data["webhook"].strip())
            new = saved.secret if saved.webhook and (
                former is None or former.secret != saved.secret) else ""  # fmt: skip
            return _page(request, user, saved, secret=new, done=True)
    return _page(request, user, former, form)


@require_POST
@required(Role.PLANNER)
def secret(request: HttpRequest) -> HttpResponse:
    """`/account/notices/secret/`: a new key for the webhook, shown once."""
    user = _user(request)
    renewed = services.renew_secret(request, user)
    return _page(request, user, renewed, secret=renewed.secret if renewed else "")


def _page(
    request: HttpRequest,
    user: User,
    saved: Subscription | None,
    form: NoticeForm | None = None,
    *,
    secret: str = "",
    done: bool = False,
) -> HttpResponse:
    lang = request_state.language(request)
    given = {"mail": saved.mail, "webhook": saved.webhook} if saved else {}
    rows: list[dict[str, Any]] = [
        {
            "month": notice.month, "channel": CHANNELS[notice.channel], "when": notice.created,
            "state": STATES[notice.state], "attempts": notice.attempts,
            "problem": notice.problem[0 if lang == "ko" else 1] if notice.problem else "",
        }
        for notice in Notice.objects.filter(user=user)[:LATEST]
    ]  # fmt: skip
    facts = {
        "form": form or NoticeForm(initial=given),
        "mailed": bool(request_state.settings().smtp_host),
        "webhook": saved.webhook if saved else "",
        "secret": secret,
        "done": done,
        "notices": rows,
    }
    return render(request, "notices/page.html", facts, status=400 if form else 200)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("notices are asked for by people who are signed in")
    return request.user
