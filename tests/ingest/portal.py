"""Files as the portal publishes them, made small: the same tables as workbooks and as CSV."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from tests.seoul import AGES5, BY_ID, DISTRICTS, SERVICES

KEYS = ("행정동코드", "자치구", "행정동", "성별", "연령대")
FIGURES = ("population", *(service.id for service in SERVICES), "commute_minutes", "subway_days")
HEADERS = (*KEYS, *(BY_ID[figure].headers[0] for figure in FIGURES))

Row = list[object]


def portal_rows(neighbourhoods: int = 3, seed: int = 1) -> list[Row]:
    """All cells of some neighbourhoods, one in each district, under `HEADERS`."""
    chance = random.Random(seed)
    places = [
        (int(f"{code}{51 + number // len(DISTRICTS)}"), names.ko, f"{names.ko[:-1]}{number}동")
        for number in range(neighbourhoods)
        for code, names in [list(DISTRICTS.items())[number % len(DISTRICTS)]]
    ]
    return [
        [*place, sex, age, *_figures(chance)]
        for place in places
        for sex in (1, 2)
        for age in AGES5
    ]  # fmt: skip


def _figures(chance: random.Random) -> list[float]:
    figures = []
    for figure in FIGURES:
        if figure == "population":
            figures.append(round(chance.uniform(80, 900), 2))
        elif BY_ID[figure].is_index:
            figures.append(round(chance.gauss(0, 0.3), 2))
        else:
            figures.append(round(chance.uniform(5, 150), 2))
    return figures


def write_csv(
    path: Path,
    rows: Sequence[Sequence[object]],
    headers: Sequence[str] = HEADERS,
    encoding: str = "utf-8-sig",
    separator: str = ",",
) -> Path:
    """Write a CSV as spreadsheets do."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(headers)
        writer.writerows(rows)
    return path


def write_xlsx(
    path: Path, rows: Sequence[Sequence[object]], headers: Sequence[str] = HEADERS
) -> Path:
    """Write a workbook with one sheet; a value that is a number is a number in it.

    It is titled by its name, so that equal figures of two months are still two files.
    """
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": path.stem})
    sheet = book.add_worksheet()
    for place, row in enumerate([headers, *rows]):
        sheet.write_row(place, 0, row)
    book.close()
    return path


def write_month(folder: Path, month: str, neighbourhoods: int = 3, seed: int = 1) -> Path:
    """One month's workbook, named as the portal names it: `month` is `2023.6`."""
    path = folder / f"{month}월_29개 통신정보.xlsx"
    return write_xlsx(path, portal_rows(neighbourhoods, seed))
