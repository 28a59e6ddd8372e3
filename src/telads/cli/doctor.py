"""The findings of `telads doctor`."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import NamedTuple

from telads.dataset import in_force
from telads.errors import TeladsError
from telads.model import Month
from telads.settings import SETTINGS, Settings, texts_of, unknown_settings, written
from telads.store.files import found_open
from telads.store.ledger import Entry, Ledger
from telads.store.workspace import Build, Store
from telads.text import Text, same
from telads.version import __version__

LIBRARIES = ("polars", "narwhals", "fastexcel", "numpy", "scipy", "resvg-py")
LEAST_DISK = 1_000_000_000
"""Bytes; a month takes about 1 MB, a build 3 MB, pictures less."""
MOST_OPEN = 5
"""Most files named among those open to others."""
SQLITE = "web.sqlite3"


class Finding(NamedTuple):
    """One line, and whether it is all right."""

    good: bool
    text: Text


def findings(workspace: Store, settings: Settings, noted: str = "") -> Iterator[Finding]:
    """All findings in order; `noted` is a hash of the log of actions noted earlier."""
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
    yield from _workspace(workspace, settings)
    yield from _modes(workspace, settings)
    yield from _log(workspace, settings, noted)


def exposure(settings: Settings) -> Iterator[Finding]:
    """Unsafe settings of the website's exposure; none if all is well."""
    host = settings.host
    own = host in {"localhost", "::1"} or host.startswith("127.")
    if not own and not settings.behind_tls:
        yield Finding(False, Text(
            f"웹사이트가 {host}에서 암호화 없이 접속을 받습니다. 비밀번호와 접속 쿠키를 가로챌 수 "
            "있으니, "
            "앞에 HTTPS 프록시를 두고 TELADS_BEHIND_TLS=1로 하거나 127.0.0.1에서만 접속을 받아 "
            "주세요.",
            f"The website listens on {host} without encryption: passwords and session cookies can "
            "be intercepted. Put an HTTPS proxy in front with TELADS_BEHIND_TLS=1, or listen on "
            "127.0.0.1 only.",
        ))  # fmt: skip
        if not settings.closed:
            yield Finding(False, Text(
                f"{host}에 접속하는 누구나 로그인하지 않고 도시 데이터의 페이지와 API를 볼 수 "
                "있습니다. "
                "사람들만 쓰게 하려면 TELADS_CLOSED=1로 해 주세요.",
                f"Anyone who can reach {host} sees the data pages and the API without signing in. "
                "Set TELADS_CLOSED=1 to close them.",
            ))  # fmt: skip
    if settings.behind_tls and not settings.allowed_hosts:
        yield Finding(False, Text(
            "HTTPS 프록시 뒤인데 TELADS_ALLOWED_HOSTS가 비어 있어, 웹사이트의 이름으로 온 "
            "요청을 모두 거절합니다(400). 사람들이 브라우저에 적는 이름을 적어 주세요.",
            "Behind an HTTPS proxy with an empty TELADS_ALLOWED_HOSTS every request for the "
            "website's name is refused (400). Set it to the name that people type.",
        ))  # fmt: skip
    if settings.behind_tls and not settings.proxies:
        yield Finding(False, Text(
            "HTTPS 프록시 뒤인데 TELADS_PROXIES가 0이라, 모든 사람이 프록시의 주소로 세어져 "
            "로그인 잠금과 API 횟수 제한을 함께 씁니다. 프록시의 수(보통 1)를 적어 주세요.",
            "Behind an HTTPS proxy with TELADS_PROXIES=0 everyone counts as the proxy's address "
            "for sign-in locks and API rate limits. Set it to the number of proxies, most often 1.",
        ))  # fmt: skip


def _library(name: str) -> Finding:
    try:
        return Finding(True, same(f"{name} {version(name)}"))
    except PackageNotFoundError:
        return Finding(False, Text(f"{name}: 설치되어 있지 않습니다.", f"{name}: not installed."))


def _font() -> Finding:
    from telads.render.svg.fonts import family, korean_font

    try:
        font, name = korean_font(), family()
    except TeladsError as error:
        return Finding(False, Text(error.line("ko"), error.line("en")))
    return Finding(True, Text(f"글꼴: {name} ({font})", f"font: {name} ({font})"))


