"""Pages of accounts: signing in and out, the password, and the log of what was done."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordChangeForm
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from telads.errors import TeladsError
from telads.language import Text
from telads.web import current
from telads.web.accounts.audit import ACTIONS, record
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role, required
from telads.web.errors import answer_with

LOG_PAGE = 100
"""Entries of the log on one page."""

LOCKED = TeladsError(
    Text("로그인 시도가 너무 많아 잠시 잠갔습니다.", "Too many attempts: signing in is locked."),
    Text("15분 뒤에 다시 해 주십시오. 비밀번호를 잊으셨다면 관리자에게 알려 주십시오.",
         "Try again in 15 minutes. If you forgot the password, tell your administrator."),
)  # fmt: skip


class SignIn(auth.LoginView):
    """`/account/sign-in/`."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Where people go who asked for nothing else."""
        return reverse("home")


class SignOut(auth.LogoutView):
    """`/account/sign-out/`, by a form only."""

    def get_default_redirect_url(self) -> str:
        """The page for visitors."""
        return reverse("home")


@method_decorator(required(Role.VIEWER), name="dispatch")
class Password(auth.PasswordChangeView):
    """`/account/password/`; other sessions of the same person end."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/password.html"

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Change it, write it down, and say so."""
        form.save()
        update_session_auth_hash(self.request, form.user)
        record(self.request, "password", form.user.get_username())
        return self.render_to_response(self.get_context_data(form=form, done=True))


@require_safe
@required(Role.ADMINISTRATOR)
def log(request: HttpRequest) -> HttpResponse:
    """`/account/log/?page=2`: what was done, the newest first."""
    page = Paginator(AuditEntry.objects.all(), LOG_PAGE).get_page(request.GET.get("page"))
    lang = current.language(request)
    entries = [(entry, ACTIONS[entry.action](lang) if entry.action in ACTIONS else entry.action)
               for entry in page.object_list]  # fmt: skip
    return render(request, "accounts/log.html", {"page": page, "entries": entries})


def locked(request: HttpRequest, *args: Any, **facts: Any) -> HttpResponseBase:
    """What django-axes answers after too many attempts."""
    return answer_with(request, LOCKED, 429)
