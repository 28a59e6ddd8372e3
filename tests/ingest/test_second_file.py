"""A month's second file (OA-22266) beside the first: each has its own state; shares of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers.inventory import status
from telads.answers.tables import of_month, read
from telads.dataset import in_force, load
from telads.errors import DataError, DatasetError, NothingBuilt, UnknownChoice
from telads.ingest.ingest import Taken, check, ingest
from telads.library import Workspace
from telads.method.build import build
from telads.method.tables import TABLES
from telads.model import Month
from telads.planning.parts import segments_in
from telads.planning.rules import read_rules
from telads.settings import Settings
from telads.store.months import withdraw
from telads.store.workspace import Store
from tests.cli.conftest import runner
from tests.dataset.city import FOLDER
from tests.ingest.portal import HEADERS, portal_rows, write_csv
from tests.ingest.workbooks import GROUPS

MAY, JUNE = Month.of(2023, 5), Month.of(2023, 6)
HEADS = ("행정동코드", "자치구", "행정동명", "성별", "연령대", "총인구", "1인가구수", *GROUPS)
PLACES = 75
SHARES = {"long_commute": 0.11, "outgoing": 0.13, "video_heavy": 0.2, "life_service_heavy": 0.17}
OF = {"long_commute": 3, "outgoing": 5, "video_heavy": 6, "life_service_heavy": 7}
SENSITIVE = (0, 1, 2, 4, 8, 9)
"""Places of the groups among the columns."""


def month_file(folder: Path, month: Month, seed: int = 1) -> Path:
    path = folder / f"{month.year}.{month.month}월_29개 통신정보.csv"
    return write_csv(path, portal_rows(PLACES, seed), HEADERS)


def groups_file(folder: Path, month: Month, seed: int = 1, factor: float = 1.0) -> Path:
    """The month's groups: fixed shares of the people, more among women; sensitive ones a third."""
    rows = []
    for row in portal_rows(PLACES, seed):
        people = float(str(row[5]))
        groups = [people / 3] * len(GROUPS)
        for id, place in OF.items():
            groups[place] = people * SHARES[id] * factor * (1.5 if row[3] == 2 else 1)
        rows.append([*row[:6], people / 4, *(round(each, 4) for each in groups)])
    path = folder / f"{month.year}.{month.month}월_10개 관심집단 수.csv"
    return write_csv(path, rows, HEADS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


@pytest.fixture
def take(workspace: Store, settings: Settings) -> Callable[..., dict[str, str]]:
    """Take files in, as checked before: name -> outcome."""

    def both(*paths: Path) -> dict[str, str]:
        foreseen = [(one.path, one.outcome) for one in check(workspace, paths, settings)]
        taken: list[Taken] = list(ingest(workspace, paths, settings))
        assert foreseen == [(one.path, one.outcome) for one in taken]
        return {one.path.name: one.outcome for one in taken}

    return both


@pytest.mark.parametrize("turned", [False, True])
def test_both_files_of_a_month_live_side_by_side(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings,
    turned: bool,
) -> None:  # fmt: skip
    files = [month_file(folder, JUNE), groups_file(folder, JUNE)]
    files = files[::-1] if turned else files
    assert {*take(*files).values()} == {"taken"}
    assert {*take(folder).values()} == {"unchanged"}
    ledger = workspace.ledger()
    assert [*ledger.current()] == [JUNE]
    assert [*ledger.second()] == [(JUNE, "groups")]
    build(workspace, settings)
    rows = status(workspace).records
    assert [(row["month"], row["second"], row["built"]) for row in rows] == [
        ("2023-06", None, True), ("2023-06", "groups", True),
    ]  # fmt: skip
    groups_file(folder, JUNE, factor=1.1)
    assert take(folder) == {files[turned].name: "unchanged", files[not turned].name: "replaced"}
    found = status(workspace)
    assert [row["built"] for row in found.records] == [True, False], "each has its own state"
    assert not found.facts["current"]
    before = workspace.build().name
    build(workspace, settings)
    assert workspace.build().name != before
    assert status(workspace).facts["current"]


def test_a_second_file_waits_for_its_month(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings
) -> None:
    groups = groups_file(folder, JUNE)
    assert take(groups) == {groups.name: "taken"}
    with pytest.raises(NothingBuilt):
        build(workspace, settings)
    take(month_file(folder, MAY))
    build(workspace, settings)
    assert "video_heavy" not in read(workspace.build(), "segments").columns
    assert status(workspace).facts["current"], "nothing that can be built is left out"
    take(month_file(folder, JUNE))
    build(workspace, settings)
    rows = of_month(workspace.build(), "segments", JUNE)
    assert rows["video_heavy"].null_count() == 0


def test_a_second_file_is_removed_alone_and_comes_again(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings
) -> None:
    months = [month_file(folder, JUNE), groups_file(folder, JUNE)]
    take(*months)
    with_it = build(workspace, settings).name
    gone = withdraw(workspace, JUNE, "me", settings, second="groups")
    assert gone
    assert gone.file == months[1].name
    assert [row["second"] for row in status(workspace).records] == [None], "the month stays"
    assert not status(workspace).facts["current"]
    without = build(workspace, settings).name
    assert without != with_it
    assert "video_heavy" not in read(workspace.build(), "segments").columns
    assert status(workspace).facts["current"]
    (kept,) = workspace.ledger().withdrawn_second().values()
    assert (kept.withdrawn_by, workspace.ledger().withdrawn()) == ("me", {})
    assert withdraw(workspace, JUNE, "you", settings, second="groups") is None
    assert take(folder) == {months[0].name: "unchanged", months[1].name: "taken"}
    assert build(workspace, settings).name == with_it
    with pytest.raises(UnknownChoice, match="2023-05 groups") as refused:
        withdraw(workspace, MAY, "me", settings, second="groups")
    assert "2023-06 groups" in refused.value.line("en")
    with pytest.raises(DataError, match="in the meantime"):
        withdraw(workspace, JUNE, "me", settings, second="groups", sha256="0" * 64)


def test_it_is_removed_from_a_terminal_and_python(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    month_file(folder, JUNE)
    groups_file(folder, JUNE)
    take(folder)
    build(workspace, settings)
    telads, of = runner(capsys), ("-w", workspace.path, "--lang", "en")
    listed = telads("status", *of).out
    assert listed.count("10 groups of interest") == 1, "the table says which file is the second"
    told = telads("forget", "2023-06", "--second", "groups", *of)
    assert told.out.startswith("removed: 2023-06 groups (2023.6")
    again = telads("forget", "2023-06", "--second", "groups", *of, "-f", "json").json()["rows"]
    assert [row["second"] for row in again] == ["groups"]
    assert "already removed: 2023-06 groups" in telads(
        "forget", "2023-06", "--second", "groups", *of).out  # fmt: skip
    assert telads("forget", "2023-06", "--second", "x", *of).code == 2
    take(folder)
    Workspace(workspace, settings).forget(JUNE, second="10 Groups of interest")
    assert workspace.ledger().second() == {}
    assert [*workspace.ledger().current()] == [JUNE]


def test_one_that_waits_can_be_removed_although_nothing_is_left_to_build(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    take(groups_file(folder, JUNE))
    told = runner(capsys)("forget", "2023-06", "--second", "groups", "-w", workspace.path)
    assert (told.code, told.err) == (0, "")
    assert workspace.ledger().second() == {}


def test_the_doctor_looks_at_second_files(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    month_file(folder, MAY)
    for month in (MAY, JUNE):
        groups_file(folder, month)
    take(folder)
    build(workspace, settings)
    telads, of = runner(capsys), ("doctor", "-w", workspace.path)
    lines = telads(*of, "--lang", "en").out.splitlines()
    assert "ok    10 groups of interest: 2023-05, 2023-06; waiting for the month's own file: " \
        "2023-06" in lines  # fmt: skip
    paths = workspace.cells_path
    cells = {str(month): paths / entry.cells
             for (month, _), entry in workspace.ledger().second().items()}  # fmt: skip
    cells["2023-05"].write_bytes(b"damaged")
    cells["2023-06"].unlink()
    told = telads(*of, "--lang", "en")
    assert told.code == 1
    (line,) = [line for line in told.out.splitlines() if line.startswith("LOOK")]
    assert "cells missing or unreadable: 2023-05, 2023-06" in line
    assert "10개 관심집단 수" in telads(*of, "--lang", "ko").out


@pytest.fixture
def pages(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings,
    client: Client,
) -> Callable[[str], Iterator[tuple[bool, str]]]:  # fmt: skip
    """A page of a workspace without a second file, and with one."""

    def shown(address: str) -> Iterator[tuple[bool, str]]:
        month_file(folder, JUNE)
        for held in (False, True):
            if held:
                groups_file(folder, JUNE)
            take(folder)
            build(workspace, settings)
            with override_settings(
                TELADS=replace(django_settings.TELADS, workspace=workspace.path)
            ):
                page = client.get(address).content.decode()
            yield held, page

    return shown


def test_the_data_page_names_the_sources_that_the_data_have(
    pages: Callable[[str], Iterator[tuple[bool, str]]],
) -> None:
    for held, page in pages("/en/data/"):
        origin = page[page.index('id="origin"') : page.index('id="ledger"')]
        assert "OA-22267): Seoul" in origin
        assert ("(OA-22266): Seoul" in origin) == held
        assert ("Second file" in page[page.index('id="ledger"') :]) == held


def test_two_second_files_of_a_month_are_refused_and_the_first_file_is_taken(
    take: Callable[..., dict[str, str]], folder: Path
) -> None:
    month, groups = month_file(folder, JUNE), groups_file(folder, JUNE)
    other = groups_file(folder, JUNE, seed=2).rename(folder / "2023-06 관심집단.csv")
    groups_file(folder, JUNE)
    assert take(folder) == {month.name: "taken", groups.name: "refused", other.name: "refused"}


def test_shares_are_those_of_the_people_on_every_table(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings
) -> None:
    month_file(folder, MAY)
    month_file(folder, JUNE, seed=2)
    groups_file(folder, JUNE, seed=2)
    take(folder)
    build(workspace, settings)
    made = workspace.build()
    rows = of_month(made, "segments", JUNE)
    for id, share in SHARES.items():
        for sex, factor in (("M", 1), ("F", 1.5)):
            shown = rows.filter(pl.col("sex") == sex)[id].to_list()
            assert shown == pytest.approx([100 * share * factor] * 150, rel=0.04)
    assert of_month(made, "segments", MAY)["video_heavy"].null_count() == 300
    signals = of_month(made, "signals", JUNE).filter(pl.col("signal") == "video_heavy_share")
    assert signals.height == 300
    women = signals.filter(pl.col("sex") == "F")
    assert women["value"].to_list() == pytest.approx([30] * 150, rel=0.04)
    assert (women["z_city"] > 0).all()


def test_audiences_are_chosen_by_the_shares_and_never_by_a_sensitive_group(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings
) -> None:
    month_file(folder, JUNE)
    groups_file(folder, JUNE)
    take(folder)
    build(workspace, settings)
    made = workspace.build()
    for id, share in SHARES.items():
        asked = {"where": {"signal": f"{id}_share", "value": 100 * share * 1.2}}
        chosen = segments_in(read_rules(asked).segments(made, JUNE))
        assert {str(segment.sex) for segment in chosen} == {"F"}
        assert len(chosen) == 150
    dataset = in_force()
    declared = {*dataset.measures, *(signal.id for signal in dataset.signals)}
    headers = {header for one in dataset.measures.values() for header in one.headers}
    assert not headers & {GROUPS[place] for place in SENSITIVE}
    for name in ("isolated", "finances", "재정상태에 대한 관심집단"):
        assert name not in declared
        with pytest.raises(UnknownChoice):
            read_rules({"where": {"signal": name, "z": 1}})
    # Nor is it in any file of the workspace: its column is not even read into the cells.
    known = {"population", *SHARES}
    (path,) = workspace.second_cells()["groups"].values()
    columns = {*pl.read_parquet_schema(path)}
    assert columns == {"code", "district", "neighbourhood", "sex", "age5", *known}
    (entry,) = workspace.ledger().second().values()
    for lang in ("ko", "en"):
        told = " ".join(text(lang) for text in entry.warnings)
        assert all(GROUPS[place] in told for place in SENSITIVE)
    for table in TABLES:
        rows = read(made, table)
        named = [name for name in rows.columns if "group" in name and name != "tie_group"]
        assert not named, table


def test_the_form_of_audiences_offers_what_the_data_hold(
    pages: Callable[[str], Iterator[tuple[bool, str]]],
) -> None:
    for held, page in pages("/audiences/"):
        assert 'value="commute_minutes"' in page
        assert ('value="video_heavy_share"' in page) == held


def test_services_are_those_of_the_first_file_alone(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    month_file(folder, MAY)
    month_file(folder, JUNE, seed=2)
    take(folder)
    build(workspace, settings)
    alone = {table: read(workspace.build(), table) for table in TABLES}
    groups_file(folder, JUNE, seed=2)
    take(folder)
    build(workspace, settings)
    both = {table: read(workspace.build(), table) for table in TABLES}
    for table in ("services", "platforms", "neighbourhoods", "classic", "ages"):
        assert both[table].equals(alone[table]), table
    bytes_of = {path: path.read_bytes() for path in workspace.build().path.iterdir()}
    build(workspace, settings, again=True)
    again = {path: path.read_bytes() for path in workspace.build().path.iterdir()}
    assert again == bytes_of, "rows copied from the former build are those from nothing"


def test_shares_of_few_people_are_hidden(
    take: Callable[..., dict[str, str]], folder: Path, workspace: Store, settings: Settings
) -> None:
    """A group of fewer people than the floor has no share, however large its segment is."""
    month_file(folder, JUNE)
    groups_file(folder, JUNE, factor=0.05)
    take(folder)
    build(workspace, settings)
    rows = of_month(workspace.build(), "segments", JUNE)
    for id, share in SHARES.items():
        people = rows["population"] * share * 0.05
        few = rows.filter(people * 1.5 < settings.floor * 0.9)
        assert few.height > 0
        assert (few[id].fill_null(0) == 0).all(), id


def test_a_measure_of_no_second_file_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    for file in FOLDER.iterdir():
        text = file.read_text("utf-8")
        if file.name == "dataset.toml":
            text = text.replace(
                "[measures.roaming_euros]", '[measures.roaming_euros]\nsource = "x"'
            )
        (folder / file.name).write_text(text, "utf-8")
    with pytest.raises(DatasetError) as caught:
        load(folder)
    assert "Second file not found" in caught.value.line("en")
