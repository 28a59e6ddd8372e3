"""District map of the own parts of a change: violet up, ochre down, hatched within noise."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log10
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import in_force
from telads.render.svg.city import NOTHING, Area, Legend, district_map, on_the_map
from telads.render.svg.drawing import DISTRICT, Drawing, Table, drawing, rows_of
from telads.render.svg.theme import CHANGES, steps
from telads.text import Lang, Text
from telads.wording import number

if TYPE_CHECKING:
    import polars as pl

_OWN = Text("지역 요인", "Local part")
_UNIT = Text("지역 요인의 변화(%)", "Local part of the change (%)")
_INDEXED = Text("지역 요인의 변화(표준편차)", "Local part of the change (sd)")
_WITHIN = Text("뚜렷하지 않음", "within noise")
_CLEAR = Text("뚜렷함", "clear")
_MIDDLE = CHANGES // 2


class Scale(NamedTuple):
    """Steps of one width around zero, the outermost without an end."""

    step: float
    digits: int

    @classmethod
    def of(cls, values: list[float]) -> Scale:
        """Steps of 1, 2 or 5 times a power of ten, so that the largest of the values fill them."""
        most = max(map(abs, values), default=0.0)
        if not most:
            return cls(1.0, 1)
        rough = most / (_MIDDLE - 0.5)
        unit = 10.0 ** floor(log10(rough))
        step = max(unit * part for part in (1, 2, 5) if unit * part <= rough * (1 + 1e-9))
        return cls(step, max(1, 1 - floor(log10(step)) - (step >= unit * 5) * 1))

    def place(self, value: float) -> int:
        """Which step a value is in, 0 .. 6; the middle one is 3."""
        far = min(floor(abs(value) / self.step + 0.5 + 1e-9), _MIDDLE)
        return _MIDDLE + (far if value > 0 else -far)

    def colour(self, value: float) -> str:
        """The name of its colour."""
        return steps("change", CHANGES)[self.place(value)]

    @property
    def end(self) -> float:
        """From where the outermost step begins."""
        return self.step * (_MIDDLE - 0.5)

    def legend(self, unit: str, nothing: str, lang: Lang) -> Legend:
        """Both ends and the middle, in figures."""
        far = number(self.end, digits=2 if self.end < 10 else 0)
        low = Text(f"−{far} 이하", f"−{far} or less")(lang)
        high = Text(f"+{far} 이상", f"+{far} or more")(lang)
        ticks = [(0.0, low), (0.5, "0"), (1.0, high)]
        return Legend(unit, steps("change", CHANGES), ticks, nothing)


def key_of(indexed: bool) -> str:
    """The field that is drawn: percent of use, of an index its affinity."""
    return "change_local" if indexed else "local_percent"


def told(value: float | None, indexed: bool) -> str:
    """An own part with its sign: `+2.3`, `−0.012`."""
    if value is None:
        return "–"
    digits = 3 if indexed else 1
    figure = number(abs(value), digits=digits)
    if not float(figure.replace(",", "")):
        return figure
    return ("+" if value > 0 else "−") + figure


def scale_of(rows: list[dict[str, Any]], indexed: bool) -> Scale:
    """The steps for the rows of a month: those that are clear fill them, else all do."""
    key = key_of(indexed)
    known = [row for row in rows if row[key] is not None]
    return Scale.of([row[key] for row in known if row["clear"]] or [row[key] for row in known])


def draw(
    frame: pl.DataFrame,
    *,
    indexed: bool,
    finding: str,
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
    chosen: str = "",
    href: Callable[[str], str] | None = None,
    size: int | None = None,
) -> Drawing:
    """Where use changed more, or less, than in the whole city.

    `frame` has the rows of `answers.changes.changes`; of an `indexed` service the affinity is
    drawn, else percent. Districts within noise are hatched and have no figure. `finding` is the
    title, `chosen` a district whose border stands out, `href` where a district leads on a page,
    `size` the width in pixels of a smaller map.
    """
    here, strange = on_the_map(frame, lang)
    rows, key = rows_of(here), key_of(indexed)
    scale = scale_of(rows, indexed)
    areas = {}
    for row in rows:
        value, clear = row[key], bool(row["clear"])
        said = told(value, indexed)
        percent = "" if indexed or value is None else "%"
        areas[row["district"]] = Area(
            scale.colour(value) if clear and value is not None else NOTHING,
            said if clear else "",
            f"{said}{percent}, {_CLEAR(lang) if clear else _WITHIN(lang)}",
            href=href(row["district"]) if href else "",
        )
    unit = (_INDEXED if indexed else _UNIT)(lang)
    largest = sorted(rows, key=lambda row: (not row["clear"], -abs(row[key] or 0)))
    return drawing(
        "changes", finding, [unit, strange], lang=lang, window=window, synthetic=synthetic,
        unit=unit, frame=frame, table=_table(rows, key, indexed, lang),
        body=district_map(
            areas, scale.legend(unit, _WITHIN(lang), lang), lang=lang, narrow=narrow,
            first=[row["district"] for row in largest], chosen=(chosen,), size=size,
        ),
    )  # fmt: skip


def _table(rows: list[dict[str, Any]], key: str, indexed: bool, lang: Lang) -> Table:
    return Table(
        [DISTRICT(lang), _OWN(lang), _CLEAR(lang)],
        [[in_force().district_name(row["district"], lang), told(row[key], indexed),
          "✓" if row["clear"] else "–"] for row in rows],
    )  # fmt: skip
