"""Measures telads against the study's procedure: `python -m bench` writes docs/benchmarks.md."""
