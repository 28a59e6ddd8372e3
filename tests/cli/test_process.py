"""The command line as a process of its own: what it loads, pipes, languages of help, completion."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import typer

from telads.cli import app
from telads.cli.registry import VERBS as CONTENTS
from telads.store.workspace import Store
from tests.cli.test_json import GROUP

if TYPE_CHECKING:
    from typer.core import TyperGroup


def verbs(group: TyperGroup, before: str = "") -> Iterator[str]:
    """Every command, those of groups by two words."""
    for name, command in group.commands.items():
        beneath = getattr(command, "commands", None)
        yield from verbs(cast("TyperGroup", command), f"{name} ") if beneath else [before + name]


VERBS = tuple(verbs(cast("TyperGroup", typer.main.get_command(app()))))
LOADED = "import sys; sys.argv[1:]={words!r}\nfrom telads.cli import main\ntry: main()\n" \
    "except SystemExit: pass\nsys.stderr.write(' '.join(sys.modules))"  # fmt: skip


def environment(workspace: Store | None = None, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELADS_")}
    place = {"TELADS_WORKSPACE": str(workspace.path)} if workspace else {}
    return {**kept, "TELADS_LANG": "ko", **place, **more}


def loaded(workspace: Store, *words: str) -> set[str]:
    """The top-level packages that a command line loads."""
    return {name.split(".")[0] for name in modules(workspace, *words)}


def modules(workspace: Store, *words: str) -> set[str]:
    """Every module that a command line loads."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED.format(words=list(words))],
        capture_output=True, text=True, env=environment(workspace), check=True,
    )  # fmt: skip
    return set(run.stderr.splitlines()[-1].split())


def shell(command: str, workspace: Store) -> subprocess.CompletedProcess[str]:
    telads = f'"{sys.executable}" -c "from telads.cli import main; main()"'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("telads", telads)],
        capture_output=True, text=True, env=environment(workspace), check=False,
    )  # fmt: skip


def test_help_loads_next_to_nothing(twin_workspace: Store) -> None:
    assert not loaded(twin_workspace, "--help") & {
        "django", "scipy", "polars", "numpy", "narwhals", "xlsxwriter", "pydantic",
        "fastexcel", "resvg_py", "fontTools",
    }  # fmt: skip


SLOW = {"polars", "numpy", "narwhals", "scipy", "pydantic", "django", "rich.console", "statistics",
        "hashlib"}  # fmt: skip
"""What takes longer to import than a lookup takes."""


@pytest.mark.parametrize("words", [
    ("status",), ("status", "-f", "json"),
    ("services", *GROUP), ("services", *GROUP, "-f", "json"), ("history", *GROUP),
    ("platforms", "--service", "delivery", *GROUP),
    ("targets", "--service", "game", "--by", "volume", "--district", "강남구"),
], ids=" ".join)  # fmt: skip
def test_a_lookup_loads_no_engine(twin_workspace: Store, words: tuple[str, ...]) -> None:
    modules(twin_workspace, *words)  # the first one lays out, and needs it
    assert not modules(twin_workspace, *words) & SLOW


@pytest.mark.parametrize("words", [("--help",), ("--lang", "en", "services", "-h")])
def test_help_leaves_out_what_typer_and_telads_need_elsewhere(
    twin_workspace: Store, words: tuple[str, ...]
) -> None:
    found = modules(twin_workspace, *words)
    assert {"typer.rich_utils", "telads.settings"} <= found
    assert not found & {"rich.markdown", "rich.traceback", "rich.syntax", "rich.pretty"}
    assert not {name.split(".")[0] for name in found} & {"markdown_it", "pygments", "attr", "click"}
    if "services" not in words:
        assert not found & {
            "telads.answers.answer", "telads.library", "telads.store.workspace",
            "telads.store.ledger",
        }  # fmt: skip


