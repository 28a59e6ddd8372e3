"""A plan: its brief, the basis of its figures, and its result, under one hash.

The text of a plan is canonical JSON: keys in order, no spaces, numbers rounded where they are
computed (`Result`). Its SHA-256 is the plan's hash. It contains no date or machine: the same brief
on the same build is the same plan.

The result lists what an allocation buys: per platform, per segment, and in total. All is computed
from sizes rounded to 10, so that no figure and no ratio of figures discloses more of a segment's
size than its published one. Shares, affinities and associations are rounded to four digits,
frequencies to two, so that machines that sum in another order write the same text. Other budgets,
prices and audiences are computed by `scenarios`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import ceil, fsum
from typing import Any

import numpy as np

from telads.answers.choices import month_of, service_of
from telads.answers.tables import KEY, held, of_month, people
from telads.errors import DataError, QuestionError, install_newer
from telads.method.disclosure import size as rounded
from telads.method.disclosure import standard
from telads.model import Month
from telads.planning.allocation import (
    Allocation,
    Array,
    Market,
    Union,
    allocate,
    contacts,
    exposures,
    frequency,
    often,
    union,
)
from telads.planning.audience import Audience, audience
from telads.planning.brief import Brief, Offer, check_unit, read_brief, read_former_brief
from telads.planning.parts import (
    Key,
    Member,
    key_of,
    names_of,
    parts_in,
    row_of,
    segment_of,
    sizes,
)
from telads.planning.parts import use as use_of_parts
from telads.planning.rules import Joined, Rules, Usage
from telads.planning.scenarios import OFTEN, SHARE, TOO_OFTEN, Narrowed, Row, Scenarios, narrowed
from telads.store.workspace import Build
from telads.text import Text

FORMAT = 2
"""Version of the plan's JSON."""
FORMER = 1
"""Version of plans with one objective, affinity-weighted reach, and no ceiling."""


@dataclass(frozen=True)
class Basis:
    """Everything the figures depend on besides the brief; a change of any part can change them."""

    build: str
    month: str
    cells: str
    """The month's data: the name of its cells file, which contains a hash."""
    version: str
    format: int
    floor: float
    forecast_phi: float
    synthetic: bool


