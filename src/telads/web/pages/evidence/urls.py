"""Addresses under /evidence/."""

from django.urls import path

from telads.web.pages.evidence.view import evidence, evidence_file

urlpatterns = [
    path("", evidence, name="evidence"),
    path("evaluation.csv", evidence_file, name="evidence-file"),
]
