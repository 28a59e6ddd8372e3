"""Work that takes some hundred megabytes, done by a process of its own that ends with it.

The server's supervisor, here for long, keeps none of that; killed, the process takes down nobody
but itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

FRESH = multiprocessing.get_context("spawn")
"""Processes that inherit nothing but what they are told."""


def in_fresh(target: Callable[..., None], *arguments: object) -> bool:
    """Have a function run to its end; False, and logged, where no process could be started.

    A machine without room for one may have it a moment later: whoever asked looks again then.
    """
    process = FRESH.Process(target=target, args=arguments, daemon=True)
    try:
        with deaf_to_interrupts():
            process.start()
    except OSError as error:
        facts = {"target": target.__name__, "told": str(error)}
        logging.getLogger("telads.web").error("no process", extra={"facts": facts})
        return False
    process.join()
    return True


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started meanwhile never hear of Ctrl+C, from their first instruction on.

    A terminal sends it to all processes of a program. The supervisor alone minds it, and ends the
    others, which would else end in a traceback, or hear of their end twice and hang.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its helper is started with the first process, and lets interrupts through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_all(seconds: float) -> None:
    """End what runs of such processes; what has not ended after some seconds is killed."""
    running = multiprocessing.active_children()
    for process in running:
        process.terminate()
    until = time.monotonic() + seconds
    for process in running:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
