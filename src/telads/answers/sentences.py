"""Answers in words: one or two sentences that a planner can repeat to a client.

They say 'people in neighbourhoods where X is used more also use Y more', never 'people who use X
also use Y': the data are cells, not persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from telads.answers.audience import Size
from telads.answers.places import Variance
from telads.dataset import Measure, in_force
from telads.model import Month, Segment
from telads.text import LANGUAGES, Lang, Text, join_names, josa
from telads.wording import (
    counted,
    figure,
    group_name,
    in_sentence,
    number,
    people,
    segment_name,
    sentence_case,
)

Row = dict[str, Any]

NOTEWORTHY = 0.1
"""Affinity, in standard deviations, from which a segment is said to differ from the mean."""
TITLED = 2
"""Services that a title names; of more it says how many."""
PASSING = Text("이런 지역만의 움직임은 대개 오래가지 않습니다",
               "such local changes usually do not last")  # fmt: skip
BROKEN = Text(
    "이 달에 집계가 바뀌어 계열이 끊겼을 수 있습니다", "possible break in the series this month"
)
_SOURCES = {
    "city": Text("{city}의 같은 성별·나이 전체에 나타난 움직임입니다",
                 "the same sex and age changed across {city}"),
    "local": Text(f"이 지역만의 움직임이며, {PASSING.ko}",
                  f"a movement of this {{district}}'s own; {PASSING.en}"),
    "noise": Text("{city} 전체의 움직임이 아니며, 오차 범위 안의 변화입니다",
                  "not citywide, and within the margin of error"),
}  # fmt: skip
"""Sources of the latest change (method A5)."""


def every_year(years: int | None, lang: Lang) -> str:
    """Note that the city moved alike in so many earlier years; empty for none."""
    if not years:
        return ""
    if lang == "ko":
        return " 해마다 이맘때 그랬습니다." if years > 1 else " 한 해 전 이맘때도 그랬습니다."
    return ", as every year" if years > 1 else ", as a year ago"


def of_services(
    segment: Segment, rows: Sequence[Row], years: int | None = None
) -> tuple[Text, ...]:
    """The first service, how far and how surely it is the first, and its latest change.

    The first sentence is a title. `years` are the earlier years in which the city's part of that
    change was alike.
    """
    known = [row for row in rows if row["affinity"] is not None]
    return (*_place(segment, known), *_movement(known[0], years)) if known else ()


def _place(segment: Segment, rows: list[Row]) -> tuple[Text, Text]:
    whom, city = _segment(segment), in_force().city
    tied = [row["service"] for row in rows if "tie" in row["labels"]] or [rows[0]["service"]]
    names, count = _services(tied), len(tied)
    if "below_average" in rows[0]["labels"]:
        comes = "comes" if count == 1 else "come"
        return (
            Text(f"{josa(whom.ko, '은/는')} 모든 서비스를 평균보다 덜 씁니다.",
                 f"{sentence_case(whom.en)} use every service less than average."),
            Text(f"{josa(names.ko, '이/가')} {city.ko} 평균에 가장 가깝습니다.",
                 f"{sentence_case(names.en)} {comes} closest to the {city.en} average."),
        )  # fmt: skip
    if count == 1:
        more, later = _more(rows[0], names), _later(rows)
        return (
            Text(f"{josa(whom.ko, '은/는')} {josa(names.ko, '이/가')} 가장 두드러집니다.",
                 f"{sentence_case(whom.en)} over-index most on {names.en}."),
            Text(f"{more.ko}{later.ko}", f"{more.en}{later.en}"),
        )  # fmt: skip
    few = names if count <= TITLED else Text(
        f"{_services(tied[:1]).ko} 등 {count}개", f"{count} services"
    )  # fmt: skip
    return (
        Text(f"{josa(whom.ko, '은/는')} {josa(few.ko, '이/가')} 비슷하게 두드러집니다.",
             f"{sentence_case(whom.en)} over-index about equally on {few.en}."),
        Text(f"{names.ko}의 순위 차이는 오차 범위 안입니다.",
             f"The order of {names.en} is within the margin of error."),
    )  # fmt: skip


def _later(rows: list[Row]) -> Text:
    """Note that the first place is uncertain three months ahead, if it is clear for the next."""
    close = [row["service"] for row in rows if "tie_ahead" in row["labels"]]
    if not close:
        return Text("", "")
    names = _services(close)
    return Text(
        f" 석 달 뒤에는 {names.ko} 가운데 어느 것이 1위일지 알 수 없습니다.",
        f" Three months ahead {names.en} are too close to call.",
    )


def _more(row: Row, name: Text) -> Text:
    """Distance above the mean, as precisely as the data allow."""
    city = in_force().city
    if row["index"] is None:
        score = number(row["affinity"], "index", 1)
        return Text(
            f"{name.ko}의 이용 강도는 {score}입니다({city.ko} 평균 0).",
            f"Their usage score for {name.en} is {score} ({city.en} average: 0).",
        )
    percent = round(row["index"]) - 100
    if not percent:
        return Text(
            f"{josa(name.ko, '을/를')} {city.ko} 평균만큼 씁니다.",
            f"They use {name.en} about as much as the {city.en} average.",
        )
    more = ("더", "more") if percent > 0 else ("덜", "less")
    return Text(
        f"{josa(name.ko, '을/를')} {city.ko} 평균보다 {abs(percent)}% {more[0]} 씁니다.",
        f"They use {name.en} {abs(percent)}% {more[1]} than the {city.en} average.",
    )


def _movement(row: Row, years: int | None) -> tuple[Text, ...]:
    """The latest change of the first service, and whether it was the city's (method A5)."""
    change = row["change"]
    if row["movement"] is None:
        return ()
    name = _services([row["service"]])
    measure = in_force().measures[row["service"]]
    whose = row["movement"]
    # An index is rescaled each month: only the rank among the groups can move.
    what = (
        Text(f"{name.ko} 이용 강도", f"Their usage score for {name.en}") if measure.is_index
        else Text(f"{name.ko} 이용", f"Their use of {name.en}")
    )  # fmt: skip
    if whose == "still":
        return (
            Text(f"{josa(what.ko, '은/는')} 지난달과 거의 같습니다.",
                 f"{what.en} is about the same as the month before."),
        )  # fmt: skip
    up = change > 0
    amount = Text("", "") if measure.is_index else Text(
        f" 월 {abs(change):.1f}일", f" by {abs(change):.1f} days a month"
    )  # fmt: skip
    turned = ("높아졌습니다", "낮아졌습니다") if measure.is_index else ("늘었습니다", "줄었습니다")
    source = in_force().fill(_SOURCES[whose])
    if whose == "city" and years:
        ko = every_year(years, "ko").strip().removesuffix(".")
        source = Text(f"{source.ko}. {ko}", source.en + every_year(years, "en"))
    if "break" in row["labels"]:
        source = Text(f"{source.ko}. {BROKEN.ko}", f"{source.en}; {BROKEN.en}")
    return (
        Text(
            f"{josa(what.ko, '은/는')} 지난달보다{amount.ko} {turned[0] if up else turned[1]}. "
            f"{source.ko}.",
            f"{what.en} {'rose' if up else 'fell'}{amount.en} since the month before: {source.en}.",
        ),
    )


