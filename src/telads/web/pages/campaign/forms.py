"""The choice of the campaign page: read from the address or the form, and written to an address.

Without ticks the groups are the first ones (`planning.plan.fewest`). The form names what its ticks
are of (`for`): of another service, place, group or month they do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product, zip_longest
from math import floor, log10
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from telads.answers.choices import district_of, listed, month_of, one_of
from telads.answers.tables import of_month
from telads.dataset import Measure, in_force, of_dataset
from telads.errors import QuestionError
from telads.model import Month, Segment, Sex
from telads.planning.audience import audience
from telads.planning.brief import LEAST_CEILING, MOST_PLATFORMS, Brief, read_brief
from telads.planning.parts import segments_in
from telads.planning.plan import fewest
from telads.planning.rules import Rules
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import Select, month_select, select
from telads.web.pages.audiences.forms import Described, Wanted, described_from, number_of
from telads.web.pages.home import present as home
from telads.web.plans.forms import won_of

EXAMPLES = ((7, 0.4), (5, 0.35), (11, 0.5))
"""Example prices (in thousands of a currency of small units) and ceilings of three platforms."""
ROWS = 3
"""Platforms that the form always has room for."""
LONGEST_TICKS = 4000
WIDEST = 50
"""The axis of budgets ends at most at so many times the budget."""
SHOWN: dict[str, Text] = {
    "use": Text("이용", "Use"), "spend": Text("집행액", "Spend"), "reach": Text("도달", "Reach"),
}  # fmt: skip
"""What the map may show, the default first."""
SORTS = {"name": "", "people": "-", "use": "-", "spend": "-"}
"""Columns that the list may be sorted by, with the sign of the way that comes first."""
DEFAULT_SORT = "-use"
ALL = "all"
LISTS = ("first", ALL)
"""What the list shows: the groups ticked and the first ones (`groups.FIRST`), or all of them."""


class Platform(NamedTuple):
    """A platform: its service, CPM, the share of people it can reach (None: everybody)."""

    service: str
    price: int
    ceiling: float | None
    medium: str = ""
    """Name of a medium of the catalogue; empty for a platform type alone."""
    minimum: int = 0
    cap: int | None = None

    @property
    def name(self) -> str:
        """What the plan calls it."""
        return self.medium or self.service

    @property
    def value(self) -> str:
        """Its value in the list of the form: `game`, `game:name of a medium`."""
        return f"{self.service}:{self.medium}" if self.medium else self.service

    @property
    def example(self) -> bool:
        """Whether price and ceiling are still those of an example."""
        return not self.medium and (self.price, self.ceiling) in _examples()


class Choice(NamedTuple):
    """The state of the page."""

    sentence: home.Choice
    month: Month
    districts: tuple[str, ...]
    """Places; none means all."""
    budget: int
    platforms: tuple[Platform, ...]
    ticks: tuple[Segment, ...] | None = None
    """The groups ticked; None for the first ones."""
    axis: int = 0
    """Where the axis of budgets ends."""
    fault: QuestionError | None = None
    """What was typed wrong; the default stands in its place."""
    typed: tuple[tuple[str, ...], ...] = ()
    """With a fault, the rows of platforms as typed (`COLUMNS`), for correction."""
    filled: bool = False
    """Whether a platform was exchanged for another, whose price the form has to show."""
    shown: str = next(iter(SHOWN))
    """What the map shows."""
    within: str = ""
    """The place whose neighbourhoods the map shows; empty for the whole city."""
    sort: str = DEFAULT_SORT
    """The order of the list."""
    rows: str = LISTS[0]
    """How much of the list is shown (`LISTS`)."""
    turn: str = ""
    """Groups that are ticked all, or none if all were: `F30` everywhere, `all` for every one."""

    @property
    def service(self) -> Measure:
        """The advertised service."""
        return self.sentence.service

    @property
    def key(self) -> str:
        """What ticks are of."""
        return "/".join((self.service.id, str(self.month), self.sentence.who, *self.districts))

    @property
    def query(self) -> dict[str, str | list[str]]:
        """The choice as the query of an address, without what goes without saying."""
        told: dict[str, str | list[str]] = {
            **self.sentence.query,
            "budget": self.sentence.budget if self.fault else str(self.budget),
            "month": str(self.month),
        }  # fmt: skip
        if self.districts:
            told["district"] = list(self.districts)
        if self.typed:
            told |= {
                name: [row[at] for row in self.typed]
                for at, name in enumerate(COLUMNS[:-1])
                if name in COLUMNS[:3] or any(row[at] for row in self.typed)
            }
        elif self.platforms != examples_for(self.service.id):
            told["platform"] = [one.value for one in self.platforms]
            told["price"] = [str(one.price) for one in self.platforms]
            told["ceiling"] = ["" if one.ceiling is None else percent_of(one.ceiling)
                               for one in self.platforms]  # fmt: skip
            if any(one.minimum or one.cap is not None for one in self.platforms):
                told["least"] = [str(one.minimum or "") for one in self.platforms]
                told["most"] = ["" if one.cap is None else str(one.cap) for one in self.platforms]
        if self.ticks is not None:
            told["tick"] = packed(self.ticks)
        if self.turn:
            told["turn"] = self.turn
        return told | self.looks

    @property
    def looks(self) -> dict[str, str]:
        """How it is looked at, as far as that is not as at first."""
        every = {"show": (self.shown, next(iter(SHOWN))), "within": (self.within, ""),
                 "sort": (self.sort, DEFAULT_SORT), "rows": (self.rows, LISTS[0])}  # fmt: skip
        return {name: own for name, (own, default) in every.items() if own != default}

    @property
    def described(self) -> Described:
        """The people of the sentence, as the audience page describes them."""
        _, sex, age = self.sentence.filters
        wanted = Wanted(
            sex=(str(sex),) if sex else (), age=(str(age),) if age else (),
            district=self.districts,
        )  # fmt: skip
        return Described((wanted, Wanted(), Wanted()))

    def brief(self, lang: Lang, rules: Rules | None = None) -> Brief:
        """The brief of a plan, by default for all people of the sentence."""
        asked = rules or self.described.rules()
        named = Text(f"{self.service.text.ko} 캠페인", f"{self.service.text.en} campaign")
        return read_brief({
            "name": named(lang),
            "month": str(self.month), "audience": asked.document(), "service": self.service.id,
            "budget": self.budget,
            "platforms": [
                {"service": one.service, "price": one.price, "ceiling": one.ceiling,
                 "name": one.name, "minimum": one.minimum, "cap": one.cap}
                for one in self.platforms
            ],
        })  # fmt: skip


def _examples() -> list[tuple[int, float]]:
    small = in_force().currency.small
    return [(price * (1000 if small else 1), ceiling) for price, ceiling in EXAMPLES]


def examples_for(service: str) -> tuple[Platform, ...]:
    """The dataset's example platforms, then its other services, at example prices."""
    others = dict.fromkeys((*in_force().example.platforms, *in_force().service_ids))
    known = [one for one in others if one != service]
    return tuple(Platform(one, *told) for one, told in zip(known, _examples(), strict=False))


