from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import telads
from telads.dataset import Kind
from telads.method.disclosure import size
from telads.model import Month, Window
from telads.planning.brief import money
from telads.text import Lang, Text, join_names, josa
from telads.wording import (
    be,
    figure,
    group_name,
    in_sentence,
    number,
    observed,
    people,
    segment_name,
)
from tests.seoul import SERVICES


@pytest.mark.parametrize(
    ("word", "particles", "said"),
    [
        ("쇼핑", "은/는", "쇼핑은"),
        ("게임과 배달", "이/가", "게임과 배달이"),
        ("유튜브", "을/를", "유튜브를"),
        ("넷플릭스", "과/와", "넷플릭스와"),
        ("배달", "으로/로", "배달로"),
        ("쇼핑", "으로/로", "쇼핑으로"),
        ("금융(월)", "이/가", "금융(월)이"),
        ("2023", "은/는", "2023은"),
        ("1월 2", "이/가", "1월 2가"),
        ("SNS", "은/는", "SNS은(는)"),
        ("", "은/는", "은(는)"),
    ],
)
def test_particles_follow_the_last_syllable(word: str, particles: str, said: str) -> None:
    assert josa(word, particles) == said


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1234.4, None, "1,234"),
        (15.25, None, "15.2"),
        (-3.14, None, "−3.1"),
        (0.312, "index", "+0.31"),
        (-0.312, "index", "−0.31"),
        (-0.001, "index", "0.00"),
        (-0.04, None, "0.0"),
        (999.96, None, "1,000.0"),
    ],
)
def test_numbers(value: float, kind: Kind | None, said: str) -> None:
    assert number(value, kind) == said


def test_digits_can_be_chosen() -> None:
    assert number(0.0034, "index", 3) == "+0.003"
    assert number(12.345, digits=0) == "12"


@pytest.mark.parametrize(
    ("count", "ko", "en"),
    [
        (8_214_000, "821만 명", "8.21 million people"),
        (734_999, "73.5만 명", "735,000 people"),
        (52_149, "5.21만 명", "52,100 people"),
        (52_020, "5.2만 명", "52,000 people"),
        (1_248_390, "125만 명", "1.25 million people"),
        (10_500, "1.05만 명", "10,500 people"),
        (99_960, "10만 명", "100,000 people"),
        (999_996, "100만 명", "1 million people"),
        (9_996, "1만 명", "10,000 people"),
        (8_123, "8,120명", "8,120 people"),
        (0, "0명", "0 people"),
    ],
)
def test_people_are_rounded(count: float, ko: str, en: str) -> None:
    assert people(count, "ko") == ko
    assert people(count, "en") == en
    if count < 10_000:
        assert people(size(count), "en") == en, "as sizes are published"


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [
        (50_000_000, "5,000만 원", "50 million won"),
        (120_000_000, "1억 2,000만 원", "120 million won"),
        (1_000_000_000, "10억 원", "1 billion won"),
        (1_200_000_000_000, "1조 2,000억 원", "1.2 trillion won"),
        (28_910_000, "2,891만 원", "28.91 million won"),
        (28_912_345, "28,912,345원", "28,912,345 won"),
        (11_000, "11,000원", "11,000 won"),
    ],
)
def test_money_is_exact_as_one_says_it(amount: int, ko: str, en: str) -> None:
    assert money(amount) == Text(ko, en)


@pytest.mark.parametrize(
    ("value", "kind", "lang", "said"),
    [
        (151.24, "days", "ko", "월 151.2일"),
        (151.24, "days", "en", "151.2 days a month"),
        (0.31, "index", "ko", "+0.31"),
        (58.6, "minutes", "ko", "58.6분"),
        (58.6, "minutes", "en", "58.6 minutes"),
        (7_200, "seconds", "ko", "2.0시간"),
        (7_200, "seconds", "en", "2.0 hours"),
        (7.34, "percent", "en", "7.3%"),
        (13.6, "people", "ko", "13.6명"),
        (52_340, "people", "ko", "5.23만 명"),
        (6_012.7, "money", "ko", "6,013원"),
    ],
)
def test_figures_carry_their_unit(value: float, kind: Kind, lang: Lang, said: str) -> None:
    assert figure(value, kind, lang) == said


