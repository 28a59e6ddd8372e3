"""Warnings: each says what it is about, none cries wolf."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from telads.ingest.ingest import ingest
from telads.model import Month
from telads.settings import Settings
from telads.store import warnings
from telads.store.ledger import Entry
from telads.store.workspace import Store
from telads.text import Text
from tests.ingest.portal import HEADERS, Row, portal_rows, write_xlsx
from tests.seoul import BY_ID

GAME, YOUTUBE = HEADERS.index("게임 서비스 사용일수"), HEADERS.index("유튜브 사용일수")
SUBWAY = HEADERS.index("지하철이동일수 합계")
FIRST = Month.of(2023, 1)


def taken(
    tmp_path: Path, settings: Settings, *months: Sequence[Row], start: Month = FIRST
) -> list[tuple[Text, ...]]:
    """The warnings of consecutive months with these rows, in order."""
    workspace = Store(tmp_path / "workspace")
    paths = [
        write_xlsx(tmp_path / f"{start + number}.xlsx", rows) for number, rows in enumerate(months)
    ]
    assert all(each.outcome == "taken" for each in ingest(workspace, paths, settings))
    return list(warnings.by_month(workspace.ledger().current()).values())


def scaled(rows: Sequence[Row], column: int, factor: float) -> list[Row]:
    return [
        [round(float(str(v)) * factor, 6) if i == column else v for i, v in enumerate(row)]
        for row in rows
    ]


def steps(*factors: float, column: int = GAME) -> list[list[Row]]:
    """Months whose city mean of one measure moves by these factors of the first; all else moves."""
    months = []
    for number, factor in enumerate(factors):
        rows = portal_rows()
        for other in range(5, len(HEADERS)):
            if other != column:
                rows = scaled(rows, other, 1 + number / 10)
        months.append(scaled(rows, column, factor))
    return months


def test_an_orderly_month_has_none(tmp_path: Path, settings: Settings) -> None:
    assert taken(tmp_path, settings, portal_rows()) == [()]


def test_cells_missing(tmp_path: Path, settings: Settings) -> None:
    ((warning,),) = taken(tmp_path, settings, portal_rows()[:-3])
    assert warning.en == "3 of 72 cells are missing."
    assert warning.ko == "전체 셀 72개 가운데 3개가 없습니다."


@pytest.mark.parametrize(("masked", "warned"), [(3, False), (4, True)])
def test_masked_share_above_five_percent(
    masked: int, warned: bool, tmp_path: Path, settings: Settings
) -> None:
    rows = portal_rows()  # 72 cells, 5 % of which are 3.6
    for row in rows[:masked]:
        row[GAME] = "*"
    (found,) = taken(tmp_path, settings, rows)
    assert [text.en for text in found] == ["Games: 6% of the values are masked."] * warned
    assert [text.ko for text in found] == ["게임: 값의 6%가 가려져 있습니다."] * warned


def test_a_measure_all_zero(tmp_path: Path, settings: Settings) -> None:
    ((warning,),) = taken(tmp_path, settings, scaled(portal_rows(), SUBWAY, 0))
    assert warning == ("지하철 이동일수: 모든 값이 0입니다.", "Subway days: all values are 0.")


def test_a_measure_unchanged_from_the_month_before(tmp_path: Path, settings: Settings) -> None:
    first, second = steps(1, 1)
    before, after = taken(tmp_path, settings, first, second)
    assert before == ()
    assert [text.en for text in after] == ["Unchanged from the month before: Games."]
    assert [text.ko for text in after] == ["지난달과 값이 모두 같은 항목: 게임."]


def test_a_gap_between_months_is_no_month_before(tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path / "workspace")
    for month, rows in zip(("2023-01", "2023-03"), steps(1, 1), strict=True):
        list(ingest(workspace, [write_xlsx(tmp_path / f"{month}.xlsx", rows)], settings))
    assert list(warnings.by_month(workspace.ledger().current()).values()) == [(), ()]


def test_neighbourhoods_that_appear_or_vanish(tmp_path: Path, settings: Settings) -> None:
    first, second = steps(1, 1.1)
    for row in second[24:48]:
        row[0] = 1102099
    before, after = taken(tmp_path, settings, first, second)
    assert before == ()
    assert [text.en for text in after] == [
        "Neighbourhoods differ from the month before: gone 1 (1102051), new 1 (1102099)."
    ]
    assert [text.ko for text in after] == [
        "지난달과 행정동이 다릅니다: 사라짐 1 (1102051), 생김 1 (1102099)."
    ]


def test_the_same_file_under_two_months(tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path / "workspace")
    path = write_xlsx(tmp_path / "2023-06.xlsx", portal_rows())
    copy = tmp_path / "2023-08.xlsx"
    copy.write_bytes(path.read_bytes())
    list(ingest(workspace, [path, copy], settings))
    june, august = warnings.by_month(workspace.ledger().current()).values()
    assert [text.en for text in june] == ["It is the same file as for 2023-08."]
    assert [text.ko for text in august] == ["2023-06에 반영한 것과 똑같은 파일입니다."]


USUAL = (1, 1.01, 1.02, 1.01, 1.0, 1.01)


def test_a_jump_of_a_city_mean(tmp_path: Path, settings: Settings) -> None:
    *orderly, last = taken(tmp_path, settings, *steps(*USUAL, 1.06))
    assert orderly == [()] * 6
    assert [text.en for text in last] == [
        "Games: the Seoul average changed by 5.0 times its usual change."
    ]
    assert [text.ko for text in last] == ["게임: 서울 평균이 평소 변화의 5.0배만큼 움직였습니다."]


@pytest.mark.parametrize(
    ("factors", "column"),
    [
        ((*USUAL, 1.04), GAME),  # three times the usual change
        ((*USUAL[:5], 1.06), GAME),  # too few months to know what is usual
        ((*USUAL, 9.0), YOUTUBE),  # an index: its scale is set anew each month
    ],
)
def test_no_jump(factors: Sequence[float], column: int, tmp_path: Path, settings: Settings) -> None:
    assert not any(taken(tmp_path, settings, *steps(*factors, column=column)))


def months_of(means: Sequence[float]) -> dict[Month, Entry]:
    """Ledger entries that know nothing but a city mean."""
    return {
        FIRST + number: Entry(
            month=str(FIRST + number), file="", sha256=str(number), source="seoul", taken="",
            cells="", rows=1, masked=0, values=1, synthetic=False, replaced=None,
            means={"game": mean}, prints={"game": str(number)}, codes=("1",),
        )
        for number, mean in enumerate(means)
    }  # fmt: skip


def false_alarms(months: int, draw: Callable[[], float], rounds: int = 3000) -> float:
    """The share of last months that are called a jump though all changes are alike."""
    warned = 0
    for _ in range(rounds):
        means = [100.0]
        for _ in range(months - 1):
            means.append(means[-1] + draw())
        entries = months_of(means)
        warned += bool(warnings.by_month(entries)[max(entries)])
    return warned / rounds


@pytest.mark.parametrize(("months", "most"), [(7, 0.032), (13, 0.015)])
def test_changes_that_are_alike_are_seldom_called_a_jump(months: int, most: float) -> None:
    chance = random.Random(7)
    assert 0 < false_alarms(months, lambda: chance.gauss(0, 1)) < most


def test_a_mean_that_never_moved_does_not_divide_by_zero() -> None:
    entries = months_of([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0])
    assert warnings.by_month(entries)[max(entries)] == ()


def test_two_months_of_a_break_do_not_make_it_usual() -> None:
    """A step in what is observed shows in the label months that overlap it."""
    entries = months_of([100, 98, 101, 121, 148, 147, 150])
    found = warnings.breaks(entries)
    assert found == {FIRST + 3: ("game",), FIRST + 4: ("game",)}
    (text,) = warnings.by_month(entries)[FIRST + 3]
    assert text.en.startswith("Games: possible break: the Seoul average changed by +19.8% since")
    assert "계열이 끊겼을 수 있으니" in text.ko


def test_changes_are_worked_out_once_a_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for every month anew: the page of the data shows the warnings of all of them."""
    entries = months_of([100, 98, 101, 121, 148, 147, 150] * 4)
    calls: list[str] = []
    changes = warnings._changes

    def counted(of: Mapping[Month, Entry], measure: str) -> dict[Month, float]:
        calls.append(measure)
        return changes(of, measure)

    monkeypatch.setattr(warnings, "_changes", counted)
    warnings.by_month(entries)
    assert calls == ["game", "game"], "once for breaks, once for jumps"


