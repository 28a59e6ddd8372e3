"""Data flows one way: a package imports only from its left, and drivers stay in their rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "telads"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"text", "version"}),
    frozenset({"errors"}),
    frozenset({"dataset"}),
    frozenset({"model", "settings"}),
    frozenset({"wording"}),
    frozenset({"store"}),
    frozenset({"engines"}),
    frozenset({"ingest"}),
    frozenset({"twin"}),
    frozenset({"aggregate"}),
    frozenset({"method"}),
    frozenset({"answers"}),
    frozenset({"render"}),
    frozenset({"export"}),
    frozenset({"planning"}),
    frozenset({"library", "backup"}),
    frozenset({"web"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""From left to right; a name is a module or package directly under telads."""

ONLY_IN = {"pyspark": "engines", "duckdb": "engines", "django": "web", "ninja": "web"}


def files() -> list[Path]:
    return [path for path in sorted(SRC.rglob("*.py")) if path != SRC / "__init__.py"]


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def layer(name: str) -> int:
    return next(index for index, rooms in enumerate(LAYERS) if name in rooms)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SRC)))
def test_imports_point_left(path: Path) -> None:
    own = room(path)
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "telads" and len(parts) > 1 and parts[1] not in {own}:
            assert layer(parts[1]) < layer(own), f"{own} must not import {module}"
        assert ONLY_IN.get(parts[0], own) == own, f"only {ONLY_IN[parts[0]]}/ imports {parts[0]}"


def test_every_room_has_its_place() -> None:
    assert {room(path) for path in files()} <= frozenset().union(*LAYERS)
