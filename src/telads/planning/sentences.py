"""Sentences about audiences and plans: planned contacts and reach, never sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from telads.dataset import in_force
from telads.planning.audience import Audience, Overlap, Standing
from telads.planning.brief import money
from telads.planning.parts import Member, member_of, parts_in
from telads.planning.plan import Plan
from telads.planning.scenarios import FULL, TOO_OFTEN
from telads.planning.words import objective_text, platform_text
from telads.text import LANGUAGES, Text, josa, same
from telads.wording import counted, in_sentence, people, people_text

DIGITS = 3
"""Significant digits of a reach in a sentence: the model is not more precise."""


def plan_sentences(plan: Plan) -> tuple[Text, ...]:
    """What the money buys, the gain from more, the assumptions, and the binding limits."""
    sums, brief = plan.result.summary, plan.brief
    named = objective_text(brief.objective, brief.weight)
    coarse = sums["proven_gap"] >= LARGE_GAP and brief.unit > 1 and sums["gap_to"] == "best"
    found = [_bought(sums), *_of_times(sums), *_of_objective(plan, named)]
    found += [_of_unit(sums["proven_gap"], named)] if coarse else _of_more(sums, named)
    found += [*_of_fullness(plan), *_of_ceilings(plan), *_of_target(plan), *_of_use(plan),
              *_of_neighbourhoods(plan),
              *_of_parts([member_of(row) for row in plan.result.segments])]  # fmt: skip
    if sums["gap_to"] == "without_goal":
        found.append(_of_goal(sums["proven_gap"], named))
    if sums["binding"]:
        found.append(Text(
            "이 조건 때문에 더 배분하지 못했습니다: "
            f"{', '.join(limit_text(one).ko for one in sums['binding'])}.",
            f"Limits reached: {', '.join(limit_text(one).en for one in sums['binding'])}.",
        ))  # fmt: skip
    if plan.former is not None:
        found.append(Text(
            "도달 상한과 목적을 고를 수 없던 이전 버전에서 만든 계획으로, 그때의 결과를 그대로 "
            "보여 드립니다.",
            "Made by an earlier version, which had no ceilings and one objective; its figures are "
            "shown unchanged.",
        ))  # fmt: skip
    return tuple(found)


def _bought(sums: Mapping[str, Any]) -> Text:
    """What the money buys; no frequency if the number reached is shown as 0."""
    spend, contacts = money(sums["spend"]), f"{sums['contacts']:,}"
    if not sums["reached"]:
        return Text(
            f"{spend.ko}으로 예상 노출 {contacts}회이며, 예상 도달은 10명이 되지 않습니다.",
            f"{spend.en} buys {contacts} planned impressions and reaches fewer than 10 people.",
        )
    share = share_text(sums["reach_share"])
    ko, en = (people(sums["reached"], lang) for lang in LANGUAGES)
    return Text(
        f"{spend.ko}으로 {ko}에게 도달합니다(타겟의 {share.ko}).",
        f"{spend.en} reaches {en} ({share.en} of the audience).",
    )


NEARLY = 0.9995


def share_text(share: float) -> Text:
    """A share of people in percent; nearly all is not rounded to all."""
    return Text("99.9% 이상", "at least 99.9%") if share >= NEARLY else same(f"{share:.1%}")


def _of_times(sums: Mapping[str, Any]) -> tuple[Text, ...]:
    """How often they are reached, and how many more than once."""
    if not sums["reached"]:
        return ()
    often, contacts = f"{sums['frequency']:.1f}", f"{sums['contacts']:,}"
    told = Text(
        f"예상 노출 {contacts}회, 평균 빈도 {often}회입니다.",
        f"{contacts} planned impressions, an average frequency of {often}.",
    )
    if sums["reached_2"] is None:
        return (told,)
    twice, thrice = people_text(sums["reached_2"]), people_text(sums["reached_3"])
    return (told, Text(
        f"2회 이상 도달 {twice.ko}, 3회 이상 도달 {thrice.ko}입니다.",
        f"Twice or more: {twice.en}; three times or more: {thrice.en}.",
    ))  # fmt: skip


def _of_objective(plan: Plan, named: Text) -> tuple[Text, ...]:
    """The objective, if it is not the people reached; the effect of a weight."""
    sums, found = plan.result.summary, []
    if plan.brief.objective != "reach" or plan.brief.weight:
        value = f"{float(format(sums['weighted_reach'], f'.{DIGITS}g')):,.0f}"
        found.append(Text(
            f"배분 점수: {named.ko} {value}. 배분안끼리 비교할 때만 쓰며 인원이 아닙니다.",
            f"Allocation score: {named.en} {value}. For comparing plans only, not a headcount.",
        ))  # fmt: skip
    if plan.brief.weight and plan.former is None:
        found.append(Text(
            "동반 이용 가중을 골랐습니다. 매체에 따른 서비스 이용의 차이는 중앙값 0.8%로 "
            "측정되었으나 가중값은 몇 배씩 차이가 나므로, 도달이 줄 수 있습니다.",
            "Impressions are weighted by association: measured, the use of the advertised service "
            "differs by 0.8% (median) between platforms while the weights differ several times "
            "over, so reach may be lost.",
        ))  # fmt: skip
    return tuple(found)


def _of_fullness(plan: Plan) -> tuple[Text, ...]:
    """Saturation of reach or excess frequency, and the budget that is enough."""
    sums = plan.result.summary
    if not sums["reachable"] or not sums["reached"]:
        return ()
    share, times = sums["reached"] / sums["reachable"], sums["frequency"] or 0.0
    if share <= FULL and times <= TOO_OFTEN:
        return ()
    text = share_text(share)
    full = Text(
        f"도달할 수 있는 사람의 {text.ko}에 도달", f"{text.en} of the reachable people are reached"
    )
    told = [full] if share > FULL else []
    if times > TOO_OFTEN:
        told.append(Text(f"평균 빈도 {TOO_OFTEN:g}회 초과", f"a frequency above {TOO_OFTEN:g}"))
    least = next((row["least_budget"] for row in plan.result.goals
                  if (row["goal"], row["level"]) == ("reach", FULL)), None)  # fmt: skip
    enough = Text("", "")
    if least is not None and least < sums["budget"]:
        enough = Text(
            f" {FULL:.0%}에 도달하는 데는 {money(least).ko}이면 됩니다.",
            f" {money(least).en} is enough to reach {FULL:.0%} of them.",
        )
    return (Text(
        f"주의: {', '.join(one.ko for one in told)}.{enough.ko}",
        f"Mind: {', '.join(one.en for one in told)}.{enough.en}",
    ),)  # fmt: skip


def _of_ceilings(plan: Plan) -> tuple[Text, ...]:
    """The assumption that everybody can be reached, if no ceiling was given."""
    names = [platform_text(offer.name) for offer in plan.brief.offers if offer.endless]
    if not names or plan.former is not None:
        return ()
    ko, en = (", ".join(name(lang) for name in names) for lang in LANGUAGES)
    return (Text(
        f"도달 상한을 적지 않은 매체({ko})는 집단의 모든 사람에게 도달할 수 있다고 가정했습니다.",
        f"Everyone in a group is assumed to be reachable on platforms without a ceiling: {en}.",
    ),)  # fmt: skip


def goal_text(goal: str, level: float) -> Text:
    """A goal by name: `도달할 수 있는 사람의 60% 도달`, `a frequency of 3`."""
    if goal == "reach":
        share = f"{level * 100:.3g}%"
        return Text(f"도달할 수 있는 사람의 {share} 도달", f"{share} of the reachable people")
    if goal == "people":
        return Text(f"{level:,.0f}명 도달", f"{level:,.0f} people")
    return Text(f"평균 빈도 {level:g}회", f"a frequency of {level:g}")


def _of_target(plan: Plan) -> tuple[Text, ...]:
    """The least budget for the requested goal."""
    row = next((row for row in plan.result.goals if row["asked"]), None)
    if row is None:
        return ()
    named = goal_text(row["goal"], row["level"])
    if row["least_budget"] is None:
        return (Text(
            f"목표({named.ko})는 이 타겟과 매체로는 예산을 늘려도 이룰 수 없습니다.",
            f"The goal, {named.en}, cannot be met with any budget, for this audience and these "
            "platforms.",
        ),)  # fmt: skip
    least = money(row["least_budget"])
    return (Text(
        f"목표({named.ko})에 필요한 최소 예산은 {least.ko}입니다.",
        f"The minimum budget for the goal, {named.en}, is {least.en}.",
    ),)  # fmt: skip


def _of_use(plan: Plan) -> tuple[Text, ...]:
    """Spend on segments of little use, and segments left without any."""
    sums, found = plan.result.summary, []
    if sums["below_spend_share"] is None:
        return ()
    service = platform_text(plan.brief.service)
    chosen = plan.brief.rules.uses(plan.brief.service)
    if chosen and not sums["below_segments"]:
        return ()
    if sums["below_segments"] and (not chosen or sums["below_spend"]):
        one = sums["below_segments"] == 1
        share = f"{sums['below_spend_share']:.1%}"
        used = josa(service.ko, "을/를")
        found.append(Text(
            f"집행액의 {share}가 {used} {in_force().city.ko} 평균보다 적게 쓰는 "
            f"{sums['below_segments']}개 집단에 갑니다.",
            f"{share} of the budget goes to {counted(sums['below_segments'], 'group')} that "
            f"{'uses' if one else 'use'} {service.en} less than the average person.",
        ))  # fmt: skip
    fewer = sums["narrowed"]
    if fewer:
        count = people_text(fewer["reached"])
        found.append(Text(
            f"타겟을 이용 강도 {fewer['least_affinity']:+.2f} 이상인 {fewer['segments']}개 "
            "집단으로 "
            f"좁히면 같은 예산으로 {count.ko}에게 평균 {fewer['frequency']:.1f}회 도달합니다.",
            f"Narrowed to the {counted(fewer['segments'], 'group')} with a usage score of "
            f"{fewer['least_affinity']:+.2f} or more, the same budget reaches {count.en} at a "
            f"frequency of {fewer['frequency']:.1f}.",
        ))  # fmt: skip
    return tuple(found)


NAMED = 3
"""Neighbourhoods of a plan that are named; all of them if they are no more than `FEW`."""
FEW = 6


def _of_neighbourhoods(plan: Plan) -> tuple[Text, ...]:
    """Over how many neighbourhoods the money of districts is divided, and where most goes."""
    rows = [row for row in plan.result.neighbourhoods if row["code"]]
    if not rows:
        return ()
    dataset = in_force()
    inside, around = dataset.neighbourhood, dataset.district
    places = list(dict.fromkeys(row["district"] for row in rows))
    most = sorted((row for row in rows if row["spend"]), key=lambda row: -row["spend"])
    named = most if len(rows) <= FEW else most[:NAMED]
    one = len(places) == 1

    def share(row: Mapping[str, Any]) -> str:
        return f"{row['district_share' if one else 'spend_share']:.1%}"

    ko = ", ".join(
        f"{'' if one else row['district'] + ' '}{row['neighbourhood']} {share(row)}"
        for row in named
    )
    en = ", ".join(
        row["neighbourhood"]
        + ("" if one else f" in {dataset.district_name(row['district'], 'en')}")
        + f" ({share(row)})"
        for row in named
    )
    spent = len(most)
    if not spent:
        return ()
    whose = (
        Text(f"{places[0]}의 집행액은", f"The money of {dataset.district_name(places[0], 'en')}")
        if one
        else Text(f"{around.text.ko} {len(places)}곳의 집행액은",
                  f"The money of {len(places)} {around.plural.en}")
    )  # fmt: skip
    level = inside.text.en if spent == 1 else inside.plural.en
    rest = len(rows) - spent
    without = (
        Text(f"({rest}곳에는 없음)", f" ({rest} {'gets' if rest == 1 else 'get'} none)")
        if rest
        else Text("", "")
    )
    listed = Text(ko, en) if len(named) == spent else Text(f"많은 순서로 {ko}", f"most to {en}")
    return (Text(
        f"{whose.ko} {inside.text.ko} {spent}곳에 나뉩니다{without.ko}: {listed.ko}.",
        f"{whose.en} is divided over {spent} {level}{without.en}: {listed.en}.",
    ),)  # fmt: skip


def _of_goal(gap: float, named: Text) -> Text:
    """The proven gap of a plan with a goal of at least so many contacts."""
    more = f"{ceil(gap * 1000) / 1000:.1%}"
    return Text(
        f"빈도 목표를 지키는 가장 좋은 배분이라고 증명된 것은 아닙니다. 목표가 있든 없든 "
        f"{josa(named.ko, '이/가')} 이보다 {more} 넘게 많은 배분은 없습니다.",
        f"Not proven to be the best allocation that meets the frequency goal: by the {named.en}, "
        f"none is more than {more} better, whether it meets the goal or not.",
    )


LARGE_GAP = 0.01
"""Gap to the best allocation from which it is stated; only a coarse unit of spends causes one.

