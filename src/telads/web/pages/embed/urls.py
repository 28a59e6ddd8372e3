"""URLs under /embed/."""

from django.urls import path

from telads.web.pages.embed.views import code, frame

urlpatterns = [
    path("code/<slug:what>/", code, name="embed-code"),
    path("<str:token>/", frame, name="embed"),
]
