"""The evidence page: the method's performance on this build's months, against its baselines."""
