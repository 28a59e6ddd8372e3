"""From a file in the browser to a website that answers from it."""

from __future__ import annotations

import errno
import stat
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.ingest import archives
from telads.store.workspace import Store
from telads.web.accounts.models import AuditEntry
from telads.web.jobs import queue as running
from telads.web.jobs import uploads
from telads.web.jobs.models import Job, State, Step
from tests.ingest.portal import HEADERS, portal_rows, write_csv, write_month, write_xlsx
from tests.ingest.workbooks import write_groups, write_guide
from tests.web.document import HTMX, assert_accessible, assert_nothing_inline, faults, get, read
from tests.web.jobs.conftest import Upload, done, outcomes

pytestmark = pytest.mark.django_db


@pytest.mark.seoul
def test_a_real_month_is_uploaded_and_answered_from(
    upload: Upload, administrator: Client, seoul: Path, workspace: Store
) -> None:
    (june,) = seoul.glob("*.6월_*.xlsx")
    sent = upload(june)
    job = Job.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/admin-data/jobs/{job.pk}/")
    assert job.files == [june.name]
    done(job)
    assert (job.state, job.problem) == (State.DONE, [])
    (row,) = job.report
    assert (row["outcome"], row["month"]) == ("taken", "2023-06")
    assert row["rows"] == workspace.ledger().entries[0].rows > 10_000
    assert job.build == workspace.build_name()
    health = Client().get("/healthz").json()
    assert (health["months"], health["build"]) == (["2023-06"], job.build)
    assert Client().get("/customers/?district=강남구&sex=F&age=30").status_code == 200
    entry = AuditEntry.objects.get(action="data-upload")
    assert (entry.who, entry.thing, entry.detail) == ("root", f"job {job.pk}", june.name)


