"""The campaign page as displayed: who, where, the ranked groups, and the plan they make."""

from __future__ import annotations

import json
from collections import Counter
from math import ceil, floor, log10
from typing import Any, NamedTuple

import numpy as np

from telads.answers.advertisers import targets
from telads.answers.answer import Answer
from telads.answers.questions import METHODS, TARGET_ORDERS
from telads.answers.sentences import target_name
from telads.dataset import in_force
from telads.errors import QuestionError
from telads.model import Segment, Sex
from telads.planning.audience import profile
from telads.planning.brief import money
from telads.planning.parts import segments_in
from telads.planning.plan import Draft, draft, reachable_share
from telads.planning.scenarios import TOO_OFTEN
from telads.planning.sentences import limit_text
from telads.planning.words import platform_text
from telads.render.svg import use
from telads.render.svg.drawing import Drawing
from telads.render.svg.lines import smooth
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.web.components import Bar, districts_named
from telads.web.pages.advertisers.present import STEPS
from telads.web.pages.campaign import forms
from telads.web.pages.campaign.forms import Choice, Media, Platform, address_of, amount_text
from telads.web.pages.home import present as home
from telads.wording import MAXIMUM_SPEND, MINIMUM_SPEND, group_name, observed, people

MET = 0.99
"""Share of the people a ceiling allows from which it counts as met."""
OFTEN = 10
"""Contacts per person above which a plan is called too large for its people."""


SEXES = (Sex.FEMALE, Sex.MALE)


NEAR = 12
"""Percent of the axis within which the budget's own words take the place of a tick's."""


class Row(NamedTuple):
    """A group of the list."""

    place: int
    """Its number, the value of its tick."""
    rank: int
    name: str
    people: str
    use: str
    bar: Bar | None
    spend: str
    ticked: bool
    below: bool


class Group(NamedTuple):
    """A sex and age of the matrix: its use, in how many places it is ticked, and a link."""

    id: str
    name: str
    use: str
    step: int
    places: int
    address: str
    """The same choice with the group in all places ticked, or in none."""


class Mark(NamedTuple):
    """A budget on the curve: its position in percent of width and height, and its words."""

    x: float
    y: float
    text: str
    anchor: str


class Curve(NamedTuple):
    """Reach over budget: paths on a square of 100, ticks of both axes, marks."""

    once: str
    twice: str
    thrice: str
    across: list[tuple[float, str, str]]
    up: list[tuple[float, str]]
    own: Mark
    enough: Mark | None
    said: str
    steps: str
    """What the slider shows on its way, as JSON: budget in words, reach in words, y."""


class Bought(NamedTuple):
    """A platform of the plan."""

    service: str
    name: str
    price: str
    example: bool
    spend: str
    share: str
    reached: str
    reach: float
    """Share of the audience, in percent."""
    ceiling: float | None
    often: str


class Plan(NamedTuple):
    """The plan below the map."""

    reached: tuple[str, str]
    """The number and its unit."""
    share: str
    range: str
    twice: str
    thrice: str
    often: str
    saturated: bool
    warnings: list[Text]
    """That the money is too much for these people."""
    sentences: list[Text]
    curve: Curve
    platforms: list[Bought]
    less: tuple[str, str] | None
    """Address and words of the budget that is enough."""


