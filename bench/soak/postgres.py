"""A PostgreSQL server for a while: its own folder, a socket instead of a port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
ACCOUNT = "postgres"
"""Who runs it where the caller is root: PostgreSQL refuses to run as root."""
START_SECONDS = 20


class Missing(RuntimeError):
    """PostgreSQL is not installed here."""


def programs() -> Path:
    """The folder of the server's programs, the newest version; raises `Missing`."""
    found = [
        folder
        for place in PLACES
        for folder in Path("/").glob(place[1:])
        if (folder / "initdb").is_file()
    ]
    if found:
        return max(found, key=lambda folder: [int(n) for n in folder.parts if n.isdecimal()])
    known = shutil.which("initdb")
    if known is None:
        raise Missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(known).parent


class Postgres:
    """A server; `stop` and `start` it at will. Nothing is forced to disk: it is for tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = programs()
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam(ACCOUNT).pw_uid, -1)
        self._run("initdb", "-D", str(self._data), "-U", ACCOUNT, "--auth=trust", "--no-sync",
                  "--encoding=UTF8", "--locale=C")  # fmt: skip

    @property
    def url(self) -> str:
        """For TELADS_DATABASE_URL."""
        return f"postgresql://{ACCOUNT}@/{ACCOUNT}?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self._data), "-c", "listen_addresses=",
             "-c", f"unix_socket_directories={self.folder}", "-c", "fsync=off",
             "-c", "max_connections=50"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_account(),
            start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        ready = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder)]
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once; those connected lose their connections."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-s")
            self._process.wait(START_SECONDS)
            self._process = None

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._programs / program), *words], check=True, user=_account(),
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip


def _account() -> str | None:
    return ACCOUNT if os.geteuid() == 0 else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; raises `Missing`."""
    # Short: the path of a socket may have some hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        with Postgres(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
