"""Nine files in any case, in the order of their months, and none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.inputs import MONTHS, from_real, real_files


def portal(folder: Path, *labels: str) -> list[Path]:
    folder.mkdir()
    for label in labels:
        (folder / f"{label}월_29개 통신정보.xlsx").write_text(label)
    return list(folder.iterdir())


def test_real_files_come_in_the_order_of_their_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal(tmp_path / "real", "2023.10", "2023.2", "2022.12")
    (tmp_path / "real" / "~$2023.2월_29개 통신정보.xlsx").touch()
    monkeypatch.setenv("TELADS_SEOUL_DATA", str(tmp_path / "real"))
    assert [file.name.split("월")[0] for file in real_files()] == ["2022.12", "2023.2", "2023.10"]


def test_copies_fill_up_to_nine_across_the_year(tmp_path: Path) -> None:
    files = sorted(portal(tmp_path / "real", *(f"2023.{month}" for month in (8, 9))))
    inputs = from_real(files, tmp_path / "copies")
    labels = [file.name.split("월")[0] for file in inputs.files]
    assert labels == ["2023.8", "2023.9", "2023.10", "2023.11", "2023.12",
                      "2024.1", "2024.2", "2024.3", "2024.4"]  # fmt: skip
    assert [file.read_text() for file in inputs.files[2:4]] == ["2023.8", "2023.9"]
    assert inputs.words == "2 files of Seoul's open data portal and 7 copies of them"
    assert sorted((tmp_path / "real").iterdir()) == files


def test_nine_real_files_need_no_copy(tmp_path: Path) -> None:
    files = sorted(portal(tmp_path / "real", *(f"2023.{month}" for month in range(1, 10))))
    inputs = from_real(files, tmp_path / "copies")
    assert list(inputs.files) == files
    assert len(files) == MONTHS
    assert "copies" not in inputs.words
