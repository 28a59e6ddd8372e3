"""Data as they can come: a gap, one month, one district, missing measures. Every door copes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import polars as pl
import pytest
from polars import selectors

from telads.errors import QuestionError
from telads.ingest.ingest import ingest
from telads.library import Workspace
from telads.method.build import build
from telads.model import Segment, Sex
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Lang
from tests import doors
from tests.ingest.portal import HEADERS, Row, portal_rows, write_csv

SEGMENT = Segment("강남구", Sex.FEMALE, 30)
NEIGHBOURHOODS = 75
"""Three in each district."""

LANGUAGES: tuple[Lang, Lang] = ("ko", "en")
Document = TypeVar("Document")
Change = Callable[[list[Row]], tuple[list[Row], list[str]]]


def all_of(rows: list[Row]) -> tuple[list[Row], list[str]]:
    return rows, list(HEADERS)


def without(*headers: str) -> Change:
    kept = [at for at, header in enumerate(HEADERS) if header not in headers]
    return lambda rows: ([[row[at] for at in kept] for row in rows], [HEADERS[at] for at in kept])


def only(column: str, *values: object) -> Change:
    at = HEADERS.index(column)
    return lambda rows: ([row for row in rows if row[at] in values], list(HEADERS))


def figures(value: object, *headers: str) -> Change:
    places = [HEADERS.index(header) for header in headers]
    return lambda rows: (
        [[value if at in places else old for at, old in enumerate(row)] for row in rows],
        list(HEADERS),
    )


def hardly(*headers: str) -> Change:
    """No people except in one cell."""

    def change(rows: list[Row]) -> tuple[list[Row], list[str]]:
        changed, names = figures(0, *headers)(rows)
        for header in headers:
            changed[0][HEADERS.index(header)] = 0.01
        return changed, names

    return change


SERVICES = [header for header in HEADERS if header.endswith("사용일수")]
MOVEMENT = HEADERS[-2:]
INDEX = "유튜브 사용일수"
pytestmark = pytest.mark.slow
ODD: dict[str, dict[str, Change]] = {
    "one month": {"6": all_of},
    "a gap": {"1": all_of, "3": all_of, "6": all_of},
    "one district": {"5": only("자치구", "강남구"), "6": only("자치구", "강남구")},
    "one neighbourhood": {"5": only("행정동", "강남22동"), "6": only("행정동", "강남22동")},
    "one sex": {"6": only("성별", 2)},
    "one age": {"6": only("연령대", 30, 35)},
    "a place that comes later": {"5": only("자치구", "종로구", "강남구"), "6": all_of},
    "different measures": {
        "5": without("유튜브 사용일수", MOVEMENT[0]),
        "6": without("배달 서비스 사용일수"),
        "7": all_of,
    },
    "two services": {"6": without(*SERVICES[1:4], *SERVICES[5:])},
    "no movement": {"6": without(*MOVEMENT)},
    "all alike": {"5": figures(5, *SERVICES), "6": figures(5, *SERVICES)},
    "hardly any use": {
        "5": lambda rows: hardly(*SERVICES)(figures(0, *MOVEMENT)(rows)[0]),
        "6": hardly(*SERVICES),
    },
    "a service that ends": {"5": all_of, "6": without("배달 서비스 사용일수")},
    "a service that hardly anybody uses": {"5": all_of, "6": hardly("배달 서비스 사용일수")},
    "an index whose months cancel out": {"5": figures(1, INDEX), "6": figures(-1, INDEX)},
    "a masked service": {"6": figures("*", SERVICES[0])},
    "a month nobody may see": {"5": figures(0.1, "총인구수"), "6": all_of},
    "the newest nobody may see": {"5": all_of, "6": figures(0.1, "총인구수")},
}


@pytest.fixture(params=ODD, scope="module")
def opened(
    request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    """A built workspace of odd months."""
    folder = tmp_path_factory.mktemp("odd")
    for month, change in ODD[request.param].items():
        rows, headers = change(portal_rows(NEIGHBOURHOODS, seed=int(month)))
        write_csv(folder / f"2023.{month}월_29개 통신정보.csv", rows, headers)
    workspace = Store(folder / "workspace")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    return Workspace(workspace, settings)


def unless_refused(ask: Callable[[], Document], name: str) -> Document | None:
    """What was asked for, or None where the question is refused in words."""
    try:
        return ask()
    except QuestionError as error:
        return None if error.line("ko") and error.line("en") else pytest.fail(name)


def test_every_question_is_answered_or_refused(opened: Workspace) -> None:
    told = [unless_refused(ask, name) for name, ask in doors.answers(opened, SEGMENT)]
    answered = [answer for answer in told if answer]
    assert len(answered) >= 5
    for answer in answered:
        for lang in LANGUAGES:
            json.dumps(answer.document(lang), allow_nan=False)


def test_every_chart_is_drawn_or_refused(opened: Workspace) -> None:
    service = opened.store.build().about["services"][0]
    told = [unless_refused(draw, name) for name, draw in doors.charts(opened, SEGMENT, service)]
    drawn = [chart for chart in told if chart]
    assert len(drawn) >= 5
    for chart in drawn:
        json.dumps(chart.as_dict(), allow_nan=False)
        ElementTree.fromstring(chart.svg)
        assert not re.search(r"\b(nan|inf|None)\b", chart.html())


def test_every_export_is_written(opened: Workspace, tmp_path: Path) -> None:
    for name, write in doors.exports(opened, tmp_path, (".parquet",)):
        write()
        figures = pl.read_parquet(tmp_path / name).select(selectors.float())
        assert figures.select(pl.all().is_finite().all()).row(0) == (True,) * figures.width, name
    # A workbook and JSON refuse what is no number, and there is none: one table is enough.
    assert opened.export("scores", tmp_path / "scores.xlsx") > 0
    assert opened.export("segments", tmp_path / "segments.json") > 0
