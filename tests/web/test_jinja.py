"""The templates of Jinja: texts of the catalogue, what is escaped, and parts that are kept."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import override

from telads.answers.answer import Answer
from telads.answers.customers import services
from telads.store.workspace import Build
from telads.web.jinja import rendered
from telads.web.templatetags import kept


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


def test_a_part_is_rendered_once_for_a_language_and_what_it_depends_on() -> None:
    kept._known.clear()
    template = Template('{% load kept %}{% kept "test" outside %}{{ word }}{% endkept %}')

    def shown(**facts: object) -> str:
        return template.render(Context(facts))

    with override("ko"):
        assert shown(word="first", outside=False) == "first"
        assert shown(word="other", outside=False) == "first"
        assert shown(word="other", outside=True) == "other"
    with override("en"):
        assert shown(word="third", outside=False) == "third"


def test_parts_of_one_name_do_not_push_out_another(monkeypatch: pytest.MonkeyPatch) -> None:
    kept._known.clear()
    monkeypatch.setattr(kept, "MOST", 2)
    head = Template('{% load kept %}{% kept "head" %}{{ word }}{% endkept %}')
    plan = Template('{% load kept %}{% kept "plan" made.hash %}{{ word }}{% endkept %}')
    assert head.render(Context({"word": "first"})) == "first"
    for hash in "abc":
        plan.render(Context({"word": hash, "made": {"hash": hash}}))
    assert head.render(Context({"word": "other"})) == "first"
    assert plan.render(Context({"word": "x", "made": {"hash": "c"}})) == "c"
    assert plan.render(Context({"word": "x", "made": {"hash": "a"}})) == "x"
