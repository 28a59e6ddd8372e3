"""Django's tags of translation, whose texts speak of the dataset in force: `{city}`, `{district}`.

Templates load it as `i18n` (settings.TEMPLATES). The places of a text are filled as
`Dataset.filled` says, in its translation as in the English one.
"""

from __future__ import annotations

import html
from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from telads.dataset import in_force
from telads.text import Lang

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


def escape(word: str) -> str:
    """A name inside a text of HTML; apostrophes stay, for attributes stand in quotation marks."""
    return html.escape(word, quote=False).replace('"', "&quot;")


def filled(text: str, language: Lang | None = None) -> str:
    """A text of the catalogue in the words of the dataset in force, safe if it was."""
    lang: Lang = language or ("en" if get_language() == "en" else "ko")
    told = in_force().filled(text, lang, escape)
    return mark_safe(told) if isinstance(text, SafeString) else told


class Filled(Node):
    """One of Django's nodes of translation, its text filled."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def render(self, context: Context) -> str:
        """The text; nothing where it goes into a variable."""
        text = filled(self.node.render(context))
        if self.node.asvar:
            context[self.node.asvar] = filled(context[self.node.asvar])
        return text


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "Map of {city}" %}`."""
    node = i18n.do_translate(parser, token)
    return Filled(node) if isinstance(node, i18n.TranslateNode) else node


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> Node:
    """`{% blocktranslate %}{{ n }} people of {city}{% endblocktranslate %}`."""
    return Filled(i18n.do_block_translate(parser, token))
