"""Pages that cannot lie: those made from the code are as the code would make them now."""

from __future__ import annotations

import json
import re
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
from telads.workspace import Build

if TYPE_CHECKING:
    from typer.core import TyperGroup

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("README*.md"), ROOT / "CHANGELOG.md"])


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
    assert run.stderr.count("run python scripts/write_docs.py") == 3
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    if not page.is_file():
        pytest.skip(f"no {page.name} yet")
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_brief_and_the_rules_of_the_page_on_planning_can_be_used(twin_build: Build) -> None:
    page = (DOCS / "planning.md").read_text("utf-8")
    rules, brief, *_ = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    assert audience_answer(twin_build, read_rules(rules)).rows.height
    month = str(twin_build.months[-1])  # the page speaks of the portal's months
    plan = make_plan(twin_build, read_brief({**brief, "month": month}))
    assert plan.result.summary["spend"] == brief["budget"]
