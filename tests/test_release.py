"""A release is built the same twice, and refused where it is none."""

from __future__ import annotations

import importlib.util
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from telads.version import __version__

ROOT = Path(__file__).parents[1]


def loaded() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RELEASE = loaded()
DATED = "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-12-01\n\n- one\n\n## 1.1.0 - 2026-11-01\n"


def test_a_release_is_committed_and_dated_and_its_tag_is_its_own() -> None:
    def faults(**other: str) -> list[str]:
        given = {"version": "1.2.0", "changelog": DATED, "changed": "", "tagged": "", "head": "abc"}
        found: list[str] = RELEASE.faults(**given | other)
        return found

    assert faults() == faults(tagged="abc") == []
    (told,) = faults(changed=" M README.md")
    assert "README.md" in told
    (told,) = faults(changelog=DATED.replace("Unreleased\n", "Unreleased\n\n- more\n"))
    assert "under Unreleased" in told
    (told,) = faults(version="1.3.0")
    assert "no dated section of 1.3.0" in told
    (told,) = faults(tagged="def")
    assert "another commit" in told


def test_the_version_is_that_of_the_package() -> None:
    assert RELEASE.version_of(ROOT) == __version__


@pytest.mark.slow
def test_a_release_is_built_the_same_whenever_and_wherever(tmp_path: Path) -> None:
    """Under another umask, time zone and times of files, and from the sdist."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if head.returncode:
        pytest.skip("not a checkout")
    sdist, wheel = sorted(
        RELEASE.twice(head.stdout.strip(), tmp_path, "1700000000"), key=lambda path: path.suffix
    )
    assert wheel.name == f"telads-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as packed:
        assert {one.date_time[:3] for one in packed.infolist()} == {(2023, 11, 14)}
    with tarfile.open(sdist) as archive:
        names = set(archive.getnames())
        assert {one.mtime for one in archive} == {1700000000}
    for name in ("Makefile", "docs/deploy.md", "deploy/nginx.conf", "tests/test_release.py"):
        assert f"telads-{__version__}/{name}" in names


@pytest.mark.parametrize("where", ["one", "other"])
def test_builds_that_differ_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    def build(source: Path, target: Path, *_: object) -> list[Path]:
        target.mkdir()
        made = target / "telads.whl"
        made.write_text("same" if where not in source.parts else "other", "utf-8")
        return [made]

    monkeypatch.setattr(RELEASE, "build", build)
    monkeypatch.setattr(
        RELEASE.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, b"")
    )
    with pytest.raises(RELEASE.Refused, match="two builds differ"):
        RELEASE.twice("HEAD", tmp_path, "0")
