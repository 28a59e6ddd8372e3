"""The verbs of planning: an audience by rules, a budget allocated, a saved plan on newer data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    Form,
    FormOption,
    LangOption,
    MonthOption,
    WorkspaceOption,
    build_of,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.cli.show import show

if TYPE_CHECKING:
    from telads.text import Text

plan = typer.Typer()
BriefFile = Annotated[
    Path, typer.Argument(help=say("JSON 파일 (docs/planning.md)", "a JSON file (docs/planning.md)"))
]


@plan.command(**listed("audience"))
def audience(
    rules: BriefFile,
    against: Annotated[
        Path | None,
        typer.Option(help=say("비교할 다른 타겟의 규칙 파일", "rules of another audience")),
    ] = None,
    month: MonthOption = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Show the audience of a file of rules, or its overlap with another's."""
    from telads.planning.brief import RULES, json_file
    from telads.planning.questions import audience_answer, overlap_answer
    from telads.planning.rules import read_rules

    build = build_of(workspace)
    first = read_rules(json_file(rules, RULES))
    if against:
        other = read_rules(json_file(against, RULES))
        answer = overlap_answer(build, first, other, month)
    else:
        answer = audience_answer(build, first, month)
    show(answer, form, lang.value)


@plan.command(**listed("plan"))
def divide(
    brief: BriefFile,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("출력 파일", "the file to write"))
    ] = None,
    part: Annotated[
        str, typer.Option(help=say(
            "표시할 표: platforms segments spends budgets goals sensitivity districts ages "
            "neighbourhoods",
            "which table: platforms, segments, spends, budgets, goals, sensitivity, districts, "
            "ages, neighbourhoods"))
    ] = "platforms",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Make a plan from a brief, and show it or write it to a file."""
    from telads.cli.show import require_folder, show_written
    from telads.experiments.services import references_of
    from telads.planning.ad_systems import notes_of, system_of
    from telads.planning.brief import BRIEF, json_file, read_brief
    from telads.planning.files import write_plan
    from telads.planning.plan import make_plan
    from telads.planning.questions import part_named, plan_answer

    chosen = part_named(part)
    if output:
        require_folder(output)
        _not_over(brief, output, BRIEF)
    build = build_of(workspace)
    made = make_plan(build, read_brief(json_file(brief, BRIEF)))
    beside = references_of(workspace_of(workspace), made.brief.service)
    if output:
        write_plan(made, output, lang.value, build, beside)
        notes = [notes_of(output)] if system_of(output.name) else []
        show_written("plan", [output, *notes], form)
    else:
        show(plan_answer(build, made, chosen, beside), form, lang.value)


def _not_over(read: Path, output: Path, what: Text) -> None:
    """Raise `QuestionError` if the output would overwrite the file that is read."""
    from telads.errors import QuestionError
    from telads.text import Text

    if read.exists() and output.exists() and read.samefile(output):
        raise QuestionError(
            Text(f"{what.ko}에 덮어쓸 수 없습니다.", f"The output would overwrite the {what.en}."),
            Text("-o에 다른 파일 이름을 적어 주세요.", "Use another file name with -o."),
            file=output,
        )  # fmt: skip


@plan.command(**listed("replan"))
def replan(
    saved: BriefFile,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("출력 파일", "the file to write"))
    ] = None,
    month: MonthOption = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Compare a saved plan with the same brief on the build in force, or write the comparison."""
    from telads.answers.choices import month_of
    from telads.cli.show import require_folder, show_written
    from telads.planning.brief import PLAN, json_file
    from telads.planning.comparison import compare
    from telads.planning.files import write_comparison
    from telads.planning.plan import read_plan
    from telads.planning.questions import comparison_answer

    if output:
        require_folder(output)
        _not_over(saved, output, PLAN)
    build = build_of(workspace)
    found = compare(read_plan(json_file(saved, PLAN)), build, month_of(build, month))
    if output:
        write_comparison(found, output, lang.value)
        show_written("plan_comparison", [output], form)
    else:
        show(comparison_answer(found), form, lang.value)
