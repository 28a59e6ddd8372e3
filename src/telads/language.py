"""Every text a user can read exists twice, Korean first: `Text(ko, en)`."""

from __future__ import annotations

import os
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
    """The user's language by the POSIX locale variables; Korean where they say nothing.

    `LC_ALL` wins over `LC_MESSAGES`, which wins over `LANG`; `C` and `POSIX` say nothing.
    Any language other than Korean gets English.
    """
    variables = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        language = variables.get(name, "").split(".")[0].split("_")[0].lower()
        if language and language not in {"c", "posix"}:
            return "ko" if language == "ko" else "en"
    return "ko"
