"""Files are there whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import polars as pl
import pytest

from telads.errors import WorkspaceError
from telads.store.files import move_folder, replacing, write_parquet, write_text


def test_a_failed_write_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_text(target, "former")

    def write_half() -> None:
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        write_half()
    assert target.read_text() == "former"
    assert list(tmp_path.iterdir()) == [target]


def test_while_it_is_written_the_former_file_is_read(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_text(target, "former")
    with replacing(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "former"
    assert target.read_text() == "new"


def test_two_threads_of_a_process_do_not_write_into_each_other_s_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    inside, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with replacing(target) as temporary:
            temporary.write_text("first half, ")
            inside.set()
            go_on.wait(10)
            temporary.write_text("first half, second half")

    thread = threading.Thread(target=slowly)
    thread.start()
    inside.wait(10)
    write_text(target, "other")
    assert target.read_text() == "other"
    go_on.set()
    thread.join()
    assert target.read_text() == "first half, second half"
    assert list(tmp_path.iterdir()) == [target]


def test_the_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1.5, None, 3.0], "b": ["가", "나", "다"]})
    for name in ("one", "two"):
        write_parquet(tmp_path / "new" / name, frame)
    assert (tmp_path / "new/one").read_bytes() == (tmp_path / "new/two").read_bytes()
    assert pl.read_parquet(tmp_path / "new/one").equals(frame)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_what_the_system_refuses_is_told(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "file", "former")

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WorkspaceError, match=os.strerror(code)) as caught:
        write_text(tmp_path / "file", "new")
    assert caught.value.facts["file"] == tmp_path / "file"
    assert (tmp_path / "file").read_text() == "former"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_folder_moves_as_a_whole(tmp_path: Path) -> None:
    made = tmp_path / ".tmp-made"
    made.mkdir()
    (made / "table").write_text("x")
    move_folder(made, tmp_path / "build")
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert (tmp_path / "build" / "table").read_text() == "x"


def test_a_folder_that_cannot_move_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        move_folder(tmp_path / "absent", tmp_path / "build")
