"""Colours of all pictures, in light and dark, and their contrast.

A colour has a name. In a file it is its light value; on a page it is a CSS variable (`stylesheet`),
so that a picture follows the page's colour scheme. Amounts and changes are drawn in steps, not in
a gradient: a step can be found in the legend, and the contrast of a label on it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

FALLBACKS = (
    "Pretendard, Noto Sans KR, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, sans-serif"
)
"""Fonts of a file's texts, after the shipped one."""
AMOUNTS, CHANGES, TIES, SERVICES = 6, 7, 4, 7
"""Number of steps of a scale of amounts and of changes, of groups in a ranking, of services."""
_DARK_INK, _LIGHT_INK = "#0e1012", "#ffffff"
_NAME = "--chart-"
_PAGE_INKS = {"ink": "var(--ink)", "muted": "var(--muted)", "line": "var(--line)",
              "surface": "var(--paper)"}  # fmt: skip
"""Texts and lines use the variables of the surrounding page."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Dark or light, whichever has more contrast with the colour."""
    dark, light = contrast(colour, _DARK_INK), contrast(colour, _LIGHT_INK)
    return _DARK_INK if dark >= light else _LIGHT_INK


def steps(scale: str, count: int) -> tuple[str, ...]:
    """Colour names of a scale."""
    return tuple(f"{scale}-{place}" for place in range(count))


def step_of(share: float, names: Sequence[str]) -> str:
    """Colour at `share` (0..1) of a scale of equal steps."""
    return names[min(max(int(share * len(names)), 0), len(names) - 1)]


def service_colour(place: int) -> str:
    """Colour of a service by its place in the dataset; repeats after the last."""
    return f"service-{place % SERVICES}"


def _luminance(colour: str) -> float:
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _named(prefix: str, *colours: str) -> dict[str, str]:
    return {f"{prefix}-{place}": colour for place, colour in enumerate(colours)}


def _palette(plain: dict[str, str]) -> Mapping[str, str]:
    """The colours, with the text colour for each step."""
    inks = {
        f"on-{name}": ink_on(colour)
        for name, colour in plain.items()
        if name.startswith(("amount-", "change-"))
    }
    return MappingProxyType({**plain, **inks, "on-nothing": plain["ink"]})


LIGHT = _palette({
    "ink": "#15171a", "muted": "#4a515a", "line": "#e4e4df", "surface": "#ffffff",
    **_named("amount", "#e7f6f3", "#b9e3dd", "#81cbc0", "#43a89c", "#037d72", "#05544c"),
    **_named("change", "#884801", "#d3823d", "#f5c6a4", "#eae9e6", "#cbc8f4", "#8f84dd",
             "#5038a0"),
    **_named("tie", "#05544c", "#c07326", "#8a8f96", "#592d81"),
    "nothing": "#f1f0ec", "hatch": "#c9c9c3", "men": "#037d72", "women": "#c07326",
    "break": "#8a4b00",
    **_named("service", "#592d81", "#4c8bfe", "#9f8126", "#cd4eb8", "#982f00", "#412525",
             "#067a70"),
})  # fmt: skip
DARK = _palette({
    "ink": "#ecedee", "muted": "#b4bac2", "line": "#3d4148", "surface": "#16181b",
    # In the dark scheme more is brighter.
    **_named("amount", "#172523", "#1b3c38", "#225a54", "#28706a", "#43afa3", "#5ce4d4"),
    **_named("change", "#fca864", "#bb7234", "#694324", "#27292c", "#4b4280", "#7e6ed3",
             "#b4abff"),
    **_named("tie", "#5ce4d4", "#d08a4a", "#777e88", "#b4abff"),
    "nothing": "#1b1f24", "hatch": "#3d434b", "men": "#43afa3", "women": "#fca864",
    "break": "#f0c26a",
    **_named("service", "#6c67f0", "#6fb3ff", "#ffbd67", "#af78a3", "#ec794f", "#905e3f",
             "#3fe6da"),
})  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a picture is painted: its colours, and whether it is part of a page."""

    colours: Mapping[str, str]
    page: bool
    """A page writes the heading itself, sets the font, and may share the borders."""
    shared_borders: bool = False
    """The page has `city.outlines_svg`, which maps refer to."""
    drawn_bold: bool = False
    """Bold is drawn as an outline: the shipped font has one weight."""

    def __getitem__(self, name: str) -> str:
        return self.colours[name]


FILE = Look(LIGHT, page=False)
"""A standalone file: light, with its heading."""
PNG = replace(FILE, drawn_bold=True)
PAGE = Look(
    MappingProxyType({**{name: f"var({_NAME}{name})" for name in LIGHT}, **_PAGE_INKS}), page=True
)
"""Part of a page whose style holds `stylesheet()`."""
SITE = replace(PAGE, shared_borders=True)


def stylesheet() -> str:
    """CSS variables for pages with pictures: light, and dark if the reader prefers it."""

    def block(colours: Mapping[str, str]) -> str:
        values = {name: value for name, value in colours.items() if name not in _PAGE_INKS}
        return " ".join(f"{_NAME}{name}: {value};" for name, value in values.items())

    return (
        f":root {{ {block(LIGHT)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {block(DARK)} }} }}\n"
    )
