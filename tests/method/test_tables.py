"""The tables of a build: the same data give the same bits."""

from __future__ import annotations

import polars as pl
import pytest

from telads.method.history import History
from telads.method.tables import (
    MONTHLY,
    OVERALL,
    SERVICES,
    TABLES,
    columns_of,
    material,
    services_table,
)
from telads.store.workspace import Store
from tests.seoul import SERVICE_IDS


def made(workspace: Store, table: str) -> pl.DataFrame:
    """A table of the last three months, of the newest where it is made by month."""
    files = dict(list(workspace.cells().items())[-3:])
    columns, history = columns_of(files.values()), History(SERVICE_IDS, floor=50, phi=0)
    for month, path in files.items():
        given = material(path, month, SERVICE_IDS, 50, columns)
        history.add(given)
    if table in MONTHLY:
        return MONTHLY[table](given)
    return services_table(history) if table == SERVICES else OVERALL[table](history)


@pytest.mark.seoul
@pytest.mark.parametrize("table", TABLES)
def test_the_same_data_give_the_same_bits(seoul_workspace: Store, table: str) -> None:
    first, *others = (made(seoul_workspace, table) for _ in range(4))
    assert first.height > 0
    assert [other.equals(first) for other in others] == [True] * 3
