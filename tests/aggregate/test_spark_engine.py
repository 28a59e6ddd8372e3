"""The suite of engines, on Spark; its cells are used like others, and `spark-submit` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import telads
from telads.aggregate.inputs import read_events
from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.cli import __main__ as program
from telads.engines import EventEngine, event_engine
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.conformance import LABEL, TOLERANCE, EngineSuite
from tests.aggregate.conftest import QUICK, spark_or_skip

if TYPE_CHECKING:
    from telads.engines.spark import SparkEvents

pytestmark = [pytest.mark.spark, pytest.mark.slow]


class TestSpark(EngineSuite):
    parts = 2

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: EventEngine) -> EventEngine:
        return spark


def test_cells_are_built_and_evaluated_like_those_of_polars(
    spark: EventEngine, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    logs.write(logs.events(), log / "events")
    logs.write_tables(log)
    evaluations = []
    for engine in (spark, event_engine("polars")):
        workspace = Store(tmp_path / engine.id)
        taken = aggregate(workspace, Request((str(log),)), settings, engine)
        assert [str(one.month) for one in taken] == ["2023-05", "2023-06", "2023-07"]
        assert all(one.entry and one.entry.made["engine"].startswith(engine.id) for one in taken)
        opened = telads.Workspace(workspace, settings)
        opened.build()
        evaluations.append(opened.evaluate().rows)
    assert evaluations[0].height > 10
    assert evaluations[0]["value"].null_count() < evaluations[0].height
    assert_frame_equal(*evaluations, abs_tol=TOLERANCE, rel_tol=0)


def test_a_cluster_can_be_given_the_program(settings: Settings, tmp_path: Path) -> None:
    """`spark-submit` starts Spark and says what it is; the program joins it."""
    spark_or_skip()
    import pyspark

    log, found, expected = (tmp_path / name for name in ("log", "found", "expected"))
    logs.write(logs.events(), log / "events", files=1)
    logs.write_tables(log)
    aggregate(Store(expected), Request((str(log),), months=(LABEL,)), settings,
              event_engine("polars"))  # fmt: skip
    home = Path(pyspark.__file__).parent
    conf = tmp_path / "spark.conf"
    conf.write_text(QUICK, "utf-8")
    told = subprocess.run(
        [str(home / "bin" / "spark-submit"), "--master", "local[2]", "--driver-memory", "600m",
         "--properties-file", str(conf), "--conf", "spark.driver.bindAddress=127.0.0.1",
         "--conf", "spark.driver.host=127.0.0.1", "--conf", f"spark.telads.staging=file://{tmp_path}/s",
         program.__file__, "aggregate", str(log), "--engine", "spark",
         "--month", str(LABEL), "-w", str(found), "--format", "csv"],
        env=os.environ | {"PYSPARK_DRIVER_PYTHON": sys.executable, "SPARK_HOME": str(home)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    cells = [pl.read_parquet(Store(folder).cells()[LABEL]) for folder in (found, expected)]
    assert_frame_equal(*cells, abs_tol=TOLERANCE, rel_tol=0)
    assert (tmp_path / "s").is_dir()
    assert not list((tmp_path / "s").iterdir())


def test_moments_of_spark_count_for_their_day_in_seoul(spark: SparkEvents, tmp_path: Path) -> None:
    """On both engines: Spark stores them as of UTC, in a form without a zone."""
    logs.write([logs.event(1, date(2023, 3, 1), "Bank")], tmp_path / "plain", 1)
    rows = spark.session.read.parquet(f"file://{tmp_path}/plain")
    night = rows.selectExpr("* except (date)", "timestamp'2023-03-01 01:00:00' as date")
    night.write.parquet(f"file://{tmp_path}/log")
    for engine in (spark, event_engine("polars")):
        read = engine.collect(read_events(engine, (str(tmp_path / "log"),)))
        assert read["date"].to_list() == [date(2023, 3, 1)], engine.id
