"""A wrong month taken back in the browser: asked first, out at once, written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from telads.model import Month
from telads.store.workspace import Store
from telads.web.accounts.models import AuditEntry
from tests.ingest.portal import write_month
from tests.ingest.test_second_file import groups_file, month_file
from tests.store.test_workspace import held
from tests.web.document import get
from tests.web.jobs.conftest import Upload, done, outcomes

pytestmark = pytest.mark.django_db
ADDRESS = "/en/admin-data/months/2023-08/forget/"


@pytest.fixture
def poisoned(upload: Upload, workspace: Store, tmp_path: Path) -> Store:
    """June, and a file that was uploaded as August by mistake."""
    upload(write_month(tmp_path, "2023.6"))
    done()
    upload(write_month(tmp_path, "2023.8"))
    done()
    return workspace


def sha256(workspace: Store) -> str:
    return list(workspace.ledger().current().values())[-1].sha256


def test_it_is_asked_for_and_built_without(poisoned: Store, administrator: Client) -> None:
    listed = get(administrator, "/en/admin-data/")
    assert ADDRESS in [link.attributes.get("href") for link in listed.all("a")]
    question = get(administrator, ADDRESS)
    assert "2023.8" in question.text or "8" in question.one("h1").text
    assert len(poisoned.ledger().current()) == 2, "asking does nothing"

    answer = administrator.post(ADDRESS, {"file": sha256(poisoned)})
    assert "/jobs/" in answer.headers["Location"]
    assert "does not contain exactly these files" in get(administrator, "/en/admin-data/").text
    done()
    assert [str(month) for month in poisoned.build().months] == ["2023-06"]
    page = get(administrator, "/en/admin-data/")
    assert "was removed by root" in page.text
    assert "exactly these files" not in page.text
    assert ADDRESS not in str(page)
    logged = AuditEntry.objects.get(action="data-forget")
    assert (logged.who, logged.thing) == ("root", "month 2023-08")
    assert administrator.post(ADDRESS, {"file": "x"}).status_code == 404
    korean = get(administrator, "/admin-data/")
    assert "root 님이" in korean.text


def test_a_file_that_came_in_its_place_meanwhile_stays(
    poisoned: Store, administrator: Client, upload: Upload, tmp_path: Path
) -> None:
    shown = sha256(poisoned)
    upload(write_month(tmp_path, "2023.8", seed=77))
    done()
    answer = administrator.post(ADDRESS, {"file": shown})
    assert answer.status_code == 409
    assert "in the meantime" in answer.content.decode()
    assert administrator.post(ADDRESS).status_code == 409
    assert len(poisoned.ledger().current()) == 2
    assert not AuditEntry.objects.filter(action="data-forget").exists()


def test_the_only_month_stays_and_another_writer_is_not_waited_for(
    poisoned: Store, administrator: Client
) -> None:
    with held(poisoned):
        assert administrator.post(ADDRESS, {"file": sha256(poisoned)}).status_code == 503
    administrator.post(ADDRESS, {"file": sha256(poisoned)})
    done()
    only = ADDRESS.replace("08", "06")
    answer = administrator.post(only, {"file": sha256(poisoned)})
    assert answer.status_code == 409
    assert "only month" in answer.content.decode()
    assert only not in str(get(administrator, "/en/admin-data/"))
    for nothing in ("2023-07", "nothing", "2023-13"):
        assert get_status(administrator, nothing) == 404


def test_a_file_that_is_in_force_for_another_month_is_refused_until_that_is_taken_back(
    poisoned: Store, administrator: Client, upload: Upload, tmp_path: Path
) -> None:
    june = june_of(tmp_path)
    upload(june, month="2023-09")
    job = done()
    assert outcomes(job) == {june.name: "refused"}
    assert [str(month) for month in poisoned.ledger().current()] == ["2023-06", "2023-08"]
    page = get(administrator, f"/en/admin-data/jobs/{job.pk}/")
    assert "This file is already in use for 2023-06." in page.text
    administrator.post(ADDRESS.replace("08", "06"), {
        "file": poisoned.ledger().current()[Month.of(2023, 6)].sha256,
    })  # fmt: skip
    done()
    upload(june, month="2023-09")
    assert outcomes(done()) == {june.name: "taken"}
    upload(june, month="2023-09")
    assert outcomes(done()) == {june.name: "unchanged"}


def june_of(folder: Path) -> Path:
    """The file that was uploaded as June."""
    (file,) = (path for path in folder.iterdir() if path.name.startswith("2023.6"))
    return file


def get_status(client: Client, month: str) -> int:
    return client.get(f"/admin-data/months/{month}/forget/").status_code


def test_a_second_file_is_removed_alone(
    upload: Upload, administrator: Client, workspace: Store, tmp_path: Path
) -> None:
    upload(month_file(tmp_path, Month.of(2023, 6)), groups_file(tmp_path, Month.of(2023, 6)))
    done()
    page = get(administrator, "/en/admin-data/")
    address = "/en/admin-data/months/2023-06/forget/"
    links = [link.attributes.get("href") or "" for link in page.all("a")]
    assert [link for link in links if "forget" in link] == [f"{address}?second=groups"]
    assert "10 groups of interest" in page.text
    question = get(administrator, f"{address}?second=groups")
    assert "10 groups of interest" in question.text
    assert "the month stays" in question.text
    assert get_status(administrator, "2023-06") == 200
    assert administrator.get(f"{address}?second=other").status_code == 404
    (entry,) = workspace.ledger().second().values()
    assert administrator.post(f"{address}?second=groups", {"file": "0" * 64}).status_code == 409
    administrator.post(f"{address}?second=groups", {"file": entry.sha256})
    done()
    assert workspace.ledger().second() == {}
    assert AuditEntry.objects.get(action="data-forget-second").thing == "month 2023-06"
    log = get(administrator, "/en/account/log/").one("tbody").text
    assert f"removed a second file month 2023-06 {entry.file}" in log
    assert [str(month) for month in workspace.build().months] == ["2023-06"]
    page = get(administrator, "/en/admin-data/")
    assert f"{entry.file}) was removed by root" in page.text
    assert "forget" not in str(page)
