"""Making and sending notices: a new month is in, and what it changes for a user's plans.

Nothing is sent to anybody who did not ask for it. A month is told once by each channel, for the
newest version of every plan that the user owns and did not archive, if it was made on an earlier
month. The work is done by the job queue: one task looks who is to be told, one for each notice
sends it, and a notice that fails is tried again later, up to `ATTEMPTS` times.
"""

from __future__ import annotations

import secrets
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from telads.dataset import in_force, using
from telads.errors import TeladsError
from telads.model import Month
from telads.planning.comparison import compare
from telads.settings import Settings
from telads.store.workspace import Build, Store
from telads.text import LANGUAGES, Lang, Text
from telads.web import request_state
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, allows
from telads.web.jobs.report import pair
from telads.web.notices import queue, webhook
from telads.web.notices.models import Notice, State, Subscription
from telads.web.plans.models import PlanVersion
from telads.web.plans.services import newest_of
from telads.wording import counted

ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
"""Time before the second attempt; each later one waits five times as long."""
MOST_PLANS = 100
"""Most plans in a notice, the newest."""
SECRET_BYTES = 32


def put(request: HttpRequest, user: User, mail: str, address: str) -> Subscription:
    """Save a user's wish; with a new webhook address a new key. Raises `webhook.Refused`.

    A month that is already there is not told.
    """
    settings = request_state.settings()
    if address:
        webhook.parts_of(address, private=settings.webhook_private)
    former = Subscription.objects.filter(user=user).first()
    wanted = former or Subscription(user=user)
    before = (wanted.mail, wanted.webhook)
    if not wanted.channels:
        wanted.month = _newest(request_state.build(request))
    if address != wanted.webhook:
        wanted.secret = secrets.token_hex(SECRET_BYTES) if address else ""
    wanted.mail, wanted.webhook = mail, address
    wanted.lang = request_state.language(request)
    with one_action():
        wanted.save()
        if before != (mail, address):
            told = f"mail {_on(mail)}, webhook {_on(address)}"
            record(request, "notice-settings", user.get_username(), told)
    return wanted


def renew_secret(request: HttpRequest, user: User) -> Subscription | None:
    """Make a new key for a user's webhook; None without one."""
    wanted = Subscription.objects.filter(user=user).exclude(webhook="").first()
    if wanted:
        wanted.secret = secrets.token_hex(SECRET_BYTES)
        with one_action():
            wanted.save(update_fields=["secret"])
            record(request, "notice-secret", user.get_username())
    return wanted


def _on(address: str) -> str:
    return "on" if address else "off"


def _newest(build: Build) -> str:
    return str(build.months[-1])


def make_all(settings: Settings) -> int:
    """Make and queue the notices of the newest month; returns their number."""
    store = Store(settings.workspace)
    count = 0
    with using(store.dataset):
        build = store.build()
        month = _newest(build)
        for wanted in Subscription.objects.filter(month__lt=month).select_related("user"):
            if wanted.channels and wanted.user.is_active and allows(wanted.user, Role.PLANNER):
                content = content_of(wanted, build, settings)
                for channel in wanted.channels if content["plans"] else ():
                    notice, new = Notice.objects.get_or_create(
                        user=wanted.user, month=month, channel=channel,
                        defaults={"content": content},
                    )  # fmt: skip
                    if new:
                        queue.deliver.enqueue(notice.pk)
                        count += 1
            Subscription.objects.filter(pk=wanted.pk).update(month=month)
    return count


def content_of(wanted: Subscription, build: Build, settings: Settings) -> dict[str, Any]:
    """What a user is told: the month, and each plan with its verdict in both languages."""
    month, plans = build.months[-1], list[dict[str, Any]]()
    for plan, version in newest_of(wanted.user):
        own = plan.owner_id == wanted.user_id and plan.archived is None
        if own and version.month < str(month) and len(plans) < MOST_PLANS:
            plans.append(_told(plan.pk, plan.name, version, build, wanted, settings))
    return {
        "event": "month",
        "month": str(month),
        "city": in_force().city._asdict(),
        "plans": plans,
    }


