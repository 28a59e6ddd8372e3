"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("telads", "polars", "fastexcel", "xlsxwriter", "pandas", "openpyxl", "numpy",
            "django", "granian")  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """The day of the run, the machine in one sentence without its full stop, what else ran.

    `load` is the mean number of processes that wanted a processor in the minute before.
    """

    day: str
    words: str
    load: float

    @property
    def is_busy(self) -> bool:
        """Whether other work may have taken a good part of a processor."""
        return self.load > 0.5

    @classmethod
    def here(cls) -> Machine:
        """This machine, today."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        return cls(
            day=date.today().isoformat(),
            words=f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
            f"{platform.system()} {platform.release()}, Python {platform.python_version()}; "
            f"{versions}",
            load=os.getloadavg()[0],
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
