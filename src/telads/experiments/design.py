"""The design of an experiment, fixed before the campaign: who is treated, when, what would show.

Areas are drawn at random within strata by population and, for a service, by its use. The smallest
effect that would show is computed on the user's own figures: the test is rehearsed on the weeks
before it, with the same comparison and the same draws. Without figures it follows from a typed
standard deviation.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from math import expm1, sqrt
from typing import Any

import numpy as np

from telads.errors import NewerVersion, QuestionError, install_newer
from telads.experiments.analysis import changes, comparison, detectable
from telads.experiments.areas import Area, Basis
from telads.experiments.draws import (
    Array,
    Counts,
    number_of,
    one_draw,
    quotas_of,
    strata_of,
)
from telads.experiments.outcomes import WEEK, Outcomes
from telads.text import Text

FORMAT = 1
"""Version of a design's JSON."""
LEAST_BEFORE = 8
"""Weeks before the test that it is compared with, unless the test is longer."""
_REHEARSALS = 7
"""Most windows of the weeks before in which the test is rehearsed."""
_TRIED, _COMPARED = 210, 2000
"""Draws whose least effect is looked at, over all windows, and those each is compared with."""
_TREATED = (2, 3, 4, 6, 8, 10, 12)
_WEEKS = (2, 3, 4, 6, 8, 12)
"""Numbers of treated areas and of weeks in the curve, besides those of the design."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a design."""

    name: str
    treated: int
    weeks: int
    start: date
    """First day of the campaign."""
    sides: int = 2
    """2: is there an effect; 1: is there an increase."""
    alpha: float = 0.05
    """Share of draws that would show an effect where there is none."""
    power: float = 0.8
    """Chance that the smallest effect shows."""
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    """Ids of areas that are treated, or not treated, in any case: they are no part of the draw."""
    sd: float | None = None
    """Typed standard deviation of areas' changes, as a share, if there is no outcome."""
    service: str | None = None
    """Id of the service whose use divides the areas."""
    unit: str = ""
    """What the outcome counts."""
    plan: str | None = None
    """Hash of the plan that it tests."""
    seed: int | None = None


@dataclass(frozen=True)
class Placed:
    """An area in a design."""

    id: str
    district: str
    neighbourhood: str | None
    population: int
    affinity: float | None
    stratum: int | None
    """None for an area that is not drawn: it must, or must not, be treated."""
    treated: bool

    @property
    def text(self) -> Text:
        """Its displayed name."""
        return self.area.text

    @property
    def area(self) -> Area:
        """The area itself."""
        return Area(self.id, self.district, self.neighbourhood, self.population, self.affinity)


@dataclass(frozen=True)
class Point:
    """A point of the curve: the smallest effect that would show."""

    treated: int
    weeks: int | None
    """None where the standard deviation was typed: it is that of whole tests."""
    effect: float | None
    """As a share, for an increase; None where no effect would show with so few draws."""
    draws: int


@dataclass(frozen=True)
class Border:
    """A treated area and one beside it that is compared."""

    treated: str
    beside: str


@dataclass(frozen=True)
class Design:
    """A design; its `areas` are in order of their ids."""

    wish: Wish
    level: str
    areas: tuple[Placed, ...]
    before: int
    """Weeks before the test that it is compared with."""
    seed: int
    draw: int
    """1 for the first draw; those before were discarded."""
    draws: int
    """Number of draws that were possible."""
    made: str
    """When it was drawn, UTC."""
    month: str
    build: str
    synthetic: bool
    curve: tuple[Point, ...] = ()
    borders: tuple[Border, ...] | None = None
    """None where the borders of the areas are not known."""
    rehearsals: int = 0
    """Windows of the weeks before in which the test was rehearsed."""
    left_out: int = 0
    """Areas of the build without figures in the outcome."""

    @property
    def effect(self) -> float | None:
        """The smallest effect that would show with the design itself."""
        own = (point for point in self.curve if point.treated == self.wish.treated
               and point.weeks in {None, self.wish.weeks})  # fmt: skip
        found = next(own, None)
        return found.effect if found else None

    @property
    def curves(self) -> dict[int | None, list[Point]]:
        """Points with an effect by the length of the test in weeks.

        First its own, then the next shorter and the next longer; None where a standard deviation
        was typed.
        """
        known = [one for one in self.curve if one.effect is not None]
        lengths = sorted({one.weeks for one in known if one.weeks is not None})
        own = self.wish.weeks if lengths else None
        near = (*[one for one in lengths if own and one < own][-1:],
                *[one for one in lengths if own and one > own][:1])  # fmt: skip
        return {weeks: [one for one in known if one.weeks == weeks] for weeks in (own, *near)}

    @property
    def weeks(self) -> tuple[date, ...]:
        """First days of the weeks of the test."""
        return tuple(self.wish.start + at * WEEK for at in range(self.wish.weeks))

    @property
    def weeks_before(self) -> tuple[date, ...]:
        """First days of the weeks that it is compared with."""
        return tuple(self.wish.start - (self.before - at) * WEEK for at in range(self.before))

    @property
    def level_of_interval(self) -> float:
        """Level of the interval that excludes 0 where the effect is found."""
        return 1 - self.wish.alpha * (1 if self.wish.sides == 2 else 2)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        told = asdict(self)
        told["wish"]["start"] = self.wish.start.isoformat()
        return {"experiment": FORMAT, **told}


