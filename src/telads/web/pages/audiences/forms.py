"""The form of an audience: groups of conditions, read from an address, converted to rules and back.

Fields of one group are joined by "and"; a group of no fields means everybody. An audience is a
union of groups, less another:

    ?service=delivery&least=0.5&age_or=20&age_not=60     uses delivery much, or is 20-29; not 60-69

Fields of the first group have no suffix. Those of a second audience end with `2`. Plans use the
same fields (`telads.web.plans`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan
from typing import Any, NamedTuple

from django.http import QueryDict
from django.urls import reverse

from telads.answers.choices import known_places, month_of
from telads.answers.tables import districts, of_month
from telads.dataset import in_force
from telads.errors import QuestionError, choose
from telads.model import Month, Sex
from telads.planning.reading import LARGEST, too_large
from telads.planning.rules import LEVELS, Rules, read_rules
from telads.store.workspace import Build
from telads.text import Lang, Text, same, typed
from telads.web.components import (
    DISTRICT,
    Option,
    Select,
    ages_named,
    districts_named,
    select,
    sexes_named,
)

FIGURES = ("affinity", "index")
LIKE = ("like_district", "like_sex", "like_age")
DEFAULT_LEAST = {"affinity": "1", "index": "120"}
"""Default level of a service's figure: much more than the city.

By affinity of delivery it selects 22 to 29 % of all people in the seven real months; half a
standard deviation would select 43 to 49 %.
"""
LONGEST_NUMBER = 9
EVERYBODY = {"sex": [str(sex) for sex in Sex]}


class Wanted(NamedTuple):
    """The fields as typed; empty ones have no effect."""

    service: str = ""
    by: str = FIGURES[0]
    least: str = ""
    signal: str = ""
    z: str = ""
    sex: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    """Cell ages."""
    place: tuple[str, ...] = ()
    """Neighbourhoods, each after its district: `관악구 신림동`."""
    like_district: str = ""
    like_sex: str = ""
    like_age: str = ""
    top: str = ""

    @property
    def nobody_asked(self) -> bool:
        """Whether no field is filled in."""
        return not self.query()

    @property
    def like_unfinished(self) -> bool:
        """Whether the segment to be similar to is named only in part."""
        return 0 < sum(bool(getattr(self, name)) for name in LIKE) < len(LIKE)

    def query(self, suffix: str = "") -> dict[str, str | list[str]]:
        """The filled fields, as the query of an address."""
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
        """The conditions as JSON; raises `QuestionError` for an invalid number."""
        found: list[Mapping[str, Any]] = []
        if self.service:
            least = self.least or DEFAULT_LEAST.get(self.by, "0")
            found.append({"service": self.service, self.by: number_of("least", least)})
        if self.signal:
            found.append({"signal": self.signal, "z": number_of("z", self.z or "1")})
        for part in ("sex", "age", "district", "ages"):
            values: tuple[str, ...] = getattr(self, part)
            if values:
                found.append({part: list(values)})
        if self.place:
            found.append({"any": self._within_districts()})
        if all(getattr(self, name) for name in LIKE):
            segment = dict(zip(("district", "sex", "age"), (getattr(self, n) for n in LIKE),
                               strict=True))  # fmt: skip
            top = number_of("top", self.top or "5")
            found.append({"like": segment, "top": top, "among": "all"})
        return {"all": found or [EVERYBODY]}

    def _within_districts(self) -> list[Mapping[str, Any]]:
        """The neighbourhoods, and the districts of which none is chosen: all of these."""
        whole = [name for name in self.district
                 if not any(place.startswith(f"{name} ") for place in self.place)]  # fmt: skip
        places: Mapping[str, Any] = {"neighbourhood": list(self.place)}
        return [{"district": whole}, places] if whole else [places]


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
    """The fields of a rule; None if the form cannot express it."""
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
    for name in ("sex", "age", "district", "ages"):
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
    return _places_of(part["any"]) if "any" in part else None


def _places_of(parts: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The neighbourhoods of a condition that was made of them (`Wanted.rule`)."""
    kinds = [set(one) for one in parts]
    if kinds not in ([{"neighbourhood"}], [{"district"}, {"neighbourhood"}]):
        return None
    return {"place": tuple(parts[-1]["neighbourhood"])}


