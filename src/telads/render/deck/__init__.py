"""Decks of slides: `slides` lays them out, `powerpoint` writes them as .pptx, `paper` as PDF."""