@pytest.mark.parametrize(
    "means",
    [
        (100, 98, 101, 112, 125, 124, 126),  # moves of less than 15 %
        (100, 80, 101, 122, 98, 120, 95),  # which moves so far all the time
        (100, 98, 121),  # too few months to know what is usual
    ],
)
def test_no_break(means: Sequence[float]) -> None:
    assert warnings.breaks(months_of(means)) == {}


@pytest.mark.seoul
def test_of_the_real_months_video_may_be_broken_twice(seoul_workspace: Store) -> None:
    entries = seoul_workspace.ledger().current()
    found = warnings.by_month(entries)
    assert len(found) == 7
    april, may = Month.of(2023, 4), Month.of(2023, 5)
    assert warnings.breaks(entries) == {april: ("video",), may: ("video",)}
    said = [text.en for texts in found.values() for text in texts if "break:" in text.en]
    assert [text[:41] for text in said] == ["Video: possible break: the Seoul average "] * 2
    assert ["+20.6%" in said[0], "+23.5%" in said[1]] == [True, True]


def test_many_unchanged_measures_are_counted_not_listed(tmp_path: Path, settings: Settings) -> None:
    first, second = portal_rows(), portal_rows()
    _, after = taken(tmp_path, settings, first, second)
    (unchanged,) = [text for text in after if "Unchanged" in text.en]
    named = [measure for measure in BY_ID.values() if f"{measure.text.en}," in unchanged.en]
    assert len(named) <= 3
    assert unchanged.en.endswith("more.")
    assert "외 " in unchanged.ko
