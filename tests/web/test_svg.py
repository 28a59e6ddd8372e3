from __future__ import annotations

import re

from telads.model import Month, months_between
from telads.render.svg.lines import lines, outlines, target_map
from tests.seoul import DISTRICTS

MONTHS = months_between(Month.of(2023, 1), Month.of(2023, 4))


def test_lines_share_a_scale_that_both_fill() -> None:
    drawn = lines(MONTHS, [1, 2, 3, 4], [2, 2, 2, 5])
    assert drawn.own == "M3.0 37.0L34.3 28.5L65.7 20.0L97.0 11.5"
    assert drawn.beside.endswith("L97.0 3.0")
    assert drawn.dot == "M97.0 11.5h0"


def test_what_is_not_known_leaves_a_gap() -> None:
    drawn = lines(MONTHS, [1, None, 3, None], [2, 2, 2, 2])
    assert drawn.own == "M3.0 37.0M65.7 3.0"
    assert drawn.dot == "M65.7 3.0h0"
    assert lines(MONTHS, [None] * 4, [None] * 4).dot == ""


def test_a_missing_month_keeps_its_time() -> None:
    drawn = lines([MONTHS[0], MONTHS[1], MONTHS[3]], [0, 1, 0], [0, 0, 0])
    assert [float(x) for x in re.findall(r"[ML]([\d.]+)", drawn.own)] == [3.0, 34.3, 97.0]
    assert lines(MONTHS[:1], [5.0], [5.0]).own == "M3.0 3.0"


def test_the_map_is_to_scale_and_small() -> None:
    width, height, districts = outlines()
    assert {one.district for one in districts} == {name.ko for name in DISTRICTS.values()}
    # Seoul is some 36.8 km wide and 30.3 km high.
    assert abs(width * 20 / 1000 - 36.8) < 0.5
    assert abs(height * 20 / 1000 - 30.3) < 0.5
    assert all(0 < one.x < width and 0 < one.y < height for one in districts)
    assert sum(len(one.path) for one in districts) < 16_000


def test_outlines_close_and_keep_their_area() -> None:
    square_km = {one.district: area_of(one.path) * 0.02**2 for one in outlines().districts}
    assert abs(sum(square_km.values()) - 605.2) < 5  # the city's official area
    assert abs(square_km["중구"] - 9.96) < 0.3


def area_of(path: str) -> float:
    """The shoelace formula over a path of relative steps."""
    total = 0.0
    for ring in path.split("z")[:-1]:
        start, steps = ring[1:].split("l")
        x, y = map(int, start.split())
        corners = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            corners.append((x, y))
        turned = corners[1:] + corners[:1]
        total += abs(sum(a * d - c * b for (a, b), (c, d) in zip(corners, turned, strict=True))) / 2
    return total


def test_the_map_tells_ranks_and_counts() -> None:
    named = ["강남구", "강남구", "중구", "강남구", "강남구", "중구", "부산진구"]
    shown = target_map({"rank": rank, "district": name} for rank, name in enumerate(named, 1))
    places = {place.outline.district: place for place in shown.places}
    assert places["강남구"].label == "1·2·4 +1"
    assert places["중구"].label == "3·6"
    assert places["노원구"].label == ""
    assert (places["노원구"].shade, places["중구"].shade, places["강남구"].shade) == (0, 2, 5)
    assert shown.reached == 2
    assert shown.elsewhere == 1
    assert shown.legend == ((0, "0"), (1, "1"), (2, "2"), (4, "3"), (5, "4"))


def test_many_targets_share_steps_of_colour() -> None:
    shown = target_map({"rank": rank, "district": "중구"} for rank in range(1, 13))
    assert shown.legend[0] == (0, "0")
    assert shown.legend[-1] == (5, "11–12")
    assert target_map([]).legend == ((0, "0"),)
