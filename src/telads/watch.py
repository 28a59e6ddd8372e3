"""A folder into which the portal's files are put: what is new in it is taken in and built.

A file is read once it has not changed for a while, so one that is still being copied waits. What
was seen of each file, its size and time, is kept in the workspace (`watched.json`): a file is
taken in, or refused, once, and again only after it changes. Files stay where they are. Whoever
kills it loses nothing: what was seen is written after it was taken in, a file taken in twice is
known by its content, and a build that was not made is made at the next start.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from telads.dataset import using
from telads.errors import DataError, WorkspaceBusy
from telads.ingest.ingest import Taken, discover, ingest
from telads.method.build import Built, build
from telads.settings import Settings
from telads.store.files import UNREADABLE, make_folder, write_text
from telads.store.workspace import WATCHED, Store
from telads.text import Text

SETTLED = 10.0
"""Seconds without a change after which a file counts as whole."""
LOOK_SECONDS = 5.0
Stamp = tuple[int, int]
"""Size and time of change."""


class Found(NamedTuple):
    """What a look at the folder led to."""

    results: tuple[Taken, ...] = ()
    """One for each file read, as of `telads ingest`."""
    built: Built | None = None
    """The build, if one was made."""
    busy: bool = False
    """Whether another process held the workspace: the files are read at a later look."""


Take = Callable[[list[Path]], Found]
"""Takes settled files in; by default this process does."""


class Watch:
    """A folder that is watched for a workspace. `clock` gives seconds that only go forward."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        settings: Settings,
        settled: float = SETTLED,
        take: Take | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.folder = folder.absolute()
        self.settings = settings
        self.settled = settled
        self.clock = clock
        self._take = take or self._ingest
        self._waiting: dict[str, tuple[Stamp, float]] = {}
        """Stamps of changing files, and since when they have been so."""
        self._may_lack_build = take is None

    def look(self) -> Found:
        """Look once: take in what has settled, and build. Raises `WorkspaceError`, `DataError`.

        A `DataError` means that the folder itself cannot be read.
        """
        due = self._due()
        if not due:
            return self._unfinished()
        found = self._take([self.folder / name for name in due])
        if not found.busy:
            self._remember(due)
        return found

    @property
    def waits(self) -> bool:
        """Whether files have been seen that may still be growing."""
        return bool(self._waiting)

    def _due(self) -> dict[str, Stamp]:
        """New and changed files that have settled, by their path in the folder."""
        known, now, due = self._known(), self.clock(), dict[str, Stamp]()
        waiting: dict[str, tuple[Stamp, float]] = {}
        for name, stamp in self._files():
            if known.get(name) == stamp:
                continue
            before, since = self._waiting.get(name, (None, now))
            since = since if before == stamp else now
            if now - since >= self.settled and before == stamp:
                due[name] = stamp
            else:
                waiting[name] = (stamp, since)
        self._waiting = waiting
        return due

    def _files(self) -> Iterable[tuple[str, Stamp]]:
        if not self.folder.is_dir():
            raise DataError(
                Text("지켜볼 폴더가 없습니다.", "The folder to watch does not exist."),
                Text("폴더를 만들거나 연결한 뒤 다시 실행해 주세요.",
                     "Create or mount it, and run this again."),
                file=self.folder,
            )  # fmt: skip
        try:
            paths, _ = discover([self.folder])
        except DataError:
            next(self.folder.iterdir(), None)  # raises OSError where it cannot be listed
            return  # nothing to read in it
        for path in paths:
            with suppress(OSError):  # moved away meanwhile
                about = path.stat()
                yield str(path.relative_to(self.folder)), (about.st_size, about.st_mtime_ns)

    def _ingest(self, paths: list[Path]) -> Found:
        """Take files in and build; what was taken in counts though the build may fail."""
        self._may_lack_build = True
        with using(self.store.choose_dataset(None)):
            try:
                results = tuple(ingest(self.store, paths, self.settings))
            except WorkspaceBusy:
                return Found(busy=True)
        return self._built(results)

    def _unfinished(self) -> Found:
        """Build what an earlier run took in and did not build."""
        if not self._may_lack_build or not self.store.ledger_path.exists():
            return Found()
        return self._built(())

    def _built(self, results: tuple[Taken, ...]) -> Found:
        if not self.store.ledger_path.exists() or not self.store.ledger().current():
            return Found(results)
        with using(self.store.dataset):
            try:
                made = build(self.store, self.settings)
            except WorkspaceBusy:
                return Found(results)  # at a later look
        self._may_lack_build = False
        return Found(results, made if made.made else None)

    def _known(self) -> dict[str, Stamp]:
        """Stamps of the files of this folder that were read; none if the note is unreadable."""
        return {
            name: (size, changed)
            for name, (size, changed) in self._note().get(self._key, {}).items()
        }

    @property
    def _key(self) -> str:
        return str(self.folder)

    def _note(self) -> dict[str, dict[str, list[int]]]:
        try:
            note = json.loads((self.store.path / WATCHED).read_text("utf-8"))
            return {
                folder: {name: [size, changed] for name, (size, changed) in seen.items()}
                for folder, seen in note.items()
            }
        except UNREADABLE:
            return {}  # every file is read again, and known by its content

    def _remember(self, read: dict[str, Stamp]) -> None:
        note = self._note()
        there = {name for name, _ in self._files()}
        kept = {name: list(stamp) for name, stamp in self._known().items() if name in there}
        note[self._key] = kept | {name: list(stamp) for name, stamp in read.items()}
        make_folder(self.store.path)
        write_text(self.store.path / WATCHED, json.dumps(note, ensure_ascii=False, indent=2) + "\n")


def watch(
    watched: Watch,
    tell: Callable[[Found], None],
    over: threading.Event,
    seconds: float = LOOK_SECONDS,
    once: bool = False,
) -> None:
    """Look until `over` is set; with `once` until every file that is there has been read."""
    while not over.is_set():
        found = watched.look()
        tell(found)
        if once and not watched.waits and not found.busy:
            return
        over.wait(seconds)
