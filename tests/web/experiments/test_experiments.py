"""Experiments on the website: from the form to the verdict, who sees one, what is told of it."""

from __future__ import annotations

import csv
import io
import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pptx
import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from telads.store.files import closed_umask
from telads.store.workspace import Store
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.experiments.models import SavedExperiment
from telads.web.experiments.services import read as read_kept
from telads.web.plans.models import PlanAccess
from tests.experiments.test_experiment import BEFORE, EFFECT, START, TEST, areas_of, figures, write
from tests.web.accounts.people import person, signed_in
from tests.web.document import assert_nothing_inline, get, read
from tests.web.plans.samples import saved as saved_plan
from tests.web.test_weight import MOST, first_load

pytestmark = pytest.mark.django_db
FORM = {
    "name": "봄 시험", "plan": "", "treated": "6", "weeks": f"{TEST}", "start": START.isoformat(),
    "value": "", "sd": "5%", "must": "", "must_not": "", "level": "district", "service": "",
    "sides": "2", "alpha": "5%", "power": "80%", "unit": "",
}  # fmt: skip
SECRET = "orders"
"""Heading of the figures of the outcome, which nobody else may read."""


@pytest.fixture(scope="module")
def workspace(twin_workspace: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("experiments") / "workspace"
    shutil.copytree(twin_workspace.path, folder)
    return Store(folder)


@pytest.fixture
def kim(workspace: Store, client: Client) -> Iterator[Client]:
    """A planner of a website whose workspace may be written."""
    del client
    shown = replace(django_settings.TELADS, workspace=workspace.path)
    with closed_umask(), override_settings(TELADS=shown):
        yield signed_in(person("kim"))
    shutil.rmtree(workspace.path / "experiments", ignore_errors=True)


def upload(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


def design(client: Client, **changes: object) -> SavedExperiment:
    answer = client.post("/experiments/new/", {**FORM, **changes})
    assert answer.status_code == 302, read(answer.content.decode()).text[:3000]
    return SavedExperiment.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))


def after(workspace: Store, one: SavedExperiment, folder: Path) -> Path:
    """The outcome after a campaign that had its effect where the design has ads."""
    areas, known = areas_of(workspace), read_kept(one)
    assert known
    treated = {area.id for area in known.design.areas if area.treated}
    values = figures(areas, BEFORE + TEST)
    own = np.array([area in treated for area in areas])
    values[own, BEFORE:] = np.rint(values[own, BEFORE:] * (1 + EFFECT))
    return write(folder / "after.csv", areas, values)


