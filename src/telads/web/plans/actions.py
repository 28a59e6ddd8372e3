"""Actions on plans in the log of actions."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "plan-create": Text("계획 만들기", "created a plan"),
    "plan-version": Text("계획 새 버전 저장", "saved a version of a plan"),
    "plan-file": Text("계획 내려받기", "downloaded a plan"),
    "plan-share": Text("공유 링크 만들기", "created a share link"),
    "plan-revoke": Text("공유 중지", "stopped a share link"),
    "plan-archive": Text("계획 보관", "archived a plan"),
    "plan-unarchive": Text("계획 다시 꺼내기", "restored a plan from the archive"),
    "plan-delete": Text("계획 삭제", "deleted a plan"),
    "plan-hand-over": Text("계획 넘기기", "transferred a plan"),
    "plan-access": Text("계획 권한 변경", "changed who may see a plan"),
}

DETAILS: dict[str, tuple[str, Text]] = {
    "plan-version": (r"(?P<version>\d+) (?P<name>.+)",
                     Text("버전 {version}, {name}", "version {version}, {name}")),
    "plan-file": (r"(?P<version>\d+) (?P<name>.+)",
                  Text("버전 {version}, {name}", "version {version}, {name}")),
    "plan-share": (r"(?P<version>\d+) (?P<start>\S+) (?P<days>\d+) d",
                   Text("버전 {version}, {start}…로 시작하는 링크, {days}일 동안",
                        "version {version}, the link that begins with {start}…, days: {days}")),
    "plan-revoke": (r"(?P<start>\S+)",
                    Text("{start}…로 시작하는 링크", "the link that begins with {start}…")),
    "plan-delete": (r"(?P<owner>\S+) (?P<count>\d+) (?P<name>.+)",
                    Text("{owner} 님의 {name}, 버전 {count}개",
                         "{name} of {owner}, versions: {count}")),
    "plan-hand-over": (r"(?P<former>\S+) (?P<heir>\S+)",
                       Text("{former} 님에게서 {heir} 님에게", "from {former} to {heir}")),
    "plan-access": (r"(?P<name>\S+) (?P<level>read|edit|none)",
                    Text("{name} 님: {level}", "{name}: {level}")),
}  # fmt: skip
"""Form and wording of their details (`accounts.audit`)."""
