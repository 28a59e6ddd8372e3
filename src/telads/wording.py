"""How figures and names are put into sentences, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from telads.catalog import UNITS, Kind
from telads.language import Lang, Text
from telads.model import Sex, Window, age_text
from telads.places import district_name

_FIRST_HANGUL, _LAST_HANGUL, _FINALS = 0xAC00, 0xD7A3, 28


def josa(word: str, particles: str) -> str:
    """The word with the Korean particle its last syllable asks for.

    `josa("쇼핑", "은/는")` is 쇼핑은, `josa("배달과 게임", "이/가")` is 배달과 게임이. A word that does
    not end in Hangul gets both forms, as in `SNS은(는)`.
    """
    after_consonant, after_vowel = particles.split("/")
    last = ord(word.rstrip("()' ")[-1:] or " ")
    if not _FIRST_HANGUL <= last <= _LAST_HANGUL:
        return f"{word}{after_consonant}({after_vowel})"
    closed = (last - _FIRST_HANGUL) % _FINALS != 0
    return word + (after_consonant if closed else after_vowel)


def observed(window: Window, lang: Lang) -> str:
    """The months observed as a subtitle says them: `관측 2023-03..2023-05`."""
    return Text("관측 {window}", "observed {window}").format(window=window)(lang)


def people(count: float, lang: Lang) -> str:
    """A rounded number of people: `73만 명`, `5.2만 명`, `8,120명`; `730,000 people`."""
    if lang == "ko":
        if count >= 100_000:
            return f"{count / 10_000:,.0f}만 명"
        return f"{count / 10_000:.1f}만 명" if count >= 10_000 else f"{round(count, -1):,.0f}명"
    digits = -4 if count >= 100_000 else -3 if count >= 10_000 else -1
    return f"{round(count, digits):,.0f} people"


def number(value: float, kind: Kind | None = None) -> str:
    """A figure without its unit; a standardised index always shows its sign."""
    if kind == "index":
        return f"{value:+.2f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"


def figure(value: float, kind: Kind, lang: Lang) -> str:
    """A figure with its unit: `월 151.2일`, `151.2 days a month`, `+0.31`."""
    if kind == "people":
        return people(value, lang)
    if kind == "index":
        return number(value, kind)
    if kind == "days":
        return Text(f"월 {number(value)}일", f"{number(value)} days a month")(lang)
    space = "" if lang == "ko" or kind == "percent" else " "
    return f"{number(value)}{space}{UNITS[kind](lang)}"


def group_name(sex: str, age: int, lang: Lang) -> str:
    """`30대 여성`, `women 30-39`."""
    word = Sex(sex).text
    return Text(f"{age_text(age).ko} {word.ko}", f"{word.en} {age_text(age).en}")(lang)


def segment_name(district: str, sex: str, age: int, lang: Lang) -> str:
    """`강남구 30대 여성`, `women 30-39 in Gangnam-gu`."""
    group, place = group_name(sex, age, lang), district_name(district, lang)
    return f"{place} {group}" if lang == "ko" else f"{group} in {place}"


def in_sentence(name: str) -> str:
    """A catalogue name inside an English sentence: `shopping`, but `YouTube` and `Netflix`."""
    proper = name in {"YouTube", "Netflix"} or name[1:2].isupper()
    return name if proper else name[:1].lower() + name[1:]


def join_names(names: Sequence[str], lang: Lang) -> str:
    """`쇼핑과 금융`, `shopping, finance and games`."""
    if len(names) < 2:
        return "".join(names)
    if lang == "ko":
        return ", ".join((*names[:-2], f"{josa(names[-2], '과/와')} {names[-1]}"))
    return f"{', '.join(names[:-1])} and {names[-1]}"
