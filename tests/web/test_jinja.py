"""The templates of Jinja: texts of the catalogue, what is escaped, and parts that are kept."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from telads.answers.answer import Answer
from telads.answers.customers import services
from telads.store.workspace import Build
from telads.web.jinja import rendered


def answer(build: Build) -> Answer:
    return services(build, "강남구", "F", 30)


@pytest.mark.parametrize(("lang", "said"), [("ko", "관측"), ("en", "observed")])
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
