from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from telads.errors import UnknownChoice
from telads.render.svg import find_chart
from telads.render.svg.drawing import FORMATS, PNG_SCALE, render, specification, title_of
from telads.render.svg.theme import PAGE
from tests import tools
from tests.charts.samples import AFFINITY, PLATFORMS
from tests.seoul import BY_ID
from tests.tools import lacking

if TYPE_CHECKING:
    from telads.render.svg import AnyChart

NAMES_ONLY = re.compile(
    r"https?://(www\.w3\.org/(2000|1999)/[\w/]+|vega\.github\.io/(schema/[\w./-]+|editor/)"
    r"|github\.com/vega/vega-lite/issues/\d+)"
)
"""Namespace URIs, schema ids, the switched-off editor and a remark in an error text."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def ranking(audience: str = "강남구 30대 여성", synthetic: bool = False) -> AnyChart:
    return find_chart("ranking").draw(
        AFFINITY, lang="ko", window="관측 2023-03..2023-05", synthetic=synthetic, audience=audience
    )


def test_another_format_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownChoice) as refused:
        render(ranking(), "gif")  # type: ignore[arg-type]
    assert all(format in refused.value.line("ko") for format in FORMATS)


def test_png_is_twice_the_size_and_always_the_same() -> None:
    first = render(ranking(), "png")
    assert first == render(ranking(), "png")
    assert first.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", first[16:24])
    size = re.search(r'width="(\d+)" height="(\d+)"', render(ranking(), "svg").decode())
    assert size
    assert (width, height) == (PNG_SCALE * int(size[1]), PNG_SCALE * int(size[2]))


def test_png_shows_hangul_and_not_boxes() -> None:
    one = render(ranking(audience="가나다라마바"), "png")
    other = render(ranking(audience="각난달람맙삿"), "png")
    assert one != other


def test_svg_asks_the_network_for_nothing_and_reads_as_one_picture() -> None:
    picture = render(ranking(), "svg").decode()
    assert "://" not in NAMES_ONLY.sub("", picture)
    assert picture.count('role="img"') == 1
    assert "<script" not in picture


def test_two_pictures_in_one_page_never_share_an_id() -> None:
    frame = pl.DataFrame({"district": ["중구", "강남구"], "value": [1.0, 2.0]})
    maps = [
        find_chart("choropleth").draw(
            frame, measure=BY_ID[id], lang="ko", window="w", synthetic=False
        )
        for id in ("video", "game")
    ]
    pictures = [render(drawn, "svg").decode() for drawn in maps]
    ids = [re.findall(r'\bid="([^"]+)"', picture) for picture in pictures]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    for own, picture in zip(ids, pictures, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", picture)) <= set(own)


def test_json_is_the_specification_in_readable_hangul() -> None:
    text = render(ranking(), "json").decode()
    assert "넷플릭스" in text
    assert json.loads(text) == specification(ranking())


def test_a_page_may_write_the_title_itself() -> None:
    assert "title" not in specification(ranking(), look=PAGE, heading=False)
    finding, details = title_of(ranking(synthetic=True))
    assert finding.endswith("넷플릭스입니다(관심도 +1.19)")
    assert details.startswith("합성 자료 · ")
    assert "\n" not in finding + details


def test_a_page_stands_alone_and_forbids_eval_and_network() -> None:
    page = render(ranking(), "html").decode()
    assert not re.findall(r"https?://[^\s\"'`]*", NAMES_ONLY.sub("", page))
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=", page.split("<script>")[0])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe-eval" not in policy[1]
    assert '<html lang="ko">' in page


def test_names_cannot_break_out_of_a_page() -> None:
    page = render(ranking(audience='</script><img src=x onerror="alert(1)">'), "html").decode()
    assert "<img src=x" not in page
    assert page.count("</script>") == 2


def test_a_page_opens_in_a_browser(tmp_path: Path) -> None:
    if CHROMIUM is None:
        lacking(tools.CHROMIUM, "it is not installed")
    page = tmp_path / "chart.html"
    drawn = find_chart("ranking").draw(
        PLATFORMS, lang="ko", window="w", synthetic=False, service=BY_ID["delivery"]
    )
    page.write_bytes(render(drawn, "html"))
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom",
         page.as_uri()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    body = done.stdout.split("</script>")[-1] + done.stdout.split("<script>")[0]
    assert "<svg" in body
    assert "1위 확률 87%" in body
