"""Saved audiences as displayed: sizes by month, and two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from django.urls import reverse

from telads.answers.choices import month_of
from telads.dataset import in_force
from telads.errors import QuestionError
from telads.model import Month
from telads.planning.audience import Audience, Difference, audience, differences, overlap
from telads.planning.plan import canonical
from telads.planning.rules import Rules
from telads.planning.words import rules_text
from telads.render.svg.drawing import Drawing
from telads.render.svg.people import draw_audience, draw_pair
from telads.store.workspace import Build
from telads.text import Lang, Text, josa
from telads.web.audiences.models import SavedAudience
from telads.web.components import month_select
from telads.web.formatting import figure_text
from telads.web.pages.audiences.forms import described_from
from telads.web.plans.models import LONGEST_NAME, SavedPlan
from telads.wording import in_sentence, observed, people


class Row(NamedTuple):
    """An audience of the list."""

    saved: SavedAudience
    told: Text
    size: int | None
    plans: list[SavedPlan]


class InMonth(NamedTuple):
    """People of an audience in a month; None where there are none to show."""

    month: Month
    people: int | None
    share: float


def listed(build: Build, saved: SavedAudience, plans: list[SavedPlan]) -> Row:
    """An audience with its size in the newest month."""
    rules = _rules(saved)
    size = size_of(build, rules) if rules else None
    return Row(saved, rules_text(rules.document()) if rules else UNREADABLE, size, plans)


UNREADABLE = Text("이 데이터에 없는 이름이 있어 읽을 수 없습니다.",
                  "It has names that the data do not have.")  # fmt: skip


def _rules(saved: SavedAudience) -> Rules | None:
    """The rules; None if they do not fit the dataset in force."""
    try:
        return saved.read()
    except QuestionError:
        return None


def size_of(build: Build, rules: Rules, month: Month | None = None) -> int | None:
    """People of an audience, by default in the newest month; None if nobody is shown."""
    found = _found(build, rules, month or build.months[-1])
    return found.size.population if found else None


def _found(build: Build, rules: Rules, month: Month) -> Audience | None:
    try:
        return audience(build, rules, month)
    except QuestionError:  # too few people, or names that the month does not have
        return None


def page(build: Build, saved: SavedAudience, lang: Lang) -> dict[str, Any]:
    """Rules, size in each month, and where the audience can be used."""
    rules = _rules(saved)
    sizes = [(month, _found(build, rules, month)) for month in build.months] if rules else []
    most = max((one.size.population for _, one in sizes if one), default=0) or 1
    newest = sizes[-1][1] if sizes else None
    return {
        "told": rules_text(rules.document()) if rules else UNREADABLE,
        "newest": newest,
        "sizes": [
            InMonth(month, one.size.population if one else None,
                    round(100 * one.size.population / most, 1) if one else 0.0)
            for month, one in reversed(sizes)
        ],
        "open_address": _address(rules, "audiences"),
        "plan_address": _plan_address(saved),
        "map": _map(build, newest, lang) if newest else None,
    }  # fmt: skip


def _address(rules: Rules | None, name: str) -> str:
    """The audience page with these rules; empty if its fields cannot express them."""
    described = described_from(rules) if rules else None
    return reverse(name, query=described.query()) if described else ""


def _plan_address(saved: SavedAudience) -> str:
    """A new plan for the audience."""
    return reverse("plan-new", query={"saved": saved.pk})


def _map(build: Build, one: Audience, lang: Lang) -> Drawing:
    return draw_audience(one.districts, lang=lang, window=observed(one.month.window, lang),
                         synthetic=build.synthetic, narrow=True)  # fmt: skip


# Two audiences. -------------------------------------------------------------------------------


class Dumbbell(NamedTuple):
    """A service of both audiences: positions in percent of the scale, and figures."""

    service: str
    figures: tuple[str, str]
    at: tuple[float, float] | None
    """None for a service without an index."""
    difference: str
    clear: bool | None


class Part(NamedTuple):
    """A part of both audiences: its people in words, and its share of all in percent."""

    people: str
    at: float
    share: float


def comparison(
    build: Build, first: SavedAudience, second: SavedAudience, month: str | None, lang: Lang
) -> dict[str, Any]:
    """Two audiences in a month; raises `QuestionError` and its subclasses."""
    when = month_of(build, month)
    one, other = (audience(build, saved.read(), when) for saved in (first, second))
    rows = differences(build, one.segments, other.segments, when)
    shared = overlap(build, one.segments, other.segments, when)
    parts = (shared.only_first, shared.both, shared.only_second)
    return {
        **compared(rows),
        "month": when,
        "month_list": month_select(build, when, lang),
        "pair": [
            (letter, saved, rules_text(saved.read().document()), found, _plan_address(saved))
            for letter, saved, found in (("A", first, one), ("B", second, other))
        ],
        "map": draw_pair(one.districts, other.districts, lang=lang, synthetic=build.synthetic,
                         window=observed(when.window, lang)),
        "joined": _joined(first, second, parts, lang),
        "overlap": _parts(parts, lang),
        "shared": _shared(shared.both, one.size.population, first, second),
    }  # fmt: skip


def compared(rows: Sequence[Difference]) -> dict[str, Any]:
    """What differs between two audiences, for `saved/dumbbells.html`."""
    bells, city = _bells(rows)
    return {
        "finding": _finding(rows),
        "bells": bells,
        "city": city,
        "flat": [_flat(row) for row in rows if row.difference is None],
    }


class Joined(NamedTuple):
    """An audience made of both: what it is, its people, and the form that saves it."""

    told: Text
    people: str
    name: str
    rules: str


def _joined(
    first: SavedAudience, second: SavedAudience, parts: tuple[int | None, ...], lang: Lang
) -> list[Joined]:
    """Both, either, and B without A, where the rules of both are conditions alone."""
    documents = [saved.read().document() for saved in (first, second)]
    only_a, both, only_b = parts
    if only_a is None or both is None or only_b is None:
        return []
    if any(not one.get("where") or one.get("include") or one.get("exclude") for one in documents):
        return []
    a, b = (one["where"] for one in documents)
    a_and_b, names = f"{first.name}, {second.name}", (first.name, second.name)
    made = [
        (Text("함께 속한 {people}만", "Only the {people} in both"), both, {"all": [a, b]},
         Text(f"{a_and_b} 함께", f"Both {names[0]} and {names[1]}")),
        (Text("둘을 합친 {people}", "The {people} of either"), only_a + both + only_b,
         {"any": [a, b]}, Text(f"{a_and_b} 합침", f"{names[0]} or {names[1]}")),
        (Text("B에서 A를 뺀 {people}", "The {people} of B without A"), only_b,
         {"all": [b, {"not": a}]}, Text(f"{names[1]}, {names[0]} 제외",
                                        f"{names[1]} without {names[0]}")),
    ]  # fmt: skip
    return [
        Joined(told.format(people=people(count, lang)), people(count, lang),
               name(lang)[:LONGEST_NAME], canonical({"where": where}))
        for told, count, where, name in made if count
    ]  # fmt: skip


def _bells(rows: Sequence[Difference]) -> tuple[list[Dumbbell], float]:
    """Services with an index by difference, and where the city's 100 stands."""
    known = [(row, row.first.index, row.second.index, row.difference) for row in rows
             if row.first.index is not None and row.second.index is not None
             and row.difference is not None]  # fmt: skip
    ends = [100.0, *(end for _, a, b, _ in known for end in (a, b))]
    low, high = floor(min(ends) / 10) * 10 - 5, ceil(max(ends) / 10) * 10 + 5

    def at(index: float) -> float:
        return round(100 * (index - low) / (high - low), 2)

    known.sort(key=lambda row: -row[3])
    return [
        Dumbbell(row.service, (f"{a:.0f}", f"{b:.0f}"), (at(a), at(b)),
                 figure_text(f"{gap:+.1f}"), row.clear)
        for row, a, b, gap in known
    ], at(100.0)  # fmt: skip


