"""What tests of recommenders share."""

from __future__ import annotations

import pytest

from telads.method.segments import Panel
from tests.samples import made_panel

pytest.register_assert_rewrite("tests.method.conformance")


@pytest.fixture(scope="session")
def panel() -> Panel:
    """Made-up months with a gap before the last."""
    from tests.method.conformance import MONTHS

    return made_panel(MONTHS)
