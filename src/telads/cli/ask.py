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
from telads.cli.show import show

ask = typer.Typer()
_PANEL = say("묻기", "Ask")


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 고객에게 광고할 서비스를 순위로 봅니다.",
             "Which services to advertise to these people, best first."),
)  # fmt: skip
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
    from telads.answers.services import services as answer

    show(answer(build_of(workspace), district, sex, age, month, method), form, lang.value)


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 서비스를 광고할 대상 집단을 순위로 봅니다.",
             "Whom to address with a service's advert, best first."),
)  # fmt: skip
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
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Method T."""
    from telads.answers.targets import targets as answer

    found = answer(
        build_of(workspace), service, by, top, month, method, district, sex, age, with_platforms
    )
    show(found, form, lang.value)


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 집단에게 이 서비스를 광고할 매체를 순위로 봅니다.",
             "Where to run a service's advert for one target, and how sure that is."),
)  # fmt: skip
def platforms(
    service: ServiceOption,
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    month: MonthOption = None,
    method: MethodOption = "affinity",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Method P."""
    from telads.answers.platforms import platforms as answer

    show(answer(build_of(workspace), service, district, sex, age, month, method), form, lang.value)


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 집단과 이용 모습이 닮은 집단을 찾습니다.",
             "Which segments use services like this one."),
)  # fmt: skip
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
    from telads.answers.lookalike import lookalike as answer
    from telads.recommend.lookalike import Among

    build = build_of(workspace)
    found = answer(build, district, sex, age, month, cast(Among, among), top)
    show(found, form, lang.value)


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 집단의 이동과 생활(시간·거리)을 봅니다.",
             "How these people move and live: time and distance."),
)  # fmt: skip
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
    from telads.answers.signals import signals as answer

    show(answer(build_of(workspace), district, sex, age, month), form, lang.value)


@ask.command(
    rich_help_panel=_PANEL,
    help=say("이 집단의 서비스 이용을 달마다 봅니다.",
             "How these people's use of services went, month by month."),
)  # fmt: skip
def history(
    district: DistrictOption,
    sex: SexOption,
    age: AgeOption,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """All months of a segment."""
    from telads.answers.services import history as answer

    show(answer(build_of(workspace), district, sex, age), form, lang.value)
