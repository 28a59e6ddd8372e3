"""A rate is kept, and Retry-After tells the truth."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from telads.web.api import keys
from telads.web.api.admission import seconds_to_wait
from tests.web.api.conftest import Installed

ADDRESS = "/api/v1/months"


def test_more_than_the_rate_is_refused(client: Client, installed: Installed) -> None:
    with installed(api_rate=3):
        answers = [client.get(ADDRESS) for _ in range(5)]
        other = client.get(ADDRESS, REMOTE_ADDR="192.0.2.7")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json()["code"] == "too-many-requests"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 121
    assert other.status_code == 200


def test_without_a_rate_nothing_is_counted(client: Client, installed: Installed) -> None:
    with installed(api_rate=0):
        assert {client.get(ADDRESS).status_code for _ in range(20)} == {200}


def test_what_is_kept_in_memory_counts_too(client: Client, installed: Installed) -> None:
    with installed(api_rate=2):
        tag = client.get(ADDRESS).headers["ETag"]
        again = {"If-None-Match": tag}
        found = [client.get(ADDRESS, headers=again).status_code for _ in range(2)]
    assert found == [304, 429]


def test_an_address_cannot_be_made_up(client: Client, installed: Installed) -> None:
    with installed(api_rate=1):
        statuses = [
            client.get(ADDRESS, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(2)
        ]
    assert statuses == [200, 429]


def test_behind_a_proxy_its_own_word_counts(client: Client, installed: Installed) -> None:
    with installed(api_rate=1, proxies=1):
        statuses = [
            client.get(
                ADDRESS,
                secure=True,
                headers={"X-Forwarded-For": f"{made_up}, {told}"},
            ).status_code
            for made_up, told in (("1.1.1.1", "192.0.2.1"), ("2.2.2.2", "192.0.2.1"),
                                  ("1.1.1.1", "192.0.2.2"))
        ]  # fmt: skip
    assert statuses == [200, 429, 200]


@pytest.mark.django_db
def test_each_key_has_its_own_rate(client: Client, installed: Installed) -> None:
    one, other = keys.create("one"), keys.create("other")
    with installed(api_rate=1, api_keys=True):
        statuses = [
            client.get(ADDRESS, headers={"Authorization": f"Bearer {key}"}).status_code
            for key in (one, one, other)
        ]
    assert statuses == [200, 429, 200]


@given(
    limit=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=80),
)
def test_never_much_more_than_the_rate_and_waiting_helps(limit: int, pauses: list[float]) -> None:
    cache.clear()
    now, let_in = 1_700_000_000.0, []
    for pause in pauses:
        now += pause
        seconds = seconds_to_wait("someone", limit, now)
        if seconds:
            assert (
                seconds_to_wait("someone", limit, now) == seconds
            )  # asking too early costs nothing
            now += seconds
            assert seconds_to_wait("someone", limit, now) == 0
        let_in.append(now)
    for start in let_in:
        # Of any calendar minute and the one before it, weighted: at most twice the rate in 60 s.
        assert sum(start <= moment < start + 60 for moment in let_in) <= 2 * limit


def test_the_minute_before_counts_by_what_is_left_of_it() -> None:
    cache.clear()
    minute = 60 * 28_000_000.0
    assert [seconds_to_wait("someone", 10, minute + 59) > 0 for _ in range(11)] == [
        *[False] * 10, True,
    ]  # fmt: skip
    assert [seconds_to_wait("someone", 10, minute + 61) > 0 for _ in range(2)] == [False, True]
    assert [seconds_to_wait("someone", 10, minute + 90) > 0 for _ in range(5)] == [
        *[False] * 4, True,
    ]  # fmt: skip
