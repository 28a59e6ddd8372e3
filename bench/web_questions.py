"""What the sites are asked: each question kept (always the same) or distinct (never twice)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product, repeat
from random import Random
from urllib.parse import urlencode

CONNECTIONS = (1, 8)
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
    """Addresses to ask one site for; `kept`: always the same, so that an answer may be kept."""

    id: str
    site: str
    name: str
    kept: bool
    paths: Iterator[str]


def questions() -> list[Question]:
    """All of them, telads beside the study."""
    customer = {"district": "강남구", "sex": "F", "age": 30, "month": "2023-06"}
    advertiser = {"service": "delivery", "top": 10}
    targets = {"service": "delivery", "limit": 10, "platforms": "true"}
    return [
        _same("study-customer", "study", "customer, the study's page", "/customers/", customer),
        _same("customer", "telads", "customer, page", "/customers/", customer),
        _other("customer-new", "customer, page", "/customers/", _customers()),
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
    ]  # fmt: skip


def _same(id: str, site: str, name: str, path: str, query: dict[str, object]) -> Question:
    return Question(id, site, name, True, repeat(_address(path, query)))


def _other(id: str, name: str, path: str, queries: list[dict[str, object]]) -> Question:
    """In an order without a pattern, the same in each run."""
    Random(1).shuffle(queries)
    return Question(id, "telads", name, False, iter([_address(path, query) for query in queries]))


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