def number_of(name: str, text: str) -> float:
    """A finite number as typed; raises `QuestionError`."""
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
    """The number in a text of digits; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def _wrong(name: str, value: str, known: Iterable[str]) -> QuestionError:
    missing = Text("고를 수 없는 값입니다.", "Value not found.")
    return QuestionError(missing, choose(value, map(same, known)), rule=name, value=value)


WORDS = "words"
"""Field in which the conditions of an audience are written in a line."""
LONGEST_LINE = 200
_LIKE_WORDS = frozenset({"닮은", "유사", "비슷한", "like", "similar"})
_PASSED_OVER = frozenset(
    {"to", "in", "with", "and", "of", "많이", "쓰는", "사는", "집단", "groups"}
)
_PARTICLES = "을를과와의이가은는"


def in_words(build: Build, line: str) -> Wanted:
    """The conditions that a line says: `여성 30대 40대 쇼핑 강남구 서초구`; raises `QuestionError`.

    Its words are sexes, ages, services and districts, in either language and in any order. With
    `닮은` or `like` in it sex, age and district are of the group to be similar to.
    """
    words = line.replace("\0", "")[:LONGEST_LINE].replace(",", " ").split()
    alike = any(typed(word) in _LIKE_WORDS for word in words)
    known: dict[str, list[str]] = {}
    for word in words:
        if typed(word) in _LIKE_WORDS | _PASSED_OVER:
            continue
        name, value = _said(build, word)
        known.setdefault(name, []).append(value)
    told: dict[str, Any] = {"service": known.get("service", [""])[-1]}
    for name in ("district", "sex", "age"):
        if name in known and alike:
            told[f"like_{name}"] = known[name][-1]
        elif name in known:
            told[name] = tuple(known[name])
    return Wanted(**told)


def _said(build: Build, word: str) -> tuple[str, str]:
    """The field that a word is about, and its value there; a Korean particle may follow it."""
    dataset, known = in_force(), districts(build)
    for text in (word, word[:-1] if word[-1:] in _PARTICLES else word):
        name = typed(text)
        if name in dataset.sex_names:
            return "sex", dataset.sex_names[name]
        if name in dataset.age_names:
            return "age", str(dataset.age_names[name])
        for service in build.about["services"]:
            if name in {service, *map(typed, dataset.measures[service].text)}:
                return "service", service
        for district in known:
            both = [typed(one) for one in (district, dataset.district_name(district, "en"))]
            if name in both or any(one.startswith(name) and len(one) <= len(name) + 3
                                   for one in both if len(name) > 1):  # fmt: skip
                return "district", district
    raise QuestionError(
        Text(f"‘{word}’에 맞는 조건을 찾지 못했습니다.", f"No condition is called “{word}”."),
        dataset.fill(Text(
            "성별, 나이, 서비스, {district}의 이름만 적어 주세요. 예: 여성 30대 {sample_district}",
            "Write sexes, ages, services and {districts} only: women 30-39 {sample_district_en}")),
        rule=WORDS, value=word,
    )  # fmt: skip


def with_words(build: Build, query: QueryDict) -> QueryDict:
    """The query with what its lines say as fields of their own; raises `QuestionError`."""
    told = query.copy()
    for which in ("", SECOND):
        line = told.pop(f"{WORDS}{which}", [""])[-1]
        for name, value in in_words(build, str(line)).query().items():
            if isinstance(value, list):
                told.setlist(name + which, [*dict.fromkeys([*told.getlist(name + which), *value])])
            elif name not in {"by", "least"}:
                told[name + which] = value
    return told


GROUPS = ("", "_or", "_or_too")
"""Suffixes of the groups that are joined by "or"."""
WITHOUT = "_not"
SECOND = "2"
"""Suffix of all fields of a second audience."""
Query = dict[str, str | list[str]]


class Described(NamedTuple):
    """The groups of `GROUPS`, and the group that is excluded."""

    groups: tuple[Wanted, ...] = (Wanted(),) * len(GROUPS)
    without: Wanted = Wanted()
    level: str = ""
    """`neighbourhood`: every group is divided into its neighbourhoods."""

    @property
    def nobody_asked(self) -> bool:
        """Whether no field is filled in."""
        return not self.query()

    @property
    def like_unfinished(self) -> bool:
        """Whether a segment to be similar to is named only in part."""
        return any(group.like_unfinished for group in (*self.groups, self.without))

    def query(self, which: str = "") -> Query:
        """The filled fields, as the query of an address."""
        told: Query = {}
        for suffix, group in zip((*GROUPS, WITHOUT), (*self.groups, self.without), strict=True):
            told |= group.query(suffix + which)
        return {**told, f"level{which}": self.level} if self.level else told

    def rules(self) -> Rules:
        """The rules; raises `QuestionError` and its subclasses.

        Empty groups are ignored; if all are empty, the audience is everybody.
        """
        asked = [group.rule() for group in self.groups if not group.nobody_asked]
        where: dict[str, Any] = Wanted().rule() if not asked else asked[0]
        if len(asked) > 1:
            where = {"any": asked}
        if not self.without.nobody_asked:
            where = {"all": [where, {"not": self.without.rule()}]}
        return read_rules({"where": where, **({"level": self.level} if self.level else {})})


def described_of(query: QueryDict, which: str = "") -> Described:
    """The audience of an address or form; raises `QuestionError`."""
    return Described(
        tuple(wanted_of(query, suffix + which) for suffix in GROUPS),
        wanted_of(query, WITHOUT + which),
        query.get(f"level{which}", "").strip(),
    )


def described_from(rules: Rules) -> Described | None:
    """The fields of rules; None if the form cannot express them."""
    document = rules.document()
    where, without = document["where"] or {}, Wanted()
    if document["include"] or document["exclude"]:
        return None
    parts = where.get("all", ())
    if len(parts) == 2 and "not" in parts[1]:
        where, less = parts[0], wanted_from(parts[1]["not"])
        if less is None:
            return None
        without = less
    groups = [wanted_from(group) for group in where.get("any", (where,))]
    known = [group for group in groups if group is not None]
    if len(known) < len(groups) or len(known) > len(GROUPS):
        return None
    level = rules.level if rules.level != LEVELS[0] else ""
    return Described((*known, *(Wanted(),) * (len(GROUPS) - len(known))), without, level)


def example_of() -> Described:
    """Heavy users of the dataset's example service: the default of the page."""
    much = Wanted(
        service=in_force().example.service, by="affinity", least=DEFAULT_LEAST["affinity"]
    )
    return Described((much, Wanted(), Wanted()))


