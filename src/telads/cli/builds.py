"""The verbs about builds: list those that are kept, return to one of them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    Form,
    FormOption,
    LangOption,
    WorkspaceOption,
    load_settings,
    say,
    workspace_of,
)
from telads.cli.progress import waiting
from telads.cli.registry import listed
from telads.cli.show import show_done
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Lang, Text
from telads.wording import IN_FORCE

builds = typer.Typer()


@builds.command(**listed("builds"))
def list_builds(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """List builds, newest first."""
    held = workspace_of(workspace)
    in_force = held.build_name()
    rows = [
        {
            "build": build.name,
            "made": datetime.fromtimestamp(build.made, UTC).isoformat(timespec="seconds"),
            "months": [str(month) for month in build.months],
            "version": build.about["version"],
            "synthetic": build.synthetic,
            "in_force": build.name == in_force,
        }
        for build in held.builds()
    ]
    if form is not Form.TABLE:
        show_done("builds", rows, form)
        return
    mark = IN_FORCE(lang.value)
    other = {build.name for build in held.builds() if not build.is_current}
    for row in rows:
        months = row["months"]
        span = f"{months[0]}..{months[-1]}" if months else ""
        told = [str(row["build"]), str(row["made"]), span, *([mark] if row["in_force"] else [])]
        if row["build"] in other:  # no other version reads its tables
            told.append(f"telads {row['version']}")
        sys.stdout.write("  ".join(told) + "\n")


@builds.command(**listed("rollback"))
def rollback(
    build: Annotated[
        str | None,
        typer.Argument(help=say("데이터 버전 이름 또는 그 앞부분(기본: 바로 전에 만든 것)",
                                "the data version's name or its beginning (default: the previous "
                                "one)")),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Put an earlier build in force; months stay, and `telads build` goes forward again."""
    settings = load_settings()
    held = workspace_of(workspace)
    before = held.build_name()
    name = held.roll_back(build, settings.builds_kept, settings.lock_seconds, waiting)
    if name != before:
        log_action(held, settings, "data-rollback", f"build {name}", f"{before} -> {name}",
                   lang.value)  # fmt: skip
    if form is not Form.TABLE:
        show_done("rollback", [{"build": name}], form)
        return
    done = Text(f"적용했습니다: {name}", f"now current: {name}")
    sys.stdout.write(f"{done(lang.value)}\n")


def log_action(
    held: Store, settings: Settings, action: str, thing: str, detail: str, lang: Lang
) -> None:
    """Record a change of data in the website's log of actions, if there is one."""
    if not (settings.database_url or (held.path / "web.sqlite3").is_file()):
        return
    from telads.web.jobs.commands import written_down

    if not written_down(held.path, action, thing, detail):
        missed = Text("웹사이트의 작업 기록에는 적지 못했습니다.",
                      "The website's activity log could not be written.")  # fmt: skip
        sys.stderr.write(f"{missed(lang)}\n")
