"""The templates of Jinja: texts of the catalogue, what is escaped, and parts that are kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.utils.translation import override

from telads.answers.answer import Answer
from telads.store.workspace import Build
from telads.text import Text
from telads.web import jinja
from telads.web.forms import Select, said
from telads.web.jinja import _environment, rendered
from tests.asked import services


def answer(build: Build) -> Answer:
    return services(build, "강남구", "F", 30)


@pytest.mark.parametrize(("lang", "said"), [("ko", "집계"), ("en", "period")])
def test_a_template_speaks_the_language_of_the_request(
    twin_build: Build, lang: str, said: str
) -> None:
    with override(lang):
        assert said in rendered("components/basis.html.j2", {"answer": answer(twin_build)})


def test_texts_are_escaped(twin_build: Build) -> None:
    with override("en"):
        part = rendered("components/warnings.html.j2", {"warnings": ["<b>", "a & b"]})
    assert "<li>&lt;b&gt;</li><li>a &amp; b</li>" in part


def test_a_fact_that_is_missing_is_no_silence() -> None:
    with override("ko"), pytest.raises(Exception, match="is undefined"):
        rendered("components/basis.html.j2", {})
    page = _environment("ko").from_string("{{ wording.SYNTHETIC|say }}")
    assert page.render() == "합성 데이터입니다."
    with pytest.raises(Exception, match=r"is undefined|has no"):
        page.render(wording={})


def test_a_key_comes_before_a_method_and_nothing_has_nothing() -> None:
    page = _environment("en").from_string(
        "{{ words.values }}{% if none.name or given %}!{% endif %}"
    )
    assert page.render(words={"values": "Values"}, none=None) == "Values"


@pytest.mark.parametrize("address", ["/", "/data/", "/customers/", "/evidence/", "/api/v1/docs"])
def test_no_page_shows_what_only_a_program_reads(site: Client, address: str) -> None:
    page = site.get(address).content.decode()
    assert not re.search(r"built-in method|bound method|object at 0x|&lt;function", page)


def test_every_static_file_of_templates_exists() -> None:
    """With hashed names a page fails to render where a file is missing; tests have plain names."""
    web = Path(jinja.__file__).parent
    templates = [path for path in web.rglob("*") if path.suffix in {".html", ".j2"}]
    named = {
        name
        for path in templates
        for name in re.findall(r"static\(['\"](telads/[^'\"]+)['\"]\)", path.read_text("utf-8"))
    }
    assert "telads/site.css" in named
    assert not {name for name in named if not (web / "static" / name).is_file()}


@pytest.mark.parametrize("value", [None, "", "a", "3", 3, "unknown"])
@pytest.mark.parametrize("attrs", [{}, {"required": True, "disabled": False, "title": "a\"<'&"}])
def test_a_list_of_a_form_is_djangos_without_its_templates(
    value: object, attrs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [
        ("", "–"), ("a", "<b> & it's"), ('"', "'"), ("a", "twice"), (3, said(Text("셋", "three"))),
    ]  # fmt: skip
    wanted = forms.Select(attrs, choices).render("x", value, {"id": "id_x"})
    monkeypatch.setattr(forms.Select, "template_name", "no-such-template.html")
    assert Select(attrs, choices).render("x", value, {"id": "id_x"}) == wanted
