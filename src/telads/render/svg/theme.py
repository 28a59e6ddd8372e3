"""Colours of all pages and pictures, in light and dark, and their contrast.

A colour has a name. In a file it is its light value; on a page it is a CSS variable (`stylesheet`),
so that a picture follows the page's colour scheme. Amounts and changes are drawn in steps, not in
a gradient: a step can be found in the legend, and the contrast of a label on it is known.

The interface is ink on paper (`INTERFACE`): a hue is a service, an amount, a change or a state. A
service of any dataset has the colour of its place in `dataset.toml`; its mark is `Measure.icon`.
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
_LEAST_OF_A_GLYPH = 3.2
"""Contrast of a white glyph on a mark; as a graphic, not text, it needs 3."""
_CHART = "chart-"
_PAGE_INKS = {"ink": "var(--ink)", "muted": "var(--muted)", "line": "var(--line)",
              "surface": "var(--ground)"}  # fmt: skip
"""Texts and lines of a picture use the variables of the surrounding page."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Dark or light, whichever has more contrast with the colour."""
    dark, light = contrast(colour, _DARK_INK), contrast(colour, _LIGHT_INK)
    return _DARK_INK if dark >= light else _LIGHT_INK


def glyph_on(colour: str) -> str:
    """White for the glyph of a mark, or dark if white has too little contrast."""
    return _LIGHT_INK if contrast(colour, _LIGHT_INK) >= _LEAST_OF_A_GLYPH else _DARK_INK


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


def _palette(interface: Mapping[str, str], plain: dict[str, str]) -> Mapping[str, str]:
    """The colours, with the ink for texts on each step and for the glyphs of marks."""
    inks = {
        f"on-{name}": ink_on(colour)
        for name, colour in plain.items()
        if name.startswith(("amount-", "change-", "pair-"))
    }
    glyphs = {
        f"on-{name}": glyph_on(colour)
        for name, colour in plain.items()
        if name.startswith("service-")
    }
    shared = {name: interface[name] for name in _PAGE_INKS}
    return MappingProxyType({**shared, **plain, **inks, **glyphs, "on-nothing": shared["ink"]})


INTERFACE: Mapping[str, tuple[str, str]] = MappingProxyType({
    "paper": ("#f6f6f3", "#0e1012"), "surface": ("#ffffff", "#16181b"),
    "raised": ("#ffffff", "#1e2125"), "sunken": ("#efefeb", "#111316"),
    "ink": ("#15171a", "#ecedee"), "muted": ("#4a515a", "#b4bac2"),
    "faint": ("#636a73", "#8f969f"),
    "line": ("#e4e4df", "#282b30"), "rule": ("#c9c9c3", "#3d4148"),
    "field": ("#8a8f96", "#777e88"), "focus": ("#1f5fe0", "#82adff"),
    "selected": ("#eef3ff", "#182338"),
    "ok": ("#0b6b4f", "#69cfa6"), "ok-soft": ("#e5f4ed", "#12291f"),
    "warn": ("#7a4b00", "#f0c26a"), "warn-soft": ("#fff3dc", "#2a2212"),
    "bad": ("#a8201a", "#ff9c94"), "bad-soft": ("#fdeeec", "#33191a"),
})  # fmt: skip
"""Colours of pages, in light and dark: grounds (paper, card, floating, sunken), three inks, two
lines, the border of a field, the focus ring, a selected row, and each state's ink with its ground.
Faint ink is used on nothing darker than `sunken`."""
_IN_THE_LIGHT = {name: light for name, (light, _) in INTERFACE.items()}
_IN_THE_DARK = {name: dark for name, (_, dark) in INTERFACE.items()}