def test_from_the_form_to_the_verdict_and_its_files(
    kim: Client, workspace: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    areas = areas_of(workspace)
    past = write(tmp_path / "before.csv", areas, figures(areas, BEFORE))
    one = design(kim, outcome=upload(past), sd="", service="shopping")
    for root in ("", "/en"):
        page = get(kim, f"{root}/experiments/{one.pk}/")
        assert_nothing_inline(page)
        assert {"picture-experiment", "picture-curve"} <= {
            svg.attributes.get("class") for svg in page.all("svg")
        }
    sources = {card.all("dd")[-1].text for card in page.all("div", class_="trust")
               if card.attributes["id"].startswith("trust-experiment_curve")}  # fmt: skip
    assert sources == {"the experiment's design and outcome"}  # and not the city's data
    lead = page.all("p", class_="lead")[0].text
    assert lead.replace("\u2060", "").startswith(
        "Advertise in 6 of 25 districts for 6 weeks from 2026-03-02"
    )
    assert "would show with a chance of 80%" in page.text
    assert "--" not in page.text  # no option of the command line
    sent = {"outcome": upload(after(workspace, one, tmp_path)), "cost": "10,000,000"}
    answer = kim.post(f"/en/experiments/{one.pk}/analyse/", sent)
    assert answer.status_code == 302
    page = get(kim, f"/en/experiments/{one.pk}/")
    assert_nothing_inline(page)
    assert page.all("p", class_="finding")[0].text == "The ads had an effect: more orders."
    effect, orders, cost = page.one("dl", class_="facts").all("div")
    assert effect.one("dd").text.startswith("+1")
    assert "effect of the ads (+" in effect.text
    assert "more orders" in orders.text
    assert "won" in cost.one("dd").text
    assert "cost of each" in cost.text
    parts = first_load(kim, f"/experiments/{one.pk}/")
    assert sum(parts.values()) < MOST
    assert len(page.all("svg", class_="picture-verdict")) == 2  # a wide one, and one for a phone
    told = json.loads(kim.get(f"/experiments/{one.pk}/experiment.json").content)
    assert told["design"]["wish"]["name"] == "봄 시험"
    assert told["verdict"]["found"] == "increase"
    table = kim.get(f"/experiments/{one.pk}/weeks.csv").content.decode("utf-8-sig")
    weeks = list(csv.DictReader(io.StringIO(table)))
    assert len(weeks) == 8 + TEST
    assert sum(float(row["gap"]) for row in weeks if row["test"] == "true") == pytest.approx(
        told["verdict"]["units"]["value"]
    )
    described = json.loads(kim.get(f"/experiments/{one.pk}/weeks.csv-metadata.json").content)
    assert described["url"].endswith("weeks.csv")
    assert kim.get(f"/experiments/{one.pk}/experiment.xlsx").content.startswith(b"PK")
    for name, start in (("experiment.pptx", b"PK"), ("experiment.pdf", b"%PDF")):
        assert kim.get(f"/en/experiments/{one.pk}/{name}").content.startswith(start)
    assert kim.get(f"/experiments/{one.pk}/another.csv").status_code == 404
    assert "+1" in get(kim, "/experiments/").one("tbody").text  # the effect, not only that there is
    logged = caplog.text + " ".join(f"{e.thing} {e.detail}" for e in AuditEntry.objects.all())
    assert SECRET not in logged
    # Once it was analysed its design is fixed.
    refused = kim.post(f"/experiments/{one.pk}/again/", {"seen": "1"})
    assert refused.status_code == 400
    assert kim.post(f"/experiments/{one.pk}/delete/").status_code == 302
    assert not list((workspace.path / "experiments").iterdir())
    assert not SavedExperiment.objects.exists()


def test_another_draw_is_counted_and_of_two_at_once_one_is_refused(kim: Client) -> None:
    one = design(kim)
    first = read_kept(one)
    assert kim.post(f"/experiments/{one.pk}/again/", {"seen": "1"}).status_code == 302
    again = kim.post(f"/en/experiments/{one.pk}/again/", {"seen": "1"})
    assert again.status_code == 400
    assert "drawn again in the meantime" in again.content.decode()
    second = read_kept(one)
    assert first
    assert second
    assert second.design.draw == 2
    assert second.design.seed != first.design.seed
    assert "This is draw number 2" in get(kim, f"/en/experiments/{one.pk}/").text


def test_nobody_else_sees_it_unless_it_is_shown_to_those_of_its_plan(kim: Client) -> None:
    plan = saved_plan(kim)
    page = get(kim, f"/plans/{plan.pk}/")
    assert f"/experiments/new/?plan={plan.pk}" in {
        link.attributes.get("href") for link in page.all("a")
    }
    form = get(kim, f"/experiments/new/?plan={plan.pk}")
    assert form.one("input", name="name").attributes["value"] == plan.name
    one, alone = design(kim, plan=f"{plan.pk}"), design(kim, name="혼자")
    known = read_kept(one)
    assert known
    assert known.design.wish.plan == plan.newest.hash
    assert known.design.wish.service == "delivery"
    lee, boss = signed_in(person("lee")), signed_in(person("boss", Role.ADMINISTRATOR))
    viewer_person = person("choi", Role.VIEWER)
    viewer = signed_in(viewer_person)
    PlanAccess.objects.create(plan=plan, user=viewer_person, may_edit=True)
    there = (f"/experiments/{one.pk}/", f"/experiments/{one.pk}/experiment.json")

    def seen(client: Client) -> list[int]:
        return [client.get(address).status_code for address in there]

    assert seen(lee) == seen(boss) == seen(viewer) == [404, 404]
    assert kim.post(f"/experiments/{one.pk}/access/", {"shared": "on"}).status_code == 302
    assert seen(viewer) == [200, 200]
    assert one.name in viewer.get("/experiments/").content.decode()
    assert alone.name not in viewer.get("/experiments/").content.decode()
    assert seen(lee) == seen(boss) == [404, 404]
    # A viewer reads and does nothing else.
    assert viewer.get("/experiments/new/").status_code == 403
    assert viewer.post("/experiments/new/", FORM).status_code == 403
    for action in ("analyse", "again", "access", "delete"):
        assert viewer.post(f"/experiments/{one.pk}/{action}/", {"seen": "1"}).status_code == 403
        assert lee.post(f"/experiments/{one.pk}/{action}/", {"seen": "1"}).status_code == 404
    # Nobody makes one for a plan that they do not see.
    assert lee.post("/experiments/new/", {**FORM, "plan": f"{plan.pk}"}).status_code == 400
    assert kim.post(f"/experiments/{one.pk}/access/", {}).status_code == 302
    assert seen(viewer) == [404, 404]
    plan.delete()
    assert seen(kim) == [200, 200]


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [({"treated": "none"}, "treated", "out of range"),
     ({"start": "soon"}, "start", "The date is not clear"),
     ({"alpha": "x"}, "alpha", "The share is not clear"),
     ({"name": ""}, "name", "Enter a valid name"),
     ({"must": "강남구, 어딘가"}, "must", "Area not found"),
     ({"must_not": "어딘가"}, "must_not", "Area not found"),
     ({"treated": "25"}, "", "No area is left to compare with"),
     ({"outcome": b"a,b\n1,2\n"}, "outcome", "No column has days or weeks"),
     ({"outcome": b"area,week,orders,money\n\xea\xb0\x95\xeb\x82\xa8\xea\xb5\xac,2026-01-05,1,2\n"},
      "outcome", "Name it with “Column of figures, if several”")],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field(
    kim: Client, changes: dict[str, str | bytes], field: str, told: str
) -> None:
    sent = {key: SimpleUploadedFile("x.csv", value) if isinstance(value, bytes) else value
            for key, value in changes.items()}  # fmt: skip
    answer = kim.post("/en/experiments/new/", {**FORM, **sent})
    assert answer.status_code == 400
    page = read(answer.content.decode())
    place = page.one("p", id=f"id_{field}_error") if field else page.one("div", role="alert")
    assert told in place.text
    assert "--" not in place.text
    assert "/tmp" not in answer.content.decode()  # nor where the server put the file
    assert ("file x.csv" in place.text) == (field == "outcome")
    assert not SavedExperiment.objects.exists()


def test_an_experiment_whose_files_are_gone_can_still_be_deleted(
    kim: Client, workspace: Store
) -> None:
    one = design(kim)
    shutil.rmtree(workspace.path / "experiments")
    assert "were deleted" in get(kim, f"/en/experiments/{one.pk}/").text
    assert "files deleted" in get(kim, "/en/experiments/").text
    assert kim.get(f"/experiments/{one.pk}/areas.csv").status_code == 404
    assert kim.post(f"/experiments/{one.pk}/delete/").status_code == 302
    assert not SavedExperiment.objects.exists()


def test_a_plan_shows_an_earlier_effect_to_those_who_may_see_it(
    kim: Client, workspace: Store, tmp_path: Path
) -> None:
    plan, viewer = saved_plan(kim), person("lee", Role.VIEWER)
    PlanAccess.objects.create(plan=plan, user=viewer)
    lee = signed_in(viewer)
    one = design(kim, plan=f"{plan.pk}")
    page = f"/en/experiments/{one.pk}/"
    assert kim.post(f"{page}reference/", {}).status_code == 400  # no verdict yet
    assert kim.post(
        f"{page}analyse/", {"outcome": upload(after(workspace, one, tmp_path)), "cost": "20000000"}
    ).status_code == 302  # fmt: skip
    figures_before = get(kim, f"/en/plans/{plan.pk}/").one("dl", class_="facts").text
    document = kim.get(f"/plans/{plan.pk}/versions/1/plan.json").content
    assert "Keep as reference for later plans" in get(kim, page).text
    assert kim.post(f"{page}reference/", {"service": "delivery"}).status_code == 302
    assert "None of their figures depends on it" in get(kim, page).text
    shown = get(kim, f"/en/plans/{plan.pk}/")
    assert "An earlier test (봄 시험, 2026-03-02): orders +1" in shown.text
    assert one.key not in shown.text
    assert f"/en/experiments/{one.pk}/" in {link.attributes.get("href") for link in shown.all("a")}
    assert shown.one("dl", class_="facts").text == figures_before
    assert kim.get(f"/plans/{plan.pk}/versions/1/plan.json").content == document
    file = f"/en/plans/{plan.pk}/versions/1/plan.pptx"
    assert told(kim.get(file).content)
    # Who sees the plan alone sees neither the effect nor that there was a test.
    assert "earlier test" not in get(lee, f"/en/plans/{plan.pk}/").text
    assert not told(lee.get(file).content)
    made = kim.post(f"/en/plans/{plan.pk}/versions/1/share/", {"days": "7"})
    link = read(made.content.decode()).one("code", class_="secret").text
    assert "earlier test" not in get(Client(), "/" + link.split("/", 3)[3]).text
    assert kim.post(f"/experiments/{one.pk}/access/", {"shared": "on"}).status_code == 302
    assert "An earlier test" in get(lee, f"/en/plans/{plan.pk}/").text
    assert lee.post(f"{page}reference/", {"remove": "on"}).status_code == 403
    assert kim.post(f"{page}reference/", {"remove": "on"}).status_code == 302
    assert "earlier test" not in get(kim, f"/en/plans/{plan.pk}/").text
    assert AuditEntry.objects.filter(action="experiment-reference").count() == 2


def told(deck: bytes) -> bool:
    """Whether a plan's deck says anything of an earlier test."""
    slides = pptx.Presentation(io.BytesIO(deck)).slides
    return any("An earlier test" in one.notes_slide.notes_text_frame.text for one in slides)
