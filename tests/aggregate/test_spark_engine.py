"""The suite of engines, on Spark."""

from __future__ import annotations

import pytest

from telads.engines import EventEngine
from tests.aggregate.conformance import EngineSuite


@pytest.mark.spark
@pytest.mark.slow
class TestSpark(EngineSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: EventEngine) -> EventEngine:
        return spark
