"""Questions: what can be asked, each declared once.

A question says its id and texts, its parameters with the place where each is parsed
(`answers.choices`), the fields of its rows and its single facts, and the function that answers it.
The verbs of the command line, the addresses of the API with their OpenAPI, docs/json.md and the
JSON Schema of an answer are made from these declarations; the methods of `telads.Workspace` are
held equal to them by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from telads.answers.fields import (
    FACTS,
    FIELDS,
    FLAG,
    MONTH,
    NONE,
    TEXT,
    TEXTS,
    Field,
    Html,
    Key,
    Kind,
    Schema,
    figure,
    maybe,
    plain,
    service_name,
)
from telads.catalog import SERVICE_IDS
from telads.language import Lang, Text
from telads.model import AGES, Sex, age_text

CONTRACT = 1
"""Version of the JSON form; a change that can break a reader makes it another."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = ("affinity", "classic")
"""The first is the default; the second reproduces the 2023 study, for comparison."""


@dataclass(frozen=True)
class Question:
    """What can be asked, with the fields of its answer."""

    id: str
    rows: tuple[Field, ...]
    """The fields of a row, all always there, in order."""
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    """What its rows have besides where it is asked in a certain way, by the name of that."""
    month: bool = True
    """Whether its answer is of one label month; else it is of all of them."""
    open: bool = False
    """Whether its rows have a field more for each measure and for its coverage."""
    paged: bool = False
    """Whether its rows can be asked for in pages over the network."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a row."""
        return tuple(one.key for one in self.rows)

    def extra(self, variant: str) -> tuple[str, ...]:
        """The keys that a variant has besides."""
        return tuple(one.key for one in self.variants[variant])

    @property
    def optional(self) -> dict[str, Field]:
        """The fields that only its variants have, by key."""
        return {one.key: one for of in [*self.variants.values()][::-1] for one in of}

    def fields(self, variant: str = "") -> dict[str, Field]:
        """The fields of a row by key; those of a variant come last."""
        return {one.key: one for one in (*self.rows, *self.variants.get(variant, ()))}

    def field(self, key: str) -> Field | None:
        """A field of its rows or of a variant's."""
        known = (*self.rows, *(one for of in self.variants.values() for one in of))
        return next((one for one in known if one.key == key), None)


def _of(*keys: str, **changed: Field) -> tuple[Field, ...]:
    """Shared fields by key; `changed` are those that mean something else in this question."""
    return tuple(changed.get(key) or FIELDS[key] for key in keys)


_INTERVALS = ("index_low", "index_high", "index_next_low", "index_next_high", "index_ahead_low",
              "index_ahead_high")  # fmt: skip
_SEGMENT = ("district", "sex", "age")

