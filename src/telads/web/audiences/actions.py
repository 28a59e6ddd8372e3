"""Actions on saved audiences in the log of actions."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "audience-create": Text("타겟 저장", "saved an audience"),
    "audience-rename": Text("타겟 이름 변경", "renamed an audience"),
    "audience-access": Text("타겟 권한 변경", "changed who may see an audience"),
    "audience-delete": Text("타겟 삭제", "deleted an audience"),
}

THINGS: dict[str, Text] = {"savedaudience": Text("타겟", "audience")}

DETAILS: dict[str, tuple[str, Text]] = {
    "audience-access": (r"(?P<name>\S+) (?P<level>read|none)",
                        Text("{name} 님: {level}", "{name}: {level}")),
}  # fmt: skip
"""Form and wording of their details (`accounts.audit`)."""
