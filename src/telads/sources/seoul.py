"""The files of Seoul's open data portal: 서울 시민생활 데이터, '행정동단위 29개 통신정보'.

Published monthly by Seoul Metropolitan Government and SK Telecom as workbooks or CSV. The label
month stands in the file's name and the figures are means over the three months before it.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from telads.catalog import BY_ID
from telads.errors import DataError
from telads.language import Text
from telads.model import AGES5, Month, Sex
from telads.places import DISTRICTS
from telads.sources import Reading
from telads.sources.files import SUFFIXES, RawTable, read_raw
from telads.sources.headers import Headers, read_headers
from telads.tables import checks
from telads.tables.schema import KEY, PLACE, POPULATION, values_in

if TYPE_CHECKING:
    import polars as pl

_MONTH_IN_NAME = re.compile(
    r"(?<!\d)(20\d{2}|\d{2}(?=\s*년))\s*(?:년|[.\-_])?\s*"
    r"(?:(1[0-2]|0?[1-9])(?=월)|(0[1-9]|1[0-2])(?![\d가-힣]|[.-]\d)"
    r"|(?<=[.\-_])([1-9])(?![\d가-힣]|[.-]\d))"
)
"""A year (two digits with 년 only) and a month: with 월, or of two digits, or after a sign; not the
start of a full date."""
_SEXES = {"1": "M", "2": "F", "m": "M", "f": "F", "남": "M", "여": "F", "남자": "M", "여자": "F",
          "남성": "M", "여성": "F", "male": "M", "female": "F"}  # fmt: skip
_KNOWN_SEXES = Text("1/2, 남/여, M/F 중 하나여야 합니다.", "It must be 1/2, M/F or 남/여.")
_KNOWN_AGES = Text(
    "다섯 살 단위여야 합니다: 20, 25, 30 ... 75(75세 이상). 10년 단위 자료는 쓸 수 없습니다.",
    "It must be a five-year age: 20, 25, 30 ... 75 (75 and over). Ten-year ages are too coarse.",
)
_KNOWN_CODES = Text(
    "자치구 열을 넣거나 통계청 7자리 행정동코드를 써 주세요.",
    "Add the column 자치구, or use the seven-digit codes of the statistics office.",
)
_KNOWN_DISTRICTS = Text(
    "서울의 25개 자치구 이름이어야 합니다. 합계나 소계 행이면 지워 주세요.",
    "It must be one of Seoul's 25 districts; delete the row if it holds a total.",
)
_CITY = r"^(서울특별시\s*|서울시?\s+)"
_CENSUS_DIGITS = 7
_HEADERS_SHOWN = 60
MASKED = ("*", "")


class SeoulPortal:
    """Reader of the portal's monthly files."""

    id = "seoul"
    text = Text("서울 시민생활 데이터", "Seoul citizen life data")

    def accepts(self, path: Path) -> bool:
        """A workbook or CSV that is neither an Excel lock file (`~$`) nor hidden."""
        return path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))

    def month(self, path: Path) -> Month | None:
        """`2023.6월_29개 통신정보.xlsx`, `23년 6월 ...`, `202306_...`, `2023-06 (1).csv`.

        None where the name holds no month, or more than one.
        """
        name = unicodedata.normalize("NFKC", path.stem)
        found = {
            Month.of(2000 + int(match[1]) % 100, int(match[2] or match[3] or match[4]))
            for match in _MONTH_IN_NAME.finditer(name)
        }
        return found.pop() if len(found) == 1 else None

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
        table = read_raw(path)
        headers = read_headers(table)
        _require(table, headers)
        cells, masked = _cells(table, headers)
        _refuse_half_a_row(table, cells)
        spelt = {column: series.name for column, series in headers.columns.items()}
        checks.reject_bad_cells(table.origin, cells, spelt)
        return Reading(
            month=label,
            cells=cells.sort(KEY),
            masked=masked,
            values=cells.height * len(values_in(cells.columns)),
            ignored_columns=headers.ignored,
            synthetic="synthetic" in headers.columns,
        )


SEOUL = SeoulPortal()


