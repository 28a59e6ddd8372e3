"""Printing an answer: as a table for people, as JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from telads.answers.answer import Answer
from telads.answers.questions import CONTRACT
from telads.cli.options import Form
from telads.errors import QuestionError
from telads.text import Lang, Text


def show(answer: Answer, form: Form, lang: Lang) -> None:
    """Print an answer to standard output."""
    if form is Form.JSON:
        sys.stdout.write(answer.json(lang))
    elif form is Form.CSV:
        from telads.render.files import flat

        sys.stdout.write(flat(answer).write_csv())
    else:
        from telads.render.terminal import table

        table(answer, lang)


def show_done(verb: str, rows: Sequence[Mapping[str, Any]], form: Form) -> None:
    """Print a verb's result for programs: JSON with the keys contract, question, rows, or CSV."""
    if form is Form.JSON:
        done = {"contract": CONTRACT, "question": verb, "rows": rows}
        sys.stdout.write(json.dumps(done, ensure_ascii=False, indent=2) + "\n")
        return
    from telads.render.files import SEPARATOR

    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({
            name: SEPARATOR.join(value) if isinstance(value, list)
            else str(value).lower() if isinstance(value, bool) else value
            for name, value in row.items()
        })  # fmt: skip


def show_written(verb: str, paths: Sequence[Path], form: Form, **facts: Any) -> None:
    """Print the files written: a path a line for people, rows with `file` for programs."""
    if form is Form.TABLE:
        sys.stdout.write("".join(f"{path}\n" for path in paths))
    else:
        show_done(verb, [{"file": str(path), **facts} for path in paths], form)


def require_folder(output: Path) -> None:
    """Refuse a file in a missing folder: most likely the name is mistyped."""
    if not output.absolute().parent.is_dir():
        raise QuestionError(
            Text("폴더를 찾을 수 없습니다.", "Folder not found."),
            Text("폴더를 먼저 만들어 주세요.", "Make the folder first."),
            file=output.parent,
        )
