"""A plan for ad systems: the published form, the same people read back, what is lost stated."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from telads.answers.choices import known_places
from telads.answers.tables import people
from telads.dataset import in_force
from telads.errors import DataError, UnknownChoice
from telads.planning.ad_systems import AD_SYSTEMS, offered
from telads.planning.files import write_plan
from telads.planning.parts import member_of, sizes
from telads.planning.plan import Plan, make_plan
from telads.store.workspace import Build
from telads.text import Lang
from tests.planning.test_plan import brief

FORMS: dict[str, Any] = json.loads(Path(__file__).with_name("ad_forms.json").read_text("utf-8"))
PLATFORMS = [{"service": "shopping", "price": 3500}, {"service": "youtube", "price": 4500}]
AUDIENCES: dict[str, dict[str, Any]] = {
    "groups that use it": {"where": {"service": "delivery", "affinity": 0.4}},
    "one group": {"where": {"all": [{"district": ["강남구"]}, {"sex": ["F"]}, {"age": [30]}]}},
    "five-year ages": {"where": {"all": [{"ages": [20, 25, 35]}, {"sex": ["M"]}]}},
    "two ages apart": {"where": {"age": [20, 50, 60]}},
    "everybody": {"where": {"sex": ["F", "M"]}},
}
Ages = tuple[int, int | None]
Read = tuple[str, str, Ages]
"""A district by its place in the file, a sex and ages that a file targets."""


@pytest.fixture(scope="module")
def plans(twin_build: Build) -> dict[str, Plan]:
    return {
        name: make_plan(twin_build, brief(audience=rules, platforms=PLATFORMS))
        for name, rules in AUDIENCES.items()
    }


def districts() -> dict[str, str]:
    """Districts by every name that a file may have for them."""
    known = in_force().district_names
    return {name: ko for ko, text in known.items() for name in (ko, f"{text.en}, Seoul")}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def read_google(path: Path) -> Iterator[Read]:
    form = FORMS["google"]
    campaigns: dict[str, list[dict[str, str]]] = {}
    for row in rows(path):
        campaigns.setdefault(row["Campaign"], []).append(row)
    for own in campaigns.values():
        places = [row["Location"] for row in own if row["Location"]]
        for group in {row["Ad Group"] for row in own if row["Ad Group"]}:
            inside = [row for row in own if row["Ad Group"] == group]
            for age in (row["Age"] for row in inside if row["Age"]):
                for sex in (row["Gender"] for row in inside if row["Gender"]):
                    for place in places:
                        yield place, form["genders"][sex], tuple(form["ages"][age])


def read_meta(path: Path) -> Iterator[Read]:
    for group in json.loads(path.read_text("utf-8"))["groups"]:
        one = group["targeting"]
        last = None if one["age_max"] == 65 else one["age_max"]
        for places in one["geo_locations"].values():
            for place in places:
                for sex in one["genders"]:
                    yield place["name"], {1: "M", 2: "F"}[sex], (one["age_min"], last)


def read_kakao(path: Path) -> Iterator[Read]:
    for group in json.loads(path.read_text("utf-8"))["groups"]:
        one = group["targeting"]
        for place in one["locations"]:
            for sex in one["genders"]:
                for age in map(int, one["ages"]):
                    yield place["description"], sex, (age, None if age == 70 else age + 4)


def read_naver(path: Path) -> Iterator[Read]:
    for group in json.loads(path.read_text("utf-8"))["groups"]:
        shown = {
            kind: [one for one in own if not one["negative"]]
            for kind, own in group["criteria"].items()
        }
        for place in shown["RL"]:
            for sex in shown["GN"]:
                for age in shown["AG"]:
                    code = age["dictionaryCode"]
                    ages: Ages = (int(code[2:4]), int(code[4:6])) if code else (60, None)
                    yield place["codeName"], sex["dictionaryCode"][2], ages


READERS = {
    "google": read_google, "meta": read_meta, "kakao": read_kakao, "naver": read_naver,
}  # fmt: skip


def cells_read(system: str, path: Path) -> dict[tuple[str, str, int], int]:
    """Cells a file targets, wholly or in part, and how often."""
    names, ages = districts(), in_force().cell_ages
    found: dict[tuple[str, str, int], int] = {}
    for place, sex, (first, last) in {*READERS[system](path)}:
        for cell in ages:
            end = cell + 4 if cell != ages[-1] else 200
            if cell <= (200 if last is None else last) and end >= first:
                key = (names[place], sex, cell)
                found[key] = found.get(key, 0) + 1
    return found


def cells_of(plan: Plan) -> set[tuple[str, str, int]]:
    found = set()
    for row in plan.result.segments:
        one = member_of(row)
        own = row.get("cell_age")
        for cell in [own] if own else in_force().cell_ages_of(one.age):
            found.add((one.district, str(one.sex), cell))
    return found


def head_count(build: Build, plan: Plan, cells: set[tuple[str, str, int]]) -> int:
    """People of cells: of groups that are whole as published, of others by five-year age."""
    total, bands = 0, in_force().bands
    groups = {(d, s, bands[cell]) for d, s, cell in cells}
    for d, s, age in groups:
        own = {cell for cell in in_force().cell_ages_of(age) if (d, s, cell) in cells}
        if own == {*in_force().cell_ages_of(age)}:
            total += people(build)[str(plan.month)].get((d, s, age), 0)
        else:
            known = sizes(build, plan.month)
            total += sum(known.get((d, s, age, "", cell), 0) for cell in own)
    return total


def money_read(system: str, path: Path) -> int:
    if system == "google":
        return sum(int(row["Budget"]) for row in rows(path) if row["Budget"])
    groups = json.loads(path.read_text("utf-8"))["groups"]
    return sum(sum(group["budgets"].values()) for group in groups)


def notes(path: Path) -> str:
    return path.with_name(path.name + "-notes.txt").read_text("utf-8")


def written(plan: Plan, system: str, folder: Path, build: Build | None, lang: Lang = "en") -> Path:
    suffix = next(one.suffix for one in AD_SYSTEMS if one.id == system)
    path = folder / f"plan{suffix}"
    write_plan(plan, path, lang, build)
    return path


@pytest.mark.parametrize("system", FORMS)
@pytest.mark.parametrize("name", AUDIENCES)
def test_the_people_read_back_are_the_plan_s_or_the_notes_say_who_else(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path, system: str, name: str
) -> None:
    plan = plans[name]
    path = written(plan, system, tmp_path, twin_build)
    read, own = cells_read(system, path), cells_of(plan)
    assert own <= {*read}, "nobody of the plan is missing"
    told = notes(path)
    size, planned = head_count(twin_build, plan, {*read}), plan.people["population"]
    assert head_count(twin_build, plan, own) == planned
    first = f"The file targets {size:,} people" if size != planned else (
        f"The file targets the plan's {planned:,} people")  # fmt: skip
    assert first in told
    for sex, age in {(sex, cell) for _, sex, cell in {*read} - own}:
        named = f"{in_force().sexes[sex].text.en} {in_force().cell_age_text(age).en}"
        assert f"Targeted too, though not in the plan: {named} (" in told
    assert told.count("Targeted too") == len({(s, c) for _, s, c in {*read} - own})
    assert money_read(system, path) == plan.result.summary["spend"]
    if system in {"meta", "kakao"}:  # their ages are the data's own up to 65
        young = {cell for cell in {*read} - own if cell[2] < 65}
        assert not young


@pytest.mark.parametrize("system", FORMS)
def test_no_one_is_targeted_by_two_groups(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path, system: str
) -> None:
    for plan in plans.values():
        path = written(plan, system, tmp_path, twin_build)
        found = list(READERS[system](path))
        copies = len(plan.brief.offers) if system == "google" else 1
        assert len(found) <= copies * len({*found})


def test_google_is_in_the_editor_s_form(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path
) -> None:
    form = FORMS["google"]
    for plan in plans.values():
        path = written(plan, "google", tmp_path, twin_build)
        found = rows(path)
        assert list(found[0]) == form["columns"]
        for row in found:
            assert row["Campaign"]
            assert row["Campaign Type"] in {"", *form["campaign_types"]}
            assert row["Budget type"] in {"", *form["budget_types"]}
            assert not row["Budget"] or int(row["Budget"]) > 0
            states = ("Campaign Status", "Ad Group Status", "Status")
            assert {row[name] for name in states} <= {"", *form["states"]}
            assert row["Campaign Status"] != "Enabled" != row["Ad Group Status"]
            kinds = [name for name in ("Age", "Gender", "Location", "Budget") if row[name]]
            assert len(kinds) <= 1, "one item a row"
            if row["Bid Modifier"]:
                percent = int(row["Bid Modifier"].removesuffix("%"))
                assert form["least_adjustment"] <= percent <= form["most_adjustment"]


def test_bids_follow_the_index_of_the_place(
    twin_build: Build, tmp_path: Path, plans: dict[str, Plan]
) -> None:
    plan = plans["everybody"]
    whole = plan.result.segments
    mean = sum(r["population"] * r["index"] for r in whole) / sum(r["population"] for r in whole)
    path = written(plan, "google", tmp_path, twin_build)
    bids = {row["Location"]: row["Bid Modifier"] for row in rows(path) if row["Location"]}
    assert len(bids) == 25
    for place, bid in bids.items():
        own = [row for row in whole if row["district"] == districts()[place]]
        there = sum(r["population"] * r["index"] for r in own) / sum(r["population"] for r in own)
        assert bid == f"{round((there / mean - 1) * 100)}%"
    naver = json.loads(written(plan, "naver", tmp_path, twin_build).read_text("utf-8"))
    weights = {one["codeName"]: one["bidWeight"] for one in naver["groups"][0]["criteria"]["RL"]}
    assert {name: f"{weight - 100}%" for name, weight in weights.items()} == {
        districts()[place]: bid for place, bid in bids.items()
    }


def test_a_service_with_scores_only_has_no_bids(twin_build: Build, tmp_path: Path) -> None:
    asked = brief(service="youtube", audience={"where": {"age": [20]}},
                  platforms=[{"service": "shopping", "price": 3500}])  # fmt: skip
    path = written(make_plan(twin_build, asked), "google", tmp_path, twin_build)
    assert {row["Bid Modifier"] for row in rows(path)} == {""}


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of ids of all districts, Google's own and the user's."""
    names = in_force().district_names
    google = ["Criteria ID,Name,Canonical Name,Parent ID,Country Code,Target Type,Status",
              '9,Jung-gu,"Jung-gu,Busan,South Korea",8,KR,District,Active',
              '7,Gangnam-gu,"Gangnam-gu,Seoul,South Korea",1,KR,District,Removed']  # fmt: skip
    google += [f'{1000 + at},{text.en},"{text.en},Seoul,South Korea",1,KR,District,Active'
               for at, text in enumerate(names.values())]  # fmt: skip
    own = ["system,place,id,name,region,type"]
    own += [f"{system},{ko},{system[0]}{at},{ko},서울특별시,cities" for system in ("meta", "kakao")
            for at, ko in enumerate(names)]  # fmt: skip
    for file, lines in (("geotargets.csv", google), ("own.csv", own)):
        (tmp_path / file).write_text("\n".join(lines) + "\n", "utf-8")
    both = f"{tmp_path / 'geotargets.csv'}, {tmp_path / 'own.csv'}"
    monkeypatch.setenv("TELADS_AD_PLACES", both)


