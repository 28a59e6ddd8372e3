"""URLs under /account/notices/."""

from django.urls import path

from telads.web.notices.views import notices, secret

urlpatterns = [
    path("", notices, name="notices"),
    path("secret/", secret, name="notices-secret"),
]
