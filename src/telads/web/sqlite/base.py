"""SQLite backend that keeps a connection for several requests while its files are unchanged.

Opening a connection takes as long as answering with a cached page. But a file that was removed,
replaced or overwritten stays readable, and writable without effect, through an open connection. So
its files are checked before a request uses it: if they differ, or if another connection has
checkpointed the journal into the file, it is reopened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

JOURNAL = "-wal"
Seen = tuple[tuple[int, ...], ...]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's backend, checked for usability before each request (`CONN_HEALTH_CHECKS`)."""

    _seen: Seen | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection and record the state of its files."""
        connection = super().get_new_connection(conn_params)
        self._seen = self._look()
        return connection

    def is_usable(self) -> bool:
        """Whether the files are unchanged."""
        return self.is_in_memory_db() or self._look() == self._seen

    def _look(self) -> Seen | None:
        """State of the file and identity of its journal; None if one of them is missing."""
        name = str(self.settings_dict["NAME"])
        try:
            file, journal = Path(name).stat(), Path(name + JOURNAL).stat()
        except OSError:
            return None
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns), (journal.st_ino,)
