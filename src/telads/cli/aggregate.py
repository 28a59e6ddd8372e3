"""The verb `aggregate`, which reduces subscriber logs to cells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    DatasetOption,
    Form,
    FormOption,
    LangOption,
    ReplaceOption,
    WorkspaceOption,
    load_settings,
    say,
    workspace_for,
)
from telads.cli.progress import progress, waiting
from telads.cli.registry import listed
from telads.cli.show import show_done
from telads.dataset import in_force
from telads.model import Month
from telads.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telads.aggregate.noise import Spent
    from telads.ingest.ingest import Taken

aggregate = typer.Typer()

AGAIN = Text(
    "이 달은 전에도 만들었습니다. 두 번의 셀을 모두 가진 사람은 그사이에 더해지거나 빠진 가입자의 "
    "이용을 빼서 알 수 있습니다. 삭제 요청에 따라 다시 만든다면 --epsilon을 쓰세요.",
    "This month was made before: anyone who has both versions of its cells can subtract them and "
    "see the use of a subscriber who was added or removed in between. To remove a subscriber on "
    "request, use --epsilon.",
)
AGAIN_WITH_NOISE = Text(
    "이 달은 전에도 만들었습니다. 새로 뽑은 노이즈는 epsilon을 한 번 더 씁니다.",
    "This month was made before: new noise spends its epsilon once more.",
)

FATES: dict[str, Text] = {
    "counted": Text("셈한 행", "rows counted"),
    "repeated": Text("같은 날 되풀이된 행", "rows that repeat a day"),
    "no_subscriber": Text("가입자 없음", "without subscriber"),
    "no_date": Text("날짜 없음", "without date"),
    "outside": Text("집계 기간 밖", "dated outside the window"),
    "no_service": Text("서비스 없음", "without service"),
    "unknown_service": Text("모르는 서비스", "of unknown services"),
    "incomplete": Text("빠지거나 음수인 값", "with missing or negative figures"),
    "late": Text("늦게 도착(셈함)", "late (counted)"),
    "home_not_known": Text("거주지를 알 수 없는 행", "rows without a usable home"),
    "sex_not_known": Text("성별을 알 수 없는 행", "rows without a usable sex"),
    "birth_year_not_known": Text("출생연도를 알 수 없는 행", "rows without a usable birth year"),
    "days_hardly_any_rows": Text("로그가 거의 없는 날", "days with hardly any rows"),
    "mobility_days_capped": Text("한도를 적용한 이동일", "days of movement capped"),
    "cell": Text("셀에 든 가입자", "subscribers in cells"),
    "no_home": Text("거주지 모름", "home not known"),
    "elsewhere": Text("다른 지역 거주", "living elsewhere"),
    "no_sex": Text("성별 모름", "sex not known"),
    "no_birth_year": Text("출생연도 모름", "birth year not known"),
    "impossible_age": Text("있을 수 없는 나이", "of an impossible age"),
    "under_20": Text("{first}세 미만", "under {first}"),
    "small": Text("작아서 가린 셀", "cells hidden as small"),
    "protecting": Text("그 셀을 지키려 가린 셀", "cells hidden to protect them"),
    "mobility_only": Text("이동만 가린 셀", "cells with movement hidden only"),
    "few_users": Text("이용자가 적어 가린 값", "figures hidden for few users"),
    "protecting_figures": Text("그 값을 지키려 가린 값", "figures hidden to protect them"),
    "other_months": Text("겹치는 달을 위해 가린 값", "values hidden for months that overlap"),
}
"""Displayed names of the counts of a month made from logs."""


@aggregate.command(**listed("aggregate"))
def run(
    paths: Annotated[
        list[str], typer.Argument(help=say("로그의 파일, 폴더, URL, 테이블(PATH@v12)",
                                             "files, folders, URLs or tables (PATH@v12)"))
    ],
    engine: Annotated[
        str, typer.Option(help=say("polars 또는 spark", "polars or spark"))
    ] = "polars",
    spark_master: Annotated[
        str | None, typer.Option(help=say("Spark master 주소 (기본: 이 컴퓨터)",
                                          "address of Spark's master (default: this machine)"))
    ] = None,
    spark_conf: Annotated[
        Path | None, typer.Option(help=say("Spark 설정 파일(spark-defaults.conf와 같은 형식)",
                                           "Spark's settings, like spark-defaults.conf"))
    ] = None,
    k: Annotated[
        int, typer.Option("--k", help=say("이보다 적은 가입자의 셀과 값은 가림(5 이상)",
                                          "fewer people, or users, are hidden (5 or more)"))
    ] = 5,
    month: Annotated[
        list[str] | None,
        typer.Option(help=say("기준월, 여러 번 가능 (기본: 집계 기간이 온전한 모든 달)",
                              "data month, repeatable (default: all with whole windows)")),
    ] = None,
    mobility: Annotated[
        list[str] | None, typer.Option(help=say("이동 로그, 여러 번 가능", "mobility logs"))
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help=say("이름을 서비스로 옮기는 CSV: service, service_id",
                                           "CSV of raw names: service, service_id"))
    ] = None,
    places: Annotated[
        Path | None, typer.Option(help=say("{neighbourhood} CSV: code, district, neighbourhood",
                                           "CSV: code, district, neighbourhood"))
    ] = None,
    census: Annotated[
        Path | None, typer.Option(help=say("인구를 맞출 CSV: code, sex, age5, population",
                                           "scale to this CSV: code, sex, age5, population"))
    ] = None,
    memory: Annotated[
        str, typer.Option(help=say("최대 메모리", "memory to use"))
    ] = "2GB",
    partitions: Annotated[
        int | None, typer.Option(help=say("가입자를 나눌 수 (기본: 메모리에 맞춤)",
                                          "parts of the subscribers (default: by memory)"))
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help=say("함께 쓸 프로세서 수 (기본: 쓸 수 있는 모두)",
                                          "processors that share the work (default: all usable)"))
    ] = None,
    epsilon: Annotated[
        float | None, typer.Option(help=say("차분 프라이버시 노이즈 크기 epsilon(OpenDP)",
                                            "differential privacy noise, epsilon (OpenDP)"))
    ] = None,
    noise: Annotated[
        str | None, typer.Option(help=say("laplace(기본) 또는 gaussian",
                                          "laplace (the default) or gaussian"))
    ] = None,
    delta: Annotated[
        float, typer.Option(help=say("gaussian 노이즈의 delta", "delta of gaussian noise"))
    ] = 0.0,
    epsilon_limit: Annotated[
        float | None, typer.Option(help=say("작업 폴더의 노이즈가 모두 합쳐 쓸 수 있는 epsilon",
                                            "epsilon that all noise of the workspace may spend"))
    ] = None,
    replace: ReplaceOption = False,
    workspace: WorkspaceOption = None,
    dataset: DatasetOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Aggregate, and report the fate of every row and subscriber."""
    from telads.aggregate.job import aggregate as reduce
    from telads.aggregate.noise import lower, noise_of, spent
    from telads.aggregate.request import Request, parse_memory
    from telads.engines import event_engine

    request = Request(
        events=tuple(paths), mobility=tuple(mobility or ()), mapping=mapping, places=places,
        census=census, months=tuple(Month.parse(text) for text in month or ()), k=k,
        memory=parse_memory(memory), parts=partitions, jobs=jobs,
        noise=noise_of(epsilon, noise, delta), limit=epsilon_limit, replace=replace,
    )  # fmt: skip
    held, settings = workspace_for(workspace, dataset), load_settings()
    runs_on = event_engine(engine, spark_master, spark_conf, request.memory, jobs)
    with progress(Text("집계", "Aggregating")) as step:
        taken = reduce(held, request, settings, runs_on, step, waiting)
    so_far = spent(held.ledger())
    limit = lower(epsilon_limit, settings.epsilon_limit)
    if form is not Form.TABLE:
        budget = {
            "epsilon_spent": so_far.epsilon, "delta_spent": so_far.delta,
            "epsilon_most_on_a_month": so_far.most_on_a_month, "epsilon_limit": limit,
        }  # fmt: skip
        rows = [_row(one) | budget | {"warnings": _warnings(one, lang.value)} for one in taken]
        show_done("aggregate", rows, form)
        return
    for one in taken:
        sys.stdout.write("\n".join(_told(one, lang.value)) + "\n")
    if so_far.draws:
        sys.stdout.write(_budget(so_far, limit)(lang.value) + "\n")