@pytest.mark.usefixtures("listed")
def test_ids_come_from_the_user_s_own_lists(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path
) -> None:
    for plan in plans.values():
        google = rows(written(plan, "google", tmp_path, twin_build))
        order = list(in_force().district_names.values())
        for row in google:
            if row["Location"]:
                english = row["Location"].split(",")[0]
                assert order[int(row["ID"]) - 1000].en == english
        for system in ("meta", "kakao"):
            path = written(plan, system, tmp_path, twin_build)
            for group in json.loads(path.read_text("utf-8"))["groups"]:
                jsonschema.validate(group["targeting"], FORMS[system]["targeting"])
            assert "looked up" not in notes(path)


def test_without_a_list_the_places_to_look_up_are_named(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path
) -> None:
    plan = plans["one group"]
    for system in ("google", "meta", "kakao"):
        path = written(plan, system, tmp_path, twin_build)
        assert "Places whose id has to be looked up (1): Gangnam-gu." in notes(path)
    path = written(plan, "naver", tmp_path, twin_build)
    assert "looked up" not in notes(path)
    (group,) = json.loads(path.read_text("utf-8"))["groups"]
    assert [one["dictionaryCode"] for one in group["criteria"]["RL"]] == ["RL11680"]


def test_naver_is_in_the_form_of_its_criteria(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path
) -> None:
    for plan in plans.values():
        path = written(plan, "naver", tmp_path, twin_build)
        for group in json.loads(path.read_text("utf-8"))["groups"]:
            for kind, criteria in group["criteria"].items():
                for one in criteria:
                    jsonschema.validate(one, FORMS["naver"]["criterion"])
                    assert one["type"] == kind
            assert all(one["dictionaryCode"] for one in group["criteria"]["RL"])


