"""Actions on the media catalogue in the log of actions."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "medium-create": Text("매체 추가", "added a medium"),
    "medium-change": Text("매체 변경", "changed a medium"),
    "medium-delete": Text("매체 삭제", "deleted a medium"),
}

THINGS: dict[str, Text] = {"medium": Text("매체", "medium")}

_PRICED = (r"(?P<price>\d+) (?P<name>.+)", Text("{name}, CPM {price}", "{name}, CPM {price}"))
DETAILS: dict[str, tuple[str, Text]] = {"medium-create": _PRICED, "medium-change": _PRICED}
"""Form and wording of their details (`accounts.audit`)."""
