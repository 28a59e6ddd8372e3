"""URLs under /advertisers/."""

from django.urls import path

from telads.web.pages.advertisers.files import file
from telads.web.pages.advertisers.views import advertisers

urlpatterns = [
    path("", advertisers, name="advertisers"),
    path("<str:name>", file, name="advertisers-file"),
]