def page(
    build: Build, choice: Choice, lang: Lang, media: Media | None = None
) -> dict[str, Any]:  # fmt: skip
    """Everything the page shows of a choice, with the catalogue of a planner."""
    _, sex, age = choice.sentence.filters
    order, method = next(iter(TARGET_ORDERS)), METHODS[0]
    every = targets(build, choice.service.id, order, len(forms.places_of()), choice.month, method,
                    None, sex, age)  # fmt: skip
    listed = [row for row in every.records
              if not choice.districts or row["district"] in choice.districts]  # fmt: skip
    refused, found = choice.fault, None
    begun = ticked = frozenset[Segment](choice.ticks or ())
    try:
        begun, ticked, rules = forms.chosen(build, choice, lang)
        if ticked and refused is None:
            found = draft(build, choice.brief(lang, rules), choice.axis)
    except QuestionError as error:
        refused = refused or error
    if begun and ticked == begun:
        choice = choice._replace(ticks=None)
    return {
        "choice": choice,
        "answer": every,
        "selects": forms.selects(build, choice, lang),
        "districts": _districts(build, choice, lang),
        "where": _where(choice, lang),
        "who": home.sentence(build, choice.sentence, lang)["who"],
        "runs_on": _runs_on(choice, lang),
        "platform_rows": _platform_rows(choice, media or {}, lang),
        "refused": None
        if refused is None
        else {
            "message": _refusal(refused, lang),
            "advice": refused.advice(lang) if refused.advice else "",
        },
        "ages": _matrix(build, choice, every, listed, ticked, lang),
        "sexes": [one.text for one in SEXES],
        "maps": _maps(build, choice, lang),
        "rows": _rows(listed, ticked, found, choice, lang),
        "indexed": choice.service.is_index,
        "first": choice.ticks is None,
        "beginning": _beginning(build, choice, len(begun), found, lang),
        "wider": Text(f"{len(begun)}개 집단으로 넓히기", f"Widen to {len(begun)} groups")
        if choice.ticks is not None and len(begun) > len(ticked)
        else None,
        "again": address_of(choice._replace(ticks=None)),
        "plan": _plan(found, choice, lang) if found else None,
        "bar": _bar(found, choice, lang) if found else None,
        "examples": all(one.example for one in choice.platforms),
        "plan_address": forms.plan_address(choice) if found else "",
        "scenarios_address": forms.scenarios_address(choice) if found else "",
        "save_address": forms.save_address(choice) if found else "",
        "audience_address": forms.audience_address(choice, found.brief.rules) if found else "",
        "address": address_of(choice),
        "axis": choice.axis,
    }


FIELDS: dict[str, Text] = {
    "budget": Text("예산", "Budget"),
    "price": Text("CPM", "CPM"),
    "ceiling": Text("도달 상한", "Ceiling"),
    "least": MINIMUM_SPEND,
    "most": MAXIMUM_SPEND,
}
"""Fields of the brief that may hold a wrong amount."""


def _refusal(error: QuestionError, lang: Lang) -> str:
    """What is wrong, with the field and what was typed."""
    field = FIELDS.get(str(error.facts.get("rule")))
    value = error.facts.get("value")
    head = f"{field(lang)}: " if field else ""
    return f"{head}{error.message(lang)}" + (f" ({value})" if value not in {None, ""} else "")


def _relative(row: dict[str, Any]) -> float:
    """Percent above the city's mean person, of an index service its affinity."""
    index, affinity = row["index"], row["affinity"]
    return float(affinity if index is None else index - 100)


# Brief. ---------------------------------------------------------------------------------------


def _where(choice: Choice, lang: Lang) -> str:
    """The places in a word."""
    level, names = in_force().district, choice.districts
    if not names:
        return in_force().fill(home.EVERYWHERE)(lang)
    if len(names) == 1:
        return in_force().district_name(names[0], lang)
    return Text(f"{level.text.ko} {len(names)}곳", f"{len(names)} {level.plural.en}")(lang)


def _runs_on(choice: Choice, lang: Lang) -> str:
    """How many platforms, and whether their prices are examples."""
    count = len(choice.platforms)
    example = all(one.example for one in choice.platforms)
    return Text(f"{count}개{', 예시 CPM' if example else ''}",
                f"{count}{', example prices' if example else ''}")(lang)  # fmt: skip


class Place(NamedTuple):
    """A district to choose."""

    value: str
    name: str
    chosen: bool


def _districts(build: Build, choice: Choice, lang: Lang) -> list[Place]:
    return [Place(name, text(lang), name in choice.districts)
            for name, text in districts_named(build)]  # fmt: skip


class PlatformRow(NamedTuple):
    """A row of the brief's platforms."""

    options: list[tuple[str, str, bool]]
    media: list[tuple[str, str, bool]]
    """Options of the catalogue."""
    price: str
    ceiling: str
    least: str
    most: str
    named: str
    limits: str
    """Minimum and maximum spend in words."""


