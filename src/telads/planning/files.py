"""A plan, or a comparison of two, as files: deck, PDF, workbook, CSV, JSON.

Equal ones give equal bytes.

pptx: slides with charts that can be edited (`decks`). pdf: the same slides, then every table.
xlsx: the sheets summary, one for each table of the plan, method, source, with displayed names,
headings and values, the most spend first, and charts. csv: the spends, one row for each segment and
platform, by ids, with a description in `x.csv-metadata.json`. json: the whole plan, in the form
that `plan.read_plan` reads. All hold the same figures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.answers.choices import one_of
from telads.answers.fields import number_format
from telads.answers.questions import QUESTIONS
from telads.dataset import in_force
from telads.planning.ad_systems import AD_SYSTEMS, NOTES, offered, system_of, write_for
from telads.planning.comparison import Comparison
from telads.planning.plan import PARTS, Plan
from telads.planning.questions import comparison_answer, frame_of, keys_of
from telads.planning.sentences import limit_text, plan_sentences
from telads.planning.words import (
    GAPS,
    TABLES,
    objective_text,
    service_word,
    sheet_name,
    title,
    word,
)
from telads.render.deck import FORMATS as FORMATS_OF_DECKS
from telads.render.deck import content
from telads.render.files import (
    FORMATS,
    Chart,
    content_by,
    marked,
    sheet_of,
    write_workbook,
)
from telads.store.files import replacing, write_text
from telads.store.workspace import Build
from telads.text import Lang, Text

if TYPE_CHECKING:
    import polars as pl

    from telads.render.deck.slides import Deck

METHOD: tuple[Text, ...] = (
    Text("타겟의 인원은 10명 단위로 반올림한 값이며, 모든 계산은 그 값에서 시작합니다.",
         "Sizes are rounded to 10, and everything is computed from the rounded sizes."),
    Text("예상 노출 = 집행액 × 1000 ÷ CPM.",
         "Planned impressions = spend x 1000 / CPM (price per thousand)."),
    Text("매체별 도달 = 사용자가 준 도달 곡선과 도달 상한(집단에서 도달할 수 있는 사람의 비율). "
         "도달 상한을 적지 않으면 모두에게 도달할 수 있다고 가정합니다. 여러 매체의 도달은 집단 "
         "안에서 "
         "서로 독립이라고 보고 합칩니다(세인즈버리). 최소와 최대는 어떤 겹침에서도 성립합니다.",
         "Reach of a platform: the user's own curve and ceiling (the share of a group that can be "
         "reached at all); without one, everyone is assumed to be reachable. Platforms combine as "
         "independent within a group (Sainsbury); 'at least' and 'at most' are the range by "
         "overlap of platforms."),
    Text("2회, 3회 이상 도달: 집단 안에서 도달한 사람의 노출 횟수는 푸아송 분포로 봅니다.",
         "Reach of two and three times or more: within a group, the impressions of those reached "
         "follow a Poisson distribution."),
    Text("예산은 배분 점수이 가장 커지도록 배분합니다. 목적은 도달(1회 이상)이며, 고르면 지수나 "
         "이용 강도로 가중한 도달입니다.",
         "The budget is allocated so that the objective is as large as possible: the people "
         "reached once or more, or, where chosen, weighted by index or usage score."),
    Text("최적과의 차이(proven_gap): 어떤 다른 배분도 이 비율을 넘게 더 나을 수 없습니다. 빈도를 "
         "적어도 몇 회로 정한 계획에서는 그 목표가 없는 배분과의 차이입니다.",
         "Gap to the best (proven_gap): no other allocation can be better by more than this "
         "share. With a goal of a minimum frequency: no allocation, whether it meets the goal or "
         "not."),
    Text("데이터에는 클릭, 판매, 개인이 없습니다. 노출과 도달을 계산하며, 판매는 예측하지 "
         "않습니다.",
         "The data contains no clicks, sales or individuals: impressions and reach are estimated, "
         "sales are not predicted."),
)  # fmt: skip
FORMER_METHOD = Text(
    "이전 버전의 계획: 이용 강도 가중 도달 = 인원 × 이용 강도(0 미만은 0) × 도달 확률이며, 노출은 "
    "매체와 "
    "서비스의 동반 이용(음수는 0)만큼만 쳤습니다.",
    "A plan of an earlier version: reach weighted by usage score = people x usage score (below 0 "
    "counts 0) x probability of being reached, an impression counting by the association of "
    "platform and service (below 0 counts 0).",
)
"""Added to `METHOD` for a plan from when there was no choice."""


def method_of(plan: Plan) -> tuple[Text, ...]:
    """The method of a plan in words."""
    return METHOD if plan.former is None else (*METHOD, FORMER_METHOD)


FIGURES = (
    "budget", "spend", "contacts", "reached", "reached_2", "reached_3", "reached_low",
    "reached_high", "reach_share", "frequency", "population", "reachable", "segments",
    "segments_used", "weighted_reach", "proven_gap", "next_budget", "next_weighted_reach",
    "next_share", "below_segments", "below_spend", "below_spend_share",
)  # fmt: skip
"""Figures of the whole plan, in order; everything else is words."""


def figures_of(plan: Plan) -> tuple[str, ...]:
    """The figures a plan has; the objective only if it is not the reach itself."""
    sums = plan.result.summary
    plain = sums["objective"] == "reach" and not sums["weight"]
    return tuple(
        name for name in FIGURES
        if not (plain and name == "weighted_reach")
        and not (plan.former is not None and sums[name] is None and not name.startswith("next"))
    )  # fmt: skip


def figure_title(plan: Plan, name: str, lang: Lang) -> str:
    """Title of a figure of a plan; the objective by its name."""
    sums = plan.result.summary
    if name == "weighted_reach":
        return objective_text(sums["objective"], sums["weight"])(lang)
    return title(name, lang)


def about(plan: Plan) -> dict[str, object]:
    """Provenance of a plan for its files."""
    basis = plan.basis
    return {
        "table": "plan",
        "method": "affinity",
        "name": plan.name,
        "plan": plan.hash,
        "service": plan.brief.service,
        "build": basis.build,
        "telads": basis.version,
        "months": [basis.month],
        "windows": [[str(month) for month in plan.month.window]],
        "synthetic": basis.synthetic,
        "source": "synthetic twin" if basis.synthetic else in_force().source.files,
        "brief": json.dumps(plan.brief.document(), ensure_ascii=False, sort_keys=True),
    }


def write_plan(
    plan: Plan, path: Path, lang: Lang = "ko", build: Build | None = None,
    beside: Sequence[Text] = (),
) -> None:  # fmt: skip
    """Write a plan in the format of the suffix. Raises `UnknownChoice` for others.

    For an ad system (`.google.csv`) notes are written beside the file, with the sizes that `build`
    publishes. A deck also says what stands `beside` the plan: what was found elsewhere, such as the
    effect of an earlier test.
    """
    if system := system_of(path.name):
        write_for(system, plan, path, lang, build)
        return
    suffix = path.suffix.lower()
    elsewhere = path.name.casefold().endswith(tuple(one.suffix for one in AD_SYSTEMS))
    if suffix not in KINDS or elsewhere:  # a system that does not bill in the dataset's money
        raise one_of(Text("파일 형식", "kind of file"), path.name, (*KINDS, *offered()))
    if suffix in DECKS:
        DECKS[suffix](plan, path, lang, beside)
    else:
        KINDS[suffix](plan, path, lang)


def plan_content(
    plan: Plan,
    name: str,
    lang: Lang = "ko",
    build: Build | None = None,
    beside: Sequence[Text] = (),
) -> bytes:
    """What `write_plan` writes under a name, or beside it: a description, notes."""
    return content_by(lambda path: write_plan(plan, path, lang, build, beside), name, NOTES)


def _write(path: Path, deck: Deck) -> None:
    with replacing(path, export=True) as temporary:
        temporary.write_bytes(content(deck, path.suffix.lower()))


def _pptx(plan: Plan, path: Path, lang: Lang, beside: Sequence[Text] = ()) -> None:
    from telads.planning.decks.plan import plan_deck

    _write(path, plan_deck(plan, lang, beside=beside))


def _pdf(plan: Plan, path: Path, lang: Lang, beside: Sequence[Text] = ()) -> None:
    from telads.planning.paper import write_paper

    with replacing(path, export=True) as temporary:
        write_paper(plan, temporary, lang, beside)


def _json(plan: Plan, path: Path, lang: Lang) -> None:
    text = json.dumps(plan.document(), ensure_ascii=False, sort_keys=True, indent=1)
    write_text(path, text + "\n", export=True)


def _csv(plan: Plan, path: Path, lang: Lang) -> None:
    frame = marked(frame_of(_table(plan, "spends")), plan.basis.synthetic)
    FORMATS[".csv"].write(path, frame, about(plan))


def _xlsx(plan: Plan, path: Path, lang: Lang) -> None:
    sheets = {
        "summary": _summary(plan, lang),
        **{
            part: frame_of(_in_words(plan, part, lang, by_size=part in BY_SIZE))
            for part in PARTS
            if part != "spends" and getattr(plan.result, part)
        },
        "spends": marked(
            frame_of(_in_words(plan, "spends", lang, by_size=True)), plan.basis.synthetic
        ),
        "method": frame_of([{"method": line(lang)} for line in method_of(plan)]),
    }
    headed = {
        sheet_name(name, lang): sheet.rename(
            {column: title(column, lang, name) for column in sheet.columns})
        for name, sheet in sheets.items()
    }  # fmt: skip
    charts = {
        sheet_name(name, lang): Chart(
            in_force().fill(TABLES[name])(lang), title(label, lang, name),
            tuple(title(value, lang, name) for value in values), line)
        for name, (label, values, line) in CHARTS.items() if name in sheets
    }  # fmt: skip
    write_workbook(path, headed, about(plan), _formats(lang), charts=charts,
                   source=sheet_name("source", lang))  # fmt: skip


BY_SIZE = frozenset({"platforms", "segments", "spends", "districts", "ages"})
"""Tables that a workbook has in the order of spend, the most first."""
CHARTS: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "platforms": ("platform", ("spend",), False),
    "budgets": ("budget", ("reached", "reached_2", "reached_3"), True),
    "districts": ("district", ("spend",), False),
}
"""Charts of a workbook: the column of names or of the axis, the values, whether they are lines."""


def _formats(lang: Lang) -> dict[str, str]:
    """Number formats of the tables, by heading."""
    known = {one.key: one for part in PARTS for one in QUESTIONS[f"plan_{part}"].rows}
    shown = {title(name, lang): number_format(known[name]) for name in sorted(known)}
    return {heading: form for heading, form in shown.items() if form}


def _summary(plan: Plan, lang: Lang) -> pl.DataFrame:
    """Names, figures and words, one a row; figures are numbers, in a column of their own."""
    sums = plan.result.summary
    texts = [
        ("name", plan.name),
        ("advertised", service_word(plan.brief.service, lang)),
        ("objective", objective_text(sums["objective"], sums["weight"])(lang)),
        ("gap_to", GAPS[sums["gap_to"]](lang)),
        ("binding", ", ".join(limit_text(one)(lang) for one in sums["binding"])),
        *(("sentence", line(lang)) for line in plan_sentences(plan)),
    ]
    rows = [{"item": title(name, lang), "value": None, "text": text} for name, text in texts]
    rows += [
        {"item": figure_title(plan, name, lang), "value": sums[name], "text": None}
        for name in figures_of(plan)
    ]
    return frame_of(rows)


def _table(plan: Plan, part: str) -> list[dict[str, Any]]:
    rows = getattr(plan.result, part)
    names = keys_of(f"plan_{part}", rows)
    return [{name: row[name] for name in names} for row in rows]


def _in_words(plan: Plan, part: str, lang: Lang, *, by_size: bool = False) -> list[dict[str, Any]]:
    rows = _table(plan, part)
    if by_size:
        rows = sorted(rows, key=lambda row: -row["spend"])
    return [{name: word(name, value, lang) for name, value in row.items()} for row in rows]


DECKS: dict[str, Callable[[Plan, Path, Lang, Sequence[Text]], None]] = {
    ".pptx": _pptx,
    ".pdf": _pdf,
}
"""File formats of a plan's deck."""
KINDS: dict[str, Callable[[Plan, Path, Lang], None]] = {
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".pdf": _pdf,
    ".csv": _csv,
    ".json": _json,
}
"""File formats of a plan."""