def _flat(row: Difference) -> Dumbbell:
    """A service published as standardised scores: affinities, with no error."""
    a, b = row.first.affinity, row.second.affinity
    told = tuple("–" if one is None else figure_text(f"{one:+.2f}") for one in (a, b))
    gap = "–" if a is None or b is None else figure_text(f"{b - a:+.2f}")
    return Dumbbell(row.service, (told[0], told[1]), None, gap, None)


def _finding(rows: Sequence[Difference]) -> Text:
    """What B uses clearly more and less than A."""
    clear = [row for row in rows if row.clear and row.difference]
    if not clear:
        return Text("두 타겟의 서비스 이용은 오차 범위 안에서 비슷합니다.",
                    "The two use services alike, within the margin of error.")  # fmt: skip
    told = []
    for sign, word in ((1, Text("더", "more")), (-1, Text("덜", "less"))):
        side = sorted((row for row in clear if sign * (row.difference or 0) > 0),
                      key=lambda row: -abs(row.difference or 0))  # fmt: skip
        if side:
            named = [in_force().measures[row.service] for row in side]
            ko = josa(", ".join(one.text.ko for one in named), "을/를")
            *first, last = (in_sentence(one.text.en) for one in named)
            en = f"{', '.join(first)} and {last}" if first else last
            told.append(Text(f"{ko} {word.ko}", f"{en} {word.en}"))
    return Text(f"B가 {', '.join(one.ko for one in told)} 씁니다.",
                f"B uses {', '.join(one.en for one in told)} than A.")  # fmt: skip


def _shared(both: int | None, whole: int, first: SavedAudience, second: SavedAudience) -> Text:
    """How many people are in both."""
    if both is None:
        return Text(
            "겹치는 인원은 최소 공개 인원보다 적은 쪽이 있어 보여 드리지 않습니다.",
            "The overlap is not shown: a part of it is below the minimum group size.",
        )
    if not both:
        return Text("서로 겹치는 사람이 없습니다.", "Nobody is in both.")
    share = f"{both / whole:.0%}"
    return Text(f"서로 겹치는 사람은 {people(both, 'ko')}, A의 {share}입니다.",
                f"{people(both, 'en')} are in both, {share} of A.")  # fmt: skip


def _parts(parts: tuple[int | None, int | None, int | None], lang: Lang) -> list[Part]:
    """A alone, both, B alone, as a bar; none if the overlap is hidden."""
    counts = [part for part in parts if part is not None]
    total = sum(counts)
    if len(counts) < len(parts) or not total:
        return []
    edges = [sum(counts[:at]) for at in range(len(counts))]
    return [Part(people(count, lang), round(100 * edge / total, 2), round(100 * count / total, 2))
            for edge, count in zip(edges, counts, strict=True)]  # fmt: skip
