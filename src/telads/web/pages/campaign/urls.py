"""Addresses under /campaign/."""

from django.urls import path

from telads.web.pages.campaign.scenario_files import file
from telads.web.pages.campaign.views import campaign, deck, side_by_side

urlpatterns = [
    path("", campaign, name="campaign"),
    path("plan.pptx", deck, name="campaign-deck"),
    path("scenarios/<str:name>", file, name="campaign-scenarios-file"),
    path("scenarios/", side_by_side, name="campaign-scenarios"),
]