# ---- a comparison -----------------------------------------------------------------------------

PLATFORM_HEADS: dict[str, Text] = {
    "platform": Text("매체", "Platform"),
    "spend_before": Text("계획 집행액", "Spend then"),
    "spend_now": Text("새 집행액", "Spend now"),
    "reached_before": Text("계획 도달", "Reach then"),
    "reached_now": Text("새 도달", "Reach now"),
}
"""Titles of the platforms of a comparison, in order."""
COMPARISON_KINDS = (".pptx", ".xlsx", ".pdf", ".csv", ".json")
"""File formats of a comparison."""


def about_comparison(found: Comparison) -> dict[str, object]:
    """Provenance of a comparison for its files."""
    return {
        **about(found.now),
        "table": "plan_comparison",
        "name": found.before.name,
        "plan": found.before.hash,
        "plan_now": found.now.hash,
        "build_before": found.before.basis.build,
        "month_before": found.before.basis.month,
        "verdict": found.verdict,
    }


def write_comparison(found: Comparison, path: Path, lang: Lang = "ko") -> None:
    """Write a comparison in the format of the suffix. Raises `UnknownChoice` for others.

    pptx, pdf: slides, the verdict first. xlsx: the sheets summary (the verdict first), platforms,
    segments, source. csv: the segments, by ids, with a description beside it. json: the answer of
    `telads replan`.
    """
    answer, suffix = comparison_answer(found), path.suffix.lower()
    if suffix not in COMPARISON_KINDS:
        raise one_of(Text("파일 형식", "kind of file"), path.name, COMPARISON_KINDS)
    if suffix in FORMATS_OF_DECKS:
        from telads.planning.decks.comparison import comparison_deck

        _write(path, comparison_deck(found, lang))
        return
    if suffix == ".json":
        write_text(path, answer.json(lang), export=True)
        return
    if suffix == ".csv":
        FORMATS[".csv"].write(path, marked(answer.rows, answer.synthetic), about_comparison(found))
        return
    change = found.reach_change
    figures: list[tuple[Text, float | None]] = [
        (Text("옮길 금액", "Budget that moves"), found.moved),
        (Text("예산에서의 비중", "Share of the budget"), found.moved_share),
        (Text("예상 도달 변화", "Change of the expected reach"), change),
    ]
    head = {name: title(name, lang) for name in ("item", "value", "text")}
    summary = frame_of([
        *({"item": title("sentence", lang), "value": None, "text": line(lang)}
          for line in found.sentences()),
        *({"item": text(lang), "value": value, "text": None} for text, value in figures),
    ])  # fmt: skip
    platforms = frame_of(
        [{name: word(name, row[name], lang) for name in PLATFORM_HEADS} for row in found.platforms]
    )
    segments = sheet_of(replace(answer, rows=marked(answer.rows, answer.synthetic)), lang)
    heads = {name: one(lang) for name, one in PLATFORM_HEADS.items()}
    sheets = {
        sheet_name("summary", lang): summary.rename(head),
        sheet_name("platforms", lang): platforms.rename(heads),
        sheet_name("segments", lang): segments.frame,
    }
    spends = Chart(TABLES["platforms"](lang), heads["platform"],
                   (heads["spend_before"], heads["spend_now"]))  # fmt: skip
    formats = {**dict.fromkeys(list(heads.values())[1:], "#,##0"), **segments.formats}
    write_workbook(path, sheets, about_comparison(found), formats,
                   charts={sheet_name("platforms", lang): spends},
                   source=sheet_name("source", lang))  # fmt: skip


def comparison_content(found: Comparison, name: str, lang: Lang = "ko") -> bytes:
    """What `write_comparison` writes under a name, or beside it."""
    return content_by(lambda path: write_comparison(found, path, lang), name)
