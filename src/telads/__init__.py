"""telads: from monthly telecom usage data to advertising advice.

    import telads

    workspace = telads.open_workspace("telads-data")
    workspace.ingest(["2023.6월_29개 통신정보.xlsx"])
    workspace.build()
    workspace.services("강남구", "F", 30).rows        # a Polars table

Everything a program needs is named here; the rest may change.
"""

from telads.answers.answer import Answer
from telads.errors import (
    AddressUnusable,
    AudienceTooSmall,
    DataError,
    IndexRefused,
    NothingBuilt,
    QuestionError,
    SettingError,
    TeladsError,
    UnknownChoice,
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceError,
)
from telads.language import Lang, Text
from telads.library import OpenWorkspace, open_workspace
from telads.model import Month, Segment, Sex, Window
from telads.settings import Settings
from telads.version import __version__

__all__ = [
    "AddressUnusable",
    "Answer",
    "AudienceTooSmall",
    "DataError",
    "IndexRefused",
    "Lang",
    "Month",
    "NothingBuilt",
    "OpenWorkspace",
    "QuestionError",
    "Segment",
    "SettingError",
    "Settings",
    "Sex",
    "TeladsError",
    "Text",
    "UnknownChoice",
    "Window",
    "WorkspaceBusy",
    "WorkspaceDamaged",
    "WorkspaceError",
    "__version__",
    "open_workspace",
]
