"""Responses cached in memory by build and choice: a build never changes, so neither does its page.

    @require_safe
    @cached_by_build
    def customers(request): ...

It must not wrap admission (the API's keys and rates): requests are admitted first, and answered
from the cache then (`telads.web.api.answering`).

A response is cached if it is a whole (not streamed) 200 to a GET, without cookies. The key consists
of the build in force, the state of the ledger (pages show it too), the version, the language, path
and query, and those request headers that change the response, by default the ones by which htmx
requests a part of a page. So a new build takes effect at once, and no client gets a response made
for another. Every response carries an ETag of its content and `no-cache`: a browser revalidates
each time, and gets 304 while nothing has changed. Text is compressed once for all clients (Brotli
or gzip).

A cached response belongs to no user: the view gets the request without session, user, cookies and
key (`request_state.anonymous`). The one part of a page that differs, the menu of the signed-in user
with the token of its form, replaces the visitor's in each response and is never cached.

Lengths disclose nothing. A cached response holds no secret. The user's own part is compressed by
itself: no bytes of the rest of the page, which an address can choose, are in its window, so its
length says nothing about their similarity; and Django masks the token anew in each response.

Each worker caches up to `MOST_BYTES`; the least recently used entries are dropped first.
"""

from __future__ import annotations

import gzip
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from hashlib import blake2b
from itertools import chain
from struct import pack
from threading import Lock
from typing import NamedTuple, overload

import brotli  # type: ignore[import-untyped]
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from telads.errors import TeladsError
from telads.version import __version__
from telads.web import request_state

View = Callable[..., HttpResponseBase]
Key = tuple[str, ...]

MOST_BYTES = 32 * 2**20
"""Most bytes in one worker, compressed forms, keys and headers included."""
ENTRY_BYTES = 1000
"""Approximate size of an entry besides its texts and bodies."""
HTMX = ("HX-Request", "HX-Target", "HX-History-Restore-Request")
WORTH_IT = 1000
"""Least bytes of a response that is compressed."""
BROTLI_QUALITY = 5
"""A hundredth larger than with the next level, in four fifths of its time."""
LARGE, GZIP_LARGE = 400_000, 4
"""Bytes of a body that is compressed at a lower level: a twenty-fifth larger, in half the time."""

PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(
        body, compresslevel=6 if len(body) < LARGE else GZIP_LARGE, mtime=0
    ),
}
"""Encodings, in order of preference."""

OWN_PARTS = ("accounts/header.html", "plans/recent.html")
"""Templates of the parts of a page that belong to the user, or to visitors."""
OWN = "private, no-store"
"""Cache-Control of such a page: no other cache may store it."""
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""Header of a gzip file without name and time (RFC 1952)."""


class Place(NamedTuple):
    """A part of a body that is a user's own: its first byte, the one after it, its template."""

    start: int
    end: int
    template: str


@dataclass
class Entry:
    """A response: its headers, its tag, and its body in the encodings requested so far."""

    headers: dict[str, str]
    etag: str
    forms: dict[str, bytes] = field(default_factory=dict)
    said: str = ""
    """The view's own Cache-Control."""
    places: tuple[Place, ...] = ()
    """The visitor's parts in the order of the body."""


def size_of(key: Key, entry: Entry) -> int:
    """Bytes of an entry in memory. Includes the address, which a client can make long."""
    texts = chain(key, *entry.headers.items(), entry.forms.values())
    return ENTRY_BYTES + sum(map(len, texts))


class Kept:
    """A bounded cache of entries, dropping the least recently used. Thread-safe."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0  # kept as a sum: needed on every request
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Total bytes."""
        with self._lock:
            return self._bytes

    def find(self, key: Key) -> Entry | None:
        """The entry of a key."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def keep(self, key: Key, entry: Entry, form: str, body: bytes) -> None:
        """Store an entry, or another encoding of it."""
        with self._lock:
            former = self._entries.pop(key, None)
            self._bytes -= size_of(key, former) if former else 0
            entry.forms[form] = body
            self._entries[key] = entry
            self._bytes += size_of(key, entry)
            while self._entries and self._bytes > self.most_bytes:
                self._bytes -= size_of(*self._entries.popitem(last=False))

    def clear(self) -> None:
        """Drop everything."""
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
    """Decorator that caches a view's responses by build and choice; see the module."""
    named = tuple(headers)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **choices: object) -> HttpResponseBase:
            key = _key(request, named)
            if key is None:
                return view(request, *args, **choices)
            entry = KEPT.find(key)
            if entry is None:
                asked = request_state.anonymous(request)
                response = view(asked, *args, **choices)
                if not isinstance(response, HttpResponse) or not _may_be_kept(asked, response):
                    return view(request, *args, **choices)  # personal: it may hold a token
                entry = _entry(asked, response, named)
                KEPT.keep(key, entry, "", response.content)
            if entry.places and _has_session(request) and request.user.is_authenticated:
                return _filled(request, key, entry)
            return _response(request, key, entry)

        return answer

    return decorate(view) if view else decorate


