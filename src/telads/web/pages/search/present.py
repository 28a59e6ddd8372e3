"""What a search finds, by kind: everything that has a name and an address on this website.

Each word typed has to stand in the name, in either language, wherever in it; spaces, width and
capitals do not count, and Korean initials count as the syllables they begin (`ㄱㄴ` finds 강남).
Names that have it as a whole word come first, then those with a word that begins with it: men
before women. Plans and audiences are those that the user may see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from operator import attrgetter
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from telads.answers.tables import districts
from telads.dataset import in_force
from telads.model import Segment, Sex
from telads.store.workspace import Build
from telads.text import Lang, Text, typed
from telads.web.accounts.roles import Role, allows
from telads.web.addresses import address
from telads.web.audiences.services import visible as visible_audiences
from telads.web.components import DISTRICT, PAGES, address_in
from telads.web.pages.customers.forms import customer_address
from telads.web.pages.help.views import Section
from telads.web.plans.services import visible as visible_plans
from telads.wording import group_name, segment_name

SHOWN = 5
"""Names of a kind that are listed; where nothing else is found, `MOST`."""
MOST = 25
LONGEST = 80
"""Longer texts are cut before they are looked for."""
_INITIALS = typed("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
_WORD = re.compile(r"\w+")
_FIRST, _LAST, _OF_EACH = 0xAC00, 0xD7A3, 588
_WORDS: dict[Sex, str] = {
    Sex.FEMALE: "여성 여자 women woman female",
    Sex.MALE: "남성 남자 men man male",
}


class Hit(NamedTuple):
    """Something found: its name, where it leads, and further places for the same."""

    name: str
    address: str
    more: tuple[tuple[str, str], ...] = ()
    service: str = ""
    """Id of the service whose mark it has."""
    standing: int = 0
    """How the words stand in its name (`standing_of`); the least is listed first."""


class Kind(NamedTuple):
    """What was found of one kind, and how many more there are."""

    title: str
    hits: list[Hit]
    left: int


KINDS: dict[str, Text | Promise] = {
    "districts": DISTRICT,
    "services": _("Services"),
    "groups": Text("집단", "Groups"),
    "plans": _("Plans"),
    "audiences": _("My audiences"),
    "pages": _("Pages"),
    "help": _("Help"),
}
_NAMES = {entry.path.strip("/"): entry.name for entry in PAGES}
EVERYWHERE = Text("{city} 전체", "all of {city}")


def words_of(text: str) -> list[str]:
    """The words of a search, folded."""
    return [_folded(word) for word in text.replace("\0", "")[:LONGEST].split()]


def _folded(text: str) -> str:
    return "".join(typed(text).split())


def _initials(text: str) -> str:
    """Initial consonants of Korean syllables: `ㄱㄴㄱ` of 강남구."""
    return "".join(
        _INITIALS[(ord(one) - _FIRST) // _OF_EACH] if _FIRST <= ord(one) <= _LAST else one
        for one in text
    )


def matches(words: Sequence[str], *names: str) -> bool:
    """Whether every word stands in one of the names, or in their initials."""
    return standing_of(words, *names) is not None


_WHOLE, _BEGINS, _INSIDE = range(3)


def standing_of(words: Sequence[str], *names: str) -> int | None:
    """How far words are from being words of the names, summed; None if one is in none of them.

    A word counts 0 if it is a whole word of a name, 1 if one begins with it, 2 elsewhere.
    """
    folded = [_folded(name) for name in names]
    initials = [_initials(name) for name in folded]
    parts = {part for name in names for whole in typed(name).split()
             for part in (whole, *_WORD.findall(whole))}  # fmt: skip
    begun = {_initials(part) for part in parts}
    total = 0
    for word in words:
        of_initials = set(word) <= set(_INITIALS)
        if word in parts:
            total += _WHOLE
        elif any(part.startswith(word) for part in (*parts, *(begun if of_initials else ()))):
            total += _BEGINS
        elif any(word in name for name in (*folded, *(initials if of_initials else ()))):
            total += _INSIDE
        else:
            return None
    return total


def found(
    build: Build | None,
    user: AbstractBaseUser | AnonymousUser,
    guide: Callable[[], list[Section]],
    text: str,
    lang: Lang,
) -> list[Kind]:
    """Everything that a text finds, by kind; nothing of an empty one."""
    words = words_of(text)
    if not words:
        return []
    known: dict[str, Iterable[Hit]] = {
        "districts": _districts(build, words, lang) if build else (),
        "services": _services(build, words, lang) if build else (),
        "groups": _groups(build, words, lang) if build else (),
        "plans": _plans(user, words),
        "audiences": _audiences(user, words),
        "pages": _pages(words, lang),
        "help": _help(guide(), words, lang),
    }
    every = {kind: sorted(hits, key=attrgetter("standing")) for kind, hits in known.items()}
    kinds = [kind for kind, hits in every.items() if hits]
    shown = MOST if len(kinds) == 1 else SHOWN
    return [
        Kind(_title(kind, lang), every[kind][:shown], len(every[kind][shown:])) for kind in kinds
    ]


def _title(kind: str, lang: Lang) -> str:
    title = KINDS[kind]
    return title(lang) if isinstance(title, Text) else str(title)


def _districts(build: Build, words: Sequence[str], lang: Lang) -> Iterator[Hit]:
    for name in districts(build):
        english = in_force().district_name(name, "en")
        if (standing := standing_of(words, name, english)) is not None:
            of = {"district": name}
            yield Hit(
                in_force().district_name(name, lang),
                address("campaign", of),
                ((str(_NAMES["advertisers"]), address("advertisers", of)),
                 (str(_NAMES["changes"]), address("changes", of))),
                standing=standing,
            )  # fmt: skip


def _services(build: Build, words: Sequence[str], lang: Lang) -> Iterator[Hit]:
    for id in build.about["services"]:
        text = in_force().measures[id].text
        if (standing := standing_of(words, text.ko, text.en, id)) is not None:
            of = {"service": id}
            yield Hit(
                text(lang),
                address("advertisers", of),
                ((str(_NAMES["campaign"]), address("campaign", of)),
                 (str(_NAMES["changes"]), address("changes", of))),
                id,
                standing,
            )  # fmt: skip


def _groups(build: Build, words: Sequence[str], lang: Lang) -> Iterator[Hit]:
    """Sexes and ages of the whole city first, then those of the districts."""
    month = build.months[-1]
    of_people = [
        (sex, age, f"{group_name(sex, age, 'ko')} {group_name(sex, age, 'en')} {_WORDS[sex]}")
        for age in in_force().ages
        for sex in Sex
    ]
    for sex, age, names in of_people:
        if (standing := standing_of(words, names)) is not None:
            named = f"{in_force().fill(EVERYWHERE)(lang)} · {group_name(sex, age, lang)}"
            place = address("campaign", {"who": f"{sex}{age}"})
            yield Hit(named, place, standing=standing)
    for name in districts(build):
        english = in_force().district_name(name, "en")
        if matches(words, name, english):
            continue  # found as a district: its twelve groups would say no more
        for sex, age, names in of_people:
            whole = (f"{name} {names}", f"{names} in {english}")
            standing = standing_of(words, *whole)
            if standing is not None and not matches(words, names):
                segment = Segment(name, sex, age)
                place = customer_address(segment, month)
                yield Hit(segment_name(*segment, lang), place, standing=standing)


def _plans(user: AbstractBaseUser | AnonymousUser, words: Sequence[str]) -> Iterator[Hit]:
    if isinstance(user, User) and allows(user, Role.VIEWER):
        for plan in visible_plans(user).order_by("-pk"):
            if (standing := standing_of(words, plan.name)) is not None:
                place = reverse("plan", args=(plan.pk,))
                yield Hit(plan.name, place, standing=standing)


def _audiences(user: AbstractBaseUser | AnonymousUser, words: Sequence[str]) -> Iterator[Hit]:
    if isinstance(user, User) and allows(user, Role.VIEWER):
        for saved in visible_audiences(user).order_by("-pk"):
            if (standing := standing_of(words, saved.name)) is not None:
                place = reverse("audience", args=(saved.pk,))
                yield Hit(saved.name, place, standing=standing)


def _pages(words: Sequence[str], lang: Lang) -> Iterator[Hit]:
    for entry in PAGES:
        if (standing := standing_of(words, str(entry.name))) is not None:
            yield Hit(str(entry.name), address_in(lang, entry.path), standing=standing)


_TERM = re.compile(r"<dt>(.*?)</dt>")


def _help(sections: Iterable[Section], words: Sequence[str], lang: Lang) -> Iterator[Hit]:
    """Sections by title and by the words they explain, then those that say the words."""
    place, after = address("help", {}), _INSIDE * len(words) + 1
    for one in sections:
        title = unescape(strip_tags(one.title))
        terms = [unescape(term) for term in _TERM.findall(one.html)]
        hit = Hit(title, f"{place}#{one.id}")
        if (standing := standing_of(words, title, *terms)) is not None:
            yield hit._replace(standing=standing)
        elif matches(words, unescape(strip_tags(one.html))):
            yield hit._replace(standing=after)
