"""The verbs that ingest files, build, and report the state."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from telads.cli.builds import log_action
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
    workspace_of,
)
from telads.cli.progress import progress, waiting
from telads.cli.registry import listed
from telads.cli.show import show, show_done
from telads.model import Month, months_between
from telads.text import Lang, Text
from telads.wording import BUILDING, SYNTHETIC, counted

if TYPE_CHECKING:
    from telads.ingest.ingest import Outcome, Taken
    from telads.method.build import Built

data = typer.Typer()


LabelOption = Annotated[
    str | None,
    typer.Option("--month", help=say("파일 이름이 달을 알려 주지 않을 때: 2023-06",
                                     "the data month if the file name does not say it: 2023-06")),
]  # fmt: skip


@data.command(**listed("ingest"))
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(help=say("파일, 폴더, zip", "files, folders or zips"))
    ],
    month: LabelOption = None,
    then_build: Annotated[
        bool,
        typer.Option("--build", help=say("반영한 뒤 바로 계산합니다.", "Build after loading.")),
    ] = False,
    replace: ReplaceOption = False,
    workspace: WorkspaceOption = None,
    dataset: DatasetOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Ingest files; exit code 1 if any was refused, though the others are taken and built."""
    from telads.ingest.ingest import discover
    from telads.ingest.ingest import ingest as take

    into = workspace_for(workspace, dataset)
    total = len(discover(paths)[0])
    outcomes: list[Taken] = []
    label = Month.parse(month) if month else None
    on_reading = _load_beside if then_build else None
    with progress(Text("파일 읽기", "Reading files")) as step:
        step("", 0, total)
        for taken in take(
            into, paths, load_settings(), label, waiting, on_reading,
            replace=replace,
        ):  # fmt: skip
            outcomes.append(taken)
            total = max(total, len(outcomes))  # an archive or a file of several months has more
            step(taken.path.name, len(outcomes) - 1, total)
    refused = [taken for taken in outcomes if taken.outcome == "refused"]
    there = any(taken.entry or taken.outcome == "unchanged" for taken in outcomes)
    built = _built(workspace) if then_build and there else None
    if form is not Form.TABLE:
        name = built.name if built else None
        show_done("ingest", [_row(taken, lang.value) | {"build": name} for taken in outcomes], form)
    for taken in outcomes if form is Form.TABLE else refused:
        tell_taken(taken, lang.value)
    if form is Form.TABLE:
        held = into.ledger().current()
        sys.stdout.write("".join(f"{line}\n" for line in _years(outcomes, held, lang.value)))
    if built and form is Form.TABLE:
        tell_built(built, lang.value)
    if refused:
        raise typer.Exit(1)