def of_targets(
    service: Measure,
    by: str,
    rows: Sequence[Row],
    reach: Size,
    share: float | None,
    level: str = "district",
) -> tuple[Text, ...]:
    """The first target, and the reach of the list."""
    if not rows:
        return (
            Text("조건에 맞는 집단이 없습니다.", "No group fits the choice."),
        )  # fmt: skip
    name, count = _services([service.id]), len(rows)
    head = _first_target(name, by, rows[0])
    one, several = _counted(rows[0], level)
    these = f"This {one.en} is" if count == 1 else f"These {count} {several.en} are"
    counted = f"이 {count}개 {one.ko}"
    if share is None:
        reached = Text(
            f"{josa(counted, '은/는')} {people(reach.population, 'ko')}, "
            f"전체 인구의 {reach.share:.1%}입니다.",
            f"{these} {people(reach.population, 'en')}, {reach.share:.1%} of all.",
        )
    else:
        reached = Text(
            f"{josa(counted, '은/는')} {people(reach.population, 'ko')}({reach.share:.1%})"
            f"이며, {name.ko} 이용의 {share:.1%}를 차지합니다.",
            f"{these} {people(reach.population, 'en')} ({reach.share:.1%}) and {share:.1%} of the "
            f"use of {name.en}.",
        )
    return (head, reached)


