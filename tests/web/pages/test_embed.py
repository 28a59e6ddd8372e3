"""Charts, maps and lists within pages of other sites."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import quote

import pytest
from django.core import signing
from django.test import Client

from tests.web.api.conftest import Installed, installed

__all__ = ["installed"]  # a fixture
pytestmark = pytest.mark.django_db

ORIGINS = ("https://intra.example", "https://board.example:8443")


def framed(client: Client, address: str) -> str:
    """The address in the code of a page."""
    page = client.get(address)
    assert page.status_code == 200
    found = re.search(r'src="([^"]+)"', unescape(page.content.decode()).partition("<iframe")[2])
    assert found
    return found[1].replace("http://testserver", "")


@pytest.mark.parametrize(
    ("what", "query", "holds"),
    [
        ("list", "service=delivery&top=3", "<table>"),
        ("targets", "service=delivery&top=3", 'class="picture-targets"'),
        ("ranking", f"district={quote('강남구')}&sex=F&age=30", 'class="picture-ranking"'),
        ("monthly", "", 'class="picture-monthly"'),
    ],
)
def test_a_signed_link_is_shown_in_pages_of_the_named_sites(
    installed: Installed, what: str, query: str, holds: str
) -> None:
    with installed(embed_origins=ORIGINS, closed=False):
        address = framed(Client(), f"/en/embed/code/{what}/?{query}&lang=en")
        with installed(embed_origins=ORIGINS, closed=True):  # whoever has it needs no sign-in
            response = Client().get(address)
    text = response.content.decode()
    assert response.status_code == 200
    assert holds in text
    assert "X-Frame-Options" not in response
    policy = response["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {' '.join(ORIGINS)}")
    assert "default-src 'self'" in policy
    assert not response.cookies
    assert text.lower().count("synthetic data") >= 2, "with its provenance, and with its source"
    for absent in ("<script", "<nav", "<form", 'style="', "<header"):
        assert absent not in text
    assert 'name="color-scheme" content="light dark"' in text
    assert not re.search(r"fill=\"#", text), "colours are those of the theme"


def test_other_pages_stay_out_of_frames(installed: Installed) -> None:
    with installed(embed_origins=ORIGINS):
        for address in ("/", "/embed/code/monthly/"):
            response = Client().get(address)
            assert response["X-Frame-Options"] == "DENY"
            assert response["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_a_link_that_was_changed_or_is_too_old_shows_nothing(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(embed_origins=ORIGINS, embed_days=2):
        address = framed(Client(), "/en/embed/code/monthly/")
        token = address.split("/")[-2]
        forged = signing.dumps(
            ["monthly", {"district": "중구"}], key="another", salt="telads.embed"
        )
        for wrong in (forged, token[:-1] + ("A" if token[-1] != "A" else "B"), "x"):
            response = Client().get(f"/en/embed/{wrong}/")
            assert response.status_code == 404
            assert "expired or is not valid" in response.content.decode()
            assert response["Content-Security-Policy"].endswith(" ".join(ORIGINS))
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 3 * 24 * 3600)
        assert Client().get(address).status_code == 404


def test_pages_lead_to_the_code_only_where_something_may_be_embedded(installed: Installed) -> None:
    pages = {
        "/en/advertisers/?service=delivery": ("list", "targets"),
        "/en/customers/": ("ranking",),
        "/en/data/": ("population", "choropleth", "monthly"),
    }
    for page, codes in pages.items():
        with installed():
            assert "/embed/code/" not in Client().get(page).content.decode()
        with installed(embed_origins=ORIGINS):
            text = unescape(Client().get(page).content.decode())
            for what in codes:
                link = re.search(rf'href="(/en/embed/code/{what}/[^"]*)"', text)
                assert link, (page, what)
                assert Client().get(link[1]).status_code == 200
    with installed():
        assert Client().get("/embed/code/monthly/").status_code == 404


def test_a_choice_that_there_is_not_is_refused_before_there_is_a_link(installed: Installed) -> None:
    with installed(embed_origins=ORIGINS):
        for wrong in (
            "nothing/",
            "monthly/?district=nowhere",
            "targets/?service=delivery&top=many",
        ):
            assert Client().get(f"/embed/code/{wrong}").status_code == 404
