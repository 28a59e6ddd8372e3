"""What a page weighs on the wire: its own bytes and those of the files it names, as gzip."""

from __future__ import annotations

import gzip
import re
import urllib.request
from dataclasses import dataclass
from urllib.parse import urljoin

NAMED = re.compile(rb'<(?:link rel="(?:stylesheet|icon)" href|script src)="([^"]+)"')
"""Style sheets, programs and the icon: all that a first visit loads."""


@dataclass(frozen=True)
class Weight:
    """Bytes on the wire, without headers."""

    page: int
    files: int

    @property
    def kilobytes(self) -> float:
        """All of it, in thousands of bytes."""
        return (self.page + self.files) / 1000


def weigh(address: str, cookie: str = "") -> Weight:
    """A page at its first visit, of a visitor or of the person whose session a cookie names."""
    sent, kind = _get(address, cookie)
    plain = gzip.decompress(sent) if kind == "gzip" else sent
    named = {urljoin(address, file.decode()) for file in NAMED.findall(plain)}
    return Weight(len(sent), sum(len(_get(file)[0]) for file in named))


def size(address: str) -> int:
    """Bytes of one file."""
    return len(_get(address)[0])


def _get(address: str, cookie: str = "") -> tuple[bytes, str]:
    headers = {"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read(), answer.headers.get("Content-Encoding", "")
