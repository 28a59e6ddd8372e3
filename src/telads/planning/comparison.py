"""A saved plan on a newer build: what changed, and why.

The affinity of a segment for the advertised service changed from a (in the plan) to b (now). The
change is the exact sum of three parts, all in standard deviations:

    method = the newer build's figure for the plan's own month - a
    city   = change of the mean over people of the same sex and age, since the plan's month
    local  = b - a - method - city

`method` is nonzero only if the data of that month, the settings or the version changed; `city` and
`local` are those of method A5 over the months in between, both in the newer build. If that no
longer holds the plan's month, the parts are None.

The verdict follows a rule: with less than `MOVED` of the money in other places and less than
`REACH` more or less reach, the plan need not change.

Two saved plans are compared the same way (`compare_plans`): b is the later plan's affinity, split
only if the build in force agrees with it. Differences of their briefs are listed; plans for two
services have no change of affinity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

from telads.answers.tables import of_month
from telads.dataset import in_force
from telads.errors import DataError
from telads.model import Month
from telads.planning.brief import Brief
from telads.planning.parts import Key, Member, key_of, member_of, names_of, parts_in, row_of
from telads.planning.parts import use as use_of_parts
from telads.planning.plan import Basis, Plan, make_plan, read_plan
from telads.planning.scenarios import SHARE, Row
from telads.store.workspace import Build
from telads.text import Text
from telads.wording import number, people_text

CAUSES: dict[str, Text] = {
    "version": Text("프로그램 버전이 바뀌었습니다.", "The version of the program changed."),
    "format": Text("계산 방식이 바뀌었습니다.", "The method of computing changed."),
    "floor": Text("최소 공개 인원 설정이 바뀌었습니다.", "The minimum group size changed."),
    "forecast_phi": Text("예측 설정이 바뀌었습니다.", "The forecast setting changed."),
    "cells": Text("계획한 달의 데이터가 새 파일로 바뀌었습니다.",
                  "The data of the plan's month was replaced."),
}  # fmt: skip
"""Possible causes of the part `method`."""
BRIEF: dict[str, Text] = {
    "audience": Text("타겟", "audience"),
    "service": Text("서비스", "service"),
    "budget": Text("예산", "budget"),
    "unit": Text("단위", "unit"),
    "frequency": Text("빈도 목표", "frequency"),
    "platforms": Text("매체와 CPM", "platforms and their prices"),
}
"""Parts of a brief in which two plans may differ."""
REASONS: dict[str, Text] = {
    "change_city": Text("{city} 전체 요인", "citywide"),
    "change_local": Text("지역 요인", "local"),
    "change_method": Text("데이터·계산 요인", "data or method"),
}
"""Parts of a change, as named in sentences."""


MOVED, REACH = 0.05, 0.03
"""Shares of the money moved, and of the change of reach, below which the plan need not change."""


@dataclass(frozen=True)
class Comparison:
    """The earlier plan and the same brief now."""

    before: Plan
    now: Plan
    segments: tuple[Row, ...]
    """status (stayed, entered, left), affinity and spend before and now, parts of the change."""
    platforms: tuple[Row, ...]
    """spend and reached before and now."""
    causes: tuple[str, ...]
    """Applicable keys of `CAUSES`."""
    brief: tuple[str, ...] = ()
    """Keys of `BRIEF` that differ."""
    broken: tuple[Month, ...] = ()
    """Months between the two plans' at which the service's series may be broken."""

    @property
    def moved(self) -> int:
        """Won assigned to another segment or platform than before."""
        before, now = (
            Counter({
                (key_of(member_of(row)), row["platform"]): row["spend"]
                for row in plan.result.spends
            })
            for plan in (self.before, self.now)
        )  # fmt: skip
        return sum((before - now).values())

    @property
    def moved_share(self) -> float:
        """`moved` as a share of the plan's budget, 0..1."""
        return round(self.moved / self.before.brief.budget, SHARE)

    @property
    def reach_change(self) -> float | None:
        """Relative change of the expected reach; None if no one was reached."""
        before, now = (plan.result.summary["reached"] for plan in (self.before, self.now))
        return round(now / before - 1, SHARE) if before else None

    @property
    def verdict(self) -> str:
        """`keep` if less than `MOVED` and `REACH` differ, else `change`."""
        change = self.reach_change
        small = self.moved_share < MOVED and change is not None and abs(change) < REACH
        return "keep" if small else "change"

    def shares(self) -> dict[str, float | None]:
        """Share of each part in the change of affinity, over people; None without a change.

        Sum over the segments that stayed of people times the part's size, over that of all parts.
        """
        people = {at: row["population"] for at, row in _rows(self.before).items()}
        sums = dict.fromkeys(REASONS, 0.0)
        for row in self.segments:
            count = people.get(key_of(member_of(row)))
            if row["status"] == "stayed" and count and row["change_method"] is not None:
                for part in REASONS:
                    sums[part] += count * abs(row[part])
        total = fsum(sums.values())
        return {
            f"share_{part.removeprefix('change_')}": round(value / total, SHARE) if total else None
            for part, value in sums.items()
        }

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.before.result == self.now.result

    def membership(self) -> tuple[Text, ...]:
        """The groups that came and went, and why, in words."""
        return _membership(self.segments)

    def sentences(self) -> tuple[Text, ...]:
        """The changes in words."""
        asked = [BRIEF[one] for one in self.brief]
        brief = Text(
            f"브리프가 다릅니다: {', '.join(one.ko for one in asked)}.",
            f"The briefs differ: {', '.join(one.en for one in asked)}.",
        )
        causes = (CAUSES[one] for one in self.causes)
        return (_verdict(self), *((brief,) if asked else ()), *_membership(self.segments),
                *_reach(self), *_shares(self), *_break(self), *causes)  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The comparison as JSON without the earlier plan: see `read_comparison`."""
        return {
            "comparison": FORMAT,
            "before": self.before.hash,
            "now": self.now.document(),
            "segments": list(self.segments),
            "platforms": list(self.platforms),
            "causes": list(self.causes),
            "brief": list(self.brief),
            "broken": [str(month) for month in self.broken],
        }


FORMAT = 1
"""Version of a comparison's JSON."""


