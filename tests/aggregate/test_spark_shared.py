"""Partial results in a folder that a cluster shares: complete or refused, and gone at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl
import pytest

from telads.errors import DataError
from tests.aggregate.traps import rows_of

if TYPE_CHECKING:
    from telads.engines.spark import SparkEvents

pytestmark = pytest.mark.spark


@pytest.fixture
def sharing(spark: SparkEvents, tmp_path: Path) -> SparkEvents:
    """An engine that keeps partial results in a shared folder."""
    from telads.engines.spark import SparkEvents

    engine = SparkEvents()
    engine.staging = f"file://{tmp_path}/shared"
    return engine


@pytest.fixture
def log(tmp_path: Path) -> str:
    pl.DataFrame({"a": range(1000)}).write_parquet(tmp_path / "log.parquet")
    return str(tmp_path / "log.parquet")


def test_the_workspace_holds_where_it_lies(sharing: SparkEvents, log: str, tmp_path: Path) -> None:
    target = tmp_path / "job" / "part.parquet"
    sharing.save(rows_of(sharing, log), target)
    assert target.read_text("utf-8") == f"file://{tmp_path}/shared/job/part.parquet"
    assert sharing.collect(sharing.load([target]))["a"].sort().to_list() == list(range(1000))
    (tmp_path / "shared" / "job" / "left-by-a-killed-run").mkdir()
    sharing.discard(tmp_path / "job")
    assert not (tmp_path / "job").exists()
    assert not list((tmp_path / "shared").iterdir())


def test_a_job_of_another_folder_is_removed_there(
    sharing: SparkEvents, log: str, tmp_path: Path
) -> None:
    """The setting may have changed since; the workspace's file knows better."""
    target = tmp_path / "job" / "part.parquet"
    sharing.save(rows_of(sharing, log), target)
    sharing.staging = f"file://{tmp_path}/other"
    sharing.discard(tmp_path / "job")
    assert not list((tmp_path / "shared").iterdir())


def test_rows_on_a_disk_of_a_nodes_own_are_missed(
    sharing: SparkEvents, log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another node wrote to its own disk is not there for the driver."""
    from pyspark.sql import DataFrameWriter

    write = DataFrameWriter.parquet

    def elsewhere(writer: DataFrameWriter, url: str) -> None:
        write(writer, url)
        files = sorted(Path(url.removeprefix("file://")).glob("part-*.parquet"))
        assert len(files) == 2
        files[0].unlink()

    monkeypatch.setattr(DataFrameWriter, "parquet", elsewhere)
    target = tmp_path / "job" / "part.parquet"
    halves = nw.from_native(rows_of(sharing, log).to_native().repartition(2))
    with pytest.raises(DataError, match="share") as caught:
        sharing.save(halves, target)
    assert caught.value.facts["value"] == "500 / 1000"
    assert not target.exists()
