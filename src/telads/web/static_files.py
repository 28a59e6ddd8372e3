"""Styles and scripts as browsers get them: bare, named by their content, compressed.

Their comments are for those who read the source: a browser gets the website's own files without
them and without indentation, a tenth fewer bytes of each page's first load. Libraries' files stay
as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

OWN = "telads/"
"""Folder of the website's own files."""


def bare(text: str, suffix: str) -> str:
    """A style or script without comments and indentation; other files stay as they are.

    Of a script only comments on lines of their own go. No text of these files runs over several
    lines, and none holds what looks like a comment: a test reads them all.
    """
    if suffix == ".css":
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"\s*([{};,])\s*", r"\1", text)
        return re.sub(r"\s+", " ", text).strip() + "\n"
    if suffix == ".js":
        return re.sub(r"(?m)^\s*(//.*)?\n", "", re.sub(r"(?m)^[ \t]+", "", text))
    return text


class BareFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files that are collected bare; the base class names and compresses them."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """Replace the collected copies by bare ones, then process these."""
        collected = FileSystemStorage(self.location)
        for name, (storage, path) in paths.items():
            suffix = Path(name).suffix
            if dry_run or not name.startswith(OWN) or suffix not in {".css", ".js"}:
                continue
            with storage.open(path) as file:
                text = bare(file.read().decode("utf-8"), suffix)
            Path(self.path(name)).write_text(text, "utf-8")
            paths[name] = (collected, name)
        yield from super().post_process(paths, dry_run, **options)