def test_what_is_uploaded_lies_where_only_its_owner_reads_it_and_is_removed_afterwards(
    upload: Upload, workspace: Store, tmp_path: Path
) -> None:
    upload(write_month(tmp_path, "2023.6"))
    job = Job.objects.get()
    folder = workspace.path / "uploads" / job.folder
    (file,) = [path for path in folder.rglob("*") if path.is_file()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for place in (folder, folder.parent, file.parent):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert done(job).state == State.DONE
    assert job.folder == ""
    assert list(folder.parent.iterdir()) == []
    assert AuditEntry.objects.get(action="data-upload").thing == f"job {job.pk}"


def test_several_files_and_an_archive_of_more_are_one_job(
    upload: Upload, workspace: Store, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "더.zip", "w") as archive:
        for month in ("2023.7", "2023.8"):
            path = write_month(tmp_path, month)
            archive.write(path, f"자료/{path.name}")
    single = write_csv(tmp_path / "2023-06.csv", portal_rows())
    upload(single, tmp_path / "더.zip")
    job = done()
    assert outcomes(job) == {
        "2023-06.csv": "taken",
        "더.zip: 2023.7월_29개 통신정보.xlsx": "taken",
        "더.zip: 2023.8월_29개 통신정보.xlsx": "taken",
    }
    assert [str(month) for month in workspace.build().months] == ["2023-06", "2023-07", "2023-08"]


def test_the_same_file_twice_is_nothing_new_and_another_takes_its_place(
    upload: Upload, workspace: Store, tmp_path: Path
) -> None:
    first = write_month(tmp_path, "2023.6")
    upload(first)
    before = done().build
    upload(first)
    second = done()
    assert outcomes(second) == {first.name: "unchanged"}
    assert (second.state, second.build) == (State.DONE, "")
    assert workspace.build_name() == before
    upload(write_month(tmp_path, "2023.6", seed=2))
    third = done()
    assert outcomes(third) == {first.name: "replaced"}
    assert workspace.build_name() == third.build != before


def test_a_month_that_no_name_tells_is_asked_for(
    upload: Upload, administrator: Client, workspace: Store, tmp_path: Path
) -> None:
    nameless = write_xlsx(tmp_path / "통신.xlsx", portal_rows())
    upload(nameless)
    job = done()
    assert outcomes(job) == {"통신.xlsx": "refused"}
    page = get(administrator, f"/admin-data/jobs/{job.pk}/")
    assert "이 파일만 기준월(2023-06)까지 적어" in page.one("ul", class_="report").text
    assert "--month" not in page.text
    upload(nameless, month="2023-06")
    assert outcomes(done()) == {"통신.xlsx": "taken"}
    assert str(workspace.build().months[0]) == "2023-06"
    refused = upload(nameless, write_month(tmp_path, "2023.7"), month="2023-06")
    assert refused.status_code == 400
    wrong = upload(nameless, month="June")
    assert wrong.status_code == 400
    assert Job.objects.count() == 2


def test_a_month_is_replaced_by_much_less_only_where_that_is_ticked(
    upload: Upload, administrator: Client, tmp_path: Path
) -> None:
    upload(write_month(tmp_path, "2023.6"))
    done()
    small = write_csv(tmp_path / "2023-06.csv", portal_rows(1))
    upload(small)
    job = done()
    assert outcomes(job) == {"2023-06.csv": "refused"}
    for lang, words in (("", "'크게 줄어들어도 바꾸기' 옵션으로"), ("/en", "far fewer' ticked")):
        told = get(administrator, f"{lang}/admin-data/jobs/{job.pk}/").one("ul", class_="report")
        assert words in told.text
        assert "--" not in told.text
    form = get(administrator, "/admin-data/")
    box = form.one("input", name="replace")
    assert "checked" not in box.attributes
    upload(small, replace=True)
    assert outcomes(done()) == {"2023-06.csv": "replaced"}
    again = administrator.post("/admin-data/upload/", {"month": "", "replace": "1"})
    assert "checked" in read(again.content.decode()).one("input", name="replace").attributes


def test_other_files_beside_a_month_are_skipped_and_months_of_a_table_told_apart(
    upload: Upload, administrator: Client, workspace: Store, tmp_path: Path
) -> None:
    month = write_month(tmp_path, "2023.7")
    groups = write_groups(tmp_path / "2023.7월_10개 관심집단 수.xlsx")
    guide = write_guide(tmp_path / "컬럼설명서.xlsx")
    rows = [[*row, month] for month in (202305, 202306) for row in portal_rows()]
    table = write_csv(tmp_path / "통합.csv", rows, [*HEADERS, "기준년월"])
    with zipfile.ZipFile(tmp_path / "묶음.zip", "w") as archive:
        archive.writestr("설명.hwp", b"x")
        archive.write(table, table.name)
    upload(groups)
    first = done()
    assert outcomes(first) == {groups.name: "taken"}
    told = get(administrator, f"/admin-data/jobs/{first.pk}/").one("ul", class_="report").text
    assert "민감한 집단이어서 넣지 않은 열" in told
    upload(groups, month, guide, tmp_path / "묶음.zip")
    job = done()
    assert outcomes(job) == {
        month.name: "taken", groups.name: "unchanged", guide.name: "skipped",
        "묶음.zip: 설명.hwp": "skipped", "묶음.zip: 통합.csv": "taken",
    }  # fmt: skip
    assert [str(month) for month in workspace.build().months] == ["2023-05", "2023-06", "2023-07"]
    report = get(administrator, f"/admin-data/jobs/{job.pk}/").one("ul", class_="report").text
    assert "2023년 5월" in report
    upload(table)
    assert [row["outcome"] for row in done().report] == ["unchanged", "unchanged"]


def test_an_archive_of_several_is_not_given_one_month(upload: Upload, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "둘.zip", "w") as archive:
        for month in ("2023.7", "2023.8"):
            archive.write(write_month(tmp_path, month), f"{month}.xlsx")
    upload(tmp_path / "둘.zip", month="2023-06")
    job = done()
    assert job.state == State.FAILED
    assert "하나일 때만" in job.problem[0]


def test_more_than_the_limit_is_refused_before_it_is_read(
    upload: Upload, administrator: Client, workspace: Store, tmp_path: Path
) -> None:
    from dataclasses import replace

    (tmp_path / "2023-06.csv").write_bytes(b"x" * (2**20 + 70_000))
    with override_settings(TELADS=replace(django_settings.TELADS, upload_limit=1)):
        answer = upload(tmp_path / "2023-06.csv")
    assert answer.status_code == 413
    assert "1 MB" in read(answer.content.decode()).one(role="alert").text  # type: ignore[attr-defined]
    assert not Job.objects.exists()
    assert not (workspace.path / "uploads").exists()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("", ("올릴 파일을 고르지", "2023-06처럼")),
        ("/en", ("No file was chosen", "like 2023-06")),
    ],
)
def test_all_that_is_wrong_is_told_beside_its_field_and_nothing_is_left(
    administrator: Client, workspace: Store, place: str, words: tuple[str, str]
) -> None:
    sent = {"month": "June", "replace": "1"}
    answer = administrator.post(f"{place}/admin-data/upload/", sent)
    assert answer.status_code == 400
    page = read(answer.content.decode())
    assert_nothing_inline(page)
    told = faults(page)
    assert list(told) == ["files", "month"]
    assert words[0] in told["files"]
    assert words[1] in told["month"]
    assert page.one("input", name="month").attributes["value"] == "June"
    assert "checked" in page.one("input", name="replace").attributes
    assert list((workspace.path / "uploads").iterdir()) == []
    assert not Job.objects.exists()


