"""URLs under /audiences/."""

from django.urls import path

from telads.web.pages.audiences.views import audiences

urlpatterns = [path("", audiences, name="audiences")]
