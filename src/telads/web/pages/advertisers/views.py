"""The advertiser page: targets of a service, and platforms for its advert."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers import places
from telads.answers.advertisers import of_targets, targets
from telads.answers.answer import Answer
from telads.answers.audience import has_range
from telads.answers.choices import ROWS, Filters
from telads.answers.pictures import PLACE_COLUMNS
from telads.answers.questions import METHODS
from telads.answers.sentences import of_groups, of_pattern
from telads.answers.tables import districts, held
from telads.model import Month, Sex
from telads.render.svg import neighbourhoods
from telads.render.svg import targets as targets_map
from telads.render.svg.drawing import Drawing
from telads.render.svg.theme import PAGE, SITE
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.cache import HTMX, cached_by_build
from telads.web.components import see
from telads.web.file_responses import links
from telads.web.formatting import affinity_scale
from telads.web.htmx import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.advertisers import forms, present
from telads.web.pages.advertisers.files import FILES
from telads.web.pages.alike.forms import alike_address
from telads.web.pages.embed.views import LIST, code_address
from telads.web.sorting import Sorting, values_of_rows
from telads.web.trust import Trusted
from telads.wording import observed


@require_safe
@cached_by_build(headers=(*HTMX, "HX-Trigger"))  # a group of the matrix sets the form as well
def advertisers(request: HttpRequest) -> HttpResponse:
    """`/advertisers/?service=delivery&by=excess&top=20&sex=F`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET)
    found = targets(build, **forms.asked(choice))
    everybody = forms.everybody(choice)
    by_group = _by_group(
        build, choice.month, choice.service.id, everybody.by, everybody.filters.district
    )
    of_districts = choice.level == "district"
    maps = [
        targets_map.draw(
            found.rows, service=choice.service, lang=lang, narrow=narrow,
            window=observed(choice.month.window, lang), synthetic=found.synthetic,
        )
        for narrow in (False, True)
    ] if of_districts else []  # fmt: skip
    located = len(maps[0].rows) if maps else 0
    reached = len({row["district"] for row in maps[0].rows}) if maps else 0
    runs_on = of_targets(build, found, forms.runs_on(choice)) if of_districts else None
    order = Sorting(
        request, found.question, values_of_rows(found, lang, target=attrgetter("name")), "rank"
    ).exchanging()
    trust = Trusted(found, lang, build)
    place_maps = _place_maps(build, choice, lang)
    facts = {
        "choice": choice,
        "order": order,
        "trust": trust,
        "platform_trust": runs_on and Trusted(runs_on, lang, build),
        "has_range": has_range(build, choice.month),
        "selects": forms.selects(build, choice, lang),
        "chosen_in_matrix": bool(request.headers.get("HX-Trigger")),
        "orders": forms.orders(choice, lang),
        "why_one_order": forms.why_one_order(choice, lang),
        "advanced": forms.advanced(choice, lang),
        "matrix": present.matrix(by_group, choice, lang),
        "sexes": [sex.text for sex in Sex],
        "variance": by_group.sentences[-1] if by_group.records else None,
        "answer": found,
        "see": see(cast("float", found.facts["population"]) if found.records else None, lang),
        "columns": present.target_columns(found, choice, lang),
        "rows": order.rows(present.target_rows(build, found, runs_on, choice, lang)),
        "together": present.together(found, choice, lang),
        "told": next(iter(of_groups(found.records)), None),
        "runs_on": forms.runs_on(choice),
        "scale": affinity_scale(row.get("affinity_high", row["affinity"]) for row in found.records),
        "places": _places(build, choice, lang),
        "pattern": _pattern(build, choice),
        "places_address": forms.address_of(forms.of_places(choice, *choice.filters)),
        "maps": [one.paint(SITE) for one in maps],
        "place_maps": [one.paint(PAGE) for one in place_maps],
        "whole_city": choice.filters.district
        and forms.address_of(forms.of_places(choice, None, *choice.filters[1:])),
        "elsewhere": len(found.records) - located,
        "extent": present.extent(len(found.records), reached),
        "embed": code_address(LIST, forms.query_of(choice)),
        "embed_map": (maps or place_maps)
        and choice.method == METHODS[0]
        and code_address("targets" if maps else "neighbourhoods", forms.query_of(choice)),
        **links(forms.files_of(choice, FILES), partial(forms.file_address, choice), lang),
    }
    facts["result"] = rendered("advertisers/answer.html.j2", facts)
    return page_or_result(request, "advertisers", facts, forms.address_of(choice))


@held
def _by_group(build: Build, month: Month, service: str, by: str, district: str | None) -> Answer:
    """The twelve groups that the page opens with, which many choices share."""
    return targets(build, service, by, ROWS[1], month, district=district, level="group")


def _pattern(build: Build, choice: forms.Choice) -> Text | None:
    """Note that the neighbourhoods' differences are another month's."""
    origin = build.patterns(choice.month).get(choice.service.id)
    return of_pattern(origin) if origin else None


def _places(build: Build, choice: forms.Choice, lang: Lang) -> list[present.Place]:
    """The first neighbourhoods of the group that is chosen, below its districts."""
    _, sex, age = choice.filters
    if choice.level != "district" or choice.method != METHODS[0] or sex is None or age is None:
        return []
    asked = forms.of_places(choice, *choice.filters)._replace(top=forms.DEFAULT_TOP)
    return present.places(targets(build, **forms.asked(asked)), choice, lang)


def _place_maps(build: Build, choice: forms.Choice, lang: Lang) -> tuple[Drawing, ...]:
    """The map of the neighbourhoods, wide and narrow; none without borders.

    Of everybody or of one sex and age, a figure for each neighbourhood: there is no map of several.
    """
    file, (district, sex, age) = places.borders(build), choice.filters
    one_group = sex is not None and age is not None
    wanted = one_group if choice.level == "district" else not (sex or age) or one_group
    if file is None or choice.method != METHODS[0] or choice.level == "group" or not wanted:
        return ()
    frame = places.of_filters(build, choice.month, choice.service.id, Filters(None, sex, age))
    if district:
        inside = places.of_filters(build, choice.month, choice.service.id, choice.filters)["code"]
        links = {code: alike_address(code, choice, sex, age) for code in inside}
    else:
        links = {
            name: forms.address_of(forms.of_places(choice, name, sex, age))
            for name in districts(build)
        }
    return neighbourhoods.layouts(
        frame[list(PLACE_COLUMNS)], service=choice.service, file=file, lang=lang,
        window=observed(choice.month.window, lang), synthetic=build.synthetic, district=district,
        links=links,
    )  # fmt: skip
