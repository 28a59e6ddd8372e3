"""Amounts of won as people type them: `50,000,000`, `₩3,500`, `5000만원`, `1억 2천만`, `1.5억`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.language import Text
from telads.planning.reading import LARGEST, too_large
from telads.web.pages.audiences.wanted import number_of

_LARGE = {"조": 10**12, "억": 10**8, "만": 10**4, "": 1}
_SMALL = {"천": 1000, "백": 100, "십": 10, "": 1}
_DIGITS = r"[0-9]+(?:\.[0-9]+)?"
_BELOW = "".join(f"(?:(?:{_DIGITS})?{unit})?" for unit in "천백십") + f"(?:{_DIGITS})?"
_AMOUNT = re.compile("".join(f"(?:({_BELOW}){unit})?" for unit in "조억만") + f"({_BELOW})")
_PART = re.compile(f"({_DIGITS})?([천백십]?)")
LONGEST = 60
"""Longer texts are no amounts."""


def won_of(name: str, text: str) -> float:
    """The amount somebody typed into a field; raises `QuestionError` that names it."""
    words = "|".join(map(re.escape, in_force().currency.spellings))
    bare = re.sub(r"[\s,]", "", text)
    plain = re.sub(f"^(?:{words})|(?:{words})$", "", bare, flags=re.IGNORECASE)
    found = _AMOUNT.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None or not re.search("[조억만천백십]", plain):
        return number_of(name, plain if plain else text)
    parts = found.groups()
    if _gap(parts):
        raise QuestionError(
            Text("금액을 한 가지로 읽을 수 없습니다.", "This amount can be read in two ways."),
            Text(f"1억 5000만{in_force().currency.unit.ko}처럼 만까지 적거나 "
                 "150,000,000처럼 숫자로 적어 주세요.",
                 "Write it in digits, as 150,000,000, or with 만, as 1억 5000만."),
            rule=name, value=text,
        )  # fmt: skip
    amount = sum(
        _small(part, large) * large
        for part, large in zip(parts, _LARGE.values(), strict=True) if part is not None
    )  # fmt: skip
    if amount >= LARGEST:
        raise too_large(name, text)
    return float(amount)


def _gap(parts: Sequence[str | None]) -> bool:
    """`1억 5000`, where people often mean 만; the parts are those of 조, 억, 만 and below."""
    told = [at for at, part in enumerate(parts) if part]
    return any(after - before > 1 for before, after in pairwise(told))


def _small(text: str, large: int) -> Decimal:
    """`2천5백` as 2500; a unit alone (`만`) is one of it."""
    if not text:
        return Decimal(large > 1)
    return sum(
        (Decimal(digits or 1) * _SMALL[unit] for digits, unit in _PART.findall(text)
         if digits or unit), Decimal(0),
    )  # fmt: skip
