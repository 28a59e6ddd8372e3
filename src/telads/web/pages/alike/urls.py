"""URLs under /advertisers/alike/."""

from django.urls import path

from telads.web.pages.alike.files import file
from telads.web.pages.alike.views import alike

urlpatterns = [
    path("", alike, name="alike"),
    path("<str:name>", file, name="alike-file"),
]
