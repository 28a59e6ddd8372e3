"""Without pyspark, Java, a cluster or sense in its settings, Spark's engine says what to do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from telads.engines import event_engine
from telads.engines.spark_session import STAGING, is_local, read_settings, start
from telads.errors import SettingError
from telads.text import Lang
from tests.aggregate.conftest import spark_or_skip
from tests.tools import SPARK, lacking

FILE = """
# remarks and empty lines are passed over
spark.executor.memory   4g
spark.executor.instances=3
  spark.driver.extraJavaOptions = -XX:TieredStopAtLevel=1 -Da=b
spark.jars: /a b/c.jar
"""


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SettingError) as caught:
        event_engine("spark")
    for lang in ("ko", "en"):
        assert "pip install -e '.[spark]'" in caught.value.line(lang)


@pytest.mark.spark
def test_without_java_a_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not find_spec("pyspark"):
        lacking(SPARK, "pyspark is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SettingError, match="jre-headless"):
        event_engine("spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java"))
    with pytest.raises(SettingError) as caught:
        event_engine("spark")
    assert caught.value.facts["value"] == str(tmp_path / "no-java" / "bin" / "java")


@pytest.mark.spark
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_java_that_does_not_start_is_one_line(tmp_path: Path, lang: Lang) -> None:
    """Its own words are in a log that the line names and that stays."""
    spark_or_skip()
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'class file version 61.0' >&2\nexit 1\n", "utf-8")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "log").mkdir()
    telads = str(Path(sys.executable).with_name("telads"))
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "log" / "a.parquet")
    told = subprocess.run(
        [telads, "aggregate", str(tmp_path / "log"), "--engine", "spark", "--lang", lang],
        env=os.environ | {"JAVA_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    (log,) = tmp_path.glob("telads-spark-*.log")
    assert str(log) in told.stderr
    assert "class file version" in log.read_text("utf-8")


def test_settings_are_read_as_spark_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "spark.conf"
    file.write_text(FILE, "utf-8")
    assert read_settings(file) == {
        "spark.executor.memory": "4g", "spark.executor.instances": "3",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -Da=b",
        "spark.jars": "/a b/c.jar",
    }  # fmt: skip


@pytest.mark.parametrize(
    "line", ["executor.memory 4g", "spark.executor.memory", "spark. 4g", "[a]"]
)
def test_a_line_that_is_no_setting_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "spark.conf"
    file.write_text(f"spark.a b\n\n{line}\n", "utf-8")
    with pytest.raises(SettingError) as caught:
        read_settings(file)
    assert caught.value.facts == {"file": file, "row": 3, "value": line}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(tmp_path / "nowhere")
    assert caught.value.facts["file"] == tmp_path / "nowhere"


def test_settings_of_spark_are_for_spark(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="Spark"):
        event_engine("polars", spark_master="local[2]")
    with pytest.raises(SettingError, match="Spark"):
        event_engine("polars", spark_conf=tmp_path)


@pytest.mark.spark
@pytest.mark.parametrize("master", ["spark://127.0.0.1:9", "yarn", "local-cluster[2,1,1024]"])
def test_a_cluster_needs_a_folder_that_all_share(
    master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known before anything is started or waited for."""
    spark_or_skip()
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    with pytest.raises(SettingError) as caught:
        start(master, None, None)
    assert STAGING in caught.value.line("en")
    assert not is_local(master)
