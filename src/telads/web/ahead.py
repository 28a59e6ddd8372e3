"""What takes seconds is made before anybody asks, once for a workspace or a build, and kept there.

| what | kept | seconds |
|---|---|---|
| the program that brings drawings to life | for a release | 1 |
| the evaluation of the method | for a build | 1 for each horizon |
"""

from __future__ import annotations

import shutil
from contextlib import suppress

from telads.answers.evaluation import HORIZONS, evaluation
from telads.errors import TeladsError
from telads.web import charts
from telads.workspace import Workspace


def make_ahead(workspace: Workspace) -> None:
    """Make what is missing; what cannot be made is told to whoever asks for it."""
    for folder in (workspace.path / charts.FOLDER).glob("*/"):
        shutil.rmtree(folder, ignore_errors=True)  # drawings that former versions kept
    with suppress(TeladsError, OSError):
        charts.bundle(workspace.path)
    for horizon in HORIZONS:
        with suppress(TeladsError, OSError):
            evaluation(workspace, horizon)
