"""The reference method, number for number against plain Python, and the faults it is kept for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from telads.engines.polars import scan_cells
from telads.method.affinity import affinity, ranks
from telads.method.association import read_cells, segment_correlations
from telads.method.classic import classic_associations, classic_scores
from telads.method.segments import Panel, read_panel
from telads.model import Segment, Sex
from telads.store.workspace import Store
from tests.samples import JUNE, lazy, made_cells, made_panel
from tests.seoul import SERVICE_IDS

HEADERS = {
    "game": "게임 서비스 사용일수",
    "finance": "금융 서비스 사용일수",
    "shopping": "쇼핑 서비스 사용일수",
    "video": "동영상/방송 서비스 사용일수",
    "youtube": "유튜브 사용일수",
    "netflix": "넷플릭스 사용일수",
    "delivery": "배달 서비스 사용일수",
}
Key = tuple[str, str, int]


def rows_of(path: Path) -> Iterable[tuple[str, Key, int, list[float]]]:
    """Code, segment, five-year age and the seven services of each row of a workbook."""
    types = dict.fromkeys(("행정동코드", "자치구", "성별", "연령대"), pl.String) | {
        HEADERS[service]: pl.Float64 for service in SERVICE_IDS
    }
    cells = pl.read_excel(path, columns=list(types), schema_overrides=types).select(list(types))
    for code, district, number, years, *days in cells.iter_rows():
        age = int(years)
        key = (district, {"1": "M", "2": "F"}[number], min(age - age % 10, 70))
        yield code, key, age, days


def plain_scores(
    folder: Path, months: range
) -> dict[tuple[int, Key, str], tuple[float, float, float]]:
    """(month, segment, service) -> weight, z, weighted z, as the study computed them."""
    by_month: dict[tuple[int, Key], list[list[float]]] = defaultdict(list)
    by_cell: dict[tuple[Key, str, int], list[list[float]]] = defaultdict(list)
    for month in months:
        for code, key, age, usage in rows_of(folder / f"2023.{month}월_29개 통신정보.xlsx"):
            by_month[month, key].append(usage)
            by_cell[key, code, age].append(usage)
    cells: dict[Key, list[list[float]]] = defaultdict(list)
    for (key, _, _), usages in by_cell.items():
        cells[key].append([fmean(column) for column in zip(*usages, strict=True)])
    overall = {key: [fmean(c) for c in zip(*usages, strict=True)] for key, usages in cells.items()}
    monthly = {at: [fmean(c) for c in zip(*rows, strict=True)] for at, rows in by_month.items()}
    scores = {}
    for index, service in enumerate(SERVICE_IDS):
        values = [means[index] for means in overall.values()]
        middle = fmean(values)
        spread = fmean((value - middle) ** 2 for value in values) ** 0.5
        for key, means in overall.items():
            z = (means[index] - middle) / spread
            average = fmean(monthly[month, key][index] for month in months)
            for month in months:
                weight = monthly[month, key][index] / average
                scores[month, key, service] = (weight, z, weight * z)
    return scores


@pytest.mark.seoul
@pytest.mark.slow
def test_the_study_is_reproduced_number_for_number(seoul: Path, seoul_workspace: Store) -> None:
    expected = plain_scores(seoul, range(1, 8))
    panel = read_panel(scan_cells(seoul_workspace.cells()), SERVICE_IDS)
    found = classic_scores(panel.plain, panel.overall[-1])
    compared = 0
    for t, month in enumerate(panel.months):
        for g, (district, sex, age) in enumerate(panel.segments):
            for s, service in enumerate(panel.services):
                figures = (found.weight[t, g, s], found.z[t, g, s], found.score[t, g, s])
                plain = expected[month.month, (district, str(sex), age), service]
                assert figures == pytest.approx(plain, rel=1e-9, abs=1e-9), (month, district, sex)
                compared += 1
    assert compared == len(expected) == 300 * 7 * 7


def two_months(later: float) -> Panel:
    """A segment that uses delivery little, and `later` in the second month."""
    panel = made_panel([JUNE, JUNE + 1])
    usage = panel.plain.copy()
    usage[:, 4, 6] = 5, later
    overall = np.stack([usage[0], usage.mean(axis=0)])
    return replace(panel, plain=usage, usage=usage, overall=overall)


@given(st.floats(5, 10), st.floats(0.01, 2))
def test_below_the_mean_more_use_lowers_the_classic_score(later: float, more: float) -> None:
    """The sign reversal: the fault is the study's, and affinity has it not."""
    before, after = two_months(later), two_months(later + more)
    scores = [classic_scores(panel.plain, panel.overall[-1]) for panel in (before, after)]
    assert scores[1].z[1, 4, 6] < 0
    # In the very month that use rose, against the month before it:
    assert scores[1].weight[1, 4, 6] > scores[1].weight[0, 4, 6]
    assert scores[1].score[1, 4, 6] < scores[1].score[0, 4, 6]
    z = [affinity(panel.usage[1], panel.population[1]) for panel in (before, after)]
    assert z[1][4, 6] > z[0][4, 6]
    assert ranks(z[1].T)[6, 4] <= ranks(z[0].T)[6, 4]


def test_ties_keep_the_order_of_the_study() -> None:
    assert SERVICE_IDS == (
        "game", "finance", "shopping", "video", "youtube", "netflix", "delivery",
    )  # fmt: skip
    assert ranks(np.zeros(7)).tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_platforms_correlate_neighbourhood_means_of_ten_years_of_age() -> None:
    """Against plain Python: five-year ages apart would answer otherwise."""
    months = (JUNE, JUNE + 1)
    cells = made_cells(months)
    panel = read_panel(lazy(cells), SERVICE_IDS)
    found = read_cells(lazy(cells), months, SERVICE_IDS, panel.segments)
    r, n = classic_associations(found)
    own = 5
    district, sex, age = panel.segments[own]
    usages: dict[str, list[list[float]]] = defaultdict(list)
    for row in cells.iter_rows(named=True):
        if (row["district"], row["sex"], min(row["age5"] // 10 * 10, 70)) == (district, sex, age):
            usages[row["code"]].append([row[service] for service in SERVICE_IDS])
    places = [[fmean(column) for column in zip(*rows, strict=True)] for rows in usages.values()]
    plain = np.corrcoef(np.array(places).T)
    apart = ~np.eye(7, dtype=bool)
    assert_allclose(r[own][apart], plain[apart])
    assert (n[own] == 4).all()
    by_cell, _ = segment_correlations(found, within_age=False, weighted=False)
    assert np.abs(by_cell[own] - plain)[apart].max() > 0.1


def test_a_neighbourhood_masked_in_one_age_has_the_mean_of_the_other() -> None:
    cells = made_cells()
    masked = (pl.col("code") == "0001") & (pl.col("sex") == "M") & (pl.col("age5") == 20)
    hidden = cells.with_columns(game=pl.when(~masked).then("game"))
    segments = read_panel(lazy(cells), SERVICE_IDS).segments
    own, game = segments.index(Segment("강남구", Sex.MALE, 20)), SERVICE_IDS.index("game")
    r, n = classic_associations(read_cells(lazy(hidden), (JUNE,), SERVICE_IDS, segments))
    chosen = hidden.filter(district="강남구", sex="M").filter(pl.col("age5").is_in([20, 25]))
    means = chosen.group_by("code", maintain_order=True).agg(pl.col(SERVICE_IDS).mean())
    plain = np.corrcoef(means.select(SERVICE_IDS).to_numpy().T)
    assert_allclose(np.delete(r[own][game], game), np.delete(plain[game], game))
    assert (n[own] == 4).all()
