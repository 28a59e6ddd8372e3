"""What is shipped: one version, types and data in the wheel, a lock that is complete and clean."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, files, metadata, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import telads
from telads.mcp.server import DOCUMENTS

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
BUILD_LOCK, DEV_LOCK = "requirements-build.lock", "requirements-dev.lock"
EXTRAS = {
    extra: f"requirements-{extra}.lock"
    for extra in ("spark", "sso", "lake", "privacy", "mcp", "docs")
}
CLIENT_LOCK = "requirements-client.lock"
"""The generator of typed clients, in an environment of its own."""
LOCKS = (LOCK, BUILD_LOCK, DEV_LOCK, CLIENT_LOCK, *EXTRAS.values())
BUILD_TOOLS = {"build", "editables", "flit-core", "hatchling", "pip", "pip-tools", "poetry-core",
               "pyproject-hooks", "setuptools", "trove-classifiers", "wheel"}  # fmt: skip


@cache
def locked(lock: str = LOCK) -> dict[str, tuple[str, list[str]]]:
    """Package -> its version and hashes, as the lock file says."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    packages = {}
    for line in text.splitlines():
        found = re.fullmatch(r"([a-z0-9-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})*)\s*", line)
        assert found, f"not a pinned package: {line[:80]}"
        packages[found[1]] = (found[2], found[3].split())
    return packages


@cache
def needs(name: str) -> tuple[Requirement, ...]:
    """What an installed package asks for; nothing of one that is not installed."""
    try:
        return tuple(map(Requirement, requires(name) or ()))
    except PackageNotFoundError:
        return ()


def needed_to_run() -> list[Requirement]:
    """What the package asks for."""
    return [Requirement(line) for line in project()["dependencies"]]


def needed_to_build() -> list[Requirement]:
    """What builds the package."""
    parsed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [Requirement(line) for line in parsed["build-system"]["requires"]]


def needed_to_develop() -> list[Requirement]:
    """All extras but Spark."""
    extras: dict[str, list[str]] = project()["optional-dependencies"]
    return [
        Requirement(line) for extra, lines in extras.items() if extra != "spark" for line in lines
    ]


def test_the_version_is_declared_once() -> None:
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    assert "version" not in project()
    assert ProjectMetadata(str(ROOT), PluginManager()).version == telads.__version__
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert heads[1].startswith(f"{telads.__version__} - 20")


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
    assert "telads/dataset/seoul/borders.geojson" in packed
    assert {f"telads/mcp/documents/{name}.md" for name in DOCUMENTS} <= packed
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


@pytest.mark.parametrize(("extra", "lock"), EXTRAS.items())
def test_the_lock_of_an_extra_is_complete_and_fits_the_others(extra: str, lock: str) -> None:
    own, all_else = locked(lock), locked(DEV_LOCK)
    for line in project()["optional-dependencies"][extra]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(own[canonicalize_name(requirement.name)][0])
    assert all(own[name] == all_else[name] for name in own.keys() & all_else.keys())
    if extra == "spark":
        assert "pyspark" not in all_else
        assert "py4j" in own
        return
    assert not own.keys() - all_else.keys(), "developers have it, too"
    missing = closure(own) - own.keys() - locked(LOCK).keys()
    assert not missing


def test_every_extra_has_a_lock_and_a_command() -> None:
    assert project()["optional-dependencies"].keys() == {*EXTRAS, "dev"}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for extra in EXTRAS:
        assert f"install-{extra}:" in makefile


def closure(names: Iterable[str]) -> set[str]:
    """What packages need, and what that needs, of what is installed here."""
    found: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for requirement in needs(name):
            wanted = not requirement.marker or requirement.marker.evaluate({"extra": ""})
            # Of a requested extra, all: its parts are not listed here.
            if wanted or (requirement.marker and "extra ==" in str(requirement.marker)
                          and name in EXTENDED):  # fmt: skip
                waiting.append(canonicalize_name(requirement.name))
    return found


EXTENDED = {
    canonicalize_name(Requirement(line).name)
    for line in project()["dependencies"]
    if Requirement(line).extras
}
"""Packages that are asked for with an extra."""


def test_what_runs_holds_no_tools_that_build() -> None:
    users, tools = locked(LOCK), locked(BUILD_LOCK)
    needed = closure(canonicalize_name(requirement.name) for requirement in needed_to_run())
    assert not users.keys() - needed, "nothing that runs asks for it"
    assert not BUILD_TOOLS & users.keys()
    assert "hatchling" in tools
    assert not closure(tools) - tools.keys()
    assert all(tools[name] == users[name] for name in tools.keys() & users.keys())


def test_developers_run_what_users_run() -> None:
    users, developers = locked(LOCK), locked(DEV_LOCK)
    assert {name: developers.get(name) for name in users} == users
    assert not {"pytest", "mypy", "playwright"} & users.keys(), "users need no tools"


@pytest.mark.parametrize("requirement", needed_to_run(), ids=lambda requirement: requirement.name)
def test_the_lock_satisfies_what_is_declared(requirement: Requirement) -> None:
    assert_satisfied(requirement, LOCK)


@pytest.mark.parametrize("requirement", needed_to_build(), ids=lambda requirement: requirement.name)
def test_the_lock_of_tools_satisfies_what_is_declared(requirement: Requirement) -> None:
    assert_satisfied(requirement, BUILD_LOCK)


