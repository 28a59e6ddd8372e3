"""Places of texts are filled on every way from a template to a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import telads.web

TEMPLATES = sorted(
    path for kind in ("*.html", "*.j2") for path in Path(telads.web.__path__[0]).rglob(kind)
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_place_stands_where_nothing_fills_it(path: Path) -> None:
    """`_("...")` in a Django template is Django's own; tags and Jinja fill places."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        assert not re.findall(r'_\("[^"]*(?:\{|\[\[)[^"]*"\)', text)
    inside = re.sub(r"{% *blocktranslate.*?endblocktranslate *%}", "", text, flags=re.DOTALL)
    outside = re.sub(r"{%.*?%}|{{.*?}}|<script.*?</script>|<style.*?</style>", "", inside,
                     flags=re.DOTALL)  # fmt: skip
    assert not re.findall(r"\{(?:city|district|districts|first|unit|window|indexes)\b", outside)
