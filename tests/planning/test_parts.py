"""Audiences and plans of neighbourhoods and of cell ages, and what subtracting them tells."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.answers.answer import Answer
from telads.answers.choices import known_places, places_named
from telads.answers.tables import of_month, people, read
from telads.dataset import in_force
from telads.errors import AudienceTooSmall, QuestionError, UnknownChoice
from telads.ingest.ingest import ingest
from telads.library import Workspace
from telads.method import neighbourhoods
from telads.method.build import build
from telads.method.neighbourhoods import Places, divided, groups
from telads.planning import schema as contract
from telads.planning.audience import audience
from telads.planning.brief import read_brief
from telads.planning.comparison import compare
from telads.planning.files import write_plan
from telads.planning.parts import (
    Part,
    head_count,
    key_of,
    parts_in,
    sizes,
)
from telads.planning.plan import PARTS, Plan, make_plan, read_plan
from telads.planning.questions import audience_answer, comparison_answer, plan_answer
from telads.planning.rules import read_rules
from telads.planning.sentences import plan_sentences
from telads.planning.words import rules_text
from telads.settings import Settings
from telads.store.workspace import Build, Store
from tests.ingest.portal import HEADERS, portal_rows, write_csv

FLOOR = 50
POPULATION = HEADERS.index("총인구수")
DISTRICT = "관악구"
Cell = tuple[str, str, str, int, int]
"""District, code, sex, age and cell age."""


def six(build: Build) -> list[str]:
    return [place.name for place in known_places(build) if place.district == DISTRICT][:6]


def women(build: Build, ages: list[int]) -> dict[str, Any]:
    """Women of these five-year ages in six neighbourhoods."""
    return {"where": {"all": [{"neighbourhood": six(build)}, {"sex": "F"}, {"ages": ages}]}}


def found(build: Build, document: Any) -> tuple[Any, ...]:
    return read_rules(document).segments(build, build.months[-1])


def test_women_of_20_to_39_in_six_neighbourhoods(twin_build: Build) -> None:
    answer = audience_answer(twin_build, read_rules(women(twin_build, [20, 25, 30, 35])))
    codes = {place.code for name in six(twin_build) for place in places_named(twin_build, name)}
    table = of_month(twin_build, "neighbourhoods", twin_build.months[-1]).filter(
        pl.col("code").is_in(codes), pl.col("service") == "game", pl.col("sex") == "F",
        pl.col("age").is_in([20, 30]),
    )  # fmt: skip
    assert answer.rows.height == 12
    assert answer.rows["cell_age"].null_count() == 12, "both five-year ages are the whole one"
    assert answer.rows["population"].sum() == table["population"].sum()
    assert answer.facts["population"] == table["population"].sum()
    assert answer.rows["neighbourhood"].n_unique() == 6
    some = audience_answer(twin_build, read_rules(women(twin_build, [20, 30, 35])))
    assert some.rows["cell_age"].to_list().count(20) == 6
    assert any(("2" in sentence.en and "whole age" in sentence.en) or "whole age" in sentence.en
               for sentence in some.sentences)  # fmt: skip
    rest = audience_answer(twin_build, read_rules(women(twin_build, [25])))
    assert rest.facts["population"] + some.facts["population"] == answer.facts["population"]  # type: ignore[operator]


def test_ages_of_a_district_add_up_to_it(twin_build: Build) -> None:
    month = twin_build.months[-1]
    known = people(twin_build)[str(month)]
    for sex, age in ((str(sex), age) for sex, age in groups()):
        cells = in_force().cell_ages_of(age)
        counts = [
            head_count(twin_build, found(twin_build, {"where": {"all": [
                {"district": DISTRICT}, {"sex": sex}, {"ages": cell}]}}), month)
            for cell in cells
        ]  # fmt: skip
        assert sum(counts) == known[DISTRICT, sex, age]
        assert all(count % 10 == 0 and count >= FLOOR for count in counts)


def test_a_whole_is_itself(twin_build: Build) -> None:
    """Rules that name every part of a segment mean the segment, with its own figures."""
    plain = found(twin_build, {"where": {"age": [20]}})
    assert found(twin_build, {"where": {"ages": [20, 25]}}) == plain
    one = six(twin_build)[0]
    either = {"any": [{"neighbourhood": one}, {"not": {"neighbourhood": one}}]}
    assert found(twin_build, {"where": {"all": [either, {"age": 20}]}}) == plain
    both = {"any": [{"ages": 20}, {"ages": 25}]}
    assert found(twin_build, {"where": both}) == plain


def test_without_a_neighbourhood_the_others_stay(twin_build: Build) -> None:
    one = six(twin_build)[0]
    members = found(twin_build, {"where": {"all": [{"age": 20}, {"not": {"neighbourhood": one}}]}})
    parts = parts_in(members)
    assert {part.district for part in parts} == {DISTRICT}
    (code,) = {place.code for place in places_named(twin_build, one)}
    assert code not in {part.code for part in parts}
    wholes = {member.district for member in members if not isinstance(member, Part)}
    assert len(wholes) == 24, "other districts are not divided"


CONDITIONS = st.sampled_from([
    {"sex": "F"}, {"age": [20, 30]}, {"ages": [20]}, {"ages": [25, 30, 35]}, {"ages": [75]},
    {"district": [DISTRICT, "중구"]}, {"neighbourhood": ["가상관악1동", "가상중2동"]},
    {"neighbourhood": "1121003"}, {"service": "game", "affinity": 1},
])  # fmt: skip
RULES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda how, parts: {how: parts}, st.sampled_from(["all", "any"]),
                  st.lists(inner, min_size=1, max_size=3)),
        inner.map(lambda rule: {"not": rule}),
    ), max_leaves=5,
)  # fmt: skip


@given(RULES)
def test_members_are_apart_and_all_have_a_size(twin_build: Build, where: Any) -> None:
    month = twin_build.months[-1]
    members = found(twin_build, {"where": where})
    known = {**people(twin_build)[str(month)], **sizes(twin_build, month)}
    assert all(known[key_of(one)] >= FLOOR for one in members)
    covered: set[Cell] = set()
    for one in members:
        part = one if isinstance(one, Part) else Part(*one)
        codes = (
            [part.code]
            if part.code
            else [
                place.code for place in known_places(twin_build) if place.district == one.district
            ]
        )
        ages = [part.cell_age] if part.cell_age else in_force().cell_ages_of(one.age)
        own = {(one.district, code, str(one.sex), one.age, age)
               for code, age in product(codes, ages)}  # fmt: skip
        assert not covered & own, "nobody is counted twice"
        covered |= own
    written = read_rules({"where": where}).document()
    assert found(twin_build, written) == members


def test_included_and_excluded_parts(twin_build: Build) -> None:
    one, other = six(twin_build)[:2]
    group = {"district": DISTRICT, "sex": "F", "age": 20}
    document = {
        "include": [{**group, "neighbourhood": one},
                    {"district": DISTRICT, "sex": "F", "ages": [30, 35], "neighbourhood": other}],
        "exclude": [{"district": DISTRICT, "sex": "F", "ages": [35], "neighbourhood": other}],
    }  # fmt: skip
    members = parts_in(found(twin_build, document))
    assert [(part.age, part.cell_age) for part in members] == [(20, 0), (30, 30)]
    written = read_rules(document).document()
    assert found(twin_build, written) == tuple(members)
    jsonschema.Draft202012Validator(_schema_of("Rules")).validate(written)


def _schema_of(name: str) -> dict[str, Any]:
    schemas = in_force().described(contract.schemas("en", "#/$defs/"))
    return {"$ref": f"#/$defs/{name}", "$defs": schemas}


@pytest.mark.parametrize(("document", "kind"), [
    ({"where": {"neighbourhood": "없는동"}}, UnknownChoice),
    ({"where": {"neighbourhood": []}}, QuestionError),
    ({"where": {"neighbourhood": [["a"]]}}, QuestionError),
    ({"where": {"ages": [21]}}, UnknownChoice),
    ({"where": {"sex": "F"}, "level": "city"}, UnknownChoice),
    ({"include": [{"district": "중구", "neighbourhood": "가상관악1동", "sex": "F", "age": 20}]},
     UnknownChoice),
    ({"include": [{"district": "중구", "sex": "F", "age": 20, "ages": [20]}]}, QuestionError),
])  # fmt: skip
def test_what_is_no_part_is_refused(
    twin_build: Build, document: Any, kind: type[QuestionError]
) -> None:
    with pytest.raises(kind) as refused:
        found(twin_build, document)
    assert refused.value.line("ko")
    assert refused.value.line("en")


def test_a_name_of_two_places_is_asked_back(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made, _ = town(settings, tmp_path_factory.mktemp("twice"), twice=True)
    with pytest.raises(UnknownChoice, match="종로구 신사동"):
        found(made, {"where": {"neighbourhood": "신사동"}})
    (place,) = places_named(made, "Jongno-gu 신사동")
    assert place.district == "종로구"
    assert places_named(made, place.code) == (place,)


def test_use_is_that_of_the_neighbourhood_and_of_the_whole_age(twin_build: Build) -> None:
    month, one = twin_build.months[-1], six(twin_build)[0]
    group = [{"neighbourhood": one}, {"sex": "F"}]
    whole, young = (
        audience(twin_build, read_rules({"where": {"all": [*group, asked]}}), month)
        for asked in ({"age": 20}, {"ages": 20})
    )
    row = of_month(twin_build, "neighbourhoods", month).filter(
        pl.col("neighbourhood") == one, pl.col("sex") == "F", pl.col("age") == 20,
        pl.col("service") == "delivery",
    ).row(0, named=True)  # fmt: skip
    for chosen in (whole, young):
        standing = next(one for one in chosen.profile if one.service == "delivery")
        assert standing.affinity == pytest.approx(row["affinity"])
        assert (standing.low, standing.index, standing.high) == pytest.approx(
            (row["index_low"], row["index"], row["index_high"]), rel=2e-3
        )
    shares = [next(one.share for one in each.profile if one.service == "delivery") or 0
              for each in (whole, young)]  # fmt: skip
    assert shares[1] < shares[0]


BRIEF: dict[str, Any] = {
    "name": "동네", "service": "delivery", "budget": 3_000_000, "objective": "index",
    "platforms": [{"service": "shopping", "price": 3500, "ceiling": 0.6},
                  {"service": "youtube", "price": 4500, "ceiling": 0.8}],
}  # fmt: skip


def plan_of(build: Build, where: dict[str, Any], **changed: Any) -> Plan:
    document = {**BRIEF, **changed, "audience": {"where": where, "level": "neighbourhood"}}
    return make_plan(build, read_brief(document))


def test_a_districts_money_is_divided_over_its_neighbourhoods(twin_build: Build) -> None:
    """By the same objective: worth no less than the same money alike on every person."""
    where = {"all": [{"district": DISTRICT}, {"age": [20, 30]}]}
    made = plan_of(twin_build, where)
    rows = pl.DataFrame(list(made.result.segments))
    assert rows.height == rows.select("code", "sex", "age").n_unique() > 70
    assert rows["spend"].sum() == BRIEF["budget"]
    each = rows["spend"] / rows["population"]
    assert np.corrcoef(each, rows["index"])[0, 1] > 0.7, "where it is used more, more is spent"
    undivided = make_plan(twin_build, read_brief({**BRIEF, "audience": {"where": where}}))
    assert made.result.summary["weighted_reach"] > undivided.result.summary["weighted_reach"]
    (district,) = made.result.districts
    assert district["spend"] == BRIEF["budget"]
    places = pl.DataFrame(list(made.result.neighbourhoods))
    spent = rows.group_by("code", maintain_order=True).agg(pl.col("spend", "population").sum())
    assert {*places.select("code", "spend", "population").rows()} == {*spent.rows()}
    assert places["spend"].is_sorted(descending=True)
    assert places["district_share"].sum() == pytest.approx(1, abs=1e-3)


def test_a_plan_tells_its_neighbourhoods(twin_build: Build, tmp_path: Path) -> None:
    """In words and as a table, on every door; people who are not divided have a row of theirs."""
    first, second, *_ = names = six(twin_build)[:5]
    asked = {"where": {"all": [{"neighbourhood": names}, {"age": 20}]},
             "include": [{"district": DISTRICT, "sex": "F", "age": 60},
                         {"district": "중구", "sex": "F", "age": 60}]}  # fmt: skip
    made = make_plan(twin_build, read_brief({**BRIEF, "audience": asked}))
    rows = made.result.neighbourhoods
    assert {row["district"] for row in rows} == {DISTRICT}, "only where something is divided"
    assert {row["neighbourhood"] for row in rows} == {*names, None}
    (whole,) = (row for row in made.result.districts if row["district"] == DISTRICT)
    assert sum(row["spend"] for row in rows) == whole["spend"]
    assert sum(row["population"] for row in rows) == whole["population"]
    (said,) = [one for one in plan_sentences(made) if "is divided over" in one.en]
    assert said.en.startswith("The money of Gwanak-gu is divided over 5 neighbourhoods: ")
    assert said.ko.startswith("관악구의 집행액은 행정동 5곳에 나뉩니다: ")
    assert all(name in said.ko and name in said.en for name in names), "few are all named"
    answer = plan_answer(twin_build, made, "neighbourhoods")
    assert answer.rows.height == 6
    assert said in answer.sentences
    write_plan(made, tmp_path / "plan.xlsx", "en")
    sheet = pl.read_excel(tmp_path / "plan.xlsx", sheet_name="neighbourhoods")
    assert {"Neighbourhood", "Of its district", "Spend"} <= {*sheet.columns}
    wide = plan_of(twin_build, {"all": [{"district": [DISTRICT, "중구"]}, {"age": [20, 30]}]})
    (said,) = [one for one in plan_sentences(wide) if "is divided over" in one.en]
    assert "The money of 2 districts is divided over" in said.en
    assert said.en.count("%") == 3, "of many, those with most"
    told = rules_text(
        read_rules(
            {
                "include": [
                    {"district": DISTRICT, "neighbourhood": first, "sex": "F", "age": 20},
                    {"district": DISTRICT, "neighbourhood": second, "sex": "F", "ages": [30, 35]},
                ]
            }
        ).document()
    )
    assert told.ko.startswith(f"관악구 {first} 20대 여성, 관악구 {second} ")
    assert told.en.startswith(f"women 20-29 in {first}, Gwanak-gu, women 30-34 in {second}, Gwan")


def test_a_plan_without_neighbourhoods_is_written_as_before(twin_build: Build) -> None:
    made = make_plan(twin_build, read_brief({**BRIEF, "audience": {"where": {"age": 20}}}))
    document = made.document()
    assert "neighbourhoods" not in document["result"], "so that its hash stays"
    assert read_plan(document) == made
    assert not [one for one in plan_sentences(made) if "is divided over" in one.en]
    answer = plan_answer(twin_build, made, "neighbourhoods")
    assert (answer.rows.height, answer.rows.columns[:3]) == (
        0, ["district", "neighbourhood", "code"],
    )  # fmt: skip


def test_a_plan_of_parts_is_kept_and_compared(twin_build: Build, tmp_path: Path) -> None:
    where = {"all": [{"district": DISTRICT}, {"ages": [20, 30]}]}
    made = plan_of(twin_build, where, month="2023-03")
    assert read_plan(made.document()) == made
    again = comparison_answer(compare(made, twin_build))
    assert set(again.rows["status"]) == {"stayed"}
    parts = ("change_method", "change_city", "change_local")
    off = again.rows["change"] - sum(again.rows[name] for name in parts)
    assert off.abs().max() <= 2e-4  # type: ignore[operator]
    for suffix in (".json", ".csv", ".xlsx"):
        write_plan(made, tmp_path / f"plan{suffix}")
    spends = pl.read_csv(tmp_path / "plan.csv", schema_overrides={"code": pl.String})
    assert spends.columns[:6] == ["district", "sex", "age", "neighbourhood", "code", "cell_age"]
    assert set(spends["cell_age"]) == {20, 30}
    sheet = pl.read_excel(tmp_path / "plan.xlsx", sheet_name="집단")
    assert {"행정동", "5세 나이"} <= set(sheet.columns) or "행정동" in sheet.columns
    assert sheet["집행액"].sum() == BRIEF["budget"]


def test_answers_of_parts_are_as_promised(twin_build: Build) -> None:
    where = {"all": [{"district": DISTRICT}, {"ages": [20]}]}
    made = plan_of(twin_build, where, month="2023-03")
    answers: list[Answer] = [
        audience_answer(twin_build, read_rules(women(twin_build, [20]))),
        *(plan_answer(twin_build, made, part) for part in PARTS),
        comparison_answer(compare(made, twin_build)),
    ]
    for answer in answers:
        document, name = answer.document("en"), answer.question
        variant = " parts" if "code" in answer.rows.columns else ""
        jsonschema.Draft202012Validator(contract.schema(name + variant)).validate(document)


def test_too_many_members_are_refused_before_they_are_divided(twin_build: Build) -> None:
    offers = [{"service": "youtube", "name": f"p{at}", "price": 4000} for at in range(4)]
    with pytest.raises(QuestionError, match="5,088 members on 4"):
        plan_of(twin_build, {"sex": ["M", "F"]}, platforms=offers)


# What must stay hidden, at this grain. Each attack says what it found with the floor alone.


def town(settings: Settings, folder: Path, twice: bool = False) -> tuple[Build, dict[Cell, float]]:
    """A month of whole people in cells of 8 to 200, and the number in each."""
    chance = np.random.default_rng(19)
    rows = portal_rows(250, seed=19)
    for row in rows:
        row[POPULATION] = int(chance.integers(8, 45) if chance.random() < 0.06
                              else chance.integers(55, 200))  # fmt: skip
        if twice and str(row[0]).endswith("51") and row[1] in {"종로구", "중구"}:
            row[2] = "신사동"
    write_csv(folder / "2023.6월_29개 통신정보.csv", rows)
    workspace = Store(folder / "workspace")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    true: dict[Cell, float] = {}
    for row in rows:
        age5 = int(str(row[4]))
        true[str(row[1]), str(row[0]), "M" if row[3] == 1 else "F", min(age5 // 10 * 10, 70),
             age5] = float(str(row[POPULATION]))  # fmt: skip
    return workspace.build(), true


@pytest.fixture(scope="module")
def small(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, dict[Cell, float]]:
    return town(settings, tmp_path_factory.mktemp("parts"))


def by_segment(true: dict[Cell, float]) -> dict[tuple[str, str, int], dict[tuple[str, int], float]]:
    kept: dict[tuple[str, str, int], dict[tuple[str, int], float]] = defaultdict(dict)
    for (district, code, sex, age, cell), count in true.items():
        kept[district, sex, age][code, cell] = count
    return kept


def test_no_part_is_shown_below_the_floor(small: tuple[Build, dict[Cell, float]]) -> None:
    made, true = small
    shown = sizes(made, made.months[-1])
    cells = [key for key in shown if key[3] and key[4]]
    assert len(cells) > 1000
    for district, sex, age, code, cell in cells:
        assert true[district, code, sex, age, cell] >= FLOOR
        assert (
            abs(shown[district, sex, age, code, cell] - true[district, code, sex, age, cell]) <= 10
        )
    hidden = [key for key, count in true.items() if count < FLOOR]
    assert len(hidden) > 200


def residuals(made: Build, true: dict[Cell, float]) -> list[float]:
    """Errors of the small cells' sizes as found from their column: the segment's less the shown."""
    shown = sizes(made, made.months[-1])
    errors = []
    for segment, cells in by_segment(true).items():
        for age in {age for _, age in cells}:
            whole = shown.get((*segment, "", age))
            if whole is None:
                continue
            codes = [code for code, own in cells if own == age]
            rest = whole - sum(shown.get((*segment, code, age), 0) for code in codes)
            errors += [abs(rest - cells[code, age]) for code in codes if cells[code, age] < FLOOR]
    return errors


def test_no_column_holds_a_hidden_cell(small: tuple[Build, dict[Cell, float]]) -> None:
    errors = residuals(*small)
    assert len(errors) > 200
    assert min(errors) > 20


def test_no_column_holds_a_size(small: tuple[Build, dict[Cell, float]]) -> None:
    """Least squares: a column of shown cells is moved until it sums to its published whole."""
    made, true = small
    shown = sizes(made, made.months[-1])
    errors = []
    for segment, cells in by_segment(true).items():
        for age in sorted({age for _, age in cells})[:-1]:
            whole = shown.get((*segment, "", age))
            own = {code: shown.get((*segment, code, age)) for code, cell in cells if cell == age}
            told = [count for count in own.values() if count is not None]
            if whole is None or len(told) < len(own):
                continue
            moved = (whole - sum(told)) / (len(told) + 1)
            errors += [abs((own[code] or 0) + moved - cells[code, age]) for code in own]
    assert len(errors) > 100
    assert np.median(errors) >= 2


def test_with_the_floor_alone_it_would(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same attack where nothing is hidden beside what is small: found within rounding."""

    def floor_alone(places: Places, floor: float) -> Any:
        people_of = places.population
        known = [len(in_force().cell_ages_of(age)) for _, age in groups()]
        return np.stack([
            (people_of[:, group, :several] >= floor).all(axis=1) & (several > 1)
            for group, several in enumerate(known)
        ], axis=1)  # fmt: skip

    monkeypatch.setattr("telads.method.tables.divided", floor_alone)
    monkeypatch.setattr(neighbourhoods, "_hide_enough", lambda *_: None)
    errors = np.array(residuals(*town(settings, tmp_path)))
    assert np.mean(errors <= 20) > 0.2


