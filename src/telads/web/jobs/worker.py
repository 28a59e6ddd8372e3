"""Who does the jobs: `telads worker`, or by default the server itself.

The server's supervisor looks once a second whether something waits, which costs a query, and has
it done by a process that ends with the work (`web.subprocess`).
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

from telads.web.subprocess import in_fresh

LOOK_SECONDS = 1.0
QUEUE_DAYS = 7
"""How long the queue's rows of tasks that ended, or never will, are kept."""
DATABASE_SECONDS = 5.0
"""How long to wait before a database that is down is asked again."""


def work_for_ever(workspace: Path) -> None:
    """Do jobs as they come until a signal; the first one lets the running job end.

    A database that goes away is waited for; one that is away at the start, for a while. Raises
    `DatabaseAway`, `WorkspaceError`.
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
    """In a thread of the supervisor: have what waits done by processes of their own, for ever."""
    from django.db import Error, connection
    from django_tasks_db.models import DBTaskResult

    pause = threading.Event()
    while True:
        try:
            waits = DBTaskResult.objects.ready().exists()
        except Error:
            connection.close()
            waits = False
        if waits:
            in_fresh(work_once)
        pause.wait(LOOK_SECONDS)


def work_once() -> None:
    """Do all jobs that wait, in this process, then return."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django

    django.setup()
    _work(batch=True)


def _work(batch: bool) -> None:
    from django.core.management import call_command

    # A record of each job is kept by telads itself; the queue's own may go.
    call_command("prune_db_task_results", min_age_days=QUEUE_DAYS, verbosity=0)
    forget_killed()
    call_command("db_worker", batch=batch, startup_delay=False, reload=False, verbosity=0)


def forget_killed() -> None:
    """Remove what the queue takes for running since days: its worker was killed and told nobody."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    before = timezone.now() - timedelta(days=QUEUE_DAYS)
    DBTaskResult.objects.running().filter(started_at__lt=before).delete()
