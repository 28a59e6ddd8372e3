"""What was computed a moment ago is not computed again, and is never another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from telads.answers.tables import HELD, bytes_of
from telads.errors import QuestionError
from telads.planning.brief import Brief
from telads.planning.plan import Plan, canonical, make_plan
from telads.store.workspace import Build
from telads.web.plans import services as module
from telads.web.plans.services import computed
from tests.web.accounts.people import person, signed_in
from tests.web.plans.samples import FORM, brief_of, saved


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    HELD.clear()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The months of the plans that were computed."""
    found: list[str] = []

    def counted(build: Build, brief: Brief) -> Plan:
        plan = make_plan(build, brief)
        found.append(plan.basis.month)
        return plan

    monkeypatch.setattr(module, "make_plan", counted)
    return found


@pytest.fixture
def brief(twin_build: Build) -> Brief:
    return brief_of(twin_build)


@pytest.mark.django_db
def test_trying_and_saving_compute_once_and_so_does_comparing(
    site: Client, made: list[str]
) -> None:
    kim = signed_in(person("kim"))
    assert kim.post("/plans/new/", {**FORM, "try": "1"}).status_code == 200
    plan = saved(kim)
    assert made == ["2023-03"]
    for _ in range(2):
        assert kim.get(f"/plans/{plan.pk}/versions/1/").status_code == 200
        assert kim.get(f"/plans/{plan.pk}/versions/1/compare/").status_code == 200
    kim.post(f"/plans/{plan.pk}/versions/1/compare/")
    assert plan.newest.month == "2023-04"
    assert made == ["2023-03", "2023-04"]


def test_another_brief_or_build_is_computed(
    twin_build: Build, brief: Brief, made: list[str]
) -> None:
    first = computed(twin_build, brief)
    assert computed(twin_build, brief) is first
    other = computed(twin_build, replace(brief, budget=60_000_000))
    assert other.result != first.result
    assert computed(Build(twin_build.path / "." / ""), brief) is first
    assert computed(twin_build, replace(brief, month=None)).basis.month == "2023-04"
    assert len(made) == 3


def test_only_the_last_are_kept(
    twin_build: Build, brief: Brief, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = bytes_of(computed(twin_build, brief))
    assert size > len(canonical(computed(twin_build, brief).document())) / 4
    monkeypatch.setattr(HELD, "most_bytes", 2 * size)
    other = replace(brief, name="another plan")
    for one in (other, other, brief):
        computed(twin_build, one)
    assert len(made) == 3


def test_what_fails_fails_again(twin_build: Build, brief: Brief) -> None:
    impossible = replace(brief, budget=1_000_000)
    for _ in range(2):
        with pytest.raises(QuestionError):
            computed(twin_build, impossible)
