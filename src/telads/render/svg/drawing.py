"""A drawn picture and its output forms: SVG, PNG, HTML, JSON.

Output is deterministic: equal pictures give equal bytes on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from telads.dataset import carried
from telads.errors import UnknownChoice
from telads.render.svg.fonts import family, korean_font
from telads.render.svg.markup import SEPARATOR, Heading, heading, tag
from telads.render.svg.theme import FALLBACKS, FILE, LIGHT, PNG, Look
from telads.text import Lang, Text

if TYPE_CHECKING:
    import polars as pl

Format = Literal["svg", "png", "json", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
PNG_SCALE = 2
WIDE, NARROW = 660, 340
"""Widths in pixels. Narrow is a layout of its own: scaling down would make texts unreadable."""
PANELS = 1040
"""Width in pixels of a wide picture made of small panels."""
MARGIN, BELOW_HEADING = 16, 18
"""Margins of a picture in a file, in pixels."""
UNKNOWN = "–"
DISTRICT = Text("{district}", "{District}")
_SYNTHETIC = Text("합성 데이터", "synthetic data")
_FIGURES = Text("차트의 수치", "The figures of the chart")
_ID = "{id}"
"""Placeholder for the picture's own id in its markup: `url(#{id}hatch)`."""


class Table(NamedTuple):
    """Headings and rows of text; the first `names` columns label the row, the rest are figures."""

    headings: list[str]
    rows: list[list[str]]
    names: int = 1


@dataclass(frozen=True)
class Body:
    """A drawing without its heading: its size in pixels, and the function that paints it."""

    width: float
    height: float
    paint: Callable[[Look], str]


@dataclass(frozen=True)
class Drawing:
    """A picture in one language and layout.

    A notebook shows it as SVG. `rows` are the figures shown, as in the answer: one dictionary each,
    in the picture's order.
    """

    chart: str
    lang: Lang
    finding: str
    notes: tuple[str, ...]
    """Basis of the finding: what was measured, of whom, in which months."""
    unit: str
    rows: list[dict[str, Any]]
    table: Table
    body: Body
    synthetic: bool
    caption: str
    """Caption of the table: the notes, in the unit of its figures."""

    @property
    def details(self) -> str:
        """The notes in one line."""
        return SEPARATOR.join(self.notes)

    @property
    def svg(self) -> str:
        """The picture as a standalone file, with its heading."""
        return self.paint(FILE)

    def png(self, scale: float = PNG_SCALE) -> bytes:
        """The same as PNG, `scale` pixels for one of the SVG; raises `SettingError` for no font."""
        return png_of(self.paint(PNG), scale)

    def html(self) -> str:
        """A standalone page: heading, picture and its figures as a table; no script."""
        table = self.table
        rows = [
            "<tr>" + "".join(_cell(cell, at, table.names) for at, cell in enumerate(row)) + "</tr>"
            for row in table.rows
        ]
        heads = [
            f'<th scope="col"{_figure(at, table.names)}>{escape(head)}</th>'
            for at, head in enumerate(table.headings)
        ]
        return _PAGE.format(
            lang=self.lang,
            finding=escape(self.finding),
            details=escape(self.details),
            picture=self.paint(FILE, heading=False),
            caption=escape(f"{_FIGURES(self.lang)}: {self.caption}"),
            heads="".join(heads),
            rows="\n".join(rows),
            fonts=FALLBACKS,
            **{name: LIGHT[name] for name in ("ink", "muted", "line", "surface")},
        )

    def as_dict(self) -> dict[str, Any]:
        """Texts and figures of the picture, without the drawing."""
        return {
            "chart": self.chart,
            "lang": self.lang,
            "synthetic": self.synthetic,
            "title": self.finding,
            "subtitle": self.details,
            "notes": list(self.notes),
            "unit": self.unit,
            "rows": self.rows,
        }

    def json(self) -> str:
        """`as_dict` as JSON, in readable Hangul."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)

    def to(self, format: str) -> bytes:
        """The picture in a format of `FORMATS`; raises `UnknownChoice` for another."""
        forms: dict[Format, Callable[[], str | bytes]] = {
            "svg": lambda: self.svg, "png": self.png, "json": self.json, "html": self.html,
        }  # fmt: skip
        content = forms[format_of(format)]()
        return content if isinstance(content, bytes) else content.encode()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a file in the format of its suffix. Raises `UnknownChoice` for an unknown one."""
        from telads.store.files import replacing

        target = Path(path)
        content = self.to(target.suffix.lower().removeprefix("."))
        with replacing(target, export=True) as temporary:
            temporary.write_bytes(content)
        return target

    def paint(self, look: Look, *, heading: bool | None = None) -> str:
        """The SVG in a look; by default only files have a heading, since pages write their own."""
        with_heading = not look.page if heading is None else heading
        lines = self._heading() if with_heading else Heading((), ())
        margin = MARGIN if with_heading else 0
        top = margin + (lines.height + BELOW_HEADING if with_heading else 0)
        width, height = self.body.width + 2 * margin, top + self.body.height + margin
        parts = [] if look.page else [tag("rect", width=width, height=height, fill=look["surface"])]
        if with_heading:
            parts.append(lines.paint(look, margin, margin))
        marks = self.body.paint(look)
        moved = f"translate({margin:g} {top:g})" if with_heading else None
        parts.append(tag("g", marks, transform=moved) if moved else marks)
        content = "\n".join(parts)
        own = "c" + hashlib.sha256(f"{self.finding}{content}".encode()).hexdigest()[:8] + "-"
        described = f"<desc>{escape(self.details)}</desc>"
        named = "" if look.page else f"<title>{escape(self.finding)}</title>"
        return tag(
            "svg",
            named + described + "\n" + content.replace(_ID, own) + "\n",
            kind=f"picture-{self.chart}" if look.page else None,
            xmlns=None if look.page else "http://www.w3.org/2000/svg",
            width=math.ceil(width), height=math.ceil(height),
            viewBox=f"0 0 {math.ceil(width)} {math.ceil(height)}",
            role="group" if "<a " in content else "img",  # an image has no links inside
            aria_label=self.finding,
            font_family=None if look.page else f"{family()}, {FALLBACKS}",
            focusable="false" if look.page else None,
            # The reader's font may be wider than expected: do not clip it.
            overflow="visible" if look.page else None,
            data_marks="" if look.page else None,
        )  # fmt: skip

    def _heading(self) -> Heading:
        return heading(self.finding, self.notes, self.body.width)

    def _repr_svg_(self) -> str:
        return self.svg


