"""The files of Seoul's open data portal: 서울 시민생활 데이터, '행정동단위 29개 통신정보'.

Published monthly by Seoul Metropolitan Government and SK Telecom as workbooks or CSV. The label
month stands in the file's name and the figures are means over the three months before it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from telads.catalog import BY_ID
from telads.errors import DataError
from telads.language import Text
from telads.model import AGES5, Month
from telads.places import DISTRICTS
from telads.sources import Reading
from telads.sources.files import SUFFIXES, read_raw
from telads.sources.headers import Headers, read_headers
from telads.tables import checks
from telads.tables.schema import KEY, PLACE, POPULATION, values_in

if TYPE_CHECKING:
    import polars as pl

_MONTH_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(?:[.\-_]|년|\s)*(1[0-2]|0?[1-9])(?!\d)")
_SEXES = {"1": "M", "2": "F", "m": "M", "f": "F", "남": "M", "여": "F", "남자": "M", "여자": "F",
          "남성": "M", "여성": "F", "male": "M", "female": "F"}  # fmt: skip
MASKED = ("*", "")


class SeoulPortal:
    """Reader of the portal's monthly files."""

    id = "seoul"
    text = Text("서울 시민생활 데이터", "Seoul citizen life data")

    def accepts(self, path: Path) -> bool:
        """A workbook or CSV that is not an Excel lock file."""
        return path.suffix.lower() in SUFFIXES and not path.name.startswith("~$")

    def month(self, path: Path) -> Month | None:
        """`2023.6월_29개 통신정보.xlsx`, `2023.06월 ...`, `202306_...`, `2023-06 (1).csv`."""
        match = _MONTH_IN_NAME.search(path.stem)
        return Month.of(int(match[1]), int(match[2])) if match else None

    def read(self, path: Path, month: Month | None = None) -> Reading:
        """Read, clean and check one file; raises `DataError`."""
        label = month or self.month(path)
        if label is None:
            raise DataError(
                Text("파일 이름에서 몇 월 자료인지 알 수 없습니다.",
                     "The file's name does not tell its month."),
                Text("--month 2023-06처럼 알려 주세요.", "Say it with --month, as 2023-06."),
                file=path,
            )  # fmt: skip
        raw = read_raw(path)
        headers = read_headers(path, raw.columns)
        _require(path, headers)
        cells, masked = _cells(path, raw, headers)
        checks.reject_bad_cells(path, cells)
        figures = [column for column in values_in(cells.columns) if column != POPULATION]
        return Reading(
            month=label,
            cells=cells.sort(KEY),
            masked=masked,
            values=cells.height * (len(figures) + 1),
            ignored_columns=headers.ignored,
            synthetic="synthetic" in headers.columns,
        )


SEOUL = SeoulPortal()


def _require(path: Path, headers: Headers) -> None:
    """Refuse a file that lacks what every answer needs."""
    found = set(headers.columns)
    needs = (
        (found & {"code", "neighbourhood"}, "행정동코드 / 행정동"),
        (found & {"district", "code"}, "자치구"),
        ("sex" in found, "성별"),
        ("age5" in found, "연령대"),
        (POPULATION in found, "총인구수"),
        (found & (BY_ID.keys() - {POPULATION}), "게임 서비스 사용일수 ..."),
    )
    for there, column in needs:
        if not there:
            raise DataError(
                Text("필요한 열이 없습니다.", "A column that every answer needs is missing."),
                Text("첫 줄이 포털의 열 이름인지 확인해 주세요.",
                     "Check that the first row holds the portal's column names."),
                file=path, column=column,
            )  # fmt: skip


def _cells(path: Path, raw: pl.DataFrame, headers: Headers) -> tuple[pl.DataFrame, int]:
    """The cells table, with the number of values that were masked or empty."""
    import polars as pl

    found = headers.columns
    keys = _keys(path, raw, found)
    figures = {
        column: checks.numbers(path, raw[header], MASKED)
        for column, header in found.items()
        if column.split("__")[0] in BY_ID
    }
    ordered = sorted(figures, key=_catalogue_order)
    masked = sum(series.null_count() for series in figures.values())
    return pl.DataFrame([*keys, *(figures[name].alias(name) for name in ordered)]), masked


def _catalogue_order(column: str) -> tuple[int, str]:
    measure, _, suffix = column.partition("__")
    return list(BY_ID).index(measure), suffix


def _keys(path: Path, raw: pl.DataFrame, found: dict[str, str]) -> list[pl.Series]:
    """The columns code, district, neighbourhood, sex and age5."""
    texts = {
        column: checks.filled_texts(path, raw[header])
        for column, header in found.items()
        if column in {*PLACE, "sex", "age5"}
    }
    if "district" not in texts:
        names = {code: text.ko for code, text in DISTRICTS.items()}
        texts["district"] = checks.choices(
            path, found["code"], texts["code"].str.slice(0, 5), names
        )
    if "neighbourhood" not in texts:
        texts["neighbourhood"] = texts["code"]
    if "code" not in texts:
        # Names repeat between districts (신사동), so a code made of names holds both.
        texts["code"] = texts["district"] + " " + texts["neighbourhood"]
    sex = checks.choices(path, found["sex"], texts["sex"].str.to_lowercase(), _SEXES)
    ages = {spelt: str(age) for age in AGES5 for spelt in (str(age), f"{age}세")}
    ages["75세 이상"] = ages["75+"] = "75"
    import polars as pl

    age5 = checks.choices(path, found["age5"], texts["age5"], ages).cast(pl.Int16)
    return [*(texts[name].alias(name) for name in PLACE), sex.alias("sex"), age5.alias("age5")]
