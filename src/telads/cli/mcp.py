"""The verb that answers assistants by the Model Context Protocol (docs/assistants.md)."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    LangOption,
    WorkspaceOption,
    load_settings,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.text import Text

mcp = typer.Typer()
PORT = 8001


@mcp.command(**listed("mcp"))
def serve_assistants(
    http: Annotated[
        bool,
        typer.Option("--http", help=say("표준 입출력 대신 HTTP로, API 키가 있는 프로그램에게",
                                        "over HTTP, for programs with an API key, instead of "
                                        "standard input and output")),
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(help=say("HTTP의 주소 (기본: TELADS_HOST, 이 컴퓨터에서만)",
                              "address of HTTP (default: TELADS_HOST, this machine only)")),
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help=say("HTTP의 포트", "port of HTTP"))
    ] = PORT,
    workspace: WorkspaceOption = None,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Answer until the assistant ends, or by HTTP until interrupted."""
    from telads.mcp.server import require_sdk, run_stdio

    require_sdk()
    store, settings = workspace_of(workspace), load_settings()
    if not http:
        run_stdio(store, settings, lang.value)
        return
    from telads.mcp.http import run_http
    from telads.web.api.commands import admission
    from telads.web.serve import check_address

    chosen = replace(settings, workspace=store.path, host=host or settings.host, port=port)
    check_address(chosen.host, chosen.port)
    admit = admission(store.path)

    def announce(address: str) -> None:
        told = Text(f"어시스턴트의 주소: {address} (Ctrl+C로 끝냅니다)",
                    f"For assistants: {address} (Ctrl+C ends it)")  # fmt: skip
        sys.stdout.write(f"{told(lang.value)}\n")
        sys.stdout.flush()

    run_http(store, chosen, lang.value, admit, announce)
