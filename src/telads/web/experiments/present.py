"""Experiments as displayed: the rows of the list, a design and a verdict with their pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from telads.errors import WorkspaceDamaged
from telads.experiments.files import answers
from telads.experiments.kept import Experiment
from telads.experiments.pictures import draw_areas, draw_curve, draw_verdict
from telads.experiments.questions import verdict_answer
from telads.experiments.sentences import (
    chance_text,
    design_sentences,
    state_text,
    verdict_figures,
    verdict_title,
)
from telads.experiments.verdict import Verdict
from telads.text import Lang, Text
from telads.web.experiments.forms import of_page
from telads.web.experiments.models import SavedExperiment
from telads.web.experiments.services import read

GONE = Text("파일이 지워짐", "files deleted")


class Row(NamedTuple):
    """An experiment of the list."""

    saved: SavedExperiment
    start: str
    weeks: int | None
    treated: int | None
    state: Text


def listed(saved: SavedExperiment) -> Row:
    """An experiment with its dates and what it found."""
    try:
        known = read(saved)
    except WorkspaceDamaged as error:  # its own page says which file
        return Row(saved, "", None, None, error.message)
    if known is None:
        return Row(saved, "", None, None, GONE)
    wish, state = known.design.wish, state_text(known.verdict)
    return Row(saved, wish.start.isoformat(), wish.weeks, wish.treated, state)


def sentences(known: Experiment, lang: Lang) -> dict[str, list[str]]:
    """What is said of the design and of the verdict, the finding first."""
    told = {"design": [of_page(one(lang)) for one in design_sentences(known.design)]}
    if known.verdict:
        rest = verdict_answer(known, known.verdict).sentences[1:]
        said = (verdict_title(known.verdict), Text(*(f"{one}." for one in _chance(known.verdict))),
                *rest)  # fmt: skip
        told["verdict"] = [of_page(one(lang)) for one in said]
    return told


def _chance(verdict: Verdict) -> Text:
    told = chance_text(verdict.p)
    return Text(told.ko, told.en[:1].upper() + told.en[1:])


def page(known: Experiment, lang: Lang) -> dict[str, Any]:
    """Sentences, pictures and tables of an experiment."""
    told, tables = sentences(known, lang), answers(known)
    told_once = {name: replace(answer, sentences=()) for name, answer in tables.items()}
    return {
        "known": known,
        "design": known.design,
        "verdict": known.verdict,
        "told": told,
        "tables": told_once,
        "figures": verdict_figures(known.verdict) if known.verdict else (),
        "map": draw_areas(known.design, lang, narrow=True),
        "curve": draw_curve(known.design, lang, narrow=True),
        "series": draw_verdict(known.design, known.verdict, lang) if known.verdict else None,
        "series_narrow": draw_verdict(known.design, known.verdict, lang, narrow=True)
        if known.verdict else None,
    }  # fmt: skip
