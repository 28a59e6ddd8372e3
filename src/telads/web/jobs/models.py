"""Jobs: files to ingest, or a build to make, with their progress.

A job is claimed by one process for each attempt. While it runs, the process updates `beat` every
few seconds; a job without an update is shown as interrupted and can be started again, as another
attempt. A process that was wrongly taken for dead finds its attempt superseded and stops. Changes
to the workspace are atomic, so an attempt that ends anywhere leaves nothing half done.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

SILENCE = timedelta(seconds=30)
"""Time without an update after which a running job counts as interrupted."""


class State(models.TextChoices):
    """Displayed state of a job. Interrupted is never stored: it follows from silence."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Step(models.TextChoices):
    """Current step of a running job."""

    NONE = ""
    UNPACK = "unpack"
    TAKE = "take"
    LOCKED = "locked"
    BUILD = "build"


class Job(models.Model):
    """A background job requested by an administrator."""

    by = models.CharField(max_length=150)
    """Name of the requesting user at that time."""
    files = models.JSONField(default=list)
    """Names of the uploaded files; without any the job is a build alone."""
    month = models.CharField(max_length=7, blank=True)
    """The label month, if the name of the one file has none."""
    replace = models.BooleanField(default=False)
    """Whether a month may be replaced by far fewer rows, places or services."""
    folder = models.CharField(max_length=64, blank=True)
    """Folder under the workspace's uploads; empty once removed."""

    state = models.CharField(max_length=12, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=1)
    cancel_asked = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    beat = models.DateTimeField(null=True, blank=True)
    """Time of the request, then of the last update by the process that runs it."""
    finished = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    """The process that runs it: host name and process id."""

    step = models.CharField(max_length=8, blank=True)
    current = models.CharField(max_length=300, blank=True)
    """The current file or table."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    report = models.JSONField(default=list)
    """One result per file (`telads.web.jobs.report`)."""
    problem = models.JSONField(default=list)
    """Why it failed, in Korean and English."""
    build = models.CharField(max_length=64, blank=True)
    """The build it put in force."""

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def told(self) -> State:
        """The state as displayed."""
        state = State(self.state)
        if state is State.RUNNING and (self.beat is None or self.beat < timezone.now() - SILENCE):
            return State.INTERRUPTED
        return state

    @property
    def open(self) -> bool:
        """Whether it waits or runs, so that its page must be refreshed."""
        return self.told in {State.WAITING, State.RUNNING}

    @property
    def waits_long(self) -> bool:
        """Whether it has waited long without being claimed, as without a worker."""
        long_ago = timezone.now() - SILENCE
        return self.state == State.WAITING and self.beat is not None and self.beat < long_ago

    @property
    def may_start_again(self) -> bool:
        """Whether another attempt is possible: its files are still there."""
        ended = self.told in {State.FAILED, State.INTERRUPTED} or self.waits_long
        return ended and (bool(self.folder) or not self.files)


def counts() -> dict[str, int]:
    """How many jobs there are in each state as displayed; all states are there."""
    found = dict.fromkeys(State.values, 0)
    for state, count in Job.objects.order_by().values_list("state").annotate(models.Count("pk")):
        found[state] = count
    silent = models.Q(beat__isnull=True) | models.Q(beat__lt=timezone.now() - SILENCE)
    interrupted = Job.objects.filter(silent, state=State.RUNNING).count()
    found[State.RUNNING.value] -= interrupted
    found[State.INTERRUPTED.value] += interrupted
    return found


def claim(number: int, attempt: int, worker: str) -> bool:
    """Claim a waiting job; of concurrent claims exactly one succeeds, on either database."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=number, attempt=attempt, state=State.WAITING)
    return waiting.update(state=State.RUNNING, worker=worker, started=now, beat=now) == 1


def tell(number: int, attempt: int, **values: Any) -> bool:
    """Update a running job; False if this attempt has been superseded."""
    running = Job.objects.filter(pk=number, attempt=attempt, state=State.RUNNING)
    return running.update(beat=timezone.now(), **values) == 1
