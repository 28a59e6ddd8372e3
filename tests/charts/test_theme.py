"""Colours that everybody can tell apart, text that everybody can read, titles that fit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from telads.render.svg import theme
from telads.render.svg.theme import PLAIN, blend, contrast, ink_on

Vector = NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
VISION: dict[str, Vector] = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868],
                            [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968],
                              [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779],
                            [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
DARK_PAGE = "#141a20"
SHADES = [step / 100 for step in range(101)]


def lab(colour: str, vision: str) -> Vector:
    """CIE L*a*b* of a colour as someone with this vision sees it."""
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / WHITE
    fx, fy, fz = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def apart(one: str, other: str, vision: str) -> float:
    """CIE 1976 difference; 2.3 is just noticeable."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("scale", [theme.SEQUENTIAL, theme.DIVERGING])
def test_neighbouring_stops_can_be_told_apart(scale: tuple[str, ...], vision: str) -> None:
    assert min(apart(a, b, vision) for a, b in itertools.pairwise(scale)) >= 10


@pytest.mark.parametrize("vision", VISION)
def test_the_sides_of_zero_can_be_told_apart(vision: str) -> None:
    low, high = theme.DIVERGING[:3], theme.DIVERGING[-3:]
    assert min(apart(a, b, vision) for a, b in itertools.product(low, high)) >= 15


@pytest.mark.parametrize("vision", VISION)
def test_sexes_and_groups_can_be_told_apart(vision: str) -> None:
    assert apart(theme.MALE, theme.FEMALE, vision) >= 25
    for colours in (theme.GROUPS, theme.TIES):
        pairs = itertools.combinations(colours, 2)
        assert min(apart(a, b, vision) for a, b in pairs) >= 15


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("scale", [theme.SEQUENTIAL, theme.DIVERGING])
def test_no_data_looks_like_no_value(scale: tuple[str, ...], vision: str) -> None:
    assert min(apart(theme.NO_DATA, blend(scale, at), vision) for at in SHADES) >= 8


def test_a_sequential_scale_gets_darker_all_the_way() -> None:
    lightness = [lab(blend(theme.SEQUENTIAL, at), "normal")[0] for at in SHADES]
    assert all(after < before for before, after in itertools.pairwise(lightness))


@pytest.mark.parametrize(
    "scale", [theme.SEQUENTIAL, theme.DIVERGING, (theme.NO_DATA, theme.NO_DATA)]
)
def test_text_on_every_colour_of_a_scale_meets_wcag_aa(scale: tuple[str, ...]) -> None:
    for colour in (blend(scale, at) for at in SHADES):
        assert contrast(colour, ink_on(colour)) >= 4.5, colour


def test_text_on_the_background_meets_wcag_aa_and_marks_can_be_seen() -> None:
    assert contrast(PLAIN.ink, PLAIN.background) >= 7
    assert contrast(PLAIN.muted, PLAIN.background) >= 4.5
    for colour in (theme.MALE, theme.FEMALE, *theme.GROUPS, *theme.TIES):
        assert contrast(colour, PLAIN.background) >= 3, colour
        assert contrast(colour, DARK_PAGE) >= 3, colour


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_blend_is_even_and_stays_inside() -> None:
    assert blend(("#000000", "#808080", "#ffffff"), 0.5) == "#808080"
    assert blend(("#000000", "#ff0000"), -3) == "#000000"
    assert blend(("#000000", "#ff0000"), 3) == "#ff0000"


def lines(finding: str, width: int, *details: str) -> tuple[list[str], list[str]]:
    title = theme.heading(
        finding, details, lang="ko", window="관측 w", synthetic=False, width=width
    ).to_dict()
    return title["text"], title["subtitle"]


def test_a_long_title_breaks_evenly_and_keeps_figures_with_their_units() -> None:
    finding = "배달 이용은 관악구가 가장 많고(월 16.3일), 서초구가 가장 적습니다(월 13.7일)"
    text, _ = lines(finding, theme.NARROW)
    assert " ".join(text) == finding
    assert all(theme.pixels(line, 18) <= theme.NARROW for line in text)
    assert all(line.count("(") == line.count(")") for line in text)
    lengths = [theme.pixels(line, 18) for line in text]
    assert min(lengths) > max(lengths) / 2
    assert len(lines(finding, theme.WIDE)[0]) == 1


def test_a_subtitle_breaks_between_details_and_repeats_nothing() -> None:
    _, subtitle = lines("강남구 이야기", 120, "강남구", "", "1인 평균입니다 아주 길게", "단위")
    assert subtitle == ["1인 평균입니다 아주", "길게 · 단위 · 관측 w"]
    assert lines("제목", 60, "첫째 것", "둘째 것")[1] == ["첫째 것 ·", "둘째 것 ·", "관측 w"]
