"""Writing a twin as the dataset's months are published: file names, headers, spellings.

Each file has one extra column, the dataset's `synthetic`, so that its data are marked as synthetic
even if it is renamed.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from telads.dataset import in_force, put_in_force
from telads.errors import DataError, UnknownChoice, WorkspaceError
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month
from telads.store.files import replacing
from telads.text import Text
from telads.twin.cells import synthesise
from telads.twin.profile import Profile

if TYPE_CHECKING:
    import polars as pl

FileFormat = Literal["xlsx", "csv"]

_KEYS = ("code", "district", "neighbourhood", "sex", "age5")


def write_twin(
    profile: Profile,
    months: Iterable[Month],
    seed: int,
    folder: Path,
    file_format: FileFormat = "xlsx",
    processes: int = 1,
) -> Iterator[Path]:
    """Write one file a month, yielding each path once its file is complete.

    The same profile, seed and format give the same bytes. Only files of a twin are replaced.
    `processes` above 1 write workbooks in parallel; a program that asks for it must guard its main
    module, as `multiprocessing` requires. Raises `UnknownChoice` for an invalid format or seed,
    `DataError` if the folder cannot be written to.
    """
    if file_format not in get_args(FileFormat):
        raise UnknownChoice(
            Text("쓸 수 없는 파일 형식입니다.", "File format not found."),
            Text("xlsx나 csv로 골라 주세요.", "Choose xlsx or csv."),
            value=file_format,
        )
    wanted = tuple(dict.fromkeys(months))
    paths = [folder / file_name(month, file_format) for month in wanted]
    for path in paths:
        _require_replaceable(path)
    drawn = (portal_table(cells) for _, cells in synthesise(profile, wanted, seed))
    jobs = zip(drawn, paths, strict=True)
    try:
        if processes > 1 and file_format == "xlsx" and len(paths) > 1:
            yield from _side_by_side(jobs, processes)
        else:
            yield from (write_portal_file(table, path) for table, path in jobs)
    except WorkspaceError as error:  # a twin's folder is not a workspace
        raise DataError(
            Text("파일을 쓸 수 없습니다.", "The file cannot be written."),
            Text("폴더 권한과 남은 공간을 확인해 주세요.",
                 "Check the folder's permissions and the space left."),
            **error.facts,
        ) from error  # fmt: skip


def file_name(month: Month, file_format: FileFormat) -> str:
    """The published name of a month's file: `2023.6월_29개 통신정보.xlsx`."""
    name = in_force().files.name.format(year=month.year, month=month.month)
    return f"{name}.{file_format}"


def portal_table(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells as a table with published headers and the column that marks it as synthetic."""
    import polars as pl

    dataset = in_force()
    columns = dataset.files.columns
    sexes = {sex.id: sex.written for sex in dataset.sexes.values()}
    written = {"sex": pl.col("sex").replace_strict(sexes)}
    return cells.select(
        *(written.get(key, pl.col(key)).alias(columns[key][0]) for key in _KEYS if columns[key]),
        *(pl.col(m.id).alias(m.headers[0])
          for m in dataset.measures.values() if m.id in cells.columns),
        pl.lit(dataset.mark).alias(columns["synthetic"][0]),
    )  # fmt: skip


def write_portal_file(table: pl.DataFrame, path: Path) -> Path:
    """Write a workbook or a CSV (UTF-8 with BOM) by the path's suffix; null becomes `*`."""
    with replacing(path, export=True) as temporary:
        if path.suffix == ".csv":
            table.write_csv(temporary, include_bom=True, null_value=in_force().files.masked[0])
        else:
            _write_workbook(table, temporary)
    return path


def _write_workbook(table: pl.DataFrame, path: Path) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    # Rows are streamed to disk, which is also fastest.
    content = io.BytesIO()  # written here, so that a full disk raises its own error
    workbook = Workbook(content, {"constant_memory": True})
    # The real date would make two files of the same figures differ.
    workbook.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    sheet = workbook.add_worksheet("Sheet1")
    sheet.write_row(0, 0, table.columns)
    masked = in_force().files.masked[0]
    for number, row in enumerate(table.iter_rows(), start=1):
        sheet.write_row(number, 0, [masked if value is None else value for value in row])
    try:
        workbook.close()
    except FileCreateError as error:  # its own files, in the system's temporary folder
        raise OSError(str(error)) from error
    path.write_bytes(content.getbuffer())


def _side_by_side(jobs: Iterable[tuple[pl.DataFrame, Path]], processes: int) -> Iterator[Path]:
    """Write files in several processes, in order, drawing no further ahead than needed."""
    inherit: dict[str, Any] = {"initializer": put_in_force, "initargs": (in_force(),)}
    # A forked process would inherit the locks of the table engine's threads.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), **inherit) as pool:
        begun: deque[Future[Path]] = deque()
        for table, path in jobs:
            begun.append(pool.submit(write_portal_file, table, path))
            if len(begun) > processes:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _require_replaceable(path: Path) -> None:
    """Refuse to overwrite a file that is not a twin's: it may be the real month."""
    if not path.exists():
        return
    try:
        synthetic = WIDE_TABLE.read(path).synthetic
    except DataError:
        synthetic = False
    if not synthetic:
        raise DataError(
            Text("합성 데이터가 아닌 파일이 이미 있어 덮어쓰지 않았습니다.",
                 "A file that is not synthetic already exists; it was not overwritten."),
            Text("다른 폴더를 골라 주세요.", "Choose another folder."),
            file=path,
        )  # fmt: skip
