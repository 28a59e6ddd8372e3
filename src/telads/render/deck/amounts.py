"""Amounts as slides say them: one unit for a chart, few digits, no break before the unit."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10
from typing import NamedTuple

from telads.dataset import in_force
from telads.render.deck.slides import Number
from telads.text import Lang, Text

NBSP = "\u00a0"
MAN, EOK = 10**4, 10**8
_LARGE: dict[Lang, tuple[tuple[float, int, str], ...]] = {
    "ko": ((10**11, EOK, "억"), (10**5, MAN, "만")),
    "en": ((10**10, 10**9, "billion"), (10**6, 10**6, "million"), (10**5, 10**3, "thousand")),
}
"""From which amount on, by which number it is divided, and its word."""
PEOPLE, TIMES = Text("명", "people"), Text("회", "times")


class Scale(NamedTuple):
    """What amounts are divided by, the word for it, and how they are then written."""

    divisor: int
    word: str
    number: Number

    def value(self, amount: float) -> float:
        """The amount in this unit; the quotient of whole numbers is exact to its last digit."""
        return amount / self.divisor

    def text(self, amount: float) -> str:
        """The figure without its unit."""
        return self.number.text(self.value(amount))

    def short(self, amount: float) -> str:
        """The figure with an English letter for its unit: `6.25M`."""
        return self.text(amount) + (self.word[:1].upper().replace("T", "K") if self.word else "")

    def unit(self, of: str) -> str:
        """`만 원`, `million won`."""
        return f"{self.word}{NBSP}{of}" if self.word else of


def scale_of(amounts: Iterable[float], lang: Lang, *, signed: bool = False) -> Scale:
    """The unit of amounts that are shown together: three digits of the largest."""
    most = max((abs(amount) for amount in amounts), default=0.0)
    _, divisor, word = next((one for one in _LARGE[lang] if most >= one[0]), (0, 1, ""))
    shown = most / divisor
    digits = 0 if divisor == 1 or shown <= 0 else max(0, 2 - floor(log10(shown)))
    return Scale(divisor, word, Number(min(digits, 2), signed))


def money_unit(lang: Lang) -> str:
    """The unit of the dataset's currency."""
    return in_force().currency.unit(lang)


def money(amount: int, lang: Lang) -> str:
    """An amount of money, to 만: `5,000만 원`, `1억 2,000만 원`, `50 million won`."""
    unit = money_unit(lang)
    if lang == "ko":
        if amount < MAN * 10:
            return f"{amount:,}{unit}"
        large, small = divmod(round(amount / MAN), MAN)
        parts = [f"{large:,}억" if large else "", f"{small:,}만" if small else ""]
        return f"{NBSP.join(filter(None, parts))}{NBSP}{unit}"
    if amount >= 10**6:
        told = f"{amount / 10**6:,.2f}".rstrip("0").rstrip(".")
        return f"{told}{NBSP}million{NBSP}{unit}"
    return f"{amount:,}{NBSP}{unit}"


class Said(NamedTuple):
    """A figure and its unit apart, for large letters."""

    figure: str
    unit: str

    @property
    def text(self) -> str:
        """Together, not to be broken."""
        return f"{self.figure}{NBSP}{self.unit}" if self.unit[:1].isalpha() and not _glued(
            self.unit) else self.figure + self.unit  # fmt: skip


def _glued(unit: str) -> bool:
    """`185만 명`, not `185 만 명`."""
    return "가" <= unit[0] <= "힣"


def count(amount: float, of: Text, lang: Lang) -> Said:
    """A number of people or times to three digits: `185` `만 명`; `1.85` `million people`."""
    if lang == "en" and amount < 10**6:
        size = 10 ** max(0, floor(log10(amount)) - 2) if amount >= 1 else 1
        return Said(f"{round(amount / size) * size:,}", of.en)
    scale = scale_of([amount], lang)
    if lang == "ko" and MAN <= amount < 10 * MAN:
        scale = Scale(MAN, "만", Number(2))
    text = scale.text(amount)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Said(text, scale.unit(of(lang)) if scale.word else of(lang))


def people(amount: float, lang: Lang) -> str:
    """`185만 명`, `1.85 million people`."""
    return count(amount, PEOPLE, lang).text


def reach_share(value: float, lang: Lang) -> str:
    """A share of people reached; nearly all is not called all."""
    return Text("99.9% 이상", "over 99.9%")(lang) if value >= 0.9995 else share(value)


def share(value: float) -> str:
    """A share in whole per cents; the smallest are not called nothing, nearly all not all."""
    if 0 < value < 0.01:
        return f"{value:.1%}"
    return f"{value:.1%}" if 0.99 < value < 1 else f"{value:.0%}"
