"""Help: fast to start, and with Typer's own words in Korean."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from typer.core import TyperGroup

_OPTIONS = {
    "install_completion": "지금 쓰는 셸에 자동 완성을 설치합니다.",
    "show_completion": "자동 완성 스크립트를 표시합니다(복사하거나 고쳐 쓸 때).",
}
_HELP = "이 도움말을 표시합니다."
_LATER = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""Modules that Typer's help imports but does not need here: half of its start-up time."""


class Later(type):
    """Placeholder of a class whose module is imported on first use."""

    def real(cls) -> Any:
        """The actual class."""
        return getattr(import_module(cls.__module__), cls.__name__)

    def __call__(cls, *given: Any, **named: Any) -> Any:
        return cls.real()(*given, **named)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real(), name)


def load_help() -> None:
    """Import Typer's help without the modules it does not need."""
    absent = _LATER.keys() - sys.modules.keys()
    for module in absent:
        sys.modules[module] = ModuleType(module)
        name = _LATER[module]
        setattr(sys.modules[module], name, Later(name, (), {"__module__": module}))
    try:
        import_module("typer.rich_utils")
    finally:
        for module in absent:
            del sys.modules[module]


def speak_korean(group: TyperGroup) -> None:
    """Translate Typer's own options and panels into Korean; only needed for help."""
    from typer import rich_utils

    rich_utils.OPTIONS_PANEL_TITLE = "옵션"
    rich_utils.ARGUMENTS_PANEL_TITLE = "인자"
    rich_utils.COMMANDS_PANEL_TITLE = "명령"
    rich_utils.REQUIRED_LONG_STRING = "[필수]"
    rich_utils.DEFAULT_STRING = "[기본: {}]"
    for command in _all_commands(group):
        for parameter in command.params:
            parameter.help = _OPTIONS.get(parameter.name, parameter.help)
        context = typer.Context(command, help_option_names=["-h", "--help"])
        command.get_help_option(context).help = _HELP


def _all_commands(command: Any) -> Iterator[Any]:
    """A command and all its descendants."""
    yield command
    for beneath in getattr(command, "commands", {}).values():
        yield from _all_commands(beneath)