def test_a_month_for_several_files_is_refused_at_its_field(upload: Upload, tmp_path: Path) -> None:
    files = [write_month(tmp_path, month) for month in ("2023.7", "2023.8")]
    answer = upload(*files, month="2023-06")
    assert answer.status_code == 400
    told = faults(read(answer.content.decode()))  # type: ignore[attr-defined]
    assert "하나일 때만" in told["month"]
    assert list(told) == ["month"]


def test_a_form_without_its_token_leaves_nothing(workspace: Store, tmp_path: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from telads.web.accounts.roles import Role
    from tests.web.accounts.people import BACKEND, person

    client = Client(enforce_csrf_checks=True)
    client.force_login(person("root", Role.ADMINISTRATOR), BACKEND)
    file = SimpleUploadedFile("2023-06.csv", b"x")
    assert client.post("/admin-data/upload/", {"files": file}).status_code == 403
    assert list((workspace.path / "uploads").iterdir()) == []
    assert not Job.objects.exists()


@pytest.mark.parametrize("role", ["visitor", "viewer", "planner"])
def test_of_others_nothing_is_even_read(workspace: Store, role: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from telads.web.accounts.roles import Role
    from tests.web.accounts.people import person, signed_in

    client = Client() if role == "visitor" else signed_in(person("kim", Role(role)))
    file = SimpleUploadedFile("2023-06.csv", b"x")
    answer = client.post("/admin-data/upload/", {"files": file})
    assert answer.status_code == (302 if role == "visitor" else 403)
    assert not (workspace.path / "uploads").exists()


def test_pages_tell_how_it_goes(
    upload: Upload, administrator: Client, workspace: Store, tmp_path: Path
) -> None:
    assert_nothing_inline(get(administrator, "/admin-data/"))
    upload(write_month(tmp_path, "2023.6"))
    job = Job.objects.get()
    address = f"/en/admin-data/jobs/{job.pk}/"
    waiting = get(administrator, address)
    assert_nothing_inline(waiting)
    assert "Waiting for its turn" in waiting.text
    part = waiting.one("section", class_="job-state")
    assert part.attributes["hx-get"] == address
    Job.objects.update(
        state=State.RUNNING, step=Step.TAKE, current="2023.6월.xlsx", done=2, total=7
    )
    running = get(administrator, address, headers=HTMX)
    bar = running.one("progress")
    assert (bar.attributes["value"], bar.attributes["max"]) == ("2", "7")
    assert "2023.6월.xlsx" in running.text
    assert not running.all("main")
    Job.objects.update(state=State.WAITING)
    done(job)
    ended = get(administrator, address, headers=HTMX)
    assert "hx-get" not in ended.one("section", class_="job-state").attributes
    assert "loaded 1" in ended.text
    assert administrator.get(address, headers=HTMX).headers["HX-Refresh"] == "true"
    assert_accessible(get(administrator, address))
    overview = get(administrator, "/en/admin-data/")
    assert_nothing_inline(overview)
    assert job.build[:8] in overview.one("tr", class_="chosen").text


def test_an_error_nobody_thought_of_is_told_and_logged(
    upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(write_month(tmp_path, "2023.6"))

    def fail(*args: object, **facts: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(running, "ingest", fail)
    job = Job.objects.get()
    with pytest.raises(RuntimeError):
        done(job)
    job.refresh_from_db()
    assert (job.state, job.problem) == (State.FAILED, list(running.UNEXPECTED))
    assert job.may_start_again


class FullDisk:
    """A file on a disk that has no room left."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing to close."""

    close = __exit__

    def write(self, content: bytes) -> int:
        self.room -= len(content)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(content)


def test_a_full_disk_while_files_come_is_told_and_leaves_nothing(
    upload: Upload, workspace: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "new_file", lambda path: FullDisk(1000))
    answer = upload(write_month(tmp_path, "2023.6"))
    assert answer.status_code == 503
    assert "디스크 공간" in answer.content.decode()  # type: ignore[attr-defined]
    assert list((workspace.path / "uploads").iterdir()) == []
    assert not Job.objects.exists()


def test_a_full_disk_while_unpacking_fails_the_job_which_can_be_started_again(
    upload: Upload, workspace: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(write_month(tmp_path, "2023.6"), "2023-06.xlsx")
    upload(tmp_path / "x.zip")
    with monkeypatch.context() as patch:
        patch.setattr(archives, "new_file", lambda path: FullDisk(1000))
        job = done()
    assert job.state == State.FAILED
    assert "disk space" in job.problem[1]
    assert job.may_start_again
    Job.objects.update(state=State.WAITING)
    assert done(job).state == State.DONE


def test_what_a_database_refuses_is_left_out_of_a_report() -> None:
    from telads.errors import DataError
    from telads.text import Text
    from telads.web.jobs.report import refused

    error = DataError(Text("가", "a"), file="/secret/x.csv", value="b\0\ud800c")
    row = refused("x.csv", error)
    assert row["error"] == ["가 (값 b?c)", "a (value b?c)"]
