"""The verbs of questions, generated from their declarations."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any

import typer

from telads.answers.questions import NEEDED, QUESTIONS, Question
from telads.answers.questions import Parameter as Choice
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    LANG,
    Form,
    FormOption,
    LangOption,
    Language,
    WorkspaceOption,
    build_of,
    workspace_of,
)
from telads.cli.registry import VERBS, listed
from telads.cli.show import show

ask = typer.Typer()
OF_A_WORKSPACE = {"evaluate"}
"""Questions about the workspace, not its build in force."""


def verb_of(question: Question) -> Callable[..., None]:
    """Return a verb's function, with an option for each parameter of its question."""

    def verb(workspace: Path | None, form: Form, lang: Language, **given: Any) -> None:
        of = workspace_of if question.id in OF_A_WORKSPACE else build_of
        show(question.ask(of(workspace), **given), form, lang.value)

    common = (
        ("workspace", WorkspaceOption, None),
        ("form", FormOption, Form.TABLE),
        ("lang", LangOption, DEFAULT_LANGUAGE),
    )
    options = [
        *(_option(one.name, _annotation(one), one.default) for one in question.parameters),
        *(_option(*one) for one in common),
    ]
    verb.__name__ = question.id
    verb.__signature__ = Signature(options)  # type: ignore[attr-defined]  # Typer reads it
    verb.__annotations__ = {one.name: one.annotation for one in options}
    return verb


def _annotation(one: Choice) -> Any:
    kind: Any = one.type if one.default is not None else one.type | None
    flag = f"--{one.name.replace('_', '-')}"
    return Annotated[kind, typer.Option(flag, help=one.help(LANG))]


def _option(name: str, annotation: Any, default: Any) -> Parameter:
    default = Parameter.empty if default is NEEDED else default
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


for _name, _verb in VERBS.items():
    if _verb.module == "ask":
        ask.command(**listed(_name))(verb_of(QUESTIONS[_name]))
