"""The advertiser page: targets of a service, and platforms for its advert."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.advertisers import of_targets, targets
from telads.answers.audience import has_range
from telads.render.svg import targets as targets_map
from telads.render.svg.theme import SITE
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.file_responses import links
from telads.web.formatting import affinity_scale
from telads.web.htmx import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.advertisers import forms, present
from telads.web.pages.advertisers.files import FILES
from telads.wording import observed


@require_safe
@cached_by_build
def advertisers(request: HttpRequest) -> HttpResponse:
    """`/advertisers/?service=delivery&by=excess&top=20&sex=F`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET)
    found = targets(build, **forms.asked(choice))
    maps = [
        targets_map.draw(
            found.rows, service=choice.service, lang=lang, narrow=narrow,
            window=observed(choice.month.window, lang), synthetic=found.synthetic,
        )
        for narrow in (False, True)
    ]  # fmt: skip
    reached = len({row["district"] for row in maps[0].rows})
    facts = {
        "choice": choice,
        "has_range": has_range(build, choice.month),
        "selects": forms.selects(build, choice, lang),
        "orders": forms.orders(choice, lang),
        "why_one_order": forms.why_one_order(choice, lang),
        "advanced": forms.advanced(choice, lang),
        "answer": found,
        "columns": present.target_columns(found, choice, lang),
        "rows": present.target_rows(
            found, of_targets(build, found, forms.runs_on(choice)), choice, lang
        ),
        "runs_on": forms.runs_on(choice),
        "scale": affinity_scale(found.rows["affinity"]),
        "maps": [one.paint(SITE) for one in maps],
        "elsewhere": found.rows.height - len(maps[0].rows),
        "extent": present.extent(found.rows.height, reached),
        **links(FILES, partial(forms.file_address, choice), lang),
    }
    facts["result"] = rendered("advertisers/answer.html.j2", facts)
    return page_or_result(request, "advertisers", facts, forms.address_of(choice))
