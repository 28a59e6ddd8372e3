"""Published files: a wide table, one row a cell and one column a measure, as workbook or CSV.

The dataset declares how headers, places, sexes, ages and months are spelt; a column is recognised
by its header. The label month is in the file's name, a sheet's name or a column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import in_force, of_dataset
from telads.dataset.definition import SecondFile
from telads.errors import DataError, OtherFile
from telads.ingest import checks, crosswalk
from telads.ingest.checks import visible
from telads.ingest.files import SUFFIXES, RawFile, RawTable, read_file
from telads.ingest.source import Reading
from telads.model import Month, Sex
from telads.store.cells import KEY, PLACE, POPULATION, QUARTILE, UNESTIMATED, values_in
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


def plain(header: str) -> str:
    """Normalise a header.

    Drops spaces and invisible characters, dots, hyphens, underscores and a unit at the end; folds
    width and case.
    """
    text = unicodedata.normalize("NFKC", re.sub("[·ㆍ・‧]", "/", visible(header)))
    return re.sub(in_force().files.unit, "", re.sub(r"[\s_\-–—]+", "", text).casefold())


@of_dataset
def _columns() -> dict[str, str]:
    """Plain header -> column of the cells table."""
    dataset = in_force()
    measures = dataset.measures.values()
    return {
        plain(header): column
        for column, headers in (
            *dataset.files.columns.items(),
            *((measure.id, measure.headers) for measure in measures),
            *((measure.id + UNESTIMATED, measure.unestimated) for measure in measures),
        )
        for header in headers
    }


def recognise(header: str) -> str | None:
    """The column of the cells table that a header names, or None for an unknown one."""
    text, files = plain(header), in_force().files
    if text in _columns():
        return _columns()[text]
    for pattern, suffix in ((files.quartile, QUARTILE), (files.unestimated, UNESTIMATED)):
        match = re.match(pattern, text)
        measure = _measure_of(match["measure"]) if match else None
        if match and measure:
            return measure + suffix + match.groupdict().get("percent", "")
    return None


def _measure_of(stem: str) -> str | None:
    """Measure of a stem, which may differ from the published header by an ending."""
    endings = in_force().files.endings
    candidates = (
        stem,
        *(stem + end for end in endings),
        *(stem.removesuffix(end) for end in endings[:1]),
    )
    columns = (_columns().get(name) for name in candidates)
    return next((column for column in columns if column in in_force().measures), None)


@dataclass(frozen=True)
class Headers:
    """The assignment of the file's columns; others are ignored and listed."""

    columns: dict[str, pl.Series]
    """column of the cells table -> column of the file, named as the file spells it"""
    ignored: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    """Columns of sensitive groups: never taken."""


def read_headers(table: RawTable, second: SecondFile | None = None) -> Headers:
    """Assign every column by its header; raises `DataError` where two mean the same.

    Of a `second` file only its own measures count, besides places, people and months.
    """
    columns: dict[str, pl.Series] = {}
    ignored: list[str] = []
    sensitive: list[str] = []
    never = {plain(header) for header in second.sensitive} if second else set()
    for series in table.columns:
        column = recognise(series.name)
        measure = in_force().measures.get((column or "").split("__")[0])
        elsewhere = measure and measure.source != (second.id if second else "")
        if plain(series.name) in never:
            sensitive.append(series.name)
        elif column is None or (elsewhere and column != POPULATION):
            ignored.append(series.name)
        elif column in columns:
            raise DataError(
                Text("같은 뜻의 열이 둘 있습니다.", "Two columns mean the same."),
                Text("하나만 남겨 주세요.", "Keep only one of them."),
                **table.origin.sheet_facts(), column=f"{columns[column].name} / {series.name}",
            )  # fmt: skip
        else:
            columns[column] = series
    return Headers(columns, tuple(ignored), tuple(sensitive))


