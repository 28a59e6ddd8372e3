"""District map of one measure.

The map of a measure by district, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `choropleth` shows, and points at the borders that the page holds once
(`svg/outlines.html`), so it is also a tenth of its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import altair as alt

from telads.answers.pictures import Picture
from telads.dataset import Kind, Measure, in_force
from telads.render.svg import theme
from telads.render.svg.city import LEGEND_BELOW, Area, district_map, on_the_map, short
from telads.render.svg.drawing import in_one_line, known
from telads.render.svg.lines import Outline, outlines
from telads.text import Lang, Text, josa
from telads.web.jinja import rendered
from telads.wording import figure, in_sentence, number

if TYPE_CHECKING:
    import polars as pl


AverageAge = Literal["average_age"]

_MANY: frozenset[Kind] = frozenset({"days", "people", "count", "money", "gb"})
_LONG: frozenset[Kind] = frozenset({"minutes", "seconds", "km"})
_EACH: frozenset[Kind] = frozenset({"days", "minutes", "seconds", "km", "count", "money", "gb"})
"""Published as means per person."""
_EVERYONE = Text("{first}세 이상 전체", "everyone aged {first} and over")
_CROWD = 1000
"""A measure of people that reaches this counts inhabitants; below it, whom a person talks to."""


class _Subject(NamedTuple):
    """What is mapped and in which unit it is shown: published figure divided by `per`.

    The average age is computed, so the catalogue of columns has no entry for it.
    """

    name: Text
    unit: Text
    kind: Kind | None
    per: float = 1.0
    digits: int | None = None


class Shown(NamedTuple):
    """What the map shows, whoever draws it."""

    areas: dict[str, Area]
    colours: Colours
    unit: str
    title: alt.TitleParams
    named: frozenset[str] | None
    """The districts whose names there is room for; None: all."""


def draw(
    frame: pl.DataFrame,
    *,
    measure: Measure | AverageAge,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> alt.LayerChart:
    """Where in the city a measure is high and where low.

    `frame` has the columns district (Korean name) and value, in the measure's unit; a district
    that is missing or null is grey, one that is not in Seoul is left out and said so. `audience`
    says whom the figures are about, if not everyone.
    """
    what = shown(frame, measure=measure, lang=lang, window=window, synthetic=synthetic,
                 audience=audience, narrow=narrow)  # fmt: skip
    return district_map(
        what.areas,
        colour=what.colours.encoding(what.unit, narrow),
        title=what.title, lang=lang, narrow=narrow, named=what.named,
    )  # fmt: skip


def shown(
    frame: pl.DataFrame,
    *,
    measure: Measure | AverageAge,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> Shown:
    """What the map shows; takes what `draw` takes."""
    here, strange = on_the_map(known(frame, "value"), lang)
    ordered = here.sort("value", "district")
    values: dict[str, float] = dict(
        zip(ordered["district"].to_list(), ordered["value"].to_list(), strict=True)
    )
    subject = _subject(measure, max(values.values(), default=0.0), lang)
    per_unit = {name: value / subject.per for name, value in values.items()}
    scale = Colours.of(list(per_unit.values()), subject.kind)
    subject = subject._replace(digits=scale.digits)
    each = Text("1인 평균", "mean per person")(lang) if subject.kind in _EACH else ""
    gaps = (
        Text("회색은 자료 없음", "grey: no data")(lang)
        if len(values) < len(in_force().districts)
        else ""
    )
    title = theme.heading(
        _finding(subject, values, lang),
        [f"{subject.name(lang)}({subject.unit.ko})" if lang == "ko"
         else f"{subject.name.en} ({subject.unit.en})",
         each, audience or in_force().fill(_EVERYONE)(lang), gaps, strange],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip
    # A narrow map has no room for 25 English names: the two ends tell the finding.
    ends = frozenset([*values][:1] + [*values][-1:]) if narrow and lang == "en" else None
    return Shown(
        {name: scale.area(value, _say(values[name], subject, lang))
         for name, value in per_unit.items()},
        scale, subject.unit(lang), title, ends,
    )  # fmt: skip


def _subject(measure: Measure | AverageAge, most: float, lang: Lang) -> _Subject:
    if not isinstance(measure, Measure):
        return _Subject(Text("평균 나이", "Average age"), Text("세", "years"), None)
    name, kind = measure.text, measure.kind
    if measure.topic == "service":
        use = "이용 지수" if measure.is_index else "이용"
        name = Text(f"{name.ko} {use}", f"Use of {in_sentence(name.en)}")
    if kind == "seconds":
        return _Subject(name, Text("시간", "hours"), kind, 3600)
    if kind == "people" and most >= _CROWD:
        crowd = Text("만 명", "thousands of people")
        return _Subject(name, crowd, kind, 10_000 if lang == "ko" else 1_000)
    return _Subject(name, measure.unit, kind)


def _finding(subject: _Subject, values: dict[str, float], lang: Lang) -> str:
    """The districts at both ends. `values` is sorted."""
    name = subject.name(lang)
    if not values:
        return Text(f"{name}: 보여 줄 자료가 없습니다", f"{name}: nothing to show")(lang)
    low, high = next(iter(values)), next(reversed(values))
    least, most = values[low], values[high]
    top, bottom = in_force().district_name(high, lang), in_force().district_name(low, lang)
    if len(values) == 1:
        return f"{name}: {top} {_say(most, subject, lang)}"
    highest, lowest = _say(most, subject, lang), _say(least, subject, lang)
    if least == most:
        return Text(
            f"{josa(name, '은/는')} 모든 "
            f"{josa(in_force().district.text.ko, '이/가')} 같습니다({highest})",
            f"{name}: the same in all {in_force().district.plural.en} ({highest})",
        )(lang)
    high_word, low_word = _ends_in_korean(subject.kind)
    return Text(
        f"{josa(name, '은/는')} {josa(top, '이/가')} 가장 {high_word}({highest}), "
        f"{josa(bottom, '이/가')} 가장 {low_word}({lowest})",
        f"{name}: highest in {top} ({highest}), lowest in {bottom} ({lowest})",
    )(lang)


def _ends_in_korean(kind: Kind | None) -> tuple[str, str]:
    """Korean says much, long or high, depending on what is measured."""
    if kind in _MANY:
        return "많고", "적습니다"
    return ("길고", "짧습니다") if kind in _LONG else ("높고", "낮습니다")


def _say(value: float, subject: _Subject, lang: Lang) -> str:
    if subject.kind is None:
        years = number(value, digits=subject.digits)
        return Text(f"{years}세", f"{years} years")(lang)
    return figure(value, subject.kind, lang, subject.digits)


class Colours(NamedTuple):
    """How figures become colours: from low to high; around zero for an index with both signs."""

    stops: tuple[str, ...]
    low: float
    high: float
    kind: Kind | None

    @classmethod
    def of(cls, values: Sequence[float], kind: Kind | None) -> Colours:
        """The scale that holds all the values."""
        low, high = min(values, default=0.0), max(values, default=1.0)
        if kind == "index" and low < 0 < high:
            reach = max(-low, high)
            return cls(theme.DIVERGING, -reach, reach, kind)
        return cls(theme.SEQUENTIAL, low, high if high > low else low + 1, kind)

    @property
    def digits(self) -> int | None:
        """Enough decimals to tell the districts apart."""
        if self.kind == "index":
            return 2 if self.high - self.low >= 0.2 else 3
        if self.high - self.low < 2 and self.high < 100:
            return 2
        return None

    def area(self, value: float, hover: str) -> Area:
        """The look of a district with this value."""
        share = (value - self.low) / (self.high - self.low)
        label = number(value, self.kind, self.digits)
        return Area(value, theme.blend(self.stops, share), label, hover)

    @property
    def ticks(self) -> list[float]:
        """The figures that the legend names: both ends and the middle."""
        return [self.low, (self.low + self.high) / 2, self.high]

    @property
    def _tick_digits(self) -> int:
        return self.digits if self.digits is not None else 0 if self.high >= 1000 else 1

    def tick(self, value: float) -> str:
        """A figure of the legend as it is written."""
        return number(value, self.kind, self._tick_digits) if value else "0"

    def encoding(self, unit: str, narrow: bool) -> alt.Color:
        """The colour of `value` with its legend."""
        steps = len(self.stops) - 1
        ticks = [self.low + (self.high - self.low) * step / steps for step in range(steps + 1)]
        digits = self._tick_digits
        sign = "+" if self.kind == "index" else ""
        return alt.Color(
            "value:Q",
            scale=alt.Scale(domain=ticks, range=list(self.stops), interpolate="rgb"),
            legend=alt.Legend(
                title=unit,
                values=self.ticks,
                format=f"{sign},.{digits}f",
                labelExpr="datum.value === 0 ? '0' : datum.label",
                orient="bottom" if narrow else "right",
                offset=LEGEND_BELOW if narrow else 18,
                gradientLength=200 if narrow else 180,
                labelOffset=5,
            ),
        )


RAMP = {"wide": 560, "narrow": 900}
"""Length of the legend in the map's grid."""


