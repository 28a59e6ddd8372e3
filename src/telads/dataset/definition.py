"""The definition of a dataset: its places, people, measures and files, read from a folder.

    dataset.toml       everything below, checked key by key
    borders.geojson    the districts as polygons, each with its `code` (optional)
    profile.json       what a synthetic twin is drawn from (optional)

`dataset.reading` reads it. docs/dataset.md lists the keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from telads.errors import IndexRefused, UnknownChoice, choose
from telads.text import LANGUAGES, Lang, Text, inside, join_names, josa, typed

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal[
    "days", "index", "people", "minutes", "seconds", "km", "count", "money", "percent", "gb"
]
"""`index`: published as a standardised score (z), its scale set anew each month:
no ratios, no percentages, no sums. Every other kind is a quantity that cannot be negative."""

Topic = Literal["service", "people", "mobility", "communication", "payment"]
"""`payment` measures (overdue bills, micropayments) are never used to choose an audience."""

POPULATION = "population"
"""The measure every dataset has: the people of a cell."""
DEFINITION, BORDERS, PROFILE = "dataset.toml", "borders.geojson", "profile.json"

UNITS: dict[Kind, Text] = {
    "days": Text("일/월", "days a month"),
    "index": Text("표준화 지수", "standardised index"),
    "people": Text("명", "people"),
    "minutes": Text("분", "minutes"),
    "seconds": Text("초", "seconds"),
    "km": Text("km", "km"),
    "count": Text("회", "times"),
    "percent": Text("%", "%"),
    "gb": Text("GB", "GB"),
}
_MONTHS = {1: "한 달", 2: "두 달", 3: "석 달", 4: "넉 달"}
_COUNTS = dict(enumerate(("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"), 1))
_NUMBERS = dict(enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
))  # fmt: skip
_PLACE = re.compile(r"\{(\w+)(:[^{}]+)?\}")
_CONDITION = re.compile(r"\[\[(\w+)\|(.*?)\]\]")
_OPEN = ("", "대", "s", "+", " and over", "대 이상", "대이상", "세 이상", "세이상")
_DECADE = 10


@dataclass(frozen=True)
class Measure:
    """One column of the data. `headers` are the spellings seen in files, the published first."""

    id: str
    text: Text
    kind: Kind
    topic: Topic
    unit: Text
    """The unit of the published figure."""
    headers: tuple[str, ...] = ()
    unestimated: tuple[str, ...] = ()
    """Headers of the people it was not estimated for, where those are not made of its own."""
    counted: bool = False
    """Counts people of a cell and is no average: told as a share of its people."""
    proper: bool = False
    """Its English name is a proper name, with a capital inside sentences."""
    log_days: tuple[float, float] | None = None
    """Of an index, in made-up logs: days a month of the cells with the lowest and the highest."""

    @property
    def is_index(self) -> bool:
        """Whether the source is already standardised, so that ratios mean nothing."""
        return self.kind == "index"

    @property
    def may_be_negative(self) -> bool:
        """Whether a value below zero is valid."""
        return self.kind == "index"


class Signal(NamedTuple):
    """One figure on how people move or live: `measure` per person, or `per` another measure."""

    id: str
    text: Text
    kind: Kind
    unit: Text
    """The unit of the value; percentages run from 0 to 100."""
    hint: Text
    """The channel that a value well above the city's speaks for."""
    measure: str
    per: str | None = None
    working: bool = False
    """Holds for people who travel to work: those of the last age, and zeros, are missing."""
    unless: str | None = None
    """A signal that, where it is clearly low, makes the hint `hint_unless`."""
    hint_unless: Text | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of cells it is made of."""
        return (self.measure, *((self.per,) if self.per else ()))


class Level(NamedTuple):
    """A level of places below the city."""

    text: Text
    plural: Text
    suffixes: tuple[str, ...] = ()
    """What ends a name without telling it apart: `구`, `gu`."""
    short: Text = Text("", "")
    """The end that a map leaves out."""
    prefix: str = ""
    """A pattern: what files write before a name."""
    code_digits: int | None = None
    """A neighbourhood's code of so many digits begins with its district's code."""


class SexGroup(NamedTuple):
    """People of one sex: `M` or `F` in cells and answers."""

    id: str
    text: Text
    spellings: tuple[str, ...]
    """How files and users write it, in small letters."""
    written: str | int
    """How files of a twin write it."""


class Currency(NamedTuple):
    """The money of prices and budgets: whole units."""

    code: str
    id: str
    unit: Text
    spellings: tuple[str, ...]
    """What may stand before or after an amount that somebody types, in small letters."""

    def amount(self, number: float) -> Text:
        """A number of whole units in both languages."""
        return Text(f"{number:,.0f}{self.unit.ko}", f"{number:,.0f} {self.unit.en}")


class Origin(NamedTuple):
    """Who publishes the data and the borders, as each place says it."""

    publisher: Text
    """In the report."""
    issuer: Text
    """Who publishes, in a sentence."""
    data: Text
    """What is published, in a sentence."""
    files: str
    """In exported files, in both languages at once."""
    page: Text
    """At the foot of every page."""
    about: Text
    """On the page of the data, and beneath it the terms of use."""
    terms: Text
    borders: Text
    """Under a map; empty without borders."""
    borders_short: Text
    borders_page: Text
    borders_terms: Text
    payments: Text
    """Measures that are never used to choose an audience, as a sentence begins with them."""


class OtherFile(NamedTuple):
    """A file that is published beside the measures', told by its headers, and what is said."""

    message: Text
    advice: Text
    headers: str = ""
    """A pattern that at least `least` headers match, of a file without a service."""
    least: int = 1
    words: tuple[frozenset[str], ...] = ()
    """Sets of headers, one of each of which is there."""


