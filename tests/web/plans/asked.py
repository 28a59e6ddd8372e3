"""Run as a process of its own: fill an installation, or tell what its pages answer.

python -m tests.web.plans.asked fill WORKSPACE     people, plans, a share link; prints its address
python -m tests.web.plans.asked ask WORKSPACE LINK pages by address, and the log, as JSON
"""

from __future__ import annotations

import json
import os
import re
import sys
from urllib.parse import urlsplit

os.environ["TELADS_WORKSPACE"] = sys.argv[2]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.settings"

from pathlib import Path

from telads.web.setup import make_ready

make_ready(Path(sys.argv[2]))

if True:  # Django is ready only now
    from django.contrib.auth.models import User
    from django.contrib.auth.signals import user_logged_in
    from django.test import Client
    from django.test.utils import setup_test_environment

    from telads.web.accounts.models import AuditEntry
    from telads.web.accounts.roles import Role
    from tests.web.accounts.people import PASSWORD, person, signed_in
    from tests.web.document import read
    from tests.web.plans.samples import FORM, saved

PAGES = (
    "/", "/en/", "/evidence/", "/advertisers/?service=delivery",
    "/customers/?district=강남구&sex=F&age=30", "/api/v1/status", "/healthz",
)  # fmt: skip
OF_PLANS = (
    "/plans/", "/plans/1/", "/en/plans/1/versions/1/", "/plans/1/edit/",
    "/plans/1/versions/2/plan.json", "/plans/1/versions/2/plan.csv",
)  # fmt: skip
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def fill() -> str:
    kim = signed_in(person("kim", Role.PLANNER))
    person("park", Role.ADMINISTRATOR)
    person("lee", Role.VIEWER)
    plan = saved(kim)
    edited = {**FORM, "after": "1", "save": "1", "budget": "70000000"}
    assert kim.post(f"/plans/{plan.pk}/edit/", edited).status_code == 302
    kim.post(f"/plans/{plan.pk}/access/", {"who": "lee", "level": "read"})
    answer = kim.post(f"/plans/{plan.pk}/versions/2/share/", {"days": "7"})
    return urlsplit(read(answer.content.decode()).one("code", class_="secret").text).path


def ask(link: str) -> dict[str, object]:
    user_logged_in.receivers.clear()  # a request leaves no trace
    kim, lee, visitor = (signed_in(User.objects.get(username="kim")),
                         signed_in(User.objects.get(username="lee")), Client())  # fmt: skip
    wanted = [(visitor, "visitor", (*PAGES, link, f"{link}plan.xlsx")),
              (kim, "kim", OF_PLANS), (lee, "lee", OF_PLANS)]  # fmt: skip
    found: dict[str, object] = {}
    for client, who, pages in wanted:
        for page in pages:
            answer = client.get(page)
            content = answer.content
            text = TOKEN.sub("", content.decode()) if b"<html" in content else content.hex()
            found[f"{who} {page}"] = [answer.status_code, text]
    assert User.objects.get(username="kim").check_password(PASSWORD)
    found["log"] = [
        [entry.who, entry.action, entry.thing, entry.detail, entry.when.isoformat()]
        for entry in AuditEntry.objects.order_by("pk")
        if entry.action not in {"backup", "restore", "plan-file"}
    ]
    return found


if __name__ == "__main__":
    setup_test_environment()
    json.dump(fill() if sys.argv[1] == "fill" else ask(sys.argv[3]), sys.stdout)
