"""Which services are used more in the same neighbourhoods: one heatmap for each age.

Which services go together, by age, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `correlation` shows: a triangle of cells for each age.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from telads.answers.pictures import Picture
from telads.dataset import in_force
from telads.render.svg import theme
from telads.render.svg.drawing import in_one_line, known
from telads.text import Lang, Text, josa
from telads.web.jinja import rendered
from telads.wording import be, in_sentence, number

if TYPE_CHECKING:
    import polars as pl


WEAK = 0.1
"""Below this mean correlation no pair is worth a title."""
_CELL, _NARROW_CELL = 36, 40
_METHOD = Text(
    "같은 연령대 동네 사이의 상관계수", "correlation between neighbourhoods within an age"
)
_EVERYONE = Text("{city} 전체", "all of {city}")
_GREY = Text("회색은 계산할 수 없음", "grey: cannot be computed")


def draw(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> alt.FacetChart:
    """How strongly services go together between neighbourhoods, for every ten-year age.

    `frame` has the columns age (first year of a ten-year band), service_a, service_b (ids) and
    correlation (-1..1, null where it could not be computed). One row a pair is enough: of a pair
    given in both orders one is drawn, and of a service with itself none.
    """
    rows = rows_of(frame, lang)
    title = heading(
        frame, lang=lang, window=window, synthetic=synthetic, audience=audience, narrow=narrow
    )
    side = (_NARROW_CELL if narrow else _CELL) * (len(in_force().services) - 1)
    return alt.FacetChart(
        data=alt.InlineData(values=rows),
        spec=alt.LayerChart(layer=_layers(lang), width=side, height=side),
        facet=alt.Facet("age:N", sort=ages_of(frame, lang), title=None),
        columns=1 if narrow else 3,
        title=title,
        spacing=26,
        resolve=alt.Resolve(axis=alt.AxisResolveMap(x="independent", y="independent")),
    )


def heading(
    frame: pl.DataFrame,
    *,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> alt.TitleParams:
    """The finding and what it rests on, whoever draws the cells; takes what `draw` takes."""
    pairs = _each_pair_once(frame)
    gaps = known(pairs, "correlation").height < pairs.height
    return theme.heading(
        _finding(pairs, lang),
        [audience or in_force().fill(_EVERYONE)(lang), _METHOD(lang), _GREY(lang) if gaps else ""],
        lang=lang, window=window, synthetic=synthetic,
        width=theme.NARROW if narrow else theme.PANELS,
    )  # fmt: skip


def rows_of(frame: pl.DataFrame, lang: Lang) -> list[dict[str, Any]]:
    """One row for each age and two services, with texts: the figure, the pair, the ink on it."""
    return [_row(row, lang) for row in _each_pair_once(frame).iter_rows(named=True)]


def ages_of(frame: pl.DataFrame, lang: Lang) -> list[str]:
    """The ages that have a panel, the youngest first."""
    return [in_force().age_text(age)(lang) for age in sorted(frame["age"].unique().to_list())]


def colour_of(correlation: float | None) -> str:
    """The colour of a cell; grey where nothing is known."""
    return (
        theme.NO_DATA
        if correlation is None
        else theme.blend(theme.DIVERGING, (correlation + 1) / 2)
    )


def _each_pair_once(frame: pl.DataFrame) -> pl.DataFrame:
    """Every two services once, the one that the catalogue names first as `service_a`."""
    import polars as pl

    place = {id: index for index, id in enumerate(in_force().service_ids)}
    first, second = (pl.col(name).replace_strict(place) for name in ("service_a", "service_b"))
    straight = frame.filter(first < second)
    turned = frame.filter(first > second).rename(
        {"service_a": "service_b", "service_b": "service_a"}
    )
    pairs = straight.vstack(turned.select(straight.columns))
    return pairs.unique(["age", "service_a", "service_b"], keep="first", maintain_order=True)


def _row(row: dict[str, Any], lang: Lang) -> dict[str, Any]:
    value = row["correlation"]
    missing = value is None or math.isnan(value)
    one, other = (
        in_force().measures[row["service_a"]].text(lang),
        in_force().measures[row["service_b"]].text(lang),
    )
    return {
        "age": in_force().age_text(row["age"])(lang),
        "one": one,
        "other": other,
        "correlation": None if missing else value,
        "label": "–" if missing else number(value, digits=2),
        "ink": theme.ink_on(colour_of(None if missing else value)),
        "pair": f"{one} × {other}",
    }


def _finding(pairs: pl.DataFrame, lang: Lang) -> str:
    """The pair with the highest mean over the ages, and its range."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in known(pairs, "correlation").iter_rows(named=True):
        found.setdefault((row["service_a"], row["service_b"]), []).append(row["correlation"])
    if not found:
        return Text("보여 줄 상관이 없습니다", "There are no correlations to show")(lang)
    pair = max(found, key=lambda pair: sum(found[pair]) / len(found[pair]))
    values = found[pair]
    if sum(values) / len(values) < WEAK:
        return Text(
            "같은 동네에서 뚜렷하게 함께 많이 쓰이는 서비스는 없습니다",
            "No two services are clearly used more in the same neighbourhoods",
        )(lang)
    low, high = number(min(values), digits=2), number(max(values), digits=2)
    span = Text(low, low) if low == high else Text(f"{low}~{high}", f"{low} to {high}")
    (one, one_en), (other, other_en) = (
        in_force().measures[pair[0]].text,
        in_force().measures[pair[1]].text,
    )
    return Text(
        f"{josa(one, '을/를')} 많이 쓰는 동네일수록 {other}도 많이 씁니다(상관 {span.ko})",
        f"People in neighbourhoods where {in_sentence(one_en)} {be(one_en)} used more "
        f"also use {in_sentence(other_en)} more (correlation {span.en})",
    )(lang)


