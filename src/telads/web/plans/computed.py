"""Plans that were computed a moment ago: what was tried out is saved, what was compared as well.

A plan depends on nothing but its build and its brief, so the same question need not be computed
twice. Each worker keeps the last `MOST`, some megabytes each for the largest.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from telads.planning.brief import Brief
from telads.planning.plan import Plan, canonical, make_plan
from telads.workspace import Build

MOST = 16

_known: OrderedDict[tuple[str, str], Plan] = OrderedDict()
_lock = Lock()


def computed(build: Build, brief: Brief) -> Plan:
    """As `make_plan`, and raises what it raises."""
    key = (str(build.path), canonical(brief.document()))
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    plan = make_plan(build, brief)
    with _lock:
        _known[key] = plan
        while len(_known) > MOST:
            _known.popitem(last=False)
    return plan
