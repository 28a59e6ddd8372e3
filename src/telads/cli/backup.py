"""The verbs that back up and restore an installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from telads.cli.progress import progress, waiting
from telads.cli.registry import listed
from telads.cli.show import show_done
from telads.text import Lang, Text
from telads.wording import counted

if TYPE_CHECKING:
    from telads.backup.archive import Manifest

backup = typer.Typer()


@backup.command(**listed("backup"))
def make(
    output: Annotated[
        Path, typer.Argument(help=say("출력 파일, 또는 파일을 둘 폴더",
                                      "the file to write, or a folder to put it in"))
    ],
    force: Annotated[
        bool,
        typer.Option(help=say("같은 이름의 파일을 바꿉니다.", "Replace a file of this name.")),
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Write a backup; the website may keep serving."""
    from telads.backup.take import take
    from telads.web.rows import Rows

    place = workspace_of(workspace)
    with progress(Text("백업", "Backing up")) as step:
        path, manifest = take(
            place, Rows(place.path), output,
            wait=load_settings().lock_seconds, again=force, step=step, on_wait=waiting,
        )  # fmt: skip
    _tell("backup", path, manifest, form, lang.value)


@backup.command(**listed("restore"))
def restore(
    archive: Annotated[Path, typer.Argument(help=say("백업 파일", "the backup"))],
    force: Annotated[
        bool,
        typer.Option(help=say("지금 있는 데이터와 사용자를 백업의 것으로 바꿉니다.",
                              "Replace the current data and users.")),
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help=say("되돌리지 않고 온전한지만 확인합니다.",
                                         "Only check that it is complete; change nothing.")),
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Restore a backup; a running website has to be restarted."""
    from telads.backup import restore as restoring
    from telads.web.rows import Rows

    place = workspace_of(workspace)
    with progress(Text("백업 확인" if check else "되돌리기",
                       "Checking" if check else "Restoring")) as step:  # fmt: skip
        if check:
            manifest = restoring.check(archive, step, Rows)
        else:
            manifest = restoring.restore(
                archive, place, Rows(place.path),
                wait=load_settings().lock_seconds, replace=force, step=step, on_wait=waiting,
            )  # fmt: skip
    _tell("restore", archive, manifest, form, lang.value)


def _tell(what: str, path: Path, manifest: Manifest, form: Form, lang: Lang) -> None:
    facts = manifest.facts
    if form is not Form.TABLE:
        row = {
            "file": str(path),
            "made": facts["made"],
            "telads": facts["telads"],
            "build": facts["build"],
            "months": facts["months"],
            "files": len(manifest.files),
            "rows": facts["rows"],
        }
        show_done(what, [row], form)
        return
    told = Text(
        f"{path}: {facts['made']}에 만든 백업, {len(facts['months'])}개 달, "
        f"파일 {len(manifest.files)}개, 데이터베이스 {facts['rows']:,}행",
        f"{path}: made {facts['made']}, {counted(len(facts['months']), 'month')}, "
        f"{counted(len(manifest.files), 'file')}, {counted(facts['rows'], 'row')} of the database",
    )
    sys.stdout.write(told(lang) + "\n")
