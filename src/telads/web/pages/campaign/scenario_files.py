"""Scenarios side by side as files: a deck; figures, platforms and groups, with the finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from telads.answers.choices import one_of
from telads.errors import QuestionError
from telads.planning.plan import Draft, curve
from telads.planning.questions import frame_of, keys_of
from telads.planning.words import sheet_name, title, word
from telads.render.deck import FORMATS as DECKS
from telads.render.deck import content
from telads.render.files import (
    DESCRIPTION,
    FORMATS,
    Chart,
    content_by,
    marked,
    provenance,
    write_workbook,
)
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.file_process import made
from telads.web.file_responses import Files, Link, links, saved
from telads.web.pages.campaign.scenarios import (
    LETTERS,
    Scenario,
    axis_end,
    beside,
    drafted,
    found_in,
    scenarios_of,
)

if TYPE_CHECKING:
    from telads.render.deck.slides import Deck

FILES: Files = {
    "scenarios.pptx": Text("제안서(PowerPoint)", "Deck (PowerPoint)"),
    "scenarios.xlsx": Text("엑셀", "Excel"),
    "scenarios.pdf": Text("PDF", "PDF"),
    "scenarios.csv": Text("시나리오(CSV)", "Scenarios (CSV)"),
}
HEADS: dict[str, Text] = {
    "scenario": Text("시나리오", "Scenario"),
    "cost": Text("도달 1인당 비용", "Cost per person reached"),
    "groups": Text("집단", "Groups"),
}
"""Titles of what only scenarios have."""
FIGURES = ("budget", "reached", "reached_2", "reached_3", "frequency")
PLATFORMS = ("platform", "spend", "spend_share", "contacts", "reached", "frequency")
Row = Mapping[str, Any]


def file_links(scenarios: list[Scenario], lang: Lang) -> list[Link]:
    """The files of scenarios, by their addresses."""
    query = beside(scenarios).partition("?")[2]

    def address(name: str) -> str:
        return f"{reverse('campaign-scenarios-file', args=(name,))}?{query}"

    return links(FILES, address, lang)["files"]


@require_safe
@cached_by_build(headers=())
def file(request: HttpRequest, name: str) -> HttpResponse:
    """`/campaign/scenarios/scenarios.xlsx?a=...&b=...`, of what the page of that query shows."""
    if name not in {*FILES, f"scenarios.csv{DESCRIPTION}"}:
        raise one_of(Text("파일", "file"), name, FILES)
    build, lang = request_state.build(request), request_state.language(request)
    scenarios = scenarios_of(build, request.GET, lang)
    finding, drafts = found_in(build, scenarios, lang)
    given = f"telads-scenarios-{build.name}" + name.removeprefix("scenarios")
    if Path(name).suffix in DECKS:
        deck = _deck(build, scenarios, drafts, lang)
        return saved(request, made(content, deck, Path(name).suffix), given)
    about: dict[str, object] = {**provenance(build, "scenarios", "affinity")}
    about |= {key: request.GET.get(key, "") for key in LETTERS if key in request.GET}
    about["finding"] = finding(lang)

    def write(path: Path) -> None:
        if path.suffix == ".csv":
            frame = marked(frame_of(_figures(scenarios, drafts)), build.synthetic)
            FORMATS[".csv"].write(path, frame, about)
        else:
            _workbook(path, build, scenarios, drafts, about, lang)

    return saved(request, content_by(write, given), given)


def _deck(
    build: Build, scenarios: Sequence[Scenario], drafts: Sequence[Draft | QuestionError], lang: Lang
) -> Deck:
    """The deck of the scenarios that have a plan; raises the error of A if none has."""
    # A worker starts without what only a few files need.
    from telads.planning.decks.scenarios import Scenario as Beside
    from telads.planning.decks.scenarios import scenarios_deck

    known = drafted(drafts)
    names = {letter: one.name for letter, one in zip(LETTERS, scenarios, strict=False)}
    if not known and isinstance(drafts[0], QuestionError):
        raise drafts[0]
    end = axis_end(known)
    return scenarios_deck(build, [
        Beside(letter.upper(), names[letter], found, curve(build, found.brief, end).budgets)
        for letter, found in known
    ], lang)  # fmt: skip


def _figures(
    scenarios: Sequence[Scenario], drafts: Sequence[Draft | QuestionError]
) -> list[dict[str, Any]]:
    """A row for each scenario; figures of one that has no plan are None."""
    rows = []
    for letter, one, found in zip(LETTERS, scenarios, drafts, strict=False):
        sums: Row = found.summary if isinstance(found, Draft) else {}
        reached = sums.get("reached")
        rows.append({
            "scenario": letter.upper(), "name": one.name, "budget": one.choice.budget,
            **{name: sums.get(name) for name in FIGURES[1:]},
            "cost": round(one.choice.budget / reached, 2) if reached else None,
            "groups": len(found.segments) if isinstance(found, Draft) else None,
        })  # fmt: skip
    return rows


def _workbook(
    path: Path, build: Build, scenarios: Sequence[Scenario],
    drafts: Sequence[Draft | QuestionError], about: dict[str, object], lang: Lang,
) -> None:  # fmt: skip
    known = [(letter.upper(), found) for letter, found in drafted(drafts)]
    tables = {
        "scenarios": _figures(scenarios, drafts),
        "platforms": [
            {"scenario": letter, **{name: row[name] for name in PLATFORMS}}
            for letter, found in known for row in found.platforms
        ],
        "segments": [
            {"scenario": letter, **{name: row.get(name) for name in keys}}
            for letter, found in known
            for keys in [keys_of("plan_segments", found.segments)] for row in found.segments
        ],
    }  # fmt: skip
    sheets = {}
    for sheet, rows in tables.items():
        told = frame_of([{name: word(name, value, lang) for name, value in row.items()}
                         for row in rows])  # fmt: skip
        part = "" if sheet == "scenarios" else sheet
        heads = {name: HEADS[name](lang) if name in HEADS else title(name, lang, part)
                 for name in told.columns}  # fmt: skip
        told = marked(told, build.synthetic) if sheet == "scenarios" else told
        sheets[sheet_name(sheet, lang)] = told.rename(heads)
    reach = Chart(title("reached", lang), HEADS["scenario"](lang),
                  (title("reached", lang), title("reached_3", lang)))  # fmt: skip
    formats = dict.fromkeys(reach.values, "#,##0")
    write_workbook(path, sheets, about, formats, charts={sheet_name("scenarios", lang): reach},
                   source=sheet_name("source", lang))  # fmt: skip
