"""The suite of engines, on Polars."""

from __future__ import annotations

import pytest

from telads.engines import EventEngine, event_engine
from tests.aggregate.conformance import EngineSuite


class TestPolars(EngineSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        return event_engine("polars")
