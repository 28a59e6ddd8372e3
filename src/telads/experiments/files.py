"""An experiment as files: deck, PDF, workbook, CSV, JSON. Equal ones give equal bytes.

pptx, pdf: slides (`decks`). xlsx: each table a sheet, with displayed names, headings and values.
csv: one table, by ids, with its description beside it. json: design and verdict. The outcome that
was given is in none of them; the sums of areas with ads by week are.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.dataset import in_force
from telads.experiments.kept import Experiment
from telads.experiments.questions import FOUND, PARTS, design_answer, verdict_answer
from telads.model import Month
from telads.render.deck import FORMATS as DECKS
from telads.render.deck import content
from telads.render.files import FORMATS, content_by, flat, write_answers
from telads.store.files import replacing, write_text
from telads.text import Lang, Text
from telads.version import __version__

KINDS = (".pptx", ".pdf", ".xlsx", ".csv", ".json")
"""File formats of an experiment."""


def answers(known: Experiment) -> dict[str, Answer]:
    """Its tables by their names: those of the design, and of the verdict if there is one."""
    found = {part: design_answer(known.design, known.before, part) for part in PARTS}
    if known.verdict:
        found |= {part: verdict_answer(known, known.verdict, part) for part in FOUND}
    return found


def about(known: Experiment) -> dict[str, object]:
    """What its tables were made from, like `render.files.provenance`."""
    design = known.design
    month = Month.parse(design.month)
    return {
        "table": "experiment", "build": design.build, "telads": __version__,
        "months": [design.month], "windows": [[str(one) for one in month.window]],
        "synthetic": design.synthetic,
        "source": "synthetic twin" if design.synthetic else in_force().source.files,
    }  # fmt: skip


def document(known: Experiment) -> dict[str, Any]:
    """Design and verdict as JSON; the outcomes themselves are no part of it."""
    verdict = known.verdict.document() if known.verdict else None
    return {"design": known.design.document(), "verdict": verdict}


def write_experiment(known: Experiment, path: Path, lang: Lang, part: str | None = None) -> None:
    """Write an experiment in the format of the suffix. Raises `UnknownChoice` for others.

    A CSV has one table: `part`, by default that of the verdict's methods, else the areas.
    """
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise one_of(Text("파일 형식", "kind of file"), path.name, KINDS)
    if suffix in DECKS:
        from telads.experiments.decks import experiment_deck

        with replacing(path, export=True) as temporary:
            temporary.write_bytes(content(experiment_deck(known, lang), suffix))
    elif suffix == ".xlsx":
        write_answers(path, answers(known), about(known), lang)
    elif suffix == ".csv":
        chosen = part or (FOUND[0] if known.verdict else PARTS[0])
        FORMATS[".csv"].write(path, flat(answers(known)[chosen]), {**about(known), "table": chosen})
    else:
        told = json.dumps(document(known), ensure_ascii=False, indent=1)
        write_text(path, told + "\n", export=True)


def experiment_content(known: Experiment, name: str, lang: Lang, part: str | None = None) -> bytes:
    """What `write_experiment` writes under a name, or beside it."""
    return content_by(lambda path: write_experiment(known, path, lang, part), name)
