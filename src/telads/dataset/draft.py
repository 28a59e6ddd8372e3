"""Draft of a definition, guessed from the columns of a data file, for the user to correct.

What a file does not contain (the names of the city and its publisher, the currency, the time zone,
the months of a window) is written as an example and marked `EDIT`; guesses from headers and values
are marked `guessed`. The draft passes `telads dataset check` if the file has the columns that every
dataset needs.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from telads.errors import DataError
from telads.text import Text

SEPARATORS = ",;\t"
_HINTS: dict[str, str] = {
    "month": r"month|m[aå]ned|mois|monat|mes\b|년월|연월|기준월",
    "sex": r"sex|gender|k[oø]n\b|geschlecht|sexe|성별",
    "age5": r"\bage|alder|alter|edad|연령|나이",
    "code": r"code|코드|_(nr|no|id)$|^(nr|no|id)$|number$",
    "population": r"population|people|persons?\b|person|einwohner|inhabit|인구",
}
_MALE, _FEMALE = r"m|h|1|남", r"f|k|w|2|여"
_FIRST_YEAR = re.compile(r"\D*(\d{1,3})")
_FIGURE = re.compile(r"-?\d{1,3}(?:[.,\s]\d{3})*(?:[.,]\d+)?|-?\d+(?:[.,]\d+)?")
_LEAST_FIGURES = 0.6
"""Smallest share of numbers in a column of figures; the rest is masked or marked as missing."""
_MOST_SEXES, _MOST_AGES, _MOST_MASKS = 4, 30, 3


@dataclass(frozen=True)
class _Column:
    header: str
    values: tuple[str, ...]

    @property
    def distinct(self) -> list[str]:
        return sorted({value for value in self.values if value})

    @property
    def is_figures(self) -> bool:
        known = [value for value in self.values if value]
        fits = sum(bool(_FIGURE.fullmatch(value)) for value in known)
        return bool(known) and fits >= _LEAST_FIGURES * len(known)

    def hints(self, key: str) -> bool:
        return re.search(_HINTS[key], self.header, re.IGNORECASE) is not None


def draft(file: Path, encoding: str = "cp1252") -> str:
    """The text of a `dataset.toml` for files like this CSV (UTF-8, else `encoding`).

    Raises `DataError` for a file that is not a table, or has no columns of sex, age and figures.
    """
    columns = _read(file, encoding)
    roles = _roles(columns)
    missing = [name for name in ("sex", "age5") if name not in roles]
    missing += [] if {"code", "district"} & roles.keys() else ["code, district"]
    figures = [one for one in columns if one not in roles.values() and one.is_figures]
    if missing or len(figures) < 3:
        raise DataError(
            Text("데이터의 열을 알아볼 수 없습니다.",
                 "The columns of the data cannot be recognised."),
            Text("첫 줄이 열 이름이고, 동네·성별·나이와 인구, 서비스 둘 이상의 열이 있는 CSV를 "
                 "넣어 주세요.",
                 "Give a CSV whose first row contains the headers, with columns of place, sex, "
                 "age, "
                 "people and at least two services."),
            file=file, column=", ".join(missing) or None,
            value=", ".join(one.header for one in columns),
        )  # fmt: skip
    return _written(file, roles, figures)


def _read(file: Path, encoding: str) -> list[_Column]:
    try:
        content = file.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode(encoding)
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        header, *rest = [row for row in rows if any(field.strip() for field in row)]
        fields = [[field.strip() for field in row] for row in rest]
        parts = list(zip(*fields, strict=True))
        return [
            _Column(name.strip(), values)
            for name, values in zip(header, parts, strict=True) if name.strip()
        ]  # fmt: skip
    except (OSError, UnicodeDecodeError, LookupError, ValueError, csv.Error) as error:
        raise DataError(
            Text("CSV를 읽을 수 없습니다.", "The CSV cannot be read."),
            Text("첫 줄에 열 이름이 있는 온전한 CSV를 넣고, UTF-8이 아니면 --encoding을 "
                 "적어 주세요.",
                 "Give a whole CSV with headers in its first row, and --encoding if it is not "
                 "UTF-8."),
            file=file, value=str(error)[:80],
        ) from error  # fmt: skip


def _roles(columns: Sequence[_Column]) -> dict[str, _Column]:
    """Assign columns to roles: by header if it decides, else by values."""
    found: dict[str, _Column] = {}

    def give(role: str, candidates: Iterable[_Column]) -> None:
        free = [one for one in candidates if one not in found.values()]
        if free and role not in found:
            found[role] = free[0]

    give("month", (one for one in columns if one.hints("month")))
    few = [one for one in columns if len(one.distinct) <= _MOST_SEXES]
    give("sex", (one for one in few if one.hints("sex")))
    give("sex", (one for one in few if len(one.distinct) == 2 and not one.is_figures))
    aged = [one for one in columns if len(one.distinct) <= _MOST_AGES
            and all(_FIRST_YEAR.match(value) for value in one.distinct)]  # fmt: skip
    give("age5", (one for one in aged if one.hints("age5")))
    numbered = [one for one in columns if all(value.isdigit() for value in one.distinct)]
    give("code", (one for one in numbered if one.hints("code")))
    texts = [one for one in columns if one.distinct and not one.is_figures]
    free = sorted(
        (one for one in texts if one not in found.values()), key=lambda one: len(one.distinct)
    )
    if free:
        found["district"] = free[0]
        if len(free) > 1:
            found["neighbourhood"] = free[-1]
    return found


def _written(file: Path, roles: dict[str, _Column], figures: Sequence[_Column]) -> str:
    starts = {value: int(match[1]) for value in roles["age5"].distinct
              if (match := _FIRST_YEAR.match(value))}  # fmt: skip
    ages = sorted(set(starts.values()))
    segments = ages[::2] if len(ages) >= 6 and len(ages) % 2 == 0 else ages
    population = next((one for one in figures if one.hints("population")), figures[0])
    others = [one for one in figures if one is not population]
    masks = sorted({
        value for one in figures for value in one.distinct if not _FIGURE.fullmatch(value)
    })[:_MOST_MASKS]  # fmt: skip
    comma = any(re.fullmatch(r"-?\d+,\d{1,2}", value) for one in figures for value in one.distinct)
    ids = _ids([one.header for one in others])
    lines = [
        f"# Drafted from {file.name}; docs/dataset.md says what each key means.",
        "# Lines marked EDIT cannot be known from a file; those marked guessed may be wrong.",
        "",
        f"id = {_text(_slug(file.parent.name) or 'city')}  # EDIT: small letters and digits",
        f'name = {_text(file.stem)}  # EDIT: {{ ko = "...", en = "..." }}, or one for both',
        'city = "City"  # EDIT',
        'time_zone = "UTC"  # EDIT: as Europe/Paris',
        'holidays = ""  # EDIT: public holidays, as FR or DE-BY; none',
        "window_months = 1  # EDIT: the label month T holds the mean of so many months up to T-1",
        f"ages = {segments}  # guessed: first years of the ages advice is given for",
        f"cell_ages = {ages}  # guessed: first years in the files; the last is open-ended",
        "",
        "[currency]",
        'code = "EUR"  # EDIT',
        'unit = { ko = "유로", en = "euros" }  # EDIT',
        "",
        "[source]",
        'publisher = "Publisher of the data"  # EDIT',
        "",
        "[levels.district]",
        'name = { ko = "구역", en = "district" }  # EDIT: what its places are called',
        "[levels.neighbourhood]",
        'name = { ko = "동네", en = "neighbourhood" }  # EDIT',
        *_code_digits(roles),
        "",
        "[districts]  # guessed: code = name, or { ko, en }",
        *(f"{_text(code)} = {_text(name)}" for code, name in _districts(roles).items()),
        "",
        *_sexes(roles["sex"]),
        "[files]",
        f"masked = {json.dumps([*masks, ''], ensure_ascii=False)}  # guessed",
        f"decimal = {_text(',' if comma else '.')}  # guessed",
        "",
        "[files.columns]  # guessed",
        *(f"{role} = [{_text(column.header)}]" for role, column in roles.items()),
        "",
        "[measures.population]  # guessed: the people of a cell",
        'name = { ko = "인구", en = "People" }',
        'kind = "people"',
        'topic = "people"',
        f"headers = [{_text(population.header)}]",
    ]
    for id, column in zip(ids, others, strict=True):
        lines += [
            "",
            f"[measures.{id}]",
            f"name = {_text(column.header)}  # EDIT",
            'kind = "days"  # EDIT: days index people minutes seconds km count money percent gb',
            'topic = "service"  # EDIT: service people mobility communication payment',
            f"headers = [{_text(column.header)}]",
        ]
    return "\n".join(lines) + "\n"


def _sexes(column: _Column) -> list[str]:
    """The two sexes; other values are left out, so that their rows are refused."""
    known = {"M": ("남성", "men", _MALE), "F": ("여성", "women", _FEMALE)}
    left, lines = list(column.distinct), []
    for id, (ko, en, begins) in known.items():
        own = [value for value in left if re.match(begins, value, re.IGNORECASE)] or left[:1]
        left = [value for value in left if value not in own]
        spelt = json.dumps([value.casefold() for value in own], ensure_ascii=False)
        lines += [
            f"[sexes.{id}]",
            f"name = {{ ko = {_text(ko)}, en = {_text(en)} }}",
            f"files = {_text(own[0] if own else id)}  # guessed",
            f"spellings = {spelt}  # guessed",
            "",
        ]
    return lines


def _districts(roles: dict[str, _Column]) -> dict[str, str]:
    """Code -> name: the shortest code prefixes that distinguish districts, else numbers."""
    if "district" not in roles:
        codes = roles["code"].distinct
        begins = max(1, len(codes[0]) // 2)
        return {code[:begins]: code[:begins] for code in codes}
    pairs = set(zip(roles["code"].values, roles["district"].values, strict=True)) if (
        "code" in roles
    ) else set()  # fmt: skip
    for length in range(1, max((len(code) for code, _ in pairs), default=0) + 1):
        known: dict[str, set[str]] = {}
        for code, name in pairs:
            known.setdefault(code[:length], set()).add(name)
        names = [name for own in known.values() for name in own]
        if len(names) == len(set(names)) == len(known):
            return {code: next(iter(own)) for code, own in sorted(known.items())}
    return {f"{at:02d}": name for at, name in enumerate(roles["district"].distinct, 1)}


def _code_digits(roles: dict[str, _Column]) -> list[str]:
    lengths = {len(code) for code in roles["code"].distinct} if "code" in roles else set()
    return [f"code_digits = {lengths.pop()}  # guessed"] if len(lengths) == 1 else []


def _ids(headers: Sequence[str]) -> list[str]:
    """An id for each header: its ASCII letters, or its number if it has none."""
    ids: list[str] = []
    for at, header in enumerate(headers, 1):
        id = _slug(header) or f"measure_{at}"
        ids.append(id if id not in ids else f"{id}_{at}")
    return ids


def _slug(header: str) -> str:
    plain = unicodedata.normalize("NFKD", header.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return slug if slug[:1].isalpha() else ""


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
