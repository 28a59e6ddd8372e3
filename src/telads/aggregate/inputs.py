"""The small CSV files beside a log: what services mean, where places are, how many people live.

| file | columns |
|---|---|
| mapping | service (raw name of a service or app), service_id (game, finance, ...) |
| places | code, district, neighbourhood |
| census | code, sex (M/F), age5 (20, 25 .. 75), population |

UTF-8 (or CP949), one header row, columns in any order, others are not read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.errors import DataError
from telads.language import Text
from telads.model import Sex
from telads.sources.files import RawTable, read_raw
from telads.tables import checks
from telads.tables.schema import KEY, PLACE, POPULATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

Mapping = dict[str, tuple[str, ...]]
"""Service id -> the raw names that mean it, in the catalogue's order."""
AS_NUMBER = (r"^0+(\d)", "${1}")
"""For `str.replace`: a code is a number, however many zeros a file writes before it."""


def plain_mapping() -> Mapping:
    """Without a file raw names are service ids."""
    return {id: (id,) for id in in_force().service_ids}


def read_mapping(path: Path) -> Mapping:
    """Which raw names mean which service; raises `DataError`.

    A raw name means one service only; a service without a raw name is not in the result.
    """
    table = read_raw(path)
    names, services = _texts(table, "service", "service_id")
    checks.choices(
        table.origin, services, {id: id for id in in_force().service_ids},
        Text(f"다음 중 하나여야 합니다: {', '.join(in_force().service_ids)}.",
             f"It must be one of: {', '.join(in_force().service_ids)}."),
    )  # fmt: skip
    repeated = names.is_duplicated()
    if repeated.any():
        row = int(repeated.arg_true()[0])
        raise DataError(
            Text("같은 이름이 두 번 나옵니다.", "The same name comes twice."),
            Text("이름마다 한 서비스만 적어 주세요.", "Give each name one service only."),
            file=path, row=table.origin.row(row), column="service", value=names[row],
        )  # fmt: skip
    pairs = sorted(zip(names, services, strict=True))
    mapping = {id: tuple(name for name, of in pairs if of == id) for id in in_force().service_ids}
    return {id: raw for id, raw in mapping.items() if raw}


def read_places(path: Path) -> pl.DataFrame:
    """code, district, neighbourhood; raises `DataError`."""
    import polars as pl

    table = read_raw(path)
    code, district, neighbourhood = _texts(table, *PLACE)
    codes = checks.codes(table.origin, code)
    repeated = codes.str.replace(*AS_NUMBER).is_duplicated()
    if repeated.any():
        row = int(repeated.arg_true()[0])
        raise DataError(
            Text("같은 코드가 두 번 나옵니다.", "The same code comes twice."),
            Text("행정동마다 한 행만 두세요.", "Keep one row for each neighbourhood."),
            file=path, row=table.origin.row(row), column="code", value=codes[row],
        )  # fmt: skip
    return pl.DataFrame(dict(zip(PLACE, (codes, district, neighbourhood), strict=True)))


def places_of_codes(codes: Iterable[int]) -> pl.DataFrame:
    """Places told by census codes alone: seven digits, the first five are the district's."""
    import polars as pl

    rows = [
        (str(code), in_force().districts[str(code)[:5]].ko, str(code))
        for code in sorted(codes)
        if len(str(code)) == 7 and str(code)[:5] in in_force().districts
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(PLACE, pl.String), orient="row")


def read_census(path: Path) -> pl.DataFrame:
    """Of each code (without zeros before it), sex and age5 the population; raises `DataError`."""
    import polars as pl

    table = read_raw(path)
    code, sex, age5 = _texts(table, *KEY)
    population = _column(table, POPULATION)
    sexes = {str(sex): str(sex) for sex in Sex}
    ages = {str(age): str(age) for age in in_force().cell_ages}
    known = pl.DataFrame({
        "code": checks.codes(table.origin, code).str.replace(*AS_NUMBER),
        "sex": checks.choices(table.origin, sex, sexes, Text("M 또는 F여야 합니다.",
                                                            "It must be M or F.")),
        "age5": checks.choices(table.origin, age5, ages,
                               Text("20, 25 .. 75 중 하나여야 합니다.",
                                    "It must be 20, 25 .. 75.")).cast(pl.Int16),
        POPULATION: checks.numbers(table.origin, population, ("*", "")),
    })  # fmt: skip
    checks.reject_duplicates(table.origin, known)
    return known


def _texts(table: RawTable, *columns: str) -> list[pl.Series]:
    return [checks.filled_texts(table.origin, _column(table, name)) for name in columns]


def _column(table: RawTable, wanted: str) -> pl.Series:
    for column in table.columns:
        if column.name.strip().lstrip("\ufeff").casefold() == wanted:
            return column.alias(wanted)
    raise DataError(
        Text("필요한 열이 없습니다.", "A column is missing."),
        Text("첫 줄의 열 이름을 확인해 주세요.", "Check the names in the first row."),
        file=table.origin.file, row=table.origin.header_row, column=wanted,
    )  # fmt: skip
