"""One Spark for the whole run: starting it takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from telads.engines import event_engine
from telads.errors import SettingError
from tests.cli.conftest import Telads, runner
from tests.tools import SPARK, lacking

if TYPE_CHECKING:
    from telads.engines.spark import SparkEvents

JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java compiles less, and collects in one thread: short runs are over before more would pay."""
QUICK = f"spark.driver.extraJavaOptions {JAVA}\n"


def spark_or_skip() -> None:
    """Skip, and say so, where there is no Spark."""
    from telads.engines.spark_session import require_pyspark

    try:
        require_pyspark()
    except SettingError as error:
        lacking(SPARK, error)


@pytest.fixture
def telads(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Telads:
    """Run the command line, on whatever workspace the words name."""
    monkeypatch.setenv("TELADS_LANG", "ko")
    return runner(capsys)


@pytest.fixture(scope="session")
def spark_conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for short runs."""
    file: Path = tmp_path_factory.mktemp("spark") / "spark.conf"
    file.write_text(QUICK, "utf-8")
    return file


@pytest.fixture(scope="session")
def spark(spark_conf: Path) -> Iterator[SparkEvents]:
    """Spark in a Java machine beside this process; stopped at the end."""
    spark_or_skip()
    from telads.engines.spark import SparkEvents

    engine = event_engine("spark", "local[2]", spark_conf, 1_000_000_000)
    assert isinstance(engine, SparkEvents)
    yield engine
    engine.session.stop()
