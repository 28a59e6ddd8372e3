"""What takes seconds is made before anybody asks, once for a workspace or a build, and kept there.

| what | kept | seconds |
|---|---|---|
| the evaluation of the method | for a build | 1 for each horizon |
"""

from __future__ import annotations

import shutil
from contextlib import suppress

from telads.answers.choices import HORIZONS
from telads.answers.evaluation import evaluation
from telads.errors import TeladsError
from telads.workspace import Workspace

FORMER = "pictures"
"""A folder of a workspace in which former versions kept drawings and what brought them to life."""


def make_ahead(workspace: Workspace) -> None:
    """Make what is missing; what cannot be made is told to whoever asks for it."""
    shutil.rmtree(workspace.path / FORMER, ignore_errors=True)
    for horizon in HORIZONS:
        with suppress(TeladsError, OSError):
            evaluation(workspace, horizon)
