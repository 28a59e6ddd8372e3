from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.model import Month, Window, months_between
from telads.store.workspace import Store
from telads.web.filters import unbroken
from telads.web.pages.home.views import SHOWN, windows
from tests.asked import movements


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_one_door_to_each_question(site: Client, root: str) -> None:
    page = site.get(root).content.decode()
    for door in ("customers/", "advertisers/", "data/", "evidence/"):
        assert f'href="{door}"' in page


@pytest.mark.parametrize(("root", "lang"), [("/", "ko"), ("/en/", "en")])
def test_the_newest_months_movements_with_their_figures(
    site: Client, twin_workspace: Store, root: str, lang: str
) -> None:
    page = site.get(root).content.decode()
    answer = movements(twin_workspace.build())
    assert answer.rows.height == 3
    for row, sentence in zip(answer.rows.to_dicts(), answer.sentences, strict=True):
        assert unbroken(sentence.ko if lang == "ko" else sentence.en) in page
        assert f"{abs(row['change_percent']):.1f}%" in page


def test_months_and_what_they_observe(site: Client) -> None:
    page = site.get("/").content.decode()
    assert "4개월의 자료가 있습니다" in page
    assert "관측 2022년 10월–2023년 3월" in page
    page = site.get("/en/").content.decode()
    assert "4 months are loaded" in page
    assert "observed 2022-10 to 2023-03" in page


def test_before_the_first_build_it_says_what_to_do(client: Client, tmp_path: Path) -> None:
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)):
        korean, english = client.get("/"), client.get("/en/")
        away = client.get("/", REMOTE_ADDR="192.0.2.7").content.decode()
    assert "telads ingest FILES\n" in away
    assert str(tmp_path) not in away
    assert korean.status_code == english.status_code == 200
    assert f"telads ingest FILES --workspace {tmp_path}" in korean.content.decode()
    assert "Nothing is built yet" in english.content.decode()


def test_each_label_month_observes_the_three_before() -> None:
    grid = windows(months_between(Month.of(2023, 1), Month.of(2023, 3)))
    assert grid.months == months_between(Month.of(2022, 10), Month.of(2023, 3))
    assert [row.cells for row in grid.rows] == [
        ["seen", "seen", "seen", "labelled", "", ""],
        ["", "seen", "seen", "seen", "labelled", ""],
        ["", "", "seen", "seen", "seen", "labelled"],
    ]
    assert grid.older == 0


def test_old_months_are_counted_not_drawn() -> None:
    labels = months_between(Month.of(2022, 1), Month.of(2023, 5))
    grid = windows(labels)
    assert len(grid.rows) == SHOWN
    assert grid.older == len(labels) - SHOWN
    assert Window(grid.months[0], grid.months[-1]).last == labels[-1]
