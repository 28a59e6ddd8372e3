"""Who, then where: targets by sex and age, by district and by neighbourhood."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers import places
from telads.answers.areas import Areas
from telads.answers.inventory import status
from telads.answers.questions import LEVELS
from telads.answers.tables import of_month, part_of_month, read
from telads.errors import IndexRefused, QuestionError, UnknownChoice
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.method.disclosure import standard
from telads.model import Month
from telads.render.areas import about
from telads.settings import Settings
from telads.store.workspace import Build, Store
from telads.text import LANGUAGES, Text
from telads.wording import group_name
from tests.asked import targets
from tests.seoul import BY_ID, SERVICE_IDS, SERVICES


def test_the_twelve_groups_are_the_whole_city(twin_build: Build) -> None:
    found = targets(twin_build, "delivery", top=300, level="group")
    assert found.rows.height == 12
    assert found.rows["district"].is_null().all()
    assert found.facts["population_share"] == pytest.approx(1)
    assert found.facts["volume_share"] == pytest.approx(1)
    assert found.rows["affinity"].is_sorted(descending=True)
    people, affinity = (found.rows[name].to_numpy() for name in ("population", "affinity"))
    assert abs(np.average(affinity, weights=people)) < 0.001, "0 is the average person"


@pytest.mark.parametrize("by", ["affinity", "volume"])
def test_a_group_is_one_row_with_its_places(twin_build: Build, by: str) -> None:
    """In the order of the list: districts, or neighbourhoods of one."""
    rows = targets(twin_build, "delivery", by, level="group", top=300).records
    every = targets(twin_build, "delivery", by, top=300).records
    for row in rows:
        own = [one["district"] for one in every
               if (one["sex"], one["age"]) == (row["sex"], row["age"])]  # fmt: skip
        assert row["places"] == own[:10]
    inside = targets(twin_build, "delivery", by, level="group", district="강남구", top=300).records
    for row in inside[:2]:
        asked = {"district": "강남구", "sex": row["sex"], "age": row["age"]}
        own = targets(twin_build, "delivery", by, 300, level="neighbourhood", **asked).records
        assert row["places"] == [one["neighbourhood"] for one in own[:10]]


def test_ten_rows_of_one_group_are_told_once(twin_build: Build) -> None:
    found = targets(twin_build, "delivery", top=10)
    groups = [(row["sex"], row["age"]) for row in found.records]
    assert len({*groups}) < 10, "some of this list are of one sex and age"
    for lang in LANGUAGES:
        assert all(group_name(*of, lang) in found.sentences[2](lang) for of in groups)
    most = max({*groups}, key=groups.count)
    assert f"{group_name(*most, 'ko')} {groups.count(most)}곳" in found.sentences[2].ko
    one = targets(twin_build, "delivery", top=12, age=30, district="강남구", level="neighbourhood")
    assert [text for text in one.sentences if "place" in text.en or "places" in text.en]
    for asked in ({"sex": "M", "age": 30}, {"level": "neighbourhood"}, {"level": "group"}):
        other = targets(twin_build, "delivery", top=10, **asked)
        assert not [text for text in other.sentences if " place" in text.en], asked


def test_a_group_is_the_mean_of_its_segments(twin_build: Build) -> None:
    row, *_ = targets(twin_build, "game", level="group", sex="F", age=30).records
    own = targets(twin_build, "game", level="district", sex="F", age=30, top=300).rows
    assert row["population"] == own["population"].sum()
    people = own["population"].to_numpy()
    for name in ("affinity", "index"):
        mean = float(np.average(own[name].to_numpy(), weights=people))
        assert row[name] == pytest.approx(mean, abs=0.05)
    assert row["volume_share"] == pytest.approx(own["volume_share"].sum(), abs=0.002)


def test_the_groups_of_one_district_are_its_segments(twin_build: Build) -> None:
    by_group = targets(twin_build, "game", level="group", district="강남구", top=300).rows
    by_district = targets(twin_build, "game", level="district", district="강남구", top=300).rows
    columns = ["district", "sex", "age", "population", "affinity", "index"]
    assert (
        by_group.select(columns)
        .sort("sex", "age")
        .equals(by_district.select(columns).sort("sex", "age"))
    )


@pytest.mark.parametrize("by", ["affinity", "excess", "volume"])
def test_neighbourhoods_are_in_the_order_asked_for(twin_build: Build, by: str) -> None:
    rows = targets(twin_build, "delivery", by, 300, level="neighbourhood").rows
    assert rows["sex"].is_null().all(), "everybody, as no sex or age was asked for"
    assert rows["volume_share" if by == "volume" else by].is_sorted(descending=True)
    assert rows["code"].is_unique().all()
    some = targets(twin_build, "delivery", by, 300, level="neighbourhood", sex="M", age=30).rows
    assert set(some["sex"]) == {"M"}
    assert set(some["age"]) == {30}
    inside = some.filter(
        pl.col("affinity").is_between("affinity_low", "affinity_high"),
        pl.col("index").is_between("index_low", "index_high"),
    )
    assert inside.height == some.height > 100


def test_of_an_index_service_affinity_is_known_alone(twin_build: Build) -> None:
    for level in LEVELS:
        rows = targets(twin_build, "youtube", level=level).rows
        assert not rows["affinity"].is_null().any()
        for name in ("index", "excess", "volume_share", "cumulative_share"):
            assert rows[name].is_null().all(), (level, name)
        with pytest.raises(IndexRefused):
            targets(twin_build, "youtube", "excess", level=level)


@pytest.mark.parametrize("level", ["group", "neighbourhood"])
def test_what_is_known_of_segments_alone_is_refused_elsewhere(
    twin_build: Build, level: str
) -> None:
    for asked in ({"platforms": True}, {"method": "classic"}):
        with pytest.raises(QuestionError) as caught:
            targets(twin_build, "game", level=level, **asked)
        assert "자치구" in caught.value.line("ko")
        assert "level=district" in caught.value.line("en")
    with pytest.raises(UnknownChoice) as caught:
        targets(twin_build, "game", level="street")
    assert "neighbourhood" in caught.value.line("en")


@pytest.mark.seoul
def test_who_explains_most_and_where_the_rest(seoul_build: Build) -> None:
    for month in seoul_build.months:
        for service in SERVICE_IDS:
            found = places.variance(seoul_build, month, service)
            assert None not in found
            who, district, inside = (part or 0.0 for part in found)
            assert who + district + inside == pytest.approx(1, abs=3e-4)
            assert who > 0.88
            assert min(district, inside) > 0.003
    june = targets(seoul_build, "delivery", month="2023-06")
    assert june.facts["variance_who"] == pytest.approx(0.905, abs=0.01)
    assert "90.5%가 성별·나이" in june.sentences[-1].ko
    assert "sex and age explain 90.5%" in june.sentences[-1].en


@pytest.mark.seoul
def test_the_spread_between_segments_is_split_without_rest(seoul_build: Build) -> None:
    """Who and district are the parts of a variance over segments, computed otherwise here."""
    month = seoul_build.months[-1]
    rows = of_month(seoul_build, "services", month).filter(pl.col("service") == "game")
    people, z = rows["population"].to_numpy(), rows["affinity"].to_numpy()
    city = np.average(z, weights=people)
    whole = float(np.average((z - city) ** 2, weights=people))
    found = places.variance(seoul_build, month, "game")
    assert found.who is not None
    assert found.district is not None
    groups = rows.with_columns(
        mean=(pl.col("affinity") * pl.col("population")).sum().over("sex", "age")
        / pl.col("population").sum().over("sex", "age")
    )["mean"].to_numpy()
    between = float(np.average((groups - city) ** 2, weights=people)) / whole
    assert found.who / (found.who + found.district) == pytest.approx(between, abs=1e-3)


@pytest.mark.seoul
def test_one_month_is_read_and_nothing_else(seoul_build: Build) -> None:
    month = seoul_build.months[2]
    part = part_of_month(seoul_build, "neighbourhoods", month, "video")
    every = read(seoul_build, "neighbourhoods")
    assert part.equals(every.filter(pl.col("month") == str(month), pl.col("service") == "video"))
    assert part["affinity"].null_count() == 0
    assert standard(part["affinity"][0]) == part["affinity"][0]


def test_the_network_answers_as_python_does(twin_build: Build, client: Client) -> None:

    shown = replace(django_settings.TELADS, workspace=twin_build.path.parents[1])
    with override_settings(TELADS=shown):
        for level in LEVELS:
            response = client.get(
                "/api/v1/targets", {"service": "game", "top": "7", "level": level, "lang": "en"}
            )
            assert response.status_code == 200, response.content
            told = json.loads(response.content)
            own = targets(twin_build, "game", top=7, level=level)
            assert told["rows"] == json.loads(own.json("en"))["rows"]
            assert told["facts"] == own.facts
        assert client.get("/api/v1/targets?service=game&level=street").status_code == 404


def repeating(twin_files: Path, folder: Path, settings: Settings, kept: str, made: str) -> Store:
    """The twin's first three months, one of them (`made`) in the pattern of another (`kept`).

    Every segment's figures of `kept` are moved to another level by a factor, an index by a shift;
    games and people stay as they are in `made`.
    """
    files = {month: twin_files / f"2023.{month[-1]}월_29개 통신정보.csv"
             for month in ("2023-01", "2023-02", "2023-03")}  # fmt: skip
    services = [one for one in SERVICES if one.id != "game"]
    headers = [one.headers[0] for one in SERVICES]
    random = np.random.default_rng(1)
    folder.mkdir()
    for month, file in files.items():  # a twin's months have one pattern: each gets its own
        drawn = pl.read_csv(file, infer_schema_length=None)
        drawn.with_columns(
            (pl.col(name) + pl.Series(random.normal(0, 0.1, drawn.height))).abs().round(2)
            for name in headers
        ).write_csv(folder / file.name)
        files[month] = folder / file.name
    frame = pl.read_csv(files[kept], infer_schema_length=None)
    segment = (
        pl.col("자치구").rank("dense") + 7 * pl.col("성별") + pl.col("연령대").clip(20, 70) // 10
    )
    level = 1 + (segment % 17) / 97
    moved = frame.with_columns(
        ((pl.col(one.headers[0]) + level) if one.is_index else pl.col(one.headers[0]) * level)
        for one in services
    )
    own = pl.read_csv(files[made], infer_schema_length=None)
    names = [BY_ID["game"].headers[0], BY_ID["population"].headers[0]]
    assert own.select("행정동코드", "성별", "연령대").equals(
        moved.select("행정동코드", "성별", "연령대")
    )
    moved.with_columns(own[name] for name in names).write_csv(folder / files[made].name)
    workspace = Store(folder.parent / "repeating")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    return workspace


def test_the_twin_s_months_have_the_pattern_of_its_first(
    twin_build: Build, twin_workspace: Store
) -> None:
    """Its cells move with their segments alone, since those of the fitted months do."""
    first, *others = map(str, twin_build.months)
    assert twin_build.about["patterns"] == {
        month: dict.fromkeys(SERVICE_IDS, first) for month in others
    }
    told = {row["month"]: row["warnings_en"] for row in status(twin_workspace).records}
    sentence = f"Differences between neighbourhoods are those of the data of {first}."
    assert [month for month, of in told.items() if sentence in of] == others


@pytest.mark.parametrize(("kept", "made"), [("2023-02", "2023-03"), ("2023-02", "2023-01")])
def test_a_month_that_repeats_another_s_pattern_says_whose_it_is_on_every_door(
    twin_files: Path, tmp_path: Path, settings: Settings, client: Client, kept: str, made: str
) -> None:
    """Also where the month it was made from came later: made figures have more decimals."""
    workspace = repeating(twin_files, tmp_path / "files", settings, kept, made)
    made_of = workspace.build()
    services = {one for one in SERVICE_IDS if one != "game"}
    assert made_of.about["patterns"] == {made: dict.fromkeys(services, kept)}
    ko, en = (f"동네별 차이는 {Month.parse(kept).text.ko} 데이터의 것입니다.",
              f"Differences between neighbourhoods are those of the data of {kept}.")  # fmt: skip
    found = targets(made_of, "delivery", level="neighbourhood", month=made)
    assert found.facts["pattern"] == kept
    assert found.sentences[-1] == Text(ko, en)
    for service, level, month in [("game", "neighbourhood", made), ("delivery", "district", made),
                                  ("delivery", "neighbourhood", kept)]:  # fmt: skip
        other = targets(made_of, service, level=level, month=month)
        assert other.facts["pattern"] is None
        assert ko not in [sentence.ko for sentence in other.sentences]
    for level, service, month in [
        ("neighbourhood", "delivery", made),
        ("district", "delivery", made),
        ("neighbourhood", "game", made),
        ("neighbourhood", "delivery", kept),
    ]:
        of = Areas(level, service, Month.parse(month), None, None, pl.DataFrame(), (), "")
        told_of = about(made_of, of).get("pattern")
        assert told_of == (
            kept if (level, service, month) == ("neighbourhood", "delivery", made) else None
        )
    rows = {row["month"]: row for row in status(workspace).records}
    (told,) = [text for text in rows[made]["warnings_ko"] if "동네별" in text]
    assert "게임" not in told
    assert told.endswith(ko)
    assert not [text for text in rows[kept]["warnings_ko"] if "동네별" in text]
    shown = replace(django_settings.TELADS, workspace=workspace.path)
    with override_settings(TELADS=shown):
        page = "/advertisers/?service=delivery&month=" + made
        for address in (f"{page}&level=neighbourhood", f"{page}&sex=F&age=30"):
            assert en in client.get(f"/en{address}").content.decode()
            assert ko in client.get(address).content.decode()
            assert ko not in client.get(address.replace("delivery", "game")).content.decode()
        assert ko not in client.get(page).content.decode(), "no neighbourhood is shown"
        data = client.get("/data/").content.decode()
        assert told in data


@pytest.mark.seoul
def test_the_shared_files_hold_june_s_neighbourhoods(seoul_build: Build) -> None:
    assert seoul_build.about["patterns"] == {
        str(month): dict.fromkeys(SERVICE_IDS, "2023-06")
        for month in seoul_build.months
        if str(month) != "2023-06"
    }
    found = targets(seoul_build, "delivery", level="neighbourhood")
    assert found.sentences[-1].ko == "동네별 차이는 2023년 6월 데이터의 것입니다."
