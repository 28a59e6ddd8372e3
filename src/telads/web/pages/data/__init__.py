"""The data page: sources, coverage, and pictures of the city."""
