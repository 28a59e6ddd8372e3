"""The suite of traps, on every engine."""

from __future__ import annotations

import pytest

from telads.engines import EventEngine, event_engine
from tests.aggregate.traps import TrapSuite


class TestPolarsTraps(TrapSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        return event_engine("polars")


@pytest.mark.spark
class TestSparkTraps(TrapSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: EventEngine) -> EventEngine:
        return spark
