"""The door for Python programs, and the page that explains it."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.main import get_group
from typer.testing import CliRunner

import telads
from telads.answers.questions import ASKED, NEEDED, Question
from telads.cli.aggregate import aggregate
from telads.cli.ask import ask
from telads.cli.data import data
from telads.cli.experiment import experiment
from telads.cli.make import make
from telads.cli.plan import plan
from telads.ingest.borders import places_of
from telads.library import Workspace
from telads.render.svg import CHARTS
from telads.render.svg.drawing import Drawing
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.seoul import SERVICES

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
OF_THE_SHELL = {"doctor"}
"""Verbs that look after the machine, not a workspace."""


@pytest.fixture
def opened(twin_workspace: Store, settings: Settings) -> Workspace:
    return telads.open(twin_workspace.path, settings)


def test_the_methods_are_named_as_the_verbs() -> None:
    """Those that take data in, ask, plan, and make files; the website has another door."""
    verbs = {
        command.name
        for group in (data, ask, make, plan, aggregate)
        for command in group.registered_commands
    }
    verbs |= {f"experiment_{name}" for name in get_group(experiment).commands}
    methods = {name for name in vars(Workspace) if not name.startswith("_")}
    assert methods == verbs - OF_THE_SHELL


def test_the_page_runs(
    twin_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """All its code, in order, in a folder with files of the portal's kind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").symlink_to(twin_files)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert said.count(" taken\n") == 4
    assert "YouTube has no sum of usage" in said
    assert names["answer"].rows.height == len(SERVICES)
    assert len(names["table"]) == len(SERVICES)
    assert isinstance(names["chart"], Drawing)
    assert pl.read_excel("scores.xlsx").height == 4 * 300 * len(SERVICES)
    assert pl.read_csv("classic.csv").columns[5:9] == ["weight", "z", "score", "rank"]
    assert Path("monthly.svg").stat().st_size > 1000


DRAWN: dict[str, dict[str, Any]] = {
    name: {"district": "강남구", "sex": "F", "age": 30} if name == "ranking" else {}
    for name in CHARTS
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_notebook_shows_a_chart_as_svg_and_loads_nothing(opened: Workspace, name: str) -> None:
    chart = opened.chart(name, lang="en", **DRAWN[name])
    drawn = chart._repr_svg_()
    assert drawn == chart.svg
    assert drawn.startswith("<svg ")
    assert "<script" not in drawn
    assert set(re.findall(r"https?://[^\s\"']+", drawn)) == {"http://www.w3.org/2000/svg"}
    assert chart.png(1).startswith(b"\x89PNG")
    assert len(chart.rows) > 5


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ko", ("기준월 2023년 4월", "순위", "이용 강도", "쇼핑")),
        ("en", ("month 2023-04", "Rank", "Usage score")),
    ],
)
def test_a_notebook_shows_an_answer_as_a_table_in_words(
    twin_workspace: Store, lang: str, words: tuple[str, ...]
) -> None:
    settings = Settings.load({"TELADS_LANG": lang}, Path("no-such-file"))
    opened = telads.open(twin_workspace.path, settings)
    answer = opened.services("강남구", "F", 30)
    shown = answer._repr_html_()
    assert shown.count("<tr>") == 1 + len(SERVICES)
    assert [word for word in words if word not in shown] == []
    assert "affinity_" not in shown
    assert answer.sentences[0]("en" if lang == "en" else "ko") in unescape(shown)
    for other in (
        opened.status(), opened.history("강남구", "F", 30), opened.evaluate(),
        opened.signals("강남구", "F", 30), opened.lookalike("강남구", "F", 30),
        opened.audience({"where": {"age": [20]}}), opened.targets("game", platforms=True),
        opened.platforms("game", "강남구", "F", 30),
    ):  # fmt: skip
        assert f'<div lang="{lang}">' in other._repr_html_()
        assert other._repr_html_().count("<tr>") == 1 + min(other.rows.height, 50)


def test_what_a_notebook_shows_is_escaped_and_counted(opened: Workspace) -> None:
    rows = pl.DataFrame({"file": ["<script>alert(1)</script>"] * 60})
    shown = replace(opened.status(), rows=rows, language="en")._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 50
    assert "and 10 more rows" in shown


def test_months_are_text_wherever_they_are_shown(opened: Workspace) -> None:
    answer = opened.services("강남구", "F", 30)
    assert repr(answer.month) == "Month(2023-04)"
    assert repr(answer.month and answer.month.window) == (
        "Window(first=Month(2023-01), last=Month(2023-03))"
    )
    assert "month=Month(2023-04)" in repr(answer)


