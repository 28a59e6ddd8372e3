"""What can happen to a job: cancelled, killed, started again, asked for twice; and builds taken up
again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from telads.store.workspace import Store
from telads.web.accounts.models import AuditEntry
from telads.web.jobs import models, queue
from telads.web.jobs.models import Job, State, Step, claim, tell
from telads.web.jobs.queue import DAY
from telads.web.jobs.uploads import UPLOADS
from telads.web.jobs.worker import forget_killed
from tests.ingest.portal import write_month
from tests.store.test_workspace import held
from tests.web.document import get
from tests.web.jobs.conftest import Upload, done, outcomes

pytestmark = pytest.mark.django_db


@pytest.fixture
def months(tmp_path: Path) -> list[Path]:
    return [write_month(tmp_path, f"2023.{number}") for number in (5, 6, 7)]


def fall_silent(job: Job) -> None:
    """As if the process that runs it had been killed a while ago."""
    Job.objects.filter(pk=job.pk).update(beat=timezone.now() - 2 * models.SILENCE)
    job.refresh_from_db()


@contextmanager
def when(step: Step, done: int, act: object) -> Iterator[None]:
    """Do something when a job gets there."""
    at = queue._Doing.at

    def noticed(doing: queue._Doing, here: Step, thing: str, count: int, total: int) -> None:
        if (here, count) == (step, done):
            act(doing.job)  # type: ignore[operator]
        at(doing, here, thing, count, total)

    patch = pytest.MonkeyPatch()
    patch.setattr(queue._Doing, "at", noticed)
    try:
        yield
    finally:
        patch.undo()


def test_cancelled_before_it_began(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    address = f"/admin-data/jobs/{job.pk}/"
    assert administrator.post(f"{address}cancel/").headers["Location"] == address
    assert done(job).state == State.CANCELLED
    assert not workspace.ledger().entries
    assert not job.may_start_again
    assert AuditEntry.objects.filter(action="data-cancel").count() == 1
    administrator.post(f"{address}cancel/")
    assert AuditEntry.objects.filter(action="data-cancel").count() == 1


def test_cancelled_between_two_files(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    with when(Step.TAKE, 2, lambda job: administrator.post(f"/admin-data/jobs/{job.pk}/cancel/")):
        done(job)
    assert job.state == State.CANCELLED
    assert list(outcomes(job).values()) == ["taken", "taken"]
    assert len(workspace.ledger().entries) == 2
    assert workspace.build_name() is None
    assert list((workspace.path / UPLOADS).iterdir()) == []
    page = get(administrator, "/en/admin-data/")
    assert "does not contain exactly these files" in page.text
    administrator.post("/en/admin-data/build/")
    built = done()
    assert (built.state, built.files) == (State.DONE, [])
    assert workspace.build_name() == built.build
    assert "exactly these files" not in get(administrator, "/en/admin-data/").text


def test_one_taken_up_while_it_is_cancelled_keeps_its_files_until_it_stops(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    upload(*months)
    job = Job.objects.get()
    read = Job.refresh_from_db

    def read_then_claimed(self: Job) -> None:
        read(self)
        assert claim(self.pk, self.attempt, "worker")

    with monkeypatch.context() as patch:
        patch.setattr(Job, "refresh_from_db", read_then_claimed)
        administrator.post(f"/admin-data/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert (job.state, job.cancel_asked) == (State.RUNNING, True)
    assert len(list((workspace.path / UPLOADS / job.folder).iterdir())) == len(months)


def test_cancelled_while_building(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    with when(Step.BUILD, 2, lambda job: Job.objects.update(cancel_asked=True)):
        done(job)
    assert job.state == State.CANCELLED
    assert workspace.build_name() is None
    administrator.post("/admin-data/build/")
    assert done().build == workspace.build_name()


def test_a_killed_worker_is_told_as_interrupted_and_the_job_started_again(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()

    class Killed(BaseException):
        pass

    def die(job: Job) -> None:
        raise Killed

    with when(Step.TAKE, 1, die), pytest.raises(Killed):
        done(job)
    job.refresh_from_db()
    assert job.told.value == "running"
    assert not job.may_start_again
    fall_silent(job)
    assert job.told.value == "interrupted"
    address = f"/en/admin-data/jobs/{job.pk}/"
    assert "Interrupted" in get(administrator, address).text
    assert "interrupted" in get(administrator, "/en/admin-data/").text
    administrator.post(f"{address}again/")
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.WAITING, 2)
    administrator.post(f"{address}again/")  # pressed twice
    job.refresh_from_db()
    assert job.attempt == 2
    done(job)
    assert job.state == State.DONE
    assert list(outcomes(job).values()) == ["unchanged", "taken", "taken"]
    assert len(workspace.build().months) == 3
    assert AuditEntry.objects.filter(action="data-again").count() == 1


def test_an_interrupted_job_can_be_cancelled(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    assert claim(job.pk, 1, "gone")
    fall_silent(job)
    administrator.post(f"/admin-data/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert not tell(job.pk, 1), "whoever was taken for dead finds it gone"


def test_one_taken_for_dead_stops_and_changes_nothing_more(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()

    def sleep_too_long(job: Job) -> None:
        fall_silent(job)
        administrator.post(f"/admin-data/jobs/{job.pk}/again/")

    with when(Step.TAKE, 1, sleep_too_long):
        done(job)
    assert (job.state, job.attempt) == (State.WAITING, 2)
    assert len(workspace.ledger().entries) == 1
    assert done(job).state == State.DONE
    assert len(workspace.build().months) == 3


def test_nobody_there_to_work_is_told_and_asked_again(
    upload: Upload, administrator: Client, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    address = f"/en/admin-data/jobs/{job.pk}/"
    assert "telads worker" not in get(administrator, address).text
    fall_silent(job)
    assert "telads worker" in get(administrator, address).text
    administrator.post(f"{address}again/")
    job.refresh_from_db()
    assert job.attempt == 2
    queue.work_on(job.pk, 1)  # the first one comes late
    job.refresh_from_db()
    assert job.state == State.WAITING
    assert done(job).state == State.DONE


def test_a_job_is_claimed_once(upload: Upload, months: list[Path]) -> None:
    upload(*months)
    job = Job.objects.get()
    assert [claim(job.pk, 1, "one"), claim(job.pk, 1, "two")] == [True, False]
    queue.work_on(job.pk, 1)
    job.refresh_from_db()
    assert (job.state, job.worker) == (State.RUNNING, "one")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_gets_it() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory is one connection's; test_worker.py has processes race")
    job = Job.objects.create(by="root")
    start, won = threading.Barrier(8), []

    def try_it(number: int) -> None:
        start.wait()
        won.append(claim(job.pk, 1, str(number)))
        connection.close()

    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_two_uploads_at_once_are_two_jobs(
    upload: Upload, workspace: Store, months: list[Path]
) -> None:
    upload(months[0], months[1])
    upload(months[1], months[2])
    first, second = Job.objects.order_by("id")
    assert first.folder != second.folder
    hurry = pytest.MonkeyPatch.context()
    with hurry as patch, when(Step.TAKE, 1, lambda job: done(first)):
        # The first is begun, by another worker, in the midst of the second.
        patch.setattr(queue, "PATIENCE", 0.0)
        patch.setattr(queue, "TURN", 0.1)
        done(second)
    first.refresh_from_db()
    assert first.state == State.FAILED
    assert "Another telads is writing" in first.problem[1]
    assert first.may_start_again
    assert second.state == State.DONE
    Job.objects.filter(pk=first.pk).update(state=State.WAITING)
    assert done(first).state == State.DONE
    assert len(workspace.build().months) == 3


def test_a_writer_on_the_command_line_is_waited_for_and_meanwhile_it_can_be_cancelled(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    job = Job.objects.get()
    workspace.path.mkdir(exist_ok=True)
    with held(workspace), pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "TURN", 0.1)
        with when(Step.LOCKED, 0, lambda job: Job.objects.update(cancel_asked=True)):
            done(job)
    assert job.state == State.CANCELLED
    assert not workspace.ledger().entries


def test_files_nobody_asks_for_any_more_are_removed(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    import os

    upload(months[0])
    job = Job.objects.get()
    Job.objects.update(state=State.FAILED)
    folder = workspace.path / UPLOADS / job.folder
    long_ago = timezone.now().timestamp() - 2 * DAY - 1
    os.utime(folder, (long_ago, long_ago))
    upload(months[1])
    assert folder.exists(), "seven days are usual"
    with override_settings(TELADS=replace(django_settings.TELADS, uploads_kept_days=2)):
        upload(months[1])
    assert not folder.exists()
    job.refresh_from_db()
    assert not job.may_start_again
    assert "again/" not in str(get(administrator, f"/admin-data/jobs/{job.pk}/"))


def test_what_a_killed_worker_left_running_in_the_queue_is_removed(
    upload: Upload, months: list[Path]
) -> None:
    for month in months:
        upload(month)
    running_since = timezone.now() - timedelta(days=6), timezone.now() - timedelta(days=8)
    fresh, dead, waiting = DBTaskResult.objects.order_by("enqueued_at")[:3]
    for row, since in zip((fresh, dead), running_since, strict=True):
        DBTaskResult.objects.filter(pk=row.pk).update(status="RUNNING", started_at=since)
    forget_killed()
    assert {row.pk for row in DBTaskResult.objects.all()} == {fresh.pk, waiting.pk}


def test_a_former_build_is_used_again_and_the_newer_one_too(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(months[0])
    first = done().build
    upload(months[1])
    second = done().build
    page = get(administrator, "/en/admin-data/")
    assert [row.one("code").text for row in page.all("tr") if row.all("code")] == [
        second[:8], first[:8]
    ]  # fmt: skip

    def health() -> str:
        build: str = Client().get("/healthz").json()["build"]
        return build

    answer = administrator.post(f"/en/admin-data/builds/{first}/use/")
    assert answer.headers["Location"] == "/en/admin-data/#builds"
    assert health() == first
    assert "does not contain exactly these files" in get(administrator, "/en/admin-data/").text
    administrator.post(f"/admin-data/builds/{second}/use/")
    assert health() == second
    administrator.post(f"/admin-data/builds/{first}/use/")
    administrator.post("/admin-data/build/")
    assert done().build == second == health()
    assert [entry.detail for entry in AuditEntry.objects.filter(action="data-rollback")] == [
        f"{second} -> {first}", f"{first} -> {second}", f"{second} -> {first}",
    ]  # fmt: skip
    for name in ("0" * 16, "..", "%2e%2e", first[:4]):
        assert administrator.post(f"/admin-data/builds/{name}/use/").status_code == 404
    with held(workspace):
        busy = administrator.post(f"/admin-data/builds/{first}/use/")
    assert busy.status_code == 503
    assert health() == second


def test_so_many_builds_are_kept_as_the_setting_says_after_going_back_too(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    few = replace(django_settings.TELADS, builds_kept=2)
    with override_settings(TELADS=few):
        names = []
        for month in months:
            upload(month)
            names.append(done().build)
        assert [build.name for build in workspace.builds()] == [names[2], names[1]]
        administrator.post(f"/admin-data/builds/{names[1]}/use/")
        assert {build.name for build in workspace.builds()} == {names[2], names[1]}
        assert workspace.build_name() == names[1]


def test_a_setting_that_waits_for_a_build_is_told_beside_the_button_that_makes_it(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(months[0])
    done()
    assert "TELADS_FLOOR" not in get(administrator, "/en/admin-data/").text
    with override_settings(TELADS=replace(django_settings.TELADS, floor=60)):
        notice = get(administrator, "/en/admin-data/").one("div", class_="notice-warm")
        assert "TELADS_FLOOR is 60, but the current data version was made with 50." in notice.text
        assert "telads build" not in notice.text
        assert notice.one("form").attributes["action"] == "/en/admin-data/build/"
        administrator.post("/admin-data/build/")
        done()
        assert "TELADS_FLOOR" not in get(administrator, "/en/admin-data/").text


def test_a_build_that_cannot_be_read_hides_no_other(
    upload: Upload, administrator: Client, workspace: Store, months: list[Path]
) -> None:
    upload(months[0])
    name = done().build
    shutil.copytree(workspace.marts_path / name, workspace.marts_path / "damaged")
    (workspace.marts_path / "damaged" / "build.json").write_text("{")
    page = get(administrator, "/en/admin-data/")
    assert [row.one("code").text for row in page.all("tr") if row.all("code")] == [name[:8]]


def test_a_jump_of_the_clock_loses_nothing(upload: Upload, months: list[Path]) -> None:
    """A clock set forward makes a job look silent until it speaks again; nothing is stored."""
    upload(*months)
    job = Job.objects.get()

    def jump(job: Job) -> None:
        Job.objects.update(beat=timezone.now() - timedelta(hours=1))

    with when(Step.TAKE, 1, jump):
        assert done(job).state == State.DONE


def test_a_restored_job_without_its_files_says_so(
    upload: Upload, workspace: Store, months: list[Path]
) -> None:
    upload(*months)
    shutil.rmtree(workspace.path / UPLOADS)
    job = done()
    assert job.state == State.FAILED
    assert "no longer exist" in job.problem[1]


def test_numbers_no_job_can_have_are_not_there(administrator: Client) -> None:
    for number in (0, 999, 2**63, 10**40):
        assert administrator.get(f"/admin-data/jobs/{number}/").status_code == 404
        assert administrator.post(f"/admin-data/jobs/{number}/cancel/").status_code == 404
