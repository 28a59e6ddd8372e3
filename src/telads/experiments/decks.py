"""An experiment as slides: before the campaign its design, after it the verdict, then the design.

They are made of the parts of a plan's deck. Every claim is made from what is kept; the notes hold
all sentences, the figures to the last digit and what reproduces the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil, floor, log10
from typing import Any

from telads.answers.fields import UNKNOWN
from telads.dataset import in_force
from telads.experiments.design import Design, late
from telads.experiments.fields import MEASURES, OWN, ROLES
from telads.experiments.kept import Experiment
from telads.experiments.questions import design_answer, role_of
from telads.experiments.sentences import (
    amount,
    chance_text,
    design_sentences,
    interval_text,
    level_text,
    percent,
    ranged,
    rounded,
    verdict_sentences,
    without_options,
)
from telads.experiments.verdict import METHODS, Method, Range, Verdict
from telads.model import Month
from telads.planning.decks.base import Slides
from telads.planning.decks.parts import heading, lines_of, source_of_data
from telads.render.deck.amounts import NBSP, scale_of
from telads.render.deck.districts import district_map, legend
from telads.render.deck.slides import (
    FOOT,
    Axis,
    Box,
    Deck,
    Item,
    Lines,
    Number,
    Path,
    Point,
    Rule,
    Run,
    Shape,
    Slide,
    columns,
    content_top,
    day_number,
    fitting,
    table,
    words,
)
from telads.text import Lang, Text, josa, same
from telads.version import __version__
from telads.wording import counted, sentence_case

_FILLS = {"treated": "accent", "must": "step-3", "beside": "step-1", "compared": "rest",
          "left": "none"}  # fmt: skip
"""Colours of an area's role."""
_OWN_FILE = Text("결과는 직접 올리신 파일의 값입니다.", "The outcome is the planner's own file.")
MINUS = "−"
_ALIKE = 0.1
"""Standard deviations below which the two sides of a draw are called alike."""
_SIDES = ("treated_mean", "compared_mean", "difference", "chance")
_LONG = 12
"""Most areas that are named one by one."""


def experiment_deck(known: Experiment, lang: Lang = "ko") -> Deck:
    """The deck of a kept experiment."""
    told = _Slides(known, lang)
    found = known.verdict
    slides = [] if found is None else [
        told.verdict(found), told.effect(found), told.limits(found),
    ]  # fmt: skip
    slides += [told.design(), told.sure(), told.rules()]
    made = datetime.fromisoformat(found.made if found else known.design.made)
    return Deck(
        known.name, tuple(slides), lang, made, f"telads {__version__}",
        f"seed {known.design.seed} draw {known.design.draw} build {known.design.build}",
    )  # fmt: skip


