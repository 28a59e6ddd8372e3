"""Answers in words: one or two sentences that a planner can repeat to a client.

They say 'people in neighbourhoods where X is used more also use Y more', never 'people who use X
also use Y': the data are cells, not persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from telads.answers.audience import Size
from telads.catalog import BY_ID, Measure
from telads.language import Text
from telads.model import Segment, Sex
from telads.wording import in_sentence, join_names, josa, people, segment_name

Row = dict[str, Any]

NOTEWORTHY = 0.1
"""Affinity, in standard deviations, from which a segment is said to differ from the mean."""
STILL = 0.005
"""A change of less than this share of the usage is no movement worth a sentence."""
LEAST_DAYS = 0.05
"""Nor is one that is written as 0.0 days."""


def of_services(segment: Segment, rows: Sequence[Row]) -> tuple[Text, ...]:
    """Which service comes first, how sure that is, and whose movement the latest change was."""
    known = [row for row in rows if row["affinity"] is not None]
    return (_place(segment, known), *_movement(known[0])) if known else ()


def _place(segment: Segment, rows: list[Row]) -> Text:
    whom = _segment(segment)
    tied = [row for row in rows if "tie" in row["labels"]] or rows[:1]
    names = _services([row["service"] for row in tied])
    together = len(tied) > 1
    if "below_average" in rows[0]["labels"]:
        return Text(
            f"{josa(whom.ko, '은/는')} 모든 서비스를 서울 평균보다 덜 쓰며, "
            f"그중 {josa(names.ko, '이/가')} 평균에 가장 가깝습니다.",
            f"{_capital(whom.en)} use every service less than the city's mean; "
            f"{names.en} {'come' if together else 'comes'} closest to it.",
        )
    more = _more(rows[0]) if not together else Text("", "")
    if together:
        return Text(
            f"{whom.ko}에게는 {josa(names.ko, '이/가')} 거의 같은 정도로 가장 두드러집니다. "
            "순위의 차이는 뜻이 없습니다.",
            f"{_capital(names.en)} stand out about equally for {whom.en}: "
            "their order means nothing.",
        )
    return Text(
        f"{whom.ko}에게 가장 두드러진 서비스는 {names.ko}입니다{more.ko}.",
        f"The service that stands out most for {whom.en} is {names.en}{more.en}.",
    )


def _more(row: Row) -> Text:
    """How far above the mean, as the data allow to say."""
    if row["index"] is None:
        return Text(f"(관심도 {row['affinity']:+.1f})", f" (affinity {row['affinity']:+.1f})")
    return Text(
        f"(서울 시민 평균을 100으로 할 때 {row['index']:.0f})",
        f" (index {row['index']:.0f}, the city's mean person being 100)",
    )


def _movement(row: Row) -> tuple[Text, ...]:
    """The latest change of the first service, and whether it was the city's (method A5)."""
    change = row["change"]
    if change is None or row["change_city"] is None:
        return ()
    name = _services([row["service"]])
    measure = BY_ID[row["service"]]
    whose = whose_movement(row)
    # An index has another scale each month: only their place among the groups can move.
    what = (
        Text(f"{name.ko} 관심도", f"Their affinity for {name.en}") if measure.is_index
        else Text(f"{name.ko} 이용", f"Their use of {name.en}")
    )  # fmt: skip
    if whose == "still":
        return (
            Text(f"{josa(what.ko, '은/는')} 지난달과 거의 같습니다.",
                 f"{what.en} is about what it was the month before."),
        )  # fmt: skip
    up = change > 0
    amount = Text("", "") if measure.is_index else Text(
        f" 월 {abs(change):.1f}일", f" by {abs(change):.1f} days a month"
    )  # fmt: skip
    turned = ("높아졌습니다", "낮아졌습니다") if measure.is_index else ("늘었습니다", "줄었습니다")
    source = (
        Text("서울의 같은 성별·나이 전체에 나타난 움직임입니다",
             "a movement of the same sex and age all over the city")
        if whose == "city"
        else Text("이 지역만의 움직임입니다", "a movement of this district's own")
    )  # fmt: skip
    return (
        Text(
            f"{josa(what.ko, '은/는')} 지난달보다{amount.ko} {turned[0] if up else turned[1]}. "
            f"{source.ko}.",
            f"{what.en} {'rose' if up else 'fell'}{amount.en} since the month before: {source.en}.",
        ),
    )


def whose_movement(row: Row) -> Literal["still", "city", "local"] | None:
    """Whose a service's latest change was (method A5); None without a month before.

    `row` has the service, its usage, change, change_city and change_local.
    """
    change, city, local = row["change"], row["change_city"], row["change_local"]
    if change is None or city is None:
        return None
    indexed = BY_ID[row["service"]].is_index
    least = STILL * 10 if indexed else max(LEAST_DAYS, STILL * abs(row["usage"] or 1.0))
    if abs(change) < least:
        return "still"
    # The part with the sign of the change that is the larger one made the movement.
    return "city" if abs(city) >= abs(local) else "local"


