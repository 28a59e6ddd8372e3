"""The website's own database: SQLite in the workspace, or PostgreSQL by its URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from telads.settings import Settings

DATABASE = "web.sqlite3"
KEPT_OPEN = 60
"""Seconds a connection to PostgreSQL is used again."""
CONNECT_SECONDS = 10


def database_of(settings: Settings) -> dict[str, Any]:
    """Django's description of the database."""
    if not settings.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": settings.workspace / DATABASE,
            "OPTIONS": {
                # Readers go on while one writes; a second writer waits, seconds at most.
                "init_command": "PRAGMA journal_mode=WAL",
                "timeout": 20,
                # Said at the beginning of a transaction. One that has read already, and then wants
                # to write, would be refused at once if another wrote meanwhile. What only reads
                # needs no transaction here.
                "transaction_mode": "IMMEDIATE",
            },
        }
    url = urlsplit(settings.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": url.port or "",
        # A host that answers nothing at all would be waited for for two minutes.
        "OPTIONS": {"connect_timeout": str(CONNECT_SECONDS), **dict(parse_qsl(url.query))},
        "CONN_MAX_AGE": KEPT_OPEN,
        "CONN_HEALTH_CHECKS": True,
    }
