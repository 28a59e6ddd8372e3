"""A form that makes a plan, and plans made of it."""

from __future__ import annotations

from django.http import QueryDict
from django.test import Client

from telads.planning.brief import Brief
from telads.planning.plan import canonical
from telads.store.workspace import Build
from telads.web.plans.forms import PlanForm
from telads.web.plans.models import SavedPlan

RULES = canonical({"where": {"all": [{"age": [20, 30]}, {"service": "delivery", "affinity": 0.5}]}})
FORM = {
    "name": "여름 배달", "advertise": "delivery", "month": "2023-03", "budget": "50,000,000",
    "unit": "1000", "goal": "", "often": "", "rules": RULES,
    "p0_service": "shopping", "p0_price": "3500", "p0_minimum": "5,000,000",
    "p0_cap": "20000000", "p0_curve": "1.4",
    "p1_service": "youtube", "p1_price": "4500", "p1_curve": "1:0.4, 3:0.7", "p1_name": "짧은 영상",
}  # fmt: skip


def form_of(build: Build, **changes: str) -> PlanForm:
    sent = QueryDict(mutable=True)
    sent.update({**FORM, **changes})
    return PlanForm(build, sent)


def brief_of(build: Build) -> Brief:
    form = form_of(build)
    assert form.is_valid(), form.faults
    assert form.brief
    return form.brief


def saved(client: Client, **changes: str) -> SavedPlan:
    response = client.post("/plans/new/", {**FORM, **changes, "save": "1"})
    assert response.status_code == 302, response.content.decode()[:2000]
    return SavedPlan.objects.get(pk=int(response.headers["Location"].split("/")[-2]))
