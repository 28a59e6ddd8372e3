"""The audience page: who fits some rules, how many, of what kind, and how two audiences overlap."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.audience import has_range
from telads.errors import AudienceTooSmall, IndexRefused, QuestionError
from telads.language import Lang
from telads.planning.questions import audience_answer, overlap_answer
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.fragments import page_or_result
from telads.web.pages.audiences import form
from telads.web.pages.audiences.described import SECOND, Described
from telads.web.pages.audiences.shown import shown
from telads.web.selects import month_select
from telads.workspace import Build


@require_safe
@cached_by_build
def audiences(request: HttpRequest) -> HttpResponse:
    """`/audiences/?service=delivery&by=index&least=110&age=20&age=30&sex2=F`."""
    build, lang = current.build(request), current.language(request)
    choice = form.choice_of(build, request.GET)
    facts = {
        "choice": choice,
        "month": month_select(build, choice.month, lang),
        "first": form.form_of(build, choice.first, "", lang),
        "second": form.form_of(build, choice.second or Described(), SECOND, lang),
        "plan_address": form.plan_address(choice),
        "unchanged_address": form.unchanged_address(choice),
        **_found(build, choice, lang),
    }
    return page_or_result(request, "audiences", facts, form.address_of(choice))


def _found(build: Build, choice: form.Choice, lang: Lang) -> dict[str, Any]:
    """The answers; or why there are none, which stands in their place: the form stays as it is."""
    try:
        first = choice.first.rules()
        answers = [audience_answer(build, first, choice.month)]
        overlap = None
        if choice.second:
            second = choice.second.rules()
            answers.append(audience_answer(build, second, choice.month))
            overlap = overlap_answer(build, first, second, choice.month)
    except (AudienceTooSmall, IndexRefused) as error:
        return {"refused": _told(error, lang)}
    return {
        "answers": shown(answers, lang),
        "overlap": overlap,
        "has_range": has_range(build, choice.month),
    }


def _told(error: QuestionError, lang: Lang) -> dict[str, str]:
    return {"message": error.message(lang), "advice": error.advice(lang) if error.advice else ""}
