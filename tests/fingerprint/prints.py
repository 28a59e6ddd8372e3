"""What is hashed: texts and files, without what may differ where nothing else does."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
from polars import selectors

from tests.paper import pages_of

_REPLACED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=")\w+'), r"\1TOKEN"),
    (re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{16,64}(?![0-9A-Za-z])"), "HASH"),
    (re.compile(r"(telads-plan-\d+-\d+-)[0-9a-f]{8}(?=-)"), r"\1HASH"),
    (re.compile(r"<code>[0-9a-f]{8}</code>"), "<code>HASH</code>"),
    (re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"D:20\d{12}Z"), "TIME"),  # of a PDF file
    # The literal first: nothing but "20" is looked at.
    (re.compile(r"20(?<!\d20)\d\d-\d\d-\d\d(?!\d)"), "DAY"),
)
_LONG = re.compile(r"-?\d+\.\d{10,}(e[+-]?\d+)?")
"""A figure with more digits than machines agree on."""
_DIGITS = re.compile(r"\.\d{10}")
"""What each of them holds, found 30 times faster."""


SHOWN_OF_SECRETS = 6
"""Letters that distinguish shared links."""


class Prints:
    """The fingerprints of one part of the walk."""

    def __init__(self, hidden: Mapping[str, str], texts: Path | None) -> None:
        self.lines: dict[str, str] = {}
        self._hidden = dict(hidden)
        self._texts = texts

    def add(self, name: str, text: str) -> None:
        """Note the fingerprint of a text; what is asked again is counted."""
        name = self.plain(name)
        if name in self.lines:
            again = sum(known.startswith(f"{name} again ") for known in self.lines)
            name = f"{name} again {again + 1}"
        shown = self.plain(text)
        self.lines[name] = hashlib.sha256(shown.encode()).hexdigest()
        if self._texts:
            short = name.replace("/", "_").encode()[:150].decode(errors="ignore")
            of_name = hashlib.sha256(name.encode()).hexdigest()[:8]
            (self._texts / f"{short} {of_name}").write_text(shown, "utf-8")

    def hide(self, secret: str) -> None:
        """Let a secret, and its beginning where that stands for it, be hidden from now on."""
        self._hidden |= {secret: "SECRET", f"{secret[:SHOWN_OF_SECRETS]}…": "SECRET…"}

    def plain(self, text: str) -> str:
        """A text without what may differ where nothing else does."""
        for part, instead in self._hidden.items():
            text = text.replace(part, instead)
        for pattern, instead in _REPLACED:
            text = pattern.sub(instead, text)
        if not _DIGITS.search(text):
            return text
        return _LONG.sub(lambda found: f"{float(found[0]):.10g}", text)

    def file(self, name: str, content: bytes) -> None:
        """Note the fingerprint of a file by its kind."""
        self.add(name, text_of(Path(name).suffix, content))


def table_text(table: pl.DataFrame) -> str:
    """A table as text: the types of its columns, then its rows."""
    types = "".join(f"{name}: {kind}\n" for name, kind in table.schema.items())
    table = table.with_columns(selectors.binary().bin.encode("hex"))
    nested = any(kind.is_nested() for kind in table.schema.values())
    return types + (table.write_ndjson() if nested else table.write_csv())


def parquet_text(content: bytes) -> str:
    """A Parquet file: its own metadata and its table."""
    about = {
        name: value
        for name, value in pl.read_parquet_metadata(io.BytesIO(content)).items()
        if name != "ARROW:schema"
    }
    return json.dumps(about, ensure_ascii=False) + "\n" + table_text(
        pl.read_parquet(io.BytesIO(content), hive_partitioning=False)
    )  # fmt: skip


ROWS_WITH_FORMATS = 4


def workbook_text(content: bytes) -> str:
    """A workbook: its properties and, of each sheet, all values; formats of its first rows."""
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    told: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        told.append(packed.read("docProps/core.xml").decode())
    book = load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        told.append(f"sheet {sheet.title}")
        told += [
            repr([(cell.value, cell.number_format) for cell in row if cell.value])
            for row in sheet.iter_rows(max_row=ROWS_WITH_FORMATS)
        ]
    book.close()
    for name, table in pl.read_excel(
        content, sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False
    ).items():
        told += [f"values {name}", table.write_csv(include_header=False)]
    return "\n".join(told)


def paper_text(content: bytes) -> str:
    """A PDF file: its properties and, by page, each piece of text with its place and size."""
    from pypdf import PdfReader

    told: list[str] = []

    def note(text: str, _cm: object, place: Sequence[float], _font: object, size: float) -> None:
        if shown := text.strip():
            told.append(f"{place[4]:.0f} {place[5]:.0f} {size:g} {shown}")

    reader = PdfReader(io.BytesIO(content))
    told.append(repr(sorted(map(str, (reader.metadata or {}).items()))))
    for number, page in enumerate(pages_of(content)):
        told.append(f"page {number} {page.mediabox}")
        page.extract_text(visitor_text=note)
    return "\n".join(told)


def deck_text(content: bytes) -> str:
    """A .pptx file: its parts, of the workbooks of its charts the texts."""
    told = []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            part = parts.read(name)
            told.append(name)
            told.append(workbook_text(part) if name.endswith(".xlsx") else part.decode("utf-8"))
    return "\n".join(told)


def text_of(suffix: str, content: bytes) -> str:
    """A file as text, by its kind."""
    return READERS[suffix](content) if suffix in READERS else content.decode("utf-8")


READERS: dict[str, Callable[[bytes], str]] = {
    ".parquet": parquet_text,
    ".xlsx": workbook_text,
    ".pdf": paper_text,
    ".pptx": deck_text,
}
