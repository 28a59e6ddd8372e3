"""What holds for each picture in the registry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from itertools import combinations, product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from telads.answers.pictures import Asked, picture
from telads.errors import UnknownChoice
from telads.render.svg import CHARTS, drawn, find_chart
from telads.render.svg.drawing import FORMATS, Drawing
from telads.render.svg.theme import LIGHT, PAGE
from telads.store.workspace import Build
from telads.text import Lang
from tests.render.samples import AFFINITY, SAMPLES, kinds, size, texts, told

LANGUAGES: tuple[Lang, ...] = ("ko", "en")
WINDOW = "집계 2023-03..2023-05"
PHONE = 390
EACH = [*product(CHARTS, LANGUAGES, (False, True))]
FIGURES = {
    "population": "population",
    "choropleth": "value",
    "correlation": "correlation",
    "monthly": "value",
    "ranking": "association",
    "targets": "population",
    "neighbourhoods": "index",
}


def draw(id: str, lang: Lang, frame: pl.DataFrame | None = None, **options: Any) -> Drawing:
    sample = SAMPLES[id]
    given = {"window": WINDOW, "synthetic": False, **sample.options, **options}
    return find_chart(id).draw(sample.frame if frame is None else frame, lang=lang, **given)


def test_importing_the_registry_imports_nothing_heavy() -> None:
    code = (
        "import sys, telads.render.svg; heavy = {'resvg_py', 'polars', 'numpy', 'fontTools'};"
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
    assert draw(id, "ko", narrow=narrow).finding == SAMPLES[id].korean
    assert draw(id, "en", narrow=narrow).finding == SAMPLES[id].english


@pytest.mark.parametrize(("id", "lang"), [*product(CHARTS, LANGUAGES)])
def test_the_notes_say_the_window_and_whether_the_data_are_synthetic(id: str, lang: Lang) -> None:
    mark = {"ko": "합성 데이터", "en": "synthetic data"}[lang]
    real, made = draw(id, lang), draw(id, lang, synthetic=True)
    assert real.notes[-1] == WINDOW
    assert mark not in real.details
    assert made.notes[0] == mark
    for line in kinds(made.svg, "details"):
        assert line.text
    assert mark in (kinds(made.svg, "details")[0].text or "")


@pytest.mark.parametrize(("id", "lang", "narrow"), EACH)
def test_a_picture_never_speaks_of_persons(id: str, lang: Lang, narrow: bool) -> None:
    drawn = draw(id, lang, narrow=narrow)
    for text in (drawn.svg, drawn.json()):
        for forbidden in ("people who use", "conversion", "ROI", "NaN"):
            assert forbidden not in text


@pytest.mark.parametrize("id", CHARTS)
def test_the_page_on_json_names_the_columns_of_its_rows(twin_build: Build, id: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
    part = page[page.index("## A picture") : page.index("## Rows")]
    line = next(line for line in part.splitlines() if line.startswith(f"| {id} |"))
    of_people = id in {"ranking", "monthly"}
    asked = Asked(district="강남구", sex="F", age=30) if of_people else Asked()
    found = list(drawn(picture(twin_build, id, asked)).rows[0])
    if id in {"ranking", "targets"}:
        question = {"ranking": "services", "targets": "targets"}[id]
        assert f"[{question}](#{question})" in line
        rows = page[page.index(f"### {question}\n") :].split("\n### ", 2)[0]
        assert set(found) <= set(re.findall(r"^\| `(\w+)`", rows, re.MULTILINE))
    else:
        assert sorted(found) == sorted(re.findall(r"`(\w+)`", line))


@pytest.mark.parametrize("id", CHARTS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_narrow_picture_fits_a_phone(id: str, lang: Lang) -> None:
    drawn = draw(id, lang, narrow=True, synthetic=True)
    assert size(drawn.svg)[0] <= PHONE
    assert size(drawn.paint(PAGE))[0] <= PHONE - 48, "a page has margins"


ASKED: dict[str, dict[str, Any]] = {
    "ranking": {"district": "강남구", "sex": "F", "age": 30, "service": "delivery"},
    "monthly": {"district": "영등포구", "sex": "F", "age": 70},
    "choropleth": {"measure": "delivery"},
}


@pytest.mark.parametrize(("id", "lang", "narrow"), EACH)
def test_no_text_is_cut_and_none_overlaps_another(
    twin_build: Build, id: str, lang: Lang, narrow: bool
) -> None:
    """Boxes are those of the font that pictures are drawn in."""
    shown = picture(twin_build, id, Asked(**ASKED.get(id, {})), lang)
    for drawing in (drawn(shown, narrow=narrow), draw(id, lang, narrow=narrow)):
        for svg in (drawing.svg, drawing.paint(PAGE)):
            width, height = size(svg)
            written = texts(svg)
            assert len(written) > 5
            for one in written:
                assert one.left >= -0.5, one
                assert one.right <= width + 0.5, one
                assert one.top >= -0.5, one
                assert one.bottom <= height + 0.5, one
            assert [(a, b) for a, b in combinations(written, 2) if a.meets(b)] == []


@pytest.mark.parametrize(("id", "lang", "narrow"), EACH)
def test_no_text_is_smaller_than_eleven_pixels(id: str, lang: Lang, narrow: bool) -> None:
    sizes = re.findall(r'font-size="([\d.]+)"', draw(id, lang, narrow=narrow).svg)
    assert min(map(float, sizes)) >= 11


@pytest.mark.parametrize("id", CHARTS)
def test_an_empty_frame_says_so_and_still_draws(id: str) -> None:
    empty = SAMPLES[id].frame.clear()
    for lang in LANGUAGES:
        drawn = draw(id, lang, frame=empty)
        assert drawn.finding not in {"", SAMPLES[id].korean, SAMPLES[id].english}
        assert drawn.rows == []
        assert all(drawn.to(format) for format in FORMATS)


@pytest.mark.parametrize("id", CHARTS)
@pytest.mark.parametrize("narrow", [False, True])
def test_one_row_draws(id: str, narrow: bool) -> None:
    drawn = draw(id, "ko", frame=SAMPLES[id].frame.head(1), narrow=narrow)
    assert drawn.svg.startswith("<svg")
    assert len(drawn.rows) == 1


@pytest.mark.parametrize("id", CHARTS)
def test_missing_figures_are_never_taken_for_numbers(id: str) -> None:
    frame = SAMPLES[id].frame
    pictures = []
    for missing in (None, float("nan")):
        first = frame.head(1).with_columns(pl.lit(missing, pl.Float64).alias(FIGURES[id]))
        pictures.append(draw(id, "en", frame=pl.concat([first, frame[1:]])))
    one, other = pictures
    assert (one.svg, one.json(), one.table) == (other.svg, other.json(), other.table)
    json.loads(one.json())
    assert not re.search(r"NaN|\bnan\b|\bNone\b|undefined|>null<", one.svg + one.html())
    assert "NaN" not in one.json()


@pytest.mark.parametrize("id", CHARTS)
def test_the_same_input_gives_the_same_bytes(id: str) -> None:
    for format in FORMATS:
        assert draw(id, "ko").to(format) == draw(id, "ko").to(format)


@pytest.mark.parametrize("id", CHARTS)
def test_inside_a_page_every_colour_is_the_page_s(id: str) -> None:
    drawn = draw(id, "ko").paint(PAGE)
    assert not re.search(r"#[0-9a-f]{3,6}\b(?!.)", re.sub(r'href="[^"]*"|url\([^)]*\)', "", drawn))
    used = set(re.findall(r"var\(--chart-([\w-]+)\)", drawn))
    assert used
    assert used <= set(LIGHT)
    assert SAMPLES[id].korean not in re.sub(r'aria-label="[^"]*"', "", drawn)
    assert f'role="img" aria-label="{SAMPLES[id].korean}' in drawn


@pytest.mark.parametrize("id", CHARTS)
def test_marks_say_what_they_show(id: str) -> None:
    wide, narrow = (told(draw(id, "ko", narrow=narrow).svg) for narrow in (False, True))
    assert wide
    assert wide == narrow
    assert all(wide)


@pytest.mark.parametrize("id", CHARTS)
def test_names_in_the_data_cannot_break_out_of_a_picture(id: str) -> None:
    evil = '"><img src=x onerror="alert(1)">&'
    named = "window" if id in {"population", "targets"} else "audience"
    frame = AFFINITY if id == "ranking" else SAMPLES[id].frame
    drawn = draw(id, "en", frame=frame, **{named: evil})
    for written in (drawn.svg, drawn.html()):
        assert "<img" not in written
        assert "&lt;img" in written
