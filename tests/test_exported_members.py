"""The shop window: what is listed exists, is documented, and nothing documented is missing."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import telads
from telads import errors

SOURCE = Path(telads.__file__).parent
PUBLIC = [name for name in telads.__all__ if not name.startswith("__")]


def test_the_list_is_sorted_and_has_nothing_twice() -> None:
    assert sorted(set(telads.__all__)) == sorted(telads.__all__)
    assert len(set(telads.__all__)) == len(telads.__all__)


@pytest.mark.parametrize("name", telads.__all__)
def test_what_is_listed_exists(name: str) -> None:
    assert hasattr(telads, name)


def test_nothing_public_is_left_unlisted() -> None:
    def is_ours(thing: object) -> bool:
        return (inspect.isclass(thing) or inspect.isfunction(thing)) and (
            thing.__module__.startswith("telads")
        )

    there = {
        name for name, thing in vars(telads).items()
        if is_ours(thing) and name not in {"__getattr__", "__dir__"}
    }  # fmt: skip
    assert there <= set(telads.__all__)


def test_a_name_is_loaded_from_where_a_type_checker_is_told_it_stands() -> None:
    told = {
        name.name: node.module
        for node in ast.walk(ast.parse((SOURCE / "__init__.py").read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("telads.")
        for name in node.names
    }
    assert told.keys() == set(telads.__all__) == set(telads.__all__) & set(dir(telads))
    for name, module in told.items():
        assert getattr(telads, name) is getattr(import_module(module), name), name


def test_a_name_that_is_not_listed_is_not_there() -> None:
    assert not hasattr(telads, "open_workspce")


def test_every_error_can_be_caught_by_name() -> None:
    raised = {
        name for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, errors.TeladsError)
    }  # fmt: skip
    assert raised <= set(telads.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_listed_is_documented(name: str) -> None:
    thing = getattr(telads, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert inspect.getdoc(thing), name


@pytest.mark.parametrize("name", [n for n in vars(telads.Workspace) if not n.startswith("_")])
def test_every_method_is_documented_and_typed(name: str) -> None:
    method = getattr(telads.Workspace, name)
    assert inspect.getdoc(method)
    signature = inspect.signature(method)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not p.empty for n, p in signature.parameters.items() if n != "self")


def undocumented(path: Path) -> Iterator[str]:
    """Public modules, classes, functions and methods of a file that have no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    where = path.relative_to(SOURCE)
    if not ast.get_docstring(tree):
        yield str(where)
    for node in tree.body:
        yield from _undocumented(node, str(where))


def _undocumented(node: ast.stmt, where: str) -> Iterator[str]:
    if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if node.name.startswith("_"):
        return
    if not ast.get_docstring(node) and not _overrides(node):
        yield f"{where}: {node.name}"
    if isinstance(node, ast.ClassDef):
        for child in node.body:
            yield from _undocumented(child, f"{where}: {node.name}")


def _overrides(node: ast.stmt) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id in {"override", "overload"} for d in decorators)


def test_every_public_name_has_a_docstring() -> None:
    paths = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
    assert len(paths) > 50
    assert [missing for path in paths for missing in undocumented(path)] == []
