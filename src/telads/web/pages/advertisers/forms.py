"""The choices of the advertiser page, read from an address and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from telads.answers.choices import (
    ROWS,
    Filters,
    count_of,
    filters_of,
    level_of,
    method_of,
    month_of,
    platform_order_of,
    service_of,
    target_order_of,
)
from telads.answers.questions import LEVEL, LEVELS, METHODS, PLATFORM_ORDERS, TARGET_ORDERS
from telads.dataset import Measure, in_force
from telads.model import Month, Sex
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
    "{service}: 원본 데이터가 표준화 점수라 이용량을 더할 수 없으므로 이용 강도 순만 있습니다.",
    "{service}: published as standardised scores only, whose usage cannot be summed, so it can "
    "only be ordered by usage score.",
)
ONLY_Z = Text(
    "기존 방식(2023년 연구)은 표준 점수(z)가 큰 집단부터 늘어놓으므로 순서를 고를 수 없습니다.",
    "The 2023 method has one order: by its standard score (z).",
)
_BY = next(iter(TARGET_ORDERS))
_LEVEL = str(LEVEL.default)
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
    level: str = _LEVEL
    example: bool = False
    """Whether no service was chosen, so that this is an example."""

    @property
    def query(self) -> dict[str, str | int]:
        """The choice as the query of an address, without defaults."""
        known = {"service": self.service.id, "month": str(self.month), "by": self.by,
                 "top": self.top, "method": self.method, **self.filters._asdict(),
                 "platforms_by": self.platforms_by, "level": self.level}  # fmt: skip
        default = {"by": _BY, "top": DEFAULT_TOP, "method": METHODS[0],
                   "platforms_by": _PLATFORMS_BY, "level": _LEVEL}  # fmt: skip
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
            self.level if self.level != _LEVEL else "",
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

    An index service and the classic method have one order, whatever the address names, and the
    classic method one level, so that the form can keep what was chosen before.
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
        level=_LEVEL if method != METHODS[0] else level_of(query.get("level") or _LEVEL),
        example=not query.get("service"),
    )


def targets_address(service: str, month: Month, method: str = METHODS[0]) -> str:
    """The address of a service's list of targets."""
    return address_of(Choice(in_force().measures[service], month, method=method))


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return address("advertisers", choice.query)


def query_of(choice: Choice) -> dict[str, str | int]:
    """The choice with its service and number of groups, for addresses with other defaults."""
    return {"service": choice.service.id, "top": choice.top, **choice.query}


def file_address(choice: Choice, name: str) -> str:
    """The address of a file of the page's content."""
    return address("advertisers-file", choice.query, name)


def selects(build: Build, choice: Choice, lang: Lang) -> list[Select]:
    """The select lists of the form."""
    services = [(id, in_force().measures[id].text) for id in build.about["services"]]
    tops = [(str(top), Text(f"{top}개", str(top))) for top in sorted({*TOPS, choice.top})]
    levels = [(id, in_force().fill(text)) for id, text in LEVELS.items()]
    anybody, anywhere = (
        Text("전체", "all"),
        Text(f"{in_force().city.ko} 전체", f"all of {in_force().city.en}"),
    )
    return [
        select("service", Text("서비스", "Service"), services, choice.service.id, lang),
        month_select(build, choice.month, lang),
        select("top", Text("집단 수", "Groups"), tops, choice.top, lang),
        select("level", Text("단위", "By"), levels, choice.level, lang),
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
            "month": choice.month, "method": choice.method, **choice.filters._asdict(),
            "level": choice.level}  # fmt: skip


def of_group(choice: Choice, sex: Sex, age: int) -> Choice:
    """Where a group of the matrix leads: its districts, all of them."""
    filters = choice.filters._replace(sex=sex, age=age)
    return choice._replace(level=_LEVEL, filters=filters, top=_all_districts(choice))


def of_places(choice: Choice, district: str | None, sex: Sex | None, age: int | None) -> Choice:
    """The neighbourhoods of a group, in a district or anywhere."""
    return choice._replace(
        level="neighbourhood", filters=Filters(district, sex, age), top=_all_districts(choice)
    )


def _all_districts(choice: Choice) -> int:
    """Rows of a list that has each district once, or as many as are chosen."""
    return min(max(choice.top, len(in_force().districts)), ROWS[1])


def everybody(choice: Choice) -> Choice:
    """The twelve groups that the page opens with, in the same order and district."""
    return choice._replace(
        level="group", method=METHODS[0], top=ROWS[1], filters=Filters(choice.filters.district)
    )


def files_of(choice: Choice, files: Mapping[str, Text]) -> dict[str, Text]:
    """The files that there are of a choice: platforms are known of districts alone."""
    return {
        name: text for name, text in files.items()
        if choice.level == _LEVEL or not name.startswith("platforms")
    }  # fmt: skip
