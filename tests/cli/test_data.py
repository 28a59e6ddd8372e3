"""Taking in, building and looking after a workspace, as the command line tells it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from telads.method.tables import OVERALL
from telads.model import Month, months_between
from telads.store.files import found_open
from telads.store.workspace import Store
from tests.cli.conftest import Telads
from tests.ingest.portal import HEADERS, portal_rows, write_csv, write_month, write_xlsx
from tests.ingest.workbooks import Sheet, write_groups, write_guide, write_sheets

MAY, JUNE = "2023.5월_29개 통신정보.csv", "2023.6월_29개 통신정보.csv"
NEIGHBOURHOODS = 25


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with two months, an Excel lock file, and a month that cannot be taken."""
    folder = tmp_path / "files"
    folder.mkdir()
    extra = [[*row, "?"] for row in portal_rows(NEIGHBOURHOODS, seed=5)]
    write_csv(folder / MAY, extra, [*HEADERS, "새로운 열"])
    rows = portal_rows(NEIGHBOURHOODS, seed=6)
    masked = [[*row[:6], "*" if number % 5 == 0 else row[6], *row[7:]]
              for number, row in enumerate(rows)]  # fmt: skip
    write_csv(folder / JUNE, masked)
    (folder / f"~${JUNE}").write_bytes(b"lock")
    (folder / "2023.7월.csv").write_text("not a table\n")
    return folder


def test_what_became_of_each_file_is_told(telads: Telads, files: Path, tmp_path: Path) -> None:
    told = telads("ingest", files, "-w", tmp_path / "w", "--lang", "en")
    assert told.code == 1, "one file was refused"
    cells = NEIGHBOURHOODS * 24
    assert told.out.splitlines() == [
        f"skipped: ~${JUNE}",
        f"loaded: {MAY} (2023-05, period 2023-02..2023-04, {cells} rows, 0 masked)",
        "  Columns not used: 새로운 열",
        f"loaded: {JUNE} (2023-06, period 2023-03..2023-05, {cells} rows, {cells // 5} masked)",
        "  Games: 20% of the values are masked.",
    ]
    (line,) = [line for line in told.err.splitlines() if line.startswith("rejected")]
    assert line.startswith("rejected: 2023.7월.csv: ")
    assert "Traceback" not in told.err


def test_the_same_again_is_unchanged_and_a_corrected_file_replaces(
    telads: Telads, files: Path, tmp_path: Path
) -> None:
    workspace = ("-w", tmp_path / "w", "--lang", "en")
    telads("ingest", files / MAY, *workspace)
    assert telads("ingest", files / MAY, *workspace).out == f"unchanged: {MAY} (2023-05)\n"
    write_csv(files / MAY, portal_rows(NEIGHBOURHOODS, seed=55))
    told = telads("ingest", files / MAY, *workspace)
    assert told.code == 0
    assert told.out.startswith(f"replaced: {MAY} (2023-05,")


def test_the_month_can_be_told(telads: Telads, tmp_path: Path) -> None:
    write_csv(tmp_path / "usage.csv", portal_rows(NEIGHBOURHOODS))
    words = ("ingest", tmp_path / "usage.csv", "-w", tmp_path / "w")
    assert telads(*words).code == 1
    told = telads(*words, "--month", "2024-02", "--lang", "en")
    assert "(2024-02, period 2023-11..2024-01," in told.out


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_check_says_what_would_become_of_files(
    telads: Telads, files: Path, tmp_path: Path, lang: str
) -> None:
    at = ("-w", tmp_path / "w", "--lang", lang)
    told = telads("check", files, *at)
    assert told.code == 1, "one is refused"
    assert not (tmp_path / "w").exists()
    word = {"ko": "반영 가능", "en": "can be loaded"}[lang]
    assert f"{word}: {MAY} (2023-05" in told.out
    known = json.loads(telads("check", files, *at, "-f", "json").out)
    taken = json.loads(telads("ingest", files, *at, "-f", "json").out)
    assert known["question"] == "check"
    assert [row | {"build": None} for row in known["rows"]] == taken["rows"]
    good = telads("check", files / MAY, *at)
    assert (good.code, good.out.splitlines()) == (
        0, [{"ko": f"변경 없음: {MAY} (2023-05)", "en": f"unchanged: {MAY} (2023-05)"}[lang]],
    )  # fmt: skip
    small = write_csv(tmp_path / "2023.5월.csv", portal_rows(1))
    for verb in ("check", "ingest"):
        refused = telads(verb, small, *at)
        assert refused.code == 1
        assert "--replace" in refused.out + refused.err
        assert telads(verb, small, *at, "--replace").code == 0


