"""The command line: thin verbs over the answers.

Exit codes: 0 success, 2 wrong usage (an option, a choice, a setting), 1 any other error. An error
is one line on standard error; `--debug` shows its traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextvars import copy_context
from importlib import import_module
from typing import TYPE_CHECKING, cast

import typer

from telads.cli import options
from telads.cli.encoding import carry_everything
from telads.cli.errors import explained
from telads.cli.groups import Verbs
from telads.cli.help import load_help, speak_korean
from telads.cli.registry import VERBS, listed
from telads.errors import QuestionError, SettingError, TeladsError
from telads.text import Lang, Text
from telads.version import __version__

if TYPE_CHECKING:
    from typer.core import TyperGroup

WRONGLY_ASKED = (QuestionError, SettingError, typer.TyperException)
"""Errors of usage, not of the data or the machine."""
HELP = {"-h", "--help"}
COMPLETION = "_TELADS_COMPLETE"
"""Environment variable by which the shell requests completions."""


def app(verb: str | None = None) -> typer.Typer:
    """The command line with one verb alone (and those of two words that begin with it), or all."""
    modules = [VERBS[verb].module] if verb else dict.fromkeys(v.module for v in VERBS.values())
    whole = _empty()
    for module in modules:
        part = getattr(import_module(f"telads.cli.{module}"), module)
        # Typer evaluates the annotations of every command that it is given.
        own = [one for one in part.registered_commands
               if verb and (one.name or "").split(" ")[0] == verb.split(" ")[0]]  # fmt: skip
        if own:
            whole.registered_commands += own
        else:
            whole.add_typer(part)
    return whole


def _names_alone() -> typer.Typer:
    """The command line for its help or an unknown verb: names only, nothing to run."""
    whole = _empty()
    for verb in VERBS:
        whole.command(**listed(verb))(lambda: None)
    return whole


def _empty() -> typer.Typer:
    return typer.Typer(
        name="telads",
        cls=Verbs,
        callback=_root,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=options.say(
            "통신 데이터로 만드는 미디어 플랜: 누구에게, 어디서, 어떤 매체로.",
            "Media plans from telecom data: who to reach, where, and on which platforms.",
        ),
    )


def _needed(words: Sequence[str]) -> typer.Typer:
    """The part of the command line that these words need: help must not import every verb."""
    if COMPLETION in os.environ:
        return app()
    asked = next((word for word in words if word in VERBS), None)
    return app(asked) if asked else _names_alone()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"telads {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True,
        help=options.say("버전을 표시합니다.", "Show the version."),
    ),
    debug: bool = typer.Option(
        False, "--debug",
        help=options.say("오류가 난 곳까지 표시합니다.", "Show where an error came from."),
    ),
    lang: options.LangOption = options.DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Options of every verb."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    lang = options.LANG if arguments is None else options.language_now(words)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"] or ["--help"]
    carry_everything()
    try:
        if words[0] not in {"doctor", *HELP}:  # doctor reports them itself
            options.tell_unknown_settings(lang)
        code = copy_context().run(_run, words, lang)  # isolates the dataset of a run
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # the reader of a pipe has closed it, as `head` does
        code = 1
    except Exception as error:
        if debug:
            import traceback

            traceback.print_exc()
        sys.stderr.write(f"telads: {_line(error, lang)}\n")
        code = 2 if isinstance(error, WRONGLY_ASKED) else 1
    _let_go_of_output()
    sys.exit(code)


def _run(words: list[str], lang: Lang) -> int:
    if any("\0" in word for word in words):
        raise typer.BadParameter("NUL", param_hint="telads")
    wants_help = HELP.intersection(words)
    if wants_help and any(word in VERBS for word in words):
        options.use_dataset_of(words)
    command = typer.main.get_command(_needed(words))
    if wants_help:
        load_help()
        if lang == "ko":
            speak_korean(cast("TyperGroup", command))
    code = command.main(args=words, prog_name="telads", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _line(error: Exception, lang: Lang) -> str:
    """An error as one line."""
    if type(error).__module__ == "django.db.utils":
        from telads.web.setup import unusable

        error = unusable(error)
    if isinstance(error, TeladsError):
        return error.line(lang)
    if isinstance(error, typer.TyperException):
        return explained(error)(lang)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{where}"
    name = type(error).__name__
    told = Text(
        f"예상하지 못한 오류입니다({name}: {error}). --debug를 붙이면 위치를 표시합니다.",
        f"Unexpected error ({name}: {error}). Add --debug to see where.",
    )
    return " ".join(told(lang).split())


def _let_go_of_output() -> None:
    """Discard output that can no longer be written (closed pipe, full disk) without an error."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