def read_comparison(document: Mapping[str, Any], before: Plan) -> Comparison:
    """Read `Comparison.document`; raises `DataError` for another plan, or one that was changed."""
    if document.get("comparison") != FORMAT or document.get("before") != before.hash:
        raise DataError(
            Text("비교가 이 계획의 것이 아닙니다.", "The comparison is not of this plan."),
            Text("비교를 다시 만들어 주세요.", "Make the comparison again."),
        )  # fmt: skip
    return Comparison(
        before=before,
        now=read_plan(document["now"]),
        segments=tuple(document["segments"]),
        platforms=tuple(document["platforms"]),
        causes=tuple(document["causes"]),
        brief=tuple(document["brief"]),
        broken=tuple(map(Month.parse, document["broken"])),
    )


def compare(
    plan: Plan,
    build: Build,
    month: Month | None = None,
    make: Callable[[Build, Brief], Plan] = make_plan,
) -> Comparison:
    """Repeat the plan's brief on a month of a build (None: the newest) and compare.

    `make` may cache plans. Raises what it raises, for example for an audience that is now empty.
    """
    now = make(build, replace(plan.brief, month=month))
    return Comparison(
        before=plan,
        now=now,
        segments=_segments(plan, now, build),
        platforms=_platforms(plan, now),
        causes=_causes(plan.basis, build),
        broken=_broken(plan, now, build),
    )


def compare_plans(plan: Plan, now: Plan, build: Build) -> Comparison:
    """Compare two saved plans as they are; `build` knows the segments."""
    asked, asked_now = plan.brief.document(), now.brief.document()
    same_month = plan.basis.month == now.basis.month
    return Comparison(
        before=plan,
        now=now,
        segments=_segments(plan, now, build),
        platforms=_platforms(plan, now),
        causes=tuple(
            name for name in CAUSES
            if getattr(plan.basis, name) != getattr(now.basis, name)
            and (name != "cells" or same_month)  # other months have other data
        ),
        brief=tuple(name for name in BRIEF if asked[name] != asked_now[name]),
        broken=_broken(plan, now, build),
    )  # fmt: skip


def _broken(plan: Plan, now: Plan, build: Build) -> tuple[Month, ...]:
    first, last = sorted((plan.month, now.month))
    services = {plan.brief.service, now.brief.service}
    return tuple(
        month for month in build.months
        if first < month <= last and services & set(build.breaks(month))
    )  # fmt: skip


def _break(found: Comparison) -> tuple[Text, ...]:
    if not found.broken:
        return ()
    months = ", ".join(map(str, found.broken))
    return (
        Text(
            f"두 달 사이에 이 서비스의 집계가 바뀌어 계열이 끊겼을 수 있습니다({months}). "
            "그만큼은 이용이 달라진 것이 아닐 수 있습니다.",
            f"Between the two months the service's series may be broken ({months}): part of the "
            "change may come from counting, not from use.",
        ),
    )


