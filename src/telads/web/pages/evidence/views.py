"""The evidence page: the backtest, the classic method beside it, and the known limits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.choices import HORIZONS, horizon_of
from telads.answers.evaluation import (
    MOVEMENTS,
    PLATFORMS,
    SERVICES,
    WORTH,
    comparison,
    evaluation,
)
from telads.answers.sentences import of_forecasts
from telads.errors import QuestionError, UnknownChoice
from telads.method.segments import REPEATS
from telads.render.files import DESCRIPTION, description, marked, provenance
from telads.text import Lang
from telads.web import charts, request_state
from telads.web.cache import cached_by_build
from telads.web.file_responses import saved
from telads.web.pages.evidence.present import (
    CITY,
    CLASSIC,
    OWN,
    held,
    in_layers,
    leads,
    panels,
    value_in,
)

TABLE, DESCRIBED = ".csv", f".csv{DESCRIPTION}"
PROMISED = {
    MOVEMENTS: ("own_keeps_sign",),
    WORTH: ("association_gain", "association_gain_p90", "use_gain", "orders_agree"),
}
"""Figures of the page without a panel, by part of the evaluation."""
ALIKE = 0.02
"""Difference of Kendall's tau below which orders count as about equally good."""


@require_safe
@cached_by_build
def evidence(request: HttpRequest) -> HttpResponse:
    """`/evidence/?horizon=3`; computed on first request, and stored."""
    build, lang = request_state.build(request), request_state.language(request)
    horizon = _horizon(request)
    judged = build.forecast(build.months[-1])
    shown: dict[str, Any] = {
        "forecasts": of_forecasts(judged),
        "as_it_was": not build.about["forecast_phi"] and (not judged or judged["taken"] == "last"),
        "comparison": comparison(build, build.months[-1]),
        "horizons": HORIZONS,
        "horizon": horizon,
        "too_few": None,
    }
    try:
        shown |= _evaluated(evaluation(request_state.workspace(), horizon, build), lang)
    except UnknownChoice:
        raise
    except QuestionError as error:
        # Too few months to evaluate is a state of the data, not an invalid request.
        shown["too_few"] = {"message": error.message(lang),
                            "advice": error.advice and error.advice(lang)}  # fmt: skip
    return render(request, "evidence/evidence.html", shown)


@require_safe
@cached_by_build
def evidence_file(request: HttpRequest, kind: str) -> HttpResponse:
    """`/evidence/evaluation.csv?horizon=1`: all figures of the evaluation, or their description."""
    build, horizon = request_state.build(request), _horizon(request)
    answer = evaluation(request_state.workspace(), horizon, build)
    stem = f"telads-evaluation-{horizon}-{answer.build}"
    if kind == TABLE:
        return saved(request, charts.csv(answer.rows, answer.synthetic), stem + kind)
    about = {**provenance(build, "evaluation", None), "horizon": horizon}
    told = description(stem + TABLE, marked(answer.rows, answer.synthetic), about)
    return saved(request, told, stem + kind)


def _horizon(request: HttpRequest) -> int:
    """The months ahead in the address; raises `UnknownChoice`."""
    return horizon_of(request.GET.get("horizon") or HORIZONS[0])


def _evaluated(answer: Answer, lang: Lang) -> dict[str, Any]:
    """The evaluation for the template."""

    def platform(recommender: str, measure: str) -> float | None:
        return value_in(answer, PLATFORMS, recommender, measure)

    own, city = platform(OWN, "tau"), platform(CITY, "tau")
    repeats = answer.facts["repeats"]
    services = in_layers(panels(answer, SERVICES, lang))
    return {
        "evaluation": answer,
        "lead": answer.sentences[0](lang) if answer.sentences else "",
        "services": services,
        "heroes": services.open,
        "platforms": in_layers(panels(answer, PLATFORMS, lang)),
        "own_tau": own,
        "city_tau": city,
        "alike": own is not None and city is not None and own - city < ALIKE,
        "classic_tau": platform(CLASSIC, "tau"),
        "coverage": platform(OWN, "coverage"),
        "pattern": isinstance(repeats, float) and repeats >= REPEATS,
        "leads": leads(answer, lang),
        "held": held(answer, lang),
        **{
            name: value_in(answer, part, OWN, name)
            for part, names in PROMISED.items()
            for name in names
        },
    }
