"""A plan as slides: what it buys, who, where, on which platforms, how sure; then its tables.

Every claim is made from the plan's figures. The notes hold what to say, the figures to the last
digit, and what the plan was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from telads.answers.fields import UNKNOWN
from telads.dataset import in_force
from telads.planning.decks.budget import BudgetSlides
from telads.planning.decks.parts import (
    MOST_BARS,
    MOST_ROWS,
    TYPED_IN,
    bars,
    by_spend,
    heading,
    lines_of,
    member_name,
    money_bars,
    most_of,
    pages,
    person_name,
    platform_name,
    spend_map,
    spend_share,
    stamp,
)
from telads.planning.files import figure_title, figures_of
from telads.planning.paper import cell, columns_of, total
from telads.planning.plan import Plan
from telads.planning.scenarios import Row
from telads.planning.sentences import limit_text, plan_sentences
from telads.planning.words import TABLES, title
from telads.render.deck.amounts import (
    NBSP,
    PEOPLE,
    TIMES,
    count,
    money,
    money_unit,
    people,
    reach_share,
    scale_of,
    share,
)
from telads.render.deck.fit import width_of
from telads.render.deck.slides import (
    FOOT,
    OTHER_FONT,
    Box,
    Deck,
    Item,
    Number,
    Rule,
    Run,
    Series,
    Slide,
    Table,
    columns,
    content_top,
    fitting,
    table,
    words,
)
from telads.render.svg.city import outlines
from telads.text import Lang, Text, join_names, josa
from telads.wording import counted

APPENDIX = ("platforms", "budgets", "goals", "districts", "ages")
"""Tables of a plan at the end of its deck, ten rows a slide."""
ALL = 0.9995
FEW = 3
"""Sexes and ages up to which a slide has room for what else the audience uses."""


def plan_deck(
    plan: Plan, lang: Lang = "ko", *, appendix: bool = True, beside: Sequence[Text] = ()
) -> Deck:
    """The deck of a plan; its tables stand at the end of the slides, unless a file has them.

    What stands `beside` the plan, such as the effect of an earlier test, is said where it says how
    sure it is.
    """
    told = _Slides(plan, lang, beside)
    main = [told.summary(), told.who(), told.where(), told.platforms(), told.certainty()]
    return Deck(
        plan.name, (*main, *(told.appendix() if appendix else ())), lang, stamp(plan.month),
        f"telads {plan.basis.version}", f"plan {plan.hash} build {plan.basis.build}",
    )  # fmt: skip


class _Slides(BudgetSlides):
    """All slides of a plan."""

    # ---- 1: what the money buys --------------------------------------------------------------

    def summary(self) -> Slide:
        """Claim, map, three numbers, four words."""
        claim = self._bought()
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        eyebrow = self.say(f"{self.plan.name} · 제안 요약", f"{self.plan.name} · summary")
        plan, lang = self.plan, self.lang
        figures = [(figure_title(plan, name, lang), total(name, self.sums[name], lang))
                   for name in figures_of(plan)]  # fmt: skip
        notes = [line(self.lang) for line in plan_sentences(self.plan)]
        more = [TYPED_IN]
        if outlines().height:
            more.append(in_force().source.borders_short)
        return self.slide(eyebrow, claim, [*self._where_it_goes(left), *self._numbers(right)],
                          ["\n".join(notes), lines_of(figures)], more)  # fmt: skip

    def _bought(self) -> str:
        sums, budget = self.sums, money(self.budget, self.lang)
        audience = people(sums["population"], self.lang)
        if self.lang == "en" and sums["reached"]:
            audience = audience.removesuffix("people").rstrip(NBSP)
        if not sums["reached"]:
            return self.say(
                f"{budget}으로는 타겟 {audience} 가운데\n10명 넘게 도달하기 어렵습니다",
                f"{budget} reaches fewer than 10\nof the {audience} in the audience",
            )
        times = f"{sums['frequency']:.1f}"
        if sums["reach_share"] >= ALL:
            return self.say(
                f"{budget}이면 타겟 {audience} 거의 모두에게\n평균 {times}회 노출됩니다",
                f"{budget} reaches nearly all of an audience of {audience},\n"
                f"{times} times each on average",
            )
        reached = people(sums["reached"], self.lang)
        return self.say(
            f"{budget}이면 타겟 {audience} 가운데\n{reached}에게 평균 {times}회 노출됩니다",
            f"{budget} reaches {reached} of an audience of {audience},\n"
            f"{times} times each on average",
        )

    def _where_it_goes(self, box: Box) -> list[Item]:
        """The map of spend, or bars for a dataset without borders."""
        spends = {row["district"]: row["spend"] for row in self.districts}
        scale = scale_of(spends.values(), self.lang)
        unit = scale.unit(money_unit(self.lang))
        head = heading(box, self._by_district(), unit)
        half = [row["district"] for row in most_of(self.districts)]
        area = Box(box.left, box.top + 0.3, box.width - 0.4, FOOT - box.top - 0.3)
        drawn = spend_map(area, spends, half[:MOST_BARS], self.lang)
        if not drawn:
            drawn = self._district_bars(area)
        return [head, *drawn]

    def _by_district(self) -> str:
        word = in_force().district.text
        return self.say(f"{word.ko}별 집행액", f"Spend by {word.en}")

    def _district_bars(self, box: Box, least: int = 0) -> list[Item]:
        rows = self.districts[:MOST_BARS]
        half = most_of(self.districts)
        names = [self.district(row["district"]) for row in rows]
        colours = ["accent" if row in half else "rest" for row in rows]
        drawn, _ = money_bars(
            box, names, [row["spend"] for row in rows], colours, self.lang,
            self._by_district(),
            row=0.385 if len(rows) > 6 else 0.55,
        )  # fmt: skip
        return [drawn]

    def _numbers(self, box: Box) -> list[Item]:
        sums, lang = self.sums, self.lang
        reach = count(sums["reached"], PEOPLE, lang)
        top = box.top - 0.05
        of = reach_share(sums["reach_share"], lang)
        caption = self.say(
            f"예상 도달(1회 이상) · 타겟의{NBSP}{of}",
            f"expected reach (1+), {of} of the audience",
        )
        items: list[Item] = [
            words(Box(box.left, top, box.width, 1.0),
                  (Run(reach.figure, 54, True, "accent"),
                   Run(f"{NBSP}{reach.unit}", 20, True, "accent")), name="reach"),
            words(Box(box.left, top + 1.02, box.width, 0.3), (Run(caption, 14, False, "muted"),)),
            Rule(box.left, top + 1.5, box.width),
        ]  # fmt: skip
        often = f"{sums['frequency']:.1f}" if sums["reached"] else UNKNOWN
        bought = count(sums["contacts"], TIMES, lang)
        half = (box.width - 0.2) / 2
        for at, (figure, unit, told) in enumerate((
            (often, self.say("회", "times"), self.say("평균 빈도", "frequency")),
            (bought.figure, bought.unit if lang == "ko" else bought.unit.removesuffix("times"),
             self.say("예상 노출", "planned impressions")),
        )):  # fmt: skip
            left = box.left + at * (half + 0.2)
            items += [
                words(Box(left, top + 1.66, half, 0.58),
                      (Run(figure, 32, True), Run(f"{NBSP}{unit.strip()}", 14, True))),
                words(Box(left, top + 2.25, half, 0.28), (Run(told, 14, False, "muted"),)),
            ]  # fmt: skip
        items.append(Rule(box.left, top + 2.72, box.width))
        return [*items, *self._four_words(Box(box.left, top + 2.86, box.width, 2.0))]

    def _four_words(self, box: Box) -> list[Item]:
        """Who, where, on what, for how much, and the limits that were reached."""
        sums = self.sums
        rows = [
            (self.say("누구", "Who"), self._who_in_words()),
            (self.say("어디", "Where"), self._where_in_words()),
            (self.say("매체", "Platforms"), self._platforms_in_words()),
        ]
        if sums["contacts"]:
            price = round(sums["spend"] * 1000 / sums["contacts"])
            rows.append((self.say("비용", "Price"),
                         self.say(f"평균 CPM {price:,}{money_unit('ko')}",
                                  f"average CPM of {price:,}{NBSP}{money_unit('en')}"))
                        )  # fmt: skip
        if sums["binding"]:
            limits = ", ".join(limit_text(one)(self.lang) for one in sums["binding"])
            rows.append((self.say("조건", "Limits"), self.say(f"{limits}에 이름", limits)))
        left = OTHER_FONT * max(width_of(label, 14, True) for label, _ in rows) + 0.15
        found: list[Item] = []
        for at, (label, told) in enumerate(rows):
            top = box.top + at * 0.375
            found += [
                words(Box(box.left, top, left, 0.3), (Run(label, 14, True),)),
                words(
                    Box(box.left + left, top, box.width - left, 0.3),
                    (fitting(Run(told, 14), box.width - left),),
                ),
            ]
        return found

    def _who_in_words(self) -> str:
        half = most_of(self.ages)
        if not half:
            return UNKNOWN
        first, told = person_name(half[0], self.lang), spend_share(half, self.sums["spend"])
        if len(half) == 1:
            return self.say(f"{first}에 예산의 {told}", f"{told} for {first}")
        if len(half) == 2:
            both = join_names([person_name(row, self.lang) for row in half], self.lang)
            return self.say(f"{both}에 예산의 {told}", f"{told} for {both}")
        return self.say(
            f"{first} 등 성별·나이 {len(half)}개에 예산의 {told}",
            f"{told} for {first} and {len(half) - 1} more",
        )

    def _where_in_words(self) -> str:
        half = most_of(self.districts)
        if not half:
            return UNKNOWN
        first, told = self.district(half[0]["district"]), spend_share(half, self.sums["spend"])
        if len(half) == 1:
            return self.say(f"{first}에 예산의 {told}", f"{told} in {first}")
        level = in_force().district
        more = f"more {level.text.en if len(half) == 2 else level.plural.en}"
        return self.say(
            f"{first} 등 {self.districts_word.ko} {len(half)}곳에 예산의 {told}",
            f"{told} in {first} and {len(half) - 1} {more}",
        )

    def _platforms_in_words(self) -> str:
        rows = [row for row in by_spend(self.plan.result.platforms) if row["spend"]]
        told = [f"{platform_name(row['platform'], self.lang)} "
                f"{spend_share([row], self.sums['spend'])}" for row in rows[:3]]  # fmt: skip
        more = len(rows) - 3
        if more > 0:
            told.append(self.say(f"외 {more}곳", f"{more} more"))
        return " · ".join(told)

    # ---- 2: who ------------------------------------------------------------------------------

    def who(self) -> Slide:
        """Use beside money, the same groups in the same order."""
        rows = self._used()
        shown = rows[:MOST_ROWS]
        claim = self._who_claim(rows)
        top = content_top(claim)
        left, right = columns(0, 6, top), columns(6, 6, top)
        names = [person_name(row, self.lang) for row in shown]
        items: list[Item] = []
        by_index = all(row["index"] is not None for row in shown)
        key = "index" if by_index else "affinity"
        known = [row for row in shown if row[key] is not None]
        highest = max(known, key=lambda row: row[key]) if known else None
        room = Box(0, top + 0.38, 0, 6.25 - top - 0.38)
        high = min(0.62, (room.height - 0.1) / max(len(shown), 1))
        city = in_force().city(self.lang)
        items.append(heading(
            left,
            Text(f"{self.service.ko} {'이용 지수' if by_index else '이용 강도'}",
                 f"{'Index' if by_index else 'Usage score'} of {self.service.en}")(self.lang),
            self.say(f"{city} 평균 = 100", f"average of {city} = 100") if by_index
            else self.say(f"{city} 평균 = 0", f"average of {city} = 0"),
        ))  # fmt: skip
        use = Series(
            self.say("이용 지수" if by_index else "이용 강도",
                     "Index" if by_index else "Usage score"),
            tuple(row[key] for row in shown),
            tuple("less" if row is highest and len(shown) > 1 else "rest" for row in shown),
        )  # fmt: skip
        of_use = bars(
            left._replace(top=room.top, height=room.height, width=left.width - 0.3), names, [use],
            Number(0) if by_index else Number(2, signed=True),
            self.say("성별·나이별 이용 막대그래프", "Bars of use by sex and age"), row=high,
        )  # fmt: skip
        items.append(of_use)
        half = most_of(by_spend(rows))
        items.append(heading(right, self.say("예산 비중", "Share of the budget"),
                             self.say(f"{money(self.budget, 'ko')} 가운데",
                                      f"of {money(self.budget, 'en')}")))  # fmt: skip
        part = Series(
            self.say("예산 비중", "Share of the budget"),
            tuple(row["spend"] / self.sums["spend"] if self.sums["spend"] else 0.0
                  for row in shown),
            tuple("accent" if row in half else "rest" for row in shown),
        )  # fmt: skip
        items.append(bars(
            right._replace(top=room.top, height=room.height, width=right.width - 0.3), names,
            [part], Number(0, percent=True),
            self.say("성별·나이별 예산 비중 막대그래프", "Bars of the budget by sex and age"),
            row=high,
        ))  # fmt: skip
        if len(shown) <= FEW:
            items += self._services(left._replace(top=of_use.box.bottom + 0.35))
        note = self._below()
        if note:
            items.append(words(Box(left.left, 6.38, 12.1, 0.32),
                               (Run(self.say("참고", "Note") + NBSP * 2, 14, True, "accent"),
                                Run(note, 14))))  # fmt: skip
        facts = [(person_name(row, self.lang),
                  f"{row['spend']:,} · {UNKNOWN if row[key] is None else row[key]}")
                 for row in rows]  # fmt: skip
        weighed = Text(f"지수: {self.plan.month.text.ko} 타겟 안 집단의 인원 가중 평균입니다."
                       if by_index else "이용 강도: 타겟 안 집단의 인원 가중 평균입니다.",
                       "Use: mean of the groups of the audience, weighted by people.")  # fmt: skip
        return self.slide(self.say("누구에게", "Who"), claim, items, [lines_of(facts)], [weighed])

    def _services(self, box: Box) -> list[Item]:
        """The services that the audience uses, for a plan of few groups."""
        known = [one for one in self.plan.people.get("profile", ()) if one["index"] is not None]
        if not known:
            return []
        rows = sorted(known, key=lambda one: -one["index"])
        series = Series(
            self.say("이용 지수", "Index"), tuple(one["index"] for one in rows),
            tuple("accent" if one["service"] == self.plan.brief.service else "rest"
                  for one in rows))  # fmt: skip
        city = in_force().city(self.lang)
        return [
            heading(box, self.say("이 타겟이 쓰는 서비스", "Services that the audience uses"),
                    self.say(f"이용 지수, {city} 평균 = 100",
                             f"index, average of {city} = 100")),
            bars(
                Box(box.left, box.top + 0.36, box.width - 0.3, 6.3 - box.top - 0.36),
                [platform_name(one["service"], self.lang) for one in rows], [series], Number(0),
                self.say("서비스 이용 지수 막대그래프", "Bars of the use of services"),
                row=min(0.4, (6.3 - box.top - 0.4) / len(rows)),
            ),
        ]  # fmt: skip

    def _used(self) -> list[Row]:
        """Sexes and ages with their mean use over the groups' people, the most spend first."""
        found = []
        for row in self.ages:
            own = [one for one in self.plan.result.segments
                   if (one["sex"], one["age"]) == (row["sex"], row["age"])]  # fmt: skip
            found.append({**row, **{key: _mean(own, key) for key in ("index", "affinity")}})
        return found

    def _who_claim(self, rows: Sequence[Row]) -> str:
        if not rows or not self.sums["spend"]:
            return self.say("집행하는 집단이 없습니다", "No group has any spend")
        first = rows[0]
        name, told = person_name(first, self.lang), spend_share([first], self.sums["spend"])
        if len(rows) == 1:
            return self.say(f"예산은 모두 {name}에 씁니다", f"The whole budget goes to {name}")
        key = "index" if all(row["index"] is not None for row in rows) else "affinity"
        known = [row for row in rows if row[key] is not None]
        best = max(known, key=lambda row: row[key]) if known else first
        used = josa(self.service.ko, "을/를")
        if best is first:
            return self.say(
                f"{used} 가장 많이 쓰는 {name}에\n예산의 {told}를 씁니다",
                f"{name[:1].upper()}{name[1:]} use {self.service.en} most\n"
                f"and get {told} of the budget",
            )
        other = person_name(best, self.lang)
        return self.say(
            f"{used} 가장 많이 쓰는 집단은 {other}이지만,\n"
            f"예산은 {name}에 가장 많은 {told}를 씁니다",
            f"{other[:1].upper()}{other[1:]} use {self.service.en} most,\n"
            f"but the largest share of the budget, {told}, goes to {name}"
            if told != "100%"
            else f"but the budget goes to {name}",
        )

    def _below(self) -> str:
        """Spend on groups of less than average use, if there is any."""
        sums = self.sums
        if not sums["below_spend"]:
            return ""
        part, used = share(sums["below_spend_share"]), josa(self.service.ko, "을/를")
        return self.say(
            f"예산의 {part}는 {used} {in_force().city.ko} 평균보다 적게 쓰는 집단 "
            f"{sums['below_segments']}개에 갑니다.",
            f"{part} of the budget goes to {counted(sums['below_segments'], 'group')} that "
            f"{'uses' if sums['below_segments'] == 1 else 'use'} {self.service.en} less than "
            "average.",
        )

    # ---- 3: where ----------------------------------------------------------------------------

    def where(self) -> Slide:
        """Districts, and the groups with most spend."""
        half = most_of(self.districts)
        claim = self._where_claim(half)
        top = content_top(claim)
        left, right = columns(0, 5, top), columns(5, 7, top)
        scale = scale_of([row["spend"] for row in self.districts], self.lang)
        shown = min(len(self.districts), MOST_BARS)
        sub = scale.unit(money_unit(self.lang))
        if shown < len(self.districts):
            sub += self.say(f", 상위 {shown}곳", f", top {shown}")
        chart = Box(left.left, top + 0.38, left.width - 0.2, FOOT - top - 0.45)
        if sum(1 for row in self.districts if row["spend"]) > 1 or not self.ages:
            parts = [heading(left, self._by_district(), sub), *self._district_bars(chart)]
        else:
            parts = self._within(left, chart)
        items: list[Item] = [
            *parts,
            heading(right, self.say("집행액이 큰 집단", "Groups with most spend"),
                    self.say(f"{len(self.groups)}개 가운데", f"of {len(self.groups)}")
                    if len(self.groups) > MOST_ROWS else ""),
            self._largest(Box(right.left, top + 0.36, right.width, FOOT - top - 0.46)),
        ]  # fmt: skip
        facts = [(self.district(row["district"]), f"{row['spend']:,}") for row in self.districts]
        return self.slide(self.say("어디에서", "Where"), claim, items, [lines_of(facts)], [
            Text("인원과 도달은 10명 단위로 반올림한 값입니다.",
                 "Sizes and reach are rounded to 10."),
        ])  # fmt: skip

    def _within(self, box: Box, chart: Box) -> list[Item]:
        """Spend within the one district of a plan: by neighbourhood, else by sex and age."""
        rows = by_spend(getattr(self.plan.result, "neighbourhoods", ()))
        level = in_force().neighbourhood.text
        head = self.say(f"{level.ko}별 집행액", f"Spend by {level.en}")
        names = [row["neighbourhood"] or self.say("그 밖", "others") for row in rows]
        if not rows:
            rows, head = self.ages, self.say("성별·나이별 집행액", "Spend by sex and age")
            names = [person_name(row, self.lang) for row in rows]
        shown, half = rows[:MOST_BARS], most_of(rows)
        colours = ["accent" if row in half else "rest" for row in shown]
        drawn, scale = money_bars(
            chart, names[:MOST_BARS], [row["spend"] for row in shown], colours, self.lang, head,
            row=0.385 if len(shown) > 6 else 0.55,
        )  # fmt: skip
        return [heading(box, head, scale.unit(money_unit(self.lang))), drawn]

    def _where_claim(self, half: Sequence[Row]) -> str:
        if not half:
            return self.say("집행하는 곳이 없습니다", "No place has any spend")
        first, spend = self.district(half[0]["district"]), self.sums["spend"]
        told = spend_share(half[:1], spend)
        if sum(1 for row in self.districts if row["spend"]) == 1:
            return self.say(f"예산을 모두 {first}에 씁니다", f"The whole budget goes to {first}")
        if len(half) == 1:
            return self.say(f"{first} 한 곳에 예산의 {told}를 씁니다",
                            f"{first} alone gets {told} of the budget")  # fmt: skip
        whole = spend_share(half, spend)
        return self.say(
            f"{first}에 예산의 {told}를 쓰고,\n상위 {len(half)}곳에 {whole}가 갑니다",
            f"{first} gets {told} of the budget,\nthe top {len(half)} {self.districts_word.en} "
            f"{whole}",
        )

    def _largest(self, box: Box) -> Table:
        rows = self.groups[:MOST_ROWS]
        scale = scale_of([row["spend"] for row in self.groups], self.lang)
        key = "index" if any(row["index"] is not None for row in rows) else "affinity"
        heads = (
            self.say("집단", "Group"), self.say("인원(명)", "People"),
            self.say("지수", "Index") if key == "index" else self.say("이용 강도", "Usage score"),
            self.say(f"집행액({scale.unit(money_unit('ko'))})",
                     f"Spend ({scale.unit(money_unit('en'))})"),
            self.say("도달률", "Reach"), self.say("빈도(회)", "Frequency"),
        )  # fmt: skip
        number = Number(0) if key == "index" else Number(2, signed=True)
        told = [
            (member_name(row, self.lang, alone=len(self.districts) == 1),
             f"{row['population']:,}",
             UNKNOWN if row[key] is None else number.text(row[key]),
             scale.text(row["spend"]), reach_share(row["reach_share"], self.lang),
             UNKNOWN if row["frequency"] is None else f"{row['frequency']:.1f}")
            for row in rows
        ]  # fmt: skip
        return table(box, heads, told, self.say("집행액이 큰 집단의 표", "Groups with most spend"),
                     row_height=min(0.42, box.height / (len(told) + 1)))  # fmt: skip

    # ---- the tables --------------------------------------------------------------------------

    def appendix(self) -> list[Slide]:
        """Tables to the last digit, ten rows a slide; groups are in the other files."""
        found = []
        for name in APPENDIX:
            rows = getattr(self.plan.result, name)
            keys = [key for key in columns_of(name, self.plan) if key != "association"]
            heads = [title(key, self.lang, name) for key in keys]
            for at, some in enumerate(parts := pages(rows), start=1):
                told = [[cell(row, key, self.lang) for key in keys] for row in some]
                number = f" ({at}/{len(parts)})" if len(parts) > 1 else ""
                claim = TABLES[name](self.lang) + number
                box = columns(0, 12, 1.6)
                found.append(self.slide(
                    self.say("부록", "Appendix"), claim,
                    [table(box, heads, told, claim, size=11, row_height=0.42)],
                ))  # fmt: skip
        return found


def _mean(rows: Sequence[Row], key: str) -> float | None:
    """Mean over people of the groups that have the figure."""
    known = [(row["population"], row[key]) for row in rows if row[key] is not None]
    people_ = fsum(count for count, _ in known)
    return fsum(count * value for count, value in known) / people_ if people_ else None
