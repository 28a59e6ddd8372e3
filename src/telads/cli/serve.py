"""The verb that runs the website, and its parts shared with `telads demo`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from telads.cli.options import DEFAULT_LANGUAGE, LangOption, WorkspaceOption, load_settings, say
from telads.cli.registry import listed
from telads.settings import Settings
from telads.store.files import closed_umask
from telads.text import Lang, Text

serve = typer.Typer()


@serve.command(**listed("serve"))
def serve_site(
    host: Annotated[
        str | None,
        typer.Option(help=say("접속을 받을 주소 (기본: 이 컴퓨터에서만)",
                              "address to listen on (default: this machine only)")),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=say("포트 (기본: 8000)", "port (default: 8000)")),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help=say("프로세스 수 (기본: 1)", "processes (default: 1)")),
    ] = None,
    workspace: WorkspaceOption = None,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Serve the workspace until interrupted."""
    settings = settings_for(workspace)
    chosen = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        workers=settings.workers if workers is None else workers,
    )
    run_site(chosen, lang.value)


def settings_for(workspace: Path | None) -> Settings:
    """The settings, with the given workspace if any."""
    settings = load_settings()
    return settings if workspace is None else replace(settings, workspace=workspace)


def check_address(settings: Settings) -> None:
    """Raise `AddressUnusable` now instead of after minutes of work."""
    from telads.web.serve import check_address as check

    check(settings.host, settings.port)


def run_site(settings: Settings, lang: Lang, browser: bool = False) -> None:
    """Serve until interrupted; print the address, and open it on a desktop if `browser`."""
    with ended_by_interrupts():
        _run_site(settings, lang, browser)


def _run_site(settings: Settings, lang: Lang, browser: bool) -> None:
    import webbrowser

    from telads.cli.doctor import exposure
    from telads.web.serve import serve as run
    from telads.web.setup import require_writable

    def say_aloud(text: Text) -> None:
        sys.stdout.write(f"{text(lang)}\n")
        sys.stdout.flush()

    def announce(address: str) -> None:
        say_aloud(Text(f"웹사이트: {address} (Ctrl+C로 끝냅니다)",
                       f"Website: {address} (Ctrl+C ends it)"))  # fmt: skip
        if browser and on_a_desktop():
            webbrowser.open(address if lang == "ko" else f"{address}en/")

    check_address(settings)
    require_writable(settings.workspace)
    for finding in exposure(settings):
        sys.stderr.write(f"telads: {finding.text(lang)}\n")
    say_aloud(Text("웹사이트를 시작하고 있습니다.", "The website is starting."))
    with closed_umask():
        run(settings, announce)


@contextmanager
def ended_by_interrupts() -> Iterator[None]:
    """Let Ctrl+C end the process at once until something inside handles it.

    A `KeyboardInterrupt` can be lost: raised in a callback, of which every import runs some, Python
    prints it and goes on. The start imports for a second, and leaves nothing half done that a
    killed process may not leave.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, before)


def on_a_desktop() -> bool:
    """Whether a user at this machine's screen started the process."""
    if not sys.stdout.isatty() or os.environ.get("SSH_CONNECTION") or os.environ.get("CI"):
        return False
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in {"darwin", "win32"} or any(map(os.environ.get, screens))
