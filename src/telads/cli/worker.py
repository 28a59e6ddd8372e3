"""The verb that runs the website's background jobs in a process of their own."""

from __future__ import annotations

import sys

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    LangOption,
    WorkspaceOption,
    workspace_of,
)
from telads.cli.registry import listed
from telads.store.files import closed_umask
from telads.text import Text

worker = typer.Typer()


@worker.command(**listed("worker"))
def work(workspace: WorkspaceOption = None, lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """Process uploads until a signal; the first one lets the running job finish."""
    from telads.web.jobs.worker import work_for_ever

    told = Text(
        "올린 파일을 기다립니다 (Ctrl+C로 끝냅니다)", "Waiting for uploads (Ctrl+C ends it)"
    )
    sys.stdout.write(f"{told(lang.value)}\n")
    sys.stdout.flush()
    with closed_umask():
        work_for_ever(workspace_of(workspace).path)
