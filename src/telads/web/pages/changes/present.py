"""What the page of changes shows of its answers, written for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.changes import changes, course
from telads.answers.choices import Filters
from telads.answers.sentences import own_part
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.render.svg.changes import Scale, key_of, told
from telads.render.svg.lines import Lines, lines
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.web.addresses import address
from telads.web.components import Bar
from telads.web.pages.advertisers import forms as advertisers
from telads.web.pages.changes.forms import SORTS, Choice, address_of
from telads.wording import figure, group_name, number

MONTHS = 12
"""Months that lead to theirs, the newest ones."""
SENTENCE: tuple[Text, ...] = (
    Text("", "How did the use of"), Text("이용이", "change in"), Text("에", "against"),
    Text("보다 어떻게 달라졌나요?", "?"),
)  # fmt: skip
"""The words before, between and after the controls."""
HEADS: dict[str, Text] = {
    "district": Text("{district}", "{District}"),
    "city": Text("{city} 전체", "Citywide"),
    "own": Text("지역 요인", "Local part"),
    "clear": Text("뚜렷함", "Clear"),
}


class Head(NamedTuple):
    """A heading that leads to the table in another order."""

    key: str
    name: str
    address: str
    sorted: str
    """`ascending`, `descending` or empty, as `aria-sort` has it."""


class Row(NamedTuple):
    """A district."""

    district: str
    address: str
    text: dict[str, str]
    own: str
    bar: Bar | None
    clear: bool | None
    chosen: bool
    direction: str


class Step(NamedTuple):
    """A month to choose, with the whole city's change in it and how many districts were clear."""

    month: Month
    name: str
    """With its year where that is another than the month's before it."""
    address: str
    chosen: bool
    city: str
    clear: int | None
    broken: bool


class Cell(NamedTuple):
    """A group of a district: its own part and the step of its colour."""

    text: str
    step: int | None
    name: str


class Place(NamedTuple):
    """The district looked into."""

    district: str
    own: str
    direction: str
    clear: bool | None
    said: Text
    ages: list[str]
    cells: list[tuple[str, list[Cell]]]
    lines: Lines | None
    ends: tuple[Month, Month] | None
    last: tuple[str, str]
    """Its use in the last month, and the city's."""
    months: list[tuple[Month, str, str]]
    targets: str
    campaign: str
    """A campaign in this place."""


def heads(choice: Choice, month: Month, compared: Month, lang: Lang) -> list[Head]:
    """The headings of the table."""
    names = {key: in_force().fill(text)(lang) for key, text in HEADS.items()}
    names |= {"before": _short(compared, month, lang), "now": _short(month, compared, lang)}
    found = []
    for key, first in SORTS.items():
        if key == "city" and choice.service.is_index:
            continue  # only the places move
        own = {f"{sign}{key}": way for sign, way in (("", "ascending"), ("-", "descending"))}
        turned = {"": "-", "-": ""}[first]
        sort = turned + key if choice.sort == first + key else first + key
        leads = address_of(choice._replace(sort=sort))
        found.append(Head(key, names[key], leads, own.get(choice.sort, "")))
    return found


def _short(month: Month, beside: Month, lang: Lang) -> str:
    """A month without its year, where the one beside it is of the same."""
    same = lang == "ko" and month.year == beside.year
    return f"{month.month}월" if same else month.text(lang)


def rows(found: Answer, choice: Choice, place: str, scale: Scale, lang: Lang) -> list[Row]:
    """The districts in the order asked for."""
    indexed, key = choice.service.is_index, key_of(choice.service.is_index)
    reach = max([abs(row[key] or 0) for row in found.records] + [scale.end]) * 1.15
    share = (lambda row: 1.0) if indexed else (lambda row: 100 / row["before"])

    def end(row: dict[str, Any], name: str) -> float | None:
        return None if row[name] is None else row[name] * share(row)

    listed = sorted(found.records, key=_order(choice, lang), reverse=choice.sort.startswith("-"))
    return [
        Row(
            district=row["district"],
            address=address_of(choice._replace(district=row["district"])),
            text={"before": _use(row["before"], indexed), "now": _use(row["now"], indexed),
                  "city": told(row["city_percent"], indexed)},
            own=told(row[key], indexed),
            bar=Bar.of(row[key], -reach, reach, 0.0, end(row, "local_low"), end(row, "local_high")),
            clear=row["clear"],
            chosen=row["district"] == place,
            direction=_direction(row["change_local"]),
        )
        for row in listed
    ]  # fmt: skip


def _use(value: float, indexed: bool) -> str:
    """A use per person, without its unit."""
    return told(value, indexed) if indexed else number(value, digits=1)


def _order(choice: Choice, lang: Lang) -> Callable[[dict[str, Any]], Any]:
    indexed, column = choice.service.is_index, choice.sort.removeprefix("-")
    key = {"city": "change_city" if indexed else "city_percent", "own": key_of(indexed)}
    if column == "district":
        return lambda row: in_force().district_name(row["district"], lang)
    if column == "clear":
        return lambda row: (bool(row["clear"]), own_part(row))
    return lambda row: row[key.get(column, column)] or 0


