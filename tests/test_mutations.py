"""What `python -m tests.mutations` breaks is there, and so are the tests that have to see it."""

from __future__ import annotations

from pathlib import Path

from tests.mutations import BREAKS, ROOT, make, stands


def test_every_text_to_break_stands_in_its_file_and_its_tests_are_there() -> None:
    assert not [f"{one.name}: {one.file}" for one in BREAKS if not stands(one)]
    assert not [
        path for one in BREAKS for path in one.tests.split() if not (ROOT / "tests" / path).exists()
    ]
    assert all(one.tests and one.old != one.new for one in BREAKS)


def test_a_break_changes_its_file(tmp_path: Path) -> None:
    (one,) = [one for one in BREAKS if one.name == "floor"]
    file = tmp_path / "src" / "telads" / one.file
    file.parent.mkdir(parents=True)
    assert not stands(one, tmp_path)
    file.write_text(f"before\n{one.old}\n{one.old}\n")
    make(one, tmp_path)
    assert file.read_text() == f"before\n{one.new}\n{one.old}\n"
