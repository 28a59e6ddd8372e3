"""Asking for a job, for its end, and for another attempt; each written down."""

from __future__ import annotations

import time
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from telads.web.accounts.audit import one_action, record
from telads.web.jobs.models import Job, State
from telads.web.jobs.receiving import UPLOADS, folder_of, received, remove
from telads.web.jobs.running import run

DAY = 24 * 3600


def start(
    request: HttpRequest, folder: Path | None, month: str = "", *, replace: bool = False
) -> Job:
    """Ask for a job: with the files of a folder, or without any for a build alone."""
    files = [path.name for path in received(folder)] if folder else []
    with one_action():
        job = Job.objects.create(
            by=request.user.get_username(), files=files, month=month, replace=replace,
            folder=folder.name if folder else "", beat=timezone.now(),
        )  # fmt: skip
        run.enqueue(job.pk, job.attempt)
        record(request, "data-upload" if files else "data-build", job, ", ".join(files))
    return job


def cancel(request: HttpRequest, workspace: Path, job: Job) -> None:
    """Ask for its end. One that waits or has fallen silent ends now, one that runs soon."""
    now = timezone.now()
    with one_action():
        asked = Job.objects.filter(
            pk=job.pk, cancel_asked=False, state__in=(State.WAITING, State.RUNNING)
        ).update(cancel_asked=True)
        if not asked:
            return
        record(request, "data-cancel", job)
        job.refresh_from_db()
        if job.told is not State.RUNNING:
            ended = Job.objects.filter(pk=job.pk, state=job.state, beat=job.beat)
            over = ended.update(
                state=State.CANCELLED, finished=now, folder="", attempt=F("attempt") + 1
            )
            if over and job.folder:  # else a worker took it up in between, and its files
                transaction.on_commit(lambda: remove(folder_of(workspace, job.folder)))


def again(request: HttpRequest, job: Job) -> None:
    """Start a job again that failed or was interrupted; of two who ask at once, one does."""
    if not job.may_start_again:
        return
    with one_action():
        same = Job.objects.filter(
            pk=job.pk, attempt=job.attempt, state=job.state, beat=job.beat
        ).update(
            state=State.WAITING, attempt=job.attempt + 1, cancel_asked=False, finished=None,
            problem=[], report=[], worker="", step="", current="", done=0, total=0,
            beat=timezone.now(),
        )  # fmt: skip
        if same:
            run.enqueue(job.pk, job.attempt + 1)
            record(request, "data-again", job)


def forget_abandoned(workspace: Path, days: int) -> None:
    """Remove files of so many days: their job was never started again, or no row names them."""
    before = time.time() - days * DAY
    uploads = workspace / UPLOADS
    for folder in uploads.iterdir() if uploads.is_dir() else ():
        try:
            old = folder.stat().st_mtime < before
        except FileNotFoundError:
            continue
        if old:
            Job.objects.filter(folder=folder.name).update(folder="")
            remove(folder)
