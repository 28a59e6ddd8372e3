"""A small Korean font for paper, made once from the installed one.

An installed font for Chinese, Japanese and Korean has 65,000 letters, and reading it for every
document takes longer than writing the document. This one holds those of the Korean standard
KS X 1001 without Chinese characters, some 3,500: every text of the product's own, and nearly every
name that people give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from telads.errors import WorkspaceError
from telads.tables.store import replacing

FOLDER = "pictures"
"""Where in the workspace what is drawn and kept lies; it may be removed at any time."""
_ROWS = (*range(0xA1, 0xAD), *range(0xB0, 0xC9))
"""First bytes in EUC-KR: signs and other scripts, then the syllables."""
_MORE = {*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x180)), *"–—−…·×÷≤≥→’“”"}


@cache
def letters() -> frozenset[str]:
    """What the small font is to hold."""
    pairs = (bytes([first, second]) for first in _ROWS for second in range(0xA1, 0xFF))
    return frozenset(_MORE.union(*(pair.decode("euc_kr", "ignore") for pair in pairs)))


def holds(texts: Iterable[str]) -> bool:
    """Whether the small font is enough for some texts."""
    return letters().issuperset("".join(texts))


def small_font(workspace: Path, font: Path) -> Path:
    """The file of the small font; made where it is missing, which takes some two seconds.

    The installed font is returned where the workspace cannot be written to.
    """
    known = f"{font} {font.stat().st_size} {version('fonttools')} {len(letters())}"
    name = hashlib.sha256(known.encode()).hexdigest()[:16]
    target = workspace / FOLDER / f"korean-{name}.otf"
    if not target.is_file():
        try:
            with replacing(target) as temporary:
                _reduce(font, temporary)
        except WorkspaceError:
            return font
    return target


def _reduce(font: Path, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        layout_features=[], notdef_outline=True, hinting=False, desubroutinize=True,
        glyph_names=False,
    )  # fmt: skip
    with TTFont(font, fontNumber=face(font), lazy=True) as whole:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(letters())))
        subsetter.subset(whole)
        whole.save(target)


@cache
def face(font: Path) -> int:
    """The Korean face of a file of several."""
    if font.suffix.lower() not in {".ttc", ".otc"}:
        return 0
    from fontTools.ttLib import TTCollection

    with TTCollection(font, lazy=True) as faces:
        names = [str(one["name"].getDebugName(1)) for one in faces.fonts]
    return next((at for at, name in enumerate(names) if name.endswith(" KR")), 0)
