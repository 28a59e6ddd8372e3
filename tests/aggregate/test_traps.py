"""The suites of traps, of engines and of files, on every engine."""

from __future__ import annotations

import pytest

from telads.engines import EventEngine, event_engine
from tests.aggregate.file_traps import FileSuite
from tests.aggregate.traps import TrapSuite


class TestPolarsTraps(TrapSuite, FileSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        return event_engine("polars")


@pytest.mark.spark
class TestSparkTraps(TrapSuite, FileSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: EventEngine) -> EventEngine:
        return spark
