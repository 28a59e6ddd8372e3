"""Take the README's pictures of the website anew, on synthetic months: needs Chromium.

`python scripts/screenshots.py` makes a demonstration in a folder of its own, serves it, and writes
docs/img/*.png.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "img"
TELADS = str(Path(sys.executable).with_name("telads"))
PICTURES = {
    "advertisers.ko.png": "advertisers/?service=delivery",
    "advertisers.en.png": "en/advertisers/?service=delivery",
}
SIZE: ViewportSize = {"width": 1280, "height": 1120}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or "chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
HEAVY = 300_000
"""Bytes that no picture of a README should have."""


def main() -> int:
    """Write all pictures; 1 where one is too heavy."""
    with tempfile.TemporaryDirectory() as folder:
        demo = [TELADS, "demo", "--no-serve", "--folder", folder]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [TELADS, "serve", "--port", str(port)],
            env={**os.environ, "TELADS_WORKSPACE": f"{folder}/telads-data"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(server, port)
            _take(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()
            server.wait(timeout=30)
    heavy = [name for name in PICTURES if (IMAGES / name).stat().st_size > HEAVY]
    if heavy:
        sys.stderr.write(f"Heavier than {HEAVY} bytes: {', '.join(heavy)}\n")
    return 1 if heavy else 0


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    """Until the website answers."""
    for _ in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).close()
            return
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise SystemExit("The website did not start.")


def _take(root: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name, path in PICTURES.items():
            context = browser.new_context(viewport=SIZE, color_scheme="light")
            page = context.new_page()
            page.goto(root + path)
            page.screenshot(path=IMAGES / name)
            context.close()
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
