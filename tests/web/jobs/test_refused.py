"""Every bad file of the command line's tests, uploaded: a readable report, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from telads.store.workspace import Store
from telads.web.jobs.models import State
from tests.ingest.test_refused_files import REFUSED
from tests.web.document import get
from tests.web.jobs.conftest import Upload, done

pytestmark = pytest.mark.django_db

OTHERWISE = {
    "no month": "does not say its month",
    "damaged old workbook": "not accepted",
    "other kind": "not accepted",
}
"""What is said here in other words: of what a browser's user cannot do, or is not let do."""
UPLOADED = {name: case for name, case in REFUSED.items()
            if name not in {"missing path", "broken link"}}  # fmt: skip


@pytest.mark.parametrize("name", UPLOADED)
def test_a_bad_file_is_reported_where_it_is_bad(
    upload: Upload, administrator: Client, twin: Store, tmp_path: Path, name: str
) -> None:
    case = UPLOADED[name]
    folder = tmp_path / "files"
    folder.mkdir()
    before = twin.build_name(), twin.ledger()
    path = case.write(folder)
    upload(path)
    job = done()
    assert (job.state, job.build) == (State.DONE, "")
    page = get(administrator, f"/en/admin-data/jobs/{job.pk}/")
    row = page.one("li", class_="outcome-refused")
    assert row.one("strong").text == path.name
    assert OTHERWISE.get(name, case.en) in row.one("p", class_="remark").text
    if name not in OTHERWISE:
        korean = get(administrator, f"/admin-data/jobs/{job.pk}/")
        assert case.ko in korean.one("li", class_="outcome-refused").text
        for fact in ("row", "column", "value"):
            assert " ".join(str(case.facts.get(fact, "")).split()) in row.text
    assert str(twin.path) not in page.text, "where files lie on the server is nobody's business"
    assert (twin.build_name(), twin.ledger()) == before
