"""telads: from monthly telecom usage data to advertising advice.

    import telads

    workspace = telads.open("telads-data")
    workspace.ingest(["2023.6월_29개 통신정보.xlsx"])
    workspace.build()
    workspace.services("강남구", "F", 30).rows        # a Polars table

These names are the public interface; everything else may change.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from telads.version import __version__

if TYPE_CHECKING:
    from telads.answers.answer import Answer
    from telads.errors import (
        AddressUnusable,
        AudienceTooSmall,
        DataError,
        DatasetError,
        IndexRefused,
        NewerVersion,
        NothingBuilt,
        OtherFile,
        QuestionError,
        SettingError,
        TeladsError,
        UnknownChoice,
        WorkspaceBusy,
        WorkspaceDamaged,
        WorkspaceError,
    )
    from telads.ingest.borders import Matched
    from telads.ingest.ingest import Taken
    from telads.library import Workspace, open
    from telads.method.build import Built
    from telads.model import Month, Segment, Sex, Window
    from telads.render.svg.drawing import Drawing
    from telads.settings import Settings
    from telads.text import Lang, Text

__all__ = [
    "AddressUnusable",
    "Answer",
    "AudienceTooSmall",
    "Built",
    "DataError",
    "DatasetError",
    "Drawing",
    "IndexRefused",
    "Lang",
    "Matched",
    "Month",
    "NewerVersion",
    "NothingBuilt",
    "OtherFile",
    "QuestionError",
    "Segment",
    "SettingError",
    "Settings",
    "Sex",
    "Taken",
    "TeladsError",
    "Text",
    "UnknownChoice",
    "Window",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceDamaged",
    "WorkspaceError",
    "__version__",
    "open",
]

_MODULES = {
    "telads.answers.answer": ("Answer",),
    "telads.ingest.borders": ("Matched",),
    "telads.ingest.ingest": ("Taken",),
    "telads.method.build": ("Built",),
    "telads.text": ("Lang", "Text"),
    "telads.library": ("Workspace", "open"),
    "telads.model": ("Month", "Segment", "Sex", "Window"),
    "telads.render.svg.drawing": ("Drawing",),
    "telads.settings": ("Settings",),
}
"""Modules of the names other than errors; each is imported on first use of a name."""

if not TYPE_CHECKING:  # hidden from type checkers, which would accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = next(
            (where for where, names in _MODULES.items() if name in names), "telads.errors"
        )
        found = globals()[name] = getattr(import_module(module), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
