"""The home page as displayed: the sentence to fill in, its results, movements, recent plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from telads.answers.advertisers import targets
from telads.answers.answer import Answer
from telads.answers.changes import movements, trends
from telads.answers.choices import Filters, filters_of, service_of
from telads.answers.pictures import monthly_means
from telads.answers.questions import METHODS, TARGET_ORDERS
from telads.dataset import Measure, in_force
from telads.errors import QuestionError, TeladsError
from telads.model import Month, Segment, Sex
from telads.planning.plan import draft, enough
from telads.render.svg import use
from telads.render.svg.drawing import Drawing
from telads.render.svg.lines import Lines, lines
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text, josa
from telads.web.addresses import address
from telads.web.components import districts_named
from telads.web.pages.advertisers.forms import DEFAULT_TOP
from telads.web.pages.customers.forms import customer_address
from telads.wording import group_name, in_sentence, observed, people, segment_name, sentence_case

BUDGET = 50_000
"""Default budget in a currency of large units; a thousand times that in one of small units."""
EVERYWHERE = Text("{city} 전체", "all of {city}")
ANYONE = Text("누구나", "anyone")
LONGEST = 40
"""Longer texts are not budgets."""


class Choice(NamedTuple):
    """The choices of the sentence."""

    service: Measure
    budget: str
    """As typed."""
    filters: Filters
    who: str
    """The sex, then the first year of the age, either of which may be missing: `F30`."""

    @property
    def query(self) -> dict[str, str]:
        """The choice as the query of an address."""
        known = {"service": self.service.id, "budget": self.budget,
                 "district": self.filters.district or "", "who": self.who}  # fmt: skip
        return {name: value for name, value in known.items() if value}


def choice_of(build: Build, query: Mapping[str, str], lang: Lang) -> Choice:
    """The sentence of an address; invalid parts get their default."""
    who = query.get("who", "").strip()[:4].upper()
    try:
        service = service_of(build, query.get("service") or in_force().example.service)
        filters = filters_of(build, query.get("district"), who[:1].strip("0123456789"),
                             who.lstrip("FM"))  # fmt: skip
    except TeladsError:
        service, filters = service_of(build, in_force().example.service), Filters()
    named = f"{filters.sex or ''}{filters.age or ''}"
    budget = query.get("budget", "").strip()[:LONGEST] or first_budget(lang)
    return Choice(service, budget, filters, named)


def first_budget(lang: Lang) -> str:
    """Default budget of the sentence: `5,000만 원`, `50 million won`, `50,000 euro`."""
    small = in_force().currency.small
    amount, unit = BUDGET * (1000 if small else 1), in_force().currency.unit
    if lang == "ko":
        return f"{amount // 10_000:,}만 {unit.ko}"
    return f"{amount // 1_000_000:,} million {unit.en}" if small else f"{amount:,} {unit.en}"


class Option(NamedTuple):
    """A word for a place of the sentence."""

    value: str
    name: str
    chosen: bool
    particle: int = 0
    """Index of the place's particle that follows it."""


class Place(NamedTuple):
    """A place of the sentence: its title, its words in groups, and possible particles."""

    id: str
    title: str
    groups: list[tuple[str, list[Option]]]
    particles: list[str]


def sentence(build: Build, choice: Choice, lang: Lang) -> dict[str, Place]:
    """The places of the sentence, by name."""
    everywhere = ("", in_force().fill(EVERYWHERE))
    district = in_force().district.text(lang)
    return {
        "service": _place(
            "service", Text("서비스", "Service")(lang),
            [("", [(one.id, _inside(one.text)) for one in in_force().services])],
            choice.service.id, lang, "을/를",
        ),
        "district": _place(
            "district", sentence_case(district),
            [("", [everywhere]), (in_force().district.plural(lang), districts_named(build))],
            choice.filters.district or "", lang,
        ),
        "who": _place(
            "who", Text("누구에게", "Who")(lang), groups(lang), choice.who, lang
        ),
    }  # fmt: skip


