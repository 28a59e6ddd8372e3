"""The audience page: people by rules, their number and profile, and overlaps of two audiences."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from telads.answers.audience import has_range
from telads.errors import AudienceTooSmall, IndexRefused, QuestionError
from telads.planning.audience import Difference, audience, differences
from telads.planning.questions import audience_answer, overlap_answer
from telads.store.workspace import Build
from telads.text import Lang
from telads.web import request_state
from telads.web.audiences.present import compared
from telads.web.cache import cached_by_build
from telads.web.components import month_select, see
from telads.web.htmx import page_or_result
from telads.web.pages.audiences import forms
from telads.web.pages.audiences.forms import SECOND, Described
from telads.web.pages.audiences.present import shown


@require_safe
@cached_by_build
def audiences(request: HttpRequest) -> HttpResponse:
    """`/audiences/?service=delivery&by=index&least=110&age=20&age=30&sex2=F`."""
    build, lang = request_state.build(request), request_state.language(request)
    asked: QueryDict = request.GET
    fault = None
    if any(request.GET.get(f"{forms.WORDS}{which}", "").strip() for which in ("", SECOND)):
        try:
            asked = forms.with_words(build, request.GET)
            return _as_fields(request, forms.address_of(forms.choice_of(build, asked)))
        except QuestionError as error:
            fault = _told(error, lang)
    choice = forms.choice_of(build, asked)
    facts: dict[str, Any] = {
        "choice": choice,
        "month": month_select(build, choice.month, lang),
        "first": forms.form_of(build, choice.first, "", lang),
        "second": forms.form_of(build, choice.second or Described(), SECOND, lang),
        "plan_address": forms.plan_address(choice),
        "save_address": reverse("audience-new", query=choice.first.query()),
        "unchanged_address": forms.unchanged_address(choice),
        **({"refused": fault} if fault else _found(build, choice, lang)),
    }
    count = None if "refused" in facts else facts["answers"][0].answer.facts["population"]
    facts["see"] = see(count, lang)
    return page_or_result(request, "audiences", facts, forms.address_of(choice))


def _as_fields(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to the address in which what was written in a line are fields of their own."""
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=204)
        answer.headers["HX-Redirect"] = f"{address}#result"
        return answer
    return redirect(f"{address}#result")


def _found(build: Build, choice: forms.Choice, lang: Lang) -> dict[str, Any]:
    """The answers, or the error shown in their place beside the unchanged form."""
    try:
        rows: tuple[Difference, ...] = ()
        first = choice.first.rules()
        answers = [audience_answer(build, first, choice.month)]
        overlap = None
        if choice.second:
            second = choice.second.rules()
            answers.append(audience_answer(build, second, choice.month))
            overlap = overlap_answer(build, first, second, choice.month)
            one, other = (audience(build, rules, choice.month) for rules in (first, second))
            rows = differences(build, one.segments, other.segments, choice.month)
    except (AudienceTooSmall, IndexRefused) as error:
        return {"refused": _told(error, lang)}
    return {
        "answers": shown(build, answers, lang),
        "overlap": overlap,
        **compared(rows),
        "has_range": has_range(build, choice.month),
    }


def _told(error: QuestionError, lang: Lang) -> dict[str, str]:
    return {"message": error.message(lang), "advice": error.advice(lang) if error.advice else ""}
