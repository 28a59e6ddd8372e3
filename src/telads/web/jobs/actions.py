"""What is written down of data administration."""

from __future__ import annotations

from telads.language import Text

ACTIONS: dict[str, Text] = {
    "data-upload": Text("파일 올리기", "uploaded files"),
    "data-build": Text("다시 계산", "asked for a build"),
    "data-cancel": Text("작업 취소", "cancelled a job"),
    "data-again": Text("작업 다시 시작", "started a job again"),
    "data-forget": Text("달 빼기", "took a month back"),
    "data-rollback": Text("계산 결과 바꾸기", "put a build in force"),
}
