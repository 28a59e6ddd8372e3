"""A Python that has begun already: a process of its own for each call, without most of its start.

    telads(workspace, "user", "create", "kim", input="a phrase\n")
    python("-m", "telads", "status", env=environment)

stand for `subprocess.run([sys.executable, "-m", "telads", ...])` where neither how long a start
takes nor what is imported first is tested. Libraries are imported once, by a process that then
forks for each call; nothing of telads is, so settings and language are those of the call's own
environment, and Django's database is its own. The process ends with the one that started it, which
waits for it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock

_FEW_ROUNDS = """
from django.contrib.auth.hashers import PBKDF2PasswordHasher
PBKDF2PasswordHasher.iterations = 1000
"""
"""Of a password's hash: the million of the product would take longer than what is tested."""
_STANDING_BY = (
    _FEW_ROUNDS
    + """
import json, os, runpy, signal, sys, warnings
import numpy, polars, narwhals, typer, rich.console, rich.table, filelock, jinja2, pydantic
import django.core.management, django.core.serializers, django.core.mail, django.core.cache
import django.db.models, django.db.migrations, django.db.backends.utils, django.forms, django.http
import django.middleware.csrf, django.middleware.cache, django.shortcuts, django.template.loader
import django.template.defaulttags, django.urls, django.utils.translation, django.views.generic
import django.views.debug, django_htmx, django_tasks, django_tasks_db.compat, axes.apps
import sqlite3, psycopg, brotli, http.server, urllib.request, xlsxwriter, fastexcel, logging.config

def become(call):
    "Be a Python that was started with these words."
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(call["env"])
    os.chdir(call["cwd"])
    os.umask(call["umask"])
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY | os.O_TRUNC),
                                (2, "err", os.O_WRONLY | os.O_TRUNC)):
        os.dup2(os.open(call[name], flags), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    kind, what, *words = call["words"]
    sys.path[:0] = filter(None, call["env"].get("PYTHONPATH", "").split(":"))
    warnings.filters[:] = usual
    sys.argv = [what if kind == "-m" else kind, *words]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})

usual = warnings.filters[:]
warnings.simplefilter("ignore", DeprecationWarning)  # other threads have not begun to work
for line in sys.stdin:
    child = os.fork()
    if not child:
        break
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stdout.write(f"{code}\\n")
    sys.stdout.flush()
else:
    sys.exit()
become(json.loads(line))
"""
)


PATIENCE = 300.0
"""Seconds that a call may take."""


@cache
def _standing_by() -> tuple[subprocess.Popen[str], Lock]:
    process = subprocess.Popen(
        [sys.executable, "-c", _STANDING_BY], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    atexit.register(process.communicate)  # its input ends, and with it the process
    return process, Lock()


def python(
    *words: object, env: Mapping[str, str], input: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """What `python WORDS` does: `-m module` or `-c script`, then arguments."""
    process, lock = _standing_by()
    assert process.stdin is not None
    assert process.stdout is not None
    told = list(map(str, words))
    assert told[0] in {"-m", "-c"}
    with tempfile.TemporaryDirectory(prefix="telads-run-") as made, lock:
        files = {name: Path(made) / name for name in ("in", "out", "err")}
        for name, file in files.items():
            file.write_text(input if name == "in" else "", "utf-8")
        os.umask(umask := os.umask(0o077))
        call = {
            "words": told, "env": dict(env), "cwd": str(cwd or Path.cwd()), "umask": umask,
            **{name: str(file) for name, file in files.items()},
        }  # fmt: skip
        process.stdin.write(json.dumps(call) + "\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], PATIENCE)[0], f"it does not end: {told}"
        code = int(process.stdout.readline())
        out, err = (files[name].read_text("utf-8") for name in ("out", "err"))
    return subprocess.CompletedProcess(["python", *told], code, out, err)


def telads(
    workspace: Path, *words: object, input: str = "", cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """What the command does in a workspace, in English; `settings` are TELADS_* by their names.

    Other settings, and those of Django, are as where nobody has set any.
    """
    return python("-m", "telads", *words, env=plain(workspace, **settings), input=input, cwd=cwd)


def plain(workspace: Path, **settings: str) -> dict[str, str]:
    """The environment of a command in a workspace."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"
    }  # fmt: skip
    return kept | {"TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en", **settings}


_IN_TURN = (
    _FEW_ROUNDS
    + """
import io, json, sys
from telads.cli import main

asked, answers = sys.stdin, sys.stdout
for line in asked:
    words, said = json.loads(line)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(said), io.StringIO(), io.StringIO()
    try:
        main(words)
    except SystemExit as left:
        answers.write(json.dumps([left.code, sys.stdout.getvalue(), sys.stderr.getvalue()]) + "\\n")
        answers.flush()
"""
)


class InTurn:
    """A process that runs commands one after another, on one workspace and database.

    For many of a kind, of which Django's start would take most of the time.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IN_TURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=dict(env),
        )  # fmt: skip

    def __enter__(self) -> InTurn:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def telads(self, *words: object, input: str = "") -> subprocess.CompletedProcess[str]:
        """What the command does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = list(map(str, words))
        self._process.stdin.write(json.dumps([told, input]) + "\n")
        self._process.stdin.flush()
        code, out, err = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(["telads", *told], code, out, err)
