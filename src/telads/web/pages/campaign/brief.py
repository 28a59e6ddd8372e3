"""The brief of the campaign page: a sentence whose words are chips, each with its control."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.dataset import in_force
from telads.model import Sex
from telads.planning.brief import money
from telads.planning.plan import Draft
from telads.render.svg import use
from telads.store.workspace import Build
from telads.text import Lang, Text, josa
from telads.web.components import districts_named, see
from telads.web.pages.campaign import forms, where
from telads.web.pages.campaign.forms import Choice, Media, address_of, amount_text
from telads.web.pages.home import present as home
from telads.wording import in_sentence

TITLES: dict[str, Text] = {
    "service": Text("광고할 서비스", "Advertised"),
    "budget": Text("예산", "Budget"),
    "where": Text("지역", "Where"),
    "who": Text("누구에게", "Who"),
    "month": Text("기준월", "Month"),
    "platforms": Text("매체", "Platforms"),
}
ORDER: dict[Lang, tuple[str, ...]] = {
    "ko": ("service", "budget", "where", "who", "month"),
    "en": ("service", "budget", "who", "where", "month"),
}
"""The words of the sentence, in the order of each language."""


class Chip(NamedTuple):
    """A word of the sentence that opens its control."""

    id: str
    title: str
    value: str
    before: str
    """What stands before it in the sentence, and what after: in Korean its particle."""
    after: str
    services: tuple[str, ...] = ()
    """Services whose marks stand before the value."""
    note: str = ""
    """What is said of the value, paler."""


class Option(NamedTuple):
    """One of several to choose."""

    value: str
    name: str
    chosen: bool
    figure: str = ""
    region: str = ""
    """Key of a place on the map."""


def shown(
    build: Build, choice: Choice, found: Draft | None, media: Media, lang: Lang
) -> dict[str, Any]:  # fmt: skip
    """The chips, what each of them opens, and the words of the buttons below it."""
    services = [(id, in_force().measures[id].text(lang)) for id in build.about["services"]]
    use_of = where.of_people(build, choice)
    above = tuple(name for name, _ in districts_named(build) if use_of.get(name, 0) > 0)
    chips = _chips(build, choice, lang)
    return {
        "chips": chips,
        "chips_of": {chip.id: chip for chip in chips},
        "service_options": [Option(id, name, id == choice.service.id) for id, name in services],
        "districts": _districts(build, choice, use_of, lang),
        "everywhere": (in_force().fill(home.EVERYWHERE)(lang),
                       address_of(choice._replace(districts=(), ticks=None))),
        "above": (_above(len(above), lang),
                  address_of(choice._replace(districts=above, ticks=None))) if above else None,
        "who": _who(choice, lang),
        "month_options": [Option(str(month), month.text(lang), month == choice.month)
                   for month in reversed(build.months)],
        "platform_rows": _platform_rows(choice, media, lang),
        "see": _see(choice, found, lang),
    }  # fmt: skip


def _chips(build: Build, choice: Choice, lang: Lang) -> list[Chip]:
    """The sentence in the order of its language."""
    service, place = choice.service.text(lang), _where(choice, lang)
    budget = amount_text(choice.budget, lang)
    who = next(option.name for _, options in
               home.sentence(build, choice.sentence, lang)["who"].groups
               for option in options if option.chosen)  # fmt: skip
    words = {
        "service": (in_sentence(service) if lang == "en" else service,
                    Text("", "Advertise"), "을/를"),
        "budget": (budget, Text("", "with"), "으로/로"),
        "where": (place, Text("", "in"), "의"),
        "who": (who, Text("", "to"), "에게"),
        "month": (choice.month.text(lang), Text("기준", "data of"), ""),
    }  # fmt: skip
    told = [
        Chip(
            id, TITLES[id](lang), words[id][0], words[id][1](lang),
            _particle(words[id][0], words[id][2]) if lang == "ko" else "",
            (choice.service.id,) if id == "service" else (),
        )
        for id in ORDER[lang]
    ]  # fmt: skip
    return [*told, _runs_on(choice, lang)]


def _particle(word: str, particles: str) -> str:
    """The particle that follows a word; one that does not depend on it stands alone."""
    return josa(word, particles)[len(word) :] if "/" in particles else particles


def _where(choice: Choice, lang: Lang) -> str:
    """The places in a word."""
    level, names = in_force().district, choice.districts
    if not names:
        return in_force().fill(home.EVERYWHERE)(lang)
    if len(names) == 1:
        return in_force().district_name(names[0], lang)
    return Text(f"{level.text.ko} {len(names)}곳", f"{len(names)} {level.plural.en}")(lang)


def _runs_on(choice: Choice, lang: Lang) -> Chip:
    """The platforms: how many, their prices, and whether these are examples."""
    prices = sorted({one.price for one in choice.platforms})
    told = money(prices[0])(lang)
    if len(prices) > 1:
        low, high = f"{prices[0]:,}", money(prices[-1])(lang)
        told = Text(f"{low}~{high}", f"{low}–{high}")(lang)
    example = all(one.example for one in choice.platforms)
    count = len(choice.platforms)
    note = Text(f"CPM {told}{', 예시' if example else ''}",
                f"CPM {told}{', examples' if example else ''}")  # fmt: skip
    value = Text(f"매체 {count}개", f"{count} platform{'' if count == 1 else 's'}")
    return Chip("platforms", TITLES["platforms"](lang), value(lang), Text("", "on")(lang), "",
                tuple(dict.fromkeys(one.service for one in choice.platforms)),
                note(lang))  # fmt: skip


def _above(count: int, lang: Lang) -> str:
    level = in_force().district
    return Text(f"평균보다 더 쓰는 {level.text.ko} {count}곳",
                f"{count} {level.plural.en} above average")(lang)  # fmt: skip


def _see(choice: Choice, found: Draft | None, lang: Lang) -> str:
    """What the buttons of the panels lead to: `자치구 4곳, 24만 명 보기`."""
    if found is None:
        return see(None, lang)
    place = _where(choice, lang) if choice.districts else ""
    return see(found.summary["population"], lang, place)


def _districts(
    build: Build, choice: Choice, use_of: dict[str, float], lang: Lang
) -> list[Option]:  # fmt: skip
    indexed = choice.service.is_index
    keys = where.keys()
    return [
        Option(name, text(lang), name in choice.districts, use.told(use_of.get(name), indexed),
               keys[name])
        for name, text in districts_named(build)
    ]  # fmt: skip


def _who(choice: Choice, lang: Lang) -> dict[str, Any]:
    """Everybody, the sexes and the ages, as a table: heads, and rows of options."""
    own = {value: name(lang) for _, options in home.groups(lang) for value, name in options}
    ages = [("", Text("모든 나이", "All ages")(lang))]
    ages += [(str(age), in_force().age_text(age)(lang)) for age in in_force().ages]
    sexes = ["", *(str(sex) for sex in (Sex.FEMALE, Sex.MALE))]
    return {
        "heads": [Text("모두", "All")(lang), *(Sex(sex).text(lang) for sex in sexes[1:])],
        "rows": [
            (told, [Option(f"{sex}{age}", own[f"{sex}{age}"], f"{sex}{age}" == choice.sentence.who)
                    for sex in sexes])
            for age, told in ages
        ],
    }  # fmt: skip


class PlatformRow(NamedTuple):
    """A row of the brief's platforms."""

    options: list[tuple[str, str, bool]]
    media: list[tuple[str, str, bool]]
    """Options of the catalogue."""
    price: str
    ceiling: str
    least: str
    most: str
    named: str
    limits: str
    """Minimum and maximum spend in words."""


