"""Charts, maps and lists within pages of other sites (docs/embedding.md)."""
