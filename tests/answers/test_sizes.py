"""No answer tells more of a size than its shown one, which is rounded to 10."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from telads.answers.tables import of_month
from telads.export import export
from telads.method.disclosure import SHARE_DIGITS, size
from telads.store.workspace import Build, Store
from tests.asked import by_district, segments, services, signals, targets

KEY = ("district", "sex", "age")


def fitting(shown: int, share: float, total: int) -> list[int]:
    """The sizes that are rounded to the shown one and have the share of a total."""
    near = range(shown - 5, shown + 6)
    return [size for size in near if abs(size / total - share) <= 0.5 * 10**-SHARE_DIGITS]


@pytest.mark.seoul
def test_no_share_of_the_people_singles_a_size_out(
    seoul_build: Build, seoul_workspace: Store
) -> None:
    month = seoul_build.months[-1]
    cells = pl.read_parquet(seoul_workspace.cells()[month]).with_columns(
        age=(pl.col("age5") // 10 * 10).clip(upper_bound=70)
    )
    exact = cells.group_by(KEY).agg(pl.col("population").sum())
    total = round(exact["population"].sum())
    everybody = sum(size(each) for each in exact["population"])
    for district, sex, age, people in exact.iter_rows():
        facts = services(seoul_build, district, sex, age).facts
        shown, share = facts["population"], facts["population_share"]
        assert isinstance(shown, int)
        assert isinstance(share, float)
        assert shown == size(people)
        assert share == round(shown / everybody, SHARE_DIGITS)
        assert len(fitting(shown, share, total)) > 5


@pytest.mark.parametrize("service", ["delivery", "shopping"])
@pytest.mark.parametrize("by", ["affinity", "excess", "volume"])
def test_sums_of_usage_are_made_of_shown_sizes(twin_build: Build, service: str, by: str) -> None:
    answer = targets(twin_build, service, by, 300)
    usage = of_month(twin_build, "services", twin_build.months[-1]).filter(
        pl.col("service") == service
    )
    mean = pl.col("usage") * 100 / pl.col("index")
    known = usage.select(*KEY, "usage", mean=mean)
    rows = answer.rows.join(known, on=KEY, how="left", maintain_order="left")
    volume = rows["population"] * rows["usage"]
    share = volume / volume.sum()
    assert rows["volume_share"].to_list() == pytest.approx(share.to_list(), abs=1e-4)
    running = share.cum_sum()
    assert rows["cumulative_share"].to_list() == pytest.approx(running.to_list(), abs=5e-4)
    above = (rows["usage"] - rows["mean"]).clip(0)
    digits = rows["population"] * rows["usage"] * 2e-3  # usage and index are shown with four
    assert ((rows["excess"] - rows["population"] * above).abs() <= digits + 5).all()


def test_shares_have_four_decimals(twin_build: Build, tmp_path: Path) -> None:
    segment = ("마포구", "F", 30)
    export(twin_build, "targets", tmp_path / "targets.parquet")
    export(twin_build, "segments", tmp_path / "segments.parquet")
    frames = [
        targets(twin_build, "delivery", top=300).rows,
        segments(twin_build).rows,
        signals(twin_build, *segment).rows,
        by_district(twin_build, sex="F").rows,
        *(pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("targets", "segments")),
    ]
    for frame in frames:
        shares = [name for name in frame.columns if name.endswith(("share", "coverage"))
                  and not name.startswith("single_share")]  # fmt: skip
        assert shares
        for name in shares:
            known = frame[name].drop_nulls()
            assert (known == known.round(SHARE_DIGITS)).all(), name


def test_the_exported_targets_are_those_of_the_answer(twin_build: Build, tmp_path: Path) -> None:
    export(twin_build, "targets", tmp_path / "targets.parquet")
    month = str(twin_build.months[-1])
    written = pl.read_parquet(tmp_path / "targets.parquet").filter(
        (pl.col("month") == month) & (pl.col("service") == "delivery")
    )
    answer = targets(twin_build, "delivery", top=300).rows
    names = ("population", "excess", "volume_share", "cumulative_share")
    assert written.select(names).rows() == answer.select(names).rows()
    assert all(one <= next_ for one, next_ in pairwise(written["cumulative_share"]))
