"""The ledger: the file each month came from, its facts, and the entry it replaced.

It is one JSON file that is only replaced atomically, and the single source of truth about the
workspace: cells that no entry names do not exist for any reader.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from telads.errors import NewerVersion, WorkspaceDamaged, install_newer
from telads.model import Month, Window
from telads.store.files import UNREADABLE, write_text
from telads.text import Text

VERSION = 3
"""Format of a workspace's files (`telads.store.workspace`): 1 is that of telads 0.1.0, 2 of 0.2.0.

Increase it if an earlier telads would misread them: it then refuses the workspace.
"""
CELLS = re.compile(r"\w[\w.-]*\.parquet")
"""Names of cells files; they cannot lead out of their folder."""
_LARGEST = 2**53
"""Upper bound of counts of rows or values, for validation."""


@dataclass(frozen=True)
class Entry:
    """One ingested file. Later entries replace earlier ones of the same month."""

    month: str
    file: str
    sha256: str
    source: str
    taken: str
    """Time of ingestion, ISO 8601 in UTC."""
    cells: str
    """Name of the Parquet file under cells/."""
    rows: int
    masked: int
    values: int
    synthetic: bool
    replaced: str | None
    """SHA-256 of the file this one replaced."""
    ignored_columns: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()
    """Warnings about the file itself."""
    means: Mapping[str, float] = field(default_factory=dict)
    """City mean of each measure, weighted by population."""
    prints: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of each measure's values, to detect a repeated column."""
    codes: tuple[str, ...] = ()
    """Codes of the neighbourhoods."""
    file_months: tuple[str, ...] = ()
    """All months of its file, if it holds several."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """For cells made from subscriber logs: inputs, counts of rows and people by fate, engine,
    parameters of privacy."""
    withdrawn: str | None = None
    """Time of removal, ISO 8601 in UTC: the file is then out of the next build."""
    withdrawn_by: str | None = None
    """User who removed it."""

    @property
    def second(self) -> str:
        """Id of the second file of a month that it is from; empty for the month's own."""
        return self.source.partition("/")[2]

    @property
    def label(self) -> Month:
        """The label month."""
        return Month.parse(self.month)

    @property
    def window(self) -> Window:
        """The observed months."""
        return self.label.window

    @property
    def coverage(self) -> float:
        """Share of values that are not masked."""
        return 1 - self.masked / self.values if self.values else 0.0


@dataclass(frozen=True)
class Draw:
    """Noise drawn for a label month, or about to be: its budget is spent for good."""

    month: str
    kind: str
    epsilon: float
    delta: float
    drawn: str
    """Time, ISO 8601 in UTC."""
    id: str
    """Named by the entry made with it."""


@dataclass(frozen=True)
class Ledger:
    """All entries in order of ingestion, and all draws of noise."""

    entries: tuple[Entry, ...] = ()
    draws: tuple[Draw, ...] = ()

    def current(self) -> dict[Month, Entry]:
        """The entry in force for each month, by month; removed months have none."""
        newest = {entry.label: entry for entry in self.entries if not entry.second}
        return {month: entry for month, entry in sorted(newest.items()) if not entry.withdrawn}

    def second(self) -> dict[tuple[Month, str], Entry]:
        """The entry in force of each second file, by month and id; its month may have none."""
        return {key: entry for key, entry in self._seconds() if not entry.withdrawn}

    def withdrawn(self) -> dict[Month, Entry]:
        """The removed entry of each month that is no longer in force."""
        newest = {entry.label: entry for entry in self.entries if not entry.second}
        return {month: entry for month, entry in sorted(newest.items()) if entry.withdrawn}

    def withdrawn_second(self) -> dict[tuple[Month, str], Entry]:
        """The removed entry of each second file that is no longer in force."""
        return {key: entry for key, entry in self._seconds() if entry.withdrawn}

    def _seconds(self) -> list[tuple[tuple[Month, str], Entry]]:
        newest = {(entry.label, entry.second): entry for entry in self.entries if entry.second}
        return sorted(newest.items(), key=lambda one: one[0])

    def with_entry(self, entry: Entry) -> Ledger:
        """The ledger with one more entry."""
        return replace(self, entries=(*self.entries, entry))

    def with_draws(self, draws: Iterable[Draw]) -> Ledger:
        """The ledger with missing draws added."""
        known = {draw.id for draw in self.draws}
        return replace(self, draws=(*self.draws, *(one for one in draws if one.id not in known)))

    def without(self, taken_back: Entry, when: str, by: str) -> Ledger:
        """The ledger with an entry marked as removed."""
        mark = replace(taken_back, withdrawn=when, withdrawn_by=by)
        entries = tuple(mark if entry is taken_back else entry for entry in self.entries)
        return replace(self, entries=entries)

    def save(self, path: Path) -> None:
        """Replace the ledger on disk."""
        content = {"version": VERSION, "entries": [_raw(entry) for entry in self.entries],
                   "draws": [asdict(draw) for draw in self.draws]}  # fmt: skip
        write_text(path, _text(content) + "\n")

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """Read the ledger of this or an earlier version; an absent one is empty.

        Raises `NewerVersion`, and `WorkspaceDamaged` for an unreadable one.
        """
        if not path.exists():
            return cls()
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            version = content["version"]
            if type(version) is not int or version < 1:
                raise ValueError(version)
            if version <= VERSION:
                entries = tuple(_entry(raw) for raw in content["entries"])
                return cls(entries, tuple(_draws(content.get("draws", ()), entries)))
        except UNREADABLE as error:
            raise WorkspaceDamaged(
                Text("파일 이력을 읽을 수 없습니다.", "The file history cannot be read."),
                Text("백업에서 되돌리거나 새 폴더에 파일을 다시 반영해 주세요.",
                     "Restore it, or load the files into a new folder."),
                file=path,
            ) from error  # fmt: skip
        raise newer_workspace(path, version)


