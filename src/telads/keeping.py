"""Keeping a month: its cells are written, then the ledger that makes them count.

Whoever is killed between the two leaves cells that nothing names, and the next writer deletes them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telads.model import AGES5, Sex
from telads.settings import Settings
from telads.tables import warnings
from telads.tables.ledger import Entry, Ledger
from telads.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

LOGS = "events"
"""The source of entries whose cells were made from subscriber logs."""


def keep(
    workspace: Workspace, ledger: Ledger, entry: Entry, cells: pl.DataFrame
) -> tuple[Ledger, Entry]:
    """Write a month's cells, then the ledger that makes them count; only ever under the lock.

    The entry gains what follows from the cells: warnings, means, fingerprints, neighbourhoods.
    """
    from telads.tables.cells import summary
    from telads.tables.store import write_parquet

    facts = summary(cells)
    expected = len(facts.codes) * len(AGES5) * len(Sex)
    remarks = warnings.of_file(entry.rows, expected, cells.columns, facts.masked, facts.zero)
    entry = replace(
        entry,
        warnings=(*entry.warnings, *remarks),
        means=facts.means,
        prints=facts.prints,
        codes=facts.codes,
    )
    write_parquet(workspace.cells_path / entry.cells, cells)
    extended = ledger.with_entry(entry)
    extended.save(workspace.ledger_path)
    return extended, entry


def forget_abandoned(workspace: Workspace, ledger: Ledger) -> None:
    """Delete cells that a killed process wrote without getting to name them in the ledger.

    Only ever under the lock. Without a ledger nothing is deleted: it may yet be restored.
    """
    named = {entry.cells for entry in ledger.entries}
    if named and workspace.cells_path.is_dir():
        for path in workspace.cells_path.iterdir():
            if path.is_file() and path.name not in named:
                path.unlink()


def replaced_cells(workspace: Workspace, ledger: Ledger, settings: Settings) -> list[Path]:
    """Cells made from logs whose month was replaced or taken back since, unless they are to stay.

    Two versions of a month tell by subtraction what those did who are in one of them only.
    """
    if settings.replaced_cells_kept:
        return []
    in_force = {entry.cells for entry in ledger.current().values()}
    made = {entry.cells for entry in ledger.entries if entry.source == LOGS} - in_force
    paths = (workspace.cells_path / name for name in sorted(made))
    return [path for path in paths if path.is_file()]
