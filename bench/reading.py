"""The least that any reader of the nine workbooks takes: `python -m bench.reading FILES`.

Opens each with the fastest reader there is (calamine, through fastexcel) in two threads, and does
nothing with what was read. It is the limit that `telads ingest` is held against.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import fastexcel

READERS = 2


def read(file: str) -> int:
    """Load the first sheet; returns its number of rows."""
    return fastexcel.read_excel(file).load_sheet(0, schema_sample_rows=None).height


if __name__ == "__main__":
    with ThreadPoolExecutor(READERS) as pool:
        print(sum(pool.map(read, sys.argv[1:])))