def _counted(row: Row, level: str) -> tuple[Text, Text]:
    """Names of a list's rows, singular and plural."""
    if level == "neighbourhood" and row["sex"] is None:
        return in_force().neighbourhood.text, in_force().neighbourhood.plural
    if level == "group":
        return Text("집단", "group"), Text("집단", "groups")
    return Text("집단", "group"), Text("집단", "groups")


def of_groups(rows: Sequence[Row]) -> tuple[Text, ...]:
    """The sexes and ages of a list, each once with its number of places; empty if all differ."""
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        if row["sex"] is None:
            return ()
        groups.setdefault((row["sex"], row["age"]), []).append(row)
    if len(groups) == len(rows):
        return ()
    if len(groups) == 1:
        ((sex, age),) = groups
        return (Text(
            f"모두 {group_name(sex, age, 'ko')}이며 {len(rows)}곳입니다.",
            f"All are {group_name(sex, age, 'en')}, in {len(rows)} places.",
        ),)  # fmt: skip
    ko = ", ".join(f"{group_name(*of, 'ko')} {len(own)}곳" for of, own in groups.items())
    en = ", ".join(
        f"{group_name(*of, 'en')} in {counted(len(own), 'place')}" for of, own in groups.items()
    )
    return (Text(f"이 집단은 {ko}입니다.", f"They are {en}."),)


def of_variance(service: Measure, parts: Variance) -> tuple[Text, ...]:
    """Share of the differences in use due to who people are, and due to where they live."""
    if parts.who is None or parts.district is None:
        return ()
    name, dataset = _services([service.id]), in_force()
    who, district = f"{parts.who:.1%}", f"{parts.district:.1%}"
    if parts.neighbourhood is None:
        return (
            Text(
                f"{name.ko} 이용의 차이는 {who}가 성별·나이, {district}가 "
                f"{dataset.district.text.ko}에서 옵니다.",
                f"Of the differences in {name.en}, sex and age explain {who} and the "
                f"{dataset.district.text.en} {district}.",
            ),
        )
    inside = f"{parts.neighbourhood:.1%}"
    return (
        Text(
            f"{name.ko} 이용의 차이는 {who}가 성별·나이, {district}가 {dataset.district.text.ko}, "
            f"{inside}가 {dataset.neighbourhood.text.ko}에서 옵니다.",
            f"Of the differences in {name.en}, sex and age explain {who}, the "
            f"{dataset.district.text.en} {district} and the {dataset.neighbourhood.text.en} "
            f"{inside}.",
        ),
    )


FORECASTS: dict[str, Text] = {
    "last": Text("지난달 그대로", "the last month"),
    "mean": Text("모든 달의 평균", "the mean of all months"),
    "season": Text("지난달에 한 해 전 같은 달의 움직임을 더한 값",
                   "the last month moved as in the same month a year ago"),
}  # fmt: skip
"""Candidates for the forecast of the next label month (`method.forecasts`)."""


def of_forecast(found: Mapping[str, Any] | None) -> tuple[Text, ...]:
    """Note that an order is that of a forecast other than the last month (`Build.forecast`)."""
    if not found or found["taken"] == "last":
        return ()
    taken = FORECASTS[found["taken"]]
    return (
        Text(
            f"순위는 다음 달 예측({taken.ko})의 것입니다. 이 데이터에서 지난달 그대로보다 잘 "
            "맞았습니다.",
            f"The order is that of the next month's forecast, {taken.en}, which came closer on "
            "these data than the last month.",
        ),
    )