@dataclass(frozen=True)
class Plan:
    """A finished plan. `people` is the audience as JSON."""

    brief: Brief
    basis: Basis
    people: Mapping[str, Any]
    result: Result
    former: Mapping[str, Any] | None = None
    """Saved JSON of a plan of an earlier version; its figures are kept unchanged."""

    @property
    def name(self) -> str:
        """The planner's name for it."""
        return self.brief.name

    @property
    def month(self) -> Month:
        """The label month it was made on."""
        return Month.parse(self.basis.month)

    def content(self) -> dict[str, Any]:
        """The plan as JSON, without its hash."""
        if self.former is not None:
            return {name: value for name, value in self.former.items() if name != "hash"}
        return {
            "plan": FORMAT,
            "brief": self.brief.document(),
            "basis": dict(vars(self.basis)),
            "audience": dict(self.people),
            "result": self.result.document(),
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text."""
        return _hash(self.content())

    def document(self) -> dict[str, Any]:
        """The plan as JSON, with its hash."""
        return {**self.content(), "hash": self.hash}


def canonical(document: Mapping[str, Any]) -> str:
    """One text for one document: keys sorted, no spaces, no NaN."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def basis_of(build: Build, month: Month) -> Basis:
    """The basis of figures of a month in a build."""
    about = build.about
    return Basis(
        build=build.name,
        month=str(month),
        cells=str(about["files"][str(month)]["cells"]),
        version=str(about["version"]),
        format=int(about["format"]),
        floor=float(about["floor"]),
        forecast_phi=float(about["forecast_phi"]),
        synthetic=build.synthetic,
    )


def make_plan(build: Build, brief: Brief) -> Plan:
    """Choose the audience and allocate the budget, on the brief's month or the newest.

    Raises `QuestionError` and its subclasses: unknown names, too few people, limits that cannot be
    kept.
    """
    check_unit(brief.unit, brief.budget)  # not in the reader: saved plans may have one
    month = month_of(build, brief.month)
    for service in (brief.service, *(offer.service for offer in brief.offers)):
        service_of(build, service)
    chosen = audience(build, brief.rules, month)
    return Plan(
        brief, basis_of(build, month), people_document(chosen),
        divide(build, brief, chosen),
    )  # fmt: skip


def people_document(chosen: Audience) -> dict[str, Any]:
    """Size, profile and districts of an audience as JSON."""

    def short(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "segments": len(chosen.segments),
        "population": chosen.size.population,
        "population_low": chosen.size.low,
        "population_high": chosen.size.high,
        "population_share": round(chosen.size.share, SHARE),
        "profile": [
            {
                "service": one.service,
                "affinity": short(one.affinity, SHARE),
                "index": short(one.index, OFTEN),
                "index_low": short(one.low, OFTEN),
                "index_high": short(one.high, OFTEN),
                "volume_share": short(one.share, SHARE),
            }
            for one in chosen.profile
        ],
        "districts": dict(chosen.districts),
    }


def read_plan(document: Any) -> Plan:
    """Read a plan from JSON; raises `DataError` if it was changed since it was made."""
    if isinstance(document, Mapping) and "audience" in document and "basis" not in document:
        raise DataError(
            Text("저장된 계획이 아니라 브리프입니다.", "This is a brief, not a saved plan."),
            Text("telads plan으로 먼저 계획을 만들어 .json으로 저장해 주세요.",
                 "First make a plan with telads plan, saved as .json."),
        )  # fmt: skip
    form = document.get("plan") if isinstance(document, Mapping) else None
    if type(form) is int and form > FORMAT:
        raise DataError(
            Text("더 새로운 버전의 telads가 저장한 계획입니다.",
                 "A newer version of telads saved this plan."),
            install_newer(), value=f"plan {form}",
        )  # fmt: skip
    if not isinstance(document, Mapping) or not _whole(document):
        raise _damaged()
    try:
        result, former = document["result"], document["plan"] == FORMER
        if former:
            result = upgraded(result)
        return Plan(
            brief=(read_former_brief if former else read_brief)(document["brief"]),
            basis=Basis(**document["basis"]),
            people=document["audience"],
            result=Result(
                result["summary"],
                *(
                    tuple(result.get(part, ()) if part in OPTIONAL else result[part])
                    for part in PARTS
                ),
            ),
            former=document if former else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _damaged() from error


def _whole(document: Mapping[str, Any]) -> bool:
    """Whether a document is a plan of this form, unchanged."""
    content = {name: value for name, value in document.items() if name != "hash"}
    try:
        return document.get("plan") in {FORMAT, FORMER} and document.get("hash") == _hash(content)
    except (TypeError, ValueError, RecursionError):  # not JSON data
        return False


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _damaged() -> DataError:
    return DataError(
        Text("계획의 내용이 저장할 때와 다릅니다.", "The plan differs from what was saved."),
        Text("저장된 원본을 쓰거나 계획을 다시 만들어 주세요.",
             "Use the saved original, or make the plan again."),
    )  # fmt: skip


PROVEN = 10**5
"""The proven gap is rounded up to a multiple of 1 / PROVEN of the objective."""
AT_GOAL = 0.999
"""Share of a frequency goal from which it counts as binding."""


@dataclass(frozen=True)
class Result:
    """Figures of a plan as JSON values; rows in the order of segments and platforms."""

    summary: Row
    platforms: tuple[Row, ...]
    segments: tuple[Row, ...]
    spends: tuple[Row, ...]
    """One row for each segment and platform with a spend."""
    budgets: tuple[Row, ...] = ()
    """Reach of other budgets, each allocated anew."""
    goals: tuple[Row, ...] = ()
    """Least budgets for goals of reach and frequency."""
    sensitivity: tuple[Row, ...] = ()
    """Reach under changed assumptions."""
    districts: tuple[Row, ...] = ()
    ages: tuple[Row, ...] = ()
    """Spend and reach by district, and by sex and age."""
    neighbourhoods: tuple[Row, ...] = ()
    """The same by neighbourhood, of districts whose money is divided over them; else none."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        parts = {part: list(getattr(self, part)) for part in PARTS}
        kept = {part: rows for part, rows in parts.items() if rows or part not in OPTIONAL}
        return {"summary": self.summary, **kept}


PARTS = tuple(field.name for field in fields(Result))[1:]
"""The tables of a plan."""
OPTIONAL = frozenset({"neighbourhoods"})
"""Those that are left out of its JSON if they have no rows."""


def upgraded(result: Mapping[str, Any]) -> dict[str, Any]:
    """Convert figures of the former version to the present form; missing ones are None."""
    summary = {
        "objective": "affinity", "weight": "association", "gap_to": "best",
        **dict.fromkeys(("reachable", "reached_2", "reached_3", "below_segments", "below_spend",
                         "below_spend_share", "narrowed")),
        **result["summary"],
    }  # fmt: skip
    return {
        **dict.fromkeys(PARTS, ()),
        **result,
        "summary": summary,
        "platforms": [{"ceiling": None, **row} for row in result["platforms"]],
        "segments": [{"index": None, **row} for row in result["segments"]],
    }


@dataclass(frozen=True)
class Use:
    """Use of the advertised service by segment: affinity, index (None: no ratio), associations."""

    affinity: Mapping[Key, float | None]
    index: Mapping[Key, float | None]
    associations: Mapping[tuple[Key, str], float | None]
    average: float
    """Affinity of the average person."""

    def below(self, of: Key) -> bool:
        """Whether a segment uses the service less than the average person."""
        index, affinity = self.index.get(of), self.affinity.get(of)
        if index is not None:
            return index < AVERAGE
        return affinity is None or affinity < self.average


MOST_SPENDS = 16_000
"""Most members times platforms of a plan: every neighbourhood of a large city on three platforms
takes about twelve seconds of processor time."""
AVERAGE = 100.0
"""Index of the average person."""


@held
def use_of(build: Build, month: Month, service: str) -> Use:
    """Use of a service by the segments of a month."""
    rows = of_month(build, "services", month)
    own = rows.filter(rows["service"] == service).select(*KEY, "population", "affinity", "index")
    rows = of_month(build, "platforms", month)
    pairs = rows.filter(rows["service"] == service).select(*KEY, "platform", "association")
    known = [((d, s, a), float(count), z, i) for d, s, a, count, z, i in own.iter_rows()]
    counted = [(count, z) for _, count, z, _ in known if z is not None]
    total = fsum(count for count, _ in counted)
    return Use(
        affinity={of: z for of, _, z, _ in known},
        index={of: i for of, _, _, i in known},
        associations={((d, s, a), name): r for d, s, a, name, r in pairs.iter_rows()},
        average=fsum(count * z for count, z in counted) / total if total else 0.0,
    )


def use_by(build: Build, month: Month, service: str, members: Sequence[Member]) -> Use:
    """Use of a service by segments and by these parts of them.

    The association of a part is that of its segment, the only one that is known.
    """
    use, parts = use_of(build, month, service), parts_in(members)
    if not parts:
        return use
    own = use_of_parts(build, month, service, parts)
    return replace(
        use,
        affinity={**use.affinity, **{of: one.affinity for of, one in own.items()}},
        index={**use.index, **{of: one.index for of, one in own.items()}},
    )


def market(
    build: Build, segments: Sequence[Member], month: Month, brief: Brief
) -> tuple[Market, Array]:
    """The market of segments, and their associations (segment x offer).

    Unknown figures of a segment count as 0.
    """
    known: Mapping[Key, int] = people(build)[str(month)]
    if parts_in(segments):
        known = {**known, **sizes(build, month)}
    use = use_by(build, month, brief.service, segments)
    keys = [key_of(segment) for segment in segments]
    wholes = [key_of(segment_of(segment)) for segment in segments]
    counts: dict[str, Callable[[Key], float]] = {
        "reach": lambda of: 1.0,
        "index": lambda of: round((use.index.get(of) or 0.0) / AVERAGE, SHARE),
        "affinity": lambda of: max(round(use.affinity.get(of) or 0.0, SHARE), 0.0),
    }
    associations = np.array(
        [
            [
                round(max(use.associations.get((of, o.service)) or 0.0, 0.0), SHARE)
                for o in brief.offers
            ]
            for of in wholes
        ]
    ).reshape(len(keys), len(brief.offers))
    return Market(
        people=np.array([float(known[of]) for of in keys]),
        value=np.array([counts[brief.objective](of) for of in keys]),
        weight=associations if brief.weight else np.ones_like(associations),
    ), associations


@dataclass(frozen=True)
class _Division:
    """An allocation with everything the tables of a plan are made of."""

    brief: Brief
    segments: Sequence[Member]
    size: int
    """Published size of the audience."""
    market: Market
    associations: Array
    use: Use
    found: Allocation
    reaches: Array
    together: Union
    bought: Array
    names: Mapping[str, str] | None
    """Names of neighbourhoods, if some members are parts of segments."""

    @property
    def people(self) -> Array:
        return self.market.people

    def shown(self, count: float) -> int:
        """A published number of people of the audience.

        At most the audience's size, the rounded sum of its segments, since sums of people reached
        are over rounded segments and can exceed it slightly.
        """
        return min(rounded(count), self.size)

    def scenarios(self) -> Scenarios:
        """Other budgets and prices, beginning with what was found."""
        return Scenarios(self.brief, self.market, self.found, self.size)

    @property
    def below(self) -> Array:
        """Which segments use the service less than the average person."""
        return np.array([self.use.below(key_of(segment)) for segment in self.segments])


def _division(
    build: Build, brief: Brief, chosen: Audience, found: Allocation | None = None
) -> _Division:
    """Allocate the brief's budget over an audience's segments; raises what `allocate` raises.

    `found` is the allocation where it is known already.
    """
    offers, segments = brief.offers, chosen.segments
    if len(segments) * len(offers) > MOST_SPENDS:
        raise _too_many(len(segments), len(offers))
    known, associations = market(build, segments, chosen.month, brief)
    found = found or allocate(known, offers, brief.budget, brief.unit, brief.goal)
    reaches = -np.expm1(-exposures(found.spend, known, offers))
    return _Division(
        brief, segments, chosen.size.population, known, associations,
        use_by(build, chosen.month, brief.service, segments), found, reaches, union(reaches),
        contacts(found.spend, offers), names_of(build, segments),
    )  # fmt: skip


def _too_many(members: int, offers: int) -> QuestionError:
    return QuestionError(
        Text(f"집단 {members:,}개에 매체 {offers}개는 한 계획에서 나누기에 너무 많습니다.",
             f"{members:,} members on {offers} platforms are too many to divide in one plan."),
        Text(f"대상을 좁히거나 매체를 줄여 주세요. 둘을 곱해 {MOST_SPENDS:,}까지 됩니다.",
             f"Narrow the audience or drop platforms: up to {MOST_SPENDS:,}, one times the other."),
        value=members * offers,
    )  # fmt: skip


def divide(build: Build, brief: Brief, chosen: Audience) -> Result:
    """All figures of a brief's budget over an audience; raises what `allocate` raises."""
    one = _division(build, brief, chosen)
    segments, offers, found, reaches = one.segments, brief.offers, one.found, one.reaches
    scenarios = one.scenarios()
    return Result(
        summary={**_summary(one), **scenarios.next(), **_narrowed(one)},
        platforms=_platforms(one, scenarios),
        segments=_segments(one),
        spends=tuple(
            {
                **row_of(segments[g], one.names),
                "platform": offers[p].name,
                "association": float(one.associations[g, p]),
                "spend": int(found.spend[g, p]),
                "contacts": round(one.bought[g, p]),
                "reach_share": _round(reaches[g, p], SHARE),
            }
            for g, p in np.argwhere(found.spend).tolist()
        ),
        budgets=scenarios.budgets(),
        goals=scenarios.goals(),
        sensitivity=scenarios.sensitivity(),
        districts=_by(one, lambda segment: {"district": segment.district}),
        ages=_by(one, lambda segment: {"sex": str(segment.sex), "age": segment.age}),
        neighbourhoods=_neighbourhoods(one),
    )


@dataclass(frozen=True)
class Draft:
    """The figures of a plan that are ready at once; `curve` and a plan add others."""

    brief: Brief
    audience: Audience
    summary: Row
    """As that of `Result`, without what more money would add and what a narrower audience would."""
    platforms: tuple[Row, ...]
    segments: tuple[Row, ...]
    districts: tuple[Row, ...]
    ages: tuple[Row, ...]
    below: int
    """Number of segments that use the service less than the average person."""


@dataclass(frozen=True)
class Curve:
    """Reach over budget: what other budgets would reach."""

    budgets: tuple[Row, ...]
    """Rows as those of `Result`, each with `reached_low` and `reached_high`: its reach if platforms
    overlap as much, or as little, as they can."""
    enough: Row | None
    """The smaller budget that reaches nine tenths: a row of budgets, with its `share` of that."""
    more: Row
    """What a tenth more budget adds: `next_budget`, `next_weighted_reach`, `next_share`."""


DRAFT_POINTS = 10
"""Number of budgets on the curve of a draft."""


def draft(build: Build, brief: Brief) -> Draft:
    """Allocate a brief's budget. Raises what `make_plan` raises."""
    chosen, one = _begun(build, brief)
    return Draft(
        brief, chosen, _summary(one), _platforms(one), _segments(one),
        _by(one, lambda segment: {"district": segment.district}),
        _by(one, lambda segment: {"sex": str(segment.sex), "age": segment.age}),
        int(one.below.sum()),
    )  # fmt: skip


@held
def curve(build: Build, brief: Brief, until: int | None = None) -> Curve:
    """Reach over budget of a draft, up to the budget `until`, by default twice the brief's.

    Raises what `make_plan` raises. Takes several times as long as `draft`.
    """
    _, one = _begun(build, brief)
    scenarios = one.scenarios()
    budgets, enough = scenarios.budgets(until, DRAFT_POINTS), scenarios.enough()
    if enough and budgets and enough["budget"] < budgets[0]["budget"]:
        early = scenarios.below(enough["budget"])
        budgets = (*(row for row in early if row["budget"] < budgets[0]["budget"]), *budgets)
    ends = [scenarios.bounds(row["budget"]) for row in budgets]
    return Curve(
        tuple(row | end for row, end in zip(budgets, ends, strict=True)), enough, scenarios.next()
    )


@held
def enough(build: Build, brief: Brief) -> Row | None:
    """The smaller budget that reaches nine tenths of a draft's people (`Scenarios.enough`).

    Raises what `make_plan` raises. Takes a fraction of the time of `curve`.
    """
    _, one = _begun(build, brief)
    return one.scenarios().enough()


def _begun(build: Build, brief: Brief) -> tuple[Audience, _Division]:
    """The allocation that a draft and its curve share."""
    chosen = audience(build, brief.rules, month_of(build, brief.month))
    return chosen, _division(build, brief, chosen, _allocation(build, brief))


@held
def _allocation(build: Build, brief: Brief) -> Allocation | None:
    """The allocation of a draft; None for one that is too large to be divided."""
    chosen = audience(build, brief.rules, month_of(build, brief.month))
    if len(chosen.segments) * len(brief.offers) > MOST_SPENDS:
        return None
    known, _ = market(build, chosen.segments, chosen.month, brief)
    return allocate(known, brief.offers, brief.budget, brief.unit, brief.goal)


@held
def fewest(build: Build, brief: Brief) -> Rules:
    """Rules of the fewest segments, by use, whose plan stays at a frequency of 5 or less.

    Those of the brief if no fewer do, or if not even all of its segments do. Raises what
    `make_plan` raises for the audience.
    """
    month = month_of(build, brief.month)
    segments = audience(build, brief.rules, month).segments
    known, _ = market(build, segments, month, brief)
    use = use_by(build, month, brief.service, segments)
    every = allocate(known, brief.offers, brief.budget, brief.unit, brief.goal)
    often = frequency(every.spend, known, brief.offers)
    if often > TOO_OFTEN:
        return brief.rules  # and fewer segments would see it more often
    fewer = narrowed(brief, known, _affinity(use, segments), often)
    return brief.rules if fewer is None else _fewer(brief, segments, fewer)


def _round(value: float, digits: int) -> float:
    return round(float(value), digits)


def _often(contacts: float, reached: float) -> float | None:
    """Contacts per person reached; None if the number reached is shown as 0."""
    return _round(contacts / reached, OFTEN) if rounded(reached) else None


def _summary(one: _Division) -> Row:
    brief, people, together, found = one.brief, one.people, one.together, one.found
    total, reached = float(people.sum()), float(people @ together.sainsbury)
    each = one.bought.sum(axis=1) / people
    by_times = {
        f"reached_{times}": one.shown(float(people @ often(each, together.sainsbury, times)))
        for times in (2, 3)
    }
    return {
        "objective": brief.objective,
        "weight": brief.weight,
        "budget": brief.budget,
        "spend": int(found.spend.sum()),
        "segments": len(people),
        "segments_used": int((found.spend.sum(axis=1) > 0).sum()),
        "population": one.size,
        "contacts": round(float(one.bought.sum())),
        "reachable": one.shown(total * reachable_share(brief.offers)),
        "reached": one.shown(reached),
        **by_times,
        "reached_low": one.shown(float(people @ together.low)),
        "reached_high": one.shown(float(people @ together.high)),
        "reach_share": _round(reached / total, SHARE),
        "frequency": _often(float(one.bought.sum()), reached),
        "weighted_reach": one.shown(reached)
        if brief.objective == "reach" and not brief.weight
        else rounded(found.worth),
        "proven_gap": ceil((found.best / found.worth - 1) * PROVEN) / PROVEN
        if found.worth
        else 0.0,
        "gap_to": "without_goal" if found.beyond_goal else "best",
        "binding": _binding(one),
    }


def reachable_share(offers: Sequence[Offer]) -> float:
    """Share of a segment that the platforms can reach together at any spend."""
    return 1 - float(np.prod([1 - offer.curve.most for offer in offers]))


def _binding(one: _Division) -> list[str]:
    """Binding limits, without which more would be reached: `cap youtube`, `frequency`."""
    brief, totals = one.brief, one.found.spend.sum(axis=0).tolist()
    limits = [
        f"{limit} {offer.name}"
        for offer, total in zip(brief.offers, totals, strict=True)
        if (limit := _limit(offer, total))
    ]
    goal = brief.goal
    if goal:
        times = frequency(one.found.spend, one.market, brief.offers)
        ratio = times / goal.contacts if goal.kind == "at_most" else goal.contacts / times
        limits += ["frequency"] if ratio >= AT_GOAL or one.found.beyond_goal else []
    return limits


def _limit(offer: Offer, spend: int) -> str | None:
    if offer.cap is not None and spend == offer.cap:
        return "cap"
    return "minimum" if offer.minimum and spend == offer.minimum else None


def _narrowed(one: _Division) -> Row:
    """The spend on segments of less than average use, and the segments left without.

    `narrowed` is the audience of the fewest segments, by use, whose plan keeps the frequency
    acceptable; None if it would not be smaller.
    """
    below, spend = one.below, one.found.spend.sum(axis=1)
    affinity = _affinity(one.use, one.segments)
    often = frequency(one.found.spend, one.market, one.brief.offers)
    fewer = narrowed(one.brief, one.market, affinity, often)
    return {
        "below_segments": int(below.sum()),
        "below_spend": int(spend[below].sum()),
        "below_spend_share": _round(spend[below].sum() / one.brief.budget, SHARE),
        "narrowed": None if fewer is None else {
            "least_affinity": fewer.least,
            "segments": fewer.segments,
            "population": fewer.population,
            "reached": fewer.reached,
            "frequency": fewer.frequency,
            "rules": _fewer(one.brief, one.segments, fewer).document(),
        },
    }  # fmt: skip


def _affinity(use: Use, segments: Sequence[Member]) -> Array:
    """Affinity of segments; unknown ones come last."""
    known = [use.affinity.get(key_of(segment)) for segment in segments]
    return np.asarray(np.nan_to_num(np.array(known, dtype=float), nan=-np.inf))


def _fewer(brief: Brief, segments: Sequence[Member], fewer: Narrowed) -> Rules:
    """Rules of the narrowed audience: those of the plan plus a least use, if that expresses it."""
    rules = brief.rules
    if rules.include or rules.where is None or parts_in(segments):
        return Rules(include=tuple(segments[g] for g in fewer.members))
    use = Usage(brief.service, "affinity", fewer.least)
    where = rules.where
    parts = where.rules if isinstance(where, Joined) and where.how == "all" else (where,)
    return Rules(where=Joined("all", (*parts, use)), exclude=rules.exclude)


def _platforms(one: _Division, scenarios: Scenarios | None = None) -> tuple[Row, ...]:
    rows = []
    people, brief = one.people, one.brief
    for at, offer in enumerate(brief.offers):
        spend = int(one.found.spend[:, at].sum())
        reached = float(people @ one.reaches[:, at])
        rows.append({
            "platform": offer.name,
            "service": offer.service,
            "price": int(offer.price),
            "minimum": offer.minimum,
            "cap": offer.cap,
            "ceiling": offer.ceiling,
            "association": standard(float(people @ one.associations[:, at] / people.sum())),
            "spend": spend,
            "spend_share": _round(spend / brief.budget, SHARE),
            "contacts": round(float(one.bought[:, at].sum())),
            "reached": one.shown(reached),
            "reach_share": _round(reached / people.sum(), SHARE),
            "frequency": _often(float(one.bought[:, at].sum()), reached),
            "limit": _limit(offer, spend),
            **(scenarios.repriced(at) if scenarios else {}),
        })  # fmt: skip
    return tuple(rows)


def _segments(one: _Division) -> tuple[Row, ...]:
    rows = []
    for g, segment in enumerate(one.segments):
        count, use = one.people[g], one.use
        reached = count * one.together.sainsbury[g]
        index = use.index.get(key_of(segment))
        rows.append({
            **row_of(segment, one.names),
            "population": rounded(count),
            "affinity": _round(use.affinity.get(key_of(segment)) or 0.0, SHARE),
            "index": None if index is None else _round(index, OFTEN),
            "spend": int(one.found.spend[g].sum()),
            "contacts": round(float(one.bought[g].sum())),
            "reached": rounded(reached),
            "reached_low": rounded(count * one.together.low[g]),
            "reached_high": rounded(count * one.together.high[g]),
            "reach_share": _round(one.together.sainsbury[g], SHARE),
            "frequency": _often(float(one.bought[g].sum()), reached),
        })  # fmt: skip
    return tuple(rows)


def _neighbourhoods(one: _Division) -> tuple[Row, ...]:
    """Spend and reach by neighbourhood in districts that are divided, most spend first.

    People of such a district who are a member as a whole have a row without a neighbourhood.
    """
    divided = {part.district for part in parts_in(one.segments) if part.code}
    if not divided or one.names is None:
        return ()
    names = one.names

    def named(member: Member) -> Row:
        row = row_of(member, names)
        return {name: row[name] for name in ("district", "neighbourhood", "code")}

    among = [g for g, member in enumerate(one.segments) if member.district in divided]
    rows = _by(one, named, among)
    spends: dict[str, int] = {}
    for row in rows:
        spends[row["district"]] = spends.get(row["district"], 0) + row["spend"]
    shared: list[Row] = []
    for row in rows:
        whole = spends[row["district"]]
        share = _round(row["spend"] / whole, SHARE) if whole else None
        at = [*row].index("spend_share") + 1
        items = [*row.items()]
        shared.append(dict([*items[:at], ("district_share", share), *items[at:]]))
    return tuple(sorted(shared, key=lambda row: (row["district"], -row["spend"])))


def _by(
    one: _Division, named: Callable[[Member], Row], among: Sequence[int] | None = None
) -> tuple[Row, ...]:
    """Spend and reach summed over segments of the same name; `among` are numbers of some."""
    groups: dict[tuple[Any, ...], tuple[Row, list[int]]] = {}
    for g in range(len(one.segments)) if among is None else among:
        row = named(one.segments[g])
        groups.setdefault(tuple(row.values()), (row, []))[1].append(g)
    rows = []
    # What has no name comes last.
    order = sorted(groups, key=lambda name: [(one is None, one or "") for one in name])
    for row, members in (groups[name] for name in order):
        people = one.people[members]
        spend, reached = (
            int(one.found.spend[members].sum()),
            people @ one.together.sainsbury[members],
        )
        rows.append({
            **row,
            "population": rounded(float(people.sum())),
            "spend": spend,
            "spend_share": _round(spend / one.brief.budget, SHARE),
            "contacts": round(float(one.bought[members].sum())),
            "reached": rounded(float(reached)),
            "reach_share": _round(reached / people.sum(), SHARE),
            "frequency": _often(float(one.bought[members].sum()), float(reached)),
        })  # fmt: skip
    return tuple(rows)
