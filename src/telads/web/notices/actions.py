"""Actions on notices in the log of actions. Addresses are not written there."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "notice-settings": Text("알림 설정 변경", "changed the settings of notices"),
    "notice-secret": Text("웹훅 서명 키 새로 만들기", "made a new signing key of a webhook"),
    "notice-failed": Text("알림 보내기 실패", "failed to send a notice"),
}

DETAILS: dict[str, tuple[str, Text]] = {
    "notice-settings": (
        r"mail (?P<mail>on|off), webhook (?P<webhook>on|off)",
        Text("이메일 {mail}, 웹훅 {webhook}", "e-mail {mail}, webhook {webhook}"),
    ),
}  # fmt: skip
"""Form and wording of their details (`accounts.audit`)."""

THINGS: dict[str, Text] = {"notice": Text("알림", "notice")}