def test_subtracting_audiences_tells_no_hidden_cell(
    small: tuple[Build, dict[Cell, float]], settings: Settings
) -> None:
    """District less its shown neighbourhoods, of one five-year age: through the library's door."""
    made, true = small
    opened = Workspace(Store(made.path.parents[1]), settings)

    def size_of(*rules: dict[str, Any]) -> int:
        try:
            return int(str(opened.audience({"where": {"all": list(rules)}}).facts["population"]))
        except AudienceTooSmall:
            return 0

    errors = []
    for segment, cells in sorted(by_segment(true).items())[::25]:
        district, sex, age = segment
        group: list[dict[str, Any]] = [{"sex": sex}, {"age": age}]
        for cell in in_force().cell_ages_of(age)[:-1] or ():
            whole = size_of({"district": district}, {"ages": cell}, *group)
            rest = size_of(
                {"district": district}, {"ages": cell}, *group,
                {"not": {"neighbourhood": [code for (code, _), n in cells.items() if n < FLOOR]
                         or [next(iter(cells))[0]]}},
            )  # fmt: skip
            small_ones = [n for (_, own), n in cells.items() if own == cell and n < FLOOR]
            if whole and small_ones:
                errors += [abs(whole - rest - n) for n in small_ones]
    assert len(errors) >= 5
    assert min(errors) > 20


