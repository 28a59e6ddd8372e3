"""Settings: what they are by default, where they come from, and what they may not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from telads.errors import SettingError
from telads.settings import SETTINGS, Settings

NONE = Path("no-such-file")


def test_every_setting_has_a_default_it_may_have_and_both_languages() -> None:
    settings = Settings.load({}, NONE)
    for setting in SETTINGS:
        assert hasattr(settings, setting.name)
        assert setting.variable == f"TELADS_{setting.name.upper()}"
        assert setting.text.ko != setting.text.en
    assert settings.workspace == Path("telads-data")
    assert settings.floor == 50


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TELADS_FLOOR=80\nTELADS_LANG=en\n# 설명\nOTHER=1\n", encoding="utf-8")
    settings = Settings.load({"TELADS_FLOOR": "100"}, file)
    assert (settings.floor, settings.lang) == (100, "en")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TELADS_FLOOR", "49"),
        ("TELADS_FLOOR", "many"),
        ("TELADS_FLOOR", "nan"),
        ("TELADS_LANG", "de"),
        ("TELADS_FORECAST_PHI", "1.5"),
        ("TELADS_FORECAST_PHI", "nan"),
        ("TELADS_LOCK_SECONDS", "-1"),
        ("TELADS_BUILDS_KEPT", "0"),
        ("TELADS_BUILDS_KEPT", "2.5"),
        ("TELADS_WORKSPACE", "~nobody-of-that-name/x"),
    ],
)
def test_a_wrong_value_is_refused_by_the_variable_s_name(variable: str, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.load({variable: text}, NONE)
    for line in (caught.value.line("ko"), caught.value.line("en")):
        assert variable in line
        assert text in line


def test_an_empty_value_is_as_good_as_none(tmp_path: Path) -> None:
    empty = {setting.variable: " " for setting in SETTINGS}
    assert Settings.load(empty, NONE) == Settings.load({}, NONE)
    file = tmp_path / ".env"
    file.write_text("TELADS_FLOOR=80\n", encoding="utf-8")
    assert Settings.load({"TELADS_FLOOR": ""}, file).floor == 80


def test_the_home_folder_may_be_written_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/planner")
    found = Settings.load({"TELADS_WORKSPACE": "~/data"}, NONE).workspace
    assert found == Path("/home/planner/data")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TELADS_FLOOR=80 # 최소 인원\n", encoding="cp949")
    with pytest.raises(SettingError) as caught:
        Settings.load({}, file)
    assert caught.value.facts["file"] == file
