"""One group of conditions as a form describes it: read from an address, told as a rule, and back.

All fields join by "and"; a group of no fields is everybody. Several groups make an audience
(`described`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan
from typing import Any, NamedTuple

from django.http import QueryDict

from telads.errors import QuestionError, choose
from telads.language import Text, same
from telads.model import Sex
from telads.planning.reading import LARGEST, too_large

FIGURES = ("affinity", "index")
LIKE = ("like_district", "like_sex", "like_age")
DEFAULT_LEAST = {"affinity": "1", "index": "120"}
"""What a service's figure is asked to be where nothing else was typed: much more than the city.

By affinity of delivery 22 to 29 % of all people in the seven real months; at half an sd 43 to 49.
"""
LONGEST_NUMBER = 9
EVERYBODY = {"sex": [str(sex) for sex in Sex]}


class Wanted(NamedTuple):
    """The fields as they were typed; empty ones say nothing."""

    service: str = ""
    by: str = FIGURES[0]
    least: str = ""
    signal: str = ""
    z: str = ""
    sex: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    like_district: str = ""
    like_sex: str = ""
    like_age: str = ""
    top: str = ""

    @property
    def nobody_asked(self) -> bool:
        """No field was filled in."""
        return not self.query()

    @property
    def like_unfinished(self) -> bool:
        """A segment to be like was begun and not named whole."""
        return 0 < sum(bool(getattr(self, name)) for name in LIKE) < len(LIKE)

    def query(self, suffix: str = "") -> dict[str, str | list[str]]:
        """The fields that say something, as the query of an address."""
        told: dict[str, str | list[str]] = {}
        for name, value in self._asdict().items():
            if value:
                told[name + suffix] = list(value) if isinstance(value, tuple) else value
        for needed, names in (("service", ("by", "least")), ("signal", ("z",))):
            if not getattr(self, needed):
                for name in names:
                    told.pop(name + suffix, None)
        if not any(getattr(self, name) for name in LIKE):
            told.pop("top" + suffix, None)
        return told

    def rule(self) -> dict[str, Any]:
        """The conditions as JSON; raises `QuestionError` for what is no number."""
        found: list[Mapping[str, Any]] = []
        if self.service:
            least = self.least or DEFAULT_LEAST.get(self.by, "0")
            found.append({"service": self.service, self.by: number_of("least", least)})
        if self.signal:
            found.append({"signal": self.signal, "z": number_of("z", self.z or "1")})
        for part in ("sex", "age", "district"):
            values: tuple[str, ...] = getattr(self, part)
            if values:
                found.append({part: list(values)})
        if all(getattr(self, name) for name in LIKE):
            segment = dict(zip(("district", "sex", "age"), (getattr(self, n) for n in LIKE),
                               strict=True))  # fmt: skip
            top = number_of("top", self.top or "5")
            found.append({"like": segment, "top": top, "among": "all"})
        return {"all": found or [EVERYBODY]}


def wanted_of(query: QueryDict, suffix: str = "") -> Wanted:
    """The audience of an address or form."""
    known: dict[str, Any] = {}
    for name in Wanted._fields:
        values = [value for value in query.getlist(name + suffix) if value.strip()]
        if isinstance(Wanted._field_defaults[name], tuple):
            known[name] = tuple(values)
        elif values:
            known[name] = values[-1].strip()
    wanted = Wanted(**known)
    if wanted.by not in FIGURES:
        raise _wrong("by", wanted.by, FIGURES)
    return wanted


def wanted_from(rule: Mapping[str, Any]) -> Wanted | None:
    """The fields of a rule; None for a rule that no form can say."""
    known: dict[str, Any] = {}
    for part in rule.get("all", ()):
        found = _fields_of(part)
        if found is None or known.keys() & found.keys():
            return None
        known |= found
    return Wanted(**known) if "all" in rule else None


def _fields_of(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of one condition."""
    if part == EVERYBODY:
        return {}
    for name in ("sex", "age", "district"):
        if name in part:
            return {name: tuple(map(str, part[name]))}
    if "service" in part:
        by = next(figure for figure in FIGURES if figure in part)
        return {"service": part["service"], "by": by, "least": f"{part[by]:.12g}"}
    if "z" in part:
        return {"signal": part["signal"], "z": f"{part['z']:.12g}"}
    if "like" in part and part["among"] == "all":
        like = {f"like_{name}": str(value) for name, value in part["like"].items()}
        return {**like, "top": str(part["top"])}
    return None


def number_of(name: str, text: str) -> float:
    """A finite number somebody typed; raises `QuestionError`."""
    try:
        value = float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        value = float("nan")
    if abs(value) >= LARGEST:
        raise too_large(name, text)
    if isnan(value):
        raise QuestionError(
            Text("숫자가 아닙니다.", "This is not a number."),
            Text("숫자를 적어 주세요.", "Write a number."),
            rule=name, value=text,
        )  # fmt: skip
    return value


def whole_in(text: str) -> int:
    """The number that an address or a form names by digits alone; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def _wrong(name: str, value: str, known: Iterable[str]) -> QuestionError:
    missing = Text("그런 값은 없습니다.", "There is no such value.")
    return QuestionError(missing, choose(value, map(same, known)), rule=name, value=value)
