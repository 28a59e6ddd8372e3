"""URLs. Korean pages are at the root, English ones under /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from telads.web.accounts.views import admin, single_sign_on_return
from telads.web.api.page import docs
from telads.web.health import healthz
from telads.web.metrics import metrics
from telads.web.pages.home.views import brief, home


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which browsers request for responses without a page."""
    return redirect(static("telads/icon.svg"))


# One line a page: path("data/", include("...pages.data.urls")).
PAGES: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("brief/", brief, name="brief"),
    path("evidence/", include("telads.web.pages.evidence.urls")),
    path("data/", include("telads.web.pages.data.urls")),
    path("customers/", include("telads.web.pages.customers.urls")),
    path("advertisers/alike/", include("telads.web.pages.alike.urls")),
    path("advertisers/", include("telads.web.pages.advertisers.urls")),
    path("audiences/saved/", include("telads.web.audiences.urls")),
    path("audiences/", include("telads.web.pages.audiences.urls")),
    path("campaign/", include("telads.web.pages.campaign.urls")),
    path("changes/", include("telads.web.pages.changes.urls")),
    path("plans/", include("telads.web.plans.urls")),
    path("experiments/", include("telads.web.experiments.urls")),
    path("help/", include("telads.web.pages.help.urls")),
    path("embed/", include("telads.web.pages.embed.urls")),
    path("search/", include("telads.web.pages.search.urls")),
    path("media/", include("telads.web.media.urls")),
    path("admin-data/", include("telads.web.jobs.urls")),
    path("api/v1/docs", docs, name="api-docs"),
    path("account/notices/", include("telads.web.notices.urls")),
    path("account/", include("telads.web.accounts.urls")),
    path("admin/", admin, name="admin"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("telads.web.api.addresses")),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("favicon.ico", icon, name="icon"),
    # One address for both languages: it is registered at the provider.
    path("sso/return/", single_sign_on_return, name="single-sign-on-return"),
    *i18n_patterns(*PAGES, prefix_default_language=False),
]

handler400 = "telads.web.errors.bad_request"
handler403 = "telads.web.errors.forbidden"
handler404 = "telads.web.errors.not_found"
handler500 = "telads.web.errors.our_fault"
