"""The synthetic twin: a profile of a city's cells, and cells drawn from it."""