def _platform_rows(choice: Choice, media: Media, lang: Lang) -> list[PlatformRow]:
    known = [(id, in_force().measures[id].text(lang)) for id in in_force().service_ids
             if id != choice.service.id]  # fmt: skip
    filled = list(choice.typed) or [
        (
            one.value,
            f"{one.price:,}",
            "" if one.ceiling is None else forms.percent_of(one.ceiling),
            str(one.minimum or ""),
            "" if one.cap is None else str(one.cap),
            one.value,
        )
        for one in choice.platforms
    ]
    filled += [("",) * len(forms.COLUMNS)] * max(1, forms.ROWS - len(filled))
    booked = {value: one.medium for value, one in media.items()
              if one.service != choice.service.id}  # fmt: skip
    rows = []
    for value, price, ceiling, least, most, _ in filled:
        # A medium of somebody else's catalogue stands in the address alone.
        own = booked | ({value: value.partition(":")[2]} if ":" in value else {})
        rows.append(PlatformRow(
            [("", "–", not value), *((id, name, id == value) for id, name in known)],
            [(id, name, id == value) for id, name in own.items()],
            price, ceiling, least, most, value, _limits(least, most, lang),
        ))  # fmt: skip
    return rows


def _limits(least: str, most: str, lang: Lang) -> str:
    """Minimum and maximum spend of a row, empty for none."""
    ends = ((Text("최소", "minimum"), least), (Text("최대", "maximum"), most))
    return ", ".join(f"{name(lang)} {amount_text(int(typed), lang)}" for name, typed in ends
                     if typed.isascii() and typed.isdecimal())  # fmt: skip