def second_file(table: RawTable) -> SecondFile | None:
    """The second file of a month that a table is from, recognised by its headers."""
    names = {plain(series.name) for series in table.columns}
    if {recognise(name) for name in names} & set(in_force().service_ids):
        return None
    for second in in_force().files.second.values():
        if sum(bool(re.search(second.headers, name)) for name in names) >= second.least:
            return second
    return None


def other_file(table: RawTable) -> OtherFile | None:
    """The refusal of a file published beside the measures' files, recognised by its headers."""
    names = {plain(series.name) for series in table.columns}
    columns = {recognise(name) for name in names}
    for other in in_force().files.others:
        if other.words:
            known = all(names & words for words in other.words) and not columns - {None}
        else:
            number = sum(bool(re.search(other.headers, name)) for name in names)
            known = number >= other.least and not columns & set(in_force().service_ids)
        if known:
            return OtherFile(other.message, other.advice, **table.origin.sheet_facts())
    return None


_LABEL = "label"
_MEANT = 3
"""A sheet with this many known columns is meant to hold cells."""
_HEADERS_SHOWN = 60


class WideTable:
    """Reader of a dataset's monthly files."""

    @property
    def id(self) -> str:
        """The dataset's id, as the ledger keeps it."""
        return in_force().id

    @property
    def text(self) -> Text:
        """The dataset's name."""
        return in_force().text

    def accepts(self, path: Path) -> bool:
        """Whether it is a workbook or CSV, not an Excel lock file (`~$`), and not hidden."""
        return path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))

    def month(self, path: Path) -> Month | None:
        """`2023.6월_29개 통신정보.xlsx`, `23년 6월 ...`, `202306_...`, `2023-06 (1).csv`.

        None where the name holds no month, or more than one.
        """
        return _month_in(path.stem)

    def read(self, path: Path, month: Month | None = None) -> Reading:
        """Read the only month of a file; raises `DataError`, also where it holds several."""
        readings = self.read_all(path, month)
        if len(readings) > 1:
            raise _several(path, [str(reading.month) for reading in readings])
        return readings[0]

    def read_all(self, path: Path, month: Month | None = None) -> tuple[Reading, ...]:
        """Read, clean and check one file, a reading for each of its months; raises `DataError`.

        Months come from a column, else from the names of sheets, else from the file's name.
        """
        import polars as pl

        file = read_file(path)
        parts, beside, second = _parts(file)
        labels = _labels(path, parts, month)
        frames = [
            _cells(part).with_columns(pl.Series(_LABEL, own))
            for part, own in zip(parts, labels, strict=True)
        ]
        keys = pl.concat([frame.select(_LABEL, *PLACE, *KEY[1:]) for frame in frames])
        origin = checks.beneath([(part.table.origin, part.table.height) for part in parts])
        checks.reject_duplicates(origin, keys, _LABEL)
        checks.reject_two_districts(origin, keys, parts[0].spelt)
        for part, frame in zip(parts, frames, strict=True):
            _refuse_half_a_row(part.table, frame)
            checks.reject_negative(part.table.origin, frame, part.spelt)
        about = (*_about_sheets(file.hidden, beside), *_about_sensitive(parts))
        return tuple(
            _reading(parts, frames, label, (*about, *_two_names(keys, label)), second)
            for label in sorted(keys[_LABEL].unique())
        )


WIDE_TABLE = WideTable()


@dataclass(frozen=True)
class _Part:
    """A table that holds cells, and its headers."""

    table: RawTable
    headers: Headers

    @property
    def spelt(self) -> dict[str, str]:
        """Column of the cells table -> the file's spelling."""
        return {column: series.name for column, series in self.headers.columns.items()}


