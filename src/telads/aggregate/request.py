"""The request of an aggregation, validated before work begins."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.aggregate.inputs import Names, plain_mapping, read_census, read_mapping
from telads.engines.lakes import is_pinned, table_at
from telads.engines.parquet_files import SUFFIX, is_remote, parquet_files, without_credentials
from telads.errors import SettingError
from telads.model import Month
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

    from telads.aggregate.noise import Noise
    from telads.engines import EventEngine

SMALLEST_K = 5
"""Cells of fewer subscribers are hidden; a request may raise it, never lower it."""
DEFAULT_MEMORY = 2_000_000_000
LOG = {"events": "events", "mobility": "mobility", "mapping": "services.csv",
       "places": "places.csv"}  # fmt: skip
"""Names of the parts in a folder that holds a whole log, as `telads synth events` writes it."""
MARK = "log.json"
"""Marker file beside a synthetic log."""


@dataclass(frozen=True)
class Request:
    """The logs, the files they are read with, and the protection of people."""

    events: tuple[str, ...]
    mobility: tuple[str, ...] = ()
    mapping: Path | None = None
    places: Path | None = None
    census: Path | None = None
    months: tuple[Month, ...] = ()
    """Label months; empty means all whose windows the log covers on every day."""
    k: int = SMALLEST_K
    memory: int = DEFAULT_MEMORY
    """Bytes that the process may use; determines the number of parts."""
    parts: int | None = None
    jobs: int | None = None
    """Processors that share the work; None means all that the process may use."""
    noise: Noise | None = None
    limit: float | None = None
    """Epsilon that all draws of the workspace may spend, besides the owner's setting."""
    marked: bool = False
    """Whether a marker behind a URL says that the events are synthetic."""
    replace: bool = False
    """Whether a month may be replaced by one of far fewer rows, places or services."""

    def __post_init__(self) -> None:
        """Reject what is impossible or would protect no one; raises `SettingError`."""
        if self.k < SMALLEST_K:
            raise SettingError(
                Text("k가 너무 작습니다.", "k is too small."),
                Text(f"{SMALLEST_K} 이상이어야 합니다.", f"It must be at least {SMALLEST_K}."),
                value=self.k,
            )
        if self.parts is not None and self.parts < 1:
            raise SettingError(
                Text("나눌 수가 올바르지 않습니다.", "The number of parts is not valid."),
                Text("1 이상의 정수여야 합니다.", "It must be a whole number from 1."),
                value=self.parts,
            )
        if self.jobs is not None and self.jobs < 1:
            raise SettingError(
                Text("프로세서 수가 올바르지 않습니다.",
                     "The number of processors is not a valid one."),
                Text("1 이상의 정수여야 합니다.", "It must be a whole number from 1."),
                value=self.jobs,
            )  # fmt: skip
        if self.limit is not None and not 0 < self.limit < inf:
            raise SettingError(
                Text("epsilon 한도가 올바르지 않습니다.",
                     "The limit of epsilon is not valid."),
                Text("0보다 커야 합니다.", "It must be above 0."),
                value=self.limit,
            )  # fmt: skip
        for path in (*self.events, *self.mobility):
            shown = without_credentials(path)
            if is_remote(path) and shown != path:
                raise SettingError(
                    Text("주소에 암호나 키가 들어 있습니다. 주소는 파일 이력에 남습니다.",
                         "The address contains credentials, and addresses are kept in the file "
                         "history."),
                    Text("AWS_ACCESS_KEY_ID 같은 저장소의 환경 변수나 프로필로 알려 주세요.",
                         "Give them by the store's variables, such as AWS_ACCESS_KEY_ID, or by "
                         "a profile."),
                    value=shown,
                )  # fmt: skip

    def found(self, engine: EventEngine, beside: Path) -> Request:
        """The request with the other files in the log's own folder or URL, and tables pinned.

        Small files behind a URL are fetched into the folder `beside`. Raises `DataError`.
        """
        whole = self._with_files(engine, beside)
        events, mobility = (
            tuple(str(table_at(path, engine.holds) or path) for path in paths)
            for paths in (whole.events, whole.mobility)
        )
        return replace(whole, events=events, mobility=mobility)

    def _with_files(self, engine: EventEngine, beside: Path) -> Request:
        if len(self.events) == 1 and is_remote(self.events[0]):
            return self._found_behind(self.events[0].rstrip("/"), engine, beside)
        if len(self.events) != 1 or not (Path(self.events[0]) / LOG["events"]).is_dir():
            return self
        folder = Path(self.events[0])
        mobility = folder / LOG["mobility"]
        here = {name: folder / LOG[name] for name in ("mapping", "places")}
        return replace(
            self,
            events=(str(folder / LOG["events"]),),
            mobility=self.mobility or ((str(mobility),) if mobility.is_dir() else ()),
            mapping=self.mapping or (here["mapping"] if here["mapping"].is_file() else None),
            places=self.places or (here["places"] if here["places"].is_file() else None),
        )

    def _found_behind(self, url: str, engine: EventEngine, beside: Path) -> Request:
        is_folder = not (url.lower().endswith(SUFFIX) or "*" in url)
        if not is_folder or not engine.holds(url, f"{LOG['events']}/**/*{SUFFIX}"):
            return self
        mobility = f"{url}/{LOG['mobility']}"
        given = {"mapping": self.mapping, "places": self.places}
        for name, path in given.items():
            if path is None and engine.holds(url, LOG[name]):
                fetched = beside / LOG[name]
                fetched.write_bytes(engine.fetch(f"{url}/{LOG[name]}"))
                given[name] = fetched
        if engine.holds(url, MARK):
            (beside / MARK).write_bytes(engine.fetch(f"{url}/{MARK}"))
        there = engine.holds(url, f"{LOG['mobility']}/**/*{SUFFIX}")
        return replace(
            self, events=(f"{url}/{LOG['events']}",),
            mobility=self.mobility or ((mobility,) if there else ()),
            mapping=given["mapping"], places=given["places"], marked=_is_marked(beside),
        )  # fmt: skip

    @property
    def processors(self) -> int:
        """The processors asked for, or all that the process may use."""
        return self.jobs or usable_processors()

    @cached_property
    def services(self) -> Names:
        """Service id -> raw names; read once, so that a run uses one mapping."""
        return read_mapping(self.mapping) if self.mapping else plain_mapping()

    @cached_property
    def counted(self) -> pl.DataFrame | None:
        """Census population by cell; read once, like the services."""
        return read_census(self.census) if self.census else None

    @property
    def synthetic(self) -> bool:
        """Whether a marker says that the events are synthetic."""
        return self.marked or any(_is_marked(Path(path)) for path in self.events)