def of_forecasts(found: Mapping[str, Any] | None) -> tuple[Text, ...]:
    """Candidates for the forecast as judged on the user's own months, and the one taken."""
    if not found:
        return ()
    last, *others = found["candidates"]
    told = [
        f"{{}} {one['value']:.3f} ({one['ahead']:+.3f}, 95% {one['low']:+.3f}…{one['high']:+.3f})"
        for one in others
    ]
    ko, en = (
        ", ".join(text.format(FORECASTS[one["candidate"]](lang))
                  for text, one in zip(told, others, strict=True))
        for lang in LANGUAGES
    )  # fmt: skip
    best, months = FORECASTS[found["taken"]], found["months"]
    return (
        Text(
            f"다음 달 예측을 이 데이터의 {months}개월로 비교했습니다(NDCG@3, 괄호는 지난달 "
            f"그대로보다 앞선 만큼): 지난달 그대로 {last['value']:.3f}, {ko}. "
            f"쓰는 예측: {best.ko}.",
            f"Forecasts of the next month, judged by {months} of these months (NDCG@3; in brackets "
            f"how far ahead of the last month): the last month {last['value']:.3f}, {en}. "
            f"Used: {best.en}.",
        ),
    )


def of_pattern(origin: Month, services: Sequence[str] = ()) -> Text:
    """Note that the differences between neighbourhoods are another month's, of some services."""
    names, places = _services(services), in_force().neighbourhood.plural
    of = Text(f"{names.ko}의 ", f" in {names.en}") if services else Text("", "")
    return Text(
        f"{of.ko}동네별 차이는 {origin.text.ko} 데이터의 것입니다.",
        f"Differences between {places.en}{of.en} are those of the data of {origin.text.en}.",
    )


def of_patterns(patterns: Mapping[str, Month], services: Sequence[str]) -> tuple[Text, ...]:
    """Note for each month whose differences between neighbourhoods some services repeat."""
    of_month: dict[Month, list[str]] = {}
    for service, origin in patterns.items():
        of_month.setdefault(origin, []).append(service)
    return tuple(
        of_pattern(origin, () if len(own) == len(services) else own)
        for origin, own in sorted(of_month.items())
    )


def target_name(row: Row, lang: Lang) -> str:
    """A row of targets by name: `관악구 신림동 30대 남성`, `men 30-39`, `신림동, Gwanak-gu`."""
    district, place = row["district"], row.get("neighbourhood")
    named = in_force().district_name(district, lang) if district else ""
    if place:
        named = f"{named} {place}" if lang == "ko" else f"{place}, {named}"
    if row["sex"] is None:
        return named
    group = group_name(row["sex"], row["age"], lang)
    if not named:
        return group
    return f"{named} {group}" if lang == "ko" else f"{group} in {named}"


def _first_target(service: Text, by: str, row: Row) -> Text:
    first = Text(target_name(row, "ko"), target_name(row, "en"))
    # If the first of its order is not above the mean, none of the list is.
    if (by == "affinity" and row["affinity"] < 0) or (by == "excess" and not row["excess"]):
        return Text(
            f"고르신 조건에는 {josa(service.ko, '을/를')} 평균보다 많이 쓰는 집단이 없습니다. "
            f"그중 가장 많이 쓰는 집단은 {first.ko}입니다.",
            f"No group here uses {service.en} more than average; the highest is {first.en}.",
        )
    return Text(
        f"{service.ko} 광고의 1위 집단은 {first.ko}입니다.",
        f"The top group for {service.en} ads: {first.en}.",
    )


def of_platforms(
    service: Measure, segment: Segment, rows: Sequence[Row], by: str, prior_only: bool
) -> tuple[Text, ...]:
    """The platforms not distinguishable from the best: by use, or by association if it is clear."""
    if by == "use":
        return _of_use(segment, rows)
    front = [row for row in rows if row["association"] is not None and row["tie_group"] == 1]
    clear = [row["service"] for row in front if row["low"] is not None and row["low"] > 0]
    asked, whom = _services([service.id]), _segment(segment)
    if not clear:
        found = Text(
            f"{whom.ko}의 동네들에서 {josa(asked.ko, '과/와')} 뚜렷하게 함께 쓰이는 서비스는 "
            "없습니다.",
            f"In the neighbourhoods of {whom.en} no service is clearly used together with "
            f"{asked.en}.",
        )
    else:
        names = _services(clear)
        order = (
            Text(" 이들은 차이가 작아 공동 1위입니다.", " They are too close to call.")
            if len(clear) > 1
            else Text("", "")
        )
        found = Text(
            f"{whom.ko}: {josa(asked.ko, '을/를')} 더 쓰는 동네일수록 {names.ko}도 더 씁니다."
            f"{order.ko}",
            f"{sentence_case(whom.en)}: people in neighbourhoods where {asked.en} is used more "
            f"also use {names.en} more.{order.en}",
        )
    if not prior_only:
        return (found,)
    return (
        found,
        Text(
            f"이 집단만의 데이터가 부족해 같은 성별·나이의 {in_force().city.ko} 전체 "
            "값으로 답한 항목이 있습니다.",
            "Where the group itself has too little data, the figure is that of its sex and age.",
        ),
    )


