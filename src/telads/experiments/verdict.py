"""The verdict on an experiment: its effect by the draws of its own design, and what stands beside.

What was fixed before the campaign is what is analysed; whatever came otherwise is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import exp, isfinite, log1p
from typing import Any

import numpy as np

from telads.errors import QuestionError
from telads.experiments.analysis import (
    LEAST_WEEKS,
    Comparison,
    Effect,
    changes,
    comparison,
    effect_of,
    filled,
)
from telads.experiments.design import Design, Placed, late
from telads.experiments.draws import Array, Counts, Flags
from telads.experiments.outcomes import WEEK, Outcomes
from telads.experiments.synthetic import synthetic, time_based
from telads.text import Text

FORMAT = 1
"""Version of a verdict's JSON."""
METHODS: dict[str, Text] = {
    "draws": Text("추첨 비교(판정)", "Comparison by draws (the verdict)"),
    "synthetic": Text("합성 이중차분", "Synthetic difference in differences"),
    "regression": Text("시계열 회귀", "Time-based regression"),
}
_SYNTHETIC_DRAWS = 400
"""Draws of which the synthetic difference is computed: each is an optimisation of its own."""
_CHANGED = 0.01
"""Share by which a figure of before may differ from the design's without being mentioned."""
_FAR = 4 * 1.4826
"""Weeks of the test this many median deviations from an area's others are mentioned."""


@dataclass(frozen=True)
class Range:
    """A figure with its interval; an end is None where there is none."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Method:
    """What one method says, as shares."""

    method: str
    effect: float
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True)
class Week:
    """A week of treated areas: what they had and what is expected without a campaign."""

    week: str
    test: bool
    seen: float
    expected: float


@dataclass(frozen=True)
class Verdict:
    """What an experiment found."""

    found: str
    """increase, decrease or nothing, by the design's alpha and sides."""
    effect: float
    low: float | None
    high: float | None
    """The effect as a share, and its interval; an end is None where the draws are too few."""
    level: float
    """Level of the interval."""
    p: float
    draws: int
    exact: bool
    units: Range
    """Additional units of the outcome in treated areas."""
    seen: float
    """Units that treated areas had in the test."""
    cost: float | None
    each: Range
    """Cost of each additional unit; high is None where it has no upper end."""
    treated: int
    compared: int
    """Areas of the draw that were compared."""
    methods: tuple[Method, ...]
    weeks: tuple[Week, ...]
    deviations: tuple[Text, ...] = ()
    made: str = ""
    start: str = ""
    number: int = 1
    """How often this experiment was analysed."""
    unit: str = ""
    synthetic: bool = field(default=False)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"verdict": FORMAT, **asdict(self),
                "deviations": [one._asdict() for one in self.deviations]}  # fmt: skip