def _parts(file: RawFile) -> tuple[list[_Part], tuple[str, ...], SecondFile | None]:
    """The tables that hold cells, the names of other sheets, and the second file they are.

    Raises `OtherFile` for a file published beside the data, `DataError` where cells would be lost.
    """
    others = [error for table in file.tables if (error := other_file(table))]
    seconds = [second for table in file.tables if (second := second_file(table))]
    every = [table for table in file.tables if not other_file(table)]
    own = [table for table in every if not second_file(table)]
    read = [_Part(table, read_headers(table)) for table in own]
    second = None
    if seconds and not any(len(part.headers.columns) >= _MEANT for part in read):
        second = seconds[0]
        read = [_Part(table, read_headers(table, second)) for table in every
                if second_file(table) == second]  # fmt: skip
    parts = [part for part in read if len(part.headers.columns) >= _MEANT]
    if others and not parts:
        raise others[0]
    parts = parts or read[:1]
    for part in parts:
        _require(part.table, part.headers)
    width = {len(part.table.columns) for part in parts}
    for part in read:
        if part not in parts and len(part.table.columns) in width:
            origin = part.table.origin
            raise DataError(
                Text("열 이름 없이 데이터만 있는 시트입니다.", "A sheet has rows but no header."),
                Text("첫 줄에 다른 시트와 같은 열 이름을 넣거나, 데이터가 아니면 시트를 지워 "
                     "주세요.",
                     "Give it the header of the other sheets, or delete it if it contains no "
                     "data."),
                **origin.sheet_facts(), row=origin.header_row,
            )  # fmt: skip
    used = {part.table.origin.sheet for part in parts}
    names = (table.origin.sheet for table in file.tables)
    aside = tuple(name for name in names if name is not None and name not in used)
    return parts, aside, second


def _labels(path: Path, parts: list[_Part], given: Month | None) -> list[list[str]]:
    """Label month of every row of every table; raises `DataError` where there is none."""
    named, years = WIDE_TABLE.month(path), _years_in(path.stem)
    own = [_own_labels(part, years, named) for part in parts]
    told = sorted({label for labels in own for label in labels or ()})
    if given:
        if len(told) > 1:
            raise _several(path, told)
        return [[str(given)] * part.table.height for part in parts]
    if named and None not in own and str(named) not in told:
        raise DataError(
            Text(f"파일 이름은 {named}인데 시트나 열은 {', '.join(told)}이라고 합니다.",
                 f"The file name says {named}, its sheets or column {', '.join(told)}."),
            Text("틀린 쪽을 고치거나 --month로 맞는 달을 알려 주세요.",
                 "Correct the wrong one, or set the right month with --month."),
            file=path, value=", ".join(told),
        )  # fmt: skip
    for part, labels in zip(parts, own, strict=True):
        if labels is None and named is None:
            raise _no_month(part.table.origin)
    return [
        labels or [str(named)] * part.table.height for part, labels in zip(parts, own, strict=True)
    ]


def _own_labels(part: _Part, years: set[int], named: Month | None) -> list[str] | None:
    """Label month of every row from a column, else from the sheet's name; None for neither.

    A sheet named `5월` takes the year from the file's name. The name of a single sheet, which may
    be arbitrary, counts only if the file's name has no month.
    """
    origin, height = part.table.origin, part.table.height
    if "month" in part.headers.columns:
        return _labels_of(origin, part.headers.columns["month"])
    name = origin.sheet or ("" if named else part.table.sheet)
    months = {int(match[1]) for match in re.finditer(in_force().files.month_bare, name)}
    month = _month_in(name)
    if month is None and len(months) == len(years) == 1:
        month = Month.of(*years, *months)
    return [str(month)] * height if month else None


def _labels_of(origin: checks.Origin, column: pl.Series) -> list[str]:
    """A column of months (`202306`, `2023-06`, `2023년 6월`, a date) as label months."""
    import polars as pl

    texts = column.cast(pl.String).str.strip_chars().str.strip_suffix(".0")
    known: dict[str | None, str] = {}
    for text in texts.unique():
        match = re.fullmatch(in_force().files.month_value, text or "")
        if match is None:
            row = int(texts.eq_missing(pl.Series([text])).arg_true()[0])
            raise DataError(
                Text("몇 월인지 알 수 없는 값입니다.", "The value is not a month."),
                Text("2023-06이나 202306처럼 적어 주세요.", "Write it as 2023-06 or 202306."),
                **origin.facts(row), column=column.name, value=text or "",
            )  # fmt: skip
        year, month = _year_and_month(match)
        known[text] = str(Month.of(2000 + int(year) % 100, int(month)))
    return [known[text] for text in texts]


