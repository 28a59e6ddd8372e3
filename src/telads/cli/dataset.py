"""The verbs about datasets: check a definition, or draft one from a file."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from telads.cli.options import DEFAULT_LANGUAGE, LangOption, say
from telads.cli.registry import listed
from telads.errors import DatasetError, WorkspaceError
from telads.text import Text
from telads.wording import counted

dataset = typer.Typer(**listed("dataset"))


@dataset.callback()
def _whole(lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """The language was read before (`options.LANG`); the help of all verbs takes it."""


FolderArgument = Annotated[
    Path, typer.Argument(help=say("데이터 정의의 폴더", "folder of the definition"))
]


@dataset.command("check", help=say("데이터 정의의 잘못을 한 번에 모두 봅니다.",
                                 "List all errors of a definition at once."))  # fmt: skip
def check(folder: FolderArgument, lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """Print the dataset, or one line a fault on standard error with exit code 1."""
    from telads.dataset import load
    from telads.dataset.reading import Fault

    try:
        found = load(folder)
    except DatasetError as error:
        for fault in error.faults:
            if isinstance(fault, Fault):
                sys.stderr.write(f"{fault.line(lang.value)}\n")
        raise typer.Exit(1) from error
    found.public_holidays(date(2024, 1, 1), date(2024, 12, 31))  # whether the calendar is known
    services = ", ".join(service.text(lang.value) for service in found.services)
    told = Text(
        f"{found.text.ko}: {found.city.ko}, {found.district.text.ko} {len(found.districts)}곳, "
        f"측정값 {len(found.measures)}개, 서비스 {len(found.services)}개({services})",
        f"{found.text.en}: {found.city.en}, "
        f"{counted(len(found.districts), found.district.text.en, found.district.plural.en)}, "
        f"{counted(len(found.measures), 'measure')}, {counted(len(found.services), 'service')} "
        f"({services})",
    )
    sys.stdout.write(f"{told(lang.value)}\n")
    if not found.borders:
        none = Text("경계 파일이 없어 지도에 아무 지역도 그리지 않습니다.",
                    "Without borders.geojson maps draw no area.")  # fmt: skip
        sys.stdout.write(f"{none(lang.value)}\n")


@dataset.command("new", help=say("데이터 파일의 열에서 정의의 초안을 만듭니다.",
                               "Draft a definition from the columns of a file."))  # fmt: skip
def new(
    folder: FolderArgument,
    source: Annotated[
        Path, typer.Option("--from", help=say("데이터의 CSV 파일", "a CSV file of the data"))
    ],
    encoding: Annotated[
        str, typer.Option(help=say("UTF-8이 아닐 때의 인코딩", "encoding, if it is not UTF-8"))
    ] = "cp1252",
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Write FOLDER/dataset.toml; an existing one is kept."""
    from telads.dataset.definition import DEFINITION
    from telads.dataset.draft import draft

    target = folder / DEFINITION
    if target.exists():
        raise WorkspaceError(
            Text(
                "이미 정의가 있어 그대로 두었습니다.",
                "A definition already exists; nothing was changed.",
            ),
            Text("다른 폴더를 골라 주세요.", "Choose another folder."),
            file=target,
        )
    text = draft(source, encoding)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    told = Text(
        f"{target}: 초안입니다. EDIT와 guessed 줄을 고친 뒤 telads dataset check로 확인해 주세요.",
        f"{target}: a draft. Edit the lines marked EDIT and guessed, then run "
        "telads dataset check.",
    )
    sys.stdout.write(f"{told(lang.value)}\n")
