"""Prometheus metrics at `/metrics`, for this machine only.

    telads_requests_total{view,method,status}   responses
    telads_request_seconds{view}                response times, a histogram
    telads_kept_bytes, telads_kept_answers      size of the response cache, summed over workers
    telads_build_info{build,version,synthetic}  1 for the build in force

`view` is the name of an address in urls.py, never the address itself, so nothing a visitor typed
appears in a label. Several workers write their metrics into files of one folder
(`PROMETHEUS_MULTIPROC_DIR`, set by `telads serve`); the worker that is asked sums them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from django.conf import settings as django_settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from telads.errors import TeladsError
from telads.version import __version__
from telads.web import request_state
from telads.web.cache import KEPT
from telads.web.client import is_local

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
UNNAMED = "none"
"""View name of an unknown address."""
NO_PAGES = {UNNAMED, "static", "healthz", "metrics"}
"""Views that are not pages."""

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "telads_requests", "Answers given.", ["view", "method", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "telads_request_seconds",
    "Seconds from a request to its answer.",
    ["view"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
KEPT_BYTES = Gauge(
    "telads_kept_bytes", "Bytes of kept answers.", registry=REGISTRY, multiprocess_mode="livesum"
)
KEPT_ANSWERS = Gauge(
    "telads_kept_answers", "Kept answers.", registry=REGISTRY, multiprocess_mode="livesum"
)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def view_of(request: HttpRequest) -> str:
    """Name of the address that answered."""
    match = request.resolver_match
    if match is None:
        # Static files are served before URL resolution.
        return "static" if request.path.startswith(django_settings.STATIC_URL) else UNNAMED
    return match.view_name or UNNAMED


def measured(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that counts responses and their times; outermost, so that it sees all."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        view = view_of(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        KEPT_BYTES.set(KEPT.size)
        KEPT_ANSWERS.set(len(KEPT))
        return response

    return answer


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics`; 404 except from this machine."""
    if not is_local(request):
        raise Http404
    if os.environ.get(FOLDER):
        collected = CollectorRegistry()
        MultiProcessCollector(collected)  # type: ignore[no-untyped-call]
    else:
        collected = REGISTRY
    return HttpResponse(
        generate_latest(collected) + _build_info(request), content_type=CONTENT_TYPE_LATEST
    )


def _build_info(request: HttpRequest) -> bytes:
    """The build in force, read on request, so that workers need not track it."""
    try:
        build = request_state.build(request)
        synthetic = str(build.synthetic).lower()
    except TeladsError:
        return b""
    info = CollectorRegistry()
    gauge = Gauge(
        "telads_build_info", "The build in force.", ["build", "version", "synthetic"], registry=info
    )
    # A separate registry: a multiprocess gauge would be written to files.
    gauge.labels(build.name, __version__, synthetic).set(1)
    return generate_latest(info)
