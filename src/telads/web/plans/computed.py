"""Plans that were computed a moment ago: what was tried out is saved, what was compared as well.

A plan depends on nothing but its build and its brief, so the same question need not be computed
twice. Each worker keeps the last `MOST`, some megabytes each for the largest.
"""

from __future__ import annotations

import json
from functools import lru_cache

from telads.planning.brief import Brief, read_brief
from telads.planning.plan import Plan, canonical, make_plan
from telads.workspace import Build

MOST = 16


def computed(build: Build, brief: Brief) -> Plan:
    """As `make_plan`, and raises what it raises."""
    return _made(build, canonical(brief.document()))


@lru_cache(MOST)
def _made(build: Build, brief: str) -> Plan:
    return make_plan(build, read_brief(json.loads(brief)))