def _causes(basis: Basis, build: Build) -> tuple[str, ...]:
    about = build.about
    of_month_then = about["files"].get(basis.month)
    now: dict[str, object] = {name: about[name] for name in CAUSES if name != "cells"}
    now["cells"] = of_month_then["cells"] if of_month_then else basis.cells
    return tuple(name for name in CAUSES if now[name] != getattr(basis, name))


def _segments(plan: Plan, now: Plan, build: Build) -> tuple[Row, ...]:
    before, after = _rows(plan), _rows(now)
    of_one_service = plan.brief.service == now.brief.service

    def known(one: Plan) -> dict[Key, tuple[float, float]]:
        return _affinities(build, one.month, one.brief.service) if one.month in build.months else {}

    current, former = known(now), known(plan)
    city = _peers(current, former)
    members = {key_of(member_of(row)): member_of(row)
               for one in (plan, now) for row in one.result.segments}  # fmt: skip
    names = names_of(build, members.values())
    current, former = ({**of, **_of_parts(one, members.values(), build)}
                       for of, one in ((current, now), (former, plan)))  # fmt: skip
    rows = []
    for at, member in sorted(members.items()):
        old, new = before.get(at), after.get(at)
        was = old["affinity"] if old else _value(former, at)
        in_build = _value(current, at)
        value = new["affinity"] if new else in_build
        split = of_one_service and value == in_build
        change = None if was is None or value is None else round(value - was, SHARE)
        rows.append({
            **row_of(member, names),
            "status": "stayed" if old and new else "entered" if new else "left",
            "affinity_before": was,
            "affinity_now": value,
            "change": change if of_one_service else None,
            **_parts(was, _value(former, at), value if split else None, city.get(at[1:3])),
            "spend_before": old["spend"] if old else 0,
            "spend_now": new["spend"] if new else 0,
        })  # fmt: skip
    return tuple(rows)


def _rows(plan: Plan) -> dict[Key, Row]:
    return {key_of(member_of(row)): row for row in plan.result.segments}


def _of_parts(
    plan: Plan, members: Iterable[Member], build: Build
) -> dict[Key, tuple[float, float]]:
    """People and affinity of the members that are parts, in the plan's month."""
    parts = parts_in(members)
    if not parts or plan.month not in build.months:
        return {}
    known = use_of_parts(build, plan.month, plan.brief.service, parts)
    return {of: (float(one.population), one.affinity) for of, one in known.items()
            if one.affinity is not None}  # fmt: skip


def _affinities(build: Build, month: Month, service: str) -> dict[Key, tuple[float, float]]:
    """People and affinity of each segment."""
    rows = of_month(build, "services", month)
    own = rows.filter(rows["service"] == service).drop_nulls("affinity")
    columns = own.select("district", "sex", "age", "population", "affinity")
    return {(d, s, a): (count, z) for d, s, a, count, z in columns.iter_rows()}


def _value(known: Mapping[Key, tuple[float, float]], at: Key) -> float | None:
    return round(known[at][1], SHARE) if at in known else None


def _peers(
    current: Mapping[Key, tuple[float, float]], former: Mapping[Key, tuple[float, float]]
) -> dict[tuple[str, int], float]:
    """Change of the mean over people of each sex and age present in both months."""
    means = [_means(known) for known in (current, former)]
    return {peers: means[0][peers] - means[1][peers] for peers in means[0].keys() & means[1].keys()}


def _means(known: Mapping[Key, tuple[float, float]]) -> dict[tuple[str, int], float]:
    groups: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for (_, sex, age), pair in known.items():
        groups.setdefault((sex, age), []).append(pair)
    return {
        peers: fsum(count * z for count, z in pairs) / fsum(count for count, _ in pairs)
        for peers, pairs in groups.items()
    }


def _parts(
    was: float | None, then: float | None, value: float | None, city: float | None
) -> dict[str, float | None]:
    if was is None or then is None or value is None or city is None:
        return dict.fromkeys(("change_method", "change_city", "change_local"))
    method, of_city = round(then - was, SHARE), round(city, SHARE)
    return {
        "change_method": method,
        "change_city": of_city,
        "change_local": round(value - was - method - of_city, SHARE),
    }


