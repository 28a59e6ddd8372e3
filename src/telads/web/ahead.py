"""What takes seconds is made before anybody asks, once for a workspace or a build, and kept there.

| what | kept | seconds |
|---|---|---|
| the small Korean font of plans on paper | for a font | 3 |
| the evaluation of the method | for a build | 1 for each horizon |
"""

from __future__ import annotations

import shutil
from contextlib import suppress

from telads.answers.evaluation import HORIZONS, evaluation
from telads.charts.fonts import korean_font
from telads.errors import TeladsError
from telads.web.plans.typeface import FOLDER, small_font
from telads.workspace import Workspace


def make_ahead(workspace: Workspace) -> None:
    """Make what is missing; what cannot be made is told to whoever asks for it."""
    for folder in (workspace.path / FOLDER).glob("*/"):
        shutil.rmtree(folder, ignore_errors=True)  # drawings that former versions kept
    for program in (workspace.path / FOLDER).glob("vega-embed-*.js"):
        with suppress(OSError):
            program.unlink()  # and what brought them to life
    font = korean_font()
    if font is not None:
        with suppress(TeladsError, OSError):
            small_font(workspace.path, font)
    for horizon in HORIZONS:
        with suppress(TeladsError, OSError):
            evaluation(workspace, horizon)
