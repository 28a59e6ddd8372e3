"""The command line: thin verbs over the answers.

Exit codes: 0 done, 2 asked wrongly (an option, a choice, a setting), 1 anything else. An error is
one line on standard error; `--debug` shows where it came from.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from telads.cli import options
from telads.cli.ask import ask
from telads.cli.data import data
from telads.cli.make import make
from telads.cli.synthetic import synthetic
from telads.errors import QuestionError, SettingError, TeladsError
from telads.version import __version__

app = typer.Typer(
    name="telads",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=options.say(
        "통신 이용 자료에서 광고 조언까지: 누구에게, 어느 서비스로, 얼마나 확실하게.",
        "From monthly telecom usage to advertising advice: whom, where, and how sure.",
    ),
)
WRONGLY_ASKED = (QuestionError, SettingError, typer.TyperException)
"""Errors of the person who asks, not of the data or the machine."""

for verbs in (data, ask, make, synthetic):
    app.add_typer(verbs)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"telads {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True,
        help=options.say("판 번호를 보입니다.", "Show the version."),
    ),
    debug: bool = typer.Option(
        False, "--debug",
        help=options.say("오류가 난 곳까지 보입니다.", "Show where an error came from."),
    ),
) -> None:  # fmt: skip
    """Options of every verb."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"] or ["--help"]
    try:
        code = app(args=words, standalone_mode=False)
    except (TeladsError, typer.TyperException) as error:
        if debug:
            raise
        sys.stderr.write(f"telads: {_line(error)}\n")
        code = 2 if isinstance(error, WRONGLY_ASKED) else 1
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # the reader of a pipe went away, as `head` does
        sys.stderr.close()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _line(error: TeladsError | typer.TyperException) -> str:
    """An error in one line; Typer's own come in English only."""
    if isinstance(error, TeladsError):
        return error.line(options.LANG)
    return " ".join(error.format_message().split())