def _month_in(name: str) -> Month | None:
    """The month in a name; None for none, or several."""
    text = unicodedata.normalize("NFKC", name)
    found = {
        Month.of(2000 + int(match[1]) % 100, int(next(filter(None, match.groups()[1:]))))
        for match in re.finditer(in_force().files.month_name, text)
    }
    numbers = {int(match[1]) for match in re.finditer(in_force().files.month_bare, text)}
    return found.pop() if len(found) == 1 and len(numbers) <= 1 else None


def _years_in(name: str) -> set[int]:
    text = unicodedata.normalize("NFKC", name)
    return {2000 + int(match[1]) % 100 for match in re.finditer(in_force().files.month_year, text)}


def _no_month(origin: checks.Origin) -> DataError:
    """The error for a file, or one sheet of several, without a month."""
    column = _header("month")
    message = Text("파일 이름에서 몇 월 데이터인지 알 수 없습니다.",
                   "The file name does not say its month.")  # fmt: skip
    if origin.sheet:
        message = Text("파일이나 시트 이름에서 몇 월 데이터인지 알 수 없습니다.",
                       "Neither the file name nor the sheet name says its month.")  # fmt: skip
    return DataError(
        message,
        Text("이 파일만 --month(2023-06)까지 적어 넣거나, "
             f"시트 이름이나 {column} 열에 달을 적어 주세요.",
             "Give this file alone with --month (2023-06), or write the month as the sheet's name "
             f"or in a column {column}."),
        **origin.sheet_facts(),
    )  # fmt: skip


def _several(path: Path, months: list[str]) -> DataError:
    return DataError(
        Text("한 파일에 여러 달이 들어 있습니다.", "One file contains several months."),
        Text("--month 없이 넣거나, 달마다 파일을 나눠 주세요.",
             "Load it without --month, or use one file for each month."),
        file=path, value=", ".join(months),
    )  # fmt: skip


def _reading(
    parts: list[_Part],
    frames: list[pl.DataFrame],
    label: str,
    remarks: tuple[Text, ...],
    second: SecondFile | None,
) -> Reading:
    """The cells of one month, from all tables that hold some."""
    import polars as pl

    own = [
        (part, rows.drop(_LABEL)) for part, frame in zip(parts, frames, strict=True)
        if (rows := frame.filter(pl.col(_LABEL) == label)).height
    ]  # fmt: skip
    first, cells = own[0]
    for part, rows in own[1:]:
        if rows.columns != cells.columns:
            differ = sorted({*rows.columns} ^ {*cells.columns})
            raise DataError(
                Text("한 달의 시트들이 서로 다른 열을 가지고 있습니다.",
                     "The sheets of a month have different columns."),
                Text("모든 시트의 열을 같게 해 주세요.", "Give all sheets the same columns."),
                **part.table.origin.sheet_facts(),
                column=", ".join({**first.spelt, **part.spelt}.get(name, name) for name in differ),
            )  # fmt: skip
    whole = pl.concat([rows for _, rows in own]).sort(KEY)
    figures = values_in(whole.columns)
    month = Month.parse(label)
    moved, applied = crosswalk.recoded(whole, month)
    ignored = dict.fromkeys(name for part, _ in own for name in part.headers.ignored)
    return Reading(
        month=month,
        cells=moved,
        masked=sum(whole[name].null_count() for name in figures),
        values=whole.height * len(figures),
        ignored_columns=tuple(ignored),
        synthetic=any("synthetic" in part.headers.columns for part, _ in own),
        warnings=(*remarks, *crosswalk.remarks(applied, moved["code"].unique())),
        crosswalk=crosswalk.digest(month) if applied else "",
        second=second.id if second else "",
    )


