"""Write the fingerprints, or walk one part for it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import telads
from tests.fingerprint import API, FILES, LIBRARY, MAKE, PAGES, ROOT, fingerprint, seoul_folder
from tests.fingerprint.command_line import command_line, make
from tests.fingerprint.library import library
from tests.fingerprint.prints import Prints
from tests.fingerprint.questions import SEGMENTS
from tests.fingerprint.website import website


def part(name: str, folder: Path, texts: Path | None, data: Path | None) -> None:
    """Walk one part in this process and write its lines to `folder`."""
    workspace = folder / "workspace"
    files = folder / f"files of {name}"
    files.mkdir()
    hidden = {str(files): "FILES", str(folder): "FOLDER", telads.__version__: "VERSION"}
    if name == MAKE:
        prints = Prints(hidden, texts)
        make(prints, workspace, folder, data)
    else:
        opened = telads.open(workspace)
        history = opened.history(*SEGMENTS[0])
        prints = Prints({history.build: "BUILD", **hidden}, texts)
        months = sorted(set(history.rows["month"].cast(str)))
        if name in {API, PAGES}:
            upload = None if data else min((folder / "files").iterdir())
            website(name, prints, months, folder, upload)
        elif name == LIBRARY:
            library(prints, months, workspace, files)
        else:
            command_line(prints, name, months, files, whole=data is None)
    lines = "".join(f"{of}  {what}\n" for what, of in prints.lines.items())
    (folder / f"{name}.txt").write_text(lines, "utf-8")


def main() -> None:
    """Write the fingerprints, or walk one part for it."""
    options = argparse.ArgumentParser(prog="python -m tests.fingerprint")
    options.add_argument("--only", choices=FILES, help="one data set alone")
    options.add_argument("--texts", type=Path, help="folder for what was hashed")
    options.add_argument("--part", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.part:
        part(given.part, given.folder, given.texts, given.data)
        return
    for name, path in FILES.items():
        data = seoul_folder() if name == "seoul" else None
        if given.only not in {None, name}:
            continue
        if name == "seoul" and data is None:
            sys.stderr.write(
                "no real files here (TELADS_SEOUL_DATA): fingerprint-seoul.txt stays\n"
            )
            continue
        found = fingerprint(data, given.texts and given.texts / name)
        path.write_text(found, "utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(found.splitlines())} lines\n")


if __name__ == "__main__":
    main()
