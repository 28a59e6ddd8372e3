"""Pages of experiments: `/experiments/`, a new one, one from its draw to its verdict, its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.dataset import in_force
from telads.experiments.files import experiment_content
from telads.render.deck import FORMATS as DECKS
from telads.render.files import DESCRIPTION
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, owns, required
from telads.web.experiments import present, services
from telads.web.experiments.forms import (
    AnalysisForm,
    DesignForm,
    DrawForm,
    ReferenceForm,
    SharingForm,
)
from telads.web.experiments.models import SavedExperiment
from telads.web.experiments.services import experiment_for
from telads.web.file_process import made
from telads.web.file_responses import links, saved
from telads.web.plans.models import SavedPlan
from telads.web.plans.services import visible as visible_plans
from telads.web.sorting import Sorting


@require_safe
@required(Role.VIEWER)
def experiments(request: HttpRequest) -> HttpResponse:
    """`/experiments/`: own experiments, and those shown to the user."""
    user = _user(request)
    rows = [present.listed(one) for one in services.visible(user)]
    lists = {
        "own": [row for row in rows if row.saved.owner_id == user.pk],
        "others": [row for row in rows if row.saved.owner_id != user.pk],
    }
    orders = {name: Sorting(request, name, COLUMNS) for name in lists}
    facts = {name: orders[name].rows(of) for name, of in lists.items()}
    return render(request, "experiments/list.html", {**facts, "orders": orders})


COLUMNS: dict[str, Callable[[present.Row], Any]] = {
    "name": lambda row: row.saved.name.casefold(),
    "owner": lambda row: row.saved.owner.get_username(),
    "start": lambda row: row.start,
    "treated": lambda row: row.treated,
    "weeks": lambda row: row.weeks,
}
"""What the lists of experiments can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def new(request: HttpRequest) -> HttpResponse:
    """`/experiments/new/?plan=12`: a design to be drawn, for a plan or for none."""
    build, plans = request_state.build(request), list(visible_plans(_user(request)))
    if request.method == "POST":
        form = DesignForm(build, plans, request.POST, request.FILES)
        if form.is_valid():
            with form.read():
                read = form.cleaned_data
                made = services.create(
                    request, read["name"], form.plans.get(read["plan"]), read["outcome"],
                    **form.asked(),
                )  # fmt: skip
                return redirect("experiment", made.pk)
    else:
        form = DesignForm(build, plans, initial=_asked(request, plans))
    return render(
        request, "experiments/new.html", {"form": form}, status=400 if form.errors else 200
    )


def _asked(request: HttpRequest, plans: list[SavedPlan]) -> dict[str, str]:
    """The plan of an address, and a name after it."""
    asked = request.GET.get("plan", "")
    plan = next((one for one in plans if str(one.pk) == asked), None)
    return {"plan": asked, "name": plan.name} if plan else {}