SERVICES = Question(
    "services",
    _of(
        "rank", "service", "usage", "affinity", "index", *_INTERVALS, "change", "change_city",
        "change_local", "movement", "labels",
        service=replace(FIELDS["service"], html=Html(beside=("labels",))),
        affinity=replace(FIELDS["affinity"], html=Html("bar", phone=NONE)),
        index=replace(
            FIELDS["index"],
            unit=Text("동네 사이의 80% 구간", "80 % interval over neighbourhoods"),
            html=Html(short=Text("지수", "Index"), beside=_INTERVALS),
        ),
    ),
    {"classic": _of("weight", "z", "score")},
)  # fmt: skip
TARGETS = Question(
    "targets",
    _of("rank", *_SEGMENT, "population", "affinity", "index", "excess", "volume_share",
        "cumulative_share", affinity=replace(FIELDS["affinity"], html=Html())),
    {"classic": _of("z"), "platforms": _of("platforms")},
    paged=True,
)  # fmt: skip
_PLATFORM = {
    "affinity": replace(FIELDS["affinity"], example=0.984, meaning=Text(
        "이 집단이 매체를 쓰는 관심도(서울 시민 평균 0, 표준편차)",
        "affinity of the segment for the platform: standard deviations from the city's mean "
        "person")),
    "index": replace(FIELDS["index"], example=131.6, meaning=Text(
        "이 집단이 매체를 쓰는 지수(서울 시민 평균 100), 지수 서비스는 null",
        "index of the segment's use of the platform, 100 is the city's mean person; null for index "
        "services")),
}  # fmt: skip
PLATFORMS = Question(
    "platforms",
    _of("rank", "service", "affinity", "index", "association", "low", "high", "p_first",
        "tie_group", "n_cells", **_PLATFORM),
)  # fmt: skip
TARGET_PLATFORMS = Question(
    "target_platforms",
    (
        Field("target", Text("대상 순위", "Target's rank"),
              Text("대상의 순위", "place of the target"), figure("d", FIELDS["rank"].schema), 1),
        *_of(*_SEGMENT),
        *(replace(one, title=Text("매체", "Platform")) if one.key == "service" else one
          for one in PLATFORMS.rows),
    ),
)  # fmt: skip
LOOKALIKE = Question(
    "lookalike",
    _of("rank", *_SEGMENT, "population", "distance", "closest", "farthest"),
)
SIGNALS = Question(
    "signals",
    _of("signal", "value", "se", "z_city", "z_peers", "coverage",
        coverage=replace(FIELDS["coverage"], html=Html(shown=False))),
)  # fmt: skip
HISTORY = Question(
    "history",
    _of(
        "month", "service", "usage", "affinity", "index", "rank", "labels",
        rank=replace(
            FIELDS["rank"],
            meaning=Text("그달 안의 순위(관심도)", "place within the month, by affinity"),
            kind=figure("d", {"type": ["integer", "null"]}),
        ),
    ),
    month=False,
)  # fmt: skip
SEGMENTS = Question("segments", _of(*_SEGMENT, "population", "n_cells"), open=True, paged=True)
_WARNINGS = ("warnings_ko", "warnings_en")
MONTHS = Question("months", _of("month", "first", "last", "synthetic", *_WARNINGS), month=False)
MEASURES = Question(
    "measures",
    _of(
        "measure", "name_ko", "name_en", "unit_ko", "unit_en", "kind", "topic",
        measure=replace(FIELDS["measure"], meaning=Text("항목", "measure"),
                        example="single_households"),
        name_ko=replace(FIELDS["name_ko"], example="1인가구"),
        name_en=replace(FIELDS["name_en"], example="Single-person households"),
    ),
    month=False,
)  # fmt: skip
DISTRICTS = Question("districts", _of("district", "name_ko", "name_en"), month=False)
STATUS = Question(
    "status",
    _of("month", "first", "last", "file", "taken", "rows", "masked", "coverage", "synthetic",
        "built", "replaced", *_WARNINGS),
    month=False,
)  # fmt: skip
EVALUATE = Question(
    "evaluate",
    _of(
        "part", "recommender", "service", "measure", "value", "low", "high", "ahead", "ahead_low",
        "ahead_high", "cases",
        service=replace(
            FIELDS["service"], example=None,
            meaning=Text("서비스, 모두에 관한 값은 null", "service; null where it is about all"),
            kind=Kind({"type": ["string", "null"], "enum": [*SERVICE_IDS, None]}, service_name),
        ),
        value=replace(FIELDS["value"], meaning=Text("값", "value of the measure"),
                      kind=figure(".3f"), example=0.98),
        low=replace(FIELDS["low"], title=Text("95% 하한", "95% low"), kind=figure(".3f"),
                    meaning=Text("95% 구간 하한", "low end of its 95 % interval"), example=0.97),
        high=replace(FIELDS["high"], title=Text("95% 상한", "95% high"), kind=figure(".3f"),
                     meaning=Text("95% 구간 상한", "high end of its 95 % interval"), example=0.99),
    ),
    month=False,
)  # fmt: skip
TRENDS = Question(
    "trends",
    (
        *_of("month", "service"),
        Field("value", Text("이 집단", "These people"),
              Text("이 집단의 이용량, 지수 서비스는 관심도",
                   "their usage; affinity for index services"), FIELDS["usage"].kind, 18.05),
        Field("city", Text("서울", "The city"),
              Text("서울 전체의 값", "the same of the whole city"), FIELDS["usage"].kind, 15.2),
    ),
    month=False,
)  # fmt: skip
MOVEMENTS = Question(
    "movements",
    (
        *_of("rank"),
        Field("scope", None, Text("서울 전체(city) 또는 집단(local)", "city or local"),
              plain(TEXT), "city"),
        *_of("service", *_SEGMENT, "usage"),
        Field("before", None, Text("지난달 이용량", "usage in the month before"),
              plain(maybe()), 17.9),
        *_of("change"),
        Field("change_percent", None, Text("변화율(%)", "change in percent of the usage before"),
              plain(maybe()), 3.2),
        *_of("population"),
    ),
)  # fmt: skip
COMPARISON = Question(
    "comparison",
    (
        *_of("service"),
        Field("affinity_first", Text("관심도로 1위(집단 수)", "First by affinity (segments)"),
              Text("관심도로 1위인 집단의 수", "segments whose first service it is by affinity"),
              figure("d", FIELDS["n_cells"].schema), 120),
        Field("classic_first", Text("2023년 연구 방식으로 1위", "First by classic"),
              Text("2023년 연구 방식으로 1위인 집단의 수", "the same by the classic method"),
              figure("d", FIELDS["n_cells"].schema), 90),
        Field("both", Text("둘 다 1위", "First by both"),
              Text("두 방식 모두 1위인 집단의 수", "first by both methods"),
              figure("d", FIELDS["n_cells"].schema), 60),
    ),
)  # fmt: skip
_PEOPLE: dict[str, Text] = {
    "chosen": Text("고른 사람", "Chosen"),
    "all": Text("모두", "all"),
    **{str(sex): sex.text for sex in Sex},
    **{str(age): age_text(age) for age in AGES},
}


