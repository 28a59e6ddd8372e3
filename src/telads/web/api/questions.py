"""Addresses of the questions, made from their declarations."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema

from telads.answers.inventory import status
from telads.answers.parameters import LANG, LIMIT, OFFSET
from telads.answers.questions import Question
from telads.web import request_state
from telads.web.api.answering import answered, document, sent
from telads.web.api.operations import Operation, View, operation
from telads.web.api.parameters import asked_of

OF_A_WORKSPACE = {"status"}
"""Questions about the workspace: they have an answer before the first build."""
AROUND = {LANG.name, LIMIT.name, OFFSET.name}
"""Parameters of the response's form, not of the question."""


def view_of(question: Question) -> View:
    """The view of a question's address."""

    def view(request: HttpRequest, asked: Schema) -> HttpResponseBase:
        given = asked.model_dump(exclude=AROUND)
        if question.id in OF_A_WORKSPACE:
            return sent(
                request,
                asked,
                lambda lang: document(
                    request,
                    asked,
                    status(request_state.workspace(), request_state.settings()),
                    lang,
                ),
            )
        return answered(request, asked, lambda build: question.ask(build, **given))

    view.__name__ = question.id
    return view


def described(question: Question) -> Operation:
    """The operation of a question."""
    assert question.summary is not None
    return Operation(
        question.id,
        question.summary,
        question.query,
        answers=(question.id,),
        not_found=bool(question.parameters),
        sums=question.sums,
    )


def routed(questions: tuple[Question, ...]) -> Router:
    """A router with the addresses of questions."""
    router = Router()
    for one in questions:
        if one.summary:
            operation(router, f"/{one.id}", described(one), asked_of(one), view_of(one))
    return router