def _platforms(plan: Plan, now: Plan) -> tuple[Row, ...]:
    before, after = ({row["platform"]: row for row in one.result.platforms} for one in (plan, now))
    nothing: Row = {"spend": 0, "reached": 0}
    return tuple(
        {
            "platform": name,
            "spend_before": before.get(name, nothing)["spend"],
            "spend_now": after.get(name, nothing)["spend"],
            "reached_before": before.get(name, nothing)["reached"],
            "reached_now": after.get(name, nothing)["reached"],
        }
        for name in dict.fromkeys([*before, *after])
    )


def _verdict(found: Comparison) -> Text:
    """Whether to change the plan, with the figures behind it."""
    moved, change = found.moved_share, found.reach_change
    reach = "–" if change is None else f"{number(100 * change, 'index', 1)}%"
    if found.verdict == "keep":
        return Text(
            f"실질적인 변화가 없습니다: 예산 이동 {moved:.1%}(기준 {MOVED:.0%} 미만), "
            f"예상 도달 변화 {reach}(기준 {REACH:.0%} 미만).",
            f"No material change: {moved:.1%} of the budget would move (under {MOVED:.0%}), the "
            f"expected reach changes by {reach} (under {REACH:.0%}).",
        )
    return Text(
        f"계획을 바꿀 만합니다: 예산 이동 {moved:.1%}, 예상 도달 변화 {reach}.",
        f"Worth changing: {moved:.1%} of the budget would move, the expected reach changes by "
        f"{reach}.",
    )


def _shares(found: Comparison) -> tuple[Text, ...]:
    """Shares of the city, the segments and the data in the change of affinity."""
    shares = found.shares()
    told = [(share, words) for (part, words) in _reasons_named()
            if (share := shares[f"share_{part.removeprefix('change_')}"])]  # fmt: skip
    if not told:
        return ()
    return (Text(
        "유지된 집단의 이용 강도가 달라진 이유: "
        f"{', '.join(f'{words.ko} {share:.0%}' for share, words in told)}.",
        "Why the usage score of the kept groups changed: "
        f"{', '.join(f'{words.en} {share:.0%}' for share, words in told)}.",
    ),)  # fmt: skip


def _reasons_named() -> list[tuple[str, Text]]:
    return [(part, in_force().fill(words)) for part, words in REASONS.items()]


def _membership(rows: tuple[Row, ...]) -> tuple[Text, ...]:
    moved = [row for row in rows if row["status"] != "stayed"]
    if not moved:
        return (Text("타겟의 집단은 그대로입니다.", "The audience's groups are the same."),)
    left = sum(row["status"] == "left" for row in moved)
    entered = len(moved) - left
    if not entered:
        korean = f"집단 {left}개가 제외되고 추가된 집단은 없습니다."
    elif not left:
        korean = f"집단 {entered}개가 추가되고 제외된 집단은 없습니다."
    else:
        korean = f"집단 {entered}개가 추가되고 {left}개가 제외되었습니다."
    english = f"Segments that entered the audience: {entered}; that left it: {left}."
    return (Text(korean, english), *_reasons(moved))


def _reasons(moved: Sequence[Row]) -> tuple[Text, ...]:
    """Number of segments by the largest part of their change of affinity."""
    largest = Counter(
        max(REASONS, key=lambda part: abs(row[part]))
        for row in moved if all(row[part] is not None for part in REASONS)
    )  # fmt: skip
    if not largest:
        return ()
    told = [(largest[part], words) for part, words in _reasons_named() if largest[part]]
    return (
        Text(
            "추가되거나 제외된 이유: "
            f"{', '.join(f'{words.ko} {number}개' for number, words in told)}.",
            "Why groups were added or removed: "
            f"{', '.join(f'{words.en} {number}' for number, words in told)}.",
        ),
    )


def _reach(found: Comparison) -> tuple[Text, ...]:
    before, now = (plan.result.summary["reached"] for plan in (found.before, found.now))
    if before == now:
        return (Text("예상 도달 인원은 그대로입니다.", "The expected reach is the same."),)
    if people_text(before) == people_text(now):
        return (
            Text(
                f"예상 도달 인원은 {people_text(now).ko}으로 거의 같습니다.",
                f"The expected reach is about the same: {people_text(now).en}.",
            ),
        )
    return (
        Text(
            f"예상 도달 인원이 {people_text(before).ko}에서 {people_text(now).ko}으로 "
            f"{'늘었습니다' if now > before else '줄었습니다'}.",
            f"The expected reach changed from {people_text(before).en} to {people_text(now).en}.",
        ),
    )