"""The audience shown if none is described."""
CELL_AGE = Text("{cell_age}로 고르기", "By {cell_age}")
LEVEL = Text("나누기", "Division")
DIVIDED = Text("예산을 {neighbourhood}마다 나누기", "Divide a budget over {neighbourhoods}")
NONE = Text("–", "–")
NEW = "new"


class Choice(NamedTuple):
    """One or two audiences, in a month."""

    month: Month
    first: Described
    second: Described | None
    example: bool
    """Whether no audience was described, so that this is an example."""
    plan: str
    """The plan the audience is chosen for: `new`, a number, or empty."""

    @property
    def query(self) -> Query:
        """The choice as the query of an address."""
        told: Query = {"month": str(self.month), **self.first.query()}
        if self.plan:
            told["plan"] = self.plan
        return {**told, **self.second.query(SECOND)} if self.second else told


class Fields(NamedTuple):
    """The fields of one group for the template."""

    suffix: str
    asked: bool
    """Whether any field is filled in."""
    wanted: Wanted
    selects: list[Select]
    """Service and figure."""
    signals: Select
    like: list[Select]
    boxes: list[Select]
    """Lists with multiple choices: sex, age, district."""
    ages: Select
    """Cell ages."""
    places: list[tuple[int, Select]]
    """The neighbourhoods of each chosen district, with its place among the districts."""
    least: str


class Form(NamedTuple):
    """All groups of one audience."""

    first: Fields
    others: list[Fields]
    """Further groups, joined by "or"."""
    without: Fields
    level: Select

    @property
    def every(self) -> list[Fields]:
        """All groups of fields."""
        return [self.first, *self.others, self.without]


def choice_of(build: Build, query: QueryDict) -> Choice:
    """The choice in an address; raises `QuestionError` and its subclasses."""
    first, second = described_of(query), described_of(query, SECOND)
    plan = query.get("plan", "")
    plan = plan if plan == NEW or whole_in(plan) else ""
    example = first.nobody_asked and second.nobody_asked and "service" not in query and not plan
    return Choice(
        month=month_of(build, query.get("month") or None),
        first=example_of() if example else first,
        second=None if second.nobody_asked else second,
        example=example,
        plan=plan,
    )


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return reverse("audiences", query=choice.query)


def plan_address(choice: Choice) -> str:
    """Address at which a plan for the first audience is started or continued."""
    return _plan_page(choice, {"month": str(choice.month), **choice.first.query()})


