"""The advertiser page: a service, whom to address with its advert, and where to run it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.audience import has_range
from telads.answers.platforms import of_targets
from telads.answers.targets import targets
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.downloads import links
from telads.web.fragments import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.advertisers import form, rows
from telads.web.pages.advertisers.files import FILES
from telads.web.svg import outlines, target_map
from telads.web.written import affinity_scale


@require_safe
@cached_by_build
def advertisers(request: HttpRequest) -> HttpResponse:
    """`/advertisers/?service=delivery&by=excess&top=20&sex=F`."""
    build, lang = current.build(request), current.language(request)
    choice = form.choice_of(build, request.GET)
    found = targets(build, **form.asked(choice))
    where = target_map(found.records)
    facts = {
        "choice": choice,
        "has_range": has_range(build, choice.month),
        "selects": form.selects(build, choice, lang),
        "orders": form.orders(choice, lang),
        "why_one_order": form.why_one_order(choice, lang),
        "advanced": form.advanced(choice, lang),
        "answer": found,
        "columns": rows.target_columns(found, choice, lang),
        "rows": rows.target_rows(
            found, of_targets(build, found, form.runs_on(choice)), choice, lang
        ),
        "runs_on": form.runs_on(choice),
        "scale": affinity_scale(found.rows["affinity"]),
        "map": where,
        "extent": rows.extent(found.rows.height, where.reached),
        "outlines": outlines(),
        **links(FILES, partial(form.file_address, choice), lang),
    }
    facts["result"] = rendered("advertisers/answer.html.j2", facts)
    return page_or_result(request, "advertisers", facts, form.address_of(choice))
