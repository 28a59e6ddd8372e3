"""Experiments of the website: permissions, designs and verdicts; each action is logged.

An experiment that a user may not see does not exist for them: 404, not 403. It is its owner's; of
one that tests a plan, its owner may let those see it who may see the plan. No role, not even
administrator, opens other users' experiments.

The workspace keeps designs, outcomes and verdicts (`telads.experiments.kept`), under a key that no
other user's name can meet. The table of the website says only whose each is. A row whose files were
deleted at the command line is shown as such.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from telads.answers.choices import service_of
from telads.errors import QuestionError, UnknownChoice
from telads.experiments import kept
from telads.experiments.areas import basis_of
from telads.experiments.design import make_design
from telads.experiments.kept import Experiment
from telads.experiments.sentences import reference_text
from telads.experiments.services import analyse_experiment, design_experiment
from telads.experiments.services import refer as in_the_workspace
from telads.ingest.archives import harmless
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import visible_one
from telads.web.experiments.models import SavedExperiment
from telads.web.plans.models import PlanVersion, SavedPlan
from telads.web.plans.services import visible as visible_plans


class Reference(NamedTuple):
    """What a plan shows of an experiment."""

    experiment: SavedExperiment
    text: Text


def visible(user: User) -> QuerySet[SavedExperiment]:
    """The experiments that a user may see."""
    shared = Q(shared=True, plan__in=visible_plans(user))
    found = SavedExperiment.objects.filter(Q(owner=user) | shared)
    return found.select_related("owner", "plan").distinct()


def experiment_for(request: HttpRequest, number: int, own: bool = False) -> SavedExperiment:
    """An experiment, if the user may see or, with `own`, change it.

    Raises `Http404`, `PermissionDenied`.
    """
    return visible_one(request, visible, number, own)


def read(experiment: SavedExperiment) -> Experiment | None:
    """What the workspace keeps of it, under its user's name; None if it was deleted there.

    Raises `WorkspaceDamaged`.
    """
    known = kept.former(request_state.workspace(), experiment.key)
    if known is None:
        return None
    wish = replace(known.design.wish, name=experiment.name)
    return replace(known, design=replace(known.design, wish=wish))


@contextmanager
def _file(given: UploadedFile[Any] | None) -> Iterator[Path | None]:
    """An uploaded file under its own name, in a folder that only this process may read."""
    if given is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / harmless(given.name or "outcome")
        with path.open("wb") as file:
            for chunk in given.chunks():
                file.write(chunk)
        yield path


def create(
    request: HttpRequest, name: str, plan: SavedPlan | None, outcome: UploadedFile[Any] | None,
    **asked: Any,
) -> SavedExperiment:  # fmt: skip
    """Draw a design and keep it; `asked` is as of `design_experiment`.

    Raises `QuestionError` and its subclasses, `DataError` for an outcome that does not fit.
    """
    if not isinstance(request.user, User):
        raise TypeError("experiments are made by people who are signed in")
    key = f"web {secrets.token_hex(6)} {name}"
    workspace, settings = request_state.workspace(), request_state.settings()
    with _file(outcome) as path:
        design_experiment(
            workspace, settings, key, outcome=path,
            plan=json.loads(plan.newest.document) if plan else None, **asked,
        )  # fmt: skip
    try:
        with one_action():
            saved = SavedExperiment.objects.create(
                owner=request.user, plan=plan, name=name, key=key
            )
            record(request, "experiment-create", saved, name)
    except BaseException:
        kept.delete(workspace, settings, key)  # nobody would find it
        raise
    return saved


def draw_again(request: HttpRequest, experiment: SavedExperiment, seen: int) -> None:
    """Discard the design for another draw of the same wish, which is counted.

    `seen` is the number of the draw that is discarded. Raises `QuestionError` where it is not the
    last one any more, or the experiment was analysed.
    """
    known = read(experiment)
    if known is None:
        raise _gone()
    if known.verdict is not None:
        raise kept.analysed(experiment.name)
    # The number is taken in one statement: of two who draw at once one is refused.
    last = SavedExperiment.objects.filter(pk=experiment.pk, draw=seen)
    with one_action():
        if not last.update(draw=seen + 1):
            raise QuestionError(
                Text("그사이 다시 추첨되었습니다.", "It was drawn again in the meantime."),
                Text("새 추첨을 확인해 주세요.", "Look at the new draw first."),
            )
        record(request, "experiment-draw", experiment, experiment.name)
    build = request_state.build(request)
    wish = replace(known.design.wish, name=experiment.key, seed=None)
    service = service_of(build, wish.service).id if wish.service else None
    basis = basis_of(build, known.design.level, service)
    design = make_design(basis, wish, known.before, max(seen, known.design.draw) + 1)
    kept.keep_design(request_state.workspace(), request_state.settings(), design, known.before)


def analyse(
    request: HttpRequest, experiment: SavedExperiment, outcome: UploadedFile[Any], **asked: Any
) -> None:
    """Analyse the outcome, and keep the verdict; `asked` is as of `analyse_experiment`.

    Raises what that raises.
    """
    with _file(outcome) as path:
        assert path is not None
        analyse_experiment(
            request_state.workspace(), request_state.settings(), experiment.key, path, **asked
        )
    record(request, "experiment-analyse", experiment, experiment.name)


def let(request: HttpRequest, experiment: SavedExperiment, shared: bool) -> None:
    """Let those who may see the plan see the experiment, or no longer. Idempotent."""
    if experiment.shared != shared:
        with one_action():
            experiment.shared = shared
            experiment.save(update_fields=["shared"])
            record(request, "experiment-access", experiment, "read" if shared else "none")


def refer(
    request: HttpRequest, experiment: SavedExperiment, service: str | None, remove: bool = False
) -> None:
    """Let later plans of a service show the verdict, or no longer. Raises `QuestionError`."""
    workspace, settings = request_state.workspace(), request_state.settings()
    in_the_workspace(workspace, settings, experiment.key, service, remove)
    with one_action():
        record(request, "experiment-reference", experiment, experiment.name)


def references(request: HttpRequest, version: PlanVersion) -> list[Reference]:
    """What a plan shows of earlier experiments of its service, of those its reader may see.

    The version is read only where there are any: its document is long.
    """
    every = kept.references(request_state.workspace())
    if not every or not isinstance(request.user, User):
        return []
    service = version.read().brief.service
    known = {one.name: one for one in every if one.reference == service}
    if not known:
        return []
    rows = {row.key: row for row in visible(request.user).filter(key__in=list(known))}
    found = []
    for key, one in known.items():
        if key in rows and one.verdict is not None:
            row = rows[key]
            wish = replace(one.design.wish, name=row.name)
            text = reference_text(replace(one.design, wish=wish), one.verdict)
            found.append(Reference(row, text))
    return found


def delete(request: HttpRequest, experiment: SavedExperiment) -> None:
    """Delete an experiment with its outcomes; these first, so that none is left without a row."""
    with suppress(UnknownChoice):
        kept.delete(request_state.workspace(), request_state.settings(), experiment.key)
    with one_action():
        record(request, "experiment-delete", experiment, experiment.name)
        experiment.delete()


def _gone() -> UnknownChoice:
    return UnknownChoice(
        Text("실험의 파일이 지워졌습니다.", "The files of the experiment were deleted."),
        Text("백업에서 되돌리거나 새로 설계해 주세요.", "Restore a backup, or design another one."),
    )
