"""What holds for each chart in the registry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import pytest

from telads.errors import UnknownChoice
from telads.render.svg import CHARTS, find_chart
from telads.render.svg.drawing import Format, render, specification, title_of
from telads.render.svg.theme import PAGE
from telads.text import Lang
from tests.charts.samples import AFFINITY, SAMPLES

if TYPE_CHECKING:
    from telads.render.svg import AnyChart

LANGUAGES: tuple[Lang, ...] = ("ko", "en")
WINDOW = "관측 2023-03..2023-05"
PHONE = 390
FIGURES = {
    "population": "population",
    "choropleth": "value",
    "correlation": "correlation",
    "monthly": "value",
    "ranking": "association",
    "targets": "population",
}


def draw(id: str, lang: Lang, frame: pl.DataFrame | None = None, **options: Any) -> AnyChart:
    sample = SAMPLES[id]
    given = {"window": WINDOW, "synthetic": False, **sample.options, **options}
    return find_chart(id).draw(sample.frame if frame is None else frame, lang=lang, **given)


def test_importing_the_registry_does_not_import_altair() -> None:
    code = (
        "import sys, telads.render.svg; heavy = {'altair', 'vl_convert', 'polars', 'numpy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_chart_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownChoice) as refused:
        find_chart("pie")
    assert "choropleth" in refused.value.line("ko")
    assert "choropleth" in refused.value.line("en")


@pytest.mark.parametrize("id", CHARTS)
def test_has_a_name_a_module_a_sample_and_a_test(id: str) -> None:
    chart = CHARTS[id]
    assert chart.id == id
    assert re.search("[가-힣]", chart.text.ko)
    assert chart.text.en.isascii()
    assert "`frame`" in (import_module(f"telads.render.svg.{id}").draw.__doc__ or "")
    assert id in SAMPLES
    assert (Path(__file__).parent / f"test_{id}.py").exists()


@pytest.mark.parametrize(("id", "narrow"), [*product(CHARTS, (False, True))])
def test_the_title_states_the_finding(id: str, narrow: bool) -> None:
    assert title_of(draw(id, "ko", narrow=narrow))[0] == SAMPLES[id].korean
    assert title_of(draw(id, "en", narrow=narrow))[0] == SAMPLES[id].english


@pytest.mark.parametrize(("id", "lang"), [*product(CHARTS, LANGUAGES)])
def test_the_subtitle_says_the_window_and_whether_the_data_are_synthetic(
    id: str, lang: Lang
) -> None:
    mark = {"ko": "합성 자료", "en": "synthetic data"}[lang]
    real = title_of(draw(id, lang))[1]
    made = title_of(draw(id, lang, synthetic=True))[1]
    assert real.endswith(WINDOW)
    assert mark not in real
    assert made.startswith(mark)


@pytest.mark.parametrize(("id", "lang", "narrow"), [*product(CHARTS, LANGUAGES, (False, True))])
def test_the_specification_is_valid_and_never_speaks_of_persons(
    id: str, lang: Lang, narrow: bool
) -> None:
    spec = specification(draw(id, lang, narrow=narrow))  # altair checks it against the schema
    alt.Chart.from_dict(spec)
    text = json.dumps(spec, ensure_ascii=False)
    for forbidden in ("people who use", "conversion", "ROI", "NaN"):
        assert forbidden not in text


@pytest.mark.parametrize(("id", "lang"), [*product(CHARTS, LANGUAGES)])
def test_a_narrow_picture_fits_a_phone(id: str, lang: Lang) -> None:
    drawn = render(draw(id, lang, narrow=True, synthetic=True), "svg").decode()
    width = re.search(r'<svg [^>]*?\bwidth="([\d.]+)"', drawn)
    assert width
    assert float(width[1]) <= PHONE


@pytest.mark.parametrize("id", CHARTS)
def test_an_empty_frame_says_so_and_still_draws(id: str) -> None:
    empty = SAMPLES[id].frame.clear()
    for lang in LANGUAGES:
        said = title_of(draw(id, lang, frame=empty))[0]
        assert said not in {"", SAMPLES[id].korean, SAMPLES[id].english}
    assert render(draw(id, "ko", frame=empty), "svg").startswith(b"<svg")


@pytest.mark.parametrize("id", CHARTS)
def test_one_row_draws(id: str) -> None:
    chart = draw(id, "ko", frame=SAMPLES[id].frame.head(1))
    assert render(chart, "svg").startswith(b"<svg")


@pytest.mark.parametrize("id", CHARTS)
def test_missing_figures_are_never_taken_for_numbers(id: str) -> None:
    frame = SAMPLES[id].frame
    drawn = set()
    for missing in (None, float("nan")):
        first = frame.head(1).with_columns(pl.lit(missing, pl.Float64).alias(FIGURES[id]))
        drawn.add(render(draw(id, "en", frame=pl.concat([first, frame[1:]])), "json"))
    (only,) = drawn
    assert b"NaN" not in only
    picture = render(draw(id, "en", frame=pl.concat([first, frame[1:]])), "svg").decode()
    for word in ("NaN", "undefined", ">null<"):
        assert word not in picture


@pytest.mark.parametrize("id", CHARTS)
def test_the_same_input_gives_the_same_bytes(id: str) -> None:
    formats: tuple[Format, ...] = ("svg", "json")
    for format in formats:
        assert render(draw(id, "ko"), format) == render(draw(id, "ko"), format)


@pytest.mark.parametrize("id", CHARTS)
def test_inside_a_page_the_colours_of_text_follow_the_page(id: str) -> None:
    drawn = render(draw(id, "ko"), "svg", look=PAGE, heading=False).decode()
    assert "var(--chart-muted" in drawn or "var(--chart-ink" in drawn
    assert SAMPLES[id].korean not in re.sub(r'aria-label="[^"]*"', "", drawn)
    assert f'role="img" aria-label="{SAMPLES[id].korean}' in drawn


@pytest.mark.parametrize("id", CHARTS)
def test_names_in_the_data_cannot_break_out_of_a_picture(id: str) -> None:
    evil = '"><img src=x onerror="alert(1)">&'
    named = "window" if id in {"population", "targets"} else "audience"
    frame = AFFINITY if id == "ranking" else SAMPLES[id].frame
    picture = render(draw(id, "en", frame=frame, **{named: evil}), "svg").decode()
    assert "<img" not in picture
    assert "&lt;img" in picture