def _of_use(segment: Segment, rows: Sequence[Row]) -> tuple[Text, ...]:
    """The platforms the segment uses most against the city's mean person."""
    known = [row for row in rows if row["affinity"] is not None]
    front = [row for row in known if row["tie_group"] == 1]
    if not front:
        return (
            Text("이 집단이 어떤 매체를 많이 쓰는지 알려 주는 데이터가 없습니다.",
                 "There is no data on which platforms this group uses."),
        )  # fmt: skip
    whom, names = _segment(segment), _services([row["service"] for row in front])
    if max(row["affinity"] for row in known) < 0:
        found = Text(
            f"{josa(whom.ko, '은/는')} 모든 매체를 {in_force().city.ko} 시민 평균보다 덜 "
            f"쓰며, 평균에 가장 가까운 매체는 {names.ko}입니다.",
            f"{sentence_case(whom.en)} use every platform less than the {in_force().city.en} "
            f"average; closest to it: {names.en}.",
        )
    else:
        found = Text(
            f"{josa(whom.ko, '이/가')} {in_force().city.ko} 시민 평균과 비교해 가장 많이 "
            f"쓰는 매체는 {names.ko}입니다.",
            f"Compared with the {in_force().city.en} average, {whom.en} use {names.en} most.",
        )
    if len(front) == 1:
        return (found,)
    return (
        Text(
            f"{found.ko} 쓰는 정도가 비슷해 동반 이용이 높은 순서로 적었습니다.",
            f"{found.en} They use these about equally, listed by how far they are used together "
            "with the service.",
        ),
    )


LITTLE = 0.5
"""Percentage below which the whole city's change is called about the same."""
NAMED = 2
"""Most districts named in a title."""


def of_changes(
    service: Measure,
    month: Month,
    compared: Month,
    months: Sequence[Month],
    rows: Sequence[Row],
    facts: Mapping[str, Any],
) -> tuple[Text, ...]:
    """The change: finding, number of clear districts, the city's use, a possible break.

    `rows` are the districts of `changes.changes`, the largest own part first.
    """
    if not rows:
        return (_nothing_to_compare(service, month, compared, months),)
    found = [_finding(service, rows, facts), _beyond_chance(rows, facts)]
    if facts["city_now"] is not None:
        before, now = (
            Text(*(figure(facts[f"city_{when}"], service.kind, lang) for lang in LANGUAGES))
            for when in ("before", "now")
        )
        percent = facts["city_change_percent"]
        found.append(Text(
            f"{in_force().city.ko} 전체에서는 1인당 {before.ko}에서 {josa(now.ko, '으로/로')} "
            f"{_percent(percent)}.",
            f"Across {in_force().city.en}: from {before.en} per person to {now.en} "
            f"({_signed(percent)}%).",
        ))  # fmt: skip
    else:
        found.append(Text(
            f"{josa(service.text.ko, '은/는')} 달마다 기준이 바뀌는 표준화 점수여서 "
            f"{in_force().city.ko} 전체의 변화는 알 수 없고, {in_force().district.text.ko} 사이의 "
            "차이만 비교합니다.",
            f"{service.text.en} is published as a standardised score with a new scale each month: "
            f"the change of all {in_force().city.en} is not known, only how the "
            f"{in_force().district.plural.en} compare.",
        ))  # fmt: skip
    if facts["break"]:
        found.append(Text(
            "서비스 전체가 유난히 크게 움직였습니다. 집계 기준이 바뀌었을 수 있으니 이 달을 넘는 "
            "비교는 확인해 주세요.",
            "The whole series changed unusually far: the way of counting may have changed, so "
            "check comparisons across this month.",
        ))  # fmt: skip
    return tuple(found)


