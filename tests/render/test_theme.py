"""Colours that everybody can tell apart, text that everybody can read, titles that fit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from importlib.resources import files

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from telads.render.svg import theme
from telads.render.svg.drawing import NARROW, WIDE, Body, Table, drawing
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import TITLE, heading
from telads.render.svg.theme import contrast

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
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                     [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_OKLAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                     [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


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


def oklab(colour: str, vision: str) -> Vector:
    """OKLab (Ottosson 2020) of a colour as someone with this vision sees it."""
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(TO_CONES @ np.clip(VISION[vision] @ linear, 0, 1))
    seen: Vector = TO_OKLAB @ cones
    return seen


LOOKS = {"light": theme.LIGHT, "dark": theme.DARK}
AMOUNTS, CHANGES = theme.steps("amount", theme.AMOUNTS), theme.steps("change", theme.CHANGES)
TIES = theme.steps("tie", theme.TIES)
OF_SERVICES = theme.steps("service", theme.SERVICES)
each_look = pytest.mark.parametrize("look", LOOKS)
each_vision = pytest.mark.parametrize("vision", VISION)


def colours(look: str, names: Iterable[str]) -> list[str]:
    return [LOOKS[look][name] for name in names]


@each_look
@each_vision
def test_neighbouring_steps_can_be_told_apart(look: str, vision: str) -> None:
    for names in (AMOUNTS, CHANGES):
        steps = itertools.pairwise(colours(look, names))
        assert min(apart(a, b, vision) for a, b in steps) >= 7


@each_look
@each_vision
def test_the_sides_of_zero_can_be_told_apart(look: str, vision: str) -> None:
    low, high = colours(look, CHANGES[:3]), colours(look, CHANGES[-3:])
    assert min(apart(a, b, vision) for a, b in itertools.product(low, high)) >= 15


@each_look
@each_vision
def test_sexes_groups_and_services_can_be_told_apart(look: str, vision: str) -> None:
    men, women = colours(look, ("men", "women"))
    assert apart(men, women, vision) >= 25
    for names in (TIES, OF_SERVICES):
        pairs = itertools.combinations(colours(look, names), 2)
        assert min(apart(a, b, vision) for a, b in pairs) >= 15


@pytest.mark.parametrize(("look", "way"), [("light", -1), ("dark", 1)])
def test_more_is_darker_in_the_light_and_brighter_in_the_dark(look: str, way: int) -> None:
    lightness = [way * lab(colour, "normal")[0] for colour in colours(look, AMOUNTS)]
    assert lightness == sorted(lightness)
    for side in (CHANGES[3::-1], CHANGES[3:]):
        assert (away := [way * lab(one, "normal")[0] for one in colours(look, side)]) == sorted(
            away
        )


@each_look
def test_text_on_every_step_meets_wcag_aa(look: str) -> None:
    for name in (*AMOUNTS, *CHANGES, "nothing"):
        assert contrast(LOOKS[look][name], LOOKS[look][f"on-{name}"]) >= 4.5, name
    # A hatched district's text stands on its lines too, with a rim of the ground.
    assert contrast(LOOKS[look]["hatch"], LOOKS[look]["on-nothing"]) >= 4.5


def interface(look: str) -> dict[str, str]:
    return {name: both[look == "dark"] for name, both in theme.INTERFACE.items()}


@each_look
def test_text_on_the_ground_meets_wcag_aa_and_marks_can_be_seen(look: str) -> None:
    known, page = LOOKS[look], interface(look)
    for ground in (page["paper"], page["surface"]):
        assert contrast(known["ink"], ground) >= 7
        assert contrast(known["muted"], ground) >= 4.5
        for name in ("men", "women", "break", *TIES, *OF_SERVICES):
            assert contrast(known[name], ground) >= 3, (name, ground)


MEASURED = (
    ("ink", "surface", 18.0, 15.2),
    ("muted", "surface", 8.0, 9.1),
    ("faint", "surface", 5.5, 6.0),
    ("faint", "sunken", 4.7, 6.2),
    ("field", "surface", 3.3, 4.3),
    ("focus", "surface", 5.6, 7.9),
    ("ok", "ok-soft", 5.7, 8.1),
    ("warn", "warn-soft", 6.7, 9.5),
    ("bad", "bad-soft", 6.4, 8.1),
    ("ink", "selected", 16.2, 13.4),
)
"""Contrast of one colour on another in the light and in the dark, rounded as they are named."""


@pytest.mark.parametrize(("name", "ground", "light", "dark"), MEASURED)
def test_the_interface_s_contrasts(name: str, ground: str, light: float, dark: float) -> None:
    for look, least in (("light", light), ("dark", dark)):
        known = interface(look)
        assert round(contrast(known[name], known[ground]), 1) == least, look


@each_look
def test_every_ink_is_read_on_every_ground_it_may_stand_on(look: str) -> None:
    known = interface(look)
    for ground in ("paper", "surface", "raised", "sunken", "selected"):
        for ink in ("ink", "muted", "faint", "ok", "warn", "bad"):
            assert contrast(known[ink], known[ground]) >= 4.5, (ink, ground)
        for rim in ("field", "focus"):
            least = 3 if rim == "focus" or ground == "surface" else 2.75
            assert contrast(known[rim], known[ground]) >= least, (rim, ground)


@pytest.mark.parametrize(
    ("vision", "light", "dark"),
    [
        ("normal", 16.5, 15.3), ("protanopia", 12.1, 13.6), ("deuteranopia", 12.2, 13.9),
        ("tritanopia", 10.2, 10.8),
    ],
)  # fmt: skip
def test_the_distance_of_any_two_services(vision: str, light: float, dark: float) -> None:
    """100 x OKLab."""
    for look, least in (("light", light), ("dark", dark)):
        seen = [oklab(colour, vision) for colour in colours(look, OF_SERVICES)]
        nearest = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
        assert round(100 * nearest, 1) == least, look


@each_look
@each_vision
def test_the_amounts_of_every_service_are_steps_of_its_hue(look: str, vision: str) -> None:
    own = colours(look, AMOUNTS)
    for place, both in enumerate(theme.AMOUNTS_OF):
        steps = both[look == "dark"].split()
        assert len(steps) == theme.AMOUNTS
        assert min(apart(a, b, vision) for a, b in itertools.pairwise(steps)) >= 7
        assert min(contrast(one, theme.ink_on(one)) for one in steps) >= 4.5
        if vision == "normal":
            _, a, b = oklab(LOOKS[look][f"service-{place}"], vision)
            hue = np.arctan2(b, a)
            for step, alike in zip(steps, own, strict=True):
                light, x, y = oklab(step, vision)
                assert light == pytest.approx(oklab(alike, vision)[0], abs=0.006)
                turned = (np.arctan2(y, x) - hue + np.pi) % (2 * np.pi) - np.pi
                assert abs(turned) * np.hypot(x, y) < 0.01
    assert len(theme.AMOUNTS_OF) == theme.SERVICES


@each_look
def test_the_glyph_of_a_service_is_seen_on_its_mark(look: str) -> None:
    known = LOOKS[look]
    for name in OF_SERVICES:
        assert contrast(known[name], interface(look)["surface"]) >= 3.2
        assert contrast(known[name], known[f"on-{name}"]) >= 3.2


def test_the_looks_have_the_same_colours_and_each_service_its_own() -> None:
    assert set(theme.LIGHT) == set(theme.DARK)
    assert [theme.service_colour(place) for place in range(theme.SERVICES)] == list(OF_SERVICES)
    assert set(OF_SERVICES) < set(theme.LIGHT)
    assert theme.service_colour(theme.SERVICES) == OF_SERVICES[0]


def test_a_page_has_every_colour_in_light_and_in_dark() -> None:
    light, dark = theme.stylesheet().split("@media screen and (prefers-color-scheme: dark)")
    for block, look in ((light, "light"), (dark, "dark")):
        for name, value in interface(look).items():
            assert f" --{name}: {value};" in block
    used = {name for name, value in theme.PAGE.colours.items() if value.startswith("var(--chart-")}
    for block, known in ((light, theme.LIGHT), (dark, theme.DARK)):
        root = block.split("}")[0]
        written = dict(re.findall(r"--chart-([\w-]+): (#[0-9a-f]{6});", root))
        assert written == {name: known[name] for name in used}


def test_the_website_s_style_holds_these_colours() -> None:
    style = files("telads") / "web" / "static" / "telads" / "tokens.css"
    assert style.read_text("utf-8") == theme.stylesheet(), "scripts/write_docs.py writes it"


@pytest.mark.parametrize(("share", "step"), [(-1, 0), (0, 0), (0.16, 0), (0.17, 1), (1, 5), (2, 5)])
def test_a_share_falls_into_a_step(share: float, step: int) -> None:
    assert theme.step_of(share, AMOUNTS) == f"amount-{step}"


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_long_title_breaks_evenly_and_keeps_figures_with_their_units() -> None:
    finding = "배달 이용은 관악구가 가장 많고(월 16.3일), 서초구가 가장 적습니다(월 13.7일)"
    lines = heading(finding, [], NARROW).finding
    assert " ".join(lines) == finding
    assert all(pixels(line, TITLE, bold=True) <= NARROW for line in lines)
    assert all(line.count("(") == line.count(")") for line in lines)
    lengths = [pixels(line, TITLE) for line in lines]
    assert min(lengths) > max(lengths) / 2
    assert len(heading(finding, [], WIDE).finding) == 1


def test_a_subtitle_breaks_between_details_and_inside_one_only_where_it_is_too_long() -> None:
    details = heading("강남구 이야기", ["1인 평균입니다 아주 길게", "단위", "집계 w"], 120).details
    assert details == ("1인 평균입니다 아주", "길게 · 단위 · 집계 w")
    assert heading("제목", ["첫째 것", "둘째 것", "집계 w"], 60).details == (
        "첫째 것 ·", "둘째 것 ·", "집계 w"
    )  # fmt: skip


def test_a_picture_of_made_up_data_says_so_first_and_repeats_nothing() -> None:
    body = Body(100, 10, lambda look: "")
    drawn = drawing(
        "x", "강남구 이야기", ["강남구", "", "단위"], lang="ko", window="집계 w", synthetic=True,
        unit="", frame=pl.DataFrame(), table=Table([], []), body=body,
    )  # fmt: skip
    assert drawn.notes == ("합성 데이터", "단위", "집계 w")
