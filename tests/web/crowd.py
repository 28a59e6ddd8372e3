"""Run as a process of its own: fill an installation for many people at once.

python -m tests.web.crowd WORKSPACE PEOPLE ROUNDS    prints what each of them works with, as JSON
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ["TELADS_WORKSPACE"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "telads.web.settings"

from telads.web.setup import make_ready

make_ready(Path(sys.argv[1]))

if True:  # Django is ready only now
    from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
    from django.contrib.auth.models import Group, User
    from django.contrib.auth.tokens import default_token_generator
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.utils import timezone
    from django.utils.encoding import force_bytes
    from django.utils.http import urlsafe_base64_encode

    from telads.experiments.areas import basis_of
    from telads.experiments.design import Wish, make_design
    from telads.experiments.kept import keep_design
    from telads.store.workspace import Store
    from telads.web import request_state
    from telads.web.audiences.models import SavedAudience
    from telads.web.experiments.models import SavedExperiment
    from telads.web.jobs.models import Job, State
    from telads.web.media.models import Medium
    from telads.web.media.services import state
    from telads.web.plans.models import PlanVersion, SavedPlan, ShareLink
    from tests.web.accounts.people import PASSWORD, signed_in
    from tests.web.plans.samples import RULES, saved

PREFIX = secrets.token_hex(3)
"""One PostgreSQL server may have had other people before."""


def user(name: str, role: str, active: bool = True) -> User:
    made = User.objects.create(username=f"{PREFIX}-{name}", password=HASHED, is_active=active)
    made.groups.add(Group.objects.get(name=role))
    return made


def session(user: User) -> str:
    return str(signed_in(user).cookies["telads-session"].value)


def plan(owner: User) -> int:
    copy = SavedPlan.objects.create(owner=owner, name=MODEL.plan.name)
    version = PlanVersion.objects.get(pk=MODEL.pk)
    version.pk, version.plan = None, copy
    version.save(force_insert=True)
    return copy.pk


def link(plan: int) -> int:
    version = PlanVersion.objects.get(plan_id=plan)
    later = timezone.now() + timedelta(days=3)
    return ShareLink.objects.create(
        version=version, digest=secrets.token_hex(32), start="abc", expires=later
    ).pk


def experiment(owner: User) -> int:
    key = f"web {secrets.token_hex(6)}"
    made = replace(DESIGN, wish=replace(DESIGN.wish, name=key))
    keep_design(STORE, request_state.settings(), made, None)
    return SavedExperiment.objects.create(owner=owner, name="x", key=key).pk


def invited(name: str) -> str:
    new = user(name, "viewer")
    return f"{urlsafe_base64_encode(force_bytes(new.pk))}/{default_token_generator.make_token(new)}"


def somebody(number: int, rounds: int) -> dict[str, Any]:
    own = user(f"boss{number}", "administrator")
    kinds = ("edit", "archive", "delete", "access", "share", "revoke", "file", "compare",
             "compare-share")  # fmt: skip
    plans = {what: [plan(own) for _ in range(rounds)] for what in kinds}
    jobs = {
        what: [Job.objects.create(by=own.username, state=state, beat=timezone.now()).pk
               for _ in range(rounds)]
        for what, state in (("cancel", State.WAITING), ("again", State.FAILED))
    }  # fmt: skip
    audiences = {
        what: [SavedAudience.objects.create(owner=own, name=f"{at}", rules=RULES).pk
               for at in range(rounds)]
        for what in ("rename", "delete", "access")
    }  # fmt: skip
    media = {
        what: [Medium.objects.create(name=f"{own.username} {what} {at}", service="game",
                                     price=5100, priced=timezone.localdate()).pk
               for at in range(rounds)]
        for what in ("medium", "remove")
    }  # fmt: skip
    seen = [state(Medium.objects.get(pk=pk)) for pk in media["medium"]]
    gone = [user(f"gone{number}-{at}", "planner", active=False) for at in range(rounds)]
    for former in gone:
        plan(former)
    return {
        "name": own.username,
        "session": session(own),
        "plans": plans,
        "audiences": audiences,
        "experiments": {what: [experiment(own) for _ in range(rounds)]
                        for what in ("analyse", "again", "access", "reference", "delete")},
        "media": {**media, "seen": seen},
        "links": [link(pk) for pk in plans["revoke"]],
        "jobs": jobs,
        "gone": [former.username for former in gone],
        "subjects": [user(f"subject{number}-{at}", "viewer").pk for at in range(rounds)],
        "reader": user(f"reader{number}", "viewer").username,
        "typists": [{"name": one.username, "session": session(one)} for one in
                    (user(f"typist{number}-{at}", "viewer") for at in range(rounds))],
        "leavers": [session(user(f"leaver{number}-{at}", "viewer")) for at in range(rounds)],
        "invited": [invited(f"new{number}-{at}") for at in range(rounds)],
    }  # fmt: skip


if __name__ == "__main__":
    setup_test_environment()
    PBKDF2PasswordHasher.iterations = (
        1000  # as of the server: what is tried is not how long it takes
    )
    HASHED = make_password(PASSWORD)
    first = user("first", "planner")
    client = Client()
    client.force_login(first, "django.contrib.auth.backends.ModelBackend")
    MODEL = PlanVersion.objects.select_related("plan").get(plan=saved(client))
    STORE = Store(Path(sys.argv[1]))
    wish = Wish(name="x", treated=6, weeks=2, start=date(2026, 3, 2), sd=0.05)
    DESIGN = make_design(basis_of(STORE.build(), "district"), wish)
    people = [somebody(number, int(sys.argv[3])) for number in range(int(sys.argv[2]))]
    json.dump({"prefix": PREFIX, "people": people}, sys.stdout)
