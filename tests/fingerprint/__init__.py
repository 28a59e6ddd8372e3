"""A fingerprint of everything telads shows and writes: one SHA-256 for each thing, by name.

    python -m tests.fingerprint                      compute, and write tests/fingerprint*.txt
    python -m tests.fingerprint --texts FOLDER       also write what was hashed, a file each
    python -m tests.fingerprint --only twin          one of the data sets alone (twin, seoul)

`make fingerprint` is the first of these. To see *what* differs between two commits, write the texts
of both and compare the folders with `diff -r`.

Everything is reached as its user reaches it: the installed command `telads` in this process,
`telads.open`, addresses of the website through Django's test client, files on disk. The
modules behind these doors may move and be renamed; their results may not change unnoticed.

Covered: the twin's files, cells and tables of a build; every question by method and month as JSON
in both languages (website's API, library); tables of the command line in both languages, 80 and 200
columns wide; exports, downloads and charts (SVG, JSON); plans of six kinds in all their files;
every page in both languages for those who may see it, and pages of errors; OpenAPI; help of every
command. An address pattern of the website or a command that nothing here asks for is an error.

Of the real months all this is asked but what needs no months (help, people, media, administration)
and workbooks of whole tables; addresses in one of the two languages, tables of the command line
narrow in Korean and wide in English. The synthetic ones show the other half.

Replaced before hashing, as it may differ where nothing else does: folders, the version, names of
builds, plans and other hashes, secrets, days and times, durations, sizes in bytes, digits of a
figure beyond the tenth, and what compression and time put into workbooks and PDF files.

Not covered: PNG files (the SVG is), the largest table as a workbook and JSON (as CSV and Parquet it
is); pages as a browser draws them, styles and scripts; progress and
other messages on standard error, but for refusals; logs and metrics; aggregation of subscriber logs
and `synth events`, backups, `serve`, `worker` (their help is); the site on PostgreSQL, with single
sign-on, closed, or before there is data; forms that were filled in wrongly; questions about other
segments than the few asked here, beyond the tables they are read from.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {
    "twin": ROOT / "tests" / "fingerprint.txt",
    "seoul": ROOT / "tests" / "fingerprint-seoul.txt",
}
"""The committed fingerprints, by data set."""
LANGS = ("ko", "en")
MAKE, API, PAGES, LIBRARY = "make", "api", "pages", "library"
PARTS_OF_THE_WALK = (PAGES, API, *LANGS, LIBRARY)
"""Parts that run side by side when the first, `make`, has finished; the longest first. A language
is the command line's part."""
PROCESSES = 2
NOT_ASKED = {"metrics", "sso/return/", "api/v1/"}
"""Addresses without a fingerprint: figures of the process; what other tests hold."""
_OF_A_TERMINAL = re.compile(
    "TELADS_|DJANGO_|_TYPER|PYTEST|(COLUMNS|LINES|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|"
    "CLICOLOR|TERMINAL_WIDTH|PY_COLORS|GITHUB_ACTIONS|TTY_COMPATIBLE|TTY_INTERACTIVE|"
    "JUPYTER_COLUMNS|JUPYTER_LINES|HTTP_PROXY|HTTPS_PROXY)$"
)
"""Variables that a person's own shell may set, and that would show."""


def fingerprint(data: Path | None = None, texts: Path | None = None) -> str:
    """The fingerprint of the twin, or of a folder with the portal's files: lines in order of name.

    Every part of the walk is a process of its own, with an environment of its own.
    """
    with tempfile.TemporaryDirectory(prefix="fingerprint-") as made:
        folder = Path(made).resolve()
        if texts:
            texts.mkdir(parents=True, exist_ok=True)
            texts = texts.resolve()

        def walk(name: str) -> str:
            words = [sys.executable, "-m", "tests.fingerprint", "--part", name]
            words += ["--folder", str(folder)]
            words += ["--texts", str(texts)] if texts else []
            words += ["--data", str(data.resolve())] if data else []
            done = subprocess.run(
                words, cwd=folder, env=environment(name, folder), capture_output=True, text=True,
                encoding="utf-8", check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")
            return (folder / f"{name}.txt").read_text("utf-8")

        with ThreadPoolExecutor(PROCESSES) as pool:
            lines = [walk(MAKE), *pool.map(walk, PARTS_OF_THE_WALK)]
        left = _addresses(folder, "there") - _addresses(folder, "asked") - NOT_ASKED
        if left and data is None:
            raise RuntimeError(f"no fingerprint asks for these addresses: {sorted(left)}")
    return "".join(sorted("".join(lines).splitlines(keepends=True), key=lambda line: line[66:]))


def _addresses(folder: Path, kind: str) -> set[str]:
    """The address patterns that the parts of the website left in files `there` and `asked`."""
    lines = (path.read_text("utf-8").splitlines() for path in folder.glob(f"*.{kind}"))
    return set().union(*lines)


def environment(name: str, folder: Path) -> dict[str, str]:
    """The variables of a part: this process's own, but for those that would show."""
    known = {key: value for key, value in os.environ.items() if not _OF_A_TERMINAL.match(key)}
    threads = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {
        **dict.fromkeys(threads, "1"),  # no faster with more: other parts run beside
        **known,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
        **({"DJANGO_SETTINGS_MODULE": "tests.web.settings"} if name in {API, PAGES} else {}),
        "TELADS_WORKSPACE": str(folder / "workspace"),
        "TELADS_LANG": name if name in LANGS else "en",
        "TELADS_OWN_WORKER": "0",
    }


def seoul_folder() -> Path | None:
    """The folder with the portal's real files, where there is one."""
    folder = Path(os.environ.get("TELADS_SEOUL_DATA", ROOT.parent / "shared" / "data" / "seoul"))
    return folder if any(folder.glob("*.xlsx")) else None