def test_neighbourhoods_become_their_district(twin_build: Build, tmp_path: Path) -> None:
    six = [place.name for place in known_places(twin_build) if place.district == "관악구"][:6]
    rules = {"where": {"all": [{"neighbourhood": six}, {"sex": ["F"]}, {"age": [30]}]}}
    plan = make_plan(twin_build, brief(audience=rules, platforms=PLATFORMS))
    path = written(plan, "meta", tmp_path, twin_build)
    told, whole = notes(path), people(twin_build)[str(plan.month)]["관악구", "F", 30]
    assert f"The file targets {whole:,} people" in told
    assert f"than the plan's {plan.people['population']:,}" in told
    assert re.search(r"neighbourhoods \(6\) become their whole\s+district", told)
    assert money_read("meta", path) == plan.result.summary["spend"]


def test_sizes_are_stated_only_from_the_plan_s_own_data(
    plans: dict[str, Plan], tmp_path: Path
) -> None:
    path = written(plans["everybody"], "kakao", tmp_path, None)
    assert "the people this file targets are not stated" in notes(path)


@pytest.mark.parametrize("content", ["place;id\n강남구;1\n", ""])
def test_a_list_in_another_form_is_refused(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path, content: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "list.csv").write_text(content, "utf-8")
    monkeypatch.setenv("TELADS_AD_PLACES", str(tmp_path / "list.csv"))
    with pytest.raises(DataError) as refused:
        written(plans["one group"], "google", tmp_path, twin_build)
    assert str(refused.value.facts["file"]).endswith("list.csv")


