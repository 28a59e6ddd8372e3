"""What is kept, for whom, and for how long."""

from __future__ import annotations

import gzip
import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory, override_settings

from telads.web.cache import KEPT, Entry, Kept, cached_by_build, size_of

BODY = "서울 " * 1000


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace of two builds; a website on it; nothing kept yet."""
    for name in ("one", "two"):
        (tmp_path / "marts" / name).mkdir(parents=True)
        (tmp_path / "marts" / name / "build.json").write_text("{}")
    (tmp_path / "ledger.json").write_text("{}")
    (tmp_path / "current").write_text("one\n")
    KEPT.clear()
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)):
        yield tmp_path
    KEPT.clear()


class Counting:
    """A view that counts how often it had to answer."""

    def __init__(self, make: Callable[[HttpRequest], HttpResponseBase] | None = None) -> None:
        self.calls = 0
        self.make = make or (lambda request: HttpResponse(BODY))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self.calls += 1
        return self.make(request)


def ask(view: Counting, path: str = "/x/", **headers: str) -> HttpResponseBase:
    decorated = cached_by_build(view)
    return decorated(RequestFactory().get(path, headers=headers))


@pytest.mark.usefixtures("workspace")
def test_the_same_question_is_answered_once() -> None:
    view = Counting()
    first, second = ask(view), ask(view)
    assert view.calls == 1
    assert isinstance(first, HttpResponse)
    assert isinstance(second, HttpResponse)
    assert first.content == second.content == BODY.encode()
    assert dict(first.items()) == dict(second.items())
    assert second["Cache-Control"] == "no-cache"
    assert "HX-Request" in second["Vary"]


@pytest.mark.usefixtures("workspace")
def test_a_repeat_with_the_tag_gets_304() -> None:
    view = Counting()
    etag = ask(view)["ETag"]
    again = ask(view, **{"If-None-Match": etag})
    assert again.status_code == 304
    assert again["ETag"] == etag
    assert isinstance(again, HttpResponse)
    assert not again.content
    assert ask(view, **{"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "other",
    [
        {"path": "/y/"},
        {"path": "/x/?age=30"},
        {"HX-Request": "true"},
        {"HX-Request": "true", "HX-Target": "result"},
    ],
)
def test_another_question_is_answered_by_itself(other: dict[str, str]) -> None:
    view = Counting()
    ask(view)
    ask(view, **other)
    assert view.calls == 2


@pytest.mark.usefixtures("workspace")
def test_languages_are_apart() -> None:
    view = Counting()
    decorated = cached_by_build(view)
    for language in ("ko", "en", "ko"):
        request = RequestFactory().get("/api/")
        request.LANGUAGE_CODE = language
        decorated(request)
    assert view.calls == 2


@pytest.mark.usefixtures("workspace")
def test_headers_that_change_an_answer_can_be_named() -> None:
    view = Counting()
    decorated = cached_by_build(headers=("Accept-Language",))(view)
    for language in ("ko", "en", "ko"):
        response = decorated(RequestFactory().get("/", headers={"Accept-Language": language}))
        assert "Accept-Language" in response["Vary"]
    assert view.calls == 2


def test_a_new_build_or_ledger_is_answered_anew(workspace: Path) -> None:
    view = Counting(lambda request: HttpResponse((workspace / "current").read_text() + BODY))
    before = ask(view)["ETag"]
    (workspace / "current").write_text("two\n")
    assert ask(view)["ETag"] != before
    assert view.calls == 2
    os.utime(workspace / "ledger.json", ns=(1, 1))
    ask(view)
    assert view.calls == 3
    os.utime(workspace / "current", ns=(1, 1))
    ask(view)
    assert view.calls == 3


def with_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(BODY)
    response.set_cookie("mine", "1")
    return response


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "make",
    [
        lambda request: HttpResponse(BODY, status=404),
        lambda request: HttpResponse(BODY, status=302, headers={"Location": "/"}),
        lambda request: StreamingHttpResponse([BODY]),
        with_cookie,
        lambda request: HttpResponse(get_token(request)),
    ],
    ids=["404", "redirect", "stream", "cookie", "form token"],
)
def test_what_is_not_kept(make: Callable[[HttpRequest], HttpResponseBase]) -> None:
    view = Counting(make)
    ask(view)
    ask(view)
    assert view.calls == 4, "as anybody's, then as the one who asks"
    assert not len(KEPT)


@pytest.mark.usefixtures("workspace")
def test_what_is_sent_is_not_kept_nor_what_is_asked_for_its_head() -> None:
    view = Counting()
    decorated = cached_by_build(view)
    for request in (RequestFactory().post("/"), RequestFactory().head("/")):
        assert not decorated(request).has_header("ETag")
    assert view.calls == 2
    assert not len(KEPT)


@pytest.mark.usefixtures("workspace")
def test_a_view_is_asked_as_by_anybody_and_whoever_has_a_session_gets_the_same() -> None:
    view = Counting(lambda request: HttpResponse(BODY + str(request.COOKIES)))
    decorated = cached_by_build(view)
    factory = RequestFactory()
    factory.cookies[django_settings.SESSION_COOKIE_NAME] = "abc"
    with_session, without = decorated(factory.get("/")), decorated(RequestFactory().get("/"))
    assert isinstance(with_session, HttpResponse)
    assert isinstance(without, HttpResponse)
    assert with_session.content == without.content == (BODY + "{}").encode()
    assert not with_session.has_header("Cache-Control"), "told by `kept_by_nobody`"
    assert without["Cache-Control"] == "no-cache"
    assert view.calls == 1


@pytest.mark.usefixtures("workspace")
def test_an_answer_that_cannot_be_kept_is_made_for_the_one_who_asks() -> None:
    view = Counting(lambda request: HttpResponse(get_token(request) + str(request.COOKIES)))
    factory = RequestFactory()
    factory.cookies["mine"] = "abc"
    request = factory.get("/")
    response = cached_by_build(view)(request)
    assert isinstance(response, HttpResponse)
    assert b"abc" in response.content
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"], "the token's cookie is sent along"
    assert not len(KEPT)


def test_before_the_first_build_nothing_is_kept(workspace: Path) -> None:
    (workspace / "current").unlink()
    view = Counting()
    ask(view)
    assert not len(KEPT)
    assert view.calls == 1


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=0.5, br;q=0", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_text_is_compressed_as_the_browser_can(accepted: str, encoding: str | None) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    view = Counting()
    for _ in range(2):
        response = ask(view, **{"Accept-Encoding": accepted})
        assert isinstance(response, HttpResponse)
        assert response.get("Content-Encoding") == encoding
        assert unpack[encoding](response.content) == BODY.encode()
        assert "Accept-Encoding" in response["Vary"]
    assert view.calls == 1


@pytest.mark.usefixtures("workspace")
def test_small_and_packed_contents_stay_as_they_are() -> None:
    small = Counting(lambda request: HttpResponse("ok"))
    image = Counting(lambda request: HttpResponse(b"x" * 5000, content_type="image/png"))
    for view, path in ((small, "/small"), (image, "/image")):
        response = ask(view, path, **{"Accept-Encoding": "br"})
        assert not response.has_header("Content-Encoding")


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    kept = Kept(most_bytes=3 * size_of(("a",), Entry({}, "", {"": b"x" * 30})))
    for name in "abc":
        kept.keep((name,), Entry({}, name), "", b"x" * 30)
    kept.find(("a",))
    kept.keep(("d",), Entry({}, "d"), "", b"x" * 30)
    assert kept.find(("b",)) is None
    assert [name for name in "acd" if kept.find((name,))] == ["a", "c", "d"]
    kept.keep(("huge",), Entry({}, "huge"), "", b"x" * kept.most_bytes)
    assert not len(kept)


def test_what_a_visitor_can_make_long_is_counted() -> None:
    kept = Kept(most_bytes=100_000)
    for number in range(30):
        address = f"/data/people.csv?junk={number:05d}{'x' * 5_000}"
        kept.keep((address,), Entry({"Link": f"<{address}>"}, ""), "", b"x")
    assert 5 < len(kept) < 10
    assert 80_000 < kept.size <= 100_000


def test_bytes_are_counted_while_threads_keep_forms_and_let_go() -> None:
    kept = Kept(most_bytes=30_000)
    faults: list[Exception] = []
    stop = threading.Event()

    def measure() -> None:
        try:
            while not stop.is_set():
                assert 0 <= kept.size <= 30_000
        except Exception as error:  # a thread's own would only be printed
            faults.append(error)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(3_000):
            key = (str(chance.randrange(40)),)
            entry = kept.find(key) or Entry({}, key[0])
            kept.keep(key, entry, chance.choice(["", "gzip", "br"]), b"x" * chance.randrange(90))

    watch = threading.Thread(target=measure)
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in (watch, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watch.join()
    assert not faults
    keys = [(str(name),) for name in range(40)]
    assert kept.size == sum(size_of(key, entry) for key in keys if (entry := kept.find(key)))
    kept.clear()
    assert kept.size == 0
