"""What is written down of plans."""

from __future__ import annotations

from telads.language import Text

ACTIONS: dict[str, Text] = {
    "plan-create": Text("계획 만들기", "made a plan"),
    "plan-version": Text("계획 새 버전 저장", "saved a version of a plan"),
    "plan-file": Text("계획 내려받기", "downloaded a plan"),
    "plan-share": Text("공유 링크 만들기", "made a share link"),
    "plan-revoke": Text("공유 링크 거두기", "revoked a share link"),
    "plan-archive": Text("계획 보관", "archived a plan"),
    "plan-unarchive": Text("계획 다시 꺼내기", "took a plan out of the archive"),
    "plan-delete": Text("계획 삭제", "deleted a plan"),
    "plan-hand-over": Text("계획 넘기기", "handed a plan over"),
    "plan-access": Text("계획 권한 변경", "changed who may see a plan"),
}
