"""Scenarios beside each other as slides: what each reaches, their curves and platforms, where."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import NamedTuple

from telads.answers.choices import month_of
from telads.answers.fields import UNKNOWN
from telads.dataset import in_force
from telads.planning.decks.base import Slides
from telads.planning.decks.parts import (
    MOST_PLATFORMS,
    TYPED_IN,
    bars,
    by_spend,
    heading,
    lines_of,
    platform_name,
    source,
    stamp,
    step_texts,
)
from telads.planning.plan import Draft, basis_of
from telads.planning.scenarios import Row
from telads.planning.words import title
from telads.render.deck.amounts import PEOPLE, money, money_unit, people, scale_of, share
from telads.render.deck.districts import district_map, legend, steps_of
from telads.render.deck.slides import (
    FOOT,
    Box,
    Deck,
    Item,
    Lines,
    Path,
    Point,
    Series,
    Slide,
    columns,
    content_top,
    table,
)
from telads.render.svg.city import outlines
from telads.store.workspace import Build
from telads.text import Lang, Text, join_names

COLOURS = ("accent", "less", "muted")
ALIKE = 0.015
"""A change of reach below it is about the same."""


class Scenario(NamedTuple):
    """A campaign with its letter and a name, which may be empty."""

    letter: str
    name: str
    draft: Draft
    budgets: Sequence[Row]
    """Reach over the budget: rows as those of a plan."""


def scenarios_deck(build: Build, scenarios: Sequence[Scenario], lang: Lang = "ko") -> Deck:
    """The deck of up to three scenarios on a build, the first of them the one to compare with."""
    told = _Told(build, scenarios, lang)
    slides = [told.results(), told.curves(), told.places()]
    name = " · ".join(dict.fromkeys(one.draft.brief.name for one in scenarios))
    return Deck(
        name, tuple(one for one in slides if one), lang, stamp(told.months[0]),
        f"telads {told.basis.version}", f"build {build.name}",
    )  # fmt: skip


class _Told(Slides):
    """The slides of scenarios in a language."""

    def __init__(self, build: Build, scenarios: Sequence[Scenario], lang: Lang) -> None:
        super().__init__(lang)
        self.scenarios = scenarios
        self.months = [month_of(build, one.draft.brief.month) for one in scenarios]
        self.basis = basis_of(build, self.months[0])
        self.build = build
        self.names = [one.name or self.say(f"{one.letter}안", one.letter) for one in scenarios]
        self.colours = COLOURS[: len(scenarios)]

    def slide(
        self, eyebrow: str, claim: str, items: Sequence[Item], notes: Sequence[str] = (),
        *more: Text,
    ) -> Slide:  # fmt: skip
        """A slide with the source, and the data it is made from in its notes."""
        told = source(self.basis, self.months, self.lang, TYPED_IN, *more)
        version = self.say(f"데이터 버전 {self.build.name}", f"Data version {self.build.name}")
        return self.noted(eyebrow, claim, items, told, (*notes, told, version))

    # ---- 1: what each reaches ----------------------------------------------------------------

    def results(self) -> Slide:
        """Reach once and three times, and a table of the sums."""
        claim = self._claim()
        top = content_top(claim)
        left, right = columns(0, 5, top), columns(5, 7, top)
        sums = [one.draft.summary for one in self.scenarios]
        scale = scale_of([one["reached"] for one in sums], self.lang)
        series = [
            Series(name, tuple(scale.value(one[key]) for one in sums), fills)
            for key, name, fills in (
                ("reached", self.say("1회 이상", "once or more"), self.colours),
                ("reached_3", self.say("3회 이상", "3 times or more"), ("rest",) * len(sums)))
        ]  # fmt: skip
        entries = [("accent", series[0].name), ("rest", series[1].name)]
        items: list[Item] = [
            heading(left, self.say("예상 도달", "Expected reach"),
                    scale.unit(PEOPLE(self.lang))),
            bars(Box(left.left, top + 0.38, left.width - 0.3, FOOT - top - 0.85), self.names,
                 series, scale.number, self.say("안별 도달 막대그래프", "Bars of reach"), row=1.15,
                 gap=45),
            *legend(left.left, FOOT - 0.3, entries, left.width),
            self._sums(Box(right.left, top + 0.05, right.width, FOOT - top - 0.1)),
        ]  # fmt: skip
        keys = ("budget", "spend", "population", "reached", "reached_2", "reached_3", "reached_low",
                "reached_high", "contacts", "frequency")  # fmt: skip
        facts = [
            f"{name}\n" + lines_of((title(key, self.lang), f"{one[key]}") for key in keys)
            for name, one in zip(self.names, sums, strict=True)
        ]
        return self.slide(self.say("시나리오 비교", "Scenarios"), claim, items, facts)

    def _claim(self) -> str:
        known = [(name, one.draft) for name, one in zip(self.names, self.scenarios, strict=True)
                 if one.draft.summary["reached"]]  # fmt: skip
        if len(known) < 2:
            (name, one), *_ = known or [(self.names[0], self.scenarios[0].draft)]
            reached = people(one.summary["reached"], self.lang)
            budget = money(one.brief.budget, self.lang)
            return self.say(f"{name}: {budget}으로 {reached}에게 도달합니다",
                            f"{name} reaches {reached} with {budget}")  # fmt: skip
        most = max(known, key=lambda one: one[1].summary["reached"])
        cheap = min(known, key=lambda one: one[1].brief.budget / one[1].summary["reached"])
        first, other = known[0], known[1]
        part = other[1].summary["reached"] / first[1].summary["reached"]
        spared = first[1].brief.budget - other[1].brief.budget
        if len(known) == 2 and spared > 0:
            return self.say(
                f"{other[0]}: {money(spared, 'ko')}을 덜 쓰고\n{first[0]} 도달의 {part:.0%}에 "
                "이릅니다",
                f"{other[0]} spends {money(spared, 'en')} less\nand reaches {part:.0%} of "
                f"{first[0]}",
            )
        if len(known) == 2 and abs(part - 1) < ALIKE:
            both = join_names([first[0], other[0]], self.lang)
            return self.say(f"{both}의 도달은 거의 같습니다", f"{both} reach about the same")
        reached = people(most[1].summary["reached"], self.lang)
        if most is cheap:
            return self.say(
                f"{most[0]}: {reached}에게 도달해 가장 많고,\n한 사람에 드는 비용도 가장 적습니다",
                f"{most[0]} reaches most, {reached},\nat the lowest cost per person",
            )
        return self.say(
            f"도달은 {most[0]}의 {reached}이 가장 많고,\n한 사람에 드는 비용은 {cheap[0]}에서 가장 "
            "적습니다",
            f"{most[0]} reaches most, {reached};\n{cheap[0]} costs least per person",
        )

    def _sums(self, box: Box) -> Item:
        drafts = [one.draft for one in self.scenarios]
        sums = [one.summary for one in drafts]
        lang, unit = self.lang, money_unit(self.lang)

        def counted(key: str) -> tuple[str, ...]:
            return tuple(
                UNKNOWN if one[key] is None else people(one[key], lang) for one in sums
            )  # fmt: skip

        rows: list[tuple[str, ...]] = [
            (self.say("예산", "Budget"), *(money(one.brief.budget, lang) for one in drafts)),
            (self.say("타겟", "Audience"), *counted("population")),
            (self.say("예상 도달(1회 이상)", "Reach (once or more)"), *counted("reached")),
            (self.say("3회 이상", "Three times or more"), *counted("reached_3")),
            (self.say("평균 빈도(회)", "Frequency"), *(
                UNKNOWN if one["frequency"] is None else f"{one['frequency']:.1f}"
                for one in sums)),
            (self.say(f"도달 한 명의 비용({unit})", f"Cost per person reached ({unit})"), *(
                _cost(one.brief.budget, one.summary["reached"]) for one in drafts)),
            (self.say("집단(개)", "Groups"), *(f"{one['segments']:,}" for one in sums)),
            (self.say("서비스", "Service"), *(
                in_force().measures[one.brief.service].text(lang) for one in drafts)),
        ]  # fmt: skip
        return table(box, ("", *self.names), rows, self.say("안별 합계의 표", "Sums"),
                     row_height=0.48)  # fmt: skip

    # ---- 2: curves and platforms -------------------------------------------------------------

    def curves(self) -> Slide:
        """Reach over the budget of all, and spend by platform."""
        claim = self._curve_claim()
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        drafts = [one.draft for one in self.scenarios]
        rows = [row for one in self.scenarios for row in one.budgets]
        items: list[Item] = []
        if all(len(one.budgets) > 1 for one in self.scenarios):
            x = scale_of([row["budget"] for row in rows], self.lang)
            y = scale_of([row["reached"] for row in rows], self.lang)
            paths = []
            for at, (name, one) in enumerate(zip(self.names, self.scenarios, strict=True)):
                points = [Point(x.value(row["budget"]), y.value(row["reached"]))
                          for row in one.budgets]  # fmt: skip
                own = _nearest(one.budgets, one.draft.brief.budget)
                paths.append(Path(name, tuple(points), self.colours[at], 2.5, at == 2, own,
                                  "above" if at % 2 == 0 else "below", own, True))  # fmt: skip
            items += [
                heading(left, self.say("예산과 예상 도달(1회 이상)", "Reach by budget"),
                        y.unit(PEOPLE(self.lang))),
                Lines(Box(left.left, top + 0.34, left.width - 0.2, FOOT - top - 0.4), tuple(paths),
                      x.number, y.number,
                      self.say(f"예산({x.unit(money_unit('ko'))}), 점은 이 안의 예산",
                               f"Budget ({x.unit(money_unit('en'))}); dots: the scenarios"),
                      self.say("예산과 도달의 그래프", "Chart of reach over budget")),
            ]  # fmt: skip
        items += self._platforms(right)
        facts = [
            f"{name}\n" + lines_of((platform_name(row["platform"], self.lang), f"{row['spend']:,}")
                                   for row in one.platforms)
            for name, one in zip(self.names, drafts, strict=True)
        ]  # fmt: skip
        return self.slide(self.say("예산과 매체", "Budget and platforms"), claim, items, facts)

    def _curve_claim(self) -> str:
        told = []
        for name, one in zip(self.names, self.scenarios, strict=True):
            rows = by_spend(one.draft.platforms)
            if rows and rows[0]["spend"]:
                first = platform_name(rows[0]["platform"], self.lang)
                told.append((name, first, share(rows[0]["spend"] / one.draft.summary["spend"])))
        firsts = {first for _, first, _ in told}
        if len(told) > 1 and len(firsts) == 1:
            spread = ", ".join(f"{name} {part}" for name, _, part in told)
            return self.say(f"모두 {told[0][1]}에 가장 많이 씁니다({spread})",
                            f"All spend most on {told[0][1]} ({spread})")  # fmt: skip
        pairs = ", ".join(f"{name} {first} {part}" for name, first, part in told)
        return self.say(f"가장 많이 쓰는 매체가 다릅니다:\n{pairs}",
                        f"The largest platform differs:\n{pairs}")  # fmt: skip

    def _platforms(self, box: Box) -> list[Item]:
        sums: dict[str, int] = {}
        for one in self.scenarios:
            for row in one.draft.platforms:
                sums[row["platform"]] = sums.get(row["platform"], 0) + row["spend"]
        names = sorted(sums, key=lambda name: -sums[name])[:MOST_PLATFORMS]
        spends = [
            {row["platform"]: row["spend"] for row in one.draft.platforms} for one in self.scenarios
        ]
        scale = scale_of([amount for one in spends for amount in one.values()], self.lang)
        series = [
            Series(name, tuple(scale.value(one.get(platform, 0)) for platform in names),
                   (fill,) * len(names))
            for name, one, fill in zip(self.names, spends, self.colours, strict=True)
        ]  # fmt: skip
        size = 12 if len(names) * len(series) <= 9 else 10
        entries = list(zip(self.colours, self.names, strict=True))
        return [
            heading(box, self.say("매체별 집행액", "Spend by platform"),
                    scale.unit(money_unit(self.lang))),
            bars(Box(box.left, box.top + 0.38, box.width - 0.2, FOOT - box.top - 0.85),
                 [platform_name(name, self.lang) for name in names], series, scale.number,
                 self.say("매체별 집행액 막대그래프", "Bars of spend by platform"), size=size,
                 row=0.35 * len(series) + 0.15, gap=40, most_label=1.6),
            *legend(box.left, FOOT - 0.3, entries, box.width),
        ]  # fmt: skip

    # ---- 3: where ----------------------------------------------------------------------------

    def places(self) -> Slide:
        """A map of spend for each scenario, all in the same classes; bars without borders."""
        claim = self._place_claim()
        top = content_top(claim)
        count = len(self.scenarios)
        spends = [{row["district"]: row["spend"] for row in one.draft.districts}
                  for one in self.scenarios]  # fmt: skip
        every = [amount for one in spends for amount in one.values()]
        scale = scale_of(every, self.lang)
        unit = scale.unit(money_unit(self.lang))
        items: list[Item] = []
        more: tuple[Text, ...] = ()
        if outlines().height:
            steps = steps_of([scale.value(amount) for amount in every])
            wide = columns(0, 12 // count, top)
            for at, one in enumerate(spends):
                box = columns(at * (12 // count), 12 // count, top)
                items.append(heading(box, self.names[at], unit))
                first = sorted(one, key=lambda name: (-one[name], name))[:3]
                area = Box(box.left, top + 0.35, min(wide.width, 6.2), FOOT - top - 0.85)
                items += district_map(
                    area, {name: steps.fill(scale.value(spend)) for name, spend in one.items()},
                    {name: scale.text(one[name]) for name in first if one[name]}, self.lang, first,
                )  # fmt: skip
            entries = [*zip(steps.fills, step_texts(steps, scale, self.lang), strict=True),
                       ("none", self.say("없음", "none"))]  # fmt: skip
            items += legend(columns(0, 12, top).left, FOOT - 0.3, entries, 11.0)
            more = (in_force().source.borders_short,)
        else:
            items += self._district_bars(columns(0, 12, top), spends)
        facts = [
            f"{name}\n" + lines_of((in_force().district_name(place, self.lang), f"{spend:,}")
                                   for place, spend in sorted(one.items(), key=lambda it: -it[1]))
            for name, one in zip(self.names, spends, strict=True)
        ]  # fmt: skip
        return self.slide(self.say("어디에서", "Where"), claim, items, facts, *more)

    def _district_bars(self, box: Box, spends: Sequence[dict[str, int]]) -> list[Item]:
        names = sorted({name for one in spends for name in one},
                       key=lambda name: -max(one.get(name, 0) for one in spends))[:8]  # fmt: skip
        scale = scale_of([amount for one in spends for amount in one.values()], self.lang)
        series = [
            Series(name, tuple(scale.value(one.get(place, 0)) for place in names),
                   (fill,) * len(names))
            for name, one, fill in zip(self.names, spends, self.colours, strict=True)
        ]  # fmt: skip
        places = [in_force().district_name(name, self.lang) for name in names]
        word = in_force().district.text
        return [
            heading(box, self.say(f"{word.ko}별 집행액", f"Spend by {word.en}"),
                    scale.unit(money_unit(self.lang))),
            bars(Box(box.left, box.top + 0.38, box.width - 0.4, FOOT - box.top - 0.85), places,
                 series, scale.number, self.say("지역별 막대그래프", "Bars by place"), size=10,
                 row=0.9, gap=40),
            *legend(box.left, FOOT - 0.3, list(zip(self.colours, self.names, strict=True)), 11.0),
        ]  # fmt: skip

    def _place_claim(self) -> str:
        firsts = []
        for one in self.scenarios:
            rows: list[Row] = by_spend(one.draft.districts)
            name = in_force().district_name(rows[0]["district"], self.lang) if rows else UNKNOWN
            firsts.append(name)
        if len({*firsts}) == 1:
            return self.say(
                f"{'모두 ' if len(firsts) > 1 else ''}{firsts[0]}에 가장 많이 씁니다",
                f"{'All spend' if len(firsts) > 1 else 'It spends'} most in {firsts[0]}",
            )
        told = ", ".join(self.say(f"{name} {place}", f"{name} in {place}")
                         for name, place in zip(self.names, firsts, strict=True))  # fmt: skip
        return self.say(
            f"가장 많이 쓰는 곳이 다릅니다:\n{told}", f"Most is spent elsewhere:\n{told}"
        )


def _nearest(rows: Sequence[Row], budget: int) -> int:
    """Place of the row whose budget is nearest."""
    return min(range(len(rows)), key=lambda at: abs(rows[at]["budget"] - budget))


def _cost(budget: int, reached: int) -> str:
    """Cost of a person reached, to three digits."""
    if not reached:
        return UNKNOWN
    cost = budget / reached
    return f"{cost:,.{max(0, 2 - floor(log10(cost)))}f}"