def _row(taken: Taken) -> dict[str, Any]:
    """A label month for JSON and CSV."""
    entry = taken.entry
    made = dict(entry.made) if entry else {}
    noise = made.get("noise") or {}
    flat = {
        f"{group}_{name}": count
        for group in ("rows", "mobility_rows", "remarks", "subscribers", "hidden")
        for name, count in made.get(group, {}).items()
    }
    return {
        "month": str(taken.month),
        "outcome": taken.outcome,
        "cells": entry.rows if entry else None,
        "masked": entry.masked if entry else None,
        "engine": made.get("engine"),
        "k": made.get("k"),
        "version": made.get("version"),
        "epsilon": noise.get("epsilon"),
        "delta": noise.get("delta"),
        **{f"half_width_{name}": width for name, width in noise.get("half_widths", {}).items()},
        **flat,
    }


def _told(taken: Taken, lang: Lang) -> list[str]:
    """A line for the month and one for each kind of count; zeros are left out."""
    from telads.ingest.ingest import OUTCOMES

    line = f"{OUTCOMES[taken.outcome](lang)}: {taken.month}"
    entry = taken.entry
    if entry is None:
        return [line]
    first, last = entry.label.window
    facts = Text(
        f"집계 기간 {first}..{last}, {entry.rows:,}셀, 비공개 값 {entry.masked:,}",
        f"period {first}..{last}, {entry.rows:,} cells, {entry.masked:,} values masked",
    )
    lines = [f"{line} ({facts(lang)})"]
    for group in ("rows", "mobility_rows", "remarks", "subscribers", "hidden"):
        counts = entry.made.get(group, {})
        told = [f"{in_force().fill(FATES[name])(lang)} {n:,}" for name, n in counts.items() if n]
        if told:
            lines.append("  " + ", ".join(told))
    noise = entry.made.get("noise")
    if noise:
        lines += [f"  {line(lang)}" for line in _noise(noise)]
    return [*lines, *(f"  {warning}" for warning in _warnings(taken, lang))]


