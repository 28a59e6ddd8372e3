"""What `telads doctor` looks at."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from telads.errors import TeladsError
from telads.language import Text, same
from telads.settings import SETTINGS, Settings, texts_of, unknown_settings, written
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
        value = "***" if setting.secret and known else written(known)
        yield Finding(True, Text(f"{setting.variable}={value} ({setting.text.ko})",
                                 f"{setting.variable}={value} ({setting.text.en})"))  # fmt: skip
    yield from (Finding(False, told) for told in unknown_settings(texts_of()))
    yield from exposure(settings)
    yield _font()
    yield from _workspace(workspace)


def exposure(settings: Settings) -> Iterator[Finding]:
    """What is unsafe in how the website is reached, by its settings; nothing where all is well."""
    host = settings.host
    own = host in {"localhost", "::1"} or host.startswith("127.")
    if not own and not settings.behind_tls:
        yield Finding(False, Text(
            f"웹사이트가 {host}에서 암호화 없이 듣습니다. 비밀번호와 접속 쿠키를 가로챌 수 있으니, "
            "앞에 HTTPS 프록시를 두고 TELADS_BEHIND_TLS=1로 하거나 127.0.0.1에서만 들어 주세요.",
            f"The website listens on {host} without encryption: passwords and session cookies can "
            "be read on the way. Put an HTTPS proxy in front with TELADS_BEHIND_TLS=1, or listen "
            "on 127.0.0.1 only.",
        ))  # fmt: skip
        if not settings.closed:
            yield Finding(False, Text(
                f"{host}에 닿는 누구나 로그인하지 않고 도시 자료의 페이지와 API를 볼 수 있습니다. "
                "사람들만 쓰게 하려면 TELADS_CLOSED=1로 해 주세요.",
                f"Whoever reaches {host} sees the pages about the city and the API without signing "
                "in. TELADS_CLOSED=1 closes them.",
            ))  # fmt: skip
    if settings.behind_tls and not settings.proxies:
        yield Finding(False, Text(
            "HTTPS 프록시 뒤인데 TELADS_PROXIES가 0이라, 모든 사람이 프록시의 주소로 세어져 "
            "로그인 잠금과 API 횟수 제한을 함께 씁니다. 프록시의 수(보통 1)를 적어 주세요.",
            "Behind an HTTPS proxy with TELADS_PROXIES=0 everybody counts as the proxy's address, "
            "for locks of signing in and rates of the API. Set it to the number of proxies, "
            "most often 1.",
        ))  # fmt: skip


def _library(name: str) -> Finding:
    try:
        return Finding(True, same(f"{name} {version(name)}"))
    except PackageNotFoundError:
        return Finding(False, Text(f"{name}: 설치되어 있지 않습니다.", f"{name}: not installed."))


def _font() -> Finding:
    from telads.charts.fonts import korean_font_folder

    folder = korean_font_folder()
    if folder:
        return Finding(True, Text(f"한글 글꼴: {folder}", f"Korean font: {folder}"))
    return Finding(False, Text(
        "한글 글꼴이 없어 PNG 그림의 한글이 네모로 나옵니다. Noto Sans CJK를 설치해 주세요.",
        "No Korean font: Hangul in PNG pictures will be boxes. Install Noto Sans CJK.",
    ))  # fmt: skip


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