def of_catalogue(media: Media, service: str) -> tuple[Platform, ...]:
    """The first media that can advertise a service, at their own prices."""
    others = [one for one in media.values() if one.service != service]
    return tuple(others[:ROWS])


def choice_of(build: Build, query: QueryDict, lang: Lang, media: Media | None = None) -> Choice:
    """The choice of an address or form; raises `UnknownChoice` for unknown places and months.

    Platforms are by default those of the catalogue, if any, else examples.
    """
    sentence = home.choice_of(build, query, lang)
    month = month_of(build, query.get("month") or None)
    asked = [name for name in query.getlist("district") if name.strip()]
    found = {district_of(build, name) for name in asked}
    districts = tuple(name for name in _districts() if name in found)
    fault: QuestionError | None = None
    known = media or {}
    budget, platforms = 0, (of_catalogue(known, sentence.service.id)
                            or examples_for(sentence.service.id))  # fmt: skip
    try:
        budget = _budget(query, sentence.budget)
        platforms = _platforms(query, sentence.service.id, known) or platforms
    except QuestionError as error:
        fault = error
    budget = budget or int(won_of("budget", home.first_budget("ko")))
    shown, within, sort, rows = _looks(build, query)
    choice = Choice(sentence, month, districts, budget, platforms, None, 0, fault,
                    shown=shown, within=within, sort=sort, rows=rows)  # fmt: skip
    return choice._replace(
        sentence=sentence._replace(
            budget=sentence.budget if fault else amount_text(budget, lang),
            filters=sentence.filters._replace(district=None),
        ),
        ticks=_ticks(build, query, choice), turn=_turn(query), axis=_axis(query, budget),
        typed=_typed(query) if fault else (),
        filled=any(row[0] != row[-1] for row in _typed(query)) and "named" in query,
    )  # fmt: skip


def _looks(build: Build, query: QueryDict) -> tuple[str, str, str, str]:
    """What the map shows, of which place, the list's order and length; raises `UnknownChoice`."""
    within = query.get("within", "").strip()
    ways = {f"{sign}{name}" for name in SORTS for sign in ("", "-")}
    return (
        listed(Text("지도", "map"), query.get("show") or next(iter(SHOWN)), set(SHOWN)),
        district_of(build, within) if within else "",
        listed(Text("정렬", "order"), query.get("sort") or DEFAULT_SORT, ways),
        listed(Text("목록", "list"), query.get("rows") or LISTS[0], set(LISTS)),
    )


