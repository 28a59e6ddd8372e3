"""The method: from cells to figures of segments, as expressions, as arrays where small."""
