"""The secret key that signs sessions: made once, kept in the workspace, readable by its owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from telads.tables.private import TEMPORARY, make_folder, new_file

BYTES = 50


def secret_key(workspace: Path) -> str:
    """The workspace's key; made on first use with mode 600. Several processes agree on one."""
    path = workspace / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    make_folder(workspace)
    own = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-secret-key")
    with new_file(own) as file:
        file.write(secrets.token_urlsafe(BYTES).encode())
    try:
        os.link(own, path)  # unlike a rename it fails if another process was first
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_text(encoding="ascii")