def _key(request: HttpRequest, named: tuple[str, ...]) -> Key | None:
    """Cache key of a request; None if it must not be cached."""
    if request.method != "GET":
        return None
    try:
        build = request_state.build(request)
    except TeladsError:
        return None
    return (
        str(build.path), request_state.ledger_state(request), __version__,
        request_state.language(request), request.get_full_path(),
        *(request.headers.get(name, "") for name in named),
    )  # fmt: skip


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not response.has_header("Content-Encoding")
    )


def _entry(request: HttpRequest, response: HttpResponse, named: tuple[str, ...]) -> Entry:
    said, places = response.get("Cache-Control", ""), []
    if response.get("Content-Type", "").startswith("text/html"):
        for template in OWN_PARTS:
            part = _rendered(template, request)
            # No address can make such a part, since it is escaped; the first is the page's.
            start = response.content.find(part)
            if start >= 0:
                places.append(Place(start, start + len(part), template))
    patch_vary_headers(response, [*named, "Accept-Encoding", *(["Cookie"] if places else [])])
    patch_cache_control(response, no_cache=True)
    # Weak, since it identifies the content in any encoding.
    etag = f'W/"{blake2b(response.content, digest_size=16).hexdigest()}"'
    return Entry(
        {**dict(response.items()), "ETag": etag}, etag, said=said, places=tuple(sorted(places))
    )


def _has_session(request: HttpRequest) -> bool:
    return django_settings.SESSION_COOKIE_NAME in request.COOKIES


def _rendered(template: str, request: HttpRequest) -> bytes:
    # Without its last line break, as an `include` leaves it out.
    return render_to_string(template, {}, request).rstrip("\n").encode()


def _filled(request: HttpRequest, key: Key, entry: Entry) -> HttpResponse:
    """A cached page with the user's own parts in the places of the visitor's."""
    headers = {name: value for name, value in entry.headers.items() if name != "ETag"}
    packed = "gzip" in _offered(request)
    parts: list[bytes | memoryview] = []
    total = length = at = 0
    for number, (start, end, template) in enumerate((*entry.places, Place(-1, -1, ""))):
        shared = memoryview(entry.forms[""])[at : start if template else None]
        own = _rendered(template, request) if template else b""
        total, length, at = zlib.crc32(own, zlib.crc32(shared, total)), length + len(shared), end
        length += len(own)
        if packed:
            name = f"shared {number}"
            if name not in entry.forms:
                KEPT.keep(key, entry, name, _deflated(shared, 9, last=not template))
            parts += [entry.forms[name], _deflated(own, 6) if template else b""]
        else:
            parts += [shared, own]
    if packed:
        parts = [GZIP_HEAD, *parts, pack("<LL", total, length & 0xFFFFFFFF)]
        headers["Content-Encoding"] = "gzip"
    response = HttpResponse(b"".join(parts), headers=headers)
    response.headers["Cache-Control"] = OWN
    patch_vary_headers(response, ["Cookie"])
    return response


def _deflated(part: bytes | memoryview, level: int, last: bool = False) -> bytes:
    """A part of a gzip file without back-references to others (RFC 1951), so that it fits any."""
    packed = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packed.compress(part) + packed.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _response(request: HttpRequest, key: Key, entry: Entry) -> HttpResponseBase:
    form = _form(request, entry)
    body = entry.forms.get(form)
    if body is None:
        body = PACK[form](entry.forms[""])
        KEPT.keep(key, entry, form, body)
    response = HttpResponse(body, headers=entry.headers)
    if _has_session(request):  # the view's own, or that of `security.kept_by_nobody`
        response.headers["Cache-Control"] = entry.said
        if not entry.said:
            del response.headers["Cache-Control"]
    if form:
        response.headers["Content-Encoding"] = form
    found = get_conditional_response(request, etag=entry.etag, response=response)
    return found if found is not None else response


def _form(request: HttpRequest, entry: Entry) -> str:
    """The encoding of the response; empty for none."""
    kind = entry.headers.get("Content-Type", "")
    if len(entry.forms[""]) < WORTH_IT or not kind.startswith(("text/", "application/json")):
        return ""
    offered = _offered(request)
    return next((form for form in PACK if form in offered), "")


def _offered(request: HttpRequest) -> set[str]:
    """Encodings accepted by the client."""
    accepted = request.headers.get("Accept-Encoding", "")
    parts = (part.replace(" ", "").partition(";q=") for part in accepted.split(","))
    return {name for name, _, weight in parts if weight.rstrip(".0") or not weight}
