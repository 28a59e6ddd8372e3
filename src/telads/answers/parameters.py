"""Parameters of questions as JSON Schema, for programs: the API and assistants.

A name is accepted in Korean or English wherever the command line accepts it, in any case: the
schema lists every spelling, the shortest first. Texts hold both languages,
`{"ko": ..., "en": ...}`, until a door reduces them to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telads.answers.choices import ROWS
from telads.answers.questions import NEEDED, Parameter
from telads.dataset import in_force, of_dataset
from telads.text import LANGUAGES, Text, typed

PAGE = 100
"""Default number of rows of a page."""
MOST_OFFSET = 1_000_000
LONGEST = 100
"""Most characters of a parameter; every name is shorter."""


def of_programs(name: str, kind: str, text: Text, example: str, default: Any = None,
                choices: tuple[str, ...] = ()) -> Parameter:  # fmt: skip
    """A parameter that only programs give."""
    return Parameter(name, kind, text, text, example, default, choices)


LANG = of_programs(
    "lang", "lang", Text("언어, 없으면 Accept-Language, 그도 없으면 한국어",
                         "language; by Accept-Language if left out, else Korean"), "en",
    choices=LANGUAGES,
)  # fmt: skip
LIMIT = of_programs("limit", "count", Text("한 쪽의 줄 수", "rows of a page"), "50")
OFFSET = of_programs(
    "offset", "offset", Text("건너뛸 줄 수", "rows to leave out before the page"), "0", 0
)


def _spelt(short: Iterable[str], others: Iterable[str]) -> dict[str, Any]:
    """Schema of a choice: its names, then all other spellings."""
    first = list(short)
    known = set(map(typed, first))
    more = [name for name in dict.fromkeys(others) if typed(name) not in known]
    return {"enum": [*first, *more], "x-names": first} if more else {"enum": first}


_NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST}
KIND = "x-kind"
"""The key of a schema whose spellings depend on the dataset: see `spelt`."""
_NAMED = ("sex", "any_sex", "age", "any_age", "service")
_NUMBER = {"type": "integer"}
MONTHS = r"^([0-9]{4}-(0[1-9]|1[0-2]))$"
"""Pattern of a month: none of the other spellings for people."""
SCHEMAS: dict[str, dict[str, Any]] = {
    **{name: {"type": "string", KIND: name} for name in _NAMED},
    "month": {"type": "string", "pattern": MONTHS},
    "count": {**_NUMBER, "minimum": ROWS[0], "maximum": ROWS[1]},
    "offset": {**_NUMBER, "minimum": 0, "maximum": MOST_OFFSET},
    "switch": {"type": "boolean"},
}
"""Schema of each kind of parameter; other kinds are a name, or one of their choices."""


@of_dataset
def spellings() -> dict[str, dict[str, Any]]:
    """Accepted values of a sex, an age and a service of the dataset in force, by kind."""
    known = in_force()
    sex, age = _spelt(["F", "M"], known.sex_names), _spelt(map(str, known.ages), known.age_names)
    names = [name for service in known.services for name in service.text]
    return {"sex": sex, "any_sex": sex, "age": age, "any_age": age,
            "service": _spelt(known.service_ids, names)}  # fmt: skip


def spelt(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter with the spellings and the example of the dataset in force."""
    told = {key: value for key, value in schema.items() if key != KIND}
    if isinstance(told.get("example"), str):
        told["example"] = in_force().filled(told["example"], "ko")
    return told | spellings().get(schema.get(KIND, ""), {})


def _example(one: Parameter) -> object:
    """A parameter's example as a JSON value."""
    if one.kind in {"count", "offset"}:
        return int(one.example)
    return one.example == "true" if one.kind == "switch" else one.example


def schema_of(one: Parameter) -> dict[str, Any]:
    """JSON Schema of a parameter, with its meaning in both languages."""
    choices = {"type": "string", "enum": list(one.choices)} if one.choices else _NAME
    told = {**SCHEMAS.get(one.kind, choices), "description": one.text._asdict(),
            "example": _example(one)}  # fmt: skip
    return told if one.default in {NEEDED, None} else {**told, "default": one.default}
