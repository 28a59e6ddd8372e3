"""Running the website: prepare the workspace, then run granian with its workers until a signal.

    database and static files brought up to date, under a lock (two servers may start at once)
    -> granian: this process supervises, each worker is a process of its own
    -> threads: one announces the address once a worker listens; one precomputes, after the first
       page, the slow results of each new build; one runs jobs

Until granian listens to signals, Ctrl+C ends the process without its help (`cli.serve.run_site`);
nothing runs beside by then. Workers look up the build in force at each request, so a new build
needs no restart. SIGTERM lets running requests and a running job finish; Ctrl+C in a terminal gives
them a second.
"""

from __future__ import annotations

import _thread
import errno
import hashlib
import multiprocessing
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telads.errors import AddressUnusable, TeladsError
from telads.settings import Settings
from telads.store.files import write_text
from telads.store.ledger import VERSION as FORMAT
from telads.store.workspace import Store
from telads.text import Text
from telads.version import __version__
from telads.web.setup import (
    WAIT_SECONDS,
    bring_up_to_date,
    keep_former,
    require_writable,
    wait_for_database,
)
from telads.web.subprocess import deaf_to_interrupts, end_all, in_fresh

HEADER_SECONDS = 10
"""Seconds after which a connection without a complete request head is closed."""
THREADS = 4
"""Threads per worker; questions are short, so more would only wait for each other."""
STOP_SECONDS = 10
"""Seconds after which a worker that does not stop is killed."""
INTERRUPTED_SECONDS = 1
"""The same after Ctrl+C, where a user is waiting."""
LOOK_SECONDS = 2.0
"""Seconds between the supervisor's checks for a new build to precompute."""

LEAST_PRIORITY = 19
SUPERVISOR = "TELADS_SUPERVISOR"
"""Environment variable with the supervisor's process id, for its workers."""
ALLOCATOR = {
    # One heap for all threads: each would fill one of its own, and keep what it frees.
    "MALLOC_ARENA_MAX": "1",
    # Set, they stay: glibc raises them to 32 and 64 MB with what is freed, which then stays in it.
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "262144",
}
"""Environment that keeps workers small, with the C library of Linux; not where it is set."""
FIGURES = "figures"
STAMP = ".collected"
UNUSED = ("django_htmx/ext/*", "htmax-*", "htmx-4*", "htmx-2.js")
"""Static files of libraries that no page loads: to compress them takes most of a first start."""


def address_of(host: str, port: int) -> str:
    """The URL to open; for a server on all interfaces that of this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def check_address(host: str, port: int) -> None:
    """Raise `AddressUnusable` if the website cannot listen there.

    Granian's workers share a port, and would with another such server too: a second one on the same
    port would silently get half of the requests.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise _unusable(host, port, error) from error