def _inside(name: Text) -> Text:
    return Text(name.ko, in_sentence(name.en))


def groups(lang: Lang) -> list[tuple[str, list[tuple[str, Text]]]]:
    """Everybody, the sexes, the ages, and each age of each sex."""
    ages, sexes = in_force().ages, list(Sex)

    def both(sex: Sex, age: int) -> Text:
        return Text(group_name(sex, age, "ko"), group_name(sex, age, "en"))

    return [
        ("", [("", ANYONE)]),
        (Text("성별", "Sex")(lang), [(str(sex), sex.text) for sex in sexes]),
        (
            Text("나이", "Age")(lang),
            [(str(age), _people_of(in_force().age_text(age))) for age in ages],
        ),
        *(
            (sex.text(lang), [(f"{sex}{age}", both(sex, age)) for age in ages])
            for sex in sexes
        ),
    ]  # fmt: skip


def _people_of(age: Text) -> Text:
    return Text(age.ko, f"people {age.en}")


def _place(
    id: str, title: str, groups: list[tuple[str, list[tuple[str, Text]]]], chosen: str,
    lang: Lang, particles: str = "",
) -> Place:  # fmt: skip
    """A place of the sentence; each particle that its words need is listed once."""
    known: list[str] = []

    def option(value: str, name: Text) -> Option:
        word, follows = name(lang), ""
        if particles and lang == "ko":
            follows = josa(word, particles)[len(word) :]
        if follows not in known:
            known.append(follows)
        return Option(value, word, value == chosen, known.index(follows))

    options = [(title, [option(*one) for one in words]) for title, words in groups]
    return Place(id, title, options, known)


class Preview(NamedTuple):
    """What the campaign of the sentence comes to, before it is opened."""

    sentences: list[Text]
    """Figures between asterisks; what is wrong with the sentence, where nothing can be planned."""
    refused: bool = False
    examples: bool = False
    """Whether the prices are still examples."""
    less: Text | None = None
    """Which smaller budget nearly reaches as many."""
    waits: str = ""
    """Address that tells the smaller budget afterwards, since it takes as long as the rest."""


def preview(build: Build, choice: Choice, lang: Lang, whole: bool = True) -> Preview:
    """How many people the budget of the sentence reaches.

    And which smaller one nearly does, unless a preview that is not `whole` asks for that itself.
    """
    from telads.web.pages.campaign import forms, present  # whose sentence is this page's

    try:
        campaign = forms.choice_of(build, QueryDict(urlencode(choice.query)), lang)
        if campaign.fault:
            raise campaign.fault
        brief = campaign.brief(lang, forms.chosen(build, campaign, lang).rules)
        found = draft(build, brief)
        less = _less(enough(build, brief)) if whole else None
    except QuestionError as error:
        told = Text(*(present.refusal(error, one) for one in LANGUAGES))
        return Preview([told, *([error.advice] if error.advice else [])], refused=True)
    count, size = len(found.segments), found.summary["population"]
    reached = [people(found.summary["reached"], one) for one in LANGUAGES]
    told = Text(
        f"지금 조건이면 *{count}개 집단* {people(size, 'ko')} 가운데 약 *{reached[0]}*에게 "
        "도달합니다.",
        f"This reaches about *{reached[1]}* of {people(size, 'en')} in "
        f"*{count} group{'' if count == 1 else 's'}*.",
    )
    return Preview(
        [told], examples=all(one.example for one in campaign.platforms), less=less,
        waits="" if whole else address("home", choice.query),
    )  # fmt: skip


def _less(smaller: dict[str, Any] | None) -> Text | None:
    from telads.web.pages.campaign.forms import amount_text

    if smaller is None:
        return None
    amounts = [amount_text(smaller["budget"], lang) for lang in LANGUAGES]
    return Text(
        f"{josa(amounts[0], '으로/로')}도 그 {smaller['share']:.0%}에게 도달합니다.",
        f"{amounts[1]} would reach {smaller['share']:.0%} of them.",
    )


