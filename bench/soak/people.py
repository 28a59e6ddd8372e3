"""What the simulated people do; locust runs it: `locust -f bench/soak/people.py`.

A third look around without signing in, a third make plans, a third work on the campaign page. Each
thinks for 2 to 10 seconds after every page, as people do. TELADS_SOAK_TIMES names the file that
gets the time of every answer.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from locust import FastHttpUser, between, events, task

from bench.soak.accounts import PASSWORD
from telads.dataset import in_force

THINKING = between(2, 10)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
LINK = re.compile(r'<code class="secret">[^<]*?(/(?:en/)?plans/shared/[^<]+)</code>')
PLATFORMS = ("shopping", "game", "youtube", "video", "netflix")
"""The first go with delivery among young people: a plan of them can always be made."""
PLACES = tuple(text.ko for text in in_force().districts.values())
NUMBERS = count()
"""Each planner has an account of his own: planner0, planner1 ..."""
TIMES: dict[str, dict[str, list[int]]] = {}
"""Milliseconds of each answer, by kind (page, file, api, sign-in) and name."""
FAULTS: list[str] = []


def note(name: str, response_time: float, exception: BaseException | None, **facts: Any) -> None:
    """Write down an answer."""
    kind, _, what = name.partition(": ")
    TIMES.setdefault(kind, {}).setdefault(what, []).append(round(response_time))
    if exception is not None:
        FAULTS.append(f"{name}: {exception!r}"[:300])


def write(environment: Any, **facts: Any) -> None:
    """Leave the times to the parent process."""
    path = os.environ.get("TELADS_SOAK_TIMES")
    if path:
        Path(path).write_text(json.dumps({"times": TIMES, "faults": FAULTS}), encoding="utf-8")


events.request.add_listener(note)  # type: ignore[no-untyped-call]
events.quitting.add_listener(write)  # type: ignore[no-untyped-call]


def segment() -> str:
    """Anybody in the city."""
    return urlencode({
        "district": random.choice(PLACES), "sex": random.choice("MF"),
        "age": random.choice(in_force().ages),
    })  # fmt: skip


class Person(FastHttpUser):
    """Looks around as everybody does."""

    abstract = True
    wait_time = THINKING
    network_timeout = connection_timeout = 30.0
    place = ""

    def on_start(self) -> None:
        """Half of the people read English."""
        self.place = random.choice(["", "/en"])

    def page(self, what: str, path: str) -> str:
        """Open a page, with a token for the form that it may hold."""
        with self.client.get(self.place + path, name=f"page: {what}", catch_response=True) as found:
            if found.status_code != 200:
                found.failure(f"status {found.status_code}")
            return found.text or ""

    def send(self, what: str, path: str, page: str, form: dict[str, str]) -> str:
        """Send the form of a page."""
        token = TOKEN.search(page)
        fields = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
        with self.client.post(
            self.place + path, data=fields, name=what, catch_response=True
        ) as found:
            if found.status_code != 200:
                found.failure(f"status {found.status_code}")
            return found.text or ""

    @task(6)
    def customer(self) -> None:
        """Which services for these people."""
        self.page("customers", f"/customers/?{segment()}")

    @task(6)
    def advertiser(self) -> None:
        """Whom to address, in all ways one can ask."""
        asked = {"service": random.choice(in_force().service_ids)}
        if random.random() < 0.3:
            asked["district"] = random.choice(PLACES)
        if random.random() < 0.2:
            asked["sex"] = random.choice("MF")
        self.page("advertisers", f"/advertisers/?{urlencode(asked)}")

    @task(2)
    def home(self) -> None:
        """The introduction."""
        self.page("home", "/")

    @task(2)
    def data(self) -> None:
        """Maps and lines."""
        self.page("data", f"/data/?{segment()}")

    @task(1)
    def evidence(self) -> None:
        """How good the advice is."""
        self.page("evidence", "/evidence/")

    @task(2)
    def audience(self) -> None:
        """An audience by rules."""
        rules = {
            "service": random.choice(in_force().service_ids),
            "z": "0.5",
            "age": random.choice(in_force().ages),
        }
        self.page("audiences", f"/audiences/?{urlencode(rules)}")

    @task(1)
    def program(self) -> None:
        """A program that asks the API."""
        path = f"/api/v1/targets?service={random.choice(in_force().service_ids)}"
        self.client.get(path, name="api: targets")


class Visitor(Person):
    """A visitor who does not sign in and opens links from planners."""

    weight = 1
    links: list[str] = []  # noqa: RUF012 - passed around among all

    @task(2)
    def link(self) -> None:
        """A shared plan."""
        if self.links:
            with self.client.get(
                random.choice(self.links), name="page: shared plan", catch_response=True
            ) as found:
                if found.status_code != 200:
                    found.failure(f"status {found.status_code}")


class Member(Person):
    """Looks around for a while, then signs in."""

    abstract = True

    def on_start(self) -> None:
        """Not all come at nine sharp: each signs in after some pages."""
        super().on_start()
        self.name = f"planner{next(NUMBERS)}"
        self.patience = random.randint(0, 12)
        self.signed_in = False

    @task(12)
    def work(self) -> None:
        """The next thing a member does."""
        if self.signed_in:
            self.next()
        else:
            self._wait_or_sign_in()

    def next(self) -> None:
        """What there is to do once signed in."""
        raise NotImplementedError

    def _wait_or_sign_in(self) -> None:
        self.patience -= 1
        if self.patience >= 0:
            self.customer()
            return
        form = self.page("sign-in form", "/account/sign-in/")
        self.send("sign-in: sign in", "/account/sign-in/", form,
                  {"username": self.name, "password": PASSWORD})  # fmt: skip
        self.signed_in = True


class Planner(Member):
    """Makes, opens, shares and downloads plans."""

    weight = 1

    def on_start(self) -> None:
        """Without plans at first."""
        super().on_start()
        self.plans: list[str] = []

    def next(self) -> None:
        """Make a plan, or do something with one."""
        deeds = [self._make] if not self.plans else [
            self._make, self._open, self._open, self._download, self._share, self._listed,
        ]  # fmt: skip
        random.choice(deeds)()

    def _make(self) -> None:
        """Try a budget, then save it."""
        ages = random.sample([20, 30, 40], 2)  # older people use it less than the average
        chosen = "&".join(f"age={age}" for age in ages)
        page = self.page("new plan", f"/plans/new/?service=delivery&z=0.3&{chosen}")
        form = {
            "name": f"plan of {self.name}", "advertise": "delivery", "unit": "1000",
            "budget": str(random.randint(20, 90) * 1_000_000), "goal": "", "often": "",
            "rules": json.dumps({"where": {"age": ages}}),
        }  # fmt: skip
        for at, service in enumerate(PLATFORMS[: random.randint(2, 5)]):
            form |= {f"p{at}_service": service, f"p{at}_price": str(random.randint(2000, 9000))}
        tried = self.send("page: try a plan", "/plans/new/", page, {**form, "try": "1"})
        time.sleep(2 + random.random())  # locust makes it wait for this one alone
        saved = self.send("page: save a plan", "/plans/new/", tried, {**form, "save": "1"})
        number = re.search(r"/plans/(\d+)/versions/1/", saved)
        if number:
            self.plans.append(number[1])

    def _open(self) -> None:
        self.page("plan", f"/plans/{random.choice(self.plans)}/versions/1/")

    def _listed(self) -> None:
        self.page("plans", "/plans/")

    def _download(self) -> None:
        kind = random.choice(["xlsx", "pdf", "csv", "json"])
        path = f"{self.place}/plans/{random.choice(self.plans)}/versions/1/plan.{kind}"
        self.client.get(path, name=f"file: plan.{kind}")

    def _share(self) -> None:
        number = random.choice(self.plans)
        page = self.page("plan", f"/plans/{number}/versions/1/")
        path = f"/plans/{number}/versions/1/share/"
        link = LINK.search(self.send("page: share a plan", path, page, {"days": "7"}))
        if link:
            Visitor.links.append(quote(link[1]))


class Campaigner(Member):
    """Works on one campaign: the whole page once, then the parts that a change exchanges."""

    weight = 1

    def on_start(self) -> None:
        """Without a campaign at first."""
        super().on_start()
        self.choice: dict[str, Any] = {}

    def next(self) -> None:
        """Begin a campaign, change it, or take it along."""
        if not self.choice or random.random() < 0.1:
            self.choice = {"service": "delivery", "budget": self._budget()}
            self.page("campaign", f"/campaign/?{self._query()}")
            return
        random.choice([self._change, self._change, self._change, self._look, self._compare])()
        if random.random() < 0.03:
            path = f"{self.place}/campaign/plan.pptx?{self._query()}"
            self.client.get(path, name="file: campaign plan.pptx")

    def _change(self) -> None:
        """Another budget or other districts: the result comes, and asks for its curve."""
        if random.random() < 0.5:
            self.choice["budget"] = self._budget()
        else:
            self.choice["district"] = random.sample(PLACES, random.randint(1, 4))
        self._part("campaign, a change", "result")
        self._part("campaign, its curve", "curve")

    def _look(self) -> None:
        """The same in another colour and order."""
        self.choice["show"] = random.choice(["use", "spend", "reach"])
        self.choice["sort"] = random.choice(["name", "-people", "-use", "-spend"])
        self._part("campaign, a look", "result")

    def _compare(self) -> None:
        """Two budgets side by side."""
        other = {**self.choice, "budget": self._budget()}
        both = {"a": self._query(), "b": urlencode(other, doseq=True)}
        self.page("scenarios", f"/campaign/scenarios/?{urlencode(both)}")

    def _part(self, what: str, target: str) -> None:
        headers = {"HX-Request": "true", "HX-Target": target}
        path = f"{self.place}/campaign/?{self._query()}"
        with self.client.get(
            path, headers=headers, name=f"page: {what}", catch_response=True
        ) as found:
            if found.status_code != 200:
                found.failure(f"status {found.status_code}")

    def _query(self) -> str:
        return urlencode(self.choice, doseq=True)

    @staticmethod
    def _budget() -> str:
        return str(random.randint(10, 90) * 1_000_000)
