"""Nobody is told who did not ask; those who did are told once of a month, by mail and webhook."""

from __future__ import annotations

import email
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from telads.planning.comparison import compare
from telads.settings import Settings
from telads.store.workspace import Build, Store
from telads.web.accounts import people
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.jobs import worker
from telads.web.jobs.models import Job
from telads.web.jobs.queue import work_on
from telads.web.notices import services
from telads.web.notices.models import Notice, State, Subscription
from telads.web.notices.queue import announce, deliver, look
from telads.web.notices.webhook import signature
from telads.web.plans.models import SavedPlan
from tests.web.accounts.people import person, signed_in
from tests.web.document import assert_nothing_inline, faults, get, read
from tests.web.notices.receiver import Receiver, receiving
from tests.web.plans.samples import saved

pytestmark = pytest.mark.django_db
PAGE = "/account/notices/"


def settings(**changes: Any) -> Settings:
    return replace(django_settings.TELADS, **changes)


@pytest.fixture
def kim(site: Client) -> Iterator[Client]:
    """A planner at a site that has a mail server and may reach this machine."""
    told = settings(smtp_host="127.0.0.1", webhook_private=True,
                    site_address="https://ads.example")  # fmt: skip
    with override_settings(TELADS=told):
        yield signed_in(person("kim"))


def ask(client: Client, **fields: str) -> str:
    """Ask for notices, as on an earlier month; the key shown."""
    answer = client.post(PAGE, {"mail": "", "webhook": "", **fields})
    assert answer.status_code == 200, answer.content.decode()[:800]
    Subscription.objects.update(month="2023-01")
    shown = read(answer.content.decode()).all("code", class_="secret")
    return shown[0].text if shown else ""


def make_all() -> int:
    return services.make_all(django_settings.TELADS)


def queued() -> list[Any]:
    return list(DBTaskResult.objects.order_by("enqueued_at"))


class Inbox:
    """Keeps what an SMTP server gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refused:
            return "451 try again later"
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"]]
        self.mails.append(message)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """A real SMTP server on loopback, which the website's mail goes to."""
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port,
                               EMAIL_USE_TLS=False, EMAIL_USE_SSL=False):  # fmt: skip
            yield inbox
    finally:
        controller.stop()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_nothing_is_sent_to_anybody_who_did_not_ask(kim: Client) -> None:
    saved(kim, month="2023-02")
    assert announce() is False
    assert make_all() == 0
    assert not Notice.objects.exists()
    assert not queued()
    page = get(kim, PAGE)
    assert_nothing_inline(page)
    for name in ("mail", "webhook"):
        assert page.one("input", name=name).attributes.get("value", "") == ""


@pytest.mark.parametrize("place", ["", "/en"])
def test_a_month_is_told_by_mail_in_the_user_s_language(
    kim: Client, twin_build: Build, place: str
) -> None:
    plan, lang = saved(kim, month="2023-02"), "en" if place else "ko"
    kim.post(f"{place}{PAGE}", {"mail": "kim@example.com", "webhook": ""})
    Subscription.objects.update(month="2023-01")
    assert announce() is True
    assert make_all() == 1
    notice = Notice.objects.get()
    with mail_server() as inbox:
        services.send(notice.pk, django_settings.TELADS)
        services.send(notice.pk, django_settings.TELADS)  # a task that runs twice
    (mail,) = inbox.mails
    text = mail.get_content()
    sentence = compare(plan.newest.read(), twin_build).sentences()[0]
    assert sentence(lang) in text  # type: ignore[arg-type]
    assert plan.name in text
    assert f"https://ads.example{place}/plans/{plan.pk}/versions/1/compare/" in text
    assert f"https://ads.example{place}{PAGE}" in text
    assert ("데이터가 들어왔습니다" in mail["Subject"]) == (lang == "ko")
    assert ("is in" in mail["Subject"]) == (lang == "en")
    assert mail["To"] == "kim@example.com"
    assert mail["From"] == django_settings.DEFAULT_FROM_EMAIL or mail["From"]
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (State.SENT, 1)
    assert make_all() == 0, "a month is told once"
    shown = get(kim, f"{place}{PAGE}").one("tbody").text
    assert ("보냄" if lang == "ko" else "sent") in shown


