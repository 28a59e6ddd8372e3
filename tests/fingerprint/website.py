"""The website: the API, every page for each role, downloads, plans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import unquote, urlencode, urlsplit
from zlib import crc32

from tests.fingerprint.prints import Prints, text_of
from tests.fingerprint.questions import (
    AGE,
    BRIEFS,
    LARGEST,
    METHODS,
    PARTS,
    PEOPLE,
    RULES,
    SEGMENTS,
    SERVICE,
    SEX,
    TABLES,
    brief,
    form,
)

if TYPE_CHECKING:
    from django.test import Client

LANGS = ("ko", "en")
HEADERS = (
    "Content-Type", "Content-Disposition", "Content-Language", "Location", "Link", "Cache-Control",
    "Vary", "Allow", "Content-Security-Policy",
)  # fmt: skip
"""Headers that are part of an answer."""


class Site:
    """The website, asked by visitors and people who have signed in; what was asked is noted."""

    def __init__(self, prints: Prints, whole: bool) -> None:
        from django.test import Client

        self.prints, self.whole = prints, whole
        self.asked: set[str] = set()
        self.clients: dict[str, Client] = {"visitor": Client(SERVER_NAME="localhost")}

    def sign_in(self, name: str) -> None:
        """Sign a user in."""
        from django.contrib.auth import get_user_model
        from django.test import Client

        self.clients[name] = Client(SERVER_NAME="localhost")
        self.clients[name].force_login(
            get_user_model().objects.get(username=name),
            "django.contrib.auth.backends.ModelBackend",
        )

    def both(self, address: str, *who: str) -> None:
        """A page in both languages; in one of them where not the whole is asked."""
        for prefix in languages(self, address, ("", "/en")):
            for one in who or ("visitor",):
                self.get(prefix + address, one)

    def get(self, address: str, who: str = "visitor", **headers: str) -> bytes:
        """The answer of an address, whose fingerprint is noted."""
        response = self.clients[who].get(address, headers=headers or None)
        name = " ".join([who, address, *headers.values()])
        return self._note(name, address, response)

    def post(
        self, address: str, sent: Any, who: str = "visitor", name: str = "", json: bool = False,
        secret: str = "",
    ) -> bytes:  # fmt: skip
        """The answer of an address to what is sent; `secret` is a pattern of one in it."""
        client = self.clients[who]
        response = (
            client.post(address, sent, "application/json") if json else client.post(address, sent)
        )
        if secret:
            (found,) = set(re.findall(secret, response.content.decode()))
            self.prints.hide(found)
        return self._note(f"{who} POST {address} {name}".strip(), address, response)

    def _note(self, name: str, address: str, response: Any) -> bytes:
        from django.urls import Resolver404, get_resolver
        from django.utils.translation import override

        path = urlsplit(address).path
        with override("en" if path.startswith("/en/") else "ko"), suppress(Resolver404):
            self.asked.add(get_resolver().resolve(path).route.removeprefix("en/"))
        content: bytes = response.getvalue()
        told = [str(response.status_code)]
        told += [
            f"{head}: {response.headers[head]}" for head in HEADERS if head in response.headers
        ]
        suffix = Path(path).suffix if response.status_code == 200 else ""
        shown = "\n".join((*told, "", text_of(suffix, content)))
        self.prints.add(f"site/{unquote(name)}", shown)
        return content


def languages(site: Site, address: str, both: tuple[str, str]) -> tuple[str, ...]:
    """Those in which an address is asked: always the same, whatever stands before it."""
    return both if site.whole else both[crc32(address.encode()) % 2 :][:1]


def patterns() -> set[str]:
    """Every address of the website, as Django spells its patterns, without the language."""
    from django.urls import URLResolver, get_resolver
    from django.utils.translation import override

    def walk(found: Iterable[Any], before: str) -> Iterator[str]:
        for one in found:
            here = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, here)
            else:
                yield here

    with override("ko"):
        return set(walk(get_resolver().url_patterns, ""))


def website(
    name: str, prints: Prints, months: Sequence[str], folder: Path, upload: Path | None
) -> None:
    """The API or the pages; the addresses there are, and those asked for, are left in files.

    Without a file to upload not the whole is asked: what needs no months is left out, the rest is
    in one language.
    """
    import django

    django.setup()
    site = Site(prints, whole=upload is not None)
    if name == "api":
        api(site, months)
    else:
        for one in PEOPLE:
            site.sign_in(one)
        pages(site, months)
        plans(site, months)
        audiences(site)
        experiments(site)
        if upload:
            media(site)
            accounts(site)
            administration(site, months, upload)
    for kind, found in (("there", patterns()), ("asked", site.asked)):
        (folder / f"{name}.{kind}").write_text("\n".join(sorted(found)), "utf-8")


def query(*segment: str, **choices: object) -> str:
    """The query of an address."""
    group = dict(zip(("district", "sex", "age"), segment, strict=False))
    known = {name: value for name, value in {**choices, **group}.items() if value != ""}
    return urlencode(known, doseq=True)


def api(site: Site, months: Sequence[str]) -> None:
    """The API: every question by method and month, tables, charts, plans, refusals, OpenAPI."""
    names = json.loads(site.get("/api/v1/services?" + query(*SEGMENTS[0])))["rows"]
    every = sorted(row["service"] for row in names)
    asked: list[str] = ["openapi.json"]
    asked += ["status", "months", "measures", "districts"]
    for segment in SEGMENTS:
        asked.append(f"history?{query(*segment)}")
        for month in months:
            asked += [f"{name}?{query(*segment, month=month)}" for name in ("signals", "lookalike")]
            for method in METHODS:
                when = {"month": month, "method": method}
                asked.append(f"services?{query(*segment, **when)}")
                asked.append(f"platforms?{query(*segment, service=SERVICE, **when)}")
    for month in months:
        asked.append(f"segments?{query(month=month, sex='F', limit=150)}")
        for service, method in product(every, METHODS):
            asked.append(f"targets?{query(month=month, service=service, method=method)}")
        asked.append(f"changes?{query(month=month, service='game')}")
    group = SEGMENTS[1]
    asked.append(f"changes?{query(group[0], service='youtube')}")
    asked.append(f"changes?{query(service=SERVICE, against='year')}")
    asked += ["alike", f"alike?{query(sex=SEX, age=AGE, among='other-districts', top=8)}"]
    asked += [f"areas.{kind}?{query(service=SERVICE)}" for kind in ("geojson", "parquet")]
    asked.append(f"areas.geojson?{query(service=SERVICE, level='neighbourhood')}")  # no borders
    for service in every:
        asked.append(f"platforms?{query(*group, service=service, by='association')}")
        asked.append(f"targets?{query(service=service, top=40, platforms='true')}")
    for by in ("excess", "volume"):
        more = {"age": 20, "platforms": "true", "platforms_by": "association"}
        asked.append(f"targets?{query(service='game', by=by, **more)}")
    for among in ("other-people", "other-districts"):
        asked.append(f"lookalike?{query(*group, among=among, top=12)}")
    # Refused, each for another reason.
    asked += ["no-such-question", "services", "export/nothing.csv", "export/segments.doc",
              "charts/nothing.svg", "charts/monthly.gif"]  # fmt: skip
    asked += [f"services?{query('강남', SEX, AGE)}", f"services?{query(*group, month='1999-01')}",
              f"services?{query(*group, colour='red')}", f"targets?{query(service='nothing')}",
              f"targets?{query(service='youtube', by='volume')}",
              f"targets?{query(service='game', top=0)}"]  # fmt: skip
    for address in asked:
        mark = "&" if "?" in address else "?"
        for lang in languages(site, address, LANGS):
            site.get(f"/api/v1/{address}{mark}lang={lang}")
    site.get("/api/v1/months", **{"Accept-Language": "en"})
    for table, method in product(TABLES, METHODS):
        for kind in ("csv", "csv-metadata.json", "parquet", "xlsx", "json"):
            if kind in {"xlsx", "json"} and (table, method) == LARGEST:
                continue
            if kind == "xlsx" and not site.whole:
                continue
            site.get(f"/api/v1/export/{table}.{kind}?method={method}")
    for address in charts(months):
        site.get(f"/api/v1/charts/{address}&lang=ko")
    for address in charts(months[-1:]):
        site.get(f"/api/v1/charts/{address}&lang=en")
    for lang in LANGS:
        for name, rules in RULES.items():
            site.post(f"/api/v1/audience?lang={lang}", rules, name=name, json=True)
            more = {**rules, "against": {"where": {"age": [30]}}}
            site.post(f"/api/v1/audience?lang={lang}", more, name=f"{name} against", json=True)
        for part in PARTS:
            sent = brief("reach")
            site.post(f"/api/v1/plan?part={part}&lang={lang}", sent, name="reach", json=True)
        wrong = {**brief("reach"), "budget": -1}
        site.post(f"/api/v1/plan?lang={lang}", wrong, name="wrong", json=True)
        site.post(f"/api/v1/plan/plan.google.csv-notes.txt?lang={lang}", sent, json=True)
    for name in BRIEFS:
        site.post("/api/v1/plan", brief(name), name=name, json=True)
    site.both("/api/v1/docs")


def charts(months: Sequence[str]) -> Iterator[str]:
    """Every chart: its specification by month and choice, its drawing once, wide and narrow."""
    group = query(*SEGMENTS[0])
    choices = {
        "population": [f"month={month}" for month in months] + ["district=강남구"],
        "choropleth": [f"measure={one}&month={months[0]}" for one in ("average_age", SERVICE)]
        + ["measure=youtube&sex=F", "measure=commute_minutes&age=30"],
        "correlation": [f"month={month}" for month in months],
        "monthly": ["sex=F&age=30", group, "district=노원구"],
        "ranking": [group, f"{group}&service={SERVICE}"]
        + [f"{group}&month={month}" for month in months],
        "neighbourhoods": [f"service={SERVICE}", "service=game&sex=F&age=30"],
        "targets": [f"service={SERVICE}&month={month}" for month in months]
        + ["service=youtube&top=50", "service=game&by=excess"],
    }
    for name, asked in choices.items():
        for choice in asked:
            yield f"{name}.json?{choice}"
        yield f"{name}.json?{asked[0]}&narrow=true"
        yield f"{name}.svg?{asked[0]}"


def pages(site: Site, months: Sequence[str]) -> None:
    """Pages that everybody sees, and their downloads."""
    for address in ("/", "/evidence/", "/evidence/?horizon=3", "/data/", "/customers/",
                    "/advertisers/", "/audiences/", "/campaign/", "/changes/", "/plans/", "/help/",
                    "/search/?q=30", "/no-such-page/", "/customers/?district=nowhere",
                    "/advertisers/?service=nothing", "/embed/code/monthly/",
                    "/embed/a-token/"):  # fmt: skip
        site.both(address)
    place = query(SEGMENTS[0][0])
    for address in ("/?service=game&who=F30&budget=8000만", f"/brief/?{place}&who=F30",
                    "/changes/?service=video", f"/changes/?service=game&month={months[-1]}",
                    "/advertisers/?service=game&level=group",
                    f"/advertisers/?service=game&level=neighbourhood&{place}"):  # fmt: skip
        site.both(address)
    site.get("/healthz")
    site.get("/favicon.ico")
    for kind in ("csv", "csv-metadata.json"):
        site.both(f"/evidence/evaluation.{kind}")
    group = query(*SEGMENTS[0])
    measures = [row["measure"] for row in json.loads(site.get("/api/v1/measures"))["rows"]]
    for month in months:
        site.both(f"/data/?month={month}")
    for choice in ("sex=F", "age=30", "district=강남구", f"{group}&measure={SERVICE}"):
        site.both(f"/data/?{choice}")
    for measure in measures:
        site.both(f"/data/?measure={measure}&sex=F")
    for chart in ("people", "population", "choropleth", "correlation", "monthly"):
        for kind in ("csv", "csv-metadata.json", "svg", *(["json"] if chart != "people" else [])):
            site.both(f"/data/{chart}.{kind}?sex=F&age=30&month={months[-1]}")
    for month, method in product(months, METHODS):
        for segment in SEGMENTS:
            site.both(f"/customers/?{query(*segment, month=month, method=method)}")
        for service in (SERVICE, "youtube"):
            site.both(f"/advertisers/?{query(service=service, month=month, method=method)}")
    for service in ("game", "finance", "shopping", "video", "netflix"):
        site.both(f"/advertisers/?{query(service=service, top=20)}")
    for choice in ("service=game&by=excess&sex=F&top=30", "service=finance&by=volume&age=20",
                   f"service={SERVICE}&platforms_by=association&district=강남구"):  # fmt: skip
        site.both(f"/advertisers/?{choice}")
    for month in months:
        site.both(f"/changes/?{query(service='game', month=month)}")
    for choice in ("service=youtube&sort=district", "service=video&district=강남구&sort=-now",
                   "service=game&against=year"):  # fmt: skip
        site.both(f"/changes/?{choice}")
    for choice in (f"service=youtube&month={months[0]}", "district=강남구&who=F&budget=500만",
                   "tick=0-5&budget=50000000&platform=game&price=3000&ceiling=",
                   "within=강남구", "show=spend&sort=name&tick=0-40",
                   "show=reach&sort=-spend"):  # fmt: skip
        site.both(f"/campaign/?{choice}")
    two = {"a": "service=delivery", "b": "service=delivery&budget=30000000", "name_b": "30"}
    site.both(f"/campaign/scenarios/?{query(**two)}")
    for kind in ("pptx", "pdf", "xlsx", "csv"):
        site.both(f"/campaign/scenarios/scenarios.{kind}?{query(**two)}")
    for name in ("changes.xlsx", "changes.csv", "groups.csv", "changes.csv-metadata.json"):
        site.both(f"/changes/{name}?service=video&district=강남구")
    alike = "who=F30&among=other-districts"
    for address in ("", f"?{alike}", "?neighbourhood=nowhere", f"alike.xlsx?{alike}",
                    f"alike.csv?{alike}", f"alike.csv-metadata.json?{alike}"):  # fmt: skip
        site.both(f"/advertisers/alike/{address}")
    for method in METHODS:
        for name in ("services.xlsx", "services.csv", "history.csv", "signals.csv"):
            site.both(f"/customers/{name}?{query(*SEGMENTS[0], method=method)}")
        for name in ("targets.xlsx", "targets.csv", "platforms.csv"):
            site.both(f"/advertisers/{name}?{query(service=SERVICE, method=method)}")
    for name in ("customers/services", "advertisers/targets", "advertisers/platforms"):
        site.both(f"/{name}.csv-metadata.json?{group}&service={SERVICE}")
    for choice in ("service=delivery&by=index&least=110&age=20&age=30&sex2=F",
                   "service=delivery&least=0.5&age_or=20&age_not=60",
                   "signal=subway_days&z=1&district=강남구&district=노원구",
                   "like_district=강남구&like_sex=F&like_age=30&top=10",
                   "service=youtube&by=index&least=110",
                   "sex=F&age=20&district=종로구"):  # fmt: skip
        for month in (months[0], months[-1]):
            site.both(f"/audiences/?{choice}&month={month}")
    for address in ("/customers/?" + group, "/advertisers/?service=game", "/data/?sex=M",
                    "/audiences/?sex=F", "/changes/?service=game"):  # fmt: skip
        site.get(address, **{"HX-Request": "true"})


def plans(site: Site, months: Sequence[str]) -> None:
    """Plans: their form, six of them with all files, versions, sharing, lists."""
    site.both("/plans/new/", "kim", "lee")
    site.both("/plans/new/?service=delivery&least=0.5&age=20", "kim")
    for number, name in enumerate(BRIEFS, 1):
        sent = form(name)
        for prefix in ("", "/en"):
            site.post(f"{prefix}/plans/new/", sent, "kim", f"{name} computed")
        site.post("/plans/new/", {**sent, "save": "1"}, "kim", f"{name} saved")
        site.both(f"/plans/{number}/", "kim")
        site.both(f"/plans/{number}/versions/1/plan.xlsx", "kim")
        prefixes = ("", "/en") if number == 1 and site.whole else ("", "/en")[number % 2 :][:1]
        for prefix, kind in product(prefixes, ("pptx", "pdf")):  # a file takes a second
            site.get(f"{prefix}/plans/{number}/versions/1/plan.{kind}", "kim")
        for kind in ("json", "csv", "csv-metadata.json"):
            site.get(f"/plans/{number}/versions/1/plan.{kind}", "kim")
    site.post("/plans/new/", {**form("reach"), "budget": "much"}, "kim", "refused")
    site.both("/plans/1/edit/", "kim")
    edited = {**form("reach"), "after": "1", "save": "1", "budget": "7천만원", "month": months[0]}
    site.post("/plans/1/edit/", edited, "kim")
    site.both("/plans/1/versions/2/", "kim")
    site.both("/plans/1/versions/2/compare/", "kim")
    site.both(f"/plans/1/versions/2/compare/?month={months[-1]}", "kim")
    site.both("/plans/2/versions/1/compare/", "kim")
    for kind in ("pptx", "pdf", "xlsx", "csv", "json"):
        site.both(f"/plans/1/versions/2/compare/comparison.{kind}", "kim")
    for kind in ("google.csv", "meta.json", "kakao.json", "naver.json"):
        site.get(f"/plans/1/versions/2/plan.{kind}", "kim")
        site.both(f"/plans/1/versions/2/plan.{kind}-notes.txt", "kim")
    site.post("/plans/2/versions/1/compare/", {"month": months[-1]}, "kim")
    site.post("/plans/1/access/", {"who": "lee", "level": "read"}, "kim")
    site.both("/plans/1/", "lee")
    token = r"/plans/shared/([\w-]+)/"
    page = site.post("/plans/1/versions/2/share/", {"days": "7"}, "kim", secret=token).decode()
    link = f"/plans/shared/{re.findall(token, page)[0]}/"
    for prefix in ("", "/en"):
        site.get(prefix + link)
    for kind in ("pdf", "csv"):
        site.get(f"{link}plan.{kind}")
    page = site.post(
        "/plans/1/versions/2/compare/share/", {"days": "7"}, "kim", secret=token
    ).decode()
    link = f"/plans/shared/{re.findall(token, page)[0]}/"
    for prefix in ("", "/en"):
        site.get(prefix + link)
    site.get(f"{link}comparison.csv")
    site.both("/plans/1/", "kim")
    site.post("/plans/1/links/1/revoke/", {}, "kim")
    site.post("/plans/6/archive/", {"away": "1"}, "kim")
    site.both("/plans/5/delete/", "kim")
    site.post("/plans/5/delete/", {"word": "delete"}, "kim")
    site.both("/plans/", "kim", "lee", "park")
    site.both("/plans/all/", "park")


def audiences(site: Site) -> None:
    """Saved audiences: saved, shared, renamed, compared, deleted."""
    for number, (name, rules) in enumerate(RULES.items(), 1):
        sent = {"name": name, "rules": json.dumps(rules, ensure_ascii=False)}
        site.post("/audiences/saved/new/", sent, "kim", name)
        site.both(f"/audiences/saved/{number}/", "kim")
    site.both("/audiences/saved/new/?service=delivery&least=0.5&age=20", "kim", "lee")
    site.post("/audiences/saved/new/", {"name": "", "rules": "{}"}, "kim", "refused")
    site.post("/audiences/saved/1/access/", {"who": "lee", "level": "read"}, "kim")
    site.post("/audiences/saved/1/rename/", {"name": "another"}, "kim")
    site.both("/audiences/saved/compare/?a=1&b=2", "kim", "lee")
    site.post("/audiences/saved/2/delete/", {}, "kim")
    site.both("/audiences/saved/", "kim", "lee")


def experiments(site: Site) -> None:
    """Experiments: designed, drawn again, analysed, shown, taken as files, deleted."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from telads.dataset import in_force

    first = date(2026, 1, 5)
    rows = [f"{area},{first + timedelta(days=7 * week)},{100 + 7 * at + at * week % 11}"
            for at, area in enumerate(in_force().district_names) for week in range(10)]  # fmt: skip
    outcome = "\n".join(["area,week,orders", *rows]).encode()
    sent = {"name": "test", "plan": "", "treated": "6", "weeks": "2", "start": "2026-03-02",
            "level": "district", "sides": "2", "alpha": "5%", "power": "80%"}  # fmt: skip
    site.both("/experiments/new/", "kim", "lee")
    site.post("/experiments/new/", {**sent, "treated": "x"}, "kim", "refused")
    with patch("telads.experiments.design.secrets.randbelow", return_value=7):
        site.post("/experiments/new/", {**sent, "sd": "5%"}, "kim")
        site.post("/experiments/1/again/", {"seen": "1"}, "kim")
    site.both("/experiments/1/", "kim", "lee")
    site.post("/experiments/1/access/", {"shared": "on"}, "kim")
    site.post("/experiments/1/analyse/", {"outcome": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")},
              "kim", "refused")  # fmt: skip
    site.post("/experiments/1/analyse/", {"outcome": SimpleUploadedFile("x.csv", outcome),
                                          "cost": "1000000"}, "kim")  # fmt: skip
    site.post("/experiments/1/reference/", {"service": "shopping"}, "kim")
    site.both("/experiments/1/", "kim")
    site.both("/experiments/", "kim")
    for name in ("experiment.xlsx", "experiment.pptx", "experiment.pdf", "experiment.json",
                 "weeks.csv", "weeks.csv-metadata.json"):  # fmt: skip
        site.get(f"/experiments/1/{name}", "kim")
    site.post("/experiments/1/delete/", {}, "kim")


def media(site: Site) -> None:
    """The media catalogue: its examples, one added, changed, in a plan's form, removed."""
    site.both("/media/", "kim", "lee")
    sent = {"name": "GFA", "service": "shopping", "price": "4500", "priced": "2023-09-01"}
    site.post("/media/", sent, "kim")
    site.post("/media/", {**sent, "price": "much"}, "kim", "refused")
    site.post("/media/1/", sent, "kim", "of no state")
    (seen,) = re.findall(r'name="seen" value="(\w+)"', site.get("/media/1/", "kim").decode())
    site.post("/media/1/", {**sent, "cap": "3천만원", "seen": seen}, "kim", "changed")
    for address in ("/media/", "/media/1/", "/plans/new/", "/campaign/",
                    "/campaign/plan.pptx?budget=30000000"):  # fmt: skip
        site.both(address, "kim")
    site.post("/media/1/remove/", {}, "kim")


def accounts(site: Site) -> None:
    """Signing in, one's own account, looking after people."""
    site.both("/account/sign-in/", "visitor")
    site.both("/account/password/", "kim")
    site.both("/account/notices/", "kim")
    key = r"<code class=\"secret\">(\w+)</code>"
    sent = {"mail": "", "webhook": "https://hooks.example/"}
    site.post("/account/notices/", sent, "kim", secret=key)
    site.both("/account/notices/", "kim")
    site.post("/account/notices/secret/", {}, "kim", "again", secret=key)
    for address in ("/account/sso/", "/account/choose/MQ/x-y/"):
        site.both(address)
    site.both("/account/users/", "park", "kim")
    for number in (1, 2, 3):
        site.both(f"/account/users/{number}/", "park")
    token = r"/account/choose/\w+/([\w-]+)/"
    site.post("/account/users/", {"name": "choi", "role": "viewer"}, "park", secret=token)
    site.both("/account/users/4/", "park")
    site.post("/account/users/4/link/", {}, "park", secret=token)
    for what, sent in (("role", {"role": "planner"}), ("disable", {}),
                       ("enable", {}), ("unlock", {})):  # fmt: skip
        site.post(f"/account/users/4/{what}/", sent, "park")
    site.post("/account/users/addresses/unlock/", {}, "park")
    site.both("/admin/", "park", "kim")
    site.both("/account/log/", "park")
    wrong = {"username": "kim", "password": "not this one"}
    site.post("/account/sign-in/", wrong)
    site.post("/account/sign-out/", {}, "lee")


def administration(site: Site, months: Sequence[str], upload: Path) -> None:
    """The pages of the data's administration, with a file that waits to be taken in."""
    site.both("/admin-data/", "park", "kim")
    site.both(f"/admin-data/months/{months[-1]}/forget/", "park")
    with upload.open("rb") as file:
        site.post("/admin-data/upload/", {"files": file}, "park")
    for prefix in ("", "/en"):
        site.get(f"{prefix}/admin-data/jobs/1/", "park")
    site.post("/admin-data/jobs/1/cancel/", {}, "park")
    site.post("/admin-data/jobs/1/again/", {}, "park")
    site.get("/admin-data/", "park", **{"HX-Request": "true"})
    site.post("/admin-data/build/", {}, "park")
    site.post(f"/admin-data/builds/{'0' * 16}/use/", {}, "park")