def test_korean_is_told_in_korean(telads: Telads, files: Path, tmp_path: Path) -> None:
    told = telads("ingest", files / JUNE, "-w", tmp_path / "w")
    assert told.out.splitlines() == [
        f"반영: {JUNE} (2023-06, 집계 기간 2023-03..2023-05, 600행, 비공개 값 120)",
        "  게임: 값의 20%가 가려져 있습니다.",
    ]


def test_programs_are_told_the_same(telads: Telads, files: Path, tmp_path: Path) -> None:
    told = telads("ingest", files, "-w", tmp_path / "w", "-f", "json", "--lang", "en")
    assert told.code == 1
    document = json.loads(told.out)
    assert (document["contract"], document["question"]) == (1, "ingest")
    rows = {Path(row["file"]).name: row for row in document["rows"]}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        f"~${JUNE}": "skipped", MAY: "taken", JUNE: "taken", "2023.7월.csv": "refused",
    }  # fmt: skip
    assert rows[MAY]["ignored_columns"] == ["새로운 열"]
    assert rows[JUNE]["warnings"] == ["Games: 20% of the values are masked."]
    assert rows["2023.7월.csv"]["error"]
    assert rows[MAY]["error"] is None
    table = telads("ingest", files, "-w", tmp_path / "w", "-f", "csv")
    outcomes = [row["outcome"] for row in csv.DictReader(io.StringIO(table.out))]
    assert sorted(outcomes) == ["refused", "skipped", "unchanged", "unchanged"]


def test_what_was_taken_is_built_at_once_where_asked(
    telads: Telads, files: Path, tmp_path: Path
) -> None:
    at = ("-w", tmp_path / "w", "--lang", "en")
    told = telads("ingest", files, "--build", *at)
    assert told.code == 1, "one file was refused, the others are built all the same"
    name = telads("status", *at, "--format", "json").json()["build"]
    assert told.out.splitlines()[-1] == f"built: {name}"
    again = telads("ingest", files / JUNE, "--build", *at)
    assert again.out.splitlines()[-1] == f"nothing new: {name}"
    (row,) = telads("ingest", files / JUNE, "--build", *at, "--format", "json").json()["rows"]
    assert row["build"] == name
    (row,) = telads("ingest", files / JUNE, *at, "--format", "json").json()["rows"]
    assert row["build"] is None


def test_where_nothing_was_taken_nothing_is_built(
    telads: Telads, files: Path, tmp_path: Path
) -> None:
    told = telads("ingest", files / "2023.7월.csv", "--build", "-w", tmp_path / "w", "--lang", "en")
    assert told.code == 1
    assert told.err.splitlines()[-1].startswith("rejected: 2023.7월.csv: ")


def test_a_build_is_told_once_and_then_nothing_is_new(
    telads: Telads, files: Path, tmp_path: Path
) -> None:
    workspace = ("-w", tmp_path / "w")
    telads("ingest", files / MAY, *workspace)
    first = telads("build", *workspace, "--lang", "en")
    name = first.out.removeprefix("built: ").strip()
    assert first.code == 0
    told = [line.partition(": ")[2] for line in first.err.splitlines()]
    assert told == ["2023-05", *OVERALL], "months, then tables over all of them"
    assert f"1/{len(told)}: 2023-05" in first.err.splitlines()[0]
    second = telads("build", *workspace, "--lang", "en")
    assert (second.out, second.err) == (f"nothing new: {name}\n", "")
    assert telads("build", *workspace, "-f", "json").json()["rows"] == [
        {"build": name, "made": False}
    ]
    again = telads("build", *workspace, "--again")
    assert again.out == f"계산했습니다: {name}\n"


def test_status_says_what_is_not_built_yet(telads: Telads, files: Path, tmp_path: Path) -> None:
    workspace = ("-w", tmp_path / "w", "--lang", "en")
    telads("ingest", files / MAY, *workspace)
    assert "Some months are not built yet: telads build" in telads("status", *workspace).err
    telads("build", *workspace)
    assert telads("status", *workspace).err == ""
    telads("ingest", files / JUNE, *workspace)
    told = telads("status", *workspace)
    assert "not built yet" in told.err
    rows = telads("status", *workspace, "-f", "json").json()["rows"]
    assert [row["built"] for row in rows] == [True, False]
    assert "Games: 20% of the values are masked." in " ".join(told.out.split())


