"""The tables of a build: the same data give the same bits."""

from __future__ import annotations

import pytest

from telads.engines.polars import scan_cells
from telads.method.tables import TABLES, material
from telads.store.workspace import Store
from tests.seoul import SERVICE_IDS


@pytest.mark.seoul
@pytest.mark.parametrize("table", TABLES)
def test_the_same_data_give_the_same_bits(seoul_workspace: Store, table: str) -> None:
    cells = scan_cells(dict(list(seoul_workspace.cells().items())[-3:]))
    given = [material(cells, SERVICE_IDS, floor=50, phi=0) for _ in range(4)]
    first, *others = (TABLES[table](each) for each in given)
    assert first.height > 0
    assert [other.equals(first) for other in others] == [True] * 3
