"""A typed client is generated from the OpenAPI document, by a generator as it comes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from tests.tools import CLIENT, lacking

pytestmark = pytest.mark.django_db

PROGRAM = """
import json, sys
from client import Client
from client.api.data import months
from client.api.planning import audience
from client.api.questions import services, targets
from client.models import AllRules, Audience, Problem, RuleType0, RulesAgainst, Services, Targets

telads = Client(base_url=sys.argv[1])
known = services.sync(client=telads, district="강남구", sex="F", age="30", lang="en")
assert isinstance(known, Services), known
first = known.rows[0]
assert isinstance(first.rank, int) and isinstance(first.affinity, float)
assert first.movement in {None, "still", "city", "local", "noise"}
best = targets.sync(client=telads, service="delivery", top=2, platforms=True)
assert isinstance(best, Targets) and len(best.rows) == 2
rules = AllRules(all_=[RuleType0(service="delivery", affinity=0.5)])
chosen = audience.sync(client=telads, body=RulesAgainst(where=rules))
assert isinstance(chosen, Audience), chosen
wrong = services.sync(client=telads, district="nowhere", sex="F", age="30", lang="en")
assert isinstance(wrong, Problem) and wrong.code == "unknown-choice" and wrong.status == 404
print(json.dumps([known.to_dict(), best.to_dict(), chosen.to_dict()]))
"""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *given: object) -> None:
        """The site has a log of its own."""


@pytest.fixture
def address(site: Client) -> Iterator[str]:
    """The address of the site over a socket."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_generated_client_asks_three_questions(
    site: Client, address: str, tmp_path: Path
) -> None:
    programs = Path(sys.prefix) / "client" / "bin"
    if not (programs / CLIENT).exists():
        lacking(CLIENT, "make install-client was not run")
    described, settings = tmp_path / "openapi.json", tmp_path / "settings.yaml"
    described.write_bytes(site.get("/api/v1/openapi.json?lang=en").content)
    # Spellings of an age are no names of Python; a file is not read into a class.
    settings.write_text(
        "literal_enums: true\ncontent_type_overrides:\n"
        "  application/vnd.apache.parquet: application/octet-stream\n"
    )
    made = subprocess.run(
        [programs / CLIENT, "generate", "--path", described, "--config", settings, "--meta", "none",
         "--output-path", tmp_path / "client"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "WARNING" not in made.stdout + made.stderr, made.stdout
    assert "Unable" not in made.stdout + made.stderr, made.stdout
    told = subprocess.run(
        [programs / "python", "-c", PROGRAM, address], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    known, best, _ = json.loads(told.stdout)
    group = "district=강남구&sex=F&age=30&lang=en"
    assert known == site.get(f"/api/v1/services?{group}").json()
    assert best == site.get("/api/v1/targets?service=delivery&top=2&platforms=true").json()
