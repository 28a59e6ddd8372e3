"""District map of one measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import altair as alt

from telads.catalog import Kind, Measure
from telads.charts import theme
from telads.charts.borders import Area, district_map
from telads.wording import figure, josa, number
from telads.language import Lang, Text
from telads.places import DISTRICTS, district_name

if TYPE_CHECKING:
    import polars as pl

AverageAge = Literal["average_age"]

_MANY: frozenset[Kind] = frozenset({"days", "people", "count", "won", "gb"})
_LONG: frozenset[Kind] = frozenset({"minutes", "seconds", "km"})


class _Subject(NamedTuple):
    """What is mapped. The average age is computed, so the catalogue of columns has no entry."""

    name: Text
    unit: Text
    kind: Kind | None


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
    that is missing or null is grey. `audience` says whom the figures are about, if not everyone.
    """
    subject = _subject(measure)
    known = frame.drop_nulls("value").sort("value", "district")
    values: dict[str, float] = dict(
        zip(known["district"].to_list(), known["value"].to_list(), strict=True)
    )
    unit = f"{subject.name(lang)} ({subject.unit(lang)})"
    gaps = Text("회색은 자료 없음", "grey: no data")(lang) if len(values) < len(DISTRICTS) else ""
    title = theme.heading(
        _finding(subject, values, lang), [unit, audience, gaps],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip
    stops, domain = _scale(list(values.values()), subject.kind)
    # A narrow map has no room for 25 English names: the two ends tell the finding.
    ends = frozenset([*values][:1] + [*values][-1:]) if narrow and lang == "en" else None
    return district_map(
        {name: _area(value, stops, domain, subject, lang) for name, value in values.items()},
        colour=_colour(stops, domain, subject, lang, narrow),
        title=title, lang=lang, narrow=narrow, named=ends,
    )  # fmt: skip


def _subject(measure: Measure | AverageAge) -> _Subject:
    if isinstance(measure, Measure):
        return _Subject(measure.text, measure.unit, measure.kind)
    return _Subject(Text("평균 나이", "Average age"), Text("세", "years"), None)


def _finding(subject: _Subject, values: Mapping[str, float], lang: Lang) -> str:
    """The districts at both ends. `values` is sorted."""
    name = subject.name(lang)
    if not values:
        return Text(f"{name}: 보여 줄 자료가 없습니다", f"{name}: nothing to show")(lang)
    (low, least), (high, most) = [*values.items()][0], [*values.items()][-1]
    if least == most:
        return Text(
            f"{josa(name, '은/는')} 모든 자치구가 같습니다({_say(most, subject, lang)})",
            f"{name} is the same in all districts ({_say(most, subject, lang)})",
        )(lang)
    high_word, low_word = _ends_in_korean(subject.kind)
    top, bottom = district_name(high, lang), district_name(low, lang)
    return Text(
        f"{josa(name, '은/는')} {josa(top, '이/가')} 가장 {high_word}"
        f"({_say(most, subject, lang)}) {josa(bottom, '이/가')} 가장 {low_word}"
        f"({_say(least, subject, lang)})",
        f"{name} is highest in {top} ({_say(most, subject, lang)}) "
        f"and lowest in {bottom} ({_say(least, subject, lang)})",
    )(lang)


def _ends_in_korean(kind: Kind | None) -> tuple[str, str]:
    """Korean says much, long or high, depending on what is measured."""
    if kind in _MANY:
        return "많고", "적습니다"
    return ("길고", "짧습니다") if kind in _LONG else ("높고", "낮습니다")


def _say(value: float, subject: _Subject, lang: Lang) -> str:
    if subject.kind is None:
        return f"{number(value)}{'' if lang == 'ko' else ' '}{subject.unit(lang)}"
    return figure(value, subject.kind, lang)


def _scale(
    values: Sequence[float], kind: Kind | None
) -> tuple[tuple[str, ...], tuple[float, float]]:
    """Colours and domain: around zero for a standardised index, from low to high otherwise."""
    if kind == "index":
        reach = max((abs(value) for value in values), default=1.0) or 1.0
        return theme.DIVERGING, (-reach, reach)
    low, high = min(values, default=0.0), max(values, default=1.0)
    return theme.SEQUENTIAL, (low, high if high > low else low + 1)


def _area(
    value: float,
    stops: Sequence[str],
    domain: tuple[float, float],
    subject: _Subject,
    lang: Lang,
) -> Area:
    share = (value - domain[0]) / (domain[1] - domain[0])
    label = number(value, subject.kind)
    return Area(value, theme.blend(stops, share), label, _say(value, subject, lang))


def _colour(
    stops: Sequence[str],
    domain: tuple[float, float],
    subject: _Subject,
    lang: Lang,
    narrow: bool,
) -> alt.Color:
    low, high = domain
    ticks = [low + (high - low) * share / (len(stops) - 1) for share in range(len(stops))]
    format = "+.2f" if subject.kind == "index" else ",.0f" if high - low >= 50 else ",.1f"
    return alt.Color(
        "value:Q",
        scale=alt.Scale(domain=ticks, range=list(stops), interpolate="rgb"),
        legend=alt.Legend(
            title=subject.unit(lang),
            format=format,
            values=[low, (low + high) / 2, high],
            orient="bottom" if narrow else "right",
            gradientLength=200 if narrow else 180,
        ),
    )
