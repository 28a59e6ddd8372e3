"""Pictures: answers drawn as SVG, one module per kind, used by every door.

Every module named in `CHARTS` has one pure function `draw(frame, *, lang, window, synthetic, ...)`
that turns a Polars table into a `Drawing`, whose title states what the table shows. `window` is
the text of `wording.observed`, `synthetic` adds the remark on synthetic data to the notes, and
`narrow=True` draws the layout for a screen of 390 pixels. The columns of the frame and the other
options are in the docstring of each `draw`. A `Drawing` is rendered as SVG, PNG, JSON or HTML.

    drawn = find_chart("choropleth").draw(frame, measure=measure, lang="ko", ...)
    drawn.save("map.svg")

To add a chart, write `render/svg/x.py` with `draw`, add one line to `CHARTS`, and a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from telads.errors import UnknownChoice, choose
from telads.text import Text, same, typed

if TYPE_CHECKING:
    from telads.answers.pictures import Picture
    from telads.render.svg.drawing import Drawing


@dataclass(frozen=True)
class Chart:
    """A kind of picture: its id, which is also its module, and its displayed name."""

    id: str
    text: Text

    @property
    def draw(self) -> Callable[..., Drawing]:
        """The module's `draw`; see its docstring for columns and options."""
        function: Callable[..., Drawing] = import_module(f"{__name__}.{self.id}").draw
        return function


CHARTS: dict[str, Chart] = {
    chart.id: chart
    for chart in (
        Chart("population", Text("성별·나이별 인구", "Population by sex and age")),
        Chart("choropleth", Text("{district} 지도", "{District} map")),
        Chart("correlation", Text("연령별 서비스 상관", "Services used together, by age")),
        Chart("monthly", Text("월별 추이", "Month by month")),
        Chart("ranking", Text("순위", "Ranking")),
        Chart("targets", Text("추천 집단 지도", "Map of recommended groups")),
        Chart("neighbourhoods", Text("동네 지도", "Map of neighbourhoods")),
    )
}


def find_chart(id: str) -> Chart:
    """The chart with this id; raises `UnknownChoice`."""
    try:
        return CHARTS[typed(id)]
    except KeyError:
        raise UnknownChoice(
            Text("차트를 찾을 수 없습니다.", "Chart not found."),
            choose(id, map(same, CHARTS)),
            value=id,
        ) from None


def drawn(picture: Picture, *, narrow: bool = False) -> Drawing:
    """Draw an answer's picture; raises `UnknownChoice` for an unknown chart."""
    draw = find_chart(picture.chart).draw
    return draw(picture.frame, narrow=narrow, **picture.options)
