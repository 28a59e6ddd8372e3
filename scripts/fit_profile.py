"""Fit the packaged profile of Seoul to the portal's files: scripts/fit_profile.py FOLDER.

The base is June 2023, the month whose pattern between neighbourhoods is published as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from telads.model import Month
from telads.twin.cells import fit_folder

TARGET = Path(__file__).parents[1] / "src" / "telads" / "dataset" / "seoul" / "profile.json"


def main() -> None:
    """Fit and write the profile, and say how large it is."""
    fit_folder(Path(sys.argv[1]), Month.of(2023, 6)).save(TARGET)
    print(f"{TARGET} {TARGET.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
