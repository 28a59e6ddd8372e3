"""Errors carry facts and say them in both languages; the languages are chosen by the locale."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from telads import errors
from telads.errors import DataError, TeladsError, choose
from telads.text import Text, locale_language

ERROR = DataError(
    Text("숫자가 아닙니다.", "Not a number."), Text("고쳐 주세요.", "Correct it."),
    file=Path("a b.xlsx"), row=7, column="총인구수", value="많\n음", unit=None,
)  # fmt: skip
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)
         if issubclass(kind, TeladsError)]  # fmt: skip


def test_one_line_says_what_where_and_what_to_do() -> None:
    assert ERROR.line("en") == (
        "Not a number. (file a b.xlsx, row 7, column 총인구수, value 많 음) Correct it."
    )
    assert ERROR.line("ko") == (
        "숫자가 아닙니다. (파일 a b.xlsx, 행 7, 열 총인구수, 값 많 음) 고쳐 주세요."
    )
    assert str(ERROR) == ERROR.line("en")
    assert TeladsError(Text("가", "a")).line("ko") == "가"


def test_an_empty_value_is_seen() -> None:
    error = TeladsError(Text("없음", "none"), value=" ")
    assert (error.line("ko"), error.line("en")) == ("없음 (값 비어 있음)", "none (value empty)")
    assert TeladsError(Text("없음", "none"), value=0).line("en") == "none (value 0)"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("강냠구", "강남구"), ("강 남 구", "강남구"), ("Gangnan-gu", "강남구"), ("종로", "종로구"),
     ("부산", ""), ("", ""), ("?" * 50, "")],
)  # fmt: skip
def test_a_slip_is_answered_with_the_nearest_name_and_all_there_are(name: str, meant: str) -> None:
    names = [Text("강남구", "Gangnam-gu"), Text("종로구", "Jongno-gu")]
    advice = choose(name, names)
    asked = {one.ko: f"Did you mean {one.en}? " for one in names}
    assert advice.en == f"{asked.get(meant, '')}Choose one of: Gangnam-gu, Jongno-gu."
    asked = {one.ko: f"찾으시는 것이 {one.ko}인가요? " for one in names}
    assert advice.ko == f"{asked.get(meant, '')}다음 중에서 골라 주세요: 강남구, 종로구."


def test_as_a_problem_it_is_json_with_numbers_as_numbers() -> None:
    problem = ERROR.problem("en")
    assert json.loads(json.dumps(problem)) == {
        "error": "bad-data", "message": "Not a number.", "advice": "Correct it.",
        "file": "a b.xlsx", "row": 7, "column": "총인구수", "value": "많\n음",
    }  # fmt: skip


def test_the_docstring_draws_the_whole_tree() -> None:
    drawn = re.findall(r"^ +(?:[│ ]*[├└]── )?([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS)


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE"}, "en"),
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "ko_KR@hanja"}, "ko"),
        ({"LANG": "kok_IN"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "ko_KR.eucKR"}, "ko"),
        ({"LANG": "ko_KR", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "ko_KR", "LC_ALL": "POSIX"}, "en"),
        ({"LANG": "ko_KR", "LC_ALL": ""}, "ko"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ko"}, "ko"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ko_KR:ko:en_GB:en"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LANGUAGE": "en_GB:ko"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LANGUAGE": "ja:ko:en"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LANGUAGE": "ja"}, "ko"),
        ({"LANG": "C", "LANGUAGE": "ko"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ko"}, "en"),
        ({"LANGUAGE": "ko"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(variables: dict[str, str], language: str) -> None:
    assert locale_language(variables) == language


def test_a_text_fills_both_languages_with_the_same_facts() -> None:
    assert Text("{n}칸", "{n} cells").format(n=3) == ("3칸", "3 cells")
