"""Progress of long work on standard error: a bar on a terminal, a line for each step elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from telads.text import Text

if TYPE_CHECKING:
    from rich.progress import TaskID

from telads.cli.options import LANG

Step = Callable[[str, int, int], None]
"""Called with the name of the next step, the number of steps done, and their total."""


@contextmanager
def progress(title: Text) -> Iterator[Step]:
    """Yield a function to call at every step."""
    if not sys.stderr.isatty():
        yield _plain_step(title)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from telads.render.terminal import console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TextColumn("{task.fields[step]}"))  # fmt: skip
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task: TaskID = bar.add_task(title(LANG), total=None, step="")

        def step(name: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, step=name)

        yield step


def _plain_step(title: Text) -> Step:
    def step(name: str, done: int, total: int) -> None:
        if name:
            sys.stderr.write(f"{title(LANG)} {done + 1}/{total}: {name}\n")

    return step


def waiting() -> None:
    """Report that another process is writing."""
    message = Text("다른 telads가 쓰고 있어 기다립니다.", "Waiting for another telads to finish.")
    sys.stderr.write(message(LANG) + "\n")