def _platform_rows(choice: Choice, media: Media, lang: Lang) -> list[PlatformRow]:
    known = [(id, in_force().measures[id].text(lang)) for id in in_force().service_ids
             if id != choice.service.id]  # fmt: skip
    filled = list(choice.typed) or [
        (
            one.value,
            f"{one.price:,}",
            "" if one.ceiling is None else forms.percent_of(one.ceiling),
            str(one.minimum or ""),
            "" if one.cap is None else str(one.cap),
            one.value,
        )
        for one in choice.platforms
    ]
    filled += [("",) * len(forms.COLUMNS)] * max(1, forms.ROWS - len(filled))
    booked = {value: one.medium for value, one in media.items()
              if one.service != choice.service.id}  # fmt: skip
    rows = []
    for value, price, ceiling, least, most, _ in filled:
        # A medium of somebody else's catalogue stands in the address alone.
        own = booked | ({value: value.partition(":")[2]} if ":" in value else {})
        rows.append(PlatformRow(
            [("", "–", not value), *((id, name, id == value) for id, name in known)],
            [(id, name, id == value) for id, name in own.items()],
            price, ceiling, least, most, value, _limits(least, most, lang),
        ))  # fmt: skip
    return rows


def _limits(least: str, most: str, lang: Lang) -> str:
    """Minimum and maximum spend of a row, empty for none."""
    ends = ((Text("최소", "minimum"), least), (Text("최대", "maximum"), most))
    return ", ".join(f"{name(lang)} {amount_text(int(typed), lang)}" for name, typed in ends
                     if typed.isascii() and typed.isdecimal())  # fmt: skip


# Who, where, the list. ------------------------------------------------------------------------


def _matrix(
    build: Build, choice: Choice, every: Answer, listed: list[dict[str, Any]],
    ticked: frozenset[Segment], lang: Lang,
) -> list[tuple[str, list[Group | None]]]:  # fmt: skip
    """The sexes and ages: a row for each age, a field for each sex."""
    order = next(iter(TARGET_ORDERS))
    of_city = targets(build, choice.service.id, order, len(forms.places_of()), choice.month,
                      METHODS[0], level="group")  # fmt: skip
    known = {(row["sex"], row["age"]): row for row in of_city.records}
    most = max([0.0, *(row["affinity"] for row in known.values())])
    places = Counter((str(one.sex), one.age) for one in ticked)

    def group(sex: str, age: int) -> Group | None:
        row = known.get((sex, age))
        if row is None:
            return None
        own = [Segment(one["district"], Sex(sex), age) for one in listed
               if (one["sex"], one["age"]) == (sex, age)]  # fmt: skip
        count, z = places[sex, age], row["affinity"]
        after = ticked - set(own) if count == len(own) else ticked | set(own)
        return Group(
            id=f"group-{sex}-{age}",
            name=group_name(sex, age, lang),
            use=use.told(_relative(row), row["index"] is None),
            step=0 if z < 0 else min(STEPS, 1 + int(STEPS * z / most)) if most else 1,
            places=count,
            address=address_of(choice._replace(ticks=tuple(after))) if own else "",
        )

    return [(in_force().age_text(age)(lang), [group(str(sex), age) for sex in SEXES])
            for age in in_force().ages]  # fmt: skip


def _maps(build: Build, choice: Choice, lang: Lang) -> list[Drawing]:
    """Use by district, of the people of the sentence, wide and narrow; none without borders."""
    import polars as pl

    if not in_force().borders:
        return []
    everywhere = choice._replace(districts=())
    of_each: dict[str, list[Segment]] = {}
    for segment in forms.groups_of(build, everywhere):
        of_each.setdefault(segment.district, []).append(segment)
    rows: list[dict[str, Any]] = []
    for district, segments in of_each.items():
        own = next((one for one in profile(build, segments, choice.month)
                    if one.service == choice.service.id), None)  # fmt: skip
        if own is not None:
            value = own.affinity if own.index is None else own.index - 100
            rows.append({"district": district, "value": value})

    def href(name: str) -> str:
        chosen = [one for one in choice.districts if one != name]
        chosen += [name] if name not in choice.districts else []
        return address_of(choice._replace(districts=tuple(chosen), ticks=None))

    frame = pl.DataFrame(rows, schema={"district": pl.String, "value": pl.Float64})
    return [
        use.draw(
            frame, service=choice.service, lang=lang,
            window=observed(choice.month.window, lang), synthetic=build.synthetic,
            narrow=narrow, chosen=choice.districts, href=href,
        )
        for narrow in (False, True)
    ]  # fmt: skip