def _told(
    number: int, name: str, version: PlanVersion, build: Build, wanted: Subscription,
    settings: Settings,
) -> dict[str, Any]:  # fmt: skip
    """A plan on the newest month; one that cannot be made any more is told so."""
    with override(wanted.lang):
        path = reverse("plan-compare", args=(number, version.number))
    told: dict[str, Any] = {
        "plan": number, "version": version.number, "name": name, "month": version.month,
        "address": settings.site_address.rstrip("/") + path if settings.site_address else "",
    }  # fmt: skip
    try:
        change = compare(version.read(), build)
    except TeladsError as error:
        message = {lang: error.line(lang) for lang in LANGUAGES}
        return {**told, "verdict": "impossible", "moved_share": None, "reach_change": None,
                "sentence": message}  # fmt: skip
    sentence = change.sentences()[0]
    return {
        **told, "verdict": change.verdict, "moved_share": change.moved_share,
        "reach_change": change.reach_change,
        "sentence": {lang: sentence(lang) for lang in LANGUAGES},
    }  # fmt: skip


def send(number: int, settings: Settings) -> None:
    """Send a notice that waits, to the address of today; without one it is dropped.

    A failure is recorded and tried again later; the last one is written to the log of actions.
    """
    notice = Notice.objects.select_related("user").filter(pk=number, state=State.WAITING).first()
    if notice is None:
        return
    wanted = Subscription.objects.filter(user=notice.user).first()
    address = getattr(wanted, notice.channel, "") if wanted else ""
    if wanted is None or not address or not notice.user.is_active:
        notice.delete()
        return
    notice.attempts += 1
    try:
        if notice.channel == "mail":
            _mail(wanted, notice, settings)
        else:
            stamp = int(timezone.now().timestamp())
            webhook.send(address, wanted.secret, notice.content, f"{notice.pk}", stamp,
                         private=settings.webhook_private)  # fmt: skip
    except (TeladsError, OSError, smtplib.SMTPException) as error:
        _failed(notice, error)
    else:
        notice.state, notice.sent, notice.problem = State.SENT, timezone.now(), []
        notice.save()


NO_MAIL = Text("메일 서버가 알림을 받지 않았습니다.", "The mail server did not accept the notice.")


def _failed(notice: Notice, error: Exception) -> None:
    notice.problem = pair(error) if isinstance(error, TeladsError) else [
        f"{text} ({type(error).__name__})" for text in NO_MAIL
    ]  # fmt: skip
    if notice.attempts >= ATTEMPTS:
        notice.state = State.FAILED
        with one_action():
            notice.save()
            record(notice.user.get_username(), "notice-failed", notice, notice.channel)
        return
    notice.save()
    wait = FIRST_WAIT * 5 ** (notice.attempts - 1)
    queue.deliver.using(run_after=timezone.now() + wait).enqueue(notice.pk)


def _mail(wanted: Subscription, notice: Notice, settings: Settings) -> None:
    lang: Lang = "en" if wanted.lang == "en" else "ko"
    subject, body = letter(notice.content, lang, settings)
    EmailMessage(subject, body, settings.mail_from or None, [wanted.mail]).send()


def letter(content: Mapping[str, Any], lang: Lang, settings: Settings) -> tuple[str, str]:
    """Subject and text of an e-mail."""
    month, plans = Month.parse(content["month"]).text, content["plans"]
    count, due = len(plans), sum(one["verdict"] != "keep" for one in plans)
    city = content["city"]
    subject = Text(
        f"telads: {city['ko']} {month.ko} 데이터가 들어왔습니다. 계획 {count}개 가운데 {due}개를 "
        "살펴봐 주세요.",
        f"telads: data of {city['en']} for {month.en} is in; {due} of {counted(count, 'plan')} to "
        "look at",
    )  # fmt: skip
    head = Text(
        f"{city['ko']} {month.ko} 데이터가 들어왔습니다. 내 계획이 어떻게 달라지는지 알려 "
        "드립니다.",
        f"Data of {city['en']} for {month.en} is in. This is what it changes for your plans.",
    )
    lines = [head(lang), ""]
    for one in plans:
        version = Text(f"버전 {one['version']}", f"version {one['version']}")
        lines += [f"{one['name']} ({version(lang)}, {Month.parse(one['month']).text(lang)})",
                  f"  {one['sentence'][lang]}"]  # fmt: skip
        if one["address"]:
            lines.append(f"  {one['address']}")
        lines.append("")
    with override(lang):
        where = settings.site_address.rstrip("/") + reverse("notices")
    lines.append(Text(
        f"이 알림은 계정의 알림 페이지({where})에서 켠 사람에게만 보냅니다. 그곳에서 끌 수 "
        "있습니다.",
        f"Only those who asked for notices on their account's page ({where}) get this; they are "
        "turned off there.",
    )(lang))  # fmt: skip
    return subject(lang), "\n".join(lines) + "\n"
