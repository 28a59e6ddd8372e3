"""Output that other encodings than UTF-8 can carry: of a pipe on Korean Windows it is CP949."""

from __future__ import annotations

import codecs
import io
import sys

_HANDLER = "telads.plain"
_PLAIN = {"–": "-", "−": "-"}
"""Signs that CP949 or Windows' western code page lack, as a keyboard has them."""


def carry_everything() -> None:
    """Let no sign that the encoding of standard output lacks end an answer half-way.

    Dashes become hyphens, anything else its escape, `\\uac15`, which is still right in JSON.
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
