"""Answers kept in memory by build and choice: a build never changes, so neither does its page.

    @require_safe
    @cached_by_build
    def customers(request): ...

Around something that lets people in (the API's keys and rates) it must not stand: whoever asks is
let in first, and answered from here then (`telads.web.api.answering`).

What is kept: a GET answered with 200, whole (not streamed), without cookies. Its key names the
build in force, the state of the ledger (pages show it too), the version, the language, path and
query, and those request headers that change the answer, by default the ones by which htmx asks for
a part of a page. So a new build is answered anew at once. Every answer carries an ETag of its
content and `no-cache`: a browser asks each time, and gets 304 while nothing has changed. Text is
sent compressed, once for all who ask (Brotli or gzip).

A kept answer is nobody's own: the view gets the request without session, user, cookies and key
(`request_state.anonymous`), so that nothing of one person can stand in it. The one part of a page
that differs, the menu of who is signed in with the token of its form, is put in the place of the
visitor's while it is answered, and is kept nowhere.

Lengths give nothing away. What is kept holds no secret. The part that is somebody's own is
compressed by itself: no bytes of the rest of the page, which an address can choose, stand in its
window, so its length says nothing of how alike the two are; and Django masks the token anew each
time it is written.

Each worker keeps up to `MOST_BYTES`; what was not asked for longest goes first.
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
from typing import overload

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
"""Of one worker, compressed forms, keys and headers included."""
ENTRY_BYTES = 1000
"""What an entry takes besides its texts and bodies, about."""
HTMX = ("HX-Request", "HX-Target", "HX-History-Restore-Request")
WORTH_IT = 1000
"""Bytes from which an answer is compressed."""
BROTLI_QUALITY = 5
"""A hundredth larger than the next, in four fifths of its time."""

PACK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
"""Encodings, the best first."""

OWN_PART = "accounts/header.html"
"""The template of the part of a page that is somebody's own, or a visitor's."""
OWN = "private, no-store"
"""How such a page may be kept by others: not at all."""
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""Of a gzip file without name and time (RFC 1952)."""


@dataclass
class Entry:
    """An answer: its headers, its tag, and its body in the forms that were asked for so far."""

    headers: dict[str, str]
    etag: str
    forms: dict[str, bytes] = field(default_factory=dict)
    said: str = ""
    """What the view itself said of how its answer may be kept."""
    place: tuple[int, int] | None = None
    """From where to where in the body the visitor's part stands; None where there is none."""


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
                asked = request_state.anonymous(request)
                response = view(asked, *args, **choices)
                if not isinstance(response, HttpResponse) or not _may_be_kept(asked, response):
                    return view(request, *args, **choices)  # his own: it may hold a token
                entry = _entry(asked, response, named)
                KEPT.keep(key, entry, "", response.content)
            if entry.place and (own := _own_part(request)) is not None:
                return _filled(request, key, entry, own)
            return _response(request, key, entry)

        return answer

    return decorate(view) if view else decorate


def _key(request: HttpRequest, named: tuple[str, ...]) -> Key | None:
    """The key of a request; None where nothing may be kept."""
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
    said, place = response.get("Cache-Control", ""), None
    if response.get("Content-Type", "").startswith("text/html"):
        visitors = render_to_string(OWN_PART, {}, request).encode()
        # No address can make such a part, for what it holds is escaped; the first is the page's.
        start = response.content.find(visitors)
        place = (start, start + len(visitors)) if start >= 0 else None
    patch_vary_headers(response, [*named, "Accept-Encoding", *(["Cookie"] if place else [])])
    patch_cache_control(response, no_cache=True)
    # Weak, as it names the content whatever form it is sent in.
    etag = f'W/"{blake2b(response.content, digest_size=16).hexdigest()}"'
    return Entry({**dict(response.items()), "ETag": etag}, etag, said=said, place=place)


def _has_session(request: HttpRequest) -> bool:
    return django_settings.SESSION_COOKIE_NAME in request.COOKIES


def _own_part(request: HttpRequest) -> bytes | None:
    """The part of a page that is of who has signed in; None for a visitor, whatever his cookie."""
    if not _has_session(request) or not request.user.is_authenticated:
        return None
    return render_to_string(OWN_PART, {}, request).encode()


def _filled(request: HttpRequest, key: Key, entry: Entry, own: bytes) -> HttpResponse:
    """A kept page with somebody's own part in the place of the visitor's."""
    start, end = entry.place or (0, 0)
    head, tail = memoryview(entry.forms[""])[:start], memoryview(entry.forms[""])[end:]
    headers = {name: value for name, value in entry.headers.items() if name != "ETag"}
    if "gzip" in _offered(request):
        for name, part, last in (("head", head, False), ("tail", tail, True)):
            if name not in entry.forms:
                KEPT.keep(key, entry, name, _deflated(part, 9, last))
        sums = zlib.crc32(tail, zlib.crc32(own, zlib.crc32(head)))
        length = len(head) + len(own) + len(tail)
        body = b"".join((
            GZIP_HEAD, entry.forms["head"], _deflated(own, 6), entry.forms["tail"],
            pack("<LL", sums, length & 0xFFFFFFFF),
        ))  # fmt: skip
        headers["Content-Encoding"] = "gzip"
    else:
        body = b"".join((head, own, tail))
    response = HttpResponse(body, headers=headers)
    response.headers["Cache-Control"] = OWN
    patch_vary_headers(response, ["Cookie"])
    return response


def _deflated(part: bytes | memoryview, level: int, last: bool = False) -> bytes:
    """A part of a gzip file that points at no other part (RFC 1951), so that it fits any."""
    packed = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packed.compress(part) + packed.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _response(request: HttpRequest, key: Key, entry: Entry) -> HttpResponseBase:
    form = _form(request, entry)
    body = entry.forms.get(form)
    if body is None:
        body = PACK[form](entry.forms[""])
        KEPT.keep(key, entry, form, body)
    response = HttpResponse(body, headers=entry.headers)
    if _has_session(request):  # as the view said, or else as `security.kept_by_nobody` says
        response.headers["Cache-Control"] = entry.said
        if not entry.said:
            del response.headers["Cache-Control"]
    if form:
        response.headers["Content-Encoding"] = form
    found = get_conditional_response(request, etag=entry.etag, response=response)
    return found if found is not None else response


def _form(request: HttpRequest, entry: Entry) -> str:
    """The encoding to answer in; empty for none."""
    kind = entry.headers.get("Content-Type", "")
    if len(entry.forms[""]) < WORTH_IT or not kind.startswith(("text/", "application/json")):
        return ""
    offered = _offered(request)
    return next((form for form in PACK if form in offered), "")


def _offered(request: HttpRequest) -> set[str]:
    """The encodings that a browser takes."""
    accepted = request.headers.get("Accept-Encoding", "")
    parts = (part.replace(" ", "").partition(";q=") for part in accepted.split(","))
    return {name for name, _, weight in parts if weight.rstrip(".0") or not weight}
