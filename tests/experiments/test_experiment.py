"""An experiment from its draw to its verdict, on every door that has one."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pptx
import pytest

import telads
from telads.answers.questions import QUESTIONS, declared
from telads.backup.archive import files_of, is_allowed
from telads.dataset import using
from telads.errors import QuestionError, UnknownChoice, WorkspaceDamaged
from telads.experiments.areas import basis_of
from telads.experiments.design import Wish, make_design, read_design
from telads.experiments.kept import experiment_named, experiments
from telads.experiments.outcomes import Outcomes
from telads.experiments.verdict import analyse, read_verdict
from telads.library import Workspace
from telads.settings import Settings
from telads.store.workspace import Store
from tests.backup.installation import Installation, Lines
from tests.cli.conftest import runner

START = date(2026, 3, 2)
WEEK = timedelta(days=7)
BEFORE, TEST = 20, 6
EFFECT = 0.12


@pytest.fixture(scope="module")
def workspace(twin_workspace: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("experiments") / "workspace"
    shutil.copytree(twin_workspace.path, folder)
    return Store(folder)


@pytest.fixture
def opened(workspace: Store, settings: Settings) -> Workspace:
    shutil.rmtree(workspace.path / "experiments", ignore_errors=True)
    return telads.open(workspace.path, settings)


def figures(areas: Sequence[str], weeks: int) -> np.ndarray:
    """Orders by area and week; the same for the same weeks."""
    rng = np.random.default_rng(4)
    size = rng.lognormal(6, 0.6, (len(areas), 1))
    noise = rng.normal(0, 0.03, (len(areas), BEFORE + TEST))
    return np.asarray(np.rint(size * np.exp(noise)))[:, :weeks]


def write(path: Path, areas: Sequence[str], values: np.ndarray) -> Path:
    first = START - BEFORE * WEEK
    lines = ["area,week,orders"]
    for area, row in zip(areas, values, strict=True):
        for at, figure in enumerate(row):
            told = "" if np.isnan(figure) else f"{figure:.0f}"
            lines.append(f"{area},{first + at * WEEK},{told}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def areas_of(workspace: Store) -> list[str]:
    with using(workspace.dataset):
        return [area.id for area in basis_of(workspace.build(), "district").areas]


def before(opened: Workspace, folder: Path) -> Path:
    areas = areas_of(opened.store)
    return write(folder / "before.csv", areas, figures(areas, BEFORE))


def after(opened: Workspace, folder: Path, treated: set[str]) -> Path:
    areas = areas_of(opened.store)
    values = figures(areas, BEFORE + TEST)
    own = np.array([area in treated for area in areas])
    values[own, BEFORE:] = np.rint(values[own, BEFORE:] * (1 + EFFECT))
    return write(folder / "after.csv", areas, values)


def drawn(opened: Workspace, name: str) -> set[str]:
    design = experiment_named(opened.store, name).design
    return {area.id for area in design.areas if area.treated}


def test_from_the_draw_to_the_verdict(opened: Workspace, tmp_path: Path) -> None:
    designed = opened.experiment_design(
        "spring", 6, TEST, START, before(opened, tmp_path), service="shopping", seed=7
    )
    assert sum(row["role"] == "treated" for row in designed.records) == 6
    promised = designed.facts["smallest"]
    assert isinstance(promised, float)
    assert 0.02 < promised < EFFECT
    assert designed.sentences[0].en.startswith("Advertise in 6 of 25 districts for 6 weeks")
    assert f"{promised:.1%}" in designed.sentences[1].en
    found = opened.experiment_analyse(
        "spring", after(opened, tmp_path, drawn(opened, "spring")), cost=10_000_000
    )
    facts = found.facts
    assert facts["found"] == "increase"
    low, high, effect = (facts[key] for key in ("effect_low", "effect_high", "effect"))
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert isinstance(effect, float)
    assert 0 < low < EFFECT < high
    assert facts["p"] == 1 / facts["draws"] or facts["p"] <= 0.05  # type: ignore[operator]
    seen, units = facts["seen"], facts["units"]
    assert isinstance(seen, float)
    assert isinstance(units, float)
    assert units == pytest.approx(seen - seen / (1 + effect))
    assert facts["cost_each"] == pytest.approx(10_000_000 / units)
    assert facts["cost_each_low"] < facts["cost_each"] < facts["cost_each_high"]  # type: ignore[operator]
    said = found.sentences[0]
    assert said.en.startswith("+1")
    assert "orders more" in said.en
    assert "each" in said.en
    assert "chance alone would show as much in 1 of" in said.en
    assert "증가" in said.ko
    assert "1건당" in said.ko
    assert {row["method"] for row in found.records} == {"draws", "synthetic", "regression"}
    assert all(abs(row["effect"] - EFFECT) < 0.06 for row in found.records)
    weeks = opened.experiment_show("spring", "weeks").records
    gap = sum(row["gap"] for row in weeks if row["test"])
    assert gap == pytest.approx(units)
    assert [row["test"] for row in weeks] == [False] * 8 + [True] * TEST
    for word in ("ROI", "conversion", "전환"):
        assert word not in " ".join(one(lang) for one in (*designed.sentences, *found.sentences)
                                    for lang in ("ko", "en"))  # fmt: skip


def test_what_is_kept_is_what_was_made_and_for_its_owner_alone(
    opened: Workspace, tmp_path: Path
) -> None:
    opened.experiment_design("봄 시험", 4, TEST, START, before(opened, tmp_path), seed=1)
    opened.experiment_analyse("봄 시험", after(opened, tmp_path, drawn(opened, "봄 시험")))
    kept = experiment_named(opened.store, "봄 시험")
    assert kept.verdict is not None
    assert read_design(json.loads(json.dumps(kept.design.document()))) == kept.design
    assert read_verdict(json.loads(json.dumps(kept.verdict.document()))) == kept.verdict
    folder = opened.store.path / "experiments"
    assert [one.name for one in folder.iterdir()] == ["봄-시험"]
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600)
    names = [name for name, _ in files_of(opened.store) if name.startswith("experiments/")]
    assert len(names) == 4
    assert all(map(is_allowed, names))
    assert not is_allowed("experiments/../x/design.json")
    assert [one.name for one in opened.experiment_list()] == ["봄 시험"]
    opened.experiment_delete("봄 시험")
    assert not list(folder.rglob("*"))
    with pytest.raises(UnknownChoice):
        opened.experiment_delete("봄 시험")


def test_a_draw_is_as_its_seed_says_and_another_is_counted(opened: Workspace) -> None:
    opened.experiment_design("one", 5, 4, START, seed=3)
    first = drawn(opened, "one")
    with pytest.raises(QuestionError, match="exists"):
        opened.experiment_design("one", 5, 4, START, seed=4)
    again = opened.experiment_design("one", 5, 4, START, seed=4, again=True)
    assert again.facts["draw"] == 2
    assert any("draw number 2" in one.en for one in again.sentences)
    assert drawn(opened, "one") != first
    opened.experiment_design("one", 5, 4, START, seed=3, again=True)
    assert drawn(opened, "one") == first


def test_a_design_is_not_changed_once_it_is_analysed(opened: Workspace, tmp_path: Path) -> None:
    file = before(opened, tmp_path)
    opened.experiment_design("one", 5, TEST, START, file, seed=3)
    outcome = after(opened, tmp_path, drawn(opened, "one"))
    opened.experiment_analyse("one", outcome)
    with pytest.raises(QuestionError, match="analysed"):
        opened.experiment_design("one", 5, TEST, START, file, again=True)
    second = opened.experiment_analyse("one", outcome)
    assert second.facts["number"] == 2
    assert any("number 2" in one.en for one in second.sentences)


def test_areas_that_must_or_must_not_be_treated_are_no_part_of_the_draw(
    opened: Workspace, tmp_path: Path
) -> None:
    answer = opened.experiment_design(
        "fixed", 5, TEST, START, before(opened, tmp_path), must=["강남구"], must_not=["Jung-gu"]
    )
    roles = {row["district"]: (row["role"], row["stratum"]) for row in answer.records}
    assert roles["강남구"] == ("must", None)
    assert roles["중구"] == ("left", None)
    assert sum(role == "treated" for role, _ in roles.values()) == 4
    found = opened.experiment_analyse("fixed", after(opened, tmp_path, drawn(opened, "fixed")))
    assert found.facts["treated"] == 5
    assert found.facts["compared"] == 23


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"treated": 1, "must": ["강남구"]}, "No area is left to be drawn"),
        ({"treated": 25}, "No area is left to compare"),
        ({"must": ["강남구"], "must_not": ["강남구"]}, "must and must not"),
        ({"weeks": 0}, "weeks are out of range"),
        ({"alpha": 0.9}, "alpha is out of range"),
        ({"sides": 3}, "sides are out of range"),
        ({"must": ["강남굿"]}, "Area not found"),
        ({"level": "planet"}, "Level not found"),
        ({"start": "soon"}, "date is not clear"),
        ({"sd": "much"}, "share is not clear"),
        ({"part": "pie"}, "Table not found"),
    ],
)
def test_a_wish_that_no_design_fulfils(
    opened: Workspace, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(QuestionError, match=said):
        opened.experiment_design("none", **{"treated": 5, "weeks": 4, "start": START, **asked})  # type: ignore[arg-type]
    assert not opened.experiment_list()


def test_an_outcome_of_the_campaign_itself_or_of_too_few_weeks_makes_no_design(
    opened: Workspace, tmp_path: Path
) -> None:
    file = before(opened, tmp_path)
    with pytest.raises(QuestionError, match="after the campaign begins"):
        opened.experiment_design("x", 5, 6, START - 2 * WEEK, file)
    with pytest.raises(QuestionError, match="too few weeks"):
        opened.experiment_design("x", 5, 19, START, file)


def test_by_a_typed_deviation_the_curve_is_the_rule_of_thumb(opened: Workspace) -> None:
    answer = opened.experiment_design("typed", 3, 6, START, sd="5%", part="curve")
    told = {row["treated"]: row["smallest"] for row in answer.records}
    assert told[3] == pytest.approx(0.0862, abs=1e-4)
    assert told[6] == pytest.approx(0.0656, abs=1e-4)
    assert told[12] == pytest.approx(0.0561, abs=1e-4)
    assert [row["treated"] for row in answer.records if row["asked"]] == [3]


def test_with_too_few_draws_no_effect_is_promised(opened: Workspace, tmp_path: Path) -> None:
    """Of ten draws one shows as much as any effect does: p is 10 % at least."""
    areas = areas_of(opened.store)
    file = write(tmp_path / "few.csv", areas[:10], figures(areas, BEFORE)[:10])
    answer = opened.experiment_design("few", 1, TEST, START, file)
    assert answer.facts["smallest"] is None
    said = [one.en for one in answer.sentences]
    assert "15 districts without figures in the outcome are left out." in said
    assert any("too few draws are possible" in one for one in said)
    typed = opened.experiment_design("typed", 1, TEST, START, sd=0.05, must_not=areas[10:])
    assert typed.facts["smallest"] is None
    assert any("too few draws are possible" in one.en for one in typed.sentences)


def test_without_figures_no_effect_is_promised(opened: Workspace) -> None:
    answer = opened.experiment_design("blind", 3, 6, START)
    assert answer.facts["smallest"] is None
    assert any("is not known without an outcome" in one.en for one in answer.sentences)


def test_both_sides_are_compared_and_neighbours_named(opened: Workspace, tmp_path: Path) -> None:
    opened.experiment_design("one", 6, TEST, START, before(opened, tmp_path), service="shopping")
    balance = opened.experiment_show("one", "balance").records
    assert [row["measure"] for row in balance] == ["population", "affinity", "outcome", "trend"]
    assert all(abs(row["difference"]) < 1.5 and 0 <= row["chance"] <= 1 for row in balance)
    borders = opened.experiment_show("one", "borders").records
    treated = drawn(opened, "one")
    assert {row["area"] for row in borders} <= treated
    assert not {row["beside"] for row in borders} & treated
    field = declared("experiment_borders", "area")
    assert field is not None
    assert field.write({"area": "강남구"}, "en") == "Gangnam-gu"
    assert field.write({"area": "강남구 역삼1동"}, "en") == "Gangnam-gu 역삼1동"
    known = opened.experiment_show("one").sentences[-1]
    assert f"{len({row['beside'] for row in borders})} of the 19 areas" in known.en
    assert "Commuting is not in the data" in known.en


def test_whatever_came_otherwise_is_said(opened: Workspace, tmp_path: Path) -> None:
    file = before(opened, tmp_path)
    opened.experiment_design("one", 6, TEST, START, file, seed=2)
    treated = drawn(opened, "one")
    areas = areas_of(opened.store)
    values = figures(areas, BEFORE + TEST)
    gone, other = sorted(set(areas) - treated)[:2]
    values[areas.index(gone), BEFORE:] = np.nan
    values[areas.index(sorted(treated)[0]), BEFORE + 1] = np.nan
    values[areas.index(other), BEFORE + 2] *= 5
    values[:, 3] *= 1.1
    outcome = write(tmp_path / "odd.csv", areas, values[:, :-1])
    answer = opened.experiment_analyse("one", outcome, without=[sorted(treated)[1]])
    said = " ".join(one.en for one in answer.sentences)
    for part in (
        "The outcome has 5 of the 6 weeks",
        "Left out on request",
        "figures of less than half of the weeks",
        "stand for them",
        "differ from the file that the design was made with",
        "check that they are right",
        "was made after the campaign began",
    ):
        assert part in said
    moved = opened.experiment_analyse("one", outcome, start=START - WEEK, weeks=4)
    told = " ".join(one.en for one in moved.sentences)
    assert f"Analysed from {START - WEEK}; the design says {START}" in told
    assert "Analysed over 4 weeks; the design says 6" in told


def test_an_outcome_without_the_weeks_is_refused(opened: Workspace, tmp_path: Path) -> None:
    opened.experiment_design("one", 6, TEST, START)
    with pytest.raises(QuestionError, match="weeks of the test and weeks before"):
        opened.experiment_analyse("one", before(opened, tmp_path))
    assert experiment_named(opened.store, "one").verdict is None


def test_a_file_of_the_campaign_alone_is_enough_after_one_of_the_weeks_before(
    opened: Workspace, tmp_path: Path
) -> None:
    opened.experiment_design("one", 6, TEST, START, before(opened, tmp_path), seed=2)
    whole = after(opened, tmp_path, drawn(opened, "one"))
    head, *rows = whole.read_text("utf-8").splitlines()
    alone = tmp_path / "campaign.csv"
    alone.write_text("\n".join([head, *(row for row in rows if row.split(",")[1] >= f"{START}")]))
    found = opened.experiment_analyse("one", alone).facts
    again = opened.experiment_analyse("one", whole).facts
    assert {**found, "made": 0, "number": 0} == {**again, "made": 0, "number": 0}


def test_a_cost_without_a_sure_increase_has_no_upper_end(workspace: Store) -> None:
    with using(workspace.dataset):
        basis = basis_of(workspace.build(), "district")
        ids = tuple(area.id for area in basis.areas)
        values = figures(ids, BEFORE + TEST)
        design = make_design(basis, Wish("x", 6, TEST, START, seed=1))
        outcome = Outcomes(ids, START - BEFORE * WEEK, values, False, "orders")
        verdict = analyse(design, outcome, cost=1000.0)
        assert verdict.found == "nothing"
        assert verdict.low is not None
        assert verdict.low < 0
        assert verdict.each.high is None
        assert verdict.each.low is not None


@pytest.mark.parametrize("sides", [1, 2])
def test_figures_that_never_change_show_nothing(workspace: Store, sides: int) -> None:
    with using(workspace.dataset):
        basis = basis_of(workspace.build(), "district")
        ids = tuple(area.id for area in basis.areas)
        values = np.full((len(ids), BEFORE + TEST), 40.0)
        outcome = Outcomes(ids, START - BEFORE * WEEK, values, False, "orders")
        early = Outcomes(ids, outcome.first, values[:, :BEFORE], False, "orders")
        design = make_design(basis, Wish("x", 6, TEST, START, seed=1, sides=sides), early)
        verdict = analyse(design, outcome, early, cost=1000.0)
        json.dumps(verdict.document(), allow_nan=False)
        assert (verdict.found, verdict.effect, verdict.p) == ("nothing", 0, 1)


def test_neighbourhoods_are_drawn_where_the_outcome_has_them(opened: Workspace) -> None:
    answer = opened.experiment_design("fine", 12, 4, START, level="neighbourhood", sd=0.1)
    assert sum(row["role"] == "treated" for row in answer.records) == 12
    assert all(row["code"] and row["neighbourhood"] for row in answer.records)
    assert answer.columns[:4] == ["district", "neighbourhood", "code", "role"]
    assert "borders of the areas" in answer.sentences[-1].en


def test_one_half_deleted_is_none_and_is_swept(opened: Workspace) -> None:
    opened.experiment_design("one", 5, 4, START)
    folder = opened.store.path / "experiments"
    (folder / "one").rename(folder / ".tmp-one")
    assert not opened.experiment_list()
    opened.experiment_design("two", 5, 4, START)
    assert [one.name for one in folder.iterdir()] == ["two"]


@pytest.mark.parametrize("name", ["a\x07b", "봄" * 201, "=spring()", " - "])
def test_a_name_that_no_file_may_hold_is_refused(opened: Workspace, name: str) -> None:
    with pytest.raises(QuestionError):
        opened.experiment_design(name, 5, 4, START)
    assert not experiments(opened.store)


def test_a_damaged_experiment_is_named(opened: Workspace) -> None:
    opened.experiment_design("one", 5, 4, START)
    file = opened.store.path / "experiments" / "one" / "design.json"
    file.write_text('{"experiment": 1}')
    with pytest.raises(WorkspaceDamaged) as refused:
        experiments(opened.store)
    assert refused.value.facts["file"] == file


def test_rows_have_the_declared_fields(opened: Workspace, tmp_path: Path) -> None:
    opened.experiment_design("one", 5, TEST, START, before(opened, tmp_path))
    opened.experiment_analyse("one", after(opened, tmp_path, drawn(opened, "one")))
    for part in ("areas", "balance", "curve", "borders", "methods", "weeks"):
        answer = opened.experiment_show("one", part)
        question = QUESTIONS[answer.question]
        assert answer.columns == list(question.keys)
        for row in answer.records:
            for key in row:
                field = declared(answer.question, key)
                assert field is not None
                for lang in ("ko", "en"):
                    assert field.write(row, lang)
        assert answer.document("en")["rows"] == answer.records


def test_the_command_line_says_the_same(
    opened: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TELADS_WORKSPACE", str(opened.store.path))
    monkeypatch.setenv("TELADS_LANG", "en")
    run = runner(capsys)
    words = ("experiment", "design", "cli", "--treated", 6, "--weeks", TEST, "--start", START,
             "--outcome", before(opened, tmp_path), "--seed", 7, "--must", "강남구")  # fmt: skip
    made = run(*words, "--lang", "en")
    assert made.code == 0, made.err
    assert "Advertise in 6 of 25 districts" in made.out
    assert run(*words).code == 2
    outcome = after(opened, tmp_path, drawn(opened, "cli"))
    found = run("experiment", "analyse", "cli", "--outcome", outcome, "-f", "json", "--lang", "en")
    assert json.loads(found.out) == json.loads(opened.experiment_show("cli").json("en"))
    assert run("experiment", "list", "--lang", "en").out.startswith(
        f"cli, {TEST} weeks from {START}, 6 areas"
    )
    assert ", +1" in run("experiment", "list", "--lang", "en").out
    assert json.loads(run("experiment", "list", "-f", "json").out)["rows"][0]["found"] == "increase"
    shown = run("experiment", "show", "cli", "--part", "curve", "-f", "csv").out
    assert shown.startswith("treated,weeks,smallest,draws,asked")
    assert run("experiment", "delete", "cli", "--lang", "en").out == "removed: cli\n"
    gone = run("experiment", "show", "cli", "--lang", "en")
    assert gone.code == 2
    assert "Experiment not found" in gone.err


BRIEF = {
    "name": "가을", "service": "shopping", "budget": 20_000_000,
    "audience": {"where": {"age": [20, 30]}}, "platforms": [{"service": "game", "price": 4000}],
}  # fmt: skip


def test_later_plans_show_an_effect_and_compute_nothing_from_it(
    opened: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TELADS_WORKSPACE", str(opened.store.path))
    run, brief = runner(capsys), tmp_path / "brief.json"
    brief.write_text(json.dumps(BRIEF), encoding="utf-8")
    opened.experiment_design("ref", 4, TEST, START, before(opened, tmp_path), service="shopping")
    early = run("experiment", "reference", "ref", "--lang", "en")
    assert early.code == 2
    assert "no verdict yet" in early.err
    opened.experiment_analyse("ref", after(opened, tmp_path, drawn(opened, "ref")), cost=2e7)
    plain, files = opened.plan(BRIEF), [tmp_path / f"{at}.json" for at in range(2)]
    opened.plan(BRIEF, output=files[0])
    found = run("experiment", "reference", "ref", "--lang", "en")
    assert found.code == 0, found.err
    assert found.out.startswith(f"An earlier test (ref, {START}): orders +1")
    assert found.out.endswith(f" with 4 districts in {TEST} weeks at 20 million won.\n")
    shown, deck = opened.plan(BRIEF, output=files[1]), tmp_path / "plan.pptx"
    assert shown.sentences[:-1] == plain.sentences
    assert f"{shown.sentences[-1].en}\n" == found.out
    assert shown.sentences[-1].ko.startswith(f"지난 시험(ref, {START}): orders +1")
    assert (shown.records, shown.facts) == (plain.records, plain.facts)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert found.out.strip() in run("plan", brief, "--lang", "en").out.replace("\n", " ")
    opened.plan(BRIEF, output=deck)
    slide = pptx.Presentation(str(deck)).slides[4]
    assert "지난 시험" in slide.notes_slide.notes_text_frame.text
    assert [
        one for one in slide.shapes if one.has_text_frame and "지난 시험" in one.text_frame.text
    ]
    assert opened.plan({**BRIEF, "service": "delivery"}).sentences[-1].en != shown.sentences[-1].en
    kept = opened.store.path / "experiments" / "ref" / "reference.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert is_allowed("experiments/ref/reference.json")
    assert "experiments/ref/reference.json" in {name for name, _ in files_of(opened.store)}
    kept.write_text("{", encoding="utf-8")  # damage is said where the experiment is asked for
    assert opened.plan(BRIEF).sentences == plain.sentences
    with pytest.raises(WorkspaceDamaged):
        opened.experiment_show("ref")
    kept.write_text('{"service": "shopping"}', encoding="utf-8")
    assert opened.experiment_reference("ref", remove=True).reference is None
    assert opened.plan(BRIEF).sentences == plain.sentences
    assert opened.experiment_reference("ref", "배달").reference == "delivery"
    opened.experiment_delete("ref")
    assert not kept.exists()
    opened.experiment_design("none", 4, TEST, START, before(opened, tmp_path))
    opened.experiment_analyse("none", after(opened, tmp_path, drawn(opened, "none")))
    with pytest.raises(QuestionError, match="not known which service"):
        opened.experiment_reference("none")


def test_a_backup_brings_an_experiment_back_and_no_other(
    tmp_path: Path, settings: Settings, opened: Workspace
) -> None:
    opened.experiment_design("kept", 5, TEST, START, before(opened, tmp_path))
    install = Installation(tmp_path / "one")
    install.folder.mkdir()
    shutil.copytree(opened.store.path, install.workspace.path)
    Lines(install.folder / "rows.txt").path.write_text("row\n")
    archive, _ = install.back_up(tmp_path / "backup.tar.gz")
    own = telads.open(install.workspace.path, settings)
    own.experiment_design("later", 5, TEST, START)
    own.experiment_delete("kept")
    install.restore(archive, replace=True)
    assert [one.name for one in experiments(install.workspace)] == ["kept"]
    assert [one.name for one in (install.workspace.path / "experiments").iterdir()] == ["kept"]