def newer_workspace(path: Path, version: int, telads: str | None = None) -> NewerVersion:
    """The error for a workspace with a format above `VERSION`, naming its telads if known."""
    return NewerVersion(
        Text("더 새로운 버전의 telads가 쓴 작업 폴더입니다.",
             "A newer version of telads wrote this workspace."),
        install_newer(telads), file=path, value=f"format {version}",
    )  # fmt: skip


_ENCODED = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _text(value: object, end: str = "\n") -> str:
    """As `json.dumps` with an indent of 1 does, which encodes in Python: slow for many codes."""
    start = f"{end} "
    if value and isinstance(value, dict):
        items = (f"{_ENCODED(name)}: {_text(of, start)}" for name, of in value.items())
        return f"{{{start}{f',{start}'.join(items)}{end}}}"
    if value and isinstance(value, list | tuple):
        return f"[{start}{f',{start}'.join(_text(of, start) for of in value)}{end}]"
    return _ENCODED(value)


def _raw(entry: Entry) -> dict[str, Any]:
    """The entry as written, with its window for human readers of the file."""
    facts = dict(vars(entry))  # what it holds is written, not copied
    return {"month": facts.pop("month"), "window": str(entry.window), **facts}


def _entry(raw: dict[str, Any]) -> Entry:
    facts = {name: fact for name, fact in raw.items() if name != "window"}
    facts["month"] = str(Month.parse(raw["month"]))  # validates now, not on first access
    for name in ("ignored_columns", "codes", "file_months"):
        facts[name] = tuple(raw.get(name, ()))
    facts["warnings"] = tuple(Text(*pair) for pair in raw.get("warnings", ()))
    entry = Entry(**facts)
    if not _is_possible(entry):
        raise ValueError(entry.month)
    return entry


def _draws(raw: Iterable[dict[str, Any]], entries: Iterable[Entry]) -> Iterator[Draw]:
    """The draws; entries from before draws were recorded stand for theirs."""
    known = set()
    for one in raw:
        draw = Draw(**{**one, "epsilon": float(one["epsilon"]), "delta": float(one["delta"])})
        Month.parse(draw.month)
        known.add(draw.id)
        yield draw
    for entry in entries:
        noise, id = entry.made.get("noise"), f"{entry.month} {entry.taken}"
        if noise and "draw" not in noise and id not in known:
            known.add(id)
            facts = (noise["kind"], float(noise["epsilon"]), float(noise["delta"]), entry.taken)
            yield Draw(entry.month, *facts, id)


def _is_possible(entry: Entry) -> bool:
    """Whether every fact has its type and range; may raise."""
    texts = [entry.file, entry.sha256, entry.source, entry.taken, entry.cells, *entry.codes,
             *entry.ignored_columns, *entry.means, *entry.prints, *entry.prints.values(),
             *(text for pair in entry.warnings for text in pair)]  # fmt: skip
    texts += [text for text in (entry.replaced, entry.withdrawn, entry.withdrawn_by) if text]
    for moment in (entry.taken, entry.withdrawn):
        if moment is not None:
            datetime.fromisoformat(moment)
    counts = (entry.rows, entry.masked, entry.values)
    "".join(texts).encode()  # raises for what is no text, or none that can be written
    return (
        all(type(count) is int and 0 <= count < _LARGEST for count in counts)
        and all(isinstance(m, int | float) and math.isfinite(m) for m in entry.means.values())
        and CELLS.fullmatch(entry.cells) is not None
        and isinstance(entry.synthetic, bool)
        and isinstance(entry.made, dict)
    )