def late(design: Design) -> list[Text]:
    """That a design was made after its campaign began, if it was."""
    if design.made[:10] < design.wish.start.isoformat():
        return []
    return [Text(
        f"설계가 캠페인 시작 뒤({design.made[:10]})에 만들어졌습니다. 그 추첨대로 집행했을 때만 "
        "판정이 옳습니다.",
        f"The design was made after the campaign began, on {design.made[:10]}. The verdict holds "
        "only if the campaign ran as drawn.",
    )]  # fmt: skip


def read_design(document: Mapping[str, Any]) -> Design:
    """From JSON; raises `NewerVersion`, and `KeyError`, `TypeError` or `ValueError`."""
    told = dict(document)
    form = told.pop("experiment")
    if form != FORMAT:
        raise NewerVersion(
            Text("더 새로운 버전의 telads가 만든 실험입니다.",
                 "A newer version of telads made this experiment."),
            install_newer(), value=form,
        )  # fmt: skip
    wish = dict(told.pop("wish"))
    wish["start"] = date.fromisoformat(wish["start"])
    wish["must"], wish["must_not"] = tuple(wish["must"]), tuple(wish["must_not"])
    borders = told.pop("borders")
    return Design(
        wish=Wish(**wish),
        areas=tuple(Placed(**one) for one in told.pop("areas")),
        curve=tuple(Point(**one) for one in told.pop("curve")),
        borders=None if borders is None else tuple(Border(**one) for one in borders),
        **told,
    )


def make_design(
    basis: Basis, wish: Wish, outcomes: Outcomes | None = None, draw: int = 1
) -> Design:
    """Draw a design, and compute what would show; `draw` counts the draws of this experiment.

    Areas without figures in `outcomes` are left out. Raises `QuestionError` for a wish that no
    design fulfils.
    """
    _check(wish)
    every = len(basis.areas)
    if outcomes is not None:
        basis = _with_figures(basis, outcomes)
    fixed = {*wish.must, *wish.must_not}
    drawn = [area for area in basis.areas if area.id not in fixed]
    number = wish.treated - len(wish.must)
    _check_number(wish, len(drawn), number)
    before = max(wish.weeks, LEAST_BEFORE)
    if outcomes is not None:
        before = _check_weeks(wish, outcomes, before)
    seed = wish.seed if wish.seed is not None else secrets.randbelow(2**31)
    strata = _strata(drawn, number)
    quotas = quotas_of(strata, number)
    treated = one_draw(strata, quotas, np.random.default_rng(seed))
    place = {area.id: at for at, area in enumerate(drawn)}
    placed = tuple(
        Placed(
            area.id, area.district, area.neighbourhood, area.population, area.affinity,
            int(strata[place[area.id]]) if area.id in place else None,
            bool(treated[place[area.id]]) if area.id in place else area.id in wish.must,
        )
        for area in basis.areas
    )  # fmt: skip
    curve, rehearsals = _curve(wish, drawn, outcomes, before, seed)
    return Design(
        wish=wish, level=basis.level, areas=placed, before=before, seed=seed, draw=draw,
        draws=number_of(strata, quotas), made=datetime.now(UTC).isoformat(timespec="seconds"),
        month=basis.month, build=basis.build, synthetic=basis.synthetic,
        curve=curve, borders=_borders(placed, basis.borders), rehearsals=rehearsals,
        left_out=every - len(basis.areas),
    )  # fmt: skip


