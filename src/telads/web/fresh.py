"""Work that takes some hundred megabytes, done by a process of its own that ends with it.

The server's supervisor, here for long, keeps none of that; killed, the process takes down nobody
but itself.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable

FRESH = multiprocessing.get_context("spawn")
"""Processes that inherit nothing but what they are told."""


def in_fresh(target: Callable[..., None], *arguments: object) -> bool:
    """Have a function run to its end; False, and logged, where no process could be started.

    A machine without room for one may have it a moment later: whoever asked looks again then.
    """
    process = FRESH.Process(target=target, args=arguments, daemon=True)
    try:
        process.start()
    except OSError as error:
        facts = {"target": target.__name__, "told": str(error)}
        logging.getLogger("telads.web").error("no process", extra={"facts": facts})
        return False
    process.join()
    return True