def png_of(svg: str, scale: float = PNG_SCALE) -> bytes:
    """A picture in the look `PNG` as PNG; raises `SettingError` if a configured font is missing."""
    from resvg_py import svg_to_bytes

    name = family()
    return svg_to_bytes(
        svg_string=svg, zoom=scale, skip_system_fonts=True,
        font_files=[str(korean_font())], font_family=name, sans_serif_family=name,
    )  # fmt: skip


def drawing(
    chart: str,
    finding: str,
    details: Sequence[str],
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    unit: str,
    frame: pl.DataFrame | list[dict[str, Any]],
    table: Table,
    body: Body,
    details_of_table: Sequence[str] | None = None,
) -> Drawing:
    """Compose a picture with its heading: the finding, and below it subject, place and time.

    Details that are empty or part of the finding are left out. `frame` holds the rows shown, or
    is the rows (`rows_of`); non-finite values become null in them. `details_of_table` are those of
    the table, if its unit differs.
    """

    def notes(given: Sequence[str]) -> tuple[str, ...]:
        marked = [_SYNTHETIC(lang)] if synthetic else []
        new = [detail for detail in given if detail.casefold() not in finding.casefold()]
        return tuple(note for note in (*marked, *new, window) if note)

    caption = SEPARATOR.join(notes(details if details_of_table is None else details_of_table))
    # Painted lazily, but always with the names of the dataset it was made for.
    own = replace(body, paint=carried(body.paint))
    rows = frame if isinstance(frame, list) else rows_of(frame)
    return Drawing(chart, lang, finding, notes(details), unit, rows, table, own, synthetic,
                   caption)  # fmt: skip


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, with null for non-finite numbers: JSON has no NaN."""
    rows = frame.to_dicts()
    for name in frame.columns:
        if frame[name].dtype.is_float():
            for row in rows:
                if row[name] is not None and not math.isfinite(row[name]):
                    row[name] = None
    return rows


def known(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows where the column is a number: not null, not NaN, not infinite."""
    import polars as pl

    numbers = frame.clone().replace_column(
        frame.get_column_index(column), frame[column].cast(pl.Float64)
    )
    # Most often all are: then no query has to be run.
    if all(one is not None and math.isfinite(one) for one in numbers[column].to_list()):
        return numbers
    return numbers.filter(pl.col(column).is_finite())


def own(name: str) -> str:
    """An id unique to the picture: two on one page must not share one."""
    return _ID + name


def width(narrow: bool) -> int:
    """Width of the wide or the narrow layout, in pixels."""
    return NARROW if narrow else WIDE


def format_of(name: str) -> Format:
    """The format of that name; raises `UnknownChoice`."""
    for known in FORMATS:
        if name == known:
            return known
    raise UnknownChoice(
        Text("쓸 수 없는 파일 형식입니다.", "Format not found."),
        Text(f"{', '.join(FORMATS)} 중에서 골라 주세요.", f"Choose {', '.join(FORMATS)}."),
        value=name,
    )


def _cell(cell: str, at: int, names: int) -> str:
    if at == 0:
        return f'<th scope="row">{escape(cell)}</th>'
    return f"<td{_figure(at, names)}>{escape(cell)}</td>"


def _figure(at: int, names: int) -> str:
    return ' class="figure"' if at >= names else ""


_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{finding}</title>
<style>
:root {{ color-scheme: light; }}
body {{ margin: 0; background: {surface}; color: {ink}; font: 14px/1.55 {fonts};
  word-break: keep-all; overflow-wrap: break-word; font-variant-numeric: tabular-nums; }}
main {{ max-width: 1072px; margin: 0 auto; padding: 24px 16px 48px; }}
h1 {{ font-size: 22px; line-height: 1.4; margin: 0 0 4px; }}
p, caption {{ color: {muted}; font-size: 13px; margin: 0 0 16px; text-align: left; }}
svg {{ display: block; max-width: 100%; height: auto; }}
figure {{ margin: 0 0 32px; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; }}
caption {{ margin: 0; padding-bottom: 6px; }}
th, td {{ padding: 5px 12px 5px 0; border-bottom: 1px solid {line}; text-align: left;
  vertical-align: top; }}
thead th {{ font-size: 12px; color: {muted}; }}
tbody th {{ font-weight: 400; }}
.figure {{ text-align: right; white-space: nowrap; }}
</style>
</head>
<body>
<main>
<h1>{finding}</h1>
<p>{details}</p>
<figure>
{picture}
</figure>
<div class="table" tabindex="0" role="region" aria-label="{caption}">
<table>
<caption>{caption}</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""
