"""The audience page: people by rules, and the overlap of two audiences."""
