"""Experiments by area: drawn, and judged by what was drawn (docs/experiments.md)."""
