"""Correlations inside segments against a loop that does one pair at a time."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.testing import assert_allclose, assert_array_equal

from telads.method.association import correlations, read_cells, segment_correlations
from telads.method.segments import Array
from telads.model import Segment, Sex
from tests.samples import JUNE, lazy, made_cells, made_panel
from tests.seoul import SERVICE_IDS

SEGMENTS = made_panel().segments
OWN = Segment("관악구", Sex.FEMALE, 30)


def one_pair(rows: pl.DataFrame, one: str, other: str) -> float:
    """Weighted correlation after removing each five-year age's weighted mean, in plain loops."""
    residuals = []
    for age in rows["age5"].unique():
        part = rows.filter(age5=age)
        means = [np.average(part[name], weights=part["population"]) for name in (one, other)]
        residuals += [
            (row["population"], row[one] - means[0], row[other] - means[1])
            for row in part.rows(named=True)
        ]
    total = [sum(w * a * b for w, a, b in residuals)]
    total += [sum(w * part[i] ** 2 for w, *part in residuals) for i in (0, 1)]
    return float(total[0] / (total[1] * total[2]) ** 0.5)


def own_rows(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("age5").is_in([30, 35]), district=OWN.district, sex=OWN.sex)


def found_in(cells: pl.DataFrame, **how: bool) -> tuple[Array, Array]:
    read = read_cells(lazy(cells), (JUNE,), SERVICE_IDS, SEGMENTS)
    r, n = segment_correlations(read, **({"within_age": True, "weighted": True} | how))
    at = SEGMENTS.index(OWN)
    return r[at], n[at]


def test_a_correlation_counts_people_and_leaves_the_age_band_out() -> None:
    cells = made_cells()
    r, n = found_in(cells)
    expected = one_pair(own_rows(cells), "game", "delivery")
    assert_allclose(r[SERVICE_IDS.index("game"), SERVICE_IDS.index("delivery")], expected)
    assert_array_equal(n, 8)
    assert_allclose(r, r.T)


def test_the_study_counted_cells_and_kept_the_age_band_in() -> None:
    r, _ = found_in(made_cells(), within_age=False, weighted=False)
    rows = own_rows(made_cells()).select(SERVICE_IDS).to_numpy()
    assert_allclose(r, np.corrcoef(rows.T))


def test_masked_cells_are_left_out_pair_by_pair() -> None:
    cells = made_cells()
    code = own_rows(cells)["code"][0]
    masked = cells.with_columns(game=pl.when(pl.col("code") != code).then("game"))
    r, n = found_in(masked)
    game, shopping = (SERVICE_IDS.index(name) for name in ("game", "shopping"))
    assert (n[game, shopping], n[shopping, shopping]) == (6, 8)
    assert_allclose(np.delete(np.delete(r, game, 0), game, 1),
                    np.delete(np.delete(found_in(cells)[0], game, 0), game, 1))  # fmt: skip
    assert np.isfinite(r[game]).all()


def test_cells_of_masked_population_weigh_nothing_and_are_not_counted() -> None:
    cells = made_cells()
    code = own_rows(cells)["code"][0]
    masked = cells.with_columns(population=pl.when(pl.col("code") != code).then("population"))
    r, n = found_in(masked)
    gone, _ = found_in(cells.filter(pl.col("code") != code))
    assert_array_equal(n, 6)
    assert_allclose(r, gone)


def test_a_column_that_does_not_vary_has_no_correlation() -> None:
    r, _ = found_in(made_cells().with_columns(game=pl.lit(0.1)))
    assert np.isnan(r[SERVICE_IDS.index("game")]).all()
    assert np.isfinite(np.delete(np.delete(r, 0, 0), 0, 1)).all()


def test_many_segments_at_once_are_each_as_if_alone() -> None:
    read = read_cells(lazy(made_cells()), (JUNE,), SERVICE_IDS, SEGMENTS)
    r, n = segment_correlations(read, within_age=True, weighted=True)
    for index in range(0, len(SEGMENTS), 5):
        of = read.at == index
        alone = correlations(read.usage[of], read.population[of], read.age5[of])
        assert_allclose(r[index], alone[0], rtol=1e-9)
        assert_array_equal(n[index], alone[1])


def test_a_window_averages_the_months_and_leaves_the_masked_ones_out() -> None:
    cells = made_cells([JUNE, JUNE + 1])
    masked = cells.with_columns(
        game=pl.when((pl.col("month") == JUNE.number) | (pl.col("age5") != 30)).then("game")
    )
    read = read_cells(lazy(masked), (JUNE, JUNE + 1), SERVICE_IDS, SEGMENTS)
    first = (read.at == SEGMENTS.index(OWN)) & (read.code == "0100")
    rows = own_rows(cells).filter(code="0100")
    of = {age: rows.filter(age5=age).sort("month")["game"].to_list() for age in (30, 35)}
    assert_allclose(read.usage[first, 0], [of[30][0], sum(of[35]) / 2])


def test_a_segment_without_cells_knows_nothing() -> None:
    r, n = found_in(made_cells(districts=["강남구"]))
    assert np.isnan(r).all()
    assert_array_equal(n, 0)
