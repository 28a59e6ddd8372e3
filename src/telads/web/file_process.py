"""Decks, PDFs, PNGs and whole tables are made by a process beside each worker, not in the worker.

They take tenths of a second to seconds of Python, or of a library that keeps the interpreter's
lock all that time (a map as PNG, a second); every page of the worker would wait. In `made` the
thread of the request waits instead, without the lock, and the response is the file:

    content = made(plan_content, plan, name, lang)

The process begins with the first file, makes one at a time, and ends after `IDLE_SECONDS` without
one, after `MOST_FILES`, so that what its libraries keep is given back, and with its worker, however
that ends. If it ends before its answer, killed or out of memory, the file is made once more by a
new one; then, or after `SECONDS`, the answer is `FileNotMade`. So it is where `MOST_REQUESTS` wait
already: a thread of the worker is left for pages. Whole tables, which take longer, have a process
of their own (`table_made`).
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pickle import PicklingError
from traceback import format_exc
from typing import ParamSpec, TypeVar

from django.conf import settings as django_settings

from telads.dataset import in_force, using
from telads.errors import TeladsError
from telads.text import Text
from telads.web.subprocess import FRESH, deaf_to_interrupts

P = ParamSpec("P")
T = TypeVar("T")
SECONDS = 60.0
"""Longest time for one file; a PNG takes one."""
TABLE_SECONDS = 900.0
"""The same for a whole table; that of platforms as a workbook takes 8 for 7 months."""
IDLE_SECONDS, TABLE_IDLE_SECONDS = 300.0, 10.0
"""Time without a file after which the process ends; a large table takes hundreds of megabytes."""
MOST_FILES = 200
ATTEMPTS = 2
MOST_REQUESTS = 3
"""Requests of a worker that wait for files at once: fewer than its threads (`serve.THREADS`)."""


class FileNotMade(TeladsError):
    """A file could not be made: its process ended twice, or takes too long."""

    code = "file-not-made"


class FileProcess:
    """A process that calls functions, one at a time. Thread-safe."""

    def __init__(
        self, seconds: float = SECONDS, idle: float = IDLE_SECONDS, most: int = MOST_FILES
    ) -> None:
        self.seconds, self.idle, self.most = seconds, idle, most
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._called = 0

    @property
    def pid(self) -> int | None:
        """The number of the process, if one runs."""
        running = self._process is not None and self._process.is_alive()
        return self._process.pid if running and self._process else None

    def call(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """The result of a function of a module, or its error; arguments and result are pickled.

        The dataset in force is so there, too. Raises `FileNotMade`.
        """
        asked = (in_force(), function, args, named)
        with self._lock:
            for attempt in range(ATTEMPTS):
                try:
                    done, result = self._answer(asked)
                    break
                except TimeoutError:
                    self._told("file takes too long", attempt, function)
                    raise _not_made() from None
                except (EOFError, OSError):
                    self._told("process of files ended", attempt, function)
                except BaseException:
                    self.end()  # whatever is still in the pipe is no answer to the next request
                    raise
            else:
                raise _not_made()
        if not done:
            raise result  # type: ignore[misc] # an exception then
        return result  # type: ignore[return-value]

    def end(self) -> None:
        """End the process, if one runs."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _answer(self, asked: object) -> tuple[bool, object]:
        if self._pipe is None or self.pid is None or self._called >= self.most:
            self.end()
            self._process, self._pipe = _started(self.idle)
            self._called = 0
        self._called += 1
        self._pipe.send(asked)
        if not self._pipe.poll(self.seconds):
            raise TimeoutError
        answer: tuple[bool, object] = self._pipe.recv()
        return answer

    def _told(self, what: str, attempt: int, function: Callable[..., object]) -> None:
        self.end()
        facts = {"function": function.__name__, "attempt": attempt + 1}
        logging.getLogger("telads.web").error(what, extra={"facts": facts})


def _not_made() -> FileNotMade:
    return FileNotMade(
        Text("파일을 만들지 못했습니다.", "The file could not be made."),
        Text("잠시 뒤에 다시 받아 주세요. 계속되면 관리자에게 알려 주세요.",
             "Download it again in a while. If this goes on, let your administrator know."),
    )  # fmt: skip


def _started(idle: float) -> tuple[SpawnProcess, Connection]:
    """A new process, and this end of the pipe to it."""
    here, there = FRESH.Pipe()
    process = FRESH.Process(target=_work, args=(there, idle), daemon=True)
    try:
        with deaf_to_interrupts():
            process.start()
    finally:
        there.close()  # so that the end of the process ends the pipe
    return process, here


def _work(pipe: Connection, idle: float) -> None:
    """Call what comes through the pipe until nothing does for a while."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while pipe.poll(idle):
        try:
            asked = pipe.recv_bytes()
        except EOFError:
            return
        answer = _answer(asked)
        try:
            pipe.send(answer)
        except (TypeError, AttributeError, PicklingError):
            pipe.send((False, RuntimeError(f"cannot be sent: {answer[1]!r}")))


def _answer(asked: bytes) -> tuple[bool, object]:
    """Whether a call is done, and its result or its error."""
    try:
        dataset, function, args, named = pickle.loads(asked)
        with using(dataset):
            return True, function(*args, **named)
    except MemoryError:
        raise  # a new process has more
    except Exception as error:
        if not isinstance(error, TeladsError):
            error.add_note(format_exc())  # a traceback does not go through a pipe
        return False, error


def _end_with_parent() -> None:
    """Exit once the worker has ended, even if killed, and even in the middle of a file."""
    worker = parent_process()
    if worker is not None:
        worker.join()
        os._exit(1)


FILES = FileProcess()
TABLES = FileProcess(TABLE_SECONDS, TABLE_IDLE_SECONDS)
"""The processes beside this worker."""
_requests = threading.BoundedSemaphore(MOST_REQUESTS)


def made(function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """The result of a function, called by the process beside this worker.

    Called here if the setting `FILES_BESIDE` says so. Raises `FileNotMade`, and what it raises.
    """
    return _made(FILES, function, *args, **named)


def table_made(function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """The same for what may take minutes: other files are not made to wait."""
    return _made(TABLES, function, *args, **named)


def _made(process: FileProcess, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    if not django_settings.FILES_BESIDE:
        return function(*args, **named)
    if not _requests.acquire(blocking=False):
        raise FileNotMade(
            Text("지금 다른 파일을 여럿 만들고 있습니다.", "Several other files are being made."),
            Text("잠시 뒤에 다시 받아 주세요.", "Download it again in a moment."),
        )
    try:
        return process.call(function, *args, **named)
    finally:
        _requests.release()