def own_part(row: Row) -> float:
    """A district's own part as its size is compared: in percent, of an index its affinity."""
    percent = row["local_percent"]
    return float(row["change_local"] if percent is None else percent)


def _nothing_to_compare(
    service: Measure, month: Month, compared: Month, months: Sequence[Month]
) -> Text:
    """Why there is no comparison, and what to do."""
    if compared in months:
        return Text(
            f"두 달 모두 알려진 집단이 없어 {service.text.ko} 이용을 비교할 수 없습니다.",
            f"No group is known in both months, so the use of {in_sentence(service.text.en)} "
            "cannot be compared.",
        )
    first = Text(" 가장 이른 달입니다.", " It is the first month loaded.")
    is_first = month == months[0] and compared == month + -1
    return Text(
        f"{compared.text.ko} 데이터가 없어 {josa(month.text.ko, '을/를')} 비교할 수 없습니다."
        f"{first.ko if is_first else ''} 다른 달을 고르시거나 {compared.text.ko} 파일을 "
        "넣어 주세요.",
        f"{compared} is not loaded, so {month} cannot be compared.{first.en if is_first else ''} "
        f"Choose another month, or load the file of {compared}.",
    )


def _finding(service: Measure, rows: Sequence[Row], facts: Mapping[str, Any]) -> Text:
    """The title: what the city did, and who did otherwise."""
    city, level = in_force().city, in_force().district
    clear = [row for row in rows if row["clear"]]
    if not clear:
        if all(row["clear"] is None for row in rows):
            return Text(
                f"집단이 너무 적어 어느 {josa(level.text.ko, '이/가')} 따로 움직였는지 판정할 수 "
                "없습니다",
                f"Too few groups are known to judge which {level.plural.en} moved on their own",
            )
        return Text(
            f"{len(rows)}개 {level.text.ko} 모두 {josa(city.ko, '과/와')} 함께 움직였습니다",
            f"All {len(rows)} {level.plural.en} moved with {city.en}",
        )
    percent = facts["city_change_percent"]
    way = 0 if percent is None or abs(percent) < LITTLE else 1 if percent > 0 else -1
    against = [row for row in clear if way and row["change_local"] * way < 0]
    named = sorted(against or clear, key=lambda row: -abs(own_part(row)))
    sign = 1 if named[0]["change_local"] > 0 else -1
    named = [row for row in named if row["change_local"] * sign > 0][:NAMED]
    places = Text(
        "·".join(row["district"] for row in named),
        join_names([in_force().district_name(row["district"], "en") for row in named], "en"),
    )
    verb = _verb(way, sign, all(row["change"] * sign > 0 for row in named), service.is_index)
    start = {
        1: Text(f"{city.ko} 전체로는 {'늘었지만' if sign < 0 else '늘었고'}",
                f"Up across {city.en}, {'but' if sign < 0 else 'and'}"),
        -1: Text(f"{city.ko} 전체로는 {'줄었지만' if sign > 0 else '줄었고'}",
                 f"Down across {city.en}, {'but' if sign > 0 else 'and'}"),
        0: Text(f"{josa(city.ko, '은/는')} 거의 그대로인데",
                f"About the same across {city.en}, but"),
    }[way]  # fmt: skip
    said = Text(f"{josa(places.ko, '은/는')} {verb.ko}", f"{places.en} {verb.en}")
    if service.is_index:
        return said
    return Text(f"{start.ko}, {said.ko}", f"{start.en} {said.en}")


def _verb(way: int, sign: int, turned: bool, indexed: bool) -> Text:
    """Movement of the named districts, while the city went `way`; `sign` is of their own part."""
    city = in_force().city
    if indexed:
        return Text(
            f"{city.ko} 평균보다 이용이 {'늘었습니다' if sign > 0 else '줄었습니다'}",
            f"{'gained on' if sign > 0 else 'fell behind'} {city.en}'s mean",
        )
    if way == sign:
        return (Text("더 늘었습니다", "rose further") if sign > 0
                else Text("더 줄었습니다", "fell further"))  # fmt: skip
    if way and not turned:
        return (Text("덜 줄었습니다", "fell less") if sign > 0
                else Text("덜 늘었습니다", "rose less"))  # fmt: skip
    return (Text("따로 늘었습니다", "rose on their own") if sign > 0
            else Text("따로 줄었습니다", "fell on their own"))  # fmt: skip


