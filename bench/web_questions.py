"""What the sites are asked: always the same, never the same twice, or a mixture of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, cycle, islice, product, repeat
from random import Random
from urllib.parse import urlencode

CONNECTIONS = (1, 8)
CROWD = 50
"""Connections of the mixture."""
KEPT, NEW, MIXED = "asked before", "never asked before", "7 of 10 asked before"
PAGES = {
    "home": "/",
    "data": "/data/",
    "customers": "/customers/",
    "advertisers": "/advertisers/",
    "evidence": "/evidence/",
}
"""Pages that are weighed."""

DISTRICTS = (
    "강남구", "강동구", "강북구", "강서구", "관악구", "광진구", "구로구", "금천구", "노원구",
    "도봉구", "동대문구", "동작구", "마포구", "서대문구", "서초구", "성동구", "성북구", "송파구",
    "양천구", "영등포구", "용산구", "은평구", "종로구", "중구", "중랑구",
)  # fmt: skip
SERVICES = ("game", "finance", "shopping", "video", "youtube", "netflix", "delivery")
MONTHS = tuple(f"2023-{month:02d}" for month in range(1, 10))
AGES = (20, 30, 40, 50, 60, 70)
METHODS = ("affinity", "classic")


@dataclass(frozen=True)
class Question:
    """Addresses to ask one site for, and which of them it was asked before."""

    id: str
    site: str
    name: str
    choice: str
    paths: Iterator[str]
    connections: tuple[int, ...] = CONNECTIONS
    signed_in: bool = False

    @property
    def warm_up(self) -> bool:
        """Whether it is asked for once before it counts: a new choice would be used up."""
        return self.choice not in {NEW, MIXED}


def questions() -> list[Question]:
    """All of them, telads beside the study."""
    customer = {"district": "강남구", "sex": "F", "age": 30, "month": "2023-06"}
    advertiser = {"service": "delivery", "top": 10}
    targets = {"service": "delivery", "limit": 10, "platforms": "true"}
    return [
        _same("study-customer", "study", "customer, the study's page", "/customers/", customer),
        _same("customer", "telads", "customer, page", "/customers/", customer),
        _other("customer-new", "customer, page", "/customers/", _customers()),
        _same("customer-signed-in", "telads", "customer, page, signed in", "/customers/", customer,
              signed_in=True),
        _same("customer-api", "telads", "customer, API", "/api/v1/services", customer),
        _other("customer-api-new", "customer, API", "/api/v1/services", _services()),
        _same("study-advertiser", "study", "advertiser, the study's page", "/advertisers/",
              advertiser),
        _same("advertiser", "telads", "advertiser, page", "/advertisers/", advertiser),
        _other("advertiser-new", "advertiser, page", "/advertisers/", _advertisers()),
        _same("advertiser-api", "telads", "advertiser, API", "/api/v1/targets", targets),
        _other("advertiser-api-new", "advertiser, API", "/api/v1/targets", _targets()),
        _other("places-new", "neighbourhoods of the city and their map, page", "/advertisers/",
               _places()),
        _other("places-district-new", "neighbourhoods of a district and their map, page",
               "/advertisers/", _places(DISTRICTS)),
        _same("data", "telads", "data, page", "/data/", {}),
        _other("data-new", "data, page", "/data/", _pictures()),
        _same("health", "telads", "`/healthz`", "/healthz", {}),
        Question("mixture", "telads", "pages of all kinds", MIXED, _mixture(), (CROWD,)),
    ]  # fmt: skip


def _same(
    id: str, site: str, name: str, path: str, query: dict[str, object], *, signed_in: bool = False
) -> Question:
    choice = KEPT if site == "telads" else "any"
    return Question(id, site, name, choice, repeat(_address(path, query)), signed_in=signed_in)


def _other(id: str, name: str, path: str, queries: list[dict[str, object]]) -> Question:
    """In an order without a pattern, the same in each run."""
    Random(1).shuffle(queries)
    return Question(id, "telads", name, NEW, iter([_address(path, query) for query in queries]))


def _mixture() -> Iterator[str]:
    """English pages, which no other question asks for: seven kept ones to three new ones."""
    new = [
        *(_address("/en/customers/", query) for query in _customers()),
        *(_address("/en/advertisers/", query) for query in _advertisers()),
        *(_address("/en/data/", query) for query in _pictures()),
    ]
    Random(2).shuffle(new)
    kept = cycle(f"/en{path}" for path in PAGES.values())
    fresh = iter(new)
    for three in iter(lambda: [*islice(fresh, 3)], []):
        ten = [*chain(islice(kept, 7), three)]
        Random(len(ten)).shuffle(ten)
        yield from ten


def _address(path: str, query: dict[str, object]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _customers() -> list[dict[str, object]]:
    return [
        {"district": district, "sex": sex, "age": age, "month": month}
        for district, sex, age, month in product(DISTRICTS, "FM", AGES, MONTHS)
    ]


def _services() -> list[dict[str, object]]:
    """More of them, for the API answers so fast that customers alone would be used up."""
    return [
        {**customer, "method": method, "lang": language}
        for customer, method, language in product(_customers(), METHODS, ("ko", "en"))
    ]


def _advertisers() -> list[dict[str, object]]:
    return [
        {"service": service, "month": month, "by": "affinity", "top": top}
        for service, month, top in product(SERVICES, MONTHS, range(5, 26))
    ]


def _places(districts: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """A sex and age of every neighbourhood; of the city in lists of several lengths."""
    groups: list[dict[str, object]] = [
        {"service": service, "month": month, "level": "neighbourhood", "sex": sex, "age": age}
        for service, month, sex, age in product(SERVICES, MONTHS, "FM", AGES)
    ]
    if districts:
        return [{**group, "district": name} for group, name in product(groups, districts)]
    return [{**group, "top": top} for group, top in product(groups, range(10, 20))]


def _targets() -> list[dict[str, object]]:
    return [
        {"service": service, "month": month, "limit": limit, "platforms": "true", "lang": language}
        for service, month, limit, language in product(SERVICES, MONTHS, range(5, 26), ("ko", "en"))
    ]


def _pictures() -> list[dict[str, object]]:
    return [
        {"district": district, "measure": service, "month": month}
        for district, service, month in product(DISTRICTS, SERVICES, MONTHS)
    ]
