"""What tests share: the real files, where they are, and a workspace that holds them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

# Before the command line is imported, which learns its language then: whatever the locale is.
os.environ["TELADS_LANG"] = "ko"

from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.model import Month, months_between
from telads.settings import Settings
from telads.store.workspace import Build, Store
from telads.twin.cells import read_profile
from telads.twin.files import write_twin
from tests import interpreter, processor
from tests.spread import (  # noqa: F401
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_runtest_call,
    pytest_xdist_make_scheduler,
)
from tests.tools import (
    REAL_FILES,
    lacking,
    pytest_terminal_summary,  # noqa: F401
)

# Machines are shared and slow. Where a change is judged (CI) the same examples are drawn each time:
# it must not pass or fail by luck; on a developer's machine new ones are.
hypothesis.settings.register_profile("telads", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "telads")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let processor time be asked for."""
    parser.addoption(processor.TIMES, type=int, default=0, help="list so many files and tests "
                     "that took most processor time")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Count processor time where it is asked for."""
    if config.getoption(processor.TIMES):
        config.pluginmanager.register(processor)


SEOUL_DATA = Path(os.environ.get("TELADS_SEOUL_DATA", "../shared/data/seoul"))


@pytest.fixture(scope="session")
def seoul() -> Path:
    """The folder with the portal's real files."""
    folder = SEOUL_DATA.resolve()
    if not any(folder.glob("*.xlsx")):
        lacking(REAL_FILES, f"no xlsx files in {folder}; set TELADS_SEOUL_DATA")
    return folder


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The default settings, whatever the environment says."""
    return Settings.load({}, Path("no-such-file"))


def copy_of(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object], to: Path
) -> Path:
    """A copy of what is made once for all processes of a run, by the first that wants it."""
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    made = root / f"made-{name}"
    with FileLock(root / f"made-{name}.lock"):
        if not made.exists():
            beside = factory.mktemp("making") / name
            make(beside)
            beside.rename(made)
    shutil.copytree(made, to, dirs_exist_ok=True)
    return to


@pytest.fixture(scope="session")
def seoul_workspace(
    seoul: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """A workspace with all real months taken in. Read only: tests that write make their own."""

    def make(path: Path) -> None:
        assert not [taken for taken in ingest(Store(path), [seoul], settings) if taken.error]

    folder = tmp_path_factory.mktemp("seoul")
    return Store(copy_of(tmp_path_factory, "seoul", make, folder / "workspace"))


@pytest.fixture(scope="session")
def seoul_build(
    seoul_workspace: Store, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """The tables built from all real months."""

    def make(path: Path) -> None:
        shutil.copytree(seoul_workspace.path, path)
        build(Store(path), settings)

    copy_of(tmp_path_factory, "seoul-built", make, seoul_workspace.path)
    return seoul_workspace.build()


TWIN_MONTHS = months_between(Month.of(2023, 1), Month.of(2023, 4))


@pytest.fixture(scope="session")
def twin_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four synthetic months in the portal's format. Read only."""

    def make(path: Path) -> None:
        path.mkdir()
        list(write_twin(read_profile(), TWIN_MONTHS, 1, path, "csv"))

    return copy_of(tmp_path_factory, "twin-files", make, tmp_path_factory.mktemp("twin-files"))


@pytest.fixture(scope="session")
def twin_workspace(
    twin_files: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Four synthetic months, taken in and built. Read only: no website of its own starts on it."""

    def make(path: Path) -> None:
        assert not [taken for taken in ingest(Store(path), [twin_files], settings) if taken.error]
        build(Store(path), settings)

    folder = tmp_path_factory.mktemp("twin")
    workspace = Store(copy_of(tmp_path_factory, "twin", make, folder / "workspace"))
    yield workspace
    left = {path.name for path in workspace.path.iterdir()} & {"secret-key", "static"}
    assert not left, f"a test started a website on the workspace of all tests, not a copy: {left}"


SITE = """
import sys
from pathlib import Path
from telads.store.workspace import Store
from telads.web.precompute import make_ahead
from telads.web.serve import prepare
prepare(Path(sys.argv[1]))
make_ahead(Store(Path(sys.argv[1])))
"""


@pytest.fixture(scope="session")
def twin_site(twin_workspace: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same with what a first start of the website leaves: tables, styles, evaluations.

    To be copied by tests that start it and are not about the first start, which takes as long as
    all that follows.
    """

    def make(path: Path) -> None:
        shutil.copytree(twin_workspace.path, path)
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"
        }
        own = {"TELADS_WORKSPACE": str(path), "DJANGO_SETTINGS_MODULE": "telads.web.settings"}
        interpreter.python("-c", SITE, path, env=plain | own).check_returncode()

    folder = tmp_path_factory.mktemp("site")
    return Store(copy_of(tmp_path_factory, "site", make, folder / "workspace"))


@pytest.fixture(scope="session")
def twin_build(twin_workspace: Store) -> Build:
    """The tables built from the synthetic months."""
    return twin_workspace.build()
