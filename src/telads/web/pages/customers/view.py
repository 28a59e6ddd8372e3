"""The customer page: a group of people, and what to advertise to them."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.audience import has_range
from telads.answers.lookalike import lookalike
from telads.answers.services import LEAST_FORETOLD, services
from telads.answers.signals import signals
from telads.answers.trends import trends
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.downloads import links
from telads.web.fragments import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.customers import form, rows
from telads.web.pages.customers.files import FILES
from telads.web.written import affinity_scale
from telads.wording import segment_name


@require_safe
@cached_by_build
def customers(request: HttpRequest) -> HttpResponse:
    """`/customers/?district=강남구&sex=F&age=30&month=2023-06`."""
    build, lang = current.build(request), current.language(request)
    choice = form.choice_of(build, request.GET)
    answer = services(build, *choice.segment, choice.month, choice.method)
    context = signals(build, *choice.segment, choice.month)
    alike = lookalike(build, *choice.segment, choice.month)
    facts = {
        "choice": choice,
        "has_range": has_range(build, choice.month),
        "name": segment_name(*choice.segment, lang),
        "selects": form.selects(build, choice, lang),
        "advanced": form.advanced(choice, lang),
        "answer": answer,
        "columns": rows.service_columns(answer, lang),
        "rows": rows.service_rows(answer, choice, lang),
        "scale": affinity_scale(answer.rows["affinity"]),
        "trends": rows.trends_of(trends(build, *choice.segment), build, lang),
        "least_foretold": LEAST_FORETOLD,
        "signals": context,
        "signal_columns": rows.signal_columns(context, lang),
        "signal_rows": rows.signal_rows(context, lang),
        **links(FILES, partial(form.file_address, choice), lang),
        "neighbours": rows.neighbours(alike, choice, lang),
    }
    address = form.customer_address(choice.segment, choice.month, choice.method)
    facts["result"] = rendered("customers/answer.html.j2", facts)
    return page_or_result(request, "customers", facts, address)
