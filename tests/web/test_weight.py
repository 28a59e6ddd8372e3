"""What a browser fetches before a page stands there: its HTML, styles and scripts, compressed.

The goal is 60 kB a page: a second on a slow line. Pictures come after and are no part of it; nor is
the page of the API's documentation, whose viewer is a program of its own.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.test import Client

from telads.web.accounts.roles import Role
from telads.web.static_files import OWN, BareFiles, bare
from tests.web.accounts.people import person, signed_in
from tests.web.browser.visits import PAGES

MOST = 60_000
"""Bytes, by gzip: the larger of the two forms that the server sends."""
SIGNED_IN = ("", PAGES["campaign"], "plans/",
             "plans/new/", "plans/new/?sample=1", "media/", "audiences/saved/",
             "experiments/", "experiments/new/", "notices/", "account/users/",
             "account/log/", "admin-data/", "admin/")  # fmt: skip
APART = frozenset({"api"})


@cache
def of_file(address: str) -> int:
    """Bytes of a style or script, as it is collected and compressed."""
    name = address.removeprefix("/static/")
    path = finders.find(name)
    assert isinstance(path, str), address
    text = Path(path).read_text("utf-8")
    sent = bare(text, Path(path).suffix) if name.startswith(OWN) else text
    return len(gzip.compress(sent.encode(), 9))


def first_load(client: Client, path: str) -> dict[str, int]:
    """Bytes of each part of a page's first load, by address."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip", path
    page = gzip.decompress(answer.content).decode()
    files = re.findall(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', page)
    assert len(files) >= 5
    return {path: len(answer.content), **{file: of_file(file) for file in files}}


def told(parts: dict[str, int]) -> str:
    return f"{sum(parts.values()):,} bytes: " + ", ".join(
        f"{name} {size:,}" for name, size in sorted(parts.items(), key=lambda one: -one[1])
    )


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_the_first_load_of_every_page_is_light(site: Client, root: str) -> None:
    loads = [first_load(site, root + path) for name, path in PAGES.items() if name not in APART]
    heavy = [told(parts) for parts in loads if sum(parts.values()) > MOST]
    assert not heavy


@pytest.mark.django_db
def test_so_is_that_of_pages_for_those_who_sign_in(site: Client) -> None:
    lee = signed_in(person("lee", Role.ADMINISTRATOR))
    loads = [first_load(lee, f"/{path}") for path in SIGNED_IN]
    heavy = [told(parts) for parts in loads if sum(parts.values()) > MOST]
    assert not heavy


STATIC = Path(__file__).parents[2] / "src" / "telads" / "web" / "static" / "telads"
SOURCES = sorted([*STATIC.glob("*.css"), *STATIC.glob("*.js")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_but_comments_and_indentation_is_left_out(path: Path) -> None:
    """What looks like a comment or a line of its own within a text would be."""
    source = path.read_text("utf-8")
    texts = re.findall(r'"[^"\n]*"|`[^`]*`' if path.suffix == ".js" else r'"[^"\n]*"', source)
    for text in texts:
        assert "/*" not in text
        lines = r"\n" if path.suffix == ".js" else r"\s[{};,\s]|[{};,]\s"
        assert not re.search(lines, text), text
    sent = bare(source, path.suffix)
    assert "/*" not in sent
    assert not re.search(r"(?m)^\s*//", sent)
    assert len(sent) < len(source)

    def kept(text: str) -> str:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) if path.suffix == ".css" else text
        lines = [line.strip() for line in text.splitlines()]
        return re.sub(r"\s+", "", "".join(one for one in lines if not one.startswith("//")))

    assert kept(sent) == kept(source)


def test_files_are_collected_bare(tmp_path: Path) -> None:
    storage = BareFiles(location=tmp_path, base_url="/static/")
    source = FileSystemStorage(STATIC.parent)
    paths = {}
    for name in ("telads/site.css", "telads/site.js", "telads/icon.svg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((STATIC.parent / name).read_bytes())
        paths[name] = (source, name)
    done = {name: hashed for name, hashed, _ in storage.post_process(paths)}
    for name in paths:
        text = (STATIC.parent / name).read_text("utf-8")
        sent = (tmp_path / done[name]).read_text("utf-8")
        assert sent == bare(text, Path(name).suffix)
        assert (sent == text) == name.endswith(".svg")
        assert gzip.decompress((tmp_path / f"{done[name]}.gz").read_bytes()).decode() == sent
