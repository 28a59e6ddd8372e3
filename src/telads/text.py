"""Every text a user can read exists twice, Korean first: `Text(ko, en)`."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Literal, NamedTuple

Lang = Literal["ko", "en"]
LANGUAGES: tuple[Lang, ...] = ("ko", "en")


class Text(NamedTuple):
    """One sentence or name in both languages; call it with a language to get a string."""

    ko: str
    en: str

    def __call__(self, lang: Lang) -> str:
        return self.ko if lang == "ko" else self.en

    @property
    def do_not_call_in_templates(self) -> bool:
        """Templates of the website call what is callable, without a language; not this."""
        return True

    def format(self, **facts: object) -> Text:
        """Fill the placeholders of both languages with the same facts."""
        return Text(self.ko.format(**facts), self.en.format(**facts))


def same(word: str) -> Text:
    """A name that is written alike in both languages."""
    return Text(word, word)


def typed(word: object) -> str:
    """What somebody typed, as names are compared: whatever its case, width (２０２３) and ends."""
    return unicodedata.normalize("NFKC", str(word)).strip().casefold()


def locale_language(environment: dict[str, str] | None = None) -> Lang:
    """The user's language as GNU programs find it; English where nothing asks for Korean.

    `LC_ALL` wins over `LC_MESSAGES`, which wins over `LANG`. Where that is a locale of some
    language, `LANGUAGE` wins over it: a list as `ko:en`, of which the first that telads speaks
    counts. `C`, `C.UTF-8`, `POSIX` and none at all are English, whatever `LANGUAGE` says.
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
