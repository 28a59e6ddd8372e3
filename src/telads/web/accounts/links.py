"""Links by which somebody chooses his password: for people who are new, and who forgot it.

A link is Django's signed token: it holds for `settings.PASSWORD_RESET_TIMEOUT`, once, and for the
account as it was when it was made. Making one takes the old password away, so an account that a
link is out for cannot be entered otherwise, and of several links only the newest opens anything.
"""

from __future__ import annotations

from typing import Any

from axes.utils import reset as forget_attempts
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from telads.errors import QuestionError
from telads.language import Text
from telads.web.accounts.audit import one_action, record


def make_link(request: HttpRequest, user: User) -> str:
    """The address of a link, the only time it can be seen; raises `QuestionError`."""
    if not user.is_active or user == request.user:
        raise QuestionError(
            Text("이 계정의 링크는 만들 수 없습니다.", "No link can be made for this account."),
            Text("정지된 계정은 먼저 풀고, 본인의 비밀번호는 비밀번호 변경에서 바꿔 주십시오.",
                 "Enable a disabled account first; change your own password on its page."),
            value=user.username,
        )  # fmt: skip
    with one_action():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        record(request, "user-link", user.username)
    where = (urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user))
    return request.build_absolute_uri(reverse("choose-password", args=where))


class ChoosePassword(auth.PasswordResetConfirmView):
    """`/account/choose/UID/TOKEN/`; whoever has chosen a password is signed in."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/choose.html"
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"

    def get_user(self, uidb64: str) -> User | None:
        """Somebody who may sign in."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def get_success_url(self) -> str:
        """The introduction."""
        return reverse("home")

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        """Keep it, and write that down; of two answers that come at once the second is too late."""
        hashed = make_password(form.cleaned_data["new_password1"])  # slow: before anybody waits
        with one_action():
            user = User.objects.select_for_update().filter(pk=form.user.pk).first()
            token = self.request.session.get(auth.INTERNAL_RESET_SESSION_TOKEN)
            if not (user and user.is_active and self.token_generator.check_token(user, token)):
                self.validlink = False
                return self.render_to_response(self.get_context_data())
            user.password = hashed
            user.save(update_fields=["password"])
            forget_attempts(username=user.username)
            record(user.username, "password", user.username)
        del self.request.session[auth.INTERNAL_RESET_SESSION_TOKEN]
        login(self.request, user, self.post_reset_login_backend)
        return redirect(self.get_success_url())

    def render_to_response(self, context: dict[str, Any], **answer: Any) -> HttpResponse:
        """The form, or 404 where the link opens nothing."""
        answer.setdefault("status", 200 if self.validlink else 404)
        return super().render_to_response(context, **answer)
