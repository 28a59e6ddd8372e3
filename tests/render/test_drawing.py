"""A drawing and its forms: SVG, PNG, a page, JSON."""

from __future__ import annotations

import json
import re
import struct
import subprocess
from pathlib import Path

import polars as pl
import pytest

from telads.errors import UnknownChoice
from telads.render.svg import find_chart
from telads.render.svg.drawing import FORMATS, PNG_SCALE, Drawing
from telads.render.svg.theme import PAGE, SITE
from tests import tools
from tests.render.samples import AFFINITY, PLATFORMS, kinds, size, tree
from tests.seoul import BY_ID


def ranking(audience: str = "강남구 30대 여성", synthetic: bool = False) -> Drawing:
    return find_chart("ranking").draw(
        AFFINITY, lang="ko", window="집계 2023-03..2023-05", synthetic=synthetic, audience=audience
    )


def test_another_format_is_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(UnknownChoice) as refused:
        ranking().to("gif")
    assert all(format in refused.value.line("ko") for format in FORMATS)
    with pytest.raises(UnknownChoice):
        ranking().save(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_the_suffix_of_a_file_tells_its_format(tmp_path: Path, format: str) -> None:
    path = ranking().save(tmp_path / f"x.{format.upper()}")
    assert path.read_bytes() == ranking().to(format)


def test_png_is_twice_the_size_and_always_the_same() -> None:
    first = ranking().png()
    assert first == ranking().png()
    assert first.startswith(b"\x89PNG")
    width, height = size(ranking().svg)
    assert struct.unpack(">II", first[16:24]) == (PNG_SCALE * width, PNG_SCALE * height)
    assert struct.unpack(">II", ranking().png(1)[16:24]) == (width, height)


def test_png_shows_hangul_and_not_boxes() -> None:
    assert ranking(audience="가나다라마바").png() != ranking(audience="각난달람맙삿").png()


def test_a_heading_is_bold_in_a_png_too() -> None:
    """The font that comes along has one weight: without a line around its letters bold is none."""
    from dataclasses import replace

    from resvg_py import svg_to_bytes

    from telads.render.svg.fonts import korean_font
    from telads.render.svg.theme import PNG

    def ink(bold: bool) -> int:
        svg = ranking().paint(replace(PNG, drawn_bold=bold))
        return len(svg_to_bytes(svg_string=svg, skip_system_fonts=True,
                                font_files=[str(korean_font())]))  # fmt: skip

    assert ink(True) != ink(False)


def test_svg_asks_the_network_for_nothing_and_reads_as_one_picture() -> None:
    picture = ranking().svg
    assert "://" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert picture.count('role="img"') == 1
    assert "<script" not in picture
    root = tree(picture)
    assert root.attrib["aria-label"] == root.findtext("title") == ranking().finding
    assert root.findtext("desc") == ranking().details


def test_two_pictures_in_one_page_never_share_an_id() -> None:
    frame = pl.DataFrame({"district": ["중구", "강남구"], "value": [1.0, 2.0]})
    maps = [
        find_chart("choropleth").draw(
            frame, measure=BY_ID[id], lang="ko", window="w", synthetic=False, narrow=narrow
        )
        for id in ("video", "game")
        for narrow in (False, True)
    ]
    pictures = [drawn.paint(SITE) for drawn in maps]
    ids = [set(re.findall(r'\bid="([^"]+)"', picture)) for picture in pictures]
    assert all(ids)
    assert sum(map(len, ids)) == len(set().union(*ids))
    for own, picture in zip(ids, pictures, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", picture)) == own


def test_json_says_what_the_picture_says_and_holds_its_figures() -> None:
    told = json.loads(ranking(synthetic=True).json())
    assert told == ranking(synthetic=True).as_dict()
    assert told["title"].endswith("넷플릭스입니다(이용 강도 +1.19)")
    assert told["notes"][0] == "합성 데이터"
    assert told["subtitle"] == " · ".join(told["notes"])
    assert (told["chart"], told["lang"], told["synthetic"]) == ("ranking", "ko", True)
    assert told["unit"] == "표준편차"
    assert told["rows"] == AFFINITY.to_dicts()
    assert "넷플릭스" in ranking().json()


def test_a_page_writes_the_heading_itself_and_gives_the_colours() -> None:
    picture = ranking().paint(PAGE)
    assert not kinds(picture, "finding")
    assert not kinds(picture, "details")
    assert "font-family" not in picture
    assert "style=" not in picture
    assert not re.search(r"#[0-9a-f]{6}", picture)
    assert "\n" not in ranking().finding + ranking().details


def test_a_page_of_its_own_runs_no_script_and_asks_for_nothing() -> None:
    page = ranking().html()
    assert "<script" not in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"<(link|img|iframe)|\ssrc=", page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1] == "default-src 'none'; style-src 'unsafe-inline'"
    assert '<html lang="ko">' in page
    assert page.count("<tr>") == 1 + AFFINITY.height
    assert '<th scope="row">넷플릭스</th><td class="figure">+1.19</td>' in page


def test_names_cannot_break_out_of_a_page() -> None:
    page = ranking(audience='</title><img src=x onerror="alert(1)">').html()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_page_opens_in_a_browser(tmp_path: Path) -> None:
    page = tmp_path / "chart.html"
    drawn: Drawing = find_chart("ranking").draw(
        PLATFORMS, lang="ko", window="w", synthetic=False, service=BY_ID["delivery"]
    )
    drawn.save(page)
    done = subprocess.run(
        [tools.chromium(), "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
         "--virtual-time-budget=5000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "<svg" in done.stdout
    assert "1위 확률 87%" in done.stdout
