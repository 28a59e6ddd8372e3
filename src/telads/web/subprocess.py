"""Work that needs some hundred megabytes, in a process of its own that ends with it.

The server's supervisor, which runs for long, keeps none of that memory, and survives if the process
is killed.
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
"""Processes that inherit nothing but their arguments."""


def in_fresh(target: Callable[..., None], *arguments: object) -> bool:
    """Run a function to its end in a new process; returns False, and logs, if none can be started.

    A machine without memory for one may have it later: the caller retries.
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
    """Start processes inside that never receive Ctrl+C, from their first instruction on.

    A terminal sends it to all processes of a program. Only the supervisor handles it, and ends the
    others, which would otherwise print a traceback, or get two signals and hang.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The helper of multiprocessing starts with the first process, and unblocks interrupts.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_all(seconds: float) -> None:
    """End running processes of this kind; kill those that remain after some seconds."""
    running = multiprocessing.active_children()
    for process in running:
        process.terminate()
    until = time.monotonic() + seconds
    for process in running:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
