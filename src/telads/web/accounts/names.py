"""Names that tell people apart for those who read them, not only for the computer.

Two names are alike if they are the same after compatibility composition (NFKC) and without regard
to capitals, or if their skeletons are (Unicode Technical Standard 39, section 4): what is left when
each character is replaced by the one it can be taken for, as Cyrillic о by Latin o, and digit 1 and
capital I by l. The table of such characters is that of `confusable-homoglyphs`.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from django.contrib.auth.models import User

INVISIBLE = dict.fromkeys([0x115F, 0x1160, 0x3164, 0xFFA0])
"""Letters by their kind that nobody sees: the fillers among the Hangul letters."""


def normal(name: str) -> str:
    """A name as it is kept, and as the form of signing in reads it."""
    return unicodedata.normalize("NFKC", name.strip())


def looks(name: str) -> frozenset[str]:
    """What a name can be taken for; two names are alike where these have something in common.

    Twice, since some letters are alike as capitals only: I and l, not i and l.
    """
    seen = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
    return frozenset({_skeleton(seen).casefold(), "=" + _skeleton(seen.casefold())})


def alike(name: str) -> str:
    """The name of somebody that this one could be taken for, empty where there is none.

    Asks for everybody's: names are some hundreds.
    """
    own = looks(name)
    known = User.objects.order_by("pk").values_list("username", flat=True)
    return next((other for other in known.iterator() if own & looks(other)), "")


def _skeleton(text: str) -> str:
    parts = map(_prototype, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", "".join(parts))


@cache
def _table() -> dict[str, list[str]]:
    """A character or some of them -> those it can be taken for, in both directions."""
    from confusable_homoglyphs.confusables import confusables_data

    return {one: [near["c"] for near in found] for one, found in confusables_data.items()}


@cache
def _prototype(character: str) -> str:
    """What stands for a character and all that are like it.

    The table gives each pair of Unicode's in both directions. Who has one neighbour stands for
    itself only if it is the lesser of a pair: else the neighbour, whom several are like, does.
    """
    table = _table()
    near = table.get(character, [])
    if len(near) != 1:
        return character
    (other,) = near
    several = len(other) > 1 or len(table.get(other, ())) > 1
    return other if several else min(character, other)
