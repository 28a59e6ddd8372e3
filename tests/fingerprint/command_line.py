"""The command line: help, tables, files, refusals; and the workspace that it makes."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import entry_points
from itertools import product
from pathlib import Path

import polars as pl

from telads.method.tables import TABLES
from telads.store.workspace import Build
from tests.fingerprint.prints import Prints
from tests.fingerprint.questions import (
    BRIEFS,
    METHODS,
    PARTS,
    PEOPLE,
    RULES,
    SEGMENTS,
    SERVICE,
    brief,
)

TWIN = ("--months", "2023-01..2023-04", "--seed", "1", "--file-format", "csv")
WIDTHS = (80, 200)
HELP_WIDTH = 100
NOT_RUN = {
    "ingest", "check", "build", "builds", "user", "synth",  # but by `make`
    "rollback", "forget", "doctor", "aggregate", "backup", "restore", "demo", "serve", "worker",
    "apikey", "dataset", "media", "upgrade", "experiment", "mcp", "watch",
}  # fmt: skip
"""Commands of which the help is enough here: they run on, change the workspace, or tell of the
machine."""
MISTYPED = "servces"
PASSWORD = "a long enough phrase"


class Terminal(io.StringIO):
    """A terminal, as far as a program that writes can tell."""

    def isatty(self) -> bool:
        return True


class CommandLine:
    """The installed command `telads`, run in this process in its language."""

    def __init__(self, lang: str) -> None:
        (found,) = entry_points(group="console_scripts", name="telads")
        self._main: Callable[[], None] = found.load()
        self.run: set[str] = set()
        """Commands that were run, not asked for help alone."""
        self.lang = lang

    def __call__(self, *words: object, width: int = HELP_WIDTH, terminal: bool = True) -> str:
        """What a command says; what it refuses is said on standard error, with its exit code."""
        os.environ["COLUMNS"] = str(width)
        sys.argv = ["telads", *map(str, words)]
        if words and "--help" not in words:
            self.run.add(str(words[0]))
        out, err = Terminal() if terminal else io.StringIO(), io.StringIO()
        code: object = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                self._main()
            except SystemExit as left:
                code = left.code
        return out.getvalue() + (f"exit {code}: {err.getvalue()}" if code else "")

    def checked(self, *words: object) -> str:
        """The same for a command that must not be refused."""
        said = self(*words, terminal=False)
        if "\nexit " in f"\n{said}":
            raise RuntimeError(f"telads {' '.join(map(str, words))}: {said}")
        return said


_COMMAND = re.compile(r"^│ ([a-z]+(?: [a-z]+)?) {2,}", re.MULTILINE)


def commands(run: CommandLine, *above: str) -> Iterator[tuple[str, ...]]:
    """Every command, as the help of the one above lists it."""
    for name in _COMMAND.findall(run(*above, "--help", terminal=False)):
        here = (*above, *name.split())
        yield here
        yield from commands(run, *here)


def make(prints: Prints, workspace: Path, folder: Path, data: Path | None) -> None:
    """Take the data in, build, add people; note the files and tables this leaves."""
    run = CommandLine("en")
    if data is None:
        data = folder / "files"
        run.checked("synth", data, *TWIN)
        for path in sorted(data.iterdir()):
            prints.add(f"twin/{path.name}", path.read_text("utf-8-sig"))
    prints.add("command/ingest", run.checked("ingest", data))
    prints.add("command/build", run.checked("build"))
    for lang in ("ko", "en"):
        prints.add(f"command/{lang}/check", run("check", data, "--lang", lang))
        prints.add(f"command/{lang}/builds", run("builds", "--lang", lang))
    for name, role in PEOPLE.items():
        sys.stdin = io.StringIO(PASSWORD + "\n")
        run.checked("user", "create", name, "--role", role, "--password-stdin")
    of_build = [about.parent for about in workspace.rglob("build.json")]
    for path in sorted(workspace.rglob("*.parquet")):
        if path.parent not in of_build:
            name = re.sub(r"-[0-9a-f]{16}$", "", path.stem)
            prints.file(f"{path.parent.name}/{name}.parquet", path.read_bytes())
    for table in TABLES:  # however they are divided into files
        whole = io.BytesIO()
        for one in of_build:
            pl.concat(map(pl.read_parquet, Build(one).table(table))).write_parquet(whole)
        prints.file(f"build/{table}.parquet", whole.getvalue())
    for path in (*(one / "build.json" for one in of_build), workspace / "ledger.json"):
        prints.add(f"workspace/{path.name}", path.read_text("utf-8"))


def command_line(
    prints: Prints, lang: str, months: Sequence[str], folder: Path, whole: bool
) -> None:
    """Help of every command, tables of every question, files, refusals.

    Where not the whole is asked there is no help, and the tables are narrow in one language and
    wide in the other.
    """
    run = CommandLine(lang)
    there: set[str] = set()
    if whole:
        prints.add(f"help/{lang}/", run("--help"))
    for words in commands(run) if whole else ():
        there.add(words[0])
        prints.add(f"help/{lang}/{' '.join(words)}", run(*words, "--help"))
    for name, document in {**RULES, **{name: brief(name) for name in BRIEFS}}.items():
        path = folder / f"{name}-{lang}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    for question in questions(months, folder, lang):
        name = " ".join(question)
        for width in WIDTHS if whole else WIDTHS[lang == "en" :][:1]:
            prints.add(f"command/{lang}/{width}/{name}", run(*question, width=width))
    for question in refused():
        prints.add(f"command/{lang}/refused/{' '.join(question)}", run(*question))
    for question in newest(folder, lang):
        name = " ".join(question)
        prints.add(f"command/{lang}/pipe/{name}", run(*question, terminal=False))
        for kind in ("json", "csv"):
            prints.add(f"command/{lang}/{kind}/{name}", run(*question, "--format", kind))
    written(prints, run, folder)
    if not whole:
        return
    not_run = NOT_RUN if lang == "ko" else NOT_RUN | {"replan"}  # run once, in both languages
    left, unknown = there - run.run - not_run, run.run - there - {MISTYPED}
    if left or unknown:
        raise RuntimeError(f"commands that nothing runs: {left}; that no help lists: {unknown}")


def _group(segment: Sequence[str]) -> list[str]:
    return [word for pair in zip(("--district", "--sex", "--age"), segment, strict=True)
            for word in pair]  # fmt: skip


def newest(folder: Path, lang: str) -> Iterator[list[str]]:
    """Every question once, about the newest month."""
    group = _group(SEGMENTS[0])
    yield ["status"]
    yield ["history", *group]
    yield ["services", *group]
    yield ["lookalike", *group]
    yield ["signals", *group]
    yield ["alike"]
    yield ["changes", "--service", SERVICE]
    yield ["changes", "--service", "youtube", "--district", SEGMENTS[0][0]]
    yield ["targets", "--service", SERVICE, "--platforms"]
    yield ["targets", "--service", SERVICE, "--level", "group"]
    yield ["targets", "--service", SERVICE, "--level", "neighbourhood"]
    yield ["platforms", "--service", SERVICE, *group]
    for horizon in ("1", "3"):
        yield ["evaluate", "--horizon", horizon]
    yield ["audience", str(folder / f"young-{lang}.json")]
    yield ["audience", str(folder / f"young-{lang}.json"), "--against",
           str(folder / f"women-{lang}.json")]  # fmt: skip


def questions(months: Sequence[str], folder: Path, lang: str) -> Iterator[list[str]]:
    """Every question by month and method, and with each of its choices once."""
    yield from newest(folder, lang)
    group = _group(SEGMENTS[0])
    for month, method in product(months, METHODS):
        when = ["--month", month, "--method", method]
        yield ["services", *group, *when]
        yield ["targets", "--service", SERVICE, *when]
        yield ["platforms", "--service", SERVICE, *group, *when]
    for month in months:
        yield ["lookalike", *group, "--month", month]
        yield ["signals", *group, "--month", month]
        yield ["changes", "--service", "game", "--month", month]
        yield ["audience", str(folder / f"liked-{lang}.json"), "--month", month]
    for by in ("affinity", "excess", "volume"):
        yield ["targets", "--service", "game", "--by", by, "--top", "20", "--sex", "F"]
    yield ["targets", "--service", "youtube", "--platforms", "--platforms-by", "association"]
    for order in ("use", "association", "classic"):
        yield ["platforms", "--service", "finance", *_group(SEGMENTS[1]), "--by", order]
    for among in ("other-people", "other-districts"):
        yield ["lookalike", *group, "--among", among, "--top", "8"]
    yield ["changes", "--service", "game", "--against", "year"]
    for part in PARTS:
        yield ["plan", str(folder / f"reach-{lang}.json"), "--part", part]


def refused() -> Iterator[list[str]]:
    """What is not answered, each for another reason."""
    group = _group(SEGMENTS[0])
    yield [MISTYPED]
    yield ["services", "--district", "강남", "--sex", "F", "--age", "30"]
    yield ["services", *group, "--month", "1999-01"]
    yield ["services", *group, "--method", "clasic"]
    yield ["services", "--district", "Gangnm", "--sex", "F", "--age", "30"]
    yield ["targets", "--service", "youtube", "--by", "volume"]
    yield ["targets", "--service", "delivry"]
    yield ["targets", "--service", SERVICE, "--top", "0"]
    yield ["export", "segmnts", "-o", "x.csv"]
    yield ["export", "segments", "-o", "x.doc"]
    yield ["evaluate", "--horizon", "2"]
    yield ["plan", "no-such-file.json"]
    yield ["check", "no-such-folder"]
    yield ["borders", "no-such-file.geojson"]
    yield ["targets", "--service", "game", "--level", "group", "--platforms"]


def written(prints: Prints, run: CommandLine, folder: Path) -> None:
    """Files that commands write: exports, charts, plans, and what these say.

    One plan in every kind of file, every plan in one: the website gives all of them, by the same
    code (tests/web/api/test_planning.py compares bytes).
    """
    lang = run.lang
    kinds = ("csv", "xlsx", "parquet", "json")
    first = next(iter(BRIEFS))
    done: list[tuple[str, Path, list[object]]] = []
    for kind in kinds if lang == "ko" else ():
        path = folder / f"segments.{kind}"
        done.append((f"export/segments.{kind}", path, ["export", "segments", "-o", path]))
    plans = [(first, kind) for kind in ("pptx", "xlsx", "pdf", "csv")] if lang == "ko" else []
    plans += [(name, "json") for name in BRIEFS] if lang == "ko" else [(first, "pptx")]
    for name, kind in plans:
        path = folder / f"plan {name} {lang}.{kind}"
        words = ["plan", folder / f"{name}-{lang}.json", "-o", path]
        done.append((f"plan/{name}.{kind}", path, words))
    for suffix in ("svg", "json", "html") if lang == "ko" else ("svg",):
        path = folder / f"monthly {lang}.{suffix}"
        words = ["chart", "monthly", *_group(SEGMENTS[0]), "-o", path]
        done.append((f"chart/monthly.{suffix}", path, words))
    for suffix in ("geojson", "parquet"):
        path = folder / f"areas {lang}.{suffix}"
        words = ["areas", "--service", SERVICE, "-o", path]
        done.append((f"areas.{suffix}", path, words))
    for name, path, words in done:
        said = run.checked(*words)
        prints.add(f"command/{lang}/{name} said", said)
        prints.file(f"command/{lang}/{name}", path.read_bytes())
        beside = path.with_name(f"{path.name}-metadata.json")
        if beside.exists():
            prints.add(f"command/{lang}/{name}-metadata.json", beside.read_text("utf-8"))
    saved = folder / "plan at most ko.json"
    if lang == "ko":
        for width in WIDTHS:
            prints.add(f"command/ko/{width}/replan", run("replan", saved, width=width))
        prints.add("command/en/replan", run("replan", saved, "--lang", "en"))
