"""A real cluster loses a worker in the middle of an aggregation; nothing is lost with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.engines import event_engine
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.cluster import PATIENCE, Cluster, cluster, wait_for
from tests.aggregate.conftest import JAVA, spark_or_skip

LABEL = Month.of(2023, 6)
SUBSCRIBERS, ROWS_A_DAY = 60_000, 15_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.4 million rows of three months."""
    folder = tmp_path_factory.mktemp("log")
    random = np.random.default_rng(1)
    homes = pl.Series([str(code) for code in logs.PLACES])
    apps = pl.Series(list(logs.APPS))
    (folder / "events").mkdir()
    for month, length in ((3, 31), (4, 30), (5, 31)):
        who = random.integers(0, SUBSCRIBERS, ROWS_A_DAY * length)
        days = [date(2023, month, 1) + timedelta(days=day) for day in range(length)]
        pl.DataFrame({
            "subscriber_id": who, "date": pl.Series(days).repeat_by(ROWS_A_DAY).explode(),
            "service": apps.gather(random.integers(0, apps.len(), who.size)),
            "home_code": homes.gather(who % homes.len()),
            "sex": pl.Series(["M", "F"]).gather(who // 7 % 2),
            "birth_year": 1940 + who % 60,
        }).write_parquet(folder / "events" / f"{month}.parquet")  # fmt: skip
    logs.write_tables(folder)
    return folder


def settings_of(folder: Path) -> Path:
    """Settings of Spark: bounded, on loopback, and with a record of what happened."""
    (folder / "happened").mkdir()
    settings = {
        "spark.telads.staging": f"file://{folder}/staging",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "600m", "spark.executor.memory": "600m",
        "spark.driver.extraJavaOptions": JAVA, "spark.executor.extraJavaOptions": JAVA,
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
        "spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder}/happened",
        "spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false",
    }  # fmt: skip
    file = folder / "spark.conf"
    file.write_text("".join(f"{key} {value}\n" for key, value in settings.items()), "utf-8")
    return file


def happened(folder: Path) -> Counter[str]:
    """The events that Spark recorded, by name."""
    (record,) = (folder / "happened").iterdir()
    return Counter(json.loads(line)["Event"] for line in record.read_text("utf-8").splitlines())


def lose_a_worker(running: Cluster, staging: Path, driver: subprocess.Popen[bytes]) -> int:
    """Kill the first worker while the second month is written; how many months were finished."""

    def second_month() -> bool:
        assert driver.poll() is None, "the aggregation ended before a worker could be lost"
        return len(list(staging.glob("*/events-*/_temporary"))) > 0 and len(finished()) > 0

    def finished() -> list[Path]:
        return list(staging.glob("*/events-*/_SUCCESS"))

    wait_for("the second month", second_month)
    (victim, *_) = running.workers
    assert list(victim.folder.glob("app-*/*/stderr")), "the worker had no part in it"
    victim.kill()
    return len(finished())


@pytest.mark.spark
@pytest.mark.slow
def test_a_worker_is_lost_and_nothing_else(log: Path, tmp_path: Path, settings: Settings) -> None:
    spark_or_skip()
    request = Request((str(log),), months=(LABEL,))
    expected = Store(tmp_path / "expected")
    aggregate(expected, request, settings, event_engine("polars"))
    conf, staging, found = settings_of(tmp_path), tmp_path / "staging", Store(tmp_path / "w")
    with cluster(tmp_path / "cluster") as running:
        command = [
            str(Path(sys.executable).with_name("telads")), "aggregate", str(log), "--engine",
            "spark", "--spark-master", running.url, "--spark-conf", str(conf),
            "--month", str(LABEL), "-w", str(found.path), "--lang", "en",
        ]  # fmt: skip
        driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            assert lose_a_worker(running, staging, driver) in {1, 2}
            _, told = driver.communicate(timeout=PATIENCE)
        finally:
            driver.kill()
            driver.wait(10)
    assert driver.returncode == 0, told.decode()
    assert happened(tmp_path)["SparkListenerExecutorRemoved"] >= 1
    assert not list(staging.glob("*/*")), "partial results are about persons"
    assert_frame_equal(
        pl.read_parquet(found.cells()[LABEL]), pl.read_parquet(expected.cells()[LABEL]),
        abs_tol=1e-9, rel_tol=0,
    )  # fmt: skip
    made = [one.ledger().current()[LABEL].made for one in (found, expected)]
    assert made[0]["rows"] == made[1]["rows"]
    assert made[0]["subscribers"] == made[1]["subscribers"]
