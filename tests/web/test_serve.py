"""The real server: several workers, a build switched under load, a clean end, a taken port."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from telads.answers.choices import HORIZONS
from telads.errors import AddressUnusable
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store
from telads.web.serve import ALLOCATOR, HEADER_SECONDS, LOOK_SECONDS, address_of, check_address
from tests.interpreter import python
from tests.web.server import Server, free_port, gone


@pytest.fixture
def workspace(twin_site: Store, tmp_path: Path) -> Store:
    """A workspace of its own."""
    shutil.copytree(twin_site.path, tmp_path / "workspace")
    return Store(tmp_path / "workspace")


@pytest.fixture
def server(workspace: Store) -> Iterator[Server]:
    """One that a test may end."""
    yield from started(workspace)


@pytest.fixture(scope="module")
def lasting(
    twin_site: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Store]]:
    """One that no test ends, and its workspace."""
    workspace = Store(tmp_path_factory.mktemp("lasting") / "workspace")
    shutil.copytree(twin_site.path, workspace.path)
    for server in started(workspace):
        yield server, workspace


def started(workspace: Store) -> Iterator[Server]:
    server = Server(workspace.path, workers=2)
    try:
        server.wait()
        yield server
    finally:
        server.kill()


def other_build(workspace: Store) -> str:
    """Build again with another setting; the first stays, and is in force again."""
    first = workspace.build().name
    build(workspace, Settings.load({"TELADS_FORECAST_PHI": "0.5"}, Path("none")))
    second = workspace.build().name
    assert second != first
    workspace.switch(first, keep=3)
    return second


@pytest.mark.slow
def test_a_new_build_is_picked_up_by_all_workers_and_no_answer_is_torn(
    lasting: tuple[Server, Store],
) -> None:
    server, workspace = lasting
    first, second = workspace.build().name, other_build(workspace)
    seen: list[set[str]] = []
    faults: list[Any] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            status, page, _ = server.get("/en/")
            named = set(re.findall(rf"{first[:8]}|{second[:8]}", page))
            seen.append(named)
            if status != 200 or len(named) != 1:
                faults.append((status, named))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for name in (second, first) * 5 + (second,):
        time.sleep(0.2)
        workspace.switch(name, keep=3)
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert {frozenset(named) for named in seen} == {
        frozenset({first[:8]}), frozenset({second[:8]})
    }  # fmt: skip
    assert len(seen) > 50
    # Whichever worker answers, it answers from the build in force.
    for _ in range(20):
        assert json.loads(server.get("/healthz")[1])["build"] == second


@pytest.mark.slow
def test_a_served_site_from_start_to_end(server: Server, workspace: Store) -> None:
    status, page, headers = server.get("/en/?secret=%EA%B0%95%EB%82%A8", **{"User-Agent": "me/1"})
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'self';")
    style = re.search(r'href="(/static/telads/site\.[0-9a-f]{12}\.css)"', page)
    assert style
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("htmx" in file for file in files)
    assert {server.get(file)[0] for file in files if not file.endswith(".png")} == {200}
    scripts = (workspace.path / "static" / "django_htmx").rglob("*.js")
    collected = {path.name.partition(".")[0] for path in scripts}
    assert collected == {"htmx-2", "django-htmx"}, "what no page loads is not collected"
    for encoding in ("br", "gzip"):
        request = urllib.request.Request(
            server.address + style[1], headers={"Accept-Encoding": encoding}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            assert response.headers["Content-Encoding"] == encoding
            assert "immutable" in response.headers["Cache-Control"]
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]
            assert "Access-Control-Allow-Origin" not in response.headers
    assert server.get("/no-such-page/")[0] == 404
    for _ in range(30):
        server.get("/en/")
    figures = server.get("/metrics")[1]
    counted = re.search(
        r'telads_requests_total\{method="GET",status="200",view="home"\} ([\d.]+)', figures
    )
    assert counted
    assert float(counted[1]) == 31, "the figures of both workers, added up"
    assert f'build="{workspace.build().name}"' in figures

    code, out, lines = server.end(signal.SIGINT)
    assert code == 0
    assert server.address in out
    logged = [json.loads(line) for line in lines.splitlines()]
    assert {"home", "none"} <= {line["view"] for line in logged}
    assert not re.search(r"127\.0\.0\.1|secret|me/1|no-such-page|Traceback", lines)
    key = workspace.path / "secret-key"
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_address_is_told_when_it_answers_and_what_takes_long_comes_after_a_page(
    workspace: Store,
) -> None:
    """Pages a worker opens for itself need the evaluation of the first horizon alone."""
    shutil.rmtree(workspace.path / "evaluations", ignore_errors=True)
    ahead = f"*-{HORIZONS[-1]}.parquet"
    server = Server(workspace.path, workers=1)
    try:
        server.told()
        with socket.create_connection(("127.0.0.1", server.port), timeout=1):
            pass
        server.get("/healthz")
        server.get("/no-such-page/")
        time.sleep(2 * LOOK_SECONDS)
        assert not list((workspace.path / "evaluations").glob(ahead))
        assert server.get("/en/")[0] == 200
        for _ in range(300):
            if list((workspace.path / "evaluations").glob(ahead)):
                break
            time.sleep(0.2)
        else:
            pytest.fail("nothing was made ahead")
    finally:
        server.kill()


SOON = 5.0
"""Seconds; two on a machine that does nothing else, ten where a worker has to be killed."""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.7, 2.0, 4.0])
def test_ctrl_c_soon_after_the_start_ends_it_without_a_word(
    twin_workspace: Store, tmp_path: Path, after: float
) -> None:
    """The first start, which makes the database and collects the styles."""
    workspace = shutil.copytree(twin_workspace.path, tmp_path / "workspace")
    server = Server(workspace, workers=2)
    try:
        time.sleep(after)
        seconds, code, said = server.interrupt()
    finally:
        server.kill()
    assert seconds < SOON
    assert code in {0, 130, -signal.SIGINT}
    assert not re.search("Traceback|Killing|Interrupt", said)


AT_THE_END = "terminate called without an active exception"
"""What the C++ library says, once in many runs, of a worker's thread that asks for the interpreter
while it ends (before Python 3.14); everything is answered and written by then."""
IN_A_CALLBACK = """
import os, signal, sys
import telads.web.serve

