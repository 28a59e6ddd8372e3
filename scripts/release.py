"""Build a release, and try it as a user would: `python scripts/release.py` (make release).

    a clean checkout whose changelog dates the version
    -> sdist and wheel, twice, in other folders with another umask and time zone: the same bytes
    -> the wheel of the sdist: the same bytes again
    -> an empty environment with the locked packages and the wheel: `telads demo` there
    -> dist/ with SHA256SUMS; with --tag the commit gets its tag

`--trial` does all but the tag with whatever is committed, dated or not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
LOCKED = ("install", "--quiet", "--disable-pip-version-check", "--no-deps")


class Refused(Exception):
    """A release that cannot be made, and why."""


def version_of(source: Path) -> str:
    """The version that a source declares."""
    text = (source / "src/telads/version.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if not found:
        raise Refused("src/telads/version.py declares no version")
    return found[1]


def faults(version: str, changelog: str, changed: str, tagged: str, head: str) -> list[str]:
    """What keeps a commit from being a release; `tagged` is the commit of its tag, if any."""
    found = []
    if changed:
        found.append(f"not everything is committed:\n{changed}")
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0] for section in sections]
    waiting = [section for section in sections if section.startswith("Unreleased")]
    if any(section.partition("\n")[2].strip() for section in waiting):
        found.append("CHANGELOG.md has entries under Unreleased: date them as a version")
    if not any(re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", one) for one in titles):
        found.append(f"CHANGELOG.md has no dated section of {version}")
    if tagged and tagged != head:
        found.append(f"v{version} is the tag of another commit ({tagged[:8]})")
    return found


def build(source: Path, target: Path, kinds: Sequence[str], moment: str) -> list[Path]:
    """Build distributions of a source; `moment` is the time of every file in them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    options = [word for kind in kinds for word in ("-t", kind)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *options, "-d", str(target)],
        cwd=source, check=True, stdout=subprocess.DEVNULL,
        env={**kept, "SOURCE_DATE_EPOCH": moment},
    )  # fmt: skip
    return sorted(target.iterdir())


def twice(commit: str, place: Path, moment: str) -> list[Path]:
    """Distributions of a commit; raises `Refused` unless every way of building gives the same."""
    made = []
    for name, umask, zone in (("one", 0o022, "UTC"), ("other", 0o077, "Asia/Seoul")):
        former = os.umask(umask)
        os.environ["TZ"] = zone
        try:
            source = place / name / "telads"
            source.mkdir(parents=True)
            packed = subprocess.run(
                ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
            ).stdout
            subprocess.run(["tar", "-x"], cwd=source, input=packed, check=True)
            if name == "other":
                for path in source.rglob("*"):
                    os.utime(path, (0, 0))
            made.append(build(source, place / name / "dist", ("sdist", "wheel"), moment))
        finally:
            os.umask(former)
            del os.environ["TZ"]
    one, other = ({path.name: digest(path) for path in paths} for paths in made)
    if one != other:
        raise Refused(f"two builds differ: {one} {other}")
    (sdist,) = (path for path in made[0] if path.name.endswith(".tar.gz"))
    with tarfile.open(sdist) as archive:
        archive.extractall(place / "unpacked", **SAFELY)
    (inside,) = (place / "unpacked").iterdir()
    (wheel,) = build(inside, place / "again", ("wheel",), moment)
    if digest(wheel) != one[wheel.name]:
        raise Refused("the wheel of the sdist is another")
    return made[0]


SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""How archives are unpacked; Python 3.11.2, which Debian 12 has, knows no filter."""


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tried(wheel: Path, place: Path, version: str) -> None:
    """Install a wheel into an empty environment, and run the demo in an empty folder."""
    environment, folder = place / "environment", place / "folder"
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "python", "-m", "pip"]
    lock = ROOT / "requirements.lock"
    subprocess.run([*pip, *LOCKED, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, *LOCKED, "--no-index", wheel], check=True)
    subprocess.run([*pip, "check", "--disable-pip-version-check"], check=True)
    own = {"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}

    def telads(*words: str) -> str:
        return subprocess.run(
            ["telads", *words], cwd=folder, env=own, check=True, capture_output=True, text=True
        ).stdout

    if telads("--version").split() != ["telads", version]:
        raise Refused(f"the wheel is not {version}")
    telads("demo", "--no-serve")
    if not telads("status", "-w", "demo/telads-data", "-f", "json").strip():
        raise Refused("the demo left nothing")


def git(*words: str) -> str:
    """What git says; nothing if it refuses."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, try, and write dist/."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trial", action="store_true", help="also of what is no release yet")
    parser.add_argument("--tag", action="store_true", help="tag the commit in the end")
    choice = parser.parse_args(arguments)
    version, head = version_of(ROOT), git("rev-parse", "HEAD")
    tag = f"v{version}"
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    tagged = git("rev-parse", "--verify", "--quiet", f"{tag}^{{commit}}")
    found = faults(version, changelog, git("status", "--porcelain"), tagged, head)
    for fault in found:
        sys.stderr.write(f"release: {fault}\n")
    if found and not choice.trial:
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="telads-release-") as made:
            files = twice(head, Path(made), git("show", "-s", "--format=%ct", "HEAD"))
            (wheel,) = (path for path in files if path.suffix == ".whl")
            sys.stdout.write("two builds are the same, and so is the wheel of the sdist\n")
            tried(wheel, Path(made), version)
            sys.stdout.write("the wheel runs the demo in an empty environment\n")
            shutil.rmtree(DIST, ignore_errors=True)
            DIST.mkdir()
            for path in (*files, *ROOT.glob("requirements*.lock")):
                shutil.copy(path, DIST)
    except Refused as reason:
        sys.stderr.write(f"release: {reason}\n")
        return 1
    lines = [f"{digest(path)}  {path.name}\n" for path in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    sys.stdout.write("".join(lines))
    if choice.tag and not found and not tagged:
        subprocess.run(["git", "tag", "-a", tag, "-m", f"telads {version}"], cwd=ROOT, check=True)
        sys.stdout.write(f"tagged {tag}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
