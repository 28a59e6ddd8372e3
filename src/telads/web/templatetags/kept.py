"""Parts of a page that are the same for many requests, rendered once: `{% kept "footer" %}`.

What stands between `{% kept NAME VARIABLES %}` and `{% endkept %}` may depend on the build in
force, the language and the variables named, and on nothing else: no request, no user, no choice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 64
"""Parts held of a name: some for each language and build."""


_known: dict[str, OrderedDict[tuple[str, ...], SafeString]] = {}
"""By name: one that has many parts does not push out those of another."""
_lock = Lock()


class Kept(template.Node):
    """A part with its name; a name of its own for each part of the website."""

    def __init__(self, name: str, on: Sequence[FilterExpression], nodes: NodeList) -> None:
        self.name, self.on, self.nodelist = name, on, nodes

    def render(self, context: Context) -> SafeString:
        """The part, from memory if it was rendered before."""
        build = context.get("build")
        static = settings.STORAGES["staticfiles"]["BACKEND"]
        on = (str(variable.resolve(context, ignore_failures=True)) for variable in self.on)
        key = (str(get_language()), str(build.path) if build else "", static, *on)
        with _lock:
            parts = _known.setdefault(self.name, OrderedDict())
            found = parts.get(key)
        if found is None:
            found = self.nodelist.render(context)
            with _lock:
                parts[key] = found
                while len(parts) > MOST:
                    parts.popitem(last=False)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """`{% kept "footer" outside %}...{% endkept %}`."""
    _, name, *on = token.split_contents()
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(name.strip("\"'"), [parser.compile_filter(variable) for variable in on], nodes)
