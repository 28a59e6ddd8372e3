"""URLs under /data/: the page and its files."""

from django.urls import path

from telads.web.pages.data.files import DESCRIBED, people, picture
from telads.web.pages.data.views import data

urlpatterns = [
    path("", data, name="data"),
    path(f"people.{DESCRIBED}", people, {"kind": DESCRIBED}, name="people-described"),
    path("people.<slug:kind>", people, name="people-file"),
    path(f"<slug:chart>.{DESCRIBED}", picture, {"kind": DESCRIBED}, name="picture-described"),
    path("<slug:chart>.<slug:kind>", picture, name="picture-file"),
]