def _check(wish: Wish) -> None:
    """Raise `QuestionError` for values out of range."""
    for fits, what, advice in (
        (1 <= wish.weeks <= 52, Text("주 수", "weeks"), "1–52"),
        (wish.sides in {1, 2}, Text("방향", "sides"), "1, 2"),
        (0.001 <= wish.alpha <= 0.2, Text("유의 수준", "alpha"), "0.001–0.2"),
        (0.5 <= wish.power <= 0.99, Text("검정력", "power"), "0.5–0.99"),
        (wish.sd is None or 0 < wish.sd < 2, Text("표준편차", "standard deviation"), "0–200%"),
    ):
        if not fits:
            raise QuestionError(
                Text(f"{what.ko} 값이 범위를 벗어났습니다.", f"The {what.en} are out of range."
                     if what.en in {"weeks", "sides"} else f"The {what.en} is out of range."),
                Text(f"범위: {advice}", f"Range: {advice}"),
            )  # fmt: skip
    both = set(wish.must) & set(wish.must_not)
    if both:
        raise QuestionError(
            Text("광고해야 하는 지역과 하지 않아야 하는 지역에 모두 있습니다.",
                 "An area must and must not be treated."),
            Text("한쪽에서 빼 주세요.", "Name it once."), value=", ".join(sorted(both)),
        )  # fmt: skip


def _check_number(wish: Wish, drawn: int, number: int) -> None:
    if number < 1:
        raise QuestionError(
            Text("추첨할 지역이 없습니다.", "No area is left to be drawn."),
            Text("광고할 지역 수(--treated)가 꼭 광고할 지역(--must)보다 많아야 합니다.",
                 "The number of areas (--treated) must be larger than that of --must."),
            value=wish.treated,
        )  # fmt: skip
    if number > drawn - 1:
        raise QuestionError(
            Text("비교할 지역이 남지 않습니다.", "No area is left to compare with."),
            Text(f"광고할 지역 수(--treated)를 {len(wish.must) + drawn // 2} 이하로 줄여 주세요.",
                 f"Treat {len(wish.must) + drawn // 2} areas or fewer (--treated)."),
            value=wish.treated,
        )  # fmt: skip