def test_an_index_never_gets_days_or_a_percentage() -> None:
    for service in (service for service in SERVICES if service.is_index):
        for lang in ("ko", "en"):
            said = figure(0.5, service.kind, lang)
            assert said == "+0.50"


def test_groups_and_segments_by_name() -> None:
    assert group_name("F", 30, "ko") == "30대 여성"
    assert group_name("M", 70, "en") == "men 70 and over"
    assert segment_name("강남구", "F", 30, "ko") == "강남구 30대 여성"
    assert segment_name("강남구", "F", 30, "en") == "women 30-39 in Gangnam-gu"


def test_verbs_agree_with_the_services() -> None:
    assert {be(service.text.en) for service in SERVICES if service.id != "game"} == {"is"}
    assert be("Games") == "are"


def test_names_inside_a_sentence() -> None:
    assert [in_sentence(name) for name in ("Shopping", "YouTube", "SNS")] == [
        "shopping", "YouTube", "SNS"
    ]  # fmt: skip
    assert join_names(["쇼핑", "금융", "게임"], "ko") == "쇼핑, 금융과 게임"
    assert join_names(["shopping", "finance", "games"], "en") == "shopping, finance and games"
    assert join_names(["쇼핑"], "ko") == "쇼핑"
    assert join_names([], "en") == ""


def test_the_window_observed() -> None:
    window = Window(Month.of(2023, 3), Month.of(2023, 5))
    assert observed(window, "ko") == "집계 2023년 3월–5월"
    assert observed(window, "en") == "period 2023-03 to 2023-05"


SRC = Path(telads.__file__).parent
HANGUL = re.compile("[가-힣]")
WORDS_KO = {
    "자료": r"(?<![가-힣])자료", "관심도": "관심도", "접촉": "접촉",
    "기준 달": "기준 달", "연관": "연관", "열쇠": "열쇠", "원장": "(?<![가-힣])원장",
    "견주": "견[주준줄]", "까닭": "까닭", "몫": "몫", "잡음": "잡음", "윤곽": "윤곽",
    "성·연령": "성·연령", "집행 단위": "집행 단위", "가려진 값": "가려진 값",
    "확실한": "확실한", "판 번호": "판 번호", "기획자": "기획자", "십시오": "십시오",
    "그런": "(?<![가-힣])그런 .*없", "세인즈버리": "세인즈버리", "전환율": "전환율",
}  # fmt: skip
"""Words that no Korean text says, as docs/words.md lists them, and how they are found."""
WORDS_EN = {
    "whom": r"\bwhom\b", "whoever": r"\bwhoever\b", "advert": r"\badverts?\b",
    "foretold": r"\bforetold\b", "dearer": r"\bdearer\b", "cheaper": r"\bcheaper\b",
    "strewn": r"\bstrewn\b", "anew": r"\banew\b", "put away": r"\bput away\b",
    "hand over": r"\bhand(ed|s)? over\b", "take back": r"\bta(ke|ken|king) back\b",
    "taken in": r"\bta(ke|ken|king) in\b", "told": r"\bt(old|ell|ells)\b",
    "stands out": r"\bstands? out\b", "fallen silent": r"\bsilent\b",
    "such": r"\bno such\b", "in force": r"\bin force\b", "remark": r"\bremarks?\b",
    "ledger": r"\bledger\b", "affinity": r"\baffinit(y|ies)\b", "label month": r"\blabel month",
    "log of actions": r"\blog of actions\b", "mean person": r"\bmean person\b",
    "what became of": r"\bbecame of\b", "conversion": r"\bconversions?\b", "ROI": r"\bROI\b",
}  # fmt: skip
"""The same for English texts; in the register of a reference, not of a tale."""
RIGHT = (
    ("세인즈버리", "매체별 도달 = ", "names its source in the notes on the method"),
    ("affinity", "affinity, or classic", "values of an option"),
    ("affinity", "order: affinity, excess or volume", "values of an option"),
    ("affinity", "Ask by usage score (affinity).", "the value to ask by"),
)
"""Where a word is right all the same: the word, how the text that says it begins, and why."""


