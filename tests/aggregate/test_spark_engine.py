"""The suite of engines, on Spark."""

from __future__ import annotations

import pytest

from telads.engines.spark import SparkEvents
from tests.aggregate.conformance import EngineSuite


class TestSpark(EngineSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> SparkEvents:
        return SparkEvents("local[2]", memory=1_000_000_000)
