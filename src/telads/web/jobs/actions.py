"""Actions of data administration in the log of actions."""

from __future__ import annotations

from telads.text import Text

ACTIONS: dict[str, Text] = {
    "data-upload": Text("파일 업로드", "uploaded files"),
    "data-build": Text("다시 계산", "started a build"),
    "data-cancel": Text("작업 취소", "cancelled a job"),
    "data-again": Text("작업 다시 시작", "started a job again"),
    "data-forget": Text("달 제외", "removed a month"),
    "data-forget-second": Text("둘째 파일 제외", "removed a second file"),
    "data-rollback": Text("데이터 버전 변경", "changed the data version"),
}

_FILE = (r"(?P<file>.+) (?P<sha>[0-9a-f]{8})",
         Text("{file} (SHA-256 {sha}…)", "{file} (SHA-256 {sha}…)"))  # fmt: skip
DETAILS: dict[str, tuple[str, Text]] = {
    "data-forget": _FILE,
    "data-forget-second": _FILE,
    "data-rollback": (r"(?P<before>\S+) -> (?P<name>\S+)",
                      Text("{before} 대신 {name}", "{name} instead of {before}")),
}  # fmt: skip
"""Form and wording of their details (`accounts.audit`)."""
