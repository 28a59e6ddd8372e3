"""Many planners at once for minutes, on PostgreSQL: `make soak`."""