def _rows(
    listed: list[dict[str, Any]], ticked: frozenset[Segment], found: Draft | None,
    choice: Choice, lang: Lang,
) -> list[Row]:  # fmt: skip
    """The groups in order of use, ticked ones with what is spent on them."""
    places = forms.places_of()
    spends = {(row["district"], row["sex"], row["age"]): row["spend"]
              for row in (found.segments if found else ())}  # fmt: skip
    values = [_relative(row) for row in listed]
    low, high = min([0.0, *values]), max([0.0, *values]) or 1.0
    rows = []
    for rank, row in enumerate(listed, 1):
        segment = Segment(row["district"], Sex(row["sex"]), row["age"])
        value = _relative(row)
        spend = spends.get((row["district"], row["sex"], row["age"]))
        rows.append(Row(
            places[segment], rank, target_name(row, lang), _short(row["population"], lang),
            use.told(value, row["index"] is None), Bar.of(value, low, high, 0.0, None, None),
            "–" if spend is None else _short_money(spend, lang),
            segment in ticked, value < 0,
        ))  # fmt: skip
    return rows


def _short(count: float, lang: Lang) -> str:
    """People in a cell: `2.5만`, `25,000`."""
    return people(count, lang).removesuffix(" people").removesuffix("명").strip()


def _short_money(amount: float, lang: Lang) -> str:
    """Money in a cell or a sentence, to three digits: `41만`, `1,310만`; `410,000`."""
    if not amount:
        return "0"
    digits = max(0, floor(log10(amount)) - 2)
    rounded = round(amount, -digits)
    if lang == "ko" and in_force().currency.code in home.SMALL_UNITS and rounded >= 10_000:
        if rounded >= 100_000_000:
            return f"{rounded / 100_000_000:,.3g}억"
        return f"{rounded / 10_000:,.{0 if rounded >= 100_000 else 1}f}만"
    return f"{rounded:,.0f}"


# Plan. ----------------------------------------------------------------------------------------


def _beginning(
    build: Build, choice: Choice, count: int, found: Draft | None, lang: Lang
) -> Text | None:
    """Which groups are ticked at first, and why; else how many that would be."""
    if not count:
        return None
    if choice.ticks is not None:
        return Text(f"이 예산의 처음 집단 {count}개로", f"Back to the first {count} groups")
    times = f"{TOO_OFTEN:g}"
    often = (found.summary["frequency"] or 0.0) if found else 0.0
    if often > TOO_OFTEN:
        return Text(
            f"조건에 맞는 집단을 모두 골라도({count}개) 한 사람이 평균 {times}회 넘게 봅니다.",
            f"Even all {count} groups that match have a frequency above {times}.",
        )
    if found and count == len(forms.groups_of(build, choice)):
        return Text(
            f"조건에 맞는 {count}개 집단을 모두 골랐습니다. 한 사람이 평균 {often:.1f}회 봅니다.",
            f"All {count} groups that match are chosen, at a frequency of {often:.1f}.",
        )
    return Text(
        f"많이 쓰는 순서로, 한 사람이 평균 {times}회 이하로 보게 되는 가장 적은 {count}개 집단을 "
        "골랐습니다.",
        f"The fewest groups ({count}), by use, with a frequency of {times} or less.",
    )


