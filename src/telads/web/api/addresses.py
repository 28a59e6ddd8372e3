"""URLs of the API: its operations and its description."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from telads.web.api.openapi import openapi
from telads.web.api.routes import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi),
    path("", api.urls),
]