LIGHT = _palette(_IN_THE_LIGHT, {
    **_named("amount", "#e7f6f3", "#b9e3dd", "#81cbc0", "#43a89c", "#037d72", "#05544c"),
    **_named("change", "#884801", "#d3823d", "#f5c6a4", "#eae9e6", "#cbc8f4", "#8f84dd",
             "#5038a0"),
    **_named("tie", "#05544c", "#c07326", "#8a8f96", "#592d81"),
    "nothing": "#f1f0ec", "hatch": "#c9c9c3", "men": "#037d72", "women": "#c07326",
    "break": "#8a4b00", "pair-a": "#2a2f38", "pair-b": "#b4bac6", "pair-none": "#f1f0ec",
    "pair-both": "#2a2f38",
    **_named("service", "#592d81", "#4c8bfe", "#9f8126", "#cd4eb8", "#982f00", "#412525",
             "#067a70"),
})  # fmt: skip
DARK = _palette(_IN_THE_DARK, {
    # In the dark scheme more is brighter.
    **_named("amount", "#172523", "#1b3c38", "#225a54", "#28706a", "#43afa3", "#5ce4d4"),
    **_named("change", "#fca864", "#bb7234", "#694324", "#27292c", "#4b4280", "#7e6ed3",
             "#b4abff"),
    **_named("tie", "#5ce4d4", "#d08a4a", "#777e88", "#b4abff"),
    "nothing": "#1b1f24", "hatch": "#3d434b", "men": "#43afa3", "women": "#fca864",
    "break": "#f0c26a", "pair-a": "#dfe3e8", "pair-b": "#5d6570", "pair-none": "#1b1f24",
    "pair-both": "#dfe3e8",
    **_named("service", "#6c67f0", "#6fb3ff", "#ffbd67", "#af78a3", "#ec794f", "#905e3f",
             "#3fe6da"),
})  # fmt: skip

AMOUNTS_OF: tuple[tuple[str, str], ...] = (
    ("#f6efff #e3cefd #cca8f6 #aa7cdb #7f53ac #563775",
     "#1f2030 #2f3153 #46497f #585a9e #8a8ef5 #c0c6fe"),
    ("#ecf3ff #c5dafe #96bbfd #5491ff #2563d6 #174292",
     "#1b232b #273749 #38516f #45658a #6e9fd6 #a6cefe"),
    ("#f7f2e3 #e7d8b0 #d2b873 #b19133 #846802 #594503",
     "#282018 #42321f #634a2b #7b5c35 #c09155 #f9be72"),
    ("#ffecfa #ffc3f1 #fa8ee5 #de57c7 #ad289a #751a68",
     "#262024 #3e303b #5e4758 #74596e #b68cac #ecb7e0"),
    ("#ffeee9 #feccbb #fe9e7f #e36e47 #b1441c #782c11",
     "#2b1e1a #492d23 #6f4232 #8a523e #d78163 #feb79e"),
    ("#f7f0f0 #e7d4d3 #d1b2b1 #af8b8a #846261 #594141",
     "#27201d #3f322a #604a3e #775c4d #b99179 #f1bea0"),
    ("#e7f6f3 #b9e3dd #81cbc0 #43a89c #037d72 #05544c",
     "#172523 #1b3c38 #225a54 #28706a #43afa3 #5ce4d4"),
)  # fmt: skip
"""The amounts of each service in its own hue, in the light and in the dark: the steps of `amount`
in lightness, and in chroma as the service's colour has more or less of it than that scale's. A page
has them inside an element of the service's class."""


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
    MappingProxyType({**{name: f"var(--{_CHART}{name})" for name in LIGHT}, **_PAGE_INKS}),
    page=True,
)
"""Part of a page whose style holds `stylesheet()`."""
SITE = replace(PAGE, shared_borders=True)


def stylesheet() -> str:
    """CSS variables of pages and their pictures: light, and dark if the reader prefers it.

    The interface's have their names (`--ink`), the pictures' begin with `--chart-`. Inside an
    element of the class `service-0` amounts have the hue of the first service.
    """

    def values(colours: Mapping[str, str], prefix: str = "") -> str:
        return " ".join(f"--{prefix}{name}: {value};" for name, value in colours.items())

    def block(dark: bool) -> str:
        known = DARK if dark else LIGHT
        drawn = {name: value for name, value in known.items() if name not in _PAGE_INKS}
        page = values(_IN_THE_DARK if dark else _IN_THE_LIGHT)
        rules = [f":root {{ {page} {values(drawn, _CHART)} }}"]
        for place, both in enumerate(AMOUNTS_OF):
            amounts = _named("amount", *both[dark].split())
            amounts |= {f"on-{name}": ink_on(colour) for name, colour in amounts.items()}
            rules.append(f".service-{place} {{ {values(amounts, _CHART)} }}")
        return "\n".join(rules)

    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{block(dark=True)}\n}}\n"
    return f"{block(dark=False)}\n{dark}"
