"""Output in encodings other than UTF-8: a pipe on Korean Windows uses CP949."""

from __future__ import annotations

import codecs
import io
import sys

_HANDLER = "telads.plain"
_PLAIN = {"–": "-", "−": "-"}
"""Characters missing from CP949 or Windows-1252, and their ASCII substitutes."""


def carry_everything() -> None:
    """Replace characters that standard output cannot encode, instead of failing halfway.

    Dashes become hyphens, anything else its escape, `\\uac15`, which is still valid in JSON.
    """
    codecs.register_error(_HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors=_HANDLER)


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    if error.object[error.start] in _PLAIN:
        return _PLAIN[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(
        UnicodeEncodeError(error.encoding, error.object, error.start, error.start + 1, error.reason)
    )
