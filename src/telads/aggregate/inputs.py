"""Reading a log: its columns with one type each, and the small CSV files beside it.

| file | columns |
|---|---|
| mapping | service (raw name of a service or app), service_id (game, finance, ...) |
| places | code, district, neighbourhood |
| census | code, sex (M/F), age5 (20, 25 .. 75), population |

UTF-8 (or CP949), one header row, columns in any order; further columns are ignored.

Files of one log come from several systems and years, so they may store one column in different
types: the wanted columns of all files are brought to one type each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from telads.aggregate.schema import (
    CATEGORIES,
    EVENTS,
    LARGEST,
    MOBILITY,
    MOBILITY_FIGURES,
    PARTITIONS,
    SEX,
    SIGNED,
    SUBSCRIBER,
    WITHOUT_TYPE,
    check,
    may_be_whole,
)
from telads.dataset import in_force
from telads.errors import DataError
from telads.ingest import checks
from telads.ingest.files import RawTable, read_raw
from telads.model import Sex
from telads.store.cells import KEY, PLACE, POPULATION
from telads.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from telads.engines import EventEngine, Frame, Scan


Names = dict[str, tuple[str, ...]]
"""Service id -> its raw names, in the catalogue's order."""
AS_NUMBER = (r"^0+(\d)", "${1}")
"""Arguments of `str.replace` that strip leading zeros: a code is a number."""


def plain_mapping() -> Names:
    """The mapping used without a file: raw names are service ids."""
    return {id: (id,) for id in in_force().service_ids}


