"""Outcome files as people have them, and what is said of one that does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from telads.errors import DataError
from telads.experiments.areas import Area, finder
from telads.experiments.outcomes import Outcomes, day_of, read_outcomes

START = date(2026, 3, 2)
AREAS = tuple(Area(name, name, None, 1000) for name in ("강남구", "서초구", "중구"))
NEIGHBOURHOODS = (
    Area("1101", "강남구", "역삼1동", 100), Area("1102", "강남구", "신사동", 90),
    Area("1201", "관악구", "신사동", 80),
)  # fmt: skip


def read(path: Path, value: str | None = None, areas: Sequence[Area] = AREAS) -> Outcomes:
    return read_outcomes(path, finder(areas), [area.text for area in areas], START, value)


def table(path: Path, head: str, rows: Iterable[Sequence[object]]) -> Path:
    path.write_text(
        "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8"
    )
    return path


WEEKS = [START - timedelta(days=7 * back) for back in (3, 2, 1)]
ROWS = [(area.id, week, 100 * at + number)
        for at, area in enumerate(AREAS, 1) for number, week in enumerate(WEEKS)]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "order", "names"),
    [
        ("area,week,orders", (0, 1, 2), {}),
        ("주문수,날짜,구", (2, 1, 0), {}),
        ("week,value,area", (1, 2, 0), {"강남구": "Gangnam-gu", "서초구": "seocho"}),
    ],
)
def test_columns_are_known_by_what_they_hold(
    tmp_path: Path, head: str, order: tuple[int, ...], names: dict[str, str]
) -> None:
    rows = [[(names.get(row[0], row[0]), *row[1:])[at] for at in order] for row in ROWS]
    found = read(table(tmp_path / "a.csv", head, rows))
    assert found.areas == tuple(area.id for area in AREAS)
    assert found.weeks == tuple(WEEKS)
    assert found.values.tolist() == [[100, 101, 102], [200, 201, 202], [300, 301, 302]]
    assert not found.daily
    assert Outcomes.read(found.document()).document() == found.document()


def test_a_workbook_with_dates(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["지역", "주", "매출"])
        for at, (area, week, figure) in enumerate(ROWS, 1):
            sheet.write(at, 0, area)
            sheet.write_datetime(at, 1, datetime(week.year, week.month, week.day), day)
            sheet.write(at, 2, figure)
    found = read(tmp_path / "a.xlsx")
    assert found.weeks == tuple(WEEKS)
    assert found.values[2].tolist() == [300, 301, 302]


def test_days_are_added_up_from_the_weekday_on_which_the_campaign_begins(tmp_path: Path) -> None:
    days = [START - timedelta(days=back) for back in range(17, 0, -1)]
    missing = days[-3]
    rows = [(area.id, day, 1) for area in AREAS for day in days
            if (area.id, day) != ("중구", missing)]  # fmt: skip
    found = read(table(tmp_path / "a.csv", "area,day,orders", rows))
    assert found.daily
    assert found.weeks == (START - timedelta(14), START - timedelta(7))  # three days are no week
    assert found.values[0].tolist() == [7, 7]
    assert np.isnan(found.values[2]).tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", START), ("2026.3.2", START), ("2026년 3월 2일", START),
        ("20260302", START), ("2026-W10", START), ("2026/03/02", START),
        ("2026-03-02 00:00:00.000000", START), ("2026-13-02", None), ("3월", None), ("", None),
        ("2026-W60", None),
    ],
)  # fmt: skip
def test_days_and_weeks_as_people_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("change", "said", "facts"),
    [
        (lambda rows: [*rows, ("강남굿", WEEKS[0], 1)], "area is not in the data",
         {"row": 11, "column": "area", "value": "강남굿"}),
        (lambda rows: [*rows[:-1], ("중구", "soon", 1)], "not a day or a week",
         {"row": 10, "column": "week", "value": "soon"}),
        (lambda rows: [*rows, rows[0]], "comes twice", {"row": 11}),
        (lambda rows: [*rows[:-1], ("중구", WEEKS[2], -5)], "negative",
         {"row": 10, "column": "orders", "value": -5.0}),
        (lambda rows: [*rows[:-1], ("중구", WEEKS[2], "many")], "not a number",
         {"row": 10, "column": "orders", "value": "many"}),
        (lambda rows: [(a, w + timedelta(1), v) for a, w, v in rows], "weekday of the file's", {}),
        (lambda rows: [*rows, ("중구", date(2000, 1, 3), 1)], "over 520 weeks", {}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_place(
    tmp_path: Path, change: object, said: str, facts: dict[str, object]
) -> None:
    assert callable(change)
    with pytest.raises(DataError) as refused:
        read(table(tmp_path / "a.csv", "area,week,orders", change(ROWS)))
    assert said in refused.value.message.en
    assert refused.value.advice
    assert {**refused.value.facts, **facts} == refused.value.facts
    assert refused.value.message.ko != refused.value.message.en


def test_a_name_nearly_right_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        read(table(tmp_path / "a.csv", "area,week,orders", [*ROWS, ("강남굿", WEEKS[0], 1)]))
    assert "강남구인가요?" in refused.value.line("ko")


def test_of_several_columns_of_figures_one_is_named(tmp_path: Path) -> None:
    file = table(tmp_path / "a.csv", "area,week,orders,visits", [(*row, 9) for row in ROWS])
    with pytest.raises(DataError, match="orders, visits") as refused:
        read(file)
    assert refused.value.advice
    assert "--value" in refused.value.advice.en
    assert read(file, "visits").values.max() == 9
    assert read(file, "visits").name == "visits"
    with pytest.raises(DataError, match="not clear"):
        read(file, "sales")


@pytest.mark.parametrize("head", ["area,week", "area,orders,visits", "week,orders,x"])
def test_a_file_without_one_of_the_three_columns(tmp_path: Path, head: str) -> None:
    own = {"area": 0, "week": 1, "orders": 2, "visits": 2, "x": 2}
    rows = [[row[own[name]] for name in head.split(",")] for row in ROWS]
    with pytest.raises(DataError, match=r"No column has|column of figures"):
        read(table(tmp_path / "a.csv", head, rows))


def test_masked_and_empty_figures_are_missing(tmp_path: Path) -> None:
    rows = [*ROWS[:-2], ("중구", WEEKS[1], "*"), ("중구", WEEKS[2], "")]
    found = read(table(tmp_path / "a.csv", "area,week,orders", rows))
    assert np.isnan(found.values[2]).tolist() == [False, True, True]


def test_neighbourhoods_by_code_and_by_district_and_name(tmp_path: Path) -> None:
    rows = [("1101", WEEKS[0], 1), ("강남구 신사동", WEEKS[0], 2), ("관악구 신사동", WEEKS[0], 3)]
    file = table(tmp_path / "a.csv", "area,week,orders", rows)
    assert read(file, areas=NEIGHBOURHOODS).areas == ("1101", "1102", "1201")
    plain = [("역삼1동", WEEKS[0], 1), ("신사동", WEEKS[0], 2)]
    with pytest.raises(DataError, match="신사동"):  # of two districts: which is meant?
        read(table(tmp_path / "b.csv", "area,week,orders", plain), areas=NEIGHBOURHOODS)
