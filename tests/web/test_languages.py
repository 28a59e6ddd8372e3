"""Every text of the website exists in Korean; the catalogue that ships is what its parts say."""

from __future__ import annotations

import ast
import gettext
import re
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from django.test import Client
from jinja2.ext import extract_from_ast

from tests.tools import GETTEXT, lacking

WEB = Path(__file__).parents[2] / "src" / "telads" / "web"
CATALOGUE = WEB / "locale" / "ko" / "LC_MESSAGES" / "django.mo"
SCRIPT = Path(__file__).parents[2] / "scripts" / "build_catalogue.py"
MARKERS = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "_"}


def of_template(path: Path) -> Iterator[str]:
    """The texts of a template, by Jinja's own reading of its calls."""
    tree = jinja2.Environment().parse(path.read_text("utf-8"))
    for _, _, texts in extract_from_ast(tree, ("_", "ngettext"), babel_style=False):
        first = texts[0] if isinstance(texts, tuple) else texts
        assert first
        yield first


def of_module(path: Path) -> Iterator[str]:
    """The texts of a module: what its calls of gettext hold."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id in MARKERS and isinstance(first, ast.Constant):
                yield str(first.value)


def texts() -> dict[str, Path]:
    """Every text to translate and a file that says it."""
    found: dict[str, Path] = {}
    for path in sorted(WEB.rglob("*")):
        if path.suffix in {".html", ".svg", ".j2"} and "static" not in path.parts:
            found |= dict.fromkeys(of_template(path), path)
        elif path.suffix == ".py":
            found |= dict.fromkeys(of_module(path), path)
    return found


def catalogue() -> dict[str, str]:
    """What the compiled catalogue translates."""
    with CATALOGUE.open("rb") as file:
        known = gettext.GNUTranslations(file)
    pairs: dict[str | tuple[str, int], str] = known._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in pairs.items()}


def test_no_text_is_missing_in_korean() -> None:
    known, wanted = catalogue(), texts()
    assert len(wanted) > 50
    missing = {
        text: str(path.relative_to(WEB)) for text, path in wanted.items() if not known.get(text)
    }
    assert not missing


def test_no_translation_is_left_over() -> None:
    assert set(catalogue()) - {""} <= set(texts())


def texts_in_python() -> Iterator[tuple[str, str]]:
    """Korean and English of every `Text` that is written out in Python."""
    for path in sorted(WEB.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if node.func.id == "Text" and len(said) == 2:
                    yield str(said[0]), str(said[1])


def test_no_words_stand_in_the_catalogue_and_in_a_text_as_well() -> None:
    """Words of the domain, of answers and of forms are `Text`; those of a page alone are its own.

    A template says a column by `heading(question, key)`, other words by `wording`
    (telads/wording.py) or by what its view gives.
    """
    known = {(korean, english.replace("%%", "%")) for english, korean in catalogue().items()}
    said = set(texts_in_python())
    assert len(said) > 1000
    assert not known & said


def test_translations_keep_the_placeholders_and_are_korean() -> None:
    for text, korean in catalogue().items():
        if text:
            placeholders = re.compile(r"%\(\w+\)s")
            assert set(placeholders.findall(text)) == set(placeholders.findall(korean)), text
            assert not re.search(r"전환율|ROI|#-#-#", korean)


@pytest.fixture
def gettext_programs() -> None:
    """What reads and writes catalogues."""
    if not shutil.which("xgettext") or not shutil.which("msgcat"):
        lacking(GETTEXT, "it is not installed")


@pytest.mark.usefixtures("gettext_programs")
def test_the_shipped_catalogue_is_what_its_parts_say(tmp_path: Path) -> None:
    before = CATALOGUE.with_suffix(".po").read_text("utf-8")
    script = runpy.run_path(str(SCRIPT))
    main = script["main"]
    main.__globals__["CATALOGUE"] = tmp_path / "ko" / "django.po"
    assert main() == 0
    assert (tmp_path / "ko" / "django.po").read_text("utf-8") == before
    assert (tmp_path / "ko" / "django.mo").read_bytes() == CATALOGUE.read_bytes()


@pytest.mark.parametrize("address", ["/", "/data/", "/customers/", "/advertisers/", "/evidence/"])
def test_pages_speak_the_language_of_their_address(site: Client, address: str) -> None:
    # Whatever the browser prefers or a cookie says: the address alone decides, so it can be shared.
    korean = site.get(address, headers={"Accept-Language": "en"})
    english = site.get(f"/en{address}", headers={"Accept-Language": "ko"})
    assert korean["Content-Language"] == "ko"
    assert english["Content-Language"] == "en"
    hangul = re.compile("[가-힣]")
    body = english.content.decode()
    left = re.findall(r">([^<]*[가-힣][^<]*)<", body)
    assert [text for text in left if text.strip() != "한국어" and ".csv" not in text] == []
    assert hangul.search(korean.content.decode())
