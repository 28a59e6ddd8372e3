"""Tables as files: CSV, Excel, Parquet, JSON.

The same table gives the same bytes. Every file names its build, method and version: in a second
sheet (xlsx), the file's metadata (parquet), the object around the rows (json), or a description
beside it in the W3C's CSV on the Web (`x.csv` and `x.csv-metadata.json`). Tables made from
synthetic data have a column that says so.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.fields import number_format
from telads.answers.questions import QUESTIONS, declared, field_of
from telads.dataset import in_force
from telads.store.files import replacing, write_text
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.version import __version__

if TYPE_CHECKING:
    import polars as pl
    from xlsxwriter import Workbook

    from telads.answers.answer import Answer

SEPARATOR = "|"
"""Separates the items of a list in one CSV field."""
DESCRIPTION = "-metadata.json"
"""Suffix of a CSV file's description after its name (W3C, CSV on the Web)."""
DIALECT = MappingProxyType({
    "encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "doubleQuote": True,
    "lineTerminators": ["\n"], "header": True, "headerRowCount": 1, "commentPrefix": None,
})  # fmt: skip
"""CSV dialect in the terms of CSV on the Web. Every file begins with a byte order mark, which
readers that follow the description remove."""
_CREATED = datetime(2000, 1, 1)
"""Fixed creation date of workbooks: a real one would make equal exports differ."""

LEAST_WIDTH, MOST_WIDTH = 10, 80
"""Limits of a workbook column's width, in characters."""
LOOKED_AT = 1000
"""Number of rows that determine a column's width."""


