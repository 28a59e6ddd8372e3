"""The secret key that signs sessions: made once, kept in the workspace, readable by its owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

BYTES = 50


def secret_key(workspace: Path) -> str:
    """The workspace's key; made on first use with mode 600. Several processes agree on one."""
    path = workspace / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    workspace.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f".tmp-{os.getpid()}-secret-key")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(BYTES))
    try:
        os.link(own, path)  # unlike a rename it fails if another process was first
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_text(encoding="ascii")
