"""How many requests a minute one address or key may make (TELADS_API_RATE).

Counted in Django's cache over a sliding minute: this minute's requests, and those of the minute
before as far as they still lie within sixty seconds, taken as evenly spread. The default cache is
each worker's own memory, so with several workers (TELADS_WORKERS) a client that is spread over
them can make as many times more; with one worker, or a shared cache, the number is exact.
"""

from __future__ import annotations

import time
from math import ceil

from django.core.cache import cache

MINUTE = 60


def count(who: str, requests: int, now: float | None = None) -> None:
    """Count requests in this minute, whether there is room for them or not."""
    minute = (time.time() if now is None else now) // MINUTE
    own = f"api-rate:{who}:{minute:.0f}"
    cache.add(own, 0, 2 * MINUTE)
    cache.incr(own, requests)


def seconds_to_wait(who: str, limit: int, now: float | None = None) -> int:
    """Count a request; 0 if it may go on, else the seconds after which one more would."""
    moment = time.time() if now is None else now
    minute, passed = divmod(moment, MINUTE)
    own, former = f"api-rate:{who}:{minute:.0f}", f"api-rate:{who}:{minute - 1:.0f}"
    before, during = int(cache.get(former, 0)), int(cache.get(own, 0))
    if before * (1 - passed / MINUTE) + during < limit:
        count(who, 1, moment)
        return 0
    if during < limit:  # enough of the minute before has to pass
        return max(1, ceil(MINUTE * (1 - (limit - during) / before) - passed) + 1)
    return max(1, ceil(MINUTE - passed + MINUTE * (1 - limit / during)) + 1)
