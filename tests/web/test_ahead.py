"""What is made before anybody asks, and what a worker does before its first answer."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from telads.answers.choices import HORIZONS
from telads.store.workspace import Store
from telads.web import precompute
from telads.web.cache import KEPT
from tests.asked import evaluation


@pytest.fixture
def workspace(twin_workspace: Store, tmp_path: Path) -> Store:
    """A workspace of its own in which nothing is made ahead yet."""
    unneeded = shutil.ignore_patterns("pictures", "evaluations", "static", "*.sqlite3")
    return Store(shutil.copytree(twin_workspace.path, tmp_path / "own", ignore=unneeded))


def test_what_takes_seconds_is_there_afterwards_and_is_not_made_twice(
    workspace: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = workspace.path / precompute.FORMER
    (pictures / "0123456789abcdef").mkdir(parents=True)
    (pictures / "vega-embed-1.0.js").write_text("")
    precompute.make_ahead(workspace)
    assert not pictures.exists()
    monkeypatch.setattr("telads.answers.evaluation._computed", None)  # would fail
    for horizon in HORIZONS:
        assert evaluation(workspace, horizon).build == workspace.build_name()


def test_an_empty_workspace_is_left_as_it_is(tmp_path: Path) -> None:
    precompute.make_ahead(Store(tmp_path / "nothing"))
    assert not (tmp_path / "nothing" / "evaluations").exists()


@pytest.fixture
def thawed() -> Iterator[None]:
    """What is frozen by a test is looked at again after it."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_a_worker_has_opened_the_pages_before_anybody_asks(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.clear()
    precompute.warm_up()
    assert gc.get_freeze_count() > 10_000
    assert len(KEPT) == 2 * len(precompute.PAGES)
    monkeypatch.setattr("telads.web.pages.data.views.status", None)  # would fail
    for page in precompute.PAGES:
        assert site.get(page).status_code == 200
        assert site.get(f"/en{page}").status_code == 200
    assert len(KEPT) == 2 * len(precompute.PAGES)


@pytest.mark.usefixtures("thawed")
def test_a_page_that_fails_keeps_no_worker_away(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precompute, "PAGES", ("/no-such-page/",))
    precompute.warm_up()
    assert site.get("/no-such-page/").status_code == 404
