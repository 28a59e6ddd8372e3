"""The choices of the advertiser page, read from an address and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from telads.answers.choices import (
    Filters,
    count_of,
    filters_of,
    method_of,
    month_of,
    platform_order_of,
    service_of,
    target_order_of,
)
from telads.answers.questions import METHODS, PLATFORM_ORDERS, TARGET_ORDERS
from telads.dataset import Measure, in_force
from telads.model import Month
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.addresses import address
from telads.web.components import (
    Select,
    age_select,
    district_select,
    method_select,
    month_select,
    select,
    sex_select,
)

DEFAULT_TOP = 10
TOPS = (5, 10, 20, 30, 50, 100)
"""Offered numbers of targets; an address may name any other that answers allow."""
ONLY_AFFINITY = Text(
    "{service}: 원자료가 표준화된 지수라 이용량을 더할 수 없으므로 관심도 순만 있습니다.",
    "{service}: the source is a standardised index, whose usage cannot be summed, so there is "
    "only the order by affinity.",
)
ONLY_Z = Text(
    "2023년 연구 방식은 표준 점수(z)가 큰 집단부터 늘어놓으므로 순서를 고를 수 없습니다.",
    "The method of the 2023 study knows one order: by its standard score (z).",
)
_BY = next(iter(TARGET_ORDERS))
_PLATFORMS_BY = next(iter(PLATFORM_ORDERS))


class Choice(NamedTuple):
    """The service, the filters, the order and the length of its list."""

    service: Measure
    month: Month
    by: str = _BY
    top: int = DEFAULT_TOP
    method: str = METHODS[0]
    filters: Filters = Filters()
    platforms_by: str = _PLATFORMS_BY
    example: bool = False
    """Whether no service was chosen, so that this is an example."""

    @property
    def query(self) -> dict[str, str | int]:
        """The choice as the query of an address, without defaults."""
        known = {"service": self.service.id, "month": str(self.month), "by": self.by,
                 "top": self.top, "method": self.method, **self.filters._asdict(),
                 "platforms_by": self.platforms_by}  # fmt: skip
        default = {"by": _BY, "top": DEFAULT_TOP, "method": METHODS[0],
                   "platforms_by": _PLATFORMS_BY}  # fmt: skip
        return {
            name: value if isinstance(value, int) else str(value)
            for name, value in known.items()
            if value is not None and default.get(name) != value
        }

    @property
    def words(self) -> list[str]:
        """Choices besides service, month and method, for a file name in ASCII."""
        district, sex, age = self.filters
        words = (
            f"by-{self.by}" if self.by != _BY else "",
            in_force().district_name(district or "", "en").lower(),
            str(sex or ""),
            str(age or ""),
            f"top-{self.top}" if self.top != DEFAULT_TOP else "",
            f"platforms-by-{self.platforms_by}" if self.platforms_by != _PLATFORMS_BY else "",
        )
        return [word for word in words if word]


class Order(NamedTuple):
    """An order of targets, with a line of explanation."""

    id: str
    name: str
    explanation: str
    chosen: bool
    possible: bool


def choice_of(build: Build, query: Mapping[str, str]) -> Choice:
    """The choice in an address; raises `UnknownChoice`.

    An index service and the classic method have one order, whatever the address names, so that the
    form can keep the order chosen before.
    """
    services = build.about["services"]
    shown = in_force().example.service
    fallback = shown if shown in services else services[0]
    service = service_of(build, query.get("service") or fallback)
    by = target_order_of(query.get("by") or _BY)
    method = method_of(query.get("method") or METHODS[0])
    return Choice(
        service=service,
        month=month_of(build, query.get("month") or None),
        by=_BY if service.is_index or method != METHODS[0] else by,
        top=count_of(query.get("top") or DEFAULT_TOP),
        method=method,
        filters=filters_of(build, query.get("district"), query.get("sex"), query.get("age")),
        platforms_by=platform_order_of(query.get("platforms_by")) or _PLATFORMS_BY,
        example=not query.get("service"),
    )


def targets_address(service: str, month: Month, method: str = METHODS[0]) -> str:
    """The address of a service's list of targets."""
    return address_of(Choice(in_force().measures[service], month, method=method))


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return address("advertisers", choice.query)


def file_address(choice: Choice, name: str) -> str:
    """The address of a file of the page's content."""
    return address("advertisers-file", choice.query, name)


def selects(build: Build, choice: Choice, lang: Lang) -> list[Select]:
    """The select lists of the form."""
    services = [(id, in_force().measures[id].text) for id in build.about["services"]]
    tops = [(str(top), Text(f"{top}개", str(top))) for top in sorted({*TOPS, choice.top})]
    anybody, anywhere = (
        Text("전체", "all"),
        Text(f"{in_force().city.ko} 전체", f"all of {in_force().city.en}"),
    )
    return [
        select("service", Text("서비스", "Service"), services, choice.service.id, lang),
        month_select(build, choice.month, lang),
        select("top", Text("대상 수", "Targets"), tops, choice.top, lang),
        sex_select(choice.filters.sex, lang, anybody),
        age_select(choice.filters.age, lang, anybody),
        district_select(build, choice.filters.district, lang, anywhere),
    ]


def orders(choice: Choice, lang: Lang) -> list[Order]:
    """The possible orders; sums have no meaning for an index service."""
    found = []
    for id, text in TARGET_ORDERS.items():
        name, _, explanation = in_force().fill(text)(lang).partition(": ")
        possible = id == _BY or not why_one_order(choice, lang)
        found.append(Order(id, name, explanation, id == choice.by, possible))
    return found


def why_one_order(choice: Choice, lang: Lang) -> str:
    """Why there is only one order; empty if there is a choice."""
    if choice.method != METHODS[0]:
        return ONLY_Z(lang)
    if choice.service.is_index:
        return ONLY_AFFINITY.format(service=choice.service.text(lang))(lang)
    return ""


def advanced(choice: Choice, lang: Lang) -> list[Select]:
    """Select lists for advanced choices."""
    named = [
        (id, Text(*(words.partition(":")[0] for words in in_force().fill(text))))
        for id, text in PLATFORM_ORDERS.items()
        if id != "classic"
    ]
    title = Text("매체 순서", "Order of platforms")
    return [
        select("platforms_by", title, named, choice.platforms_by, lang),
        method_select(choice.method, lang),
    ]


def runs_on(choice: Choice) -> str:
    """The order of the platforms: the classic method has its own."""
    return "classic" if choice.method == "classic" else choice.platforms_by


def asked(choice: Choice) -> dict[str, Any]:
    """The choice as arguments of `answers.advertisers.targets`."""
    return {"service": choice.service.id, "by": choice.by, "top": choice.top,
            "month": choice.month, "method": choice.method, **choice.filters._asdict()}  # fmt: skip