@data.command(**listed("check"))
def check(
    paths: Annotated[
        list[Path], typer.Argument(help=say("파일, 폴더, zip", "files, folders or zips"))
    ],
    month: LabelOption = None,
    replace: ReplaceOption = False,
    workspace: WorkspaceOption = None,
    dataset: DatasetOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Check files as `ingest` does; exit code 1 if any would be refused. Nothing is written."""
    from telads.ingest.ingest import PROSPECTS, discover
    from telads.ingest.ingest import check as look_at

    into = workspace_for(workspace, dataset)
    total = len(discover(paths)[0])
    outcomes: list[Taken] = []
    label = Month.parse(month) if month else None
    with progress(Text("파일 읽기", "Reading files")) as step:
        step("", 0, total)
        for taken in look_at(into, paths, load_settings(), label, replace=replace):
            outcomes.append(taken)
            total = max(total, len(outcomes))
            step(taken.path.name, len(outcomes) - 1, total)
    if form is not Form.TABLE:
        show_done("check", [_row(taken, lang.value) for taken in outcomes], form)
    for taken in outcomes if form is Form.TABLE else ():
        sys.stdout.write("\n".join(_told(taken, lang.value, PROSPECTS)) + "\n")
    if any(taken.outcome == "refused" for taken in outcomes):
        raise typer.Exit(1)


def _load_beside() -> None:
    """Import the modules of building while files are read: the reader releases the GIL."""
    from telads.method.build import load

    Thread(target=load, daemon=True).start()


def _row(taken: Taken, lang: Lang) -> dict[str, Any]:
    """The result for a file, for JSON and CSV."""
    entry = taken.entry
    return {
        "file": str(taken.path),
        "outcome": taken.outcome,
        "month": str(taken.month) if taken.month else None,
        "sha256": entry.sha256 if entry else None,
        "replaced": entry.replaced if entry else None,
        "rows": entry.rows if entry else None,
        "masked": entry.masked if entry else None,
        "coverage": entry.coverage if entry else None,
        "synthetic": entry.synthetic if entry else None,
        "ignored_columns": list(entry.ignored_columns) if entry else [],
        "warnings": [warning(lang) for warning in entry.warnings] if entry else [],
        "error": taken.reason(lang) or None,
    }


def _told(taken: Taken, lang: Lang, outcomes: Mapping[Outcome, Text]) -> list[str]:
    """The result for a file: a line for the file and one for each remark."""
    line = f"{outcomes[taken.outcome](lang)}: {taken.path.name}"
    if taken.error:
        return [f"{line}: {taken.reason(lang)}"]
    entry = taken.entry
    if entry is None:
        return [f"{line} ({taken.month})" if taken.month else line]
    first, last = entry.label.window
    facts = Text(
        f"{entry.month}, 집계 기간 {first}..{last}, {entry.rows:,}행, 비공개 값 {entry.masked:,}",
        f"{entry.month}, period {first}..{last}, {counted(entry.rows, 'row')}, "
        f"{entry.masked:,} masked",
    )
    remarks = [warning(lang) for warning in entry.warnings]
    if entry.synthetic:
        remarks.insert(0, SYNTHETIC(lang))
    if entry.ignored_columns:
        names = ", ".join(entry.ignored_columns)
        remarks.append(Text(f"쓰지 않은 열: {names}", f"Columns not used: {names}")(lang))
    return [f"{line} ({facts(lang)})", *(f"  {remark}" for remark in remarks)]


def _years(outcomes: Sequence[Taken], held: Collection[Month], lang: Lang) -> Iterator[str]:
    """A line for each year, where files are of several: its outcomes and missing months.

    `held` are the months of the workspace; missing ones lie between its first and its last.
    """
    from telads.ingest.ingest import OUTCOMES

    years = sorted({taken.month.year for taken in outcomes if taken.month})
    if len(years) < 2:
        return
    gaps = {*months_between(min(held), max(held))} - {*held} if held else set()
    for year in years:
        counts = Counter(one.outcome for one in outcomes if one.month and one.month.year == year)
        told = [f"{OUTCOMES[outcome](lang)} {counts[outcome]}"
                for outcome in OUTCOMES if counts[outcome]]  # fmt: skip
        months = sum(month.year == year for month in held)
        told.insert(0, Text(f"{months}개월", f"{months} month{'' if months == 1 else 's'}")(lang))
        if missing := [str(month) for month in sorted(gaps) if month.year == year]:
            told.append(Text("빠진 달", "missing")(lang) + " " + " ".join(missing))
        yield f"{year}: {', '.join(told)}"


@data.command(**listed("build"))
def build(
    again: Annotated[
        bool, typer.Option("--again", help=say("이미 있어도 다시", "even if it is there already"))
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Build and put in force."""
    built = _built(workspace, again=again)
    if form is Form.TABLE:
        tell_built(built, lang.value)
    else:
        show_done("build", [{"build": built.name, "made": built.made}], form)


def _built(workspace: Path | None, *, again: bool = False) -> Built:
    """Build with a progress display."""
    from telads.method.build import build as make

    with progress(BUILDING) as step:
        return make(
            workspace_of(workspace), load_settings(), again=again, on_step=step, on_wait=waiting
        )


def tell_taken(taken: Taken, lang: Lang) -> None:
    """Print the result for a file; refusals to the standard error."""
    from telads.ingest.ingest import OUTCOMES

    stream = sys.stderr if taken.outcome == "refused" else sys.stdout
    stream.write("\n".join(_told(taken, lang, OUTCOMES)) + "\n")


def tell_built(built: Built, lang: Lang) -> None:
    """Print whether a build is new, and its name."""
    done = (
        Text("계산했습니다", "built") if built.made else Text("바뀐 것이 없습니다", "nothing new")
    )
    sys.stdout.write(f"{done(lang)}: {built.name}\n")


@data.command(**listed("forget"))
def forget(
    month: Annotated[str, typer.Argument(help=say("제외할 달: 2023-08", "the month: 2023-08"))],
    second: Annotated[
        str,
        typer.Option(help=say("그달의 이 둘째 파일만 제외합니다(telads status의 이름이나 id).",
                              "Remove this second file of the month alone, by its name in telads "
                              "status or by its id.")),
    ] = "",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Remove the month and build without it; repeated after a kill, it completes the rest."""
    from telads.dataset import in_force
    from telads.store.months import withdraw

    label = Month.parse(month)
    held = workspace_of(workspace)
    settings, second = load_settings(), in_force().find_second(second)
    entry = withdraw(held, label, _somebody(), settings, second=second, on_wait=waiting)
    if entry:
        detail = f"{entry.file} {entry.sha256[:8]}"
        action = "data-forget-second" if second else "data-forget"
        log_action(held, settings, action, f"month {label}", detail, lang.value)
    # A second file may wait for a month that never came.
    built = _built(workspace) if held.ledger().current() else None
    if form is not Form.TABLE:
        row = {
            "month": str(label),
            "second": second or None,
            "file": entry.file if entry else None,
            "build": built.name if built else None,
        }
        show_done("forget", [row], form)
        return
    what = f"{label} {second}".strip()
    told = (
        Text(f"제외했습니다: {what} ({entry.file})", f"removed: {what} ({entry.file})")
        if entry
        else Text(f"이미 제외했습니다: {what}", f"already removed: {what}")
    )
    sys.stdout.write(f"{told(lang.value)}\n")
    if built:
        tell_built(built, lang.value)


def _somebody() -> str:
    """The user's name on this machine; a container may not have one."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "-"


@data.command(**listed("borders"))
def borders(
    file: Annotated[Path, typer.Argument(help=say("GeoJSON 파일", "a GeoJSON file"))],
    code: Annotated[
        str | None,
        typer.Option("--code", help=say("코드가 든 속성 (기본: 가장 잘 맞는 것)",
                                        "property with the code (default: what fits best)")),
    ] = None,
    workspace: WorkspaceOption = None,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Match polygons to the neighbourhoods of the data and keep them; tell what is left over."""
    from telads.ingest.borders import report, take_borders

    into = workspace_of(workspace)
    for line in report(take_borders(into, file, load_settings(), code)):
        sys.stdout.write(f"{line(lang.value)}\n")


@data.command(**listed("status"))
def status(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Show the ledger and the build in force."""
    from telads.answers.inventory import status as answer

    found = answer(workspace_of(workspace), load_settings())
    show(found, form, lang.value)
    if form is Form.TABLE and not found.facts["current"]:
        empty = Text("아직 반영한 데이터가 없습니다: telads ingest 파일",
                     "No month has been loaded yet: telads ingest FILES")  # fmt: skip
        unbuilt = Text("아직 계산하지 않은 달이 있습니다: telads build",
                       "Some months are not built yet: telads build")  # fmt: skip
        sys.stderr.write((unbuilt if found.records else empty)(lang.value) + "\n")


@data.command(**listed("doctor"))
def doctor(
    log_hash: Annotated[
        str,
        typer.Option(
            help=say(
                "전에 적어 둔 작업 기록의 마지막 해시",
                "a last hash of the activity log that you noted earlier",
            )
        ),
    ] = "",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Print every finding; exit code 1 if one needs attention."""
    from telads.cli.doctor import findings

    found = list(findings(workspace_of(workspace), load_settings(), log_hash.strip().lower()))
    if form is not Form.TABLE:
        rows = [{"good": finding.good, "finding": finding.text(lang.value)} for finding in found]
        show_done("doctor", rows, form)
    for finding in found if form is Form.TABLE else ():
        mark = Text("양호", "ok") if finding.good else Text("확인", "LOOK")
        sys.stdout.write(f"{mark(lang.value):5} {finding.text(lang.value)}\n")
    if not all(finding.good for finding in found):
        raise typer.Exit(1)
