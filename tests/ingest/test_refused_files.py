"""Files refused as a whole: what is said, where, in both languages, and that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from telads.errors import DataError, TeladsError
from telads.ingest.ingest import ingest
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.broken import (
    NAME,
    blank_row_inside,
    blank_rows_above,
    changed,
    content,
    formula,
    formula_without_result,
    good_csv,
    good_xlsx,
    link_to_nothing,
    masked_beside,
    spoilt,
    twice,
    twice_the_column,
    twice_the_column_csv,
    without,
    zip_of_text,
)
from tests.ingest.portal import HEADERS, portal_rows, write_csv, write_month, write_xlsx


@dataclass(frozen=True)
class Refused:
    """How a bad file is written, and what its refusal must say."""

    write: Callable[[Path], Path]
    en: str
    ko: str
    facts: dict[str, object] = field(default_factory=dict)
    """row, column and value as the error must give them."""


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GAME, VIDEO = HEADERS[6], HEADERS[9]

REFUSED = {
    "no place": Refused(
        without("행정동코드", "행정동"), "column that every answer needs", "필요한 열이 없습니다",
        {"row": 1, "column": "행정동코드 / 행정동"}),
    "no district": Refused(
        without("행정동코드", "자치구"), "column that every answer needs", "필요한 열",
        {"column": "자치구"}),
    "no sex": Refused(
        without("성별"), "column that every answer needs", "필요한 열", {"column": "성별"}),
    "no age": Refused(
        without("연령대"), "column that every answer needs", "필요한 열", {"column": "연령대"}),
    "no population": Refused(
        without("총인구수"), "column that every answer needs", "필요한 열", {"column": "총인구수"}),
    "no measure": Refused(
        without(*HEADERS[6:]), "column that every answer needs", "필요한 열",
        {"column": "게임 서비스 사용일수 ..."}),
    "title row": Refused(
        lambda folder: write_xlsx(
            folder / NAME, [HEADERS, *portal_rows()], ["서울 시민생활 데이터"]),
        "first row holds the portal's", "첫 줄이 포털의 열 이름",
        {"row": 1, "value": "서울 시민생활 데이터, B, C, D, E, F, G, H, I, J, K, L, M, N, O"}),
    "second header row": Refused(
        lambda folder: write_xlsx(
            folder / NAME, [["", "", "", "", "", *["(일)"] * 10], *portal_rows()]),
        "not a number", "숫자가 아닌 값", {"row": 2, "column": "총인구수", "value": "(일)"}),
    "not numeric": Refused(
        changed(7, 6, "많음"), "not a number", "숫자가 아닌 값",
        {"row": 7, "column": GAME, "value": "많음"}),
    "decimal comma": Refused(
        changed(7, 6, "12,5", "2023-06.csv"), "not a number", "숫자가 아닌 값",
        {"row": 7, "column": GAME, "value": "12,5"}),
    "not a number": Refused(
        changed(7, 6, "nan", "2023-06.csv"), "not a number", "숫자가 아닌 값",
        {"row": 7, "column": GAME, "value": "nan"}),
    **{f"the text {text} among numbers": Refused(
        changed(7, 6, text), "not a number", "숫자가 아닌 값",
        {"row": 7, "column": GAME, "value": text})
       for text in ("NaN", "nan", "inf", "NA", "N/A", "#N/A", "null", "NULL", "-")},
    **{f"the text {text} beside a mask": Refused(
        masked_beside(7, 6, text), "not a number", "숫자가 아닌 값",
        {"row": 7, "column": GAME, "value": text})
       for text in ("NaN", "NA", "#N/A", "null")},
    "error cell": Refused(
        formula("#DIV/0!"), "not a number", "숫자가 아닌 값",
        {"row": 10, "column": HEADERS[7], "value": "#DIV/0!"}),
    "formula without result": Refused(
        formula_without_result, "not a number", "숫자가 아닌 값",
        {"row": 10, "column": HEADERS[7], "value": "=F10*2"}),
    "boolean": Refused(
        lambda folder: write_xlsx(
            folder / NAME, [[*row[:6], True, *row[7:]] for row in portal_rows()]),
        "not a number", "숫자가 아닌 값", {"row": 2, "column": GAME, "value": "TRUE"}),
    "blank rows above": Refused(
        blank_rows_above, "not a number", "숫자가 아닌 값",
        {"row": 5, "column": GAME, "value": "많음"}),
    "unknown sex": Refused(
        changed(9, 3, 3), "not known", "모르는 값", {"row": 9, "column": "성별", "value": "3"}),
    "unknown age": Refused(
        changed(9, 4, 22), "five-year age", "다섯 살 단위",
        {"row": 9, "column": "연령대", "value": "22"}),
    "ten-year age": Refused(
        changed(9, 4, "20대"), "Ten-year ages are too coarse", "10년 단위 데이터는",
        {"row": 9, "column": "연령대", "value": "20대"}),
    "empty place": Refused(
        changed(9, 0, ""), "is empty", "빈 칸", {"row": 9, "column": "행정동코드"}),
    "place like a formula": Refused(
        changed(9, 1, '=HYPERLINK("http://x")', "2023-06.csv"),
        "begins like a formula", "수식처럼 시작",
        {"row": 9, "column": "자치구", "value": '=HYPERLINK("http://x")'}),
    "blank row inside": Refused(
        blank_row_inside, "is empty", "빈 칸", {"row": 6, "column": "행정동코드"}),
    "spoilt code": Refused(
        changed(9, 0, "1.10105E+06", "2023-06.csv"), "not made of digits", "숫자가 아닙니다",
        {"row": 9, "column": "행정동코드", "value": "1.10105E+06"}),
    "code of another system": Refused(
        lambda folder: write_csv(
            folder / "2023-06.csv", [["1111051500", *row[3:]] for row in portal_rows(1)],
            [HEADERS[0], *HEADERS[3:]]),
        "seven-digit codes", "통계청 7자리",
        {"row": 2, "column": "행정동코드", "value": "1111051500"}),
    "no district of the city": Refused(
        lambda folder: write_xlsx(
            folder / NAME, [[row[0], "수원시", *row[2:]] for row in portal_rows(1)]),
        "25 districts", "25개 자치구", {"row": 2, "column": "자치구", "value": "수원시"}),
    "district typed wrongly": Refused(
        changed(9, 1, "강냠구"), "Did you mean 강남구?", "찾으시는 것이 강남구인가요?",
        {"row": 9, "column": "자치구", "value": "강냠구"}),
    "row of a total": Refused(
        changed(9, 1, "합계"), "contains a total", "합계나 소계 행이면",
        {"row": 9, "column": "자치구", "value": "합계"}),
    "two districts": Refused(
        changed(9, 1, "강남구"), "two districts", "두 자치구",
        {"row": 9, "column": "자치구", "value": "1101051 강남구"}),
    "duplicate cell": Refused(
        twice, "already in row 5", "5행에 이미", {"row": 74, "value": "1101051 M 35"}),
    "column twice": Refused(
        twice_the_column, "Two columns mean the same", "같은 뜻의 열이 둘",
        {"column": f"{GAME} / {GAME}"}),
    "column twice in a CSV": Refused(
        twice_the_column_csv, "Two columns mean the same", "같은 뜻의 열이 둘",
        {"column": f"{GAME} /  {GAME}"}),
    "negative population": Refused(
        changed(11, 5, -1), "cannot be negative", "음수일 수 없는",
        {"row": 11, "column": "총인구수", "value": -1.0}),
    "negative days": Refused(
        changed(11, 9, -0.5), "cannot be negative", "음수일 수 없는",
        {"row": 11, "column": VIDEO, "value": -0.5}),
    "no month": Refused(
        lambda folder: write_xlsx(folder / "통신정보.xlsx", portal_rows()),
        "does not say its month", "몇 월 데이터인지"),
    "empty file": Refused(content(NAME, b""), "is empty", "빈 파일"),
    "empty CSV": Refused(content("2023-06.csv", b" \n\n"), "single row", "데이터 행이 하나도"),
    "header alone": Refused(
        lambda folder: write_xlsx(folder / NAME, []), "single row", "데이터 행이 하나도"),
    "header alone in a CSV": Refused(
        lambda folder: write_csv(folder / "2023-06.csv", []), "single row", "데이터 행이 하나도"),
    "truncated workbook": Refused(
        spoilt(good_xlsx, lambda content: content[: len(content) * 2 // 3]), "damaged", "손상"),
    "truncated CSV": Refused(
        spoilt(good_csv, lambda content: content[: content.rindex(b",")]), "cut off", "잘렸거나",
        {"row": 73}),
    "CSV cut inside its last figure": Refused(
        spoilt(good_csv, lambda content: b"\n".join(content.split(b"\n")[:40])[:-2]),
        "ends in the middle of a row", "행 중간에서", {"row": 40}),
    "CSV cut inside a character": Refused(
        spoilt(good_csv, lambda content: content[: content.rindex("구".encode()) + 2]),
        "middle of a character", "글자 중간"),
    "unquoted thousands": Refused(
        content("2023-06.csv", ",".join(HEADERS).encode() +
                b"\n1101051,a,b,1,20,1,234.5,1,1,1,1,1,1,1,1,1\n"),
        "columns have slipped", "열이 밀렸습니다", {"row": 2}),
    "open quotation mark": Refused(
        spoilt(good_csv, lambda content: content + b'"'), "open quotation mark", "따옴표",
        {"row": 74}),
    "UTF-16": Refused(
        lambda folder: write_csv(folder / "2023-06.csv", portal_rows(), encoding="utf-16"),
        "unknown encoding", "인코딩"),
    "UTF-16 without its mark": Refused(
        lambda folder: write_csv(folder / "2023-06.csv", portal_rows(), encoding="utf-16-le"),
        "unknown encoding", "인코딩"),
    "UTF-32": Refused(
        lambda folder: write_csv(folder / "2023-06.csv", portal_rows(), encoding="utf-32"),
        "unknown encoding", "인코딩"),
    "password": Refused(
        content(NAME, OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)),
        "protected by a password", "암호"),
    "damaged old workbook": Refused(content("2023-06.xls", OLE + bytes(600)), "damaged", "손상"),
    "HTML named xlsx": Refused(
        content(NAME, b"<html><table></table></html>"), "is not one", "엑셀 파일이 아닙니다"),
    "CSV named xlsx": Refused(
        lambda folder: write_csv(folder / NAME, portal_rows()), "is not one",
        "엑셀 파일이 아닙니다"),
    "xlsx named CSV": Refused(
        lambda folder: good_xlsx(folder).rename(folder / "2023-06.csv"),
        "is an Excel workbook", "이름은 CSV이지만"),
    "other zip": Refused(content(NAME, zip_of_text()), "damaged", "손상"),
    "other kind": Refused(content("2023-06.hwp", b"x"), "this kind", "종류"),
    "missing path": Refused(lambda folder: folder / NAME, "folder not found", "파일이나 폴더를"),
    "broken link": Refused(
        lambda folder: link_to_nothing(folder / NAME), "folder not found", "파일이나 폴더를"),
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Store:
    """A workspace with one good month, which no refusal may change."""
    folder = tmp_path_factory.mktemp("refused")
    workspace = Store(folder / "workspace")
    (taken,) = ingest(workspace, [write_month(folder, "2023.6")], settings)
    assert taken.outcome == "taken"
    return workspace


def state(workspace: Store) -> dict[str, str]:
    """Every file of the workspace with a hash of its content."""
    return {
        str(path.relative_to(workspace.path)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in workspace.path.rglob("*")
        if path.is_file()
    }


def refusal(workspace: Store, path: Path, settings: Settings) -> TeladsError:
    before = state(workspace)
    (taken,) = ingest(workspace, [path], settings)
    assert taken.outcome == "refused"
    assert taken.error is not None
    assert state(workspace) == before
    return taken.error


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_refused(case: Refused, workspace: Store, settings: Settings, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    error = refusal(workspace, path, settings)
    assert isinstance(error, DataError)
    assert error.facts["file"] == path
    assert {name: error.facts.get(name) for name in case.facts} == case.facts
    assert error.advice
    for lang, words in (("en", case.en), ("ko", case.ko)):
        line = error.line("ko" if lang == "ko" else "en")
        assert words in line
        assert str(path) in line
        assert "\n" not in line
        assert all(str(fact) in line for fact in case.facts.values())


def test_a_folder_without_files_is_refused(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("not data")
    before = state(workspace)
    with pytest.raises(DataError, match="no file to read") as caught:
        list(ingest(workspace, [tmp_path], settings))
    assert "읽을 파일이 없습니다" in caught.value.line("ko")
    assert caught.value.facts["file"] == str(tmp_path)
    assert state(workspace) == before
