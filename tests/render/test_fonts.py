"""Pictures use the font that comes with the package, or the one that was set, and no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.ttCollection import TTCollection

from telads.errors import SettingError
from telads.render.svg import fonts


def write_font(path: Path, family: str, letters: str = "가A") -> Path:
    """A font of empty glyphs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = builder(family, letters)
    made.save(path)
    return path


def builder(family: str, letters: str = "가A") -> FontBuilder:
    names = [".notdef", *(f"u{ord(letter):04X}" for letter in letters)]
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(letter): f"u{ord(letter):04X}" for letter in letters})
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    made.setupGlyf({name: Glyph() for name in names})
    made.setupHorizontalMetrics(dict.fromkeys(names, (500, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": family, "styleName": "Regular"})
    made.setupOS2()
    made.setupPost()
    return made


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fonts.VARIABLE, raising=False)


def test_a_font_with_every_syllable_comes_along() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(fonts.korean_font(), lazy=True) as font:
        known = font.getBestCmap()
        assert font["OS/2"].fsType == 0, "it may be embedded"
        assert font["name"].getDebugName(1) == fonts.family() == fonts.FAMILY
    assert all(code in known for code in range(ord("가"), ord("힣") + 1))
    assert all(ord(letter) in known for letter in "aZ09 +−–—·…×÷≤≥%원")


def test_one_that_was_set_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Own-Black.ttf", "Own-Regular.ttf"):
        write_font(tmp_path / "deep" / name, "Own")
    write_font(tmp_path / "Latin-Regular.ttf", "Latin", "AB")
    (tmp_path / "Damaged-Regular.ttf").write_bytes(b"no font")
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path))
    assert fonts.korean_font() == tmp_path / "deep" / "Own-Regular.ttf"
    assert fonts.family() == "Own"
    known = write_font(tmp_path / "deep" / "Pretendard-Bold.otf", "Pretendard")
    fonts._of_the_house.cache_clear()
    assert fonts.korean_font() == known


def test_of_several_faces_in_a_file_the_korean_one_is_taken(tmp_path: Path) -> None:
    several = TTCollection()
    several.fonts = [builder(f"Several {place}").font for place in ("JP", "KR", "SC")]
    several.save(tmp_path / "several.ttc")
    assert fonts.face(tmp_path / "several.ttc") == 1
    assert fonts.face(write_font(tmp_path / "one.ttf", "One KR")) == 0


@pytest.mark.parametrize("letters", ["", "AB"], ids=["no font", "no Korean font"])
def test_a_folder_without_a_korean_font_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letters: str
) -> None:
    if letters:
        write_font(tmp_path / "Latin-Regular.ttf", "Latin", letters)
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path))
    with pytest.raises(SettingError, match=fonts.VARIABLE) as caught:
        fonts.family()
    assert str(tmp_path) in caught.value.line("ko")


def test_widths_are_those_of_the_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = fonts._ROOM
    assert fonts.pixels("가나", 10) == pytest.approx(2 * 9.2 * room)
    assert fonts.pixels("−1.5", 10) == pytest.approx((5.55 + 5.55 + 2.78 + 5.55) * room)
    assert fonts.pixels("가나", 10, bold=True) > fonts.pixels("가나", 10)
    write_font(tmp_path / "Own-Regular.ttf", "Own")
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path))
    assert fonts.pixels("가A", 10) == pytest.approx(2 * 5.0 * room)
    assert fonts.pixels("Z", 10) == pytest.approx(10 * room), "it has no such letter"


DRAW = """
import sys
from tests.render.test_drawing import ranking
sys.stdout.buffer.write(ranking().to(sys.argv[1]))
"""


@pytest.mark.parametrize("format", ["svg", "png"])
def test_what_is_installed_on_a_machine_changes_nothing(tmp_path: Path, format: str) -> None:
    """Drawn once more where no font at all is installed, and where one of the theme's is."""
    (tmp_path / "empty").mkdir()
    write_font(tmp_path / "some" / "Pretendard-Regular.ttf", "Pretendard", "가나다라ABC")
    drawn = []
    for folder in ("empty", "some"):
        config = tmp_path / f"{folder}.conf"
        config.write_text(f"<fontconfig><dir>{tmp_path / folder}</dir></fontconfig>")
        made = subprocess.run(
            [sys.executable, "-c", DRAW, format], cwd=Path(__file__).parents[2],
            env={"FONTCONFIG_FILE": str(config), "HOME": str(tmp_path)},
            capture_output=True, check=True,
        )  # fmt: skip
        drawn.append(made.stdout)
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) > 1000
