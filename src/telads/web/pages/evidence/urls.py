"""URLs under /evidence/."""

from django.urls import path

from telads.web.pages.evidence.views import DESCRIBED, TABLE, evidence, evidence_file

urlpatterns = [
    path("", evidence, name="evidence"),
    path(f"evaluation{TABLE}", evidence_file, {"kind": TABLE}, name="evidence-file"),
    path(f"evaluation{DESCRIBED}", evidence_file, {"kind": DESCRIBED}, name="evidence-described"),
]
