"""Data flows one way: a package imports only from its left, and drivers stay in their rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
    frozenset({"experiments"}),
    frozenset({"library", "backup", "mcp", "watch"}),
    frozenset({"web"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""From left to right; a name is a module or package directly under telads."""

ONLY_IN = {
    "pyspark": "engines",
    "duckdb": "engines",
    "deltalake": "engines",
    "pyiceberg": "engines",
    "django": "web",
    "ninja": "web",
    "mcp": "mcp",
}


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of src, parsed once, and not where tests are only collected."""
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(SRC.rglob("*.py"))}


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, those within functions too."""
    for node in ast.walk(trees()[path]):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def every_import() -> Iterator[tuple[Path, str]]:
    """Every import in src, with its file; the package itself gives the public names out."""
    for path in trees():
        if path != SRC / "__init__.py":
            yield from ((path.relative_to(SRC), module) for module in imports(path))


def layer(name: str) -> int:
    return next(index for index, rooms in enumerate(LAYERS) if name in rooms)


def test_imports_point_left() -> None:
    turned = []
    for file, module in every_import():
        first, _, rest = module.partition(".")
        own, other = room(SRC / file), rest.partition(".")[0]
        if first == "telads" and other not in {"", own} and layer(other) >= layer(own):
            turned.append(f"{file} must not import {module}")
    assert not turned


def test_drivers_stay_in_their_rooms() -> None:
    astray = [
        f"{file}: only {ONLY_IN[driver]}/ imports {driver}"
        for file, module in every_import()
        if (driver := module.partition(".")[0]) in ONLY_IN and room(SRC / file) != ONLY_IN[driver]
    ]
    assert not astray


def test_every_room_has_its_place() -> None:
    rooms = {room(path) for path in trees() if path != SRC / "__init__.py"}
    assert rooms <= frozenset().union(*LAYERS)
    assert {"web", "engines", "cli"} <= rooms, "nothing was read"