def test_the_page_lists_every_method_as_it_is() -> None:
    listed = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    methods = {name for name in vars(Workspace) if not name.startswith("_")}
    assert set(listed) == methods
    for name, arguments in listed.items():
        known = [str(p).split(":")[0] + (f"={_default(p)}" if p.default is not p.empty else "")
                 for p in inspect.signature(getattr(Workspace, name)).parameters.values()
                 if p.name != "self"]  # fmt: skip
        assert (arguments.split(", ") if arguments else []) == known, name


@pytest.mark.parametrize("question", [one for one in ASKED if one.does and one.panel != "data"])
def test_a_method_takes_the_parameters_of_its_question(question: Question) -> None:
    """In their order, with their defaults; none takes what it does not name."""
    taken = list(inspect.signature(getattr(Workspace, question.id)).parameters.values())[1:]
    assert all(one.kind is one.POSITIONAL_OR_KEYWORD for one in taken)
    assert [(one.name, one.default) for one in taken] == [
        (one.name, inspect.Parameter.empty if one.default is NEEDED else one.default)
        for one in question.parameters
    ]


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_an_answer_is_a_polars_table(opened: Workspace) -> None:
    answer = opened.services("Gangnam", "여", "30대", month="2023-03")
    assert isinstance(answer.rows, pl.DataFrame)
    assert isinstance(answer, telads.Answer)
    assert (str(answer.month), answer.window) == ("2023-03", ("2022-12", "2023-02"))
    assert answer.synthetic


def test_months_and_sexes_may_be_typed(opened: Workspace) -> None:
    typed = opened.services("강남구", telads.Sex.FEMALE, 30, month=telads.Month.of(2023, 3))
    assert typed.rows.equals(opened.services("강남구", "F", "30", month="2023-03").rows)


def test_one_path_or_many_may_be_taken_in(
    twin_files: Path, tmp_path: Path, settings: Settings
) -> None:
    workspace = telads.open(tmp_path / "w", settings)
    first, second, *_ = sorted(twin_files.iterdir())
    assert [taken.outcome for taken in workspace.ingest(str(first))] == ["taken"]
    assert [taken.outcome for taken in workspace.ingest([first, second])] == ["unchanged", "taken"]
    assert workspace.status().rows.height == 2
    assert workspace.build().made


