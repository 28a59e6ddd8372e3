"""Keeping and removing months.

The cells of a month are written first, then the ledger that puts them in force; a process killed
in between leaves cells that nothing names, and the next writer deletes them.

A removed month is left out of the next build, and the ledger records the removal; so is a second
file that is removed alone. The ledger is replaced atomically, so a file is either in force or
removed. Its cells stay, since kept builds rest on them; the same file, or the right one, can be
ingested later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.errors import DataError, UnknownChoice
from telads.model import Month, Sex
from telads.settings import Settings
from telads.store import warnings
from telads.store.ledger import Entry, Ledger
from telads.store.workspace import Store
from telads.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


LOGS = "events"
"""Source of entries whose cells were made from subscriber logs."""

LEAST_SHARE = 0.9
"""Share of its rows, places or services below which a month is not replaced without `replace`.

A correction changes figures and, if neighbourhoods are merged or divided, one or two places of 424.
One of seven services missing, or a tenth of the rows, means another kind of file, or a part of one.
"""


def described(
    entry: Entry, cells: pl.DataFrame, before: Entry | None = None, *, shrink: bool = False
) -> Entry:
    """Complete an entry from its cells: warnings, means, fingerprints, neighbourhoods.

    `before` is the entry of its month that it replaces. Raises `DataError` if all figures of a
    service are 0 and, unless `shrink`, if the month would lose much (LEAST_SHARE).
    """
    from telads.store.cells import summary

    facts = summary(cells)
    dead = [id for id in in_force().service_ids if id in facts.zero]
    if dead and not entry.made.get("noise"):  # noise is clipped at 0, and its budget is spent
        raise _all_zero(entry, dead)
    expected = len(facts.codes) * len(in_force().cell_ages) * len(Sex)
    remarks = warnings.of_file(
        entry.rows, expected, in_force().service_ids if entry.second else cells.columns,
        facts.masked, facts.zero,
    )  # fmt: skip
    entry = replace(
        entry,
        replaced=before.sha256 if before else None,
        warnings=(*entry.warnings, *remarks),
        means=facts.means,
        prints=facts.prints,
        codes=facts.codes,
    )
    if before and not shrink:
        _refuse_shrinking(before, entry)
    return entry


def keep(workspace: Store, ledger: Ledger, months: Sequence[tuple[Entry, pl.DataFrame]]) -> Ledger:
    """Write the cells of months, then the ledger that puts them all in force at once.

    The entries are `described`; call only under the lock.
    """
    from telads.store.files import write_parquet

    workspace.remember_dataset(in_force())
    for entry, cells in months:
        write_parquet(workspace.cells_path / entry.cells, cells)
        ledger = ledger.with_entry(entry)
    ledger.save(workspace.ledger_path)
    return ledger


def forget_abandoned(workspace: Store, ledger: Ledger) -> None:
    """Delete cells that a killed process wrote before naming them in the ledger.

    Call only under the lock. Without a ledger nothing is deleted: it may yet be restored.
    """
    named = {entry.cells for entry in ledger.entries}
    if named and workspace.cells_path.is_dir():
        for path in workspace.cells_path.iterdir():
            if path.is_file() and path.name not in named:
                path.unlink()


def replaced_cells(workspace: Store, ledger: Ledger, settings: Settings) -> list[Path]:
    """Cells made from logs whose month was since replaced or removed, unless they are to be kept.

    Subtracting two versions of a month would disclose the people that are in only one of them.
    """
    if settings.replaced_cells_kept:
        return []
    in_force = {entry.cells for entry in ledger.current().values()}
    made = {entry.cells for entry in ledger.entries if entry.source == LOGS} - in_force
    paths = (workspace.cells_path / name for name in sorted(made))
    return [path for path in paths if path.is_file()]


def _refuse_shrinking(before: Entry, entry: Entry) -> None:
    """Raise `DataError` if a month would have far fewer rows, places or services than before."""
    held = set(in_force().service_ids) & set(before.prints)
    counts = (
        (Text("행", "rows"), before.rows, entry.rows),
        (in_force().neighbourhood.plural, len(before.codes), len(entry.codes)),
        (Text("서비스", "services"), len(held), len(held & set(entry.prints))),
    )
    fewer = [(name, old, new) for name, old, new in counts if new < LEAST_SHARE * old]
    if not fewer:
        return
    ko = ", ".join(f"{name.ko} {old:,} -> {new:,}" for name, old, new in fewer)
    en = ", ".join(f"{name.en} {old:,} -> {new:,}" for name, old, new in fewer)
    raise DataError(
        Text(f"{entry.month} 데이터를 크게 줄어든 것으로 바꾸게 됩니다: {ko}.",
             f"It would replace {entry.month} with much less data: {en}."),
        Text("맞는 데이터라면 --replace 옵션으로 다시 반영해 주세요.",
             "If it is the right data, load it again with --replace."),
        file=entry.file, value=f"{before.file} {before.sha256[:8]}",
    )  # fmt: skip


def _all_zero(entry: Entry, services: Sequence[str]) -> DataError:
    names = [in_force().measures[id].text for id in services]
    ko, en = (", ".join(text) for text in zip(*names, strict=True))
    return DataError(
        Text(f"{entry.month}: 모든 값이 0인 서비스가 있습니다.",
             f"{entry.month}: all figures of a service are 0."),
        Text("맞는 데이터인지 확인하고, 이 서비스가 정말 없으면 --mapping 파일에서 빼 주세요.",
             "Check that it is the right data; if this service does not exist, remove it from the "
             "file given with --mapping.")
        if entry.made else
        Text("맞는 데이터인지 확인하고, 이 서비스가 정말 없으면 열을 빼 주세요.",
             "Check that it is the right data; if this service does not exist, remove its column."),
        file=entry.file, column=f"{ko} ({en})",
    )  # fmt: skip


def withdraw(
    workspace: Store,
    month: Month,
    by: str,
    settings: Settings,
    *,
    second: str = "",
    sha256: str | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Entry | None:
    """Remove a month; returns its former entry, or None if it was removed already.

    With `second`, the id of a second file, that file alone is removed and the month stays. With
    `sha256` only that file is removed, not one that replaced it since the user saw it. Raises
    `UnknownChoice` for an unknown month or file, `DataError` for the only month and for a file that
    is not in force, `WorkspaceBusy`, `WorkspaceError`.
    """
    with workspace.writing(settings.lock_seconds, on_wait):
        ledger = workspace.ledger()
        entry = in_force_of(ledger, month, second)
        if entry is None:
            _require_known(ledger, month, second)
            return None
        if sha256 is not None and sha256 != entry.sha256:
            raise _replaced(entry)
        if not second and len(ledger.current()) == 1:
            raise _only(entry)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        ledger.without(entry, now, by).save(workspace.ledger_path)
    return entry


def in_force_of(ledger: Ledger, month: Month, second: str = "") -> Entry | None:
    """The entry in force of a month, or of its `second` file; None if there is none."""
    return ledger.second().get((month, second)) if second else ledger.current().get(month)


def _require_known(ledger: Ledger, month: Month, second: str) -> None:
    if second:
        if (month, second) in ledger.withdrawn_second():
            return
        known = ", ".join(f"{one} {id}" for one, id in ledger.second()) or "-"
        raise UnknownChoice(
            Text("작업 폴더에 없는 둘째 파일입니다.",
                 "The workspace does not contain this second file."),
            Text(f"있는 둘째 파일: {known}", f"Second files: {known}"),
            value=f"{month} {second}",
        )  # fmt: skip
    if month in ledger.withdrawn():
        return
    known = ", ".join(str(one) for one in ledger.current()) or "-"
    raise UnknownChoice(
        Text("작업 폴더에 없는 달입니다.", "The workspace does not contain this month."),
        Text(f"있는 달: {known}", f"Months: {known}"),
        value=str(month),
    )


def _only(entry: Entry) -> DataError:
    return DataError(
        Text("하나뿐인 달은 제외할 수 없습니다. 계산할 데이터가 남지 않습니다.",
             "The only month cannot be removed: no data would be left to build."),
        Text("맞는 파일을 먼저 반영해 주세요.", "Load the right file first."),
        file=entry.file, value=entry.month,
    )  # fmt: skip


def _replaced(entry: Entry) -> DataError:
    return DataError(
        Text("그사이에 이 달의 파일이 바뀌었습니다.",
             "Another file was loaded for this month in the meantime."),
        Text("달 목록에서 지금 적용 중인 파일을 다시 확인해 주세요.",
             "Check the list of months again."),
        file=entry.file, value=entry.month,
    )  # fmt: skip
