"""Small installations to back up: two months of a few neighbourhoods, and a database of lines.

What only the making needs is imported there: processes that are killed should start fast.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from telads.backup.archive import Manifest
from telads.backup.restore import restore
from telads.backup.take import take
from telads.settings import Settings
from telads.store.files import TEMPORARY, write_text
from telads.store.workspace import LOOKUPS, Store

NEIGHBOURHOODS = 3


@dataclass
class Lines:
    """A database that is a text file."""

    path: Path
    version: str = "1"

    def schema(self) -> list[str]:
        return self.known()

    def known(self) -> list[str]:
        return [str(number) for number in range(1, int(self.version) + 1)]

    def convert(self, path: Path, schema: list[str]) -> None:
        path.write_text(path.read_text() + f"from {','.join(schema)}\n")

    def dump(self, path: Path) -> int:
        path.write_bytes(self.path.read_bytes())
        return len(self.path.read_text().splitlines())

    def is_used(self) -> bool:
        return self.path.exists()

    def load(self, path: Path) -> None:
        write_text(self.path, path.read_text())


@dataclass(frozen=True)
class Installation:
    """A workspace, and its database beside it."""

    folder: Path

    @property
    def workspace(self) -> Store:
        return Store(self.folder / "workspace")

    @property
    def database(self) -> Lines:
        return Lines(self.folder / "rows.txt")

    def make(self, settings: Settings, seed: int, lines: str) -> Installation:
        """Fill it; other seeds give other figures."""
        from telads.ingest.ingest import ingest
        from telads.method.build import build
        from tests.ingest.portal import write_month

        files = [
            write_month(self.folder, f"2023.{month}", NEIGHBOURHOODS, seed=seed * 100 + month)
            for month in (5, 6)
        ]
        assert not [one for one in ingest(self.workspace, files, settings) if one.error]
        build(self.workspace, settings)
        write_text(self.workspace.path / "secret-key", f"key {seed}")
        write_text(self.database.path, lines)
        return self

    def back_up(self, target: Path, again: bool = False) -> tuple[Path, Manifest]:
        return take(
            self.workspace, self.database, target, wait=0, again=again, step=lambda *_: None
        )

    def restore(self, archive: Path, replace: bool = False) -> Manifest:
        return restore(
            archive, self.workspace, self.database, wait=0, replace=replace, step=lambda *_: None
        )

    def state(self) -> dict[str, str]:
        """Hash of every file's content, except what taking the lock and questions write.

        Nor of what a build keeps for the next one, which no backup holds.
        """
        found = {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.folder.rglob("*")
            if path.is_file()
            and path.suffix != ".xlsx"
            and path.name not in {"lock", "workspace.json"}
            and not {LOOKUPS, self.workspace.history_path.name} & {*path.parts}
            and not (path.parent == self.folder and path.name.startswith(TEMPORARY))
        }
        return dict(sorted(found.items()))
