"""The introduction: what the software does, and one door to each question."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.web import current


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`."""
    current.build(request)
    return render(request, "home/home.html")
