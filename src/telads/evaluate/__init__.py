"""Evaluation: leak-free backtests and the measures of a ranking."""