@pytest.mark.parametrize("seed", range(10))
def test_groups_without_cell_ages_are_never_alone(seed: int) -> None:
    chance = np.random.default_rng(seed)
    at = np.repeat(np.arange(6), [3, 4, 6, 10, 16, 20])
    size, ages = len(groups()), 2
    population = chance.lognormal(4.6, 0.6, (len(at), size, ages))
    places = Places(
        codes=tuple(map(str, range(len(at)))), names=tuple(map(str, range(len(at)))),
        districts=tuple("abcdef"), at=at, population=population,
        people=population[..., None], usage=population[..., None],
    )  # fmt: skip
    told = divided(places, FLOOR)
    whole = neighbourhoods.shown(population.sum(axis=2), at, FLOOR)
    assert told.any()
    assert not (told & ~whole).any()
    for district, group in product(range(6), range(size)):
        own = np.flatnonzero(at == district)
        hidden = own[~told[own, group]]
        assert told[own, group].sum() in {0, *range(4, 30)}
        if told[own, group].any() and hidden.size:
            assert hidden.size >= neighbourhoods.LEAST_HIDDEN
            assert (population[hidden, group].sum(axis=0) >= FLOOR).all()


def test_one_cell_age_has_no_parts(twin_build: Build) -> None:
    table = read(twin_build, "cell_ages")
    both = table.group_by("month", "district", "sex", "age", "code").agg(pl.col("population").sum())
    months = read(twin_build, "segments").select("month", "district", "sex", "age", "population")
    of_segments = (
        both.filter(pl.col("code").is_null())
        .drop("code")
        .join(months, on=["month", "district", "sex", "age"], suffix="_whole")
    )
    assert of_segments["population"].equals(of_segments["population_whole"].alias("population"))
