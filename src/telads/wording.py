"""Wording of figures and names in sentences, in both languages."""

from __future__ import annotations

from math import floor, log10

from telads.dataset import Kind, in_force
from telads.model import Sex, Window
from telads.text import Lang, Text, inside

_SECONDS_AN_HOUR = 3600

# Words that several doors say.
YES, NO = Text("예", "yes"), Text("아니요", "no")
NAME = Text("이름", "Name")
PLAN = Text("계획", "plan")
METHOD = Text("방법", "Method")
REACH = Text("도달(1회 이상)", "Reach (1+)")
PLATFORM_TYPE = Text("매체 유형", "Platform type")
MINIMUM_SPEND = Text("최소 집행액", "Minimum spend")
MAXIMUM_SPEND = Text("최대 집행액", "Maximum spend")
EXAMPLE = Text("예시", "example")
BUILDING = Text("계산", "Building")
IN_FORCE = Text("적용 중", "current")
SYNTHETIC = Text("합성 데이터입니다.", "Synthetic data.")
DISABLED = Text("정지", "disabled")
NEVER_SIGNED_IN = Text("아직 로그인하지 않음", "never signed in")
USE_OF_SERVICES = Text("서비스 이용", "Use of services")


def span(window: Window, lang: Lang) -> str:
    """First and last month, with the year once if equal: `2023년 4월–6월`, `2023-04 to 2023-06`."""
    first, last = window
    if first == last:
        return first.text(lang)
    if lang == "en":
        return f"{first} to {last}"
    end = f"{last.month}월" if first.year == last.year else last.text.ko
    return f"{first.text.ko}–{end}"


def observed(window: Window, lang: Lang) -> str:
    """The observed months as a subtitle: `집계 2023년 4월–6월`."""
    return Text(f"집계 {span(window, lang)}", f"period {span(window, lang)}")(lang)


def people(count: float, lang: Lang) -> str:
    """A rounded number of people: `73.4만 명`, `5.2만 명`, `8,120명`; `734,000 people`."""
    number, unit = people_apart(count, lang)
    return f"{number}{'' if lang == 'ko' else ' '}{unit}"


def people_text(count: float) -> Text:
    """The same in both languages."""
    return Text(people(count, "ko"), people(count, "en"))


def people_apart(count: float, lang: Lang) -> tuple[str, str]:
    """A rounded number of people, and its unit: `73.4`, `만 명`; `1.25`, `million people`.

    Both languages round alike: to 10 below 10,000, as sizes are published, and to three digits from
    there, so that those of whom another number tells a part are seldom fewer.
    """
    rounded = round(count, -1) if count < 9_995 else float(f"{count:.3g}")
    for least, unit in _PEOPLE_KO if lang == "ko" else _PEOPLE_EN:
        if rounded >= least:
            digits = max(0, 2 - floor(log10(rounded / least)))
            text = f"{rounded / least:,.{digits}f}"
            return text.rstrip("0").rstrip(".") if "." in text else text, unit
    return f"{rounded:,.0f}", "명" if lang == "ko" else "people"


_PEOPLE_KO = ((10_000, "만 명"),)
_PEOPLE_EN = ((1_000_000, "million people"),)


def people_exact(count: float, lang: Lang) -> str:
    """A number of people as it is published: `1,248,390명`, `1,248,390 people`."""
    return Text(f"{count:,.0f}명", f"{count:,.0f} people")(lang)


def number(value: float, kind: Kind | None = None, digits: int | None = None) -> str:
    """A figure without its unit: `1,234`, `15.3`; a standardised index has a sign, `−0.31`.

    The sign is a true minus, and numbers that round to zero have none.
    """
    if digits is None:
        digits = 2 if kind == "index" else 0 if abs(value) >= 1000 else 1
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    sign = "−" if rounded < 0 else "+" if kind == "index" else ""
    return f"{sign}{abs(rounded):,.{digits}f}"


def figure(value: float, kind: Kind, lang: Lang, digits: int | None = None) -> str:
    """A figure with its unit: `월 151.2일`, `151.2 days a month`, `+0.31`; seconds as hours.

    `digits` after the point default to those of `number`; people are rounded.
    """
    if kind == "people" and value >= 1000:
        return people(value, lang)
    if kind == "seconds":
        hours = number(value / _SECONDS_AN_HOUR, digits=digits)
        return Text(f"{hours}시간", f"{hours} hours")(lang)
    plain = number(value, kind, digits)
    if kind == "index":
        return plain
    if kind == "days":
        return Text(f"월 {plain}일", f"{plain} days a month")(lang)
    space = "" if lang == "ko" or kind == "percent" else " "
    return f"{plain}{space}{in_force().units[kind](lang)}"


def group_name(sex: str, age: int, lang: Lang) -> str:
    """`30대 여성`, `women 30-39`."""
    word = Sex(sex).text
    return Text(
        f"{in_force().age_text(age).ko} {word.ko}", f"{word.en} {in_force().age_text(age).en}"
    )(lang)


def segment_name(district: str, sex: str, age: int, lang: Lang) -> str:
    """`강남구 30대 여성`, `women 30-39 in Gangnam-gu`."""
    group, place = group_name(sex, age, lang), in_force().district_name(district, lang)
    return f"{place} {group}" if lang == "ko" else f"{group} in {place}"


def in_sentence(name: str) -> str:
    """A measure's name inside an English sentence: `shopping`, but `YouTube` and `Netflix`."""
    return inside(name, name in in_force().proper_names)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with an English noun: `1 group`, `1,234 groups`; `many` is an irregular plural."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def sentence_case(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def be(name: str) -> str:
    """The verb of an English service name: games are, shopping is."""
    return "are" if name.casefold().endswith("s") else "is"
