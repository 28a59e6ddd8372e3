"""The Korean font of pictures and documents, and the widths of its letters.

It is Noto Sans KR, shipped with the package, so that output does not depend on installed fonts.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path

import pylopdf_fonts_ko

from telads.errors import SettingError
from telads.text import Text

VARIABLE = "TELADS_FONT_DIR"
"""Environment variable with a folder of fonts to use instead, such as a company's own."""
FAMILY = "Noto Sans KR"
"""Name of the shipped font."""

_BOLD, _ROOM = 1.05, 1.03
"""Relative width of bold letters, and of the widest font that pages name."""
_KINDS = {".ttf", ".otf", ".ttc", ".otc"}
_COLLECTIONS = {".ttc", ".otc"}
_KNOWN = ("pretendard", "notosanskr", "notosanscjk", "applesdgothicneo", "malgun", "nanum")


def korean_font() -> Path:
    """Path of the font; raises `SettingError` if the variable names no folder with one."""
    chosen = os.environ.get(VARIABLE, "").strip()
    return _of_the_house(Path(chosen).expanduser()) if chosen else _shipped()


@cache
def _shipped() -> Path:
    return pylopdf_fonts_ko.sans_path()


def family() -> str:
    """Family name of the font; raises `SettingError`."""
    font = korean_font()
    return FAMILY if font == _shipped() else _names(font)[face(font)]


def face(font: Path) -> int:
    """Index of the Korean face in a font collection."""
    if font.suffix.lower() not in _COLLECTIONS:
        return 0
    return next((at for at, name in enumerate(_names(font)) if name.endswith(" KR")), 0)


@cache
def _of_the_house(folder: Path) -> Path:
    """Choose a font from a folder: known Korean families first, regular weight first."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _KINDS)
    for path in sorted(found, key=_rank):
        if _is_korean(path):
            return path
    raise SettingError(
        Text(f"설정 {VARIABLE}의 폴더에 한글 글꼴이 없습니다.",
             f"The folder of the setting {VARIABLE} contains no Korean font."),
        Text("한글이 있는 TTF나 OTF 글꼴의 폴더를 적거나, 설정을 지워 함께 설치된 글꼴을 쓰세요.",
             "Give a folder with a TTF or OTF font for Korean, or unset it to use the bundled "
             "font."),
        value=folder,
    )  # fmt: skip


def _is_korean(font: Path) -> bool:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with font.open("rb") as file, TTFont(file, fontNumber=face(font), lazy=True) as opened:
            return ord("가") in opened.getBestCmap()
    except (OSError, TTLibError):
        return False


def _rank(path: Path) -> tuple[int, bool, Path]:
    name = path.name.casefold()
    known = (at for at, start in enumerate(_KNOWN) if name.startswith(start))
    return next(known, len(_KNOWN)), "regular" not in name, path


@cache
def _names(font: Path) -> tuple[str, ...]:
    """Families of the faces in a file."""
    from fontTools.ttLib import TTCollection, TTFont

    with font.open("rb") as file:
        if font.suffix.lower() in _COLLECTIONS:
            return tuple(_name(one) for one in TTCollection(file, lazy=True).fonts)
        return (_name(TTFont(file, lazy=True)),)


def _name(face: object) -> str:
    """Typographic family name, shared by all weights, else the font's own."""
    names = face["name"]  # type: ignore[index]
    return str(names.getDebugName(16) or names.getDebugName(1))


@cache
def _widths(font: Path) -> dict[int, float]:
    """Widths in ems by code point: what is kept of the font's tables, which are ten times that."""
    from fontTools.ttLib import TTFont

    with font.open("rb") as file, TTFont(file, fontNumber=face(font), lazy=True) as opened:
        metrics, units = opened["hmtx"].metrics, opened["head"].unitsPerEm
        few: dict[int, float] = {}  # most letters share one width, and one object for it
        return {
            code: few.setdefault(metrics[glyph][0], metrics[glyph][0] / units)
            for code, glyph in opened.getBestCmap().items()
        }


def _ems(letter: str, font: Path) -> float:
    """Width of a letter in ems; 1 if the font lacks it."""
    return _widths(font).get(ord(letter), 1.0)


@lru_cache(maxsize=4096)
def _width(text: str, font: Path) -> float:
    """Width of a text in ems: pictures write the same names and labels again and again."""
    return sum(_ems(letter, font) for letter in text)


def pixels(text: str, size: float, bold: bool = False) -> float:
    """Width of a text in pixels, with a margin for the wider fonts that a page may use."""
    return _width(text, korean_font()) * size * _ROOM * (_BOLD if bold else 1.0)
