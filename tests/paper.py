"""The pages of a PDF that fpdf2 wrote, for reading their texts."""

from __future__ import annotations

import io

from pypdf import PageObject, PdfReader
from pypdf.generic import NameObject


def pages_of(content: bytes) -> list[PageObject]:
    """Pages whose letters pypdf reads as two bytes each.

    fpdf2 describes that encoding in the file, where pypdf does not look for it: it would read each
    byte as a letter of its own.
    """
    pages = list(PdfReader(io.BytesIO(content)).pages)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font.get_object()[NameObject("/Encoding")] = NameObject("/Identity-H")
    return pages
