"""Errors are one line on standard error, with an exit code that says whose they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telads.store.workspace import Store
from tests.cli.conftest import Telads, Told
from tests.cli.test_json import GROUP

ASKED_WRONGLY = [
    ("services", "--district", "부산", "--sex", "F", "--age", "30"),
    ("services", "--district", "강남구", "--sex", "X", "--age", "30"),
    ("services", "--district", "강남구", "--sex", "F", "--age", "35"),
    ("services", *GROUP, "--month", "2019-01"),
    ("services", *GROUP, "--month", "June"),
    ("services", *GROUP, "--method", "magic"),
    ("services", *GROUP, "--format", "xml"),
    ("services", *GROUP, "--lang", "fr"),
    ("services", *GROUP, "more"),
    ("services", "--district", "강남구"),
    ("targets",),
    ("targets", "--service", "email"),
    ("targets", "--service", "delivery", "--top", "0"),
    ("targets", "--service", "delivery", "--top", "1e3"),
    ("targets", "--service", "delivery", "--by", "luck"),
    ("targets", "--service", "youtube", "--by", "excess"),
    ("targets", "--service"),
    ("targets", "--service", "game", "--platforms=yes"),
    ("platforms", "--service", "fax", *GROUP),
    ("lookalike", *GROUP, "--among", "friends"),
    ("changes",),
    ("changes", "--service", "fax"),
    ("changes", "--service", "game", "--against", "week"),
    ("changes", "--service", "game", "--month", "1999-01"),
    ("evaluate", "--horizon", "2"),
    ("chart", "pie", "-o", "x.svg"),
    ("chart", "population", "-o", "x.gif"),
    ("chart", "population", "-o", "x"),
    ("chart", "ranking", "-o", "x.svg"),
    ("export", "secrets", "-o", "x.csv"),
    ("export", "scores", "-o", "x.doc"),
    ("export", "scores", "--method", "magic", "-o", "x.csv"),
    ("ingest",),
    ("synth", "twin", "--months", "2023-05..2023-01"),
    ("synth", "twin", "--months", "soon"),
    ("synth", "twin", "--fit"),
    ("advise",),
    ("--unknown",),
]


def is_one_line(told: Told, code: int) -> None:
    assert (told.code, told.out) == (code, "")
    assert re.fullmatch(r"telads: [^\n]+\n", told.err), told.err
    assert "Traceback" not in told.err
    assert "Unexpected" not in told.err
    assert "예상하지 못한" not in told.err


@pytest.mark.parametrize("words", ASKED_WRONGLY, ids=" ".join)
def test_what_was_asked_wrongly_is_told_in_one_line(
    telads: Telads, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    is_one_line(telads(*words), 2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", ASKED_WRONGLY, ids=" ".join)
def test_errors_are_told_in_korean_and_in_english(
    telads: Telads, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    korean = telads(*words).err
    monkeypatch.setenv("TELADS_LANG", "en")
    english = telads(*words).err
    assert re.search("[가-힣]", korean), korean
    assert not re.search("[가-힣]", english.replace("부산", "").replace("강남구", "")), english


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("doctor",),
        ("build",),
        ("services", *GROUP),
        ("export", "scores", "-o", "x.csv"),
    ],
    ids=lambda words: words[0],
)
def test_a_setting_that_cannot_be_is_the_askers(
    telads: Telads, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELADS_FLOOR", "3")
    monkeypatch.delenv("TELADS_WORKSPACE")
    told = telads(*words)
    is_one_line(told, 2)
    assert "TELADS_FLOOR의 값이" in told.err
    monkeypatch.setenv("TELADS_LANG", "en")
    assert "The setting TELADS_FLOOR has a wrong value." in telads(*words).err


@pytest.mark.parametrize("verb", ["services", "lookalike", "signals", "history"])
def test_nothing_built_is_no_fault_of_the_question(
    telads: Telads, verb: str, tmp_path: Path
) -> None:
    told = telads(verb, *GROUP, "--workspace", tmp_path / "none", "--lang", "en")
    is_one_line(told, 1)
    assert "Run telads ingest FILES and then telads build." in told.err


def test_a_build_without_data_is_told(telads: Telads, tmp_path: Path) -> None:
    told = telads("build", "-w", tmp_path / "none", "--lang", "en")
    is_one_line(told, 1)
    assert "no data" in told.err


@pytest.mark.parametrize("verb", ["status", "build"])
def test_a_workspace_that_is_a_file_is_told(telads: Telads, verb: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    is_one_line(telads(verb, "-w", tmp_path / "file"), 1)


@pytest.mark.parametrize("file", ["current", "ledger.json"])
def test_a_damaged_workspace_is_told(telads: Telads, file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(b"\xff\xfe{")
    is_one_line(telads("status", "-w", tmp_path), 1)


def test_files_that_cannot_be_written_are_told(telads: Telads, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for taken in ("x.csv", "x.xlsx", "x.json"):
        (tmp_path / taken).mkdir()
    for words in (
        ("export", "scores", "-o", tmp_path / "x.csv"),
        ("export", "scores", "-o", tmp_path / "x.xlsx"),
        ("chart", "population", "-o", tmp_path / "x.json"),
        ("synth", tmp_path / "file", "--months", "2023-01", "--file-format", "csv"),
    ):
        told = telads(*words, "--lang", "en")
        assert (told.code, told.out) == (1, "")
        assert "cannot be written" in told.err.splitlines()[-1]


def test_debug_shows_where_and_keeps_the_exit_code(telads: Telads) -> None:
    told = telads("--debug", "targets", "--service", "email", "--lang", "en")
    assert told.code == 2
    assert "Traceback" in told.err
    assert 'choices.py", line' in told.err
    assert told.err.splitlines()[-1].startswith("telads: Service not found.")


def test_what_nobody_expected_is_one_line_too(
    telads: Telads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Store) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(Store, "ledger", fail)
    told = telads("status", "--lang", "en")
    assert told.code == 1
    assert told.err == (
        "telads: Unexpected error (ZeroDivisionError: by zero). Add --debug to see where.\n"
    )


def test_an_interrupt_is_quiet(telads: Telads, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Store) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "ledger", interrupt)
    told = telads("status")
    assert (told.code, told.out, told.err) == (130, "", "")


VALUES = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Nd", "Cc", "Zs", "Sm"]), max_size=6),
    st.sampled_from(["", "-", "--", "\0", "강남구\0", "x" * 5000, "../..", "٣٠", "２０２３-０６",
                     "2023-13", "9999-12", "0000-01", "nan", "-1", "1e9", "🦊", "[bold]", "%s{0}"]),
)  # fmt: skip
OPTIONS = {
    "services": ("--district", "--sex", "--age", "--month", "--method", "--format", "--lang"),
    "targets": ("--service", "--by", "--top", "--month", "--district", "--sex", "--age"),
    "platforms": ("--service", "--district", "--sex", "--age", "--month"),
    "lookalike": ("--district", "--sex", "--age", "--among", "--top"),
    "signals": ("--district", "--month"),
    "changes": ("--service", "--month", "--against", "--district"),
    "history": ("--district", "--age"),
    "status": ("--workspace",),
    "evaluate": ("--horizon",),
    "build": ("--workspace",),
    "doctor": ("--workspace",),
}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_whatever_ends_in_a_traceback(telads: Telads, data: st.DataObject) -> None:
    verb = data.draw(st.sampled_from(sorted(OPTIONS)))
    words = {
        "services": GROUP, "platforms": ("--service", "game", *GROUP), "signals": GROUP,
        "history": GROUP, "lookalike": GROUP, "targets": ("--service", "game"),
        "changes": ("--service", "game"),
    }.get(verb, ())  # fmt: skip
    option = data.draw(st.sampled_from(OPTIONS[verb]))
    told = telads(verb, *words, option, data.draw(VALUES))
    assert "Traceback" not in told.err
    assert "예상하지 못한" not in told.err
    assert told.code in {0, 1, 2}
    if told.code and verb != "doctor":
        assert told.out == ""
        assert told.err.count("\n") == 1, told.err
    elif verb != "doctor":
        assert told.out


@pytest.mark.parametrize("verb", [("status",), ("services", *GROUP), ("builds",)])
def test_a_misspelt_setting_is_told_by_every_verb(
    telads: Telads, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TELADS_FLOR", "100")
    told = telads(*verb, "--lang", "en")
    assert told.code == 0
    (line,) = told.err.splitlines()
    assert line == (
        "telads: TELADS_FLOR is not a setting and has no effect. Did you mean TELADS_FLOOR? "
        "See docs/settings.md."
    )
    assert "찾으시는 것이 TELADS_FLOOR인가요?" in telads(*verb, "--lang", "ko").err


def test_a_misspelt_setting_in_a_file_is_told(
    telads: Telads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("telads_closed=1\nTELADS_HOTS=0.0.0.0\nTELADS_PORT=9000\n")
    monkeypatch.chdir(tmp_path)
    told = telads("status", "--lang", "en").err
    assert "TELADS_CLOSED?" in told
    assert "TELADS_HOST?" in told
    assert "TELADS_PORT" not in told
    looks = [line for line in telads("doctor").out.splitlines() if "TELADS_HOTS" in line]
    assert len(looks) == 1


@pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "postgres://me:secret@host:x/db"])
def test_a_wrong_address_of_a_database_keeps_its_password(
    telads: Telads, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("TELADS_DATABASE_URL", url)
    told = telads("status", "--lang", "en")
    assert told.code == 2
    assert "TELADS_DATABASE_URL" in told.err
    assert "secret" not in told.err