def _require(table: RawTable, headers: Headers) -> None:
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
            seen = ", ".join(series.name.strip() for series in table.columns)
            raise DataError(
                Text("필요한 열이 없습니다.", "A column that every answer needs is missing."),
                Text("첫 줄이 포털의 열 이름인지 확인해 주세요.",
                     "Check that the first row holds the portal's column names."),
                file=table.origin.file, row=table.origin.header_row, column=column,
                value=seen if len(seen) <= _HEADERS_SHOWN else seen[:_HEADERS_SHOWN] + "...",
            )  # fmt: skip


def _refuse_half_a_row(table: RawTable, cells: pl.DataFrame) -> None:
    """A last row without line break, and cells missing: its last figure may lack digits."""
    if not table.ended and cells.height < cells["code"].n_unique() * len(Sex) * len(AGES5):
        raise DataError(
            Text("파일이 행 중간에서 끊겼습니다.", "The file ends in the middle of a row."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=table.origin.file, row=table.origin.row(table.height - 1),
        )  # fmt: skip


def _cells(table: RawTable, headers: Headers) -> tuple[pl.DataFrame, int]:
    """The cells table in the file's order, with the number of values masked or empty."""
    import polars as pl

    figures = {
        column: checks.numbers(table.origin, series, MASKED)
        for column, series in headers.columns.items()
        if values_in((column,))
    }
    ordered = sorted(figures, key=_catalogue_order)
    masked = sum(series.null_count() for series in figures.values())
    named = (figures[column].alias(column) for column in ordered)
    return pl.DataFrame([*_keys(table, headers.columns), *named]), masked


def _catalogue_order(column: str) -> tuple[int, str]:
    measure, _, suffix = column.partition("__")
    return list(BY_ID).index(measure), suffix


def _keys(table: RawTable, found: dict[str, pl.Series]) -> list[pl.Series]:
    """The columns code, district, neighbourhood, sex and age5."""
    import polars as pl

    origin = table.origin
    texts = {
        column: checks.filled_texts(origin, series)
        for column, series in found.items()
        if column in {*PLACE, "sex", "age5"}
    }
    if "district" in texts:
        named = texts["district"].str.replace(_CITY, "")
        known = {text.ko: text.ko for text in DISTRICTS.values()}
        texts["district"] = checks.choices(origin, named, known, _KNOWN_DISTRICTS)
    if "code" in texts:
        texts["code"] = checks.codes(origin, texts["code"])
        texts.setdefault("neighbourhood", texts["code"])
        if "district" not in texts:
            texts["district"] = _districts(origin, texts["code"])
    else:
        # Names repeat between districts (신사동), so a code made of names holds both.
        texts["code"] = texts["district"] + " " + texts["neighbourhood"]
    sex = checks.choices(origin, texts["sex"].str.to_lowercase(), _SEXES, _KNOWN_SEXES)
    ages = texts["age5"].str.replace_all(" ", "", literal=True)
    age5 = checks.choices(origin, ages, _age_spellings(), _KNOWN_AGES).cast(pl.Int16)
    places = (texts[name].alias(name) for name in PLACE)
    return [*places, sex.alias("sex"), age5.alias("age5")]


def _districts(origin: checks.Origin, codes: pl.Series) -> pl.Series:
    """Districts by census code; in other codes the same five digits mean another district."""
    names = {code: text.ko for code, text in DISTRICTS.items()}
    census = codes.str.len_chars() == _CENSUS_DIGITS
    known = census & codes.str.slice(0, 5).is_in(list(names))
    stems = codes.str.slice(0, 5).zip_with(known, codes)
    return checks.choices(origin, stems, names, _KNOWN_CODES)


def _age_spellings() -> dict[str, str]:
    """`20`, `20세`, `20-24`, `20~24세` -> 20; `75+`, `75세이상` -> 75."""
    spellings = {}
    for age in AGES5:
        ends = ("", *(f"{sign}{age + 4}" for sign in "-~∼～–")) if age != AGES5[-1] else ("", "+")
        for end in ends:
            spellings[f"{age}{end}"] = spellings[f"{age}{end}세"] = str(age)
            spellings[f"{age}세{end}"] = spellings[f"{age}세{end}세"] = str(age)
    last = str(AGES5[-1])
    return spellings | {f"{last}{word}": last for word in ("이상", "세이상", "세+")}