class _Slides(Slides):
    """The slides of an experiment."""

    def __init__(self, known: Experiment, lang: Lang) -> None:
        super().__init__(lang)
        self.known = known
        self.made: Design = known.design

    def slide(
        self, eyebrow: str, claim: str, items: Sequence[Item], notes: Sequence[str] = (),
        *more: Text,
    ) -> Slide:  # fmt: skip
        """A slide with its source, and in the notes what reproduces the draw."""
        made = self.made
        own = [_OWN_FILE] if self.known.before or self.known.verdict else []
        told = source_of_data(made.synthetic, [Month.parse(made.month)], self.lang, *own, *more)
        drawn = self.say(
            f"시드 {made.seed}, {made.draw}번째 추첨, 설계 {made.made}, 데이터 버전 {made.build}",
            f"Seed {made.seed}, draw {made.draw}, designed {made.made}, data version {made.build}",
        )
        name = f"{self.known.name} · {eyebrow}"
        return self.noted(name, claim, items, told, (*notes, told, drawn))

    @cached_property
    def unit(self) -> str:
        """What the outcome counts."""
        found = self.known.verdict
        return (found.unit if found else self.made.wish.unit) or self.say("결과", "the outcome")

    @cached_property
    def span(self) -> str:
        """First and last day of the test."""
        last = self.made.weeks[-1] + timedelta(6)
        return f"{self.made.wish.start}{self.say('~', ' – ')}{last}"

    # ---- the verdict -------------------------------------------------------------------------

    def verdict(self, found: Verdict) -> Slide:
        """The verdict in a sentence, both series, the effect and what it is worth."""
        unit = in_force().currency.unit(self.lang)
        claim = verdict_sentences(found, self.made)[0](self.lang).rstrip(".")
        claim = claim.replace(f" {unit}", f"{NBSP}{unit}")
        top = content_top(claim)
        left, right = columns(0, 8, top), columns(8, 4, top)
        notes = [one(self.lang) for one in verdict_sentences(found, self.made)]
        weeks = [(one.week, f"{one.seen:,.0f} · {one.expected:,.0f}") for one in found.weeks]
        return self.slide(
            self.say("판정", "verdict"), claim,
            [*self._series(found, left), *self._found(found, right)],
            ["\n".join(notes), lines_of(weeks)],
        )  # fmt: skip

    def _series(self, found: Verdict, box: Box) -> list[Item]:
        """Areas with ads by week beside what is expected without; bars fill the test's gap."""
        weeks = found.weeks
        scale = scale_of([one.seen for one in weeks], self.lang)

        def path(values: Sequence[float]) -> list[Point]:
            return [
                Point(self._x(one.week), scale.value(value))
                for one, value in zip(weeks, values, strict=True)
            ]

        seen = path([one.seen for one in weeks])
        expected = path([one.expected for one in weeks])
        test = [at for at, one in enumerate(weeks) if one.test]
        # Down to what is expected and back, week by week: from one to the next along the line seen.
        gap = [point for at in test for point in (seen[at], expected[at], seen[at])]
        last = len(weeks) - 1
        above = found.weeks[last].seen >= found.weeks[last].expected
        paths = [
            Path(self.say("광고가 없었을 때", "expected without ads"), tuple(expected), "muted", 2,
                 True, last, "below" if above else "above"),
            Path(self.say("실제", "with ads"), tuple(seen), "accent", 3, False, last,
                 "above" if above else "below", bold=True),
            Path(self.say("차이", "gap"), tuple(gap), "accent", 1.25),
        ]  # fmt: skip
        head = self.say(f"광고한 지역 {found.treated}곳의 {self.unit}, 주별 합",
                        f"{sentence_case(self.unit)} of the {found.treated} areas with "
                        "ads, by week")  # fmt: skip
        sub = scale.word
        begin = self.say(
            f"주의 첫날 · 세로선은 시험한 주({found.start}부터)의 차이",
            f"First day of each week · upright lines: gap in the test, from {found.start}",
        )
        return [
            heading(box, head, sub),
            Lines(Box(box.left, box.top + 0.34, box.width - 0.1, FOOT - box.top - 0.4),
                  tuple(paths), Number(day=True), scale.number, begin,
                  self.say("광고한 지역의 실제 값과, 광고가 없었을 때의 예상",
                           "Areas with ads, and what is expected without ads"),
                  from_zero=False),
        ]  # fmt: skip

    @staticmethod
    def _x(week: str) -> float:
        return float(day_number(datetime.fromisoformat(week).date()))

    def _found(self, found: Verdict, box: Box) -> list[Item]:
        """The effect in large letters, its interval, units and the cost of each."""
        top = box.top - 0.05
        sure = found.found != "nothing"
        ends = interval_text(found.low, found.high)(self.lang)
        level = f"{found.level:.0%}"
        items: list[Item] = [
            words(Box(box.left, top, box.width, 1.0),
                  (Run(percent(found.effect, sign=True), 54, True, "accent" if sure else "muted"),),
                  name="effect"),
            words(Box(box.left, top + 1.02, box.width, 0.56),
                  Run(self.say(f"{level} 구간 {ends}", f"{level} interval: {ends}"), 14, False,
                      "muted")),
            Rule(box.left, top + 1.68, box.width),
        ]  # fmt: skip
        rows: list[tuple[str, str]] = []
        if sure:
            rows.append((self._units_word(found), self._units_text(found.units)))
        if found.each.value is not None and sure:
            rows.append((self.say(f"추가 {self.unit} 1건의 비용", "Cost of each additional unit"),
                         self._each(found.each)))  # fmt: skip
        rows.append(
            (
                self.say("우연으로 볼 때", "By chance alone"),
                sentence_case(chance_text(found.p)(self.lang)),
            )
        )
        if not sure and self.made.effect is not None:
            shown = percent(self.made.effect)
            rows.append((
                self.say("나타났을 효과", "What would have shown"),
                self.say(f"{shown} 이상({self.made.wish.power:.0%} 확률)",
                         f"{shown} or more, with a chance of {self.made.wish.power:.0%}"),
            ))  # fmt: skip
        return [*items, *self._facts(Box(box.left, top + 1.84, box.width, FOOT - top - 1.84), rows)]

    def _facts(self, box: Box, rows: Sequence[tuple[str, str]]) -> list[Item]:
        """Names in small letters, what they are below."""
        found: list[Item] = []
        top = box.top
        for head, told in rows:
            body = words(Box(box.left, top + 0.26, box.width, min(1.1, FOOT - top - 0.26)),
                         Run(told, 14, True))  # fmt: skip
            found += [words(Box(box.left, top, box.width, 0.26), Run(head, 12, False, "muted")),
                      body]  # fmt: skip
            top += 0.26 + body.height + 0.18
        return found

    def _units_word(self, found: Verdict) -> str:
        more = (found.units.value or 0) >= 0
        return self.say(f"{'추가' if more else '줄어든'} {self.unit}",
                        f"{'Additional' if more else 'Fewer'} {self.unit}")  # fmt: skip

    def _units_text(self, units: Range) -> str:
        """Units with their interval; of a decrease they are those that are missing."""
        if units.value is None:
            return UNKNOWN
        sign = 1 if units.value >= 0 else -1
        value, low, high = (None if one is None else same(rounded(sign * one).replace("-", MINUS))
                            for one in (units.value, *(units.low, units.high)[::sign]))  # fmt: skip
        return ranged(value or same(UNKNOWN), low, high)(self.lang)

    def _each(self, each: Range) -> str:
        """The cost of an additional unit with its interval."""
        value, low, high = (None if one is None else amount(one) for one in _all(each))
        if value is None and low is not None:
            return self.say(f"{low.ko} 이상", f"{low.en} or more")
        return ranged(value or same(UNKNOWN), low, high)(self.lang)

    # ---- effect, cost and other methods ------------------------------------------------------

    def effect(self, found: Verdict) -> Slide:
        """The effect with its interval by each method, and the sums it is made of."""
        claim = self._effect_claim(found)
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        methods = [
            (METHODS[one.method](self.lang), f"{one.effect} · {one.low} · {one.high} · {one.p}")
            for one in found.methods
        ]
        sums = lines_of(
            (name, " · ".join(map(str, values)))
            for name, values in (
                (self.say("광고 지역의 합", "Sum of areas with ads"), (found.seen,)),
                (self._units_word(found), _all(found.units)),
                (self.say("광고비", "Cost of the ads"), (found.cost,)),
                (self.say("1건의 비용", "Cost of each"), _all(found.each)),
                (self.say("추첨", "Draws"), (found.draws,)),
            )
        )
        return self.slide(
            self.say("효과와 비용", "effect and cost"), claim,
            [*self._intervals(found, left), *self._sums(found, right)],
            [lines_of(methods), sums],
        )  # fmt: skip

    def _effect_claim(self, found: Verdict) -> str:
        effect = percent(found.effect, sign=True)
        if found.found == "nothing" and found.low is None and found.high is None:
            return self.say(
                "효과를 확인하지 못했습니다.\n추첨이 너무 적어 구간이 없습니다",
                "No effect can be seen:\ntoo few draws for an interval",
            )
        if found.found == "nothing":
            return self.say(
                f"효과를 확인하지 못했습니다.\n잰 값 {effect}의 구간에 0%가 들어 있습니다",
                f"No effect can be seen:\nthe interval of {effect} includes 0%",
            )
        others = [one for one in found.methods if one.method != "draws"]
        agree = sum((one.effect > 0) == (found.effect > 0) for one in others)
        verb = self.say("늘었습니다" if found.effect > 0 else "줄었습니다",
                        "more" if found.effect > 0 else "less")  # fmt: skip
        size = percent(abs(found.effect))
        if not others:
            return self.say(
                f"광고한 지역의 결과는 {size} {verb}", f"Areas with ads had {size} {verb}"
            )
        same = agree == len(others)
        return self.say(
            f"광고한 지역의 결과는 {size} {verb}.\n다른 방법 {len(others)}가지도 "
            + ("방향이 같습니다" if same else f"가운데 {agree}가지만 방향이 같습니다"),
            f"Areas with ads had {size} {verb};\n"
            + (f"{counted(len(others), 'other method')} "
               f"{'agrees' if len(others) == 1 else 'agree'} in direction" if same
               else f"{agree} of {len(others)} other methods agree in direction"),
        )  # fmt: skip

    def _intervals(self, found: Verdict, box: Box) -> list[Item]:
        """Each method's effect as a mark on the line of its interval, over a common scale."""
        rows = found.methods
        ends = [0.0, *(value for one in rows for value in (one.effect, one.low, one.high)
                       if value is not None)]  # fmt: skip
        low, high = min(ends), max(ends)
        step = _step(high - low)
        axis = Axis(floor(low / step) * step, max(ceil(high / step), 1) * step, step)
        names = 3.15
        plot = Box(box.left + names, box.top + 0.45, box.width - names - 0.6, 0.8 * len(rows))
        digits = 0 if step >= 0.01 else 1

        def x(value: float) -> float:
            return plot.left + axis.share(value) * plot.width

        items: list[Item] = [heading(
            box, self.say("효과와 구간", "Effect and interval"),
            self.say(f"광고가 없었을 때와의 차이, {found.level:.0%} 구간",
                     f"difference from no ads, {found.level:.0%} interval"))]  # fmt: skip
        for value in axis.labels:
            zero = abs(value) < step / 2
            wide, told = 0.02 if zero else 0.008, Number(digits, not zero, True).text(value)
            items += [
                _bar(x(value) - wide / 2, plot.top, wide, plot.height, "muted" if zero else "line",
                     told),
                words(Box(x(value) - 0.4, plot.bottom + 0.05, 0.8, 0.22),
                      Run(told, 11, False, "muted"), align="center"),
            ]  # fmt: skip
        for at, one in enumerate(rows):
            items += self._interval(one, box.left, plot.top + 0.8 * at, x, plot)
        return items

    def _interval(
        self, one: Method, left: float, top: float, x: Callable[[float], float], plot: Box
    ) -> list[Item]:
        own = one.method == "draws"
        fill = "accent" if own else "muted"
        effect = percent(one.effect, sign=True)
        told = f"{effect} ({interval_text(one.low, one.high)(self.lang)})"
        start = plot.left if one.low is None else x(one.low)
        end = plot.right if one.high is None else x(one.high)
        return [
            words(Box(left, top + 0.12, plot.left - left - 0.15, 0.6),
                  (Run(METHODS[one.method](self.lang), 12, own),), (Run(told, 12, own, fill),)),
            _bar(start, top + 0.37, max(end - start, 0.01), 0.06, fill, told),
            _bar(x(one.effect) - 0.06, top + 0.3, 0.12, 0.2, fill, effect),
        ]  # fmt: skip

    def _sums(self, found: Verdict, box: Box) -> list[Item]:
        """The sums: what was had, what comes of the effect, what it cost."""
        rows = [
            (
                self.say(f"시험 동안의 {self.unit}", f"{sentence_case(self.unit)} in the test"),
                rounded(found.seen, 4),
            ),
        ]
        sure = found.found != "nothing"
        if sure:
            rows.append((self._units_word(found), self._units_text(found.units)))
        if found.cost is not None:
            rows.append((self.say("광고비", "Cost of the ads"), amount(found.cost)(self.lang)))
        if sure and found.each.value is not None:
            rows.append((self.say(f"추가 {self.unit} 1건의 비용", "Cost of each additional unit"),
                         self._each(found.each)))  # fmt: skip
        every = self.say("가능한 추첨 전부", "all possible draws") if found.exact else self.say(
            "무작위로 고른 추첨", "draws at random")  # fmt: skip
        rows += [
            (self.say("비교한 추첨", "Draws compared"), f"{found.draws:,} ({every})"),
            (
                self.say("광고 지역 · 추첨한 지역", "Areas with ads · areas of the draw"),
                f"{found.treated} · {found.compared}",
            ),
        ]
        head = heading(box, self.say("무엇을 더했나", "What it is made of"))
        return [head, table(
            Box(box.left, box.top + 0.36, box.width, FOOT - box.top - 0.4),
            ("", self.say("값(구간)", "Value (interval)")), rows,
            self.say("결과, 추가분과 비용의 표", "Outcome, additional units and cost"),
            row_height=0.46,
        )]  # fmt: skip

    # ---- deviations and limits ---------------------------------------------------------------

    def limits(self, found: Verdict) -> Slide:
        """What came otherwise than designed, and what the test does not prove."""
        count = len(found.deviations)
        claim = self.say(
            f"설계와 다른 점이 {count}가지 있습니다"
            if count else "설계한 대로 시험하고 분석했습니다",
            ("One thing" if count == 1 else f"{count} things") + " came otherwise than designed"
            if count else "Tested and analysed as designed",
        )  # fmt: skip
        top = content_top(claim)
        left, right = columns(0, 6, top), columns(6, 6, top)
        before = Text(", 캠페인 전의 값", ", figures of before") if self.known.before else same("")
        said = [one(self.lang) for one in found.deviations] or [self.say(
            f"시작일, 주 수, 지역{before.ko}이 설계와 같고 빠진 주가 없습니다.",
            f"Start, weeks, areas{before.en} are those of the design, and no week is "
            "missing.")]  # fmt: skip
        items: list[Item] = [
            heading(left, self.say("설계와 다른 점", "What came otherwise")),
            *self._paragraphs(left._replace(top=top + 0.4, width=left.width - 0.4), said),
            heading(right, self.say("이 시험이 말하지 않는 것", "What it does not prove")),
            *self._paragraphs(
                right._replace(top=top + 0.4, width=right.width - 0.2),
                [one(self.lang) for one in self._unproven(found)],
            ),
        ]
        unproven = [one(self.lang) for one in self._unproven(found)]
        return self.slide(
            self.say("한계", "limits"), claim, items, ["\n".join(said), "\n".join(unproven)]
        )

    def _paragraphs(self, box: Box, texts: Sequence[str]) -> list[Item]:
        found: list[Item] = []
        top = box.top
        for at, text in enumerate(texts):
            room = FOOT - top
            if room < 0.3:
                break
            own = words(Box(box.left, top, box.width, room), Run(text, 14))
            left = len(texts) - at - 1
            if left and top + own.height + 0.14 > FOOT - 0.3:  # the notes have them all
                more = self.say(f"그 밖 {left + 1}가지는 발표자 노트에 있습니다.",
                                f"{left + 1} more are in the notes.")  # fmt: skip
                return [*found, words(Box(box.left, top, box.width, room),
                                      Run(more, 14, False, "muted"))]  # fmt: skip
            found.append(own)
            top += own.height + 0.14
        return found

    def _unproven(self, found: Verdict) -> list[Text]:
        weeks = sum(one.test for one in found.weeks)
        these = "this area" if found.treated == 1 else f"these {found.treated} areas"
        said = [
            Text(f"이 지역 {found.treated}곳에서 {weeks}주 동안 있었던 일입니다. 다른 지역, 다른 "
                 "때, 다른 예산에서도 같으리라는 근거는 아닙니다.",
                 f"It is what happened in {these} in {counted(weeks, 'week')}: no proof of other "
                 "areas, other times or other budgets."),
            Text("광고가 끝난 뒤까지 이어지는 효과는 들어 있지 않고, 앞당겨 산 것도 추가분으로 "
                 "셉니다.",
                 "Effects after the test are not in it, and purchases that only came earlier count "
                 "as additional."),
        ]  # fmt: skip
        borders = self.made.borders
        if borders:
            beside = len({one.beside for one in borders})
            said.append(Text(
                f"비교 지역 {beside}곳이 광고 지역과 맞닿아 있습니다. 그곳 사람들도 광고를 "
                "보았다면 실제 효과는 더 큽니다.",
                f"Of the areas compared, {beside} border{'s' * (beside == 1)} one with ads: if "
                "people there saw the ads, the effect is larger than measured."))  # fmt: skip
        said.append(Text(
            "어떤 소재나 매체가 효과를 냈는지, 누가 샀는지는 알 수 없습니다.",
            "Which ad or platform did it, and who bought, is not known."))  # fmt: skip
        return said

    # ---- the design --------------------------------------------------------------------------

    def design(self) -> Slide:
        """Who has ads on the map, and what would show."""
        claim = self._design_claim()
        top = content_top(claim)
        left, right = columns(0, 7, top), columns(7, 5, top)
        notes = [without_options(one(self.lang)) for one in design_sentences(self.made)]
        areas = [(area.text(self.lang), f"{ROLES[role_of(area)](self.lang)}"
                  + (f", {area.stratum + 1}" if area.stratum is not None else ""))
                 for area in self.made.areas]  # fmt: skip
        room = Box(left.left, left.top + 0.32, left.width - 0.4, FOOT - left.top - 0.32)
        drawn = self._map(room)
        more = [in_force().source.borders_short] if drawn else []
        return self.slide(
            self.say("설계", "design"), claim, [
                heading(left, self.say("광고하는 지역", "Areas with ads"), self.span),
                *(drawn or self._named(room)), *self._numbers(right),
            ], ["\n".join(notes), lines_of(areas)], *more,
        )  # fmt: skip

    def _design_claim(self) -> str:
        made, wish = self.made, self.made.wish
        level = level_text(made)
        treated, every = sum(area.treated for area in made.areas), len(made.areas)
        start = self.say(
            f"{level.ko} {every}곳 가운데 {treated}곳에 {wish.weeks}주 동안 광고하면",
            f"Advertise in {treated} of {every} {level.en} for {counted(wish.weeks, 'week')}",
        )
        if made.effect is None:
            return self.say(
                f"{start[:-1]}고,\n나머지와 비교합니다", f"{start}\nand compare the others"
            )
        size = percent(made.effect)
        kind = Text("변화", "a change") if wish.sides == 2 else Text("증가", "an increase")
        return self.say(
            f"{start},\n{size} 이상의 {josa(kind.ko, '을/를')} {wish.power:.0%} 확률로 확인할 수 "
            "있습니다",
            f"{start}:\n{kind.en} of {size} or more shows with a chance of {wish.power:.0%}",
        )

    def _map(self, box: Box) -> list[Item]:
        """The map of districts by their roles; nothing without one."""
        made = self.made
        if made.level != "district":
            return []
        roles = {area.district: self._role(area.id) for area in made.areas}
        fills = {name: _FILLS[role] for name, role in roles.items()}
        treated = [name for name, role in roles.items() if role in ("treated", "must")]
        drawn = district_map(box._replace(height=box.height - 0.4), fills, {}, self.lang, treated)
        if not drawn:
            return []
        names = {
            "treated": ROLES["treated"], "must": ROLES["must"],
            "beside": Text("비교, 광고 지역과 맞닿음", "compared, beside ads"),
            "compared": ROLES["compared"],
            "left": Text("실험에 없음", "not in the experiment"),
        }  # fmt: skip
        some = {*roles.values()}
        if len(roles) < len(in_force().district_names):
            some.add("left")
        entries = [(_FILLS[role], text(self.lang)) for role, text in names.items() if role in some]
        return [*drawn, *legend(box.left, box.bottom - 0.25, entries, box.width)]

    def _role(self, id: str) -> str:
        role = role_of(next(area for area in self.made.areas if area.id == id))
        beside = {one.beside for one in self.made.borders or ()}
        return "beside" if role == "compared" and id in beside else role

    def _named(self, box: Box) -> list[Item]:
        """The areas with ads by name, where there is no map."""
        treated = [area for area in self.made.areas if area.treated]
        rows = [(area.text(self.lang), f"{area.population:,}") for area in treated[:_LONG]]
        if len(treated) > _LONG:
            more = len(treated) - _LONG + 1
            rows[-1] = (self.say(f"그 밖 {more}곳", f"{more} others"),
                        f"{sum(area.population for area in treated[_LONG - 1:]):,}")  # fmt: skip
        return [table(box, (self.say("지역", "Area"), self.say("인원(명)", "People")), rows,
                      self.say("광고하는 지역의 표", "Areas with ads"))]  # fmt: skip

    def _numbers(self, box: Box) -> list[Item]:
        made, wish = self.made, self.made.wish
        top = box.top - 0.05
        known = made.effect is not None
        basis = self.say(
            "표준편차나 결과 파일이 없어 계산하지 않음", "not computed without an outcome"
        )
        if known and made.rehearsals:
            basis = self.say(
                f"확인할 수 있는 최소 효과 · 캠페인 전의 값으로 {made.rehearsals}번 예행",
                f"smallest effect that would show, rehearsed {made.rehearsals} times on the weeks "
                "before",
            )
        elif known:
            sd = percent(wish.sd or 0)
            basis = self.say(
                f"확인할 수 있는 최소 효과 · 적어 주신 표준편차 {sd}",
                f"smallest effect that would show, by a typed standard deviation of {sd}",
            )
        elif made.rehearsals or wish.sd:
            basis = self.say("가능한 추첨이 너무 적어 어떤 효과도 확인할 수 없음",
                             "no effect would show: too few draws are possible")  # fmt: skip
        items: list[Item] = [
            words(Box(box.left, top, box.width, 1.0),
                  (Run(percent(made.effect) if made.effect is not None else UNKNOWN, 54, True,
                       "accent"),), name="smallest"),
            words(Box(box.left, top + 1.02, box.width, 0.56), Run(basis, 14, False, "muted")),
            Rule(box.left, top + 1.68, box.width),
        ]  # fmt: skip
        treated = [area.text(self.lang) for area in made.areas if area.treated]
        names = ", ".join(treated[:_LONG]) + (
            self.say(f" 외 {len(treated) - _LONG}곳", f" and {len(treated) - _LONG} more")
            if len(treated) > _LONG else "")  # fmt: skip
        compared = sum(role_of(area) == "compared" for area in made.areas)
        rows = [
            (self.say(f"광고하는 지역 {len(treated)}곳", f"{len(treated)} areas with ads"), names),
            (self.say("기간", "Dates"), f"{self.span} ({self._weeks(wish.weeks)})"),
            (
                self.say("비교", "Compared with"),
                self.say(
                    f"지역 {compared}곳, 시작 전 {made.before}주",
                    f"{compared} areas, and the {made.before} weeks before",
                ),
            ),
        ]
        if wish.unit:
            rows.append((self.say("세는 것", "What is counted"), wish.unit))
        rest = Box(box.left, top + 1.84, box.width, FOOT - top - 1.84)
        return [*items, *self._facts(rest, rows)]

    def _weeks(self, count: int) -> str:
        return self.say(f"{count}주", counted(count, "week"))

    # ---- what would show, and the balance ----------------------------------------------------

    def sure(self) -> Slide:
        """The smallest effect by areas with ads, and how alike both sides are."""
        rows = design_answer(self.made, self.known.before, "balance").rows.to_dicts()
        worst = max(rows, key=lambda row: abs(row["difference"]), default=None)
        claim = self.say("광고 지역과 비교 지역은 추첨으로 나뉘었습니다",
                         "Lot decided which areas have ads")  # fmt: skip
        if worst and abs(worst["difference"]) >= _ALIKE:
            name = MEASURES[worst["measure"]]
            far = f"{abs(worst['difference']):.1f}"
            claim = self.say(
                f"추첨한 두 쪽은 {name.ko}에서 가장 다르며,\n차이는 지역 표준편차의 {far}배입니다",
                f"The largest difference of the two sides, {name.en[:1].lower()}{name.en[1:]},\n"
                f"is {far} standard deviations of areas",
            )
        elif worst:
            claim = self.say(
                "추첨한 두 쪽은 거의 같습니다", "The two sides that were drawn are alike"
            )
        top = content_top(claim)
        curve = self._curve(columns(0, 6, top))
        balance = self._balance(columns(6 if curve else 0, 6 if curve else 8, top), rows)
        facts = [(MEASURES[row["measure"]](self.lang),
                  " · ".join(str(row[key]) for key in _SIDES)) for row in rows]  # fmt: skip
        return self.slide(self.say("확인할 수 있는 것", "what would show"), claim, [
            *curve, *balance,
        ], [lines_of(facts), lines_of(
            (f"{one.treated} · {self._weeks(one.weeks) if one.weeks else UNKNOWN}", f"{one.effect}")
            for one in self.made.curve)])  # fmt: skip

    def _balance(self, box: Box, rows: Sequence[dict[str, Any]]) -> list[Item]:
        """Both sides on average, and what other draws differ by."""
        if not rows:
            return []
        told = [(MEASURES[row["measure"]](self.lang), *(
            OWN[key].write(row, self.lang) for key in _SIDES)) for row in rows]  # fmt: skip
        below = box.top + 0.36 + 0.42 * (len(told) + 1) + 0.25
        return [
            heading(box, self.say("두 쪽의 평균", "Both sides on average"),
                    self.say("차이는 지역 표준편차의 배수", "difference in standard deviations")),
            table(Box(box.left, box.top + 0.36, box.width, below - box.top),
                  ("", *(OWN[key].heading(self.lang) for key in _SIDES)), told,
                  self.say("두 쪽의 균형을 나타낸 표", "Balance of both sides"), row_height=0.42),
            *self._paragraphs(Box(box.left, below, box.width, FOOT - below), [self.say(
                "‘더 큰 추첨’은 같은 설계의 다른 추첨 가운데 차이가 이보다 큰 것의 비율입니다. "
                "추첨에 따른 차이는 판정에서 우연으로 셈합니다.",
                "Draws beyond: the share of the design's other draws with a larger difference. "
                "The verdict counts what differs by draw as chance.")]),
        ]  # fmt: skip

    def _curve(self, box: Box) -> list[Item]:
        made = self.made
        lines = {weeks: sorted((one.treated, 100 * (one.effect or 0)) for one in several)
                 for weeks, several in made.curves.items()}  # fmt: skip
        own = made.wish.weeks if made.wish.weeks in lines else None
        if len(lines.get(own, ())) < 2:
            return []
        paths = [
            Path(self._weeks(weeks) if weeks else "", tuple(Point(*one) for one in several),
                 *(("accent", 3.0, False) if weeks == own else ("muted", 1.5, True)),
                 len(several) - 1 if weeks else None, bold=weeks == own)
            for weeks, several in lines.items() if several
        ]  # fmt: skip
        here = next((one for one in lines[own] if one[0] == made.wish.treated), None)
        if here:
            paths.append(Path(self.say("이 설계", "this design"), (Point(*here),) * 2, "accent", 3,
                              dot_at=0))  # fmt: skip
        mark = self.say(", 점은 이 설계", ", dot: this design") if here else ""
        return [
            heading(box, self.say("확인할 수 있는 최소 효과", "Smallest effect that would show"),
                    f"%{mark}"),
            Lines(Box(box.left, box.top + 0.34, box.width - 0.4, FOOT - box.top - 0.4),
                  tuple(paths), Number(0), Number(1),
                  self.say("광고하는 지역의 수", "areas with ads"),
                  self.say("광고하는 지역 수에 따른 최소 효과의 그래프",
                           "Chart of the smallest effect by areas with ads"),
                  from_zero=False),
        ]  # fmt: skip

    # ---- rules -------------------------------------------------------------------------------

    def rules(self) -> Slide:
        """What was fixed before the campaign."""
        made, wish = self.made, self.made.wish
        claim = self.say("판정하는 규칙은 캠페인 전에 정해 두었습니다",
                         "The rules of the verdict were fixed before the campaign")  # fmt: skip
        if late(made):
            claim = self.say(
                "판정하는 규칙은 캠페인이 시작된 뒤에 정해졌습니다",
                "The rules of the verdict were fixed after the campaign began",
            )
        box = columns(0, 12, content_top(claim))
        question = self.say("늘거나 줄었는지(양측)", "a change, either way (two-sided)") if (
            wish.sides == 2) else self.say("늘었는지(단측)", "an increase (one-sided)")  # fmt: skip
        compared = sum(role_of(area) == "compared" for area in made.areas)
        outside = [area.text(self.lang) for area in made.areas if area.stratum is None]
        strata = len({area.stratum for area in made.areas if area.stratum is not None})
        uses = strata and all(area.affinity is not None for area in made.areas)
        by = Text("인원과 이용 강도", "population and use") if uses else Text("인원", "population")
        rows = [
            (self.say("묻는 것", "Question"), question),
            (self.say("기간", "Dates"), f"{self.span} ({self._weeks(wish.weeks)})"),
            (self.say("비교하는 주", "Weeks compared with"),
             self.say(f"시작 전 {made.before}주", f"the {made.before} before the start")),
            (self.say("광고 지역 · 비교 지역", "Areas with ads · compared"),
             f"{sum(area.treated for area in made.areas)} · {compared}"),
            (self.say("추첨", "Draw"),
             self.say(f"{josa(by.ko, '으로/로')} 나눈 층 {strata}개 안에서, 가능한 "
                      f"{made.draws:,}가지 가운데 하나",
                      f"within {'one stratum' if strata == 1 else f'{strata} strata'} by {by.en}, "
                      f"one of {made.draws:,} possible")),
            (self.say("추첨 횟수 · 시드", "Number of the draw · seed"),
             f"{made.draw} · {made.seed}"),
            (self.say("추첨 밖의 지역", "Areas outside the draw"),
             ", ".join(outside[:4]) + ("…" if len(outside) > 4 else "")
             or self.say("없음", "none")),
            (self.say("판정", "Verdict"),
             self.say("추첨끼리 비교한 이중차분, 유의 수준 "
                      f"{wish.alpha * 100:g}%, 구간 {made.level_of_interval:.0%}",
                      "differences compared by draws, significance "
                      f"{wish.alpha * 100:g}%, interval {made.level_of_interval:.0%}")),
            (self.say("설계한 때", "Designed"), made.made[:10]),
        ]  # fmt: skip
        return self.slide(self.say("정해 둔 규칙", "rules"), claim, self._rows(box, rows))

    def _rows(self, box: Box, rows: Sequence[tuple[str, str]]) -> list[Item]:
        """Names and words beside them, a line each."""
        left = 3.2
        found: list[Item] = []
        for at, (head, told) in enumerate(rows):
            top = box.top + at * 0.5
            found += [
                words(Box(box.left, top + 0.1, left, 0.3), (Run(head, 14, False, "muted"),)),
                words(Box(box.left + left, top + 0.1, box.width - left, 0.3),
                      (fitting(Run(told, 14), box.width - left),)),
                Rule(box.left, top + 0.47, box.width),
            ]  # fmt: skip
        return found


def _all(range: Range) -> tuple[float | None, ...]:
    return range.value, range.low, range.high


def _bar(left: float, top: float, width: float, height: float, fill: str, name: str) -> Shape:
    """A rectangle as a shape."""
    right, bottom = left + width, top + height
    ring = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Shape((ring,), fill, name, line=fill, line_width=0.25)


def _step(span: float) -> float:
    """A round step of a scale of shares: at most eight over the span."""
    size = 10.0 ** floor(log10(span / 8)) if span > 0 else 0.01
    return next(size * times for times in (1, 2, 5, 10) if size * times * 8 >= span)
