"""The privacy floor: whom too few people are in is nowhere, and no difference gives them away.

The proof of the second part: change what the hidden segments hold, their people and their usage,
and every published figure stays the same to the last bit. What does not depend on a number cannot
tell it, whatever is added to or subtracted from whatever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from telads.answers.choices import Filters
from telads.answers.pictures import by_district
from telads.answers.tables import of_month
from telads.dataset import in_force
from telads.errors import AudienceTooSmall
from telads.export import TABLES as EXPORTS
from telads.ingest.ingest import ingest
from telads.library import Workspace
from telads.method.build import build
from telads.method.segments import SEGMENT
from telads.method.tables import TABLES
from telads.model import Segment, Sex
from telads.render.report import write_report
from telads.settings import Settings
from telads.store.workspace import Store
from tests import doors
from tests.ingest.portal import HEADERS, Row, portal_rows, write_csv
from tests.ingest.test_second_file import HEADS, OF, SHARES
from tests.ingest.workbooks import GROUPS

NEIGHBOURHOODS = 75
POPULATION = HEADERS.index("총인구수")
HIDDEN = {Segment("종로구", Sex.FEMALE, 30), Segment("중구", Sex.MALE, 70),
          Segment("강남구", Sex.FEMALE, 20)}  # fmt: skip
SHOWN = Segment("강남구", Sex.FEMALE, 30)
SPLIT = Segment("강남구", Sex.MALE, 40)
"""Large, but few of its people are in one group of the second file, and few not in another."""
CELLS_OF_A_SEGMENT = 6
"""Three neighbourhoods, two five-year ages."""
FEW = 50 / CELLS_OF_A_SEGMENT
"""People of a cell of a hidden segment, at most."""


def segment_of(row: Row) -> Segment:
    sex = Sex.MALE if row[3] == 1 else Sex.FEMALE
    return Segment(str(row[1]), sex, min(int(str(row[4])) // 10 * 10, 70))


class Secret(NamedTuple):
    """What the hidden segments hold: people in all, and how their usage differs."""

    people: float
    times: float


def months_with(secret: Secret) -> dict[str, list[Row]]:
    """Two months; in the second the third of the hidden segments is large enough to be shown."""
    months = {}
    for month in ("5", "6"):
        rows = []
        for row in portal_rows(NEIGHBOURHOODS, seed=int(month)):
            segment = segment_of(row)
            hidden = segment in HIDDEN and not (month == "6" and segment.district == "강남구")
            figures = [
                secret.people / CELLS_OF_A_SEGMENT,
                *(round(float(str(f)) * secret.times, 3) for f in row[POPULATION + 1 :]),
            ]
            rows.append([*row[:POPULATION], *figures] if hidden else row)
        months[month] = rows
    return months  # fmt: skip


def groups_of(rows: list[Row], secret: Secret) -> list[Row]:
    """The second file of a month: groups of shown segments are alike, whatever the secret."""
    found = []
    for row in rows:
        people, segment = float(str(row[POPULATION])), segment_of(row)
        groups = [people / 3] * len(GROUPS)
        for id, place in OF.items():
            groups[place] = people * SHARES[id] * (secret.times if people < FEW else 1)
        if segment == SPLIT:
            few = secret.people / CELLS_OF_A_SEGMENT
            groups[OF["video_heavy"]], groups[OF["outgoing"]] = few, people - few
        found.append([*row[: POPULATION + 1], people / 4, *groups])
    return found


def open_with(secret: Secret, folder: Path, settings: Settings) -> Workspace:
    folder.mkdir()
    for month, rows in months_with(secret).items():
        write_csv(folder / f"2023.{month}월_29개 통신정보.csv", rows)
        groups = groups_of(rows, secret)
        write_csv(folder / f"2023.{month}월_10개 관심집단 수.csv", groups, HEADS)
    workspace = Store(folder / "workspace")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    return Workspace(workspace, settings)


@pytest.fixture(scope="module")
def pair(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Workspace]:
    """Two workspaces that differ only in confidential data."""
    folder = tmp_path_factory.mktemp("private")
    few, other = Secret(people=49.9, times=1), Secret(people=3.3, times=2.5)
    return open_with(few, folder / "one", settings), open_with(other, folder / "other", settings)


def hidden_rows(frame: pl.DataFrame, month: str | None) -> pl.DataFrame:
    keys = pl.DataFrame(
        [(s.district, str(s.sex), s.age) for s in HIDDEN],
        schema={"district": pl.String, "sex": pl.String, "age": pl.Int16}, orient="row",
    )  # fmt: skip
    rows = frame.with_columns(pl.col("age").cast(pl.Int16))
    rows = rows.filter(pl.col("month") == month) if month else rows
    return rows.join(keys, on=["district", "sex", "age"], how="semi")


@pytest.mark.parametrize("table", [name for name in TABLES if name != "correlations"])
def test_no_table_names_them(pair: tuple[Workspace, Workspace], table: str) -> None:
    frame = pl.read_parquet(pair[0].store.build().table(table))
    if "month" not in frame.columns:  # of all months together: hidden in one, shown in another
        frame = frame.filter(pl.col("district") != "강남구")
        assert hidden_rows(frame, None).is_empty()
        return
    known = hidden_rows(
        frame.filter(pl.any_horizontal(pl.col(pl.Float64).is_not_null())), "2023-05"
    )
    assert known.is_empty()


@pytest.mark.parametrize("table", TABLES)
def test_no_table_depends_on_them(pair: tuple[Workspace, Workspace], table: str) -> None:
    one, other = (pl.read_parquet(each.store.build().table(table)) for each in pair)
    assert one.equals(other)
    assert one.height > 0


def test_no_export_depends_on_them(pair: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    for each, folder in zip(pair, ("one", "other"), strict=True):
        for _, write in doors.exports(each, tmp_path / folder, (".csv", ".json", ".parquet")):
            write()
    compared = 0
    for one in sorted((tmp_path / "one").iterdir()):
        other = tmp_path / "other" / one.name
        if one.suffix == ".csv":
            assert one.read_bytes() == other.read_bytes(), one.name
        elif one.name.endswith(("affinity.json", "classic.json")):
            rows = [json.loads(path.read_text("utf-8"))["rows"] for path in (one, other)]
            assert rows[0] == rows[1], one.name
        elif one.suffix == ".parquet":
            assert pl.read_parquet(one).equals(pl.read_parquet(other)), one.name
        else:
            continue
        compared += 1
    assert compared == len(EXPORTS) * len(doors.METHODS) * 3


def documents(opened: Workspace) -> Iterator[tuple[str, object]]:
    """Everything that answers say, but for the build's name and the ledger's own facts."""
    for name, ask in doors.answers(opened, SHOWN):
        if name.startswith(("status", "evaluate 3")):
            continue
        document = json.loads(ask().json("en")) if not _is_refused(name) else None
        if document:
            document["parameters"].pop("plan", None)  # a plan's hash holds the build's name
            yield name, {key: value for key, value in document.items() if key != "build"}


def _is_refused(name: str) -> bool:
    return name.startswith("targets") and name.endswith(("excess", "volume")) and (
        "youtube" in name or "netflix" in name
    )  # fmt: skip


def test_no_answer_depends_on_them(pair: tuple[Workspace, Workspace]) -> None:
    one, other = (dict(documents(each)) for each in pair)
    assert len(one) > 30
    assert one == other


@pytest.mark.parametrize("measure", ["game", *OF])
def test_no_picture_depends_on_them(pair: tuple[Workspace, Workspace], measure: str) -> None:
    one, other = (
        {name: draw().html() + draw().json()
         for name, draw in doors.charts(each, SHOWN, "game", measure)
         if measure == "game" or "measure" in name}
        for each in pair
    )  # fmt: skip
    assert one
    assert one == other


def test_what_groups_of_the_second_file_leave_over_reaches_the_floor(
    pair: tuple[Workspace, Workspace],
) -> None:
    """Subtracting a share from its segment, or segments from their district, gives no few people.

    A mean of a district over all of its people would give the group that is left out: as many as
    the floor alone hides, SPLIT's.
    """
    build, month = pair[0].store.build(), pair[0].store.build().months[-1]
    rows = of_month(build, "segments", month)
    hidden, rest, all_of = 0, [], dict[str, float]()
    for id in OF:
        for row in rows.iter_rows(named=True):
            if row[id] is None:
                hidden += 1
                continue
            part = row[id] * row["population"] / 100
            rest += [part, row["population"] - part]
            all_of[row["district"]] = all_of.get(row["district"], 0) + part
        means = dict(by_district(build, in_force().measures[id], month, Filters()).iter_rows())
        for district, mean in means.items():
            own = rows.filter(pl.col("district") == district)
            people = int(own.filter(pl.col(id).is_not_null())["population"].sum())
            # What is left of the district's mean, over those it speaks for, is rounding alone.
            assert abs(mean * people / 100 - all_of[district]) < 0.001 * people
        all_of.clear()
    assert hidden == 2, "of SPLIT: those few in a group, and those few in no other"
    assert min(rest) >= 50 - 5, "the floor, but for rounding"


def test_two_thresholds_of_a_share_differ_by_whole_segments(
    pair: tuple[Workspace, Workspace],
) -> None:
    opened = pair[0]
    month = opened.store.build().months[-1]
    rows = of_month(opened.store.build(), "segments", month)
    known = {(d, s, a): n for d, s, a, n in rows.select(*SEGMENT, "population").rows()}
    for id in OF:
        values = rows[id].drop_nulls().unique().sort().to_list()
        before: set[tuple[str, str, int]] = set(known)
        for least in [*values[:3], *values[:: len(values) // 4], values[-1]]:
            rules = {"where": {"signal": f"{id}_share", "value": least}}
            try:
                found = opened.audience(rules, month=month)
            except AudienceTooSmall:
                continue
            own = {(row["district"], row["sex"], row["age"]) for row in found.records}
            assert found.facts["population"] == sum(known[of] for of in own)
            assert all(known[of] >= 50 for of in before - own)
            before = own


def test_no_report_depends_on_them(pair: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    told = []
    for each in pair:
        path = tmp_path / "report.html"
        write_report(each.store, path, "en", SHOWN.district, "F", "30", "delivery")
        told.append(path.read_text("utf-8").replace(each.store.build().name, ""))
    assert told[0] == told[1]


@pytest.mark.parametrize("segment", sorted(HIDDEN))
def test_asked_for_by_name_they_are_refused(
    pair: tuple[Workspace, Workspace], segment: Segment
) -> None:
    questions = (pair[0].services, pair[0].lookalike, pair[0].signals)
    for ask in questions:
        with pytest.raises(AudienceTooSmall):
            ask(*segment, month="2023-05")
    for method in doors.METHODS:
        with pytest.raises(AudienceTooSmall):
            pair[0].platforms("game", *segment, month="2023-05", method=method)


def test_shown_elsewhere_they_are_shown_there(pair: tuple[Workspace, Workspace]) -> None:
    answer = pair[0].services("강남구", "F", 20, month="2023-06")
    assert answer.rows["change"].null_count() == answer.rows.height, "no change since the unseen"
    with pytest.raises(AudienceTooSmall):
        pair[0].history("종로구", "F", 30)


def test_sizes_are_rounded_everywhere(pair: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    for table in ("segments", "targets"):
        pair[0].export(table, tmp_path / f"{table}.csv")
        people = pl.read_csv(tmp_path / f"{table}.csv")["population"]
        assert (people % 10).sum() == 0
        assert people.min() is not None
    assert (pair[0].targets("game", top=300).rows["population"] % 10).sum() == 0


def test_a_higher_floor_hides_more(
    pair: tuple[Workspace, Workspace], settings: Settings, tmp_path: Path
) -> None:
    higher = open_with(Secret(49.9, 1), tmp_path / "x", replace(settings, floor=3000))
    kept = pl.read_parquet(higher.store.build().table("segments"))
    before = pl.read_parquet(pair[0].store.build().table("segments"))
    assert 0 < kept.height < before.height
    assert float(str(kept["population"].min())) >= 3000
