"""Reading a dataset's definition from its folder; all faults are reported at once, by key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from telads.dataset.definition import (
    BORDERS,
    CALENDAR,
    CROSSWALK,
    CROSSWALK_COLUMNS,
    DEFINITION,
    MARKS,
    POPULATION,
    UNITS,
    Currency,
    Dataset,
    Example,
    Files,
    Kind,
    Level,
    Measure,
    Origin,
    OtherFile,
    SecondFile,
    SexGroup,
    Signal,
    Topic,
)
from telads.errors import DatasetError, choose, meant
from telads.text import Lang, Text, same, typed

if TYPE_CHECKING:
    from pathlib import Path

_SHARES_INEXACT = 1e-6
"""Rounding of shares such as a third, which sum to one all the same."""
_ID = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"


class Fault(NamedTuple):
    """One fault of a definition: its place, the fault, and the remedy."""

    file: str
    key: str
    message: Text
    advice: Text
    value: object = None

    def line(self, lang: Lang) -> str:
        """The fault in one line."""
        return self.error().line(lang)

    def error(self, faults: tuple[Fault, ...] = ()) -> DatasetError:
        """The fault as an error that carries all `faults`."""
        error = DatasetError(
            self.message, self.advice, file=self.file, key=self.key or None, value=self.value
        )
        error.faults = faults or (self,)
        return error


class _Table:
    """A table of the file, read key by key; faults are collected, not raised."""

    def __init__(
        self,
        file: str,
        faults: list[Fault],
        content: Mapping[str, Any],
        key: str = "",
        *,
        known: bool = False,
    ) -> None:
        self._known = known
        self._file, self._faults, self._content, self._key = file, faults, content, key
        self._asked: set[str] = set()

    def key(self, name: str) -> str:
        return f"{self._key}.{name}" if self._key else name

    def __contains__(self, name: str) -> bool:
        return name in self._content

    def fault(self, name: str, message: Text, advice: Text, value: object = None) -> None:
        shown = None if value is None else str(value)[:80]
        key = self.key(name) if name else self._key
        self._faults.append(Fault(self._file, key, message, advice, shown))

    def _get(self, name: str, kind: type | tuple[type, ...], what: Text, default: Any) -> Any:
        self._asked.add(name)
        if name not in self._content:
            if default is None:
                self.fault(name, Text("필요한 값이 없습니다.", "The key is missing."),
                           Text(f"{what.ko} 값을 적어 주세요.", f"Write {what.en}."))  # fmt: skip
            return default
        value = self._content[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(name, Text("값의 형식이 다릅니다.", "The value is of another type."),
                       Text(f"{what.ko} 값이어야 합니다.", f"It must be {what.en}."),
                       value)  # fmt: skip
            return default
        return value

    def string(self, name: str, default: str | None = None) -> str:
        found = self._get(name, str, Text('글자("...")', 'a text ("...")'), default)
        return found if isinstance(found, str) else ""

    def pattern(self, name: str, groups: int = 0, default: str | None = None) -> str:
        found = self.string(name, default)
        if self._known:
            return found
        try:
            fits = re.compile(found).groups >= groups or not found
        except re.error as error:
            self.fault(name, Text("정규식이 아닙니다.", "Not a regular expression."),
                       Text(f"고쳐 주세요: {error}.", f"Correct it: {error}."), found)  # fmt: skip
            return "(?!)"
        if not fits:
            self.fault(name, Text("정규식에 묶음이 모자랍니다.", "The pattern lacks groups."),
                       Text(f"괄호 묶음이 {groups}개 이상이어야 합니다.",
                            f"It must have {groups} groups or more."), found)  # fmt: skip
        return found

    def encoding(self, name: str, default: str) -> str:
        import codecs

        found = self.string(name, default)
        try:
            codecs.lookup(found)
        except LookupError:
            self.fault(name, Text("쓸 수 없는 인코딩입니다.", "Encoding not found."),
                       Text("cp949나 cp1252처럼 적어 주세요.", "Write it as cp1252 or cp949."),
                       found)  # fmt: skip
        return found

    def integer(self, name: str, least: int = 1, default: int | None = None) -> int:
        found = self._get(name, int, Text("정수", "a whole number"), default)
        if isinstance(found, int) and found < least:
            self.fault(name, Text("너무 작은 값입니다.", "The number is too small."),
                       Text(f"{least} 이상이어야 합니다.", f"It must be {least} or more."),
                       found)  # fmt: skip
        return found if isinstance(found, int) else least

    def flag(self, name: str) -> bool:
        return bool(self._get(name, bool, Text("true 또는 false", "true or false"), False))

    def choice(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        found = self.string(name, default)
        if found not in known and name in self._content:
            self.fault(name, Text("모르는 값입니다.", "The value is not known."),
                       choose(found, map(same, known)), found)  # fmt: skip
        return found if found in known else known[0]

    def strings(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        what = Text('글자 목록(["...", "..."])', 'a list of texts (["...", "..."])')
        found = self._get(name, list, what, default)
        texts = tuple(one for one in found or () if isinstance(one, str))
        if len(texts) < len(found or ()):
            self.fault(name, Text("글자가 아닌 값이 있습니다.", "A value of the list is not text."),
                       Text("따옴표로 묶어 주세요.", "Put it in quotation marks."),
                       found)  # fmt: skip
        return texts

    def numbers(self, name: str, default: tuple[float, ...] | None = None) -> tuple[float, ...]:
        found = self._get(
            name, list, Text("숫자 목록([1, 2])", "a list of numbers ([1, 2])"), default
        )
        known = tuple(
            one for one in found or () if isinstance(one, int | float) and not isinstance(one, bool)
        )
        if len(known) < len(found or ()):
            self.fault(name, Text("숫자가 아닌 값이 있습니다.",
                                  "A value of the list is not a number."),
                       Text("숫자만 적어 주세요.", "Write numbers only."), found)  # fmt: skip
        return known

    def text(self, name: str, default: Text | None = None) -> Text:
        """A name in both languages: `{ ko = "...", en = "..." }`, or one text for both."""
        what = Text('이름("..." 또는 { ko = "...", en = "..." })',
                    'a name ("..." or { ko = "...", en = "..." })')  # fmt: skip
        found = self._get(name, (str, dict), what, default)
        if isinstance(found, str):
            return same(found)
        if isinstance(found, dict):
            inner = self._within(found, name)
            both = Text(inner.string("ko"), inner.string("en"))
            inner.end()
            return both
        return default or same("")

    def table(self, name: str, needed: bool = True) -> _Table:
        what = Text(f"[{self.key(name)}] 표", f"a table [{self.key(name)}]")
        found = self._get(name, dict, what, None if needed else {})
        return self._within(found or {}, name)

    def _within(self, content: Mapping[str, Any], name: str) -> _Table:
        return _Table(self._file, self._faults, content, self.key(name), known=self._known)

    def tables(self, name: str, needed: bool = True) -> Iterator[tuple[str, _Table]]:
        """Subtables by name, in order."""
        outer = self.table(name, needed)
        for key in outer._content:
            yield key, outer.table(key)

    def listed(self, name: str) -> Iterator[_Table]:
        """Tables of an array of tables."""
        found = self._get(name, list, Text(f"[[{self.key(name)}]] 목록",
                                           f"tables [[{self.key(name)}]]"), [])  # fmt: skip
        for at, one in enumerate(found):
            yield self._within(one if isinstance(one, dict) else {}, f"{name}[{at}]")

    def items(self) -> Iterator[str]:
        yield from self._content

    def end(self) -> None:
        """Report every key that was not read: it is most likely misspelt."""
        for name in self._content.keys() - self._asked:
            near = meant(name, map(same, sorted(self._asked)))
            self.fault(name, Text("모르는 키입니다.", "The key is not known."),
                       Text(f"{near.ko}고치거나 지워 주세요.",
                            f"{near.en}Correct or delete it."))  # fmt: skip


def load(folder: Path, *, known: bool = False) -> Dataset:
    """Read and check a definition; raises `DatasetError`, whose `faults` lists every fault.

    With `known`, the folder was checked in full before: patterns, borders and what depends on
    several keys are not checked again, since they take longer than the rest.
    """
    faults: list[Fault] = []
    file, name = folder / DEFINITION, str(folder / DEFINITION)
    document = _document(file, name)
    root = _Table(name, faults, document, known=known)
    dataset = _dataset(folder, root)
    root.end()
    if not faults and not known:
        _check_whole(dataset, root)
        _check_borders(dataset, faults)
        _check_crosswalk(dataset, faults)
    if faults:
        raise faults[0].error(tuple(faults))
    if not known:
        _ = dataset.digest  # cached now, of the files as read
    return dataset


def _document(file: Path, name: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fault(
            name, "", Text("데이터 정의를 읽을 수 없습니다.", "The definition cannot be read."),
            Text("dataset.toml이 있는 폴더를 넣어 주세요. telads dataset new로 만들 수 있습니다.",
                 "Give a folder that contains a dataset.toml; telads dataset new drafts one."),
            error.strerror,
        ).error() from error  # fmt: skip
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Fault(
            name, "", Text("TOML 파일이 아닙니다.", "Not a TOML file."),
            Text("말한 줄을 고쳐 주세요.", "Correct the line named below."), str(error),
        ).error() from error  # fmt: skip


def _dataset(folder: Path, root: _Table) -> Dataset:
    currency = root.table("currency")
    unit = currency.text("unit")
    code = currency.string("code")
    spellings = currency.strings("spellings", (code, unit.ko, unit.en))
    money = Currency(
        code, currency.string("id", code.lower()), unit, tuple(map(str.casefold, spellings))
    )
    currency.end()
    levels = root.table("levels")
    district, neighbourhood = (
        _level(levels.table("district")),
        _level(levels.table("neighbourhood")),
    )
    levels.end()
    places = root.table("districts")
    districts = {code: places.text(code) for code in places.items()}
    twin = root.table("twin", needed=False)
    invented = twin.string("neighbourhood", "{district} {number}")
    mark = twin.string("mark", "synthetic")
    twin.end()
    measures = {id: _measure(id, table, unit) for id, table in root.tables("measures")}
    services = [one.id for one in measures.values() if one.topic == "service"]
    sexes = {id: _sex(id, table) for id, table in root.tables("sexes")}
    ages, cell_ages = _ages(root, "ages"), _ages(root, "cell_ages")
    name, city = root.text("name"), root.text("city")
    example = root.table("example", needed=False)
    shown = Example(
        district=example.string("district", next(iter(districts), "")),
        sex=example.string("sex", next(iter(sexes), "")),
        age=example.integer("age", 0, ages[0] if ages else 0),
        service=example.string("service", services[0] if services else ""),
        platforms=example.strings("platforms", ()),
    )
    example.end()
    return Dataset(
        folder=folder,
        id=root.string("id"),
        text=name,
        city=city,
        time_zone=root.string("time_zone"),
        holidays=root.string("holidays", ""),
        window_months=root.integer("window_months"),
        ages=ages,
        cell_ages=cell_ages,
        currency=money,
        source=_source(root.table("source"), name, city),
        district=district,
        neighbourhood=neighbourhood,
        districts=districts,
        sexes=sexes,
        files=_files(root.table("files"), city, district, sexes, cell_ages),
        invented=invented,
        mark=mark,
        measures=measures,
        signals=_signals(root, {**UNITS, "money": unit}),
        example=shown,
    )


def _source(table: _Table, name: Text, city: Text) -> Origin:
    publisher, borders = table.text("publisher", name), table.text("borders", same(""))
    both = publisher.ko if publisher.ko == publisher.en else f"{publisher.ko} / {publisher.en}"
    origin = Origin(
        publisher=publisher,
        issuer=table.text("issuer", city),
        data=table.text("data", name),
        files=table.string("files", both),
        page=table.text("page", publisher),
        about=table.text("about", publisher),
        terms=table.text("terms", same("")),
        borders=borders,
        borders_short=table.text("borders_short", borders),
        borders_page=table.text("borders_page", borders),
        borders_terms=table.text("borders_terms", borders),
        payments=table.text("payments", Text("요금과 결제", "Measures of payment")),
    )
    table.end()
    return origin


def _ages(root: _Table, name: str) -> tuple[int, ...]:
    found = root.numbers(name)
    ages = tuple(int(age) for age in found)
    if found and (len(ages) < 2 or list(ages) != sorted(set(found))):
        root.fault(name, Text("나이가 오름차순의 정수가 아닙니다.",
                              "The ages are not a rising list of whole years."),
                   Text("구간의 첫 해를 작은 것부터 둘 이상 적어 주세요. 마지막은 열린 구간입니다.",
                        "Write the first year of each age, two or more, the youngest first; "
                        "the last is open-ended."), list(found))  # fmt: skip
    return ages


def _level(table: _Table) -> Level:
    name = table.text("name")
    level = Level(
        text=name,
        plural=table.text("plural", Text(name.ko, f"{name.en}s")),
        suffixes=tuple(typed(one) for one in table.strings("suffixes", ())),
        short=table.text("short", same("")),
        prefix=table.pattern("prefix", default=""),
        code_digits=table.integer("code_digits") if "code_digits" in table else None,
    )
    table.end()
    return level


def _sex(id: str, table: _Table) -> SexGroup:
    spellings = dict.fromkeys((*map(typed, table.strings("spellings")), id.casefold()))
    written: str | int = id
    if "files" in table:
        written = table._get("files", (str, int), Text("글자나 숫자", "a text or number"), id)
    sex = SexGroup(id, table.text("name"), tuple(spellings), written)
    table.end()
    return sex


def _measure(id: str, table: _Table, money: Text) -> Measure:
    if not re.fullmatch(_ID, id):
        table.fault("", Text("측정값 id로 쓸 수 없습니다.", "It cannot be the id of a measure."),
                    Text("소문자, 숫자와 홑 밑줄(_)로 적어 주세요.",
                         "Use small letters, digits and single underscores."), id)  # fmt: skip
    kind: Kind = table.choice("kind", get_args(Kind), "days")  # type: ignore[assignment]
    topic: Topic = table.choice("topic", get_args(Topic), "service")  # type: ignore[assignment]
    days = table.numbers("log_days", ())
    measure = Measure(
        id=id,
        text=table.text("name"),
        kind=kind,
        topic=topic,
        unit={**UNITS, "money": money}[kind],
        headers=table.strings("headers"),
        unestimated=table.strings("unestimated", ()),
        counted=table.flag("counted"),
        source=table.string("source", ""),
        proper=table.flag("proper"),
        log_days=(days[0], days[1]) if len(days) == 2 else None,
        mark=table.choice("mark", tuple(MARKS)) if "mark" in table else "",
        drawn_like=table.string("drawn_like", ""),
    )
    table.end()
    return measure


def _signals(root: _Table, units: Mapping[Kind, Text]) -> tuple[Signal, ...]:
    table = root.table("hints", needed=False)
    hints = {name: table.text(name) for name in table.items()}

    def hint(of: _Table) -> Text:
        name = of.string("hint")
        if name and name not in hints:
            of.fault("hint", Text("[hints]에 없는 매체입니다.",
                                  "Channel not found in [hints]."),
                     choose(name, map(same, hints)), name)  # fmt: skip
        return hints.get(name, same(""))

    signals = []
    for id, own in root.tables("signals", needed=False):
        kind: Kind = own.choice("kind", get_args(Kind))  # type: ignore[assignment]
        unless = own.table("unless", needed=False)
        either = "signal" in unless or "hint" in unless
        signals.append(Signal(
            id=id, text=own.text("name"), kind=kind, unit=units[kind], hint=hint(own),
            measure=own.string("measure"), per=own.string("per", "") or None,
            working=own.flag("working"),
            unless=unless.string("signal") if either else None,
            hint_unless=hint(unless) if either else None,
        ))  # fmt: skip
        unless.end()
        own.end()
    return tuple(signals)


_KEYS = ("code", "district", "neighbourhood", "sex", "age5", "month", "synthetic")


def _files(
    table: _Table,
    city: Text,
    district: Level,
    sexes: Mapping[str, SexGroup],
    ages: tuple[int, ...],
) -> Files:
    headers = table.table("columns")
    columns = {
        key: headers.strings(key, ("synthetic",) if key == "synthetic" else ()) for key in _KEYS
    }
    headers.end()
    month = table.table("month", needed=False)
    advice = table.table("advice", needed=False)
    spelt = ", ".join(word for sex in sexes.values() for word in sex.spellings[:2])
    known = ", ".join(map(str, ages))
    files = Files(
        masked=table.strings("masked", ("*", "")),
        decimal=table.choice("decimal", (".", ","), "."),
        encoding=table.encoding("encoding", "cp1252"),
        name=table.string("name", "{year}-{month:02d}"),
        unit=table.pattern("unit", default=r"[(\[][^()\[\]]*[)\]]$"),
        quartile=table.pattern(
            "quartile", 2, r"^(?P<measure>.+?):?quartile,?(?P<percent>25|50|75)%$"
        ),
        unestimated=table.pattern("unestimated", 1, r"^(?P<measure>.+?):?unestimated$"),
        endings=table.strings("endings", ()),
        age_words=table.strings("age_words", ()),
        open_words=table.strings("open_words", ()),
        columns=columns,
        month_name=month.pattern(
            "name", 2, r"(?<!\d)(20\d{2})[.\-_/]?(0[1-9]|1[0-2])(?!\d|[.\-_/]\d)"
        ),
        month_bare=month.pattern("bare", 1, "()(?!)"),
        month_year=month.pattern("year", 1, r"(?<!\d)(20\d{2})(?!\d)"),
        month_value=month.pattern(
            "value", 2,
            r"(?P<year>20\d{2})[.\-/]?(?P<month>0[1-9]|1[0-2])(?:[.\-/]?\d{2})?"
            r"(?:[T ]\d{2}:\d{2}.*)?",
        ),
        sexes_advice=advice.text(
            "sexes", Text(f"{spelt} 중 하나여야 합니다.", f"It must be one of {spelt}.")
        ),
        ages_advice=advice.text(
            "ages", Text(f"{known} 중 하나여야 합니다.", f"It must be one of {known}.")
        ),
        codes_advice=advice.text(
            "codes",
            Text(f"{district.text.ko} 열을 넣어 주세요.",
                 f"Add the column of the {district.text.en}."),
        ),
        districts_advice=advice.text("districts", Text(
            f"{city.ko}의 {district.text.ko} 이름이어야 합니다. 합계나 소계 행이면 지워 주세요.",
            f"It must be a {district.text.en} of {city.en}; delete the row if it contains a total.",
        )),
        headers_advice=advice.text("headers", Text(
            "첫 줄이 데이터 정의에 적힌 열 이름인지 확인해 주세요.",
            "Check that the first row contains the column names of the dataset's definition.",
        )),
        others=tuple(_other(one) for one in table.listed("others")),
        second={id: _second(id, one) for id, one in table.tables("second", needed=False)},
    )  # fmt: skip
    for one in (month, advice, table):
        one.end()
    return files


def _second(id: str, table: _Table) -> SecondFile:
    name = table.text("name")
    second = SecondFile(
        id=id,
        text=name,
        headers=table.pattern("headers"),
        least=table.integer("least", 1, 1),
        sensitive=table.strings("sensitive", ()),
        about=table.text("about", name),
    )
    table.end()
    return second


def _other(table: _Table) -> OtherFile:
    words = table._get("words", list, Text("글자 목록의 목록", "a list of lists of texts"), [])
    other = OtherFile(
        message=table.text("message"),
        advice=table.text("advice"),
        headers=table.pattern("headers", default=""),
        least=table.integer("least", 1, 1),
        words=tuple(frozenset(map(str, one)) for one in words if isinstance(one, list)),
    )
    table.end()
    return other


def _check_whole(dataset: Dataset, root: _Table) -> None:
    """Report faults between keys of different tables."""
    measures, example = dataset.measures, dataset.example

    def need(good: object, key: str, ko: str, en: str, value: object = None) -> None:
        if not good:
            advice = Text("dataset.toml을 고쳐 주세요.", "Correct dataset.toml.")
            root.fault(key, Text(ko, en), advice, value)

    need(re.fullmatch(_ID, dataset.id), "id", "id는 소문자, 숫자, 밑줄이어야 합니다.",
         "An id has small letters, digits and underscores.", dataset.id)  # fmt: skip
    need(POPULATION in measures, f"measures.{POPULATION}", "인구 측정값이 없습니다.",
         "The measure of people is missing.")  # fmt: skip
    need(len(dataset.services) >= 2, "measures", "서비스가 둘 이상 있어야 합니다.",
         "There must be two services at least.", ", ".join(dataset.service_ids))  # fmt: skip
    need(len(dataset.districts) >= 2, "districts", "지역이 둘 이상 있어야 합니다.",
         "There must be two districts at least.")  # fmt: skip
    need({*dataset.sexes} == {"M", "F"}, "sexes", "성별은 M과 F 둘이어야 합니다.",
         "The sexes are M and F; files may write them in any way.",
         ", ".join(dataset.sexes))  # fmt: skip
    need({*dataset.ages} <= {*dataset.cell_ages} and dataset.ages[0] == dataset.cell_ages[0],
         "ages", "집단 나이의 첫 해는 모두 셀 나이의 첫 해여야 합니다.",
         "Each age of groups must begin where an age of cells begins, the first with the first.",
         list(dataset.ages))  # fmt: skip
    names = [text.ko for text in dataset.districts.values()]
    for name in {name for name in names if names.count(name) > 1}:
        need(
            False,
            "districts",
            "두 지역의 이름이 같습니다.",
            "Two districts have the same name.",
            name,
        )
    for one in measures.values():
        need(not one.source or one.source in dataset.files.second, f"measures.{one.id}.source",
             "둘째 파일을 찾을 수 없습니다.", "Second file not found.", one.source)  # fmt: skip
        need(not one.source or one.topic not in {"service", "payment"}, f"measures.{one.id}.topic",
             "둘째 파일의 측정값은 서비스가 될 수 없습니다.",
             "A measure of a second file cannot be a service.", one.topic)  # fmt: skip
    seen: dict[str, str] = {}
    for one in measures.values():
        for header in one.headers:
            need(seen.setdefault(header, one.id) == one.id, f"measures.{one.id}.headers",
                 f"같은 열 이름이 {seen[header]}에도 있습니다.",
                 f"The header also belongs to {seen[header]}.", header)  # fmt: skip
        alike = measures.get(one.drawn_like)
        need(not one.drawn_like or (alike and (alike.kind, alike.counted, alike.drawn_like)
             == (one.kind, one.counted, "") and POPULATION not in {alike.id, one.id}),
             f"measures.{one.id}.drawn_like",
             "같은 종류(kind)의 다른 측정값이 아닙니다.",
             "It is no other measure of the same kind.", one.drawn_like)  # fmt: skip
    for signal in dataset.signals:
        for name in signal.needs:
            need(name in measures, f"signals.{signal.id}", "측정값을 찾을 수 없습니다.",
                 "Measure not found.", name)  # fmt: skip
        known = {other.id for other in dataset.signals}
        need(signal.unless is None or signal.unless in known, f"signals.{signal.id}.unless",
             "생활 지표를 찾을 수 "
             "없습니다.", "Signal not found.", signal.unless)  # fmt: skip
    need(example.district in dataset.districts, "example.district", "지역을 찾을 수 없습니다.",
         "There is no district with this code.", example.district)  # fmt: skip
    need(example.sex in dataset.sexes, "example.sex", "성별을 찾을 수 없습니다.",
         "Sex not found.", example.sex)  # fmt: skip
    need(example.age in dataset.ages, "example.age", "나이를 찾을 수 없습니다.",
         "Age not found.", example.age)  # fmt: skip
    need(example.service in dataset.service_ids, "example.service", "서비스를 찾을 수 없습니다.",
         "Service not found.", example.service)  # fmt: skip
    for key in ("sex", "age5"):
        need(dataset.files.columns[key], f"files.columns.{key}", "열 이름이 없습니다.",
             "It has no header.")  # fmt: skip
    places = dataset.files.columns
    need(places["code"] or (places["district"] and places["neighbourhood"]), "files.columns.code",
         "동네 코드 열이 없습니다.",
         "The column of the neighbourhood's code has no header.")  # fmt: skip
    _check_time_zone(dataset, need)
    need(not dataset.holidays or CALENDAR.fullmatch(dataset.holidays), "holidays",
         "공휴일 달력은 KR이나 DE-BY처럼 적습니다.",
         "A calendar of public holidays is written like KR or DE-BY.",
         dataset.holidays)  # fmt: skip


def _check_time_zone(dataset: Dataset, need: Any) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(dataset.time_zone)
        found = True
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = False
    need(found, "time_zone", "시간대를 찾을 수 없습니다.", "Time zone not found.",
         dataset.time_zone)  # fmt: skip


def _check_borders(dataset: Dataset, faults: list[Fault]) -> None:
    """Borders are optional; if present, each district has its own."""
    file = str(dataset.folder / BORDERS)

    def fault(key: str, ko: str, en: str, value: object) -> None:
        advice = Text("각 지역의 경계를 properties의 code로 넣어 주세요.",
                      "Give each district's feature its code among the properties.")  # fmt: skip
        faults.append(Fault(file, key, Text(ko, en), advice, value))

    try:
        borders = dataset.borders
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fault("features", "경계 파일을 읽을 수 없습니다.", "The borders cannot be read.",
              f"{type(error).__name__}: {error}"[:80])  # fmt: skip
        return
    if not borders:
        return
    for code in dataset.districts.keys() - borders.keys():
        fault("features", "경계가 없는 지역입니다.", "A district has no borders.", code)
    for code, feature in borders.items():
        if code not in dataset.districts:
            fault(code, "모르는 지역의 경계입니다.", "Borders of an unknown district.", code)
        kind = (feature.get("geometry") or {}).get("type")
        if kind not in {"Polygon", "MultiPolygon"}:
            fault(code, "다각형이 아닙니다.", "The geometry is not a polygon.", kind)
        facts = feature["properties"]
        if not all(isinstance(facts.get(name), int | float) for name in ("longitude", "latitude")):
            fault(code, "이름을 적을 자리(longitude, latitude)가 없습니다.",
                  "It lacks the place of the name (longitude, latitude).", None)  # fmt: skip


def _check_crosswalk(dataset: Dataset, faults: list[Fault]) -> None:
    """A crosswalk is optional; each code's people go somewhere, once, in whole."""
    file = str(dataset.folder / CROSSWALK)

    def fault(line: int, ko: str, en: str, value: object) -> None:
        columns = ",".join(CROSSWALK_COLUMNS)
        advice = Text(f"첫 줄은 {columns}, 그 아래는 '옛 코드,코드,비율(0~1),새 코드의 첫 달"
                      "(2023-06 또는 빈칸),파일에 적힌 이름(빈칸이면 모두)'입니다.",
                      f"The first line is {columns}; below it a code in files, the neighbourhood's "
                      "code, the share of its people (0..1), the first month of the new code "
                      "(2023-06, or empty), and the name in files (empty: any).")  # fmt: skip
        faults.append(Fault(file, f"{line}", Text(ko, en), advice, value))

    try:
        rows = dataset.crosswalk
    except (ValueError, KeyError, TypeError) as error:
        fault(
            1, "코드 대조표를 읽을 수 없습니다.", "The crosswalk cannot be read.", f"{error}"[:80]
        )
        return
    shares: dict[tuple[str, str, str], float] = {}
    seen = set()
    for line, row in enumerate(rows, start=2):
        if not (row.code.isdigit() and row.to.isdigit()):
            fault(line, "코드는 숫자여야 합니다.", "Codes are made of digits.",
                  f"{row.code} {row.to}")  # fmt: skip
        elif row.code == row.to and row.share == 1:
            fault(line, "코드가 바뀌지 않는 줄입니다.", "The row changes nothing.", row.code)
        if not 0 < row.share <= 1:
            fault(line, "비율은 0보다 크고 1 이하여야 합니다.",
                  "A share is above 0 and at most 1.", row.share)  # fmt: skip
        if row.since and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", row.since):
            fault(line, "달이 아닙니다.", "It is no month.", row.since)
        if (row.code, row.to, row.since, row.name) in seen:
            fault(line, "같은 줄이 두 번 나옵니다.", "The row comes twice.", f"{row.code} {row.to}")
        seen.add((row.code, row.to, row.since, row.name))
        key = row.code, row.since, row.name
        shares[key] = shares.get(key, 0) + row.share
    for key, total in shares.items():
        if abs(total - 1) > _SHARES_INEXACT:
            code = key[0]
            line = next(at for at, row in enumerate(rows, 2)
                        if (row.code, row.since, row.name) == key)  # fmt: skip
            fault(line, f"{code}의 비율을 더하면 1이어야 합니다.",
                  f"The shares of {code} must sum to 1.", round(total, 6))  # fmt: skip
