"""Places of texts are filled on every way from a template to a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import telads
import telads.web

DOCUMENTS = Path(telads.web.__path__[0]) / "pages" / "help"
"""Whole documents, filled when they are read (`tests/web/pages/test_help.py`)."""
TEMPLATES = sorted(
    path for kind in ("*.html", "*.j2") for path in Path(telads.web.__path__[0]).rglob(kind)
    if path not in {DOCUMENTS / "ko.html", DOCUMENTS / "en.html"}
)  # fmt: skip


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_place_stands_where_nothing_fills_it(path: Path) -> None:
    """What is written outside of the texts of the catalogue is said of every dataset."""
    text = path.read_text("utf-8")
    outside = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<script.*?</script>|<style.*?</style>", "", text,
                     flags=re.DOTALL)  # fmt: skip
    assert not re.findall(r"\{(?:city|district|districts|first|unit|window|indexes)\b", outside)
    assert not re.findall(r"Seoul|서울|YouTube|\bwon\b", outside)


CODE = sorted(
    path for path in Path(telads.__path__[0]).rglob("*.py") if "seoul" not in path.parts
)  # fmt: skip


def said_in(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a file but its docstrings, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_no_level_of_one_dataset_is_named_in_the_code() -> None:
    """Levels are filled in (`{district}`), or told in words of all: a second dataset has others."""
    found = [
        f"{path.name}:{line}: {text}"
        for path in CODE
        for line, text in said_in(path)
        if re.search("행정동|자치구", text)
    ]
    assert not found


NUMBERED = re.compile(
    r"^ (?:more |ad )?(?:groups|months|rows|files|versions|platforms|services|measures|plans|"
    r"districts|neighbourhoods|maximum spends|times|places|parts|segments|members|ceilings)\b"
)
NEVER_ONE = {
    "times", "three", "len(members)", "members", "groups", "segments", "count", "total",
    "offers", "len(rows)", "horizon", "near", "closest",
}  # fmt: skip
"""Numbers that are no count of one: limits, frequencies, and what is told of several alone."""


@pytest.mark.parametrize("part", ["planning", "render", "answers", "cli", "aggregate", "web"])
def test_a_number_of_things_is_counted_in_english(part: str) -> None:
    """A figure in front of a plural is written by `wording.counted`, which knows one of them."""
    found = []
    for path in CODE:
        if part not in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for value, after in zip(node.values, node.values[1:], strict=False):
                if not (isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant)):
                    continue
                number = ast.unparse(value.value)
                counts = not number.isupper() and number not in NEVER_ONE  # or a constant
                if counts and NUMBERED.match(str(after.value)):
                    found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    assert not found