def test_status_says_which_setting_waits_for_a_build(
    telads: Telads, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = ("-w", tmp_path / "w")
    telads("ingest", files / MAY, *workspace, "--build")
    assert telads("status", *workspace, "-f", "json").json()["warnings"] == []
    monkeypatch.setenv("TELADS_FLOOR", "60")
    assert telads("status", *workspace, "-f", "json").json()["warnings"] == [
        "TELADS_FLOOR 설정(60)이 지금 적용된 데이터 버전(50)과 다릅니다. "
        "telads build를 실행하면 반영됩니다."
    ]
    told = " ".join(telads("status", *workspace, "--lang", "en").out.split())
    assert (
        "The setting TELADS_FLOOR is 60, but the current data version was made with 50. Run "
        "telads build" in told
    )
    telads("build", *workspace)
    assert telads("status", *workspace, "-f", "json").json()["warnings"] == []


def test_an_empty_workspace_has_a_status(telads: Telads, tmp_path: Path) -> None:
    document = telads("status", "-w", tmp_path / "none", "-f", "json").json()
    assert document["rows"] == []
    told = telads("status", "-w", tmp_path / "none", "--lang", "en")
    assert told.err == "No month has been loaded yet: telads ingest FILES\n"
    assert not (tmp_path / "none").exists()


def test_a_healthy_workspace(telads: Telads) -> None:
    told = telads("doctor", "--lang", "en")
    assert told.code == 0
    assert {line.split()[0] for line in told.out.splitlines()} == {"ok"}
    for setting in ("TELADS_WORKSPACE", "TELADS_FLOOR=50 ", "TELADS_API_RATE=0 "):
        assert setting in told.out
    assert "months: 2023-01, 2023-02, 2023-03, 2023-04" in told.out


def test_a_workspace_that_needs_attention(telads: Telads, files: Path, tmp_path: Path) -> None:
    workspace = ("-w", tmp_path / "w", "--lang", "en")
    telads("ingest", files / MAY, *workspace)
    telads("build", *workspace)
    (table,) = (tmp_path / "w" / "marts").glob("*/services-*.parquet")
    table.write_bytes(b"damaged")
    for cells in (tmp_path / "w" / "cells").iterdir():
        cells.unlink()
    told = telads("doctor", *workspace)
    assert (told.code, told.err) == (1, "")
    looks = [line for line in told.out.splitlines() if line.startswith("LOOK")]
    assert len(looks) == 2
    assert "months: 2023-05; cells missing: 2023-05" in looks[0]
    assert "A file of the data version cannot be read." in looks[1]
    rows = json.loads(telads("doctor", *workspace, "-f", "json").out)["rows"]
    assert [row["good"] for row in rows].count(False) == 2


def test_the_doctor_keeps_a_password_to_itself(
    telads: Telads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELADS_DATABASE_URL", "postgres://me:p@ss:word@host/telads")
    told = telads("doctor").out
    assert "postgres://me:***@host/telads" in told
    assert "word" not in told


def test_the_font_is_told(telads: Telads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from telads.render.svg.fonts import FAMILY, VARIABLE

    assert f"font: {FAMILY} (" in telads("doctor", "--lang", "en").out
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    told = telads("doctor", "--lang", "en")
    assert told.code == 1
    assert f"LOOK  The folder of the setting {VARIABLE} contains no Korean font" in told.out


@pytest.mark.seoul
def test_the_whole_way_on_one_real_month(telads: Telads, seoul: Path, tmp_path: Path) -> None:
    """Four lines from a file of the portal to advice."""
    workspace = ("-w", tmp_path / "w")
    (june,) = seoul.glob("2023.6월*.xlsx")
    assert telads("ingest", june, *workspace).code == 0
    assert telads("build", *workspace).code == 0
    words = ("--district", "강남구", "--sex", "F", "--age", "30", *workspace, "-f", "json")
    document = telads("services", *words).json()
    assert (document["synthetic"], document["month"]) == (False, "2023-06")
    assert len(document["rows"]) == 7


def test_workbooks_are_taken_in_too(telads: Telads, tmp_path: Path) -> None:
    path = write_month(tmp_path, "2023.6")
    told = telads("ingest", path, "-w", tmp_path / "w", "--lang", "en")
    assert told.out.startswith(f"loaded: {path.name} (2023-06,")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"TELADS_HOST": "127.0.0.5"}, []),
        ({"TELADS_HOST": "0.0.0.0"}, ["without encryption", "without signing in"]),
        ({"TELADS_HOST": "192.0.2.1", "TELADS_CLOSED": "1"}, ["without encryption"]),
        (
            {
                "TELADS_HOST": "0.0.0.0",
                "TELADS_BEHIND_TLS": "1",
                "TELADS_PROXIES": "1",
                "TELADS_ALLOWED_HOSTS": "ads.example",
            },
            [],
        ),
        ({"TELADS_BEHIND_TLS": "1"}, ["TELADS_ALLOWED_HOSTS", "TELADS_PROXIES=0"]),
    ],
)
def test_the_doctor_tells_an_open_address(
    telads: Telads, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], told: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = telads("doctor", "--lang", "en")
    looks = [line for line in found.out.splitlines() if line.startswith("LOOK")]
    assert len(looks) == len(told)
    for line, words in zip(looks, told, strict=True):
        assert words in line
    assert found.code == bool(told)


