"""The peer: the 2023 study's procedure from monthly files to rankings, with pandas and openpyxl.

Own code after the study's published method (docs/method.md, 'classic'), step by step as it was
done there: read each workbook, concatenate, group with plain means, standardise, a loop over
segments for the weights, a loop over rows for the rankings, one workbook written.
`python -m bench.study OUT.xlsx FILES...` is what the benchmark times.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

CODE, DISTRICT, SEX, AGE5 = "행정동코드", "자치구", "성별", "연령대"
AGE, MONTH, SERVICE = "연령", "월", "서비스"
SERVICES = [
    "게임 서비스 사용일수",
    "금융 서비스 사용일수",
    "쇼핑 서비스 사용일수",
    "동영상/방송 서비스 사용일수",
    "유튜브 사용일수",
    "넷플릭스 사용일수",
    "배달 서비스 사용일수",
]
"""In the order that breaks ties."""
SEGMENT = [DISTRICT, SEX, AGE]


def read_months(files: Sequence[Path]) -> pd.DataFrame:
    """All files below one another, with the label month and the ten-year age of each row."""
    frames = []
    for file in files:
        frame = pd.read_excel(file, engine="openpyxl", na_values=["*"])
        frame[MONTH] = label_month(file)
        frames.append(frame)
    cells = pd.concat(frames, ignore_index=True)
    cells[AGE] = (cells[AGE5] // 10 * 10).clip(upper=70)
    return cells


def label_month(file: Path) -> str:
    """The month in a file's name, `2023.6월_...` -> `2023-06`."""
    found = re.search(r"(\d{4})\.(\d{1,2})월", file.name)
    if not found:
        raise ValueError(file.name)
    return f"{found[1]}-{int(found[2]):02d}"


def monthly_usage(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per segment and month: the plain mean over the cells."""
    return cells.groupby([*SEGMENT, MONTH])[SERVICES].mean().reset_index()


def z_scores(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per segment: the mean over its cells' means over all months, standardised."""
    by_cell = cells.groupby([CODE, AGE5, *SEGMENT])[SERVICES].mean().reset_index()
    overall = by_cell.groupby(SEGMENT)[SERVICES].mean()
    return (overall - overall.mean()) / overall.std(ddof=0)


def weights(usage: pd.DataFrame) -> pd.DataFrame:
    """Each segment's usage of a month divided by its mean over the months."""
    weighted = []
    for _, rows in usage.groupby(SEGMENT):
        base = rows[SERVICES].mean()
        for _, row in rows.iterrows():
            ratios = row[SERVICES] / base
            weighted.append({**row.to_dict(), **ratios.to_dict()})
    return pd.DataFrame(weighted)


def scores(weight: pd.DataFrame, z: pd.DataFrame) -> pd.DataFrame:
    """Weight times z, row by row."""
    score = weight.copy()
    score[SERVICES] = weight[SERVICES].to_numpy() * z.loc[_keys(weight)].to_numpy()
    return score


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[SEGMENT])


def rankings(score: pd.DataFrame) -> pd.DataFrame:
    """The services of each segment and month, best first, in the columns 1 .. 7."""
    ranked = []
    for _, row in score.iterrows():
        values = row[SERVICES].to_numpy(dtype=float)
        order = [SERVICES[place] for place in np.argsort(-values, kind="stable")]
        key = {column: row[column] for column in [*SEGMENT, MONTH]}
        ranked.append({**key, **{str(rank): name for rank, name in enumerate(order, start=1)}})
    return pd.DataFrame(ranked)


def main(arguments: Sequence[str]) -> None:
    """Read the files named after the workbook to write, and write it."""
    out, *files = (Path(argument) for argument in arguments)
    cells = read_months(files)
    z = z_scores(cells)
    weight = weights(monthly_usage(cells))
    score = scores(weight, z)
    with pd.ExcelWriter(out, engine="openpyxl") as book:
        z.reset_index().to_excel(book, sheet_name="z", index=False)
        weight.to_excel(book, sheet_name="weight", index=False)
        score.to_excel(book, sheet_name="score", index=False)
        rankings(score).to_excel(book, sheet_name="rank", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
