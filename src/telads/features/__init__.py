"""Features: what is computed from cells, written once as expressions, plain arrays where small."""
