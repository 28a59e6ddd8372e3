"""The evidence: how well the method does on this build's own months, beside its baselines."""
