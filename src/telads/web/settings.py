"""Django's settings, all derived from those of telads (`telads.settings`); secure by default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from telads.dataset import seoul
from telads.errors import TeladsError
from telads.settings import Settings
from telads.store.files import FILE, FOLDER
from telads.store.workspace import Store
from telads.web import logs
from telads.web.accounts.backends import backends_of
from telads.web.setup import database_of, secret_key

TELADS = Settings.load()
"""The settings of telads; views get the workspace from them (`telads.web.request_state`)."""

_HERE = Path(__file__).parent


def _time_zone() -> str:
    """Time zone of the workspace's dataset; an unreadable definition is reported by the pages."""
    try:
        return Store(TELADS.workspace).dataset.time_zone
    except TeladsError:
        return seoul().time_zone


DEBUG = False
SECRET_KEY = secret_key(TELADS.workspace)
ALLOWED_HOSTS = list(TELADS.allowed_hosts) or ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "telads.web.urls"
WSGI_APPLICATION = "telads.web.wsgi.application"
DATABASES = {"default": database_of(TELADS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "telads.web",
    "telads.web.accounts",
    "telads.web.plans",
    "telads.web.media",
    "telads.web.audiences",
    "telads.web.experiments",
    "telads.web.jobs",
    "telads.web.notices",
]

MIDDLEWARE = [
    "telads.web.metrics.measured",
    "telads.web.request_state.dataset_in_force",
    "telads.web.logs.logged",
    "telads.web.security.content_security_policy",
    "telads.web.security.scheme_told",
    "django.middleware.security.SecurityMiddleware",
    "telads.web.security.kept_by_nobody",
    "telads.web.health.answered_first",
    "telads.web.security.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "telads.web.accounts.sessions.remembered",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "telads.web.accounts.middleware.rechecked",
    "telads.web.accounts.middleware.closed_to_visitors",
    "telads.web.errors.friendly_errors",
    "telads.web.api.problems.plain_errors",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "telads.web.jinja.Templates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "telads.web.context_processors.installation",
                "telads.web.accounts.context_processors.signed_in",
                "telads.web.plans.context_processors.recent_plans",
            ],
        },
    },
]

# Jinja renders the fields of forms as well; their templates are Django's.
FORM_RENDERER = "django.forms.renderers.Jinja2"

# Request counts (telads.web.api.admission): with fewer entries many clients would evict each
# other.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Decks and the like are made beside a worker, not in it (telads.web.file_process).
FILES_BESIDE = True

# Background work (telads.web.jobs) is queued in the database.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Mail (telads.web.notices): without a server none leaves.
_MAIL = "django.core.mail.backends"
EMAIL_BACKEND = f"{_MAIL}.smtp.EmailBackend" if TELADS.smtp_host else f"{_MAIL}.dummy.EmailBackend"
EMAIL_HOST, EMAIL_PORT = TELADS.smtp_host, TELADS.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = TELADS.smtp_user, TELADS.smtp_password
EMAIL_USE_TLS = TELADS.smtp_security == "starttls"
EMAIL_USE_SSL = TELADS.smtp_security == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = TELADS.mail_from

FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = FILE, FOLDER  # static files too

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [_HERE / "locale"]
USE_I18N = True
TIME_ZONE = _time_zone()
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [_HERE / "static"]
STATIC_ROOT = TELADS.workspace / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "telads.web.static_files.BareFiles"},
}

WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = logs.LOGGING

_TLS = TELADS.behind_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _TLS else None
SECURE_SSL_REDIRECT = _TLS
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
# Neither can be taken back quickly: subdomains may be other people's, lists are kept for months.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _TLS and TELADS.hsts_preload
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
# Browsers accept this prefix only from this host over TLS: no other host can set the cookie.
SESSION_COOKIE_NAME = "__Host-telads-session" if _TLS else "telads-session"
CSRF_COOKIE_NAME = "__Host-telads-csrf" if _TLS else "telads-csrf"
SESSION_COOKIE_AGE = round(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Monitoring on this machine connects without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "telads.web.errors.stale_form"

# Sign-in (telads.web.accounts): roles are groups. Wrong passwords lock a name at an address, so
# that a stranger elsewhere cannot lock a user out; more of them, for any names, lock the address.
AUTHENTICATION_BACKENDS = backends_of(TELADS)
LOGIN_URL = "sign-in"
PASSWORD_RESET_TIMEOUT = round(timedelta(days=3).total_seconds())
_CHECKS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_CHECKS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_CHECKS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_CHECKS}.CommonPasswordValidator"},
    {"NAME": f"{_CHECKS}.NumericPasswordValidator"},
]
AXES_HANDLER = "telads.web.accounts.attempts.Attempts"
AXES_FAILURE_LIMIT = TELADS.sign_in_attempts
AXES_COOLOFF_TIME = timedelta(minutes=TELADS.sign_in_lock_minutes)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "telads.web.accounts.views.locked"
AXES_CLIENT_IP_CALLABLE = "telads.web.client.client_of"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Checks that only apply behind TLS. A website on this machine alone speaks plain HTTP: there a
# redirect would fail and a secure cookie would never be sent back.
_WIDER_HSTS = ["security.W005", "security.W021"]  # subdomains, preload: a setting
SILENCED_SYSTEM_CHECKS = (
    ([] if TELADS.hsts_preload else _WIDER_HSTS)
    if _TLS
    else [
        "security.W004",  # HSTS
        "security.W008",  # redirect to HTTPS
        "security.W012",  # session cookie only over HTTPS
        "security.W016",  # form token's cookie only over HTTPS
    ]
)
