"""What a design and a verdict say, in sentences: the verdict first, and never sales predicted."""

from __future__ import annotations

import re
from math import floor, log10

from telads.dataset import in_force
from telads.experiments.design import Design, late
from telads.experiments.verdict import Verdict
from telads.planning.brief import money
from telads.text import Text, josa

_OPTION = re.compile(r" ?\(--[a-z-]+\)")
_LARGE = 100
_SURE = 0.5
"""Chance from which a draw is not counted in draws of which it is one."""


def rounded(value: float, digits: int = 2) -> str:
    """A figure with so many significant digits and no more: `3,200`, `0.52`."""
    if not value:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    kept = round(value, places)
    return f"{kept:,.{max(places, 0)}f}"


def percent(share: float, sign: bool = False) -> str:
    """A share in percent, with one digit below 10: `4.1%`, `+4.1%`, `−12%`."""
    value = share * 100
    digits = 1 if abs(value) < 10 else 0
    mark = "−" if round(value, digits) < 0 else "+" if sign and round(value, digits) > 0 else ""
    return f"{mark}{abs(value):.{digits}f}%"


def without_options(text: str) -> str:
    """A sentence without the options of the command line that stand in brackets."""
    return _OPTION.sub("", text)


def amount(value: float) -> Text:
    """Money in whole units, or with two significant digits where it is small."""
    if abs(value) >= _LARGE:
        return money(round(value, 2 - floor(log10(abs(value)))))
    unit = in_force().currency.unit
    figure = rounded(value)
    return Text(f"{figure}{unit.ko}", f"{figure} {unit.en}")


def design_sentences(design: Design) -> tuple[Text, ...]:
    """Who is treated, what would show, the draw, and what may spill over."""
    return (
        _drawn(design),
        *_left_out(design),
        *_would_show(design),
        *_of_draw(design),
        *late(design),
        *_of_borders(design),
    )


def level_text(design: Design) -> Text:
    """The word for its areas."""
    word = "district" if design.level == "district" else "neighbourhood"
    return in_force().fill(Text(f"{{{word}}}", f"{{{word}s}}"))


def _left_out(design: Design) -> list[Text]:
    if not design.left_out:
        return []
    word = level_text(design)
    return [Text(
        f"결과 파일에 값이 없는 {word.ko} {design.left_out}곳은 뺐습니다.",
        f"{design.left_out} {word.en} without figures in the outcome are left out.",
    )]  # fmt: skip


def _drawn(design: Design) -> Text:
    treated = [area.text for area in design.areas if area.treated]
    word = level_text(design)
    start, weeks = design.wish.start, design.wish.weeks
    day = f"{start.year}년 {start.month}월 {start.day}일"
    return Text(
        f"{word.ko} {len(design.areas)}곳 가운데 {len(treated)}곳에 광고합니다"
        f"({day}부터 {weeks}주): {', '.join(one.ko for one in treated)}.",
        f"Advertise in {len(treated)} of {len(design.areas)} {word.en} for {weeks} weeks from "
        f"{start}: {', '.join(one.en for one in treated)}.",
    )


def _would_show(design: Design) -> list[Text]:
    wish = design.wish
    chance = f"{wish.power:.0%}"
    if design.effect is None:
        if wish.sd is None and not design.rehearsals:
            return [Text(
                "결과 파일(--outcome)이나 표준편차(--sd)가 없어 확인할 수 있는 최소 효과를 "
                "계산하지 않았습니다.",
                "The smallest effect that would show is not known without an outcome (--outcome) "
                "or a standard deviation (--sd).",
            )]  # fmt: skip
        return [Text(
            "가능한 추첨이 너무 적어 어떤 효과도 확인할 수 없습니다. 광고 지역을 늘려 주세요.",
            "No effect would show: too few draws are possible. Treat more areas.",
        )]  # fmt: skip
    effect = percent(design.effect)
    basis = Text(
        f"캠페인 전의 값으로 {design.rehearsals}번 예행해 계산했습니다",
        f"rehearsed {design.rehearsals} times on the weeks before",
    ) if design.rehearsals else Text(
        f"적어 주신 표준편차 {percent(wish.sd or 0)}로 계산했습니다",
        f"by the typed standard deviation of {percent(wish.sd or 0)}",
    )  # fmt: skip
    kind = Text("변화", "change") if wish.sides == 2 else Text("증가", "increase")
    return [Text(
        f"{effect} 이상의 {josa(kind.ko, '이/가')} 있으면 {chance} 확률로 확인됩니다({basis.ko}).",
        f"An {'increase' if wish.sides == 1 else 'effect'} of {effect} or more would show with a "
        f"chance of {chance} ({basis.en}).",
    )]  # fmt: skip


