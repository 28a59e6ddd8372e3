"""SQLite whose connection is used for several requests, as long as its files are the same.

Opening one takes as long as answering with a kept page does. But a file that was removed, replaced
or overwritten stays readable, and writable into nowhere, for whoever holds it open. So before a
request uses a connection its files are looked at: where they are others than before, or where
another connection moved what was written into the file itself, it is opened again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

JOURNAL = "-wal"
Seen = tuple[tuple[int, ...], ...]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, usable while its files are those it opened; `CONN_HEALTH_CHECKS` has it asked."""

    _seen: Seen | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection, and what its files look like now."""
        connection = super().get_new_connection(conn_params)
        self._seen = self._look()
        return connection

    def is_usable(self) -> bool:
        """Whether the files are as they were."""
        return self.is_in_memory_db() or self._look() == self._seen

    def _look(self) -> Seen | None:
        """The file as it is, and which one its journal is; None where one of them is not there."""
        name = str(self.settings_dict["NAME"])
        try:
            file, journal = Path(name).stat(), Path(name + JOURNAL).stat()
        except OSError:
            return None
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns), (journal.st_ino,)
