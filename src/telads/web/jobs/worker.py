"""Running jobs: by `telads worker`, or by default by the server itself.

The server's supervisor checks once a second for waiting jobs, which costs a query, and runs them in
a process that ends with the work (`web.subprocess`).
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

from telads.web.subprocess import in_fresh

LOOK_SECONDS = 1.0
QUEUE_DAYS = 7
"""Days for which the queue keeps rows of tasks that ended, or never will."""
DATABASE_SECONDS = 5.0
"""Seconds between attempts to reach a database that is down."""


def work_for_ever(workspace: Path) -> None:
    """Run jobs as they come until a signal; the first one lets the running job finish.

    Waits for a database that goes down, but only for a while at the start. Raises `DatabaseAway`,
    `WorkspaceError`.
    """
    from telads.web.setup import WAIT_SECONDS, make_ready

    make_ready(workspace, WAIT_SECONDS)
    from django.db import Error, connection

    pause = threading.Event()
    while True:
        try:
            _work(batch=False)
        except Error:
            connection.close()
            pause.wait(DATABASE_SECONDS)
        else:
            return


def work_ahead() -> None:
    """Thread of the supervisor: run waiting jobs in processes of their own, for ever.

    It also sees a build that somebody put in force elsewhere, as on the command line.
    """
    from django.db import Error, connection
    from django_tasks_db.models import DBTaskResult

    pause, build = threading.Event(), ""
    while True:
        try:
            build = _announced(build)
            waits = DBTaskResult.objects.ready().exists()
        except Error:
            connection.close()
            waits = False
        if waits:
            in_fresh(work_once)
        pause.wait(LOOK_SECONDS)


def _announced(known: str) -> str:
    """The build in force; one that is not the known one is announced (`telads.web.notices`)."""
    from telads.errors import TeladsError
    from telads.store.workspace import Store
    from telads.web import request_state
    from telads.web.notices.queue import announce

    try:
        name = Store(request_state.settings().workspace).build_name() or ""
    except TeladsError:  # the pages say what is wrong
        return known
    if name and name != known:
        announce()
    return name


def work_once() -> None:
    """Run all waiting jobs in this process, then return."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django

    django.setup()
    _work(batch=True)


def _work(batch: bool) -> None:
    from django.core.management import call_command

    # Jobs are recorded by telads itself; the queue's own rows may be deleted.
    call_command("prune_db_task_results", min_age_days=QUEUE_DAYS, verbosity=0)
    forget_killed()
    call_command("db_worker", batch=batch, startup_delay=False, reload=False, verbosity=0)


def forget_killed() -> None:
    """Remove tasks that the queue has considered running for days: their worker was killed."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    before = timezone.now() - timedelta(days=QUEUE_DAYS)
    DBTaskResult.objects.running().filter(started_at__lt=before).delete()
