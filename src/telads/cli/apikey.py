"""The verbs `apikey`: keys of a public installation's API (TELADS_API_KEYS=1)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from telads.cli.listing import show_list, when
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    Form,
    FormOption,
    LangOption,
    WorkspaceOption,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.cli.show import show_done
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.web.api import commands

apikey = typer.Typer(**listed("apikey"))


@apikey.callback()
def _whole(lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """The language was read before (`options.LANG`); the help of all verbs takes it."""


NameArgument = Annotated[
    str, typer.Argument(help=say("API 키의 이름(누가 쓰는지)", "the key's name: who uses it"))
]


@apikey.command(help=say("API 키를 만듭니다. 이때 한 번만 표시합니다.",
                         "Create a key; it is shown only once."))  # fmt: skip
def create(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Print the key to standard output, to be piped, and the advice to standard error."""
    from telads.web.api import commands

    key = commands.create(workspace_of(workspace).path, name)
    if form is not Form.TABLE:
        show_done("apikey create", [{"name": name.strip(), "key": key}], form)
        return
    sys.stdout.write(f"{key}\n")
    note = Text(
        "지금 적어 두세요. 다시 볼 수 없습니다. 요청에는 Authorization: Bearer 뒤에 붙입니다.",
        "Save it now: it cannot be shown again. Send it as Authorization: Bearer KEY.",
    )
    sys.stderr.write(f"{note(lang.value)}\n")


@apikey.command("list", help=say("API 키를 모두 봅니다.", "List all keys."))
def list_keys(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """List keys, oldest first, with revoked ones."""
    from telads.web.api import commands

    found = commands.listed(workspace_of(workspace).path)
    show_list("apikey list", found, lambda entry: _told(entry, lang.value), form)


@apikey.command(help=say("API 키를 폐기합니다. 즉시 사용할 수 없습니다.",
                         "Revoke a key at once."))  # fmt: skip
def revoke(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """The key stays in the list, so that its owner remains known."""
    from telads.web.api import commands

    commands.revoke(workspace_of(workspace).path, name)
    if form is not Form.TABLE:
        show_done("apikey revoke", [{"name": name.strip()}], form)
        return
    done = Text(f"폐기했습니다: {name}", f"revoked: {name}")
    sys.stdout.write(f"{done(lang.value)}\n")


def _told(entry: commands.Entry, lang: Lang) -> list[str]:
    """The texts of a key in the list."""
    used = when(entry.last_used, Text("아직 쓰지 않음", "never used"), lang)
    told = [
        f"{entry.name} ({entry.start}…)",
        Text("만든 날", "created")(lang) + f" {entry.created:%Y-%m-%d}",
        Text(f"마지막 사용 {used}", f"last used {used}")(lang) if entry.last_used else used,
    ]
    if entry.revoked:
        told.append(Text("폐기", "revoked")(lang) + f" {entry.revoked:%Y-%m-%d}")
    return told
