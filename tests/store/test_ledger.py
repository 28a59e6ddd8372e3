"""The ledger: read as it was written, or refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from telads.errors import NewerVersion, WorkspaceDamaged
from telads.model import Month
from telads.store.ledger import VERSION, Draw, Entry, Ledger
from telads.text import Text


def entry(month: str, sha256: str, replaced: str | None = None) -> Entry:
    return Entry(
        month=month, file=f"{month}.xlsx", sha256=sha256, source="seoul",
        taken="2026-01-02T03:04:05+00:00", cells=f"{month}-{sha256}.parquet", rows=24, masked=6,
        values=240, synthetic=False, replaced=replaced, ignored_columns=("새 항목",),
        warnings=(Text("경고", "warning"),), means={"game": 50.5}, prints={"game": "abc"},
        codes=("1101053",),
    )  # fmt: skip


def test_what_is_written_is_read(tmp_path: Path) -> None:
    ledger = Ledger((entry("2023-06", "a"), entry("2023-05", "b"), entry("2023-06", "c", "a")))
    ledger.save(tmp_path / "ledger.json")
    assert Ledger.load(tmp_path / "ledger.json") == ledger
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.json"]


def test_the_newest_entry_of_a_month_is_in_force() -> None:
    ledger = Ledger().with_entry(entry("2023-06", "a")).with_entry(entry("2023-05", "b"))
    ledger = ledger.with_entry(entry("2023-06", "c", "a"))
    assert {str(month): each.sha256 for month, each in ledger.current().items()} == {
        "2023-05": "b", "2023-06": "c",
    }  # fmt: skip
    assert list(ledger.current()) == [Month.of(2023, 5), Month.of(2023, 6)]
    assert len(ledger.entries) == 3


def test_a_person_can_read_it(tmp_path: Path) -> None:
    Ledger((entry("2023-06", "a"),)).save(tmp_path / "ledger.json")
    (raw,) = json.loads((tmp_path / "ledger.json").read_text("utf-8"))["entries"]
    assert list(raw)[:3] == ["month", "window", "file"]
    assert raw["window"] == "2023-03..2023-05"
    assert raw["warnings"] == [["경고", "warning"]]


def test_its_text_is_that_of_the_standard_encoder(tmp_path: Path) -> None:
    """That one is slow for many codes. What is no number is refused."""
    kept = entry("2023-06", 'a"\\')
    Ledger((kept, replace(kept, means={}, codes=(), made={"noise": {"of": [[], {}, None, True]}})),
           draws=(Draw("2023-06", "laplace", 0.5, 0.0, "2026-01-02T03:04:05+00:00", "x"),)).save(
        tmp_path / "ledger.json"
    )  # fmt: skip
    text = (tmp_path / "ledger.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"
    with pytest.raises(ValueError, match="not JSON compliant"):
        Ledger((replace(kept, means={"game": float("nan")}),)).save(tmp_path / "ledger.json")
    assert (tmp_path / "ledger.json").read_text("utf-8") == text


def test_codes_that_are_no_texts_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    Ledger((entry("2023-06", "a"),)).save(path)
    content = json.loads(path.read_text("utf-8"))
    for codes in ([7], ["\ud800"], [None]):
        content["entries"][0]["codes"] = codes
        path.write_text(json.dumps(content))
        with pytest.raises(WorkspaceDamaged):
            Ledger.load(path)


def test_an_absent_ledger_is_empty(tmp_path: Path) -> None:
    assert Ledger.load(tmp_path / "ledger.json") == Ledger()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "entries": [{}]}',
        b'{"version": 1, "entries": [{"month": "2023-06", "surprise": 1}]}',
        b'{"version": 1, "entries": 5}',
        b'{"version": 1, "entries": ["x"]}',
        json.dumps({"version": 1, "entries": [asdict(entry("abc", "a"))]}).encode(),
        b"\xff\xfe",
    ],
)
def test_a_damaged_ledger_is_told_and_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(content)
    with pytest.raises(WorkspaceDamaged) as caught:
        Ledger.load(path)
    assert caught.value.facts["file"] == path
    assert path.read_bytes() == content


def test_a_ledger_of_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(f'{{"version": {VERSION + 1}, "surprise": []}}')
    with pytest.raises(NewerVersion, match=rf"newer version of telads .* format {VERSION + 1}"):
        Ledger.load(path)
    path.write_text('{"version": 1, "entries": []}')
    assert Ledger.load(path) == Ledger()


def test_coverage() -> None:
    assert entry("2023-06", "a").coverage == 1 - 6 / 240