def content_by(write: Callable[[Path], object], name: str, *ends: str) -> bytes:
    """What a function writes under a name, or beside it under the name with one of the ends.

    The end of a `DESCRIPTION` is always one.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for end in (DESCRIPTION, *ends):
            path = path.with_name(path.name.removesuffix(end))
        write(path)
        return path.with_name(name).read_bytes()


def marked(frame: pl.DataFrame, synthetic: bool) -> pl.DataFrame:
    """Add a column that marks synthetic figures, unless one does already."""
    import polars as pl

    told = not synthetic or "synthetic" in frame.columns
    return frame if told else frame.with_columns(synthetic=pl.lit(True))


def flat(answer: Answer) -> pl.DataFrame:
    """The rows of an answer for a CSV file: marked, with lists as text."""
    import polars as pl

    rows = marked(answer.rows, answer.synthetic)
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    return rows.with_columns(pl.col(name).list.join(SEPARATOR) for name in lists)


def provenance(build: Build, table: str, method: str | None) -> dict[str, object]:
    """What an export was made from and with; `method` is None where there was no choice."""
    return {
        "table": table,
        **({"method": method} if method else {}),
        "build": build.name,
        "telads": __version__,
        "months": [str(month) for month in build.months],
        "windows": [[str(month) for month in label.window] for label in build.months],
        "synthetic": build.synthetic,
        "source": "synthetic twin" if build.synthetic else in_force().source.files,
    }


def _csv(path: Path, frame: pl.DataFrame, about: dict[str, object]) -> None:
    with replacing(path, export=True) as temporary:
        frame.write_csv(temporary, include_bom=True)  # without a BOM Korean Excel garbles names
    about_it = path.with_name(path.name + DESCRIPTION)
    write_text(about_it, description(path.name, frame, about), export=True)


def description(name: str, frame: pl.DataFrame, about: Mapping[str, object]) -> str:
    """Describe a CSV file's columns and provenance as CSV on the Web: JSON.

    https://www.w3.org/TR/tabular-metadata/
    """
    columns = [
        {"name": column, "titles": column, "datatype": _datatype(kind),
         **_in_words(str(about["table"]), column)}
        for column, kind in frame.schema.items()
    ]  # fmt: skip
    return _json_text({
        "@context": "http://www.w3.org/ns/csvw",
        "url": name,
        "dialect": dict(DIALECT),
        "tableSchema": {"columns": columns},
        "notes": [about],
    })  # fmt: skip


def _in_words(table: str, column: str) -> dict[str, object]:
    """Title and meaning of a column in both languages (Dublin Core, as the W3C recommends)."""
    field = declared(table, column) if table in QUESTIONS else None
    if field is None:
        return {}
    told = {"dc:title": field.title, "dc:description": field.meaning}
    return {
        name: [{"@value": text(lang), "@language": lang} for lang in LANGUAGES]
        for name, text in told.items()
        if text
    }


def _datatype(kind: pl.DataType) -> str:
    """Datatype of a column in the terms of CSV on the Web."""
    if kind.is_integer():
        return "integer"
    if kind.is_numeric():
        return "number"
    return "boolean" if str(kind) == "Boolean" else "string"


def _json(path: Path, frame: pl.DataFrame, about: dict[str, object]) -> None:
    write_text(path, _json_text({**about, "rows": frame.to_dicts()}), export=True)


def _parquet(path: Path, frame: pl.DataFrame, about: dict[str, object]) -> None:
    with replacing(path, export=True) as temporary:
        frame.write_parquet(temporary, metadata={"telads": json.dumps(about, ensure_ascii=False)})


def _xlsx(path: Path, frame: pl.DataFrame, about: dict[str, object]) -> None:
    write_workbook(path, {str(about["table"]): frame}, about)


class Chart(NamedTuple):
    """A chart beside the table of a sheet, by the headings of columns."""

    title: str
    label: str
    """Column of the names of bars, or of the horizontal axis of a line."""
    values: tuple[str, ...]
    line: bool = False
    """A line over a scale of numbers instead of bars."""


MOST_BARS = 25
"""Most rows of a table that a chart of bars shows: the first."""
_FILLS = ("#22689F", "#C9670F", "#B4BCC4")


def write_workbook(
    path: Path,
    sheets: Mapping[str, pl.DataFrame],
    about: dict[str, object],
    formats: Mapping[str, str] = MappingProxyType({}),
    *,
    charts: Mapping[str, Chart] = MappingProxyType({}),
    source: str = "source",
) -> None:
    """Write frames (without lists) as the sheets of a workbook, and their provenance as the last.

    `formats` are the number formats of columns, by heading; `charts` stand right of the tables of
    sheets. `source` is the name of the last sheet.
    """
    with _workbook(path) as book:
        book.set_properties({"title": f"telads {about['table']}", "created": _CREATED})
        bold = book.add_format({"bold": True})
        shown = {
            heading: book.add_format({"num_format": form}) for heading, form in formats.items()
        }
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(frame.iter_columns()):
                sheet.set_column(number, number, _width(column), shown.get(column.name))
            sheet.write_row(0, 0, frame.columns, bold)
            for number, row in enumerate(frame.iter_rows(), start=1):
                sheet.write_row(number, 0, row)
            if name in charts and len(frame):
                _insert(book, name, frame, charts[name], formats)
        last = book.add_worksheet(source)
        last.set_column(0, 0, LEAST_WIDTH)
        for number, (name, value) in enumerate(about.items()):
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
            last.write_row(number, 0, (name, text))


def write_answers(
    path: Path, answers: Mapping[str, Answer], about: dict[str, object], lang: Lang
) -> None:
    """Write answers as the sheets of a workbook, with displayed names, headings and values."""
    told = {
        name: replace(answer, rows=marked(answer.rows, answer.synthetic))
        for name, answer in answers.items()
    }
    made = {name: sheet_of(answer, lang) for name, answer in told.items()}
    formats = {heading: form for sheet in made.values() for heading, form in sheet.formats.items()}
    write_workbook(path, {name: sheet.frame for name, sheet in made.items()}, about, formats)


def _insert(
    book: Workbook, name: str, frame: pl.DataFrame, wanted: Chart, formats: Mapping[str, str]
) -> None:
    """Add a chart to the right of a sheet's table: it follows the cells of the table."""
    count = len(frame) if wanted.line else min(len(frame), MOST_BARS)
    kind = {"type": "scatter", "subtype": "straight"} if wanted.line else {"type": "bar"}
    chart = book.add_chart(kind)
    at = frame.columns.index(wanted.label)
    for place, heading in enumerate(wanted.values):
        column = frame.columns.index(heading)
        fill = {"color": _FILLS[place % len(_FILLS)]}
        series = {
            "name": [name, 0, column],
            "categories": [name, 1, at, count, at],
            "values": [name, 1, column, count, column],
            "gap": 50,
        }
        if wanted.line:
            series["line"] = {**fill, "width": 2.25}
        else:
            series["fill"] = fill
            series["data_labels"] = {"value": True, "num_format": formats.get(heading, "General")}
        chart.add_series(series)
    chart.set_title({"name": wanted.title, "name_font": {"size": 12}})
    if len(wanted.values) < 2:
        chart.set_legend({"none": True})
    if wanted.line:
        chart.set_x_axis({"name": wanted.label, "min": 0, "major_gridlines": {"visible": False},
                          "num_format": formats.get(wanted.label, "General")})  # fmt: skip
        chart.set_y_axis({"min": 0, "num_format": formats.get(wanted.values[0], "General")})
    else:
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    high = 320 if wanted.line else 110 + 24 * count * len(wanted.values)
    chart.set_size({"width": 560, "height": high})
    sheet = book.get_worksheet_by_name(name)
    sheet.insert_chart(1, frame.width + 1, chart)


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    """Yield a workbook that replaces the file; raises `WorkspaceError` if it cannot be written."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    # Row by row: a large table is held in memory compressed only.
    # A text that begins with = stays text: no formula is ever run.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    content = io.BytesIO()  # written here, so that a full disk raises its own error
    with replacing(path, export=True) as temporary:
        try:
            with Workbook(content, options) as book:
                yield book
        except FileCreateError as error:  # its own files, in the system's temporary folder
            raise OSError(str(error)) from error
        temporary.write_bytes(content.getbuffer())


def _width(column: pl.Series) -> int:
    """Width of a column in characters, from its heading and its first texts."""
    from rich.cells import cell_len

    texts = column.head(LOOKED_AT) if column.dtype == str else ()
    return min(
        max(LEAST_WIDTH, *map(cell_len, (column.name, *filter(None, texts)))) + 2, MOST_WIDTH
    )


def _json_text(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Format:
    """A file format of tables: its writer and media type."""

    name: Text
    media_type: str
    write: Callable[[Path, pl.DataFrame, dict[str, object]], None]


FORMATS: dict[str, Format] = {
    ".csv": Format(Text("CSV", "CSV"), "text/csv; charset=utf-8", _csv),
    ".xlsx": Format(
        Text("엑셀", "Excel"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _xlsx,
    ),
    ".parquet": Format(Text("Parquet", "Parquet"), "application/vnd.apache.parquet", _parquet),
    ".json": Format(Text("JSON", "JSON"), "application/json", _json),
}
"""File formats of tables, by suffix."""


class Sheet(NamedTuple):
    """A table and the number formats of its columns; cells keep all digits."""

    frame: pl.DataFrame
    formats: dict[str, str]


def sheet_of(answer: Answer, lang: Lang) -> Sheet:
    """The rows of an answer with displayed values; a column without a field keeps its id."""
    import polars as pl

    rows = answer.records
    cells: dict[str, list[Any]] = {}
    formats: dict[str, str] = {}
    for name in answer.columns:
        field = field_of(answer.question, name)
        heading = field.heading(lang) if field else name
        if field is None or field.figure or name == "month":  # months sort and filter by id
            cells[heading] = [row[name] for row in rows]
        else:
            cells[heading] = [field.write(row, lang) for row in rows]
        if form := number_format(field):
            formats[heading] = form
    return Sheet(pl.DataFrame(cells), formats)
