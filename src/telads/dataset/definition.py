"""The definition of a dataset: its places, people, measures and files, read from a folder.

    dataset.toml       everything below, checked key by key
    borders.geojson    the districts as polygons, each with its `code` (optional)
    crosswalk.csv      codes of neighbourhoods that files had in other years (optional)
    profile.json       what a synthetic twin is drawn from (optional)

`dataset.reading` reads it. docs/dataset.md lists the keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from telads.errors import DatasetError, IndexRefused, UnknownChoice, choose
from telads.text import LANGUAGES, Lang, Text, inside, join_names, josa, typed

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal[
    "days", "index", "people", "minutes", "seconds", "km", "count", "money", "percent", "gb"
]
"""`index`: published as a standardised score (z), rescaled each month: no ratios, no percentages,
no sums. Every other kind is a quantity that cannot be negative."""

Topic = Literal["service", "people", "mobility", "communication", "payment"]
"""`payment` measures (overdue bills, micropayments) are never used to choose an audience."""

POPULATION = "population"
"""Id of the measure every dataset has: the people of a cell."""
DEFINITION, BORDERS, PROFILE = "dataset.toml", "borders.geojson", "profile.json"
CROSSWALK = "crosswalk.csv"
CROSSWALK_COLUMNS = ("from", "to", "share", "since", "name")

UNITS: dict[Kind, Text] = {
    "days": Text("일/월", "days a month"),
    "index": Text("표준화 점수", "standardised score"),
    "people": Text("명", "people"),
    "minutes": Text("분", "minutes"),
    "seconds": Text("초", "seconds"),
    "km": Text("km", "km"),
    "count": Text("회", "times"),
    "percent": Text("%", "%"),
    "gb": Text("GB", "GB"),
}
MARKS: Mapping[str, str] = {
    "game": "gamepad-2", "finance": "banknote", "shopping": "shopping-cart", "video": "monitor",
    "youtube": "square-play", "netflix": "film", "delivery": "shopping-bag",
    "news": "newspaper", "sport": "trophy", "radio": "radio", "travel": "plane", "music": "music",
    "books": "book-open", "maps": "map", "health": "heart-pulse", "education": "graduation-cap",
}  # fmt: skip
"""Marks of services and their icons (`web/templates/components/icons.svg`)."""
_MONTHS = {1: "한 달", 2: "두 달", 3: "석 달", 4: "넉 달"}
_COUNTS = dict(enumerate(("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"), 1))
_NUMBERS = dict(enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
))  # fmt: skip
OF = "x-of"
"""The key of a schema whose values depend on the dataset: see `Dataset.described`."""
OR_NONE = " or none"
"""What that key's value ends in where the value may also be null."""
_PLACE = re.compile(r"\{(\w+)(:[^{}]+)?\}")
_CONDITION = re.compile(r"\[\[(\w+)\|(.*?)\]\]")
_OPEN = ("", "대", "s", "+", " and over", "대 이상", "대이상", "세 이상", "세이상")
_DECADE = 10
WORKDAYS = 5
"""Monday to Friday."""
CALENDAR = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""Country, and part of it, as ISO 3166 writes them."""


@cache
def _holidays(calendar: str, year: int) -> tuple[date, ...]:
    """Public holidays of a year, in order, with those in place of others."""
    # The package holds every country; only movements of logs need it.
    from holidays import country_holidays

    country, _, part = calendar.partition("-")
    try:
        found = country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError as error:
        raise DatasetError(
            Text("공휴일 달력을 찾을 수 없습니다.", "The calendar of public holidays is unknown."),
            Text("dataset.toml의 holidays를 KR이나 DE-BY처럼 적거나 빼 주세요.",
                 "Write holidays in dataset.toml like KR or DE-BY, or leave it out."),
            column="holidays", value=calendar,
        ) from error  # fmt: skip
    return tuple(sorted(day for day in found if day.year == year))


@dataclass(frozen=True)
class Measure:
    """One column of the data. `headers` are the spellings seen in files, the published first."""

    id: str
    text: Text
    kind: Kind
    topic: Topic
    unit: Text
    """Unit of the published figure."""
    headers: tuple[str, ...] = ()
    unestimated: tuple[str, ...] = ()
    """Headers for people it was not estimated for, if they do not derive from its own."""
    counted: bool = False
    """Counts people of a cell instead of averaging; shown as a share of its people."""
    source: str = ""
    """Id of the second file that holds it (`Files.second`); empty for the month's own."""
    proper: bool = False
    """Whether its English name is a proper name, capitalised inside sentences."""
    log_days: tuple[float, float] | None = None
    """For an index in synthetic logs: days a month of the cells with the lowest and the highest."""
    mark: str = ""
    """One of `MARKS`; by default its id."""
    drawn_like: str = ""
    """Measure whose figures a twin imitates for this one while the profile has none of it."""

    @property
    def icon(self) -> str:
        """Icon beside its name on pages; empty if it is the first letter of the name."""
        return MARKS.get(self.mark or self.id, "")

    @property
    def is_index(self) -> bool:
        """Whether it is published as a standardised score, for which ratios have no meaning."""
        return self.kind == "index"

    @property
    def may_be_negative(self) -> bool:
        """Whether a value below zero is valid."""
        return self.kind == "index"