def unchanged_address(choice: Choice) -> str:
    """Address of the plan, to return without a change; empty without a plan."""
    return _plan_page(choice, {"keep": "1"}) if choice.plan else ""


def _plan_page(choice: Choice, query: Query) -> str:
    told = {**query, "plan": choice.plan} if choice.plan else query
    if choice.plan in {"", NEW}:
        return reverse("plan-new", query=told)
    return reverse("plan-edit", args=(int(choice.plan),), query=told)


def form_of(build: Build, described: Described, which: str, lang: Lang) -> Form:
    """The fields of one audience."""
    first, *others = (
        _fields(build, group, suffix + which, lang)
        for suffix, group in zip(GROUPS, described.groups, strict=True)
    )
    level = _boxes(f"level{which}", LEVEL, [(LEVELS[1], in_force().fill(DIVIDED))],
                   (described.level,), lang)  # fmt: skip
    return Form(first, others, _fields(build, described.without, WITHOUT + which, lang), level)


def _fields(build: Build, wanted: Wanted, suffix: str, lang: Lang) -> Fields:
    """The fields of one group."""
    services = [("", NONE), *((id, in_force().measures[id].text) for id in build.about["services"])]
    figures = [("affinity", Text("이용 강도(표준편차) 이상", "usage score (sd) of at least")),
               ("index", Text(f"지수({in_force().city.ko} 100) 이상",
                              "index (city 100) of at least"))]  # fmt: skip
    held = {*of_month(build, "signals", build.months[-1])["signal"].unique(), wanted.signal}
    signals = [("", NONE), *((signal.id, signal.text) for signal in in_force().signals
                             if signal.id in held)]  # fmt: skip
    named = districts_named(build)
    none = ("", NONE)
    tops = [(str(top), Text(f"{top}개", str(top))) for top in (3, 5, 10, 20, 50)]
    return Fields(
        suffix=suffix,
        asked=not wanted.nobody_asked,
        wanted=wanted,
        selects=[
            select(f"service{suffix}", Text("서비스", "Service"), services, wanted.service, lang),
            select(f"by{suffix}", Text("기준", "Figure"), figures, wanted.by, lang),
        ],
        signals=select(f"signal{suffix}", Text("생활 지표", "Lifestyle signal"), signals,
                       wanted.signal, lang),
        like=[
            select(f"like_district{suffix}", in_force().fill(DISTRICT), [none, *named],
                   wanted.like_district, lang),
            select(f"like_sex{suffix}", Text("성별", "Sex"), [none, *sexes_named()],
                   wanted.like_sex, lang),
            select(f"like_age{suffix}", Text("나이", "Age"), [none, *ages_named()],
                   wanted.like_age, lang),
            select(f"top{suffix}", Text("유사 집단 수", "How many"), tops, wanted.top or "5",
                   lang),
        ],
        boxes=[
            _boxes("sex", Text("성별", "Sex"), sexes_named(), wanted.sex, lang),
            _boxes("age", Text("나이", "Age"), ages_named(), wanted.age, lang),
            _boxes("district", in_force().fill(DISTRICT), named, wanted.district, lang),
        ],
        ages=_boxes("ages", in_force().fill(CELL_AGE), _cell_ages_named(), wanted.ages, lang),
        places=_places(build, wanted, lang),
        least=wanted.least or DEFAULT_LEAST[wanted.by],
    )  # fmt: skip


def _cell_ages_named() -> list[tuple[str, Text]]:
    return [(str(age), in_force().cell_age_text(age)) for age in in_force().cell_ages]


def _places(build: Build, wanted: Wanted, lang: Lang) -> list[tuple[int, Select]]:
    """The neighbourhoods of the chosen districts."""
    found = []
    for number, (district, name) in enumerate(districts_named(build)):
        named = any(place.startswith(f"{district} ") for place in wanted.place)
        if named or district in wanted.district:
            inside = [(f"{district} {place.name}", same(place.name))
                      for place in known_places(build) if place.district == district]  # fmt: skip
            title = in_force().fill(
                Text(f"{name.ko}의 {{neighbourhood}}", f"{name.en}: {{neighbourhoods}}")
            )
            found.append((number, _boxes("place", title, inside, wanted.place, lang)))
    return found


def _boxes(
    id: str, title: Text, options: list[tuple[str, Text]], chosen: tuple[str, ...], lang: Lang
) -> Select:
    return Select(
        id, title(lang), [Option(value, name(lang), value in chosen) for value, name in options]
    )
