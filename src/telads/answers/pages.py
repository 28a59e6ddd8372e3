"""Lists in pages, as the network gives them: what a document says of its page."""

from __future__ import annotations

from typing import Any

from telads.text import Lang, Text

PAGED = frozenset({"targets", "segments"})
"""Questions whose rows can be asked for in pages; those of `segments` always are."""

_TEXTS = {
    "limit": Text("한 쪽의 줄 수", "rows of a page"),
    "offset": Text("건너뛴 줄 수", "rows left out before the page"),
    "total": Text("모두 몇 줄", "rows in all"),
    "next": Text("다음 쪽의 주소, 마지막이면 null", "address of the next page, null at the end"),
}
_KINDS: dict[str, Any] = {
    "limit": ["integer", "null"], "offset": "integer", "total": "integer",
    "next": ["string", "null"],
}  # fmt: skip
_WHEN = Text("limit이나 offset을 준 때에만", "where limit or offset was given")


def page_schema(lang: Lang) -> dict[str, Any]:
    """The JSON Schema of a document's `page`."""
    return {
        "type": "object",
        "description": _WHEN(lang),
        "properties": {
            name: {"type": _KINDS[name], "description": text(lang)} for name, text in _TEXTS.items()
        },
        "required": list(_TEXTS),
    }
