"""What is shipped: one version, types and data in the wheel, a lock that is complete and clean."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import telads

ROOT = Path(__file__).parents[1]
OTHER_MACHINES = [
    {"python_version": version, "python_full_version": f"{version}.1", **system}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system in (
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64"},
        {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    )
]


def project() -> dict[str, Any]:
    parsed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    table: dict[str, Any] = parsed["project"]
    return table


LOCK = "requirements.lock"
DEV_LOCK, SPARK_LOCK = "requirements-dev.lock", "requirements-spark.lock"
LOCKS = (LOCK, DEV_LOCK, SPARK_LOCK)


def locked(lock: str = LOCK) -> dict[str, tuple[str, list[str]]]:
    """Package -> its version and hashes, as the lock file says."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    packages = {}
    for line in text.splitlines():
        found = re.fullmatch(r"([a-z0-9-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})*)\s*", line)
        assert found, f"not a pinned package: {line[:80]}"
        packages[found[1]] = (found[2], found[3].split())
    return packages


def needed_to_run() -> list[Requirement]:
    """What the package asks for, and its build tools."""
    build: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"][
        "requires"
    ]
    return [Requirement(line) for line in [*project()["dependencies"], *build]]


def needed_to_develop() -> list[Requirement]:
    """All extras but Spark."""
    extras: dict[str, list[str]] = project()["optional-dependencies"]
    return [
        Requirement(line) for extra, lines in extras.items() if extra != "spark" for line in lines
    ]


def test_the_version_is_said_alike() -> None:
    assert project()["version"] == telads.__version__


def test_types_are_announced() -> None:
    assert (Path(telads.__file__).parent / "py.typed").is_file()


def test_the_wheel_holds_all_that_the_package_holds(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    packed = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "src/telads"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    kept = [path.removeprefix("src/") for path in listed if (ROOT / path).is_file()]
    assert "telads/py.typed" in packed
    assert "telads/data/seoul_districts.geojson" in packed
    assert not set(kept) - packed


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    assert not [name for name, (_, hashes) in locked(lock).items() if not hashes]


@pytest.mark.parametrize(
    "trace", ["http:", "https:", "file:", "index-url", "find-links", "://", "#"]
)
def test_the_locks_name_no_place(trace: str) -> None:
    for lock in LOCKS:
        assert trace not in (ROOT / lock).read_text("utf-8")


def test_the_lock_of_spark_is_complete_and_fits_the_others() -> None:
    spark, all_else = locked(SPARK_LOCK), locked(DEV_LOCK)
    for line in project()["optional-dependencies"]["spark"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(spark[canonicalize_name(requirement.name)][0])
    assert "pyspark" not in all_else
    assert all(spark[name] == all_else[name] for name in spark.keys() & all_else.keys())
    assert "py4j" in spark


def test_developers_run_what_users_run() -> None:
    users, developers = locked(LOCK), locked(DEV_LOCK)
    assert {name: developers.get(name) for name in users} == users
    assert not {"pytest", "mypy", "playwright"} & users.keys(), "users need no tools"


@pytest.mark.parametrize("requirement", needed_to_run(), ids=lambda requirement: requirement.name)
def test_the_lock_satisfies_what_is_declared(requirement: Requirement) -> None:
    assert_satisfied(requirement, LOCK)


@pytest.mark.parametrize("requirement", needed_to_develop(), ids=str)
def test_the_developers_lock_satisfies_what_is_declared(requirement: Requirement) -> None:
    assert_satisfied(requirement, DEV_LOCK)


def assert_satisfied(requirement: Requirement, lock: str) -> None:
    version, _ = locked(lock)[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version), f"{requirement} but locked {version}"


@pytest.mark.parametrize("lock", [LOCK, DEV_LOCK])
@pytest.mark.parametrize(
    "machine", OTHER_MACHINES, ids=lambda m: f"{m['python_version']}-{m['platform_machine']}"
)
def test_the_lock_is_complete_for_other_machines(lock: str, machine: dict[str, str]) -> None:
    """The lock is made on one machine: no package may need one more elsewhere."""
    packages = locked(lock)
    missing = []
    for name in packages:
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, needed):
            wanted = not requirement.marker or requirement.marker.evaluate({**machine, "extra": ""})
            if wanted and canonicalize_name(requirement.name) not in packages:
                missing.append(f"{name} needs {requirement}")
    assert not missing


def test_bare_make_explains_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"demo", "test", "check", "bench", "clean"} <= set(targets)
    for target in targets:
        assert re.search(rf"^make {target} +\S", said, re.MULTILINE), target


@pytest.mark.parametrize(
    ("fails_at", "advice"),
    [("version_info", "Python 3.11 or newer"), ("ensurepip", "apt-get install python3-venv")],
)
def test_a_python_that_cannot_do_it_is_refused(tmp_path: Path, fails_at: str, advice: str) -> None:
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\ncase "$*" in *{fails_at}*) exit 1;; esac\n')
    python.chmod(0o755)
    result = subprocess.run(
        ["make", "install", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert advice in result.stderr
    assert not (tmp_path / "venv").exists()
