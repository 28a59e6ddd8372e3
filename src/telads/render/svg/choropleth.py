"""District map of one measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from telads.dataset import Kind, Measure, in_force
from telads.render.svg.city import Area, Legend, district_map, on_the_map
from telads.render.svg.drawing import DISTRICT, Drawing, Table, drawing, known, rows_of
from telads.render.svg.theme import AMOUNTS, CHANGES, step_of, steps
from telads.text import Lang, Text, josa
from telads.wording import figure, in_sentence, number

if TYPE_CHECKING:
    import polars as pl

AverageAge = Literal["average_age"]

_MANY: frozenset[Kind] = frozenset({"days", "people", "count", "money", "gb"})
_LONG: frozenset[Kind] = frozenset({"minutes", "seconds", "km"})
_EACH: frozenset[Kind] = frozenset({"days", "minutes", "seconds", "km", "count", "money", "gb"})
"""Published as means per person."""
_EVERYONE = Text("{first}세 이상 전체", "everyone aged {first} and over")
_GAPS = Text("빗금은 데이터 없음", "hatched: no data")
_NO_DATA = Text("데이터 없음", "no data")
_YEARS = Text("세", "years")
_AVERAGE_AGE = Text("평균 나이", "Average age")
_CROWD = 1000
"""From this value a measure of people counts inhabitants, below it a person's contacts."""


class _Subject(NamedTuple):
    """The mapped measure and its displayed unit: published figure divided by `per`.

    The average age is computed, so it has no `Measure` of the dataset.
    """

    name: Text
    unit: Text
    kind: Kind | None
    per: float = 1.0
    digits: int | None = None


def draw(
    frame: pl.DataFrame,
    *,
    measure: Measure | AverageAge,
    lang: Lang,
    window: str,
    synthetic: bool,
    audience: str = "",
    narrow: bool = False,
) -> Drawing:
    """Draw a district map of a measure.

    `frame` has the columns district (Korean name) and value, in the measure's unit; a district
    that is missing or null is hatched, one that is not on the map is left out with a remark.
    `audience` names whom the figures are about, if not everyone.
    """
    here, strange = on_the_map(known(frame, "value"), lang)
    ordered = here.sort("value", "district")
    values: dict[str, float] = dict(
        zip(ordered["district"].to_list(), ordered["value"].to_list(), strict=True)
    )
    subject = _subject(measure, max(values.values(), default=0.0), lang)
    per_unit = {name: value / subject.per for name, value in values.items()}
    scale = Steps.of(list(per_unit.values()), subject.kind)
    subject = subject._replace(digits=scale.digits)
    each = Text("1인 평균", "mean per person")(lang) if subject.kind in _EACH else ""
    gaps = len(values) < len(in_force().districts)
    told = (f"{subject.name(lang)}({subject.unit.ko})" if lang == "ko"
            else f"{subject.name.en} ({subject.unit.en})")  # fmt: skip
    return drawing(
        "choropleth",
        _finding(subject, values, lang),
        [told, each, audience or _EVERYONE(lang), _GAPS(lang) if gaps else "", strange],
        lang=lang, window=window, synthetic=synthetic, unit=measured_in(measure, lang),
        frame=frame, table=_table(frame, measure, lang),
        body=district_map(
            {name: scale.area(value, _say(values[name], subject, lang))
             for name, value in per_unit.items()},
            scale.legend(subject.unit(lang), _NO_DATA(lang) if gaps else ""),
            lang=lang, narrow=narrow, first=[*values][-1:] + [*values][:1],
        ),
    )  # fmt: skip


def measured_in(measure: Measure | AverageAge, lang: Lang) -> str:
    """Unit of the figures as published."""
    return measure.unit(lang) if isinstance(measure, Measure) else _YEARS(lang)


def _table(frame: pl.DataFrame, measure: Measure | AverageAge, lang: Lang) -> Table:
    """Districts, the highest first."""
    rows = sorted(
        (row for row in rows_of(frame) if row["value"] is not None),
        key=lambda row: (-row["value"], row["district"]),
    )
    name = measure.text if isinstance(measure, Measure) else _AVERAGE_AGE
    return Table(
        [DISTRICT(lang), name(lang)],
        [[in_force().district_name(row["district"], lang), value_of(row["value"], measure, lang)]
         for row in rows],
    )  # fmt: skip


def value_of(value: float, measure: Measure | str, lang: Lang) -> str:
    """A figure with its unit; the average age is not a column of the data."""
    if not isinstance(measure, Measure):
        return Text("{years}세", "{years} years").format(years=number(value, digits=2))(lang)
    seconds = measure.kind == "seconds"
    return figure(value, measure.kind, lang, 2 if seconds or abs(value) < 100 else None)


def _subject(measure: Measure | AverageAge, most: float, lang: Lang) -> _Subject:
    if not isinstance(measure, Measure):
        return _Subject(_AVERAGE_AGE, _YEARS, None)
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
    """State the highest and lowest districts. `values` is sorted."""
    name = subject.name(lang)
    if not values:
        return Text(f"{name}: 보여 줄 데이터가 없습니다", f"{name}: nothing to show")(lang)
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
    """Korean words for high and low, which depend on the kind of measure: much, long or high."""
    if kind in _MANY:
        return "많고", "적습니다"
    return ("길고", "짧습니다") if kind in _LONG else ("높고", "낮습니다")


def _say(value: float, subject: _Subject, lang: Lang) -> str:
    if subject.kind is None:
        years = number(value, digits=subject.digits)
        return Text(f"{years}세", f"{years} years")(lang)
    return figure(value, subject.kind, lang, subject.digits)


class Steps(NamedTuple):
    """Colour scale: from low to high; diverging around zero for an index with both signs."""

    colours: tuple[str, ...]
    low: float
    high: float
    kind: Kind | None

    @classmethod
    def of(cls, values: Sequence[float], kind: Kind | None) -> Steps:
        """Equal steps over the range of the values."""
        low, high = min(values, default=0.0), max(values, default=1.0)
        if kind == "index" and low < 0 < high:
            reach = max(-low, high)
            return cls(steps("change", CHANGES), -reach, reach, kind)
        return cls(steps("amount", AMOUNTS), low, high if high > low else low + 1, kind)

    @property
    def digits(self) -> int | None:
        """Enough decimals to distinguish the districts."""
        if self.kind == "index":
            return 2 if self.high - self.low >= 0.2 else 3
        if self.high - self.low < 2 and self.high < 100:
            return 2
        return None

    def area(self, value: float, hover: str) -> Area:
        """Colour and hover text of a district with this value."""
        share = (value - self.low) / (self.high - self.low)
        return Area(step_of(share, self.colours), number(value, self.kind, self.digits), hover)

    def legend(self, unit: str, nothing: str) -> Legend:
        """Labels of both ends and the middle."""
        digits = self.digits if self.digits is not None else 0 if self.high >= 1000 else 1
        ends = (self.low, (self.low + self.high) / 2, self.high)
        texts = (number(value, self.kind, digits) if value else "0" for value in ends)
        return Legend(unit, self.colours, list(zip((0.0, 0.5, 1.0), texts, strict=True)), nothing)