def of_targets(
    service: Measure, by: str, rows: Sequence[Row], reach: Size, share: float | None
) -> tuple[Text, ...]:
    """The first target, and how far the list reaches."""
    if not rows:
        return (
            Text("조건에 맞는 집단이 없습니다.", "No segment fits the choice."),
        )  # fmt: skip
    name, count = _services([service.id]), len(rows)
    head = _first_target(name, by, rows[0])
    these = "This segment is" if count == 1 else f"These {count} segments are"
    if share is None:
        reached = Text(
            f"이 {count}개 집단은 {people(reach.population, 'ko')}, "
            f"전체 인구의 {reach.share:.1%}입니다.",
            f"{these} {people(reach.population, 'en')}, {reach.share:.1%} of all.",
        )
    else:
        reached = Text(
            f"이 {count}개 집단은 인구의 {reach.share:.1%}({people(reach.population, 'ko')})이고 "
            f"{name.ko} 사용일의 {share:.1%}를 차지합니다.",
            f"{these} {reach.share:.1%} of the people "
            f"({people(reach.population, 'en')}) and {share:.1%} of the {name.en} days.",
        )
    return (head, reached)


def _first_target(service: Text, by: str, row: Row) -> Text:
    first = _segment(Segment(row["district"], Sex(row["sex"]), row["age"]))
    # The first of its order: where it is not above the mean, none of the list is.
    if (by == "affinity" and row["affinity"] < 0) or (by == "excess" and not row["excess"]):
        return Text(
            f"고른 집단 가운데 {josa(service.ko, '을/를')} 평균보다 많이 쓰는 곳은 없습니다. "
            f"목록의 첫 번째는 {first.ko}입니다.",
            f"No segment among these uses {service.en} more than the average; the first of the "
            f"list: {first.en}.",
        )
    return Text(
        f"{service.ko} 광고의 첫 번째 대상은 {first.ko}입니다.",
        f"The first target for a {service.en} advert: {first.en}.",
    )


def of_platforms(
    service: Measure, segment: Segment, rows: Sequence[Row], prior_only: bool
) -> tuple[Text, ...]:
    """The platforms that cannot be told from the best, if they are clearly associated at all."""
    front = [row for row in rows if row["association"] is not None and row["tie_group"] == 1]
    clear = [row["service"] for row in front if row["low"] is not None and row["low"] > 0]
    asked, whom = _services([service.id]), _segment(segment)
    if not clear:
        found = Text(
            f"{whom.ko}의 동네들에서 {josa(asked.ko, '과/와')} 뚜렷하게 함께 쓰이는 서비스는 "
            "없습니다.",
            f"In the neighbourhoods of {whom.en} no service clearly goes with {asked.en}.",
        )
    else:
        names = _services(clear)
        order = (
            Text(" 이들 사이의 순위는 가릴 수 없습니다.", " Their order cannot be told.")
            if len(clear) > 1
            else Text("", "")
        )
        found = Text(
            f"{whom.ko}: {josa(asked.ko, '을/를')} 더 쓰는 동네일수록 {names.ko}도 더 씁니다."
            f"{order.ko}",
            f"{_capital(whom.en)}: people in neighbourhoods where {asked.en} is used more also "
            f"use {names.en} more.{order.en}",
        )
    if not prior_only:
        return (found,)
    return (
        found,
        Text(
            "이 집단만의 자료가 부족해 같은 성별·나이의 서울 전체 값으로 답한 항목이 있습니다.",
            "Where the segment itself has too few data, the figure is that of its sex and age.",
        ),
    )


def of_signals(segment: Segment, rows: Sequence[Row]) -> tuple[Text, ...]:
    """The channel hints of the signals that stand out from the same sex and age."""
    from telads.features.signals import CLEARLY, SIGNALS, hint_of

    z_peers = {row["signal"]: row["z_peers"] for row in rows}
    strong = [
        (signal, hint_of(signal, z_peers))
        for signal in SIGNALS
        if (z_peers.get(signal.id) or 0) >= CLEARLY
    ]
    whom = _segment(segment)
    if not strong:
        return (
            Text(f"{josa(whom.ko, '은/는')} 이동과 생활에서 같은 성별·나이와 크게 다르지 않습니다.",
                 f"{_capital(whom.en)} move and live much like the same sex and age elsewhere."),
        )  # fmt: skip
    return tuple(
        Text(
            f"{signal.text.ko}: 같은 성별·나이의 다른 자치구보다 뚜렷이 높습니다. "
            f"{josa(hint.ko, '을/를')} 살펴보십시오.",
            f"{signal.text.en}: clearly higher than for the same sex and age elsewhere; "
            f"consider {hint.en}.",
        )
        for signal, hint in strong
    )


def of_stale_signals(ids: Sequence[str]) -> tuple[Text, ...]:
    """That signals have not changed since the month before, in any segment."""
    from telads.features.signals import SIGNALS

    stale = [signal.text for signal in SIGNALS if signal.id in ids]
    if not stale:
        return ()
    names = Text("이 신호들", "signals")
    if len(stale) < len(SIGNALS):
        names = Text(join_names([text.ko for text in stale], "ko"),
                     join_names([in_sentence(text.en) for text in stale], "en"))  # fmt: skip
    return (
        Text(f"모든 집단에서 {josa(names.ko, '은/는')} 지난달과 값이 같습니다. "
             "이 기간에 새로 관측한 값이 아닐 수 있습니다.",
             f"In every group the month before had the same {names.en}: perhaps they were not "
             "observed anew in this window."),
    )  # fmt: skip


def _segment(segment: Segment) -> Text:
    names = (
        segment_name(segment.district, segment.sex, segment.age, lang) for lang in ("ko", "en")
    )
    return Text(*names)


def _services(ids: Sequence[str]) -> Text:
    """Names of services inside a sentence."""
    texts = [BY_ID[id].text for id in ids]
    return Text(
        join_names([text.ko for text in texts], "ko"),
        join_names([in_sentence(text.en) for text in texts], "en"),
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
