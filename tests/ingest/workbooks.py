"""Workbooks of several sheets as people keep them, made small."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import openpyxl  # type: ignore[import-untyped]

from tests.ingest.portal import HEADERS, portal_rows


class Sheet(NamedTuple):
    """A sheet to write: its name, rows, header and state."""

    name: str
    rows: Sequence[Sequence[object]]
    headers: Sequence[object] = HEADERS
    state: str = "visible"


def write_sheets(path: Path, *sheets: Sheet) -> Path:
    """Write a workbook with these sheets in their order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for one in sheets:
        sheet = book.create_sheet(one.name)
        sheet.sheet_state = one.state
        for row in ([list(one.headers)] if one.headers else []) + [list(row) for row in one.rows]:
            sheet.append(row)
    book.save(path)
    return path


GROUPS = (
    "커뮤니케이션이 적은 집단", "평일 외출이 적은 집단", "휴일 외출이 적은 집단",
    "출근소요시간 및 근무시간이 많은 집단", "외출이 매우 적은 집단(전체)", "외출이 매우 많은 집단",
    "동영상서비스 이용이 많은 집단", "생활서비스 이용이 많은 집단", "재정상태에 대한 관심집단",
    "외출-커뮤니케이션이 모두 적은 집단(전체)",
)  # fmt: skip


def write_groups(path: Path) -> Path:
    """The portal's other file of a month: groups of interest, no service."""
    headers = ("행정동코드", "자치구", "행정동명", "성별", "연령대", "총인구", "1인가구수", *GROUPS)
    rows = [[*row[:6], *range(11)] for row in portal_rows()]
    return write_sheets(path, Sheet("Sheet1", rows, headers))


def write_guide(path: Path) -> Path:
    """What explains the columns of the portal's files."""
    rows = [[1, "행정동코드", "통계청 행정동코드"], [2, "자치구", "자치구명"]]
    return write_sheets(path, Sheet("Sheet1", rows, ("순번", "컬럼명", "설명")))
