"""Authentication backends: passwords, and single sign-on if it is configured."""

from __future__ import annotations

from importlib.util import find_spec

from telads.errors import SettingError, with_extra
from telads.settings import Settings
from telads.text import Text

SINGLE_SIGN_ON = "single sign-on"
"""Its name in the log of actions."""
BACKEND = "telads.web.accounts.sso.Backend"
PASSWORDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]


def backends_of(settings: Settings) -> list[str]:
    """Django's AUTHENTICATION_BACKENDS; raises `SettingError` for an incomplete single sign-on."""
    if not settings.oidc_issuer:
        return list(PASSWORDS)
    if not settings.oidc_client_id:
        raise SettingError(
            Text("설정 TELADS_OIDC_CLIENT_ID가 비어 있습니다.",
                 "The setting TELADS_OIDC_CLIENT_ID is empty."),
            Text("제공자에 등록한 이름을 적거나 TELADS_OIDC_ISSUER를 비워 주세요.",
                 "Write the name registered at the provider, or leave TELADS_OIDC_ISSUER empty."),
        )  # fmt: skip
    if find_spec("mozilla_django_oidc") is None:
        raise SettingError(
            Text("통합 로그인에 쓰는 라이브러리가 없습니다.",
                 "The libraries of the single sign-on are not installed."),
            with_extra("sso"),
        )  # fmt: skip
    return [*PASSWORDS, BACKEND]