def _direction(value: float | None) -> str:
    return "up" if (value or 0) > 0 else "down" if (value or 0) < 0 else ""


def steps(build: Build, choice: Choice, lang: Lang) -> list[Step]:
    """The newest months, each with what its own answer says."""
    found: list[Step] = []
    for month in build.months[-MONTHS:]:
        facts = changes(build, choice.service.id, month, choice.against)
        compared = bool(facts.rows.height)
        percent = facts.facts["city_change_percent"]
        found.append(Step(
            month=month,
            name=month.text(lang) if not found else _short(month, found[-1].month, lang),
            address=address_of(choice._replace(month=month)),
            chosen=month == choice.month,
            city="" if percent is None else f"{told(percent, False)}%",  # type: ignore[arg-type]
            clear=facts.facts["clear"] if compared else None,  # type: ignore[arg-type]
            broken=bool(facts.facts["break"]),
        ))  # fmt: skip
    return found


def place_shown(
    build: Build, choice: Choice, found: Answer, place: str, scale: Scale, lang: Lang
) -> Place:
    """What the page says of the district looked into."""
    indexed, key = choice.service.is_index, key_of(choice.service.is_index)
    row = next((row for row in found.records if row["district"] == place), None)
    groups = changes(build, **choice.asked, district=place).records
    by = {(one["sex"], one["age"]): one for one in groups}

    def cell(sex: str, age: int) -> Cell:
        one = by.get((sex, age))
        value = one[key] if one else None
        step = None if value is None else scale.place(value)
        return Cell(told(value, indexed), step, group_name(sex, age, lang))

    until = str(choice.month)
    shown = [one for one in course(build, choice.service.id, place) if one["month"] <= until]
    months = [Month.parse(one["month"]) for one in shown]

    def text(value: float | None) -> str:
        return "–" if value is None else figure(value, choice.service.kind, lang)

    own, city = ([one[name] for one in shown] for name in ("value", "city"))
    ages = in_force().ages
    return Place(
        district=place,
        own=told(row[key], indexed) + ("" if indexed else "%") if row else "–",
        direction=_direction(row["change_local"]) if row else "",
        clear=row["clear"] if row else None,
        said=_said(row, groups, indexed),
        ages=[in_force().age_text(age)(lang) for age in ages],
        cells=[(sex.text(lang), [cell(str(sex), age) for age in ages])
               for sex in (Sex.FEMALE, Sex.MALE)],
        lines=lines(months, own, city) if len(months) > 1 else None,
        ends=(months[0], months[-1]) if months else None,
        last=(text(own[-1]), text(city[-1])) if shown else ("–", "–"),
        months=[(month, text(value), text(beside))
                for month, value, beside in zip(months, own, city, strict=True)],
        targets=advertisers.address_of(advertisers.Choice(
            choice.service, choice.month, filters=Filters(district=place))),
        campaign=address("campaign", {"service": choice.service.id, "district": place,
                                      "month": str(choice.month)}),
    )  # fmt: skip


def _said(row: dict[str, Any] | None, groups: list[dict[str, Any]], indexed: bool) -> Text:
    """How a district moved beside the city, in a sentence, and who moved most."""
    if row is None:
        return Text("두 달 모두 알려진 집단이 없습니다.", "No group is known in both months.")
    up, city = row["change_local"] > 0, in_force().city
    if indexed:
        size = number(abs(row["change_local"]), digits=3)
        moved = Text(
            f"{city.ko}의 같은 성별·나이와 비교해 이용 강도가 {size} "
            f"{'높아졌습니다' if up else '낮아졌습니다'}.",
            f"Compared with the same sex and age in {city.en}, the usage score "
            f"{'rose' if up else 'fell'} by {size}.",
        )
    else:
        size = number(abs(row["change_local"]), digits=1 if abs(row["change_local"]) >= 0.95 else 2)
        moved = Text(
            f"{city.ko}의 같은 성별·나이와 비교해 1인당 월 {size}일 "
            f"{'늘었습니다' if up else '줄었습니다'}.",
            f"Compared with the same sex and age in {city.en}, use {'rose' if up else 'fell'} by "
            f"{size} days a month per person.",
        )
    if not row["clear"]:
        return Text(f"{moved.ko} 우연으로도 나올 수 있는 차이입니다.",
                    f"{moved.en} Such a difference may be chance.")  # fmt: skip
    key, sign = key_of(indexed), 1 if up else -1
    most = max(groups, key=lambda one: sign * (one[key] or 0))
    names = [group_name(most["sex"], most["age"], lang) for lang in LANGUAGES]
    return Text(
        f"{moved.ko} {names[0]}에서 가장 컸습니다({told(most[key], indexed)}).",
        f"{moved.en} Most among {names[1]} ({told(most[key], indexed)}).",
    )
