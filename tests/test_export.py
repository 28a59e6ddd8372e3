"""Exports: the promised columns, the same figures in every kind of file, the same bytes twice."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from telads.errors import UnknownChoice, WorkspaceError
from telads.export import TABLES, export
from telads.render.files import FORMATS, write_workbook
from telads.store.workspace import Build
from telads.version import __version__
from tests.asked import services, targets

METHODS = ("affinity", "classic")
PROMISED = {
    ("scores", "affinity"): "district,sex,age,month,service,usage,affinity,index,rank",
    ("scores", "classic"): "district,sex,age,month,service,weight,z,score,rank",
}
GROUP: tuple[str, Literal["F"], int] = ("강남구", "F", 30)


@pytest.fixture(scope="module")
def written(
    twin_build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str, str], Path]:
    """A table of the synthetic build as a file, written once."""
    folder = tmp_path_factory.mktemp("exports")

    def path(table: str, method: str, suffix: str) -> Path:
        file = folder / f"{table}-{method}{suffix}"
        if not file.exists():
            assert export(twin_build, table, file, method) > 0
        return file

    return path


Written = Callable[[str, str, str], Path]


@cache
def frame_of(path: Path) -> pl.DataFrame:
    """The rows of any kind of file, read once."""
    if path.suffix == ".csv":
        return pl.read_csv(path, infer_schema_length=None)
    if path.suffix == ".json":
        return pl.DataFrame(json.loads(path.read_text("utf-8"))["rows"], infer_schema_length=None)
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_excel(path, sheet_id=1)


@pytest.mark.parametrize(("table", "method"), PROMISED)
def test_the_promised_columns(written: Written, table: str, method: str) -> None:
    first = written(table, method, ".csv").read_text("utf-8-sig").splitlines()[0]
    assert first == PROMISED[table, method] + ",synthetic"


@pytest.mark.seoul
@pytest.mark.parametrize(("table", "method"), PROMISED)
def test_real_data_have_no_synthetic_column(
    seoul_build: Build, table: str, method: str, tmp_path: Path
) -> None:
    assert export(seoul_build, table, tmp_path / "x.csv", method) == 300 * 7 * 7
    lines = (tmp_path / "x.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == PROMISED[table, method]
    notes = json.loads((tmp_path / "x.csv-metadata.json").read_text("utf-8"))["notes"]
    assert notes[0]["synthetic"] is False
    assert "서울 열린데이터광장" in notes[0]["source"]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_that_it_is_synthetic(written: Written, table: str) -> None:
    for suffix in FORMATS:
        assert (
            frame_of(written(table, "affinity", suffix))["synthetic"].to_list()
            == [True] * frame_of(written(table, "affinity", ".parquet")).height
        )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("table", TABLES)
def test_every_kind_of_file_has_the_same_figures(written: Written, table: str, method: str) -> None:
    plain = frame_of(written(table, method, ".parquet"))
    for suffix in (".csv", ".json", ".xlsx"):
        if (table, method, suffix) == ("platforms", "classic", ".xlsx"):
            continue  # the largest workbook; those of the other tables and method are like it
        other = frame_of(written(table, method, suffix))
        assert other.columns == plain.columns
        assert other.height == plain.height
        for name, kind in plain.schema.items():
            one, two = plain[name], other[name].cast(kind)
            if suffix == ".xlsx" and kind.is_float():  # a workbook keeps 16 digits, not 17
                assert two.is_null().equals(one.is_null())
                assert ((one - two).abs() <= 1e-15 * one.abs()).all(), name
            else:
                assert two.equals(one), name


@pytest.mark.parametrize("table", TABLES)
def test_a_csv_file_begins_with_a_mark_and_is_read_back_by_its_description(
    written: Written, table: str
) -> None:
    """Without the mark Korean Excel takes UTF-8 for CP949."""
    path = written(table, "affinity", ".csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    said = json.loads(path.with_name(f"{path.name}-metadata.json").read_text("utf-8"))
    how = said["dialect"]
    assert (how["header"], how["lineTerminators"], how["encoding"]) == (True, ["\n"], "utf-8")
    frame = pl.read_csv(
        path, separator=how["delimiter"], quote_char=how["quoteChar"], eol_char="\n",
        encoding="utf8", infer_schema_length=None,
    )  # fmt: skip
    assert frame.columns == [column["name"] for column in said["tableSchema"]["columns"]]
    assert frame.equals(frame_of(path))


SAME = [(t, s) for t in TABLES for s in FORMATS if (t, s) != ("platforms", ".xlsx")]
"""Of workbooks the largest takes long, and is written like the others."""


@pytest.mark.parametrize(("table", "suffix"), SAME)
def test_the_same_build_gives_the_same_bytes(
    twin_build: Build, written: Written, table: str, suffix: str, tmp_path: Path
) -> None:
    first = written(table, "affinity", suffix)
    again = tmp_path / first.name
    export(twin_build, table, again)
    assert again.read_bytes() == first.read_bytes()
    notes = [path.with_name(path.name + "-metadata.json") for path in (first, again)]
    assert notes[0].exists() == notes[1].exists() == (suffix == ".csv")
    if suffix == ".csv":
        assert notes[0].read_bytes() == notes[1].read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("method", METHODS)
def test_a_file_says_what_it_was_made_from(
    written: Written, twin_build: Build, method: str, suffix: str
) -> None:
    about = _about(written("scores", method, suffix))
    assert about["build"] == twin_build.name
    assert about["method"] == method
    assert about["telads"] == __version__
    assert about["months"] == ["2023-01", "2023-02", "2023-03", "2023-04"]
    assert about["windows"][0] == ["2022-10", "2022-12"]
    assert about["synthetic"] is True
    assert about["source"] == "synthetic twin"


def _about(path: Path) -> dict[str, Any]:
    if path.suffix == ".csv":
        described = json.loads(path.with_name(path.name + "-metadata.json").read_text("utf-8"))
        assert described["url"] == path.name
        about: dict[str, Any] = described["notes"][0]
    elif path.suffix == ".json":
        about = json.loads(path.read_text("utf-8"))
    elif path.suffix == ".parquet":
        about = json.loads(pl.read_parquet_metadata(path)["telads"])
    else:
        lines = pl.read_excel(path, sheet_name="source", has_header=False).iter_rows()
        about = {name: _parsed(value) for name, value in lines}
    return about


def _parsed(text: str) -> object:
    return json.loads(text) if text.startswith("[") or text == "true" else text


def test_index_services_have_no_index(written: Written) -> None:
    rows = frame_of(written("scores", "affinity", ".csv"))
    indexed = rows.filter(pl.col("service").is_in(["youtube", "netflix"]))
    assert indexed["index"].null_count() == indexed.height > 0
    assert rows["index"].null_count() == indexed.height


def test_scores_agree_with_the_answers(written: Written, twin_build: Build) -> None:
    """Exports equal the answers, for one group in every month and method."""
    for method in METHODS:
        frame = pl.read_parquet(written("scores", method, ".parquet"))
        for month in twin_build.months:
            own = frame.filter(
                (pl.col("district") == GROUP[0]) & (pl.col("sex") == GROUP[1])
                & (pl.col("age") == GROUP[2]) & (pl.col("month") == str(month))
            )  # fmt: skip
            told = services(twin_build, *GROUP, month, method).rows
            columns = [name for name in own.columns if name in told.columns]
            assert len(columns) >= 5
            assert own.select(columns).equals(told.select(columns))


def test_targets_agree_with_the_answers(written: Written, twin_build: Build) -> None:
    frame = pl.read_parquet(written("targets", "affinity", ".parquet"))
    newest = str(twin_build.months[-1])
    for service in ("delivery", "youtube"):
        own = frame.filter((pl.col("month") == newest) & (pl.col("service") == service)).head(30)
        told = targets(twin_build, service, top=30).rows
        keys = ["district", "sex", "age", "population", "affinity", "index", "excess"]
        assert own.select(keys).equals(told.select(keys))


def test_ranks_of_a_group_are_whole(written: Written) -> None:
    frame = pl.read_parquet(written("scores", "affinity", ".parquet"))
    ranks = frame.group_by("month", "district", "sex", "age").agg(pl.col("rank").sort())
    assert ranks["rank"].to_list() == [list(range(1, 8))] * ranks.height


@pytest.mark.parametrize(
    ("table", "name", "method"),
    [("secrets", "x.csv", "affinity"), ("scores", "x.doc", "affinity"),
     ("scores", "x", "affinity"), ("scores", "x.csv", "magic")],
)  # fmt: skip
def test_what_cannot_be_exported_is_told(
    twin_build: Build, table: str, name: str, method: str, tmp_path: Path
) -> None:
    with pytest.raises(UnknownChoice):
        export(twin_build, table, tmp_path / name, method)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_missing_folder_is_made(twin_build: Build, suffix: str, tmp_path: Path) -> None:
    export(twin_build, "segments", tmp_path / "a" / "b" / f"x{suffix}")
    assert (tmp_path / "a" / "b" / f"x{suffix}").is_file()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_path_that_cannot_be_written_is_told(
    twin_build: Build, suffix: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / f"folder{suffix}").mkdir()
    for path in (tmp_path / "file" / f"x{suffix}", tmp_path / f"folder{suffix}"):
        with pytest.raises(WorkspaceError, match="cannot be written") as caught:
            export(twin_build, "segments", path)
        assert caught.value.facts["file"] == path
        assert caught.value.facts["value"]
    assert {path.name for path in tmp_path.iterdir()} == {"file", f"folder{suffix}"}


@pytest.mark.parametrize("place", ["zipfile.ZipFile.write", "pathlib.Path.write_bytes"])
def test_a_disk_that_is_full_leaves_the_former_workbook(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "files" / "x.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"former")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # what the writer leaves there

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(place, full)
    with pytest.raises(WorkspaceError, match="No space left"):
        write_workbook(path, {"rows": pl.DataFrame({"a": [1]})}, {"table": "rows"})
    assert path.read_bytes() == b"former"
    assert list(path.parent.iterdir()) == [path]
