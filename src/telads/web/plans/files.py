"""A version of a plan as files: a workbook, the spends, the whole plan, and paper."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from telads.language import Lang
from telads.planning.files import write_plan
from telads.planning.plan import Plan
from telads.web import current
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.plans.access import version_for
from telads.web.plans.models import PlanVersion
from telads.web.plans.paper import write_paper

TYPES = {
    "plan.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "plan.pdf": "application/pdf",
    "plan.csv": "text/csv; charset=utf-8",
    "plan.json": "application/json",
}
NAMES = tuple(TYPES)


@require_safe
@required(Role.VIEWER)
def file(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """`/plans/12/versions/3/plan.xlsx`."""
    found = version_for(request, number, version)
    response = answer(request, found, name)
    record(request, "plan-file", found.plan, f"{found.number} {name}")
    return response


def answer(request: HttpRequest, version: PlanVersion, name: str) -> HttpResponse:
    """A file of a version; raises `Http404` for another name."""
    if name not in TYPES:
        raise Http404
    content = written(version.read(), name, current.language(request))
    response = HttpResponse(content, content_type=TYPES[name])
    given = f"telads-plan-{version.plan_id}-{version.number}-{version.hash[:8]}{Path(name).suffix}"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=given) or ""
    )
    return response


def written(plan: Plan, name: str, lang: Lang) -> bytes:
    """The bytes of a file; the same plan gives the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if name.endswith(".pdf"):
            write_paper(plan, path, lang, current.workspace().path)
        else:
            write_plan(plan, path, lang)
        return path.read_bytes()
