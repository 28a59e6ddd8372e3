"""The customer page: a group of people, and the services to advertise to them."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.advertisers import lookalike
from telads.answers.audience import has_range
from telads.answers.changes import trends
from telads.answers.customers import LEAST_FORETOLD, services, signals
from telads.answers.questions import METHODS
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.file_responses import links
from telads.web.formatting import affinity_scale
from telads.web.htmx import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.customers import forms, present
from telads.web.pages.customers.files import FILES
from telads.web.pages.embed.views import code_address
from telads.web.sorting import Sorting, values_of_rows
from telads.web.trust import Trusted
from telads.wording import segment_name


@require_safe
@cached_by_build
def customers(request: HttpRequest) -> HttpResponse:
    """`/customers/?district=강남구&sex=F&age=30&month=2023-06`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET)
    answer = services(build, *choice.segment, choice.month, choice.method)
    context = signals(build, *choice.segment, choice.month)
    alike = lookalike(build, *choice.segment, choice.month)
    ordered, signals_ordered = (
        Sorting(request, one.question, values_of_rows(one, lang), "rank").exchanging()
        for one in (answer, context)
    )
    facts = {
        "choice": choice,
        "has_range": has_range(build, choice.month),
        "name": segment_name(*choice.segment, lang),
        "selects": forms.selects(build, choice, lang),
        "advanced": forms.advanced(choice, lang),
        "answer": answer,
        "columns": present.service_columns(answer, lang),
        "rows": ordered.rows(present.service_rows(answer, choice, lang)),
        "order": ordered,
        "trust": Trusted(answer, lang, build),
        "scale": affinity_scale(row["affinity"] for row in answer.records),
        "trends": present.trends_of(trends(build, *choice.segment), build, lang),
        "least_foretold": LEAST_FORETOLD,
        "signals": context,
        "signal_columns": present.signal_columns(context, lang),
        "signal_rows": signals_ordered.rows(present.signal_rows(context, lang)),
        "signals_order": signals_ordered,
        "signals_trust": Trusted(context, lang, build),
        "embed": choice.method == METHODS[0] and code_address("ranking", forms.query_of(choice)),
        **links(FILES, partial(forms.file_address, choice), lang),
        "neighbours": present.neighbours(alike, choice, lang),
    }
    address = forms.customer_address(choice.segment, choice.month, choice.method)
    facts["result"] = rendered("customers/answer.html.j2", facts)
    return page_or_result(request, "customers", facts, address)
