"""Tasks of the job queue that make and send notices; light to import, unlike `services`."""

from __future__ import annotations

from django_tasks import task

from telads.web import request_state
from telads.web.notices.models import Subscription


def announce() -> bool:
    """Queue a look at who is to be told of a build in force; False if nobody asked for notices."""
    wanted = Subscription.objects.exclude(mail="", webhook="").exists()
    if wanted:
        look.enqueue()
    return wanted


@task()
def look() -> None:
    """Make the notices of the newest month."""
    from telads.web.notices.services import make_all

    make_all(request_state.settings())


@task()
def deliver(number: int) -> None:
    """Send a notice."""
    from telads.web.notices.services import send

    send(number, request_state.settings())
