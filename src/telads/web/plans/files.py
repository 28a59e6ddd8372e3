"""A version of a plan as files: a deck, workbook, PDF, spends, the whole plan; for ad systems.

The CSV of the spends has a description at its address with `-metadata.json`, like those of the
advertiser page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.planning.ad_systems import NOTES, offered
from telads.planning.comparison import Comparison
from telads.planning.files import comparison_content, plan_content
from telads.planning.plan import Plan
from telads.render.deck import FORMATS as DECKS
from telads.render.files import DESCRIPTION
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.experiments.services import references
from telads.web.file_process import made
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


class AdFile(NamedTuple):
    """A file for an ad system, and the notes beside it, by their addresses."""

    name: str
    address: str
    notes: str


def ad_files(address: Callable[[str], str], lang: Lang) -> list[AdFile]:
    """The files of a plan for ad systems."""
    return [
        AdFile(one.name(lang), address(f"plan{end}"), address(f"plan{end}{NOTES}"))
        for end, one in offered().items()
    ]


def file_names() -> tuple[str, ...]:
    """Names of all files of a plan, those of ad systems and what stands beside a file too."""
    of_systems = (f"plan{end}{part}" for end in offered() for part in ("", NOTES))
    return (*FILES, DESCRIBED + DESCRIPTION, *of_systems)


@require_safe
@required(Role.VIEWER)
def file(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """`/plans/12/versions/3/plan.xlsx`."""
    found = version_for(request, number, version)
    known = references(request, found)
    response = answer(request, found, name, [one.text for one in known])
    record(request, "plan-file", found.plan, f"{found.number} {name}")
    return response


def answer(
    request: HttpRequest, version: PlanVersion, name: str, beside: Sequence[Text] = ()
) -> HttpResponse:
    """A file of a version (`planning.files.write_plan`); raises `Http404` for an unknown name."""
    if name not in file_names():
        raise Http404
    words = ["telads-plan", str(version.plan_id), str(version.number), version.hash[:8], METHOD]
    given = "-".join([*words, version.build]) + name.removeprefix("plan")
    content = written(
        version.read(), given, request_state.language(request), request_state.build(request),
        beside,
    )  # fmt: skip
    return saved(request, content, given, described=name == DESCRIBED)


def written(
    plan: Plan, name: str, lang: Lang, build: Build | None = None, beside: Sequence[Text] = ()
) -> bytes:
    """Bytes of a file; deterministic for a plan, a build and the user's lists of places."""
    if name.endswith(DECKS):
        return made(plan_content, plan, name, lang, None, beside)
    return plan_content(plan, name, lang, build)


COMPARISON: Files = {
    "comparison.pptx": Text("제안서(PowerPoint)", "Deck (PowerPoint)"),
    "comparison.xlsx": Text("엑셀", "Excel"),
    "comparison.pdf": Text("PDF", "PDF"),
    "comparison.csv": Text("집단(CSV)", "Groups (CSV)"),
    "comparison.json": Text("비교 전체(JSON)", "The whole comparison (JSON)"),
}


def answer_comparison(request: HttpRequest, found: Comparison, name: str) -> HttpResponse:
    """A file of a comparison; raises `Http404` for an unknown name."""
    if name not in {*COMPARISON, f"comparison.csv{DESCRIPTION}"}:
        raise Http404
    words = ["telads-comparison", found.before.hash[:8], found.now.hash[:8], METHOD]
    given = "-".join([*words, found.now.basis.build]) + name.removeprefix("comparison")
    lang = request_state.language(request)
    if name.endswith(DECKS):
        return saved(request, made(comparison_content, found, given, lang), given)
    return saved(request, comparison_content(found, given, lang), given)