def test_a_month_is_told_to_a_webhook_as_signed_json(
    kim: Client, hook: Receiver, twin_build: Build
) -> None:
    plan = saved(kim, month="2023-02")
    saved(kim, month="2023-04")  # on the newest month already
    key = ask(kim, webhook=f"http://127.0.0.1:{hook.port}/in")
    assert make_all() == 1
    services.send(Notice.objects.get().pk, django_settings.TELADS)
    (content,) = hook.contents
    change = compare(plan.newest.read(), twin_build)
    assert (content["event"], content["month"]) == ("month", "2023-04")
    (told,) = content["plans"]
    assert told == {
        "plan": plan.pk, "version": 1, "name": plan.name, "month": "2023-02",
        "address": f"https://ads.example/plans/{plan.pk}/versions/1/compare/",
        "verdict": change.verdict, "moved_share": change.moved_share,
        "reach_change": change.reach_change,
        "sentence": {"ko": change.sentences()[0]("ko"), "en": change.sentences()[0]("en")},
    }  # fmt: skip
    headers, body = hook.got[0]
    stamp = headers["X-Telads-Timestamp"]
    assert headers["X-Telads-Signature"] == signature(key, stamp, body)


def test_what_fails_is_tried_again_later_and_given_up_in_the_log(
    kim: Client, hook: Receiver
) -> None:
    saved(kim, month="2023-02")
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/")
    make_all()
    hook.statuses = [500] * services.ATTEMPTS
    notice = Notice.objects.get()
    DBTaskResult.objects.all().delete()
    for attempt in range(1, services.ATTEMPTS):
        before = timezone.now()
        services.send(notice.pk, django_settings.TELADS)
        (task,) = queued()
        wait = services.FIRST_WAIT * 5 ** (attempt - 1)
        assert before + wait <= task.run_after <= timezone.now() + wait + timedelta(seconds=1)
        assert task.args_kwargs["args"] == [notice.pk]
        task.delete()
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == (State.WAITING, attempt)
        assert "500" in notice.problem[0]
    services.send(notice.pk, django_settings.TELADS)
    notice.refresh_from_db()
    assert notice.state == State.FAILED
    assert not queued()
    entry = AuditEntry.objects.get(action="notice-failed")
    assert (entry.who, entry.detail) == ("kim", "webhook")
    assert "500" in get(kim, f"/en{PAGE}").one("tbody").text
    services.send(notice.pk, django_settings.TELADS)
    assert len(hook.got) == services.ATTEMPTS


def test_a_mail_server_that_refuses_or_is_down_is_tried_again(kim: Client) -> None:
    saved(kim, month="2023-02")
    ask(kim, mail="kim@example.com")
    make_all()
    notice = Notice.objects.get()
    with mail_server() as inbox:
        inbox.refused = True
        services.send(notice.pk, django_settings.TELADS)
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == (State.WAITING, 1)
        inbox.refused = False
        services.send(notice.pk, django_settings.TELADS)
    notice.refresh_from_db()
    assert (notice.state, notice.problem) == (State.SENT, [])
    assert len(inbox.mails) == 1


def test_only_own_plans_in_use_are_told_and_only_to_planners_who_may_sign_in(
    kim: Client, hook: Receiver
) -> None:
    own = saved(kim, month="2023-02")
    away = saved(kim, month="2023-02")
    kim.post(f"/plans/{away.pk}/archive/", {"away": "1"})
    lee = signed_in(person("lee"))
    others = saved(lee, month="2023-02")
    lee.post(f"/plans/{others.pk}/access/", {"who": "kim", "level": "edit"})
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/")
    assert make_all() == 1
    assert [one["plan"] for one in Notice.objects.get().content["plans"]] == [own.pk]
    for active, role in ((False, Role.PLANNER), (True, Role.VIEWER)):
        Notice.objects.all().delete()
        Subscription.objects.update(month="2023-01")
        people.set_active("kim", active)
        people.set_role("kim", role)
        assert make_all() == 0


def test_without_a_plan_on_an_earlier_month_nothing_is_told(kim: Client, hook: Receiver) -> None:
    saved(kim, month="2023-04")
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/")
    assert make_all() == 0
    assert Subscription.objects.get().month == "2023-04"


def test_a_month_that_is_there_when_notices_are_asked_for_is_not_told(
    kim: Client, hook: Receiver
) -> None:
    saved(kim, month="2023-02")
    kim.post(PAGE, {"mail": "", "webhook": f"http://127.0.0.1:{hook.port}/"})
    assert Subscription.objects.get().month == "2023-04"
    assert make_all() == 0


def test_a_notice_is_dropped_when_its_channel_was_turned_off(kim: Client, hook: Receiver) -> None:
    saved(kim, month="2023-02")
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/")
    make_all()
    ask(kim)
    services.send(Notice.objects.get().pk, django_settings.TELADS)
    assert not hook.got
    assert not Notice.objects.exists()


