"""Pages of accounts: signing in and out, and the password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from telads.language import Text
from telads.web import current
from telads.web.accounts.attempts import locked_out
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, required, way_back
from telads.web.errors import answer_with

SINGLE_SIGN_ON_NAME = Text("통합 로그인", "single sign-on")


class NameAndPassword(AuthenticationForm):
    """The form of the page to sign in."""

    error_messages = {  # noqa: RUF012 - as Django declares it
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "Name or password is wrong. Capital and small letters count."
        ),
    }


class SignIn(auth.LoginView):
    """`/account/sign-in/`."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/sign_in.html"
    authentication_form = NameAndPassword
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """What was asked for before, unless that leads away or nowhere."""
        return way_back(super().get_redirect_url())

    def get_default_redirect_url(self) -> str:
        """Where people go who asked for nothing else."""
        return reverse("home")

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        """With the single sign-on's name, if there is one."""
        settings = current.settings()
        lang = current.language(self.request)
        named = (settings.oidc_name or SINGLE_SIGN_ON_NAME(lang)) if settings.oidc_issuer else ""
        return super().get_context_data(**known, single_sign_on=named, closed=settings.closed)


class SignOut(auth.LogoutView):
    """`/account/sign-out/`, by a form only."""

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """What was asked for, unless that leads away or nowhere."""
        return way_back(super().get_redirect_url())

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
        with one_action():
            form.save()
            update_session_auth_hash(self.request, form.user)
            record(self.request, "password", form.user.get_username())
        return self.render_to_response(self.get_context_data(form=form, done=True))


@require_safe
def single_sign_on(request: HttpRequest) -> HttpResponseBase:
    """`/account/sso/?next=/plans/`: on to the provider; 404 where there is none."""
    if not current.settings().oidc_issuer:
        raise Http404
    from telads.web.accounts.sso import begin  # its libraries are only there if it is wanted

    return begin(request)


@require_safe
def single_sign_on_return(request: HttpRequest) -> HttpResponseBase:
    """`/sso/return/?code=...&state=...`: back from the provider."""
    if not current.settings().oidc_issuer:
        raise Http404
    from telads.web.accounts.sso import come_back

    return come_back(request)


def locked(request: HttpRequest, *args: Any, **facts: Any) -> HttpResponseBase:
    """What django-axes answers after too many attempts."""
    return answer_with(request, locked_out(request), 429)
