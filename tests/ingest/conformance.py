"""What every source of cells must do: a source's test class inherits this and gives examples."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from telads.errors import DataError
from telads.ingest.source import Source, registry, source_of
from telads.model import Month
from telads.store.cells import KEY, PLACE, POPULATION, measures_in, values_in
from tests.seoul import AGES5


class SourceConformance:
    """Give `source` and `examples`; the first example's label month is `month`."""

    source: ClassVar[Source]
    month: ClassVar[Month]

    def examples(self, folder: Path) -> list[Path]:
        """Write or name files of the source, all acceptable, each with its month in its name."""
        raise NotImplementedError

    def test_it_is_registered_under_an_id_of_its_own(self) -> None:
        assert [source.id for source in registry()].count(self.source.id) == 1
        assert self.source.text.ko
        assert self.source.text.en

    def test_it_accepts_its_files_and_no_lock_files(self, tmp_path: Path) -> None:
        for path in self.examples(tmp_path):
            assert self.source.accepts(path)
            found = source_of(path)
            assert found is not None
            assert found.id == self.source.id
            assert not self.source.accepts(path.with_name("~$" + path.name))
            assert not self.source.accepts(path.with_suffix(".txt"))

    def test_the_cells_follow_the_schema(self, tmp_path: Path) -> None:
        for path in self.examples(tmp_path):
            cells = self.source.read(path).cells
            assert cells.columns[:5] == [*PLACE, "sex", "age5"]
            assert cells.columns[5:] == list(values_in(cells.columns))
            assert [cells.schema[name] for name in PLACE] == [pl.String] * 3
            assert {cells.schema[name] for name in values_in(cells.columns)} == {pl.Float64}
            assert cells.schema["age5"] == pl.Int16
            assert set(cells["sex"]) <= {"M", "F"}
            assert set(cells["age5"]) <= set(AGES5)
            assert POPULATION in cells.columns
            assert measures_in(cells.columns)
            assert cells.select(PLACE).null_count().sum_horizontal().item() == 0

    def test_the_cells_are_unique_and_sorted(self, tmp_path: Path) -> None:
        for path in self.examples(tmp_path):
            cells = self.source.read(path).cells
            assert not cells.is_empty()
            assert not cells.select(KEY).is_duplicated().any()
            assert cells.equals(cells.sort(KEY))

    def test_masked_values_are_counted(self, tmp_path: Path) -> None:
        for path in self.examples(tmp_path):
            reading = self.source.read(path)
            figures = reading.cells.select(values_in(reading.cells.columns))
            assert reading.masked == figures.null_count().sum_horizontal().item()
            assert reading.values == figures.height * figures.width

    def test_reading_again_gives_the_same(self, tmp_path: Path) -> None:
        path = self.examples(tmp_path)[0]
        first, second = self.source.read(path), self.source.read(path)
        assert first.cells.equals(second.cells)
        assert (first.month, first.masked, first.synthetic) == (
            second.month, second.masked, second.synthetic,
        )  # fmt: skip

    def test_the_month_is_told_by_the_name_unless_the_caller_knows_better(
        self, tmp_path: Path
    ) -> None:
        path = self.examples(tmp_path)[0]
        assert self.source.month(path) == self.month
        assert self.source.read(path).month == self.month
        assert self.source.read(path, self.month + 1).month == self.month + 1

    def test_a_name_without_a_month_is_refused(self, tmp_path: Path) -> None:
        path = self.examples(tmp_path)[0]
        nameless = tmp_path / f"nameless{path.suffix}"
        nameless.write_bytes(path.read_bytes())
        assert self.source.month(nameless) is None
        with pytest.raises(DataError) as caught:
            self.source.read(nameless)
        assert caught.value.facts["file"] == nameless

    def test_what_is_no_such_file_is_refused_by_name(self, tmp_path: Path) -> None:
        path = self.examples(tmp_path)[0]
        content = path.read_bytes()
        spoilt = tmp_path / "spoilt"
        spoilt.mkdir()
        for name, wrong in (("empty", b""), ("half", content[: len(content) // 2])):
            broken = spoilt / f"{name} {path.name}"
            broken.write_bytes(wrong)
            with pytest.raises(DataError) as caught:
                self.source.read(broken)
            assert caught.value.facts["file"] == broken
            assert caught.value.advice
        with pytest.raises(DataError):
            self.source.read(spoilt / f"absent {path.name}")

    def test_cells_survive_parquet(self, tmp_path: Path) -> None:
        cells = self.source.read(self.examples(tmp_path)[0]).cells
        cells.write_parquet(tmp_path / "cells.parquet")
        assert pl.read_parquet(tmp_path / "cells.parquet").equals(cells)
