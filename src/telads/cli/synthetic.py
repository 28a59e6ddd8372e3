"""The verbs that make synthetic data: the twin, event logs, and the demo."""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from telads.cli.options import (
    DEFAULT_LANGUAGE,
    DatasetOption,
    Form,
    FormOption,
    LangOption,
    load_settings,
    say,
    use_dataset,
)
from telads.cli.progress import progress
from telads.cli.registry import listed
from telads.errors import UnknownChoice
from telads.model import Month, months_between
from telads.text import Lang, Text
from telads.wording import BUILDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telads.ingest.source import Reading
    from telads.store.workspace import Store
    from telads.twin.files import FileFormat
    from telads.twin.profile import Profile

synthetic = typer.Typer()

DEMO_MONTHS = "2023-01..2023-09"
DEMO_GROUP = ("강남구", "F", "30")
DEMO_SERVICE = "delivery"
PROCESSES = 2
"""Workbooks written in parallel; more gained nothing on two cores."""


@synthetic.command(**listed("synth"))
def synth(
    out: Annotated[
        Path, typer.Argument(help=say("출력 폴더 (--fit이면 파일)", "folder (with --fit: a file)"))
    ],
    like: Annotated[
        Path | None,
        typer.Option(help=say("본뜰 데이터의 폴더나 통계 프로필 파일 (기본: 데이터 정의의 통계 "
                              "프로필)",
                              "folder of files or a profile to imitate (default: the dataset's)")),
    ] = None,
    months: Annotated[
        str, typer.Option(help=say("달: 2023-01..2023-09", "months: 2023-01..2023-09"))
    ] = DEMO_MONTHS,
    seed: Annotated[int, typer.Option(help=say("같은 수는 같은 "
                                               "데이터", "same seed, same data"))] = 1,
    file_format: Annotated[
        str, typer.Option("--file-format", help=say("xlsx 또는 csv", "xlsx or csv"))
    ] = "xlsx",
    fit: Annotated[
        bool,
        typer.Option("--fit", help=say("데이터 대신 통계 프로필 파일을 만듭니다(--like 폴더 필요)",
                                       "write the profile of --like instead of data")),
    ] = False,
    dataset: DatasetOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Write a twin, or the profile it is drawn from."""
    from telads.cli.show import show_written
    from telads.twin.cells import fit_folder, readings_in

    use_dataset(dataset)
    if fit:
        if like is None or not like.is_dir():
            raise UnknownChoice(
                Text("--fit에는 데이터 폴더가 필요합니다.", "--fit needs a folder of files."),
                Text("--like 폴더로 알려 주세요.", "Name it with --like FOLDER."),
                value=like,
            )
        fit_folder(like).save(out)
        show_written("synth", [out], form)
        return
    readings = readings_in(like) if like and like.is_dir() else []
    profile = _profile(like, lang.value, readings)
    written = _write(profile, parse_months(months), seed, out, file_format)
    if readings:
        written += _quality(profile, readings, like, seed, out, lang.value)
    show_written("synth", written, form)


@synthetic.command(**listed("synth events"))
def synth_events(
    out: Annotated[Path, typer.Argument(help=say("출력 폴더", "the output folder"))],
    subscribers: Annotated[int, typer.Option(help=say("가입자 수", "number of subscribers"))],
    days: Annotated[
        int, typer.Option(help=say("일수 (92일: 기준월 하나)", "days (92: one data month)"))
    ] = 92,
    first: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"],
                     help=say("첫날 2023-03-01 (기본: 통계 프로필의 기준월이 보는 첫날)",
                              "first day, as 2023-03-01 (default: of the profile's window)")),
    ] = None,
    seed: Annotated[int, typer.Option(help=say("같은 수는 같은 "
                                               "데이터", "same seed, same data"))] = 1,
    like: Annotated[
        Path | None,
        typer.Option(help=say("본뜰 데이터의 폴더나 통계 프로필 파일 (기본: 데이터 정의의 통계 "
                              "프로필)",
                              "folder of files or a profile to imitate (default: the dataset's)")),
    ] = None,
    district: Annotated[
        list[str] | None,
        typer.Option(help=say("이 {district}만 (되풀이할 수 있음)",
                              "only this {district} (may repeat)")),
    ] = None,
    mobility: Annotated[
        bool, typer.Option("--mobility", help=say("이동 로그도 만듭니다.", "mobility rows too"))
    ] = False,
    use: Annotated[
        float,
        typer.Option(help=say("이용일수 가운데 남길 비율 (가입자당 행을 줄임)",
                              "share of the days of use kept (fewer rows a subscriber)")),
    ] = 1.0,
    dirty: Annotated[
        float,
        typer.Option(help=say("중복·빈 값·늦은 행 등을 섞을 비율 (시험용)",
                              "share of duplicates, nulls, late rows ... each, for tests")),
    ] = 0.0,
    processes: Annotated[
        int, typer.Option(min=1, help=say("나란히 만들 프로세스 수", "processes side by side"))
    ] = PROCESSES,
    dataset: DatasetOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Write a synthetic log whose aggregate is the profile's city."""
    from telads.aggregate.synth import Plan, write_log
    from telads.cli.show import show_written

    use_dataset(dataset)
    profile = _profile(like, lang.value)
    start = profile.base.window.first
    begin = first.date() if first else date(start.year, start.month, 1)
    plan = Plan(subscribers, days, begin, seed, mobility, dirty, use)
    with progress(Text("합성 로그 만들기", "Making a synthetic log")) as step:
        write_log(profile, plan, out, tuple(district or ()), processes, step)
    show_written("synth events", [out], form)


def parse_months(text: str) -> tuple[Month, ...]:
    """`2023-01..2023-09`, or one month; raises `UnknownChoice`."""
    first, _, last = text.partition("..")
    start = Month.parse(first)
    months = months_between(start, Month.parse(last) if last else start)
    if not months:
        raise UnknownChoice(
            Text("달의 순서가 거꾸로입니다.", "The months are in the wrong order."),
            Text("2023-01..2023-09처럼 적어 주세요.", "Write them like 2023-01..2023-09."),
            value=text,
        )
    return months


def _quality(
    profile: Profile, readings: list[Reading], like: Path | None, seed: int, out: Path, lang: Lang
) -> list[Path]:
    """Write how true and how safe a twin of the folder's files is, in the month it imitates."""
    from telads.method.fidelity import fidelity
    from telads.render.twin import write_quality
    from telads.twin.cells import synthesise

    real = next(one for one in readings if one.month == profile.base)
    [(_, cells)] = synthesise(profile, [profile.base], seed)
    name = like.resolve().name if like else ""
    source = Text(f"{name} 폴더를 본뜸, 시드 {seed}", f"like the folder {name}, seed {seed}")
    return write_quality(fidelity(real, cells), source, out, lang)


def _profile(like: Path | None, lang: Lang, readings: Sequence[Reading] = ()) -> Profile:
    """What a twin is drawn from; services that it has no figures of are told."""
    from telads.twin.cells import missing_services, read_profile
    from telads.twin.profile import fit_profile

    profile = fit_profile(readings) if readings else read_profile(like)
    if missing := [one.text for one in missing_services(profile)]:
        ko, en = (", ".join(names) for names in zip(*missing, strict=True))
        told = Text(
            f"통계 프로필에 없어 합성 데이터에서 빠지는 서비스: {ko}. 그 열이 있는 파일로 통계 "
            "프로필을 다시 "
            "만드시거나(telads synth --fit), dataset.toml의 drawn_like에 닮을 측정값을 "
            "적어 주세요.",
            f"The profile has no figures of {en}, so the synthetic data lack them. Fit it to files "
            "that have the column (telads synth --fit), or name a measure they are drawn like "
            "(drawn_like in dataset.toml).",
        )
        sys.stderr.write(f"{told(lang)}\n")
    return profile


def _write(
    profile: Profile, months: tuple[Month, ...], seed: int, folder: Path, file_format: str
) -> list[Path]:
    from telads.twin.files import write_twin

    written = []
    with progress(Text("합성 데이터 만들기", "Making synthetic data")) as step:
        step(str(months[0]), 0, len(months))
        chosen = cast("FileFormat", file_format.lower())
        for path in write_twin(profile, months, seed, folder, chosen, PROCESSES):
            written.append(path)
            if len(written) < len(months):
                step(str(months[len(written)]), len(written), len(months))
    return written


@synthetic.command(**listed("demo"))
def demo(
    folder: Annotated[
        Path, typer.Option("--folder", help=say("출력 폴더", "the output folder"))
    ] = Path("demo"),
    seed: Annotated[int, typer.Option(help=say("같은 수는 같은 "
                                               "데이터", "same seed, same data"))] = 1,
    no_serve: Annotated[
        bool,
        typer.Option("--no-serve", help=say("웹사이트를 시작하지 않고 마칩니다.",
                                            "stop before the website")),
    ] = False,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Twin, ingest, build, three answers, a report of one file, and the website."""
    from telads.cli.serve import check_address, run_site, settings_for
    from telads.render.report import write_report
    from telads.store.workspace import Store

    workspace = Store(folder / "telads-data")
    settings = settings_for(workspace.path)
    if not no_serve:
        check_address(settings)
    _prepare(workspace, folder / "files", seed, lang.value)
    _three_answers(workspace, lang.value)
    report = folder / ("report.html" if lang.value == "ko" else "report.en.html")
    write_report(workspace, report, lang.value, *DEMO_GROUP, DEMO_SERVICE)
    told = Text("모든 것은 합성 데이터입니다. 보고서", "Everything is synthetic data. The report")
    sys.stdout.write(f"\n{told(lang.value)}: {report.resolve().as_uri()}\n")
    sys.stdout.write(f"\n{_next_steps(workspace)(lang.value)}\n\n")
    if not no_serve:
        run_site(settings, lang.value, browser=True)


def _next_steps(workspace: Store) -> Text:
    """Commands to try after the demo, as they are typed here."""
    called = shown_call()
    account = f"{called} user create demo --role planner -w {shlex.quote(str(workspace.path))}"
    own = f"{called} ingest FILE... && {called} build && {called} serve"
    return Text(
        f"다음 할 일\n  직접 받은 파일로: {own}\n"
        f"  계획(/plans/)을 써 볼 계정: {account}\n"
        f"  나머지 명령: {called} --help",
        f"What next\n  with your own files: {own}\n"
        f"  an account to try plans (/plans/): {account}\n"
        f"  all commands: {called} --help",
    )


def shown_call(here: Path | None = None) -> str:
    """The shell command for telads: its name if that finds this one, else its path."""
    own = Path(sys.executable).with_name("telads")
    found = shutil.which("telads")
    if found and Path(found).resolve() == own.resolve():
        return "telads"
    if not own.is_file():
        return f"{shlex.quote(sys.executable)} -m telads"
    folder = here or Path.cwd()
    return shlex.quote(str(own.relative_to(folder) if own.is_relative_to(folder) else own))


def _prepare(workspace: Store, files: Path, seed: int, lang: Lang) -> None:
    """Make the twin, ingest it and build; existing parts are kept."""
    from telads.ingest.ingest import ingest
    from telads.method.build import build

    settings = load_settings()
    months = parse_months(DEMO_MONTHS)
    paths = _write(_profile(None, lang), months, seed, files, "csv")
    with progress(Text("파일 읽기", "Reading files")) as step:
        for number, taken in enumerate(ingest(workspace, paths, settings)):
            if taken.error:
                raise taken.error
            step(taken.path.name, number, len(paths))
    with progress(BUILDING) as step:
        build(workspace, settings, on_step=step)


def _three_answers(workspace: Store, lang: Lang) -> None:
    from telads.answers.questions import PLATFORMS, SERVICES, TARGETS
    from telads.cli.show import show

    build = workspace.build()
    best = TARGETS.ask(build, service=DEMO_SERVICE, top=5, platforms=True)
    first = best.rows.row(0, named=True)
    names = ("district", "sex", "age")
    group = dict(zip(names, DEMO_GROUP, strict=True))
    target = {name: first[name] for name in names}
    questions = (
        (Text("1. 이 고객에게 무엇을?", "1. What for these people?"), SERVICES.ask(build, **group)),
        (Text("2. 이 서비스를 누구에게?", "2. Who for this service?"), best),
        (Text("3. 어느 매체에서?", "3. On which platform?"),
         PLATFORMS.ask(build, service=DEMO_SERVICE, **target)),
    )  # fmt: skip
    for title, answer in questions:
        sys.stdout.write(f"\n{title(lang)}\n")
        show(answer, Form.TABLE, lang)
