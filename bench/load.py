"""Load on a server of this machine: so many connections, each asking as soon as it is answered.

A plain client on sockets, because it must cost little beside what it measures; connections stay
open, and an answer other than 200 ends the run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

from bench.measure import Failed

LIMIT = 60.0
"""Seconds after which an answer is given up."""


@dataclass(frozen=True)
class Load:
    """Answers of one round: the time of each in seconds, and how long all of them took."""

    seconds: float
    latencies: tuple[float, ...]
    processor: float = 0.0
    """Processor seconds that the server took for them."""


@dataclass(frozen=True)
class Speed:
    """All rounds of one question at so many connections."""

    rounds: tuple[Load, ...]

    @property
    def answers(self) -> int:
        """How many there were."""
        return sum(len(one.latencies) for one in self.rounds)

    @property
    def rate(self) -> float:
        """Answers a second, the median of the rounds."""
        return median(len(one.latencies) / one.seconds for one in self.rounds)

    @property
    def p50(self) -> float:
        """The median answer in milliseconds."""
        return 1000 * median(self._latencies)

    @property
    def p99(self) -> float:
        """Milliseconds within which 99 of 100 answers came."""
        known = self._latencies
        return 1000 * (quantiles(known, n=100, method="inclusive")[98] if known[1:] else known[0])

    @property
    def processor(self) -> float:
        """Processor milliseconds of the server for an answer, the median of the rounds."""
        return 1000 * median(one.processor / len(one.latencies) for one in self.rounds)

    @property
    def _latencies(self) -> list[float]:
        return [latency for one in self.rounds for latency in one.latencies]


def load(
    port: int, paths: Iterator[str], connections: int, seconds: float, cookie: str = ""
) -> Load:
    """Ask for one path after another until time or paths run out; raises `Failed`."""
    return asyncio.run(_load(port, paths, connections, seconds, cookie))


async def _load(
    port: int, paths: Iterator[str], connections: int, seconds: float, cookie: str
) -> Load:
    latencies: list[float] = []
    begin = time.perf_counter()
    end = begin + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for path in paths:
                asked = time.perf_counter()
                writer.write(_request(path, port, cookie))
                async with asyncio.timeout(LIMIT):
                    await _answer(reader, path)
                latencies.append(time.perf_counter() - asked)
                if time.perf_counter() >= end:
                    break
        finally:
            writer.close()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(ask())
    except ExceptionGroup as errors:
        raise Failed(str(errors.exceptions[0])) from errors
    if not latencies:
        raise Failed("there was nothing left to ask for")
    return Load(time.perf_counter() - begin, tuple(latencies))


def _request(path: str, port: int, cookie: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader, path: str) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.split("\r\n")
    if " 200 " not in f"{status} ":
        raise Failed(f"{status}: {path}")
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    if "content-length" not in headers:
        raise Failed(f"an answer of unknown length: {path}")
    await reader.readexactly(int(headers["content-length"]))