@pytest.mark.parametrize("requirement", needed_to_develop(), ids=str)
def test_the_developers_lock_satisfies_what_is_declared(requirement: Requirement) -> None:
    assert_satisfied(requirement, DEV_LOCK)


def assert_satisfied(requirement: Requirement, lock: str) -> None:
    version, _ = locked(lock)[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version), f"{requirement} but locked {version}"


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock != EXTRAS["spark"]])
@pytest.mark.parametrize(
    "machine", OTHER_MACHINES, ids=lambda m: f"{m['python_version']}-{m['platform_machine']}"
)
def test_the_lock_is_complete_for_other_machines(lock: str, machine: dict[str, str]) -> None:
    """The lock is made on one machine: no package may need one more elsewhere."""
    packages = locked(lock)
    missing = []
    for name in packages:
        for requirement in needs(name):
            wanted = not requirement.marker or requirement.marker.evaluate({**machine, "extra": ""})
            if wanted and canonicalize_name(requirement.name) not in packages:
                missing.append(f"{name} needs {requirement}")
    assert not missing


PERMISSIVE = re.compile(
    r"MIT(-0|-CMU)?|BSD|BSD-[23]-Clause|0BSD|ISC|Apache( Software)?|Apache[- ](License )?2\.0|Zlib|"
    r"PSF(-2\.0|L)?|Python Software Foundation|HPND|CC0-1\.0|ZPL-2\.1"
)
"""Licences that ask no more than to keep their text, as metadata name them."""


TOLD_BY_TEXT = {"resvg-py"}
"""Packages whose metadata name no licence, and which hold nothing under another than their own."""


def licences(name: str) -> list[str]:
    """The licences of an installed package: by SPDX, else its own word, else classifiers."""
    told: Any = metadata(name)  # an email's headers
    stated = told.get("License-Expression") or ""
    own = told.get("License") or ""
    # "Dual License" names neither, classifiers both.
    if not stated and "\n" not in own and len(own) < 40 and own != "Dual License":
        stated = own
    classifiers = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or []
                   if line.startswith("License :: OSI Approved :: ")]  # fmt: skip
    names = re.split(r" AND | OR ", stated) if stated else classifiers
    plain = [re.sub(r" \(.*\)| License$", "", name).strip("() ") for name in names]
    return [one for one in plain if one] or [
        by_its_text(name) if name in TOLD_BY_TEXT else "not told"
    ]


def by_its_text(name: str) -> str:
    """MIT, where the file beside the metadata has its words."""
    for file in files(name) or []:
        if file.name.startswith("LICENSE") and ".dist-info" in str(file):
            words = " ".join(Path(str(file.locate())).read_text("utf-8").split())
            if "Permission is hereby granted, free of charge, to any person" in words:
                return "MIT"
    return "not told"


def noticed() -> dict[str, str]:
    """Package -> its licence, as NOTICE has them."""
    text = (ROOT / "NOTICE").read_text("utf-8")
    return dict(re.findall(r"^- ([a-z0-9-]+): (.+)$", text, re.MULTILINE))


def test_the_notice_names_every_licence_that_asks_more_than_a_notice() -> None:
    found = {}
    for name in sorted({name for lock in LOCKS for name in locked(lock)}):
        try:
            told = licences(name)
        except PackageNotFoundError:  # pyspark and py4j
            continue
        if not all(PERMISSIVE.fullmatch(one) for one in told):
            found[name] = told
    told_of = noticed()
    assert told_of.keys() == found.keys()
    for name, told in found.items():
        for one in told:
            known = {
                "Mozilla Public License 2.0": "MPL-2.0",
                "SIL Open Font License 1.1": "OFL-1.1",
                "GNU General Public License": "GPL-3.0",
                "not told": "MPL-2.0",
            }.get(one, one)
            assert known.removesuffix("-only") in told_of[name], (name, told)
    assert told_of["fpdf2"] == told_of["psycopg"] == "LGPL-3.0"


def test_the_notice_says_who_needs_what() -> None:
    parts = (ROOT / "NOTICE").read_text("utf-8").split("\n\n")
    heads = {"To run it": LOCK, "To build it": BUILD_LOCK, "The extra sso": EXTRAS["sso"],
             "The extra docs, besides": EXTRAS["docs"],
             "Its developers' tools, besides": DEV_LOCK}  # fmt: skip
    seen: set[str] = set()
    for part in parts:
        head, *lines = part.strip().splitlines()
        if head not in heads:
            continue
        names = {line[2:].partition(":")[0] for line in lines}
        assert names <= locked(heads[head]).keys()
        assert names == {name for name in noticed() if name in locked(heads[head])} - seen
        seen |= names
    assert seen == noticed().keys()


def test_what_make_starts_keeps_its_compiled_modules(tmp_path: Path) -> None:
    """Whatever the environment says: packages come uncompiled, and tests start many processes."""
    makefile = tmp_path / "Makefile"
    asked = "import sys; print(sys.dont_write_bytecode)"
    makefile.write_text(f"include {ROOT}/Makefile\nasked:\n\t@{sys.executable} -c '{asked}'\n")
    said = subprocess.run(
        ["make", "-f", makefile, "asked"], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "False" in said.split()


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
