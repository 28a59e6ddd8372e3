"""Places of texts are filled on every way from a template to a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
