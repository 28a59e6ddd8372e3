"""`/admin-data/`: months, builds, jobs, and the form for new files. For administrators alone."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.answers.status import changed_settings, status
from telads.errors import DataError, QuestionError, TeladsError
from telads.language import Lang, Text
from telads.model import Month
from telads.web import current
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, required
from telads.web.jobs.models import Job
from telads.web.jobs.receiving import IntoWorkspace, new_folder, received, remove
from telads.web.jobs.report import tally
from telads.web.jobs.running import MEBIBYTE, ONE_MONTH
from telads.web.jobs.starting import again as start_again
from telads.web.jobs.starting import cancel as ask_for_its_end
from telads.web.jobs.starting import forget_abandoned, start
from telads.workspace import Workspace

JOBS_PAGE = 10
FORM_BYTES = 64 * 1024
"""Of an upload beside its files: fields and the borders between them."""
LOCK_SECONDS = 2.0
"""A page does not wait long for another writer."""


class ShownBuild(NamedTuple):
    """A build that could be put in force."""

    name: str
    made: datetime
    months: tuple[Month, ...]
    version: str
    synthetic: bool
    in_force: bool


@require_safe
@required(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """`/admin-data/`."""
    return _page(request)


@csrf_exempt  # not for long: the token is looked at below, but only when it is time to read
@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def upload(request: HttpRequest) -> HttpResponse:
    """`/admin-data/upload/`: files to disk, and a job that takes them in.

    Django reads a form to find its token, and would keep everybody's files for that. So who asks,
    and how much is coming, is looked at first; of what is refused here nothing is read.
    """
    if request.method != "POST":  # whoever was refused, and changes the language then
        return redirect("admin-data")
    limit = current.settings().upload_limit
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        size = 0
    if size > limit * MEBIBYTE + FORM_BYTES:
        return _page(request, too_large(limit), 413)
    workspace = current.workspace()
    folder = new_folder(workspace.path)
    kept = False
    try:
        request.upload_handlers = [IntoWorkspace(folder, request)]
        response, kept = _received(request, workspace, folder)
    finally:
        if not kept:
            remove(folder)
    return response


def _received(
    request: HttpRequest, workspace: Workspace, folder: Path
) -> tuple[HttpResponse, bool]:
    """The answer, and whether a job now owns the folder."""
    owned: list[Job] = []

    @csrf_protect
    def checked(request: HttpRequest) -> HttpResponse:
        try:
            month = _month(request.POST.get("month", ""))
            files = received(folder)
            if not files:
                raise NO_FILE
            if month and len(files) > 1:
                raise ONE_MONTH
        except (QuestionError, DataError) as error:
            return _page(request, error, 400)
        forget_abandoned(workspace.path, current.settings().uploads_kept_days)
        replace = request.POST.get("replace", "") == "1"
        owned.append(start(request, folder, month, replace=replace))
        return redirect("admin-job", owned[0].pk)

    return checked(request), bool(owned)


@require_POST
@required(Role.ADMINISTRATOR)
def build(request: HttpRequest) -> HttpResponse:
    """`/admin-data/build/`: a build alone, as after a cancelled job."""
    return redirect("admin-job", start(request, None).pk)


@require_POST
@required(Role.ADMINISTRATOR)
def use(request: HttpRequest, build: str) -> HttpResponse:
    """`/admin-data/builds/<build>/use/`: put a former build in force again, or a newer one."""
    workspace = current.workspace()
    if not workspace.is_whole(build):
        raise Http404
    before = workspace.build_name()
    name = workspace.roll_back(build, current.settings().builds_kept, LOCK_SECONDS)
    if name != before:
        record(request, "data-rollback", f"build {name}", f"{before} -> {name}")
    return redirect(f"{reverse('admin-data')}#builds")


@require_POST
@required(Role.ADMINISTRATOR)
def cancel(request: HttpRequest, job: int) -> HttpResponse:
    """`/admin-data/jobs/3/cancel/`; of a job that has ended it changes nothing."""
    ask_for_its_end(request, current.workspace().path, job_of(job))
    return redirect("admin-job", job)


@require_POST
@required(Role.ADMINISTRATOR)
def again(request: HttpRequest, job: int) -> HttpResponse:
    """`/admin-data/jobs/3/again/`; of a job that runs or is done it changes nothing."""
    start_again(request, job_of(job))
    return redirect("admin-job", job)


def job_of(number: int) -> Job:
    """A job; raises `Http404`."""
    try:
        return Job.objects.get(pk=number)
    except (Job.DoesNotExist, OverflowError):
        raise Http404 from None


NO_FILE = QuestionError(
    Text("올릴 파일을 고르지 않았습니다.", "No file was chosen."),
    Text("포털에서 받은 xlsx, csv, zip 파일을 골라 주십시오.",
         "Choose the portal's xlsx, csv or zip files."),
)  # fmt: skip


def too_large(limit: int) -> QuestionError:
    """What is told of an upload beyond the limit."""
    return QuestionError(
        Text(f"한 번에 {limit} MB까지 올릴 수 있습니다.",
             f"At most {limit} MB can be uploaded at once."),
        Text("나누어 올려 주십시오. 한도는 TELADS_UPLOAD_LIMIT입니다.",
             "Upload in parts; the limit is TELADS_UPLOAD_LIMIT."),
    )  # fmt: skip


def _month(text: str) -> str:
    """The label month of the form, checked; raises `UnknownChoice`."""
    return str(Month.parse(text.strip())) if text.strip() else ""


def _page(
    request: HttpRequest, wrong: TeladsError | None = None, status_code: int = 200
) -> HttpResponse:
    lang = current.language(request)
    workspace, settings = current.workspace(), current.settings()
    held = status(workspace)
    page = Paginator(Job.objects.all(), JOBS_PAGE).get_page(request.GET.get("page"))
    facts = {
        "wrong": wrong.line(lang) if wrong else "",
        "typed_month": request.POST.get("month", "") if status_code == 400 else "",
        "ticked": status_code == 400 and request.POST.get("replace", "") == "1",
        "status": held,
        "changed": [one(lang) for one in changed_settings(workspace, settings)],
        "months_held": _months(held.rows.to_dicts(), lang),
        "taken_back": _taken_back(workspace),
        "builds": builds(workspace),
        "page": page,
        "jobs": [(job, tally(job.report, lang)) for job in page.object_list],
        "settings": settings,
        "limit": settings.upload_limit,
    }
    return render(request, "jobs/overview.html", facts, status=status_code)


def _months(rows: list[dict[str, Any]], lang: Lang) -> list[dict[str, Any]]:
    """The months of the ledger, the newest first, with when as a time and what is remarkable."""
    return [
        {**row, "when": datetime.fromisoformat(row["taken"]), "remarks": row[f"warnings_{lang}"]}
        for row in reversed(rows)
    ]


def _taken_back(workspace: Workspace) -> list[dict[str, Any]]:
    """The months that were taken back and have not come again, the newest first."""
    return [
        {"month": str(month), "file": entry.file, "by": entry.withdrawn_by,
         "when": datetime.fromisoformat(entry.withdrawn or entry.taken)}
        for month, entry in reversed(workspace.ledger().withdrawn().items())
    ]  # fmt: skip


def builds(workspace: Workspace) -> list[ShownBuild]:
    """The builds that are there, the newest first; one that cannot be read is left out."""
    found = []
    in_force = workspace.build_name()
    for one in workspace.builds():
        with contextlib.suppress(TeladsError, OSError):
            found.append(ShownBuild(
                one.name, datetime.fromtimestamp(one.made, UTC), one.months,
                one.about["version"], one.synthetic, one.name == in_force,
            ))  # fmt: skip
    return found