class Left:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

telads.web.serve.prepare = lambda *_, **__: Left() and None
telads.web.serve._granian = lambda *_: sys.exit("it went on")
from telads.cli import main
main()
"""


def test_ctrl_c_in_a_callback_is_not_lost(tmp_path: Path) -> None:
    """There Python prints an exception and goes on."""
    plain = {name: value for name, value in os.environ.items()
             if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"}  # fmt: skip
    done = python("-c", IN_A_CALLBACK, "serve", "--port", free_port(), "-w", tmp_path, env=plain)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


@pytest.mark.slow
def test_ctrl_c_ends_it_at_once_whatever_is_made_ahead(workspace: Store) -> None:
    """Right after the first page, when a process makes ahead what takes seconds, and later."""
    for pause, workers in ((0.0, 2), (LOOK_SECONDS + 1, 1), (LOOK_SECONDS + 3, 1)):
        shutil.rmtree(workspace.path / "evaluations", ignore_errors=True)
        server = Server(workspace.path, workers)
        try:
            server.told()
            assert server.get("/en/")[0] == 200
            time.sleep(pause)
            beside = server.make_file()
            seconds, code, said = server.interrupt()
        finally:
            server.kill()
        assert seconds < SOON
        assert code == 0
        assert not re.search("Traceback|Killing|Interrupt", said)
        assert gone(beside)


@pytest.mark.slow
def test_sigterm_ends_it_too_and_its_port_is_free_again(server: Server) -> None:
    with pytest.raises(AddressUnusable) as caught:
        check_address("127.0.0.1", server.port)
    assert f"127.0.0.1:{server.port}" in caught.value.line("en")
    assert "--port" in caught.value.line("ko")
    server.make_file()
    processes = server.processes()
    for worker in processes - {server.process.pid}:  # which keeps little: `ALLOCATOR`
        assert psutil.Process(worker).environ().items() >= ALLOCATOR.items()
    code, _, _ = server.end(signal.SIGTERM)
    assert code == 0
    assert all(map(gone, processes))
    check_address("127.0.0.1", server.port)


@pytest.mark.slow
def test_workers_do_not_outlive_a_killed_supervisor(server: Server) -> None:
    """Nor do the processes beside them that make files."""
    beside = server.make_file()
    server.process.kill()
    server.process.wait()
    for _ in range(100):
        try:
            check_address("127.0.0.1", server.port)
        except AddressUnusable:
            time.sleep(0.1)
        else:
            assert gone(beside)
            return
    pytest.fail("a worker still holds the port")


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("no such host", 80)])
def test_an_address_that_is_not_ours_is_refused(host: str, port: int) -> None:
    with pytest.raises(AddressUnusable, match="cannot be used"):
        check_address(host, port)


def test_the_address_to_type() -> None:
    assert address_of("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert address_of("0.0.0.0", 80) == "http://127.0.0.1:80/"
    assert address_of("::1", 8000) == "http://[::1]:8000/"


@pytest.mark.slow
def test_a_request_that_never_comes_whole_is_ended(lasting: tuple[Server, Store]) -> None:
    """A client that sends nothing, half a head, or single lines holds no connection for long."""
    server, _ = lasting
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    ends: dict[str, float] = {}

    def send(name: str, first: bytes, drip: bool = False) -> None:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.settimeout(3 * HEADER_SECONDS)
            with suppress(ConnectionError):
                connection.sendall(first)
                for number in range(3 * HEADER_SECONDS if drip else 0):
                    connection.sendall(b"X-%d: 1\r\n" % number)
                    time.sleep(1)
                connection.recv(1000)
            ends[name] = time.monotonic() - began

    sent = [("nothing", b""), ("half a line", head[:9]), ("half a head", head)]
    threads = [threading.Thread(target=send, args=one) for one in sent]
    threads.append(threading.Thread(target=send, args=("drops", head, True)))
    for thread in threads:
        thread.start()
    assert server.get("/healthz")[0] == 200, "meanwhile others are answered"
    for thread in threads:
        thread.join()
    assert ends.keys() == {"nothing", "half a line", "half a head", "drops"}
    for seconds in ends.values():
        assert HEADER_SECONDS - 1 < seconds < 2 * HEADER_SECONDS


def test_a_worker_starts_without_what_only_files_need(
    twin_workspace: Store, tmp_path: Path
) -> None:
    heavy = ("fpdf", "pptx", "lxml", "xlsxwriter", "altair", "matplotlib", "scipy")
    program = (
        "import sys; import telads.web.wsgi; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True,
        env={**plain, "DJANGO_SETTINGS_MODULE": "tests.web.settings",
             "TELADS_WORKSPACE": str(shutil.copytree(twin_workspace.path, tmp_path / "w"))},
    )  # fmt: skip
    assert run.stdout.strip() == "[]"


def test_the_supervisor_starts_without_an_engine(twin_workspace: Store, tmp_path: Path) -> None:
    """It sets Django up for the database, and answers nothing."""
    program = (
        "import sys, django; import telads.web.serve; django.setup(); "
        "print([name for name in ('polars', 'numpy', 'narwhals', 'ninja') if name in sys.modules])"
    )
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True,
        env={**plain, "DJANGO_SETTINGS_MODULE": "tests.web.settings",
             "TELADS_WORKSPACE": str(shutil.copytree(twin_workspace.path, tmp_path / "w"))},
    )  # fmt: skip
    assert run.stdout.strip() == "[]"