class Signal(NamedTuple):
    """One figure of mobility or daily life: `measure` per person, or `per` another measure."""

    id: str
    text: Text
    kind: Kind
    unit: Text
    """Unit of the value; percentages run from 0 to 100."""
    hint: Text
    """Channel suggested by a value well above the city's."""
    measure: str
    per: str | None = None
    working: bool = False
    """Applies to commuters only: the last age is missing, and so are zeros."""
    unless: str | None = None
    """Another signal; where that one is clearly low, the hint is `hint_unless`."""
    hint_unless: Text | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of cells that it is computed from."""
        return (self.measure, *((self.per,) if self.per else ()))


class Level(NamedTuple):
    """A level of places below the city."""

    text: Text
    plural: Text
    suffixes: tuple[str, ...] = ()
    """Endings that a name may lack: `구`, `gu`."""
    short: Text = Text("", "")
    """Ending that maps leave out."""
    prefix: str = ""
    """Pattern of a prefix that files write before a name."""
    code_digits: int | None = None
    """A neighbourhood's code with this many digits begins with its district's code."""


class Correspondence(NamedTuple):
    """A row of the crosswalk: a code in files, and a neighbourhood that its people belong to."""

    code: str
    to: str
    share: float
    """Share of its people, 0..1: less than 1 for one that was split."""
    since: str
    """First label month (YYYY-MM) in which `to` is published: the row is for months before it.
    Empty: for every month."""
    name: str = ""
    """Name in files of the neighbourhood that the row is for, where a code is two places' in
    different years; without spaces. Empty: whatever its name."""


class SexGroup(NamedTuple):
    """People of one sex: `M` or `F` in cells and answers."""

    id: str
    text: Text
    spellings: tuple[str, ...]
    """Spellings by files and users, in lower case."""
    written: str | int
    """Spelling in files of a twin."""


_SMALL = frozenset({"CLP", "IDR", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"})
_MAN = 10_000
_LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


class Currency(NamedTuple):
    """The currency of prices and budgets, in whole units."""

    code: str
    id: str
    unit: Text
    spellings: tuple[str, ...]
    """Symbols accepted before or after a typed amount, in lower case."""

    @property
    def small(self) -> bool:
        """Whether its unit is worth about a thousandth of a euro or a dollar."""
        return self.code in _SMALL

    def amount(self, number: float) -> Text:
        """A number of whole units exactly, as one says it: `5,000만 원`, `50 million won`."""
        ko, en = (f"{number:,.0f}{space}{unit}"
                  for space, unit in zip(("", " "), self.unit, strict=True))  # fmt: skip
        whole = round(number)
        if self.small and whole >= _MAN and whole % _MAN == 0:
            eok, man = divmod(whole // _MAN, _MAN)
            parts = zip((*divmod(eok, _MAN), man), "조억만", strict=True)
            ko = f"{' '.join(f'{part:,}{word}' for part, word in parts if part)} {self.unit.ko}"
            for large, word in _LARGE:
                if whole >= large and whole % (large // 100) == 0:
                    number_of = f"{whole / large:,.2f}".rstrip("0").rstrip(".")
                    en = f"{number_of} {word} {self.unit.en}"
                    break
        return Text(ko, en)


class Origin(NamedTuple):
    """Publisher of the data and of the borders, as worded in each place."""

    publisher: Text
    """In the report."""
    issuer: Text
    """The publisher, inside a sentence."""
    data: Text
    """The published data, inside a sentence."""
    files: str
    """In exported files, both languages in one text."""
    page: Text
    """In the footer of every page."""
    about: Text
    """On the data page, above the terms of use."""
    terms: Text
    borders: Text
    """Below a map; empty without borders."""
    borders_short: Text
    borders_page: Text
    borders_terms: Text
    payments: Text
    """Name of the measures never used to choose an audience, at the start of a sentence."""


class OtherFile(NamedTuple):
    """A file published beside those of measures: how its headers reveal it, and its error."""

    message: Text
    advice: Text
    headers: str = ""
    """Pattern that at least `least` headers match, in a file without a service."""
    least: int = 1
    words: tuple[frozenset[str], ...] = ()
    """Sets of headers; one header of each set is present."""


class SecondFile(NamedTuple):
    """A file with more measures of the same cells, published beside the month's own."""

    id: str
    text: Text
    headers: str
    """Pattern that at least `least` headers match, in a file without a service."""
    least: int
    sensitive: tuple[str, ...]
    """Headers of columns that are never taken."""
    about: Text
    """What it is and where it comes from, as `Origin.about` says of the month's own file."""


