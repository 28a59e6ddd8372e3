"""A plan on paper: a PDF with its figures to the last digit, in an embedded Korean font.

The same plan gives the same bytes: no day is in it but that of its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF

from telads.charts.fonts import VARIABLE, korean_font
from telads.errors import WorkspaceError
from telads.export import SOURCE
from telads.language import Lang, Text
from telads.planning.files import COLUMNS, FIGURES, METHOD
from telads.planning.plan import Plan
from telads.planning.questions import plan_sentences
from telads.planning.words import WORDS, title, word
from telads.web.plans.grid import draw
from telads.web.plans.typeface import face, holds, small_font

FAMILY = "korean"
ROOM = 35
"""Millimetres a heading needs beneath it: else it would stand alone at the end of a page."""
TABLES: dict[str, tuple[Text, tuple[str, ...]]] = {
    "platforms": (Text("매체", "Platforms"), (
        "platform", "price", "minimum", "cap", "association", "spend", "spend_share", "contacts",
        "reached", "reach_share", "frequency", "limit")),
    "prices": (Text("단가가 10% 바뀌면", "If a price changes by 10 %"), (
        "platform", "spend_if_dearer", "weighted_reach_if_dearer", "spend_if_cheaper",
        "weighted_reach_if_cheaper")),
    "segments": (Text("집단", "Segments"), COLUMNS["segments"]),
    "spends": (Text("집단별 매체별 집행액", "Spends by segment and platform"), COLUMNS["spends"]),
}  # fmt: skip
"""The tables in order, with their columns; `prices` are columns of the platforms."""


def write_paper(plan: Plan, path: Path, lang: Lang = "ko", workspace: Path | None = None) -> None:
    """Write a plan as PDF; raises `WorkspaceError` where no Korean font is installed.

    With a workspace to keep a small font in it takes a fraction of the time.
    """
    pdf = _paper(plan, workspace)
    _heading(pdf, plan.name, 16)
    for sentence in plan_sentences(plan):
        _line(pdf, sentence(lang))
    _line(pdf, _basis(plan, lang), small=True)
    rows = [(title(name, lang), figure(plan.result.summary[name])) for name in FIGURES]
    draw(pdf, (Text("항목", "Item")(lang), Text("값", "Value")(lang)), rows, (False, True))
    for name, (heading, columns) in TABLES.items():
        table = plan.result.platforms if name == "prices" else getattr(plan.result, name)
        _heading(pdf, heading(lang), 12)
        heads = [title(column, lang) for column in columns]
        cells = [[_cell(row, column, lang) for column in columns] for row in table]
        draw(pdf, heads, cells, [one not in WORDS for one in columns])
    _heading(pdf, Text("방법과 출처", "Method and source")(lang), 12)
    for line in METHOD:
        _line(pdf, line(lang), small=True)
    source = Text("telads가 만든 합성 자료", "Synthetic twin made by telads")(lang)
    _line(pdf, source if plan.basis.synthetic else SOURCE, small=True)
    path.write_bytes(bytes(pdf.output()))


def figure(value: Any) -> str:
    """A figure to its last digit; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value!r}"


def _paper(plan: Plan, workspace: Path | None) -> FPDF:
    font = korean_font()
    if font is None:
        raise WorkspaceError(
            Text("한글 글꼴이 없어 PDF를 만들 수 없습니다.",
                 "No Korean font is installed, so no PDF can be made."),
            Text(f"Noto Sans CJK나 Pretendard를 설치하거나 {VARIABLE}에 글꼴 폴더를 적어 주세요.",
                 f"Install Noto Sans CJK or Pretendard, or name a folder of fonts in {VARIABLE}."),
        )  # fmt: skip
    names = (plan.name, *(str(row["platform"]) for row in plan.result.platforms))
    if workspace and holds(names):
        font = small_font(workspace, font)
    first = plan.month.window[0]
    pdf = FPDF(orientation="landscape")
    pdf.set_creation_date(datetime(first.year, first.month, 1, tzinfo=UTC))
    pdf.set_title(plan.name)
    pdf.set_producer(f"telads {plan.basis.version}")
    pdf.add_font(FAMILY, "", font, collection_font_number=face(font))
    pdf.set_font(FAMILY, size=9)
    pdf.add_page()
    return pdf


def _basis(plan: Plan, lang: Lang) -> str:
    first, last = plan.month.window
    told = Text(
        f"기준 달 {plan.month}, 관측 {first}–{last}, 계산 {plan.basis.build}, "
        f"telads {plan.basis.version}, 계획 {plan.hash}",
        f"Month {plan.month}, observed {first} to {last}, build {plan.basis.build}, "
        f"telads {plan.basis.version}, plan {plan.hash}",
    )
    mark = Text(" 합성 자료입니다.", " Synthetic data.") if plan.basis.synthetic else Text("", "")
    return told(lang) + mark(lang)


def _heading(pdf: FPDF, text: str, size: int) -> None:
    if pdf.will_page_break(ROOM):
        pdf.add_page()
    pdf.ln(3)
    pdf.set_font(FAMILY, size=size)
    pdf.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(FAMILY, size=9)
    pdf.ln(1)


def _line(pdf: FPDF, text: str, small: bool = False) -> None:
    pdf.set_font(FAMILY, size=7 if small else 10)
    pdf.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _cell(row: Mapping[str, Any], name: str, lang: Lang) -> str:
    value = row[name]
    return str(word(name, value, lang)) if name in WORDS else figure(value)
