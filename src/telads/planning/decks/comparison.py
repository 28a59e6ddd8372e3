"""A plan against newer data, or two versions of it, as slides: the verdict, what moved, where.

The first slide says whether to change the plan and the rule that this follows. Figures to the last
digit are in the notes and in the tables at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from telads.answers.fields import UNKNOWN
from telads.dataset import in_force
from telads.planning.comparison import CAUSES, MOVED, REACH, REASONS, Comparison
from telads.planning.decks.base import Slides
from telads.planning.decks.parts import (
    MOST_PLATFORMS,
    MOST_ROWS,
    TYPED_IN,
    bars,
    heading,
    lines_of,
    member_name,
    pages,
    place_name,
    platform_name,
    provenance,
    source,
    stamp,
)
from telads.planning.plan import Plan
from telads.planning.scenarios import Row
from telads.planning.words import title
from telads.render.deck.amounts import (
    PEOPLE,
    TIMES,
    Scale,
    money,
    money_unit,
    scale_of,
)
from telads.render.deck.districts import district_map, legend
from telads.render.deck.slides import (
    FOOT,
    Box,
    Deck,
    Item,
    Number,
    Rule,
    Run,
    Series,
    Slide,
    columns,
    content_top,
    table,
    words,
)
from telads.text import Lang, Text, join_names
from telads.wording import counted, sentence_case

MOST_GROUPS = 30
"""Groups in the tables at the end: those whose spend changes most."""
NAMED = 3
"""Groups named of those that came in or left."""


def comparison_deck(found: Comparison, lang: Lang = "ko") -> Deck:
    """The deck of a comparison."""
    told = _Told(found, lang)
    slides = [told.verdict(), told.moves(), told.places(), *told.appendix()]
    now = found.now
    return Deck(
        found.before.name, tuple(one for one in slides if one), lang, stamp(now.month),
        f"telads {now.basis.version}",
        f"plan {found.before.hash} plan {now.hash} build {now.basis.build}",
    )  # fmt: skip


class _Told(Slides):
    """The slides of a comparison in a language."""

    def __init__(self, found: Comparison, lang: Lang) -> None:
        super().__init__(lang)
        self.found = found

    @property
    def plans(self) -> tuple[Plan, Plan]:
        """The earlier plan and the later one."""
        return self.found.before, self.found.now

    @property
    def months(self) -> bool:
        """Whether the plans are of two months."""
        return self.found.before.month != self.found.now.month

    @cached_property
    def names(self) -> tuple[str, str]:
        """What the two are called in heads: their months, or earlier and later."""
        if not self.months:
            return self.say("이전", "before"), self.say("이후", "after")
        before, now = (plan.month for plan in self.plans)
        if self.lang == "ko" and before.year == now.year:
            return f"{before.month}월", f"{now.month}월"
        return before.text(self.lang), now.text(self.lang)

    def slide(
        self, eyebrow: str, claim: str, items: Sequence[Item], notes: Sequence[str] = ()
    ) -> Slide:
        """A slide with the source of both plans and what reproduces them."""
        basis, months = self.found.now.basis, [plan.month for plan in self.plans]
        more = [] if not self._overlap else [Text(
            "두 달의 집계 기간이 겹칩니다.", "The periods of the two months overlap.")]  # fmt: skip
        told = source(basis, months, self.lang, *more, TYPED_IN)
        made_from = (provenance(plan, self.lang) for plan in self.plans)
        return self.noted(eyebrow, claim, items, told, (*notes, told, *made_from))

    @property
    def _overlap(self) -> bool:
        before, now = (plan.month.window for plan in self.plans)
        return self.months and now.first <= before.last and before.first <= now.last

    # ---- 1: the verdict ----------------------------------------------------------------------

    def verdict(self) -> Slide:
        """Whether to change the plan, with the rule, platforms and sums then and now."""
        claim = self._verdict()
        top = content_top(claim)
        name = self.found.before.name
        eyebrow = self.say(f"{name} · 비교", f"{name} · comparison")
        items = [
            *self._rule(columns(0, 3, top)), *self._platforms(columns(3, 4, top)),
            *self._sums(columns(7, 5, top)),
        ]  # fmt: skip
        moved = [(self.say("옮길 금액", "Budget that moves"), f"{self.found.moved:,}")]
        sentences = "\n".join(line(self.lang) for line in self.found.sentences())
        return self.slide(eyebrow, claim, items, [sentences, lines_of(moved), self._digits()])

    def _digits(self) -> str:
        """Sums of both plans to the last digit."""
        before, now = (plan.result.summary for plan in self.plans)
        keys = ("budget", "spend", "population", "segments", "reached", "reached_low",
                "reached_high", "contacts", "frequency")  # fmt: skip
        return lines_of((title(key, self.lang), f"{before[key]} → {now[key]}") for key in keys)

    def _verdict(self) -> str:
        found, moved = self.found, f"{self.found.moved_share:.1%}"
        month = self.names[1]
        data = self.say("지금 데이터로", "on today's data")
        if self.months:
            data = self.say(f"{month} 데이터로", f"on the data of {month}")
        if found.same:
            return self.say(
                f"달라진 것이 없습니다.\n{data} 다시 배분해도 같은 계획입니다",
                f"Nothing changes:\nallocated again {data}, it is the same plan",
            )
        if found.brief:
            return self.say(
                f"두 계획은 브리프가 다르며,\n예산의 {moved}가 다른 곳으로 갑니다",
                f"The briefs of the two plans differ,\nand {moved} of the budget moves",
            )
        if found.verdict == "keep":
            return self.say(
                f"계획을 바꿀 필요가 없습니다.\n{data} 다시 배분해도 예산의 {moved}만 움직입니다",
                f"No need to change the plan:\nallocated again {data}, only {moved} of the budget "
                "moves",
            )
        return self.say(
            f"계획을 바꿀 만합니다.\n{data} 다시 배분하면 예산의 {moved}가 움직입니다",
            f"The plan is worth changing:\nallocated again {data}, {moved} of the budget moves",
        )

    def _rule(self, box: Box) -> list[Item]:
        found, lang = self.found, self.lang
        figure = f"{found.moved_share * 100:.1f}"
        amount = money(found.moved, lang)
        top = box.top - 0.05
        caption = words(
            Box(box.left, top + 1.02, box.width, 0.78),
            Run(self.say(f"다른 집단이나 매체로 옮길 예산({amount})",
                         f"of the budget moves to other groups or platforms ({amount})"),
                14, False, "muted"),
        )  # fmt: skip
        line = top + 1.9
        rule = words(
            Box(box.left, line + 0.42, box.width, 0.9),
            Run(self.say(f"옮길 예산이 {MOVED:.0%} 미만이고 도달의 변화가 {REACH:.0%} 미만이면 "
                         "바꾸지 않습니다.",
                         f"The plan stays if less than {MOVED:.0%} of the budget moves and the "
                         f"reach changes by less than {REACH:.0%}."), 12, False, "muted"),
        )  # fmt: skip
        causes = [CAUSES[one](lang) for one in found.causes] or [self.say(
            "계산 방법이나 데이터 정정으로 바뀐 것은 없습니다.",
            "Nothing comes from the method or from replaced data.")]  # fmt: skip
        below = line + 0.55 + rule.height
        return [
            words(Box(box.left, top, box.width, 1.0),
                  (Run(figure, 54, True, "accent"), Run("%", 20, True, "accent")), name="moved"),
            caption,
            Rule(box.left, line, box.width),
            words(Box(box.left, line + 0.14, box.width, 0.27),
                  (Run(self.say("판정 기준", "The rule"), 12, True, "muted"),)),
            rule,
            words(Box(box.left, below, box.width, FOOT - below),
                  *(Run(one, 14) for one in causes)),
        ]  # fmt: skip

    def _platforms(self, box: Box) -> list[Item]:
        rows = sorted(self.found.platforms, key=lambda row: -row["spend_before"])
        told: list[tuple[str, int, int]] = [
            (platform_name(row["platform"], self.lang), row["spend_before"], row["spend_now"])
            for row in rows
        ]
        if len(told) > MOST_PLATFORMS:
            rest = told[MOST_PLATFORMS - 1 :]
            told = [*told[: MOST_PLATFORMS - 1], (
                self.say(f"그 밖 {len(rest)}곳", f"{len(rest)} others"),
                sum(one[1] for one in rest), sum(one[2] for one in rest))]  # fmt: skip
        scale = scale_of([amount for one in told for amount in one[1:]], self.lang)
        series = [
            Series(name, tuple(map(scale.value, amounts)), (fill,) * len(told))
            for amounts, name, fill in (
                ([before for _, before, _ in told], self.names[0], "rest"),
                ([now for _, _, now in told], self.names[1], "accent"),
            )
        ]
        size = 12 if len(told) <= 5 else 10
        drawn = bars(
            Box(box.left, box.top + 0.38, box.width - 0.3, FOOT - box.top - 0.85),
            [one[0] for one in told], series, scale.number,
            self.say("매체별 집행액 비교 막대그래프", "Bars of spend by platform, then and now"),
            size=size, row=1.05, gap=40, most_label=1.5,
        )  # fmt: skip
        entries = list(zip(("rest", "accent"), self.names, strict=True))
        return [
            heading(box, self.say("매체별 집행액", "Spend by platform"),
                    scale.unit(money_unit(self.lang))),
            drawn, *legend(box.left, FOOT - 0.3, entries, box.width),
        ]  # fmt: skip

    def _sums(self, box: Box) -> list[Item]:
        before, now = (plan.result.summary for plan in self.plans)
        lang = self.lang
        rows: list[tuple[str, ...]] = []

        def scaled(name: str, key: str, unit: Text) -> None:
            scale = scale_of([before[key], now[key]], lang)
            head = self.say(f"{name}({scale.unit(unit.ko)})",
                            f"{name}{f' ({scale.word})' if scale.word else ''}")  # fmt: skip
            rows.append((head, scale.text(before[key]), scale.text(now[key]),
                         _relative(before[key], now[key])))  # fmt: skip

        if before["budget"] != now["budget"]:
            unit = in_force().currency.unit
            scaled(self.say("예산", "Budget"), "budget", unit)
        scaled(self.say("타겟", "Audience"), "population", PEOPLE)
        rows.append(
            (
                self.say("집단(개)", "Groups"),
                f"{before['segments']:,}",
                f"{now['segments']:,}",
                _signed(now["segments"] - before["segments"]),
            )
        )
        scaled(self.say("예상 도달", "Expected reach"), "reached", PEOPLE)
        scale = scale_of([before["reached_high"], now["reached_high"]], lang)
        ends = [(scale.text(one["reached_low"]), scale.text(one["reached_high"]))
                for one in (before, now)]  # fmt: skip
        spread = [low if low == high else self.say("~", "–").join((low, high))
                  for low, high in ends]  # fmt: skip
        rows.append((self.say(f"도달 범위({scale.unit('명')})",
                              f"Reach range{f' ({scale.word})' if scale.word else ''}"),
                     *spread, ""))  # fmt: skip
        often = [UNKNOWN if one["frequency"] is None else f"{one['frequency']:.1f}"
                 for one in (before, now)]  # fmt: skip
        rows.append((self.say("평균 빈도(회)", "Frequency"), *often, _differs(
            before["frequency"], now["frequency"])))  # fmt: skip
        scaled(self.say("예상 노출", "Impressions"), "contacts", TIMES)
        heads = ("", *self.names, self.say("변화", "Change"))
        area = Box(box.left, box.top + 0.36, box.width, FOOT - box.top - 0.4)
        return [
            heading(box, self.say("같은 조건, 두 결과", "Same terms, two results")
                    if not self.found.brief else self.say("두 계획의 결과", "The two plans")),
            table(area, heads, rows, self.say("두 결과의 표", "The two results"), row_height=0.5,
                  size=13),
        ]  # fmt: skip

    # ---- 2: what moved -----------------------------------------------------------------------

    @cached_property
    def changed(self) -> list[Row]:
        """Groups whose spend changes, the largest change first."""
        rows = [{**row, "by": row["spend_now"] - row["spend_before"]}
                for row in self.found.segments]  # fmt: skip
        return sorted((row for row in rows if row["by"]), key=lambda row: -abs(row["by"]))

    def moves(self) -> Slide | None:
        """The ten largest changes of spend, the reason, and who came in or left."""
        if self.found.same:
            return None
        claim = self._moves_claim()
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        items: list[Item] = []
        shown = sorted(self.changed[:MOST_ROWS], key=lambda row: -row["by"])
        if shown:
            scale = scale_of([row["by"] for row in shown], self.lang, signed=True)
            series = Series(
                self.say("집행액의 변화", "Change of spend"),
                tuple(scale.value(row["by"]) for row in shown),
                tuple("accent" if row["by"] > 0 else "less" for row in shown),
            )
            items += [
                heading(left, self.say("집행액의 변화", "Change of spend"), self._largest(scale)),
                bars(
                    Box(left.left, top + 0.38, left.width - 0.5, FOOT - top - 0.5),
                    [member_name(row, self.lang) for row in shown], [series], scale.number,
                    self.say("집단별 집행액 변화 막대그래프", "Bars of changes by group"),
                    row=0.44, most_label=2.9,
                ),
            ]  # fmt: skip
        else:
            items.append(words(Box(left.left, top, left.width - 0.5, 0.6), Run(self.say(
                "집단마다 집행액이 같습니다.", "Every group has the same spend."),
                14, False, "muted")))  # fmt: skip
        items += self._reasons(right)
        facts = [(member_name(row, self.lang), f"{row['spend_before']:,} → {row['spend_now']:,}")
                 for row in self.changed[:MOST_ROWS]]  # fmt: skip
        return self.slide(
            self.say("무엇이 달라졌나", "What changed"), claim, items, [lines_of(facts)]
        )

    def _largest(self, scale: Scale) -> str:
        unit = scale.unit(money_unit(self.lang))
        if len(self.changed) <= MOST_ROWS:
            return unit
        return self.say(f"{unit}, 크게 달라진 {MOST_ROWS}개 집단",
                        f"{unit}, the {MOST_ROWS} largest of {len(self.changed)}")  # fmt: skip

    @cached_property
    def districts(self) -> list[Row]:
        """Districts with spend before, now and the change, the largest gain first."""
        found: dict[str, Row] = {}
        for row in self.found.segments:
            own = found.setdefault(row["district"], {
                "district": row["district"], "spend_before": 0, "spend_now": 0})  # fmt: skip
            for key in ("spend_before", "spend_now"):
                own[key] += row[key]
        rows = [{**row, "by": row["spend_now"] - row["spend_before"]} for row in found.values()]
        return sorted(rows, key=lambda row: -row["by"])

    def _moves_claim(self) -> str:
        rows = [row for row in self.districts if row["by"]]
        if not rows:
            if self.changed:
                return in_force().fill(Text("{district}마다 쓰는 예산은 그대로입니다",
                                            "The spend of every {district} stays the same")
                                       )(self.lang)  # fmt: skip
            return self.say(
                "집단별 집행액은 그대로입니다", "The spend of every group stays the same"
            )
        first, last = rows[0], rows[-1]
        name = {row["district"]: place_name({"district": row["district"]}, self.lang)
                for row in (first, last)}  # fmt: skip
        if first["by"] <= 0 or last["by"] >= 0:
            more = first["by"] > 0
            one = first if more else last
            amount = money(abs(one["by"]), self.lang)
            place = name[one["district"]]
            return self.say(f"{place}에 {amount}을 {'더' if more else '덜'} 씁니다",
                            f"{amount} {'more' if more else 'less'} for {place}")  # fmt: skip
        up, down = money(first["by"], self.lang), money(-last["by"], self.lang)
        return self.say(
            f"{name[first['district']]}에 {up}을 더 쓰고,\n{name[last['district']]}에 {down}을 "
            "덜 씁니다",
            f"{name[first['district']]} gets {up} more,\n{name[last['district']]} {down} less",
        )

    def _reasons(self, box: Box) -> list[Item]:
        shares = self.found.shares()
        known = {part: share for part in REASONS
                 if (share := shares[f"share_{part.removeprefix('change_')}"])}  # fmt: skip
        items: list[Item] = []
        top = box.top
        if known:
            part = max(known, key=lambda one: known[one])
            reason = in_force().fill(REASONS[part])(self.lang)
            items += [
                words(Box(box.left, top - 0.05, box.width, 0.9),
                      (Run(f"{known[part] * 100:.0f}", 44, True, "accent"),
                       Run("%", 18, True, "accent"))),
                words(Box(box.left, top + 0.85, box.width, 0.5),
                      Run(self.say(f"이용 강도가 달라진 이유 가운데 {reason}의 비중",
                                   f"of the change of use is {reason[:1].lower()}{reason[1:]}"),
                          14, False, "muted")),
                Rule(box.left, top + 1.42, box.width),
            ]  # fmt: skip
            top += 1.58
        for status, head in (
            ("entered", Text("추가된 집단 {n}개", "Groups added: {n}")),
            ("left", Text("제외된 집단 {n}개", "Groups removed: {n}")),
        ):
            rows = [row for row in self.found.segments if row["status"] == status]
            names = join_names([member_name(row, self.lang) for row in rows[:NAMED]], self.lang)
            if len(rows) > NAMED:
                names = self.say(f"{names} 등", f"{names} and others")
            title = head.format(n=len(rows))(self.lang)
            items.append(words(Box(box.left, top, box.width, 0.27), (Run(title, 14, True),)))
            top += 0.27
            if names:
                body = words(Box(box.left, top, box.width, 0.8), Run(names, 14))
                items.append(body)
                top += body.height
            top += 0.18
        items += [
            words(Box(box.left, top, box.width, 0.27),
                  (Run(self.say("할 일", "What to do"), 14, True, "accent"),)),
            words(Box(box.left, top + 0.27, box.width, 1.05), Run(self._to_do(), 14)),
        ]  # fmt: skip
        return items

    def _to_do(self) -> str:
        found = self.found
        if found.brief:
            return self.say(
                "두 계획 가운데 하나를 골라 집행합니다.", "Choose one of the two plans."
            )
        if found.verdict == "keep":
            return self.say("없습니다. 다음 달 데이터가 나오면 다시 비교합니다.",
                            "Nothing. Compare again when the next month is in.")  # fmt: skip
        return self.say(
            "새 버전으로 저장하고, 옮길 금액을 매체에 알립니다.",
            "Save it as a new version, and send the platforms what moves.",
        )

    # ---- 3: where ----------------------------------------------------------------------------

    def places(self) -> Slide | None:
        """The change of spend by district, on the map and as a table; none if there is none."""
        rows = [row for row in self.districts if row["by"]]
        if not rows:
            return None
        word = in_force().district
        more, less = (sum(1 for row in rows if row["by"] * sign > 0) for sign in (1, -1))
        if more and less:
            claim = self.say(
                f"{word.text.ko} {more}곳은 늘고 {less}곳은 줄어듭니다",
                f"There is more spend in {counted(more, word.text.en, word.plural.en)} and less in "
                f"{less}",
            )
        else:
            claim = self.say(
                f"{word.text.ko} {more or less}곳의 집행액이 "
                f"{'늘어납니다' if more else '줄어듭니다'}",
                f"There is {'more' if more else 'less'} spend in "
                f"{counted(more or less, word.text.en, word.plural.en)}",
            )
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        scale = scale_of([row["by"] for row in rows], self.lang, signed=True)
        head = heading(left, self.say(f"{word.text.ko}별 집행액의 변화",
                                      f"Change of spend by {word.text.en}"),
                       scale.unit(money_unit(self.lang)))  # fmt: skip
        area = Box(left.left, top + 0.3, left.width - 0.4, FOOT - top - 0.3)
        return self.slide(
            self.say("어디가 달라졌나", "Where"), claim,
            [head, *self._map(area, rows, scale), *self._district_table(right)],
            [lines_of((place_name(row, self.lang),
                       f"{row['spend_before']:,} → {row['spend_now']:,}")
                      for row in self.districts)],
        )  # fmt: skip

    def _map(self, box: Box, rows: Sequence[Row], scale: Scale) -> list[Item]:
        most = max(abs(row["by"]) for row in rows)
        fills = {row["district"]: _step(row["by"], most) for row in rows}
        largest = sorted(rows, key=lambda row: -abs(row["by"]))[:8]
        figures = {row["district"]: scale.text(row["by"]) for row in largest}
        area = box._replace(height=box.height - 0.35)
        first = [row["district"] for row in largest]
        drawn: list[Item] = [*district_map(area, fills, figures, self.lang, first)]
        if not drawn:
            shown = sorted(largest, key=lambda row: -row["by"])
            series = Series(
                self.say("집행액의 변화", "Change of spend"),
                tuple(scale.value(row["by"]) for row in shown),
                tuple("accent" if row["by"] > 0 else "less" for row in shown),
            )
            return [
                bars(
                    area,
                    [place_name(row, self.lang) for row in shown],
                    [series],
                    scale.number,
                    self.say("변화 막대그래프", "Bars of changes"),
                    row=0.5,
                )
            ]
        entries = [("down-2", self.say("줄어듦", "less")), ("up-2", self.say("늘어남", "more")),
                   ("none", self.say("그대로", "same"))]  # fmt: skip
        return [*drawn, *legend(box.left, box.bottom - 0.25, entries, box.width)]

    def _district_table(self, box: Box) -> list[Item]:
        rows = sorted(self.districts, key=lambda row: -abs(row["by"]))[:MOST_ROWS]
        amounts = [row[key] for row in rows for key in ("spend_before", "spend_now")]
        scale, by = scale_of(amounts, self.lang), scale_of(
            [row["by"] for row in rows], self.lang, signed=True)  # fmt: skip
        by = by if by.divisor == scale.divisor else scale._replace(
            number=Number(max(scale.number.digits, 1), signed=True))  # fmt: skip
        told = [(place_name(row, self.lang), scale.text(row["spend_before"]),
                 scale.text(row["spend_now"]), by.text(row["by"])) for row in rows]  # fmt: skip
        word = in_force().district.text
        heads = (sentence_case(word(self.lang)), *self.names,
                 self.say("변화", "Change"))  # fmt: skip
        area = Box(box.left, box.top + 0.36, box.width, FOOT - box.top - 0.42)
        head = self.say(f"크게 달라진 {word.ko}", f"Largest changes by {word.en}")
        return [heading(box, head, scale.unit(money_unit(self.lang))),
                table(area, heads, told, head)]  # fmt: skip

    # ---- the tables --------------------------------------------------------------------------

    def appendix(self) -> list[Slide]:
        """Platforms, and the groups with the largest changes, to the last digit."""
        names = self.names
        spend, reach = self.say("집행액", "Spend"), self.say("도달", "Reach")
        heads = (title("platform", self.lang), f"{spend}, {names[0]}", f"{spend}, {names[1]}",
                 f"{reach}, {names[0]}", f"{reach}, {names[1]}")  # fmt: skip
        keys = ("spend_before", "spend_now", "reached_before", "reached_now")
        rows = [(platform_name(row["platform"], self.lang), *(f"{row[key]:,}" for key in keys))
                for row in self.found.platforms]  # fmt: skip
        found = self._pages(self.say("매체", "Platforms"), heads, rows)
        heads = (
            self.say("집단", "Group"),
            self.say("상태", "Status"),
            f"{spend}, {names[0]}",
            f"{spend}, {names[1]}",
            self.say("변화", "Change"),
        )
        status = {"stayed": Text("유지", "kept"), "entered": Text("추가", "added"),
                  "left": Text("제외", "removed")}  # fmt: skip
        groups = [
            (member_name(row, self.lang), status[row["status"]](self.lang),
             f"{row['spend_before']:,}", f"{row['spend_now']:,}", _signed(row["by"]))
            for row in self.changed[:MOST_GROUPS]
        ]  # fmt: skip
        told = self.say("집행액이 크게 달라진 집단", "Groups with the largest changes")
        return [*found, *self._pages(told, heads, groups)]

    def _pages(
        self, claim: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> list[Slide]:
        found = []
        for at, some in enumerate(parts := pages(rows), start=1):
            number = f" ({at}/{len(parts)})" if len(parts) > 1 else ""
            items = [table(columns(0, 12, 1.6), heads, some, claim, size=11, row_height=0.42)]
            found.append(self.slide(self.say("부록", "Appendix"), claim + number, items))
        return found


def _step(value: float, most: float) -> str:
    """Colour of a change: three steps at each side."""
    step = min(2, int(abs(value) / most * 3)) if most else 0
    return f"{'up' if value > 0 else 'down'}-{step}"


def _signed(value: float) -> str:
    return Number(0, signed=True).text(value)


def _relative(before: float, now: float) -> str:
    return Number(1, signed=True, percent=True).text(now / before - 1) if before else UNKNOWN


def _differs(before: float | None, now: float | None) -> str:
    if before is None or now is None:
        return UNKNOWN
    return Number(1, signed=True).text(round(now, 1) - round(before, 1))
