"""Addresses. Korean pages stand at the root, English ones under /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, path

from telads.web.pages.home.view import home

urlpatterns: list[URLPattern | URLResolver] = [
    *i18n_patterns(
        path("", home, name="home"),
        prefix_default_language=False,
    ),
]
