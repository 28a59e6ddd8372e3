"""Nine monthly files: the portal's own where they are, else a synthetic twin of the same size."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

MONTHS = 9
"""As many as the study had."""
SEED = 2023
LABEL = re.compile(r"(\d{4})\.(\d{1,2})월")


@dataclass(frozen=True)
class Inputs:
    """The files in the order of their months, and what they are, in words for the page."""

    files: tuple[Path, ...]
    words: str


def _folder() -> Path:
    return Path(os.environ.get("TELADS_SEOUL_DATA", "../shared/data/seoul")).resolve()


def real_borders() -> Path | None:
    """The borders of neighbourhoods beside the portal's files; None if there are none."""
    path = _folder().parent / "borders" / "seoul_neighbourhoods.geojson"
    return path if path.is_file() else None


def real_files() -> list[Path]:
    """The portal's files of TELADS_SEOUL_DATA by label month, at most nine; empty if none."""
    folder = _folder()
    return sorted(folder.glob("[0-9]*월_*.xlsx"), key=_label)[:MONTHS]


def from_real(files: Sequence[Path], folder: Path) -> Inputs:
    """Nine files from fewer: copies of the first ones stand in for the months that follow."""
    copies = MONTHS - len(files)
    words = f"{len(files)} files of Seoul's open data portal"
    chosen = prolonged(files, folder, MONTHS)
    return Inputs(chosen, words + (f" and {copies} copies of them" if copies > 0 else ""))


def prolonged(files: Sequence[Path], folder: Path, months: int) -> tuple[Path, ...]:
    """So many monthly files, copies of the first ones after those that there are.

    Their figures repeat, the work does not: every month is read and computed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = list(files)
    for source in cycle(files):
        if len(chosen) >= months:
            break
        year, month = _label(chosen[-1])
        after = f"{year + month // 12}.{month % 12 + 1}월"
        copy = folder / LABEL.sub(after, source.name)
        shutil.copyfile(source, copy)
        chosen.append(copy)
    return tuple(chosen)


def synthetic(telads: str, folder: Path) -> Inputs:
    """Nine files of the synthetic twin."""
    months = f"2023-01..2023-{MONTHS:02d}"
    command = [telads, "synth", "--months", months, "--seed", str(SEED), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    files = sorted(folder.glob("*.xlsx"), key=_label)
    return Inputs(tuple(files), f"the synthetic twin, seed {SEED}")


def _label(file: Path) -> tuple[int, int]:
    found = LABEL.search(file.name)
    if not found:
        raise ValueError(file.name)
    return int(found[1]), int(found[2])