def _bar(found: Draft, choice: Choice, lang: Lang) -> tuple[str, str]:
    """What is chosen: `67개 집단`, `209만 명 · 5,000만 원`."""
    count, size = len(found.segments), people(found.summary["population"], lang)
    groups = Text(f"{count}개 집단", f"{count} group{'' if count == 1 else 's'}")
    return groups(lang), f"{size} · {amount_text(choice.budget, lang)}"


def _plan(found: Draft, choice: Choice, lang: Lang) -> Plan:
    sums = found.summary
    count, unit = _hero(sums["reached"], lang)
    low, high = (_short(sums[f"reached_{end}"], lang) for end in ("low", "high"))
    often = sums["frequency"]
    reachable = reachable_share(found.brief.offers) * sums["population"]
    full = bool(reachable) and sums["reached"] > MET * reachable
    saturated = full or (often or 0) > OFTEN
    return Plan(
        reached=(count, unit),
        share=f"{sums['reach_share']:.0%}",
        range=f"{low}–{high}",
        twice=_short(sums["reached_2"], lang),
        thrice=_short(sums["reached_3"], lang),
        often="–" if often is None else f"{often:.1f}",
        saturated=saturated,
        warnings=_warnings(found, full),
        sentences=_sentences(found, full, lang),
        curve=_curve(found, choice, lang),
        platforms=[_bought(row, one, lang) for row, one in _paired(found, choice)],
        less=_less(found, choice, lang),
    )


def _hero(count: float, lang: Lang) -> tuple[str, str]:
    """A number and its unit, apart."""
    told = people(count, lang)
    head, _, unit = told.partition("만" if "만" in told else " " if lang == "en" else "명")
    if "만" in told:
        return head, f"만{unit}"
    return (head, unit) if lang == "en" else (head, "명")


def _less(found: Draft, choice: Choice, lang: Lang) -> tuple[str, str] | None:
    if not found.enough:
        return None
    budget, share = found.enough["budget"], found.enough["share"]
    text = Text(f"{amount_text(budget, 'ko')}이면 지금의 {share:.0%}",
                f"{share:.0%} of it with {amount_text(budget, 'en')}")  # fmt: skip
    segments = tuple(segments_in(found.audience.segments))
    other = choice._replace(
        budget=budget, sentence=choice.sentence._replace(budget=str(budget)), ticks=segments
    )
    return address_of(other), text(lang)


def _warnings(found: Draft, full: bool) -> list[Text]:
    """That the money is too much: people see it too often, or all that can be are reached."""
    told, often = [], found.summary["frequency"] or 0.0
    if often > OFTEN:
        told.append(Text(
            f"이 예산은 이 타겟에 큽니다. 한 사람이 평균 {often:,.0f}번 보게 됩니다.",
            f"The budget is large for this audience: the frequency is {often:,.0f}.",
        ))  # fmt: skip
    elif full:
        told.append(Text(
            "매체의 도달 상한에 거의 이르렀습니다. 돈을 더 써도 새로 도달하는 사람이 거의 "
            "없습니다.",
            "The platforms are close to their ceilings: more budget reaches hardly anyone new.",
        ))  # fmt: skip
    return told


def _sentences(found: Draft, full: bool, lang: Lang) -> list[Text]:
    """What more money adds, who uses the service little, which limits are reached."""
    sums, told = found.summary, list[Text]()
    added, more = sums["next_weighted_reach"], sums["next_budget"]
    if added is not None and more and not full:
        added_money = [amount_text(more, one) for one in LANGUAGES]
        people_added = [people(added, one) for one in LANGUAGES]
        told.append(Text(f"{added_money[0]}을 더 쓰면 {people_added[0]}에게 더 도달합니다.",
                         f"{added_money[1]} more reaches {people_added[1]} more."))  # fmt: skip
    if found.below:
        told.append(Text(
            f"고른 집단 가운데 {found.below}개는 {in_force().city.ko} 평균보다 적게 씁니다.",
            f"{found.below} of the groups use it less than the {in_force().city.en} average.",
        ))  # fmt: skip
    limits = [limit_text(one) for one in sums["binding"]]
    limits += [
        Text(f"{platform_text(row['platform']).ko} 도달 상한 {row['ceiling']:.0%}",
             f"{platform_text(row['platform']).en}: ceiling of {row['ceiling']:.0%}")
        for row in found.platforms
        if row["ceiling"] and row["reach_share"] > MET * row["ceiling"]
    ]  # fmt: skip
    named = [", ".join(one(lang) for one in limits) for lang in LANGUAGES]
    told.append(
        Text(f"걸린 조건: {named[0]}.", f"Limits reached: {named[1]}.") if limits
        else Text("걸린 조건은 없습니다.", "No limit is reached.")
    )  # fmt: skip
    return told


