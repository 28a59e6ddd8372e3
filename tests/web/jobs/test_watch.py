"""A watched folder whose files the website's worker takes in, and whom it tells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from telads.store.workspace import Store
from tests import interpreter

pytestmark = pytest.mark.own_database

WORK = """
import json, sys
from pathlib import Path
from telads.web.setup import set_up
set_up(Path(sys.argv[1]))
from telads.web.jobs.worker import work_once
work_once()
from telads.web.jobs.models import Job
from django_tasks_db.models import DBTaskResult
print(json.dumps([
    [(job.by, job.state, job.files, [row["outcome"] for row in job.report])
     for job in Job.objects.all()],
    sorted(DBTaskResult.objects.values_list("task_path", flat=True)),
]))
"""
ASK = """
import sys
from pathlib import Path
from telads.web.setup import set_up
set_up(Path(sys.argv[1]))
from django.contrib.auth.models import User
from telads.web.notices.models import Subscription
Subscription.objects.create(user=User.objects.create(username="kim"), mail="kim@example.com",
                            month="2023-04")
"""


def test_the_worker_takes_files_in_and_users_are_told(
    twin_site: Store, twin_files: Path, tmp_path: Path
) -> None:
    workspace, folder = tmp_path / "workspace", tmp_path / "in"
    shutil.copytree(twin_site.path, workspace)
    folder.mkdir()
    newest = max(twin_files.glob("*.csv"), key=lambda path: path.name)
    broken = folder / "2023.5월_29개 통신정보.csv"
    broken.write_bytes(newest.read_bytes()[:5000])
    env = {"TELADS_WORKSPACE": str(workspace), "PATH": "/usr/bin:/bin"}
    interpreter.python("-c", ASK, workspace, env=env).check_returncode()
    words = ("watch", folder, "--once", "--settled", "0.1")
    told = interpreter.telads(workspace, *words, "--worker")
    assert told.stdout == f"Given to job 1: {broken.name}\n", told.stderr
    assert interpreter.telads(workspace, *words, "--worker").stdout == ""
    # The same by itself: the month is replaced by a file that is a little different.
    text = newest.read_text("utf-8-sig").splitlines(keepends=True)
    (folder / newest.name).write_text("".join(text[:-1]), "utf-8-sig")
    own = interpreter.telads(workspace, *words)
    assert own.returncode == 0, own.stderr
    assert "built: " in own.stdout
    made = interpreter.python("-c", WORK, workspace, env=env)
    jobs, tasks = json.loads(made.stdout.splitlines()[-1])
    assert jobs == [["telads watch", "done", [broken.name], ["refused"]]]
    assert "telads.web.notices.queue.look" in tasks
    assert broken.exists()
    assert not [*(workspace / "uploads").iterdir()]
