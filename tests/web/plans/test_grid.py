"""Tables on paper: nothing runs over its column or the page, and every page has the heads."""

from __future__ import annotations

import io

import pytest
from fpdf import FPDF
from pypdf import PdfReader

from telads.planning.paper import PADDING, Ruler, _widths, draw
from telads.render.svg.fonts import korean_font


@pytest.fixture
def pdf() -> FPDF:
    made = FPDF(orientation="landscape")
    made.add_font("korean", "", korean_font())
    made.set_font("korean", size=7)
    made.add_page()
    return made


def pages(pdf: FPDF) -> list[str]:
    """Their texts without white space; pypdf reads the high byte of a letter as one of its own."""
    found = PdfReader(io.BytesIO(bytes(pdf.output()))).pages
    return ["".join(page.extract_text().replace("\0", "").split()) for page in found]


def test_the_heads_stand_on_every_page_and_no_row_is_lost(pdf: FPDF) -> None:
    rows = [[f"row{number}", f"{number:,}"] for number in range(1, 201)]
    draw(pdf, ["name", "count"], rows, [False, True])
    found = pages(pdf)
    assert len(found) > 3
    assert all(page.startswith("namecount") for page in found)
    assert "".join(page.removeprefix("namecount") for page in found) == "".join(map("".join, rows))


def test_what_is_too_wide_is_broken_into_lines(pdf: FPDF) -> None:
    ruler = Ruler(pdf)
    for text in ("긴 이름 " * 30, "x" * 300, "가" * 200):
        lines = ruler.lines(text.strip(), 40)
        assert len(lines) > 1
        assert all(ruler(line) <= 40 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    rows = [["매우 긴 매체 이름 " * 8, *["1,234,567"] * 11], ["x", *["1"] * 11]]
    widths = _widths(ruler, ["head"] * 12, rows, pdf.epw)
    assert sum(widths) <= pdf.epw + 1e-6
    assert min(widths[1:]) >= ruler("1,234,567") + 2 * PADDING - 1e-6, "the widest gives way"
    draw(pdf, ["head"] * 12, rows, [False] + [True] * 11)
    assert "매우긴매체이름" * 8 in pages(pdf)[0]


def test_a_row_higher_than_a_page_ends(pdf: FPDF) -> None:
    draw(pdf, ["a"], [["가나다 " * 3000], ["last"]], [False])
    assert pages(pdf)[-1].endswith("last")


def test_a_table_without_rows_is_its_heads(pdf: FPDF) -> None:
    draw(pdf, ["name", "count"], [], [False, True])
    assert pages(pdf) == ["namecount"]