def usable_processors() -> int:
    """Number of processors that the process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parse_memory(text: str) -> int:
    """`500MB`, `2GB`, `4 GiB` or a number of bytes; raises `SettingError`."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:([KMGT])(i?)B?|B)?\s*", text, re.IGNORECASE)
    if not match:
        raise SettingError(
            Text("메모리 크기를 알아볼 수 없습니다.", "Not an amount of memory."),
            Text("2GB처럼 적어 주세요.", "Write it like 2GB."),
            value=text,
        )
    step = 1024 if match[3] else 1000
    power = " KMGT".index((match[2] or " ").upper())
    return int(float(match[1]) * step**power)


def fingerprint(paths: Sequence[str]) -> list[tuple[str, int, int]]:
    """Name, size and time of change of every file; a URL, or version of a table, has a name alone.

    Raises `DataError` for a path that is not there or holds no Parquet file.
    """
    files: list[tuple[str, int, int]] = []
    for text in paths:
        if is_remote(text) or is_pinned(text):
            files.append((text, 0, 0))
            continue
        resolved: dict[Path, Path] = {}
        for file in parquet_files(text):
            facts, folder = file.stat(), file.parent
            if folder not in resolved:
                resolved[folder] = folder.resolve()
            own = file.resolve() if file.is_symlink() else resolved[folder] / file.name
            files.append((str(own), facts.st_size, facts.st_mtime_ns))
    return files


def digest(facts: Any) -> str:
    """Hash of JSON-serialisable facts."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _is_marked(path: Path) -> bool:
    for mark in (path / MARK, path.parent / MARK):
        if mark.is_file():
            try:
                return bool(json.loads(mark.read_text("utf-8")).get("synthetic"))
            except (ValueError, AttributeError):
                return False
    return False
