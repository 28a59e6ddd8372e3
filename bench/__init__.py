"""Measures telads against the study's procedure: `python -m bench` writes docs/benchmarks.md."""

import os

# What is measured keeps the modules it compiled, as on a user's machine, even where this one's
# environment forbids it: a start that compiles all modules costs twice.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
