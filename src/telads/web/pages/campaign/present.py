"""The campaign page as displayed: the brief, who, where, the groups, and the plan they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from telads.answers.advertisers import targets
from telads.answers.questions import METHODS, TARGET_ORDERS
from telads.dataset import in_force
from telads.errors import QuestionError
from telads.model import Segment
from telads.planning.brief import money
from telads.planning.plan import Draft, draft, reachable_share
from telads.planning.plan import curve as solve
from telads.planning.scenarios import TOO_OFTEN
from telads.planning.sentences import limit_text
from telads.planning.words import platform_text
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.web.pages.campaign import brief, curve, forms, groups, where
from telads.web.pages.campaign.forms import Choice, Media, Platform, address_of, amount_text
from telads.web.pages.campaign.words import money_short, people_short, times
from telads.wording import MAXIMUM_SPEND, MINIMUM_SPEND, counted, people, people_apart

MET = 0.99
"""Share of the people a ceiling allows from which it counts as met."""
OFTEN = 10
"""Contacts per person above which a plan is called too large for its people."""


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
    """The plan below the where."""

    reached: tuple[str, str]
    """The number and its unit."""
    sums: Mapping[str, Any]
    """Sums of the plan, as published."""
    share: str
    range: str
    twice: str
    thrice: str
    often: str
    saturated: bool
    warnings: list[Text]
    """That the money is too much for these people."""
    full: bool
    """Whether nearly everybody is reached whom the platforms can reach."""
    sentences: list[Text]
    platforms: list[Bought]


def page(
    build: Build, choice: Choice, lang: Lang, media: Media | None = None, whole: bool = True
) -> dict[str, Any]:
    """Everything the page shows of a choice, with the catalogue of a planner.

    The curve takes longest: unless the page is `whole`, it asks for it by itself (`of_curve`).
    """
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
            found = draft(build, choice.brief(lang, rules))
    except QuestionError as error:
        refused = refused or error
    if begun and ticked == begun:
        choice = choice._replace(ticks=None, turn="")
    elif choice.turn:
        choice = choice._replace(ticks=tuple(sorted(ticked)), turn="")
    plan, outs = _plan(found, choice, lang) if found else None, {}
    if not choice.within:
        outs = where.read_outs(build, choice, found, lang)
    place = next(iter(outs.values()), None)
    every_row = groups.rows(build, listed, ticked, found, choice, lang)
    return {
        "choice": choice,
        "answer": every,
        **brief.shown(build, choice, found, media or {}, lang),
        "refused": None
        if refused is None
        else {
            "message": refusal(refused, lang),
            "advice": refused.advice(lang) if refused.advice else "",
        },
        "ages": groups.matrix(build, choice, listed, ticked, lang),
        "sexes": [one.text for one in groups.SEXES],
        "lives": groups.lives(build, choice, ticked, lang),
        "maps": where.drawings(build, choice, found, lang),
        "views": where.views(choice, lang),
        "levels": where.levels(build, choice, next(iter(outs), ""), lang),
        "place": place,
        "read_outs": where.packed(outs),
        "near": where.neighbours(build, choice, lang) if choice.within else [],
        "near_of": where.near_of(choice, lang),
        "near_level": in_force().neighbourhood.text(lang),
        "city": in_force().city(lang),
        "whole_city": address_of(choice._replace(within="")),
        "rows": every_row,
        "shown": groups.shown(every_row, choice, lang),
        "heads": groups.heads(choice, lang),
        "every": groups.every(listed, ticked, choice),
        "indexed": choice.service.is_index,
        "first": choice.ticks is None,
        "beginning": _beginning(build, choice, len(begun), found, lang),
        "wider": Text(f"{len(begun)}개 집단으로 넓히기", f"Widen to {counted(len(begun), 'group')}")
        if choice.ticks is not None and len(begun) > len(ticked)
        else None,
        "again": address_of(choice._replace(ticks=None)),
        "plan": plan,
        "axis": curve.axis(choice, lang) if found else None,
        **(of_curve(build, choice, found, lang) if found and whole else
           {"curve": None, "less": None, "more": None}),
        "bar": _bar(found, choice, lang) if found else None,
        "examples": all(one.example for one in choice.platforms),
        "plan_address": forms.plan_address(choice) if found else "",
        "deck_address": forms.deck_address(choice) if found else "",
        "scenarios_address": forms.scenarios_address(choice) if found else "",
        "save_address": forms.save_address(choice) if found else "",
        "audience_address": forms.audience_address(choice, found.brief.rules) if found else "",
        "address": address_of(choice),
        "looks": list(choice.looks.items()),
    }  # fmt: skip


def curve_alone(build: Build, choice: Choice, lang: Lang) -> dict[str, Any]:
    """What the page asks for after its answer: the curve, and what other budgets say.

    Raises what `make_plan` raises.
    """
    found = draft(build, choice.brief(lang, forms.chosen(build, choice, lang).rules))
    return {
        "choice": choice,
        "plan": _plan(found, choice, lang),
        "axis": curve.axis(choice, lang),
        **of_curve(build, choice, found, lang),
    }


def of_curve(build: Build, choice: Choice, found: Draft, lang: Lang) -> dict[str, Any]:
    """The curve, the smaller budget that is enough, and what more money adds."""
    solved = solve(build, found.brief, choice.axis)
    return {
        "curve": curve.drawn(found, solved, choice, lang),
        "less": curve.less(found, solved, choice, lang),
        "more": curve.more(solved, _full(found)),
    }


FIELDS: dict[str, Text] = {
    "budget": Text("예산", "Budget"),
    "price": Text("CPM", "CPM"),
    "ceiling": Text("도달 상한", "Ceiling"),
    "least": MINIMUM_SPEND,
    "most": MAXIMUM_SPEND,
}
"""Fields of the brief that may hold a wrong amount."""


def refusal(error: QuestionError, lang: Lang) -> str:
    """What is wrong, with the field and what was typed."""
    field = FIELDS.get(str(error.facts.get("rule")))
    value = error.facts.get("value")
    head = f"{field(lang)}: " if field else ""
    return f"{head}{error.message(lang)}" + (f" ({value})" if value not in {None, ""} else "")


# Plan. ----------------------------------------------------------------------------------------


def _beginning(
    build: Build, choice: Choice, count: int, found: Draft | None, lang: Lang
) -> Text | None:
    """Which groups are ticked at first, and why; else how many that would be."""
    if not count:
        return None
    if choice.ticks is not None:
        return Text(
            f"이 예산의 처음 집단 {count}개로", f"Back to the first {counted(count, 'group')}"
        )
    times = f"{TOO_OFTEN:g}"
    often = (found.summary["frequency"] or 0.0) if found else 0.0
    if often > TOO_OFTEN:
        return Text(
            f"조건에 맞는 집단을 모두 골라도({count}개) 한 사람이 평균 {times}회 넘게 봅니다.",
            f"Even all {count} groups that match have a frequency above {times}."
            if count > 1
            else f"Even the one group that matches has a frequency above {times}.",
        )
    if found and count == len(forms.groups_of(build, choice)):
        return Text(
            f"조건에 맞는 {count}개 집단을 모두 골랐습니다. 한 사람이 평균 {often:.1f}회 봅니다.",
            f"All {count} groups that match are chosen, at a frequency of {often:.1f}."
            if count > 1
            else f"The one group that matches is chosen, at a frequency of {often:.1f}.",
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
    low, high = (people_short(sums[f"reached_{end}"], lang) for end in ("low", "high"))
    often, full = sums["frequency"], _full(found)
    return Plan(
        reached=people_apart(sums["reached"], lang),
        sums=sums,
        share=f"{sums['reach_share']:.0%}",
        range=f"{low}{Text('~', '–')(lang)}{high}",
        twice=people_short(sums["reached_2"], lang),
        thrice=people_short(sums["reached_3"], lang),
        often=times(often, lang),
        saturated=full or (often or 0) > OFTEN,
        warnings=_warnings(found, full),
        full=full,
        sentences=_sentences(found, lang),
        platforms=[_bought(row, one, lang) for row, one in _paired(found, choice)],
    )


def _full(found: Draft) -> bool:
    """Whether nearly everybody is reached whom the platforms can reach."""
    reachable = reachable_share(found.brief.offers) * found.summary["population"]
    return bool(reachable) and found.summary["reached"] > MET * reachable


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


def _sentences(found: Draft, lang: Lang) -> list[Text]:
    """Who uses the service little, which limits are reached."""
    told = list[Text]()
    if found.below:
        told.append(Text(
            f"고른 집단 가운데 {found.below}개는 {in_force().city.ko} 평균보다 적게 씁니다.",
            f"{found.below} of the groups use it less than the {in_force().city.en} average.",
        ))  # fmt: skip
    limits = [limit_text(one) for one in found.summary["binding"]]
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
        spend=money_short(row["spend"], lang),
        share=f"{row['spend_share']:.0%}",
        reached=people_short(row["reached"], lang),
        reach=round(100 * row["reach_share"], 1),
        ceiling=None if one.ceiling is None else round(100 * one.ceiling, 1),
        often=times(row["frequency"], lang),
    )