The gain from a tenth more budget is then left out: in such steps it may seem to be nothing.
"""


def _of_unit(gap: float, named: Text) -> Text:
    """The proven gap as a share of the best allocation."""
    less = f"{ceil(gap / (1 + gap) * 1000) / 1000:.1%}"
    return Text(
        f"금액 단위가 커서 최적 배분보다 {josa(named.ko, '이/가')} 최대 {less} 적을 수 "
        "있습니다. 단위를 줄여 보세요.",
        f"The rounding unit is coarse: the {named.en} may be up to {less} below the best "
        "allocation. Try a smaller unit.",
    )


LEAST_SHARE = 0.0005
"""Smallest share that is not written as 0.0 %."""


def _of_more(sums: Mapping[str, Any], named: Text) -> tuple[Text, ...]:
    """The gain from a tenth more budget; empty if that is below one won, or cannot be spent."""
    share, added = sums["next_share"], sums["next_weighted_reach"]
    if share is None or not sums["next_budget"]:
        return ()
    korean = josa(named.ko, "은/는")
    if share <= 0 and not added:
        return (Text(
            f"예산을 10% 늘려도 {korean} 늘지 않습니다. 타겟을 넓히거나 매체를 "
            "추가해 보세요.",
            f"10% more budget adds nothing to the {named.en}. Try a wider audience or another "
            "platform.",
        ),)  # fmt: skip
    ko, en = f"{abs(share):.1%}", f"{abs(share):.1%}"
    if abs(share) < LEAST_SHARE:
        ko, en = "0.1%도 되지 않게", "less than 0.1%"
    subject = josa(named.ko, "이/가")
    if added < 0:  # spending all may cost reach to keep a goal of frequency
        return (Text(
            f"예산을 10% 늘리면 이 한도 안에서는 {subject} {ko} 줄어듭니다.",
            f"Within these limits, 10% more budget lowers the {named.en} by {en}.",
        ),)  # fmt: skip
    return (Text(
        f"예산을 10% 늘리면 {subject} {ko} 늘어납니다.",
        f"10% more budget adds {en} to the {named.en}.",
    ),)  # fmt: skip


def limit_text(binding: str) -> Text:
    """A limit by name: `cap youtube` as `YouTube's cap`."""
    kind, _, name = binding.partition(" ")
    words = {
        "cap": Text("최대 집행액", "maximum spend"),
        "minimum": Text("최소 집행액", "minimum spend"),
        "frequency": Text("빈도 목표", "the frequency goal"),
    }
    if not name:
        return words[kind]
    text = platform_text(name)
    return Text(f"{text.ko} {words[kind].ko}", f"{text.en}: {words[kind].en}")


def audience_sentences(found: Audience) -> tuple[Text, ...]:
    """The audience's size, and the services it uses more than others."""
    size, count = found.size, len(found.segments)
    return (
        Text(
            f"타겟은 {people(size.population, 'ko')}입니다(전체의 {size.share:.1%}, {count}개 "
            "집단).",
            f"{people(size.population, 'en').capitalize()}, {size.share:.1%} of all "
            f"({counted(count, 'group')}).",
        ),
        _of_services(found.profile),
        *_of_parts(found.segments),
    )