class Files(NamedTuple):
    """How the published files are written."""

    masked: tuple[str, ...]
    decimal: str
    encoding: str
    """Of CSV files, besides UTF-8."""
    name: str
    unit: str
    quartile: str
    unestimated: str
    endings: tuple[str, ...]
    age_words: tuple[str, ...]
    open_words: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    """Key of the cells table (code, district, neighbourhood, sex, age5, month, synthetic) ->
    headers."""
    month_name: str
    month_bare: str
    month_year: str
    month_value: str
    sexes_advice: Text
    ages_advice: Text
    codes_advice: Text
    districts_advice: Text
    headers_advice: Text
    others: tuple[OtherFile, ...]


class Example(NamedTuple):
    """The segment and service shown where nothing was chosen, and in documents."""

    district: str
    sex: str
    age: int
    service: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """One city's data; equal to another of the same `digest`."""

    folder: Path
    id: str
    text: Text
    city: Text
    time_zone: str
    window_months: int
    """The file labelled T holds the mean over so many months, the last of which is T-1."""
    ages: tuple[int, ...]
    """First years of the ages of a segment; the last is open-ended."""
    cell_ages: tuple[int, ...]
    """First years of the ages of a cell; the last is open-ended."""
    currency: Currency
    source: Origin
    district: Level
    neighbourhood: Level
    districts: Mapping[str, Text]
    """Code -> names. Cells and answers hold the Korean name."""
    sexes: Mapping[str, SexGroup]
    files: Files
    invented: str
    """The name of a twin's neighbourhood, of {district} and {number}."""
    mark: str
    measures: Mapping[str, Measure]
    signals: tuple[Signal, ...]
    example: Example

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Dataset) and other.digest == self.digest)

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[object, ...]:
        """How a definition crosses to another process: it is read there again."""
        return (_load_again, (self.folder,))

    @cached_property
    def digest(self) -> str:
        """A hash of the definition and its borders."""
        from hashlib import sha256

        files = (self.folder / name for name in (DEFINITION, BORDERS))
        content = b"".join(file.read_bytes() for file in files if file.is_file())
        return sha256(content).hexdigest()[:16]

    @cached_property
    def services(self) -> tuple[Measure, ...]:
        """The services, in the order that breaks ties."""
        return tuple(one for one in self.measures.values() if one.topic == "service")

    @cached_property
    def service_ids(self) -> tuple[str, ...]:
        """The ids of the services, in their order."""
        return tuple(service.id for service in self.services)

    @cached_property
    def indexes(self) -> tuple[Measure, ...]:
        """The services that are published as a standardised index."""
        return tuple(service for service in self.services if service.is_index)

    @cached_property
    def payments(self) -> tuple[Measure, ...]:
        """The measures that are never used to choose an audience."""
        return tuple(one for one in self.measures.values() if one.topic == "payment")

    @cached_property
    def units(self) -> dict[Kind, Text]:
        """The unit of each kind of measure."""
        return {**UNITS, "money": self.currency.unit}

    @cached_property
    def proper_names(self) -> frozenset[str]:
        """The English names that keep their capital in a sentence."""
        return frozenset(one.text.en for one in self.measures.values() if one.proper)

    def service(self, name: str) -> Measure:
        """The service with this id, Korean name or English name; raises `UnknownChoice`."""
        wanted = typed(name)
        for one in self.services:
            if wanted in {one.id, one.text.ko.casefold(), one.text.en.casefold()}:
                return one
        raise UnknownChoice(
            Text("그런 서비스는 없습니다.", "There is no such service."),
            choose(name, (Text(one.text.ko, one.id) for one in self.services)),
            value=name,
        )

    @cached_property
    def sex_names(self) -> dict[str, str]:
        """How a sex may be written, in small letters -> its id."""
        return {word: sex.id for sex in self.sexes.values() for word in sex.spellings}

    def age_text(self, age: int) -> Text:
        """The name of an age of segments, told by its first year."""
        if age == self.ages[-1]:
            word = "대 이상" if age % _DECADE == 0 else "세 이상"
            return Text(f"{age}{word}", f"{age} and over")
        last = self._last_year(age)
        if self._is_decade(age):
            return Text(f"{age}대", f"{age}-{last}")
        return Text(f"{age}–{last}세", f"{age}-{last}")

    @cached_property
    def age_names(self) -> dict[str, int]:
        """How an age of segments may be written, in small letters -> its first year."""
        names = {}
        for age in self.ages[:-1]:
            last = self._last_year(age)
            words = ("대", "s") if self._is_decade(age) else ()
            for end in ("", *words, f"-{last}", f"~{last}"):
                names[f"{age}{end}"] = age
        return names | {f"{self.ages[-1]}{end}": self.ages[-1] for end in _OPEN}

    def _last_year(self, age: int) -> int:
        return self.ages[self.ages.index(age) + 1] - 1

    def _is_decade(self, age: int) -> bool:
        return age % _DECADE == 0 and self._last_year(age) == age + _DECADE - 1

    def fill(self, text: Text) -> Text:
        """A text about any dataset in the words of this one: see `filled`."""
        return Text(self.filled(text.ko, "ko"), self.filled(text.en, "en"))

    def filled(self, text: str, lang: Lang, escape: Callable[[str], str] = str) -> str:
        """A text with its places `{name}` filled from `words`, each value escaped.

        `{district:을/를}` is followed by the Korean particle that the name asks for. What stands in
        `[[indexes|...]]` is said of datasets with services published as an index, in
        `[[noindexes|...]]` of others, in `[[overlap|...]]` of windows that overlap, in
        `[[apart|...]]` of those that do not.
        """
        if "[[" in text:
            text = _CONDITION.sub(lambda part: part[2] if self._holds[part[1]] else "", text)
        words = self.words(lang)

        def word(place: re.Match[str]) -> str:
            found = words.get(place[1])
            if found is None:
                return place[0]
            return escape(josa(found, place[2][1:]) if place[2] else found)

        return _PLACE.sub(word, text) if "{" in text else text

    @cached_property
    def _holds(self) -> dict[str, bool]:
        several = self.window_months > 1
        known = bool(self.indexes)
        return {"indexes": known, "noindexes": not known, "overlap": several, "apart": not several}

    def words(self, lang: Lang) -> dict[str, str]:
        """What texts call the parts of this dataset, by the names of their places."""
        return self._words[0] if lang == "ko" else self._words[1]

    @cached_property
    def _words(self) -> tuple[dict[str, str], dict[str, str]]:
        names = [service.text for service in self.indexes]
        months, number = self.window_months, len(self.services)
        shown = self.measures[self.example.service]
        steps = {after - age for age, after in pairwise(self.cell_ages)}
        step = steps.pop() if len(steps) == 1 else 0
        ko, en = (
            {
                "city": self.city(lang),
                "data": self.source.data(lang),
                "issuer": self.source.issuer(lang),
                "first": str(self.ages[0]),
                "months": str(months),
                "segments": str(len(self.districts) * len(self.sexes) * len(self.ages)),
                "indexed": ("·" if lang == "ko" else " and ").join(name(lang) for name in names),
                "indexes": join_names([name(lang) for name in names], lang),
                "district": self.district.text(lang),
                "districts": self.district.plural(lang),
                "District": self.district.text(lang).capitalize(),
                "neighbourhood": self.neighbourhood.text(lang),
                "neighbourhoods": self.neighbourhood.plural(lang),
                "Neighbourhood": self.neighbourhood.text(lang).capitalize(),
                "unit": self.currency.unit(lang),
                "example": inside(shown.text(lang), shown.proper),
                "payments": self.source.payments(lang),
            }
            for lang in LANGUAGES
        )  # fmt: skip
        plural = "s" if months > 1 else ""
        counted = _NUMBERS.get(months, str(months))
        ko |= {
            "window": _MONTHS.get(months, f"{months}개월"),
            "whole": f"{_COUNTS.get(months, months)} 달",
            "shared": _MONTHS.get(months - 1, f"{months - 1}개월"),
            "services": _COUNTS.get(number, str(number)),
            "cell_age": f"{step}세 나이" if step else "나이",
        }
        en |= {
            "window": f"{counted} month{plural}",
            "windowed": f"{counted.capitalize()}-month",
            "observed": f"{counted} observed month{plural}",
            "number": counted,
            "shared": _NUMBERS.get(months - 1, str(months - 1)),
            "services": _NUMBERS.get(number, str(number)),
            "cell_age": f"{_NUMBERS.get(step, step)}-year age" if step else "age",
        }
        return ko, en

    @cached_property
    def bands(self) -> dict[int, int]:
        """First year of a cell's age -> that of the segment's age it lies in."""
        return {age: max(one for one in self.ages if one <= age) for age in self.cell_ages}

    @cached_property
    def district_names(self) -> dict[str, Text]:
        """The districts by the name that cells and answers hold."""
        return {text.ko: text for text in self.districts.values()}

    def district_name(self, district: str, lang: Lang) -> str:
        """The district's name in the language; one without an English name keeps its own."""
        known = self.district_names.get(district)
        return known(lang) if known else district

    def find_district(self, name: str, known: Iterable[str]) -> str:
        """The name of a district among `known`, asked for in either language.

        `Gangnam`, `gangnam-gu` and `강남` all find `강남구`; raises `UnknownChoice` for the rest.
        """
        known = tuple(known)
        wanted = self.district_stem(name)
        for district in known:
            both = (district, self.district_name(district, "en"))
            if wanted in {self.district_stem(one) for one in both}:
                return district
        raise UnknownChoice(
            Text(f"그런 {josa(self.district.text.ko, '은/는')} 없습니다.",
                 f"There is no such {self.district.text.en}."),
            choose(name, (Text(one, self.district_name(one, "en")) for one in known)),
            value=name,
        )  # fmt: skip

    def district_stem(self, name: str) -> str:
        """A district's name as names are compared: without spaces, hyphens and its suffix."""
        plain = typed(name).replace(" ", "").replace("-", "")
        stem = plain
        for suffix in self.district.suffixes:
            stem = stem.removesuffix(suffix)
        # 중구 / Jung-gu: one syllable is not enough of a name to be asked without its suffix.
        return stem if len(stem) > 1 else plain

    @cached_property
    def borders(self) -> dict[str, dict[str, Any]]:
        """The GeoJSON features of the districts by code, in the file's order; empty without any.

        The properties `longitude` and `latitude` say where the name stands.
        """
        file = self.folder / BORDERS
        if not file.is_file():
            return {}
        import json

        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        return {str(one["properties"]["code"]): one for one in features}


def shown(measure: Measure) -> Measure:
    """The measure as the tables of a build hold it: counts of people as percentages."""
    return replace(measure, kind="percent", unit=UNITS["percent"]) if measure.counted else measure


def refuse_index(measure: Measure, asked: Text) -> None:
    """Raise `IndexRefused` where `asked` (a ratio, a sum) has no meaning for the measure."""
    if measure.is_index:
        raise IndexRefused(
            Text(
                f"{measure.text.ko}: {asked.ko} 계산은 할 수 없습니다. "
                "원자료가 이미 표준화된 지수로 공개됩니다.",
                f"{measure.text.en} has no {asked.en}: the source is already standardised.",
            ),
            Text("관심도(affinity)로 물어봐 주세요.", "Ask by affinity instead."),
        )


def _load_again(folder: Path) -> Dataset:
    from telads.dataset.reading import load

    return load(folder, known=True)