def _unusable(host: str, port: int, error: Exception) -> AddressUnusable:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        told = Text("포트를 다른 프로그램이 쓰고 있습니다.", "Another program uses this port.")
        advice = Text("--port로 다른 번호를 고르거나 그 프로그램을 끝내 주세요.",
                      "Choose another with --port, or stop that program.")  # fmt: skip
    else:
        told = Text("이 주소는 사용할 수 없습니다.", "This address cannot be used.")
        advice = Text("--host와 --port를 확인해 주세요.", "Check --host and --port.")
    return AddressUnusable(told, advice, value=f"{host}:{port}")


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run the website until SIGINT or SIGTERM.

    `announce` is called with its address once it accepts connections. Waits a while for a database
    that is away. Raises `AddressUnusable`, `DatabaseAway`, `WorkspaceBusy`, `WorkspaceError`.
    """
    check_address(settings.host, settings.port)
    require_writable(settings.workspace)
    figures = _fresh_figures(settings.workspace)
    _tell_workers(settings, figures)
    _wait_for_database()
    kept = _keep_former_format(settings.workspace)
    with Store(settings.workspace).writing(settings.lock_seconds):
        prepare(settings.workspace, backup=not kept)
    beside: list[Callable[[], None]] = [
        lambda: _when_it_listens(settings.host, settings.port, announce),
        lambda: _make_ahead(settings.workspace, figures),
    ]
    if settings.own_worker:
        from telads.web.jobs.worker import work_ahead

        beside.append(work_ahead)

    def start() -> None:
        for work in beside:
            threading.Thread(target=work, daemon=True).start()

    _granian(settings.host, settings.port, settings.workers, start)


def _wait_for_database() -> None:
    """Wait before the workspace is locked, so that others can write to it meanwhile."""
    import django

    django.setup()
    wait_for_database(WAIT_SECONDS)


def _keep_former_format(workspace: Path) -> bool:
    """Back up a workspace whose files are of an earlier format; whether it is one."""
    store = Store(workspace)
    if store.written_by()["format"] >= FORMAT or not store.ledger_path.exists():
        return False
    keep_former(workspace)
    return True


def prepare(workspace: Path, backup: bool = True) -> None:
    """Bring the website's database and its static files up to date.

    Tables of an earlier version are backed up first, unless `backup` is false.
    """
    import django
    from django.core.management import call_command

    django.setup()
    bring_up_to_date(workspace if backup else None)
    stamp, content = workspace / "static" / STAMP, _static_content()
    if not stamp.is_file() or stamp.read_text("utf-8") != content:
        # Files of former versions stay: a page opened earlier still needs its style.
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=[*UNUSED])
        write_text(stamp, content)


def _static_content() -> str:
    """Hash of the static files to collect: versions, and the content of our own."""
    from importlib.metadata import version

    packages = ("django", "django-htmx", "django-ninja", "whitenoise")
    seen = hashlib.sha256(" ".join([__version__, *map(version, packages)]).encode())
    own = Path(__file__).parent / "static"
    seen.update(Path(__file__).with_name("static_files.py").read_bytes())
    for file in sorted(path for path in own.rglob("*") if path.is_file()):
        seen.update(str(file.relative_to(own)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


def _tell_workers(settings: Settings, figures: Path) -> None:
    """Pass the settings to workers, which are new processes, by environment variables."""
    os.environ["TELADS_WORKSPACE"] = str(settings.workspace.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "telads.web.settings"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)
    os.environ[SUPERVISOR] = str(os.getpid())
    for name, value in ALLOCATOR.items():
        os.environ.setdefault(name, value)


def end_with_supervisor() -> None:
    """In a worker: exit when the supervisor is gone, even if killed; it would keep the port."""
    supervisor = int(os.environ.get(SUPERVISOR, "0"))

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == supervisor:
            pause.wait(1)
        os._exit(1)

    if supervisor:
        threading.Thread(target=watch, daemon=True).start()


def _fresh_figures(workspace: Path) -> Path:
    """Create the folder of this server's metrics; remove those of ended servers."""
    figures = workspace.resolve() / FIGURES
    for folder in figures.glob("[0-9]*"):
        if int(folder.name) == os.getpid() or not _runs(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    own = figures / str(os.getpid())
    own.mkdir(parents=True)
    return own


def _runs(process: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _when_it_listens(host: str, port: int, announce: Callable[[str], None]) -> None:
    """Announce the address once the first worker listens there, which means it is ready."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    pause = threading.Event()
    while True:
        try:
            socket.create_connection((own, port), timeout=1).close()
        except OSError:
            pause.wait(0.05)
        else:
            announce(address_of(host, port))
            return


def _make_ahead(workspace: Path, figures: Path) -> None:
    """Precompute the slow results of each new build, for ever; after the first page."""
    known, pause = None, threading.Event()
    while not pages_served(figures):
        pause.wait(LOOK_SECONDS)
    while True:
        try:
            name = Store(workspace).build_name()
        except TeladsError:
            name = None
        if name and name != known:
            known = name if in_fresh(_make, workspace) else None
        pause.wait(LOOK_SECONDS)


def _make(workspace: Path) -> None:
    """Precompute at the lowest priority, so that requests come first."""
    from telads.web.precompute import make_ahead

    os.nice(LEAST_PRIORITY)
    make_ahead(Store(workspace))


def pages_served(figures: Path) -> float:
    """Number of pages this server's workers have served, from their metrics."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    from telads.web.metrics import NO_PAGES

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(figures))  # type: ignore[no-untyped-call]
    return sum(
        sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "telads_requests_total"
        and sample.labels["status"] == "200"
        and sample.labels["view"] not in NO_PAGES
    )


def _granian(host: str, port: int, workers: int, on_start: Callable[[], None]) -> None:
    """Supervise the workers until a signal; `on_start` is called once signals are listened to."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    class Supervisor(Server):  # type: ignore[misc, valid-type] # one of two classes, by Python version
        """Granian, with Ctrl+C handled by the supervisor alone."""

        interrupted = False

        def _spawn_workers(self, *arguments: Any) -> None:
            with deaf_to_interrupts():
                super()._spawn_workers(*arguments)

        def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
            with deaf_to_interrupts():
                super()._respawn_workers(*arguments, **options)

        def signal_handler_interrupt(self, *arguments: Any, **options: Any) -> None:
            """Ctrl+C and SIGTERM."""
            if arguments[0] == signal.SIGINT:
                self.interrupted = True
                self.workers_kill_timeout = INTERRUPTED_SECONDS
            # In a thread of its own: it takes a lock that the interrupted code may just hold, as
            # that code may hold the one by which `threading` registers its threads.
            _thread.start_new_thread(super().signal_handler_interrupt, arguments, options)

    # Forked workers would inherit locks of this process's threads, some held for ever.
    multiprocessing.set_start_method("spawn", force=True)
    supervisor = Supervisor(
        "telads.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        # Protocol detection would wait without end for a connection that sends nothing.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=1000 * HEADER_SECONDS),
        log_level=LogLevels.warning,
    )
    supervisor.on_startup(on_start)
    supervisor.serve()
    if supervisor.interrupted:
        end_all(INTERRUPTED_SECONDS)  # or the exit would wait for them