class Files(NamedTuple):
    """Format of the published files."""

    masked: tuple[str, ...]
    decimal: str
    encoding: str
    """Encoding of CSV files, besides UTF-8."""
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
    second: Mapping[str, SecondFile]


class Example(NamedTuple):
    """The segment and service used by default and in documents."""

    district: str
    sex: str
    age: int
    service: str
    platforms: tuple[str, ...] = ()
    """Services that an example of a plan advertises on."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """One city's data; equal to any other with the same `digest`."""

    folder: Path
    id: str
    text: Text
    city: Text
    time_zone: str
    holidays: str
    """Calendar of public holidays, ISO 3166: `KR`, `DE-BY`; empty for none."""
    window_months: int
    """The file labelled T holds the mean over this many months, the last of which is T-1."""
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
    """Name pattern of a twin's neighbourhood, with {district} and {number}."""
    mark: str
    measures: Mapping[str, Measure]
    signals: tuple[Signal, ...]
    example: Example

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Dataset) and other.digest == self.digest)

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the folder; the other process reads the definition again."""
        return (_load_again, (self.folder,))

    @cached_property
    def digest(self) -> str:
        """Hash of the definition and its borders."""
        from hashlib import sha256

        files = (self.folder / name for name in (DEFINITION, BORDERS))
        content = b"".join(file.read_bytes() for file in files if file.is_file())
        return sha256(content).hexdigest()[:16]

    def public_holidays(self, first: date, last: date) -> tuple[date, ...]:
        """Public holidays from the first to the last day, in order; none without a calendar.

        Raises `DatasetError` for a calendar that is not known.
        """
        if not self.holidays:
            return ()
        return tuple(
            day
            for year in range(first.year, last.year + 1)
            for day in _holidays(self.holidays, year)
            if first <= day <= last
        )

    def is_workday(self, day: date) -> bool:
        """Monday to Friday, and no public holiday."""
        return day.weekday() < WORKDAYS and not self.public_holidays(day, day)

    @cached_property
    def services(self) -> tuple[Measure, ...]:
        """The services, in the order that breaks ties."""
        return tuple(one for one in self.measures.values() if one.topic == "service")

    @cached_property
    def service_ids(self) -> tuple[str, ...]:
        """Ids of the services, in order."""
        return tuple(service.id for service in self.services)

    @cached_property
    def indexes(self) -> tuple[Measure, ...]:
        """Services published as a standardised index."""
        return tuple(service for service in self.services if service.is_index)

    @cached_property
    def payments(self) -> tuple[Measure, ...]:
        """Measures never used to choose an audience."""
        return tuple(one for one in self.measures.values() if one.topic == "payment")

    @cached_property
    def units(self) -> dict[Kind, Text]:
        """Unit of each kind of measure."""
        return {**UNITS, "money": self.currency.unit}

    @cached_property
    def proper_names(self) -> frozenset[str]:
        """English names that are capitalised inside sentences."""
        return frozenset(one.text.en for one in self.measures.values() if one.proper)

    def service(self, name: str) -> Measure:
        """The service with this id, Korean name or English name; raises `UnknownChoice`."""
        wanted = typed(name)
        for one in self.services:
            if wanted in {one.id, one.text.ko.casefold(), one.text.en.casefold()}:
                return one
        raise UnknownChoice(
            Text("서비스를 찾을 수 없습니다.", "Service not found."),
            choose(name, (Text(one.text.ko, one.id) for one in self.services)),
            value=name,
        )

    @cached_property
    def sex_names(self) -> dict[str, str]:
        """Spelling of a sex, in lower case -> its id."""
        return {word: sex.id for sex in self.sexes.values() for word in sex.spellings}

    def age_text(self, age: int) -> Text:
        """Name of a segment age, given by its first year."""
        if age == self.ages[-1]:
            word = "대 이상" if age % _DECADE == 0 else "세 이상"
            return Text(f"{age}{word}", f"{age} and over")
        last = self._last_year(age)
        if self._is_decade(age):
            return Text(f"{age}대", f"{age}-{last}")
        return Text(f"{age}–{last}세", f"{age}-{last}")

    def cell_age_text(self, age: int) -> Text:
        """Name of a cell age, given by its first year."""
        if age == self.cell_ages[-1]:
            return Text(f"{age}세 이상", f"{age} and over")
        last = self.cell_ages[self.cell_ages.index(age) + 1] - 1
        return Text(f"{age}–{last}세", f"{age}-{last}")

    def cell_ages_of(self, age: int) -> tuple[int, ...]:
        """The cell ages of a segment age."""
        return tuple(cell for cell, own in self.bands.items() if own == age)

    @cached_property
    def cell_age_names(self) -> dict[str, int]:
        """Spelling of a cell age, in lower case -> its first year."""
        names: dict[str, int] = {}
        for age, after in pairwise(self.cell_ages):
            names |= {f"{age}{end}": age for end in ("", f"-{after - 1}", f"~{after - 1}")}
        return names | {f"{self.cell_ages[-1]}{end}": self.cell_ages[-1] for end in _OPEN}

    @cached_property
    def age_names(self) -> dict[str, int]:
        """Spelling of a segment age, in lower case -> its first year."""
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
        """Fill a text with the words of this dataset: see `filled`."""
        return Text(self.filled(text.ko, "ko"), self.filled(text.en, "en"))

    def filled(self, text: str, lang: Lang, escape: Callable[[str], str] = str) -> str:
        """Fill the places `{name}` of a text from `words`, each value passed through `escape`.

        `{district:을/를}` adds the Korean particle the name needs. `[[indexes|...]]` is kept for
        datasets with services published as an index and `[[noindexes|...]]` for others,
        `[[overlap|...]]` where windows overlap and `[[apart|...]]` where they do not.
        """
        if "[[" in text:
            text = _CONDITION.sub(self._kept, text)
        words = self.words(lang)

        def word(place: re.Match[str]) -> str:
            found = words.get(place[1])
            if found is None or (place[2] and "/" not in place[2]):  # typed by somebody
                return place[0]
            return escape(josa(found, place[2][1:]) if place[2] else found)

        return _PLACE.sub(word, text) if "{" in text else text

    def _kept(self, part: re.Match[str]) -> str:
        """What is kept of a condition; all of one that is none, as somebody's own name may be."""
        holds = self._holds.get(part[1])
        return part[0] if holds is None else part[2] if holds else ""

    @cached_property
    def _holds(self) -> dict[str, bool]:
        several = self.window_months > 1
        known = bool(self.indexes)
        return {"indexes": known, "noindexes": not known, "overlap": several, "apart": not several}

    def words(self, lang: Lang) -> dict[str, str]:
        """Words for the parts of this dataset in texts, by the names of their places."""
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
                "last_age": self.age_text(self.ages[-1])(lang),
                **{name: str(value) for name, value in self.samples.items()},
            }
            for lang in LANGUAGES
        )  # fmt: skip
        plural = "s" if months > 1 else ""
        counted = _NUMBERS.get(months, str(months))
        ko |= {
            "service_names": " ".join(one.text.ko for one in self.services),
            "window": _MONTHS.get(months, f"{months}개월"),
            "whole": f"{_COUNTS.get(months, months)} 달",
            "shared": _MONTHS.get(months - 1, f"{months - 1}개월"),
            "services": _COUNTS.get(number, str(number)),
            "cell_age": f"{step}세 나이" if step else "나이",
        }
        en |= {
            "service_names": " ".join(self.service_ids),
            "window": f"{counted} month{plural}",
            "windowed": f"{counted.capitalize()}-month",
            "observed": f"{counted} observed month{plural}",
            "number": counted,
            "shared": _NUMBERS.get(months - 1, str(months - 1)),
            "services": _NUMBERS.get(number, str(number)),
            "cell_age": f"{_NUMBERS.get(step, step)}-year age" if step else "age",
        }
        ko |= {"Cell_age": ko["cell_age"]}
        en |= {"Cell_age": en["cell_age"].capitalize()}
        return ko, en

    @cached_property
    def samples(self) -> dict[str, Any]:
        """Names and values that examples in help and descriptions take from this dataset."""
        shown, ages = self.example, self.ages
        others = [one.id for one in self.services if one.id != shown.service]
        preferred = [one for one in shown.platforms if one in others]
        platforms = [*dict.fromkeys([*preferred, *others]), shown.service]
        return {
            "sample_district": self.districts[shown.district].ko,
            "sample_district_en": self.districts[shown.district].en,
            "sample_sex": shown.sex,
            "sample_age": shown.age,
            "sample_service": shown.service,
            "sample_platform": platforms[0],
            "sample_platform_2": platforms[min(1, len(platforms) - 1)],
            "sample_signal": self.signals[0].id if self.signals else "",
            "sample_ages": list(ages[:2]),
            "sample_cell_ages": list(self.cell_ages[:2]),
            "ages": " ".join(map(str, ages)),
            "last": ages[-1],
            "index_ids": ", ".join(service.id for service in self.indexes),
        }

    @cached_property
    def spellings(self) -> dict[str, list[Any]]:
        """The values that the schema of a choice lists, by the name of that choice."""
        ids = list(self.service_ids)
        names = [name for service in self.services for name in service.text]
        return {
            "services": ids,
            "service names": list(dict.fromkeys([*ids, *names])),
            "sex names": list(dict.fromkeys(["F", "M", *self.sex_names])),
            "ages": list(self.ages),
            "cell ages": list(self.cell_ages),
            "cell age names": [*self.cell_ages, *self.cell_age_names],
            "age names": [*self.ages, *self.age_names],
            "signals": [one.id for one in self.signals],
        }

    def described(self, value: Any) -> Any:
        """A JSON Schema or an example of any dataset in the names of this one.

        An object with the key `x-of` lists the `spellings` of that name as its `enum`; a text that
        is the place of one of `samples` alone, `"{sample_age}"`, is that value; in other texts the
        places are filled in Korean, the language of the tables.
        """
        if isinstance(value, dict):
            told = {
                str(self.described(key)): self.described(one)
                for key, one in value.items()
                if key != OF
            }
            if OF not in value:
                return told
            choices = self.spellings[value[OF].removesuffix(OR_NONE)]
            return told | {"enum": [*choices, None] if value[OF].endswith(OR_NONE) else choices}
        if isinstance(value, list | tuple):
            return [self.described(one) for one in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        alone = value[1:-1]
        return self.samples[alone] if alone in self.samples else self.filled(value, "ko")

    @cached_property
    def bands(self) -> dict[int, int]:
        """First year of a cell age -> first year of its segment age."""
        return {age: max(one for one in self.ages if one <= age) for age in self.cell_ages}

    @cached_property
    def district_names(self) -> dict[str, Text]:
        """Districts by their name in cells and answers."""
        return {text.ko: text for text in self.districts.values()}

    def district_name(self, district: str, lang: Lang) -> str:
        """A district's name in the language; without an English name, its Korean one."""
        known = self.district_names.get(district)
        return known(lang) if known else district

    def second_name(self, id: str | None, lang: Lang) -> str:
        """Name of a second file, or its id if it is not declared; empty for the month's own."""
        known = self.files.second.get(id or "")
        return known.text(lang) if known else id or ""

    def find_second(self, name: str) -> str:
        """Id of a second file by its id or its name in either language; else as it was given."""
        for id, file in self.files.second.items():
            if name.strip().casefold() in {id, file.text.ko.casefold(), file.text.en.casefold()}:
                return id
        return name.strip()

    def find_district(self, name: str, known: Iterable[str]) -> str:
        """The name of a district among `known`, given in either language.

        `Gangnam`, `gangnam-gu` and `강남` all find `강남구`; raises `UnknownChoice` for no match.
        """
        known = tuple(known)
        wanted = self.district_stem(name)
        for district in known:
            both = (district, self.district_name(district, "en"))
            if wanted in {self.district_stem(one) for one in both}:
                return district
        raise UnknownChoice(
            Text(f"{josa(self.district.text.ko, '을/를')} 찾을 수 없습니다.",
                 f"{self.district.text.en.capitalize()} not found."),
            choose(name, (Text(one, self.district_name(one, "en")) for one in known)),
            value=name,
        )  # fmt: skip

    def district_stem(self, name: str) -> str:
        """A district's name for comparison: without spaces, hyphens and its suffix."""
        plain = typed(name).replace(" ", "").replace("-", "")
        stem = plain
        for suffix in self.district.suffixes:
            stem = stem.removesuffix(suffix)
        # 중구 / Jung-gu: one syllable is too short to match without its suffix.
        return stem if len(stem) > 1 else plain

    @cached_property
    def crosswalk(self) -> tuple[Correspondence, ...]:
        """The rows of the crosswalk, in the file's order; empty without one.

        Raises `ValueError` for a file that is none.
        """
        file = self.folder / CROSSWALK
        if not file.is_file():
            return ()
        from csv import DictReader

        lines = file.read_text(encoding="utf-8-sig").splitlines()
        reader = DictReader(lines)
        if tuple(reader.fieldnames or ()) not in {CROSSWALK_COLUMNS, CROSSWALK_COLUMNS[:-1]}:
            raise ValueError(",".join(reader.fieldnames or ()))
        return tuple(
            Correspondence(row["from"], row["to"], float(row["share"] or 1), row["since"] or "",
                           (row.get("name") or "").replace(" ", ""))
            for row in reader
        )  # fmt: skip

    @cached_property
    def borders(self) -> dict[str, dict[str, Any]]:
        """The GeoJSON features of the districts by code, in the file's order; empty without any.

        The properties `longitude` and `latitude` are the position of the name.
        """
        file = self.folder / BORDERS
        if not file.is_file():
            return {}
        import json

        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        return {str(one["properties"]["code"]): one for one in features}


def shown(measure: Measure) -> Measure:
    """The measure as in a build's tables: counts of people as percentages."""
    return replace(measure, kind="percent", unit=UNITS["percent"]) if measure.counted else measure


def refuse_index(measure: Measure, asked: Text) -> None:
    """Raise `IndexRefused` where `asked` (a ratio, a sum) has no meaning for the measure."""
    if measure.is_index:
        raise IndexRefused(
            Text(
                f"{measure.text.ko}: {asked.ko} 계산은 할 수 없습니다. "
                "원본 데이터가 이미 표준화 점수로 공개됩니다.",
                f"{measure.text.en} has no {asked.en}: the source is already standardised.",
            ),
            Text("이용 강도(affinity)로 물어봐 주세요.", "Ask by usage score (affinity)."),
        )


def _load_again(folder: Path) -> Dataset:
    from telads.dataset.reading import load

    return load(folder, known=True)