def read_mapping(path: Path) -> Names:
    """Read raw names by service id; raises `DataError`.

    A raw name belongs to one service only; a service without a raw name is not in the result.
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
    """Read code, district, neighbourhood; raises `DataError`."""
    import polars as pl

    table = read_raw(path)
    code, district, neighbourhood = _texts(table, *PLACE)
    codes = checks.codes(table.origin, code)
    repeated = codes.str.replace(*AS_NUMBER).is_duplicated()
    if repeated.any():
        row = int(repeated.arg_true()[0])
        raise DataError(
            Text("같은 코드가 두 번 나옵니다.", "The same code comes twice."),
            in_force().fill(Text("{neighbourhood}마다 한 행만 두세요.",
                                 "Keep one row for each {neighbourhood}.")),
            file=path, row=table.origin.row(row), column="code", value=codes[row],
        )  # fmt: skip
    return pl.DataFrame(dict(zip(PLACE, (codes, district, neighbourhood), strict=True)))


def places_of_codes(codes: Iterable[int]) -> pl.DataFrame:
    """Places known by codes alone, which begin with the code of their district."""
    import polars as pl

    dataset = in_force()
    digits, begins = dataset.neighbourhood.code_digits or 0, len(next(iter(dataset.districts)))
    written = [str(code).zfill(digits) for code in sorted(codes)]
    rows = [
        (code, dataset.districts[code[:begins]].ko, code)
        for code in written
        if len(code) == digits and code[:begins] in dataset.districts
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(PLACE, pl.String), orient="row")


def read_census(path: Path) -> pl.DataFrame:
    """Read the population by code (without leading zeros), sex and age5; raises `DataError`."""
    import polars as pl

    table = read_raw(path)
    code, sex, age5 = _texts(table, *KEY)
    population = _column(table, POPULATION)
    sexes = {str(sex): str(sex) for sex in Sex}
    ages = {str(age): str(age) for age in in_force().cell_ages}
    first, second, *_, last = in_force().cell_ages
    known = pl.DataFrame({
        "code": checks.codes(table.origin, code).str.replace(*AS_NUMBER),
        "sex": checks.choices(table.origin, sex, sexes, Text("M 또는 F여야 합니다.",
                                                            "It must be M or F.")),
        "age5": checks.choices(table.origin, age5, ages,
                               Text(f"{first}, {second} .. {last} 중 하나여야 합니다.",
                                    f"It must be {first}, {second} .. {last}.")).cast(pl.Int16),
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


def read_events(engine: EventEngine, paths: Sequence[str], within: nw.Expr | None = None) -> Frame:
    """The log's columns with one type each; raises `DataError` naming a wrong column and its file.

    `within`, a condition on `date`, leaves all other rows out.

    subscriber_id unchanged, date (Date), service (text), home_code (Int64, null where it is not a
    whole number), sex unchanged, birth_year (Int64), and the partitions of the folders.
    """
    scans = engine.scan(paths, EVENTS)
    return _together(scans, [_events(engine, scan, within) for scan in scans])


def read_mobility(
    engine: EventEngine, paths: Sequence[str], within: nw.Expr | None = None
) -> Frame:
    """The mobility rows: values rounded down to integers (Int64), subway 1, 0 or less."""
    scans = engine.scan(paths, MOBILITY)
    return _together(scans, [_mobility(engine, scan, within) for scan in scans])


def with_one_key(events: Frame, mobility: Frame, files: Sequence[str]) -> tuple[Frame, Frame]:
    """Both frames with one type of subscriber_id, so that they join; raises `DataError`."""
    one, other = _with_one_type([events, mobility], SUBSCRIBER, files)
    return one, other


def _events(engine: EventEngine, scan: Scan, within: nw.Expr | None) -> Frame:
    frame = _wanted(engine, scan, EVENTS, within)
    kinds = frame.collect_schema()
    for name in ("home_code", "birth_year"):
        if kinds[name] not in SIGNED:  # text, or unsigned and perhaps too large
            frame = engine.whole_numbers(frame, name)
    return frame.with_columns(nw.col("home_code", "birth_year").cast(nw.Int64))


def _mobility(engine: EventEngine, scan: Scan, within: nw.Expr | None) -> Frame:
    frame = _wanted(engine, scan, MOBILITY, within)
    figures = (  # not a number, or too large to be exact: missing
        nw.when(figure.abs() < LARGEST).then(figure).floor().cast(nw.Int64).alias(name)
        for name, figure in ((name, nw.col(name).cast(nw.Float64)) for name in MOBILITY_FIGURES)
    )
    subway = nw.col("subway").cast(nw.Float64)
    # By its sign: a fraction of a ride counts as a ride.
    sign = nw.when(~subway.is_nan()).then((subway > 0).cast(nw.Int64) - (subway < 0).cast(nw.Int64))
    return frame.with_columns(*figures, subway=sign)


def _wanted(
    engine: EventEngine, scan: Scan, wanted: Mapping[str, str], within: nw.Expr | None
) -> Frame:
    """The wanted columns and the partitions; dates as Date, texts as String."""
    nulls = {name: WITHOUT_TYPE[kind] for name, kind in wanted.items() if name in scan.nulls}
    schema: Mapping[str, Any] = {**scan.rows.collect_schema(), **nulls}
    check(schema, wanted, scan.file)
    columns = {name: nw.col(name) for name in wanted}
    # As strings: category numbers would be taken for codes, and differ from run to run.
    texts = {n: nw.col(n).cast(nw.String) for n in wanted if schema[n] in CATEGORIES}
    without = {name: nw.lit(None, kind) for name, kind in nulls.items()}
    partitions = (name for name in PARTITIONS if name in scan.told)
    frame = scan.rows.select(*partitions, **(columns | texts | without), **_beside(scan.beside))
    if schema["date"] != nw.Date:
        frame = engine.days(frame, "date")
    if within is not None:
        frame = frame.filter(within)
    for name, kind in wanted.items():
        if kind in {"key", "whole"} and may_be_whole(schema[name]):
            frame = _whole(engine, frame, name, scan.file)
    return frame


def _whole(engine: EventEngine, frame: Frame, name: str, file: str) -> Frame:
    """A column of floats or decimals as integers; raises `DataError` for a fraction.

    All values are checked, once. A float beyond LARGEST is not exact.
    """
    given, is_float = nw.col("given"), frame.collect_schema()[name].is_float()
    known = nw.when(~nw.col(name).is_nan()).then(nw.col(name)) if is_float else nw.col(name)
    both = engine.whole_numbers(frame.with_columns(known.alias(name), known.alias("given")), name)
    wrong = nw.col(name).is_null() | (given - nw.col(name) != 0)
    if is_float:
        wrong = wrong | (given.abs() >= LARGEST)
    counted = both.filter(~given.is_null() & wrong).select(nw.len(), given.max())
    found = engine.collect(counted).row(0, named=True)
    if found["len"]:
        raise DataError(
            Text("정수여야 하는 열에 정수가 아니거나 정확히 적을 수 없는 값이 있습니다.",
                 "A column of whole numbers contains a value that is not a whole number, or is "
                 "not exact."),
            Text(f"이런 행이 {found['len']:,}개입니다. 정수나 글자로 적어 주세요.",
                 f"There are {found['len']:,} such rows. Write it as whole numbers or text."),
            file=file, column=name, value=found["given"],
        )  # fmt: skip
    return both.drop("given")


def _beside(folders: Mapping[str, str]) -> dict[str, nw.Expr]:
    """Folder partitions, of which one may be named like a column (`date=` gives the day)."""
    told = {name: folders[name] for name in PARTITIONS if name in folders}
    if "date" in folders:
        told.setdefault("day", folders["date"])
    return {name: nw.lit(value) for name, value in told.items()}


def _together(scans: Sequence[Scan], frames: list[Frame]) -> Frame:
    """All rows; where files differ, sexes and partitions become strings."""
    if len(frames) == 1:
        return frames[0]
    files = [scan.file for scan in scans]
    for name in (SUBSCRIBER, SEX, *PARTITIONS):
        without = [name in scan.nulls for scan in scans]
        frames = _with_one_type(frames, name, files, without)
    return nw.concat(frames, how="diagonal")


def _with_one_type(
    frames: Sequence[Frame], column: str, files: Sequence[str], without: Sequence[bool] = ()
) -> list[Frame]:
    """The frames with one type of a column; those `without` hold only nulls and take any type."""
    kinds: list[Any] = [frame.collect_schema().get(column) for frame in frames]
    without = without or [False] * len(frames)
    known = [kind for kind, none in zip(kinds, without, strict=True) if kind and not none]
    if not known:
        return list(frames)
    common = known[0] if len(set(known)) == 1 else _common(known, column)
    if common is None:
        raise DataError(
            Text("같은 열의 형식이 파일마다 달라 같은 값인지 알 수 없습니다.",
                 "The types of a column differ between files, so equal values cannot be matched."),
            Text("모든 파일에 한 형식으로, 정수나 글자로 적어 주세요.",
                 "Write it with one type in all files: whole numbers, or text."),
            file=", ".join(files), column=column, value=", ".join(map(str, dict.fromkeys(known))),
        )  # fmt: skip
    return [
        frame if kind in (None, common) else frame.with_columns(nw.col(column).cast(common))
        for frame, kind in zip(frames, kinds, strict=True)
    ]


def _common(kinds: Sequence[Any], column: str) -> Any:
    """The type that holds all of them, or None."""
    if column != SUBSCRIBER:
        return nw.String()
    if nw.String in kinds:
        return None  # '007' is not 7
    if all(kind in (*SIGNED, nw.UInt8, nw.UInt16, nw.UInt32) for kind in kinds):
        return nw.Int64()
    return nw.UInt64() if all(kind.is_unsigned_integer() for kind in kinds) else None
