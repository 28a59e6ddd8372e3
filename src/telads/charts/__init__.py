"""Charts: data to chart specification, one file per chart."""
