"""The verbs `experiment`: a test by area drawn before a campaign, and its verdict after."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from telads.cli.listing import show_list
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    Form,
    FormOption,
    LangOption,
    WorkspaceOption,
    load_settings,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.cli.show import require_folder, show, show_done, show_written
from telads.text import Lang, Text

experiment = typer.Typer(**listed("experiment"))


@experiment.callback()
def _whole(lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """The language was read before (`options.LANG`); the help of all verbs takes it."""


NameArgument = Annotated[str, typer.Argument(help=say("실험 이름", "the experiment's name"))]
OutcomeHelp = say("결과 파일(CSV, 엑셀): 지역, 주나 날짜, 값",
                  "the outcome (CSV or Excel): area, week or day, figure")  # fmt: skip
ValueOption = Annotated[
    str | None,
    typer.Option(help=say("값이 든 열의 이름(열이 여럿일 때)",
                          "heading of the figures, where several columns have some")),
]  # fmt: skip


class Entry(NamedTuple):
    """An experiment in the list."""

    name: str
    start: str
    weeks: int
    treated: int
    draw: int
    found: str | None
    effect: float | None
    service: str | None
    """Whose later plans show its effect."""


@experiment.command(help=say(
    "광고할 지역을 추첨하고, 확인할 수 있는 최소 효과를 계산합니다.",
    "Draw the areas with ads, and compute the smallest effect that would show."))  # fmt: skip
def design(
    name: NameArgument,
    treated: Annotated[int, typer.Option(help=say("광고할 지역의 수", "number of areas with ads"))],
    weeks: Annotated[int, typer.Option(help=say("시험하는 주의 수", "weeks of the test"))],
    start: Annotated[str | None, typer.Option(help=say(
        "캠페인 시작일(2026-03-02처럼, 기본: 다음 월요일)",
        "first day of the campaign, as 2026-03-02 (default: next Monday)"))] = None,
    outcome: Annotated[Path | None, typer.Option(help=OutcomeHelp)] = None,
    value: ValueOption = None,
    sd: Annotated[str | None, typer.Option(help=say(
        "결과 파일이 없을 때: 지역별 변화의 표준편차(5%처럼)",
        "without an outcome: standard deviation of areas' changes, as 5%"))] = None,
    level: Annotated[str, typer.Option(help="district, neighbourhood")] = "district",
    must: Annotated[list[str] | None, typer.Option(help=say(
        "꼭 광고할 지역(추첨에서 빠짐, 여러 번 쓸 수 있음)",
        "an area with ads in any case, not drawn (repeatable)"))] = None,
    must_not: Annotated[list[str] | None, typer.Option(help=say(
        "광고하지 않을 지역(추첨에서 빠짐, 여러 번 쓸 수 있음)",
        "an area without ads in any case, not drawn (repeatable)"))] = None,
    service: Annotated[str | None, typer.Option(help=say(
        "이 서비스의 이용 강도로도 층을 나눔", "also divide areas by their use of this service"),
    )] = None,
    plan: Annotated[Path | None, typer.Option(help=say(
        "시험할 계획(저장한 .json)", "the plan to test, a saved .json"))] = None,
    sides: Annotated[int, typer.Option(help=say(
        "2: 변화가 있는지, 1: 늘었는지", "2: is there a change, 1: an increase"))] = 2,
    alpha: Annotated[float, typer.Option(help=say("유의 수준", "level of significance"))] = 0.05,
    power: Annotated[float, typer.Option(help=say("검정력", "power"))] = 0.8,
    unit: Annotated[str, typer.Option(help=say(
        "값의 단위(주문처럼, 기본: 열 이름)", "what is counted, as orders (default: the heading)"),
    )] = "",
    seed: Annotated[int | None, typer.Option(help=say("추첨의 시드", "seed of the draw"))] = None,
    again: Annotated[bool, typer.Option("--again", help=say(
        "같은 이름의 실험을 다시 추첨(횟수가 남음)", "draw again, which is counted"))] = False,
    part: Annotated[str, typer.Option(help=say(
        "표시할 표: areas balance curve borders",
        "which table: areas, balance, curve, borders"))] = "areas",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Keep the design in the workspace, and show a table of it."""
    from telads.experiments.questions import design_answer, part_named
    from telads.experiments.services import design_experiment, share_typed
    from telads.planning.brief import PLAN, json_file

    chosen = part_named(part)
    made = design_experiment(
        workspace_of(workspace), load_settings(), name, treated=treated, weeks=weeks, start=start,
        outcome=outcome, value=value, sd=share_typed(sd) if sd else None, level=level,
        must=must or (), must_not=must_not or (), service=service,
        plan=json_file(plan, PLAN) if plan else None, sides=sides, alpha=alpha, power=power,
        unit=unit, seed=seed, again=again,
    )  # fmt: skip
    show(design_answer(made.design, made.before, chosen), form, lang.value)


@experiment.command("show", help=say(
    "실험의 설계나 판정을 다시 보거나 파일로 씁니다.",
    "Show a design, or its verdict, again; or write it to a file."))  # fmt: skip
