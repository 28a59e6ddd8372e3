"""The questions as people ask them: choices as typed, without a month of the newest one."""

from __future__ import annotations

from functools import partial

from telads.answers.answer import Answer
from telads.answers.questions import QUESTIONS, Question


def asked(question: Question, of: object, *given: object, **named: object) -> Answer:
    """The answer to a question, with its parameters in order or by name."""
    names = [one.name for one in question.parameters][: len(given)]
    return question.ask(of, **dict(zip(names, given, strict=True)), **named)


services = partial(asked, QUESTIONS["services"])
history = partial(asked, QUESTIONS["history"])
trends = partial(asked, QUESTIONS["trends"])
signals = partial(asked, QUESTIONS["signals"])
targets = partial(asked, QUESTIONS["targets"])
platforms = partial(asked, QUESTIONS["platforms"])
alike = partial(asked, QUESTIONS["alike"])
lookalike = partial(asked, QUESTIONS["lookalike"])
changes = partial(asked, QUESTIONS["changes"])
segments = partial(asked, QUESTIONS["segments"])
movements = partial(asked, QUESTIONS["movements"])
comparison = partial(asked, QUESTIONS["comparison"])
by_district = partial(asked, QUESTIONS["people"])
evaluation = partial(asked, QUESTIONS["evaluate"])
