"""Pages of data administration, for administrators only.

`/admin-data/`: months, builds, jobs, and the upload form.

`/admin-data/jobs/3/`: progress and results of a job.

`/admin-data/months/2023-08/forget/`: removes a wrong month, after a confirmation; with `?second=ID`
a second file of it alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.answers.inventory import changed_settings, status
from telads.dataset import in_force
from telads.errors import DataError, QuestionError, TeladsError, UnknownChoice
from telads.model import Month
from telads.store.months import in_force_of, withdraw
from telads.store.workspace import Store
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.components import filled_columns
from telads.web.htmx import wants_result
from telads.web.jobs.forms import ForgetForm, UploadForm
from telads.web.jobs.models import Job, State, Step
from telads.web.jobs.queue import MEBIBYTE, forget_abandoned, start
from telads.web.jobs.queue import again as start_again
from telads.web.jobs.queue import cancel as ask_for_its_end
from telads.web.jobs.report import said, shown, tally
from telads.web.jobs.uploads import IntoWorkspace, new_folder, remove
from telads.web.plans.files import COMPARISON
from telads.web.sorting import Sorting
from telads.web.trust import Trusted

JOBS_PAGE = 10
FORM_BYTES = 64 * 1024
"""Bytes of an upload besides its files: fields and multipart boundaries."""
LOCK_SECONDS = 2.0
"""Seconds a page waits for another writer."""


class ShownBuild(NamedTuple):
    """A build that can be put in force."""

    name: str
    made: datetime
    months: tuple[Month, ...]
    version: str
    synthetic: bool
    in_force: bool


JOBS = ("created", "by")
MONTHS = ("month", "file", "rows", "masked", "taken", "built")
BUILDS: dict[str, Callable[[ShownBuild], Any]] = {
    "name": attrgetter("name"),
    "months": lambda one: (one.months[-1], len(one.months)),
    "made": attrgetter("made"),
    "version": attrgetter("version"),
}
"""What the lists of jobs, months and data versions can be sorted by."""


@require_safe
@required(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """`/admin-data/`."""
    return _page(request)


@csrf_exempt  # the token is checked below, just before the form is read
@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def upload(request: HttpRequest) -> HttpResponse:
    """`/admin-data/upload/`: stream files to disk, and start a job that ingests them.

    Django reads a form to find its token, and would store anybody's files for that. So permission
    and size are checked first; the body of a refused request is not read.
    """
    if request.method != "POST":  # a change of language after a refusal
        return redirect("admin-data")
    limit = request_state.settings().upload_limit
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        size = 0
    if size > limit * MEBIBYTE + FORM_BYTES:
        return _page(request, wrong=too_large(limit), status_code=413)
    workspace = request_state.workspace()
    folder = new_folder(workspace.path)
    kept = False
    try:
        request.upload_handlers = [IntoWorkspace(folder, request)]
        response, kept = _received(request, workspace, folder)
    finally:
        if not kept:
            remove(folder)
    return response


def _received(request: HttpRequest, workspace: Store, folder: Path) -> tuple[HttpResponse, bool]:
    """The response, and whether a job now owns the folder."""
    owned: list[Job] = []

    @csrf_protect
    def checked(request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return _page(request, form, status_code=400)
        forget_abandoned(workspace.path, request_state.settings().uploads_kept_days)
        told = form.cleaned_data
        owned.append(start(request, folder, told["month"], replace=told["replace"]))
        return redirect("admin-job", owned[0].pk)

    return checked(request), bool(owned)


@require_POST
@required(Role.ADMINISTRATOR)
def build(request: HttpRequest) -> HttpResponse:
    """`/admin-data/build/`: start a build without files, as after a cancelled job."""
    return redirect("admin-job", start(request, None).pk)


@require_POST
@required(Role.ADMINISTRATOR)
def use(request: HttpRequest, build: str) -> HttpResponse:
    """`/admin-data/builds/<build>/use/`: put a kept build in force."""
    workspace = request_state.workspace()
    if not workspace.is_whole(build):
        raise Http404
    before = workspace.build_name()
    name = workspace.roll_back(build, request_state.settings().builds_kept, LOCK_SECONDS)
    if name != before:
        record(request, "data-rollback", f"build {name}", f"{before} -> {name}")
    return redirect(f"{reverse('admin-data')}#builds")


@require_POST
@required(Role.ADMINISTRATOR)
def cancel(request: HttpRequest, job: int) -> HttpResponse:
    """`/admin-data/jobs/3/cancel/`; does nothing for a job that has ended."""
    ask_for_its_end(request, request_state.workspace().path, job_of(job))
    return redirect("admin-job", job)


@require_POST
@required(Role.ADMINISTRATOR)
def again(request: HttpRequest, job: int) -> HttpResponse:
    """`/admin-data/jobs/3/again/`; does nothing for a job that runs or is done."""
    start_again(request, job_of(job))
    return redirect("admin-job", job)


def job_of(number: int) -> Job:
    """A job; raises `Http404`."""
    try:
        return Job.objects.get(pk=number)
    except (Job.DoesNotExist, OverflowError):
        raise Http404 from None


def too_large(limit: int) -> QuestionError:
    """The error for an upload beyond the limit."""
    return QuestionError(
        Text(f"한 번에 {limit} MB까지 올릴 수 있습니다.",
             f"At most {limit} MB can be uploaded at once."),
        Text("나누어 올려 주세요. 한도는 TELADS_UPLOAD_LIMIT입니다.",
             "Upload in parts; the limit is TELADS_UPLOAD_LIMIT."),
    )  # fmt: skip


def _page(
    request: HttpRequest,
    form: UploadForm | None = None,
    wrong: TeladsError | None = None,
    status_code: int = 200,
) -> HttpResponse:
    lang = request_state.language(request)
    workspace, settings = request_state.workspace(), request_state.settings()
    held = status(workspace)
    orders = {
        "jobs": Sorting(request, "jobs", {name: attrgetter(name) for name in JOBS}, "-created"),
        "months": Sorting(request, "months", {name: itemgetter(name) for name in MONTHS}, "-month"),
        "builds": Sorting(request, "builds", BUILDS, "-made"),
    }
    months = orders["months"].rows(_months(held.rows.to_dicts(), lang))
    jobs = orders["jobs"].stored(Job.objects.all())
    page = Paginator(jobs, JOBS_PAGE).get_page(request.GET.get("page"))
    facts = {
        "form": form or UploadForm(),
        "wrong": wrong.line(lang) if wrong else "",
        "status": held,
        "changed": [one(lang) for one in changed_settings(workspace, settings)],
        "orders": orders,
        "trust": Trusted(held, lang, None, "months"),
        "months_held": months,
        "shown": filled_columns(months, ("masked",)),
        "several": sum(row["second"] is None for row in held.records) > 1,
        "removable": len(held.records) > 1,
        "taken_back": _taken_back(workspace),
        "builds": orders["builds"].rows(builds(workspace)),
        "page": page,
        "jobs": [(job, tally(job.report, lang)) for job in page.object_list],
        "settings": settings,
        "limit": settings.upload_limit,
    }
    return render(request, "jobs/overview.html", facts, status=status_code)


def _months(rows: list[dict[str, Any]], lang: Lang) -> list[dict[str, Any]]:
    """Months of the ledger, newest first, with times and remarks for display."""
    return [
        {**row, "when": datetime.fromisoformat(row["taken"]), "remarks": row[f"warnings_{lang}"],
         "kind": in_force().second_name(row["second"], lang)}
        for row in reversed(rows)
    ]  # fmt: skip


def _taken_back(workspace: Store) -> list[dict[str, Any]]:
    """Removed months and second files that are not in force again, newest first."""
    ledger = workspace.ledger()
    gone = [*ledger.withdrawn().values(), *ledger.withdrawn_second().values()]
    return [
        {"month": entry.month, "file": entry.file, "by": entry.withdrawn_by,
         "when": datetime.fromisoformat(entry.withdrawn or entry.taken)}
        for entry in sorted(gone, key=lambda one: (one.label, one.second), reverse=True)
    ]  # fmt: skip


def builds(workspace: Store) -> list[ShownBuild]:
    """Builds that are kept, newest first; unreadable ones are left out."""
    found = []
    in_force = workspace.build_name()
    for one in workspace.builds():
        with contextlib.suppress(TeladsError, OSError):
            found.append(ShownBuild(
                one.name, datetime.fromtimestamp(one.made, UTC), one.months,
                one.about["version"], one.synthetic, one.name == in_force,
            ))  # fmt: skip
    return found


STATES: dict[State, Text] = {
    State.WAITING: Text("차례를 기다립니다.", "Waiting for its turn."),
    State.RUNNING: Text("진행 중입니다.", "Running."),
    State.DONE: Text("끝났습니다.", "Done."),
    State.FAILED: Text("끝내지 못했습니다.", "It could not be finished."),
    State.CANCELLED: Text("취소했습니다.", "Cancelled."),
    State.INTERRUPTED: Text(
        "중단되었습니다. 작업하던 프로세스가 응답하지 않습니다.",
        "Interrupted: the process stopped responding.",
    ),
}
STEPS: dict[Step, Text] = {
    Step.NONE: Text("시작하는 중", "Starting"),
    Step.UNPACK: Text("올린 파일을 확인하는 중", "Checking the uploaded files"),
    Step.TAKE: Text("파일을 읽고 검사하는 중", "Reading and checking files"),
    Step.LOCKED: Text("다른 작업이 끝나기를 기다리는 중", "Waiting for another job"),
    Step.BUILD: Text("모든 달을 계산하는 중", "Building from all months"),
}


@require_safe
@required(Role.ADMINISTRATOR)
def job(request: HttpRequest, job: int) -> HttpResponse:
    """The page, or for htmx, which polls every two seconds, the part that changes."""
    lang = request_state.language(request)
    found = job_of(job)
    told = found.told
    facts = {
        "job": found,
        "state": told.value,
        "state_text": STATES[told](lang),
        "step_text": STEPS[Step(found.step)](lang),
        "rows": shown(found.report, lang),
        "tally": tally(found.report, lang),
        "problem": said(found.problem, lang),
        "comparison": next((name, title(lang)) for name, title in COMPARISON.items()),
    }
    if not wants_result(request):
        return render(request, "jobs/job.html", facts)
    response = render(request, "jobs/state.html", facts)
    if not found.open:
        # The whole page once, since months and builds around the result have changed too.
        response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def forget(request: HttpRequest, month: str) -> HttpResponse:
    """Confirm with GET; with POST remove the month and start a job that builds without it.

    The form names the file that was shown, so a file that replaced it since is kept.
    """
    label, second = _label(month), request.GET.get("second", "")
    entry = in_force_of(request_state.workspace().ledger(), label, second)
    if entry is None:
        raise Http404
    wrong = None
    if request.method == "POST":
        settings = replace(request_state.settings(), lock_seconds=LOCK_SECONDS)
        form = ForgetForm(request.POST)
        shown = form.cleaned_data["file"] if form.is_valid() else ""
        name = request.user.get_username()
        try:
            gone = withdraw(
                request_state.workspace(), label, name, settings, second=second, sha256=shown
            )
        except DataError as error:
            error.facts.pop("file", None)  # the page already names it
            wrong = error
            entry = in_force_of(request_state.workspace().ledger(), label, second) or entry
        else:
            if gone:
                action = "data-forget-second" if second else "data-forget"
                record(request, action, f"month {label}", f"{gone.file} {gone.sha256[:8]}")
            return redirect("admin-job", start(request, None).pk)
    facts = {
        "form": ForgetForm(initial={"file": entry.sha256}),
        "entry": entry,
        "label": str(label),
        "kind": in_force().second_name(second, request_state.language(request)),
        "when": datetime.fromisoformat(entry.taken),
        "wrong": wrong.line(request_state.language(request)) if wrong else "",
    }
    return render(request, "jobs/forget.html", facts, status=409 if wrong else 200)


def _label(month: str) -> Month:
    """The month in an address; raises `Http404`."""
    try:
        return Month.parse(month)
    except UnknownChoice:
        raise Http404 from None
