"""Decks of experiments: the verdict and its figures, nothing overflows, the same bytes."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pptx.enum.shapes import MSO_SHAPE_TYPE as KIND

import telads
from telads.dataset import using
from telads.errors import UnknownChoice
from telads.experiments.decks import experiment_deck
from telads.experiments.files import experiment_content
from telads.experiments.kept import Experiment, experiment_named
from telads.experiments.sentences import percent, verdict_sentences
from telads.experiments.verdict import Range
from telads.library import Workspace
from telads.render.deck import content
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import LANGUAGES, Lang, Text
from tests.cli.conftest import runner
from tests.experiments.test_experiment import START, TEST, after, before, drawn, workspace
from tests.paper import pages_of
from tests.planning.test_decks import opened as opened_deck
from tests.planning.test_decks import overflows

__all__ = ["workspace"]
LONG = "가을 신제품 출시 기념 배달 앱 광고의 지역 실험, 두 번째 시도(담당: 미디어 2팀)"
FORBIDDEN = ("ROI", "conversion", "전환", "--")


@pytest.fixture(scope="module")
def known(
    workspace: Store, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Experiment:
    """An experiment that found an increase."""
    opened, folder = telads.open(workspace.path, settings), tmp_path_factory.mktemp("outcomes")
    opened.experiment_design(
        "spring", 6, TEST, START, before(opened, folder), service="shopping", seed=7, unit="orders"
    )
    file = after(opened, folder, drawn(opened, "spring"))
    opened.experiment_analyse("spring", file, cost=10_000_000)
    return experiment_named(workspace, "spring")


@pytest.fixture
def opened(workspace: Store, settings: Settings, known: Experiment) -> Workspace:
    del known
    return telads.open(workspace.path, settings)


def variant(known: Experiment, name: str) -> Experiment:
    """The experiment as it was before the campaign, or with another verdict or design."""
    design, found = known.design, known.verdict
    assert found is not None
    wish = replace(design.wish, name=LONG)
    beside = tuple(replace(one, low=None, high=None) for one in found.methods)
    many = (
        Text(
            "빠진 주가 있어 그 지역의 다른 주로 대신했습니다. " * 3,
            "Some weeks are missing; the areas' other weeks stand for them. " * 3,
        ),
    ) * 9
    changes: dict[str, dict[str, Any]] = {
        "increase": {},
        "nothing": {"verdict": replace(
            found, found="nothing", effect=-0.004, low=-0.031, high=0.022, p=0.7,
            units=Range(-40.0, -310.0, 220.0), each=Range(None, 45_454.5, None))},
        "decrease": {"verdict": replace(
            found, found="decrease", effect=-0.08, low=-0.11, high=-0.05,
            units=Range(-1200.0, -1700.0, -700.0), each=Range(None, None, None)),
            "design": replace(design, areas=tuple(
                replace(area, stratum=None) if at % 4 == 0 else area
                for at, area in enumerate(design.areas)))},
        "no ends": {"verdict": replace(
            found, low=None, high=None, methods=beside, deviations=many, exact=False,
            units=Range(1600.0, None, None), each=Range(6060.0, None, None)),
            "design": replace(design, wish=wish)},
        "typed": {"verdict": None, "before": None, "design": replace(
            design, wish=replace(wish, sd=0.05, sides=1), rehearsals=0, borders=None,
            curve=tuple(replace(one, weeks=None) for one in design.curve
                        if one.weeks == TEST))},
        "unknown": {"verdict": None, "before": None,
                    "design": replace(design, curve=(), rehearsals=0)},
        "neighbourhoods": {"verdict": None, "design": replace(
            design, level="neighbourhood", borders=None, areas=tuple(
                replace(area, neighbourhood="신사동", treated=at % 2 == 0)
                for at, area in enumerate(design.areas)))},
    }  # fmt: skip
    return replace(known, **changes[name])


NAMES = ("increase", "nothing", "decrease", "no ends", "typed", "unknown", "neighbourhoods")


def texts(presentation: Any) -> Iterator[str]:
    for slide in presentation.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text.replace("\v", " ").replace("\xa0", " ")
            if shape.shape_type == KIND.TABLE:
                yield from (cell.text for row in shape.table.rows for cell in row.cells)
        yield slide.notes_slide.notes_text_frame.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_deck_fits_and_claims_nothing_forbidden(
    known: Experiment, workspace: Store, name: str, lang: Lang
) -> None:
    with using(workspace.dataset):
        made = opened_deck(experiment_deck(variant(known, name), lang))
    assert not overflows(made)
    told = "\n".join(texts(made))
    assert not [word for word in FORBIDDEN if word in told]
    assert len(made.slides) == (3 if variant(known, name).verdict is None else 6)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_begins_with_the_verdict_and_holds_its_figures(
    known: Experiment, workspace: Store, lang: Lang
) -> None:
    found = known.verdict
    assert found is not None
    with using(workspace.dataset):
        deck = experiment_deck(known, lang)
        sentence = verdict_sentences(found, known.design)[0](lang).rstrip(".")
        file = content(deck, ".pdf")
    made = opened_deck(deck)
    first = made.slides[0]
    assert " ".join(first.shapes.title.text_frame.text.split()) == sentence
    told = "\n".join(texts(made))
    assert percent(found.effect, sign=True) in told
    assert found.low is not None
    assert found.high is not None
    assert percent(found.low, sign=True) in told
    assert percent(found.high, sign=True) in told
    chart = next(shape.chart for shape in first.shapes if shape.shape_type == KIND.CHART)
    expected, seen, gap = chart.plots[0].series
    for series, values in (
        (seen, [one.seen for one in found.weeks]), (expected, [one.expected for one in found.weeks])
    ):  # fmt: skip
        assert list(series.values)[: len(values)] == values
        # LibreOffice omits a line before one of more points.
        assert len(list(series.values)) >= len(list(gap.values))
    ends = {value for one in found.weeks if one.test for value in (one.seen, one.expected)}
    assert set(gap.values) == ends
    pages = [" ".join(page.extract_text().split()) for page in pages_of(file)]
    assert len(pages) == len(made.slides)
    assert percent(found.effect, sign=True) in pages[0]
    late = "The design was made after the campaign began" if lang == "en" else "캠페인 시작 뒤"
    assert late in pages[2]
    assert str(known.design.wish.start) in pages[5]


def test_a_map_has_a_shape_for_each_district_and_weeks_are_days(
    known: Experiment, workspace: Store
) -> None:
    with using(workspace.dataset):
        made = opened_deck(experiment_deck(variant(known, "increase"), "en"))
    names = [shape.name for shape in made.slides[3].shapes if shape.shape_type == KIND.FREEFORM]
    assert len({*names} & {area.text.en for area in known.design.areas}) == 25
    chart = next(one.chart for one in made.slides[0].shapes if one.shape_type == KIND.CHART)
    assert chart.category_axis.tick_labels.number_format == "mm-dd"
    assert chart.category_axis.maximum_scale - chart.category_axis.minimum_scale == 7 * 13


def test_the_same_experiment_gives_the_same_bytes(known: Experiment, workspace: Store) -> None:
    """Also one that goes to the process which makes files beside a worker of the website."""
    sent = pickle.loads(pickle.dumps(known))
    with using(workspace.dataset):
        decks = [experiment_content(one, "experiment.pptx", "ko") for one in (known, sent)]
    assert decks[0] == decks[1]


def test_files_from_the_command_line_and_python(
    opened: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TELADS_WORKSPACE", str(opened.store.path))
    deck, run = tmp_path / "spring.pptx", runner(capsys)
    answer = opened.experiment_show("spring", output=deck)
    assert answer.question == "experiment_methods"
    files = [tmp_path / f"cli{suffix}" for suffix in (".pptx", ".pdf", ".xlsx", ".json", ".csv")]
    for file in files:
        done = run("experiment", "show", "spring", "-o", file, "--lang", "ko")
        assert (done.code, done.out) == (0, f"{file}\n"), done.err
    assert files[0].read_bytes() == deck.read_bytes()
    assert zipfile.is_zipfile(files[2])
    told = json.loads(files[3].read_text("utf-8"))
    assert told["verdict"]["found"] == "increase"
    assert "values" not in files[3].read_text("utf-8")  # outcomes are the user's own
    assert files[4].read_text("utf-8-sig").startswith("method,effect")
    refused = run("experiment", "show", "spring", "-o", tmp_path / "deck.key", "--lang", "en")
    assert refused.code == 2
    assert ".pptx" in refused.err
    with pytest.raises(UnknownChoice):
        opened.experiment_show("spring", output=tmp_path / "deck.key")
