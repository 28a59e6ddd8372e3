"""Audiences and plans in words a planner can repeat: planned contacts and reach, never sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from telads.catalog import BY_ID
from telads.language import LANGUAGES, Text
from telads.planning.audience import Audience, Overlap, Standing
from telads.planning.limits import won
from telads.planning.plan import Plan
from telads.planning.words import platform_text
from telads.wording import people


def plan_sentences(plan: Plan) -> tuple[Text, ...]:
    """What the money buys, what more of it would, and which limits bind."""
    sums = plan.result.summary
    coarse = sums["proven_gap"] >= LARGE_GAP and plan.brief.unit > 1
    found = [_bought(sums), *([_of_unit(sums["proven_gap"])] if coarse else _of_more(sums))]
    if sums["binding"]:
        found.append(Text(
            f"결과를 제한한 한도: {', '.join(limit_text(one).ko for one in sums['binding'])}.",
            f"Limits that bind: {', '.join(limit_text(one).en for one in sums['binding'])}.",
        ))  # fmt: skip
    return tuple(found)


def _bought(sums: Mapping[str, Any]) -> Text:
    """What the money buys; no frequency where the number reached is shown as 0."""
    spend, contacts = won(sums["spend"]), f"{sums['contacts']:,}"
    if not sums["reached"]:
        return Text(
            f"{spend.ko}으로 계획 접촉 {contacts}회이며, 예상 도달은 10명이 되지 않습니다.",
            f"{spend.en} buy {contacts} planned contacts and reach fewer than 10 people.",
        )
    return Text(
        f"{spend.ko}으로 계획 접촉 {contacts}회, "
        f"예상 도달 {people(sums['reached'], 'ko')}(대상의 {sums['reach_share']:.1%}), "
        f"1인당 평균 {sums['frequency']:.1f}회입니다.",
        f"{spend.en} buy {contacts} planned contacts and reach an expected "
        f"{people(sums['reached'], 'en')} ({sums['reach_share']:.1%} of the audience), "
        f"{sums['frequency']:.1f} times each on average.",
    )


LARGE_GAP = 0.01
"""A gap to the best division from which on it is told; only a coarse unit of spends makes one.

What a tenth more budget would add is then not told: in such steps it may seem to add nothing.
"""


def _of_unit(gap: float) -> Text:
    """How much less than the best division this one may reach: a share of the best."""
    less = f"{ceil(gap / (1 + gap) * 1000) / 1000:.1%}"
    return Text(
        f"집행 단위가 커서 가장 좋은 배분보다 관심도 가중 도달이 최대 {less} 적을 수 있습니다. "
        "단위를 줄여 보십시오.",
        f"The unit of spends is coarse: the affinity-weighted reach may be up to {less} less than "
        "that of the best division. Try a smaller unit.",
    )


LEAST_SHARE = 0.0005
"""The smallest share that is not written as 0.0 %."""


def _of_more(sums: Mapping[str, Any]) -> tuple[Text, ...]:
    """What a tenth more budget would add; nothing where it is no won, or cannot be spent."""
    share, added = sums["next_share"], sums["next_weighted_reach"]
    if share is None or not sums["next_budget"]:
        return ()
    if share <= 0 and not added:
        return (Text(
            "예산을 10% 늘려도 관심도 가중 도달은 늘지 않습니다. 이 대상과 매체로는 돈을 더 써도 "
            "더 닿는 사람이 없습니다.",
            "A tenth more budget would add no affinity-weighted reach: with this audience and "
            "these platforms, more money reaches nobody more.",
        ),)  # fmt: skip
    ko, en = f"{abs(share):.1%}", f"{abs(share):.1%}"
    if abs(share) < LEAST_SHARE:
        ko, en = "0.1%도 되지 않게", "less than 0.1%"
    if added < 0:  # all is spent, and a goal of frequency is kept at the cost of whom it fits best
        return (Text(
            f"예산을 10% 늘리면 이 한도 안에서는 관심도 가중 도달이 {ko} 줄어듭니다.",
            f"A tenth more budget would, within these limits, take away {en} of affinity-weighted "
            "reach.",
        ),)  # fmt: skip
    return (Text(
        f"예산을 10% 늘리면 관심도 가중 도달이 {ko} 늘어납니다.",
        f"A tenth more budget would add {en} of affinity-weighted reach.",
    ),)  # fmt: skip


def limit_text(binding: str) -> Text:
    """A limit by name: `cap youtube` as `YouTube's cap`."""
    kind, _, name = binding.partition(" ")
    words = {
        "cap": Text("상한", "cap"),
        "minimum": Text("최소 집행액", "minimum"),
        "frequency": Text("접촉 횟수 목표", "the goal of frequency"),
    }
    if not name:
        return words[kind]
    text = platform_text(name)
    return Text(f"{text.ko} {words[kind].ko}", f"{text.en}: {words[kind].en}")


def audience_sentences(found: Audience) -> tuple[Text, ...]:
    """How many they are, and what they use more than others."""
    size, count = found.size, len(found.segments)
    return (
        Text(
            f"{count}개 집단, {people(size.population, 'ko')}으로 전체의 {size.share:.1%}입니다.",
            f"{people(size.population, 'en').capitalize()} in {count} segments, "
            f"{size.share:.1%} of all.",
        ),
        _of_services(found.profile),
    )


def _of_services(profile: Sequence[Standing]) -> Text:
    """The services they use more than the average, the first first."""
    known = [(one.affinity, BY_ID[one.service].text) for one in profile if one.affinity is not None]
    above = sorted((one for one in known if one[0] > 0), key=lambda one: -one[0])
    if not above:
        return Text("관심도가 평균보다 높은 서비스는 없습니다.",
                    "Their affinity is above the average in no service.")  # fmt: skip
    ko, en = (
        ", ".join(f"{name(lang)} {score:+.2f}" for score, name in above) for lang in LANGUAGES
    )
    return Text(f"관심도가 평균보다 높은 서비스: {ko}.", f"Affinity above the average: {en}.")


def overlap_sentences(shared: Overlap) -> tuple[Text, ...]:
    """How many are in both, or in one only."""
    if shared.both is None:
        return (Text(
            "두 대상의 차이에 인원이 너무 적은 부분이 있어 겹침을 보여 드릴 수 없습니다.",
            "The overlap cannot be shown: a part of it has too few people.",
        ),)  # fmt: skip
    parts = (shared.both, shared.only_first or 0, shared.only_second or 0)
    ko, en = ([people(part, lang) for part in parts] for lang in LANGUAGES)
    return (Text(
        f"함께 속한 사람 {ko[0]}, 첫 번째에만 {ko[1]}, 두 번째에만 {ko[2]}입니다.",
        f"In both: {en[0]}; in the first only: {en[1]}; in the second only: {en[2]}.",
    ),)  # fmt: skip
