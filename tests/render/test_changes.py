"""The map of own parts: steps that fit, hatched within noise, in files without links."""

from __future__ import annotations

import polars as pl
import pytest

from telads.render.svg import changes
from telads.render.svg.changes import Scale
from telads.render.svg.theme import SITE


@pytest.mark.parametrize(
    ("most", "step"), [(2.3, 0.5), (0.3, 0.1), (25, 10), (0.04, 0.01), (5, 2), (1, 0.2)]
)
def test_steps_are_round_and_reach_the_outermost_colours(most: float, step: float) -> None:
    scale = Scale.of([most, -most / 2])
    assert scale.step == pytest.approx(step)
    assert (scale.place(most), scale.place(0), scale.place(-100 * most)) == (6, 3, 0)
    assert scale.place(scale.end * 1.01) == 6


def test_nothing_moved_has_a_scale() -> None:
    assert Scale.of([]).place(0.0) == Scale.of([0.0]).place(0.0) == 3


def frame() -> pl.DataFrame:
    rows = {"district": ["강남구", "서초구", "관악구"], "local_percent": [2.3, -0.1, None],
            "change_local": [0.8, -0.03, None], "clear": [True, False, None]}  # fmt: skip
    return pl.DataFrame(rows)


def test_what_is_within_noise_is_hatched_and_has_no_figure() -> None:
    drawn = changes.draw(frame(), indexed=False, finding="found", lang="ko", window="w",
                         synthetic=False)  # fmt: skip
    assert "+2.3" in drawn.svg
    assert "서초구: −0.1%, 뚜렷하지 않음" in drawn.svg
    assert ">−0.1<" not in drawn.svg
    assert "<a " not in drawn.svg
    assert drawn.table.rows == [["강남구", "+2.3", "✓"], ["서초구", "−0.1", "–"],
                                ["관악구", "–", "–"]]  # fmt: skip
    assert drawn.png().startswith(b"\x89PNG")


def test_on_a_page_districts_are_links_in_a_group() -> None:
    drawn = changes.draw(
        frame(), indexed=False, finding="found", lang="en", window="w", synthetic=False,
        chosen="강남구", href=lambda name: f"/?d={name}&x=1",
    )  # fmt: skip
    page = drawn.paint(SITE)
    assert 'role="group"' in page
    assert 'href="/?d=강남구&amp;x=1"' in page
    assert 'aria-label="Gangnam-gu: +2.3%, clear"' in page
    assert "<a " not in drawn.svg
