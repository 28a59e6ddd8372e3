"""Answers kept in memory, the ones asked for last, up to so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple


class Content(NamedTuple):
    """What is sent: the bytes and the headers that belong to them."""

    body: bytes
    headers: dict[str, str]


class Kept:
    """Contents by key. What is kept never changes: its key names the build and the choice."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._contents: OrderedDict[str, Content] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], Content]) -> Content:
        """The content of a key, made if it is not there (outside the lock: others go on)."""
        with self._lock:
            if key in self._contents:
                self._contents.move_to_end(key)
                return self._contents[key]
        content = make()
        with self._lock:
            if key not in self._contents and len(content.body) <= self.most_bytes:
                self._contents[key] = content
                self.bytes += len(content.body)
            while self.bytes > self.most_bytes:
                _, forgotten = self._contents.popitem(last=False)
                self.bytes -= len(forgotten.body)
        return content
