"""Addresses under /audiences/."""

from django.urls import path

from telads.web.pages.audiences.view import audiences

urlpatterns = [path("", audiences, name="audiences")]