def _people(key: str) -> Field:
    title = _PEOPLE[key]
    return Field(key, title, Text(f"인원: {title.ko}", f"people: {title.en}"),
                 figure(",.0f", FIELDS["n_cells"].schema), 50920)  # fmt: skip


PEOPLE = Question(
    "people",
    (
        *_of("district"),
        _people("chosen"),
        Field("share", Text("자치구 인구에서의 비중", "Of the district"),
              Text("자치구 사람 가운데 비중(0~1)", "share of the district's people, 0..1"),
              figure(".1%"), 0.12),
        *(_people(key) for key in _PEOPLE if key != "chosen"),
    ),
)  # fmt: skip

ASKED = (
    SERVICES, TARGETS, PLATFORMS, LOOKALIKE, SIGNALS, HISTORY, SEGMENTS, MONTHS, MEASURES,
    DISTRICTS, STATUS, EVALUATE,
)  # fmt: skip
"""The questions whose JSON is a contract, in the order of docs/json.md."""
OF_PAGES = (TARGET_PLATFORMS, TRENDS, MOVEMENTS, COMPARISON, PEOPLE)
"""The questions that pages alone ask."""
QUESTIONS: dict[str, Question] = {one.id: one for one in (*ASKED, *OF_PAGES)}
"""Every question by id; planning adds its own (`register`)."""


def register(questions: Iterable[Question]) -> None:
    """Make questions known that are declared elsewhere."""
    QUESTIONS.update({one.id: one for one in questions})


def question_of(name: str) -> tuple[Question, str]:
    """A question and the name of its variant: of `services classic` both."""
    plain_name, _, variant = name.partition(" ")
    return QUESTIONS[plain_name], variant


def field_of(question: str, key: str) -> Field | None:
    """How a question's field is headed and written; None for one that no table shows.

    Of a question that is not declared, and of a key that it does not declare, it is the shared
    field of that key.
    """
    found = declared(question, key)
    return found if found and found.title else None


def declared(question: str, key: str) -> Field | None:
    """A question's field as `field_of` finds it, also where no table shows it."""
    known = QUESTIONS.get(question)
    return (known.field(key) if known else None) or FIELDS.get(key)


def variants() -> tuple[str, ...]:
    """The names of `ASKED`, each with those of its variants after it."""
    return tuple(
        name
        for one in ASKED
        for name in (one.id, *(f"{one.id} {variant}" for variant in one.variants))
    )


