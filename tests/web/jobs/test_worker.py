"""Processes that do jobs, on a database of their own: each job once, a death, a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from telads.store.workspace import Store
from tests.ingest.portal import write_month
from tests.store.test_workspace import held

pytestmark = pytest.mark.slow

BEFORE = """
import sys
from pathlib import Path
from telads.web.setup import make_ready
workspace = Path(sys.argv[1])
make_ready(workspace)
from telads.web.jobs.models import Job
from telads.web.jobs.queue import run
"""
ASK = (
    BEFORE
    + """
from django.utils import timezone
files = [Path(name).name for name in sys.argv[3:]]
for number in range(int(sys.argv[2])):
    folder = f"folder{number}"
    for at, name in enumerate(sys.argv[3:]):
        place = workspace / "uploads" / folder / f"{at:03d}"
        place.mkdir(parents=True)
        (place / Path(name).name).write_bytes(Path(name).read_bytes())
    job = Job.objects.create(
        by="root", files=files, folder=folder if files else "", beat=timezone.now()
    )
    run.enqueue(job.pk, 1)
"""
)
TELL = (
    BEFORE
    + """
import json, time
wanted = dict(word.split("=") for word in sys.argv[2:])
names = ("id", "state", "attempt", "worker", "step", "build", "report", "problem")
for _ in range(600):
    told = [{name: getattr(job, name) for name in names} | {"told": job.told.value}
            for job in Job.objects.order_by("id")]
    if all(job[name] == value for job in told for name, value in wanted.items()):
        break
    time.sleep(0.1)
print(json.dumps(told))
"""
)
SILENT = (
    BEFORE
    + """
from datetime import timedelta
from django.utils import timezone
Job.objects.filter(state="running").update(beat=timezone.now() - timedelta(minutes=2))
"""
)
AGAIN = (
    BEFORE
    + """
job = Job.objects.get()
assert job.may_start_again
Job.objects.update(state="waiting", attempt=2)
run.enqueue(job.pk, 2)
"""
)
ONCE = (
    BEFORE
    + """
from telads.web.jobs.worker import work_once
print("ready", flush=True)
sys.stdin.readline()
work_once()
"""
)


class Installation:
    """A workspace with a database, and programs run on it."""

    def __init__(self, workspace: Path, database_url: str) -> None:
        self.workspace = workspace
        plain = {name: value for name, value in os.environ.items()
                 if not name.startswith(("TELADS_", "DJANGO_"))}  # fmt: skip
        self.environment = {**plain, "TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en",
                            "TELADS_DATABASE_URL": database_url}  # fmt: skip
        self.running: list[subprocess.Popen[str]] = []

    def run(self, script: str, *arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(self.workspace), *map(str, arguments)],
            env=self.environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def jobs(self, **wanted: str) -> list[dict[str, Any]]:
        """All jobs, as soon as they are so."""
        words = [f"{name}={value}" for name, value in wanted.items()]
        found: list[dict[str, Any]] = json.loads(self.run(TELL, *words))
        assert all(job[name] == value for job in found for name, value in wanted.items()), found
        return found

    def start(self, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command], env=self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    def worker(self) -> subprocess.Popen[str]:
        return self.start("-c", "from telads.cli import main; main()", "worker")

    def wait(self, **wanted: str) -> dict[str, Any]:
        """The only job, as soon as it is so."""
        (job,) = self.jobs(**wanted)
        return job


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """SQLite in the workspace, or a database of this test on the server of the test run."""
    server = os.environ.get("TELADS_DATABASE_URL", "")
    if not server:
        yield ""
        return
    import psycopg

    name = f"telads_jobs_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    made = Installation(tmp_path / "workspace", database_url)
    try:
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.communicate()


def test_workers_that_race_do_each_job_once(installation: Installation, tmp_path: Path) -> None:
    installation.run(ASK, 6, write_month(tmp_path, "2023.6"))
    workers = [installation.start("-c", ONCE, str(installation.workspace)) for _ in range(3)]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
        assert "Traceback" not in errors
    jobs = installation.jobs()
    assert [job["state"] for job in jobs] == ["done"] * 6
    taken = [row["outcome"] for job in jobs for row in job["report"]]
    assert sorted(taken) == ["taken"] + ["unchanged"] * 5
    # A job with nothing new, before the first one has built, makes a build too: the same one.
    (first,) = (job for job in jobs if job["report"][0]["outcome"] == "taken")
    workspace = Store(installation.workspace)
    assert first["build"] == workspace.build_name()
    assert {job["build"] for job in jobs} <= {first["build"], ""}
    assert [build.name for build in workspace.builds()] == [first["build"]]


def test_a_worker_killed_at_its_work_and_the_job_started_again(
    installation: Installation, tmp_path: Path
) -> None:
    workspace = Store(installation.workspace)
    installation.run(ASK, 1, *[write_month(tmp_path, f"2023.{number}") for number in (6, 7)])
    with held(workspace):
        worker = installation.worker()
        job = installation.wait(state="running", step="locked")
        assert job["worker"].endswith(f"/{worker.pid}")
        worker.kill()
        worker.wait()
    assert installation.jobs()[0]["told"] == "running"
    installation.run(SILENT)
    assert installation.jobs()[0]["told"] == "interrupted"
    assert not workspace.ledger().entries
    installation.run(AGAIN)
    installation.worker()
    job = installation.wait(state="done")
    assert [row["outcome"] for row in job["report"]] == ["taken", "taken"]
    assert workspace.build_name() == job["build"]


def test_a_worker_lives_while_it_works_and_ends_with_its_job_at_a_signal(
    installation: Installation, tmp_path: Path
) -> None:
    workspace = Store(installation.workspace)
    installation.run(ASK, 1, write_month(tmp_path, "2023.6"))
    with held(workspace):
        worker = installation.worker()
        installation.wait(state="running", step="locked")
        installation.run(SILENT)
        installation.wait(told="running")  # it says soon that it lives
        worker.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert worker.poll() is None
    assert worker.wait(timeout=60) == 0
    assert installation.jobs()[0]["state"] == "done"
