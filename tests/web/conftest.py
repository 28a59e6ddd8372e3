"""What the tests of the website share: a client of a site that shows synthetic months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client, override_settings

from telads.store.files import closed_umask
from telads.store.workspace import Store
from telads.web.accounts import chain

PROCESSES = {"Server", "multiprocessing", "subprocess"}
"""Names by which a test module starts processes, which may use the database."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell which tests may use a database: the others need not run again on another one.

    Pytest-django refuses the database to a test that has not asked for it, but not to processes
    that the test starts. Of a test with many cases the first is told: they differ in pages,
    languages and roles, not in what is asked of the database. One that brings a database along
    (`own_database`) asks the same of it wherever it runs.
    """
    known = set()
    here = Path(__file__).parent  # pytest hands over the tests of all folders
    for item in items:
        if here in item.path.parents and isinstance(item, pytest.Function):
            test = item.nodeid.partition("[")[0]
            if test in known:
                continue
            known.add(test)
            if item.get_closest_marker("own_database"):
                continue
            asked = item.get_closest_marker("django_db") or "db" in item.fixturenames
            if asked or not PROCESSES.isdisjoint(dir(item.module)):
                item.add_marker("database")


@pytest.fixture(autouse=True, scope="session")
def log_emptied_between_tests() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions, that of the log too."""
    emptied = BaseDatabaseOperations.execute_sql_flush

    def flush(self: BaseDatabaseOperations, statements: list[str]) -> None:
        with transaction.atomic(), chain.replaceable(self.connection):
            emptied(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture
def site(client: Client, twin_workspace: Store) -> Iterator[Client]:
    """A client of the website that shows the synthetic months, in files that are its own alone."""
    shown = replace(django_settings.TELADS, workspace=twin_workspace.path)
    with closed_umask(), override_settings(TELADS=shown):
        yield client