class Place(NamedTuple):
    """A district: its border, colours and texts; what there is no room for is empty."""

    outline: Outline
    colour: str
    ink: str
    name: str
    short: str
    label: str
    hover: str


def city_map(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `choropleth`."""
    wide, narrow = (
        shown(picture.frame, **picture.options, narrow=narrow) for narrow in (False, True)
    )
    finding, details = in_one_line(wide.title)
    return finding, details, _svg(wide, finding, lang, False), _svg(narrow, finding, lang, True)


def _svg(what: Shown, finding: str, lang: Lang, narrow: bool) -> str:
    width, height, districts = outlines()
    layout = "narrow" if narrow else "wide"
    facts: dict[str, Any] = {
        "layout": layout,
        "width": width,
        "height": height,
        "ramp": RAMP[layout],
        "finding": finding,
        "places": [_place(outline, what, lang, narrow) for outline in districts],
        "stops": what.colours.stops,
        "unit": what.unit,
        "ticks": [what.colours.tick(value) for value in what.colours.ticks],
    }
    return rendered("data/city_map.html.j2", facts)


def _place(outline: Outline, what: Shown, lang: Lang, narrow: bool) -> Place:
    area: Area | None = what.areas.get(outline.district)
    colour = area.colour if area else theme.NO_DATA
    name = in_force().district_name(outline.district, lang)
    named = what.named is None or outline.district in what.named
    return Place(
        outline,
        colour,
        theme.ink_on(colour),
        name,
        short(name) if named else "",
        area.label if area and not narrow else "",
        area.hover if area else "",
    )