def _budget(query: QueryDict, typed: str) -> int:
    """The budget: where the slider was moved (`at`, from `was`), else as typed."""
    at, was = query.get("at", ""), query.get("was", "")
    if at and was and number_of("at", at) != number_of("was", was):
        axis = number_of("axis", query.get("axis") or was)
        step = max(1, step_of(axis))
        return max(step, round(number_of("at", at) / step) * step)
    budget = round(won_of("budget", typed))
    if budget < 1:
        raise QuestionError(
            Text("예산이 0보다 크지 않습니다.", "The budget is not above 0."),
            Text("0보다 큰 금액을 적어 주세요.", "Write an amount above 0."),
            rule="budget", value=typed,
        )  # fmt: skip
    return budget


def step_of(axis: float) -> int:
    """Steps of the slider: a round hundredth of its axis."""
    return int(10 ** floor(log10(max(axis / 50, 1))))


def _axis(query: QueryDict, budget: int) -> int:
    """Where the axis ends: where it did, as long as that suits the budget."""
    typed = query.get("axis", "")
    axis = int(typed) if typed.isdecimal() and len(typed) < 16 else 0
    return axis if budget <= axis <= WIDEST * budget else 2 * budget


Media = Mapping[str, Platform]
"""Platforms of the media catalogue by their value in the form."""
COLUMNS = ("platform", "price", "ceiling", "least", "most", "named")
"""Fields of a platform; `named` is what the row was when the form was made."""


def _typed(query: QueryDict) -> tuple[tuple[str, ...], ...]:
    """The rows of platforms as they were sent."""
    lists = (query.getlist(name)[: MOST_PLATFORMS + 1] for name in COLUMNS)
    return tuple(zip_longest(*lists, fillvalue=""))


def _platforms(query: QueryDict, advertised: str, media: Media) -> tuple[Platform, ...]:
    """The platforms typed; an advertised one is replaced by another service.

    One that was just chosen from the catalogue, or has no price, comes at the catalogue's.
    """
    rows = _typed(query)
    known, taken = in_force().service_ids, {row[0].partition(":")[0] for row in rows}
    found: list[Platform] = []
    for value, price, ceiling, least, most, was in rows:
        service, _, medium = value.partition(":")
        if not service:
            continue
        exchanged = "named" in query and value != was
        if value in media and service != advertised and (exchanged or not price.strip()):
            found.append(media[value])
            continue
        if service == advertised:
            spare = [one for one in known if one not in taken and one != advertised]
            if not spare:
                continue
            taken.add(spare[0])
            service, medium = spare[0], ""
        if service not in known:
            raise one_of(Text("매체", "platform"), service, known)
        limits = ("", "") if exchanged or not medium else (least, most)
        minimum, cap = (round(won_of(name, text)) if text.strip() else None
                        for name, text in zip(("least", "most"), limits, strict=True))  # fmt: skip
        found.append(Platform(service, round(won_of("price", price)), _share(ceiling), medium,
                              minimum or 0, cap))  # fmt: skip
    return tuple(found)


def _share(typed: str) -> float | None:
    """A share typed in percent, with or without its sign; None if empty."""
    bare = typed.strip().removesuffix("%").strip()
    if not bare:
        return None
    share = round(number_of("ceiling", bare) / 100, 6)
    if not LEAST_CEILING <= share <= 1:
        raise QuestionError(
            Text("도달 상한이 0.1%에서 100% 사이가 아닙니다.",
                 "The ceiling of reach is not between 0.1% and 100%."),
            Text("40처럼 적거나 비워 주세요.", "Write it like 40, or leave it empty."),
            rule="ceiling", value=typed,
        )  # fmt: skip
    return share


def percent_of(share: float) -> str:
    """A share as the form has it: `40`."""
    return f"{share * 100:g}"


# Ticks: a group is the number of its place among all of the dataset. --------------------------


def _districts() -> list[str]:
    return [name.ko for name in in_force().districts.values()]


@of_dataset
def places_of() -> dict[Segment, int]:
    """The number of each possible group."""
    every = product(_districts(), Sex, in_force().ages)
    return {Segment(*one): place for place, one in enumerate(every)}


def packed(ticks: Iterable[Segment]) -> str:
    """Groups as numbers and ranges: `0-11.15`; `none` for none."""
    known = places_of()
    runs: list[list[int]] = []
    for place in sorted(known[one] for one in ticks):
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return ".".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs) or "none"