def show_again(
    name: NameArgument,
    part: Annotated[str | None, typer.Option(help=say(
        "표시할 표: areas balance curve borders, 분석한 뒤에는 methods weeks도",
        "which table: areas, balance, curve, borders; once analysed methods, weeks"))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say(
        "출력 파일(.pptx, .pdf, .xlsx, .csv, .json)",
        "the file to write: .pptx (a deck), .pdf, .xlsx, .csv, .json"))] = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """The verdict if there is one, else the design; or all of it as a file."""
    from telads.experiments.files import write_experiment
    from telads.experiments.kept import experiment_named
    from telads.experiments.questions import shown_again

    if output:
        require_folder(output)
    known = experiment_named(workspace_of(workspace), name)
    answer = shown_again(known, part)
    if output:
        write_experiment(known, output, lang.value, part)
        show_written("experiment show", [output], form)
    else:
        show(answer, form, lang.value)


@experiment.command(help=say(
    "캠페인이 끝난 뒤의 결과 파일을 설계대로 분석해 판정합니다.",
    "Analyse the outcome after the campaign, as designed, into a verdict."))  # fmt: skip
def analyse(
    name: NameArgument,
    outcome: Annotated[Path, typer.Option(help=OutcomeHelp)],
    value: ValueOption = None,
    cost: Annotated[float | None, typer.Option(help=say("광고비", "cost of the ads"))] = None,
    start: Annotated[str | None, typer.Option(help=say(
        "설계와 달리 시작한 날", "the day it began, if not as designed"))] = None,
    weeks: Annotated[int | None, typer.Option(help=say(
        "설계와 달리 집행한 주의 수", "weeks that it ran, if not as designed"))] = None,
    without: Annotated[list[str] | None, typer.Option(help=say(
        "분석에서 뺄 지역(여러 번 쓸 수 있음)", "an area to leave out (repeatable)"))] = None,
    part: Annotated[str, typer.Option(help=say(
        "표시할 표: methods weeks", "which table: methods, weeks"))] = "methods",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Keep the verdict in the workspace, and show a table of it."""
    from telads.experiments.questions import part_named, verdict_answer
    from telads.experiments.services import analyse_experiment

    chosen = part_named(part, found=True)
    made = analyse_experiment(
        workspace_of(workspace), load_settings(), name, outcome, value=value, cost=cost,
        start=start, weeks=weeks, without=without or (),
    )  # fmt: skip
    assert made.verdict is not None
    show(verdict_answer(made, made.verdict, chosen), form, lang.value)


@experiment.command(help=say(
    "다음 계획의 참고값으로 판정을 남기거나 거둡니다.",
    "Keep the verdict as reference for later plans, or no longer."))  # fmt: skip
def reference(
    name: NameArgument,
    service: Annotated[str | None, typer.Option(help=say(
        "이 서비스의 계획에 보임(기본: 설계의 서비스)",
        "plans of this service show it (default: that of the design)"))] = None,
    remove: Annotated[bool, typer.Option("--remove", help=say(
        "더는 보이지 않음", "plans show it no longer"))] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Plans of a service show the effect; none of their figures changes."""
    from telads.experiments.sentences import reference_text
    from telads.experiments.services import refer

    known = refer(workspace_of(workspace), load_settings(), name, service, remove)
    if form is not Form.TABLE:
        show_done("experiment reference", [{"name": known.name, "service": known.reference}], form)
    elif known.reference is None or known.verdict is None:
        done = Text(f"참고값에서 뺐습니다: {known.name}", f"no reference any more: {known.name}")
        sys.stdout.write(f"{done(lang.value)}\n")
    else:
        sys.stdout.write(f"{reference_text(known.design, known.verdict)(lang.value)}\n")


@experiment.command("list", help=say("실험을 모두 봅니다.", "List all experiments."))
def list_experiments(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Each with its dates and what it found."""
    from telads.experiments.kept import experiments
    from telads.experiments.sentences import state_text

    known = experiments(workspace_of(workspace))
    found = [
        Entry(one.name, one.design.wish.start.isoformat(), one.design.wish.weeks,
              one.design.wish.treated, one.design.draw, one.verdict.found if one.verdict else None,
              one.verdict.effect if one.verdict else None, one.reference)
        for one in known
    ]  # fmt: skip
    states = {one.name: state_text(one.verdict) for one in known}
    show_list(
        "experiment list", found, lambda entry: _told(entry, states[entry.name], lang.value), form
    )


@experiment.command(help=say(
    "실험을 결과와 함께 지웁니다.", "Delete an experiment with its outcomes."))  # fmt: skip
def delete(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Its design, outcomes and verdict are gone; backups keep theirs."""
    from telads.experiments.kept import delete as remove

    remove(workspace_of(workspace), load_settings(), name)
    if form is Form.TABLE:
        done = Text(f"지웠습니다: {name.strip()}", f"removed: {name.strip()}")
        sys.stdout.write(f"{done(lang.value)}\n")
    else:
        show_done("experiment delete", [{"name": name.strip()}], form)


def _told(entry: Entry, state: Text, lang: Lang) -> list[str]:
    weeks = Text(f"{entry.start}부터 {entry.weeks}주", f"{entry.weeks} weeks from {entry.start}")
    areas = Text(f"광고 지역 {entry.treated}곳", f"{entry.treated} areas with ads")
    return [entry.name, weeks(lang), areas(lang), state(lang)]
