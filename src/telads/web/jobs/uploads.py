"""Uploads: files are streamed to the workspace's disk, readable by its owner only."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from telads.ingest.archives import harmless, not_written
from telads.store.files import make_folder, new_file

UPLOADS = "uploads"
FIELD = "files"
"""Name of the form's file field."""


def new_folder(workspace: Path) -> Path:
    """Create a folder for one upload, with an unguessable name."""
    folder = workspace / UPLOADS / secrets.token_hex(16)
    try:
        make_folder(folder)
    except OSError as error:
        raise not_written(folder, error) from error
    return folder


def folder_of(workspace: Path, name: str) -> Path:
    """The folder of an upload by its name."""
    return workspace / UPLOADS / name


def remove(folder: Path) -> None:
    """Remove an upload; parts that cannot be removed stay."""
    shutil.rmtree(folder, ignore_errors=True)


def received(folder: Path) -> list[Path]:
    """The files of an upload in the order of the form."""
    return sorted(path for path in folder.glob("[0-9]*/*") if path.is_file())


class IntoWorkspace(FileUploadHandler):
    """Upload handler that writes each file, chunk by chunk, into a folder of its own.

    So files of equal names stay separate, and keep the names that contain their months.
    """

    def __init__(self, folder: Path, request: HttpRequest) -> None:
        super().__init__(request)
        self.folder = folder
        self.count = 0
        self.file: BinaryIO | None = None
        self.path = folder

    def new_file(self, *args: Any, **facts: Any) -> None:
        """Begin a file; files of other fields are skipped."""
        super().new_file(*args, **facts)
        if self.field_name != FIELD:
            raise SkipFile
        self.count += 1
        self.path = self.folder / f"{self.count:03d}" / harmless(self.file_name or "")
        try:
            make_folder(self.path.parent)
            self.file = new_file(self.path)
        except OSError as error:
            raise not_written(self.path, error) from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write a chunk; later handlers get nothing."""
        if self.file is None:
            return raw_data
        try:
            self.file.write(raw_data)
        except OSError as error:
            raise not_written(self.path, error) from error
        return None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Finish a file."""
        if self.file is None:
            return None
        try:
            self.file.close()
        except OSError as error:
            raise not_written(self.path, error) from error
        return UploadedFile(self.file, name=self.path.name, size=file_size)
