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
from telads.store.ledger import VERSION as FORMAT
from telads.text import Lang, Text
from telads.wording import BUILDING, counted

if TYPE_CHECKING:
    from telads.backup.archive import Manifest
    from telads.settings import Settings
    from telads.store.workspace import Store

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
    keep: Annotated[
        int | None,
        typer.Option(min=1, help=say("폴더에 남겨 둘 백업 수. 더 오래된 것은 지웁니다.",
                                     "how many backups to keep in the folder; older ones are "
                                     "removed")),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Write a backup; the website may keep serving."""
    from telads.backup.take import rotate, take
    from telads.web.rows import Rows

    place = workspace_of(workspace)
    if keep and not output.is_dir():
        rotate(output, keep)  # refuses before anything is made
    with progress(Text("백업", "Backing up")) as step:
        path, manifest = take(
            place, Rows(place.path), output,
            wait=load_settings().lock_seconds, again=force, step=step, on_wait=waiting,
        )  # fmt: skip
    removed = rotate(output, keep) if keep else []
    _tell("backup", path, manifest, form, lang.value)
    if removed and form is Form.TABLE:
        told = Text(f"오래된 백업 {len(removed)}개를 지웠습니다.",
                    f"older backups removed: {len(removed)}")  # fmt: skip
        sys.stdout.write(told(lang.value) + "\n")


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


@backup.command(**listed("upgrade"))
def upgrade(
    backup: Annotated[
        bool,
        typer.Option(help=say("먼저 작업 폴더의 backups에 백업합니다.",
                              "Back up into backups of the workspace first.")),
    ] = True,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Upgrade files, tables and the build in force; nothing is done if they are up to date."""
    from telads.backup.take import require_workspace
    from telads.backup.upgrade import is_of_former_format, keep_former
    from telads.web.rows import Rows
    from telads.web.setup import make_ready

    place, settings = workspace_of(workspace), load_settings()
    require_workspace(place)
    rows = Rows(place.path)
    told = place.written_by()
    tables, files = rows.pending(), is_of_former_format(place)
    kept = None
    if backup and (tables or files):
        with progress(Text("백업", "Backing up")) as step:
            kept = keep_former(place, rows, step)
    with place.writing(settings.lock_seconds, waiting):
        pass  # brings the files up to date
    if tables:
        make_ready(place.path, backup=False)
    built = _built_anew(place, settings)
    done = {
        "backup": kept and str(kept), "telads": told["telads"], "format": told["format"],
        "files": files, "migrations": tables, "build": built,
    }  # fmt: skip
    if form is not Form.TABLE:
        show_done("upgrade", [done], form)
        return
    lines = [
        kept and Text(f"백업: {kept}", f"backup: {kept}"),
        files and Text(f"작업 폴더: 형식 {told['format']}에서 {FORMAT}(으)로",
                       f"workspace: from format {told['format']} to {FORMAT}"),
        tables and Text(f"데이터베이스: 변경 {len(tables)}개",
                        f"database: {len(tables)} migrations"),
        built and Text(f"데이터 버전: {built}", f"data version: {built}"),
    ]  # fmt: skip
    said = [line(lang.value) for line in lines if line]
    nothing = Text("이미 이 버전에 맞습니다.", "Everything is up to date.")
    sys.stdout.write("\n".join(said or [nothing(lang.value)]) + "\n")


def _built_anew(place: Store, settings: Settings) -> str | None:
    """The build made if the one in force is another version's; None if it is this one's."""
    from telads.method.build import build

    if place.build_name() is None or place.build().is_current:
        return None
    with progress(BUILDING) as step:
        return build(place, settings, on_step=step, on_wait=waiting).name


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
