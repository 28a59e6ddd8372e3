"""A version of a plan as files: a deck, a workbook, a PDF, the spends, and the whole plan.

The CSV of the spends has a description at its address with `-metadata.json`, like those of the
advertiser page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.planning.files import write_plan
from telads.planning.plan import Plan
from telads.render.files import DESCRIPTION
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.file_responses import Files, saved
from telads.web.plans.models import PlanVersion
from telads.web.plans.services import version_for

FILES: Files = {
    "plan.pptx": Text("제안서(PowerPoint)", "Deck (PowerPoint)"),
    "plan.xlsx": Text("엑셀", "Excel"),
    "plan.pdf": Text("PDF", "PDF"),
    "plan.csv": Text("집행액(CSV)", "Spends (CSV)"),
    "plan.json": Text("계획 전체(JSON)", "The whole plan (JSON)"),
}
DESCRIBED = "plan.csv"
METHOD = "affinity"


@require_safe
@required(Role.VIEWER)
def file(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """`/plans/12/versions/3/plan.xlsx`."""
    found = version_for(request, number, version)
    response = answer(request, found, name)
    record(request, "plan-file", found.plan, f"{found.number} {name}")
    return response


def answer(request: HttpRequest, version: PlanVersion, name: str) -> HttpResponse:
    """A file of a version; raises `Http404` for an unknown name."""
    if name not in {*FILES, DESCRIBED + DESCRIPTION}:
        raise Http404
    words = ["telads-plan", str(version.plan_id), str(version.number), version.hash[:8], METHOD]
    given = "-".join([*words, version.build]) + name.removeprefix("plan")
    return saved(request, written(version.read(), given, request_state.language(request)), given)


def written(plan: Plan, name: str, lang: Lang) -> bytes:
    """Bytes of a file; deterministic for a plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name.removesuffix(DESCRIPTION)
        write_plan(plan, path, lang)
        return path.with_name(name).read_bytes()