def _unpacked(texts: Sequence[str]) -> set[int]:
    """The numbers of ticks; raises `UnknownChoice`."""
    last = len(places_of()) - 1
    found: set[int] = set()
    for part in ".".join(texts)[:LONGEST_TICKS].split("."):
        if part in {"", "none"}:
            continue
        first, _, end = part.partition("-")
        if not (first.isdecimal() and (end or first).isdecimal() and len(part) < 16) or not (
            int(first) <= int(end or first) <= last
        ):
            raise one_of(Text("집단 번호", "number of a group"), part, [f"0-{last}"])
        found.update(range(int(first), int(end or first) + 1))
    return found


def _ticks(build: Build, query: QueryDict, choice: Choice) -> tuple[Segment, ...] | None:
    """The groups ticked, of those that the sentence allows; None for the first ones."""
    texts = query.getlist("tick")
    if query.get("for", choice.key) != choice.key or not (texts or "for" in query):
        return None
    numbers = _unpacked(texts)
    allowed = set(groups_of(build, choice))
    return tuple(one for one, place in places_of().items() if place in numbers and one in allowed)


def _turn(query: QueryDict) -> str:
    """The groups to turn: raises `UnknownChoice`."""
    asked = query.get("turn", "")
    known = [ALL, *(f"{sex}{age}" for sex in Sex for age in in_force().ages)]
    if asked and asked not in known:
        raise one_of(Text("집단", "group"), asked, known)
    return asked


def turned(every: Iterable[Segment], ticked: frozenset[Segment], turn: str) -> frozenset[Segment]:
    """The groups ticked after those of `turn` are: all of them, or none if all were."""
    own = {one for one in every if turn in {ALL, f"{one.sex}{one.age}"}}
    return ticked - own if own <= ticked else ticked | own


def segments_of(build: Build, month: Month, sex: Sex | None, age: int | None) -> list[Segment]:
    """The segments that a month shows, of a sex and an age or of all."""
    rows = of_month(build, "segments", month).select("district", "sex", "age").rows()
    return [
        Segment(place, Sex(who), years)
        for place, who, years in rows
        if (not sex or who == sex) and (not age or years == age)
    ]


def groups_of(build: Build, choice: Choice) -> list[Segment]:
    """The groups that the sentence allows and the month shows."""
    _, sex, age = choice.sentence.filters
    return [one for one in segments_of(build, choice.month, sex, age)
            if not choice.districts or one.district in choice.districts]  # fmt: skip


def renewed(choice: Choice, query: QueryDict) -> bool:
    """Whether the figures of places are others than when the form was made (`for`)."""
    told = query.get("for", "")
    return bool(told) and told.split("/")[:3] != choice.key.split("/")[:3]


class Groups(NamedTuple):
    """The groups that are ticked at first, those that are now, and the rules of these."""

    first: frozenset[Segment]
    ticked: frozenset[Segment]
    rules: Rules


def chosen(build: Build, choice: Choice, lang: Lang) -> Groups:
    """The groups of a choice; raises what `make_plan` raises."""
    rules = fewest(build, choice.brief(lang))
    first = frozenset(segments_in(audience(build, rules, choice.month).segments))
    ticked = first if choice.ticks is None else frozenset(choice.ticks)
    if choice.turn:
        ticked = turned(groups_of(build, choice), ticked, choice.turn)
    return Groups(first, ticked, rules if ticked == first else Rules(include=tuple(sorted(ticked))))


# Addresses. -----------------------------------------------------------------------------------


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return f"{reverse('campaign')}?{urlencode(choice.query, doseq=True)}"


def plan_address(choice: Choice) -> str:
    """Where the choice becomes a plan to be saved."""
    return reverse("plan-new", query={"from": "campaign", **choice.query})


def deck_address(choice: Choice) -> str:
    """The deck of the plan that the choice makes."""
    return reverse("campaign-deck", query=choice.query)


def scenarios_address(choice: Choice) -> str:
    """The page of scenarios that begins with this choice."""
    return reverse("campaign-scenarios", query={"a": urlencode(choice.query, doseq=True)})


def save_address(choice: Choice) -> str:
    """Where the ticked groups become a saved audience."""
    return reverse("audience-new", query={"from": "campaign", **choice.query})


def audience_address(choice: Choice, rules: Rules) -> str:
    """The groups on the audience page; empty if its fields cannot express them."""
    described = described_from(rules)
    if described is None:
        return ""
    return reverse("audiences", query={"month": str(choice.month), **described.query()})


def amount_text(amount: int, lang: Lang) -> str:
    """An amount exactly as one says it and the form reads it: `5,000만 원`, `50 million won`."""
    return in_force().currency.amount(amount)(lang)


def selects(build: Build, choice: Choice, lang: Lang) -> dict[str, Select]:
    """The lists of the brief."""
    services = [(id, in_force().measures[id].text) for id in build.about["services"]]
    return {
        "service": select("service", Text("서비스", "Service"), services, choice.service.id, lang),
        "month": month_select(build, choice.month, lang),
    }
