"""Engines: the only place that imports a database or cluster driver."""
