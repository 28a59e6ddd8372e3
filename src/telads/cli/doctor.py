"""What `telads doctor` looks at."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from telads.errors import TeladsError
from telads.language import Text, same
from telads.settings import SETTINGS, Settings
from telads.version import __version__
from telads.workspace import Workspace

LIBRARIES = ("polars", "narwhals", "fastexcel", "numpy", "scipy", "altair", "vl-convert-python")
LEAST_DISK = 1_000_000_000
"""Bytes; a month takes about 1 MB, a build 3 MB, a browserful of pictures less."""


class Finding(NamedTuple):
    """One line, and whether it is as it should be."""

    good: bool
    text: Text


def findings(workspace: Workspace, settings: Settings) -> Iterator[Finding]:
    """All findings, in the order they are told."""
    yield Finding(True, same(f"telads {__version__}, Python {platform.python_version()}"))
    for name in LIBRARIES:
        yield _library(name)
    for setting in SETTINGS:
        known = getattr(settings, setting.name)
        value = "***" if setting.secret and known else _written(known)
        yield Finding(True, Text(f"{setting.variable}={value} ({setting.text.ko})",
                                 f"{setting.variable}={value} ({setting.text.en})"))  # fmt: skip
    yield _font()
    yield from _workspace(workspace)


def _written(value: object) -> str:
    """A setting's value as one would write it, a password in an address left out."""
    if isinstance(value, tuple):
        return ",".join("=".join(one) if isinstance(one, tuple) else one for one in value)
    if isinstance(value, bool | float):
        return f"{value:g}"
    return re.sub(r"(://[^:@/]*):.*@", r"\1:***@", str(value))


def _library(name: str) -> Finding:
    try:
        return Finding(True, same(f"{name} {version(name)}"))
    except PackageNotFoundError:
        return Finding(False, Text(f"{name}: 설치되어 있지 않습니다.", f"{name}: not installed."))


def _font() -> Finding:
    from telads.charts.fonts import family, korean_font

    try:
        font, name = korean_font(), family()
    except TeladsError as error:
        return Finding(False, Text(error.line("ko"), error.line("en")))
    return Finding(True, Text(f"글꼴: {name} ({font})", f"font: {name} ({font})"))


def _workspace(workspace: Workspace) -> Iterator[Finding]:
    from telads.answers.tables import read
    from telads.marts import TABLES

    path = workspace.path
    if not path.is_dir():
        yield Finding(True, Text(f"작업 폴더가 아직 없습니다: {path}", f"No workspace yet: {path}"))
        return
    writable = os.access(path, os.W_OK)
    yield Finding(writable, Text(
        f"작업 폴더 {path}: 쓸 수 {'있습니다' if writable else '없습니다'}.",
        f"Workspace {path}: {'writable' if writable else 'not writable'}.",
    ))  # fmt: skip
    free = shutil.disk_usage(path).free
    yield Finding(free >= LEAST_DISK, Text(f"빈 공간 {free / 1e9:.1f} GB",
                                           f"{free / 1e9:.1f} GB free"))  # fmt: skip
    try:
        ledger = workspace.ledger()
        files = workspace.cells(ledger)
        missing = ", ".join(str(month) for month, file in files.items() if not file.is_file())
        months = ", ".join(str(month) for month in ledger.current())
        yield Finding(not missing, Text(
            f"달: {months or '없음'}" + (f"; 셀 파일이 없는 달: {missing}" if missing else ""),
            f"months: {months or 'none'}" + (f"; cells missing: {missing}" if missing else ""),
        ))  # fmt: skip
        name = workspace.build_name()
        if name:
            build = workspace.build()
            build.about  # noqa: B018 - reading it is the check
            for table in TABLES:
                read(build, table)
            yield Finding(True, Text(f"계산 {name}", f"build {name}"))
    except TeladsError as error:
        yield Finding(False, Text(error.line("ko"), error.line("en")))