def test_what_help_does_without_is_there_when_it_is_asked_for(twin_workspace: Store) -> None:
    script = LOADED.format(words=["--help"]) + (
        "\nfrom typer import rich_utils; import rich.markdown, rich.traceback"
        "\nassert type(rich_utils.Markdown('*a*')) is rich.markdown.Markdown"
        "\nassert rich_utils.Traceback.LEXERS is rich.traceback.Traceback.LEXERS"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, env=environment(twin_workspace), check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr.split()


@pytest.mark.parametrize("verb", ["services", "lookalike", "signals", "history"])
def test_a_question_loads_no_more_than_it_needs(twin_workspace: Store, verb: str) -> None:
    packages = loaded(twin_workspace, verb, *GROUP, "--format", "json")
    assert not packages & {"django", "scipy", "resvg_py", "xlsxwriter", "pydantic", "fastexcel"}


@pytest.mark.parametrize("words", [("services", *GROUP), ("history", *GROUP), ("status",)])
def test_what_takes_no_arrays_loads_none(twin_workspace: Store, words: Sequence[str]) -> None:
    assert not loaded(twin_workspace, *words) & {"numpy", "narwhals", "scipy"}


def test_a_build_with_nothing_new_needs_no_engine(twin_workspace: Store) -> None:
    packages = loaded(twin_workspace, "build")
    assert "telads" in packages
    assert not packages & {"polars", "numpy", "narwhals", "scipy", "resvg_py", "django"}


def test_taking_in_what_is_there_needs_no_engine(twin_workspace: Store, twin_files: Path) -> None:
    packages = loaded(twin_workspace, "ingest", str(twin_files))
    assert not packages & {"polars", "numpy", "fastexcel", "scipy", "resvg_py", "django"}


def test_a_build_composes_no_expressions_of_other_engines(
    twin_workspace: Store, tmp_path: Path
) -> None:
    """Narwhals is for logs: its import takes as long as a sixth of a month's build."""
    shutil.copytree(twin_workspace.cells_path, tmp_path / "cells")
    shutil.copy(twin_workspace.ledger_path, tmp_path)
    found = loaded(Store(tmp_path), "build")
    assert "polars" in found
    assert not found & {"narwhals", "scipy", "django"}
    assert Store(tmp_path).build().months


def test_matrices_are_worked_on_in_one_thread_unless_somebody_says_so() -> None:
    script = "import os, telads.cli, telads.__main__\n" \
        "telads.cli.main = lambda: print(os.environ['OPENBLAS_NUM_THREADS'])\n" \
        "telads.__main__.main()"  # fmt: skip
    told = []
    for more in ({}, {"OPENBLAS_NUM_THREADS": "2"}):
        own = environment()
        own.pop("OPENBLAS_NUM_THREADS", None)
        command = [sys.executable, "-c", script]
        told.append(subprocess.check_output(command, env=own | more, text=True).strip())
    assert told == ["1", "2"]


@pytest.mark.parametrize("reader", ["head -n 1", "true"])
def test_a_reader_that_goes_away_is_no_error(twin_workspace: Store, reader: str) -> None:
    for form in ("table", "json", "csv"):
        words = f"targets --service game --top 300 --format {form}"
        assert shell(f"telads {words} | {reader}", twin_workspace).stderr == ""


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_an_encoding_without_all_signs_ends_no_answer(twin_workspace: Store, encoding: str) -> None:
    script = LOADED.format(words=["services", *GROUP])
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False,
        env=environment(twin_workspace, PYTHONIOENCODING=encoding),
    )  # fmt: skip
    table = run.stdout.decode(encoding)
    assert "기준" in table if encoding == "cp949" else "\\uae30\\uc900" in table
    assert "\u2013" not in table
    assert not run.stderr.startswith(b"telads:")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_in_one_line(twin_workspace: Store) -> None:
    run = shell("telads targets --service game >/dev/full", twin_workspace)
    assert run.returncode == 1
    assert run.stderr == "telads: No space left on device\n"


def test_exit_codes_reach_the_shell(twin_workspace: Store) -> None:
    script = (
        "telads status >/dev/null; echo $?; telads advise; echo $?; telads build -w none; echo $?"
    )
    assert shell(script, twin_workspace).stdout.split() == ["0", "2", "1"]


def test_progress_goes_to_standard_error_as_plain_lines(
    twin_workspace: Store, twin_files: Path
) -> None:
    run = shell(f"telads ingest {twin_files}", twin_workspace)
    assert run.returncode == 0
    assert len(run.stderr.splitlines()) == 4
    assert run.stderr.splitlines()[0] == "파일 읽기 1/4: 2023.1월_29개 통신정보.csv"
    assert "\r" not in run.stderr + run.stdout


def helps(lang: str) -> str:
    """The help of telads and of every verb, in one process."""
    script = (
        "import sys; lang = sys.argv.pop()\n"
        "sys.argv[1:] = ['--lang', lang]\n"
        "from telads.cli import main\n"
        f"for verb in ('', *{VERBS!r}):\n"
        "    sys.argv[1:] = [*verb.split(), '--help']\n"
        "    print('#', verb)\n"
        "    try: main()\n"
        "    except SystemExit as left: assert not left.code\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, lang],
        capture_output=True, text=True, env=environment(COLUMNS="100"), check=True,
    )  # fmt: skip
    return run.stdout


def test_every_verb_has_help_in_english() -> None:
    text = helps("en")
    assert not re.findall("[가-힣]+", text.replace("강남구", ""))
    for verb in VERBS:
        assert f"Usage: telads {verb} " in text


def test_every_verb_has_help_in_korean() -> None:
    text = helps("ko")
    for part in text.split("# ")[1:]:
        verb, _, said = part.partition("\n")
        assert "이 도움말을 표시합니다." in said, verb
        for english in ("Show this message", "Options", "Arguments", "[required]", "[default"):
            assert english not in said, verb
        options = [line for line in said.splitlines() if re.match(r"│ \*? *--", line)]
        assert options
        assert all(re.search("[가-힣]", line) for line in options), verb


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_the_completion_script_is_printed(shell_name: str) -> None:
    # Which shell runs telads is found out by itself; here no shell need be running.
    told = environment(_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    run = subprocess.run(
        [sys.executable, "-c", "from telads.cli import main; main()", "--show-completion",
         shell_name],
        capture_output=True, text=True, env=told, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "_TELADS_COMPLETE" in run.stdout


def test_the_shell_is_told_the_verbs() -> None:
    asked = environment(
        _TELADS_COMPLETE="complete_bash", COMP_WORDS="telads s", COMP_CWORD="1"
    )  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", "from telads.cli import main; main()"],
        capture_output=True, text=True, env=asked, check=False,
    )  # fmt: skip
    assert set(run.stdout.split()) >= {"services", "signals", "status", "synth"}


def test_the_table_of_contents_lists_every_verb_where_it_is_found() -> None:
    for verb, entry in CONTENTS.items():
        group = cast("TyperGroup", typer.main.get_command(app(verb)))
        first = verb.split(" ")[0]
        alike = {name for name in CONTENTS if name.split(" ")[0] == first}
        assert set(group.commands) == alike, verb
        assert {CONTENTS[name].module for name in alike} == {entry.module}


@pytest.mark.parametrize("words", [("--help",), ("--lang", "en", "-h"), ("advise",)])
def test_help_loads_no_verb(twin_workspace: Store, words: tuple[str, ...]) -> None:
    loaded = modules(twin_workspace, *words)
    assert "telads.cli.registry" in loaded
    assert "telads.cli.data" not in loaded
