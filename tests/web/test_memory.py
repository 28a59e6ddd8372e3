"""A worker of the website holds no more, however many different things it is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telads.store.workspace import Store
from telads.web.serve import ALLOCATOR

REQUESTS = 10_000
MOST_GROWTH = 96 * 2**20
"""Bytes by which a worker may grow over the last nine tenths of its requests."""
MOST = 256 * 2**20
"""Bytes of a worker at the end, without the files that processes share: the interpreter and what is
imported, and both layers of memory."""

ASK = """
import itertools, json, os, sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory
from telads.answers.tables import HELD
from telads.web import cache
from telads.web.serve import THREADS

def size():
    with open("/proc/self/statm") as file:
        resident, mapped = map(int, file.read().split()[1:3])  # of files, shared by processes
    return (resident - mapped) * os.sysconf("SC_PAGE_SIZE")

HEADERS = {"host": "localhost", "accept-encoding": "identity"}
site = Client(headers=HEADERS)
districts = [row["district"] for row in site.get("/api/v1/districts").json()["rows"]]
months = [row["month"] for row in site.get("/api/v1/months").json()["rows"]]
services = ["game", "finance", "shopping", "video", "delivery"]
groups = list(itertools.product(districts, "FM", (20, 30, 40, 50, 60, 70), months))
asked = itertools.chain(
    (("services", {"method": method, "district": d, "sex": s, "age": a, "month": m})
     for d, s, a, m in groups for method in ("affinity", "classic")),
    (("signals", {"district": d, "sex": s, "age": a, "month": m}) for d, s, a, m in groups),
    (("platforms", {"service": service, "district": d, "sex": s, "age": a, "month": m})
     for service in services for d, s, a, m in groups),
    (("targets", {"service": service, "top": top, "month": m, "by": by}) for service in services
     for m in months for by in ("affinity", "excess") for top in range(1, 301)),
)
def ask(what):
    place, query = what
    # Not the client, which leaves signals behind with each request.
    answer = website.get_response(requests.get(f"/api/v1/{place}", query))
    assert answer.status_code in (200, 404), (place, query, answer.status_code)
    return 1

website, requests = WSGIHandler(), RequestFactory(headers=HEADERS)
most = int(sys.argv[1])
with ThreadPoolExecutor(THREADS) as threads:
    done = sum(threads.map(ask, itertools.islice(asked, most // 10)))
    tenth = size()
    done += sum(threads.map(ask, itertools.islice(asked, most - done)))
print(json.dumps({"done": done, "tenth": tenth, "end": size(), "tables": HELD.size,
                  "responses": cache.KEPT.size}))
"""


@pytest.mark.slow
def test_a_worker_is_bounded_after_ten_thousand_different_requests(
    twin_workspace: Store, tmp_path: Path
) -> None:
    """In a process of its own, without the network: what a worker holds is the same."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, str(REQUESTS)],
        capture_output=True, text=True, check=True,
        env={**plain, **ALLOCATOR, "DJANGO_SETTINGS_MODULE": "tests.web.settings",
             "TELADS_API_RATE": "0",
             "TELADS_WORKSPACE": str(shutil.copytree(twin_workspace.path, tmp_path / "w"))},
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert told["done"] == REQUESTS
    assert told["end"] - told["tenth"] < MOST_GROWTH, told
    assert told["end"] < MOST, told
