"""Serve the two views as `telads serve` serves its own: `python -m bench.study_site PORT`."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from telads.web.serve import THREADS

if __name__ == "__main__":
    Granian(
        "bench.study_site.site:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