def test_borders_are_taken_in_as_by_the_verb(
    twin_workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    workspace = telads.open(shutil.copytree(twin_workspace.path, tmp_path / "w"), settings)
    first, *others = places_of(workspace.store)
    ring = [[127, 37], [127.1, 37], [127.1, 37.1], [127, 37]]
    features = [
        {"type": "Feature", "properties": {"id": code},
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for code in (first.code, "strange")
    ]  # fmt: skip
    file = tmp_path / "dong.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = workspace.borders(str(file), code="id")
    assert isinstance(found, telads.Matched)
    assert (list(found.rings), found.by_code, found.by_name) == ([first], 1, 0)
    assert (found.without, found.strange) == (tuple(others), ("strange",))
    assert workspace.store.neighbourhoods_path.is_file()
    with pytest.raises(telads.DataError, match="no_such"):
        workspace.borders(file, code="no_such")


def test_logs_are_reduced_as_by_the_verb(tmp_path: Path, settings: Settings) -> None:
    logs.write(logs.events(), tmp_path / "log" / "events")
    logs.write_tables(tmp_path / "log")
    workspace = telads.open(tmp_path / "w", settings)
    (taken,) = workspace.aggregate(tmp_path / "log", month="2023-06", k=8, partitions=2)
    assert (str(taken.month), taken.outcome) == ("2023-06", "taken")
    again = workspace.aggregate(
        [str(tmp_path / "log" / "events")], [telads.Month.of(2023, 6), "2023-07"], k=8,
        mapping=tmp_path / "log" / "services.csv", places=tmp_path / "log" / "places.csv",
    )  # fmt: skip
    assert [one.outcome for one in again] == ["unchanged", "taken"]
    assert workspace.status().rows.height == 2
    with pytest.raises(telads.SettingError):
        workspace.aggregate(tmp_path / "log", k=4)
    with pytest.raises(telads.SettingError):
        workspace.aggregate(tmp_path / "log", epsilon=-1.0)
    with pytest.raises(telads.UnknownChoice):
        workspace.aggregate(tmp_path / "log", engine="abacus")


def test_a_refused_file_is_among_the_results(tmp_path: Path, settings: Settings) -> None:
    workspace = telads.open(tmp_path / "w", settings)
    (taken,) = workspace.ingest(tmp_path / "missing.xlsx")
    assert taken.outcome == "refused"
    assert isinstance(taken.error, telads.DataError)


def test_the_workspace_of_the_settings_is_opened_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELADS_WORKSPACE", str(tmp_path / "mine"))
    assert repr(telads.open()) == f"Workspace('{tmp_path / 'mine'}')"
    assert not (tmp_path / "mine").exists()


def test_questions_before_a_build_are_told(tmp_path: Path, settings: Settings) -> None:
    workspace = telads.open(tmp_path, settings)
    with pytest.raises(telads.NothingBuilt):
        workspace.services("강남구", "F", 30)


def test_importing_telads_is_cheap() -> None:
    import subprocess
    import sys

    script = "import sys, telads; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )  # fmt: skip
    packages = {name.split(".")[0] for name in run.stdout.split()}
    assert not packages & {"polars", "numpy", "scipy", "resvg_py", "django", "typer", "rich"}


YOUNG = {"where": {"age": [20, 30]}}
BRIEF = {
    "name": "Summer", "audience": YOUNG, "service": "delivery", "budget": 30_000_000,
    "platforms": [{"service": "shopping", "price": 3500}, {"service": "youtube", "price": 4500}],
}  # fmt: skip


def test_audiences_are_asked_as_by_the_verb(opened: Workspace, tmp_path: Path) -> None:
    """With a document or the file it stands in; a second one asks for the overlap."""
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(YOUNG), "utf-8")
    asked = opened.audience(YOUNG, month="2023-03")
    assert asked.rows.height == 100
    assert opened.audience(rules, month="2023-03").json("en") == asked.json("en")
    shared = opened.audience(YOUNG, against={"where": {"age": 30}})
    assert (shared.question, shared.facts["only_second"]) == ("overlap", 0)
    said = CliRunner().invoke(
        plan, ["audience", str(rules), "--month", "2023-03", "--format", "json", "--lang", "en",
               "--workspace", str(opened.store.path)],
    )  # fmt: skip
    assert said.stdout == asked.json("en")


def test_plans_are_made_saved_and_made_anew(opened: Workspace, tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    spends = opened.plan(BRIEF, part="spends", output=saved)
    assert spends.rows["spend"].sum() == 30_000_000
    assert opened.plan(BRIEF).facts == spends.facts
    again = opened.replan(saved)
    assert again.question == "plan_comparison"
    assert again.rows.filter(pl.col("change_local").abs() > 0).is_empty()
    assert opened.replan(json.loads(saved.read_text("utf-8"))).json("ko") == again.json("ko")


def test_mistakes_of_planning_are_told_as_by_the_verb(opened: Workspace, tmp_path: Path) -> None:
    with pytest.raises(telads.UnknownChoice, match="spending"):
        opened.plan(BRIEF, part="spending")
    with pytest.raises(telads.QuestionError) as wrong:
        opened.plan({**BRIEF, "budget": "much"}, output=tmp_path / "x.json")
    assert "budget" in wrong.value.line("en")
    assert not (tmp_path / "x.json").exists()
    with pytest.raises(telads.DataError, match=r"none\.json"):
        opened.replan(tmp_path / "none.json")


SCRIPT = '''
"""A planner's script, held by a strict checker to what telads says of itself."""

from pathlib import Path

import telads


def advice(folder: Path, files: list[Path]) -> list[str]:
    workspace: telads.Workspace = telads.open(folder, telads.Settings.load())
    taken: list[telads.Taken] = workspace.ingest(files, month=telads.Month.parse("2023-06"))
    built: telads.Built = workspace.build()
    answer: telads.Answer = workspace.targets(
        "delivery", by="excess", top=5, sex=telads.Sex.FEMALE, age="30대", platforms=True
    )
    alike = workspace.lookalike("강남구", "F", 30, among="other-people", top=3)
    rows: int = workspace.export("scores", folder / "scores.csv")
    lang: telads.Lang = "en"
    told = [sentence(lang) for one in (answer, alike) for sentence in one.sentences]
    return [str(taken[0].month), str(built.made), str(rows), *told, answer.json(lang)]
'''
WRONG = {
    "an unknown choice": 'workspace.targets("game", colour="red")',
    "a number for a name": "workspace.services(1, 2, 3)",
    "a missing choice": 'workspace.platforms("game")',
}


def test_a_users_script_is_checked_strictly(tmp_path: Path) -> None:
    """With no `Any` to hide in: what fits is passed, and each mistake is found."""
    from mypy import api

    def found(text: str) -> str:
        script = tmp_path / "script.py"
        script.write_text(text, "utf-8")
        said, errors, _ = api.run([
            "--strict", "--disallow-any-expr", "--follow-imports=silent", "--config-file=",
            f"--cache-dir={tmp_path}", str(script),
        ])  # fmt: skip
        return said + errors

    assert found(SCRIPT).startswith("Success"), found(SCRIPT)
    mistakes = "\n".join(
        f"def f{at}(workspace: telads.Workspace) -> object:\n    return {call}\n"
        for at, call in enumerate(WRONG.values())
    )
    said = found(f"import telads\n\n{mistakes}")
    lines = {line.split(":")[1] for line in said.splitlines() if ": error:" in line}
    assert lines == {"4", "7", "10"}, said
