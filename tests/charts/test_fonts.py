from __future__ import annotations

from pathlib import Path

import pytest

from telads.charts import fonts


def test_finds_the_folder_of_a_known_font_and_nothing_where_there_is_none(tmp_path: Path) -> None:
    assert fonts.korean_font_folder([str(tmp_path)]) is None
    folder = tmp_path / "deep" / "noto"
    folder.mkdir(parents=True)
    (folder / "NotoSansCJK-Regular.ttc").touch()
    assert fonts.korean_font_folder([str(tmp_path / "gone"), str(tmp_path)]) == folder


def test_the_variable_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pretendard-Regular.otf").touch()
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path))
    assert fonts.korean_font_folder() == tmp_path


def test_without_a_font_it_warns_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "korean_font_folder", lambda: None)
    fonts.register_korean_font.cache_clear()
    try:
        with pytest.warns(fonts.NoKoreanFont, match=fonts.VARIABLE):
            assert not fonts.register_korean_font()
    finally:
        fonts.register_korean_font.cache_clear()


def test_a_font_to_embed_is_of_regular_weight_and_of_a_kind_that_can_be(tmp_path: Path) -> None:
    for name in ("Pretendard-Black.otf", "Pretendard-Regular.woff2"):
        (tmp_path / name).touch()
    assert fonts.korean_font([str(tmp_path)]) == tmp_path / "Pretendard-Black.otf"
    (tmp_path / "Pretendard-Regular.otf").touch()
    assert fonts.korean_font([str(tmp_path)]) == tmp_path / "Pretendard-Regular.otf"
    (tmp_path / "empty").mkdir()
    assert fonts.korean_font([str(tmp_path / "empty")]) is None
