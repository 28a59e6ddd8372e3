"""What the site keeps in memory and what it reads from disk, made of the study's workbook.

The workbook is that of `python -m bench.study`: z, weight, score and rank.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.study import AGE, DISTRICT, MONTH, SERVICES, SEX

IDS = ("game", "finance", "shopping", "video", "youtube", "netflix", "delivery")
COLUMNS = dict(zip(IDS, SERVICES, strict=True))
"""A service's id in addresses, and its column."""
SEXES = {"M": 1, "F": 2}
SCORE = "점수"


def write_targets(workbook: Path, folder: Path) -> None:
    """One Excel file a service: its segments in the newest month, the best first."""
    score = pd.read_excel(workbook, sheet_name="score")
    newest = score[score[MONTH] == score[MONTH].max()]
    for service, column in COLUMNS.items():
        targets = newest[[DISTRICT, SEX, AGE, column]].rename(columns={column: SCORE})
        ordered = targets.sort_values(SCORE, ascending=False)
        ordered.to_excel(targets_file(folder, service), index=False)


def targets_file(folder: Path, service: str) -> Path:
    """Where the targets of a service are."""
    return folder / f"targets-{service}.xlsx"


def read_rankings(workbook: Path) -> pd.DataFrame:
    """The services of each segment and month in order: what customers are answered from."""
    return pd.read_excel(workbook, sheet_name="rank").astype({SEX: int, AGE: int})


def read_platforms(workbook: Path) -> dict[str, list[str]]:
    """For each service the others, the most correlated over all segments first."""
    related = pd.read_excel(workbook, sheet_name="z")[SERVICES].corr()
    return {
        service: list(related[column].drop(column).sort_values(ascending=False).index)
        for service, column in COLUMNS.items()
    }