@require_safe
@required(Role.VIEWER)
def experiment(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/`."""
    return _page(request, experiment_for(request, number))


def _page(
    request: HttpRequest, found: SavedExperiment, analysis: AnalysisForm | None = None,
    drawing: DrawForm | None = None, reference: ReferenceForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of an experiment, with a refused form."""
    user, lang = _user(request), request_state.language(request)
    own, known = owns(user, found), services.read(found)

    def address_of(name: str) -> str:
        return reverse("experiment-file", args=(found.pk, name))

    seen = plan = None
    if found.plan is not None and visible_plans(user).filter(pk=found.plan.pk).exists():
        plan = found.plan
    facts: dict[str, Any] = {"experiment": found, "plan": plan, "own": own, "gone": known is None,
                             "referring": None}  # fmt: skip
    if known is not None:
        files = {name: text for name, text in FILES.items() if known.verdict or name not in LATER}
        seen = found.draw
        facts |= present.page(known, lang)
        facts["files"] = links(files, address_of, lang)["files"]
        service = known.reference or known.design.wish.service
        facts["shown_with"] = known.reference and in_force().measures[known.reference].text
        facts["referring"] = reference or ReferenceForm(
            request_state.build(request), initial={"service": service}
        )
    facts |= {
        "analysis": analysis or AnalysisForm(),
        "drawing_form": drawing or DrawForm(initial={"seen": seen}),
        "sharing": SharingForm(initial={"shared": found.shared}),
    }
    given = (analysis, drawing, reference)
    refused = any(form is not None and form.errors for form in given)
    return render(request, "experiments/experiment.html", facts, status=400 if refused else 200)


@require_POST
@required(Role.VIEWER)
def analyse(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/analyse/`: the outcome after the campaign."""
    found = experiment_for(request, number, own=True)
    form = AnalysisForm(request.POST, request.FILES)
    if form.is_valid():
        with form.read():
            services.analyse(request, found, form.cleaned_data["outcome"], **form.asked())
            return redirect("experiment", number)
    return _page(request, found, analysis=form)


@require_POST
@required(Role.VIEWER)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/again/`: another draw, which is counted."""
    found, form = experiment_for(request, number, own=True), DrawForm(request.POST)
    if form.is_valid():
        with form.refusals():
            services.draw_again(request, found, form.cleaned_data["seen"])
            return redirect("experiment", number)
    return _page(request, found, drawing=form)


@require_POST
@required(Role.VIEWER)
def access(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/access/`: whether those who see the plan see it."""
    found, form = experiment_for(request, number, own=True), SharingForm(request.POST)
    if form.is_valid():
        services.let(request, found, form.cleaned_data["shared"])
    return redirect("experiment", number)


@require_POST
@required(Role.VIEWER)
def reference(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/reference/`: whether later plans of a service show its verdict."""
    found = experiment_for(request, number, own=True)
    form = ReferenceForm(request_state.build(request), request.POST)
    if form.is_valid():
        with form.refusals("service"):
            read = form.cleaned_data
            services.refer(request, found, read["service"] or None, read["remove"])
            return redirect("experiment", number)
    return _page(request, found, reference=form)


@require_POST
@required(Role.VIEWER)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """`/experiments/3/delete/`."""
    services.delete(request, experiment_for(request, number, own=True))
    return redirect("experiments")


FILES: dict[str, Text] = {
    "experiment.pptx": Text("제안서(PowerPoint)", "Deck (PowerPoint)"),
    "experiment.pdf": Text("PDF", "PDF"),
    "experiment.xlsx": Text("엑셀", "Excel"),
    "areas.csv": Text("지역(CSV)", "Areas (CSV)"),
    "balance.csv": Text("균형(CSV)", "Balance (CSV)"),
    "curve.csv": Text("최소 효과(CSV)", "Smallest effects (CSV)"),
    "borders.csv": Text("맞닿은 지역(CSV)", "Borders (CSV)"),
    "methods.csv": Text("판정(CSV)", "Verdict (CSV)"),
    "weeks.csv": Text("주별 결과(CSV)", "Weeks (CSV)"),
    "experiment.json": Text("실험 전체(JSON)", "The whole experiment (JSON)"),
}
LATER = {"methods.csv", "weeks.csv"}
"""Files that there are of an experiment that was analysed."""


@require_safe
@required(Role.VIEWER)
def file(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """`/experiments/3/experiment.xlsx`; a CSV has its description beside it."""
    found = experiment_for(request, number)
    known, plain = services.read(found), name.removesuffix(DESCRIPTION)
    described = plain != name and not plain.endswith(".csv")
    if known is None or plain not in FILES or described or (plain in LATER and not known.verdict):
        raise Http404
    prefix = f"telads-experiment-{found.pk}-{known.design.draw}-"
    given, lang = prefix + name, request_state.language(request)
    if plain.endswith(DECKS):
        content = made(experiment_content, known, given, lang)
    else:
        content = experiment_content(known, given, lang, Path(plain).stem)
    with one_action():
        record(request, "experiment-file", found, name)
    return saved(request, content, given)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # views are closed to visitors
    return request.user
