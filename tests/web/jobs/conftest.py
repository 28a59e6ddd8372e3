"""What the tests of data administration share: a website on a workspace of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client, override_settings

from telads.store.workspace import Store
from telads.web.accounts.roles import Role
from telads.web.jobs.models import Job
from telads.web.jobs.queue import work_on
from tests.web.accounts.people import person, signed_in

Upload = Callable[..., HttpResponseBase]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Store]:
    """The website's workspace: empty, and this test's alone."""
    made = Store(tmp_path / "workspace")
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=made.path)):
        yield made


@pytest.fixture
def twin(workspace: Store, twin_workspace: Store) -> Store:
    """The same with four synthetic months."""
    shutil.copytree(twin_workspace.path, workspace.path)
    return workspace


@pytest.fixture
def administrator(workspace: Store) -> Client:
    return signed_in(person("root", Role.ADMINISTRATOR))


@pytest.fixture
def upload(administrator: Client) -> Upload:
    """Send files as a browser does."""

    def send(
        *paths: Path, month: str = "", name: str = "", replace: bool = False
    ) -> HttpResponseBase:
        files = [SimpleUploadedFile(name or path.name, path.read_bytes()) for path in paths]
        ticked = {"replace": "1"} if replace else {}
        form = {"files": files, "month": month, **ticked}
        return administrator.post("/admin-data/upload/", form)

    return send


def done(job: Job | None = None) -> Job:
    """The newest job, or another, after it has run."""
    known = job or Job.objects.latest("id")
    work_on(known.pk, known.attempt)
    known.refresh_from_db()
    return known


def outcomes(job: Job) -> dict[str, str]:
    return {row["file"]: row["outcome"] for row in job.report}
