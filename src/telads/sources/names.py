"""Names of files as they come from a browser or an archive, made harmless."""

from __future__ import annotations

import unicodedata

LONGEST = 200
"""Bytes of a name; file systems take 255."""
_UTF8_FLAG = 0x800


def harmless(name: str) -> str:
    """A name and nothing but that: no folders, no control characters, not hidden, no formula.

    Composed as Korean is typed: some systems hand over names in single letters (NFD), which would
    hide the month in `6월` from whoever looks for it.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(
        one for one in last if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*'
    )
    stem, dot, suffix = shown.strip().lstrip(".=+-@ ").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    room = LONGEST - len(suffix.encode()) - len(dot)
    if room <= 0:
        return "file"
    return (_cut(stem, room).strip() or "file") + dot + suffix


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def told_by_archive(name: str, flags: int) -> str:
    """A member's name as it was meant: Windows writes Korean ones in CP949 and does not say so."""
    if flags & _UTF8_FLAG:
        return name
    try:
        raw = name.encode("cp437")  # what the library took them for
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