DOCUMENT: dict[str, Text] = {
    "contract": Text("이 형식의 판 번호", "version of this form"),
    "question": Text("질문", "the question"),
    "parameters": Text("물어본 것, 표에 쓰는 이름으로", "what was asked, spelt as in the tables"),
    "month": Text("기준 달, 모든 달에 관한 답은 null", "label month; null where it is about all"),
    "window": Text("관측한 첫 달과 마지막 달", "first and last month observed"),
    "method": Text("방식", "method"),
    "build": Text("계산 결과의 해시", "hash of the build"),
    "synthetic": Text("합성 자료로 만들었는지", "whether made from synthetic data"),
    "facts": Text("답 전체에 관한 값", "single figures about the whole answer"),
    "sentences": Text("말로 옮긴 답", "the answer in words"),
    "warnings": Text(
        "그달 자료에서 주의할 점(status: 다시 계산해야 반영될 설정)",
        "what is remarkable about the month's data (status: settings that wait for the next build)",
    ),
    "rows": Text("표", "the table"),
}
"""The keys around the rows."""

_PAGE: dict[str, tuple[Any, Text]] = {
    "limit": (["integer", "null"], Text("한 쪽의 줄 수", "rows of a page")),
    "offset": ("integer", Text("건너뛴 줄 수", "rows left out before the page")),
    "total": ("integer", Text("모두 몇 줄", "rows in all")),
    "next": (["string", "null"], Text("다음 쪽의 주소, 마지막이면 null",
                                      "address of the next page, null at the end")),
}  # fmt: skip
_WHEN_PAGED = Text("limit이나 offset을 준 때에만", "where limit or offset was given")


def row_schema(name: str, lang: Lang = "en") -> Schema:
    """The JSON Schema of one row, with meanings and examples; `services classic` is a variant."""
    question, variant = question_of(name)
    schema = keys_schema(question.fields(variant), lang)
    return {**schema, "additionalProperties": maybe()} if question.open else schema


def document_schema(
    question: str, row: Schema, lang: Lang = "en", facts: Schema | None = None
) -> Schema:
    """The JSON Schema of the answer to a question whose rows have the schema `row`.

    `facts` is the schema of its facts; without one they are any of `FACTS`.
    """
    window = {"type": "array", "items": MONTH, "minItems": 2, "maxItems": 2}
    of_month = QUESTIONS[question].month
    kinds: dict[str, Schema] = {
        "contract": {"const": CONTRACT},
        "question": {"const": question},
        "parameters": {"type": "object"},
        "month": MONTH if of_month else {"type": "null"},
        "window": window if of_month else {"type": "null"},
        "method": {"type": "string", "enum": list(METHODS)},
        "build": TEXT,
        "synthetic": FLAG,
        "facts": facts or {"type": "object", "properties": _keys(FACTS, lang)},
        "sentences": TEXTS,
        "warnings": TEXTS,
        "rows": {"type": "array", "items": row},
    }
    document = _object(
        {name: {**kind, "description": DOCUMENT[name](lang)} for name, kind in kinds.items()}
    )
    if QUESTIONS[question].paged:
        document["properties"]["page"] = page_schema(lang)
    return document


def page_schema(lang: Lang) -> Schema:
    """The JSON Schema of a document's `page`: lists in pages, as the network gives them."""
    return {
        "type": "object",
        "description": _WHEN_PAGED(lang),
        "properties": {
            name: {"type": kind, "description": text(lang)} for name, (kind, text) in _PAGE.items()
        },
        "required": list(_PAGE),
    }


def schema(name: str, lang: Lang = "en") -> Schema:
    """The JSON Schema of a whole answer; `services classic` asks for a variant."""
    question, _ = question_of(name)
    return {"$schema": DIALECT, **document_schema(question.id, row_schema(name, lang), lang)}


def keys_schema(fields: Mapping[str, Field | Key], lang: Lang) -> Schema:
    """The JSON Schema of an object that has these keys, all of them and no other."""
    return _object(_keys(fields, lang))


def _keys(fields: Mapping[str, Field | Key], lang: Lang) -> dict[str, Schema]:
    return {
        key: {**one.schema, "description": one.meaning(lang), "examples": [one.example]}
        for key, one in fields.items()
    }


def _object(keys: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
