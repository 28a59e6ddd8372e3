"""Decks: what a plan, a comparison and scenarios say on slides (`telads.render.deck`)."""
