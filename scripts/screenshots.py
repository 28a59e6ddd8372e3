"""Take the README's and the guide's pictures of the website anew, on synthetic months.

Needs Chromium. `python scripts/screenshots.py` makes a demonstration in a folder of its own, serves
it, and writes docs/img/*.png and the pictures of the guide's tasks,
src/telads/web/static/telads/help/*.png, in both languages: half the page's size, in few colours,
the control that is to be used with a ring.
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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "img"
GUIDE = ROOT / "src" / "telads" / "web" / "static" / "telads" / "help"
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


TASKS: dict[str, tuple[str, str]] = {
    "first": ("", ".go .button"),
    "districts": ("campaign/?service=delivery", ".campaign-map"),
    "alike": ("audiences/saved/", "main form .button"),
    "frequency": ("plans/new/?sample=1", "[name=goal]"),
    "budgets": (
        "campaign/scenarios/?a=service%3Ddelivery&b=service%3Ddelivery%26budget%3D30000000",
        "main form .button",
    ),
    "month": ("plans/1/versions/1/compare/", ".lead"),
    "game": ("changes/?service=game", ".changes-months"),
    "experiment": ("experiments/new/", "[name=outcome]"),
    "media": ("media/", ".media-form .button"),
    "link": ("plans/1/", "form[action$='share/'] .button"),
    "check": ("plans/1/", ".downloads a"),
}
"""Tasks of the guide by id: the page, and the control that is used there."""
STEP: ViewportSize = {"width": 960, "height": 560}
SCALE = 0.625
COLOURS = 64
LIGHT = 28_000
"""Bytes that no picture of the guide should have."""
PERSON, PASSWORD = "kim.minji", "a long phrase for pictures 5"
RING = """(one) => {
  one.scrollIntoView({block: "center"});
  one.style.outline = "4px solid #c0392b"; one.style.outlineOffset = "3px"; one.style.borderRadius =
  "8px";
}"""


def main() -> int:
    """Write all pictures; 1 where one is too heavy."""
    with demonstration("planner") as root:
        _take(root)
    heavy = [name for name in PICTURES if (IMAGES / name).stat().st_size > HEAVY]
    heavy += [file.name for file in GUIDE.glob("*.png") if file.stat().st_size > LIGHT]
    if heavy:
        sys.stderr.write(f"Too heavy: {', '.join(heavy)}\n")
    return 1 if heavy else 0


@contextmanager
def demonstration(role: str) -> Iterator[str]:
    """The address of a demonstration that is served, with a person of this role."""
    with tempfile.TemporaryDirectory() as folder:
        demo = [TELADS, "demo", "--no-serve", "--folder", folder]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        workspace = f"{folder}/telads-data"
        subprocess.run(
            [TELADS, "user", "create", PERSON, "--role", role, "--password-stdin",
             "--workspace", workspace],
            check=True, stdout=subprocess.DEVNULL, input=f"{PASSWORD}\n", text=True,
        )  # fmt: skip
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
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=30)


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
        _take_tasks(browser, root)
        browser.close()


def sign_in(page: Page, root: str, person: str, password: str) -> None:
    """Sign in, and arrive at the first page."""
    page.goto(f"{root}account/sign-in/")
    page.fill("[name=username]", person)
    page.fill("[name=password]", password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(root)


def _take_tasks(browser: Browser, root: str) -> None:
    """The pictures of the guide, as a planner with a plan and two audiences sees the pages."""
    GUIDE.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=STEP, color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, root, PERSON, PASSWORD)
    furnish(page, root)
    for task, (path, control) in TASKS.items():
        for lang in ("ko", "en"):
            page.goto(f"{root}{'en/' if lang == 'en' else ''}{path}")
            _take_step(page, control, GUIDE / f"{task}.{lang}.png")
    context.close()


def furnish(page: Page, root: str) -> None:
    """Make two audiences and a plan."""
    for query, name in (("sex=F&age=30&age=40", "여성 3040"), ("sex=F&age=30", "30대 여성")):
        page.goto(f"{root}audiences/saved/new/?{query}")
        page.fill("[name=name]", name)
        page.locator("form.stacked .button").click()
        page.wait_for_url("**/saved/*/")
    page.goto(f"{root}plans/new/?sample=1")
    page.locator("[name=save]").first.click()
    page.wait_for_url("**/plans/1/")


def _take_step(page: Page, control: str, file: Path) -> None:
    page.locator(f"main :is({control})").first.evaluate(RING)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    size = tuple(round(side * SCALE) for side in picture.size)
    small = picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