def _constant(node: ast.expr) -> str | None:
    """A text that is written out; of an f-string, what stands between its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_constant(one) or "{}" for one in node.values)
    return None


def _pairs_of(path: Path) -> Iterator[tuple[str, str]]:
    """Korean and English, one after the other in a call or a list, as in `Text(ko, en)`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        beside = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        for first, second in pairwise(beside):
            korean, english = _constant(first), _constant(second)
            if korean and english and HANGUL.search(korean):
                yield korean, english


@cache
def said() -> dict[str, list[tuple[str, str]]]:
    """Every text that a person reads, Korean and English, with the file that says it."""
    korean: list[tuple[str, str]] = []
    english: list[tuple[str, str]] = []
    for path in sorted(SRC.rglob("*")):
        name = str(path.relative_to(SRC))
        if path.suffix == ".py":
            pairs = list(_pairs_of(path))
        elif path.suffix == ".po" and path.parent.name == "parts":
            entries = path.read_text("utf-8").split("\n\n")
            texts = [dict(re.findall(r'^(msg\w+)[^"]*"(.+)"$', one, re.M)) for one in entries]
            pairs = [(one.get("msgstr", ""), one.get("msgid", "")) for one in texts]
        elif path.suffix == ".j2" or path.name == "dataset.toml":
            pairs = re.findall(
                r'(?:say\(|ko = )"((?:[^"\\]|\\.)*)", (?:en = )?"((?:[^"\\]|\\.)*)"',
                path.read_text("utf-8"),
            )
        else:
            continue
        korean += [(name, one) for one, _ in pairs]
        english += [(name, one) for _, one in pairs if not HANGUL.search(one)]
    return {"ko": korean, "en": english}


@pytest.mark.parametrize(("lang", "words"), [("ko", WORDS_KO), ("en", WORDS_EN)])
def test_no_text_says_a_word_that_the_glossary_refuses(lang: str, words: dict[str, str]) -> None:
    texts = said()[lang]
    assert len(texts) > 1500
    exceptions = {(word, start) for word, start, _ in RIGHT}
    found = [
        f"{name}: {word}: {text}"
        for name, text in texts
        for word, pattern in words.items()
        if re.search(pattern, text)
        and not any(one == word and text.startswith(start) for one, start in exceptions)
    ]
    assert not found


def test_every_exception_is_still_said() -> None:
    texts = [text for spoken in said().values() for _, text in spoken]
    for word, start, _ in RIGHT:
        pattern = {**WORDS_KO, **WORDS_EN}[word]
        assert any(one.startswith(start) and re.search(pattern, one) for one in texts), start


def test_the_glossary_lists_every_refused_word() -> None:
    page = (Path(__file__).parents[1] / "docs" / "words.md").read_text("utf-8")
    glossary, refused = page.split("## Words not used")
    assert len(re.findall(r"^\| \d+ \|", glossary, re.M)) == 64
    assert not [word for word in {**WORDS_KO, **WORDS_EN} if word not in refused]


def test_a_refused_word_is_found(tmp_path: Path) -> None:
    """The test itself: texts, f-strings and nested lists are read."""
    path = tmp_path / "texts.py"
    path.write_text(
        'a = Text("자료가 없습니다.", "No data.")\n'
        'b = Text(f"{n}개 접촉", f"{n} contacts")\n'
        'c = [("열", ("원장", "the ledger"))]\n',
        encoding="utf-8",
    )
    assert list(_pairs_of(path)) == [
        ("자료가 없습니다.", "No data."), ("{}개 접촉", "{} contacts"), ("원장", "the ledger")
    ]  # fmt: skip
