"""The method: from cells to figures of segments, as expressions, or as arrays where small."""
