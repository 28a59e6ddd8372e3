"""Audiences, budgets and plans."""
