"""Experiments in the workspace: a folder each, only its owner may read.

experiments/<id>/
  design.json    what was fixed before the campaign
  before.json    the outcome that it was made with
  after.json     the outcome that was analysed
  verdict.json   what it said
  reference.json the service whose plans show it, where its user keeps it for them

Outcomes are the user's business: they are in backups, are removed with the experiment, and nothing
of them is in any log.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from telads.errors import QuestionError, UnknownChoice, WorkspaceDamaged, choose
from telads.experiments.design import Design, read_design
from telads.experiments.outcomes import Outcomes
from telads.experiments.verdict import Verdict, read_verdict
from telads.settings import Settings
from telads.store.files import TEMPORARY, UNREADABLE, explained, write_text
from telads.store.workspace import EXPERIMENT, EXPERIMENTS, Store
from telads.text import Text, same

BEFORE, AFTER, VERDICT, REFERENCE, DESIGN = EXPERIMENT
_LONGEST = 60
T = TypeVar("T")


@dataclass(frozen=True)
class Experiment:
    """A kept experiment."""

    id: str
    design: Design
    before: Outcomes | None
    verdict: Verdict | None
    reference: str | None = None
    """Id of the service whose later plans show its verdict."""

    @property
    def name(self) -> str:
        """Its user's name for it."""
        return self.design.wish.name


def id_of(name: str) -> str:
    """The name of an experiment's folder; raises `QuestionError` for a name without letters."""
    found = re.sub(r"\W+", "-", name.strip().casefold()).strip("-_")[:_LONGEST]
    if not found:
        raise QuestionError(
            Text("실험의 이름이 없습니다.", "The experiment has no name."),
            Text("글자나 숫자로 된 이름을 적어 주세요.", "Use a name of letters or digits."),
            value=name,
        )
    return found


def _path(workspace: Store, id: str) -> Path:
    return workspace.path / EXPERIMENTS / id


def experiments(workspace: Store) -> list[Experiment]:
    """All kept experiments, in order of their ids; raises `WorkspaceDamaged`."""
    folder = workspace.path / EXPERIMENTS
    found = folder.iterdir() if folder.is_dir() else ()
    names = sorted(one.name for one in found
                   if (one / DESIGN).is_file() and not one.name.startswith(TEMPORARY))  # fmt: skip
    return [_read(workspace, name) for name in names]


def experiment_named(workspace: Store, name: str) -> Experiment:
    """A kept experiment by its name; raises `UnknownChoice`, `WorkspaceDamaged`."""
    id = id_of(name)
    if not (_path(workspace, id) / DESIGN).is_file():
        known = [same(one.name) for one in experiments(workspace)]
        advice = choose(name, known) if known else Text(
            "telads experiment design으로 먼저 설계해 주세요.",
            "Make its design first: telads experiment design.")  # fmt: skip
        raise UnknownChoice(Text("실험을 찾을 수 없습니다.", "Experiment not found."), advice,
                            value=name)  # fmt: skip
    return _read(workspace, id)


def former(workspace: Store, name: str) -> Experiment | None:
    """The kept experiment of a name, or None."""
    id = id_of(name)
    return _read(workspace, id) if (_path(workspace, id) / DESIGN).is_file() else None


def _read(workspace: Store, id: str) -> Experiment:
    path = _path(workspace, id)
    return Experiment(
        id, _parsed(path / DESIGN, read_design),
        _parsed(path / BEFORE, Outcomes.read) if (path / BEFORE).is_file() else None,
        _parsed(path / VERDICT, read_verdict) if (path / VERDICT).is_file() else None,
        _parsed(path / REFERENCE, _service) if (path / REFERENCE).is_file() else None,
    )  # fmt: skip


def _service(document: Mapping[str, Any]) -> str:
    return str(document["service"])


def _parsed(file: Path, read: Callable[[Any], T]) -> T:
    try:
        return read(json.loads(file.read_text(encoding="utf-8")))
    except UNREADABLE as error:
        raise WorkspaceDamaged(
            Text("실험을 읽을 수 없습니다.", "The experiment cannot be read."),
            Text("백업에서 되돌리거나 이 폴더를 지워 주세요.",
                 "Restore it from a backup, or delete its folder."),
            file=file,
        ) from error  # fmt: skip


def keep_design(
    workspace: Store, settings: Settings, design: Design, before: Outcomes | None
) -> None:
    """Keep a design in place of a former draw; raises `QuestionError` once it was analysed."""
    path = _path(workspace, id_of(design.wish.name))
    with workspace.writing(settings.lock_seconds):
        if (path / VERDICT).is_file():
            raise analysed(design.wish.name)
        if before is None:
            with explained(path / BEFORE):
                (path / BEFORE).unlink(missing_ok=True)
        else:
            _write(path / BEFORE, before.document())
        _write(path / DESIGN, design.document())


def analysed(name: str) -> QuestionError:
    """The error for a design that is to be changed after its outcome was analysed."""
    return QuestionError(
        Text("이미 분석한 실험의 설계는 바꿀 수 없습니다.",
             "The design of an experiment that was analysed cannot change."),
        Text("다른 이름으로 새 실험을 설계해 주세요.", "Design another one, of another name."),
        value=name,
    )  # fmt: skip


def keep_verdict(
    workspace: Store, settings: Settings, name: str, after: Outcomes, verdict: Verdict
) -> None:
    """Keep a verdict and the outcome it is about."""
    path = _path(workspace, id_of(name))
    with workspace.writing(settings.lock_seconds):
        if not (path / DESIGN).is_file():  # deleted meanwhile
            experiment_named(workspace, name)
        _write(path / AFTER, after.document())
        _write(path / VERDICT, verdict.document())


def keep_reference(workspace: Store, settings: Settings, name: str, service: str | None) -> None:
    """Let plans of a service show the verdict of an experiment, or with None no longer."""
    path = _path(workspace, id_of(name))
    with workspace.writing(settings.lock_seconds):
        if not (path / DESIGN).is_file():  # deleted meanwhile
            experiment_named(workspace, name)
        if service is None:
            with explained(path / REFERENCE):
                (path / REFERENCE).unlink(missing_ok=True)
        else:
            _write(path / REFERENCE, {"service": service})


def references(workspace: Store) -> list[Experiment]:
    """The experiments that plans show, the latest first; those that cannot be read are no part."""
    found = []
    for file in (workspace.path / EXPERIMENTS).glob(f"*/{REFERENCE}"):
        with suppress(WorkspaceDamaged):  # said where the experiment itself is asked for
            found.append(_read(workspace, file.parent.name))
    known = (one for one in found if one.verdict is not None and one.reference is not None)
    return sorted(known, key=lambda one: (one.design.wish.start, one.id), reverse=True)


def delete(workspace: Store, settings: Settings, name: str) -> str:
    """Delete an experiment with its outcomes; returns its id. Raises `UnknownChoice`."""
    id = id_of(name)
    with workspace.writing(settings.lock_seconds):
        path = _path(workspace, id)
        if not path.is_dir():
            experiment_named(workspace, name)
        with explained(path):
            doomed = path.with_name(f"{TEMPORARY}{id}")  # half deleted it is none
            path.rename(doomed)
            shutil.rmtree(doomed)
    return id


def _write(file: Path, document: Any) -> None:
    write_text(file, json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
