"""Prometheus metrics at `/metrics`, for this machine only.

    telads_requests_total{view,method,status}   responses
    telads_request_seconds{view}                response times, a histogram
    telads_kept_bytes, telads_kept_answers      size of the response cache, summed over workers
    telads_build_info{build,version,synthetic}  1 for the build in force

and the state of the installation, read when it is asked for:

    telads_healthy                              1 if /healthz answers with 200, else 0
    telads_newest_month_end_seconds             end of the newest month in force, Unix time
    telads_jobs{state}                          jobs of data administration, of all times
    telads_backup_made_seconds                  the newest backup of the activity log, Unix time
    telads_disk_free_bytes, telads_disk_bytes   the disk that the workspace is on
    telads_epsilon_spent, telads_epsilon_limit  noise of telads aggregate; the limit if there is one

What cannot be read, as of a database that is away, is left out.

`view` is the name of an address in urls.py, never the address itself, so nothing a visitor typed
appears in a label. Several workers write their metrics into files of one folder
(`PROMETHEUS_MULTIPROC_DIR`, set by `telads serve`); the worker that is asked sums them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from math import fsum

from django.conf import settings as django_settings
from django.db import DatabaseError, InterfaceError
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
        generate_latest(collected) + _installation(request), content_type=CONTENT_TYPE_LATEST
    )


STATE = {
    "telads_build_info": "The build in force.",
    "telads_healthy": "1 if /healthz answers with 200, else 0.",
    "telads_newest_month_end_seconds": "End of the newest month in force, Unix time.",
    "telads_jobs": "Jobs of data administration, of all times, by state.",
    "telads_backup_made_seconds": "Time of the newest backup, Unix time.",
    "telads_disk_free_bytes": "Free bytes of the workspace's disk.",
    "telads_disk_bytes": "Size of the workspace's disk in bytes.",
    "telads_epsilon_spent": "Epsilon spent on noise.",
    "telads_epsilon_limit": "Epsilon that may be spent on noise (TELADS_EPSILON_LIMIT).",
}
"""Metrics of the installation as a whole, with their help."""
Sample = tuple[str, Mapping[str, str], float]
"""Name, labels, value."""


def _installation(request: HttpRequest) -> bytes:
    """The state of the installation, read on request, so that workers need not track it."""
    # A separate registry: a multiprocess gauge would be written to files.
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for read in (_of_build, _of_ledger, _of_database, _of_disk):
        with suppress(TeladsError, DatabaseError, InterfaceError, OSError):
            for name, labels, value in read(request):
                if name not in gauges:
                    gauges[name] = Gauge(name, STATE[name], [*labels], registry=registry)
                (gauges[name].labels(**labels) if labels else gauges[name]).set(value)
    return generate_latest(registry)


def _of_build(request: HttpRequest) -> Iterator[Sample]:
    from telads.web.health import what_is_wrong  # Django's settings import this module

    yield "telads_healthy", {}, what_is_wrong(request) is None
    build = request_state.build(request)
    synthetic = str(build.synthetic).lower()
    labels = {"build": build.name, "version": __version__, "synthetic": synthetic}
    yield "telads_build_info", labels, 1
    after = build.months[-1] + 1
    yield (
        "telads_newest_month_end_seconds", {},
        datetime(after.year, after.month, 1, tzinfo=UTC).timestamp(),
    )  # fmt: skip


def _of_ledger(request: HttpRequest) -> Iterator[Sample]:
    ledger, limit = request_state.workspace().ledger(), request_state.settings().epsilon_limit
    if limit is not None:
        yield "telads_epsilon_limit", {}, limit
    yield "telads_epsilon_spent", {}, fsum(draw.epsilon for draw in ledger.draws)


def _of_database(request: HttpRequest) -> Iterator[Sample]:
    from telads.web.accounts.models import AuditEntry
    from telads.web.jobs.models import counts

    for state, count in counts().items():
        yield "telads_jobs", {"state": state}, count
    made = AuditEntry.objects.filter(action="backup").order_by("-pk").values("when").first()
    if made is not None:
        yield "telads_backup_made_seconds", {}, made["when"].timestamp()


def _of_disk(request: HttpRequest) -> Iterator[Sample]:
    disk = shutil.disk_usage(request_state.workspace().path)
    yield "telads_disk_free_bytes", {}, disk.free
    yield "telads_disk_bytes", {}, disk.total