def test_borders_of_neighbourhoods_are_taken_in_and_what_fits_nobody_is_told(
    telads: Telads, twin_workspace: Store, tmp_path: Path
) -> None:
    own = tmp_path / "workspace"
    shutil.copytree(twin_workspace.path, own)
    code = sorted(pl.read_parquet(next(own.glob("cells/*.parquet")))["code"].unique())[0]
    ring = [[127, 37], [127.1, 37], [127.1, 37.1], [127, 37]]
    features = [
        {"type": "Feature", "properties": {"id": id},
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for id in (code, "strange")
    ]  # fmt: skip
    file = tmp_path / "dong.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    told = telads("borders", file, "--code", "id", "-w", own, "--lang", "en")
    assert told.code == 0
    assert told.out.startswith("Borders of 1 neighbourhoods: 1 by code, 0 by name, 4 points.\n")
    assert "Not in the data: strange" in told.out
    assert (own / "neighbourhoods.geojson").is_file()
    own.chmod(0o755)
    assert telads("borders", file, "--code", "id", "-w", own).code == 0
    assert not list(found_open(own)), "it is a workspace with borders too, and closed"
    assert own.stat().st_mode & 0o777 == 0o700
    file.write_text("{}", "utf-8")
    told = telads("borders", file, "-w", own, "--lang", "en")
    assert told.code
    assert "Not a GeoJSON FeatureCollection" in told.err


def four_years(folder: Path) -> set[Month]:
    """A tree of 47 months under the names people give them; 2022-05 is missing."""
    months = months_between(Month.of(2020, 1), Month.of(2023, 12))

    def path(*parts: str) -> Path:
        found = folder.joinpath(*parts)
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    for month in months[:12]:
        name = f"{month.year}.{month.month}월_29개 통신정보.xlsx"
        write_xlsx(path("2020_29개_통신정보", "원본", name), portal_rows(seed=month.number))
        write_groups(
            path("2020_10개_관심집단", f"{month.year}.{month.month}월_10개 관심집단 수.xlsx")
        )
    rows = [[*row, f"{month.year}{month.month:02}"]
            for month in months[12:24] for row in portal_rows(seed=month.number)]  # fmt: skip
    write_csv(path("2021", "2021년_통합_29개 통신정보.csv"), rows, [*HEADERS, "기준년월"])
    for month in months[24:36]:
        if month.month != 5:
            write_csv(path("2022", f"통신정보({month.year % 100}년 {month.month:02}월) (1).csv"),
                      portal_rows(seed=month.number))  # fmt: skip
    sheets = [Sheet(f"{month.month}월", portal_rows(seed=month.number)) for month in months[36:38]]
    write_sheets(path("최근", "2023년 1월-2월 29개 통신정보.xlsx"), *sheets)
    for month in months[38:]:
        write_csv(path("최근", str(month), f"{month}.csv"), portal_rows(seed=month.number))
    write_guide(path("서울시민생활데이터_컬럼설명서.xlsx"))
    path("최근", "~$2023-12.xlsx").write_bytes(b"lock")
    return {*months} - {Month.of(2022, 5)}


def test_a_tree_of_four_years_is_one_call_and_told_by_year(telads: Telads, tmp_path: Path) -> None:
    months = four_years(tmp_path / "통신정보 데이터")
    told = telads("ingest", tmp_path / "통신정보 데이터", "-w", tmp_path / "w", "--lang", "en")
    assert (told.code, told.out.count("loaded: ")) == (0, 47 + 12)
    assert {*Store(tmp_path / "w").ledger().current()} == months
    assert told.out.splitlines()[-4:] == [
        "2020: 12 months, loaded 24",
        "2021: 12 months, loaded 12",
        "2022: 11 months, loaded 11, missing 2022-05",
        "2023: 12 months, loaded 12",
    ]
    steps = [line for line in told.err.splitlines() if line.startswith("파일 읽기 ")]
    assert len(steps) > 36, "each file is shown while they are read"
    again = telads("ingest", tmp_path / "통신정보 데이터", "-w", tmp_path / "w")
    assert again.out.splitlines()[-2:] == [
        "2022: 11개월, 변경 없음 11, 빠진 달 2022-05", "2023: 12개월, 변경 없음 12",
    ]  # fmt: skip
    one = telads("ingest", tmp_path / "통신정보 데이터" / "2022", "-w", tmp_path / "v")
    assert "2022: " not in one.out, "a single year needs no summary"