def _check_weeks(wish: Wish, outcomes: Outcomes, before: int) -> int:
    """Weeks before the test that it is compared with, as far as they can be rehearsed."""
    last = max(outcomes.weeks)
    if last >= wish.start:
        raise QuestionError(
            Text("결과 파일에 캠페인이 시작된 뒤의 주가 있습니다.",
                 "The outcome has weeks after the campaign begins."),
            Text("설계는 시작하기 전에 합니다. 시작일을 확인하거나 그 뒤의 행을 지워 주세요.",
                 "A design is made before. Check the start, or delete the rows after it."),
            value=last.isoformat(),
        )  # fmt: skip
    known = len(outcomes.weeks)
    found = min(before, known - wish.weeks)
    if found < max(2, wish.weeks // 2):
        raise QuestionError(
            Text("결과 파일의 주가 너무 적습니다.", "The outcome has too few weeks."),
            Text(f"{wish.weeks}주 시험에는 {before + wish.weeks}주 이상이 필요합니다. 더 긴 파일을 "
                 "주거나, 주 수를 줄이거나, 표준편차(--sd)를 적어 주세요.",
                 f"A test of {wish.weeks} weeks needs {before + wish.weeks} or more. Use a longer "
                 "file, a shorter test, or type a standard deviation (--sd)."),
            value=known,
        )  # fmt: skip
    return found


def _with_figures(basis: Basis, outcomes: Outcomes) -> Basis:
    some = np.nansum(outcomes.values, axis=1) > 0
    known = {area for area, has in zip(outcomes.areas, some, strict=True) if has}
    areas = tuple(area for area in basis.areas if area.id in known)
    return Basis(basis.level, areas, basis.borders, basis.month, basis.build, basis.synthetic)


def _strata(drawn: Sequence[Area], number: int) -> Counts:
    population = np.array([area.population for area in drawn], dtype=float)
    use = [area.affinity for area in drawn]
    affinity = None if None in use else np.array(use, dtype=float)
    return strata_of(population, affinity, number)


def _borders(
    placed: Sequence[Placed], pairs: frozenset[tuple[str, str]] | None
) -> tuple[Border, ...] | None:
    if pairs is None:
        return None
    treated = [area.id for area in placed if area.treated]
    others = [area.id for area in placed if not area.treated]
    return tuple(Border(one, other) for one in treated for other in others if (one, other) in pairs)


def _curve(
    wish: Wish, drawn: Sequence[Area], outcomes: Outcomes | None, before: int, seed: int
) -> tuple[tuple[Point, ...], int]:
    """The curve, and the windows in which the design itself was rehearsed."""
    most = (len(drawn) - 1) // 2
    own = wish.treated - len(wish.must)
    numbers = sorted({*(one for one in _TREATED if one <= most), own})
    points: list[Point] = []
    rehearsed = 0
    if outcomes is None:
        for number in numbers if wish.sd else ():
            strata = _strata(drawn, number)
            draws = number_of(strata, quotas_of(strata, number))
            shows = draws * wish.alpha >= 1  # else no p is as small as alpha
            effect = typed_effect(wish, number, len(drawn)) if shows else None
            points.append(Point(number + len(wish.must), None, effect, draws))
        return tuple(points), 0
    figures = outcomes.of([area.id for area in drawn], outcomes.weeks)
    weeks = sorted({*(one for one in _WEEKS if one + 2 <= figures.shape[1]), wish.weeks})
    for number in numbers:
        strata = _strata(drawn, number)
        for length in weeks:
            base = before if length == wish.weeks else max(length, LEAST_BEFORE)
            if base + length > figures.shape[1]:
                continue
            found = rehearsal(figures, strata, number, length, base, wish, seed)
            points.append(Point(number + len(wish.must), length, found.effect, found.draws))
            if (number, length) == (own, wish.weeks):
                rehearsed = found.windows
    return tuple(points), rehearsed


def typed_effect(wish: Wish, treated: int, areas: int) -> float:
    """The smallest effect by a typed standard deviation: (z + z) sd sqrt(1/k + 1/(n - k))."""
    from scipy.stats import norm

    found, shown = norm.ppf(1 - wish.alpha / wish.sides), norm.ppf(wish.power)
    return float((found + shown) * (wish.sd or 0) * sqrt(1 / treated + 1 / (areas - treated)))


@dataclass(frozen=True)
class Rehearsal:
    """What a test would have shown in weeks without a campaign."""

    effect: float | None
    draws: int
    windows: int


def rehearsal(
    figures: Array, strata: Counts, treated: int, weeks: int, before: int, wish: Wish, seed: int
) -> Rehearsal:
    """The smallest effect that would show, from figures (area x week) without a campaign.

    The test is placed in windows of these weeks; in each, for some draws, the least effect that the
    analysis would find is known exactly. The answer is the one that `wish.power` of them would
    find, with a margin for what so few weeks leave unknown of the noise.
    """
    rng = np.random.default_rng([seed, 1])
    last = figures.shape[1] - weeks - before
    starts = sorted({round(at) for at in np.linspace(0, last, min(_REHEARSALS, last + 1))})
    quotas = quotas_of(strata, treated)
    drawn = one_draw(strata, quotas, rng)
    compared = comparison(strata, drawn, seed, _COMPARED)
    least: list[Array] = []
    rest: list[Array] = []
    for start in starts:
        middle = start + before
        change = changes(figures[:, start:middle], figures[:, middle : middle + weeks])
        known = np.isfinite(change)
        if not known.all():
            change = np.where(known, change, np.nanmean(change) if known.any() else 0.0)
        tried = rng.integers(len(compared.flags), size=max(1, _TRIED // len(starts)))
        least.append(detectable(compared, change, sides=wish.sides, alpha=wish.alpha, draws=tried))
        rest.append(_within(change, strata)[known])
    number = number_of(strata, quotas)
    effect = float(np.quantile(np.concatenate(least), wish.power, method="higher"))
    if not np.isfinite(effect):
        return Rehearsal(None, number, len(starts))
    free = len(strata) - len(quotas)
    spread = max(1.0, (figures.shape[1] - before) / weeks) * free
    effect *= margin(np.concatenate(rest), spread, wish)
    return Rehearsal(expm1(effect), number, len(starts))


def _within(change: Array, strata: Counts) -> Array:
    rest = change.copy()
    for stratum in np.unique(strata):
        rest[strata == stratum] -= rest[strata == stratum].mean()
    return rest


def margin(rest: Array, independent: float, wish: Wish) -> float:
    """By what the smallest effect grows since the noise itself is estimated.

    The chance to find an effect falls faster with more noise than it rises with less; with the
    noise known to a share c (by the kurtosis of what is left of so many independent changes), the
    mean chance is the one asked for where (z + z) m - z = z sqrt(1 + ((z + z) m c)^2).
    """
    from scipy.stats import norm

    squares = float((rest**2).mean())
    if squares == 0:
        return 1.0
    kurtosis = float((rest**4).mean()) / squares**2
    share = sqrt(max(kurtosis - 1, 0) / (4 * independent))
    found, shown = norm.ppf(1 - wish.alpha / wish.sides), norm.ppf(wish.power)
    whole = found + shown
    a = whole**2 * (1 - (shown * share) ** 2)
    b, c = -2 * whole * found, found**2 - shown**2
    if a <= 0:
        return 2.0
    return float(min(2.0, max(1.0, (-b + sqrt(b * b - 4 * a * c)) / (2 * a))))
