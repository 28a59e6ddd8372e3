"""Addresses under /changes/."""

from django.urls import path

from telads.web.pages.changes.files import file
from telads.web.pages.changes.views import changes

urlpatterns = [
    path("", changes, name="changes"),
    path("<str:name>", file, name="changes-file"),
]