def _of_draw(design: Design) -> list[Text]:
    said = [Text(
        f"가능한 추첨 {design.draws:,}가지 가운데 하나입니다(시드 {design.seed}).",
        f"One of {design.draws:,} possible draws (seed {design.seed}).",
    )]  # fmt: skip
    if design.draw > 1:
        said.append(Text(
            f"{design.draw}번째 추첨입니다. 결과를 보고 다시 뽑을수록 우연에 맡긴다는 근거가 "
            "약해집니다.",
            f"This is draw number {design.draw}. Each draw that is discarded for what it shows "
            "leaves less to chance.",
        ))  # fmt: skip
    return said


def _of_borders(design: Design) -> list[Text]:
    if design.borders is None:
        return [Text(
            "지역 경계가 없어 이웃한 지역을 알 수 없습니다. 오가는 사람도 데이터에 없습니다.",
            "Without borders of the areas it is not known which are neighbours. Commuting is not "
            "in the data either.",
        )]  # fmt: skip
    beside = {one.beside for one in design.borders}
    others = sum(not area.treated and area.stratum is not None for area in design.areas)
    return [Text(
        f"비교 지역 {others}곳 가운데 {len(beside)}곳이 광고 지역과 맞닿아 있습니다. 그곳 사람들이 "
        "광고를 보면 효과가 실제보다 작게 나옵니다. 통근처럼 오가는 사람은 데이터에 없습니다.",
        f"{len(beside)} of the {others} areas compared border one with ads. If people there see "
        "the ads, the effect looks smaller than it is. Commuting is not in the data.",
    )]  # fmt: skip


def state_text(verdict: Verdict | None) -> Text:
    """What an experiment found, in a list: its effect with its interval, if there is one."""
    if verdict is None:
        return Text("분석 전", "not analysed")
    if verdict.found == "nothing":
        return Text("효과를 확인하지 못함", "no effect seen")
    effect, ends = percent(verdict.effect, sign=True), interval_text(verdict.low, verdict.high)
    return Text(f"{effect}({ends.ko})", f"{effect} ({ends.en})")


def verdict_sentences(verdict: Verdict, design: Design) -> tuple[Text, ...]:
    """The verdict, its cost, what could have been seen, and what came otherwise."""
    return (
        _verdict(verdict),
        _interval(verdict),
        *_nothing(verdict, design),
        *_beside(verdict),
        *verdict.deviations,
    )


def interval_text(low: float | None, high: float | None) -> Text:
    """An interval of an effect; an end that there is not is said."""
    if low is None and high is None:
        return Text("추첨이 너무 적어 범위 없음", "no range, with so few draws")
    if low is None or high is None:
        bound = percent(low if low is not None else high or 0, sign=True)
        return (Text(f"{bound} 이상", f"{bound} or more") if low is not None
                else Text(f"{bound} 이하", f"{bound} or less"))  # fmt: skip
    ends = percent(low, sign=True), percent(high, sign=True)
    return Text(f"{ends[0]}~{ends[1]}", f"{ends[0]} to {ends[1]}")


def verdict_title(verdict: Verdict) -> Text:
    """What was found, without a figure."""
    unit = verdict.unit or "units"
    ways = {
        "increase": Text("광고의 효과가 확인됐습니다.", f"The ads had an effect: more {unit}."),
        "decrease": Text("광고한 지역의 결과가 줄었습니다.", f"Fewer {unit} where the ads ran."),
    }
    return ways.get(verdict.found, Text("효과가 있다고 할 수 없습니다.", "No effect can be seen."))


def verdict_figures(verdict: Verdict) -> list[tuple[Text, Text]]:
    """The effect, the additional units and what each cost: a figure, and what it is."""
    same, ends = percent(verdict.effect, sign=True), interval_text(verdict.low, verdict.high)
    told = [(Text(same, same), Text(f"광고의 효과({ends.ko})", f"effect of the ads ({ends.en})"))]
    units = verdict.units.value or 0
    if verdict.found != "nothing" and units:
        count, way = rounded(abs(units)), Text("늘어난", "more") if units > 0 else Text(
            "줄어든", "fewer")  # fmt: skip
        told.append((Text(count, count),
                     Text(f"{way.ko} {verdict.unit or '건수'}",
                          f"{way.en} {verdict.unit or 'units'}")))  # fmt: skip
    if verdict.found != "nothing" and verdict.each.value is not None:
        low, high = (None if end is None else amount(end)
                     for end in (verdict.each.low, verdict.each.high))  # fmt: skip
        each = ranged(Text("1건당 광고비", "cost of each"), low, high)
        told.append((amount(verdict.each.value), each))
    return told