def _beyond_chance(rows: Sequence[Row], facts: Mapping[str, Any]) -> Text:
    """Number of districts beyond noise, by direction."""
    level, count = in_force().district, facts["clear"]
    if not count:
        return Text(
            f"우연으로 보기 어려울 만큼 따로 움직인 {josa(level.text.ko, '은/는')} 없습니다.",
            f"No {level.text.en} changed on its own beyond chance.",
        )
    return Text(
        f"{len(rows)}개 {level.text.ko} 가운데 {count}곳의 움직임은 우연으로 보기 어렵습니다. "
        f"{facts['rising']}곳은 늘고 {facts['falling']}곳은 줄었습니다.",
        f"The local change of {count} of {len(rows)} {level.plural.en} is unlikely to be chance: "
        f"{facts['rising']} rose, {facts['falling']} fell.",
    )


def _percent(percent: float | None) -> str:
    """`1.5% 줄었습니다`."""
    if percent is None:
        return "달라졌습니다"
    if abs(percent) < LITTLE:
        return f"거의 같습니다({_signed(percent)}%)"
    return f"{abs(percent):.1f}% {'늘었습니다' if percent > 0 else '줄었습니다'}"


def _signed(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:+.1f}".replace("-", "−")


def of_signals(segment: Segment, rows: Sequence[Row]) -> tuple[Text, ...]:
    """Channel hints of the signals that stand out from the same sex and age."""
    from telads.method.signals import CLEARLY, hint_of

    z_peers = {row["signal"]: row["z_peers"] for row in rows}
    strong = [
        (signal, hint_of(signal, z_peers))
        for signal in in_force().signals
        if (z_peers.get(signal.id) or 0) >= CLEARLY
    ]
    whom = _segment(segment)
    if not strong:
        return (
            Text(f"{josa(whom.ko, '은/는')} 이동과 생활에서 같은 성별·나이와 크게 다르지 않습니다.",
                 f"{sentence_case(whom.en)} move and live much like the same sex and age "
                 "elsewhere."),
        )  # fmt: skip
    return tuple(
        Text(
            f"{signal.text.ko}: 같은 성별·나이의 다른 {in_force().district.text.ko}보다 뚜렷이 "
            f"높습니다. {josa(hint.ko, '을/를')} 살펴봐 주세요.",
            f"{signal.text.en}: clearly higher than for the same sex and age elsewhere; "
            f"consider {hint.en}.",
        )
        for signal, hint in strong
    )


def of_stale_signals(ids: Sequence[str], known: int) -> tuple[Text, ...]:
    """Note that signals, of so many `known`, have not changed since the month before anywhere."""
    stale = [signal.text for signal in in_force().signals if signal.id in ids]
    if not stale:
        return ()
    names = Text("이 지표들", "signals")
    if len(stale) < known:
        names = Text(join_names([text.ko for text in stale], "ko"),
                     join_names([in_sentence(text.en) for text in stale], "en"))  # fmt: skip
    return (
        Text(f"모든 집단에서 {josa(names.ko, '은/는')} 지난달과 값이 같습니다. "
             "이 기간에 새로 집계한 값이 아닐 수 있습니다.",
             f"In every group the month before had the same {names.en}: they may not be new "
             "figures for this period."),
    )  # fmt: skip


def _segment(segment: Segment) -> Text:
    names = (
        segment_name(segment.district, segment.sex, segment.age, lang) for lang in ("ko", "en")
    )
    return Text(*names)


def _services(ids: Sequence[str]) -> Text:
    """Names of services inside a sentence."""
    texts = [in_force().measures[id].text for id in ids]
    return Text(
        join_names([text.ko for text in texts], "ko"),
        join_names([in_sentence(text.en) for text in texts], "en"),
    )
