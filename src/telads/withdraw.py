"""Taking a month back: a wrong file goes out of the next build, and the ledger keeps that it was.

The ledger is replaced as a whole, so a month is either in force or taken back. Its cells stay, for
builds that are kept rest on them; the same file, or the right one, can be taken in later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from telads.errors import DataError, UnknownChoice
from telads.model import Month
from telads.settings import Settings
from telads.tables.ledger import Entry, Ledger
from telads.text import Text
from telads.workspace import Store


def withdraw(
    workspace: Store,
    month: Month,
    by: str,
    settings: Settings,
    *,
    sha256: str | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Entry | None:
    """Take a month back; its entry as it was, or None if it had been taken back already.

    With `sha256` only that very file is taken back: another one may have come in its place since
    somebody saw it. Raises `UnknownChoice` for a month that never was there, `DataError` for the
    only one and for a file that is not in force, `WorkspaceBusy`, `WorkspaceError`.
    """
    with workspace.writing(settings.lock_seconds, on_wait):
        ledger = workspace.ledger()
        entry = ledger.current().get(month)
        if entry is None:
            _require_known(ledger, month)
            return None
        if sha256 is not None and sha256 != entry.sha256:
            raise _replaced(entry)
        if len(ledger.current()) == 1:
            raise _only(entry)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        ledger.without(entry, now, by).save(workspace.ledger_path)
    return entry


def _require_known(ledger: Ledger, month: Month) -> None:
    if month in ledger.withdrawn():
        return
    known = ", ".join(str(one) for one in ledger.current()) or "-"
    raise UnknownChoice(
        Text("작업 폴더에 없는 달입니다.", "The workspace does not hold this month."),
        Text(f"있는 달: {known}", f"It holds: {known}"),
        value=str(month),
    )


def _only(entry: Entry) -> DataError:
    return DataError(
        Text("하나뿐인 달은 뺄 수 없습니다. 계산할 자료가 남지 않습니다.",
             "The only month cannot be taken back: nothing would be left to build from."),
        Text("맞는 파일을 먼저 넣어 주세요.", "Take the right file in first."),
        file=entry.file, value=entry.month,
    )  # fmt: skip


def _replaced(entry: Entry) -> DataError:
    return DataError(
        Text("그사이에 이 달의 파일이 바뀌었습니다.",
             "Another file has come in for this month meanwhile."),
        Text("달 목록에서 지금 적용 중인 파일을 다시 확인해 주세요.",
             "Look at the list of months again."),
        file=entry.file, value=entry.month,
    )  # fmt: skip
