"""Damage at random places: never an error of the reader's own, never a crash."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

from telads.errors import DataError
from telads.ingest.wide_table import WIDE_TABLE
from tests.ingest.portal import portal_rows, write_xlsx


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The workbook with a few bytes changed, in the archive or in the XML inside of it."""
    if chance.random() < 0.5:
        return flipped(content, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            inner = old.read(name)
            new.writestr(name, flipped(inner, chance) if chance.random() < 0.4 else inner)
    return made.getvalue()


def flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(3):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def test_whatever_is_damaged_ends_in_an_error_of_its_own_or_in_cells(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "2023-06.xlsx", portal_rows())
    content, chance = path.read_bytes(), random.Random(3)
    refused = 0
    for _ in range(300):
        path.write_bytes(damaged(content, chance))
        try:
            assert not WIDE_TABLE.read(path).cells.is_empty()
        except DataError as error:
            refused += error.facts["file"] == path
    assert 150 < refused < 300, "neither all nor none: the damage is neither hopeless nor harmless"
