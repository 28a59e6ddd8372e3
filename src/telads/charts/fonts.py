"""A Korean font for pictures: without one, PNG shows boxes instead of Hangul."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

VARIABLE = "TELADS_FONT_DIR"
"""Environment variable with a folder of fonts that is used first."""

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FILES = ("Pretendard*", "NotoSansKR*", "NotoSansCJK*", "AppleSDGothicNeo*", "malgun*", "Nanum*")

_EMBEDDED = {".ttf", ".otf", ".ttc", ".otc"}


class NoKoreanFont(UserWarning):
    """Hangul in PNG pictures will be boxes."""


def korean_font_folder(folders: Iterable[str] | None = None) -> Path | None:
    """The first folder that holds a known Korean font: the variable's, then the system's."""
    chosen = os.environ.get(VARIABLE, "")
    for folder in folders if folders is not None else (*filter(None, [chosen]), *_FOLDERS):
        root = Path(folder).expanduser()
        for pattern in _FILES if root.is_dir() else ():
            found = min(root.rglob(pattern), default=None)
            if found is not None:
                return found.parent
    return None


def korean_font(folders: Iterable[str] | None = None) -> Path | None:
    """A Korean font to embed in a document: one of that folder, of regular weight if it has one."""
    folder = korean_font_folder(folders)
    if folder is None:
        return None
    files = [
        path
        for pattern in _FILES
        for path in sorted(folder.glob(pattern))
        if path.suffix.lower() in _EMBEDDED
    ]
    regular = (path for path in files if "regular" in path.name.casefold())
    return next(regular, files[0] if files else None)


@cache
def register_korean_font() -> bool:
    """Give the renderer one Korean font, once per process; warns and says False without one."""
    folder = korean_font_folder()
    if folder is None:
        warnings.warn(
            "No Korean font was found, so Hangul in PNG pictures will be boxes. Install Noto Sans "
            f"CJK or Pretendard, or name a folder of fonts in {VARIABLE}.",
            NoKoreanFont,
            stacklevel=2,
        )
        return False
    import vl_convert

    vl_convert.register_font_directory(str(folder))
    return True