def _layers(lang: Lang) -> list[alt.Chart]:
    """Cells below the diagonal and their figures; the other half would say the same again."""
    names = [service.text(lang) for service in in_force().services]
    plain = alt.Axis(domain=False, ticks=False, labelFontSize=11, labelPadding=6)
    slanted = alt.Axis(domain=False, ticks=False, labelFontSize=11, labelAngle=-40, labelPadding=4)
    x = alt.X("one:N", scale=alt.Scale(domain=names[:-1]), title=None, axis=slanted)
    y = alt.Y("other:N", scale=alt.Scale(domain=names[1:]), title=None, axis=plain)
    shares = [2 * step / (len(theme.DIVERGING) - 1) - 1 for step in range(len(theme.DIVERGING))]
    colour = alt.Color(
        "correlation:Q",
        scale=alt.Scale(domain=shares, range=list(theme.DIVERGING), interpolate="rgb"),
        legend=alt.Legend(
            title=Text("상관계수", "correlation")(lang), values=[-1, -0.5, 0, 0.5, 1], format=".1f",
            orient="bottom", direction="horizontal", gradientLength=220, labelOffset=4,
        ),
    )  # fmt: skip
    cells = alt.Chart().mark_rect(cornerRadius=2).encode(
        x=x, y=y,
        color=alt.condition("isValid(datum.correlation)", colour, alt.value(theme.NO_DATA)),
        tooltip=[alt.Tooltip("pair:N", title=" "), alt.Tooltip("label:N", title="  ")],
    )  # fmt: skip
    values: alt.Chart = (
        alt.Chart()
        .mark_text(fontSize=11)
        .encode(x=x, y=y, text="label:N", color=theme.ink_of("ink"))
    )
    return [cells, values]


class Layout(NamedTuple):
    """Where things stand, in the picture's units."""

    name: str
    columns: int
    cell: int
    pitch: int
    """From one triangle to the next, across."""
    rise: int
    """The same, down."""


LEFT, TOP, RIGHT = 72, 20, 8
"""Room for the names of the rows, for that of a triangle, and at the end."""
LEGEND, RAMP = 48, 220
"""Height of the legend, and the length of its colours."""
WIDE = Layout("wide", columns=3, cell=36, pitch=305, rise=310)
NARROW = Layout("narrow", columns=1, cell=40, pitch=0, rise=334)
UNIT = Text("상관계수", "correlation")
TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


class Cell(NamedTuple):
    """Two services at an age; `x` and `y` are its corner in the triangle."""

    x: int
    y: int
    colour: str
    ink: str
    label: str
    hover: str


class Triangle(NamedTuple):
    """One age: its place in the picture and its cells."""

    name: str
    x: int
    y: int
    cells: list[Cell]


def heatmap(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `correlation`."""
    finding, details = in_one_line(heading(picture.frame, **picture.options))
    rows, ages = rows_of(picture.frame, lang), ages_of(picture.frame, lang)
    wide, narrow = (_svg(rows, ages, finding, lang, layout) for layout in (WIDE, NARROW))
    return finding, details, wide, narrow


def _svg(
    rows: Sequence[dict[str, Any]], ages: Sequence[str], finding: str, lang: Lang, layout: Layout
) -> str:
    names = [service.text(lang) for service in in_force().services]
    across, side = min(layout.columns, max(len(ages), 1)), layout.cell * (len(names) - 1)
    down = ceil(len(ages) / layout.columns) * layout.rise
    triangles = [
        Triangle(
            age,
            LEFT + place % layout.columns * layout.pitch,
            TOP + place // layout.columns * layout.rise,
            [_cell(row, names, layout.cell) for row in rows if row["age"] == age],
        )
        for place, age in enumerate(ages)
    ]
    facts: dict[str, Any] = {
        "layout": layout,
        "finding": finding,
        "width": LEFT + (across - 1) * layout.pitch + side + RIGHT,
        "height": down + LEGEND,
        "triangles": triangles,
        "sides": [(name, (at + 0.5) * layout.cell) for at, name in enumerate(names[1:])],
        "feet": [(name, (at + 0.5) * layout.cell) for at, name in enumerate(names[:-1])],
        "side": side,
        "left": LEFT,
        "down": down,
        "ramp": RAMP,
        "stops": theme.DIVERGING,
        "unit": UNIT(lang),
        "ticks": [(number(tick, digits=1), (tick + 1) / 2 * RAMP) for tick in TICKS],
    }
    return rendered("data/heatmap.html.j2", facts)


def _cell(row: dict[str, Any], names: Sequence[str], size: int) -> Cell:
    return Cell(
        names.index(row["one"]) * size,
        (names.index(row["other"]) - 1) * size,
        colour_of(row["correlation"]),
        row["ink"],
        row["label"],
        f"{row['pair']} {row['label']}",
    )