def _about_sheets(hidden: tuple[str, ...], beside: tuple[str, ...]) -> tuple[Text, ...]:
    """Remarks about sheets that were not read."""
    remarks = []
    if hidden:
        names = ", ".join(hidden)
        remarks.append(Text(f"데이터가 있는 숨긴 시트를 읽지 않았습니다: {names}.",
                            f"Hidden sheets with data were not read: {names}."))  # fmt: skip
    if beside:
        names = ", ".join(beside)
        remarks.append(Text(f"셀 데이터가 아닌 시트를 읽지 않았습니다: {names}.",
                            f"Sheets without cells were not read: {names}."))  # fmt: skip
    return tuple(remarks)


def _about_sensitive(parts: list[_Part]) -> tuple[Text, ...]:
    """A remark about columns of sensitive groups, which were not taken."""
    names = dict.fromkeys(name.strip() for part in parts for name in part.headers.sensitive)
    if not names:
        return ()
    return (
        Text(f"민감한 집단이어서 넣지 않은 열: {', '.join(names)}.",
             f"Not taken, as the groups are sensitive: {', '.join(names)}."),
    )  # fmt: skip


def _two_names(keys: pl.DataFrame, label: str) -> Iterator[Text]:
    """Remarks about codes with more than one name in a month."""
    import polars as pl

    if keys.select("code", "neighbourhood").n_unique() == keys["code"].n_unique():
        return
    names = (
        keys.filter(pl.col(_LABEL) == label)
        .group_by("code").agg(pl.col("neighbourhood").unique().sort())
        .filter(pl.col("neighbourhood").list.len() > 1).sort("code")
    )  # fmt: skip
    name = in_force().neighbourhood.text.ko
    for code, several in names.iter_rows():
        yield Text(f"{name}코드 {code}의 이름이 여럿입니다: {', '.join(several)}.",
                   f"Code {code} has more than one name: {', '.join(several)}.")  # fmt: skip


def _header(*keys: str) -> str:
    """Published headers of keys of the cells table, for errors."""
    columns = in_force().files.columns
    return " / ".join(columns[key][0] for key in keys if columns[key]) or keys[0]


def _require(table: RawTable, headers: Headers) -> None:
    """Refuse a file without the columns that every answer needs."""
    dataset, found = in_force(), set(headers.columns)
    measures = dataset.measures
    needs = (
        (found & {"code", "neighbourhood"}, _header("code", "neighbourhood")),
        (found & {"district", "code"}, _header("district")),
        ("sex" in found, _header("sex")),
        ("age5" in found, _header("age5")),
        (POPULATION in found, measures[POPULATION].headers[0]),
        (found & (measures.keys() - {POPULATION}), f"{dataset.services[0].headers[0]} ..."),
    )
    for there, column in needs:
        if not there:
            seen = ", ".join(series.name.strip() for series in table.columns)
            raise DataError(
                Text("필요한 열이 없습니다.", "A column that every answer needs is missing."),
                dataset.files.headers_advice,
                **table.origin.sheet_facts(), row=table.origin.header_row, column=column,
                value=seen if len(seen) <= _HEADERS_SHOWN else seen[:_HEADERS_SHOWN] + "...",
            )  # fmt: skip


def _refuse_half_a_row(table: RawTable, cells: pl.DataFrame) -> None:
    """Refuse a truncated file: no final line break, and cells missing."""
    if table.ended:
        return
    codes = cells.select(_LABEL, "code").n_unique()
    if cells.height < codes * len(Sex) * len(in_force().cell_ages):
        raise DataError(
            Text("파일이 행 중간에서 끊겼습니다.", "The file ends in the middle of a row."),
            Text("다시 내려받아 주세요.", "Download it again."),
            **table.origin.facts(table.height - 1),
        )  # fmt: skip