def test_the_same_plan_is_the_same_bytes(
    plans: dict[str, Plan], twin_build: Build, tmp_path: Path
) -> None:
    for system in FORMS:
        path = written(plans["two ages apart"], system, tmp_path, twin_build)
        first = path.read_bytes(), notes(path)
        again = written(plans["two ages apart"], system, tmp_path, twin_build)
        assert (again.read_bytes(), notes(again)) == first


def test_other_suffixes_are_refused_with_those_there_are(
    plans: dict[str, Plan], tmp_path: Path
) -> None:
    assert {*offered()} == {".google.csv", ".meta.json", ".kakao.json", ".naver.json"}
    with pytest.raises(UnknownChoice) as refused:
        write_plan(plans["one group"], tmp_path / "plan.tiktok")
    assert ".google.csv" in str(refused.value)


@pytest.mark.parametrize("system", FORMS)
def test_groups_without_money_are_left_out_and_counted(
    twin_build: Build, tmp_path: Path, system: str
) -> None:
    """A goal of many impressions for each person leaves some groups without any."""
    asked = brief(audience={"where": {"age": [20, 30]}}, platforms=PLATFORMS, budget=3_000_000,
                  frequency={"at_least": 6})  # fmt: skip
    plan = make_plan(twin_build, asked)
    paid = [row for row in plan.result.segments if row["spend"]]
    assert 0 < len(paid) < len(plan.result.segments)
    path = written(plan, system, tmp_path, twin_build)
    unpaid = len(plan.result.segments) - len(paid)
    told = notes(path)
    assert f"Groups of the plan without any spend, left out: {unpaid}." in told
    own = {
        (row["district"], row["sex"], cell)
        for row in paid for cell in in_force().cell_ages_of(row["age"])
    }  # fmt: skip
    read = {*cells_read(system, path)}
    assert own <= read
    if system in {"meta", "kakao", "naver"}:
        assert read == own
        assert f"the plan's {sum(row['population'] for row in paid):,} people" in told
    assert money_read(system, path) == 3_000_000
