"""Addresses under /search/."""

from django.urls import path

from telads.web.pages.search.views import search

urlpatterns = [path("", search, name="search")]
