"""Requesting and running jobs: unpack, ingest each file, build; as the command line does.

Between files and between tables of a build a job reports its progress, and checks whether it was
cancelled or superseded. A file is in the workspace as soon as it is reported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django_tasks import task

from telads.dataset import using
from telads.errors import DataError, OtherFile, TeladsError, WorkspaceBusy
from telads.ingest.archives import UNPACKED, Unpacked, unpack
from telads.ingest.files import read_bytes
from telads.ingest.ingest import ingest
from telads.ingest.source import source_of
from telads.method.build import build
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.audit import one_action, record
from telads.web.jobs import report
from telads.web.jobs.models import Job, State, Step, claim, tell
from telads.web.jobs.uploads import UPLOADS, folder_of, received, remove
from telads.web.notices.queue import announce

DAY = 24 * 3600


def start(
    request: HttpRequest, folder: Path | None, month: str = "", *, replace: bool = False
) -> Job:
    """Request a job for the files of a folder, or for a build alone."""
    return requested(request, request.user.get_username(), folder, month, replace=replace)


def requested(
    who: HttpRequest | str, by: str, folder: Path | None, month: str = "", *, replace: bool = False
) -> Job:
    """The same for a program, named in the log of actions by `who`, on the page by `by`."""
    files = [path.name for path in received(folder)] if folder else []
    with one_action():
        job = Job.objects.create(
            by=by, files=files, month=month, replace=replace,
            folder=folder.name if folder else "", beat=timezone.now(),
        )  # fmt: skip
        run.enqueue(job.pk, job.attempt)
        record(who, "data-upload" if files else "data-build", job, ", ".join(files))
    return job


def cancel(request: HttpRequest, workspace: Path, job: Job) -> None:
    """Cancel a job: at once if it waits or has fallen silent, else at its next check."""
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
            if over and job.folder:  # else a worker has claimed it, and its files
                transaction.on_commit(lambda: remove(folder_of(workspace, job.folder)))


def again(request: HttpRequest, job: Job) -> None:
    """Restart a job that failed or was interrupted; of concurrent requests one succeeds."""
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
    """Remove uploads older than `days` whose job was not restarted, or that no job names."""
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


BEAT_SECONDS = 5.0
PATIENCE = 600.0
"""Seconds a job waits for another writer of the workspace, in short turns."""
TURN = 2.0
MEBIBYTE = 2**20
T = TypeVar("T")

ONE_MONTH = DataError(
    Text("기준월은 파일이 하나일 때만 적을 수 있습니다.",
         "A data month can be set for a single file only."),
    Text("파일을 하나씩 올려 주세요.", "Upload the files one at a time."),
)  # fmt: skip
FILES_GONE = DataError(
    Text("올린 파일이 남아 있지 않습니다.", "The uploaded files no longer exist."),
    Text("파일을 다시 올려 주세요.", "Upload them again."),
)
UNEXPECTED = Text(
    "예상하지 못한 오류가 났습니다. 오류는 서버 기록에 남았습니다.",
    "Something unexpected went wrong; the error is in the server's log.",
)


class Cancelled(Exception):
    """The job was cancelled."""


class Superseded(Exception):
    """The job was given to another process: this one was taken for dead."""


@task()
def run(number: int, attempt: int) -> None:
    """Task of the queue: run a job while updating it every few seconds."""
    with _beating(number, attempt):
        work_on(number, attempt)


def work_on(number: int, attempt: int) -> None:
    """Run a job if it is still due, and record how it ended."""
    if not claim(number, attempt, f"{socket.gethostname()}/{os.getpid()}"[:100]):
        return
    doing = _Doing(Job.objects.get(pk=number), request_state.settings())
    try:
        made = doing.all()
    except Superseded:
        return
    except Cancelled:
        doing.end(State.CANCELLED)
    except TeladsError as error:
        doing.end(State.FAILED, report.pair(error))
    except DatabaseError:
        raise  # nothing can be recorded; it will count as interrupted
    except Exception:
        doing.end(State.FAILED, list(UNEXPECTED))
        raise
    else:
        doing.end(State.DONE, build=made)
        if made:
            announce()


class _Doing:
    """A running job."""

    def __init__(self, job: Job, settings: Settings) -> None:
        self.job = job
        self.settings = settings
        self.workspace = Store(settings.workspace)
        self.rows: list[report.Row] = []
        self.names: dict[Path, str] = {}
        self.others: list[tuple[str, OtherFile]] = []

    def all(self) -> str:
        """Run all steps; returns the build put in force, empty if there was nothing new."""
        with using(self.workspace.choose_dataset(None)):
            return self._all()

    def _all(self) -> str:
        if not self.job.files:
            return self._build()
        paths = self._unpacked()
        if not paths:
            return ""
        self.at(Step.TAKE, self.names[paths[0]], 0, len(paths))
        self._patiently(lambda settings: self._take(settings, paths))
        new = any(row["outcome"] in {"taken", "replaced"} for row in self.rows)
        return self._build() if new or not self.workspace.build_name() else ""

    def _unpacked(self) -> list[Path]:
        """The readable files; others are reported as refused or skipped."""
        folder = folder_of(self.settings.workspace, self.job.folder)
        into = folder / "unpacked"
        shutil.rmtree(into, ignore_errors=True)
        uploads = received(folder)
        if not uploads:
            raise FILES_GONE
        paths = []
        for number, upload in enumerate(uploads):
            self.at(Step.UNPACK, upload.name, number, len(uploads))
            most = UNPACKED * self.settings.upload_limit * MEBIBYTE
            for file in unpack(upload, into / f"{number:03d}", most):
                path = self._known(file)
                if path:
                    self.names[path] = file.name
                    paths.append(path)
        if self.job.month and len(self.names) > 1:
            raise ONE_MONTH
        for name, error in self.others:
            self.rows.append(report.unread(name, error, beside=bool(paths)))
        return paths

    def _known(self, file: Unpacked) -> Path | None:
        """Path of a readable file, unless it is in force for another month."""
        error = file.error
        if file.path and not error:
            source = source_of(file.path)
            typed = Month.parse(self.job.month) if self.job.month else None
            month = typed or (source.month(file.path) if source else None)
            error = self._in_force_elsewhere(file.path, month) if month else None
            if error is None:
                return file.path
        if isinstance(error, OtherFile):
            self.others.append((file.name, error))
        elif error:
            self.rows.append(report.refused(file.name, error))
        return None

    def _in_force_elsewhere(self, path: Path, month: Month) -> DataError | None:
        """The refusal of a file that another month rests on: one of the two labels is wrong."""
        sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
        for other, entry in self.workspace.ledger().current().items():
            if other != month and entry.sha256 == sha256 and str(month) not in entry.file_months:
                return DataError(
                    Text(f"이 파일은 이미 {other} 데이터로 쓰고 있습니다.",
                         f"This file is already in use for {other}."),
                    Text(f"{month} 파일이 맞는지 확인해 주세요. "
                         f"{other}이 잘못이면 그 달을 먼저 제외해 주세요.",
                         f"Check that it is the file of {month}; if {other} is wrong, remove that "
                         "month first."),
                )  # fmt: skip
        return None

    def _take(self, settings: Settings, paths: list[Path]) -> None:
        month = Month.parse(self.job.month) if self.job.month else None
        waiting = dict.fromkeys(paths)
        taking = ingest(self.workspace, paths, settings, month, replace=self.job.replace)
        for taken in taking:  # a file of several months has one result for each
            name = self.names[taken.path]
            waiting.pop(taken.path, None)
            self.rows.append(report.row_of(name, taken))
            following = next((self.names[path] for path in waiting), "")
            self.at(Step.TAKE, following, len(paths) - len(waiting), len(paths))

    def _build(self) -> str:
        def step(table: str, done: int, total: int) -> None:
            self.at(Step.BUILD, "", done, total)  # names of tables mean nothing to users

        self.at(Step.BUILD, "", 0, 0)
        made = self._patiently(lambda settings: build(self.workspace, settings, on_step=step))
        return made.name

    def _patiently(self, action: Callable[[Settings], T]) -> T:
        """Run an action that needs the workspace's lock, waiting for its holder."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return action(replace(self.settings, lock_seconds=TURN))
            except WorkspaceBusy:
                if time.monotonic() > until:
                    raise
                self.at(Step.LOCKED, "", 0, 0)

    def at(self, step: Step, thing: str, done: int, total: int) -> None:
        """Report progress; raises `Cancelled`, `Superseded`."""
        told = tell(
            self.job.pk, self.job.attempt, step=step, current=thing[:300], done=done, total=total,
            report=self.rows,
        )  # fmt: skip
        if not told:
            raise Superseded
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled

    def end(self, state: State, problem: list[str] | None = None, build: str = "") -> None:
        """Record how it ended. Files of a failed job are kept for a restart."""
        from django.utils import timezone

        gone = state is not State.FAILED
        values: dict[str, Any] = {
            "state": state, "finished": timezone.now(), "report": self.rows,
            "problem": problem or [], "build": build, "step": "", "current": "",
        }  # fmt: skip
        if gone:
            values["folder"] = ""
        if tell(self.job.pk, self.job.attempt, **values) and gone and self.job.folder:
            remove(folder_of(self.settings.workspace, self.job.folder))


@contextmanager
def _beating(number: int, attempt: int) -> Iterator[None]:
    """Keep updating the job in a thread while the block runs."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                tell(number, attempt)
            except DatabaseError:
                connection.close()  # the next beat reconnects
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
