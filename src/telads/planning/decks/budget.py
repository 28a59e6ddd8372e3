"""The slides of a plan on its platforms, the reach over its budget, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telads.answers.fields import UNKNOWN
from telads.planning.decks.base import PlanSlides
from telads.planning.decks.parts import (
    MOST_PLATFORMS,
    OTHERS,
    TYPED_IN,
    bars,
    by_spend,
    heading,
    lines_of,
    money_bars,
    platform_colour,
    platform_name,
    spend_share,
)
from telads.planning.fields import ASSUMPTIONS, SEVERAL
from telads.planning.files import method_of
from telads.planning.scenarios import FULL, TOO_OFTEN, Row
from telads.planning.words import rules_text
from telads.render.deck.amounts import (
    NBSP,
    PEOPLE,
    money,
    money_unit,
    people,
    scale_of,
)
from telads.render.deck.slides import (
    FOOT,
    OTHER_FONT,
    Box,
    Item,
    Lines,
    Path,
    Point,
    Run,
    Series,
    Slide,
    Table,
    columns,
    content_top,
    table,
    words,
)
from telads.text import Text, josa
from telads.wording import counted

NEXT = 0.1
SIDES = ("reached_low", "reached_high")
ABOUT = 0.02
"""A range of reach below this share of it is about the same."""


class BudgetSlides(PlanSlides):
    """Platforms with the curve, and certainty."""

    # ---- 4: platforms and the curve ----------------------------------------------------------

    def platforms(self) -> Slide:
        """Spend by platform, what each buys, and reach over the budget."""
        claim = "\n".join((*self._platform_claim(), self._more_claim()))
        if claim.count("\n") > 1:
            claim = claim.replace("\n", " ", 1)
        top = content_top(claim)
        left, right = columns(0, 5, top), columns(5, 7, top)
        rows = self._few_platforms()
        names = [row["name"] for row in rows]
        scale = scale_of([row["spend"] for row in rows], self.lang)
        pitch = min(0.62, 2.0 / max(len(rows), 1))
        size = 12 if len(rows) <= 5 else 10.5
        chart, _ = money_bars(
            Box(left.left, top + 0.36, left.width - 0.2, 2.4), names,
            [row["spend"] for row in rows], [row["colour"] for row in rows], self.lang,
            self.say("매체별 집행액 막대그래프", "Bars of spend by platform"), row=pitch, size=size,
        )  # fmt: skip
        below = chart.box.bottom + 0.12
        items: list[Item] = [
            heading(left, self.say("매체별 집행액", "Spend by platform"),
                    scale.unit(money_unit(self.lang))),
            chart,
            self._bought_by(Box(left.left, below, left.width - 0.2, FOOT - 0.42 - below), rows),
        ]  # fmt: skip
        if len(self.plan.result.platforms) > 1:
            note = self.say("매체별 도달은 겹치므로 더하지 않습니다.",
                            "Reach of platforms overlaps and is not added up.")  # fmt: skip
            items.append(words(Box(left.left, FOOT - 0.3, left.width, 0.28),
                               (Run(note, 11, False, "muted"),)))  # fmt: skip
        items += self._curve(right)
        facts = [(platform_name(row["platform"], self.lang),
                  f"{row['spend']:,} · {row['contacts']:,} · {row['reached']:,}")
                 for row in self.plan.result.platforms]  # fmt: skip
        return self.slide(self.say("매체와 예산", "Platforms and budget"), claim, items,
                          [lines_of(facts)])  # fmt: skip

    def _few_platforms(self) -> list[Row]:
        """The platforms with most spend; what they leave out together in the last row."""
        rows = by_spend(self.plan.result.platforms)
        shown = rows if len(rows) <= MOST_PLATFORMS else rows[: MOST_PLATFORMS - 1]
        told = [
            {**row, "name": platform_name(row["platform"], self.lang),
             "colour": platform_colour(row["service"])}
            for row in shown
        ]  # fmt: skip
        rest = rows[len(shown) :]
        if rest:
            told.append({
                "name": self.say(f"{OTHERS.ko} {len(rest)}곳", f"{len(rest)} {OTHERS.en}"),
                "colour": "rest", "spend": sum(row["spend"] for row in rest),
                "contacts": sum(row["contacts"] for row in rest), "price": None, "reached": None,
                "frequency": None,
            })  # fmt: skip
        return told

    def _bought_by(self, box: Box, rows: Sequence[Row]) -> Table:
        bought = scale_of([row["contacts"] for row in rows], self.lang)
        reached = scale_of([row["reached"] or 0 for row in rows], self.lang)
        heads = (
            self.say("매체", "Platform"),
            self.say(f"CPM({money_unit('ko')})", "CPM"),
            self.say(f"노출({bought.unit('회')})", "Impressions"),
            self.say(f"도달({reached.unit('명')})", "Reach"),
            self.say("빈도(회)", "Frequency"),
        )  # fmt: skip
        none = UNKNOWN
        told = [
            (row["name"], none if row["price"] is None else f"{row['price']:,}",
             self.say(bought.text(row["contacts"]), bought.short(row["contacts"])),
             none if row["reached"] is None
             else self.say(reached.text(row["reached"]), reached.short(row["reached"])),
             none if row["frequency"] is None else f"{row['frequency']:.1f}")
            for row in rows
        ]  # fmt: skip
        return table(box, heads, told, self.say("매체별 노출과 도달의 표",
                                                "Impressions and reach by platform"),
                     size=12 if len(rows) <= 5 else 10.5,
                     row_height=min(0.38, box.height / (len(told) + 1)))  # fmt: skip

    def _platform_claim(self) -> list[str]:
        rows = [row for row in by_spend(self.plan.result.platforms) if row["spend"]]
        if not rows:
            return []
        name = platform_name(rows[0]["platform"], self.lang)
        told = spend_share(rows[:1], self.sums["spend"])
        if len(rows) == 1:
            return [self.say(f"예산을 모두 {name}에 쓰고,", f"The whole budget goes to {name};")]
        return [
            self.say(f"{name}에 예산의 {told}를 쓰고,", f"{told} of the budget goes to {name};")
        ]

    def _next(self) -> tuple[int, int] | None:
        """A tenth more budget and the people it adds; None where no more can be spent."""
        for row in self.plan.result.budgets:
            if row["budget"] >= self.budget * (1 + NEXT) * 0.999:
                return row["budget"] - self.budget, row["reached"] - self.sums["reached"]
        return None

    def _more_claim(self) -> str:
        following = self._next()
        if not self.plan.result.budgets:
            reached = people(self.sums["reached"], self.lang)
            return self.say(f"모두 {reached}에게 도달합니다", f"together {reached} are reached")
        if following is None:
            return self.say("최대 집행액에 이르러 예산을 더 쓸 수 없습니다",
                            "the limits leave no room for more")  # fmt: skip
        more, added = following
        amount = money(more, self.lang)
        if added < self.sums["reached"] * 0.001 or added < 10:
            return self.say(
                f"{amount}을 더해도 도달은 거의 늘지 않습니다",
                f"{amount} more adds hardly any reach",
            )
        told = people(added, self.lang)
        return self.say(f"{amount}을 더하면 도달은 {told} 늘어납니다",
                        f"{amount} more adds {told}")  # fmt: skip

    def _curve(self, box: Box) -> list[Item]:
        """Reach over the budget with the plan on it; nothing for a plan without other budgets."""
        rows = self.plan.result.budgets
        if len(rows) < 3:
            return self._without_curve(box)
        lang, own = self.lang, (self.budget, self.sums["reached"])
        x, y = scale_of([row["budget"] for row in rows], lang), self._people_scale(rows)

        def path(key: str) -> tuple[Point, ...]:
            return tuple(Point(x.value(row["budget"]), y.value(row[key])) for row in rows)

        last = len(rows) - 2
        paths = []
        if rows[0].get("reached_low") is not None:
            sides = (
                ("reached_high", self.say("최대(겹침 없음)", "at most (no overlap)"), "above"),
                ("reached_low", self.say("최소(모두 겹침)", "at least (full overlap)"), "below"),
            )
            for key, name, side in sides:
                if any(row[key] != row["reached"] for row in rows):
                    paths.append(Path(name, path(key), "step-2", 1.5, True, last, side))
        elif rows[0]["reached_3"] is not None:
            paths.append(Path(self.say("3회 이상", "3 times or more"), path("reached_3"), "muted",
                              1.25, False, last, "below"))  # fmt: skip
        here = Point(x.value(own[0]), y.value(own[1]))
        mark = self.say(f"이번 계획: {people(own[1], 'ko')}", f"This plan: {people(own[1], 'en')}")
        paths += [
            Path(self.say("1회 이상", "once or more"), path("reached"), "accent", 3, False, last,
                 "above", bold=True),
            Path(mark, (Point(here.x, here.y * 0.12), Point(here.x, 0.0), here), "less", 1, False,
                 0, "right", 2, True),
        ]  # fmt: skip
        chart = Lines(
            Box(box.left, box.top + 0.34, box.width, FOOT - box.top - 0.75), tuple(paths), x.number,
            y.number, self.say(f"예산({x.unit(money_unit('ko'))})",
                               f"Budget ({x.unit(money_unit('en'))})"),
            self.say("예산과 도달의 그래프", "Chart of reach over budget"),
        )  # fmt: skip
        head = heading(box, self.say("예산과 예상 도달", "Reach by budget"),
                       y.unit(PEOPLE(lang)))  # fmt: skip
        return [head, chart, *self._enough(box)]

    def _enough(self, box: Box) -> list[Item]:
        """The smaller budget that is enough, where reach is nearly full."""
        sums = self.sums
        if not sums["reachable"] or not sums["reached"]:
            return []
        full = sums["reached"] / sums["reachable"] > FULL
        often = (sums["frequency"] or 0.0) > TOO_OFTEN
        least = next((row["least_budget"] for row in self.plan.result.goals
                      if (row["goal"], row["level"]) == ("reach", FULL)), None)  # fmt: skip
        if full and least is not None and least < sums["budget"]:
            amount = money(least, self.lang)
            note = self.say(f"{amount}이면 도달할 수 있는 사람의 {FULL:.0%}에 도달합니다.",
                            f"{amount} reaches {FULL:.0%} of the reachable people.")  # fmt: skip
        elif often:
            note = self.say(
                f"평균 빈도가 {TOO_OFTEN:g}회를 넘습니다. 타겟을 넓히면 도달이 늘어납니다.",
                f"Frequency is above {TOO_OFTEN:g}: a wider audience reaches more.",
            )
        else:
            return []
        return [words(Box(box.left, FOOT - 0.32, box.width, 0.3), (Run(note, 12, True, "less"),))]

    def _people_scale(self, rows: Sequence[Row]) -> Any:
        keys = [key for key in ("reached", "reached_high") if rows[0].get(key) is not None]
        return scale_of([row[key] for row in rows for key in keys], self.lang)

    def _without_curve(self, box: Box) -> list[Item]:
        told = self.say("다른 예산에서의 도달은 계산하지 않은 계획입니다.",
                        "This plan has no reach for other budgets.")  # fmt: skip
        return [words(Box(box.left, box.top, box.width, 0.6), Run(told, 14, False, "muted"))]

    # ---- 5: how sure -------------------------------------------------------------------------

    def certainty(self) -> Slide:
        """What the reach depends on, what is known, and what nobody knows."""
        rows = self._assumptions()
        claim = self._certainty_claim(rows)
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        reached = self.sums["reached"]
        items: list[Item] = []
        foot = FOOT - (0.68 if self.beside else 0.0)
        if rows:
            changes = [row[key] - reached for row in rows for key in SIDES]
            scale = scale_of(changes, self.lang, signed=True)

            def change(row: Row, key: str) -> float | None:
                """How far it goes, if the unit shows it."""
                far = row[key] - reached
                return scale.value(far) if scale.text(far) != scale.text(0) else None

            shown = [row for row in rows
                     if any(change(row, key) is not None for key in SIDES)]  # fmt: skip
            names = [_bare(ASSUMPTIONS[row["assumption"]](self.lang)) for row in shown]
            sides = [
                Series(told(self.lang), tuple(change(row, key) for row in shown),
                       (fill,) * len(shown))
                for key, told, fill in (
                    ("reached_low", Text("적을 때", "low"), "less"),
                    ("reached_high", Text("많을 때", "high"), "accent"))
            ]  # fmt: skip
            base = people(reached, self.lang)
            items.append(heading(
                left, self.say("예상 도달의 변화", "Change of the expected reach"),
                self.say(f"{scale.unit('명')}, 기준 {base}",
                         f"{scale.unit('people')}, from {base}")))  # fmt: skip
            drawn = bars(
                Box(left.left, top + 0.38, left.width - 0.4, foot - top - 0.6), names, sides,
                scale.number, self.say("가정에 따른 도달 변화 막대그래프",
                                       "Bars of how assumptions change the reach"),
                row=0.8, gap=35, most_label=2.4, beside=True,
            )  # fmt: skip
            items.append(drawn)
        else:
            items.append(words(Box(left.left, top, left.width - 0.4, 0.6), Run(self.say(
                "가정을 바꾼 결과가 없는 계획입니다.", "This plan has no changed assumptions."),
                14, False, "muted")))  # fmt: skip
        items += [*self._beside(left), *self._what_is_known(right)]
        facts = [(ASSUMPTIONS[row["assumption"]](self.lang),
                  f"{row['reached_low']:,} ~ {row['reached_high']:,}") for row in rows]  # fmt: skip
        notes = [lines_of(facts), "\n".join(line(self.lang) for line in method_of(self.plan)),
                 "\n".join(one(self.lang) for one in self.beside)]  # fmt: skip
        return self.slide(self.say("얼마나 믿을 수 있나", "How sure"), claim, items, notes, [
            TYPED_IN, Text("막대는 한 가지씩 바꾸어 다시 계산한 예상 도달입니다.",
                           "Each bar is the plan computed with one thing changed."),
        ])  # fmt: skip

    def _beside(self, box: Box) -> list[Item]:
        """The first of what stands beside the plan, in two lines; the notes have all."""
        if not self.beside:
            return []
        more = len(self.beside) - 1
        told = self.beside[0](self.lang) + (
            self.say(f" 그 밖 {more}건은 발표자 노트에 있습니다.", f" {more} more in the notes.")
            if more else "")  # fmt: skip
        return [words(Box(box.left, FOOT - 0.5, (box.width - 0.4) / OTHER_FONT, 0.5),
                      Run(told, 12, False, "muted"), name="beside")]  # fmt: skip

    def _assumptions(self) -> list[Row]:
        """Assumptions that were computed on both sides, the widest first."""
        rows = [row for row in self.plan.result.sensitivity
                if row["reached_low"] is not None and row["reached_high"] is not None]  # fmt: skip
        if (
            not self.plan.result.sensitivity
            and self.sums["reached_low"] != self.sums["reached_high"]
        ):
            rows = [{"assumption": "overlap", "reached_low": self.sums["reached_low"],
                     "reached_high": self.sums["reached_high"]}]  # fmt: skip
        rows = [row for row in rows if row["reached_low"] != row["reached_high"]]
        return sorted(rows, key=lambda row: row["reached_low"] - row["reached_high"])

    def _certainty_claim(self, rows: Sequence[Row]) -> str:
        reached = people(self.sums["reached"], self.lang)
        if not rows:
            return self.say(
                f"가정을 바꾸어도 도달은 {reached}으로 같습니다",
                f"The reach stays at {reached} whatever is assumed",
            )
        low = min(row["reached_low"] for row in rows)
        high = max(row["reached_high"] for row in rows)
        first = rows[0]["assumption"]
        word = _bare(ASSUMPTIONS[first](self.lang)).split(" ±")[0]
        scale = scale_of([high], self.lang)
        ends = (scale.text(low), scale.text(high))
        if ends[0] == ends[1] or high - low < self.sums["reached"] * ABOUT:
            return self.say(
                f"가정을 바꾸어도 도달은 약 {reached}입니다",
                f"The reach stays at about {reached} whatever is assumed",
            )
        return self.say(
            f"예상 도달은 {ends[0]}~{ends[1]}{scale.unit('명')} 사이이며,\n"
            f"{josa(word, '이/가')} 도달을 가장 크게 좌우합니다",
            f"The reach lies between {ends[0]} and {ends[1]} {scale.unit('people')};\n"
            f"{word[:1].lower()}{word[1:]} {'matter' if first in SEVERAL else 'matters'} most",
        )

    def _what_is_known(self, box: Box) -> list[Item]:
        prices = [round(offer.price) for offer in self.plan.brief.offers]
        spread = f"{min(prices):,}" if min(prices) == max(prices) else (
            f"{min(prices):,}~{max(prices):,}" if self.lang == "ko"
            else f"{min(prices):,}–{max(prices):,}")  # fmt: skip
        caps = sum(offer.cap is not None for offer in self.plan.brief.offers)
        endless = sum(offer.endless for offer in self.plan.brief.offers)
        audience = rules_text(self.plan.brief.rules.document())
        window = self.plan.month.window
        months = window.last.number - window.first.number + 1
        typed = [Text(f"예산 {money(self.budget, 'ko')}, CPM {spread}{NBSP}{money_unit('ko')}, "
                      "도달 곡선",
                      f"budget of {money(self.budget, 'en')}, CPM of {spread}{NBSP}"
                      f"{money_unit('en')}, reach curves")]  # fmt: skip
        if caps:
            typed.append(Text(f"최대 집행액 {caps}개", counted(caps, "maximum spend")))
        if endless:
            typed.append(Text(f"도달 상한 없음 {endless}개", f"{endless} without a ceiling"))
        parts = [
            (Text("데이터가 말하는 것", "What the data says"), "accent", Text(
                f"타겟({audience.ko}) {people(self.sums['population'], 'ko')}의 인원과 "
                f"{self.service.ko} 이용({months}개월 평균)",
                f"size and use of {self.service.en} of the audience ({audience.en}), "
                f"{people(self.sums['population'], 'en')}, mean of {counted(months, 'month')}")),
            (Text("입력한 값", "What was typed in"), "accent", Text(
                ", ".join(one.ko for one in typed), ", ".join(one.en for one in typed))),
            (Text("알 수 없는 것", "What nobody knows"), "less", Text(
                "클릭과 판매, 시간대, 같은 사람이 두 매체를 쓰는지",
                "clicks and sales, times of day, whether the same person uses two platforms")),
            (Text("다음 할 일", "Next"), "ink", Text(
                "매체 견적으로 CPM을 바꾸어 다시 계산하고, 새 달 데이터가 나오면 "
                "계획과 비교합니다.",
                "Compute again with quoted prices, and compare with the plan when a new month is "
                "in.")),
        ]  # fmt: skip
        found: list[Item] = []
        top = box.top
        for head, fill, text in parts:
            body = words(
                Box(box.left, top + 0.27, box.width / OTHER_FONT, 1.04), Run(text(self.lang), 14)
            )
            found += [
                words(Box(box.left, top, box.width, 0.27), (Run(head(self.lang), 14, True, fill),)),
                body,
            ]
            top += 0.27 + body.height + 0.2
        return found


def _bare(name: str) -> str:
    """A name without its remark in brackets."""
    return name.split("(", maxsplit=1)[0].strip()
