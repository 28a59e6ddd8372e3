"""A real browser before the real server: what every visit is held to, whatever it does.

The server runs as in production, on a copy of the synthetic months. Nothing a visitor does may ask
another origin, offend the policy or write an error to the console.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from telads.store.workspace import Store
from tests import tools
from tests.web.browser.visits import ACCEPT, HEIGHT, Visit, Way
from tests.web.server import Server

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
"""A browser that does nothing of its own accord."""
PATIENCE = 30_000
"""Milliseconds: machines are shared and slow."""
REFUSED = "Failed to load resource"
"""What the browser says of a page that is answered with an error."""
FAILED = ("Response Status Error Code", "htmx:sendError", "htmx:timeout")
"""What htmx says of a request that was not answered, or with an error."""
LEFT = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx says of a request that ends because the visitor goes to another page."""

Open = Callable[..., Visit]


@pytest.fixture(scope="package")
def address(twin_site: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `telads serve` shows the synthetic months."""
    workspace = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(twin_site.path, workspace)
    server = Server(workspace, workers=1)
    try:
        server.wait()
        yield server.address
    finally:
        server.kill()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; where screenshots are required, its lack is a failure.

    It ends with this folder: while it runs, Django takes the process for an asynchronous one.
    """
    if os.environ.get("TELADS_SCREENSHOTS") and not any(map(shutil.which, tools.BROWSERS)):
        pytest.fail(f"none of {', '.join(tools.BROWSERS)} is installed")
    program = tools.chromium()
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="package")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where pictures of the pages are left; TELADS_SCREENSHOTS names another."""
    named = os.environ.get("TELADS_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Open the website in one of its ways; at the end each visit is held to the rules of all."""
    with ExitStack() as open_ones:

        def start(way: Way, path: str = "", scheme: str = "light", touch: bool = False) -> Visit:
            context = browser.new_context(
                viewport={"width": way.width, "height": HEIGHT[way.width]},
                locale=ACCEPT[way.lang],
                java_script_enabled=way.script,
                color_scheme="dark" if scheme == "dark" else "light",
                service_workers="block",
                has_touch=touch,
            )
            open_ones.callback(context.close)
            context.set_default_timeout(PATIENCE)
            made = Visit(context.new_page(), way, address)
            watch(made.page, made)
            open_ones.callback(hold_to_the_rules, made)
            made.open(path)
            return made

        yield start


def watch(page: Page, made: Visit) -> None:
    """Note what the page asks for, and every complaint."""

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            made.complaints.append(message.text)

    page.on("request", lambda request: made.asked.append(request.url))
    page.on("console", said)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))


def hold_to_the_rules(made: Visit) -> None:
    """No request leaves the origin, no complaint, nothing to scroll sideways."""
    abroad = [url for url in made.asked if not url.startswith((made.address, "data:", "blob:"))]
    assert not abroad
    assert any(urlsplit(url).path for url in made.asked), "nothing was asked at all"
    refused = made.refusals
    complaints = [
        one for one in made.complaints
        if not (refused and one.startswith((REFUSED, *FAILED))) and not one.startswith(LEFT)
    ]  # fmt: skip
    assert not complaints
    wider = made.sideways()
    assert wider <= 0, f"{made.page.url} is {wider} px too wide"
