"""The verbs that make files of a build: pictures, exports, the evaluation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from telads.answers.questions import FILTERS
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    LANG,
    Form,
    FormOption,
    LangOption,
    MethodOption,
    MonthOption,
    WorkspaceOption,
    build_of,
    say,
)
from telads.cli.registry import listed
from telads.render.files import FORMATS

make = typer.Typer()

AnyDistrictOption = Annotated[str | None, typer.Option("--district", help=FILTERS[0].help(LANG))]
AnySexOption = Annotated[str | None, typer.Option("--sex", help=FILTERS[1].help(LANG))]
AnyAgeOption = Annotated[str | None, typer.Option("--age", help=FILTERS[2].help(LANG))]


@make.command(**listed("chart"))
def chart(
    name: Annotated[str, typer.Argument(help=say("차트", "which chart"))],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=say("출력 파일: .svg .png .json .html", "the file: .svg, .png, .json or .html"),
        ),
    ],
    month: MonthOption = None,
    district: AnyDistrictOption = None,
    sex: AnySexOption = None,
    age: AnyAgeOption = None,
    service: Annotated[str | None, typer.Option(help=say("서비스", "service"))] = None,
    measure: Annotated[
        str, typer.Option(help=say("지도에 그릴 항목", "what the map shows"))
    ] = "average_age",
    by: Annotated[str, typer.Option(help=say("추천 집단의 순서", "order of groups"))] = "affinity",
    top: Annotated[int, typer.Option(help=say("집단 수", "how many groups"))] = 30,
    narrow: Annotated[
        bool, typer.Option("--narrow", help=say("휴대전화 폭", "as wide as a phone"))
    ] = False,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Draw one picture in the format of the file's suffix."""
    from telads.answers.pictures import Asked, picture
    from telads.cli.show import require_folder, show_written
    from telads.render.svg import drawn, find_chart
    from telads.render.svg.drawing import format_of

    kind = find_chart(name)
    format_of(output.suffix.lower().removeprefix("."))
    require_folder(output)
    asked = Asked(month, district, sex, age, service, measure, by, top)
    shown = picture(build_of(workspace), kind.id, asked, lang.value)
    drawn(shown, narrow=narrow).save(output)
    show_written("chart", [output], form)


@make.command(**listed("areas"))
def areas(
    service: Annotated[str, typer.Option(help=say("서비스", "service"))],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=say(
                "출력 파일: .geojson .parquet(GeoParquet)",
                "the file: .geojson or .parquet (GeoParquet)",
            ),
        ),
    ],
    level: Annotated[
        str,
        typer.Option(help=say("단위: district neighbourhood", "grain: district or neighbourhood")),
    ] = "district",
    month: MonthOption = None,
    sex: AnySexOption = None,
    age: AnyAgeOption = None,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Write areas with the use of a service for maps, in the format of the file's suffix."""
    from telads.answers import areas as known
    from telads.answers.choices import area_level_of, filters_of, month_of, service_of
    from telads.cli.show import require_folder, show_written
    from telads.render.areas import write

    require_folder(output)
    build = build_of(workspace)
    _, who, years = filters_of(build, None, sex, age)
    found = known.areas(build, service_of(build, service).id, month_of(build, month),
                        area_level_of(level), who, years)  # fmt: skip
    write(output, build, found)
    show_written("areas", [output], form)


@make.command(**listed("export"))
def export(
    table: Annotated[str, typer.Argument(help=say("표", "which table"))],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=say(
                f"출력 파일: {' '.join(FORMATS)}",
                f"the file: {', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}",
            ),
        ),
    ],
    method: MethodOption = "affinity",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Export to csv, xlsx, parquet or json, by the file's suffix."""
    from telads.cli.show import require_folder, show_written
    from telads.export import export as write

    require_folder(output)
    rows = write(build_of(workspace), table, output, method)
    if form is not Form.TABLE:
        show_written("export", [output], form, rows=rows)
        return
    unit = "행" if lang.value == "ko" else " rows"
    sys.stdout.write(f"{output} ({rows:,}{unit})\n")
