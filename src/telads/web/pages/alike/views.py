"""The page of similar neighbourhoods: which use services like one of them."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.places import alike as similar
from telads.answers.sentences import of_patterns, target_name
from telads.errors import AudienceTooSmall
from telads.store.workspace import Build
from telads.text import Lang
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.components import Column, columns_of
from telads.web.file_responses import links
from telads.web.formatting import written
from telads.web.htmx import page_or_result
from telads.web.pages.alike import forms
from telads.web.pages.alike.files import FILES
from telads.web.sorting import Sorting, values_of_rows
from telads.web.trust import Trusted
from telads.wording import group_name


class Row(NamedTuple):
    """A similar neighbourhood: its figures, their texts, and where its names lead."""

    values: dict[str, Any]
    text: dict[str, str]
    address: str
    """Of the neighbourhoods similar to this one."""
    district: str
    """Address of the neighbourhoods of its district, with their map."""


@require_safe
@cached_by_build
def alike(request: HttpRequest) -> HttpResponse:
    """`/advertisers/alike/?neighbourhood=1121069&who=F30`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET)
    facts = {
        "choice": choice,
        "name": _name(choice, lang),
        "people": group_name(choice.sex, choice.age, lang) if choice.sex and choice.age else "",
        "places": forms.places(build, choice, lang),
        "selects": forms.selects(build, choice, lang),
        "back": forms.places_address(choice, choice.place.district),
        **_found(request, build, choice, lang),
    }
    return page_or_result(request, "alike", facts, forms.address_of(choice))


def _name(choice: forms.Choice, lang: Lang) -> str:
    place = choice.place
    return target_name(
        {"district": place.district, "neighbourhood": place.name, "sex": None, "age": None}, lang
    )


def _found(request: HttpRequest, build: Build, choice: forms.Choice, lang: Lang) -> dict[str, Any]:
    """The answer, or the error shown in its place beside the unchanged form."""
    try:
        answer = similar(build, **forms.asked(choice))
    except AudienceTooSmall as error:
        return {"refused": error.message(lang), "advice": error.advice and error.advice(lang)}
    order = Sorting(request, answer.question, values_of_rows(answer, lang), "rank").exchanging()
    return {
        "answer": answer,
        "columns": _columns(answer, lang),
        "rows": order.rows([_row(answer, row, choice, lang) for row in answer.records]),
        "order": order,
        "trust": Trusted(answer, lang, build),
        "patterns": of_patterns(build.patterns(choice.month), build.about["services"]),
        "audience": forms.as_audience(choice, answer.records),
        **links(FILES, partial(forms.file_address, choice), lang),
    }


def _columns(answer: Answer, lang: Lang) -> list[Column]:
    """Columns of the table: a row is headed by the neighbourhood."""
    return columns_of(answer, lang, ("rank", "neighbourhood", "district"))


def _row(answer: Answer, row: dict[str, Any], choice: forms.Choice, lang: Lang) -> Row:
    place = choice.place._replace(
        code=row["code"], district=row["district"], name=row["neighbourhood"]
    )
    return Row(
        values=row,
        text=written(answer.question, row, lang),
        address=forms.address_of(choice._replace(place=place)),
        district=forms.places_address(choice, row["district"]),
    )