def _budget(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """The budget spent on noise, if any was drawn."""
    from telads.aggregate.noise import is_within, spent

    so_far, limit = spent(ledger), settings.epsilon_limit
    if so_far.draws:
        of = f" / {limit:g}" if limit else ""
        yield Finding(is_within(so_far.epsilon, limit), Text(
            f"노이즈: epsilon {so_far.epsilon:g}{of}을 {so_far.draws}번에 썼습니다.",
            f"noise: epsilon {so_far.epsilon:g}{of} spent in {so_far.draws} draws",
        ))  # fmt: skip


def _workspace(workspace: Store, settings: Settings) -> Iterator[Finding]:
    from telads.answers.tables import read
    from telads.method.tables import TABLES

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
        wrote = workspace.written_by()
        yield Finding(True, Text(
            f"작업 폴더 형식 {wrote['format']}, 마지막으로 쓴 버전 {wrote['telads'] or '0.1.0'}",
            f"workspace format {wrote['format']}, written last by {wrote['telads'] or '0.1.0'}",
        ))  # fmt: skip
        ledger = workspace.ledger()
        files = workspace.cells(ledger)
        missing = ", ".join(str(month) for month, file in files.items() if not file.is_file())
        months = ", ".join(str(month) for month in ledger.current())
        yield Finding(not missing, Text(
            f"달: {months or '없음'}" + (f"; 셀 파일이 없는 달: {missing}" if missing else ""),
            f"months: {months or 'none'}" + (f"; cells missing: {missing}" if missing else ""),
        ))  # fmt: skip
        yield from _second_files(workspace, ledger)
        yield from _budget(ledger, settings)
        name = workspace.build_name()
        if name:
            build = workspace.build()
            build.about  # noqa: B018 - reading it is the check
            for table in TABLES:
                read(build, table)
            yield Finding(True, Text(f"데이터 버전 {name}", f"data version {name}"))
            yield from _joined(build)
    except TeladsError as error:
        yield Finding(False, Text(error.line("ko"), error.line("en")))


def _second_files(workspace: Store, ledger: Ledger) -> Iterator[Finding]:
    """The second files of months, by kind: whether their cells are there and can be read."""
    import polars as pl

    from telads.store.cells import KEY, POPULATION

    dataset = in_force()
    entries: dict[str, dict[Month, Entry]] = {}
    for (month, id), entry in ledger.second().items():
        entries.setdefault(id, {})[month] = entry
    for id, of in entries.items():
        declared = {one.id for one in dataset.measures.values() if one.source == id}
        bad = []
        for month, entry in of.items():
            try:
                held = {*pl.read_parquet(workspace.cells_path / entry.cells).columns}
            except (OSError, pl.exceptions.PolarsError):
                held = set()
            if not held.issuperset({*KEY, POPULATION}) or not held & declared:
                bad.append(str(month))
        name = Text(dataset.second_name(id, "ko"), dataset.second_name(id, "en"))
        months = ", ".join(map(str, of))
        waiting = ", ".join(str(month) for month in of if month not in ledger.current())
        told = Text(f"{name.ko}: {months}", f"{name.en}: {months}")
        if waiting:
            told = Text(f"{told.ko}; 그달의 파일을 기다림: {waiting}",
                        f"{told.en}; waiting for the month's own file: {waiting}")  # fmt: skip
        if bad:
            months = ", ".join(bad)
            told = Text(
                f"{told.ko}; 셀 파일이 없거나 읽을 수 없는 달: {months}. 파일을 다시 반영해 "
                "주세요.",
                f"{told.en}; cells missing or unreadable: {months}. Load the file again.",
            )
        yield Finding(not bad, told)


def _joined(build: Build) -> Iterator[Finding]:
    """Whether the build's tables hold the measures of the second files it was made of."""
    from telads.answers.tables import read

    held, columns = in_force().measures.values(), read(build, "segments").columns
    lost = [
        f"{month} {id}"
        for month, file in build.about["files"].items()
        for id in file.get("second", {})
        if not any(one.source == id and one.id in columns for one in held)
    ]
    if lost:
        months = ", ".join(lost)
        yield Finding(False, Text(
            f"데이터 버전에 둘째 파일의 값이 없습니다: {months}. telads build --again을 실행해 "
            "주세요.",
            f"The data version lacks the measures of second files: {months}. Run telads build "
            "--again.",
        ))  # fmt: skip


def _modes(workspace: Store, settings: Settings) -> Iterator[Finding]:
    """Parts of the workspace that other accounts of this machine may use."""
    found = list(islice(found_open(workspace.path, settings.cells_group), MOST_OPEN + 1))
    if not found:
        if workspace.path.is_dir():
            yield Finding(True, Text("작업 폴더는 이 컴퓨터의 다른 계정에 닫혀 있습니다.",
                                     "The workspace is closed to other accounts."))  # fmt: skip
        return
    named = ", ".join(map(str, found[:MOST_OPEN])) + (", ..." if len(found) > MOST_OPEN else "")
    yield Finding(False, Text(
        f"이 컴퓨터의 다른 계정에 열려 있습니다: {named}. 작업 폴더의 소유자가 telads serve처럼 "
        f"작업 폴더에 쓰는 명령을 실행하면 닫힙니다. 직접 닫으려면: chmod -R go= {workspace.path}",
        f"Open to other accounts of this machine: {named}. Any command that writes to the "
        "workspace, such as telads serve, closes it when its owner runs it; by hand: chmod -R "
        f"go= {workspace.path}",
    ))  # fmt: skip


def _log(workspace: Store, settings: Settings, noted: str) -> Iterator[Finding]:
    """Whether the log of actions is intact and holds the noted hash."""
    from telads.web.accounts.commands import log_state

    database = settings.database_url or (workspace.path / SQLITE).exists()
    if not database or not (workspace.path / "secret-key").exists():  # there never was a website
        if noted:
            yield Finding(False, Text("작업 기록이 없습니다.", "There is no activity log."))
        return
    try:
        state = log_state(workspace.path, noted)
    except TeladsError as error:
        yield Finding(False, Text(error.line("ko"), error.line("en")))
        return
    if state is None:
        yield Finding(True, Text(
            "작업 기록은 웹사이트나 telads user를 다음에 쓸 때 사슬로 이어집니다.",
            "The activity log is chained when the website or telads user is next used.",
        ))  # fmt: skip
        return
    if state.broken is not None:
        yield Finding(False, Text(
            f"작업 기록이 쓰인 그대로가 아닙니다. {state.broken}번 기록이나 그 앞의 것이 "
            "바뀌었거나 지워졌습니다.",
            f"The activity log was altered: entry {state.broken}, or one before it, was changed "
            "or removed.",
        ))  # fmt: skip
    else:
        yield Finding(True, Text(
            f"작업 기록 {state.entries}건, 마지막 해시 {state.head or '-'} "
            "(다른 곳에 적어 두면 나중에 비교할 수 있습니다)",
            f"activity log: {state.entries} entries, the last hash is {state.head or '-'} "
            "(note it elsewhere to compare later)",
        ))  # fmt: skip
    if noted and state.noted is None:
        yield Finding(False, Text(
            f"적어 두신 해시 {noted}은(는) 작업 기록에 없습니다. 기록이 새로 쓰였거나 잘렸거나 "
            "백업의 것으로 바뀌었습니다.",
            f"The hash you noted, {noted}, is not in the activity log: the log was rewritten, cut "
            "short, or replaced from a backup.",
        ))  # fmt: skip
    elif noted:
        yield Finding(state.broken is None, Text(
            f"적어 두신 해시는 {state.noted}번째 기록의 것입니다.",
            f"The hash you noted is that of entry {state.noted}.",
        ))  # fmt: skip
    if not state.guarded:
        yield Finding(False, Text(
            "작업 기록을 지키는 데이터베이스 트리거가 없습니다. 웹사이트를 다시 시작하면 만듭니다.",
            "The triggers by which the database keeps the activity log are missing. The next "
            "start of the website makes them.",
        ))  # fmt: skip
