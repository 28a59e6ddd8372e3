"""Answers kept in memory by build and choice: a build never changes, so neither does its page.

    @require_safe
    @cached_by_build
    def customers(request): ...

Around something that lets people in (the API's keys and rates) it must not stand: whoever asks is
let in first, and answered from here then (`telads.web.api.answering`).

What is kept: a GET answered with 200, whole (not streamed), without cookies, for a visitor without
a session. Its key names the build in force, the state of the ledger (pages show it too), the
version, the language, path and query, and those request headers that change the answer, by default
the ones by which htmx asks for a part of a page. So a new build is answered anew at once, and a
kept answer is never another's. Every answer carries an ETag of its content and `no-cache`: a
browser asks each time, and gets 304 while nothing has changed. Text is sent compressed, once for
all who ask (Brotli or gzip): such a page holds no secret that its length could give away.

Each worker keeps up to `MOST_BYTES`; what was not asked for longest goes first.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from hashlib import blake2b
from itertools import chain
from threading import Lock
from typing import overload

import brotli  # type: ignore[import-untyped]
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from telads.errors import TeladsError
from telads.version import __version__
from telads.web import request_state

View = Callable[..., HttpResponseBase]
Key = tuple[str, ...]

MOST_BYTES = 32 * 2**20
"""Of one worker, compressed forms, keys and headers included."""
ENTRY_BYTES = 1000
"""What an entry takes besides its texts and bodies, about."""
HTMX = ("HX-Request", "HX-Target", "HX-History-Restore-Request")
WORTH_IT = 1000
"""Bytes from which an answer is compressed."""
BROTLI_QUALITY = 6
"""Pages become as small as gzip's best makes them, in a third of its time."""

PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
"""Encodings, the best first."""


@dataclass
class Entry:
    """An answer: its headers, its tag, and its body in the forms that were asked for so far."""

    headers: dict[str, str]
    etag: str
    forms: dict[str, bytes] = field(default_factory=dict)


def size_of(key: Key, entry: Entry) -> int:
    """Bytes of an entry in memory. Addresses count: whoever asks can make them long."""
    texts = chain(key, *entry.headers.items(), entry.forms.values())
    return ENTRY_BYTES + sum(map(len, texts))


class Kept:
    """Entries by key, those asked for last, up to so many bytes. Safe among threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0  # counted along: asked for with every request, by any thread
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes of all entries."""
        with self._lock:
            return self._bytes

    def find(self, key: Key) -> Entry | None:
        """The entry of a key."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def keep(self, key: Key, entry: Entry, form: str, body: bytes) -> None:
        """Keep an entry, or one more form of it."""
        with self._lock:
            former = self._entries.pop(key, None)
            self._bytes -= size_of(key, former) if former else 0
            entry.forms[form] = body
            self._entries[key] = entry
            self._bytes += size_of(key, entry)
            while self._entries and self._bytes > self.most_bytes:
                self._bytes -= size_of(*self._entries.popitem(last=False))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0


KEPT = Kept(MOST_BYTES)


@overload
def cached_by_build(view: View) -> View: ...
@overload
def cached_by_build(*, headers: Iterable[str]) -> Callable[[View], View]: ...
def cached_by_build(
    view: View | None = None, *, headers: Iterable[str] = HTMX
) -> View | Callable[[View], View]:
    """Keep a view's answers by build and choice; the module says what is kept, and for whom."""
    named = tuple(headers)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **choices: object) -> HttpResponseBase:
            key = _key(request, named)
            if key is None:
                return view(request, *args, **choices)
            entry = KEPT.find(key)
            if entry is None:
                response = view(request, *args, **choices)
                if not isinstance(response, HttpResponse) or not _may_be_kept(request, response):
                    return response
                entry = _entry(response, named)
                KEPT.keep(key, entry, "", response.content)
            return _response(request, key, entry)

        return answer

    return decorate(view) if view else decorate


def _key(request: HttpRequest, named: tuple[str, ...]) -> Key | None:
    """The key of a request; None where nothing may be kept."""
    if request.method != "GET" or django_settings.SESSION_COOKIE_NAME in request.COOKIES:
        return None
    try:
        build = request_state.build(request)
    except TeladsError:
        return None
    return (
        str(build.path), request_state.ledger_state(), __version__, request_state.language(request),
        request.get_full_path(), *(request.headers.get(name, "") for name in named),
    )  # fmt: skip


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not response.has_header("Content-Encoding")
    )


def _entry(response: HttpResponse, named: tuple[str, ...]) -> Entry:
    patch_vary_headers(response, [*named, "Accept-Encoding"])
    patch_cache_control(response, no_cache=True)
    # Weak, as it names the content whatever form it is sent in.
    etag = f'W/"{blake2b(response.content, digest_size=16).hexdigest()}"'
    return Entry({**dict(response.items()), "ETag": etag}, etag)


def _response(request: HttpRequest, key: Key, entry: Entry) -> HttpResponseBase:
    form = _form(request, entry)
    body = entry.forms.get(form)
    if body is None:
        body = PACK[form](entry.forms[""])
        KEPT.keep(key, entry, form, body)
    response = HttpResponse(body, headers=entry.headers)
    if form:
        response.headers["Content-Encoding"] = form
    found = get_conditional_response(request, etag=entry.etag, response=response)
    return found if found is not None else response


def _form(request: HttpRequest, entry: Entry) -> str:
    """The encoding to answer in; empty for none."""
    accepted = request.headers.get("Accept-Encoding", "")
    parts = (part.replace(" ", "").partition(";q=") for part in accepted.split(","))
    offered = {name for name, _, weight in parts if weight.rstrip(".0") or not weight}
    kind = entry.headers.get("Content-Type", "")
    if len(entry.forms[""]) < WORTH_IT or not kind.startswith(("text/", "application/json")):
        return ""
    return next((form for form in PACK if form in offered), "")
