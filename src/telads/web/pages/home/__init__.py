"""The introduction page."""
