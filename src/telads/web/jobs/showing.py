"""`/admin-data/jobs/3/`: how far a job is, and what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.language import Text
from telads.web import current
from telads.web.accounts.roles import Role, required
from telads.web.fragments import wants_result
from telads.web.jobs.models import State, Step
from telads.web.jobs.overview import job_of
from telads.web.jobs.report import said, shown, tally

STATES: dict[State, Text] = {
    State.WAITING: Text("차례를 기다립니다.", "Waiting for its turn."),
    State.RUNNING: Text("진행 중입니다.", "Running."),
    State.DONE: Text("끝났습니다.", "Done."),
    State.FAILED: Text("끝내지 못했습니다.", "It could not be finished."),
    State.CANCELLED: Text("취소했습니다.", "Cancelled."),
    State.INTERRUPTED: Text(
        "중단되었습니다. 작업하던 프로세스가 응답하지 않습니다.",
        "Interrupted: the process that worked on it has fallen silent.",
    ),
}
STEPS: dict[Step, Text] = {
    Step.NONE: Text("시작하는 중", "Starting"),
    Step.UNPACK: Text("올린 파일을 확인하는 중", "Looking at what was uploaded"),
    Step.TAKE: Text("파일을 읽고 검사하는 중", "Reading and checking files"),
    Step.LOCKED: Text("다른 작업이 끝나기를 기다리는 중", "Waiting for another writer"),
    Step.BUILD: Text("모든 달을 계산하는 중", "Building from all months"),
}


@require_safe
@required(Role.ADMINISTRATOR)
def job(request: HttpRequest, job: int) -> HttpResponse:
    """The page, or for htmx, which asks every other second, the part of it that changes."""
    lang = current.language(request)
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
    }
    if not wants_result(request):
        return render(request, "jobs/job.html", facts)
    response = render(request, "jobs/state.html", facts)
    if not found.open:
        # The whole page anew, once: around the result too it says which months and build there are.
        response.headers["HX-Refresh"] = "true"
    return response
