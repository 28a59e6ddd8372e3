"""Addresses under /help/."""

from django.urls import path

from telads.web.pages.help.views import guide

urlpatterns = [path("", guide, name="help")]
