"""The verbs `user`: who may sign in on the website, and in which role."""

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
from telads.errors import QuestionError
from telads.text import Lang, Text
from telads.wording import DISABLED, NEVER_SIGNED_IN

if TYPE_CHECKING:
    from telads.web.accounts import commands

user = typer.Typer(**listed("user"))


@user.callback()
def _whole(lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """The language was read before (`options.LANG`); the help of all verbs takes it."""


DONE: dict[str, Text] = {
    "create": Text("만들었습니다: {name} (역할 {role})", "added: {name} (role {role})"),
    "password": Text("비밀번호를 바꾸었습니다: {name}", "password changed: {name}"),
    "role": Text("역할을 바꾸었습니다: {name} (역할 {role})", "role changed: {name} (role {role})"),
    "disable": Text("로그인하지 못하게 했습니다: {name}", "disabled: {name}"),
    "enable": Text("다시 로그인할 수 있게 했습니다: {name}", "enabled: {name}"),
    "unlock": Text("잠금을 풀었습니다: {name}", "unlocked: {name}"),
    "addresses": Text("잠금을 푼 네트워크 주소: {name}곳", "network addresses unlocked: {name}"),
}
"""Message of each verb when it is done."""

NameArgument = Annotated[str, typer.Argument(help=say("사용자 이름", "the user's name"))]
_ROLE_HELP = say("viewer(열람), planner(플래너), administrator(관리)",
                 "viewer, planner or administrator")  # fmt: skip
StdinOption = Annotated[
    bool,
    typer.Option("--password-stdin", help=say("비밀번호를 표준 입력에서 읽습니다(없으면 만듭니다).",
                                              "Read the password from standard input; else one "
                                              "is made.")),
]  # fmt: skip


@user.command(help=say("사람을 추가합니다. 만든 비밀번호는 이때 한 번만 표시합니다.",
                       "Add a user; a generated password is shown only once."))  # fmt: skip
def create(
    name: NameArgument,
    role: Annotated[str, typer.Option(help=_ROLE_HELP)] = "viewer",
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Print the password to standard output, the advice to standard error."""
    from telads.web.accounts import commands

    known = _role(role)
    given = _given() if password_stdin else ""
    password = commands.create(workspace_of(workspace).path, name, known, given)
    _tell("create", name, form, lang.value, password="" if given else password, role=known)


@user.command(help=say("새 비밀번호를 줍니다.", "Set a new password."))
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Open sessions end at once."""
    from telads.web.accounts import commands

    given = _given() if password_stdin else ""
    made = commands.new_password(workspace_of(workspace).path, name, given)
    _tell("password", name, form, lang.value, password="" if given else made)


@user.command("list", help=say("모든 사람을 봅니다.", "List all users."))
def list_users(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """List users by name, with disabled ones."""
    from telads.web.accounts import commands

    found = commands.listed(workspace_of(workspace).path)
    show_list("user list", found, lambda entry: _told(entry, lang.value), form)


@user.command(help=say("역할을 바꿉니다.", "Change a user's role."))
def role(
    name: NameArgument,
    role: Annotated[str, typer.Argument(help=_ROLE_HELP)],
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Takes effect with the next request."""
    from telads.web.accounts import commands

    known = _role(role)
    commands.set_role(workspace_of(workspace).path, name, known)
    _tell("role", name, form, lang.value, role=known)


@user.command(help=say("로그인하지 못하게 합니다. 열려 있는 접속도 끝납니다.",
                       "Disable a user; open sessions end at once."))  # fmt: skip
def disable(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Everything they made stays."""
    from telads.web.accounts import commands

    commands.set_active(workspace_of(workspace).path, name, False)
    _tell("disable", name, form, lang.value)


@user.command(help=say("다시 로그인할 수 있게 합니다.", "Enable a user again."))
def enable(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """The password and role remain as before."""
    from telads.web.accounts import commands

    commands.set_active(workspace_of(workspace).path, name, True)
    _tell("enable", name, form, lang.value)


@user.command(help=say("로그인 시도가 많아 잠긴 이름이나 네트워크 주소를 풉니다.",
                       "Unlock a name or network addresses after too many attempts."))  # fmt: skip
def unlock(
    name: Annotated[str, typer.Argument(help=say("사용자 이름", "the user's name"))] = "",
    addresses: Annotated[
        bool,
        typer.Option(
            "--addresses",
            help=say(
                "이름 대신 잠긴 네트워크 주소를 모두 풉니다.",
                "All locked network addresses, instead of a name.",
            ),
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Unlock a name for every address, or the locked addresses for every name."""
    from telads.web.accounts import commands

    if addresses == bool(name):
        from telads.errors import QuestionError

        raise QuestionError(
            Text("무엇의 잠금을 풀지 알 수 없습니다.", "Nothing to unlock was given."),
            Text("사용자 이름이나 --addresses 가운데 하나만 적어 주세요.",
                 "Enter either a user name or --addresses."),
        )  # fmt: skip
    if addresses:
        count = commands.unlock_addresses(workspace_of(workspace).path)
        _tell("addresses", str(count), form, lang.value)
        return
    commands.unlock(workspace_of(workspace).path, name)
    _tell("unlock", name, form, lang.value)


def _told(entry: commands.Entry, lang: Lang) -> list[str]:
    """The texts of a user in the list."""
    told = [entry.name, entry.role or "–", when(entry.last_sign_in, NEVER_SIGNED_IN, lang)]
    return told if entry.active else [*told, DISABLED(lang)]


def _role(name: str) -> str:
    from telads.answers.choices import one_of
    from telads.web.accounts.commands import ROLES

    if name not in ROLES:
        raise one_of(Text("역할", "role"), name, ROLES)
    return name


def _given() -> str:
    """The first line of standard input; raises `QuestionError` for an empty one."""
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise QuestionError(
            Text("표준 입력에 비밀번호가 없습니다.", "There is no password on standard input."),
            Text("한 줄로 넣어 주세요. --password-stdin을 빼면 비밀번호를 만들어 드립니다.",
                 "Send it as one line; without --password-stdin one is made."),
        )  # fmt: skip
    return line


def _tell(
    verb: str, name: str, form: Form, lang: Lang, *, password: str = "", role: str = ""
) -> None:
    """Print the result; a generated password alone on standard output."""
    name = name.strip()
    if form is not Form.TABLE:
        made = {"password": password} if password else {}
        show_done(f"user {verb}", [{"name": name, **made}], form)
        return
    done = DONE[verb].format(name=name, role=role)(lang) + "\n"
    if not password:
        sys.stdout.write(done)
        return
    sys.stdout.write(f"{password}\n")
    sys.stderr.write(done)
    note = Text(
        "지금 전해 주세요. 다시 볼 수 없습니다. 로그인한 뒤 웹사이트에서 바꿀 수 있습니다.",
        "Pass it on now: it cannot be shown again. It can be changed on the website.",
    )
    sys.stderr.write(f"{note(lang)}\n")
