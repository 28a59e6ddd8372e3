"""What the doors do with experiments: design one, analyse it, delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from telads.answers.choices import AREA_LEVELS, area_level_of, service_of
from telads.errors import QuestionError
from telads.experiments.areas import area_named, basis_of, finder
from telads.experiments.design import Wish, make_design
from telads.experiments.kept import (
    Experiment,
    analysed,
    experiment_named,
    former,
    id_of,
    keep_design,
    keep_reference,
    keep_verdict,
    references,
)
from telads.experiments.outcomes import day_of, read_outcomes
from telads.experiments.sentences import reference_text
from telads.experiments.verdict import analyse
from telads.planning.plan import read_plan
from telads.planning.reading import text_of
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Text


def day_typed(text: str | date) -> date:
    """A typed day; raises `QuestionError`."""
    found = text if isinstance(text, date) else day_of(text.strip())
    if found is None:
        raise QuestionError(
            Text("날짜를 알 수 없습니다.", "The date is not clear."),
            Text("2026-03-02처럼 적어 주세요.", "Write it as 2026-03-02."), value=text,
        )  # fmt: skip
    return found


def share_typed(text: str | float) -> float:
    """A typed share: `5%` or `0.05`; raises `QuestionError`."""
    try:
        if isinstance(text, str) and text.strip().endswith("%"):
            return float(text.strip()[:-1]) / 100
        return float(text)
    except ValueError:
        raise QuestionError(
            Text("비율을 알 수 없습니다.", "The share is not clear."),
            Text("5%나 0.05처럼 적어 주세요.", "Write it as 5% or 0.05."), value=text,
        ) from None  # fmt: skip


def refer(
    workspace: Store, settings: Settings, name: str, service: str | None = None,
    remove: bool = False,
) -> Experiment:  # fmt: skip
    """Let later plans of a service show the verdict of an experiment; with `remove` no longer.

    The service is by default that of the design. Plans show the effect, and compute nothing from
    it. Raises `QuestionError` before the verdict, or where no service is known.
    """
    known = experiment_named(workspace, name)
    if remove:
        keep_reference(workspace, settings, name, None)
        return replace(known, reference=None)
    if known.verdict is None:
        raise QuestionError(
            Text("아직 판정이 없는 실험입니다.", "The experiment has no verdict yet."),
            Text("캠페인이 끝난 뒤의 결과 파일을 먼저 분석해 주세요.",
                 "Analyse the outcome after the campaign first."),
            value=name,
        )  # fmt: skip
    asked = service or known.design.wish.service
    if asked is None:
        raise QuestionError(
            Text("어느 서비스의 계획에 보일지 알 수 없습니다.",
                 "It is not known which service's plans are to show it."),
            Text("서비스를 골라 주세요(--service).", "Choose a service (--service)."), value=name,
        )  # fmt: skip
    chosen = service_of(workspace.build(), asked).id
    keep_reference(workspace, settings, name, chosen)
    return replace(known, reference=chosen)


def references_of(workspace: Store, service: str) -> tuple[Text, ...]:
    """What plans of a service show of earlier experiments, the latest first."""
    return tuple(reference_text(one.design, one.verdict) for one in references(workspace)
                 if one.reference == service and one.verdict is not None)  # fmt: skip


def next_monday(today: date) -> date:
    """The Monday after a day: where a campaign begins if nothing is said."""
    return today + timedelta(days=7 - today.weekday())


def design_experiment(
    workspace: Store,
    settings: Settings,
    name: str,
    *,
    treated: int,
    weeks: int,
    start: str | date | None = None,
    outcome: Path | None = None,
    value: str | None = None,
    sd: float | None = None,
    level: str = AREA_LEVELS[0],
    must: Sequence[str] = (),
    must_not: Sequence[str] = (),
    service: str | None = None,
    plan: Mapping[str, Any] | None = None,
    sides: int = 2,
    alpha: float = 0.05,
    power: float = 0.8,
    unit: str = "",
    seed: int | None = None,
    again: bool = False,
) -> Experiment:
    """Draw a design and keep it; with `again` in place of the one of this name, which is counted.

    `plan` is a saved plan, whose service divides the areas where no `service` is named. Raises
    `QuestionError` and its subclasses, `DataError` for an outcome that does not fit.
    """
    id, name = id_of(name), text_of("name", name)
    known = former(workspace, name)
    if known is not None and known.verdict is not None:
        raise analysed(name)
    if known is not None and not again:
        raise QuestionError(
            Text("이 이름의 실험이 이미 있습니다.", "An experiment of this name exists."),
            Text("다시 추첨하려면 --again을 붙여 주세요. 몇 번째 추첨인지 남습니다.",
                 "Draw again with --again; the number of draws is kept."),
            value=name,
        )  # fmt: skip
    build = workspace.build()
    saved = read_plan(plan) if plan is not None else None
    asked = service or (saved.brief.service if saved else None)
    basis = basis_of(build, area_level_of(level), service_of(build, asked).id if asked else None)
    day = day_typed(start) if start else next_monday(date.today())
    names = [area.text for area in basis.areas]
    before = read_outcomes(outcome, finder(basis.areas), names, day, value) if outcome else None
    wish = Wish(
        name=name.strip(), treated=treated, weeks=weeks, start=day, sides=sides, alpha=alpha,
        power=power, must=tuple(area_named(basis.areas, one) for one in must),
        must_not=tuple(area_named(basis.areas, one) for one in must_not),
        sd=None if before else sd, service=asked,
        unit=unit or (before.name if before else ""), plan=saved.hash if saved else None, seed=seed,
    )  # fmt: skip
    design = make_design(basis, wish, before, known.design.draw + 1 if known else 1)
    keep_design(workspace, settings, design, before)
    return Experiment(id, design, before, None)


def analyse_experiment(
    workspace: Store,
    settings: Settings,
    name: str,
    outcome: Path,
    *,
    value: str | None = None,
    cost: float | None = None,
    start: str | date | None = None,
    weeks: int | None = None,
    without: Sequence[str] = (),
) -> Experiment:
    """Analyse the outcome of a kept design, and keep the verdict.

    `start`, `weeks` and `without` are what came otherwise than designed. Raises `QuestionError`
    and its subclasses, `DataError` for an outcome that does not fit.
    """
    known = experiment_named(workspace, name)
    design = known.design
    areas = [area.area for area in design.areas]
    day = day_typed(start) if start else design.wish.start
    # The file may have areas that are no part of the design: those without figures before.
    every = basis_of(workspace.build(), design.level).areas
    beside = {area.id: area for area in (*every, *areas)}
    names = [area.text for area in beside.values()]
    after = read_outcomes(outcome, finder(tuple(beside.values())), names, day, value)
    number = known.verdict.number + 1 if known.verdict else 1
    verdict = analyse(
        design, after, known.before, cost=cost, start=day, weeks=weeks,
        without=[area_named(areas, one) for one in without], number=number,
    )  # fmt: skip
    keep_verdict(workspace, settings, name, after, verdict)
    return replace(known, verdict=verdict)