def read_verdict(document: Mapping[str, Any]) -> Verdict:
    """From JSON; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    told = dict(document)
    if told.pop("verdict") != FORMAT:
        raise ValueError("verdict")
    return Verdict(
        methods=tuple(Method(**one) for one in told.pop("methods")),
        weeks=tuple(Week(**one) for one in told.pop("weeks")),
        deviations=tuple(Text(**one) for one in told.pop("deviations")),
        units=Range(**told.pop("units")), each=Range(**told.pop("each")), **told,
    )  # fmt: skip


def analyse(
    design: Design,
    after: Outcomes,
    earlier: Outcomes | None = None,
    *,
    cost: float | None = None,
    start: date | None = None,
    weeks: int | None = None,
    without: Sequence[str] = (),
    number: int = 1,
) -> Verdict:
    """Analyse the outcome of an experiment; `earlier` is the one that its design was made with.

    `start`, `weeks` and `without` (ids of areas) are what came otherwise than designed; each is
    said. `cost` is in the dataset's currency. Raises `QuestionError` where nothing can be compared.
    """
    begun, length = start or design.wish.start, weeks or design.wish.weeks
    before = tuple(begun - (design.before - at) * WEEK for at in range(design.before))
    asked = tuple(begun + at * WEEK for at in range(length))
    test = tuple(week for week in asked if week in after.weeks)
    known = {*after.weeks, *(earlier.weeks if earlier else ())}
    if not test or known.isdisjoint(before):
        raise _no_weeks(after, begun)
    placed = [area for area in design.areas if area.id not in without]
    ids = [area.id for area in placed]
    past, later = after.of(ids, before), after.of(ids, test)
    if earlier is not None:  # a file of the campaign alone needs no weeks before
        past = np.where(np.isnan(past), earlier.of(ids, before), past)
    change = changes(past, later)
    use = _compared(placed, change)
    drawn = np.array([area.treated for area in placed])
    strata = _renumbered(np.array([-1 if area.stratum is None else area.stratum for area in placed])[use])  # fmt: skip  # noqa: E501
    if not len(strata):
        raise _nothing_left()
    compared = comparison(strata, drawn[use], design.seed)
    level = design.level_of_interval
    own = effect_of(compared, change[use], sides=design.wish.sides, level=level)
    complete = filled(past), filled(later)
    treated = drawn & np.isfinite(complete[1]).all(axis=1) & np.isfinite(complete[0]).all(axis=1)
    seen = float(complete[1][treated].sum())
    units = _units(own, seen)
    deviations = (
        *_moved(design, begun, length, len(test)),
        *_areas_left_out(design, placed, use, change, without),
        *_missing(past[use], later[use]),
        *late(design), *_edited(design, after, earlier),
        *_far(placed, later), *_again(number),
    )  # fmt: skip
    return Verdict(
        found=_found(own, design), effect=own.effect, low=_end(own.low), high=_end(own.high),
        level=level, p=own.p, draws=own.draws, exact=own.exact, units=units, seen=seen, cost=cost,
        each=_each(cost, units), treated=int(treated.sum()), compared=int(use.sum()),
        methods=_methods(own, compared, complete, use, drawn, level),
        weeks=_weeks(own, before, test, complete, treated, strata, use, drawn),
        deviations=deviations, made=datetime.now(UTC).isoformat(timespec="seconds"),
        start=begun.isoformat(), number=number, unit=design.wish.unit or after.name,
        synthetic=design.synthetic,
    )  # fmt: skip


def _no_weeks(after: Outcomes, begun: date) -> QuestionError:
    return QuestionError(
        Text("결과 파일에 시험 기간과 그 전의 주가 모두 있어야 합니다.",
             "The outcome needs weeks of the test and weeks before it."),
        Text("캠페인 전후를 모두 담은 파일을 주세요.",
             "Use a file with the weeks before and of the campaign."),
        value=f"{after.weeks[0]} – {after.weeks[-1] + WEEK - timedelta(1)}, {begun}",
    )  # fmt: skip


def _nothing_left() -> QuestionError:
    return QuestionError(
        Text("비교할 수 있는 지역이 없습니다.", "No area can be compared."),
        Text(
            "추첨한 지역과 비교 지역의 값이 모두 있는지 확인해 주세요.",
            "Check that the outcome has figures of treated and of other areas.",
        ),
    )


def _compared(placed: Sequence[Placed], change: Array) -> Flags:
    """Areas of the draw with figures, in strata where both sides have some."""
    strata = np.array([-1 if area.stratum is None else area.stratum for area in placed])
    treated = np.array([area.treated for area in placed])
    use = np.isfinite(change) & (strata >= 0)
    for stratum in np.unique(strata[use]):
        own = use & (strata == stratum)
        if treated[own].all() or not treated[own].any():
            use &= ~own
    return use


def _renumbered(strata: Counts) -> Counts:
    return np.unique(strata, return_inverse=True)[1].astype(np.int64)


def _end(share: float) -> float | None:
    return share if isfinite(share) and share > -1 else None


def _found(own: Effect, design: Design) -> str:
    if own.p > design.wish.alpha:
        return "nothing"
    return "increase" if own.effect > 0 else "decrease"


def _units(own: Effect, seen: float) -> Range:
    """Units of the treated areas that come of an effect."""

    def of(share: float) -> float | None:
        return seen * (1 - 1 / (1 + share)) if isfinite(share) and share > -1 else None

    return Range(of(own.effect), of(own.low), of(own.high))


def _each(cost: float | None, units: Range) -> Range:
    """Cost of each additional unit: least for the most units."""

    def of(some: float | None) -> float | None:
        return cost / some if cost is not None and some is not None and some > 0 else None

    return Range(of(units.value), of(units.high), of(units.low))


def _methods(
    own: Effect, compared: Comparison, complete: tuple[Array, Array], use: Flags, drawn: Flags,
    level: float,
) -> tuple[Method, ...]:  # fmt: skip
    past, later = (figures[use] for figures in complete)
    flags = compared.flags[:_SYNTHETIC_DRAWS]
    base = past.mean(axis=1, keepdims=True)
    beside = synthetic(past / base, later / base, flags)
    shares = beside.effect / beside.expected
    effect = float(shares[0])
    same = synthetic(
        past / base, np.where(drawn[use][:, None], later / (1 + effect), later) / base, flags
    )
    chance = np.abs(same.effect / same.expected)[1:]
    found = [
        Method("draws", own.effect, _end(own.low), _end(own.high), own.p),
    ]
    if len(chance):
        half = float(np.quantile(chance, level))
        p = float((np.abs(shares) >= abs(effect) - 1e-12).mean())
        found.append(Method("synthetic", effect, effect - half, effect + half, p))
    if past.shape[1] > 2:
        from scipy.stats import t

        told = time_based(past, later, drawn[use])
        wide = float(t.ppf((1 + level) / 2, told.freedom)) * told.error
        chance_of = (
            float(2 * t.sf(abs(told.effect) / told.error, told.freedom)) if told.error else None
        )
        found.append(Method(
            "regression", told.effect / told.expected, (told.effect - wide) / told.expected,
            (told.effect + wide) / told.expected, chance_of))  # fmt: skip
    return tuple(found)


def _weeks(
    own: Effect, before: Sequence[date], test: Sequence[date], complete: tuple[Array, Array],
    treated: Flags, strata: Counts, use: Flags, drawn: Flags,
) -> tuple[Week, ...]:  # fmt: skip
    """Treated areas by week, beside the others of their strata as if they had as much.

    The others give the course; the sums are those of the weeks before, and of the effect.
    """
    past, later = complete
    both = np.concatenate([past, later], axis=1)
    base = past.mean(axis=1, keepdims=True)
    index = (both / base)[use]
    own_drawn = drawn[use]
    course = np.zeros(both.shape[1])
    for stratum in np.unique(strata):
        inside = strata == stratum
        share = own_drawn[inside].sum() / own_drawn.sum()
        course += share * index[inside & ~own_drawn].mean(axis=0)
    seen = both[treated].sum(axis=0)
    weeks = len(before)
    expected = np.concatenate([
        course[:weeks] * seen[:weeks].sum() / course[:weeks].sum(),
        course[weeks:] * seen[weeks:].sum() / (1 + own.effect) / course[weeks:].sum(),
    ])  # fmt: skip
    return tuple(
        Week(week.isoformat(), at >= weeks, float(seen[at]), float(expected[at]))
        for at, week in enumerate((*before, *test))
    )


def _moved(design: Design, begun: date, length: int, known: int) -> list[Text]:
    said = []
    if begun != design.wish.start:
        said.append(
            Text(
                f"설계의 시작일은 {design.wish.start}인데 {begun}부터 분석했습니다.",
                f"Analysed from {begun}; the design says {design.wish.start}.",
            )
        )
    if length != design.wish.weeks:
        said.append(
            Text(
                f"설계는 {design.wish.weeks}주인데 {length}주를 분석했습니다.",
                f"Analysed over {length} weeks; the design says {design.wish.weeks}.",
            )
        )
    if known < length:
        said.append(
            Text(
                f"시험 {length}주 가운데 {known}주만 결과 파일에 있습니다.",
                f"The outcome has {known} of the {length} weeks of the test.",
            )
        )
    return said


def _areas_left_out(
    design: Design, placed: Sequence[Placed], use: Flags, change: Array, without: Sequence[str]
) -> list[Text]:
    said = []
    dropped = [area for area in design.areas if area.id in without]
    if dropped:
        said.append(_named(dropped, Text("요청하신 대로 뺀 지역", "Left out on request")))
    unknown = [area for area, figure in zip(placed, change, strict=True)
               if area.stratum is not None and not np.isfinite(figure)]  # fmt: skip
    if unknown:
        said.append(
            _named(
                unknown,
                Text(
                    "값이 없거나 절반도 되지 않아 뺀 지역",
                    "Left out, with figures of less than half of the weeks",
                ),
            )
        )
    alone = [area for area, figure, used in zip(placed, change, use, strict=True)
             if area.stratum is not None and np.isfinite(figure) and not used]  # fmt: skip
    if alone:
        said.append(
            _named(
                alone,
                Text(
                    "같은 층에 비교할 지역이 남지 않아 뺀 지역",
                    "Left out, as nothing of their strata is left to compare",
                ),
            )
        )
    return said


def _named(areas: Sequence[Placed], what: Text) -> Text:
    names = [area.text for area in areas]
    return Text(f"{what.ko}: {', '.join(one.ko for one in names)}.",
                f"{what.en}: {', '.join(one.en for one in names)}.")  # fmt: skip


def _missing(past: Array, later: Array) -> list[Text]:
    missing = int(np.isnan(past).sum() + np.isnan(later).sum())
    if not missing:
        return []
    every = past.size + later.size
    return [Text(
        f"지역별 주 {every:,}개 가운데 {missing:,}개에 값이 없어 그 지역의 다른 주로 대신했습니다.",
        f"{missing:,} of {every:,} weeks of areas have no figure; the areas' other weeks stand for "
        "them.",
    )]  # fmt: skip


def _edited(design: Design, after: Outcomes, earlier: Outcomes | None) -> list[Text]:
    if earlier is None:
        return []
    ids = [area.id for area in design.areas]
    then, now = earlier.of(ids, earlier.weeks), after.of(ids, earlier.weeks)
    both = np.isfinite(then) & np.isfinite(now)
    differ = int((np.abs(now - then) > _CHANGED * np.abs(then))[both].sum())
    if not differ:
        return []
    return [Text(
        f"캠페인 전의 값 {int(both.sum()):,}개 가운데 {differ:,}개가 설계할 때의 파일과 다릅니다.",
        f"{differ:,} of {int(both.sum()):,} figures of weeks before the campaign differ from the "
        "file that the design was made with.",
    )]  # fmt: skip


def _far(placed: Sequence[Placed], later: Array) -> list[Text]:
    """Single weeks of the test that lie far from an area's others: errors of data, perhaps."""
    if later.shape[1] < 4:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.log(later)
    rest = np.where(np.isfinite(rest), rest, np.nan)
    some = np.isfinite(rest).mean(axis=1) >= LEAST_WEEKS
    if not some.any():
        return []
    rest[some] -= np.nanmedian(rest[some], axis=1, keepdims=True)
    rest -= np.nanmedian(rest[some], axis=0)
    wide = float(np.nanmedian(np.abs(rest[some])))
    strange = [
        (placed[row], at) for row, at in zip(*np.nonzero(np.abs(rest) > _FAR * wide), strict=True)
        if some[row] and abs(rest[row, at]) > log1p(0.3)
    ]  # fmt: skip
    if not strange:
        return []

    def told(lang: str) -> str:
        return ", ".join(
            f"{area.text.ko if lang == 'ko' else area.text.en} "
            f"({at + 1}{'주째' if lang == 'ko' else ''}, ×{exp(rest_of(area, at)):.1f})"
            for area, at in strange[:5]
        )

    def rest_of(area: Placed, at: int) -> float:
        return float(rest[placed.index(area), at])

    return [
        Text(
            f"다른 주와 크게 다른 값이 있습니다. 맞는 값인지 확인해 주세요: {told('ko')}.",
            f"Weeks far from an area's others; check that they are right: {told('en')}.",
        )
    ]


def _again(number: int) -> list[Text]:
    if number < 2:
        return []
    return [Text(f"이 실험을 {number}번째 분석한 결과입니다.",
                 f"This is analysis number {number} of this experiment.")]  # fmt: skip
