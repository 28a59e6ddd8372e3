"""What a visitor sees when something is wrong: a page with advice, in their language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from telads.web import errors, urls


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a secret of the inside")


urlpatterns = [path("broken/", broken), *urls.urlpatterns]
handler500 = errors.our_fault


@pytest.mark.parametrize(
    ("address", "told"),
    [("/nowhere/", "페이지를 찾을 수 없습니다"), ("/en/nowhere/", "Page not found")],
)
def test_an_unknown_address(site: Client, address: str, told: str) -> None:
    response = site.get(address)
    page = response.content.decode()
    assert response.status_code == 404
    assert told in page
    assert "<header" in page


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/customers/?district=평양&sex=F&age=30", "평양"),
        ("/en/customers/?district=Gotham&sex=F&age=30", "Gotham"),
        ("/customers/?month=<script>", "&lt;script&gt;"),
    ],
)
def test_an_unknown_choice_is_named_and_escaped(site: Client, address: str, told: str) -> None:
    response = site.get(address)
    page = response.content.decode()
    assert response.status_code == 404
    assert told in page
    assert "<script>" not in page


def test_our_own_fault_tells_nothing_of_the_inside(site: Client) -> None:
    site.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        response = site.get("/broken/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "예상하지 못한 오류" in page
    assert "secret" not in page
    assert "ZeroDivisionError" not in page


def test_if_even_the_page_fails_there_are_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(errors, "render", fail)
    response = errors.our_fault(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something unexpected went wrong." in response.content.decode()


@pytest.mark.parametrize("address", ["/customers/", "/en/advertisers/", "/data/", "/evidence/"])
def test_before_the_first_build_pages_say_so(client: Client, tmp_path: Path, address: str) -> None:
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)):
        response = client.get(address)
    assert response.status_code == 503
    assert "telads ingest" in response.content.decode()