def _of_parts(members: Sequence[Member]) -> tuple[Text, ...]:
    """What is left out of parts of segments, and what their use rests on."""
    parts, told = parts_in(members), []
    level = in_force().neighbourhood
    if any(part.code for part in parts):
        told.append(Text(
            f"{level.text.ko} 가운데 사람이 너무 적어 보여 드리지 않는 곳은 들어 있지 않습니다.",
            f"{level.plural.en.capitalize()} with too few people to be shown are left out.",
        ))  # fmt: skip
    if any(part.cell_age for part in parts):
        told.append(in_force().fill(Text(
            "{cell_age}로 나눈 집단은 인원만 그 나이의 값이며, 서비스 이용은 그 나이가 든 나이대의 "
            "값입니다.",
            "Of groups divided by {cell_age}, only the number of people is theirs; their use of "
            "services is that of the whole age.",
        )))  # fmt: skip
    return tuple(told)


SERVICES = 3
"""Services named of those that an audience uses more than the average person."""


def _of_services(profile: Sequence[Standing]) -> Text:
    """The services used more than on average, in percent; where none has one, by score."""
    percents = [(one.index - 100.0, in_force().measures[one.service].text) for one in profile
                if one.index is not None and round(one.index) > 100]  # fmt: skip
    if percents:
        percents.sort(key=lambda one: -one[0])
        ko, en = (
            ", ".join(
                f"{in_sentence(name.en) if lang == 'en' else name.ko} {percent:.0f}%"
                for percent, name in percents[:SERVICES]
            )
            for lang in LANGUAGES
        )
        city = in_force().city
        return Text(f"{city.ko} 평균보다 많이 쓰는 서비스: {ko}.",
                    f"Uses more than the {city.en} average: {en}.")  # fmt: skip
    known = [
        (one.affinity, in_force().measures[one.service].text)
        for one in profile
        if one.affinity is not None
    ]
    above = sorted((one for one in known if one[0] > 0), key=lambda one: -one[0])
    if not above:
        return Text("이용 강도가 평균보다 높은 서비스는 없습니다.",
                    "No service has a usage score above average.")  # fmt: skip
    ko, en = (
        ", ".join(f"{name(lang)} {score:+.2f}" for score, name in above) for lang in LANGUAGES
    )
    return Text(f"이용 강도가 평균보다 높은 서비스: {ko}.", f"Usage score above average: {en}.")


def overlap_sentences(shared: Overlap) -> tuple[Text, ...]:
    """The numbers of people in both audiences, and in only one."""
    if shared.both is None:
        return (Text(
            "두 타겟의 차이에 인원이 너무 적은 부분이 있어 겹침을 보여 드릴 수 없습니다.",
            "The overlap cannot be shown: part of it has too few people.",
        ),)  # fmt: skip
    parts = (shared.both, shared.only_first or 0, shared.only_second or 0)
    ko, en = ([people(part, lang) for part in parts] for lang in LANGUAGES)
    return (Text(
        f"함께 속한 사람 {ko[0]}, 첫 번째에만 {ko[1]}, 두 번째에만 {ko[2]}입니다.",
        f"In both: {en[0]}; in the first only: {en[1]}; in the second only: {en[2]}.",
    ),)  # fmt: skip
