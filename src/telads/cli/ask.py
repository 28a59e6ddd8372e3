"""The verbs that ask: each calls one function of the answers and prints what it says."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    AgeOption,
    AnyAgeOption,
    AnyDistrictOption,
    AnySexOption,
    DistrictOption,
    Form,
    FormOption,
    LangOption,
    MethodOption,
    MonthOption,
    ServiceOption,
    SexOption,
    WorkspaceOption,
    build_of,
    say,
)
from telads.cli.registry import listed
from telads.cli.show import show

ask = typer.Typer()


@ask.command(**listed("services"))
def services(
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    month: MonthOption = None,
    method: MethodOption = "affinity",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Method A."""
    from telads.answers.customers import services as answer

    show(answer(build_of(workspace), district, sex, age, month, method), form, lang.value)


@ask.command(**listed("targets"))
def targets(
    service: ServiceOption,
    by: Annotated[
        str,
        typer.Option(help=say("순서: affinity(관심도) excess(초과 이용량) volume(이용량)",
                              "order: affinity, excess or volume")),
    ] = "affinity",
    top: Annotated[int, typer.Option(help=say("몇 집단", "how many"))] = 10,
    month: MonthOption = None,
    method: MethodOption = "affinity",
    district: AnyDistrictOption = None,
    sex: AnySexOption = None,
    age: AnyAgeOption = None,
    with_platforms: Annotated[
        bool,
        typer.Option("--platforms",
                     help=say("대상마다 광고할 매체도", "with the platforms for each target")),
    ] = False,
    platforms_by: Annotated[
        str, typer.Option(help=say("매체 순서: use(이용) association(연관)",
                                   "order of the platforms: use or association")),
    ] = "use",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Method T."""
    from telads.answers.advertisers import targets as answer

    found = answer(
        build_of(workspace),
        service,
        by,
        top,
        month,
        method,
        district,
        sex,
        age,
        with_platforms,
        platforms_by,
    )
    show(found, form, lang.value)


@ask.command(**listed("platforms"))
def platforms(
    service: ServiceOption,
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    month: MonthOption = None,
    method: MethodOption = "affinity",
    by: Annotated[
        str | None,
        typer.Option(help=say("순서: use(이용, 기본) association(연관) classic(2023년 연구 방식)",
                              "order: use (the default), association or classic")),
    ] = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Method P."""
    from telads.answers.advertisers import platforms as answer

    found = answer(build_of(workspace), service, district, sex, age, month, method, by)
    show(found, form, lang.value)


@ask.command(**listed("lookalike"))
def lookalike(
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    month: MonthOption = None,
    among: Annotated[
        str,
        typer.Option(help=say("all, other-people(성별·나이가 다른), other-districts(다른 자치구)",
                              "all, other-people or other-districts")),
    ] = "all",
    top: Annotated[int, typer.Option(help=say("몇 집단", "how many"))] = 5,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Method L."""
    from telads.answers.advertisers import lookalike as answer
    from telads.method.recommend import Among

    build = build_of(workspace)
    found = answer(build, district, sex, age, month, cast(Among, among), top)
    show(found, form, lang.value)


@ask.command(**listed("signals"))
def signals(
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    month: MonthOption = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Method C."""
    from telads.answers.customers import signals as answer

    show(answer(build_of(workspace), district, sex, age, month), form, lang.value)


@ask.command(**listed("history"))
def history(
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """All months of a segment."""
    from telads.answers.customers import history as answer

    show(answer(build_of(workspace), district, sex, age), form, lang.value)
