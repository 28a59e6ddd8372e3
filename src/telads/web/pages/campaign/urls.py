"""Addresses under /campaign/."""

from django.urls import path

from telads.web.pages.campaign.views import campaign, scenarios_file, side_by_side

urlpatterns = [
    path("", campaign, name="campaign"),
    path("scenarios/", side_by_side, name="campaign-scenarios"),
    path("scenarios/<str:name>", scenarios_file, name="campaign-scenarios-file"),
]