def _paired(found: Draft, choice: Choice) -> list[tuple[dict[str, Any], Platform]]:
    """Platforms of the plan in the order of the brief, the plan's own being by name."""
    rows = {row["platform"]: row for row in found.platforms}
    return [(rows[one.name], one) for one in choice.platforms]


def _bought(row: dict[str, Any], one: Platform, lang: Lang) -> Bought:
    return Bought(
        service=one.service,
        name=platform_text(one.name)(lang),
        price=money(one.price)(lang),
        example=one.example,
        spend=_short_money(row["spend"], lang),
        share=f"{row['spend_share']:.0%}",
        reached=_short(row["reached"], lang),
        reach=round(100 * row["reach_share"], 1),
        ceiling=None if one.ceiling is None else round(100 * one.ceiling, 1),
        often="–" if row["frequency"] is None else f"{row['frequency']:.1f}",
    )


def _curve(found: Draft, choice: Choice, lang: Lang) -> Curve:
    """Reach over budget, up to the end of the axis."""
    budgets = found.budgets
    end = max(choice.axis, found.brief.budget)
    highest = max([1, *(row["reached"] for row in budgets)])
    unit = 10 ** floor(log10(highest / 2))
    unit *= next(part for part in (1, 2, 5, 10) if highest / (unit * part) <= 4)
    top = unit * ceil(highest / unit)

    def point(budget: float, count: float) -> tuple[float, float]:
        return round(100 * budget / end, 2), round(100 - 100 * count / top, 2)

    def line(name: str) -> str:
        return smooth([(0.0, 100.0), *(point(row["budget"], row[name]) for row in budgets)])

    def mark(budget: int, count: float, text: str) -> Mark:
        x, y = point(budget, count)
        return Mark(x, y, text, "start" if x < 15 else "end" if x > 85 else "middle")

    enough = found.enough
    own = amount_text(found.brief.budget, lang)
    said = Text(
        f"예산에 따른 도달: {own}이면 {people(found.summary['reached'], 'ko')}",
        f"Reach over budget: {own} reach {people(found.summary['reached'], 'en')}",
    )
    return Curve(
        once=line("reached"), twice=line("reached_2"), thrice=line("reached_3"),
        across=[
            (25.0 * at, "0" if not at else _short_money(end * at / 4, lang),
             "start" if not at else "end" if at == 4 else "middle")
            for at in range(5)
            if abs(25 * at - 100 * found.brief.budget / end) > NEAR
        ],
        up=[(round(100 - 100 * unit * at / top, 2), "0" if not at else _short(unit * at, lang))
            for at in range(round(top / unit) + 1)],
        own=mark(found.brief.budget, found.summary["reached"], own),
        enough=mark(enough["budget"], enough["reached"], _less(found, choice, lang)[1])  # type: ignore[index]
        if enough else None,
        said=said(lang),
        steps=_steps(found, end, top, lang),
    )  # fmt: skip


def _steps(found: Draft, end: int, top: float, lang: Lang) -> str:
    """Reach at round budgets, straight between those that were solved."""
    step = forms.step_of(end)
    budgets = [0, *(row["budget"] for row in found.budgets)]
    counts = [0, *(row["reached"] for row in found.budgets)]
    told = []
    for budget in range(0, end + 1, step):
        count = float(np.interp(budget, budgets, counts))
        told.append((amount_text(budget, lang), *_hero(count, lang),
                     round(100 - 100 * count / top, 1)))  # fmt: skip
    return json.dumps([step, told], ensure_ascii=False, separators=(",", ":"))
