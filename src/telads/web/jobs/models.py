"""A job: files to take in, or a build to make, and how far that is.

A job is run by whoever claims it first, once for each attempt. While it runs it says so every few
seconds; one that has fallen silent is told as interrupted and can be started again, as another
attempt. A process that was taken for dead finds its attempt gone and stops. What a job does to the
workspace is whole or not at all, so an attempt that ends anywhere leaves nothing half done.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

SILENCE = timedelta(seconds=30)
"""After so long without a word a running job is taken for interrupted."""


class State(models.TextChoices):
    """What is to be told of a job. Interrupted is never stored: it follows from silence."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Step(models.TextChoices):
    """What a running job is doing."""

    NONE = ""
    UNPACK = "unpack"
    TAKE = "take"
    LOCKED = "locked"
    BUILD = "build"


class Job(models.Model):
    """Something an administrator asked for, to be done in the background."""

    by = models.CharField(max_length=150)
    """The name of whoever asked, as it was then."""
    files = models.JSONField(default=list)
    """Names of the files that were uploaded; without any the job is a build alone."""
    month = models.CharField(max_length=7, blank=True)
    """The label month, where the name of the one file does not tell it."""
    replace = models.BooleanField(default=False)
    """Whether a month may be replaced by far fewer rows, places or services."""
    folder = models.CharField(max_length=64, blank=True)
    """Under the uploads of the workspace; empty when it has been removed."""

    state = models.CharField(max_length=12, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=1)
    cancel_asked = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    beat = models.DateTimeField(null=True, blank=True)
    """When it was last asked for, and then when the process that runs it last said so."""
    finished = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    """The process that runs it: machine and number."""

    step = models.CharField(max_length=8, blank=True)
    current = models.CharField(max_length=300, blank=True)
    """The file or table it is at."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    report = models.JSONField(default=list)
    """What became of each file (`telads.web.jobs.report`)."""
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
        """The state as people are told."""
        state = State(self.state)
        if state is State.RUNNING and (self.beat is None or self.beat < timezone.now() - SILENCE):
            return State.INTERRUPTED
        return state

    @property
    def open(self) -> bool:
        """Whether it waits or runs, so that its page is to be looked at again."""
        return self.told in {State.WAITING, State.RUNNING}

    @property
    def waits_long(self) -> bool:
        """Whether nobody has taken it for a while, as where there is no worker."""
        long_ago = timezone.now() - SILENCE
        return self.state == State.WAITING and self.beat is not None and self.beat < long_ago

    @property
    def may_start_again(self) -> bool:
        """Whether another attempt makes sense: its files are still there."""
        ended = self.told in {State.FAILED, State.INTERRUPTED} or self.waits_long
        return ended and (bool(self.folder) or not self.files)


def claim(number: int, attempt: int, worker: str) -> bool:
    """Take a waiting job; of several who try, on either database, one gets it."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=number, attempt=attempt, state=State.WAITING)
    return waiting.update(state=State.RUNNING, worker=worker, started=now, beat=now) == 1


def tell(number: int, attempt: int, **values: Any) -> bool:
    """Say how a running job is getting on; False where this attempt is no longer the job's."""
    running = Job.objects.filter(pk=number, attempt=attempt, state=State.RUNNING)
    return running.update(beat=timezone.now(), **values) == 1
