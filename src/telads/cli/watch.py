"""The verb that loads and builds what comes into a folder (docs/administration.md)."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telads.cli.builds import log_action
from telads.cli.data import tell_built, tell_taken
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    LangOption,
    WorkspaceOption,
    load_settings,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.store.files import closed_umask
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.settings import Settings
    from telads.store.workspace import Store
    from telads.watch import Found, Take

watch = typer.Typer()
BY = "telads watch"


@watch.command(**listed("watch"))
def watch_folder(
    folder: Annotated[Path, typer.Argument(help=say("지켜볼 폴더", "the folder to watch"))],
    worker: Annotated[
        bool,
        typer.Option("--worker", help=say("직접 하지 않고 웹사이트의 작업으로 맡깁니다.",
                                          "give files to the website's worker as jobs")),
    ] = False,
    once: Annotated[
        bool,
        typer.Option("--once", help=say("지금 있는 파일만 읽고 끝냅니다.",
                                        "end once the files that are there have been read")),
    ] = False,
    settled: Annotated[
        float,
        typer.Option(min=0, help=say("파일이 이 시간(초) 동안 그대로면 다 복사된 것으로 봅니다.",
                                     "seconds without a change after which a file is whole")),
    ] = 10.0,
    workspace: WorkspaceOption = None,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Watch until a signal; a file that is being read is finished first."""
    from telads.watch import LOOK_SECONDS, Watch
    from telads.watch import watch as run

    store, settings, over = workspace_of(workspace), load_settings(), threading.Event()
    take = _by_worker(store, lang.value) if worker else None
    watched = Watch(store, folder, settings, settled, take)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    if not once:
        _say(Text(f"{folder}에 들어오는 파일을 기다립니다 (Ctrl+C로 끝냅니다)",
                  f"Waiting for files in {folder} (Ctrl+C ends it)"), lang.value)  # fmt: skip
    with closed_umask():
        run(watched, lambda found: _tell(found, store, settings, lang.value), over,
            min(LOOK_SECONDS, settled / 2) or 0.1, once)  # fmt: skip


def _by_worker(store: Store, lang: Lang) -> Take:
    from telads.watch import Found
    from telads.web.jobs.commands import hand_over

    def take(paths: list[Path]) -> Found:
        number = hand_over(store.path, paths, BY)
        names = ", ".join(path.name for path in paths)
        _say(Text(f"작업 {number}로 맡겼습니다: {names}", f"Given to job {number}: {names}"), lang)
        return Found()

    return take


def _tell(found: Found, store: Store, settings: Settings, lang: Lang) -> None:
    """Say what was done, as `telads ingest` does, and let users know who asked for notices."""
    for taken in found.results:
        tell_taken(taken, lang)
    if names := [one.path.name for one in found.results if one.outcome in {"taken", "replaced"}]:
        log_action(store, settings, "data-upload", BY, ", ".join(names), lang)
    if found.built:
        tell_built(found.built, lang)
        _announce(store, settings, lang)
    sys.stdout.flush()


def _announce(store: Store, settings: Settings, lang: Lang) -> None:
    """Notices are made by the website's worker; without a website there are none."""
    if not (settings.database_url or (store.path / "web.sqlite3").is_file()):
        return
    from telads.web.jobs.commands import announced

    if not announced(store.path):
        _say(Text("웹사이트의 알림은 보내지 못했습니다.",
                  "The website's notices could not be made."), lang)  # fmt: skip


def _say(text: Text, lang: Lang) -> None:
    sys.stdout.write(f"{text(lang)}\n")
    sys.stdout.flush()