def _verdict(verdict: Verdict) -> Text:
    effect, ends = percent(verdict.effect, sign=True), interval_text(verdict.low, verdict.high)
    chance = chance_text(verdict.p)
    if verdict.found == "nothing":
        return Text(
            f"효과가 있다고 할 수 없습니다: {effect}({ends.ko}). {chance.ko}.",
            f"No effect can be seen: {effect} ({ends.en}); {chance.en}.",
        )
    units, unit = verdict.units.value or 0, f" {verdict.unit}" if verdict.unit else ""
    count = rounded(abs(units))
    word = Text("증가", "more") if units > 0 else Text("감소", "fewer")
    each = _each(verdict)
    return Text(
        f"{effect}({ends.ko}),{unit} {count} {word.ko}{each.ko}. {chance.ko}.",
        f"{effect} ({ends.en}), {count}{unit} {word.en}{each.en}; {chance.en}.",
    )


def _interval(verdict: Verdict) -> Text:
    """What the brackets hold, and what the effect is measured against."""
    level = f"{verdict.level:.0%}"
    return Text(
        f"광고가 없었을 때의 예상과 비교한 효과이며, 괄호 안은 {level} 구간입니다.",
        f"The effect is against what is expected without ads; in brackets, its {level} interval.",
    )


def _each(verdict: Verdict) -> Text:
    """The cost of each additional unit, with its interval."""
    if verdict.each.value is None:
        return Text("", "")
    value = amount(verdict.each.value)
    low, high = (None if one is None else amount(one)
                 for one in (verdict.each.low, verdict.each.high))  # fmt: skip
    told = ranged(Text(value.ko, f"{value.en} each"), low, high)
    return Text(f", 1건당 {told.ko}", f", {told.en}")


def ranged(value: Text, low: Text | None, high: Text | None) -> Text:
    """A figure with its interval in brackets; without an upper end it says *or more*."""
    if low is None:
        return value
    if high is None:
        return Text(f"{value.ko}({low.ko} 이상)", f"{value.en} ({low.en} or more)")
    return Text(f"{value.ko}({low.ko}~{high.ko})", f"{value.en} ({low.en} to {high.en})")


def reference_text(design: Design, verdict: Verdict) -> Text:
    """What a later plan shows of an experiment: its effect, and with what it was had."""
    word, weeks = level_text(design), sum(one.test for one in verdict.weeks)
    effect, ends = percent(verdict.effect, sign=True), interval_text(verdict.low, verdict.high)
    areas = verdict.treated
    one = {"district": in_force().district, "neighbourhood": in_force().neighbourhood}[design.level]
    cost = amount(verdict.cost) if verdict.cost is not None else None
    unit = f" {verdict.unit}" if verdict.unit else ""
    unseen = verdict.found == "nothing"
    return Text(
        f"지난 시험({design.wish.name}, {verdict.start}):{unit} {effect}({ends.ko}), "
        f"{word.ko} {areas}곳에서 {weeks}주{f', 광고비 {cost.ko}' if cost else ''}"
        f"{'. 효과를 확인하지 못했습니다' if unseen else ''}.",
        f"An earlier test ({design.wish.name}, {verdict.start}):{unit} {effect} ({ends.en}) with "
        f"{areas} {one.text.en if areas == 1 else word.en} in {weeks} week{'s' * (weeks != 1)}"
        f"{f' at {cost.en}' if cost else ''}{'; no effect could be seen' if unseen else ''}.",
    )


def chance_text(p: float) -> Text:
    """How often chance alone shows as much."""
    if p >= _SURE:
        return Text("광고가 없어도 추첨의 절반 이상에서 이만큼 나옵니다",
                    "chance alone would show as much in half of the draws or more")  # fmt: skip
    one = rounded(1 / p)
    return Text(f"광고가 없어도 추첨 {one}번에 한 번은 이만큼 나옵니다",
                f"chance alone would show as much in 1 of {one} draws")  # fmt: skip


def _nothing(verdict: Verdict, design: Design) -> list[Text]:
    if verdict.found != "nothing" or design.effect is None:
        return []
    effect, chance = percent(design.effect), f"{design.wish.power:.0%}"
    return [Text(
        f"{effect} 이상의 효과가 있었다면 {chance} 확률로 나타났을 것입니다. 더 작은 효과는 이 "
        "시험으로 알 수 없습니다.",
        f"An effect of {effect} or more would have shown with a chance of {chance}; this test "
        "cannot show smaller ones.",
    )]  # fmt: skip


def _beside(verdict: Verdict) -> list[Text]:
    """What the other methods say."""
    others = [one for one in verdict.methods if one.method != "draws"]
    if not others:
        return []
    from telads.experiments.verdict import METHODS

    ko = ", ".join(
        f"{METHODS[one.method].ko} {percent(one.effect, sign=True)}"
        f"({interval_text(one.low, one.high).ko})" for one in others
    )  # fmt: skip
    en = ", ".join(
        f"{METHODS[one.method].en.lower()} {percent(one.effect, sign=True)} "
        f"({interval_text(one.low, one.high).en})" for one in others
    )  # fmt: skip
    return [Text(f"다른 방법으로는: {ko}.", f"By other methods: {en}.")]
