"""Pages that cannot lie: those made from the code are as the code would make them now."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import typer

from telads.cli import app
from telads.planning.brief import read_brief
from telads.planning.plan import make_plan
from telads.planning.questions import audience_answer
from telads.planning.rules import read_rules
from telads.settings import SETTINGS
from telads.store.workspace import Build
from tests.cli.conftest import runner
from tests.conftest import TWIN_MONTHS

if TYPE_CHECKING:
    from typer.core import TyperGroup

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_pages_made_from_the_code_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/write_docs.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


def test_a_page_that_is_not_up_to_date_is_named(tmp_path: Path) -> None:
    """The check itself: beside an old page the script fails and says what to do."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "docs").mkdir()
    script = tmp_path / "scripts" / "write_docs.py"
    script.write_text((ROOT / "scripts" / "write_docs.py").read_text("utf-8"), encoding="utf-8")
    (tmp_path / "docs" / "settings.md").write_text("# Settings of old\n")
    command = [sys.executable, str(script), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.count("run python scripts/write_docs.py") == 4
    subprocess.run(command[:-1], check=True)
    assert subprocess.run(command, check=False).returncode == 0


def test_the_page_of_settings_lists_exactly_the_settings() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    listed = re.findall(r"^\| `(TELADS_\w+)` \| (?:`(.*?)`)? \|", text, re.MULTILINE)
    assert listed == [(setting.variable, setting.default) for setting in SETTINGS]


def test_the_page_of_the_command_line_has_every_verb() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    group = cast("TyperGroup", typer.main.get_command(app()))
    for name, command in group.commands.items():
        assert f"\n## telads {name}" in text
        for option in getattr(command, "params", []):
            assert all(word in text for word in option.opts if word.startswith("--")), name


def test_the_brief_and_the_rules_of_the_page_on_planning_can_be_used(twin_build: Build) -> None:
    page = (DOCS / "planning.md").read_text("utf-8")
    rules, brief, *_ = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    assert audience_answer(twin_build, read_rules(rules)).rows.height
    month = str(twin_build.months[-1])  # the page speaks of the portal's months
    plan = make_plan(twin_build, read_brief({**brief, "month": month}))
    assert plan.result.summary["spend"] == brief["budget"]


def test_the_tutorial_runs_and_prints_what_it_shows(
    twin_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The files that `telads synth` makes there are those that all tests share."""
    page = (DOCS / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"```(sh|text|json)\n(.*?)```", page, re.DOTALL)
    assert (
        f"telads synth files --months {TWIN_MONTHS[0]}..{TWIN_MONTHS[-1]} --file-format csv" in page
    )
    (tmp_path / "files").symlink_to(twin_files)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELADS_WORKSPACE", "telads-data")
    run, said, shown = runner(capsys), "", 0
    for kind, text in blocks:
        if kind == "json":
            Path("brief.json").write_text(text, encoding="utf-8")
            continue
        if kind == "text":
            assert not set(text.splitlines()) - set(said.splitlines()), said
            shown += 1
            continue
        said = ""
        for line in text.splitlines():
            words = shlex.split(line)
            if words[0] == "telads" and words[1] not in {"synth", "serve", "user"}:
                told = run(*words[1:], "--lang", "en")
                assert told.code == 0, told.err
                said += told.out
    assert shown == 3
    assert Path("plan.xlsx").stat().st_size > 1000