class Found(NamedTuple):
    """Results of the sentence: who uses the service most, and where."""

    preview: Preview
    answer: Answer
    map: Drawing
    """In the narrow layout, since it takes half a page."""


def found(build: Build, choice: Choice, lang: Lang, whole: bool = True) -> Found:
    """The groups that use the service most, and its use by district."""
    newest = build.months[-1]
    answer = targets(build, choice.service.id, next(iter(TARGET_ORDERS)), DEFAULT_TOP, newest,
                     METHODS[0], *choice.filters)  # fmt: skip
    return Found(preview(build, choice, lang, whole), answer, _map(build, choice, lang))


def _map(build: Build, choice: Choice, lang: Lang) -> Drawing:
    """Its use by district against the city's; each district leads to its campaign."""
    import polars as pl

    from telads.web.pages.campaign.where import use_by_district  # whose sentence is this page's

    newest, (_, sex, age) = build.months[-1], choice.filters
    known = use_by_district(build, newest, choice.service.id, sex, age)
    frame = pl.DataFrame(
        list(known.items()), schema={"district": pl.String, "value": pl.Float64}, orient="row"
    )
    return use.draw(
        frame, service=choice.service, lang=lang, window=observed(newest.window, lang),
        synthetic=build.synthetic, narrow=True,
        chosen=(choice.filters.district,) if choice.filters.district else (),
        href=lambda district: address("campaign", {**choice.query, "district": district}),
    )  # fmt: skip


def examples(choice: Choice, lang: Lang) -> list[tuple[str, str, str]]:
    """Example sentences: service, words, address."""
    others = [one for one in in_force().services if one != choice.service][:2]
    ages = in_force().ages
    whom = [("", str(ages[0])), ("F", str(ages[min(1, len(ages) - 1)]))]
    told = []
    for service, (sex, age) in zip(others, whom, strict=False):
        name = group_name(sex, int(age), lang) if sex else in_force().age_text(int(age))(lang)
        query = {"service": service.id, "who": f"{sex}{age}"}
        told.append((service.id, f"{service.text(lang)}, {name}", address("home", query)))
    return told


class Moved(NamedTuple):
    """A movement in one line: its place with the address, and the text around it."""

    row: dict[str, Any]
    before: str
    place: str
    after: str
    address: str
    lines: Lines
    broken: bool


def moved(build: Build, lang: Lang) -> tuple[Answer, list[Moved]]:
    """The newest month's largest movements."""
    answer = movements(build, build.months[-1])
    return answer, [_moved(build, row, lang) for row in answer.records]


def _moved(build: Build, row: dict[str, Any], lang: Lang) -> Moved:
    service, up, newest = row["service"], row["change"] > 0, build.months[-1]
    name = in_force().measures[service].text
    if row["scope"] == "city":
        place = in_force().fill(Text("{city} 전체", "the whole of {city}"))(lang)
        said = Text(f"에서 {name.ko} 이용이 {'늘었습니다' if up else '줄었습니다'}", "")
        before = f"{name.en} use {'rose' if up else 'fell'} in " if lang == "en" else ""
        where = address("data", {"month": str(newest), "measure": service})
        series = monthly_means(build, Filters()).filter(service=service)
        months, values = series["month"].to_list(), series["value"].to_list()
    else:
        segment = Segment(row["district"], Sex(row["sex"]), row["age"])
        place = segment_name(*segment, lang)
        said = Text(f"의 {name.ko} 이용이 따로 {'늘었습니다' if up else '줄었습니다'}", "")
        went = "more" if up else "less"
        before = f"{name.en} is used {went} by " if lang == "en" else ""
        where = customer_address(segment, newest)
        rows = [one for one in trends(build, *segment).records if one["service"] == service]
        months, values = [one["month"] for one in rows], [one["value"] for one in rows]
    return Moved(
        row, before, place, said(lang), where,
        lines([Month.parse(str(month)) for month in months], values, [None] * len(values)),
        service in build.breaks(newest),
    )  # fmt: skip
