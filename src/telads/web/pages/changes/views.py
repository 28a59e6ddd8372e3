"""The page of changes: where the use of a service changed, and whether it was the city."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.changes import changes as ask
from telads.model import Month
from telads.render.svg import changes as changes_map
from telads.render.svg.theme import SITE
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.file_responses import links
from telads.web.htmx import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.changes import forms, present
from telads.web.pages.changes.files import FILES
from telads.web.trust import Trusted
from telads.wording import observed

MAP = 540
"""Pixels that the map takes beside the table."""


@require_safe
@cached_by_build
def changes(request: HttpRequest) -> HttpResponse:
    """`/changes/?service=game&month=2023-06&against=month&district=강남구&sort=-own`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET)
    found = ask(build, **choice.asked)
    indexed = choice.service.is_index
    place = forms.any_place(build, choice, found)
    scale = changes_map.scale_of(found.records, indexed)
    maps = [
        changes_map.draw(
            found.rows, indexed=indexed, finding=found.sentences[0](lang), lang=lang,
            window=observed(choice.month.window, lang), synthetic=found.synthetic, narrow=narrow,
            chosen=place,
            href=lambda district: forms.address_of(choice._replace(district=district)), size=size,
        )
        for narrow, size in ((False, MAP), (True, None))
    ]  # fmt: skip
    compared = Month.parse(str(found.facts["compared"]))
    facts = {
        "choice": choice,
        "selects": forms.selects(build, choice, lang),
        "sentence": present.SENTENCE,
        "answer": found,
        "trust": Trusted(found, lang, build),
        "indexed": indexed,
        "hero": changes_map.told(found.facts["city_change_percent"], False),  # type: ignore[arg-type]
        "heads": present.heads(choice, choice.month, compared, lang),
        "rows": present.rows(found, choice, place, scale, lang),
        "maps": [one.paint(SITE) for one in maps],
        "steps": present.steps(build, choice, lang),
        "place": present.place_shown(build, choice, found, place, scale, lang),
        "address": forms.address_of(choice),
        **links(FILES, partial(forms.file_address, choice), lang),
    }
    facts["result"] = rendered("changes/answer.html.j2", facts)
    return page_or_result(request, "changes", facts, forms.address_of(choice))