def test_a_plan_that_cannot_be_made_any_more_is_told_so(
    kim: Client, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telads.errors import AudienceTooSmall
    from telads.text import Text

    def refuse(*_: Any) -> Any:
        raise AudienceTooSmall(
            Text("사람이 없습니다.", "Nobody is left."), Text("넓혀 주세요.", "Widen.")
        )

    saved(kim, month="2023-02")
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/", mail="kim@example.com")
    monkeypatch.setattr(services, "compare", refuse)
    assert make_all() == 2
    (told,) = Notice.objects.all()[0].content["plans"]
    assert told["verdict"] == "impossible"
    assert "Nobody is left" in told["sentence"]["en"]
    subject, text = services.letter(Notice.objects.all()[0].content, "en", django_settings.TELADS)
    assert "1 of 1" in subject
    assert "Nobody is left" in text


def test_changes_of_the_setting_are_in_the_log_without_addresses(kim: Client) -> None:
    key = ask(kim, mail="kim@example.com", webhook="https://hooks.example/in")
    assert len(key) == 64
    assert not ask(kim, mail="kim@example.com", webhook="https://hooks.example/in"), "shown once"
    again = kim.post(f"{PAGE}secret/")
    new = read(again.content.decode()).one("code", class_="secret").text
    assert new == Subscription.objects.get().secret != key
    ask(kim, mail="kim@example.com")
    assert Subscription.objects.get().secret == ""
    entries = [(one.action, one.detail) for one in AuditEntry.objects.filter(
        action__startswith="notice")][::-1]  # fmt: skip
    assert entries == [
        ("notice-settings", "mail on, webhook on"), ("notice-secret", ""),
        ("notice-settings", "mail on, webhook off"),
    ]  # fmt: skip
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    log = get(boss, "/account/log/").text
    assert "이메일 on, 웹훅 off" in log
    assert "hooks.example" not in log
    assert "kim@example.com" not in log


@pytest.mark.parametrize(("field", "value"), [
    ("mail", "kim"), ("mail", "kim@example.com\nBcc: x@example.com"), ("webhook", "nowhere"),
    ("webhook", "https://u:p@a.example/"), ("webhook", "https://a.example/" + "x" * 500),
])  # fmt: skip
def test_what_is_no_address_is_refused_at_its_field(kim: Client, field: str, value: str) -> None:
    answer = kim.post(PAGE, {"mail": "", "webhook": "", field: value})
    assert answer.status_code == 400
    assert field in faults(read(answer.content.decode()))
    assert not Subscription.objects.exists()


def test_without_a_mail_server_no_mail_can_be_asked_for(site: Client) -> None:
    lee = signed_in(person("lee"))
    page = get(lee, f"/en{PAGE}")
    assert not page.all("input", name="mail")
    assert "no mail server" in page.text
    lee.post(PAGE, {"mail": "lee@example.com", "webhook": ""})
    assert Subscription.objects.get().channels == ()


def test_notices_are_in_the_account_s_menu_of_planners(kim: Client) -> None:
    links = [link.attributes.get("href") for link in get(kim, "/").all("a")]
    assert PAGE in links
    viewer = signed_in(person("viewer", Role.VIEWER))
    assert PAGE not in [link.attributes.get("href") for link in get(viewer, "/").all("a")]


def test_a_job_that_makes_a_build_has_the_queue_look_who_is_told(
    kim: Client, hook: Receiver, twin_workspace: Store, tmp_path: Path
) -> None:
    saved(kim, month="2023-02")
    path = tmp_path / "workspace"
    shutil.copytree(twin_workspace.path, path)
    ask(kim, webhook=f"http://127.0.0.1:{hook.port}/")
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=path)):
        job = Job.objects.create(by="boss", beat=timezone.now())
        work_on(job.pk, job.attempt)
        job.refresh_from_db()
        assert job.state == "done", job.problem
        (task,) = queued()
        assert task.task_path == "telads.web.notices.queue.look"
        look.func()
        deliver.func(Notice.objects.get().pk)
    assert hook.contents[0]["month"] == "2023-04"


def test_the_supervisor_announces_a_build_that_was_made_elsewhere(kim: Client) -> None:
    name = worker._announced("")
    assert name == Store(django_settings.TELADS.workspace).build_name()
    assert not queued(), "nobody asked"
    ask(kim, mail="kim@example.com")
    assert worker._announced(name) == name
    assert not queued(), "it is known"
    assert worker._announced("another") == name
    assert [task.task_path for task in queued()] == ["telads.web.notices.queue.look"]


def test_backups_hold_who_asked(kim: Client, tmp_path: Any) -> None:
    from django.core import serializers

    ask(kim, webhook="https://hooks.example/in")
    from telads.web.rows import _models  # what a backup writes

    assert {Subscription, Notice} <= set(_models())
    (row,) = serializers.serialize("jsonl", Subscription.objects.all()).splitlines()
    assert json.loads(row)["fields"]["webhook"] == "https://hooks.example/in"
    assert SavedPlan in _models()
