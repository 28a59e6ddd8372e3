"""Addresses under /campaign/."""

from django.urls import path

from telads.web.pages.campaign.views import campaign

urlpatterns = [path("", campaign, name="campaign")]
