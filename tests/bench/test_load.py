"""The load is what it says: each answer timed, connections kept, wrong answers reported."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from time import sleep

import pytest

from bench.load import Load, Speed, load
from bench.measure import Failed
from bench.server import wait_until_ahead
from bench.tree import processor
from bench.weight import size, weigh
from telads.answers.choices import HORIZONS

PAGE = b"""<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/site.css"><script src="/site.js" defer></script><a href="/big"></a>"""
BODIES = {
    "/": b"",
    "/page": PAGE,
    "/icon.svg": b"1" * 10,
    "/site.css": b"2" * 200,
    "/site.js": b"3" * 3000,
}


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, int]]
    first_page: Path | None = None
    """Written when the first page is served, as a server begins then what it makes ahead."""

    def do_GET(self) -> None:
        self.seen.append((self.path, self.client_address[1]))
        if self.path == "/slow":
            sleep(0.05)
        if self.path == "/" and self.first_page:
            self.first_page.parent.mkdir()
            self.first_page.write_bytes(b"")
        body = BODIES.get(self.path, b"")
        packed = self.path == "/page"
        sent = gzip.compress(body) if packed else body
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", str(len(sent)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Site.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_answer_is_timed_over_connections_that_stay_open(port: int) -> None:
    took = load(port, repeat("/slow"), connections=3, seconds=0.3)
    assert len(took.latencies) == len(Site.seen) >= 6
    assert len({client for _, client in Site.seen}) == 3
    assert min(took.latencies) >= 0.05
    assert took.seconds >= 0.3


def test_paths_that_run_out_are_asked_once_each(port: int) -> None:
    took = load(port, iter(["/a", "/b", "/c"]), connections=2, seconds=5)
    assert sorted(path for path, _ in Site.seen) == ["/a", "/b", "/c"]
    assert took.seconds < 5
    with pytest.raises(Failed, match="nothing left"):
        load(port, iter([]), connections=2, seconds=5)


def test_a_wrong_answer_ends_the_run(port: int) -> None:
    with pytest.raises(Failed, match=r"404.*: /none"):
        load(port, iter(["/a", "/none", "/c"]), connections=1, seconds=5)


def test_rates_are_medians_of_rounds_and_times_of_all_answers() -> None:
    rounds = (Load(1.0, (0.01,) * 100, 0.5), Load(2.0, (0.01,) * 100, 0.8),
              Load(1.0, (0.5, *(0.02,) * 29), 9.0))  # fmt: skip
    speed = Speed(rounds)
    assert speed.answers == 230
    assert speed.rate == 50
    assert speed.p50 == pytest.approx(10)
    assert speed.p99 == pytest.approx(20)
    assert speed.processor == pytest.approx(8), "the median of 5, 8 and 300"
    assert Speed((Load(1.0, (0.25,)),)).p99 == pytest.approx(250)


def test_the_time_of_a_processor_is_counted() -> None:
    before = processor(os.getpid())
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    assert 0.1 < processor(os.getpid()) - before < 5


def test_a_page_weighs_its_bytes_on_the_wire_and_its_files(port: int) -> None:
    weight = weigh(f"http://127.0.0.1:{port}/page")
    assert weight.page < len(PAGE)
    assert weight.files == 10 + 200 + 3000
    assert weight.kilobytes == (weight.page + 3210) / 1000
    assert "/big" not in {path for path, _ in Site.seen}
    assert size(f"http://127.0.0.1:{port}/site.css") == 200


def test_what_is_made_ahead_begins_with_a_page(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "current").write_text("march")
    monkeypatch.setattr("bench.server.AHEAD", 1.0)
    with pytest.raises(Failed, match="nothing ahead"):
        wait_until_ahead(port, tmp_path)
    made = tmp_path / "evaluations" / f"march-{HORIZONS[-1]}.parquet"
    monkeypatch.setattr(Site, "first_page", made)
    wait_until_ahead(port, tmp_path)
    assert [path for path, _ in Site.seen] == ["/", "/"]
