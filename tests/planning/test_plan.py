"""Plans: the same brief is the same text, no change goes unseen, newer data are explained."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from telads.errors import DataError, IndexRefused, QuestionError
from telads.ingest.ingest import ingest
from telads.method.build import build as build_now
from telads.model import Month
from telads.planning.brief import Brief, read_brief
from telads.planning.comparison import compare, compare_plans
from telads.planning.plan import Plan, canonical, make_plan, read_plan
from telads.planning.sentences import plan_sentences
from telads.settings import Settings
from telads.store.workspace import Build, Store

BRIEF: dict[str, Any] = {
    "name": "여름 배달",
    "audience": {"where": {"service": "delivery", "affinity": 0.5}},
    "service": "delivery",
    "budget": 50_000_000,
    "platforms": [
        {"service": "shopping", "price": 3500, "minimum": 5_000_000, "cap": 20_000_000},
        {"service": "finance", "price": 4200, "curve": {"scale": 1.4}},
        {"service": "youtube", "price": 4500, "curve": {"points": [[1, 0.4], [3, 0.7]]}},
        {"service": "game", "name": "게임 앱", "price": 2500, "cap": 15_000_000},
    ],
}


def brief(**changes: Any) -> Brief:
    return read_brief({**BRIEF, **changes})


@pytest.fixture(scope="module")
def plan(twin_build: Build) -> Plan:
    return make_plan(twin_build, brief())


def test_sums_agree_with_their_parts(plan: Plan) -> None:
    result, sums = plan.result, plan.result.summary
    assert sums["spend"] == sums["budget"] == 50_000_000
    for rows in (result.platforms, result.segments, result.spends):
        assert sum(row["spend"] for row in rows) == 50_000_000
    for row in result.platforms:
        own = [one for one in result.spends if one["platform"] == row["platform"]]
        assert sum(one["spend"] for one in own) == row["spend"]
        assert row["contacts"] == pytest.approx(row["spend"] * 1000 / row["price"], abs=1)
    assert sums["reached_low"] <= sums["reached"] <= sums["reached_high"]
    assert sums["reached"] == pytest.approx(
        sum(row["reached"] for row in result.segments), abs=5 * len(result.segments) + 10
    )
    assert 0 <= sums["proven_gap"] < 1e-3


def test_a_plan_and_its_audience_are_of_one_size(twin_build: Build) -> None:
    flat = [{"service": "shopping", "price": 1}]  # everybody is reached
    for month in twin_build.months:
        for service in ("delivery", "shopping", "game"):
            rules = {"where": {"service": service, "affinity": 0.5}}
            made = make_plan(
                twin_build,
                brief(month=str(month), audience=rules, platforms=flat, budget=10**9),
            )
            sums = made.result.summary
            assert sums["population"] == made.people["population"]
            assert sums["reached"] <= sums["reached_high"] <= sums["population"]
            assert made.result.platforms[0]["reached"] <= sums["population"]


def test_the_frequency_is_told_as_an_average(plan: Plan) -> None:
    bought = plan_sentences(plan)[1]
    often = f"{plan.result.summary['frequency']:.1f}"
    assert bought.en.endswith(f" planned impressions, an average frequency of {often}.")
    assert bought.ko.endswith(f"평균 빈도 {often}회입니다.")


def test_limits_that_bind_are_named(plan: Plan) -> None:
    spends = {row["platform"]: row["spend"] for row in plan.result.platforms}
    expected = {"cap 게임 앱"} if spends["게임 앱"] == 15_000_000 else set()
    expected |= {"cap shopping"} if spends["shopping"] == 20_000_000 else set()
    expected |= {"minimum shopping"} if spends["shopping"] == 5_000_000 else set()
    assert set(plan.result.summary["binding"]) == expected
    assert expected


def test_a_dearer_platform_never_helps_and_a_cheaper_never_harms(plan: Plan) -> None:
    for row in plan.result.platforms:
        assert row["weighted_reach_if_dearer"] <= 1e-4
        assert row["weighted_reach_if_cheaper"] >= -1e-4
    assert plan.result.summary["next_share"] > 0


def test_the_next_tenth_is_unknown_where_caps_forbid_it(twin_build: Build) -> None:
    capped = [{**one, "cap": 15_000_000, "minimum": 0} for one in BRIEF["platforms"][:2]]
    tight = make_plan(twin_build, brief(budget=30_000_000, platforms=capped))
    assert tight.result.summary["next_share"] is None


def test_where_hardly_anybody_is_reached_there_is_no_frequency(twin_build: Build) -> None:
    platforms = [{**one, "minimum": 0} for one in BRIEF["platforms"]]
    least = make_plan(twin_build, brief(budget=1, platforms=platforms))
    assert least.result.summary["reached"] == 0
    assert least.result.summary["frequency"] is None
    assert {row["frequency"] for row in least.result.segments} == {None}
    told, *more = plan_sentences(least)  # a tenth of a won is nothing to speak of
    assert not [one for one in more if "10% more" in one.en or "Twice" in one.en]
    assert "fewer than 10 people" in told.en
    assert "회입니다" not in told.ko


def test_money_that_reaches_nobody_more_is_told_plainly(twin_build: Build) -> None:
    flat = {"points": [[1, 0.3]]}  # a contact each reaches 30 %, and more reach no more
    platforms = [{"service": "shopping", "price": 3500, "curve": flat}]
    much = make_plan(twin_build, brief(budget=10**12, platforms=platforms))
    assert much.result.summary["next_weighted_reach"] == 0
    assert much.result.summary["proven_gap"] == 0  # more than everybody is nobody's best
    told = [one for one in plan_sentences(much) if "Try a wider audience" in one.en]
    assert len(told) == 1
    assert "타겟을 넓히거나" in told[0].ko
    other = plan_sentences(make_plan(twin_build, brief()))
    assert not [one for one in other if "Try a wider audience" in one.en]


def test_a_coarse_unit_of_spends_is_told_with_what_it_may_cost(twin_build: Build) -> None:
    fine, coarse = (make_plan(twin_build, brief(unit=unit)) for unit in (1000, 10_000_000))
    best = fine.result.summary["weighted_reach"] * (1 + fine.result.summary["proven_gap"])
    lost = 1 - coarse.result.summary["weighted_reach"] / best
    (told,) = [one for one in plan_sentences(coarse) if "단위를 줄여" in one.ko]
    said = float(re.findall(r"up to ([0-9.]+)%", told.en)[0]) / 100
    assert lost <= said <= lost + 0.002
    assert f"최대 {said:.1%} 적을" in told.ko
    assert not [one for one in plan_sentences(coarse) if "10% more" in one.en]
    assert not [one for one in plan_sentences(fine) if "smaller unit" in one.en]
    assert [one for one in plan_sentences(fine) if "10% more" in one.en]


def test_a_unit_above_the_budget_is_refused_but_a_saved_plan_of_one_is_read(
    twin_build: Build, plan: Plan
) -> None:
    small = [{**one, "minimum": 0} for one in BRIEF["platforms"]]
    asked = {"budget": 5000, "platforms": small}
    with pytest.raises(QuestionError, match="exceeds the budget by 1 won") as refused:
        make_plan(twin_build, brief(**asked, unit=5001))
    assert refused.value.facts["rule"] == "unit"
    made = make_plan(twin_build, brief(**asked, unit=5000))
    assert made.result.summary["spend"] == 5000
    assert brief(**{**asked, "budget": 300}).unit == 300
    saved = replace(plan, brief=replace(plan.brief, unit=10**9))
    assert read_plan(saved.document()) == saved


def test_the_same_brief_is_the_same_plan_in_whatever_order(twin_build: Build, plan: Plan) -> None:
    turned = brief(platforms=BRIEF["platforms"][::-1])
    again = make_plan(twin_build, turned)
    assert canonical(again.document()) == canonical(plan.document())


def test_a_plan_comes_back_from_its_text_and_no_other(plan: Plan) -> None:
    document = json.loads(canonical(plan.document()))
    assert read_plan(document) == replace(plan, brief=read_plan(document).brief)
    assert read_plan(document).hash == plan.hash
    changed = copy.deepcopy(document)
    changed["result"]["summary"]["reached"] += 10
    wrongs: tuple[Any, ...] = (
        changed,
        {**document, "hash": "0" * 64},
        {},
        [],
        {**document, "basis": {}},
        {**document, "brief": {**document["brief"], "service": "foo"}},
        {**document, "brief": {**document["brief"], "budget": -1}},
        {**document, "hash": object()},
    )
    for wrong in wrongs:
        with pytest.raises(DataError):
            read_plan(wrong)


FORMER = Path(__file__).with_name("former_plan.json")
"""A plan of synthetic data as version 1 of the form saved it: no ceiling, one objective."""


def test_a_plan_of_the_former_form_opens_as_it_was_and_is_compared_by_its_own_objective(
    twin_build: Build,
) -> None:
    document = json.loads(FORMER.read_text("utf-8"))
    found = read_plan(document)
    assert found.document() == document
    assert found.hash == document["hash"]
    assert (found.brief.objective, found.brief.weight) == ("affinity", "association")
    for name, value in document["result"]["summary"].items():
        assert found.result.summary[name] == value
    assert found.result.summary["reached_2"] is None
    told = " ".join(one.en for one in plan_sentences(found))
    assert "earlier version" in told
    assert "reach weighted by usage score (by association)" in told
    change = compare(found, twin_build)
    assert (change.now.brief.objective, change.now.brief.weight) == ("affinity", "association")
    same = make_plan(twin_build, replace(found.brief, month=found.month)).result.summary
    for name in ("reached", "contacts"):  # affinity was measured from the mean of groups then
        assert same[name] == pytest.approx(found.result.summary[name], rel=0.01), name
    changed = copy.deepcopy(document)
    changed["result"]["summary"]["reached"] += 10
    with pytest.raises(DataError):
        read_plan(changed)


def test_a_comparison_tells_what_moves_and_whether_it_matters(twin_build: Build) -> None:
    before = make_plan(twin_build, brief(month="2023-02"))
    found = compare(before, twin_build)
    cells = [
        {(r["district"], r["sex"], r["age"], r["platform"]): r["spend"] for r in plan.result.spends}
        for plan in (before, found.now)
    ]
    gained = [max(0, cells[1].get(at, 0) - cells[0].get(at, 0)) for at in {*cells[0], *cells[1]}]
    assert found.moved == sum(gained) > 0
    assert sum(share or 0 for share in found.shares().values()) == pytest.approx(1, abs=2e-4)
    small = found.moved_share < 0.05 and abs(found.reach_change or 0) < 0.03
    assert found.verdict == ("keep" if small else "change")
    same = compare(make_plan(twin_build, brief()), twin_build)
    assert (same.moved, same.verdict, same.reach_change) == (0, "keep", 0)
    assert set(same.shares().values()) == {None}


def test_the_same_build_changes_nothing(twin_build: Build, plan: Plan) -> None:
    found = compare(plan, twin_build)
    assert found.same
    assert found.causes == ()
    assert {row["status"] for row in found.segments} == {"stayed"}
    assert {row["change"] for row in found.segments} == {0}


def test_a_newer_month_is_split_without_remainder(twin_build: Build) -> None:
    old = make_plan(twin_build, brief(month="2023-02"))
    found = compare(old, twin_build)
    assert (found.before.basis.month, found.now.basis.month) == ("2023-02", "2023-04")
    before = {(r["district"], r["sex"], r["age"]) for r in old.result.segments}
    after = {(r["district"], r["sex"], r["age"]) for r in found.now.result.segments}
    moved = False
    for row in found.segments:
        at = (row["district"], row["sex"], row["age"])
        assert row["status"] == (
            "stayed" if at in before & after else "left" if at in before else "entered"
        )
        parts = [row[name] for name in ("change_method", "change_city", "change_local")]
        assert sum(parts) == pytest.approx(row["change"], abs=1e-9)
        assert row["change_method"] == 0
        moved |= row["change"] != 0
    assert moved
    # The city's part is one figure for each sex and age.
    for peers in {(row["sex"], row["age"]) for row in found.segments}:
        own = {r["change_city"] for r in found.segments if (r["sex"], r["age"]) == peers}
        assert len(own) == 1


def test_any_two_plans_are_held_against_each_other_as_they_are(twin_build: Build) -> None:
    first, second = (make_plan(twin_build, brief(month=month)) for month in ("2023-02", "2023-03"))
    found = compare_plans(first, second, twin_build)
    assert (found.before, found.now, found.brief, found.causes) == (first, second, (), ())
    assert found.segments == compare(first, twin_build, Month.of(2023, 3)).segments
    for row in found.segments:
        parts = [row[name] for name in ("change_method", "change_city", "change_local")]
        assert sum(parts) == pytest.approx(row["change"], abs=1e-9)
    assert compare_plans(first, first, twin_build).same


def test_two_plans_with_other_platforms_services_or_builds(twin_build: Build, plan: Plan) -> None:
    one = make_plan(twin_build, replace(plan.brief, offers=plan.brief.offers[:1], budget=7_000_000))
    for before, now in ((plan, one), (one, plan)):
        found = compare_plans(before, now, twin_build)
        assert found.brief == ("budget", "platforms")
        assert {row["platform"] for row in found.platforms} == {
            offer.name for offer in plan.brief.offers
        }
        assert sum(row["spend_now"] for row in found.platforms) == now.result.summary["spend"]
        told = [one.en for one in found.sentences()]
        assert "The briefs differ: budget, platforms and their prices." in told
    offers = tuple(o for o in plan.brief.offers if o.name != "game")
    other = make_plan(twin_build, replace(plan.brief, service="game", offers=offers))
    found = compare_plans(plan, other, twin_build)
    assert "service" in found.brief
    parts = ("change", "change_method", "change_city", "change_local")
    assert {row[part] for row in found.segments for part in parts} == {None}
    # A build that knows neither month splits nothing, and still shows what was saved.
    gone = replace(plan, basis=replace(plan.basis, month="2019-05"))
    found = compare_plans(gone, gone, twin_build)
    assert {row["change"] for row in found.segments} == {0}
    assert {row["change_local"] for row in found.segments} == {None}


def test_the_main_reason_of_each_way_in_or_out_is_told(twin_build: Build) -> None:
    found = compare(make_plan(twin_build, brief(month="2023-02")), twin_build)
    moved = [row for row in found.segments if row["status"] != "stayed"]
    parts = ("change_city", "change_local", "change_method")
    city = sum(max(parts, key=lambda part: abs(row[part])) == "change_city" for row in moved)
    assert 0 < city < len(moved), "a month in which both reasons occur shows more"
    _, membership, reasons, *_ = found.sentences()
    entered = sum(row["status"] == "entered" for row in moved)
    assert membership.en.endswith(f"{entered}; that left it: {len(moved) - entered}.")
    assert reasons.ko == (
        f"추가되거나 제외된 이유: 서울 전체 요인 {city}개, 지역 요인 {len(moved) - city}개."
    )


def test_another_setting_is_told_as_the_cause(
    twin_files: Path, twin_build: Build, plan: Plan, settings: Settings, tmp_path: Path
) -> None:
    """A floor that hides segments changes every standard deviation: the part called method."""
    workspace = Store(tmp_path)
    other = replace(settings, floor=16_000.0)
    assert not [one for one in ingest(workspace, [twin_files], other) if one.error]
    build_now(workspace, other)
    found = compare(plan, workspace.build())
    assert found.causes == ("floor",)
    stayed = [row for row in found.segments if row["status"] == "stayed"]
    assert any(row["change_method"] for row in stayed)
    assert {row["change_city"] for row in stayed} == {0}
    gone = [row for row in found.segments if row["affinity_now"] is None]
    assert all(row["change"] is None and row["status"] == "left" for row in gone)
    assert gone


def test_a_month_that_is_gone_cannot_be_split(
    twin_files: Path, twin_build: Build, settings: Settings, tmp_path: Path
) -> None:
    old = make_plan(twin_build, brief(month="2023-01"))
    workspace = Store(tmp_path)
    newest = sorted(twin_files.iterdir())[-1]
    assert not [one for one in ingest(workspace, [newest], settings) if one.error]
    build_now(workspace, settings)
    found = compare(old, workspace.build())
    assert {row["change_city"] for row in found.segments} == {None}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"budget": 0}, "budget"),
        ({"budget": 1.5}, "budget"),
        ({"platforms": []}, "platforms"),
        ({"platforms": [{"service": "game"}]}, "platforms[0].price"),
        ({"platforms": [{"service": "game", "price": 0}]}, "platforms[0].price"),
        ({"platforms": [{"service": "delivery", "price": 9}]}, "platforms[0].service"),
        ({"platforms": [{"service": "game", "price": 9}] * 2}, "platforms[1].name"),
        ({"platforms": [{"service": "game", "price": 9}] * 21}, "platforms"),
        ({"platforms": [{"service": "game", "price": 9, "curve": {}}]},
         "platforms[0].curve.scale"),
        ({"platforms": [{"service": "game", "price": 9, "curve": {"points": [[1]]}}]},
         "platforms[0].curve.points[0]"),
        ({"platforms": [{"service": "game", "price": 9, "curve": {"points": [[1, 2]]}}]},
         "platforms[0].curve"),
        ({"platforms": [{"service": "game", "price": 9, "minimum": 9, "cap": 5}]},
         "platforms[0].cap"),
        ({"frequency": {"at_most": 3, "at_least": 2}}, "frequency"),
        ({"frequency": {"at_most": 0}}, "frequency.at_most"),
        ({"platforms": [{"service": "game", "price": 9, "ceiling": 0}]}, "platforms[0].ceiling"),
        ({"platforms": [{"service": "game", "price": 9, "ceiling": 1.1}]}, "platforms[0].ceiling"),
        ({"platforms": [{"service": "game", "price": 9, "ceiling": 0.5,
                         "curve": {"points": [[1, 0.4], [3, 0.7]]}}]}, "platforms[0].curve"),
        ({"objective": "sales"}, "objective"),
        ({"weight": "use"}, "weight"),
        ({"target": {"reach": 1.2}}, "target.reach"),
        ({"target": {"people": 0}}, "target.people"),
        ({"target": {"reach": 0.2, "people": 3}}, "target"),
        ({"audience": {"where": {"age": 35}}}, "audience.where.age[0]"),
        ({"colour": "red"}, "colour"),
        ({"unit": 0}, "unit"),
        ({"name": "=1+1"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 201}, "name"),
    ],
)  # fmt: skip
def test_a_wrong_brief_is_named_by_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(QuestionError) as refused:
        brief(**changes)
    assert refused.value.facts["rule"] == place


def test_all_that_is_wrong_with_a_brief_is_found_in_one_reading() -> None:
    with pytest.raises(QuestionError) as refused:
        brief(
            name="", budget=0, month="June", unit=0, objective="sales", weight="use",
            audience={"where": {"any": [{"age": 35}, {"sex": "X"}]}},
            frequency={"at_least": -1}, target={"reach": 2},
            platforms=[
                {"service": "delivery", "price": 0, "ceiling": 2, "curve": {}, "cap": -1},
                {"service": "game", "price": 9, "minimum": 5, "cap": 1},
                {"service": "tea", "price": "x", "curve": {"points": [[1], [2]]}},
            ],
        )  # fmt: skip
    first = refused.value
    assert [one.facts["rule"] for one in (first, *first.also)] == [
        *(f"platforms[0].{name}" for name in ("service", "ceiling", "price", "curve.scale", "cap")),
        "platforms[1].cap",
        *(f"platforms[2].{name}" for name in ("service", "price", "curve.points[0]",
                                              "curve.points[1]")),
        "budget", "name", "month", "audience.where.any[0].age[0]",
        "unit", "frequency.at_least", "objective", "weight", "target.reach",
    ]  # fmt: skip
    assert not [one for one in first.also if one.also]


@pytest.mark.parametrize("budget", [int("9" * 40), 1e300, float("inf")])
def test_a_number_that_is_too_large_is_called_so(budget: float) -> None:
    with pytest.raises(QuestionError, match="too large") as refused:
        brief(budget=budget)
    assert refused.value.facts["rule"] == "budget"


def test_an_index_of_a_standardised_service_is_refused_in_a_brief() -> None:
    with pytest.raises(IndexRefused):
        brief(audience={"where": {"service": "netflix", "index": 110}})


@pytest.mark.seoul
def test_real_data_make_a_plan(seoul_build: Build) -> None:
    made = make_plan(seoul_build, brief())
    assert made.result.summary["spend"] == 50_000_000
    assert made.result.summary["proven_gap"] < 1e-3
    assert made.people["population"] > 1_000_000


def test_a_comparison_across_a_break_in_the_series_says_so(twin_build: Build) -> None:
    marked = Build(twin_build.path)
    marked.__dict__["about"] = {**twin_build.about, "breaks": {"2023-03": ["delivery"]}}
    before = make_plan(marked, brief(month="2023-01"))
    assert before.brief.service == "delivery"
    found = compare(before, marked, Month.of(2023, 4))
    assert found.broken == (Month.of(2023, 3),)
    assert any("may be broken (2023-03)" in text.en for text in found.sentences())
    later = compare(make_plan(marked, brief(month="2023-03")), marked, Month.of(2023, 4))
    assert not later.broken
    assert not any("may be broken" in text.en for text in later.sentences())
