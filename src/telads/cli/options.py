"""Common parts of the verbs: options, the language, the workspace.

The language is determined before Typer parses the arguments, because help depends on it too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from telads.answers.questions import METHOD, MONTH_ASKED
from telads.settings import Settings, texts_of, unknown_settings
from telads.text import LANGUAGES, Lang, Text, locale_language

if TYPE_CHECKING:
    from telads.store.workspace import Build, Store


def language_of(arguments: Sequence[str], variables: Mapping[str, str]) -> Lang:
    """`--lang`, else the setting, else the locale."""
    for position, argument in enumerate(arguments):
        word = argument.removeprefix("--lang=") if argument.startswith("--lang=") else ""
        if argument == "--lang" and position + 1 < len(arguments):
            word = arguments[position + 1]
        if word.lower() in LANGUAGES:
            return cast(Lang, word.lower())
    wanted = variables.get("TELADS_LANG", "")
    # Other faults of the settings are reported in their own language.
    return next((lang for lang in LANGUAGES if lang == wanted), None) or locale_language()


def say(ko: str, en: str) -> str:
    """A text in the language of this run."""
    return Text(ko, en)(LANG)


def load_settings() -> Settings:
    """The settings of this run; raises `SettingError`."""
    return Settings.load()


def tell_unknown_settings(lang: Lang) -> None:
    """Print a line on standard error for each misspelt setting, in the environment or in .env."""
    for told in unknown_settings(texts_of()):
        sys.stderr.write(f"telads: {told(lang)}\n")


def language_now(arguments: Sequence[str]) -> Lang:
    """The language of a command line under the current settings."""
    from telads.errors import SettingError

    try:
        return language_of(arguments, texts_of())
    except SettingError:  # reported when a verb loads the settings
        return language_of(arguments, {})


LANG: Lang = language_now(sys.argv[1:])


class Form(StrEnum):
    """Output form of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Language(StrEnum):
    """The languages of telads."""

    KO = "ko"
    EN = "en"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w",
        help=say("작업 폴더 (기본: TELADS_WORKSPACE 또는 ./telads-data)",
                 "the workspace folder (default: TELADS_WORKSPACE or ./telads-data)"),
    ),
]  # fmt: skip
DatasetOption = Annotated[
    Path | None,
    typer.Option("--dataset",
                 help=say("데이터 정의의 폴더 (기본: 작업 폴더의 것, TELADS_DATASET, 서울)",
                          "folder of the dataset's definition (default: the workspace's own, "
                          "else TELADS_DATASET or Seoul's)")),
]  # fmt: skip
FormOption = Annotated[
    Form,
    typer.Option("--format", "-f", case_sensitive=False,
                 help=say("출력 형식", "how to print the answer")),
]  # fmt: skip
LangOption = Annotated[
    Language, typer.Option("--lang", case_sensitive=False, help=say("출력 언어", "language"))
]
MonthOption = Annotated[str | None, typer.Option(help=MONTH_ASKED.help(LANG))]
MethodOption = Annotated[str, typer.Option(help=METHOD.help(LANG))]
ReplaceOption = Annotated[
    bool,
    typer.Option("--replace",
                 help=say("행, 동네, 서비스가 크게 줄어도 그 달을 바꿉니다.",
                          "replace a month even with far fewer rows, places or services")),
]  # fmt: skip
DEFAULT_LANGUAGE = Language(LANG)


def workspace_of(path: Path | None) -> Store:
    """The user's workspace; puts its dataset in force for this run."""
    from telads.dataset import put_in_force
    from telads.store.workspace import Store

    workspace = Store(path or load_settings().workspace)
    put_in_force(workspace.dataset)
    return workspace


def workspace_for(path: Path | None, dataset: Path | None) -> Store:
    """The workspace for new months, of the dataset in a folder or its own."""
    from telads.dataset import put_in_force

    workspace = workspace_of(path)
    put_in_force(workspace.choose_dataset(dataset))
    return workspace


def use_dataset_of(words: Sequence[str]) -> None:
    """Make the help for these words about the dataset of the workspace that they name.

    Where that cannot be read, help is about Seoul's; a verb says what is wrong when it runs.
    """
    from telads.errors import TeladsError

    named = None
    for word, after in pairwise([*words, ""]):
        if word in {"-w", "--workspace"}:
            named = after
        elif word.startswith("--workspace="):
            named = word.partition("=")[2]
    with suppress(TeladsError, OSError):
        workspace_of(Path(named) if named else None)


def use_dataset(folder: Path | None) -> None:
    """Put the dataset of a folder, or of the settings, in force for this run."""
    from telads.dataset import dataset_of, put_in_force

    chosen = folder or load_settings().dataset
    if chosen:
        put_in_force(dataset_of(chosen))


def build_of(path: Path | None) -> Build:
    """The build in force; raises `NothingBuilt`."""
    return workspace_of(path).build()
