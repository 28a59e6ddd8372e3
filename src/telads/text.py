"""Texts in both languages: every text a user can read is a `Text(ko, en)`, Korean first."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

Lang = Literal["ko", "en"]
LANGUAGES: tuple[Lang, ...] = ("ko", "en")
_FIRST_HANGUL, _LAST_HANGUL, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8
_DIGITS = "영일이삼사오육칠팔구"


Filled = Callable[[str, Lang], str]
_filled: list[Filled] = []
"""Fills the places of texts, `{city}`; set by `telads.dataset`, which knows the names."""


def fill_places_by(filled: Filled) -> None:
    """Set the function of a text and its language that fills the places of all texts."""
    _filled[:] = [filled]


class Text(NamedTuple):
    """One sentence or name in both languages; call it with a language to get a string.

    A text may have places for a dataset's names, `Map of {city}`, which are filled when it is
    called (`Dataset.filled`).
    """

    ko: str
    en: str

    def __call__(self, lang: Lang) -> str:
        text = self.ko if lang == "ko" else self.en
        if _filled and ("{" in text or "[[" in text):
            return _filled[0](text, lang)
        return text

    @property
    def do_not_call_in_templates(self) -> bool:
        """Keeps templates, which call callables without arguments, from calling it."""
        return True

    def format(self, **facts: object) -> Text:
        """Fill the placeholders of both languages with the same facts."""
        return Text(self.ko.format(**facts), self.en.format(**facts))


def same(word: str) -> Text:
    """A name with the same spelling in both languages."""
    return Text(word, word)


def typed(word: object) -> str:
    """Typed text normalised for comparison: case, width (２０２３) and surrounding spaces."""
    return unicodedata.normalize("NFKC", str(word)).strip().casefold()


def josa(word: str, particles: str) -> str:
    """The word with the Korean particle that its last syllable requires.

    `josa("쇼핑", "은/는")` is 쇼핑은, `josa("배달과 게임", "이/가")` is 배달과 게임이.
    Digits count as they are pronounced; any other word that does not end in Hangul gets both forms,
    as in `SNS은(는)`.
    """
    after_consonant, after_vowel = particles.split("/")
    last = word.rstrip("()' ")[-1:] or " "
    last = _DIGITS[int(last)] if last in "0123456789" else last
    if not _FIRST_HANGUL <= ord(last) <= _LAST_HANGUL:
        return f"{word}{after_consonant}({after_vowel})"
    final = (ord(last) - _FIRST_HANGUL) % _FINALS
    # 로 follows a vowel and ㄹ alike: 배달로, not 배달으로.
    open_ended = final == 0 or (final == _RIEUL and after_vowel.startswith("로"))
    return word + (after_vowel if open_ended else after_consonant)


def inside(name: str, proper: bool = False) -> str:
    """An English name inside a sentence: `shopping`; proper names and `SNS` keep their capitals."""
    return name if proper or name[1:2].isupper() else name[:1].lower() + name[1:]


def join_names(names: Sequence[str], lang: Lang) -> str:
    """`쇼핑과 금융`, `shopping, finance and games`."""
    if len(names) < 2:
        return "".join(names)
    if lang == "ko":
        return ", ".join((*names[:-2], f"{josa(names[-2], '과/와')} {names[-1]}"))
    return f"{', '.join(names[:-1])} and {names[-1]}"


def locale_language(environment: dict[str, str] | None = None) -> Lang:
    """The user's language by the rules of GNU programs; English unless Korean is requested.

    `LC_ALL` precedes `LC_MESSAGES`, which precedes `LANG`. If that is a locale of some language,
    `LANGUAGE` precedes it: a list such as `ko:en`, of which the first supported one counts. `C`,
    `C.UTF-8`, `POSIX` and unset are English, whatever `LANGUAGE` is.
    """
    variables = os.environ if environment is None else environment
    named = (variables.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = _language_of(next(filter(None, named), ""))
    if locale in {"", "c", "posix"}:
        return "en"
    wanted = [*map(_language_of, variables.get("LANGUAGE", "").split(":")), locale]
    return next((known for one in wanted for known in LANGUAGES if known == one), "en")


def _language_of(locale: str) -> str:
    """`ko` of `ko_KR.UTF-8@hanja`."""
    return re.split("[_.@]", locale, maxsplit=1)[0].lower()
