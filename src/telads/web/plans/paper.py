"""A plan on paper: a PDF with its figures to the last digit, in an embedded Korean font.

The same plan gives the same bytes: no day is in it but that of its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from telads.answers.questions import QUESTIONS
from telads.charts.fonts import korean_font
from telads.language import Lang, Text
from telads.planning.files import figure_title, figures_of, method_of
from telads.planning.plan import Plan
from telads.planning.sentences import plan_sentences
from telads.planning.words import WORDS, title, word
from telads.render.files import SOURCE
from telads.web.plans.grid import draw
from telads.web.plans.sheet import Sheet
from telads.web.written import MINUS
from telads.wording import observed

PRICES = ("spend_if_dearer", "weighted_reach_if_dearer", "spend_if_cheaper",
          "weighted_reach_if_cheaper")  # fmt: skip
TABLES: dict[str, tuple[Text, tuple[str, ...]]] = {
    "platforms": (Text("매체", "Platforms"), ("service", *PRICES)),
    "budgets": (Text("예산별 도달", "Reach by budget"), ()),
    "goals": (Text("목표별 최소 예산", "The least budget for a goal"), ("asked",)),
    "sensitivity": (Text("도달이 달라질 수 있는 범위", "What the reach depends on"), ()),
    "prices": (Text("CPM이 10% 바뀌면", "If a price changes by 10 %"), ()),
    "districts": (Text("자치구별", "By district"), ()),
    "ages": (Text("성별·나이별", "By sex and age"), ()),
    "segments": (Text("집단", "Segments"), ()),
    "spends": (Text("집단별 매체별 집행액", "Spends by segment and platform"), ()),
}
"""The tables in order, and the fields that paper leaves out of them."""


def _columns(table: str, without: tuple[str, ...]) -> list[str]:
    """The fields of a table; `prices` are some of the platforms'."""
    if table == "prices":
        return ["platform", *PRICES]
    return [key for key in QUESTIONS[f"plan_{table}"].keys if key not in without]


SHARES = frozenset({"reach_share", "spend_share", "proven_gap", "next_share", "ceiling",
                    "below_spend_share"})  # fmt: skip
CHANGES = frozenset({"weighted_reach_if_dearer", "weighted_reach_if_cheaper", "change_low",
                     "change_high"})  # fmt: skip
"""Figures that people read in percent; changes have their sign."""
_WON, _TIMES = Text("원", " won"), Text("회", "")
_PEOPLE, _SEGMENTS = Text("명", " people"), Text("개", "")
UNITS: dict[str, Text] = {
    **dict.fromkeys(("budget", "spend", "next_budget", "below_spend"), _WON),
    **dict.fromkeys(("contacts", "frequency"), _TIMES),
    **dict.fromkeys(
        (
            "reached",
            "reached_2",
            "reached_3",
            "reached_low",
            "reached_high",
            "reachable",
            "population",
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(("segments", "segments_used", "below_segments"), _SEGMENTS),
}
"""Units of the figures of the whole plan; those of tables stand once above them."""
UNITS_OF_TABLES = Text(
    "금액은 원, 노출은 회, 인원과 도달은 명(10명 단위로 반올림), 관심도는 표준편차 단위입니다.",
    "Money in won, people and reach in persons (rounded to 10), affinity in standard deviations.",
)


def write_paper(plan: Plan, path: Path, lang: Lang = "ko") -> None:
    """Write a plan as PDF; raises `SettingError` where another font was set and is not there."""
    sheet = _sheet(plan)
    sheet.title_line(plan.name)
    sheet.words(_window(plan, lang), size=8, muted=True)
    sheet.ln(2)
    for sentence in plan_sentences(plan):
        sheet.words(sentence(lang), size=11)
    sums = plan.result.summary
    sheet.facts([
        (figure_title(plan, name, lang), total(name, sums[name], lang)) for name in figures_of(plan)
    ])  # fmt: skip
    sheet.words(UNITS_OF_TABLES(lang), size=7.5, muted=True)
    for name, (heading, without) in TABLES.items():
        table = plan.result.platforms if name == "prices" else getattr(plan.result, name)
        if not table:  # of a plan of an earlier version
            continue
        sheet.heading(heading(lang))
        twice = {"weighted_reach"} - {*figures_of(plan)} if name == "budgets" else set()
        columns = [column for column in _columns(name, without) if column not in twice]
        heads = [title(column, lang, name) for column in columns]
        cells = [[_cell(row, column, lang) for column in columns] for row in table]
        draw(sheet, heads, cells, [one not in WORDS for one in columns])
    sheet.heading(Text("방법과 출처", "Method and source")(lang))
    source = Text("telads가 만든 합성 자료", "Synthetic twin made by telads")(lang)
    for line in (
        *(line(lang) for line in method_of(plan)),
        source if plan.basis.synthetic else SOURCE,
    ):
        sheet.words(line, size=8)
    sheet.words(_basis(plan, lang), size=8, muted=True)
    path.write_bytes(bytes(sheet.output()))


def figure(name: str, value: Any) -> str:
    """A figure to its last digit, shares in percent; a dash where there is none."""
    if value is None:
        return "–"
    if name in SHARES | CHANGES:
        percent = Decimal(repr(value)) * 100
        text = f"{percent:{'+' if name in CHANGES else ''}f}"
        text = f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
    else:
        text = f"{value:,}" if isinstance(value, int) else f"{value!r}"
    return text.replace("-", MINUS)


def total(name: str, value: Any, lang: Lang) -> str:
    """A figure of the whole plan with its unit."""
    unit = UNITS[name](lang) if name in UNITS and value is not None else ""
    return figure(name, value) + unit


def _sheet(plan: Plan) -> Sheet:
    first = plan.month.window[0]
    sheet = Sheet(plan.name, korean_font())
    sheet.set_creation_date(datetime(first.year, first.month, 1, tzinfo=UTC))
    sheet.set_producer(f"telads {plan.basis.version}")
    return sheet


def _window(plan: Plan, lang: Lang) -> str:
    """What the figures observe, for the head of the paper."""
    label = Text(f"기준 {plan.month.text.ko}", f"Month {plan.month}")(lang)
    mark = Text(" · 합성 자료입니다.", " · Synthetic data.") if plan.basis.synthetic else None
    return f"{label} · {observed(plan.month.window, lang)}{mark(lang) if mark else ''}"


def _basis(plan: Plan, lang: Lang) -> str:
    """What the plan can be made again from, in full."""
    told = Text(
        f"계산 {plan.basis.build} · telads {plan.basis.version} · 계획 {plan.hash}",
        f"Build {plan.basis.build} · telads {plan.basis.version} · plan {plan.hash}",
    )
    return told(lang)


def _cell(row: Mapping[str, Any], name: str, lang: Lang) -> str:
    value = row[name]
    return str(word(name, value, lang)) if name in WORDS else figure(name, value)
