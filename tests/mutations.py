"""Whether the tests catch mistakes: one place of src is broken after the other.

    python -m tests.mutations                 all of them
    python -m tests.mutations floor csrf      those of these names
    python -m tests.mutations --list          their names

Each break is made in a copy of the checkout, and the tests named for it are run there up to the
first that fails. First the same tests run on the whole code, where they have to pass. Told is which
test caught each break; the code of exit is 1 where one was not caught, or where the text to break
is not in its file any more. Whoever moves such a text moves it here as well. Whoever cuts tests
runs this before and after.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Break(NamedTuple):
    """A place of src, what stands there, what is put in its place, and the tests that shall fail.

    `tests` are paths below tests/, as pytest takes them.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str


BREAKS = [
    Break(name, **facts)
    for name, facts in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
]


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def whole_copy(folder: Path) -> None:
    """The files that git knows, as they are now."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, known.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def run(folder: Path, tests: set[str]) -> tuple[int, str, str]:
    """Run tests in the copy up to the first that fails: code, that test, and all that was told.

    Real files and Spark are left out: what needs them is held by others as well.
    """
    words = ["-x", "-q", "-m", "not seoul and not spark", "-p", "no:cacheprovider", "--tb=short"]
    paths = [f"tests/{path}" for path in sorted(tests)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *paths], cwd=folder, capture_output=True,
        text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{folder / 'src'}:{folder}"},
    )  # fmt: skip
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return done.returncode, found[1] if found else "", done.stdout + done.stderr


def stands(one: Break, root: Path = ROOT) -> bool:
    """Whether the text that is to be broken is in its file."""
    path = root / "src" / "telads" / one.file
    return path.is_file() and one.old in path.read_text("utf-8")


def make(one: Break, root: Path) -> None:
    """Break the copy."""
    path = root / "src" / "telads" / one.file
    path.write_text(path.read_text("utf-8").replace(one.old, one.new, 1), "utf-8")


def main() -> int:
    """The code of exit."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME", help="the breaks to make")
    parser.add_argument("--list", action="store_true", help="tell their names")
    parser.add_argument("--sure", action="store_true", help="the tests are known to pass")
    asked = parser.parse_args()
    if unknown := set(asked.names) - {one.name for one in BREAKS}:
        parser.error(f"no such break: {', '.join(sorted(unknown))}")
    chosen = [one for one in BREAKS if not asked.names or one.name in asked.names]
    if asked.list:
        tell("\n".join(f"{one.name:16} {one.file}" for one in chosen))
        return 0
    missed = 0
    with tempfile.TemporaryDirectory(prefix="telads-mutations-") as made_in:
        folder = Path(made_in).resolve()
        whole_copy(folder)
        if not asked.sure:
            code, _, told = run(folder, {path for one in chosen for path in one.tests.split()})
            if code:
                tell(f"{told}\nThe tests have to pass before anything is broken.")
                return 1
        for one in chosen:
            if not stands(one):
                tell(f"NOT THERE   {one.name}: its text is not in {one.file}")
                missed += 1
                continue
            make(one, folder)
            code, caught, told = run(folder, set(one.tests.split()))
            shutil.copy2(ROOT / "src" / "telads" / one.file, folder / "src" / "telads" / one.file)
            if code == 1 and caught:
                tell(f"caught      {one.name}: {caught}")
            else:
                tell(f"NOT CAUGHT  {one.name} by {one.tests} (code {code})\n{told[-500:]}")
                missed += 1
    tell(f"{len(chosen) - missed} of {len(chosen)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