def _cells(part: _Part) -> pl.DataFrame:
    """The cells table in the file's order."""
    import polars as pl

    files = in_force().files
    figures = {
        column: checks.numbers(part.table.origin, series, files.masked, files.decimal)
        for column, series in part.headers.columns.items()
        if values_in((column,))
    }
    ordered = sorted(figures, key=_catalogue_order)
    named = (figures[column].alias(column) for column in ordered)
    return pl.DataFrame([*_keys(part.table, part.headers.columns), *named])


def _catalogue_order(column: str) -> tuple[int, str]:
    measure, _, suffix = column.partition("__")
    return list(in_force().measures).index(measure), suffix


def _keys(table: RawTable, found: dict[str, pl.Series]) -> list[pl.Series]:
    """The columns code, district, neighbourhood, sex and age5."""
    import polars as pl

    dataset, origin = in_force(), table.origin
    texts = {
        column: checks.filled_texts(origin, series)
        for column, series in found.items()
        if column in {*PLACE, "sex", "age5"}
    }
    if "district" in texts:
        named = texts["district"].str.replace(dataset.district.prefix, "")
        known = {name: text.ko for text in dataset.districts.values() for name in text}
        texts["district"] = checks.choices(origin, named, known, dataset.files.districts_advice)
    if "code" in texts:
        texts["code"] = checks.codes(origin, texts["code"])
        texts.setdefault("neighbourhood", texts["code"])
        if "district" not in texts:
            texts["district"] = _districts(origin, texts["code"])
    else:
        # Names repeat across districts, so a code made of names includes the district.
        texts["code"] = texts["district"] + " " + texts["neighbourhood"]
    sex = checks.choices(
        origin, texts["sex"].str.to_lowercase(), dataset.sex_names, dataset.files.sexes_advice
    )
    ages = texts["age5"].str.replace_all(" ", "", literal=True)
    age5 = checks.choices(origin, ages, _age_spellings(), dataset.files.ages_advice).cast(pl.Int16)
    places = (texts[name].alias(name) for name in PLACE)
    return [*places, sex.alias("sex"), age5.alias("age5")]


def _districts(origin: checks.Origin, codes: pl.Series) -> pl.Series:
    """Districts by the prefix of the codes; codes of another length have other prefixes."""
    dataset = in_force()
    names = {code: text.ko for code, text in dataset.districts.items()}
    stems = codes.str.slice(0, len(next(iter(names))))
    known = (codes.str.len_chars() == dataset.neighbourhood.code_digits) & stems.is_in(list(names))
    return checks.choices(origin, stems.zip_with(known, codes), names, dataset.files.codes_advice)


def _age_spellings() -> dict[str, str]:
    """`20`, `20세`, `20-24`, `20~24세` -> 20; `75+`, `75세이상` -> 75."""
    dataset, spellings = in_force(), {}
    ages, files = dataset.cell_ages, dataset.files
    words = ("", *files.age_words)
    for age, after in zip(ages, (*ages[1:], None), strict=True):
        ends = ("", *(f"{sign}{after - 1}" for sign in "-~∼～–")) if after else ("", "+")
        for end in ends:
            for word in words:
                spellings[f"{age}{end}{word}"] = str(age)
                spellings |= {f"{age}{word}{end}{last}": str(age) for last in words}
    return spellings | {f"{ages[-1]}{word}": str(ages[-1]) for word in files.open_words}


def _year_and_month(match: re.Match[str]) -> tuple[str, str]:
    """The two matching groups of a month: named `year` or `y`, `month` or `m`, else by position."""
    named = match.groupdict()
    if not named:
        return match[1], match[2]
    year, month = (
        next(filter(None, (named.get(name) for name in names)))
        for names in (("year", "y", "short"), ("month", "m"))
    )
    return year, month
