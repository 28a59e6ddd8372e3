"""The verb that runs the website, and the demo that ends with it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from telads.cli.serve import on_a_desktop
from telads.settings import Settings
from tests.cli.conftest import Telads


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that a server would have been started with; none is started."""
    asked: list[Settings] = []

    def run(settings: Settings, announce: Callable[[str], None]) -> None:
        asked.append(settings)
        announce(f"http://{settings.host}:{settings.port}/")

    monkeypatch.setattr("telads.web.serve.serve", run)
    return asked


def test_a_taken_port_is_told_in_one_line(telads: Telads, taken: int) -> None:
    told = telads("serve", "--port", taken)
    assert told.code == 1
    assert told.err.count("\n") == 1
    assert f"127.0.0.1:{taken}" in told.err
    assert "--port" in told.err


def test_the_demo_looks_for_its_port_before_it_works(
    telads: Telads, taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELADS_PORT", str(taken))
    assert telads("demo", "--folder", tmp_path / "demo").code == 1
    assert not (tmp_path / "demo").exists()


def test_options_win_over_settings(
    telads: Telads, served: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELADS_PORT", "8001")
    monkeypatch.setenv("TELADS_WORKERS", "3")
    told = telads("serve", "--port", "8002", "--workspace", tmp_path)
    assert told.code == 0
    assert told.out.endswith("\n웹사이트: http://127.0.0.1:8002/ (Ctrl+C로 끝냅니다)\n")
    (settings,) = served
    assert (settings.workspace, settings.workers) == (tmp_path, 3)


@pytest.mark.parametrize("words", [("--port", "0"), ("--port", "70000"), ("--workers", "0")])
def test_impossible_options_are_asked_wrongly(telads: Telads, words: tuple[str, str]) -> None:
    assert telads("serve", *words).code == 2


@pytest.mark.parametrize(
    ("terminal", "variables", "platform", "desktop"),
    [
        (True, {"DISPLAY": ":0"}, "linux", True),
        (True, {"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        (True, {}, "darwin", True),
        (True, {}, "linux", False),
        (False, {"DISPLAY": ":0"}, "linux", False),
        (True, {"DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "linux", False),
        (True, {"DISPLAY": ":0", "CI": "true"}, "linux", False),
    ],
)
def test_a_browser_is_opened_only_on_a_desktop(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    variables: dict[str, str],
    platform: str,
    desktop: bool,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert on_a_desktop() is desktop


def answer_of(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as response:
        told: dict[str, Any] = json.load(response)
        return told


@pytest.mark.slow
def test_the_demo_serves_until_interrupted(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: text for name, text in os.environ.items() if "DJANGO" not in name}
    environment |= {"TELADS_PORT": str(port), "TELADS_LANG": "en"}
    command = [str(Path(sys.executable).with_name("telads")), "demo"]
    out, lines = tmp_path / "out.txt", tmp_path / "lines.txt"
    with out.open("w") as told, lines.open("w") as said:
        process = subprocess.Popen(
            [*command, "--folder", str(tmp_path / "demo")],
            env=environment, stdout=told, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        answer: dict[str, Any] = {}
        while not answer:
            assert process.poll() is None, lines.read_text()
            try:
                answer = answer_of(port)
            except OSError:
                time.sleep(0.5)
        assert answer["synthetic"] is True
        assert len(answer["months"]) == 9
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert f"Website: http://127.0.0.1:{port}/" in out.read_text()
    assert (tmp_path / "demo" / "report.en.html").is_file()