def _noise(noise: Mapping[str, Any]) -> list[Text]:
    """The noise drawn, and its half-width."""
    kind, epsilon, delta = noise["kind"], noise["epsilon"], noise["delta"]
    budget = f"{kind} epsilon {epsilon:g}" + (f" delta {delta:g}" if delta else "")
    reach = [
        (in_force().measures[name].text, f"±{width:,.3g}")
        for name, width in noise["half_widths"].items()
        if width is not None
    ]  # fmt: skip
    told = [Text(
        f"노이즈: {budget}. 행과 가입자의 정확한 수는 알려 주지 않습니다.",
        f"noise: {budget}; exact numbers of rows and subscribers are not shown",
    )]  # fmt: skip
    if reach:
        told.append(Text(
            "노이즈의 95% 반폭(보이는 셀의 중앙값): "
            + ", ".join(f"{name.ko} {width}" for name, width in reach),
            "half-width of 95 % of the noise (median of shown cells): "
            + ", ".join(f"{name.en} {width}" for name, width in reach),
        ))  # fmt: skip
    return told


def _budget(so_far: Spent, limit: float | None) -> Text:
    """Total spent by all noise of the workspace."""
    delta = f", delta {so_far.delta:g}" if so_far.delta else ""
    of = Text(f", 한도 {limit:g}", f" of {limit:g}") if limit else Text("", "")
    return Text(
        f"노이즈: 모두 {so_far.draws}번에 epsilon {so_far.epsilon:g}{delta}{of.ko}"
        f" (한 달의 로그에 가장 많이 {so_far.most_on_a_month:g})",
        f"noise: epsilon {so_far.epsilon:g}{of.en}{delta} spent in {so_far.draws} draws (at most "
        f"{so_far.most_on_a_month:g} on the days of one month)",
    )


def _warnings(taken: Taken, lang: Lang) -> list[str]:
    """Warnings about the cells, and that a month was replaced."""
    entry = taken.entry
    if entry is None:
        return []
    told = [*entry.warnings]
    if entry.made.get("version", 1) > 1:
        told.append(AGAIN_WITH_NOISE if entry.made.get("noise") else AGAIN)
    return [one(lang) for one in told]
