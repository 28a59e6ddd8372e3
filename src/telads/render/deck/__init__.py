"""Decks of slides: `slides` lays them out, `powerpoint` writes them as .pptx, `paper` as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telads.render.deck.slides import Deck

FORMATS = (".pptx", ".pdf")
"""File formats of decks, by suffix."""


def content(deck: Deck, suffix: str) -> bytes:
    """A deck in one of the formats; its library is loaded now."""
    if suffix == ".pdf":
        from telads.render.deck.paper import write
    else:
        from telads.render.deck.powerpoint import write
    return write(deck)
